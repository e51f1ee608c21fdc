"""A bill between regions as a paper (异地就医费用清算单, 预付金单)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from medaid.clearing.amounts import Amounts
from medaid.clearing.regions.model import BillKind, BillStep, RegionBill
from medaid.fund.model.chart import funds
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month
from medaid.papers.model import Column, Paper, SignaturePlace, Table, Value, sums
from medaid.papers.service import agency_name, date_text, month_text, word
from medaid.payments import service as payments
from medaid.regions import region_name

_COLUMNS: Final = (
    Column("就医地", 3),
    Column("参保地", 3),
    Column("基金", 7),
    Column("清算金额", 4),
    Column("争议暂缓", 4),
    Column("应付金额", 4),
)
_NUMBERED: Final = {
    BillKind.CLEARING: "",
    BillKind.PREPAYMENT: "预付-",
    BillKind.PREPAYMENT_RETURN: "退回-",
}
"""Before the number: one pair of regions may owe each other both in a year."""
_POSTS: Final = (
    (BillStep.RECEIVED, "参保地经办机构签收"),
    (BillStep.SUBMITTED, "参保地经办机构提交"),
    (BillStep.IN_FULL, "参保地财政部门确认资金到齐"),
    (BillStep.TRANSFERRED, "参保地财政部门划拨"),
    (BillStep.ADVISED, "参保地经办机构收到划拨反馈"),
)


def bill_paper(bill: RegionBill) -> Paper:
    """The bill as it stands: which city owes which from which fund, what is disputed, who did which
    step."""
    clearing = bill.kind is BillKind.CLEARING
    rows = _rows(bill)
    return Paper(
        title=word("bill", bill.kind),
        agency=agency_name(bill.creditor),
        day=civil_date(bill.made),
        number=f"{_NUMBERED[bill.kind]}{bill.creditor}-{bill.debtor}-{bill.month}",
        period=month_text(Month(bill.month)) if clearing else f"{bill.month[:4]}年度",
        facts=(
            ("收款地区", region_name(bill.creditor)),
            ("付款地区", region_name(bill.debtor)),
            *((("结算笔数", bill.count),) if clearing else ()),
            ("办理状态", word("bill_step", bill.state)),
        ),
        tables=(Table(_COLUMNS, rows, ("合计", None, None, *sums(rows, 3, 4, 5))),),
        words=(("应付金额", bill.total()),),
        notes=tuple(
            f"争议({date_text(one.at)},{region_name(one.debtor)}应付{region_name(one.creditor)}):{one.reason}"
            for one in bill.disputes
        ),
        signatures=_signatures(bill),
    )


def _rows(bill: RegionBill) -> tuple[tuple[Value, ...], ...]:
    """A row for each pair of cities and each fund; a zero month has one that says so."""
    payable, disputed = bill.payable(), bill.disputed
    none: Amounts = {}
    found: list[tuple[Value, ...]] = []
    for pair in sorted({*bill.parts, *disputed}):
        parts = [one.get(pair, none) for one in (bill.parts, disputed, payable)]
        found += [
            (*map(region_name, pair), fund.name, *(one.get(key, Fen(0)) for one in parts))
            for key, fund in funds().items()
            if any(key in one for one in parts)
        ]
    zero = (region_name(bill.creditor), region_name(bill.debtor), "本期无应清算金额")
    return tuple(found) or ((*zero, Fen(0), Fen(0), Fen(0)),)


def _signatures(bill: RegionBill) -> tuple[SignaturePlace, ...]:
    """The steps of its way and what else was taken, each by an officer of the region that takes
    it."""
    done = {one.name: one for one in bill.steps}

    def act(step: BillStep, post: str) -> tuple[str, str, datetime | None]:
        one = done.get(step)
        return (post, one.by, one.at) if one else (post, "", None)

    places = [act(*one) for one in _POSTS if one[0] in bill.way or one[0] in done]
    return (
        *payments.signatures(bill.debtor, places),
        *payments.signatures(bill.creditor, [act(BillStep.CONFIRMED, "就医地经办机构确认")]),
    )
