"""What is uploaded beside the way of a visit: the settlement list (4101), audits (3101 to 3103).
Issue: the hospital's door, point 2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    NANJING,
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

from medaid.settlement import store
from medaid.settlement.uploads import KeptUpload

Settled = tuple[Hospital, dict[str, Any]]


@pytest.fixture
def settled(tables: Tables) -> Settled:
    """A hospital with a settled stay, and the answer."""
    contracted()
    known_person("P1", living_allowance())
    hospital = Hospital()
    stay = hospital.stay("P1")
    answer = passed(hospital.call("2304", stay_input("P1", stay, bill("50000.00", "45000.00"))))
    return hospital, answer


def listed(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The input of a 4101 that says what was settled."""
    info = answer["setlinfo"]
    return {
        "setlinfo": {
            "mdtrt_id": info["mdtrt_id"],
            "setl_id": info["setl_id"],
            "psn_selfpay": "0.00",
            "psn_ownpay": info["psn_part_amt"],
            "acct_pay": "0.00",
            "psn_cashpay": info["psn_cash_pay"],
            "hi_paymtd": "1",
            "bill_code": "4409001",
            "bill_no": "0001",
            "biz_sn": "1",
            "setl_begn_date": "2021-06-20",
            "setl_end_date": "2021-06-30",
            "hsorg": "茂名市医保中心",
            "hsorg_opter": "001",
        },
        "payinfo": [
            {"fund_pay_type": row["fund_pay_type"], "fund_payamt": row["fund_payamt"]}
            for row in answer["setldetail"]
        ],
        "iteminfo": [item("09", "30000.00", "30000.00"), item("01", "20000.00", "15000.00")],
    }


def item(code: str, amount: str, in_a: str) -> dict[str, str]:
    rest = f"{(int(float(amount)) - int(float(in_a)))}.00"
    return {
        "med_chrgitm": code,
        "amt": amount,
        "claa_sumfee": in_a,
        "clab_amt": "0.00",
        "fulamt_ownpay_amt": rest,
        "oth_amt": "0.00",
    }


def send(hospital: Hospital, given: Mapping[str, Any], msgid: str = "") -> dict[str, Any]:
    envelope = hospital.envelope("4101", {}, msgid)
    envelope["input"] = dict(given)
    return hospital.post(envelope)


def held(setl_id: str) -> Any:
    found = store.find_list(setl_id, KeptUpload)[1]
    return found and json.loads(found.content)


def test_a_list_that_says_what_was_settled_is_kept_and_a_later_one_mends_it(
    settled: Settled,
) -> None:
    hospital, answer = settled
    given, setl_id = listed(answer), answer["setlinfo"]["setl_id"]
    assert passed(send(hospital, given, "L-1")) == {"setl_list_id": setl_id}
    assert passed(send(hospital, given, "L-1")) == {"setl_list_id": setl_id}
    assert held(setl_id)["setlinfo"]["bill_no"] == "0001"
    given["setlinfo"]["bill_no"] = "0002"
    passed(send(hospital, given))
    assert held(setl_id)["setlinfo"]["bill_no"] == "0002"
    assert len(held(setl_id)["payinfo"]) == len(answer["setldetail"])
    given["setlinfo"]["bill_no"] = "0001"
    refused(send(hospital, given, "L-1"), "STATE", "msgid")


@pytest.mark.parametrize(
    ("node", "change", "code", "field"),
    [
        ("setlinfo", {"psn_selfpay": "0.01"}, "AMOUNT_SUM", "psn_selfpay"),
        ("setlinfo", {"psn_cashpay": "0.00"}, "AMOUNT_SUM", "psn_cashpay"),
        ("setlinfo", {"acct_pay": "1.00"}, "AMOUNT_SUM", "acct_pay"),
        ("setlinfo", {"setl_end_date": "2021-06-29"}, "FIELD_FORMAT", "setl_end_date"),
        ("setlinfo", {"mdtrt_id": "440900V2021X"}, "ORIGINAL_MISMATCH", "mdtrt_id"),
        ("setlinfo", {"setl_id": "440900S1"}, "SETTLEMENT_UNKNOWN", "setl_id"),
        ("payinfo", {"fund_payamt": "0.01"}, "AMOUNT_SUM", "fund_payamt"),
        ("payinfo", {"fund_pay_type": "999999"}, "AMOUNT_SUM", "fund_payamt"),
        ("iteminfo", {"amt": "30000.01"}, "AMOUNT_SUM", "amt"),
        ("iteminfo", {"amt": "1.00", "claa_sumfee": "1.00"}, "AMOUNT_SUM", "amt"),
        ("iteminfo", {"amt": ""}, "FIELD_REQUIRED", "amt"),
        ("payinfo", {"fund_payamt": "一"}, "AMOUNT_FORMAT", "fund_payamt"),
    ],
)
def test_a_list_that_says_otherwise_is_refused(
    settled: Settled, tables: Tables, node: str, change: dict[str, str], code: str, field: str
) -> None:
    hospital, answer = settled
    given = listed(answer)
    row = given[node] if node == "setlinfo" else given[node][0]
    row |= change
    before = tables.items("settlement")
    refused(send(hospital, given), code, field)
    assert tables.items("settlement") == before


