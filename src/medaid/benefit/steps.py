"""What one layer does to a claim at its place in the walk: it takes its base, its deductible, its
bands and its cap, and pays. Whole fen."""

from __future__ import annotations

from medaid.benefit.arithmetic import (
    Pieces,
    base_of,
    begin_of,
    cap_left,
    cost_of,
    deductible_of,
    figure_missing,
    pieces_of,
)
from medaid.benefit.balance import ClaimBalance, stated_amount
from medaid.benefit.model import PLAIN, RESERVED, Claim, Reckoning, Step
from medaid.benefit.plan import PlannedLayer
from medaid.errors import BadInput
from medaid.money import RATIO_SCALE, Fen, half_up


def reserved_of(claim: Claim) -> int:
    """What others have paid already: kept aside from the start."""
    return int(claim.stated_amounts.get(RESERVED, 0))


def step_of(planned: PlannedLayer, balance: ClaimBalance) -> Step:
    """What one layer does with what is left of the claim, as a cited step."""
    if planned.refusal:
        return _made(planned, 0, 0, 0, planned.refusal)
    if balance.year_end and balance.totals.get(f"paid:{planned.layer.id}", 0):
        return _made(planned, 0, 0, 0, "本年度已支付过")
    if planned.shares:
        return _share_step(planned, balance)
    if planned.lump is not None:
        return _lump_step(planned, balance)
    return _given_step(planned, balance)


def _made(
    planned: PlannedLayer,
    base: int,
    uncapped: int,
    paid: int,
    why: str,
    pieces: Pieces = (),
    reckoning: Reckoning = PLAIN,
    deductible: int = 0,
    limit: int | None = None,
    overflow: int = 0,
    bounds: tuple[tuple[int, int | None], ...] = (),
    first: int = 0,
) -> Step:
    """The step of a layer; most have neither deductible nor bands nor caps."""
    layer = planned.layer
    return Step(
        layer.id,
        layer.name,
        layer.tier,
        layer.fund,
        layer.base.source,
        base,
        deductible,
        pieces,
        uncapped,
        limit,
        paid,
        planned.cites,
        why,
        overflow,
        bounds,
        first,
        reckoning,
    )


def _given_step(planned: PlannedLayer, balance: ClaimBalance) -> Step:
    """An amount that others fixed. What others have paid already was reserved for it; what the
    agency gives must fit what is left."""
    layer = planned.layer
    if layer.given == RESERVED:
        base, paid = balance.all_left, balance.reserved
        balance.reserved = 0
        beyond = reserved_of(balance.claim) > balance.total
        why = "其他支付超过医疗费总额的部分不计入" if beyond else ""
        return _made(planned, base, paid, paid, why)
    amount = stated_amount(balance.claim.stated_amounts, layer.given, layer.name)
    base, parts = cost_of(layer.base, balance)
    left = min(base, balance.all_left - balance.reserved)
    if amount > left:
        raise BadInput(
            "AMOUNT_SUM",
            field=layer.given,
            rule=f"{layer.name} {Fen(amount)} 元超过可支付的 {Fen(left)} 元",
        )
    return _made(planned, base, amount, amount, "", (), PLAIN._replace(parts=parts))


def _share_step(planned: PlannedLayer, balance: ClaimBalance) -> Step:
    layer = planned.layer
    base, overflow, first, made_of = base_of(planned, balance)
    deductible, line, used, year_used = deductible_of(planned, balance, base)
    begin = begin_of(planned, balance, deductible)
    pieces, bounds = pieces_of(planned, base, deductible, begin)
    parts = 0
    for amount, ratio in pieces:
        parts += amount * ratio
    floor: tuple[int, str, int] | None = None
    if planned.floor is not None:
        floor = (*planned.floor, balance.source(planned.floor[1]))
        parts = max(parts, floor[0] * floor[2])
    uncapped = min(half_up(parts), base)
    if uncapped and planned.missing_cap:
        raise figure_missing(planned, planned.missing_cap)
    limit = cap_left(planned.caps, balance) if planned.caps else None
    within = uncapped if limit is None else min(uncapped, limit)
    carried, names = balance.carried_amounts, planned.names
    carried[names.overflow] = overflow
    carried[names.deductible] = deductible
    carried[names.over_cap] = uncapped - within
    paid, why = payable("" if layer.base.plus else layer.base.source, within, balance)
    how = planned.reckoning
    if made_of or begin or year_used or used or floor is not None or line != how.line:
        how = Reckoning(
            made_of,
            how.initial_ratio,
            line,
            how.per,
            used,
            how.year_limit,
            year_used,
            how.measure,
            begin,
            how.slab,
            how.ratios,
            how.adjustments,
            floor,
        )
    return _made(
        planned, base, uncapped, paid, why, pieces, how, deductible, limit, overflow, bounds, first
    )


def payable(source: str, amount: int, balance: ClaimBalance) -> tuple[int, str]:
    """No layer pays what is no longer there: what others paid already, what earlier layers paid of
    the same kind of cost.

    A base that several kinds of cost make up has no kind of its own (`source` empty).
    """
    left = balance.all_left - balance.reserved
    of_kind = left
    if source.startswith("in_policy"):
        of_kind = balance.in_left
    elif source.startswith("out_of_policy"):
        of_kind = balance.all_left - balance.in_left
    if amount <= min(left, of_kind):
        return amount, ""
    return (
        (left, f"以尚未支付的 {Fen(left)} 元为限")
        if left <= of_kind
        else (of_kind, f"以该类费用尚未支付的 {Fen(of_kind)} 元为限")
    )


def _lump_step(planned: PlannedLayer, balance: ClaimBalance) -> Step:
    layer = planned.layer
    assert planned.lump is not None
    fen, source, above = planned.lump
    base, parts = cost_of(layer.base, balance)
    if balance.totals.get(f"paid:{layer.id}", 0) > 0:
        return _made(planned, base, 0, 0, "本年度已支付过")
    held = balance.source(source)
    reckoning = PLAIN._replace(parts=parts, trigger=(source, held, above))
    if held <= above:
        return _made(planned, base, 0, 0, f"未超过 {Fen(above)} 元", (), reckoning)
    paid, why = payable("" if layer.base.plus else layer.base.source, min(fen, base), balance)
    return _made(planned, base, fen, paid, why, ((fen, RATIO_SCALE),), reckoning)
