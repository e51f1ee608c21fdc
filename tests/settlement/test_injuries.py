"""An injury and whose it is are asked at admission, not at discharge. Issue: the hospital's door,
2."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    Hospital,
    admission,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
)

from medaid.settlement import service
from medaid.settlement.injuries import ASKED, NOT_DIRECT

SMALL = bill("1000.00", "900.00")


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


def admitted(**more: Any) -> tuple[str, str]:
    """A stay of that kind, ended: its id, and what the admission was told."""
    hospital = Hospital(prefix="20210705110000")
    answer = hospital.call("2401", admission("P1", **more), node="mdtrtinfo")
    mdtrt_id = passed(answer)["result"]["mdtrt_id"]
    hospital.discharge("P1", mdtrt_id)
    return mdtrt_id, answer["warn_msg"]


def settle(mdtrt_id: str, **more: Any) -> dict[str, Any]:
    return Hospital().call("2304", stay_input("P1", mdtrt_id, SMALL, **more))


def mended(mdtrt_id: str, **flags: str) -> dict[str, Any]:
    given = {"mdtrt_id": mdtrt_id, "psn_no": "P1", "med_type": "21", **flags}
    given["begntime"] = "2021-06-20 09:00:00"
    return Hospital(prefix="20210705120000").call("2403", given, node="adminfo")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"dscg_maindiag_code": "S72.000"}, True),
        ({"dscg_maindiag_code": "t40.2"}, True),
        ({"trum_flag": "1"}, True),
        ({"dscg_maindiag_code": "S72.000", "rel_ttp_flag": "0"}, False),
        ({"dscg_maindiag_code": "J18.900"}, False),
        ({"trum_flag": "0"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_an_injury_is_asked_about_when_the_stay_begins(said: dict[str, str], asked: bool) -> None:
    mdtrt_id, told = admitted(**said)
    assert (ASKED[:20] in told) == asked
    passed(settle(mdtrt_id))


def test_what_a_third_person_has_to_pay_is_told_at_once_and_not_settled(tables: Tables) -> None:
    """社会保险法第三十条; the remedy is a 2403 of the hospital, or the agency's advance payment."""
    mdtrt_id, told = admitted(trum_flag="1", rel_ttp_flag="1")
    assert NOT_DIRECT[:30] in told
    seen = tables.everything()
    for infno in ("2303", "2304"):
        asked = Hospital().call(infno, stay_input("P1", mdtrt_id, SMALL))
        assert "先行支付" in refused(asked, "VISIT_STATE", "rel_ttp_flag")["rule"]
    assert tables.everything() == seen
    passed(mended(mdtrt_id, trum_flag="1", rel_ttp_flag="0"), output=False)
    passed(settle(mdtrt_id))


def test_the_admission_tells_the_cause_and_the_settlement_does_not_say_otherwise() -> None:
    mdtrt_id, _ = admitted(trum_flag="01", rel_ttp_flag="0")
    other = {"exp_content": {"facts": {"cause": "illness"}}}
    refused(settle(mdtrt_id, **other), "FIELD_FORMAT", "exp_content.facts.cause")
    info = passed(settle(mdtrt_id))["setlinfo"]
    assert service.get_settlement(info["setl_id"]).decision.facts.cause == "accident"


def test_no_injury_at_admission_is_no_accident_at_settlement() -> None:
    mdtrt_id, _ = admitted(trum_flag="0")
    accident = {"exp_content": {"facts": {"cause": "accident"}}}
    refused(settle(mdtrt_id, **accident), "FIELD_FORMAT", "exp_content.facts.cause")
    info = passed(settle(mdtrt_id))["setlinfo"]
    assert service.get_settlement(info["setl_id"]).decision.facts.cause is None


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"trum_flag": "2"}, "CODE_UNKNOWN", "trum_flag"),
        ({"rel_ttp_flag": "是"}, "CODE_UNKNOWN", "rel_ttp_flag"),
        ({"trum_flag": "0", "rel_ttp_flag": "1"}, "FIELD_FORMAT", "rel_ttp_flag"),
    ],
    ids=str,
)
def test_flags_that_say_nothing_are_refused(wrong: dict[str, str], code: str, field: str) -> None:
    answer = Hospital().call("2401", admission("P1", **wrong), node="mdtrtinfo")
    refused(answer, code, field)
    mdtrt_id, _ = admitted()
    refused(mended(mdtrt_id, **wrong), code, field)
