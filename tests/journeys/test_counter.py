"""Many counters at once on the local cloud, where transactions are real: a yearly cap is paid out
to the fen and never over it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from tests.people.samples import insurance
from tests.settlement.hospital import (
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    stay_input,
    visit_input,
)
from tests.storage import StorageCalls

from medaid.fund import service as fund
from medaid.local.stack import Stack
from medaid.money import Fen
from medaid.people import service as people
from medaid.settlement import service

pytestmark = pytest.mark.cloud
MANY = 64
CAP = Fen(60_000_00)
"""Yearly cap of outpatient assistance, 茂民规〔2018〕3号 二(二)1."""


def layer_paid(setl_id: str, layer: str) -> int:
    return sum(
        step["paid"]["fen"]
        for step in service.explain_any(setl_id)["steps"]
        if step["layer"] == layer
    )


def booked(regions: tuple[str, ...], setl_ids: set[str]) -> int:
    """Assistance expense in the books of all regions for these settlements, in fen."""
    found = 0
    for region in regions:
        for entry in fund.entries(region, "2021-07"):
            if entry.source.partition("-")[0] in setl_ids:
                found += sum(
                    int(line.amount)
                    for line in entry.lines
                    if line.account.code.startswith("610100-5")
                )
    return found


def insisted(
    hospital: Hospital, envelope: dict[str, Any], answer: dict[str, Any]
) -> dict[str, Any]:
    """What the hospital ends up with: told to ask again with the same msgid, it does."""
    while answer["infcode"] != 0:
        assert answer["output"]["errinfo"]["retry"] == "1", answer["err_msg"]
        answer = hospital.post(envelope)
    return answer


def test_64_settlements_at_once_pay_exactly_the_cap(
    in_cloud: Stack, storage_calls: StorageCalls
) -> None:
    """Each alone would be paid 1,440; together 92,160 against a cap of 60,000. None lost, none
    twice, conflicts bounded."""
    contracted()
    known_person("PCAP", living_allowance(), serial=64, insured=(insurance(date(2018, 1, 1)),))
    hospital = Hospital(prefix="20210705640000")
    visits = [hospital.visit("PCAP") for _ in range(MANY)]
    envelopes = [
        hospital.envelope("2207", visit_input("PCAP", visit, bill("2000.00", "2000.00")))
        for visit in visits
    ]
    storage_calls.reset()
    with ThreadPoolExecutor(MANY) as counters:
        answers: list[dict[str, Any]] = list(counters.map(hospital.post, envelopes))
    tries = storage_calls.counts["TransactWriteItems"]
    answers = [
        insisted(hospital, envelope, answer)
        for envelope, answer in zip(envelopes, answers, strict=True)
    ]
    ids = [passed(answer)["setlinfo"]["setl_id"] for answer in answers]
    assert len(set(ids)) == MANY
    assert sum(layer_paid(setl_id, "assistance_outpatient") for setl_id in ids) == CAP
    totals = people.load("PCAP", 2020).totals(2021)
    assert totals.amounts["paid:assistance_outpatient"] == CAP
    assert totals.version == MANY
    paid = sum(int(Fen.of_yuan(answer["output"]["setlinfo"]["maf_pay"])) for answer in answers)
    assert booked(("440900", "440902"), set(ids)) == paid
    assert tries <= MANY * 40, f"{tries} tries"
    again = [hospital.post(envelope) for envelope in envelopes]
    assert [answer["output"] for answer in again] == [answer["output"] for answer in answers]


def test_one_stay_settled_at_eight_counters_at_once_is_settled_once(in_cloud: Stack) -> None:
    contracted()
    known_person("PONE", living_allowance(), serial=65)
    hospital = Hospital(prefix="20210705650000")
    given = stay_input("PONE", hospital.stay("PONE"), bill("50000.00", "45000.00"))
    with ThreadPoolExecutor(8) as counters:
        answers = list(counters.map(lambda _: hospital.call("2304", given), range(8)))
    codes = Counter(
        answer["infcode"] if answer["infcode"] == 0 else answer["output"]["errinfo"]["code"]
        for answer in answers
    )
    assert codes == {0: 1, "ALREADY_SETTLED": 7}
    assert people.load("PONE", 2020).totals(2021).version == 1


def test_one_message_sent_eight_times_at_once_has_one_effect_and_one_answer(
    in_cloud: Stack,
) -> None:
    contracted()
    known_person("PMSG", living_allowance(), serial=66)
    hospital = Hospital(prefix="20210705660000")
    envelope = hospital.envelope(
        "2304", stay_input("PMSG", hospital.stay("PMSG"), bill("50000.00", "45000.00"))
    )
    with ThreadPoolExecutor(8) as counters:
        answers = list(counters.map(lambda _: hospital.post(envelope), range(8)))
    outputs = {str(passed(answer)) for answer in answers}
    assert len(outputs) == 1
    assert people.load("PMSG", 2020).totals(2021).version == 1


def test_settle_and_its_reversal_by_message_at_once_end_in_nothing_or_all(in_cloud: Stack) -> None:
    """2601 and its original cross: either the original is blocked, or it is settled and taken back;
    the year is empty either way."""
    contracted()
    known_person("PRACE", living_allowance(), serial=67)
    hospital = Hospital(prefix="20210705670000")
    for number in range(8):
        mdtrt_id = hospital.stay(
            "PRACE",
            f"2021-0{1 + number % 6}-0{1 + number // 6} 09:00:00",
            f"2021-0{1 + number % 6}-0{1 + number // 6} 20:00:00",
        )
        settle = hospital.envelope(
            "2304", stay_input("PRACE", mdtrt_id, bill("5000.00", "4500.00"))
        )
        back = hospital.envelope(
            "2601", {"psn_no": "PRACE", "omsgid": settle["msgid"], "oinfno": "2304"}
        )
        with ThreadPoolExecutor(2) as counters:
            first, second = counters.map(hospital.post, (settle, back))
        passed(second, output=False)
        assert first["infcode"] == 0 or first["output"]["errinfo"]["code"] in (
            "MSGID_BLOCKED",
            "ALREADY_REVERSED",
        )
        assert hospital.post(settle)["output"]["errinfo"]["code"] in (
            "MSGID_BLOCKED",
            "ALREADY_REVERSED",
        )
        assert people.load("PRACE", 2020).totals(2021).amounts == {}
        hospital.call("2404", {"mdtrt_id": mdtrt_id, "psn_no": "PRACE"})
