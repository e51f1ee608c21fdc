"""What the data files of this package say: categories and how they are written, columns and codes,
and who may report what.

`categories.toml`, `formats.toml` and `senders.toml` are read once. A contradiction in them (a code
in two categories, one wording with two meanings, an unknown department) is a ValueError at load:
never "the first wins". Sources: 苏医保办发〔2023〕27号 art. 7 to 10 (J7 to J10).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

from medaid.dropped.cells import folded
from medaid.dropped.table import TableColumn
from medaid.dropped.table import TableLimits as TableLimits
from medaid.people.exclusions import exclusions
from medaid.people.model import CATEGORIES
from medaid.regions import Region

KINDS: Final = ("roster", "enrolment")


class UnknownWording(ValueError):
    """The Chinese sentence says why a wording or code names no category."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category of assisted persons (救助类型)."""

    code: str
    name: str
    departments: frozenset[str]
    """Who may determine it."""
    answer: str
    """psn_idet_type that we give where the department reported none."""
    trust: str
    article: str
    excludes: frozenset[str] = frozenset()
    """Categories that nobody has at the same time as this one."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A department that may drop files."""

    code: str
    name: str
    department: str
    kinds: frozenset[str]
    regions: tuple[str, ...]
    categories: frozenset[str] | None = None

    def reports(self, admdvs: str) -> bool:
        """Whether the region is one it may report about."""
        return any(within(admdvs, region) for region in self.regions)


def within(admdvs: str, region: str) -> bool:
    """Whether `admdvs` is `region` or lies in it: 440902 lies in 440900, 440900 and 440902 in
    440000."""
    return Region(region).contains(Region(admdvs))


class RosterLimits(NamedTuple):
    """Beyond these a file or value is absurd."""

    rows: int
    bytes: int
    manifest_bytes: int
    cell: int
    own_fields: int
    ending_percent: int
    oldest_years: int
    earliest_start: date
    start_days_ahead: int
    end_years_ahead: int
    open_ends: tuple[date, ...]

    @property
    def table(self) -> TableLimits:
        """Those of them that hold for any dropped table."""
        return TableLimits(self.bytes, self.rows, self.cell, self.own_fields, notes_aside=True)


@dataclass(frozen=True)
class Catalogue:
    """All of it, checked."""

    categories: Mapping[str, Category]
    departments: Mapping[str, tuple[str, tuple[str, ...]]]
    """Name and the words by which a text names the department."""
    columns: Mapping[str, tuple[TableColumn, ...]]
    """By kind of file."""
    codes: Mapping[str, Mapping[str, str]]
    """By field: folded wording or code → code."""
    senders: Mapping[str, Sender]
    regions: Mapping[str, str]
    """Folded name → admdvs."""
    limits: RosterLimits
    _wordings: Mapping[str, str] = field(default_factory=dict)
    _regional: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    _unsettled: Mapping[str, str] = field(default_factory=dict)

    def category(self, text: str, admdvs: str) -> Category:
        """The category that a department of region `admdvs` means by `text` (wording or national
        code). Raises UnknownWording.

        What the region's own table says wins, the longest region first; else what holds everywhere.
        """
        wanted = folded(text)
        if wanted in self._unsettled:
            raise UnknownWording(self._unsettled[wanted])
        for digits in (6, 4, 2):
            code = self._regional.get(admdvs[:digits], {}).get(wanted)
            if code:
                return self.categories[code]
        code = self._wordings.get(wanted)
        if code is None:
            raise UnknownWording("未在救助类型对照表内")
        return self.categories[code]

    def code(self, field: str, text: str) -> str | None:
        """The code that a text or code of `field` (sex, cert_type, insutype, status, psn_type)
        stands for, or None."""
        return self.codes[field].get(folded(text))

    def department(self, text: str) -> str | None:
        """The department that `text` names (code, name or e.g. 茂名市民政局), or None where it
        names none or several."""
        wanted = folded(text)
        if text in self.departments:
            return text
        found = {
            code
            for code, (_, words) in self.departments.items()
            if any(word in wanted for word in words)
        }
        return found.pop() if len(found) == 1 else None

    def region(self, text: str) -> str | None:
        """admdvs (six digits) of a code or name, None where it is neither."""
        wanted = folded(text)
        return wanted if len(wanted) == 6 and wanted.isdigit() else self.regions.get(wanted)


@cache
def catalogue() -> Catalogue:
    """The catalogue of this installation."""
    files = {
        name: resources.files("medaid.people").joinpath(f"{name}.toml").read_text("utf-8")
        for name in ("categories", "formats", "senders")
    }
    return compiled(**{name: tomllib.loads(text) for name, text in files.items()})


