"""Look-ups at the hospital's door leave a record and are limited; a settlement costs no call more
for it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.people.samples import certno
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    Hospital,
    bill,
    contracted,
    his,
    known_person,
    passed,
    refused,
    stay_input,
)

from medaid.access import rules
from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.access.rules import Limit
from medaid.regions import Region
from medaid.settlement import service

pytestmark = pytest.mark.usefixtures("tables")
REGION = Region("440900")


@pytest.fixture
def hospital(tables: Any) -> Hospital:
    contracted(MAOMING)
    known_person("P1")
    return Hospital()


def reads(psn_no: str = "P1") -> list[tuple[str, str, str, str]]:
    return [
        (row.purpose, row.reader.institution, row.reader.source, row.item)
        for row in access.page_of_reads_of(psn_no, REGION, "", 50)[0]
    ]


def identify(hospital: Hospital, number: str) -> dict[str, Any]:
    asked = {"mdtrt_cert_type": "02", "mdtrt_cert_no": number, "psn_cert_type": "01"}
    return hospital.call("1101", asked | {"certno": number})


def test_1101_5203_and_an_explanation_leave_a_record(hospital: Hospital) -> None:
    """Right money, 43."""
    passed(identify(hospital, certno(1)))
    assert reads() == [(Purpose.IDENTIFICATION, MAOMING.code, "10.0.0.8", "")]
    settled = stay_input("P1", hospital.stay("P1"), bill("5000.00", "4500.00"))
    setl_id = passed(hospital.call("2304", settled))["setlinfo"]["setl_id"]
    assert len(reads()) == 1, "a settlement is no look-up"
    passed(hospital.call("5203", {"psn_no": "P1", "setl_id": setl_id, "mdtrt_id": ""}))
    service.explain(setl_id, his(MAOMING.code), NOW)
    found = {(purpose, item) for purpose, _, _, item in reads()}
    assert found == {
        (Purpose.IDENTIFICATION, ""),
        (Purpose.SETTLEMENT_QUERY, setl_id),
        (Purpose.EXPLANATION, setl_id),
    }


def test_look_ups_are_limited_those_that_find_nobody_too(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right money, 43. Certificate numbers cannot be tried without end."""
    monkeypatch.setattr(rules, "limit_of", lambda _reader, _purpose: Limit(2, "x"))
    refused(identify(hospital, certno(7)), "PERSON_UNKNOWN", "certno")
    passed(identify(hospital, certno(1)))
    refused(identify(hospital, certno(1)), "LOOKUP_LIMIT", "")
    assert len(reads()) == 1


def test_what_leaves_no_trace_is_not_answered(hospital: Hospital, storage_faults: Any) -> None:
    storage_faults.before(1, "away", only=("PutItem",), times=9)
    answer = identify(hospital, certno(1))
    assert answer["infcode"] == -1
    assert set(answer["output"]) == {"errinfo"}
    assert answer["output"]["errinfo"]["code"] == "UNAVAILABLE"
