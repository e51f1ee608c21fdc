"""What the end of the year refunds, asked for by an office: computed from the year's totals, shown
with its clause, and nothing written."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from functions.reimburse import year_end
from tests.benefit.test_year_end import CITY, YEAR, group
from tests.conftest import Tables
from tests.policy.test_officers import BASIC, CATEGORY, HEAD, RELIEF, YEAR_END, pack
from tests.reimbursement.api_client import in_process
from tests.reimbursement.office import (
    answer,
    close_batch,
    given,
    office,
    officer,
    open_batch,
    register,
    take,
)
from tests.reimbursement.test_following import settled_without_identity
from tests.storage import WRITES, Killed, StorageCalls, StorageFaults

from medaid.aws import queue, rest
from medaid.aws.rest.app import mount
from medaid.aws.transaction import commit
from medaid.errors import PolicyUndetermined, Refused
from medaid.fund import service as fund
from medaid.money import RATIO_SCALE, Fen
from medaid.people import service as people
from medaid.people.model import YearTotals
from medaid.policy.model import AgencyFigure
from medaid.policy.service import Library, with_figures
from medaid.reimbursement import jobs, service, store, wiring
from medaid.reimbursement.api import ROUTES
from medaid.reimbursement.model import State, StatedAccount
from medaid.settlement.posted import event_of

pytestmark = pytest.mark.usefixtures("tables")
REGION = "990100"
PLAIN = Library([pack(HEAD + CATEGORY + BASIC + RELIEF)])
NOW = datetime(2025, 3, 1, tzinfo=UTC)


def refunding() -> service.Context:
    o = office()
    clocks = tuple(replace(one, regions=(*one.regions, "99")) for one in o.procedure.clocks[1:])
    procedure = replace(o.procedure, clocks=clocks)
    return replace(o, policy_for=CITY.policy_for, person_group=group, procedure=procedure)


def known() -> None:
    register(admdvs=REGION)
    commit(people.totals_changed("P1", YearTotals(2024, 0, {}), replace(YEAR, version=1)))


def test_the_refund_of_a_year_is_shown_with_its_layer() -> None:
    """Right money, 25."""
    known()
    found = service.show_year_end(refunding(), REGION, "P1", 2024, "390", NOW)
    assert sum(map(int, found.priced.by_fund.values())) == 25_000
    assert found.candidate.assisting_region == REGION
    assert people.load("P1", 2024).totals(2024).version == 1


LACKING = Library(
    [
        pack(
            HEAD
            + CATEGORY
            + BASIC
            + RELIEF
            + YEAR_END.replace("ratio = 0.50", 'missing = "未载明"')
        )
    ]
)


def _entered(ratio: int) -> Any:
    one = AgencyFigure(
        *("f", REGION, "refund", date(2024, 1, 1), date(2024, 12, 31), "某医保2号", "第一条"), ratio
    )
    return lambda policy_for, stated: lambda *at: with_figures(policy_for(*at), [one], stated)


def test_the_years_end_is_priced_with_what_the_agency_entered_as_the_counter_is() -> None:
    """40 % of the 500.00 in policy, shown and prepared alike."""
    treated("P1")
    o = replace(refunding(), policy_for=LACKING.policy_for)
    with pytest.raises(PolicyUndetermined) as told:
        service.show_year_end(o, REGION, "P1", 2024, "390", NOW)
    assert told.value.code == "FIGURE_MISSING"
    assert prepared(o) == []
    o = replace(o, entered=_entered(RATIO_SCALE * 4 // 10))
    found = service.show_year_end(o, REGION, "P1", 2024, "390", NOW)
    assert sum(map(int, found.priced.by_fund.values())) == 20_000
    assert len(prepared(o)) == 1


def test_a_figure_that_the_file_gives_is_not_replaced_by_an_entered_one() -> None:
    known()
    o = replace(refunding(), entered=_entered(RATIO_SCALE))
    found = service.show_year_end(o, REGION, "P1", 2024, "390", NOW)
    assert sum(map(int, found.priced.by_fund.values())) == 25_000


def test_a_year_that_runs_is_not_refunded() -> None:
    known()
    with pytest.raises(Refused) as told:
        service.show_year_end(refunding(), REGION, "P1", 2025, "390", NOW)
    assert told.value.code == "PERIOD_OPEN"


def test_a_region_without_such_a_benefit_says_so() -> None:
    known()
    with pytest.raises(Refused) as told:
        service.show_year_end(office(), "320100", "P1", 2024, "390", NOW)
    assert (told.value.code, told.value.field) == ("NOT_FOUND", "year")


def test_somebody_insured_elsewhere_is_refused() -> None:
    register(admdvs="320100")
    with pytest.raises(Refused) as told:
        service.show_year_end(refunding(), REGION, "P1", 2024, "390", NOW)
    assert told.value.code == "NOT_INSURED"


def treated(*names: str) -> None:
    """Persons of the region who bore 600.00 in 2024, 500.00 of it in policy."""
    for name in names:
        register(name, admdvs=REGION)
        commit(people.totals_changed(name, YearTotals(2024, 0, {}), replace(YEAR, version=1)))
        commit([store.treated(REGION, 2024, "390", name)])


def prepared(context: service.Context, most: int = 100) -> list[str]:
    """All slices of the region's 2024, each led to its end; the cases there are then."""
    for shard in range(store.SHARDS):
        after = ""
        while True:
            done = service.prepare_year_end(context, REGION, 2024, shard, after, most, NOW)
            after = done.after
            if not after:
                break
    return store.year_end_cases(REGION, 2024, "", 100)[0]