def test_funds_are_told_once_and_all_and_of_an_own_settlement_that_stands(
    settled: Settled,
) -> None:
    hospital, answer = settled
    given = listed(answer)
    refused(send(hospital, given | {"payinfo": []}), "AMOUNT_SUM", "fund_payamt")
    twice = [*given["payinfo"], given["payinfo"][0]]
    refused(send(hospital, given | {"payinfo": twice}), "FIELD_FORMAT", "fund_pay_type")
    refused(send(Hospital(NANJING), given), "SETTLEMENT_UNKNOWN", "setl_id")
    info = answer["setlinfo"]
    back = {"mdtrt_id": info["mdtrt_id"], "setl_id": info["setl_id"], "psn_no": "P1"}
    passed(hospital.call("2305", back))
    refused(send(hospital, given), "ALREADY_REVERSED", "setl_id")


@pytest.mark.parametrize("infno", ["3101", "3102", "3103"])
def test_what_an_audit_sends_is_kept_and_said_not_to_be_audited(
    settled: Settled, tables: Tables, infno: str
) -> None:
    hospital, _ = settled
    given = {"trig_scen": "1", "patient_dtos": [{"patn_id": "P1", "ma_amt": "1.00"}]}
    answer = hospital.call(infno, given, "A-1")
    assert (passed(answer), "未作审核" in answer["warn_msg"]) == ({"result": []}, True)
    before = tables.items("settlement")
    passed(hospital.call(infno, given, "A-1"))
    assert tables.items("settlement") == before
    changed = given | {"patient_dtos": []}
    refused(hospital.call(infno, changed, "A-1"), "MSGID_REUSED")
    back = {"psn_no": "", "omsgid": "A-1", "oinfno": infno}
    refused(hospital.call("2601", back), "FIELD_REQUIRED", "psn_no")


SEEN: list[dict[str, Any]] = [
    {"diag_type": "1", "diag_srt_no": "1", "diag_code": "I10.x00", "diag_name": "高血压"},
    {"diag_type": "1", "diag_srt_no": 2, "diag_code": "E11.900", "diag_name": "糖尿病"},
]


def told(hospital: Hospital, infno: str, node: str, given: Any, rows: Any) -> dict[str, Any]:
    envelope = hospital.envelope(infno, given, node=node)
    envelope["input"]["diseinfo"] = rows
    return hospital.post(envelope)


def test_diagnoses_are_kept_and_answered_as_they_were_told_last(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())
    hospital = Hospital()
    answer = told(hospital, "2401", "mdtrtinfo", admission("P1"), SEEN[:1])
    stay = passed(answer)["result"]["mdtrt_id"]
    asked = {"psn_no": "P1", "mdtrt_id": stay}
    (row,) = passed(hospital.call("5202", asked))["diseinfo"]
    assert (row["diag_code"], row["mdtrt_id"], row["psn_no"]) == ("I10.x00", stay, "P1")
    ended = asked | {"insutype": "390", "endtime": "2021-06-30 09:00:00", "dscg_way": "1"}
    passed(told(hospital, "2402", "dscginfo", ended, SEEN), output=False)
    amounts = bill("50000.00", "45000.00")
    passed(hospital.call("2304", stay_input("P1", stay, amounts)))
    rows = passed(hospital.call("5202", asked))["diseinfo"]
    assert [one["diag_code"] for one in rows] == ["I10.x00", "E11.900"]
    refused(Hospital(NANJING).call("5202", asked), "VISIT_UNKNOWN", "mdtrt_id")
    refused(hospital.call("5202", asked | {"mdtrt_id": "440900V2021X"}), "VISIT_UNKNOWN")
    wrong = [{**SEEN[0], "diag_code": ""}]
    refused(told(hospital, "2401", "mdtrtinfo", admission("P1"), wrong), "FIELD_REQUIRED")
    refused(told(hospital, "2401", "mdtrtinfo", admission("P1"), {"x": 1}), "ENVELOPE")
