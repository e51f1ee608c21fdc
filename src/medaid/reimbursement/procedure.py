"""The handling procedure (经办规程) as one value, loaded from procedure.toml: moves, incompatible
posts, clocks, steps_claimed, limits.

Rules take it as an argument. A figure or a separation rule without a citation does not load; two
clock rows for one region and day, or none, are errors that name the region.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from medaid.clocks import EscalationStep
from medaid.errors import PolicyUndetermined
from medaid.money import Fen
from medaid.payments.model import Duty
from medaid.reimbursement.model import NOTHING, State
from medaid.workdays import WorkingDays

_DATA: Final = Path(__file__).with_name("procedure.toml")
TRUSTS: Final = ("S", "G", "N", "R")
NO_DAYS: Final = WorkingDays(0)


@dataclass(frozen=True, slots=True)
class Move:
    """An allowed act: from which states it leads where, by which roles, and what must be given with
    it. An empty `target` stays."""

    act: str
    says: str
    kind: str
    sources: frozenset[str]
    target: str
    roles: frozenset[str]
    needs: tuple[str, ...]
    cite: str

    @property
    def duty(self) -> Duty | None:
        """The duty in a region's office that who does it holds from then on (Q3.1)."""
        return Duty(self.kind) if self.kind in [*Duty] else None


@dataclass(frozen=True, slots=True)
class Separation:
    """Incompatible posts (不相容岗位): who did an act of kind `first` may not do one of kind
    `then` on the same case."""

    id: str
    first: frozenset[str]
    then: frozenset[str]
    mutual: bool
    rule: str
    cite: str

    def forbids(self, done: str, wanted: str) -> bool:
        """Whether one person who did `done` may not do `wanted`."""
        return done in self.first and wanted in self.then and not (self.mutual and done == wanted)


@dataclass(frozen=True, slots=True)
class ClockRule:
    """How many working days a region gives itself (J28). `none` says why there is no statutory
    clock, where there is none."""

    regions: tuple[str, ...]
    since: date
    cite: str
    none: str = ""
    small_care: frozenset[str] = frozenset()
    small_limit: Fen = NOTHING
    small_days: WorkingDays = NO_DAYS
    days: WorkingDays = NO_DAYS
    special_days: WorkingDays = NO_DAYS
    stops: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Arrears:
    """How the unpaid basic and critical parts are treated under employer arrears (J23): `deemed`
    paid or the person's `own`."""

    regions: tuple[str, ...]
    treatment: str
    cite: str


@dataclass(frozen=True, slots=True)
class HandlingLimits:
    """Limits of handling. Bytes, seconds, counts, civil days."""

    file_bytes: int
    file_types: tuple[str, ...]
    file_seconds: int
    lines: int
    receipts: int
    page: int
    coverage_days: int


@dataclass(frozen=True, slots=True)
class Procedure:
    """procedure.toml as values: what may be done with a case, by whom, and until when."""

    states: Mapping[str, str]
    roles: Mapping[str, str]
    moves: Mapping[str, Move]
    separations: tuple[Separation, ...]
    clocks: tuple[ClockRule, ...]
    escalation: tuple[EscalationStep, ...]
    step_names: Mapping[str, str]
    step_roles: Mapping[str, str]
    hardship_points: int
    hardship_cite: str
    arrears: tuple[Arrears, ...]
    limits: HandlingLimits
    owners: Mapping[str, str]
    reasons: Mapping[str, str]

    @property
    def warning(self) -> WorkingDays:
        """How many working days before the due day a case counts as warned."""
        return -min(step.offset for step in self.escalation)

    def clock(self, admdvs: str, day: date) -> ClockRule:
        """The clock of region `admdvs` for a case accepted on `day`. Raises PolicyUndetermined
        FIGURE_MISSING or CLAUSE_CONFLICT."""
        fit = [
            (len(r), rule)
            for rule in self.clocks
            for r in rule.regions
            if admdvs.startswith(r) and rule.since <= day
        ]
        longest = max((length for length, _ in fit), default=0)
        chosen = [rule for length, rule in fit if length == longest]
        if not chosen:
            raise PolicyUndetermined(
                "FIGURE_MISSING",
                field="insu_admdvs",
                rule=f"{admdvs} 在 {day} 没有可引用的手工报销办理时限",
            )
        if len(chosen) > 1:
            raise PolicyUndetermined(
                "CLAUSE_CONFLICT", field="insu_admdvs", rule="与".join(rule.cite for rule in chosen)
            )
        return chosen[0]

    def arrears_of(self, admdvs: str) -> Arrears:
        """How `admdvs` treats the unpaid parts under arrears. Raises PolicyUndetermined
        FIGURE_MISSING where no document says it."""
        fit = [
            (len(r), rule) for rule in self.arrears for r in rule.regions if admdvs.startswith(r)
        ]
        if not fit:
            raise PolicyUndetermined(
                "FIGURE_MISSING",
                field="insu_admdvs",
                rule=f"{admdvs} 没有单位欠费时救助先行支付的规定",
            )
        return max(fit, key=lambda found: found[0])[1]


