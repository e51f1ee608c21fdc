"""What a settlement asks of storage: one read and one transaction whatever the history, and nothing
half whatever fails.

Every fault is put on every storage call in turn; after the hospital's retry all tables are to the
byte what they are without the fault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    NOW,
    Hospital,
    bill,
    contracted,
    his,
    known_person,
    living_allowance,
    passed,
    stay_input,
)
from tests.storage import Failure, Killed, StorageCalls, StorageFaults

from medaid import ids
from medaid.aws.transaction import commit
from medaid.ids import InstitutionCode, MessageId, PersonNo
from medaid.money import Fen
from medaid.people import service as people
from medaid.people.model import YearTotals
from medaid.regions import Region
from medaid.settlement import service, store
from medaid.settlement.model import Settlement

Act = Callable[[Hospital], dict[str, Any]]


def ready(hospital: Hospital) -> str:
    contracted()
    known_person("P1", living_allowance())
    mdtrt_id = hospital.stay("P1")
    store.find_institution(hospital.institution.code)
    return mdtrt_id


def settle(hospital: Hospital, mdtrt_id: str) -> dict[str, Any]:
    return hospital.call(
        "2304", stay_input("P1", mdtrt_id, bill("50000.00", "45000.00")), msgid="SETTLE"
    )


def setl_id_of(answer: dict[str, Any]) -> str:
    return str(answer["output"]["setlinfo"]["setl_id"])


def reverse(hospital: Hospital, mdtrt_id: str, setl_id: str) -> dict[str, Any]:
    return hospital.call(
        "2305", {"mdtrt_id": mdtrt_id, "setl_id": setl_id, "psn_no": "P1"}, msgid="REVERSE"
    )


def take_back(hospital: Hospital, mdtrt_id: str, setl_id: str) -> dict[str, Any]:
    return hospital.call(
        "2601", {"psn_no": "P1", "omsgid": "SETTLE", "oinfno": "2304"}, msgid="BACK"
    )


@pytest.mark.parametrize("earlier", [0, 10, 10_000])
def test_one_read_and_one_transaction_whatever_the_history(
    tables: Tables, storage_calls: StorageCalls, earlier: int
) -> None:
    """Earlier settlements leave sums behind and nothing else under the person's key: 10,000 of them
    are one set of totals, grown."""
    hospital = Hospital()
    mdtrt_id = ready(hospital)
    if earlier:
        grown = {
            "paid:basic_inpatient": 100,
            "base:basic_inpatient": 200,
            "ded:basic_inpatient": 50,
            "count:stays": earlier,
        }
        commit(people.totals_changed("P1", YearTotals(2021), YearTotals(2021, 1, grown, "X")))
    for number in range(
        min(earlier, 20)
    ):  # what really stays of each earlier settlement lies under other keys
        commit(store.create_settlement(_copy(hospital, number)))
    storage_calls.reset()
    passed(settle(hospital, mdtrt_id))
    assert storage_calls.operations == ["Query", "TransactWriteItems"]
    assert len(storage_calls.calls[1][1]["TransactItems"]) <= 7


def _copy(hospital: Hospital, number: int) -> Settlement:
    from medaid.benefit.model import Bill, Facts
    from medaid.people.model import Visit
    from medaid.settlement.model import SettlementDecision

    visit = Visit(
        f"V{number}",
        hospital.institution.code,
        "440902",
        "390",
        "440900",
        "21",
        NOW.date(),
        NOW.date(),
        1,
        f"E{number}",
    )
    decision = SettlementDecision(
        psn_no=PersonNo("P1"),
        institution=InstitutionCode(hospital.institution.code),
        treatment_region=Region("440902"),
        insured_region=Region("440900"),
        assisting_region="",
        visit=visit,
        batch="STAY",
        insutype="390",
        psn_type="1501",
        med_type="21",
        care="inpatient",
        begin=NOW.date(),
        end=NOW.date(),
        year=2021,
        policy_day=NOW.date(),
        packs=(),
        warnings=(),
        bill=Bill(Fen(1), Fen(1)),
        facts=Facts(),
        categories=(),
        stated_amounts={},
        category="none",
        steps=(),
        by_fund={},
        person_pays=Fen(1),
        not_taken=(),
        totals_before={},
        totals_change={},
        last_before="",
    )
    msgid = MessageId(f"E{number}")
    setl_id = ids.settlement_id("440900", hospital.institution.code, msgid)
    return Settlement(setl_id, msgid, "2304", NOW, "21", decision)


def test_a_retry_costs_two_more_reads_and_writes_nothing(
    tables: Tables, storage_calls: StorageCalls
) -> None:
    hospital = Hospital()
    mdtrt_id = ready(hospital)
    passed(settle(hospital, mdtrt_id))
    storage_calls.reset()
    passed(settle(hospital, mdtrt_id))
    assert storage_calls.writes == []
    assert len(storage_calls.reads) <= 4


CASES: list[tuple[str, Callable[[Hospital, str, str], dict[str, Any]]]] = [
    ("reverse", reverse),
    ("take back", take_back),
]


def undisturbed(
    tables: Tables, after: Callable[[Hospital, str, str], dict[str, Any]] | None
) -> dict[str, Any]:
    """All tables as they are when nothing fails."""
    hospital = Hospital()
    mdtrt_id = ready(hospital)
    answer = settle(hospital, mdtrt_id)
    passed(answer)
    if after is not None:
        passed(after(hospital, mdtrt_id, setl_id_of(answer)), output=False)
    return tables.everything()


def calls_of(
    tables: Tables,
    calls: StorageCalls,
    after: Callable[[Hospital, str, str], dict[str, Any]] | None,
) -> int:
    hospital = Hospital()
    mdtrt_id = ready(hospital)
    if after is None:
        calls.reset()
        settle(hospital, mdtrt_id)
    else:
        answer = settle(hospital, mdtrt_id)
        calls.reset()
        after(hospital, mdtrt_id, setl_id_of(answer))
    return len(calls.calls)


def _fresh(tables: Tables) -> None:
    """Empties every table."""
    for room in ("people", "settlement", "journal", "outbox"):
        for item in tables.items(room):
            tables.client.delete_item(
                TableName=f"medaid-{room}", Key={"pk": item["pk"], "sk": item["sk"]}
            )


FAILURES: list[Failure] = ["killed", "throttled", "away", "unanswered", "contended"]


@pytest.mark.parametrize("act", ["settle", "reverse", "take back"])
def test_a_fault_at_any_storage_call_leaves_nothing_half(
    tables: Tables, storage_calls: StorageCalls, storage_faults: StorageFaults, act: str
) -> None:
    """X12 of the mission: killed between any two storage calls, then retried: books, totals and
    settlement agree."""
    after = dict(CASES).get(act)
    wanted = undisturbed(tables, after)
    _fresh(tables)
    calls = calls_of(tables, storage_calls, after)
    assert calls >= 2
    struck = 0
    for nth in range(1, calls + 1):
        for when in ("before", "after"):
            for failure in FAILURES:
                _fresh(tables)
                hospital = Hospital()
                mdtrt_id = ready(hospital)
                setl_id = ""
                if after is not None:
                    setl_id = setl_id_of(settle(hospital, mdtrt_id))
                getattr(storage_faults, when)(nth, failure)
                try:
                    first = (
                        settle(hospital, mdtrt_id)
                        if after is None
                        else after(hospital, mdtrt_id, setl_id)
                    )
                    struck += first["infcode"] != 0
                    if first["infcode"] != 0:
                        assert first["http"] == 503, first["err_msg"]
                        assert first["output"]["errinfo"]["retry"] == "1"
                except Killed:
                    struck += 1
                storage_faults.clear()
                retry = (
                    settle(hospital, mdtrt_id)
                    if after is None
                    else after(hospital, mdtrt_id, setl_id)
                )
                passed(retry, output=False)
                assert tables.everything() == wanted, (nth, when, failure)
    assert struck >= calls * 4


def test_lost_conflicts_are_run_again_a_bounded_number_of_times(
    tables: Tables, storage_faults: StorageFaults
) -> None:
    """Storage that only ever answers TransactionConflict ends in 'ask again', never in a loop and
    never half."""
    hospital = Hospital()
    mdtrt_id = ready(hospital)
    seen = tables.everything()
    storage_faults.before(1, "contended", times=1_000, only=("TransactWriteItems",))
    answer = settle(hospital, mdtrt_id)
    assert (answer["infcode"], answer["http"]) == (-1, 503)
    assert answer["output"]["errinfo"]["code"] == "BUSY"
    storage_faults.clear()
    assert tables.everything() == seen
    passed(settle(hospital, mdtrt_id))


def test_a_preview_reads_once_and_writes_nothing(
    tables: Tables, storage_calls: StorageCalls
) -> None:
    hospital = Hospital()
    mdtrt_id = ready(hospital)
    storage_calls.reset()
    passed(hospital.call("2303", stay_input("P1", mdtrt_id, bill("50000.00", "45000.00"))))
    assert storage_calls.operations == ["Query"]


def test_an_explanation_is_one_read(tables: Tables, storage_calls: StorageCalls) -> None:
    hospital = Hospital()
    setl_id = setl_id_of(settle(hospital, ready(hospital)))
    storage_calls.reset()
    assert service.explain(setl_id, his(hospital.institution.code), NOW)["replay"] == "identical"
    assert storage_calls.operations == ["GetItem", "UpdateItem", "PutItem"], "the look is recorded"
