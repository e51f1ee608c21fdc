"""Queries that programs send beside the way of a visit: sign-in (9001, 9002) and filings (5304).
Issue: the hospital's door, 2."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    NANJING,
    TOWNSHIP,
    Hospital,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
)

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.regions import Region
from medaid.settlement.model import Institution

SIGN_IN = {"opter_no": "001", "mac": "00-11-22-33-44-55", "ip": "10.0.0.8"}
FILING = {
    "psn_no": "P1",
    "reflin_medins_no": NANJING.code,
    "mdtrtarea_admdvs": "320100",
    "refl_type": "1",
    "refl_date": "2021-07-05",
    "begndate": "2021-07-05",
    "enddate": "2021-12-31",
}
PERIOD = {"psn_no": "P1", "begntime": "2021-07-01 00:00:00", "endtime": "2021-07-31 23:59:59"}


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


def test_a_sign_in_is_answered_and_kept_nowhere(tables: Tables) -> None:
    hospital = Hospital()
    seen = tables.everything()
    first = passed(hospital.call("9001", SIGN_IN, msgid="I-1", node="signIn"))["signinoutb"]
    assert set(first) == {"sign_no", "sign_time"}
    assert len(first["sign_no"]) <= 30
    again = passed(hospital.call("9001", SIGN_IN, msgid="I-1", node="signIn"))["signinoutb"]
    other = passed(hospital.call("9001", SIGN_IN, msgid="I-2", node="signIn"))["signinoutb"]
    assert first["sign_no"] == again["sign_no"] != other["sign_no"]
    out = {"opter_no": "001", "sign_no": first["sign_no"]}
    assert passed(hospital.call("9002", out, node="signOut"))["signoutoutb"]["sign_time"]
    assert tables.everything() == seen


@pytest.mark.parametrize(
    ("infno", "node", "given", "field"),
    [
        ("9001", "signIn", {"opter_no": ""}, "opter_no"),
        ("9001", "data", SIGN_IN, "input.signIn"),
        ("9002", "signOut", {"opter_no": "001"}, "sign_no"),
        ("9002", "signOut", {"sign_no": "x"}, "opter_no"),
        ("5304", "data", {"psn_no": "P1"}, "begntime"),
        ("5304", "data", {"begntime": "2021-07-01 00:00:00"}, "psn_no"),
    ],
)
def test_what_a_query_lacks_is_named(
    infno: str, node: str, given: dict[str, Any], field: str
) -> None:
    code = "ENVELOPE" if field.startswith("input") else "FIELD_REQUIRED"
    refused(Hospital().call(infno, given, node=node), code, field)


def test_nobody_signs_in_without_an_agreement() -> None:
    stranger = Hospital(Institution("H44090299999", "无协议", "440902", "2"))
    refused(stranger.call("9001", SIGN_IN, node="signIn"), "INSTITUTION_UNKNOWN")


def test_filings_of_the_period_are_answered_whoever_asks_and_filed(tables: Tables) -> None:
    """The hospital that treats sees the referral that another sent, and its look is recorded."""
    hospital = Hospital()
    assert passed(hospital.call("5304", PERIOD)) == {"refmedin": []}
    number = passed(hospital.call("2501", FILING, node="refmedin"))["trt_dcla_detl_sn"]
    treating = Hospital(NANJING)
    (found,) = passed(treating.call("5304", PERIOD))["refmedin"]
    assert found == {
        "trt_dcla_detl_sn": number,
        "psn_no": "P1",
        "insu_admdvs": "440900",
        "refl_type": "1",
        "memo": "规范转诊",
        "mdtrtarea_admdvs": "320100",
        "reflin_medins_no": NANJING.code,
        "begndate": "2021-07-05",
        "enddate": "2021-12-31",
    }
    reads = access.page_of_reads_of("P1", Region("440900"), "", 50)[0]
    assert {(one.purpose, one.reader.institution) for one in reads} == {
        (Purpose.FILING_QUERY, MAOMING.code),
        (Purpose.FILING_QUERY, NANJING.code),
    }


@pytest.mark.parametrize(
    ("begin", "end", "found"),
    [
        ("2021-12-31", "2022-01-31", 1),
        ("2022-01-01", "2022-01-31", 0),
        ("2021-06-01", "2021-07-05", 1),
        ("2021-06-01", "2021-07-04", 0),
        ("2021-06-01", "", 1),
    ],
)
def test_a_filing_counts_on_its_first_and_last_day(begin: str, end: str, found: int) -> None:
    hospital = Hospital()
    passed(hospital.call("2501", FILING, node="refmedin"))
    asked = {"psn_no": "P1", "begntime": f"{begin} 00:00:00"}
    asked |= {"endtime": f"{end} 23:59:59"} if end else {}
    assert len(passed(hospital.call("5304", asked))["refmedin"]) == found


def test_a_cancelled_filing_and_a_reversed_period_are_not_answered() -> None:
    hospital = Hospital()
    number = passed(hospital.call("2501", FILING, node="refmedin"))["trt_dcla_detl_sn"]
    passed(hospital.call("2502", {"trt_dcla_detl_sn": number, "psn_no": "P1"}), output=False)
    assert passed(hospital.call("5304", PERIOD))["refmedin"] == []
    turned = PERIOD | {"endtime": "2021-06-30 00:00:00"}
    refused(hospital.call("5304", turned), "DATE_ORDER", "endtime")
    refused(Hospital(TOWNSHIP).call("5304", PERIOD | {"psn_no": "P9"}), "PERSON_UNKNOWN")
