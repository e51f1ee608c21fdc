"""Categories of assisted persons that nobody has at the same time, as `categories.toml` lists them.
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from medaid.people.model import CATEGORIES


def exclusions(pairs: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """By category those that it excludes, each pair read both ways. Raises ValueError for a
    pair without its article or of unknown categories."""
    found: dict[str, set[str]] = {}
    for pair in pairs:
        one, other = pair["categories"]
        if not pair["article"] or one == other or {one, other} - CATEGORIES.keys():
            raise ValueError(f"categories that exclude each other: {one}, {other}")
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return found
