"""A hospital applies for the clearing of a month (3203), takes that back (3204) and asks how it
stands (3205), which settlements it holds (3209A) and which offices clear (3206A).

Statements are made by the region, month by month, without an application. Applying agrees on the
totals of a clearing type, all insurance types together, as 3201 does for each; what was agreed is
kept, and the state of the statements is the state of the application.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid import ids
from medaid.aws.transaction import Write
from medaid.clearing import store as items
from medaid.clearing.hospital import agreeing, keys, store
from medaid.clearing.hospital.agreeing import Asked
from medaid.clearing.hospital.model import (
    RECONCILED,
    ClearingApplication,
    StatementState,
    in_state,
)
from medaid.clearing.model import Item
from medaid.errors import BadInput, Conflict, Refused
from medaid.ids import InstitutionCode
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region

STANDS: Final[Mapping[StatementState, str]] = {
    StatementState.DRAFT: "10",
    StatementState.CONFIRMED: "20",
    StatementState.APPROVED: "40",
    StatementState.APPROVED_AGAIN: "40",
    StatementState.RELEASED: "50",
    StatementState.RETURNED: "50",
    StatementState.PAID: "60",
    StatementState.NOTHING_DUE: "60",
    StatementState.TIME_BARRING: "70",
    StatementState.TIME_BARRED: "70",
}
"""clr_stas by the state of a statement: 10 申请, 20 受理, 40 审核完成, 50 已清算, 60 已拨付,
70 驳回."""
NOT_YET: Final = (StatementState.DRAFT, StatementState.CONFIRMED)
MOST_LISTED: Final = 500
"""Settlements that 3209A lists; of more 3202 has the file."""


def apply(
    asked: Asked,
    amounts: Mapping[str, Fen],
    count: int,
    msgid: str,
    now: datetime,
) -> tuple[ClearingApplication, list[Write]]:
    """The application for a whole month, if it is what we hold, and its writes.

    Raises BadInput AMOUNT_SUM naming both sides, Refused for a month that has not ended, Conflict
    DUPLICATE where one stands.
    """
    month = asked.whole_month
    if month is None:
        rule = "清算申请的起止日期须为一个完整的自然月"
        raise BadInput("FIELD_FORMAT", field="begndate", rule=rule)
    if month.last >= Month.of(now).first:
        raise Refused("DATE_FUTURE", field="setlym", rule=f"{month} 尚未结束")
    theirs = {
        "medfee_sumamt": amounts["medfee_sumamt"],
        "fund_pay_sumamt": amounts["fund_appy_sum"],
        "acct_pay": amounts["acct_pay"],
        "psn_cash_pay": amounts["cash_payamt"],
    }
    assert set(RECONCILED) <= theirs.keys()
    if amounts["med_sumfee"] > amounts["medfee_sumamt"]:
        rule = f"{amounts['med_sumfee']} 超过医疗费总额 {amounts['medfee_sumamt']}"
        raise BadInput("AMOUNT_SUM", field="med_sumfee", rule=rule)
    place = keys.application_key(
        asked.region, asked.institution, month, asked.clr_type, asked.insured
    )
    version, held = store.find_application(place)
    if held is not None and not held.withdrawn:
        rule = f"该月该类别已有清算申请 {held.application_id}"
        raise Conflict("DUPLICATE", field="setlym", rule=rule, id=held.application_id)
    result, says = agreeing.reconcile_totals(asked, theirs, count, now)
    if result != "0":
        raise BadInput("AMOUNT_SUM", field="fund_appy_sum", rule=says)
    one = ClearingApplication(
        application_id(asked, month, msgid),
        InstitutionCode(asked.institution),
        asked.insured,
        asked.clr_type,
        month,
        asked.begin,
        asked.end,
        count,
        amounts,
        now,
    )
    return one, [store.write_application(place, version, one)]


def application_id(asked: Asked, month: Month, msgid: str) -> str:
    """clr_appy_evt_id (C30): whose people, of what region's statements, month, clearing type, and
    a number."""
    number = ids.content_hash("application", asked.institution, msgid)[:6].upper()
    text = str(month).replace("-", "")
    return f"{asked.insured}{asked.region}{text}{asked.clr_type.zfill(5)}{number}"


def get_application(
    number: str, institution: str, treatment: Region
) -> tuple[ClearingApplication, Asked]:
    """The institution's own application. Raises Refused NOT_FOUND; another's is told as not
    there."""
    missing = Refused("NOT_FOUND", field="clr_appy_evt_id", rule="没有该清算申请")
    if len(number) != 29 or not number[:23].isdigit():
        raise missing
    insured, owing, clr_type = number[:6], number[6:12], number[18:23].lstrip("0")
    try:
        month = Month.parse(f"{number[12:16]}-{number[16:18]}", "clr_appy_evt_id")
    except BadInput:
        raise missing from None
    place = keys.application_key(Region(owing), institution, month, clr_type, Region(insured))
    _, held = store.find_application(place)
    if held is None or held.application_id != number or held.withdrawn:
        raise missing
    asked = Asked(institution, treatment, held.insured, "", held.clr_type, held.begin, held.end)
    return held, asked


def is_standing(number: str, institution: str, treatment: Region) -> bool:
    """Whether the application is there and not taken back."""
    try:
        get_application(number, institution, treatment)
    except Refused:
        return False
    return True


def withdraw(number: str, institution: str, treatment: Region, now: datetime) -> list[Write]:
    """The writes by which the application is taken back, while nothing of it is approved: its
    groups are no longer agreed. Raises Refused NOT_FOUND, Conflict STATE."""
    one, asked = get_application(number, institution, treatment)
    place = keys.application_key(asked.region, institution, one.month, one.clr_type, one.insured)
    version, _ = store.find_application(place)
    writes = [store.write_application(place, version, replace(one, withdrawn=True))]
    for region in asked.owing_regions(asked.settlements()):
        for row, held in store.held_statements(region, institution, one.month):
            agreed = tuple(group for group in held.agreed if not asked.names(group))
            if agreed == held.agreed:
                continue
            if held.state not in NOT_YET:
                says = f"对账单 {held.statement_id} 已审核,不能撤销清算申请"
                raise Conflict("STATE", field="clr_appy_evt_id", rule=says)
            after = in_state(held, StatementState.DRAFT, agreed=agreed)
            writes += store.replace_statement(row, after, now)
    return writes


def state_of(one: ClearingApplication, asked: Asked) -> str:
    """clr_stas: how far the statement is that is least far of those which hold a part of it."""
    held = [
        statement.state
        for region in asked.owing_regions(asked.settlements())
        for _, statement in store.held_statements(region, asked.institution, one.month)
        if any(asked.names(block.group) for block in statement.blocks)
    ]
    return min((STANDS[state] for state in held), default="10")


def list_settlements(asked: Asked) -> list[Item]:
    """The settlements of an application, in order of time. Raises Refused where they are more than
    3209A lists."""
    found: list[Item] = []
    for item in asked.settlements():
        found.append(item)
        if len(found) > MOST_LISTED:
            rule = f"超过 {MOST_LISTED} 笔,请以 3202 取对账文件"
            raise Refused("FIELD_FORMAT", field="enddate", rule=rule)
    return found


def list_offices(institution: str, month: Month) -> list[Region]:
    """Whose people the institution settled in the month: clr_optins of 3203."""
    found: set[Region] = set()
    for region in items.list_regions():
        for item in items.list_items_between(region, institution, month, month.first, month.last):
            if not item.is_part:
                found.add(item.insured_region)
    return sorted(found)
