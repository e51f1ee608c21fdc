"""The words for codes: what stands on a paper in place of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from medaid.regions import region_name

_DATA: Final = Path(__file__).with_name("dictionary.toml")


def word(field: str, code: str) -> str:
    """What `code` of `field` is called; one that nobody listed is 其他(代码 77)."""
    return dictionary()[field].get(code) or (f"其他(代码 {code})" if code else "")


@cache
def dictionary() -> Mapping[str, Mapping[str, str]]:
    """Every code with its word, by field."""
    found: dict[str, dict[str, str]] = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return found


def agency_name(region: str) -> str:
    """How papers name the agency (经办机构) of a region."""
    return f"{region_name(region)}医疗保障经办机构"
