"""Employees (insutype 310): a stay in Jiangmen is settled by its document; what the personal
account paid is taken as the hospital states it and booked to nobody.
Issue: the hospital's door, 4."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.catalogue.office import MEDICINE, published
from tests.conftest import Tables
from tests.people.samples import insurance
from tests.settlement.hospital import (
    Hospital,
    bill,
    contracted,
    his,
    known_person,
    passed,
    refused,
    stay_input,
)

from medaid.catalogue import store as catalogue_store
from medaid.clearing.model import items_of
from medaid.fund import service as fund
from medaid.settlement import service
from medaid.settlement.model import Institution
from medaid.settlement.posted import event_of

NOW = datetime(2023, 7, 5, 2, 0, tzinfo=UTC)
JIANGMEN = Institution("H44070300001", "江门市某三级医院", "440703", "3")
EMPLOYED = insurance(date(2018, 1, 1), insutype="310", admdvs="440700", psn_type="1101")
WHO = {"insutype": "310"}
BILL = bill("50900.00", "45900.00")


def send(body: bytes, institution: str) -> tuple[int, dict[str, Any]]:
    return service.answer(body, his(institution), NOW, lambda: NOW)


@pytest.fixture
def hospital(tables: Tables) -> Hospital:
    catalogue_store.forget()
    contracted(JIANGMEN)
    known_person("P1", insured=(EMPLOYED,))
    return Hospital(JIANGMEN, "440700", send)


def stay(hospital: Hospital) -> str:
    mdtrt_id = hospital.admit("P1", "2023-06-20 09:00:00", **WHO)
    ended = {"mdtrt_id": mdtrt_id, "psn_no": "P1", "endtime": "2023-06-30 09:00:00"}
    passed(hospital.call("2402", {**ended, **WHO, "dscg_way": "1"}, node="dscginfo"), output=False)
    return mdtrt_id


def given(mdtrt_id: str, **more: Any) -> dict[str, Any]:
    return {**stay_input("P1", mdtrt_id, BILL), **WHO, **more}


def test_an_employees_stay_is_paid_by_the_basic_and_the_large_sum_fund(hospital: Hospital) -> None:
    """(45900 − 900) × 83 % = 37350; of 7650 left without the deductible, (7650 − 5000) × 85 %."""
    answer = passed(hospital.call("2304", given(stay(hospital))))
    info, rows = answer["setlinfo"], answer["setldetail"]
    assert (info["hifp_pay"], info["hifob_pay"], info["hifmi_pay"]) == (
        "37350.00",
        "2252.50",
        "0.00",
    )
    assert {row["fund_pay_type"] for row in rows} == {"310100", "330100"}
    assert (info["psn_part_amt"], info["psn_cash_pay"]) == ("11297.50", "11297.50")
    assert (info["psn_type"], info["insutype"]) == ("1101", "310")


def test_what_the_account_paid_is_taken_as_stated_and_booked_to_nobody(hospital: Hospital) -> None:
    mdtrt_id = stay(hospital)
    account = {"acct_used_flag": "1", "acct_pay": "1297.50"}
    preview = passed(hospital.call("2303", given(mdtrt_id, **account)))["setlinfo"]
    answer = hospital.call("2304", given(mdtrt_id, **account))
    info = passed(answer)["setlinfo"]
    assert "未从个人账户支付" not in answer["warn_msg"]
    assert (info["acct_pay"], info["psn_cash_pay"]) == ("1297.50", "10000.00")
    assert info["psn_part_amt"] == preview["psn_part_amt"] == "11297.50"
    assert info["fund_pay_sumamt"] == "39602.50"
    (row,) = [r for r in answer["output"]["setldetail"] if r["fund_pay_type"] == "310200"]
    assert row["fund_payamt"] == "1297.50"
    booked = sum(
        int(line.amount)
        for entry in fund.entries("440700", "2023-07")
        for line in entry.lines
        if "-5" in line.account.code
    )
    assert booked == 39602_50, "the account's part is in no book"
    (item,) = items_of(event_of(service.get_settlement(info["setl_id"])))
    counted = {name: item.amounts[name].yuan() for name in ("acct_pay", "psn_cash_pay")}
    assert counted == {"acct_pay": "1297.50", "psn_cash_pay": "10000.00"}, "for 3201 and 3202"
    asked = {"psn_no": "P1", "setl_id": info["setl_id"]}
    again = passed(hospital.call("5203", asked))["setlinfo"]
    assert again["acct_pay"] == "1297.50"
    told = service.explain(info["setl_id"], his(JIANGMEN.code), NOW)
    assert told["replay"] == "identical"
    back = {"mdtrt_id": mdtrt_id, "setl_id": info["setl_id"], "psn_no": "P1"}
    undone = passed(hospital.call("2305", back))["setlinfo"]
    assert (undone["acct_pay"], undone["psn_cash_pay"]) == ("-1297.50", "-10000.00")


def test_the_whole_part_may_come_from_the_account_and_not_a_fen_more(hospital: Hospital) -> None:
    mdtrt_id = stay(hospital)
    more = given(mdtrt_id, acct_used_flag="1", acct_pay="11297.51")
    info = refused(hospital.call("2304", more), "AMOUNT_SUM", "acct_pay")
    assert "11297.51" in info["rule"]
    assert "11297.50" in info["rule"]
    whole = given(mdtrt_id, acct_used_flag="1", acct_pay="11297.50")
    assert passed(hospital.call("2304", whole))["setlinfo"]["psn_cash_pay"] == "0.00"


def test_an_account_that_is_not_used_pays_nothing(hospital: Hospital) -> None:
    mdtrt_id = stay(hospital)
    refused(hospital.call("2304", given(mdtrt_id, acct_pay="1.00")), "FIELD_FORMAT", "acct_pay")
    used = hospital.call("2304", given(mdtrt_id, acct_used_flag="1"))
    assert passed(used)["setlinfo"]["acct_pay"] == "0.00"
    assert "未从个人账户支付" in used["warn_msg"]


def test_the_account_belongs_to_the_messages_meaning(hospital: Hospital) -> None:
    """Sent again with another amount from the account it is another message."""
    mdtrt_id = stay(hospital)
    first = given(mdtrt_id, acct_used_flag="1", acct_pay="10")
    done = passed(hospital.call("2304", first, msgid="A-1"))
    assert passed(hospital.call("2304", first | {"acct_pay": "10.00"}, msgid="A-1")) == done
    refused(hospital.call("2304", first | {"acct_pay": "11"}, msgid="A-1"), "MSGID_REUSED", "acct")


def test_outpatient_care_waits_for_the_agencys_figure_and_says_so(hospital: Hospital) -> None:
    registered = {"psn_no": "P1", **WHO, "begntime": "2023-06-25 09:00:00", "ipt_otp_no": "M1"}
    card = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x"}
    visit = passed(hospital.call("2201", registered | card))["data"]["mdtrt_id"]
    asked = given(visit, med_type="11", chrg_bchno="B1") | bill("100.00", "90.00")
    del asked["mid_setl_flag"]
    refused(hospital.call("2207", asked), "FIGURE_MISSING", "")


def test_a_pharmacys_sale_is_paid_from_the_account(hospital: Hospital) -> None:
    """The pooled fund pays nothing where no figure can be cited, and the answer says so."""
    published("440700")
    drug = {
        "feedetl_sn": "1",
        "fee_ocur_time": "2023-07-01 10:00:00",
        "med_list_codg": MEDICINE,
        "det_item_fee_sumamt": "31.00",
        "cnt": "2",
        "pric": "15.50",
    }
    sale = {**given("unused"), "begntime": "2023-07-01 10:00:00", "medfee_sumamt": "31.00"}
    sale |= {"med_type": "41", "acct_used_flag": "1", "acct_pay": "30.00"}
    envelope = hospital.envelope("2102", sale, node="druginfo")
    envelope["input"]["drugdetail"] = [drug]
    answer = hospital.post(envelope)
    info = passed(answer)["setlinfo"]
    assert (info["acct_pay"], info["psn_cash_pay"]) == ("30.00", "1.00")
    assert info["fund_pay_sumamt"] == "0.00"
    assert "统筹基金不支付" in answer["warn_msg"] or "没有可引用的来源" in answer["warn_msg"]
