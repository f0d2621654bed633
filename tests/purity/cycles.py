"""Finds cycles between the modules of a crate. It reads the `use` declarations outside of the crate's tests.

    python3 tests/purity/cycles.py SOURCE_FOLDER [LEVELS]

Each file is a module. LEVELS limits the depth: with 1, a top-level module of the crate and its submodules count as
one module. A `pub use` is followed to the module that defines the name. Exits with 1 if there is a cycle.
"""

import collections
import pathlib
import re
import sys
import tempfile

TESTS = {"tests", "test_support", "bin"}


def modules(root):
    """Returns the text of each file of the crate, by the path of its module."""
    found = {}
    for file in sorted(root.rglob("*.rs")):
        parts = file.relative_to(root).with_suffix("").parts
        if not TESTS.intersection(parts):
            found[() if parts == ("lib",) else parts] = file.read_text()
    return found


def paths(declaration):
    """Returns the paths of one `use` declaration, with braces expanded."""
    declaration = declaration.strip()
    match = re.match(r"^(.*?)\{(.*)\}$", declaration, re.S)
    if not match:
        return [declaration.split(" as ")[0].strip()]
    prefix, depth, items, item = match.group(1), 0, [], ""
    for character in match.group(2) + ",":
        if character == "," and depth == 0:
            items.append(item)
            item = ""
            continue
        depth += (character == "{") - (character == "}")
        item += character
    expanded = [path for item in items if item.strip() for path in paths(item)]
    return [(prefix + ("" if path == "self" else path)).rstrip(":") for path in expanded]


def uses(text, public):
    """Yields the paths of the public or of the private `use` declarations."""
    text = re.sub(r"#\[cfg\(test\)\]\s*(pub\(\w+\) )?mod \w+ \{.*", "", text, flags=re.S)
    for match in re.finditer(r"(?m)^\s*(pub(?:\([^)]*\))? )?use ([^;]+);", text):
        if bool(match.group(1)) == public:
            yield from paths(match.group(2))


def target(found, module, path):
    """Returns the module that a path refers to, or None if the path is in another crate."""
    parts = path.split("::")
    if parts[0] == "crate":
        parts = parts[1:]
    elif parts[0] in ("super", "self"):
        base = list(module)
        while parts and parts[0] in ("super", "self"):
            base = base[:-1] if parts.pop(0) == "super" else base
        parts = base + parts
    elif module + (parts[0],) in found:
        parts = list(module) + parts
    else:
        return None
    prefix = tuple(parts)
    while prefix not in found and prefix:
        prefix = prefix[:-1]
    name = parts[len(prefix)] if len(parts) > len(prefix) else None
    return definition(found, prefix, name, 0)


def definition(found, module, name, depth):
    """Returns the module that defines the name that `module` re-exports."""
    if name is None or depth > 5:
        return module
    for path in uses(found.get(module, ""), public=True):
        if path.split("::")[-1] == name:
            inner = target(found, module, path)
            return inner if inner is not None else module
        if path.endswith("::*"):
            inner = target(found, module, path[:-3])
            defines = r"pub (?:struct|enum|trait|type|fn|const) %s\b" % re.escape(name)
            if inner is not None and re.search(defines, found.get(inner, "")):
                return inner
    return module


def cycles(root, levels=None):
    """Returns the number of modules and the cycles between them."""
    found = modules(root)
    graph = collections.defaultdict(set)
    for module, text in found.items():
        for path in uses(text, public=False):
            to = target(found, module, path)
            if to is None:
                continue
            a, b = (module, to) if levels is None else (module[:levels], to[:levels])
            if a != b and b != ():
                graph[a].add(b)
    return len(found), components(graph)


def components(graph):
    """Returns the strongly connected components that contain more than one module."""
    reach = {}
    for start in list(graph):
        seen, todo = set(), [start]
        while todo:
            for after in graph[todo.pop()]:
                if after not in seen:
                    seen.add(after)
                    todo.append(after)
        reach[start] = seen
    found = {frozenset(b for b in reach[a] if a in reach.get(b, ())) for a in reach if a in reach[a]}
    return [sorted("::".join(module) or "lib" for module in cycle) for cycle in found]


def check_itself():
    """Checks that this program finds cycles, also through a re-export, and finds no cycle in a tree."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "b").mkdir()
        (root / "lib.rs").write_text("mod a;\nmod b;\n")
        (root / "a.rs").write_text("use crate::b::Thing;\n")
        (root / "b.rs").write_text("mod inner;\npub use inner::Thing;\n")
        (root / "b" / "inner.rs").write_text("pub struct Thing;\n")
        assert cycles(root)[1] == [], "a tree"
        (root / "b" / "inner.rs").write_text("use crate::a::{self, Other};\npub struct Thing;\n")
        assert cycles(root)[1] == [["a", "b::inner"]], "a cycle between files"
        assert cycles(root, 1)[1] == [["a", "b"]], "a cycle between folders"


if __name__ == "__main__":
    check_itself()
    source, levels = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None
    count, found = cycles(source, levels)
    for cycle in found:
        print("cycle:", ", ".join(cycle))
    print(f"{source}: {count} modules, {len(found)} cycles")
    sys.exit(1 if found or count == 0 else 0)
