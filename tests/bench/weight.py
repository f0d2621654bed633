"""Builds a small sign-in program with each client, and prints its dependencies, build time and size.

    python weight.py TARGET COGNITO_SIM

TARGET is a folder for the builds. COGNITO_SIM is the program of the simulated service, where each sign-in program
signs in once. All packages must have been downloaded before.
"""

import shutil
import sys
import time
from pathlib import Path

from common import BENCH, LOCKED, ROOT, log, output, print_machine, print_table, service

AWS_SDK = "aws-sdk-cognitoidentityprovider"
# The packages to build: manifest, name, and whether the package is a program.
WEIGHED = {
    "`cognito-core`, the library alone": (ROOT / "Cargo.toml", "cognito-core", False),
    "`cognito-blocking`": (BENCH / "Cargo.toml", "weight-blocking", True),
    "`cognito-tokio`": (BENCH / "Cargo.toml", "weight-tokio", True),
    f"`{AWS_SDK}` {LOCKED[AWS_SDK]} and `aws-cognito-srp` {LOCKED['aws-cognito-srp']}": (
        BENCH / "Cargo.toml", "weight-aws-sdk", True
    ),
}


def main():
    target, simulator = Path(sys.argv[1]), Path(sys.argv[2])
    rows = []
    with service(simulator) as running:
        for label, (manifest, package, is_program) in WEIGHED.items():
            log(f"weight: {package}")
            packages = tree(manifest, package)
            seconds = cold_build(manifest, package, target / package)
            size = signed_in_size(target / package / "release" / package, running) if is_program else "–"
            # The program itself is not a dependency.
            rows.append((label, f"{len(packages) - is_program}", f"{seconds:.0f}", size))
    print_machine()
    print_table(
        ["a program that signs in, built with", "packages it depends on", "cold build, seconds", "stripped, KiB"], rows
    )
    print(
        "All packages were built with default features and Cargo's release profile, stripped, after everything was "
        "downloaded. The packages are those for this machine, without build dependencies and procedural macros.\n"
    )


def tree(manifest, package):
    """Returns the names and versions of the package and its dependencies."""
    command = ["cargo", "tree", "--locked", "--offline", "-e", "normal,no-proc-macro", "--prefix", "none", "-f", "{p}"]
    listed = output([*command, "--manifest-path", str(manifest), "-p", package])
    return {tuple(line.split()[:2]) for line in listed.splitlines()}


def cold_build(manifest, package, target):
    shutil.rmtree(target, ignore_errors=True)
    started = time.perf_counter()
    output([
        "cargo", "build", "--locked", "--offline", "--release", "--manifest-path", str(manifest), "--target-dir",
        str(target), "-p", package,
    ])
    return time.perf_counter() - started


def signed_in_size(program, running):
    """Runs the program, checks that it signs in, and returns its size in KiB."""
    answer = output([str(program)], running.environment)
    if answer != "3600 seconds\n":
        sys.exit(f"{program} failed to sign in: it printed {answer!r}")
    return f"{program.stat().st_size / 1024:,.0f}"


if __name__ == "__main__":
    main()
