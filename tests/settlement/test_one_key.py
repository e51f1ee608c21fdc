"""A settlement lies under the key of the message that settled it, and its stream is its event.
Issue: from a county to a province, 10."""

from __future__ import annotations

from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from bench.settle import item_bytes
from functions.outbox import handler as outbox_door
from tests.clearing.test_jobs import record
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    Hospital,
    bill,
    contracted,
    events_of,
    known_person,
    living_allowance,
    passed,
    refused,
    settlement_events,
    stay_input,
)
from tests.storage import StorageCalls

from medaid import ids
from medaid.clearing import store as clearing
from medaid.settlement import service, store
from medaid.settlement.model import MessageAct, Settlement
from medaid.settlement.store import SettlementItem

BILL = bill("50000.00", "45000.00")


@pytest.fixture
def hospital(tables: Tables) -> Hospital:
    contracted()
    known_person("P1", living_allowance())
    return Hospital()


def settle(hospital: Hospital, mdtrt_id: str, msgid: str = "SETTLE", **head: Any) -> dict[str, Any]:
    return hospital.call("2304", stay_input("P1", mdtrt_id, BILL), msgid=msgid, **head)


def settled(hospital: Hospital) -> str:
    return str(passed(settle(hospital, hospital.stay("P1")))["setlinfo"]["setl_id"])


def test_a_settlement_writes_six_items_of_less_than_a_kilobyte(
    hospital: Hospital, storage_calls: StorageCalls
) -> None:
    """Two write units each in a transaction: twelve, where there were eighteen."""
    mdtrt_id = hospital.stay("P1")
    storage_calls.reset()
    passed(settle(hospital, mdtrt_id))
    assert storage_calls.operations == ["Query", "TransactWriteItems"]
    writes = [next(iter(one.values())) for one in storage_calls.calls[1][1]["TransactItems"]]
    sizes = [item_bytes(one.get("Item", one.get("Key"))) for one in writes]
    assert len(sizes) == 6
    assert max(sizes) <= 1024


def test_the_message_that_settled_is_known_by_its_settlement(hospital: Hospital) -> None:
    setl_id = settled(hospital)
    found = store.find_message(MAOMING.code, "SETTLE")
    done = store.find_settlement(setl_id)
    assert found is not None
    assert done is not None
    assert (found.act, found.result, found.infno) == (MessageAct.SETTLED, setl_id, "2304")
    assert (found.digests, found.at) == (done.digests, done.settled_at)
    assert len(done.digests) >= 10


def test_a_msgid_used_for_a_registration_settles_nothing(hospital: Hospital) -> None:
    mdtrt_id = hospital.stay("P1")
    used = store.find_message(MAOMING.code, f"{MAOMING.code}202107051000000001")
    assert used is not None
    answer = settle(hospital, mdtrt_id, used.msgid)
    refused(answer, "MSGID_REUSED")
    assert settlement_events() == []


def test_a_msgid_that_settled_registers_nothing(hospital: Hospital) -> None:
    settled(hospital)
    given = {"psn_no": "P1", "insutype": "390", "begntime": "2021-07-02 09:00:00"}
    more = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x", "ipt_otp_no": "M1"}
    refused(hospital.call("2201", {**given, **more}, msgid="SETTLE"), "MSGID_REUSED")


def test_a_retry_under_another_insured_region_is_refused_by_that_field(hospital: Hospital) -> None:
    """Its setl_id would be another one, its key is the same."""
    mdtrt_id = hospital.stay("P1")
    passed(settle(hospital, mdtrt_id))
    answer = settle(hospital, mdtrt_id, insuplc_admdvs="440902")
    refused(answer, "MSGID_REUSED", "insuplc_admdvs")


def test_a_blocked_message_settles_nothing(hospital: Hospital) -> None:
    mdtrt_id = hospital.stay("P1")
    back = {"psn_no": "P1", "omsgid": "SETTLE", "oinfno": "2304"}
    passed(hospital.call("2601", back), output=False)
    refused(settle(hospital, mdtrt_id), "MSGID_BLOCKED")
    assert settlement_events() == []


