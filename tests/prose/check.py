#!/usr/bin/env python3
"""Checks the rules of CONTRIBUTING.md ("How we write") that a program can check.

Usage: check.py [PATH ...]   without a path, every file that git tracks
Prints each violation as FILE:LINE: RULE, and exits with 1 if there is one.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

COMMENT_COLUMNS = 110
TEXT_COLUMNS = 120
DOC_CODE_COLUMNS = 88
TEST_NAME_CHARACTERS = 60

# Phrases that must be read twice, and what to write instead.
PHRASES = {
    r"[Ww]hoever|[Ww]homever": "name the person or the program",
    r"for ever": "forever",
    r"[Aa]ll the same": "still, or anyway",
    r"to be had": "available",
    r"[Mm]end(s|ed|ing)?": "fix",
    r"hinder(s|ed)?": "prevent",
    r"anew": "again",
    r"(is|are) none": "is absent, or is invalid",
    r"a work": "a job",
    r"need be": "needed",
    r"[Ww]hat has come of": "the result of",
    r"of tomorrow": "unknown, or future",
}
PHRASE = re.compile(r"\b(" + "|".join(f"(?:{phrase})" for phrase in PHRASES) + r")\b")
COMMENT = re.compile(r"\s*(//[/!]?|#(?![!\[]))(?P<text>.*)")
DOC = re.compile(r"\s*//[/!] ?(?P<text>.*)")
FUNCTION = re.compile(r"\s*(?:pub(?:\([a-z]+\))? )?(?:async )?fn ([a-z0-9_]+)")
TEST = re.compile(r"\s*#\[(?:test|tokio::test.*)\]")
TEXT = {".md", ".rs", ".toml", ".py", ".mjs", ".sh", ""}
# This file and the page with the rules quote the phrases.
QUOTES = {"tests/prose/check.py", "CONTRIBUTING.md"}


def problems(name, lines):
    """Yields the number and the rule of each line that breaks a rule."""
    is_rust, is_markdown = name.endswith(".rs"), name.endswith(".md")
    in_code, is_program, is_test = False, False, False
    for number, line in enumerate(lines, 1):
        comment = COMMENT.match(line)
        doc = DOC.match(line) if is_rust else None
        text = doc["text"] if doc else line if is_markdown else None
        if text is not None and text.startswith("```"):
            in_code = not in_code
            is_program = in_code and (is_rust or text.startswith("```rust"))
        elif in_code and is_program and len(text or "") > DOC_CODE_COLUMNS:
            yield number, f"code in documentation has {len(text)} columns, at most {DOC_CODE_COLUMNS}"
        if is_rust and not doc:
            in_code = False
        if comment and not is_markdown and len(line) > COMMENT_COLUMNS and "http" not in line:
            yield number, f"a comment has {len(line)} columns, at most {COMMENT_COLUMNS}"
        if is_markdown and not in_code and len(line) > TEXT_COLUMNS and not line.startswith("|") and "](" not in line:
            yield number, f"a line has {len(line)} columns, at most {TEXT_COLUMNS}"
        if name not in QUOTES and (found := PHRASE.search(line)):
            plain = next(plain for phrase, plain in PHRASES.items() if re.fullmatch(phrase, found[0]))
            yield number, f'"{found[0]}": write "{plain}"'
        if TEST.match(line) or (is_rust and "proptest!" in line):
            is_test = True
        elif is_test and (function := FUNCTION.match(line)):
            is_test = False
            if len(function[1]) > TEST_NAME_CHARACTERS:
                yield number, f"a test name has {len(function[1])} characters, at most {TEST_NAME_CHARACTERS}"


def check(paths):
    """Returns the violations in these files."""
    found = []
    for path in map(Path, paths):
        if path.suffix not in TEXT or not path.is_file() or path.name in ("Cargo.lock", ".gitignore"):
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{path}:{number}: {rule}" for number, rule in problems(str(path), lines)]
    return found


def check_itself():
    """Each rule must find its own violation, so that a rule that finds nothing cannot pass unnoticed."""
    bad = {
        "bad.rs": [
            "/// " + "x" * COMMENT_COLUMNS,
            "/// A caller mends it.",
            "/// ```",
            "/// " + "y" * (DOC_CODE_COLUMNS + 1),
            "/// ```",
            "#[test]",
            "fn " + "z" * (TEST_NAME_CHARACTERS + 1) + "() {}",
        ],
        "bad.md": ["x" * (TEXT_COLUMNS + 1)],
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in bad.items():
            Path(folder, name).write_text("\n".join(lines), encoding="utf-8")
        found = check([Path(folder, name) for name in bad])
    assert [line.split(":")[1] for line in found] == ["1", "2", "4", "7", "1"], found


def main():
    check_itself()
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()
    skip = ("LICENSE", "fuzz/corpus/", "tests/oracles/")
    paths = sys.argv[1:] or [path for path in tracked if not path.startswith(skip)]
    found = check(paths)
    print("\n".join(found))
    print(f"{len(found)} violations of CONTRIBUTING.md, How we write")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
