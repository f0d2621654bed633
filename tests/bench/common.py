"""Shared code of the benchmarks: the simulated service, programs that print JSON, and Markdown tables."""

import json
import os
import platform
import subprocess
import sys
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path

BENCH = Path(__file__).parent
ROOT = BENCH.parents[1]
LOCK = tomllib.loads((BENCH / "Cargo.lock").read_text())
LOCKED = {package["name"]: package["version"] for package in LOCK["package"]}
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Service:
    """A running `cognito-sim`."""

    def __init__(self, process):
        self.process = process
        started = json.loads(process.stdout.readline())
        pool = started["pools"][0]
        user = json.loads((BENCH / "pool.json").read_text())["pools"][0]["users"][0]
        self.environment = {
            **os.environ,
            "COGNITO_ENDPOINT": started["url"],
            "COGNITO_USER_POOL_ID": pool["id"],
            "COGNITO_CLIENT_ID": pool["clients"][0]["id"],
            "COGNITO_USERNAME": user["username"],
            "COGNITO_PASSWORD": user["password"],
        }

    def processor_seconds(self):
        """Returns the processor time that the service has used so far, in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


@contextmanager
def service(program):
    """Starts a simulated service, and ends it when the `with` block ends."""
    command = [program, "--config", BENCH / "pool.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        try:
            yield Service(process)
        finally:
            process.terminate()


def output(command, environment=None):
    """Returns the output of a program. If that program fails, this program exits."""
    finished = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if finished.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit status {finished.returncode}")
    return finished.stdout


def lines(command, environment=None):
    """Returns the JSON objects that a program prints, one per line."""
    return [json.loads(line) for line in output(command, environment).splitlines()]


def log(text):
    """Prints the progress of the benchmarks to standard error."""
    print(text, file=sys.stderr, flush=True)


def print_machine(*more):
    """Prints the machine and the versions that were measured."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in cpuinfo if line.startswith("model name")]
    processor = models[0] if models else platform.machine()
    rustc = f"rustc {output(['rustc', '--version']).split()[1]}"
    print("; ".join([f"{processor}, {os.cpu_count()} cores", time.strftime("%Y-%m-%d"), rustc, *more]) + "\n")


def print_table(header, rows):
    """Prints a Markdown table whose first column is text and whose other columns are numbers."""
    print(f"| {' | '.join(header)} |")
    print("|---|" + "---:|" * (len(header) - 1))
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print()
