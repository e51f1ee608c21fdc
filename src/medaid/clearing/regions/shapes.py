"""What the routes between regions take and answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from medaid.aws.rest.bodies import (
    Admdvs,
    Body,
    Decision,
    NameOf,
    Reason,
    Short,
    Shown,
    Yuan,
    YuanText,
)
from medaid.clearing.regions.model import (
    BillKind,
    BillStep,
    Deposit,
    Fixing,
    FixingState,
    Prepayment,
    RegionBill,
    ReturnState,
    Suspension,
)
from medaid.regions import Region
from medaid.workdays import Calendar


class PartShown(Shown):
    debtor: str
    creditor: str
    amounts: dict[str, YuanText]
    disputed: dict[str, YuanText]


class StepShown(Shown):
    name: BillStep
    document: str
    at: datetime
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""


class DisputeShown(Shown):
    debtor: str
    creditor: str
    amounts: dict[str, YuanText]
    reason: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: datetime


class BillShown(Shown):
    """`next_steps` may be taken now, by the last day `due`; null where no time runs (X12)."""

    bill_id: str
    creditor: str
    debtor: str
    month: str
    kind: BillKind
    state: BillStep
    count: int
    total: YuanText
    parts: list[PartShown]
    steps: list[StepShown]
    next_steps: list[BillStep]
    due: date | None
    disputes: list[DisputeShown]


class PaidShown(Shown):
    paid: dict[str, YuanText]


class FixingShown(Shown):
    """A year's prepayment, `fixed` from `basis`, and who decided on it."""

    year: int
    fixed: dict[str, YuanText]
    basis: dict[str, YuanText]
    state: FixingState
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: datetime
    decided_by: str
    decided_by_name: Annotated[str, NameOf("decided_by", "decided_at")] = ""
    decided_at: datetime | None
    reason: str


class PrepaymentShown(Shown):
    """`held` is what was paid in, `fixed` what the year's prepayment was fixed at from `basis`."""

    year: int | None = None
    fixed: dict[str, YuanText] = Field(default_factory=dict)
    held: dict[str, YuanText] = Field(default_factory=dict)
    basis: dict[str, YuanText] = Field(default_factory=dict)
    by: str = ""
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: datetime | None = None
    fixings: list[FixingShown] = Field(default_factory=list)
    bills: list[BillShown] = Field(default_factory=list)


class PrepaymentUseShown(Shown):
    """What a paying region's unpaid bills use of its prepayment here; `alert` yellow or red, empty
    below both."""

    paying: str
    held: YuanText
    outstanding: YuanText
    alert: str


class ReceivedShown(Shown):
    document: str
    amounts: dict[str, YuanText]
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: datetime


class DepositWithdrawalShown(Shown):
    number: int
    """Of which entry of `received`, from 0."""
    reason: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: datetime
    approved: bool
    answer: str
    decided_by: str | None
    decided_by_name: Annotated[str, NameOf("decided_by", "decided_at")] = ""
    decided_at: datetime | None


class ReturnShown(Shown):
    document: str
    amounts: dict[str, YuanText]
    reason: str
    state: ReturnState
    asked_by: str
    asked_by_name: Annotated[str, NameOf("asked_by", "asked_at")] = ""
    asked_at: datetime
    decided_by: str
    decided_by_name: Annotated[str, NameOf("decided_by", "decided_at")] = ""
    decided_at: datetime | None
    answer: str


class DepositShown(Shown):
    city: str
    held: dict[str, YuanText]
    received: list[ReceivedShown]
    withdrawals: list[DepositWithdrawalShown]
    returns: list[ReturnShown]


class SuspensionShown(Shown):
    region: str
    suspended: bool
    history: list[dict[str, str]]


class StepIn(Body):
    """`document` is the number of finance's paper, which `advised` and `confirmed` rest on."""

    document: Annotated[str, StringConstraints(max_length=64, strip_whitespace=True)] = ""


class DepositIn(Body):
    document: Short
    amounts: dict[str, Yuan] = Field(min_length=1)


class DepositWithdrawalIn(Body):
    document: Short
    reason: Reason


class ReturnIn(DepositIn):
    """`document` is the paper on which the money goes back."""

    reason: Reason


class PaperDecision(Decision):
    """On what was asked for under a paper: an entry taken back, or money given back."""

    document: Short


class Contest(Body):
    creditor_city: Admdvs
    debtor_city: Admdvs
    amounts: dict[str, Yuan]
    reason: Reason


class FixingIn(Body):
    last_year: dict[str, Yuan] | None = None
    """Last year's payments by fund where they were not cleared here."""


def bill_shown(one: RegionBill, calendar: Calendar) -> BillShown:
    payable = one.payable()
    return BillShown.of(
        one,
        total=one.total(),
        next_steps=list(one.next_steps),
        due=one.due(calendar),
        parts=[
            PartShown(
                debtor=pair[1],
                creditor=pair[0],
                amounts=payable.get(pair, {}),
                disputed=dict(one.disputed.get(pair, {})),
            )
            for pair in one.parts
        ],
        steps=[StepShown.of(step) for step in one.steps],
        disputes=[DisputeShown.of(dispute, amounts=dispute.by_fund) for dispute in one.disputes],
    )


def prepayment_shown(
    one: Prepayment | None,
    fixings: Iterable[Fixing],
    made: Iterable[RegionBill],
    calendar: Calendar,
) -> PrepaymentShown:
    known = [FixingShown.of(each, fixed=each.amounts) for each in fixings]
    bills = [bill_shown(bill, calendar) for bill in made]
    if one is None:
        return PrepaymentShown(fixings=known, bills=bills)
    return PrepaymentShown.of(one, fixed=one.amounts, fixings=known, bills=bills)


def deposit_shown(city: Region, one: Deposit) -> DepositShown:
    received = [ReceivedShown.of(each, amounts=each.by_fund) for each in one.history]
    withdrawals = [DepositWithdrawalShown.of(each) for each in one.withdrawals]
    return DepositShown(
        city=city,
        held=dict(one.held),
        received=received,
        withdrawals=withdrawals,
        returns=[ReturnShown.of(each, amounts=each.by_fund) for each in one.returns],
    )


def suspension_shown(region: Region, found: Suspension) -> SuspensionShown:
    history = [
        {
            "to": "suspended" if one.suspended else "open",
            "by": one.by,
            "reason": one.reason,
            "at": one.at.isoformat(),
        }
        for one in found.history
    ]
    return SuspensionShown(region=region, suspended=found.active, history=history)
