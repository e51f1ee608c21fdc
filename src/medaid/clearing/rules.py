"""What an institution's month comes to: totals, differences, deadlines, what is payable, and the
entries that paying it causes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from medaid.clearing.figures import figure
from medaid.clearing.model import (
    FUND_FIELDS,
    Agreement,
    Carried,
    Deadline,
    Difference,
    Group,
    HospitalLine,
    Item,
    Statement,
    Tally,
    Totals,
)
from medaid.fund import rules as fund_rules
from medaid.fund.chart import fund_of
from medaid.fund.model import Entry, Line
from medaid.fund.rules import expense_line
from medaid.money import Fen, Ratio, take
from medaid.workdays import Calendar


def group_of(item: Item) -> Group:
    """The block of the statement that `item` belongs to."""
    return Group(item.insutype, item.care, item.clr_type, item.home)


def between(items: Iterable[Item], since: datetime | None, cut: datetime) -> Iterator[Item]:
    """The items that arrived after `since` and not after `cut`: consecutive cuts share a month out
    without gap or overlap."""
    for item in items:
        assert item.arrived is not None, item.setl_id
        if (since is None or item.arrived > since) and item.arrived <= cut:
            yield item


def summed(items: Iterable[Item]) -> tuple[dict[Group, Totals], dict[str, Fen], int]:
    """Totals by group, fen by fund, and the number of items. One pass."""
    tallies: dict[Group, Tally] = {}
    count = 0
    for item in items:
        group = group_of(item)
        tally = tallies.get(group)
        if tally is None:
            tally = tallies[group] = Tally()
        tally.add(item)
        count += 1
    groups = {group: tallies[group].totals() for group in sorted(tallies)}
    return groups, fund_sums(groups), count


def group_funds(group: Group, totals: Totals) -> dict[str, Fen]:
    """Fen by fund key of one group, zeros left out."""
    return {
        fund_of(name, group.insutype).key: fen
        for name, fen in totals.amounts.items()
        if fen and name in FUND_FIELDS
    }


def fund_sums(groups: Mapping[Group, Totals]) -> dict[str, Fen]:
    """Fen by fund key over all groups, zeros left out."""
    return added(*(group_funds(group, totals) for group, totals in groups.items()))


def added(*amounts: Mapping[str, Fen]) -> dict[str, Fen]:
    """The sum of several amounts by key, zeros left out, keys in order."""
    sums: dict[str, int] = {}
    for one in amounts:
        for key, fen in one.items():
            sums[key] = sums.get(key, 0) + int(fen)
    return {key: Fen(total) for key, total in sorted(sums.items()) if total}


def negated(amounts: Mapping[str, Fen]) -> dict[str, Fen]:
    return {key: -fen for key, fen in amounts.items()}


# -------------------------------------------------------------------------------------------------
# dates


def paid_by(month: str, region: str, calendar: Calendar) -> Deadline:
    """By when last month's money is with the institution (J34, Q5.2), moved off a holiday as the
    figure says."""
    found = figure("hospital_paid_by", region)
    year, number = int(month[:4]), int(month[5:])
    day = date(year + number // 12, number % 12 + 1, found.whole)
    return Deadline("hospital_paid_by", found.on(day, calendar), found.cite)


def barred_after(year: int, region: str, calendar: Calendar) -> Deadline:
    """The last day on which an item of `year` can still be cleared (Q5.2); from the next day on it
    is barred."""
    found = figure("year_barred_after", region)
    return Deadline(
        "year_barred_after",
        found.on(date.fromisoformat(f"{year + 1}-{found.value}"), calendar),
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


def level(theirs: Mapping[str, Fen], their_count: int, ours: Totals) -> tuple[str, str]:
    """stmt_rslt and its description for 3201: `0` level, `1` not, naming what differs. `theirs`:
    medfee_sumamt, fund_pay_sumamt, acct_pay."""
    off = [
        f"{name} 医药机构 {fen} 中心 {ours.amounts.get(name, Fen(0))}"
        for name, fen in sorted(theirs.items())
        if fen != ours.amounts.get(name, Fen(0))
    ]
    if their_count != ours.count:
        off.insert(0, f"笔数 医药机构 {their_count} 中心 {ours.count}")
    return ("1", ";".join(off)) if off else ("0", "对账平")


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
        ours = {
            name: item.amounts.get(name, Fen(0))
            for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
        }
        if not rows:
            yield Difference(
                item.setl_id,
                item.mdtrt_id,
                item.psn_no,
                item.msgid,
                "101",
                item.refd,
                ours,
                {},
                "中心多",
            )
            continue
        line = rows.pop(0)
        sent = {
            "medfee_sumamt": line.medfee_sumamt,
            "fund_pay_sumamt": line.fund_pay_sumamt,
            "acct_pay": line.acct_pay,
        }
        off = [name for name in ours if ours[name] != sent[name]]
        if line.mdtrt_id != item.mdtrt_id:
            off.append("mdtrt_id")
        if line.psn_no != item.psn_no:
            off.append("psn_no")
        if off:
            yield Difference(
                item.setl_id,
                item.mdtrt_id,
                item.psn_no,
                item.msgid,
                "103",
                item.refd,
                ours,
                sent,
                f"数据不一致:{'、'.join(off)}",
            )
    for rows in theirs.values():
        for line in rows:
            sent = {
                "medfee_sumamt": line.medfee_sumamt,
                "fund_pay_sumamt": line.fund_pay_sumamt,
                "acct_pay": line.acct_pay,
            }
            yield Difference(
                line.setl_id,
                line.mdtrt_id,
                line.psn_no,
                "",
                "102",
                line.refd,
                {},
                sent,
                "医药机构多",
            )


# -------------------------------------------------------------------------------------------------
# what is payable


def by_mode(statement: Statement, agreement: Agreement, points: int = 0) -> dict[str, Fen]:
    """Payable by the agreed mode less claimed, by fund (Q5.1, N5): empty for payment by item.

    Only basic insurance is paid by mode, and only the insured of this region; assistance is paid as
    settled. Modes 2 to 5 concern inpatient care, 6 and 7 outpatient care. `points` are the month's
    points of modes 3 and 4.
    """
    if agreement.mode == "1":
        return {}
    care = "outpatient" if agreement.mode in ("6", "7") else "inpatient"
    blocks = {
        g: t for g, t in statement.groups.items() if g.care == care and g.home == statement.admdvs
    }
    claimed: dict[str, int] = {}
    cases = days = 0
    for group, totals in blocks.items():
        fund = fund_of("hifp_pay", group.insutype).key
        claimed[fund] = claimed.get(fund, 0) + int(totals.amounts.get("hifp_pay", Fen(0)))
        cases, days = cases + totals.cases, days + totals.days
    if not claimed:
        return {}
    units = {"2": cases, "3": points, "4": points, "5": days, "6": cases, "7": 1}[agreement.mode]
    payable = agreement.rate * units
    main = max(claimed, key=lambda fund: (claimed[fund], fund))
    difference = Fen(int(payable) - sum(claimed.values()))
    return {main: difference} if difference else {}


def retained(amounts: Mapping[str, Fen], share: str) -> dict[str, Fen]:
    """What is kept back of positive dues until year end; nothing where the policy keeps none."""
    ratio = Ratio.of(share)
    return {key: kept for key, fen in amounts.items() if fen > 0 and (kept := take(fen, ratio))}


def agreed(statement: Statement, agreement: Agreement, points: int = 0) -> Statement:
    """The statement with mode difference and retention by the institution's agreement."""
    by = replace(statement, mode_difference=by_mode(statement, agreement, points), retained={})
    return replace(by, retained=retained(by.due(), agreement.retention))


