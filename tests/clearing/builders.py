"""Builders of the tests: one settlement with its journal entries and its way into clearing, and the
acts of an office in the words of the tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from tests.payments.builders import answer
from tests.settlement.hospital import contracted

from medaid.aws.transaction import commit
from medaid.clearing import projector
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital import store
from medaid.clearing.hospital.agreeing import Asked
from medaid.clearing.hospital.clauses import required_clauses
from medaid.clearing.hospital.files import UPLOAD, hospital_lines
from medaid.clearing.hospital.model import (
    Agreement,
    Difference,
    Mode,
    PendingItem,
    Statement,
)
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import Contract, InsurerBill, InsurerPeriod
from medaid.clearing.model import FUND_FIELDS, Item
from medaid.clearing.regions import service as regions
from medaid.clearing.regions import store as bills
from medaid.clearing.regions.model import BillStep, RegionBill
from medaid.clearing.regions.rules import owed_by_city
from medaid.events import SettlementPosted
from medaid.fund import periods
from medaid.fund import service as fund
from medaid.fund.model import journal, reversing
from medaid.fund.model.chart import funds
from medaid.ids import (
    InstitutionCode,
    MessageId,
    OfficerId,
    OrderId,
    PersonNo,
    SettlementId,
    VisitId,
)
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month
from medaid.national_files import text
from medaid.payments import service as payments
from medaid.payments.model import AnswerReport, BankAccount, SourceKind
from medaid.regions import Region
from medaid.settlement.model import Institution

HOME, ELSEWHERE, ABROAD = "320500", "320100", "310100"
HOSPITALS = ("H32050000001", "H32050000002", "H32050000003")


def at(day: int, hour: int = 2, month: int = 7, year: int = 2023) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def item(
    number: int | str,
    when: datetime,
    *,
    institution: str = HOSPITALS[0],
    home: str = HOME,
    treatment: str = HOME,
    hifp: int = 60000,
    maf: int = 20000,
    hifmi: int = 0,
    clr_type: str = "21",
    insutype: str = "390",
    cash: int = 5000,
    outpatient: int = 0,
) -> Item:
    """`outpatient`: what of `maf` is 门诊救助."""
    paid = {"hifp_pay": hifp, "hifmi_pay": hifmi, "maf_pay": maf}
    fund_pay = sum(paid.values())
    amounts = {
        **paid,
        "fund_pay_sumamt": fund_pay,
        "medfee_sumamt": fund_pay + cash,
        "psn_cash_pay": cash,
        "acct_pay": 0,
        "outpatient_assistance": outpatient,
    }
    return Item(
        SettlementId(f"{home}S{number}"),
        VisitId(f"{home}V{number}"),
        MessageId(f"{institution}{number}"),
        InstitutionCode(institution),
        Region(home),
        Region(home),
        Region(treatment),
        insutype,
        clr_type,
        clr_type,
        when,
        PersonNo(f"P{number}"),
        {k: Fen(v) for k, v in amounts.items()},
        False,
        5,
    )


def refund(of: Item, when: datetime) -> Item:
    amounts = {k: -v for k, v in of.amounts.items()}
    return Item(
        of.setl_id,
        of.mdtrt_id,
        MessageId(f"{of.msgid}R"),
        of.institution,
        of.insured_region,
        of.paying_region,
        of.owing_region,
        of.insutype,
        of.clr_type,
        of.med_type,
        when,
        of.psn_no,
        amounts,
        True,
        -of.days,
    )


def settled(one: Item, assisting: str = "") -> list[journal.SettlementBooking]:
    """What the settlement tells the books: once for each region that pays a part of it."""
    amounts = {
        k: v
        for k, v in one.amounts.items()
        if k.endswith("_pay") and k not in ("acct_pay", "psn_cash_pay")
    }
    insured, there = one.insured_region, one.owing_region
    parts = {insured: dict(amounts)}
    if assisting and assisting != insured:
        parts[Region(assisting)] = {"maf_pay": parts[insured].pop("maf_pay")}
    return [
        journal.SettlementBooking(
            one.setl_id if region == insured else f"{one.setl_id}-{region}",
            region,
            region.owing(there),
            one.institution,
            one.insutype,
            one.care,
            paid,
        )
        for region, paid in parts.items()
    ]


def event_of(one: Item, assisting: str = "") -> SettlementPosted:
    """The event that a settlement or its reversal publishes."""
    day = civil_date(one.setl_time)
    return SettlementPosted(
        setl_id=one.setl_id,
        mdtrt_id=one.mdtrt_id,
        msgid=one.msgid,
        psn_no=one.psn_no,
        institution=one.institution,
        insured_region=one.insured_region,
        assisting_region=assisting,
        treatment_region=one.owing_region,
        insutype=one.insutype,
        clr_type=one.clr_type,
        med_type=one.med_type,
        care=one.care,
        category="",
        filing="",
        begin=day - timedelta(days=5),
        end=day,
        setl_time=one.setl_time,
        refd=one.refd,
        medfee_sumamt=one.amounts["medfee_sumamt"],
        inscp_scp_amt=one.amounts["medfee_sumamt"],
        fund_pay_sumamt=one.amounts["fund_pay_sumamt"],
        psn_cash_pay=one.amounts["psn_cash_pay"],
        by_fund={k: v for k, v in one.amounts.items() if k in FUND_FIELDS},
        fees={},
        outpatient_assistance=one.amounts["outpatient_assistance"],
    )


def book(one: Item, original: Item | None = None, assisting: str = "") -> None:
    """The settlement's (or the reversal's) journal entries, as its own transaction writes them."""
    entries = [
        entry
        for part in settled(original or one, assisting)
        for entry in journal.settlement_entries(part, (original or one).setl_time)
    ]
    if original is not None:
        day = civil_date(one.setl_time)
        entries = [reversing(e, one.item_id, day, one.setl_time) for e in entries]
    if entries:
        commit(fund.writes(*entries))


def arrive(
    one: Item, when: datetime | None = None, original: Item | None = None, assisting: str = ""
) -> bool:
    """Books an item and lets its message reach clearing at `when` (at once where not given)."""
    book(one, original, assisting)
    return projector.project(event_of(one, assisting), when or one.setl_time)


def agreement(
    institution: str,
    retention: str = "0",
    mode: str = "1",
    rate: int = 0,
    year: int = 2023,
    region: str = HOME,
) -> Agreement:
    return Agreement(
        InstitutionCode(institution),
        f"{institution}医院",
        Region(region),
        date(year, 1, 1),
        Mode(mode),
        Fen(rate),
        retention,
        "中国银行",
        "6222000011112222",
        clauses=tuple(one.id for one in required_clauses(Region(region))),
    )


def endow(region: str, fen: int = 10**12, day: date = date(2018, 1, 1)) -> None:
    """Money of every fund on both bank accounts of a region, from before its first act; once."""
    rows = [
        (fund_key, number, "3001", Fen(fen)) for fund_key in funds() for number in ("1001", "1002")
    ]
    when = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    if fund.post(journal.movement("opening", region, f"期初-{region}-{fen}", rows, when)):
        periods.keep_first_month(region, Month.of(day))  # as the roll-ups note it


def agree(one: Agreement, *, endowed: bool = True) -> None:
    """An agreement made by one and approved by another, on the day it begins; with money to pay
    from."""
    if endowed:
        endow(one.region, day=one.effective)
    when = datetime(one.effective.year, one.effective.month, one.effective.day, 4, tzinfo=UTC)
    hospital.propose_agreement(one, one.region, "录入", when)
    hospital.decide_agreement(one.institution, True, "", "复核", one.region, when)


def insure(
    city: str, year: int, reserve: int = 10_000_000, now: datetime | None = None
) -> Contract:
    """An insurer's contract, entered by one and agreed to by another."""
    when = now or datetime(year, 1, 5, 4, tzinfo=UTC)
    signed = civil_date(when)
    sent = Contract(Region(city), year, "PICC", "人保财险茂名", Fen(reserve), signed, signed)
    insurer.propose_contract(sent, OfficerId("主任"), when)
    return insurer.decide_contract(Region(city), year, True, "", OfficerId("复核"), when)


