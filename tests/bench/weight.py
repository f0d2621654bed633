"""Builds a small program that signs in, on each client, and prints how heavy each is.

    python weight.py TARGET COGNITO_SIM

TARGET is a folder for what is built, COGNITO_SIM the simulated service, to which each program signs in once. What is built
must have been downloaded before.
"""

import shutil
import sys
import time
from pathlib import Path

from common import BENCH, LOCKED, ROOT, output, print_machine, print_table, service, tell

AWS_SDK = "aws-sdk-cognitoidentityprovider"
# What is weighed: its manifest and package, and whether that is a program.
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
            tell(f"weight: {package}")
            packages = tree(manifest, package)
            seconds = cold_build(manifest, package, target / package)
            size = signed_in_size(target / package / "release" / package, running) if is_program else "–"
            # The program itself does not count.
            rows.append((label, f"{len(packages) - is_program}", f"{seconds:.0f}", size))
    print_machine()
    print_table(["a program that signs in, on", "packages it depends on", "cold build, seconds", "stripped, KiB"], rows)
    print(
        "Default features; packages for this machine, those for building alone not counted; Cargo's release profile, "
        "stripped; everything downloaded before.\n"
    )


def tree(manifest, package):
    """The packages in its tree, by name and version."""
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
    """Of a program that has signed in."""
    answer = output([str(program)], running.environment)
    if answer != "3600 seconds\n":
        sys.exit(f"{program} has not signed in: it says {answer!r}")
    return f"{program.stat().st_size / 1024:,.0f}"


if __name__ == "__main__":
    main()
