"""Runs every client in one run, and prints how fast each is.

    python speed.py PROGRAMS COGNITO_SIM speed|smoke

PROGRAMS is the folder with the programs of this package, COGNITO_SIM the simulated service. With `smoke` everything is
done as few times as can be: it shows that all clients work, and nothing else.
"""

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from common import BENCH, LOCKED, ROOT, lines, output, print_machine, print_table, service, tell
from vector import median

NPM_PACKAGE = "amazon-cognito-identity-js"
NPM_VERSION = json.loads(
    (ROOT / "tests" / "oracles" / "js" / "node_modules" / NPM_PACKAGE / "package.json").read_text()
)["version"]
NPM = ["node", BENCH / "npm_bench.mjs"]
PYCOGNITO = [sys.executable, BENCH / "pycognito_bench.py"]


class Plan:
    """How often everything is done."""

    def __init__(self, smoke):
        # The programs take turns, since a machine is not equally fast at all times.
        self.rounds = 1 if smoke else 3
        self.repetitions = 3 if smoke else 200
        self.slow_repetitions = 3 if smoke else 20
        self.in_flight = [1] if smoke else [1, 64, 1000]
        self.seconds = 0 if smoke else 5


def main():
    programs, simulator, what = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    plan = Plan(smoke=what == "smoke")
    measured = arithmetic(programs, plan)
    with service(simulator) as running:
        signed_in = sign_ins(programs, running, plan)
    print_machine(f"Node.js {output(['node', '--version']).strip()}", f"Python {platform.python_version()}")
    print_arithmetic(measured)
    print_sign_ins(signed_in)
    if what == "smoke":
        print("Done once or thrice, and not optimised: all clients work, and the numbers say nothing.\n")
    else:
        print_limit(signed_in)


def arithmetic(programs, plan):
    """By the name of what does it: a version if it tells one, and the median milliseconds of each round."""
    commands = [
        [programs / "arithmetic", plan.repetitions],
        [sys.executable, BENCH / "openssl.py", plan.repetitions],
        [*PYCOGNITO, "arithmetic", plan.slow_repetitions],
        [*NPM, "arithmetic", plan.slow_repetitions],
    ]
    measured = {}
    for number in range(plan.rounds):
        tell(f"arithmetic: round {number + 1} of {plan.rounds}")
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
        ("OpenSSL, 256 bits", f"OpenSSL {openssl}, the three powers alone", 256),
        ("OpenSSL, 1,024 bits", f"OpenSSL {openssl}, the three powers alone", 1024),
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
    """By the number in flight and the client, what it tells, and how much processor time the service took meanwhile."""
    clients = {
        "cognito-blocking": [programs / "sign_ins", "blocking"],
        "cognito-tokio": [programs / "sign_ins", "tokio"],
        "pycognito": [*PYCOGNITO, "sign_ins"],
        NPM_PACKAGE: [*NPM, "sign_ins"],
    }
    measured = {}
    for in_flight in plan.in_flight:
        for client, command in clients.items():
            tell(f"sign-ins: {client}, {in_flight} in flight")
            before = running.processor_seconds()
            [line] = lines([*map(str, command), str(in_flight), str(plan.seconds)], running.environment)
            line["service_seconds"] = running.processor_seconds() - before
            measured[in_flight, client] = line
    return measured


def print_sign_ins(measured):
    rows = []
    for (in_flight, client), line in measured.items():
        ours = measured[in_flight, "cognito-blocking"]
        rate, our_rate = (one["sign_ins"] / one["seconds"] for one in (line, ours))
        work, our_work = (one["processor_seconds"] * 1000 / one["sign_ins"] for one in (line, ours))
        rows.append((
            client, f"{in_flight:,}", f"{rate:.1f}", times(our_rate, rate), f"{work:.1f}", times(work, our_work),
        ))
    print_table(
        ["client", "in flight", "sign-ins per second", "times slower", "client's processor ms for one", "times ours"],
        rows,
    )

def print_limit(measured):
    """What the machine, and not the client, allows."""
    count = sum(line["sign_ins"] for line in measured.values())
    service_work = sum(line["service_seconds"] for line in measured.values()) * 1000 / count
    print(
        "Over loopback, at a simulated service that has the same processors and takes "
        f"{service_work:.1f} ms of one of them for a sign-in: it stops at some {1000 / service_work:.0f} of them per "
        "second. Each client is compared with `cognito-blocking` at as many in flight.\n"
    )


def times(one, other):
    return f"{one / other:.1f}" if other else "–"


if __name__ == "__main__":
    main()