def test_the_persons_of_a_year_are_prepared_once_each(tables: Tables) -> None:
    """Who bore nothing, is insured elsewhere or was never treated is not; in slices of one and in a
    second run the same cases."""
    names = [f"P{number}" for number in range(1, 8)]
    treated(*names)
    register("P8", admdvs=REGION)
    commit([store.treated(REGION, 2024, "390", "P8")])
    register("P9", admdvs="320100")
    commit([store.treated(REGION, 2024, "390", "P9")])
    o = refunding()
    first = prepared(o, 1)
    before = tables.everything()
    assert prepared(o) == first
    assert tables.everything() == before
    cases = [store.case(name) for name in first]
    assert sorted(one.psn_no for one in cases if one is not None) == names
    told = [item["pk"]["S"] for item in tables.items("outbox")]
    assert sorted(told) == sorted(f"O#year_end_owed#{name}" for name in first)


@pytest.mark.parametrize(
    ("year", "code"), [(2024, "NOT_FOUND"), (2025, "PERIOD_OPEN")], ids=["no layer", "year runs"]
)
def test_nobody_is_prepared_where_nothing_is_refunded(year: int, code: str) -> None:
    treated("P1")
    commit([store.treated(REGION, year, "390", "P1")])
    o = refunding() if code == "PERIOD_OPEN" else replace(refunding(), policy_for=PLAIN.policy_for)
    for shard in range(store.SHARDS):
        done = service.prepare_year_end(o, REGION, year, shard, "", 10, NOW)
        assert (done.cases, done.after) == (0, "")
    assert store.of_person("P1") == ()


@pytest.mark.parametrize(("when", "nth"), [("before", 1), ("after", 1), ("before", 2)])
def test_whoever_dies_between_two_calls_leaves_no_case_without_its_message(
    tables: Tables, storage_faults: StorageFaults, when: str, nth: int
) -> None:
    treated("P1")
    fault = storage_faults.before if when == "before" else storage_faults.after
    fault(nth, only=WRITES)
    with suppress(Killed):
        prepared(refunding())
    storage_faults.clear()
    (name,) = prepared(refunding())
    told = [item["pk"]["S"] for item in tables.items("outbox")]
    assert told == [f"O#year_end_owed#{name}"]


def of(name: str, *roles: str) -> Any:
    return officer(f"o-{name}", *(roles or (name,)), admdvs=REGION)


