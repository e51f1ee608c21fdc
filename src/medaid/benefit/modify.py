"""What modifiers do to a ratio, a deductible, a cap or a ceiling: first what is added, then
factors, then the least that remains.

The order is the same for all, so that two modifiers of one document cannot depend on which of them
was written first.
"""

from __future__ import annotations

from collections.abc import Sequence

from medaid.errors import PolicyUndetermined
from medaid.money import RATIO_SCALE, half_up
from medaid.policy.model import Change, ClauseAmount, Modifier
from medaid.policy.vocabulary import FACT_NAMES, Facts


def steps(modifier: Modifier, facts: Facts) -> int:
    """How often a modifier counts: once, or per year of age or enrolment, or per stay, above
    `per_from`."""
    if not modifier.per:
        return 1
    number = getattr(facts, modifier.per)
    if number is None:
        name = FACT_NAMES[modifier.per]
        raise PolicyUndetermined(
            "FACT_MISSING",
            field=modifier.per,
            rule=f"{modifier.row.cite.text} 按{name}计算,须提供{name}({modifier.per})",
        )
    return max(0, int(number) - modifier.per_from)


def _within(total: int, most: int | None) -> int:
    return total if most is None else max(-most, min(most, total))


def ratio_adjustments(modifiers: Sequence[Modifier], facts: Facts) -> tuple[tuple[str, int], ...]:
    """What changes a ratio, in the order of doing: all points together, each factor, the highest
    floor. Parts per whole."""
    mine = [m for m in modifiers if m.target == "ratio"]
    points = sum(_within(m.points * steps(m, facts), m.most) for m in mine)
    floor = max((m.floor for m in mine if m.floor is not None), default=None)
    return (
        *((("points", points),) if points else ()),
        *(("times", m.times) for m in mine if m.times is not None),
        *((("floor", floor),) if floor is not None else ()),
    )


def adjusted(ratio: int, adjustments: Sequence[tuple[str, int]]) -> int:
    """Parts per whole; never below zero nor above the whole. Raises PolicyUndetermined PACK_INVALID
    where the scale cannot hold a product."""
    for kind, parts in adjustments:
        if kind == "points":
            ratio += parts
        elif kind == "times":
            ratio, rest = divmod(ratio * parts, RATIO_SCALE)
            if rest:
                raise PolicyUndetermined(
                    "PACK_INVALID", field="times", rule="比例相乘后小数位过多,无法精确表示"
                )
        else:
            ratio = max(ratio, parts)
    return max(0, min(RATIO_SCALE, ratio))


def changed_amount(
    amount: ClauseAmount, target: str, modifiers: Sequence[Modifier], facts: Facts
) -> ClauseAmount:
    """A deductible, cap or ceiling with its modifiers; what is not limited stays so. An amount not
    known yet keeps the change for later."""
    mine = [m for m in modifiers if m.target == target]
    if not mine:
        return amount
    if amount.fen is None and amount.ratio is None:
        return amount
    add = sum(_within(m.fen * steps(m, facts), m.most) for m in mine)
    times = RATIO_SCALE
    for m in (m for m in mine if m.times is not None):
        times, rest = divmod(times * (m.times or 0), RATIO_SCALE)
        if rest:
            raise PolicyUndetermined(
                "PACK_INVALID", field="times", rule=f"{m.row.cite.text} 的倍数相乘后小数位过多"
            )
    change = Change(add, times, max((m.least for m in mine if m.least is not None), default=None))
    if amount.ratio is not None:
        return amount._replace(changes=(change,))
    return amount._replace(fen=changed(amount.fen or 0, change))


def changed(fen: int, change: Change) -> int:
    """`fen` with one change applied, half up to the fen, not below zero."""
    fen = max(0, fen + change.add)
    if change.times is not None:
        fen = half_up(fen * change.times)
    return fen if change.least is None else max(fen, change.least)
