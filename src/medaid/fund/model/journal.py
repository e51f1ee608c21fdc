"""Which entry a money act causes, and which entries may exist at all. Pure: values in, values out.

Only what funds pay enters the books. What others outside the funds already paid (commercial
insurance, donations), the person's part, the personal account and the hospital's own reduction do
not (identity I4 of the national interface: none of them is a fund).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from medaid import ids
from medaid.errors import BadInput, Refused
from medaid.fund.model import Entry, Line, chart
from medaid.instants import civil_date
from medaid.money import Fen

CARE = ("inpatient", "outpatient")


def checked(entry: Entry) -> Entry:
    """The same entry, proven to be a flow that a document allows (J29, Q2.2).

    Raises Refused FLOW_FORBIDDEN naming the kind or the account, with the clause that forbids it
    where one does (X13: bank fees are never charged to the fund).
    """
    refusal = chart.refusals().get(entry.kind)
    if refusal is not None:
        raise Refused("FLOW_FORBIDDEN", field=entry.kind, rule=refusal.sentence)
    flow = chart.flows().get(entry.kind)
    if flow is None:
        raise Refused("FLOW_FORBIDDEN", field=entry.kind, rule="无此类资金业务")
    back = bool(entry.reverses)
    for account, fen, _ in entry.lines:
        debited = (fen > 0) != back
        if account.number not in (flow.debit if debited else flow.credit):
            side = "借记" if debited else "贷记"
            raise Refused(
                "FLOW_FORBIDDEN",
                field=account.code,
                rule=f"{flow.name}不得{side}{account.name}({flow.cite})",
            )
    return entry


@dataclass(frozen=True, slots=True)
class SettlementBooking:
    """What a settlement tells the books. `home` and `treatment` are pooling regions (admdvs);
    `amounts` are fen by national field (`hifp_pay`, `hifmi_pay`, `maf_pay` … as in I4), zero or
    absent where a fund pays nothing; `care` is `inpatient` or `outpatient`."""

    setl_id: str
    home: str
    treatment: str
    institution: str
    insutype: str
    care: str
    amounts: Mapping[str, Fen]


def settlement_entries(settled: SettlementBooking, recorded: datetime) -> tuple[Entry, ...]:
    """The entries of one settlement (J32): none where no fund pays, one at home, two away from
    home.

    At home: each fund's expense (assistance told apart into 住院救助支出 and 门诊救助支出) against
    the payable to the institution. Away (J35, X12): the home region owes the treatment region, and
    the treatment region owes the institution. Raises BadInput FUND_UNKNOWN for an amount of no
    fund, AMOUNT_NEGATIVE (a reversal goes through `model.reversing`), CODE_UNKNOWN for another care
    class.
    """
    if settled.care not in CARE:
        raise BadInput("CODE_UNKNOWN", field="care", rule="住院 inpatient 或门诊 outpatient")
    paid = [
        (chart.fund_of(field, settled.insutype).key, fen)
        for field, fen in sorted(settled.amounts.items())
        if fen
    ]
    if any(fen < 0 for _, fen in paid):
        raise BadInput("AMOUNT_NEGATIVE", field="fund_pay_sumamt", rule="撤销结算另作红字分录")
    if not paid:
        return ()
    day = civil_date(recorded)
    away = settled.home != settled.treatment
    owed, to = ("2102", settled.treatment) if away else ("2101", settled.institution)
    at_home: list[Line] = []
    there: list[Line] = []
    for fund, fen in paid:
        at_home += [
            Line(chart.expense_account(fund, settled.care), fen, settled.institution),
            Line(chart.account(fund, owed), -fen, to),
        ]
        there += [
            Line(chart.account(fund, "1102"), fen, settled.home),
            Line(chart.account(fund, "2101"), -fen, settled.institution),
        ]
    entries = [
        Entry(
            ids.entry_id(settled.setl_id, "settlement"),
            "settlement",
            settled.home,
            day,
            recorded,
            settled.setl_id,
            tuple(at_home),
        )
    ]
    if away:
        kind = "settlement_there"
        entries.append(
            Entry(
                ids.entry_id(settled.setl_id, kind),
                kind,
                settled.treatment,
                day,
                recorded,
                settled.setl_id,
                tuple(there),
            )
        )
    return tuple(checked(entry) for entry in entries)


def reimbursement_entry(
    case: str, admdvs: str, insutype: str, care: str, amounts: Mapping[str, Fen], recorded: datetime
) -> Entry | None:
    """What a manual reimbursement case is granted (J27): expense against the payable to the case;
    None where nothing is granted."""
    lines: list[Line] = []
    for field, fen in sorted(amounts.items()):
        if fen:
            fund = chart.fund_of(field, insutype).key
            lines += [
                Line(chart.expense_account(fund, care), fen, case),
                Line(chart.account(fund, "2103"), -fen, case),
            ]
    if not lines:
        return None
    return checked(
        Entry(
            ids.entry_id(case, "reimbursement"),
            "reimbursement",
            admdvs,
            civil_date(recorded),
            recorded,
            case,
            tuple(lines),
        )
    )


def pair(fund: str, debit: str, credit: str, fen: Fen, debtor: str, creditor: str) -> list[Line]:
    """A debit and a credit of `fen` with their counterparts; an empty account number leaves that
    side to the caller."""
    lines = [Line(chart.account(fund, debit), fen, debtor)] if debit else []
    return [*lines, Line(chart.account(fund, credit), -fen, creditor)] if credit else lines


def expense_line(fund: str, care: str, fen: Fen, counterpart: str) -> Line:
    """A line on the benefit expense account of a fund for a care class (J32)."""
    return Line(chart.expense_account(fund, care), fen, counterpart)


def entry(
    kind: str,
    admdvs: str,
    source: str,
    lines: Sequence[Line],
    recorded: datetime,
    narrative: str = "",
) -> Entry:
    """An entry of `kind` from its lines, effective on the day it is recorded. Raises as `checked`
    and `Entry` do."""
    return checked(
        Entry(
            ids.entry_id(source, kind),
            kind,
            admdvs,
            civil_date(recorded),
            recorded,
            source,
            tuple(lines),
            narrative,
        )
    )


def movement(
    kind: str,
    admdvs: str,
    source: str,
    amounts: Iterable[tuple[str, str, str, Fen]],
    recorded: datetime,
    *,
    effective: date | None = None,
    counterpart: str = "",
    narrative: str = "",
) -> Entry:
    """An entry of `kind` from (fund key, account debited, account credited, fen) rows: allocation,
    interest, clearing, payment …

    `effective` defaults to the civil date of `recorded`. Raises as `checked` and `Entry` do.
    """
    lines: list[Line] = []
    for fund, debit, credit, fen in amounts:
        lines += pair(fund, debit, credit, fen, counterpart, counterpart)
    day = effective or civil_date(recorded)
    return checked(
        Entry(
            ids.entry_id(source, kind), kind, admdvs, day, recorded, source, tuple(lines), narrative
        )
    )
