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
from medaid.money import Fen, half_up
from medaid.policy.model import Amount, Band, Base

Pieces = tuple[tuple[int, int], ...]
Bounds = tuple[tuple[int, int | None], ...]


def cost_of(base: Base, balance: ClaimBalance) -> int:
    """What a base is made of: its source, less and plus what it names, not below zero."""
    amount = balance.source(base.source)
    for name in base.less:
        amount -= balance.source(name)
    for name, weight in base.plus:
        amount += half_up(balance.source(name) * weight)
    return max(0, amount)


def base_of(planned: PlannedLayer, balance: ClaimBalance) -> tuple[int, int, int]:
    """What enters the layer, what an entry ceiling sends on to a later one, and what the person
    bore first."""
    amount = cost_of(planned.layer.base, balance)
    first = half_up(amount * planned.initial_self_pay) if planned.initial_self_pay else 0
    amount -= first
    if planned.ceiling is not None:
        left = _left(planned.ceiling, balance)
        if left is not None and amount > left:
            return left, amount - left, first
    return amount, 0, first


def resolve(amount: Amount, balance: ClaimBalance) -> int | None:
    """A clause's amount as fen at this point; None for no limit."""
    if amount.ratio is None:
        return amount.fen
    fen = max(amount.least, half_up(amount.ratio * balance.source(amount.of)))
    fen = fen if amount.most is None else min(fen, amount.most)
    for change in amount.changes:
        fen = changed(fen, change)
    return fen


def deductible_of(planned: PlannedLayer, balance: ClaimBalance, base: int) -> int:
    """What the deductible takes out of the base. A franchise takes all below its line and nothing
    once it is reached."""
    line = resolve(planned.deductible, balance) or 0
    if planned.franchise:
        reached = base >= line if planned.inclusive else base > line
        return 0 if reached else base
    if planned.per == "year":
        line = max(0, line - balance.sum_of(planned.used_keys))
    elif planned.per == "transfer":
        line = max(
            0,
            line
            - stated_amount(
                balance.claim.stated_amounts,
                "transfer_deductible",
                f"{planned.layer.name}转院前已付的起付线",
            ),
        )
    if planned.year_limit is not None:
        line = min(line, max(0, planned.year_limit - balance.sum_of(planned.used_keys)))
    return min(base, line)


def pieces_of(
    planned: PlannedLayer, balance: ClaimBalance, base: int, deductible: int
) -> tuple[Pieces, Bounds]:
    """The payable part of the base, laid on the bands: (amount, ratio) and the bounds of each band
    it touches."""
    excess = base - deductible
    if excess <= 0:
        return (), ()
    if planned.missing:
        raise PolicyUndetermined("FIGURE_MISSING", field=planned.layer.name, rule=planned.missing)
    if planned.measure == "flat":
        return ((excess, planned.bands[0].ratio),), ()
    begin = _begin(planned, balance, deductible)
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


def _begin(planned: PlannedLayer, balance: ClaimBalance, deductible: int) -> int:
    """Where on the bands' own scale the payable part begins."""
    match planned.measure:
        case "visit_excess":
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
        above = amount > low or (amount == low and (not planned.upper_inclusive or low == 0))
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