def test_a_prepared_refund_is_audited_paid_and_stands_in_the_year_once() -> None:
    """Right money, 25. 250.00 of the 500.00 in policy; the account is entered by intake, the rest
    is the usual way."""
    treated("P1")
    o = refunding()
    (name,) = prepared(o)
    case = store.case(name)
    assert case is not None
    assert (case.manl_reim_rea, case.origin, case.fees.medfee_sumamt) == ("08", "system", 60_000)
    account = StatedAccount("张P1", "6222020000001234", "102301000000", "self")
    intake = of("intake")
    case = service.change_account(o, intake, name, case.version, account, NOW, given("登记账户"))
    case = service.accept(o, intake, name, case.version, NOW, given())
    case = service.price(o, intake, name, case.version, NOW, given())
    case = service.audit(o, of("auditor"), name, case.version, NOW, given())
    case = service.recheck(o, of("reviewer"), name, case.version, NOW, given())
    assert (case.granted, case.pricing and case.pricing.own) == (Fen(25_000), Fen(35_000))
    totals = people.load("P1", 2024).totals(2024)
    assert (totals.amounts["own_all"], totals.amounts["paid:refund"]) == (35_000, 25_000)
    case = service.order(o, of("accountant"), name, case.version, NOW, given())
    cashier = of("cashier")
    batch = open_batch("b", NOW, cashier)
    case = service.pay(o, cashier, name, case.version, batch.batch_id, NOW, given())
    close_batch(batch.batch_id, NOW, cashier)
    assert case.order is not None
    line = (case.order.order_id, "250.00", "paid", "")
    assert take(o, answer(batch.batch_id, line), NOW) == (1, [])
    assert store.case(name) == replace(case, state=State.CONFIRMED, version=case.version + 1)
    booked = sum(
        int(line.amount)
        for entry in fund.entries(REGION, "2025-03")
        for line in entry.lines
        if line.account.number.startswith("5")
    )
    assert booked == 25_000
    assert prepared(o) == [name]
    shown = service.show_year_end(o, REGION, "P1", 2024, "390", NOW)
    assert sum(map(int, shown.priced.by_fund.values())) == 0, "refunded once"


def test_what_the_year_became_since_is_what_is_refunded() -> None:
    """A supplement paid after the case was prepared leaves less to refund."""
    treated("P1")
    o = refunding()
    (name,) = prepared(o)
    less = {**YEAR.amounts, "own_all": 50_000, "own_in_policy": 40_000}
    now_known = people.load("P1", 2024).totals(2024)
    later = replace(now_known, amounts=less, version=now_known.version + 1)
    commit(people.totals_changed("P1", now_known, later))
    case = store.case(name)
    assert case is not None
    case = service.accept(o, of("intake"), name, case.version, NOW, given())
    case = service.price(o, of("intake"), name, case.version, NOW, given())
    assert (case.granted, case.fees.medfee_sumamt) == (Fen(20_000), Fen(50_000))


def test_the_page_lists_the_cases_of_the_region_alone() -> None:
    """Right money, 25."""
    treated("P1", "P2", "P3")
    names = prepared(refunding())
    app = mount(rest.resolver(), ROUTES, lambda: NOW, lambda _now: refunding()).resolve
    path = f"/reimbursement/{REGION}/year-end/2024"
    call = in_process(app, of("auditor"))
    status, page = call("GET", f"{path}?limit=2", None)
    assert (status, [row["case_id"] for row in page["rows"]]) == (200, names[:2])
    assert page["rows"][0]["medfee_sumamt"] == "600.00"
    page = call("GET", f"{path}?limit=2&cursor={page['cursor']}", None)[1]
    assert ([row["case_id"] for row in page["rows"]], page["cursor"]) == (names[2:], "")
    assert in_process(app, officer("o-x", "auditor"))("GET", path, None)[0] == 403
    assert in_process(app, of("finance"))("GET", path, None)[0] == 403
    assert call("GET", f"{path}?cursor=abc", None)[0] == 400


