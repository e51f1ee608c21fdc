"""Where in a TOML file a value stands: tomllib answers values without places, and a refusal must
name the line.

Reads only headers and keys (`[a.b]`, `[[a.b]]`, `key =`), skipping over strings and brackets that
run on; the values are tomllib's.
"""

from __future__ import annotations

import re
from typing import Final

_HEADER: Final = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY: Final = re.compile(r"""^\s*([A-Za-z0-9_\-."']+)\s*=(.*)$""")

Path = tuple[str | int, ...]


def lines_of(text: str) -> dict[Path, int]:
    """Line (from 1) of every table, array element and top-level key by its path, e.g. ("layer", 0,
    "cap", 1, "yuan")."""
    places: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    here: Path = ()
    open_string, depth = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if open_string or depth:
            open_string, depth = _run_on(line, open_string, depth)
            continue
        if header := _HEADER.match(line):
            here = _resolve(header[2], header[1] == "[[", counts)
            places[here] = number
        elif key := _KEY.match(line):
            path = here + tuple(part.strip("\"'") for part in key[1].split("."))
            places[path] = number
            open_string, depth = _run_on(key[2], "", 0)
    return places


def line_at(places: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest thing that holds it."""
    while path not in places:
        path = path[:-1]
    return places[path]


def _resolve(name: str, is_element: bool, counts: dict[Path, int]) -> Path:
    """The path of a header; array tables count up, and a name below one belongs to its latest
    element."""
    path: Path = ()
    parts = [part.strip().strip("\"'") for part in name.split(".")]
    for index, part in enumerate(parts):
        path = (*path, part)
        last = index == len(parts) - 1
        if last and is_element:
            counts[path] = counts.get(path, -1) + 1
            for below in [
                known for known in counts if len(known) > len(path) and known[: len(path)] == path
            ]:
                del counts[below]
        if path in counts:
            path = (*path, counts[path])
    return path


def _run_on(line: str, open_string: str, depth: int) -> tuple[str, int]:
    """Whether a value goes on in the next line: the string it is in (`\"\"\"` or `'''`), and how
    many brackets are open."""
    index = 0
    while index < len(line):
        three = line[index : index + 3]
        if open_string:
            if three == open_string or (len(open_string) == 1 and line[index] == open_string):
                index += len(open_string)
                open_string = ""
                continue
            index += 2 if open_string.startswith('"') and line[index] == "\\" else 1
        elif three in ('"""', "'''"):
            open_string, index = three, index + 3
        elif line[index] in "\"'":
            open_string, index = line[index], index + 1
        elif line[index] == "#":
            break
        else:
            depth += (line[index] in "[{") - (line[index] in "]}")
            index += 1
    return (open_string if len(open_string) == 3 else ""), depth
