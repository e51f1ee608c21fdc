"""What an institution's month comes to: its blocks, deadlines, differences, and what is payable by
the agreed mode. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from medaid.clearing.amounts import Amounts, added, negated, negative, positive
from medaid.clearing.figures import figure
from medaid.clearing.hospital.model import (
    RECONCILED,
    SETTLED,
    Agreement,
    Block,
    Deadline,
    Difference,
    Group,
    HospitalLine,
    Mode,
    Statement,
    Tally,
    Totals,
)
from medaid.clearing.model import FUND_FIELDS, Item
from medaid.errors import Conflict, Refused
from medaid.fund.model.chart import fund_of
from medaid.ids import MessageId
from medaid.money import Fen, Ratio, take
from medaid.months import Month
from medaid.workdays import Calendar


def group_of(item: Item) -> Group:
    """The block of the statement that `item` belongs to."""
    return Group(item.insutype, item.care, item.clr_type, item.insured_region, item.paying_region)


def between(items: Iterable[Item], since: datetime | None, cut: datetime) -> Iterator[Item]:
    """The items that arrived after `since` and not after `cut`: consecutive cuts share a month out
    without gap or overlap."""
    for item in items:
        assert item.arrived is not None, item.setl_id
        if (since is None or item.arrived > since) and item.arrived <= cut:
            yield item


def blocks_of(items: Iterable[Item]) -> tuple[Block, ...]:
    """The blocks that `items` make, in order. One pass."""
    tallies: dict[Group, Tally] = {}
    for item in items:
        group = group_of(item)
        tally = tallies.get(group)
        if tally is None:
            tally = tallies[group] = Tally()
        tally.add(item)
    return tuple(Block(group, tallies[group].totals()) for group in sorted(tallies))


def group_funds(group: Group, totals: Totals) -> dict[str, Fen]:
    """Fen by fund key of one block, zeros left out."""
    return {
        fund_of(name, group.insutype).key: fen
        for name, fen in totals.amounts.items()
        if fen and name in FUND_FIELDS
    }


def fund_sums(blocks: Iterable[Block]) -> dict[str, Fen]:
    """Fen by fund key over all blocks, zeros left out."""
    return added(*(group_funds(block.group, block.totals) for block in blocks))


# -------------------------------------------------------------------------------------------------
# dates


def paid_by(month: Month, region: str, calendar: Calendar) -> Deadline:
    """By when last month's money is with the institution (J34, Q5.2), moved off a holiday as the
    figure says."""
    found = figure("hospital_paid_by", region)
    day = month.next.first.replace(day=found.whole)
    return Deadline("hospital_paid_by", found.on(day, calendar.of(region)), found.cite)


def barred_after(year: int, region: str, calendar: Calendar) -> Deadline:
    """The last day on which an item of `year` can still be cleared (Q5.2); from the next day on it
    is barred."""
    found = figure("year_barred_after", region)
    return Deadline(
        "year_barred_after",
        found.on(date.fromisoformat(f"{year + 1}-{found.value}"), calendar.of(region)),
        found.cite,
    )


def bar_notices(year: int, region: str, calendar: Calendar) -> tuple[Deadline, ...]:
    """The days on which institutions are told of the coming bar, earliest first."""
    found, bar = figure("bar_notices", region), barred_after(year, region, calendar)
    return tuple(
        Deadline("bar_notice", bar.day - timedelta(days=days), found.cite)
        for days in sorted(found.value, reverse=True)
    )


# -------------------------------------------------------------------------------------------------
# 3201 and 3202

LEVEL: Final = "对账平"


def compared(theirs: Mapping[str, Fen], their_count: int, ours: Totals) -> tuple[str, str]:
    """stmt_rslt and its description for 3201: `0` agreed, `1` not, naming what differs. `theirs`:
    medfee_sumamt, fund_pay_sumamt, acct_pay."""
    off = [
        f"{name} 医药机构 {fen} 中心 {ours.amounts.get(name, Fen(0))}"
        for name, fen in sorted(theirs.items())
        if fen != ours.amounts.get(name, Fen(0))
    ]
    if their_count != ours.count:
        off.insert(0, f"笔数 医药机构 {their_count} 中心 {ours.count}")
    return ("1", ";".join(off)) if off else ("0", LEVEL)


def differences(items: Iterable[Item], lines: Sequence[HospitalLine]) -> Iterator[Difference]:
    """The classed differences of 3202, ours first in order of time, then what only the hospital
    has.

    A pair of settlement and refund carries one setl_id or two; a row is known by setl_id and refund
    flag. A row the hospital sends twice is a difference too (102).
    """
    theirs: dict[tuple[str, bool], list[HospitalLine]] = {}
    for line in lines:
        theirs.setdefault((line.setl_id, line.refd), []).append(line)
    for item in items:
        rows = theirs.get((item.setl_id, item.refd))
        found = _difference(item, rows.pop(0) if rows else None)
        if found is not None:
            yield found
    for rows in theirs.values():
        for line in rows:
            yield Difference(
                line.setl_id,
                line.mdtrt_id,
                line.psn_no,
                MessageId(""),
                "102",
                line.refd,
                {},
                line.amounts,
                "医药机构多",
            )


def _difference(item: Item, line: HospitalLine | None) -> Difference | None:
    ours = {name: item.amounts.get(name, Fen(0)) for name in RECONCILED}
    head = (item.setl_id, item.mdtrt_id, item.psn_no, item.msgid)
    if line is None:
        return Difference(*head, "101", item.refd, ours, {}, "中心多")
    off = [name for name in ours if ours[name] != line.amounts[name]]
    if line.mdtrt_id != item.mdtrt_id:
        off.append("mdtrt_id")
    if line.psn_no != item.psn_no:
        off.append("psn_no")
    if not off:
        return None
    memo = f"数据不一致:{'、'.join(off)}"
    return Difference(*head, "103", item.refd, ours, line.amounts, memo)


# -------------------------------------------------------------------------------------------------
# what is payable


def own_blocks(statement: Statement, care: str) -> list[Block]:
    """The blocks of one care class that the statement's own basic insurance pays."""
    return [
        one
        for one in statement.blocks
        if (one.group.care, one.group.paying_region) == (care, statement.region)
        and not one.group.is_part
    ]