@pytest.mark.parametrize("strange", ["", "S", "440900", "440900S", "x" * 40, "S" * 30])
def test_what_is_no_setl_id_is_no_settlement(hospital: Hospital, strange: str) -> None:
    settled(hospital)
    assert store.find_settlement(strange) is None


def test_a_message_that_settled_nothing_is_no_settlement(hospital: Hospital) -> None:
    hospital.stay("P1")
    msgid = f"{MAOMING.code}202107051000000001"
    assert store.find_message(MAOMING.code, msgid) is not None
    assert store.find_settlement(ids.settlement_id("440900", MAOMING.code, msgid)) is None


def test_a_settlement_is_not_found_under_another_region(hospital: Hospital) -> None:
    setl_id = settled(hospital)
    assert store.find_settlement(setl_id) is not None
    assert store.find_settlement(f"440902{setl_id[6:]}") is None


# ---- the stream ----------------------------------------------------------------------------------


def item_of(setl_id: str) -> SettlementItem:
    items = SettlementItem.scan(SettlementItem.state.is_in(store.SETTLED, store.REVERSED))
    return next(one for one in items if one.record(Settlement).setl_id == setl_id)


def heard(item: SettlementItem, name: str = "INSERT") -> dict[str, Any]:
    return {**record(item), "eventName": name}


def test_the_stream_tells_a_settlement_and_its_reversal_once_each(hospital: Hospital) -> None:
    setl_id = settled(hospital)
    first = heard(item_of(setl_id))
    visit = {"mdtrt_id": item_of(setl_id).record(Settlement).decision.visit.mdtrt_id}
    passed(hospital.call("2305", {"setl_id": setl_id, "psn_no": "P1", **visit}))
    then = heard(item_of(setl_id), "MODIFY")
    for one in (first, then, first, then):
        answer = outbox_door.handler({"Records": [one]}, None)
        assert answer == {"batchItemFailures": []}
    lines = list(clearing.list_items("440900", MAOMING.code, "2021-07"))
    assert sorted((one.setl_id, one.refd) for one in lines) == [(setl_id, False), (setl_id, True)]
    assert sum(int(fen) for one in lines for fen in one.amounts.values()) == 0


def test_both_events_are_in_the_record_of_a_reversed_settlement(hospital: Hospital) -> None:
    setl_id = settled(hospital)
    (before,) = settlement_events()
    visit = {"mdtrt_id": before.mdtrt_id}
    passed(hospital.call("2305", {"setl_id": setl_id, "psn_no": "P1", **visit}))
    first, back = events_of(service.get_settlement(setl_id))
    assert first == before
    assert (back.refd, int(back.medfee_sumamt)) == (True, -int(first.medfee_sumamt))


@pytest.mark.parametrize("name", ["REMOVE", ""])
def test_what_is_taken_away_tells_nothing(hospital: Hospital, name: str) -> None:
    told = heard(item_of(settled(hospital)), name)
    assert service.posted_event(told) is None
    outbox_door.one(DynamoDBRecord(told))
    assert list(clearing.list_items("440900", MAOMING.code, "2021-07")) == []


def test_messages_batches_and_lines_tell_nothing(hospital: Hospital) -> None:
    settled(hospital)
    others = [one for one in SettlementItem.scan() if not one.state]
    assert len(others) >= 3
    assert [service.posted_event(heard(one)) for one in others] == [None] * len(others)


def test_a_record_that_is_spoiled_comes_again(hospital: Hospital) -> None:
    told = heard(item_of(settled(hospital)))
    told["dynamodb"]["NewImage"]["body"] = {"B": ""}
    answer = outbox_door.handler({"Records": [told]}, None)
    assert len(answer["batchItemFailures"]) == 1
