"""Which row of a clause table applies to a set of facts: one, or an error that names why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from medaid.errors import PolicyUndetermined
from medaid.policy.model import HasRow, When, preferred
from medaid.policy.vocabulary import FACT_NAMES, Facts


def holds(when: When, facts: Facts, label: str) -> bool:
    """Whether the condition holds. A fact that would decide it and is not known is an error, not a
    no."""
    answer, unknown = _answer(when, facts)
    if unknown:
        raise _missing(unknown, label)
    return answer


def _answer(when: When, facts: Facts) -> tuple[bool, str]:
    """(holds, ""), or (False, the fact that decides and is not known). One known no decides,
    whatever else is not known."""
    unknown = ""
    for name, values in when.sets:
        value = getattr(facts, name)
        if value is None:
            unknown = unknown or name
        elif value not in values:
            return False, ""
    for name, low, high in when.ranges:
        number = getattr(facts, name)
        if number is None:
            unknown = unknown or name
        elif number < low or (high is not None and number >= high):
            return False, ""
    return not unknown, unknown


def any_holds(among: Sequence[When], facts: Facts, label: str) -> bool:
    """Whether one of several conditions holds; one known yes decides."""
    answers = [_answer(when, facts) for when in among]
    if any(answer for answer, _ in answers):
        return True
    unknown = next((name for _, name in answers if name), "")
    if unknown:
        raise _missing(unknown, label)
    return False


def _missing(name: str, label: str) -> PolicyUndetermined:
    return PolicyUndetermined(
        "FACT_MISSING",
        field=name,
        rule=f"{label}的条款按{FACT_NAMES[name]}区分,须提供{FACT_NAMES[name]}({name})",
    )


def choose(
    rows: Sequence[HasRow], facts: Facts, label: str, needed: bool, may_miss: bool = False
) -> Any:
    """The one row that applies; None where none does and none is needed. A row without a citable
    figure is an error unless it `may_miss`."""
    holding = preferred([r for r in rows if holds(r.row.when, facts, label)])
    if len(holding) > 1:
        clauses = "与".join(r.row.cite.text for r in holding)
        raise PolicyUndetermined(
            "CLAUSE_CONFLICT", field=label, rule=f"{clauses} 同时适用,须以 over 注明何者优先"
        )
    if not holding and needed:
        raise PolicyUndetermined(
            "CLAUSE_GAP", field=label, rule=f"{_facts_text(facts)} 没有适用的条款"
        )
    if holding and holding[0].row.missing and not may_miss:
        raise PolicyUndetermined("FIGURE_MISSING", field=label, rule=holding[0].row.missing)
    return holding[0] if holding else None


def _facts_text(facts: Facts) -> str:
    return "、".join(
        f"{FACT_NAMES[name]}={value}"
        for name, value in zip(facts._fields, facts, strict=True)
        if value is not None
    )
