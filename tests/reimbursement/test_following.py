"""What was settled before the identity was known: found, prepared, reminded once, paid as the
difference (J20, J27)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from tests.conftest import Tables
from tests.people.recorded import identity_recorded
from tests.reimbursement.office import (
    AUDITOR,
    INSPECTOR,
    INTAKE,
    NANJING,
    REVIEWER,
    SOURCE,
    answer,
    at,
    close_batch,
    draft,
    given,
    office,
    open_batch,
    opened,
    register,
    released,
    scan,
    take,
)
from tests.storage import WRITES, Killed, StorageCalls, StorageFaults

from medaid.aws import outbox
from medaid.aws.transaction import Write, commit
from medaid.benefit.claim import decide
from medaid.errors import Conflict, Refused
from medaid.events import AssistanceNotSettled
from medaid.ids import InstitutionCode, MessageId, PersonNo, SettlementId
from medaid.money import Fen
from medaid.people import service as people
from medaid.people.model import Identity, Visit, YearTotals
from medaid.regions import Region
from medaid.reimbursement import service, store
from medaid.reimbursement.following import original_of
from medaid.reimbursement.model import Case, State, StatedAccount
from medaid.reimbursement.pricing import request_of
from medaid.reimbursement.service.review import priced
from medaid.settlement.model import Settlement, SettlementDecision
from medaid.settlement.posted import event_of

NOW = at("2026-04-20 09:00")
BEGIN, END = date(2026, 3, 2), date(2026, 3, 10)


def settled_without_identity() -> Settlement:
    """A stay settled at the counter for a person nobody knew to be assisted; the year's totals are
    written as the settlement leaves them."""
    o, case = office(), draft()
    file = people.load("P1", 2026)
    choice = decide(file, request_of(case), END, o.policy_for, lambda *_: "adult")
    policy, asked, priced = choice.candidate.policy, choice.candidate.claim, choice.priced
    commit(
        people.totals_changed("P1", file.totals(2026), YearTotals(2026, 1, priced.totals, "3201S1"))
    )
    visit = Visit("v1", "H32010000001", NANJING, "390", NANJING, "21", BEGIN, END, 1, "m1")
    decision = SettlementDecision(
        psn_no=PersonNo("P1"),
        institution=InstitutionCode("H32010000001"),
        treatment_region=Region(NANJING),
        insured_region=Region(NANJING),
        assisting_region=choice.candidate.assisting_region,
        visit=visit,
        batch="STAY",
        insutype="390",
        psn_type="1501",
        med_type="21",
        care="inpatient",
        begin=BEGIN,
        end=END,
        year=2026,
        policy_day=END,
        packs=policy.packs,
        warnings=(),
        bill=priced.bill,
        facts=asked.facts,
        categories=asked.categories,
        stated_amounts={"payments_by_others": 0},
        category=priced.category,
        steps=priced.steps,
        by_fund=priced.by_fund,
        person_pays=priced.person_pays,
        not_taken=(),
        totals_before={},
        totals_change=priced.totals,
        last_before="",
    )
    return Settlement(
        SettlementId("3201S1"), MessageId("m1"), "2304", at("2026-03-10 10:00"), "21", decision
    )


def seen(settlement: Settlement) -> None:
    service.note_settlement(event_of(settlement))


def reminded(o: service.Context, settlement: Settlement, now: datetime) -> list[Case]:
    """What is prepared when an identity is recorded that stands since the year's begin."""
    return service.remind(o, "P1", date(2026, 1, 1), lambda ids: [settlement] * len(ids), now)


def reminder() -> Write:
    return outbox.publish(AssistanceNotSettled("m", "P1", NANJING, "3201S1"), "3201S1", NOW)


def identified() -> None:
    """The identity is recorded in April, standing since January."""
    when = datetime(2026, 4, 15, tzinfo=UTC)
    commit(
        identity_recorded(
            "P1",
            None,
            Identity(
                "subsistence_allowance", "民政", NANJING, date(2026, 1, 1), None, when, SOURCE
            ),
            when,
        )
    )