def shares(statements: Iterable[tuple[Statement, Agreement]]) -> tuple[Fen, Fen]:
    """Inpatient pool money paid by DRG or DIP, and all inpatient pool money (N5: the share aimed at
    is figure `drg_dip_share`)."""
    grouped = whole = 0
    for statement, agreement in statements:
        paid = sum(
            int(t.amounts.get("hifp_pay", Fen(0)))
            for g, t in statement.groups.items()
            if g.care == "inpatient"
        )
        whole += paid
        if agreement.mode in ("3", "4"):
            grouped += paid
    return Fen(grouped), Fen(whole)


# -------------------------------------------------------------------------------------------------
# entries


def _pairs(amounts: Mapping[str, Fen], debit: str, credit: str) -> list[tuple[str, str, str, Fen]]:
    return [(fund, debit, credit, fen) for fund, fen in amounts.items() if fen]


def taken_off(kind: str, statement: Statement, carried: Carried, recorded: datetime) -> list[Entry]:
    """The entries by which `carried` is not owed to the institution any more: a deduction, or a
    bar. Away from home the home region owes less too."""
    source, admdvs, home = (
        f"{statement.statement_id}-{carried.setl_id}",
        statement.admdvs,
        carried.home or statement.admdvs,
    )
    amounts = {fund: fen for fund, fen in carried.by_fund.items() if fen}
    if not amounts:
        return []
    if home == admdvs:
        return [
            fund_rules.movement(
                kind,
                admdvs,
                source,
                _pairs(amounts, "2101", "430109"),
                recorded,
                counterpart=statement.institution,
            )
        ]
    there: list[Line] = []
    for fund, fen in amounts.items():
        there += fund_rules.pair(fund, "2101", "1102", fen, statement.institution, home)
    return [
        fund_rules.entry("deduction_there", admdvs, source, there, recorded),
        fund_rules.movement(
            "deduction_home",
            home,
            source,
            _pairs(amounts, "2102", "430109"),
            recorded,
            counterpart=admdvs,
        ),
    ]


