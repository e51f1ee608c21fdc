"""Performance indicators (绩效评价, J36) as values: what is asked, what was measured, and a year's
statement of them. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import ClassVar, Final, NamedTuple

from medaid.fund.model.chart import read
from medaid.fund.records import Signature
from medaid.money import Fen
from medaid.regions import Region

FUND: Final = "assistance"


class IndicatorUnit(StrEnum):
    """How numerator and denominator become a value."""

    PERCENT = "percent"
    MONTHS = "months"
    """Twelve times numerator by denominator."""
    YUAN = "yuan"
    """An average."""
    COUNT = "count"
    """The numerator alone."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: what it divides by what, where both come from, the target and the document
    that sets it. `missing` says why it cannot be computed yet; empty where it can."""

    key: str
    group: str
    kind: str
    name: str
    numerator: str
    denominator: str
    unit: IndicatorUnit
    money: bool
    """Whether numerator and, unless an average, denominator are fen."""
    region: Region
    """Where it is asked for: there and in all that lies in it."""
    direction: str
    """`>=` or `<=`; empty without a target."""
    target: str
    target_cite: str
    source: str
    cite: str
    trust: str
    note: str
    missing: str


@cache
def indicators() -> tuple[Indicator, ...]:
    """All indicators in the form's order. Raises ValueError for one without source, citation or
    trust, or with a target without its document."""
    found = []
    for row in read("indicators.toml", "medaid.fund.performance")["indicator"]:
        if not all(row.get(name) for name in ("source", "cite", "trust", "numerator")):
            raise ValueError(f"indicator {row['key']} lacks source, citation or trust")
        if bool(row.get("target")) != bool(row.get("target_cite") and row.get("direction")):
            raise ValueError(f"indicator {row['key']} has a target without direction or document")
        found.append(
            Indicator(
                row["key"],
                row["group"],
                row["kind"],
                row["name"],
                row["numerator"],
                row.get("denominator", ""),
                IndicatorUnit(row["unit"]),
                row["of"] == "money",
                Region(row.get("region", "100000")),
                row.get("direction", ""),
                row.get("target", ""),
                row.get("target_cite", ""),
                row["source"],
                row["cite"],
                row["trust"],
                row.get("note", ""),
                row.get("missing", ""),
            )
        )
    if len({one.key for one in found}) != len(found):
        raise ValueError("an indicator stands twice")
    return tuple(found)


def group_scores() -> Mapping[str, int]:
    """What the county forms give each group, a hundred in all."""
    scores: Mapping[str, int] = read("indicators.toml", "medaid.fund.performance")["form"]["scores"]
    return scores


@cache
def management_topics() -> tuple[str, ...]:
    """What of the management of the money a year's statement describes (资金管理情况). Raises
    ValueError without citation or trust."""
    row = read("indicators.toml", "medaid.fund.performance")["management"]
    if not (row.get("cite") and row.get("trust")):
        raise ValueError("the management section lacks citation or trust")
    return tuple(row["topics"])


class ManagementNote(NamedTuple):
    """How the management of the money stood in one respect, and its problems; empty where there
    are none."""

    topic: str
    says: str
    problems: str


class Measure(NamedTuple):
    """Numerator and denominator of an indicator: fen or counts; a count has no denominator."""

    numerator: int
    denominator: int = 0


Measures = Mapping[str, Measure | str]
"""What was measured by indicator; words say why it was not."""


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator of a year as computed: `value` is what is printed, empty where `why` says why
    there is none; `reached` is None without a target or a value."""

    POSITIONAL: ClassVar[bool] = True

    key: str
    numerator: int | None
    denominator: int | None
    value: str
    reached: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class PerformanceStatement:
    """One version of a region's performance of a year. `digest` is what a signature names."""

    year: int
    number: int
    digest: str
    rows: tuple[IndicatorRow, ...]
    received: tuple[tuple[str, Fen], ...]
    """Money that came in, by account code of the fund's income."""
    reasons: Mapping[str, str]
    """Why a target was not reached, by indicator."""
    management: tuple[ManagementNote, ...] = ()
    """One of each subject, in the form's order; none in statements made before it was asked for."""
    trail: tuple[Signature, ...] = ()