def test_found_prepared_reminded_once_and_paid_as_the_difference_J27(tables: Tables) -> None:
    register(categories=())
    settlement = settled_without_identity()
    seen(settlement)
    seen(settlement)
    o = office(original=lambda _: original_of(settlement))
    assert reminded(o, settlement, NOW) == [], "nothing to remind of while no identity stands"
    identified()
    prepared = reminded(o, settlement, NOW)
    assert reminded(o, settlement, NOW) == []
    assert [i["pk"]["S"] for i in tables.items("outbox")] == ["O#assistance_not_settled#3201S1"]
    case = prepared[0]
    assert (case.origin, case.state, case.settled) == ("system", State.DRAFTED, "3201S1")
    account = StatedAccount("张P1", "6222020000001234", "102301000000", "self")
    case = service.amend(o, INTAKE, case.case_id, case.version, {"account": account}, NOW, given())
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    assert case.pricing is not None
    assert {f: a.yuan() for f, a in case.pricing.by_fund.items()} == {"maf_pay": "1597.50"}
    case = service.audit(o, AUDITOR, case.case_id, case.version, NOW, given())
    case = service.recheck(o, REVIEWER, case.case_id, case.version, NOW, given())
    totals = people.load("P1", 2026).totals(2026)
    assert (totals.version, totals.last, totals.amounts["paid:assistance_inpatient"]) == (
        2,
        case.case_id,
        159750,
    )


@pytest.mark.parametrize(("when", "nth"), [("before", 1), ("after", 1), ("before", 2)])
def test_whoever_dies_between_two_calls_leaves_no_case_without_its_reminder_J27(
    tables: Tables, storage_faults: StorageFaults, when: str, nth: int
) -> None:
    register(categories=())
    settlement = settled_without_identity()
    seen(settlement)
    identified()
    o = office(original=lambda _: original_of(settlement))
    fault = storage_faults.before if when == "before" else storage_faults.after
    fault(nth, only=WRITES)
    with suppress(Killed):
        reminded(o, settlement, NOW)
    storage_faults.clear()
    reminded(o, settlement, NOW)
    assert len(store.of_person("P1")) == 1
    assert [i["pk"]["S"] for i in tables.items("outbox")] == ["O#assistance_not_settled#3201S1"]


def recorded(
    category: str,
    since: date,
    admdvs: str = NANJING,
    at: datetime = datetime(2026, 4, 15, tzinfo=UTC),
) -> None:
    when = at
    identity = Identity(category, "民政", admdvs, since, None, when, SOURCE)
    commit(identity_recorded("P1", None, identity, when))


def test_a_better_identity_recognised_later_prepares_a_case_J27(tables: Tables) -> None:
    """Right money, 14. Settled as subsistence allowance (low income, 90 %); destitute support (100
    %) stands since January and is recorded in April: the difference is prepared once."""
    register(categories=("subsistence_allowance",))
    settlement = settled_without_identity()
    assert settlement.decision.category == "subsistence_allowance"
    seen(settlement)
    o = office(original=lambda _: original_of(settlement))
    assert reminded(o, settlement, NOW) == [], "settled with what stands"
    recorded("destitute_support", date(2026, 1, 1))
    (case,) = reminded(o, settlement, NOW)
    assert reminded(o, settlement, NOW) == []
    assert (case.settled, case.admdvs, case.origin) == ("3201S1", NANJING, "system")
    account = StatedAccount("张P1", "6222020000001234", "102301000000", "self")
    case = service.amend(o, INTAKE, case.case_id, case.version, {"account": account}, NOW, given())
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    assert case.pricing is not None
    assert {f: a.yuan() for f, a in case.pricing.by_fund.items()} == {"maf_pay": "177.50"}


@pytest.mark.parametrize(
    ("category", "since"),
    [("destitute_support", date(2026, 3, 11)), ("low_income_edge", date(2026, 1, 1))],
    ids=["stands only after the stay", "no better than what was settled"],
)
def test_another_identity_that_adds_nothing_prepares_nothing_J27(
    tables: Tables, category: str, since: date
) -> None:
    register(categories=("subsistence_allowance",))
    settlement = settled_without_identity()
    seen(settlement)
    o = office(original=lambda _: original_of(settlement))
    recorded(category, since)
    assert reminded(o, settlement, NOW) == []
    assert tables.items("outbox") == []


