"""A claim as pricing sees it, and the priced answer with its steps. Whole fen throughout; frozen
values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from medaid.errors import BadInput
from medaid.money import Fen
from medaid.policy.model import NO_CATEGORY, Citation, Facts
from medaid.policy.vocabulary import RESERVED


class Bill(NamedTuple):
    """The hospital's totals, in the four parts of identity I1: they sum to `total`. All in fen,
    none negative."""

    total: Fen
    in_policy: Fen
    """inscp_scp_amt: within the policy's scope."""
    own_expense: Fen = Fen(0)
    """fulamt_ownpay_amt: outside the catalogue."""
    over_limit: Fen = Fen(0)
    """overlmt_selfpay: above the price limit."""
    initial_self_pay: Fen = Fen(0)
    """preselfpay_amt: class B's first share."""


BILL_FIELDS: Final = (
    "medfee_sumamt",
    "inscp_scp_amt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
)
"""The bill's totals by their names in the national interface, in the order of `Bill`."""


def check_bill(bill: Bill) -> None:
    """Identity I1 and signs. Raises BadInput naming the national field."""
    for name, amount in zip(BILL_FIELDS, bill, strict=True):
        if amount < 0:
            raise BadInput("AMOUNT_NEGATIVE", field=name, rule=f"当前为 {amount} 元")
    parts = Fen(sum(map(int, bill[1:])))
    if parts != bill.total:
        raise BadInput(
            "AMOUNT_SUM",
            field=BILL_FIELDS[0],
            rule=f"医疗费总额 {bill.total} 元应等于 "
            f"全自费+超限价自费+先行自付+符合政策范围 之和 {parts} 元",
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim to price: who pays is asked for `facts`, for each of `categories` in turn.

    `given` are amounts in fen that others know: `payments_by_others`, `hifp_pay` where the pack
    asks for it, `referral_loss`, `transfer_deductible`. `components` are parts of the bill that
    some layer weighs by themselves. `totals` is the year so far.
    """

    bill: Bill
    facts: Facts
    categories: tuple[str, ...] = ()
    stated_amounts: Mapping[str, int] = field(default_factory=dict)
    components: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)


class Reckoning(NamedTuple):
    """What the numbers of a step follow from, so that a person or a program can work them out again
    from the step alone. Amounts in fen, ratios in parts."""

    parts: tuple[tuple[str, int, int], ...] = ()
    """What the base is made of, where it is more than its source: (source, fen, weight), the weight
    negative where it is taken off."""
    initial_ratio: int = 0
    """The share of the base that the person bears first (先行自付比例)."""
    line: int = 0
    """The deductible's line as it applied, before what was used of it."""
    per: str = "visit"
    """visit, year, transfer; `from_zero` or `from_zero_inclusive` where the line counts from zero
    once it is passed, or reached."""
    used: int = 0
    """Of the line: what the year has used, or what was paid before the transfer."""
    year_limit: int | None = None
    """What all deductibles of the year may take together."""
    year_used: int = 0
    measure: str = "flat"
    """What the bounds of the bands lie on: `Rate.measure`."""
    begin: int = 0
    """Where on that scale the payable part begins."""
    slab: bool = False
    """The whole payable part takes the ratio of the band it ends in."""
    ratios: tuple[tuple[int, int], ...] = ()
    """The ratio of each band (by its lower bound) before it was adjusted; empty where nothing
    adjusts it."""
    adjustments: tuple[tuple[str, int], ...] = ()
    """What adjusts the ratio, in the order of doing: (`points`, `times` or `floor`, parts)."""
    floor: tuple[int, str, int] | None = None
    """The least that is paid: a ratio of a source, and the amount that source holds."""
    trigger: tuple[str, int, int] | None = None
    """What a lump sum hangs on: a source, the amount it holds, the amount it must pass."""


PLAIN: Final = Reckoning()
"""Of a step whose numbers follow from its base alone."""


class Step(NamedTuple):
    """What one layer did. Amounts in fen; `pieces` are (amount, ratio parts) whose sum, rounded
    once, is `uncapped`."""

    layer: str
    name: str
    tier: str
    fund: str
    source: str
    base: int
    deductible: int
    pieces: tuple[tuple[int, int], ...]
    uncapped: int
    cap_left: int | None
    paid: int
    cites: tuple[Citation, ...]
    why: str = ""
    """Why nothing, or less than the cap left, was paid: a condition, a requirement, or that no more
    of the bill was left."""
    overflow: int = 0
    bounds: tuple[tuple[int, int | None], ...] = ()
    """The band of each piece (over, up to; None without end), in the order of `pieces`; empty for a
    single ratio."""
    initial_self_pay: int = 0
    """What the person bore of the source before the base was formed (先行自付)."""
    reckoning: Reckoning = PLAIN


@dataclass(frozen=True, slots=True)
class Priced:
    """The answer: steps in order, what each fund pays, what the person pays, the year's totals
    after it."""

    bill: Bill
    category: str
    steps: tuple[Step, ...]
    by_fund: Mapping[str, Fen]
    person_pays: Fen
    """What the person pays: the bill less every step."""
    totals: Mapping[str, int]
    """The year's totals after this claim."""
    others: tuple[tuple[str, Fen], ...] = ()
    """The categories that were priced and not taken, with what the funds would have paid (就高,
    art. 22)."""

    def paid(self, fund: str) -> Fen:
        return self.by_fund.get(fund, Fen(0))


__all__ = [
    "BILL_FIELDS",
    "NO_CATEGORY",
    "RESERVED",
    "Bill",
    "Claim",
    "Facts",
    "Priced",
    "Reckoning",
    "Step",
    "check_bill",
]
