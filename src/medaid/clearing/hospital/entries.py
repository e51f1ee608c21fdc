"""The journal entries that a statement causes beside its payment. Pure."""

from __future__ import annotations

from datetime import datetime

from medaid.clearing.hospital.model import PendingItem, Statement
from medaid.clearing.insurer.service import CRITICAL_FUND
from medaid.fund.model import Entry, Line, journal
from medaid.fund.model.journal import expense_line
from medaid.money import Fen


def taken_off(
    kind: str,
    region: str,
    institution: str,
    source: str,
    pending: PendingItem,
    recorded: datetime,
) -> list[Entry]:
    """The entries by which `pending` is not owed to the institution any more: a deduction, or the
    bar of the year. Away from home the paying region owes less too. `source` makes them once only.
    """
    amounts = {fund: fen for fund, fen in pending.by_fund.items() if fen}
    paying = pending.paying_region or region
    if not amounts:
        return []
    if paying == region:
        rows = [(fund, "2101", "430109", fen) for fund, fen in amounts.items()]
        return [journal.movement(kind, region, source, rows, recorded, counterpart=institution)]
    there: list[Line] = []
    for fund, fen in amounts.items():
        there += journal.pair(fund, "2101", "1102", fen, institution, paying)
    rows = [(fund, "2102", "430109", fen) for fund, fen in amounts.items()]
    return [
        journal.entry("deduction_there", region, source, there, recorded),
        journal.movement("deduction_home", paying, source, rows, recorded, counterpart=region),
    ]


def release_entries(statement: Statement, recorded: datetime, correction: int = 0) -> list[Entry]:
    """What a statement books beside its payment and deductions: the mode's difference and what is
    kept back (J34, N5); once, and once more for each approved `correction`."""
    source = statement.statement_id + (f".{correction}" if correction else "")
    entries: list[Entry] = []
    if statement.mode_difference:
        entries.append(_mode_difference(statement, source, recorded))
    kept = [
        line
        for fund, fen in statement.retained.items()
        if fen
        for line in journal.pair(
            fund, "2101", "2107", fen, statement.institution, statement.institution
        )
    ]
    if kept:
        entries.append(journal.entry("retention", statement.region, source, kept, recorded))
    return entries


def _mode_difference(statement: Statement, source: str, recorded: datetime) -> Entry:
    lines: list[Line] = []
    for fund, fen in statement.mode_difference.items():
        lines += [
            expense_line(fund, statement.mode_care, fen, statement.institution),
            *journal.pair(fund, "", "2101", fen, "", statement.institution),
        ]
    return journal.entry("mode_difference", statement.region, source, lines, recorded)


def critical_carried(statement: Statement, amount: Fen, recorded: datetime) -> Entry:
    """What the insurer that runs critical illness owes the institution is neither owed by the fund
    nor its expense: the premium was (大病保险支出). Outpatient care first, as far as the own blocks
    have it; what names no care comes off the rest."""
    visits = sum(
        int(one.totals.amounts.get("hifmi_pay", 0))
        for one in statement.blocks
        if one.group.care == "outpatient" and one.group.paying_region == statement.region
    )
    outpatient = Fen(min(max(visits, 0), int(amount)))
    fund, who = CRITICAL_FUND, statement.institution
    lines = journal.pair(fund, "2101", "", amount, who, "")
    for care, fen in (("inpatient", amount - outpatient), ("outpatient", outpatient)):
        if fen:
            lines.append(expense_line(fund, care, -fen, who))
    return journal.entry(
        "critical_carried", statement.region, statement.statement_id, lines, recorded
    )


def payment_entry(statement: Statement, source: str, recorded: datetime) -> Entry:
    """What a pay order of a statement books, once by `source`; a payment that comes back is its
    mirror. The statement pays something."""
    who = statement.institution
    lines = [
        line
        for fund, fen in statement.paid.items()
        for line in journal.pair(fund, "2101", "1002", fen, who, who)
    ]
    return journal.entry("institution_payment", statement.region, source, lines, recorded)
