"""The split of a fee line (明细分割): what of it is own expense, over the limit price, paid first
by the person, and in scope. Pure arithmetic in whole fen, half up.

    amount  = cnt × pric                                       L1
    over    = (pric − limit) × cnt, where a limit is exceeded
    preself = share of (amount − over)
    inscp   = the rest, so that amount = own + over + preself + inscp    L2

Source: 定点医药机构接口规范 2204 and 2301 (明细分割结果); identities L1 to L3 in
docs/national-interface.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from medaid.catalogue.model.lines import OwnExpense, Quantity, Split, Terms
from medaid.catalogue.model.rows import CLASSES, UnitPrice
from medaid.catalogue.model.sums import FeeGroup, LineSums
from medaid.money import RATIO_SCALE, Fen, half_up

_FEN: Final = 10**8
"""Ten-thousandths of a unit × millionths of a yuan in one fen."""
_NOTHING: Final = Fen(0)
NO_LINES: Final = LineSums(0, _NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING)


def line_amount(quantity: Quantity, price: UnitPrice) -> Fen:
    """L1: quantity × price, half up to the fen; negative for a negative quantity."""
    return Fen(half_up(quantity * price, _FEN))


def split_line(quantity: Quantity, price: UnitPrice, terms: Terms) -> Split:
    """The parts of a line. A negative quantity gives the mirror of the positive one: a refund turns
    the sign of its original's split, by the original's terms."""
    amount = half_up(quantity * price, _FEN)
    if terms.own_expense:
        return Split(Fen(amount), Fen(amount), _NOTHING, _NOTHING, _NOTHING)
    limit, over = terms.limit, 0
    if limit is not None and price > limit:
        over = half_up(quantity * (price - limit), _FEN)
    first = half_up((amount - over) * terms.share, RATIO_SCALE)
    return Split(Fen(amount), _NOTHING, Fen(over), Fen(first), Fen(amount - over - first))


def negated(split: Split) -> Split:
    """The same parts with the sign turned."""
    return Split(*(-fen for fen in split))


def sums_with(sums: LineSums, split: Split, terms: Terms, lines: int = 1) -> LineSums:
    """`sums` and one more line; with a negated split and `lines` of −1, without it again."""
    groups = dict(sums.groups)
    group = _group_with(groups.get(terms.fee_class), split, terms)
    if any(group):
        groups[terms.fee_class] = group
    else:
        groups.pop(terms.fee_class, None)
    return LineSums(
        sums.count + lines,
        sums.amount + split.amount,
        sums.own_expense + split.own_expense,
        sums.over_limit + split.over_limit,
        sums.initial_self_pay + split.initial_self_pay,
        sums.in_policy + split.in_policy,
        groups,
        sums.care,
    )


def _group_with(held: FeeGroup | None, split: Split, terms: Terms) -> FeeGroup:
    """item_sumamt, item_claa_amt, item_clab_amt, item_ownpay_amt, item_oth_amt of a fee class: each
    line counts in one of the last four."""
    column = 3 if terms.own_expense else {"01": 1, "02": 2}.get(terms.item_class, 4)
    before = held or FeeGroup(_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING)
    return FeeGroup(
        *(fen + split.amount if index in (0, column) else fen for index, fen in enumerate(before))
    )


_SAYS: Final[Mapping[OwnExpense, str]] = {
    OwnExpense.UNMAPPED: "该编码未对照医保目录,全额自费",
    OwnExpense.NOT_LISTED: "医保目录当日无此项目,全额自费",
    OwnExpense.EXCLUDED: "丙类项目,全额自费",
    OwnExpense.NOT_APPROVED: "限定支付范围未经医院审批通过,全额自费",
}


def split_sentence(quantity: Quantity, price: UnitPrice, terms: Terms) -> str:
    """Why the line is split as it is, for people to work out again."""
    if terms.own_expense:
        return _SAYS[terms.own_expense]
    parts = split_line(quantity, price, terms)
    said = [CLASSES.get(terms.item_class, f"类别 {terms.item_class}")]
    if parts.over_limit:
        assert terms.limit is not None
        said.append(f"限价 {price_text(terms.limit)},超限价 {parts.over_limit}")
    if terms.share:
        said.append(f"先行自付 {share_text(terms.share)}:{parts.initial_self_pay}")
    return ";".join([*said, f"纳入范围 {parts.in_policy}"])


def price_text(price: UnitPrice) -> str:
    """Yuan with six decimals, as N16,6 is written."""
    return scaled_text(price, 6)


def share_text(share: int) -> str:
    """A ratio as N5,4 is written."""
    return scaled_text(share * 10**4 // RATIO_SCALE, 4)


def scaled_text(value: int, decimals: int) -> str:
    """A whole number of 10^-`decimals` parts as a decimal number."""
    whole, part = divmod(abs(value), 10**decimals)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{decimals}d}"
