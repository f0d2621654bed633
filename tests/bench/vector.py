"""The core's test vector whose sign-in the benchmarks compute in clients that accept a fixed `a`."""

import json
from pathlib import Path

VECTORS = json.loads((Path(__file__).parents[2] / "core" / "src" / "srp" / "vectors" / "srp.json").read_text())
VECTOR = next(vector for vector in VECTORS["sign_in"] if vector["edge"] == "plain")
MODULUS = int(VECTORS["modulus"], 16)


def median(values):
    return sorted(values)[len(values) // 2]