def insurer_account(district: str, now: datetime, insured_by: str = "PICC") -> None:
    """The account on which a district pays the insurer, entered by one and approved by another."""
    account = BankAccount("人保财险茂名", "6222000033334444", "104")
    payments.enter_account(Region(district), insured_by, account, OfficerId("录入"), now)
    payments.approve_account(Region(district), insured_by, OfficerId("复核"), now)


def bank_says(
    order_id: str, result: str, now: datetime, reason: str = "", reference: str = "流水"
) -> AnswerReport:
    """The bank's answer on an insurer's bill."""
    order = payments.get_order(OrderId(order_id))
    line = (order.order_id, order.amount.yuan(), result, reason, f"{civil_date(now)}", reference)
    listeners = {SourceKind.BILL: insurer.payment_heard}
    return payments.take_answer(answer(order.batch_id, line), listeners, now)


def pay_insurer(
    district: str, year: int, period: str, auditor: str, finance: str, now: datetime
) -> InsurerBill:
    """An insurer's bill approved, ordered and paid by the bank; or what the insurer owes received;
    with the insurer's account where there is none yet."""
    key = Region(district), year, InsurerPeriod(period)
    if payments.get_payee(Region(district), "PICC") is None:
        insurer_account(district, now)
    made = insurer.approve_bill(*key, OfficerId(auditor), now)
    if made.fronted < 0:
        paper = f"回单{period}", civil_date(now)
        return insurer.receive_refund(*key, *paper, OfficerId(finance), now)
    ordered = insurer.pay_bill(*key, OfficerId(finance), now)
    if ordered.order_id and ordered.state == "ordered":
        assert bank_says(ordered.order_id, "paid", now, reference=f"流水{period}").taken == 1
    held = insurer.list_bills(Region(district).city, year)
    return next(one for one in held if (one.district, one.period) == (key[0], period))


