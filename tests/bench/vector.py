"""The sign-in whose arithmetic is measured where `a` can be chosen: one of the vectors that the core is held to."""

import json
from pathlib import Path

VECTORS = json.loads((Path(__file__).parents[2] / "core" / "src" / "srp" / "vectors" / "srp.json").read_text())
VECTOR = next(vector for vector in VECTORS["sign_in"] if vector["edge"] == "plain")
MODULUS = int(VECTORS["modulus"], 16)


def median(values):
    return sorted(values)[len(values) // 2]
