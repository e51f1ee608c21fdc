"""What one layer's clauses make of the money before it: base, deductible, bands, caps. Whole fen;
ratios in parts.

An amount that a clause names (a share of the bill as deductible, a component at its weight) is
money and is rounded half up to the fen where it becomes an amount; what the layer pays is rounded
once, over all its bands together.
"""

from __future__ import annotations

from medaid.benefit.balance import ClaimBalance, stated_amount
from medaid.benefit.modify import changed
from medaid.benefit.plan import PlannedLayer, PlannedLimit
from medaid.errors import PolicyUndetermined
from medaid.money import RATIO_SCALE, Fen, half_up
from medaid.policy.model import Band, Base, ClauseAmount

Pieces = tuple[tuple[int, int], ...]
Bounds = tuple[tuple[int, int | None], ...]
Parts = tuple[tuple[str, int, int], ...]


def cost_of(base: Base, balance: ClaimBalance) -> tuple[int, Parts]:
    """What a base is made of: its source, less and plus what it names, not below zero; and the
    parts, where there are several."""
    amount = balance.source(base.source)
    if not base.less and not base.plus:
        return amount, ()
    parts = [(base.source, amount, RATIO_SCALE)]
    for name in base.less:
        less = balance.source(name)
        parts.append((name, less, -RATIO_SCALE))
        amount -= less
    for name, weight in base.plus:
        more = balance.source(name)
        parts.append((name, more, weight))
        amount += half_up(more * weight)
    return max(0, amount), tuple(parts)


def base_of(planned: PlannedLayer, balance: ClaimBalance) -> tuple[int, int, int, Parts]:
    """What enters the layer, what an entry ceiling sends on to a later one, what the person bore
    first, and what all that was made of."""
    amount, parts = cost_of(planned.layer.base, balance)
    first = half_up(amount * planned.initial_self_pay) if planned.initial_self_pay else 0
    amount -= first
    if planned.ceiling is not None:
        left = _left(planned.ceiling, balance)
        if left is not None and amount > left:
            return left, amount - left, first, parts
    return amount, 0, first, parts


def figure_missing(planned: PlannedLayer, says: str) -> PolicyUndetermined:
    """The refusal for a figure that decides and that no source gives."""
    return PolicyUndetermined("FIGURE_MISSING", field=planned.layer.name, rule=says)


def resolve(amount: ClauseAmount, balance: ClaimBalance) -> int | None:
    """A clause's amount as fen at this point; None for no limit."""
    if amount.ratio is None:
        return amount.fen
    fen = max(amount.least, half_up(amount.ratio * balance.source(amount.of)))
    fen = fen if amount.most is None else min(fen, amount.most)
    for change in amount.changes:
        fen = changed(fen, change)
    return fen


def deductible_of(
    planned: PlannedLayer, balance: ClaimBalance, base: int
) -> tuple[int, int, int, int]:
    """What the deductible takes out of the base; its line, what was used of it before, and what the
    year's deductibles have used together.

    A line that counts from zero takes all below it and nothing once it is reached.
    """
    if base and planned.missing_line:
        raise figure_missing(planned, planned.missing_line)
    line = resolve(planned.deductible, balance) or 0
    if planned.franchise:
        reached = base >= line if planned.inclusive else base > line
        return 0 if reached else base, line, 0, 0
    used = year_used = 0
    if planned.per == "year" or planned.year_limit is not None:
        year_used = balance.sum_of(planned.used_keys)
    if planned.per == "year":
        used = year_used
    elif planned.per == "transfer":
        label = f"{planned.layer.name}转院前已付的起付线"
        used = stated_amount(balance.claim.stated_amounts, "transfer_deductible", label)
    left = max(0, line - used)
    if planned.year_limit is not None:
        left = min(left, max(0, planned.year_limit - year_used))
    return min(base, left), line, used, year_used


def pieces_of(
    planned: PlannedLayer, base: int, deductible: int, begin: int
) -> tuple[Pieces, Bounds]:
    """The payable part of the base, laid on the bands from `begin` on their scale: (amount, ratio)
    and the bounds of each band it touches."""
    excess = base - deductible
    if excess <= 0:
        return (), ()
    if planned.missing:
        raise figure_missing(planned, planned.missing)
    if planned.measure == "flat":
        return ((excess, planned.bands[0].ratio),), ()
    if planned.slab:
        band = _slab(planned, begin + excess)
        return ((excess, band.ratio),), ((band.low, band.high),)
    end = begin + excess
    pieces, bounds, laid = [], [], 0
    for low, high, ratio in planned.bands:
        amount = (end if high is None or end < high else high) - (begin if begin > low else low)
        if amount > 0:
            pieces.append((amount, ratio))
            bounds.append((low, high))
            laid += amount
    if laid != excess:
        raise PolicyUndetermined(
            "CLAUSE_GAP",
            field=planned.layer.name,
            rule=f"{Fen(begin)} 元以上、{Fen(planned.bands[0].low)} 元以下的费用没有比例",
        )
    return tuple(pieces), tuple(bounds)


def begin_of(planned: PlannedLayer, balance: ClaimBalance, deductible: int) -> int:
    """Where on the bands' own scale the payable part begins."""
    match planned.measure:
        case "flat" | "visit_excess":
            return 0
        case "visit_gross":
            return deductible
        case "year_excess":
            return balance.sum_of(planned.run_keys)
        case _:
            return balance.sum_of(planned.run_keys) + deductible


def _slab(planned: PlannedLayer, amount: int) -> Band:
    """The one band in which the whole amount falls."""
    for band in planned.bands:
        low, high, _ = band
        above = amount > low or (amount == low and not planned.upper_inclusive)
        if above and (
            high is None or amount < high or (amount == high and planned.upper_inclusive)
        ):
            return band
    raise PolicyUndetermined(
        "CLAUSE_GAP", field=planned.layer.name, rule=f"{Fen(amount)} 元不在任何一段"
    )


def cap_left(caps: tuple[PlannedLimit, ...], balance: ClaimBalance) -> int | None:
    """The least that any cap still leaves; None where no cap limits."""
    least: int | None = None
    for planned in caps:
        left = _left(planned, balance)
        if left is not None and (least is None or left < least):
            least = left
    return least


def _left(planned: PlannedLimit, balance: ClaimBalance) -> int | None:
    """What a limit still leaves: the year's totals hold what this claim's earlier layers have used
    of it too."""
    limit = resolve(planned.amount, balance)
    switch = planned.switch
    if switch is not None and balance.source(switch.source) > (resolve(switch.above, balance) or 0):
        limit = switch.fen
    if limit is None:
        return None
    if planned.per == "year":
        limit -= balance.sum_of(planned.keys)
    elif len(planned.layers) > 1:
        for name in planned.layers:
            limit -= balance.paid.get(name, 0)
    return max(0, limit)