def test_one_case_for_a_settlement_and_none_for_one_taken_back_J27(tables: Tables) -> None:
    register()
    settlement = settled_without_identity()
    o = office(original=lambda _: original_of(settlement))
    first = service.prepare(o, replace(draft(), settled="3201S1", receipts=()), NOW, reminder())
    with pytest.raises(Conflict, match="已有补充报销"):
        service.prepare(o, replace(draft(key="2"), settled="3201S1", receipts=()), NOW, reminder())
    assert service.case_detail(o, INTAKE, first.case_id, NOW).case.origin == "system"
    with pytest.raises(Conflict, match="3201S1"):
        original_of(replace(settlement, reversed_at=NOW))
    with pytest.raises(Refused, match="只为已有的结算"):
        service.prepare(o, draft(key="3"), NOW, reminder())


def test_a_settlement_of_the_same_stay_is_a_suspected_duplicate_of_a_case_J27(
    tables: Tables,
) -> None:
    register()
    seen(settled_without_identity())
    o = office()
    case = service.open_case(o, INTAKE, draft(), NOW, given(request="r"))
    assert case.suspects == ("3201S1",)
    digest = scan(case.case_id, b"image")
    case = service.attach(
        o, INTAKE, case.case_id, case.version, ("3201", "N1"), digest, NOW, given()
    )
    assert (case.receipts[0].digest, case.receipts[0].amount) == (digest, Fen(1000000))


LATER = at("2026-05-20 09:00")


def walked(o: service.Context, case: Case, now: datetime, to: str = "recheck") -> Case:
    """A prepared case led on to `to`, priced again where it went stale on the way."""
    account = StatedAccount("张P1", "6222020000001234", "102301000000", "self")
    case = service.amend(o, INTAKE, case.case_id, case.version, {"account": account}, now, given())
    case = service.accept(o, INTAKE, case.case_id, case.version, now, given())
    if to == "accept":
        return case
    return rechecked(o, case, now) if to == "recheck" else audited(o, case, now)


def audited(o: service.Context, case: Case, now: datetime) -> Case:
    case = service.price(o, INTAKE, case.case_id, case.version, now, given())
    return service.audit(o, AUDITOR, case.case_id, case.version, now, given())


def rechecked(o: service.Context, case: Case, now: datetime) -> Case:
    case = audited(o, case, now)
    return service.recheck(o, REVIEWER, case.case_id, case.version, now, given())


def following(settlement: Settlement) -> service.Context:
    return office(original=lambda _: original_of(settlement))


def test_a_second_better_identity_prepares_another_difference_J27(tables: Tables) -> None:
    """Settled with none, 90 % paid as subsistence allowance, then destitute support at 100 %: the
    1,775.00 left after basic are paid in full, 1,597.50 and 177.50."""
    register(categories=())
    settlement = settled_without_identity()
    seen(settlement)
    o = following(settlement)
    recorded("subsistence_allowance", date(2026, 1, 1))
    (first,) = reminded(o, settlement, NOW)
    first = walked(o, first, NOW)
    recorded("destitute_support", date(2026, 1, 1), at=LATER)
    (second,) = reminded(o, settlement, LATER)
    assert reminded(o, settlement, LATER) == []
    assert (second.settled, second.case_id != first.case_id) == ("3201S1", True)
    second = walked(o, second, LATER)
    assert second.pricing is not None
    assert {f: a.yuan() for f, a in second.pricing.by_fund.items()} == {"maf_pay": "177.50"}
    assert second.pricing.own == Fen.of_yuan("1000.00")
    totals = people.load("P1", 2026).totals(2026)
    assert totals.amounts["paid:assistance_inpatient"] == 177500
    messages = [i["pk"]["S"] for i in tables.items("outbox") if "not_settled" in i["pk"]["S"]]
    assert len(messages) == 2, "reminded of each once"


def test_no_second_supplement_while_the_first_is_still_decided_on_J27(tables: Tables) -> None:
    """It is priced with all that stands; what was priced before is stale and is priced again."""
    register(categories=())
    settlement = settled_without_identity()
    seen(settlement)
    o = following(settlement)
    recorded("subsistence_allowance", date(2026, 1, 1))
    (case,) = reminded(o, settlement, NOW)
    case = walked(o, case, NOW, "audit")
    recorded("destitute_support", date(2026, 1, 1), at=LATER)
    assert reminded(o, settlement, LATER) == []
    with pytest.raises(Conflict, match="重新核算"):
        service.recheck(o, REVIEWER, case.case_id, case.version, LATER, given())
    case = rechecked(o, case, LATER)
    assert case.granted == Fen.of_yuan("1775.00")
    assert reminded(o, settlement, LATER) == []