def test_who_was_settled_or_reimbursed_in_a_year_is_one_whom_its_end_may_refund() -> None:
    register(categories=())
    settlement = settled_without_identity()
    service.note_settlement(event_of(settlement))
    service.note_settlement(event_of(settlement))
    found = [
        one
        for shard in range(store.SHARDS)
        for one in store.treated_in("320100", 2026, shard, "", 10)[0]
    ]
    assert found == [("P1", "390")]


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The function of the year end with the policies of a city that refunds; its queue a list."""
    sent: list[str] = []
    monkeypatch.setattr(wiring, "context", lambda _now: refunding())
    monkeypatch.setattr(queue, "send", lambda _url, body: sent.append(body))
    monkeypatch.setattr(jobs, "settings", lambda: SimpleNamespace(year_end_queue="q"))
    monkeypatch.setattr(jobs, "SLICE", 1)
    year_end.sent = sent  # type: ignore[attr-defined]  # where the test looks
    return year_end


def test_the_job_asks_for_each_slice_and_the_queue_prepares_it(
    function: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right money, 25. A region without such a benefit is asked for nothing; a slice asks for the
    next; a message that comes twice, or a job run twice, prepares nobody twice."""
    names = [f"P{number}" for number in range(1, 6)]
    treated(*names)
    commit([store.treated("320100", 2024, "390", "P9"), store.treated(REGION, 2023, "390", "P9")])
    monkeypatch.setattr(function, "now", lambda: datetime(2025, 1, 20, 1, tzinfo=UTC))
    for _ in range(2):
        assert function.handler({"job": "refunds"}, None)["regions"] == 1
    assert len(function.sent) == 2 * store.SHARDS
    while function.sent:
        record = {"messageId": "m", "body": function.sent.pop(), "eventSource": "aws:sqs"}
        assert function.handler({"Records": [record]}, None) == {"batchItemFailures": []}
    cases = [store.case(name) for name in store.year_end_cases(REGION, 2024, "", 100)[0]]
    assert sorted(one.psn_no for one in cases if one) == names


def test_a_region_of_manual_cases_alone_is_begun_and_one_of_another_year_is_not(
    function: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was ever settled with an institution there: clearing knows no such region."""
    register(admdvs=REGION)
    monkeypatch.setattr(function, "now", lambda: datetime(2025, 1, 20, 1, tzinfo=UTC))
    commit([store.treated(REGION, 2023, "390", "P1")])
    assert function.handler({"job": "refunds"}, None)["regions"] == 0
    commit([store.treated(REGION, 2024, "390", "P1")])
    assert function.handler({"job": "refunds"}, None)["regions"] == 1


def test_a_settlement_that_is_noted_writes_its_region_once_a_process(
    storage_calls: StorageCalls,
) -> None:
    register(categories=())
    event = event_of(settled_without_identity())
    pointers = 3
    for puts in (1 + pointers, pointers):
        storage_calls.reset()
        service.note_settlement(event)
        assert storage_calls.writes == ["PutItem"] * puts


@pytest.mark.parametrize(
    "day", [datetime(2025, 1, 19, tzinfo=UTC), datetime(2025, 7, 20, tzinfo=UTC)]
)
def test_on_other_days_the_job_begins_nothing(
    function: Any, monkeypatch: pytest.MonkeyPatch, day: datetime
) -> None:
    monkeypatch.setattr(function, "now", lambda: day)
    assert function.handler({"job": "refunds"}, None) == {"regions": 0, "undetermined": 0}
    assert function.sent == []


def test_a_slice_that_storage_fails_comes_again(
    function: Any, storage_faults: StorageFaults
) -> None:
    treated("P1")
    body = [json.dumps({"admdvs": REGION, "year": 2024, "shard": n, "after": ""}) for n in range(8)]
    records = [
        {"messageId": str(n), "body": one, "eventSource": "aws:sqs"} for n, one in enumerate(body)
    ]
    storage_faults.before(1, "throttled", times=100)
    answered = function.handler({"Records": [*records[:7], {**records[7], "body": "{}"}]}, None)
    storage_faults.clear()
    assert len(answered["batchItemFailures"]) == 8
    assert store.of_person("P1") == ()
    assert function.handler({"Records": records}, None) == {"batchItemFailures": []}
    assert len(store.of_person("P1")) == 1