def _cited(row: Mapping[str, Any], what: str) -> str:
    if not str(row.get("cite", "")).strip():
        raise ValueError(f"{what} carries no citation")
    if row.get("trust", "S") not in TRUSTS:
        raise ValueError(f"{what} has a trust that may not be cited: {row['trust']}")
    return str(row["cite"])


def _move(row: Mapping[str, Any]) -> Move:
    states = {*State, ""}
    if unknown := ({*row["from"]} | {row["to"]}) - states:
        raise ValueError(f"move {row['act']}: unknown state {sorted(unknown)}")
    needs = tuple(row.get("needs", ()))
    return Move(
        row["act"],
        row["says"],
        row["kind"],
        frozenset(row["from"]),
        row["to"],
        frozenset(row["roles"]),
        needs,
        row.get("cite", ""),
    )


def _separation(row: Mapping[str, Any]) -> Separation:
    cite = _cited(row, f"separation {row['id']}")
    kinds = row.get("kinds", ())
    first, then = frozenset(row.get("first", kinds)), frozenset(row.get("then", kinds))
    return Separation(row["id"], first, then, row.get("mutual", False), row["rule"], cite)


def _clock(row: Mapping[str, Any]) -> ClockRule:
    cite = _cited(row, f"clock of {row['regions']}")
    if "none" in row:
        return ClockRule(tuple(row["regions"]), row["from"], cite, none=row["none"])
    return ClockRule(
        tuple(row["regions"]),
        row["from"],
        cite,
        small_care=frozenset(row["small_care"]),
        small_limit=Fen.of_yuan(row["small_limit"]),
        small_days=WorkingDays(row["small_days"]),
        days=WorkingDays(row["days"]),
        special_days=WorkingDays(row["special_days"]),
        stops=frozenset(row["stops"]),
    )


def _no_twins(names: Sequence[str], what: str) -> None:
    if twins := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{what} twice: {sorted(twins)}")


def read(text: str) -> Procedure:
    """The procedure in TOML text. Raises ValueError naming what is uncited, unknown or given twice;
    KeyError for what is missing."""
    data = tomllib.loads(text)
    _no_twins([m["act"] for m in data["move"]], "move")
    _no_twins([s["id"] for s in data["separation"]], "separation")
    moves = {row["act"]: _move(row) for row in data["move"]}
    if unknown := {role for m in moves.values() for role in m.roles} - {*data["roles"]}:
        raise ValueError(f"unknown roles {sorted(unknown)}")
    if unnamed := {*State} - {*data["states"]}:
        raise ValueError(f"states without a name: {sorted(unnamed)}")
    escalation = tuple(
        sorted(
            (EscalationStep(r["name"], WorkingDays(r["offset"])) for r in data["escalation"]),
            key=lambda r: r.offset,
        )
    )
    limits = {name: value for name, value in data["limits"].items() if name != "trust"}
    return Procedure(
        states=data["states"],
        roles=data["roles"],
        moves=moves,
        separations=tuple(_separation(row) for row in data["separation"]),
        clocks=tuple(_clock(row) for row in data["clock"]),
        escalation=escalation,
        step_names={r["name"]: r["says"] for r in data["escalation"]},
        step_roles={r["name"]: r["to"] for r in data["escalation"]},
        hardship_points=data["hardship"]["most_points"],
        hardship_cite=_cited(data["hardship"], "hardship"),
        arrears=tuple(
            Arrears(tuple(r["regions"]), r["treatment"], _cited(r, "arrears"))
            for r in data["arrears"]
        ),
        limits=HandlingLimits(**{**limits, "file_types": tuple(limits["file_types"])}),
        owners=data["owners"],
        reasons=data["reasons"],
    )


@cache
def procedure() -> Procedure:
    """The procedure that ships with the product."""
    return read(_DATA.read_text(encoding="utf-8"))