def mode_care(mode: Mode) -> str:
    """The care class that a mode pays for: 2 to 5 inpatient, 6 and 7 outpatient care."""
    return "outpatient" if mode in (Mode.PER_HEAD, Mode.IN_ADVANCE) else "inpatient"


def by_mode(
    statement: Statement, agreement: Agreement, points: int | None, first_of_month: bool
) -> dict[str, Fen]:
    """Payable by the agreed mode less claimed, by fund (Q5.1, N5): empty for payment by item.

    Only basic insurance is paid by mode, and only the insured of this region; assistance is paid as
    settled. `points` are the month's points of modes 3 and 4; `first_of_month` says that no
    statement of the month before this one has such care: a total in advance is paid once a month,
    supplements included. Raises Refused FIELD_REQUIRED for missing points: never taken as none.
    """
    if agreement.mode is Mode.BY_ITEM:
        return {}
    blocks = own_blocks(statement, mode_care(agreement.mode))
    claimed: dict[str, int] = {}
    for block in blocks:
        fund = fund_of("hifp_pay", block.group.insutype).key
        claimed[fund] = claimed.get(fund, 0) + int(block.totals.amounts.get("hifp_pay", Fen(0)))
    if not claimed:
        return {}
    units = _units(agreement.mode, [block.totals for block in blocks], points, first_of_month)
    main = max(claimed, key=lambda fund: (claimed[fund], fund))
    difference = Fen(int(agreement.rate * units) - sum(claimed.values()))
    return {main: difference} if difference else {}


def _units(mode: Mode, totals: list[Totals], points: int | None, first_of_month: bool) -> int:
    if mode.by_points:
        if points is None:
            raise Refused(
                "FIELD_REQUIRED", field="points", rule="按 DRG/DIP 付费的机构须填写当月点数(分值)"
            )
        return points
    if mode is Mode.IN_ADVANCE:
        return int(first_of_month)
    if mode is Mode.PER_DAY:
        return sum(one.days for one in totals)
    return sum(one.cases for one in totals)


def retained(amounts: Amounts, share: str) -> dict[str, Fen]:
    """What is kept back of positive dues until year end; nothing where the policy keeps none."""
    ratio = Ratio.of(share)
    return {key: kept for key, fen in amounts.items() if fen > 0 and (kept := take(fen, ratio))}


def by_agreement(
    statement: Statement, agreement: Agreement, points: int | None, month: Iterable[Statement]
) -> Statement:
    """The statement with mode difference and retention by the institution's agreement; `month` are
    the institution's statements of its month."""
    care = mode_care(agreement.mode)
    first = not any(own_blocks(one, care) for one in month if one.number < statement.number)
    difference = by_mode(statement, agreement, points, first)
    by = replace(
        statement,
        mode=agreement.mode,
        agreed_from=agreement.effective,
        terms=agreement,
        points=points if agreement.mode.by_points else None,
        mode_difference=difference,
        mode_care=care if difference else "",
        retained={},
    )
    return replace(by, retained=retained(by.retention_base(), agreement.retention))


def check_categories(statement: Statement, agreement: Agreement) -> None:
    """Raises Conflict STATE where a block is of a clr_type that the agreement was not made for."""
    found = {block.group.clr_type for block in statement.blocks}
    if agreement.categories and (outside := sorted(found - {*agreement.categories})):
        rule = f"结算协议未约定清算类别 {'、'.join(outside)}"
        raise Conflict("STATE", field="categories", rule=rule)


def shares(statements: Iterable[Statement]) -> tuple[Fen, Fen]:
    """Inpatient pool money of our own insured that was paid by DRG or DIP, and all that was paid
    (N5: the share aimed at is figure `drg_dip_share`): what the mode came to, and nothing that is
    not ordered yet or came back."""
    grouped = whole = 0
    for statement in map(Statement.corrected, statements):
        if statement.state not in SETTLED:
            continue
        paid = sum(
            int(block.totals.amounts.get("hifp_pay", Fen(0)))
            for block in own_blocks(statement, "inpatient")
        )
        if statement.mode_care == "inpatient":
            paid += sum(int(fen) for fen in statement.mode_difference.values())
        whole += paid
        if statement.mode and Mode(statement.mode).by_points:
            grouped += paid
    return Fen(grouped), Fen(whole)


def payable(statement: Statement) -> dict[str, Fen]:
    """The positive dues: what goes to the bank, by fund."""
    return positive(statement.due())


def brought_forward(statement: Statement) -> dict[str, Fen]:
    """The negative dues: what the next statement begins with."""
    return negative(statement.due())


def open_of(statement: Statement, paying: str) -> dict[str, Fen]:
    """What a statement holds of one paying region, less what is disputed and waits on its own."""
    mine = [block for block in statement.blocks if block.group.paying_region == paying]
    disputed = [negated(one.by_fund) for one in statement.disputed if one.paying_region == paying]
    return added(fund_sums(mine), *disputed)
