"""Measures the speed of every client, and prints Markdown tables.

    python speed.py PROGRAMS COGNITO_SIM speed|smoke

PROGRAMS is the folder with the programs of this package. COGNITO_SIM is the program of the simulated service.
With `smoke`, each measurement runs as few times as possible, to check only that all clients work.
"""

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from common import BENCH, LOCKED, ROOT, lines, log, output, print_machine, print_table, service
from vector import median

NPM_PACKAGE = "amazon-cognito-identity-js"
NPM_VERSION = json.loads(
    (ROOT / "tests" / "oracles" / "js" / "node_modules" / NPM_PACKAGE / "package.json").read_text()
)["version"]
NPM = ["node", BENCH / "npm_bench.mjs"]
PYCOGNITO = [sys.executable, BENCH / "pycognito_bench.py"]


class Plan:
    """The number of repetitions of each measurement."""

    def __init__(self, smoke):
        # The programs take turns, because the speed of a machine varies over time.
        self.rounds = 1 if smoke else 3
        self.repetitions = 3 if smoke else 200
        self.slow_repetitions = 3 if smoke else 20
        self.in_flight = [1] if smoke else [1, 64, 1000]
        self.seconds = 0 if smoke else 5


def main():
    programs, simulator, mode = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    plan = Plan(smoke=mode == "smoke")
    measured = arithmetic(programs, plan)
    with service(simulator) as running:
        signed_in = sign_ins(programs, running, plan)
    print_machine(f"Node.js {output(['node', '--version']).strip()}", f"Python {platform.python_version()}")
    print_arithmetic(measured)
    print_sign_ins(signed_in)
    if mode == "smoke":
        print("All clients work. The numbers are meaningless: unoptimised programs ran one to three times.\n")
    else:
        print_limit(signed_in)


def arithmetic(programs, plan):
    """Measures the arithmetic.

    Returns the version (if known) and the median milliseconds of each round, by the name of the implementation.
    """
    commands = [
        [programs / "arithmetic", plan.repetitions],
        [sys.executable, BENCH / "openssl.py", plan.repetitions],
        [*PYCOGNITO, "arithmetic", plan.slow_repetitions],
        [*NPM, "arithmetic", plan.slow_repetitions],
    ]
    measured = {}
    for number in range(plan.rounds):
        log(f"arithmetic: round {number + 1} of {plan.rounds}")
        for command in commands:
            for line in lines(list(map(str, command))):
                entry = measured.setdefault(line["name"], {"version": line.get("version"), "milliseconds": []})
                entry["milliseconds"].append(line["milliseconds"])
    return measured


def print_arithmetic(measured):
    openssl = measured["OpenSSL, 256 bits"]["version"]
    rows = [
        ("cognito-core", "cognito-core", 256),
        ("cognito-core, 1,024 bits", "cognito-core", 1024),
        ("cognito_srp", f"cognito_srp {LOCKED['cognito_srp']}", 1024),
        ("aws-cognito-srp", f"aws-cognito-srp {LOCKED['aws-cognito-srp']}", 1024),
        ("pycognito", f"pycognito {version('pycognito')}", 1024),
        (NPM_PACKAGE, f"{NPM_PACKAGE} {NPM_VERSION}", 1024),
        ("OpenSSL, 256 bits", f"OpenSSL {openssl}, only the three exponentiations", 256),
        ("OpenSSL, 1,024 bits", f"OpenSSL {openssl}, only the three exponentiations", 1024),
    ]
    milliseconds = {name: median(entry["milliseconds"]) for name, entry in measured.items()}
    ours = milliseconds["cognito-core"]
    print_table(
        ["arithmetic of one sign-in", "bits of `a`", "milliseconds", "times ours"],
        [
            (label, f"{bits:,}", f"{milliseconds[name]:.2f}", times(milliseconds[name], ours))
            for name, label, bits in rows
        ],
    )


def sign_ins(programs, running, plan):
    """Measures sign-ins.

    Returns the numbers of the client and the processor time of the service, by number in flight and client.
    """
    clients = {
        "cognito-blocking": [programs / "sign_ins", "blocking"],
        "cognito-tokio": [programs / "sign_ins", "tokio"],
        "pycognito": [*PYCOGNITO, "sign_ins"],
        NPM_PACKAGE: [*NPM, "sign_ins"],
    }
    measured = {}
    for in_flight in plan.in_flight:
        for client, command in clients.items():
            log(f"sign-ins: {client}, {in_flight} in flight")
            before = running.processor_seconds()
            [line] = lines([*map(str, command), str(in_flight), str(plan.seconds)], running.environment)
            line["service_seconds"] = running.processor_seconds() - before
            measured[in_flight, client] = line
    return measured


def print_sign_ins(measured):
    rows = []
    for (in_flight, client), line in measured.items():
        ours = measured[in_flight, "cognito-blocking"]
        rate, our_rate = (entry["sign_ins"] / entry["seconds"] for entry in (line, ours))
        time, our_time = (entry["processor_seconds"] * 1000 / entry["sign_ins"] for entry in (line, ours))
        rows.append((
            client, f"{in_flight:,}", f"{rate:.1f}", times(our_rate, rate), f"{time:.1f}", times(time, our_time),
        ))
    print_table(
        ["client", "in flight", "sign-ins per second", "times slower", "client's processor ms for one", "times ours"],
        rows,
    )

def print_limit(measured):
    """Prints how many sign-ins per second the simulated service allows on this machine."""
    count = sum(line["sign_ins"] for line in measured.values())
    service_work = sum(line["service_seconds"] for line in measured.values()) * 1000 / count
    print(
        "The clients sign in over the loopback interface. The simulated service shares the processors with the clients "
        f"and needs {service_work:.1f} ms of processor time per sign-in, which limits one processor to about "
        f"{1000 / service_work:.0f} sign-ins per second. Each client is compared with `cognito-blocking` with the same "
        "number of sign-ins in flight.\n"
    )


def times(value, reference):
    return f"{value / reference:.1f}" if reference else "–"


if __name__ == "__main__":
    main()