def contract(code: str, region: str = HOME) -> None:
    """An institution that the region's agency contracted."""
    contracted(Institution(code, "某医院", region, "3"))


def close_month(region: str, month: str, now: datetime, *, endowed: bool = True) -> dict[str, int]:
    """The statements of a month, with money to pay them from."""
    if endowed:
        endow(region, day=date(Month(month).year, 1, 1))
    return hospital.close_month(Region(region), Month(month), now)


def made(region: str, institution: str, month: str) -> list[Statement]:
    return hospital.list_statements(region, institution, month)


def statement(region: str, institution: str, month: str, number: int = 1) -> Statement:
    return hospital.get_statement(region, institution, month, number).statement


def reconcile_totals(
    treatment: str,
    institution: str,
    group: tuple[str, str, str],
    begin: date,
    end: date,
    theirs: Mapping[str, Fen],
    count: int,
    now: datetime,
) -> tuple[str, str]:
    """3201 for (insutype, clr_type, setl_optins)."""
    insutype, clr_type, optins = group
    asked = Asked(institution, Region(treatment), Region(optins), insutype, clr_type, begin, end)
    return hospital.reconcile_totals(asked, theirs, count, now)


def reconcile_lines(
    treatment: str,
    institution: str,
    clr_type: str,
    optins: str,
    begin: date,
    end: date,
    upload: bytes,
    now: datetime,
) -> tuple[str, list[Difference]]:
    """3202."""
    asked = Asked(institution, Region(treatment), Region(optins), "", clr_type, begin, end)
    return hospital.reconcile_lines(asked, hospital_lines(upload), now)


def open_items(region: str, month: str) -> list[dict[str, str]]:
    """What of a month is in no statement yet or disputed, at all institutions."""
    rows, _ = hospital.page_of_month(region, month, "", 1000)
    found = []
    for code in (row.institution for row in rows):
        placed, _ = hospital.page_of_month_items(region, month, code, "", 1000)
        found += [
            {"setl_id": one.item.item_id, "institution": code, "reason": one.why}
            for one in placed
            if one.why
        ]
        for made in store.list_statements(region, code, month):
            found += [
                {"setl_id": one.pending_id, "institution": code, "reason": f"争议:{one.reason}"}
                for one in store.list_disputed(made)
            ]
    return found


