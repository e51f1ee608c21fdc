"""Rows for every list that an operator's route answers by page: put straight into storage, as the
services would have, so that sixty of them take no time.

A seed puts rows number `begin` to `end - 1` of one list. What each list is asked for by stands with
it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tests.clearing.builders import item
from tests.reimbursement.office import draft
from tests.settlement.hospital import (
    Hospital,
    bill,
    contracted,
    known_person,
    passed,
    stay_input,
)

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws import codec, exchange, outbox
from medaid.aws.items import Key
from medaid.aws.transaction import Put, Write, commit
from medaid.aws.web import Caller
from medaid.clearing import keys as clearing_keys
from medaid.clearing import store as clearing
from medaid.clearing.hospital import store as hospital
from medaid.clearing.hospital.model import PendingItem, PendingKind, PendingState, Statement
from medaid.clearing.model import Item
from medaid.clearing.regions import store as between
from medaid.clearing.regions.model import BillKind, Deposit, RegionBill, parts_of
from medaid.clearing.store import ClearingItem
from medaid.enrolment import store as enrolment
from medaid.enrolment.model import (
    Contribution,
    ContributionState,
    EnrolmentRun,
    EnrolmentWay,
    Parts,
    RowOutcome,
    RunKind,
    RunRow,
)
from medaid.events import CaseClosed
from medaid.followup import store as followup
from medaid.followup.model import MatterKind
from medaid.followup.rules import matter
from medaid.fund import keys, reconciliation
from medaid.fund import service as fund_service
from medaid.fund.current_accounts import OpenItem, OpenItems
from medaid.fund.final_records import FinalAccounts, FinalState, Notes
from medaid.fund.model import journal
from medaid.fund.model.chart import accounts
from medaid.fund.opening_amounts import OpeningAmount
from medaid.fund.records import (
    Allocation,
    AllocationState,
    Comparison,
    Period,
    Voucher,
    VoucherState,
)
from medaid.fund.store import FundItem
from medaid.ids import InstitutionCode, OfficerId, OrderId, SettlementId
from medaid.instants import stored
from medaid.money import Fen
from medaid.months import Month, Quarter
from medaid.payments import keys as payment_keys
from medaid.payments.model import (
    BankAccount,
    BankSlip,
    Batch,
    BatchLine,
    PaymentSource,
    PayOrder,
    RegisteredOfficer,
    SourceKind,
)
from medaid.payments.store import PaymentItem
from medaid.people import endings, rules
from medaid.people import store as people_store
from medaid.people.drops import Drop, Endings, EndingsState, ListedEnding, kept_place
from medaid.people.model import Filing, Identity, Insurance, Person
from medaid.people.model import Source as PeopleSource
from medaid.people.sender_model import RegisteredSender, SenderEntry
from medaid.people.store import drops as drop_store
from medaid.people.store.senders import put_sender
from medaid.people.verdicts import Told
from medaid.regions import Region
from medaid.reimbursement import store as reimbursement
from medaid.reimbursement.model import Case
from medaid.reimbursement.rules import DueProjection
from medaid.settlement import keys as settlement_keys
from medaid.settlement import store as settlement
from medaid.settlement.model import (
    InstitutionRecord,
    InstitutionVersion,
    Settlement,
)
from medaid.settlement.store import SettlementItem
from medaid.settlement.tracing import store as tracing
from medaid.settlement.tracing.model import ClauseGroup, TracedPayment

HERE: Final = Region("440900")
NOW: Final = datetime(2026, 2, 10, 2, tzinfo=UTC)
MONTH, QUARTER, FUND = Month("2026-01"), Quarter("2026-Q1"), "assistance"
INSTITUTION: Final = "H44090000001"
MIDDAY: Final = datetime(2026, 1, 15, 4, tzinfo=UTC)
OFFICER: Final = Caller("officer-1", region=HERE)
CLAUSES: Final = ClauseGroup((("某办法", "第一条"),))
ACCOUNT: Final = BankAccount("收款人", "6222000000001234", "102100000001")


@dataclass(frozen=True)
class Seed:
    """`put(begin, end)` writes the rows; `query` is what is asked for beside the page."""

    put: Callable[[int, int], None]
    query: Mapping[str, str] = field(default_factory=dict)
    rows: str = "rows"
    """The field of the answer that holds the page."""
    mine: tuple[str, str] = ("", "")
    """Which rows count, by a field and its value, where asking adds rows."""
    spread: bool = False
    """Pages go from one partition to the next, and may be short."""


def _each(write: Callable[[int], Write | list[Write]]) -> Callable[[int, int], None]:
    def put(begin: int, end: int) -> None:
        for number in range(begin, end):
            made = write(number)
            commit(made if isinstance(made, list) else [made])

    return put


def _fund(key: Key, record: object, state: str = "") -> Write:
    return FundItem.create(key, record, "seed", state=state, at=NOW)


def _voucher(number: int) -> Write:
    name = f"凭证-{number:03d}"
    made = Voucher(name, "fiscal_interest", MONTH.first, "文", (), "", ())
    return _fund(keys.of_voucher(HERE, MONTH, name), made, VoucherState.MADE)


def _allocation(number: int) -> Write:
    name = f"R{number:03d}"
    made = Allocation(QUARTER, name, {FUND: Fen(1)}, ())
    return _fund(keys.of_request(HERE, QUARTER, name), made, AllocationState.REQUESTED)


def _final(number: int) -> Write:
    made = FinalAccounts(2025, FUND, number, "d", (), (), (), Notes(), ())
    return _fund(keys.of_final_accounts(HERE, 2025, FUND, number), made, FinalState.DRAFTED)


def _comparison(number: int, lines: int = 0) -> Comparison:
    findings = tuple(
        reconciliation.Finding(
            "theirs_only",
            None,
            reconciliation.Movement(MONTH.first, f"r{one}", "1001", FUND, Fen(one + 1), "摘要"),
            1,
        )
        for one in range(lines)
    )
    return Comparison(number, "f", "c", "b", "d", NOW, {}, findings)


def _reconciliation(number: int) -> Write:
    key = keys.of_reconciliation(HERE, QUARTER, number)
    return _fund(key, _comparison(number), "compared")


def _open_lines(_begin: int, end: int) -> None:
    key = keys.of_reconciliation(HERE, QUARTER, 1)
    held = FundItem.find(key)
    made = _comparison(1, end)
    commit([held.replace(made, "seed") if held else _fund(key, made, "compared")])


def _current_accounts(_begin: int, end: int) -> None:
    code = next(code for code, one in accounts().items() if one.kind == "liability")
    items = OpenItems(tuple(OpenItem(code, f"H{n:03d}", MONTH, Fen(n + 1)) for n in range(end)))
    for key, record, state in (
        (keys.of_current_accounts(HERE, MONTH), items, ""),
        (keys.of_period(HERE, MONTH), Period(), "closed"),
    ):
        held = FundItem.find(key)
        commit([held.replace(record, "seed") if held else _fund(key, record, state)])


def _batch(number: int) -> list[Write]:
    made = Batch(f"{HERE}B{number:03d}", HERE, "payer", MONTH.first, OfficerId("o"))
    return [
        PaymentItem.create(payment_keys.batch_key(made.batch_id), made, "batch"),
        PaymentItem.create(payment_keys.month_key(made), made.batch_id, "month"),
    ]


def _line(number: int) -> Write:
    name = OrderId(f"O{number:03d}")
    return PaymentItem.create(
        payment_keys.line_key("440900B1", name), BatchLine(name, "P1", Fen(100), ACCOUNT), "line"
    )


def _lines(begin: int, end: int) -> None:
    if not begin:
        made = Batch("440900B1", HERE, "payer", MONTH.first, OfficerId("o"))
        commit([PaymentItem.create(payment_keys.batch_key("440900B1"), made, "batch")])
    _each(_line)(begin, end)


def _slips(begin: int, end: int) -> None:
    if not begin:
        _lines(0, 1)
    for number in range(begin, end):
        name = f"回单{number:03d}"
        slip = BankSlip(HERE, "440900B1", name, (), Fen(0), OfficerId("o"), NOW)
        commit([PaymentItem.create(payment_keys.slip_key("440900B1", name), slip, "slip")])


def _opening(number: int) -> Write:
    code = next(code for code, one in accounts().items() if one.kind == "liability")
    return _fund(keys.of_opening(HERE, code, f"H{number:03d}"), OpeningAmount(Fen(1), Fen(0)))


def _officer(number: int) -> Write:
    made = RegisteredOfficer(OfficerId(f"o{number:03d}"), HERE)
    return PaymentItem.create(payment_keys.officer_key(HERE, made.officer_id), made, "duty")


def _bill(number: int, month: str = MONTH, kind: BillKind = BillKind.CLEARING) -> list[Write]:
    """Half of them owed to the region, half owed by it."""
    other = Region(f"32{number // 2 + 1:02d}00")
    pair = (HERE, other) if number % 2 else (other, HERE)
    parts = parts_of({pair: {"maf": Fen(5)}})
    return between.create_bill(RegionBill(*pair, month, kind, 1, parts, NOW))


def _prepaid(number: int) -> list[Write]:
    return _bill(number, "2026-00", BillKind.PREPAYMENT)


def _owed(number: int) -> list[Write]:
    """Owed to the region alone, each by another."""
    pair = (HERE, Region(f"{31 + number // 60}{number % 60 + 1:02d}00"))
    parts = parts_of({pair: {"maf": Fen(5)}})
    return between.create_bill(RegionBill(*pair, MONTH, BillKind.CLEARING, 1, parts, NOW))


def _deposit(number: int) -> Write:
    return between.save_deposit(None, HERE, f"{HERE[:4]}{number:02d}", Deposit(), NOW)


def _pending(number: int) -> Write:
    item = PendingItem(f"S{number:03d}", MONTH, "争议", {"maf": Fen(1)})
    return hospital.create_pending(
        HERE, INSTITUTION, PendingKind.DISPUTE, item, PendingState.OPEN, NOW
    )


def _disputed(begin: int, end: int) -> None:
    code, cut = InstitutionCode(INSTITUTION), datetime(2026, 2, 1, 4, tzinfo=UTC)
    one = Statement(HERE, code, MONTH, 1, None, cut, (), {}, "", 1)
    if not begin:
        commit(hospital.create_statement(one))
    for number in range(begin, end):
        out = PendingItem(f"S{number:03d}", MONTH, "争议", {"maf": Fen(1)}, HERE)
        commit([_pending(number), hospital.put_disputed(one, None, out, PendingState.OPEN)])


def _reads(begin: int, end: int) -> None:
    for number in range(begin, end):
        at = NOW + timedelta(seconds=number)
        access.record_read(OFFICER, "P1", HERE, Purpose.CASE, at, f"C{number}")


def _statement(number: int, institution: str) -> list[Write]:
    code, cut = InstitutionCode(institution), datetime(2026, 2, 1, 4, tzinfo=UTC)
    return hospital.create_statement(Statement(HERE, code, MONTH, number, None, cut, (), {}, "", 1))


def _institution_month(number: int) -> list[Write]:
    code = f"H440900{number:05d}"
    row = ClearingItem(clearing_keys.institutions_key(HERE, MONTH), code)
    return [*_statement(1, code), Put(row, None, "listed")]


def _item(number: int) -> Item:
    when = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=number)
    return item(number, when, institution=INSTITUTION, home=HERE, treatment=HERE)


def _items(begin: int, end: int) -> None:
    for number in range(begin, end):
        clearing.put_item(_item(number), NOW - timedelta(days=20))


def _traced(number: int) -> Write:
    at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=number)
    payment = TracedPayment(f"S{number:03d}", "settlement", INSTITUTION, at, Fen(1))
    group = tracing.group_id(CLAUSES)
    key = Key(settlement_keys.traced_partition(HERE, MONTH, group), f"{stored(at)}#{number:03d}")
    return SettlementItem.create(key, payment, "payment")


def _traces(begin: int, end: int) -> None:
    tracing.put_group(HERE, MONTH, CLAUSES)
    _each(_traced)(begin, end)


def _order(begin: int, end: int) -> None:
    """An order that pays a statement, and the settlements that it holds: all like the first."""
    if not begin:
        contracted()
        known_person("P1")
        his = Hospital()
        given = stay_input("P1", his.stay("P1"), bill("1000.00", "1000.00"))
        passed(his.call("2304", given))
        paid = PaymentSource(SourceKind.STATEMENT, f"{HERE}-{INSTITUTION}-{MONTH}-1")
        order = PayOrder(OrderId("PAY1"), HERE, "payer", paid, INSTITUTION, Fen(1), 1, NOW)
        commit([PaymentItem.create(payment_keys.order_key(order.order_id), order, "order")])
        commit(_statement(1, INSTITUTION))
    found = SettlementItem.scan(SettlementItem.state == "settled")
    first = next(iter(found)).record(Settlement)
    for number in range(begin, end):
        _items(number, number + 1)
        one = replace(first, setl_id=SettlementId(_item(number).setl_id))
        key = settlement_keys.settlement_key(one.setl_id)
        commit([SettlementItem.create(key, one, "message", state="settled")])


def _identity(number: int) -> list[Write]:
    since, known = date(2025, 1, 1), datetime(2025, 1, 2, tzinfo=UTC)
    source = PeopleSource("test", 1)
    one = Identity("subsistence_allowance", "民政", HERE, since, None, known, source)
    whose = Person(f"P{number:03d}", "某", "1", "01", f"{number}", None)
    return people_store.entry_recorded(whose, None, rules.version(None, one, known))


def _filing(number: int) -> list[Write]:
    filing = Filing(f"F{number:03d}", "long_term", HERE, "", date(2025, 1, 1), None)
    return people_store.filing_added(f"P{number:03d}", filing)


def _history(begin: int, end: int) -> None:
    """The versions of one filing after another that was cancelled."""
    known = datetime(2025, 1, 2, tzinfo=UTC)
    if not begin:
        commit(registered("P1"))
    for number in range(begin, end):
        filing = Filing(f"F{number:03d}", "long_term", HERE, "", date(2025, 1, 1), None)
        commit(people_store.filing_added("P1", filing))
        commit(people_store.filing_cancelled("P1", filing, known + timedelta(seconds=number)))


def _matter(number: int, psn_no: str = "") -> list[Write]:
    psn_no, detail = psn_no or f"P{number:03d}", f"{number}"
    kind, since = MatterKind.HIGH_BURDEN, NOW + timedelta(seconds=number)
    one = matter(kind, psn_no, HERE, "civil_affairs", "2026", since, "情况", detail=detail)
    return followup.create_matter(one)


def _matters_of_person(begin: int, end: int) -> None:
    if not begin:
        commit(registered("P1"))
    for number in range(begin, end):
        commit(_matter(number, "P1"))


def _contribution(number: int) -> Write:
    one = Contribution(
        f"P{number:03d}", HERE, 2026, Parts(Fen(40000)), EnrolmentWay.SELF, "", (),
        ContributionState.PLANNED, "1501", date(2026, 1, 1), date(2026, 12, 31), None, at=NOW,
    )  # fmt: skip
    return enrolment.put_contribution(None, one)


def _run(number: int) -> Write:
    run = EnrolmentRun(HERE, RunKind.PLAN, 2026, number, NOW.date(), NOW, OfficerId("a"))
    return enrolment.put_run(None, run)


def _run_rows(begin: int, end: int) -> None:
    if not begin:
        commit([_run(1)])
    for number in range(begin, end):
        row = RunRow(f"P{number:03d}", RowOutcome.TAKEN, ("集中参保",))
        commit([enrolment.put_row(f"{HERE}-2026-plan-0001", row)])


def _sender(number: int) -> list[Write]:
    entry = SenderEntry(
        "某局", "civil_affairs", ("roster",), (HERE,), (), "文号", OfficerId("a"), NOW
    )
    return put_sender(None, RegisteredSender(f"sender-{number:03d}", HERE, (entry,)))


def _drop(number: int) -> list[Write]:
    return drop_store.drop_opened(_dropped(number), NOW + timedelta(seconds=number))


def _dropped(number: int) -> Drop:
    batch = f"D{number:03d}"
    return Drop(batch, "bureau", "roster", HERE, str(MONTH), "a.csv", batch, 1, "full", "", "")


def _answers(suffix: str, lines: Callable[[int], bytes]) -> Callable[[int, int], None]:
    """One drop with an answer of as many lines as are asked for."""

    def put(begin: int, end: int) -> None:
        if not begin:
            dropped = replace(_dropped(0), endings=Endings(0, 0, EndingsState.WAITING))
            commit(drop_store.drop_opened(dropped, NOW))
        exchange.put(f"{kept_place('bureau', 'D000')}{suffix}", lines(end))

    return put


def _returned(end: int) -> bytes:
    rows = (Told(row, "refused", ["FIELD_REQUIRED"], "缺", {"姓名": ""}) for row in range(end))
    return "".join(f"{row.line}\n" for row in rows).encode()


def _endings(end: int) -> bytes:
    listed = [
        ListedEnding(f"P{number:03d}", "某", "orphan", HERE, date(2025, 1, 1), NOW)
        for number in range(end)
    ]
    judged = json.dumps(codec.encode(Endings(end, end, EndingsState.WAITING)))
    return f"{judged}\n".encode() + endings.written(listed)


def _settlements(begin: int, end: int) -> None:
    if not begin:
        commit(registered("P1"))
    for number in range(begin, end):
        day, name = date(2025, 1, 1) + timedelta(days=number), f"S{number:03d}"
        commit([reimbursement.settlement_pointer("P1", day, day, name, "none", settled_at=NOW)])


def registered(psn_no: str) -> list[Write]:
    """A person of the region, with an enrolment."""
    whose = Person(psn_no, "某", "1", "16", "E1", None)
    enrolment = Insurance("390", HERE, "1", "15", date(2025, 1, 1), recorded=NOW)
    return [
        *people_store.person_registered(whose),
        *people_store.entry_recorded(whose, None, enrolment),
    ]


def _case(number: int) -> list[Write]:
    case = replace(draft(key=f"{number:03d}", admdvs=HERE), version=1, year_end=2025)
    return [*reimbursement.case_writes(case, DueProjection(), None, "v"), *pointers(case)]


def pointers(case: Case) -> list[Write]:
    """Cases of one person; those of one care are one pointer."""
    return [one for one in reimbursement.pointers(case) if one.label != "alike"]


def _entry(number: int) -> list[Write]:
    one = journal.SettlementBooking(
        f"S{number:03d}", HERE, HERE, INSTITUTION, "390", "inpatient", {"maf_pay": Fen(1 + number)}
    )
    return fund_service.writes(*journal.settlement_entries(one, MIDDAY + timedelta(minutes=number)))


def _waiting(number: int) -> Write:
    return outbox.publish(CaseClosed(f"C{number:03d}", "P1", HERE), f"C{number:03d}", NOW)


def _contract(number: int) -> list[Write]:
    code = InstitutionCode(f"H440902{number:05d}")
    proposed = InstitutionVersion(
        date(2021, 1, 1), "某医院", "2", True, "文", OfficerId("o"), Region("440902"), NOW
    )
    return settlement.replace_institution(0, InstitutionRecord(code, Region("440902"), (proposed,)))


SEEDS: Final[dict[str, Seed]] = {
    "/access/{admdvs}/days/2026-02-10": Seed(_reads, mine=("purpose", "case")),
    "/access/{admdvs}/persons/P1": Seed(_reads, mine=("purpose", "case")),
    "/access/{admdvs}/readers/officer-1": Seed(_reads, mine=("purpose", "case")),
    f"/clearing/{{admdvs}}/bills/{MONTH}": Seed(_each(_bill)),
    "/clearing/{admdvs}/deposits": Seed(_each(_deposit)),
    f"/clearing/{{admdvs}}/months/{MONTH}": Seed(_each(_institution_month)),
    f"/clearing/{{admdvs}}/months/{MONTH}/institutions/{INSTITUTION}": Seed(_items),
    f"/clearing/{{admdvs}}/pending/{INSTITUTION}": Seed(_each(_pending)),
    "/events/waiting": Seed(_each(_waiting), {"begin": "2026-02-09", "end": "2026-02-11"}),
    f"/clearing/{{admdvs}}/statements/{INSTITUTION}/{MONTH}/1/disputes": Seed(_disputed),
    f"/fund/{{admdvs}}/allocations/{QUARTER}": Seed(_each(_allocation)),
    f"/fund/{{admdvs}}/current-accounts/{MONTH}": Seed(_current_accounts),
    f"/fund/{{admdvs}}/entries/{MONTH}": Seed(_each(_entry)),
    f"/fund/{{admdvs}}/final-accounts/2025/{FUND}/versions": Seed(_each(_final)),
    "/fund/{admdvs}/opening-amounts": Seed(_each(_opening)),
    f"/fund/{{admdvs}}/reconciliations/{QUARTER}": Seed(_open_lines, rows="open"),
    f"/fund/{{admdvs}}/reconciliations/{QUARTER}/versions": Seed(_each(_reconciliation)),
    f"/fund/{{admdvs}}/vouchers/{MONTH}": Seed(_each(_voucher)),
    "/clearing/{admdvs}/prepayment-use": Seed(_each(_owed)),
    "/clearing/{admdvs}/prepayments/2026/bills": Seed(_each(_prepaid)),
    "/institutions/{admdvs}": Seed(_each(_contract)),
    "/payments/{admdvs}/batches": Seed(_each(_batch), {"month": str(MONTH)}),
    "/enrolment/{admdvs}/contributions/2026": Seed(_each(_contribution)),
    "/enrolment/{admdvs}/runs": Seed(_each(_run)),
    "/enrolment/{admdvs}/runs/2026/plan/1/rows": Seed(_run_rows),
    "/followup/{admdvs}/matters/high_burden": Seed(_each(_matter)),
    "/followup/{admdvs}/persons/P1": Seed(_matters_of_person),
    "/payments/{admdvs}/batches/440900B1": Seed(_lines, rows="lines"),
    "/payments/{admdvs}/batches/440900B1/slips": Seed(_slips),
    "/payments/{admdvs}/officers": Seed(_each(_officer)),
    "/people/{admdvs}/drops": Seed(_each(_drop), {"sender": "bureau"}),
    "/people/{admdvs}/drops/D000/rows": Seed(_answers(".returned.jsonl", _returned)),
    "/people/{admdvs}/drops/D000/endings": Seed(_answers(".endings.jsonl", _endings)),
    "/people/{admdvs}/filings": Seed(_each(_filing)),
    "/people/{admdvs}/registered-senders": Seed(_each(_sender)),
    "/people/{admdvs}/persons/P1/history": Seed(_history),
    "/people/{admdvs}/register": Seed(_each(_identity), {"day": "2026-02-10"}, spread=True),
    "/reimbursement/cases": Seed(_each(_case)),
    "/reimbursement/queues/intake": Seed(_each(_case)),
    "/reimbursement/{admdvs}/persons/P1/settlements": Seed(_settlements),
    "/reimbursement/{admdvs}/year-end/2025": Seed(_each(_case)),
    f"/traces/{{admdvs}}/months/{MONTH}/payments": Seed(
        _traces, {"document": CLAUSES.clauses[0][0], "article": CLAUSES.clauses[0][1]}
    ),
    "/traces/{admdvs}/orders/PAY1": Seed(_order),
}
"""By the path that is asked for, with `{admdvs}` left open."""