def compiled(
    categories: Mapping[str, Any], formats: Mapping[str, Any], senders: Mapping[str, Any]
) -> Catalogue:
    """The catalogue that the three files say. Raises ValueError naming the contradiction."""
    departments = {
        code: (d["name"], tuple(d["words"])) for code, d in categories["departments"].items()
    }
    excluded = exclusions(categories.get("excludes", []))
    if categories["category"].keys() != CATEGORIES.keys():
        raise ValueError(
            "categories missing or unknown:"
            f" {sorted(categories['category'].keys() ^ CATEGORIES.keys())}"
        )
    known = {
        code: _category(code, facts, departments, excluded.get(code, set()))
        for code, facts in categories["category"].items()
    }
    everywhere, regional = _wordings(categories, known)
    unsettled = {folded(code): reason for code, reason in categories["unsettled"].items()}
    both = unsettled.keys() & (
        everywhere.keys() | {text for table in regional.values() for text in table}
    )
    if both:
        raise ValueError(f"codes both settled and unsettled: {sorted(both)}")
    return Catalogue(
        categories=known,
        departments=departments,
        columns={
            kind: tuple(
                TableColumn(**column | {"aliases": tuple(column.get("aliases", ()))})
                for column in formats[kind]
            )
            for kind in KINDS
        },
        codes={name: _codes(name, table) for name, table in formats["codes"].items()},
        senders={
            code: _sender(code, facts, departments, known)
            for code, facts in senders["sender"].items()
        },
        regions=_unique(
            "region", ((name, code) for code, names in senders["regions"].items() for name in names)
        ),
        limits=RosterLimits(
            **formats["limits"]
            | {"open_ends": tuple(map(date.fromisoformat, formats["limits"]["open_ends"]))}
        ),
        _wordings=everywhere,
        _regional=regional,
        _unsettled=unsettled,
    )


def _category(
    code: str, facts: Mapping[str, Any], departments: Mapping[str, Any], excludes: Set[str]
) -> Category:
    unknown = set(facts["departments"]) - departments.keys()
    if unknown or facts["trust"] not in ("A", "B", "L") or not facts["article"]:
        raise ValueError(
            f"category {code}: unknown department {sorted(unknown)}, or no trust or article"
        )
    return Category(
        code,
        CATEGORIES[code],
        frozenset(facts["departments"]),
        facts["answer"],
        facts["trust"],
        facts["article"],
        frozenset(excludes),
    )


def _wordings(
    categories: Mapping[str, Any], known: Mapping[str, Category]
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    pairs = [
        (text, code)
        for code, facts in categories["category"].items()
        for text in (*facts["wordings"], *facts["codes"], CATEGORIES[code])
    ]
    everywhere = _unique("wording", pairs)
    rows = [(row["region"], row["text"], row["category"]) for row in categories.get("wording", [])]
    rows += [
        (region, code, of)
        for of, facts in categories["category"].items()
        for region, codes in facts.get("local", {}).items()
        for code in codes
    ]
    strays = {of for _, _, of in rows} - known.keys()
    if strays:
        raise ValueError(f"wordings of unknown categories: {sorted(strays)}")
    regional = {
        region: _unique(f"wording in {region}", ((text, of) for r, text, of in rows if r == region))
        for region in {r for r, _, _ in rows}
    }
    return everywhere, regional


def _unique(what: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Folded text → code; refuses one text with two meanings."""
    table: dict[str, str] = {}
    for text, code in pairs:
        key = folded(text)
        if table.setdefault(key, code) != code:
            raise ValueError(f"{what} {text} means both {table[key]} and {code}")
    return table


def _codes(name: str, table: Mapping[str, list[str]]) -> dict[str, str]:
    return _unique(name, ((text, code) for code, texts in table.items() for text in (*texts, code)))


def _sender(
    code: str,
    facts: Mapping[str, Any],
    departments: Mapping[str, Any],
    known: Mapping[str, Category],
) -> Sender:
    narrowed = frozenset(facts["categories"]) if "categories" in facts else None
    if (
        facts["department"] not in departments
        or set(facts["kinds"]) - set(KINDS)
        or (narrowed or frozenset()) - known.keys()
    ):
        raise ValueError(f"sender {code}: unknown department, kind or category")
    if not facts["regions"] or any(
        len(region) != 6 or not region.isdigit() for region in facts["regions"]
    ):
        raise ValueError(f"sender {code}: a region has six digits")
    return Sender(
        code,
        facts["name"],
        facts["department"],
        frozenset(facts["kinds"]),
        tuple(facts["regions"]),
        narrowed,
    )