def open_statements(region: str, month: str = "") -> list[Statement]:
    """What stands on the region's list of open statements, of one month or of all."""
    listed = store.list_open_to(Region(region), Month("2099-12"))
    return [
        hospital.get_statement(region, one.institution, one.month, one.number).statement
        for one in listed
        if month in ("", one.month)
    ]


def waiting(region: str, institution: str) -> Iterator[tuple[str, str, PendingItem]]:
    """What waits for an institution: (kind, state, item)."""
    for one in hospital.list_pending(region, institution):
        yield one.kind, one.state, one.item


def deduct(
    region: str,
    institution: str,
    deduction_id: str,
    amounts: Mapping[str, Fen],
    reason: str,
    paying: str,
    now: datetime,
) -> None:
    hospital.create_deduction(
        Region(region), institution, deduction_id, amounts, reason, Region(paying), "审核", now
    )


def fix_prepayment(
    treatment: str,
    paying: str,
    year: int,
    by: OfficerId,
    now: datetime,
    last_year: Mapping[str, Fen],
) -> list[RegionBill]:
    """A year's prepayment, worked out by one and approved by another; its bills."""
    made = regions.fix_prepayment(treatment, paying, year, by, now, last_year)
    if made.state == "proposed":
        regions.decide_prepayment(treatment, paying, year, True, "", OfficerId("复核"), now)
    return regions.list_prepayment_bills(treatment, paying, year)


def hand(step: str) -> OfficerId:
    """Who takes a step of a bill between regions: the agency, finance, the creditor's agency."""
    finance = {"in_full": "财政", "transferred": "财政"}
    return OfficerId({**finance, "confirmed": "会计"}.get(step, "经办"))


def advance(
    creditor: str,
    debtor: str,
    month: str,
    step: str,
    now: datetime,
    kind: str = "clearing",
    *,
    by: str = "",
    document: str = "财函1号",
    endowed: bool = True,
) -> RegionBill:
    """One step of a bill between regions, on finance's paper; with money to pay from."""
    if endowed and step == "received":
        endow(debtor, day=civil_date(now).replace(day=1) - timedelta(days=1))
    who, name = OfficerId(by or hand(step)), BillStep(step)
    return regions.advance_bill(creditor, debtor, month, name, who, now, kind, document=document)


def collect(bill: RegionBill, now: datetime, *, endowed: bool = True) -> None:
    """What the bill's cities owe comes into their province's account; with money to pay from."""
    for city, amounts in owed_by_city(bill).items():
        if endowed:
            before = civil_date(now).replace(day=1) - timedelta(days=1)
            endow(city, day=before)
        document = f"缴款{bill.bill_id}"
        regions.collect(bill.debtor, city, document, amounts, OfficerId("省出纳"), now)


def pay_bill(bill: RegionBill, now: datetime, last: str = "confirmed") -> RegionBill:
    """A bill through its steps up to `last`, the cities' money collected where there are cities."""
    for step in bill.way:
        if step is BillStep.IN_FULL and bill.taken(step) is None:
            collect(bill, now)
        bill = advance(bill.creditor, bill.debtor, bill.month, step, now, bill.kind)
        if step == last:
            break
    return bill


def upload_rows(items: Iterable[Item]) -> Iterator[bytes]:
    """What a hospital that agrees with us would upload: in the form of the interface."""
    return text(
        (
            i.setl_id,
            i.mdtrt_id,
            i.psn_no,
            *(i.amounts.get(n, Fen(0)).yuan() for n in UPLOAD[3:6]),
            str(int(i.refd)),
        )
        for i in items
    )


def owed_to(region: str, month: str = "") -> list[RegionBill]:
    """The bills that a region is owed by, of a month or of all."""
    return [
        one for one in regions.page_of_bills(region, month, "", 1000)[0] if one.creditor == region
    ]


def held_prepayment(treatment: str, paying: str) -> dict[str, Fen]:
    """What of the paying region's prepayment the region of treatment holds, fen by fund."""
    held = bills.held_prepayments([Region(paying)], treatment)
    return dict(held.get(Region(paying), {}))