def release_entries(statement: Statement, recorded: datetime) -> list[Entry]:
    """What a statement books beside its payment (`payment_entry`) and deductions (`taken_off`): the
    mode's difference and what is kept back (J34, N5)."""
    entries: list[Entry] = []
    if statement.mode_difference:
        lines: list[Line] = []
        care = "inpatient" if any(g.care == "inpatient" for g in statement.groups) else "outpatient"
        for fund, fen in statement.mode_difference.items():
            lines += [
                expense_line(fund, care, fen, statement.institution),
                *fund_rules.pair(fund, "", "2101", fen, "", statement.institution),
            ]
        entries.append(
            fund_rules.entry(
                "mode_difference", statement.admdvs, statement.statement_id, lines, recorded
            )
        )
    kept = [
        line
        for fund, fen in statement.retained.items()
        if fen
        for line in fund_rules.pair(fund, "2101", "2107", fen, *[statement.institution] * 2)
    ]
    if kept:
        entries.append(
            fund_rules.entry("retention", statement.admdvs, statement.statement_id, kept, recorded)
        )
    return entries


def payment_entry(statement: Statement, recorded: datetime) -> Entry | None:
    """What the pay order of a statement books; a payment that comes back is its mirror. None where
    the agency pays nothing."""
    who = statement.institution
    lines = [
        line
        for fund, fen in statement.paid.items()
        for line in fund_rules.pair(fund, "2101", "1002", fen, who, who)
    ]
    return (
        fund_rules.entry("institution_payment", statement.admdvs, statement.order, lines, recorded)
        if lines
        else None
    )


def payable(statement: Statement) -> dict[str, Fen]:
    """The positive dues: what goes to the bank, by fund."""
    return {fund: fen for fund, fen in statement.due().items() if fen > 0}


def brought_forward(statement: Statement) -> dict[str, Fen]:
    """The negative dues: what the next statement begins with."""
    return {fund: fen for fund, fen in statement.due().items() if fen < 0}
