"""A finance office for tests: papers entered by one and posted by another, money to begin with, a
budget through its three hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from medaid.fund import budgets, periods, rollups, vouchers
from medaid.fund.model import journal
from medaid.fund.records import BudgetItem, Voucher, VoucherLine
from medaid.money import Fen
from medaid.months import Month

REGION = "620522"
PAPER = "a" * 64


def noon(year: int, month: int, day: int) -> datetime:
    """An instant of that day in Beijing."""
    return datetime(year, month, day, 4, tzinfo=UTC)


def lines(*rows: tuple[str, str, str, int]) -> tuple[VoucherLine, ...]:
    return tuple(VoucherLine(fund, debit, credit, Fen(fen)) for fund, debit, credit, fen in rows)


def paper(
    number: str, kind: str, day: date, *rows: tuple[str, str, str, int], **more: Any
) -> Voucher:
    """A voucher as it is drafted."""
    made = Voucher(number, kind, day, f"文{number}", lines(*rows), "", ())
    changes: dict[str, Any] = {"document_date": day, "attachment": PAPER, **more}
    return replace(made, **changes)


def make(draft: Voucher, now: datetime | None = None, region: str = REGION) -> Voucher:
    day = draft.effective
    return vouchers.make_voucher(region, draft, "会计", now or noon(day.year, day.month, day.day))


def post(draft: Voucher, now: datetime | None = None, region: str = REGION) -> Voucher:
    """Made by one, posted by another, on the day it takes effect unless `now`."""
    made = make(draft, now, region)
    day = draft.effective
    periods.keep_first_month(region, Month.of(day))  # as the roll-ups note it
    at, month = now or noon(day.year, day.month, day.day), Month.of(draft.effective)
    return vouchers.post_voucher(region, month, made.voucher_id, "审核", at)


def give(fund: str, fen: int, day: date, account: str = "1001", region: str = REGION) -> None:
    """Money on an account, from before the books began."""
    at = noon(day.year, day.month, day.day)
    source = f"期初-{fund}-{account}-{day}"
    rows = [(fund, account, "3001", Fen(fen))]
    periods.keep_first_month(region, Month.of(day))
    periods.post(journal.movement("opening", region, source, rows, at))


def budget(year: int, lines: Mapping[str, int], region: str = REGION) -> None:
    """A budget through its three hands, fen by account code."""
    at = noon(year, 1, 5)
    items = [BudgetItem(code, Fen(fen), "测算表") for code, fen in lines.items()]
    number = budgets.draft_budget(region, year, items, "年初预算", "会计", at).number
    budgets.review_budget(region, year, number, "财政甲", at)
    budgets.approve_budget(region, year, number, "县政批1", "县政府", at)


def roll_up(first: date, last: date, region: str = REGION) -> None:
    """What the journal's stream brings about: entries of those months are rolled up."""
    for month in Month.of(first).through(Month.of(last)):
        rollups.roll_forward(region, month, noon(2030, 1, 1))
