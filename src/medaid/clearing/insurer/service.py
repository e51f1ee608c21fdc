"""Assistance run by an insurer (Maoming, M二.5): it fronts, the districts pay what really occurred
in July and December, and each March trues up.

Bills are made of what was fronted and not billed before, so they can bill neither more nor less
than occurred. The service fee is paid from the budget, never from the fund (M二.3), so it stands on
the bill and not in the books.
"""

from __future__ import annotations

from datetime import date, datetime

from medaid.aws import outbox
from medaid.aws.transaction import Decided, Write, transact
from medaid.clearing.insurer import rules, store
from medaid.clearing.insurer.assessing import (
    assess,
    decide_assessment,
    find_assessment,
)
from medaid.clearing.insurer.contracts import (
    any_contract,
    decide_contract,
    end_contract,
    propose_contract,
    survey,
)
from medaid.clearing.insurer.critical import (
    CRITICAL_FUND,
    critical_carrier,
    critical_contract,
    decide_critical,
    list_critical,
    propose_critical,
)
from medaid.clearing.insurer.evaluation import evaluate, report_reserve, year_entries
from medaid.clearing.insurer.model import (
    FUND,
    Contract,
    InsurerBill,
    InsurerPeriod,
)
from medaid.clearing.insurer.paying import (
    approve_bill,
    pay_bill,
    pay_fee,
    payment_heard,
    receive_refund,
)
from medaid.clearing.insurer.printouts import assessment_paper
from medaid.clearing.insurer.store import list_bills, list_surveys
from medaid.clearing.insurer.withdrawing import decide_undo, request_undo
from medaid.errors import Conflict, Refused
from medaid.events import InsurerBilled
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.regions import Region


def find_contract(region: str, year: int) -> Contract | None:
    """The contract under which a region's assistance is run in `year`; None where the region runs
    it itself."""
    return store.find_contract(Region(region).city, year)


def front(
    contract: Contract,
    region: str,
    source: str,
    creditor: str,
    amount: Fen,
    now: datetime,
    owed: str = "2101",
    *,
    outpatient: Fen,
) -> list[Write]:
    """The writes by which the insurer pays `creditor` (a hospital, or with `owed` 2103 a manual
    case) instead of the agency. What of `amount` is `outpatient` assistance is asked for in the
    true-up alone."""
    entries = rules.fronting_entries(
        contract, region, source, owed, creditor, amount, outpatient, now
    )
    return list(fund.writes(*entries))


def front_returned(
    contract: Contract,
    region: str,
    source: str,
    creditor: str,
    amount: Fen,
    reason: str,
    now: datetime,
    owed: str = "2101",
    *,
    outpatient: Fen,
) -> list[Write]:
    """The writes by which what was fronted under `source` comes to nothing: the payment did not
    arrive, the creditor is owed again and the insurer is not."""
    entries = rules.fronting_entries(
        contract, region, source, owed, creditor, amount, outpatient, now
    )
    day = civil_date(now)
    return list(fund.writes(*(reversing(one, source, day, now, reason) for one in entries)))


def fronting_contract(region: str, granted: date, now: datetime) -> Contract | None:
    """The contract under which what was granted on a day is fronted now: that year's, until its
    true-up is made, then the running year's. None where the region pays itself, or the contract
    has ended before that day (M二.6)."""
    city = Region(region).city
    for year in dict.fromkeys((granted.year, civil_date(now).year)):
        contract = store.find_contract(city, year)
        day = granted if granted.year == year else civil_date(now)
        if contract is None or not contract.runs_on(day):
            continue
        if store.find_bill(city, year, InsurerPeriod.TRUE_UP, region) is None:
            return contract
    return None


def create_bill(district: str, year: int, period: InsurerPeriod, now: datetime) -> InsurerBill:
    """Makes the bill of a period for a district, once; asked again, it answers the same.

    Raises Refused PERIOD_OPEN before the time it covers is over, NOT_FOUND without a contract,
    Conflict STATE where a later bill has asked for it already.
    """
    contract = find_contract(district, year)
    if contract is None:
        raise Refused("NOT_FOUND", field="contract", rule=f"{district} {year} 无承办合同")
    covers = rules.cover(district, year, period)
    if civil_date(now) < covers.opens:
        raise Refused("PERIOD_OPEN", field="period", rule=f"{covers.opens} 起方可结算")

    def decide() -> Decided[InsurerBill]:
        held = store.find_bill(contract.city, year, period, district)
        if held is not None:
            return Decided(held.bill)
        known = list(year_entries(district, year, now))
        earlier = [one for one in list_bills(contract.city, year) if one.district == district]
        if any(
            list(InsurerPeriod).index(one.period) > list(InsurerPeriod).index(period)
            for one in earlier
        ):
            raise Conflict("STATE", field="period", rule="其后的账单已生成,本期已包含在内")
        billed = sum(int(one.fronted) for one in earlier)
        amount = Fen(int(rules.fronted(known, year, covers.end, covers.kinds)) - billed)
        total = rules.fronted(known, year, None)
        bill = rules.bill_of(contract, Region(district), period, amount, total)
        event = InsurerBilled(
            district,
            f"{year}-{period}",
            bill.fronted,
            bill.fee,
            bill.payer,
            bill.due,
            bill.cite,
            bill.insurer,
        )
        message = outbox.publish(event, f"{district}-{year}-{period}", now)
        return Decided(bill, [store.create_bill(bill, now), message])

    return transact(decide)


def create_due_bills(district: Region, now: datetime) -> int:
    """July's and December's bills and March's true-up, of this year's and last year's contracts
    (M二.5). Answers how many there are."""
    today, made = civil_date(now), 0
    for year in (today.year - 1, today.year):
        if find_contract(district, year) is None:
            continue
        for period in rules.periods_due(district, year, today):
            create_bill(district, year, period, now)
            made += 1
    return made


__all__ = [
    "CRITICAL_FUND",
    "FUND",
    "any_contract",
    "approve_bill",
    "assess",
    "assessment_paper",
    "create_bill",
    "create_due_bills",
    "critical_carrier",
    "critical_contract",
    "decide_assessment",
    "decide_contract",
    "decide_critical",
    "decide_undo",
    "end_contract",
    "evaluate",
    "find_assessment",
    "find_contract",
    "front",
    "front_returned",
    "fronting_contract",
    "list_bills",
    "list_critical",
    "list_surveys",
    "pay_bill",
    "pay_fee",
    "payment_heard",
    "propose_contract",
    "propose_critical",
    "receive_refund",
    "report_reserve",
    "request_undo",
    "survey",
]
