#!/usr/bin/env python3
"""Draws documentation sentences at random, to be read without the code.

Usage: sample.py COUNT [SEED] [FOLDER ...]   without a folder: the core and both adapters
"""

import random
import re
import subprocess
import sys


def sentences(path):
    """Yields the sentences of a file's documentation comments, without code blocks and headings."""
    in_code, paragraph = False, []
    with open(path, encoding="utf-8") as file:
        lines = [re.match(r"\s*//[/!] ?(.*)", line) for line in file]
    for line in [line[1].strip() if line else "" for line in lines] + [""]:
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            continue
        elif line.startswith("- "):
            yield from split(paragraph)
            paragraph = [line[2:]]
        elif line and not re.match(r"[#|]|\[[^]]*\]: ", line):
            paragraph.append(line)
        else:
            yield from split(paragraph)
            paragraph = []


def split(lines):
    """Returns the sentences of a paragraph."""
    return re.split(r"(?<=[.?!])\s+(?=[A-Z`\[])", " ".join(lines)) if lines else []


def main():
    count = int(sys.argv[1])
    seed = sys.argv[2] if len(sys.argv) > 2 else "0"
    folders = sys.argv[3:] or ["core/src", "adapter-blocking/src", "adapter-tokio/src"]
    listed = subprocess.run(["git", "ls-files", *folders], capture_output=True, text=True, check=True).stdout
    paths = [path for path in listed.splitlines() if path.endswith(".rs")]
    drawn = sorted({sentence for path in paths for sentence in sentences(path) if " " in sentence})
    for number, sentence in enumerate(random.Random(seed).sample(drawn, count), 1):
        print(f"{number}. {sentence}")


if __name__ == "__main__":
    main()