@pytest.mark.parametrize("end", ["withdraw", "refuse"])
def test_a_supplement_that_came_to_nothing_stands_in_no_ones_way_J27(
    tables: Tables, end: str
) -> None:
    """Not prepared again for the identity it was about; for a better one recognised since, and by
    an officer at any time."""
    register(categories=())
    settlement = settled_without_identity()
    seen(settlement)
    o = following(settlement)
    recorded("subsistence_allowance", date(2026, 1, 1))
    (case,) = reminded(o, settlement, NOW)
    why = given("另行处理", "第二十七条")
    act = service.withdraw if end == "withdraw" else service.refuse
    act(o, INTAKE, case.case_id, case.version, NOW, why)
    assert reminded(o, settlement, NOW) == []
    recorded("destitute_support", date(2026, 1, 1), at=LATER)
    (again,) = reminded(o, settlement, LATER)
    assert walked(o, again, LATER).granted == Fen.of_yuan("1775.00")
    third = replace(draft(key="9"), settled="3201S1", receipts=())
    with pytest.raises(Conflict, match="应补 0"):
        walked(o, service.open_case(o, INTAKE, third, LATER, given(request="r9")), LATER)


def test_a_supplement_recovered_in_full_is_no_ground_for_the_next_J27(tables: Tables) -> None:
    """Paid as subsistence allowance and taken back in full; then destitute support is recognised:
    the whole difference is due, not the 10 % above what was recovered."""
    register(categories=())
    settlement = settled_without_identity()
    seen(settlement)
    o = following(settlement)
    recorded("subsistence_allowance", date(2026, 1, 1))
    (case,) = reminded(o, settlement, NOW)
    case = paid(o, walked(o, case, NOW), NOW)
    case = service.demand_recovery(
        o, INSPECTOR, case.case_id, case.version, case.granted, NOW, given("不实", "第四十一条")
    )
    case = service.order_recovery(o, REVIEWER, case.case_id, case.version, NOW, given())
    recorded("destitute_support", date(2026, 1, 1), at=LATER)
    (again,) = reminded(o, settlement, LATER)
    assert walked(o, again, LATER).granted == Fen.of_yuan("1775.00")


def paid(o: service.Context, case: Case, now: datetime) -> Case:
    batch = open_batch(f"b{case.case_id}", now)
    case = released(o, case, now, batch.batch_id)
    close_batch(batch.batch_id, now)
    assert case.order is not None
    line = (case.order.order_id, case.order.amount.yuan(), "paid", "")
    assert take(o, answer(batch.batch_id, line), now) == (1, [])
    return service.case_detail(o, INTAKE, case.case_id, now).case


CATEGORIES = ("subsistence_allowance", "destitute_support", "low_income_edge")


@pytest.mark.parametrize("order", [*permutations(CATEGORIES)], ids="-".join)
@pytest.mark.parametrize("reached", ["nothing", "accept", "audit", "recheck", "paid"])
def test_whatever_the_order_of_recognition_the_best_is_paid_J27(
    tables: Tables, order: tuple[str, ...], reached: str
) -> None:
    """Each identity is recognised when the case of the one before has come as far as `reached`; in
    the end the funds have paid what they pay to who had all three from the beginning."""
    register(categories=())
    settlement = settled_without_identity()
    seen(settlement)
    o = following(settlement)
    cases: list[str] = []
    for number, category in enumerate(order):
        now = LATER + timedelta(days=number)
        recorded(category, date(2026, 1, 1), at=now)
        for case in reminded(o, settlement, now):
            cases.append(case.case_id)
            if reached == "paid":
                paid(o, walked(o, case, now), now)
            elif reached != "nothing":
                walked(o, case, now, reached)
    last = LATER + timedelta(days=9)
    for name in cases:
        found = service.case_detail(o, INTAKE, name, last).case
        if found.state == State.DRAFTED:
            walked(o, found, last)
        elif found.state in (State.ACCEPTED, State.AUDITED):
            rechecked(o, found, last)
    assert reminded(o, settlement, last) == []
    done = [service.case_detail(o, INTAKE, name, last).case for name in cases]
    everything = {fund: int(fen) for fund, fen in settlement.decision.by_fund.items()}
    for one in done:
        assert one.pricing is not None
        for fund, fen in one.pricing.by_fund.items():
            everything[fund] = everything.get(fund, 0) + int(fen)
    register("P9", categories=CATEGORIES)
    best = decide(
        people.load("P9", 2026),
        request_of(draft(psn_no="P9")),
        END,
        o.policy_for,
        lambda *_: "adult",
    )
    assert everything == {fund: int(fen) for fund, fen in best.priced.by_fund.items()}
    totals = people.load("P1", 2026).totals(2026).amounts
    assert totals["paid:assistance_inpatient"] == everything["maf_pay"]


