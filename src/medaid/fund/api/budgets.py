"""The budget of a year: /fund/…/budget/…"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from medaid.aws.rest.bodies import Body, Page, Reason, Short, Shown, WithReason, Yuan, YuanText
from medaid.aws.rest.pages import whole
from medaid.aws.rest.table import READERS, Call, Routes
from medaid.fund import budgets
from medaid.fund.api.common import ROUTES, SignatureShown, trail_shown
from medaid.fund.model.chart import accounts
from medaid.fund.records import BudgetItem, BudgetVersion
from medaid.money import Fen, Ratio
from medaid.months import Year
from medaid.regions import Region

EnrolledCount = Callable[[Region, int], tuple[int, str]]
"""How many residents the enrolment counts for a year's budget, and of what; 0 where it cannot
say."""
PROPOSAL: Routes[EnrolledCount] = Routes("fund-proposal", "预算测算")
RateText = Annotated[str, StringConstraints(pattern=r"^\d{1,2}(\.\d{1,4})?$")]


class BudgetItemIn(Body):
    """`base` × `heads` × `rate` on an account, and where they come from."""

    account: Short
    base: Yuan
    heads: int = Field(1, ge=0, le=10**8, strict=True)
    rate: RateText = "1"
    source: Reason


class BudgetIn(Body):
    """A version of the budget; `reason` says why it replaces the one before."""

    items: list[BudgetItemIn] = Field(min_length=1, max_length=200)
    reason: str = Field("", max_length=500)


class BudgetApproval(Body):
    """The document by which the government approves (批复文号)."""

    document: Short


class BudgetItemShown(Shown):
    account: str
    name: str
    base: YuanText
    heads: int
    rate: str
    amount: YuanText
    source: str


class ChangeShown(Shown):
    """A line that differs from the version before."""

    account: str
    name: str
    before: YuanText
    after: YuanText


class BudgetVersionShown(Shown):
    number: int
    state: str
    reason: str
    items: list[BudgetItemShown]
    changes: list[ChangeShown]
    trail: list[SignatureShown]


class BudgetLineShown(Shown):
    code: str
    name: str
    budgeted: YuanText
    used: YuanText
    left: YuanText


class BudgetShown(Shown):
    """`lines` of the version in force (`in_force` null where none is approved) and their use."""

    in_force: int | None
    lines: list[BudgetLineShown]
    versions: list[BudgetVersionShown]


class ProposalQuery(Body):
    """`residents` heads enrolled, as `counted` says; without them those that the enrolment
    counts."""

    residents: int = Field(0, ge=0, le=10**8)
    counted: str = Field("", max_length=200)


def _item(one: BudgetItem) -> BudgetItemShown:
    return BudgetItemShown.of(
        one, name=accounts()[one.account].name, rate=f"{one.rate.decimal.normalize():f}"
    )


def _version(one: BudgetVersion, before: BudgetVersion | None) -> BudgetVersionShown:
    old, new = before.lines if before else {}, one.lines
    changes = [
        ChangeShown(
            account=code,
            name=accounts()[code].name,
            before=old.get(code, Fen(0)),
            after=new.get(code, Fen(0)),
        )
        for code in sorted({*old, *new})
        if before and old.get(code, Fen(0)) != new.get(code, Fen(0))
    ]
    items = [_item(item) for item in one.items]
    return BudgetVersionShown.of(one, items=items, changes=changes, trail=trail_shown(one.trail))


def _budget(admdvs: Region, year: int) -> BudgetShown:
    versions = budgets.list_versions(admdvs, year)
    held = budgets.budget_in_force(admdvs, year)
    lines = [
        BudgetLineShown.of(one, name=accounts()[one.code].name)
        for one in budgets.budget_use(admdvs, year)
    ]
    shown = [
        _version(one, before) for one, before in zip(versions, [None, *versions], strict=False)
    ]
    return BudgetShown(in_force=held.number if held else None, lines=lines, versions=shown)


_BUDGET: Final = "/fund/{admdvs}/budget/{year}"


@PROPOSAL.get(f"{_BUDGET}/proposal", "预算测算", roles=READERS, query=ProposalQuery)
def propose_budget(
    call: Call[EnrolledCount, None], admdvs: Region, year: Year
) -> Page[BudgetItemShown]:
    asked = call.query
    heads, counted = asked.residents, asked.counted
    if not heads:
        heads, counted = call.context(admdvs, year)
    return whole(
        _item(one) for one in budgets.propose_budget(admdvs, year, heads, counted, call.now)
    )


@ROUTES.post(_BUDGET, "编制预算", roles=("accountant",))
def draft_budget(call: Call[None, BudgetIn], admdvs: Region, year: Year) -> BudgetShown:
    sent = call.body
    items = [
        BudgetItem(one.account, one.base, one.source, one.heads, Ratio.of(Decimal(one.rate)))
        for one in sent.items
    ]
    budgets.draft_budget(admdvs, year, items, sent.reason, *call.acting)
    return _budget(admdvs, year)


@ROUTES.get(_BUDGET, "预算执行", roles=(*READERS, "government"))
def show_budget(call: Call[None, None], admdvs: Region, year: Year) -> BudgetShown:
    return _budget(admdvs, year)


@ROUTES.post(f"{_BUDGET}/{{number}}/review", "财政审核预算", roles=("finance",))
def review_budget(call: Call[None, None], admdvs: Region, year: Year, number: int) -> BudgetShown:
    budgets.review_budget(admdvs, year, number, *call.signing)
    return _budget(admdvs, year)


@ROUTES.post(f"{_BUDGET}/{{number}}/approve", "政府批准预算", roles=("government",))
def approve_budget(
    call: Call[None, BudgetApproval], admdvs: Region, year: Year, number: int
) -> BudgetShown:
    document = call.body.document
    budgets.approve_budget(admdvs, year, number, document, *call.signing)
    return _budget(admdvs, year)


@ROUTES.post(f"{_BUDGET}/{{number}}/return", "退回预算", roles=("finance", "government"))
def return_budget(
    call: Call[None, WithReason], admdvs: Region, year: Year, number: int
) -> BudgetShown:
    reason = call.body.reason
    budgets.return_budget(admdvs, year, number, reason, *call.signing)
    return _budget(admdvs, year)