def _identity(category: str, region: str, end: date | None = None) -> Identity:
    return Identity(category, "民政", region, date(2024, 1, 1), end, NOW, SOURCE)


@pytest.mark.parametrize(
    ("category", "region", "stands"),
    [
        ("orphan", NANJING, True),
        ("subsistence_allowance", NANJING, False),
        ("orphan", "320102", False),
    ],
)
def test_what_was_priced_for_another_identity_is_not_rechecked_though_the_sum_is_the_same_J27(
    tables: Tables, category: str, region: str, stands: bool
) -> None:
    """Which region assists decides in whose books it stands, and who runs it for that region."""
    register(categories=())
    before = _identity("orphan", NANJING)
    commit(identity_recorded("P1", None, before, NOW))
    o = office()
    case = opened(o, draft(), NOW)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.audit(o, AUDITOR, case.case_id, case.version, NOW, given())
    assert case.pricing is not None
    if not stands:
        commit(
            identity_recorded("P1", before, _identity("orphan", NANJING, date(2026, 2, 1)), LATER)
        )
        commit(identity_recorded("P1", None, _identity(category, region), LATER))
    now_priced = priced(o, case, LATER)
    assert now_priced.by_fund == case.pricing.by_fund
    assert (now_priced.category, now_priced.assisting_region) == (category, region)
    if stands:
        service.recheck(o, REVIEWER, case.case_id, case.version, LATER, given())
        return
    with pytest.raises(Conflict) as told:
        service.recheck(o, REVIEWER, case.case_id, case.version, LATER, given())
    assert (told.value.code, told.value.field) == ("STATE", "pricing")


def test_an_identity_is_held_against_all_that_was_settled_in_the_same_few_reads(
    tables: Tables, storage_calls: StorageCalls
) -> None:
    """Issue: from a county to a province, 7. Person, cases and pointers are read once, records by
    the hundred; what ended before the identity stands is not looked at."""
    register(categories=("low_income_edge",))
    settled = settled_without_identity()
    full = {"maf_pay": Fen.of_yuan("9999.00")}
    destitute = ("destitute_support",)
    granted = replace(settled.decision, by_fund=full, category=destitute[0], categories=destitute)
    better = replace(settled, decision=granted)

    def note(begin: int, end: int, day: date) -> None:
        for number in range(begin, end):
            care = replace(better.decision, begin=day, end=day)
            name = SettlementId(f"3201S{number:04d}")
            seen(replace(better, setl_id=name, decision=care))

    def reads() -> list[str]:
        asked: list[int] = []

        def settlements(ids: Sequence[str]) -> list[Settlement]:
            asked.append(len(ids))
            return [better] * len(ids)

        storage_calls.reset()
        assert service.remind(following(better), "P1", date(2026, 1, 1), settlements, NOW) == []
        return [*storage_calls.operations, *map(str, asked)]

    note(0, 1, date(2026, 3, 1))
    assert reads() == ["Query", "Query", "Query", "1"]
    note(1, 130, date(2026, 3, 1))
    assert reads() == ["Query", "Query", "Query", "100", "30"]
    note(130, 150, date(2025, 12, 31))
    assert reads() == ["Query", "Query", "Query", "100", "30"]
