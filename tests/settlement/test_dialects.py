"""What programs write differently: numbers of transactions, old names, null, lengthened numbers;
and where they read an answer. Issue: the hospital's door, 1."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    Hospital,
    admission,
    bill,
    contracted,
    direct,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
    visit_input,
)

from medaid.settlement.deferred import LATER, act
from medaid.settlement.national import dialects
from medaid.settlement.national.fields import INPUTS
from medaid.settlement.service import USE_CASES

WHERE_CLIENTS_READ = {
    "1101": ("baseinfo", "insuinfo", "idetinfo"),
    "1201": ("medinsinfo",),
    "2001": ("trtinfo",),
    "2101": ("setlinfo", "setldetail", "detlcutinfo"),
    "2102": ("setlinfo", "setldetail", "detlcutinfo"),
    "2103": ("setlinfo", "setldetail"),
    "5201": ("mdtrtinfo",),
    "5204": ("feedetail",),
    "5206": ("cuminfo",),
    "5301": ("feedetail",),
    "5302": ("psnfixmedin",),
    "5303": ("data",),
    "90100": ("data",),
    **dict.fromkeys(
        ("1301", "1302", "1305", "1306"),
        ("file_qury_no", "filename", "dld_endtime", "dld_end_time", "data_cnt"),
    ),
    **dict.fromkeys(("1312", "1316", "1318", "1319"), ("size", "pages", "recordCounts", "data")),
    "2201": ("data",),
    "2204": ("result",),
    "2206": ("setlinfo", "setldetail"),
    "2207": ("setlinfo", "setldetail"),
    "2208": ("setlinfo", "setldetail"),
    "2301": ("result",),
    "2303": ("setlinfo", "setldetail"),
    "2304": ("setlinfo", "setldetail"),
    "2305": ("setlinfo", "setldetail"),
    "2401": ("result",),
    **dict.fromkeys(("2501", "2503", "2505", "2507"), ("result", "trt_dcla_detl_sn")),
    **dict.fromkeys(("3101", "3102", "3103"), ("result",)),
    "3203": ("clr_appy_evt_id",),
    **dict.fromkeys(("3205", "3206A", "3209A"), ("data",)),
    "4101": ("setl_list_id",),
    "5202": ("diseinfo",),
    "3201": ("stmtinfo",),
    "3202": ("fileinfo",),
    "5203": ("setlinfo", "setldetail"),
    "5304": ("refmedin",),
    "9001": ("signinoutb",),
    "9002": ("signoutoutb",),
    "9101": ("file_qury_no", "filename"),
    "9102": ("out", "filename"),
}
"""The nodes of `output` by transaction, as the specification and its clients have them; what is not
here has no output."""
FILES = {"3202", "9101", "9102"}
"""Shown in test_statements.py, with a file."""


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


def whole_visits() -> dict[str, Any]:
    """A stay and a visit, settled and taken back: the answer of each transaction on the way."""
    hospital, seen = Hospital(), dict[str, Any]()

    def call(infno: str, given: dict[str, Any], node: str = "data") -> Any:
        answer = hospital.call(infno, given, node=node)
        seen[infno] = passed(answer, output=False)
        return seen[infno]

    call("1101", {"mdtrt_cert_type": "90", "mdtrt_cert_no": "x", "psn_cert_type": "01"} | CERT)
    stay = call("2401", admission("P1"), "mdtrtinfo")["result"]["mdtrt_id"]
    ended = {"mdtrt_id": stay, "psn_no": "P1", "insutype": "390"}
    call("2402", ended | {"endtime": "2021-06-30 09:00:00", "dscg_way": "1"}, "dscginfo")
    amounts = bill("50000.00", "45000.00")
    call("2303", stay_input("P1", stay, amounts))
    done = call("2304", stay_input("P1", stay, amounts))["setlinfo"]["setl_id"]
    call("5203", {"psn_no": "P1", "setl_id": done})
    call("2305", {"mdtrt_id": stay, "setl_id": done, "psn_no": "P1"})
    call("2405", {"mdtrt_id": stay, "psn_no": "P1"})
    call("2404", {"mdtrt_id": stay, "psn_no": "P1"})
    card = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x"}
    registered = {"psn_no": "P1", "insutype": "390", "begntime": "2021-06-25 09:00:00", **card}
    visit = call("2201", registered | {"ipt_otp_no": "M1"})["data"]["mdtrt_id"]
    described = {"psn_no": "P1", "mdtrt_id": visit, "med_type": "11"}
    call("2203", described | {"begntime": "2021-06-25 09:00:00"}, "mdtrtinfo")
    small = bill("100.00", "90.00")
    call("2206", visit_input("P1", visit, small))
    paid = call("2207", visit_input("P1", visit, small))["setlinfo"]["setl_id"]
    call("2208", {"setl_id": paid, "mdtrt_id": visit, "psn_no": "P1"})
    call("2202", {"psn_no": "P1", "mdtrt_id": visit, "ipt_otp_no": "M1"})
    call("2601", {"psn_no": "P1", "omsgid": "NEVER-CAME", "oinfno": "2304"})
    call("5304", {"psn_no": "P1", "begntime": "2021-06-01 00:00:00"})
    signed = call("9001", {"opter_no": "001", "mac": "", "ip": "10.0.0.8"}, "signIn")["signinoutb"]
    call("9002", {"opter_no": "001", "sign_no": signed["sign_no"]}, "signOut")
    stated = {"setl_optins": "440900", "clr_type": "21", "insutype": "390", "acct_pay": "0"}
    stated |= {"stmt_begndate": "2021-06-01", "stmt_enddate": "2021-06-30"}
    zero = {"medfee_sumamt": "0", "fund_pay_sumamt": "0", "fixmedins_setl_cnt": 0}
    call("3201", stated | zero)
    return seen


CERT: dict[str, str] = {}


def test_every_answer_stands_where_programs_read_it(tables: Tables) -> None:
    from medaid.people import service as people

    CERT["certno"] = people.load("P1", 2021).person.certno
    for infno, output in whole_visits().items():
        expected = WHERE_CLIENTS_READ.get(infno)
        assert tuple(output or ()) == (expected or ()), infno


def test_the_table_of_nodes_knows_every_transaction_taken() -> None:
    silent = {
        "2202",
        "2203",
        "2205",
        "2302",
        "3301",
        "3302",
        "2402",
        "2403",
        "2404",
        "2405",
        "2502",
        "2504",
        "2506",
        "2601",
        "3204",
    }
    assert set(WHERE_CLIENTS_READ) | silent == set(INPUTS) == set(USE_CASES)


@pytest.mark.parametrize("infno", sorted(LATER))
def test_what_is_imported_later_is_there_when_it_is_asked_for(infno: str) -> None:
    assert USE_CASES[infno] is act
    assert callable(LATER[infno]()[infno])
    assert set(LATER[infno]()) == {one for one in LATER if LATER[one] is LATER[infno]}
    for infno, nodes in dialects.NODES.items():
        assert [one for one in nodes if one] == [WHERE_CLIENTS_READ[infno][0]]


def test_2201_names_person_and_visit_and_nothing_stands_beside_the_nodes() -> None:
    given = {"psn_no": "P1", "insutype": "390", "begntime": "2021-06-25 09:00:00"}
    given |= {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x", "ipt_otp_no": "M1"}
    first = passed(Hospital().call("2201", given, msgid="V-1"))
    assert set(first["data"]) == {"mdtrt_id", "psn_no", "ipt_otp_no"}
    assert (first["data"]["psn_no"], first["data"]["ipt_otp_no"]) == ("P1", "M1")
    assert passed(Hospital().call("2201", given, msgid="V-1")) == first
    stay = passed(Hospital().call("2401", admission("P1"), node="mdtrtinfo"))
    assert set(stay) == {"result"}


@pytest.mark.parametrize(
    "infno", ["22071", "2207B", "2207a", "13203", "25001", "220", "2207AB", "２２０７"]
)
def test_a_number_is_taken_exactly_or_refused(infno: str) -> None:
    """The first four characters decide nothing: 13203 is not 1320, and 22071 is not 2207."""
    hospital = Hospital()
    given = visit_input("P1", hospital.visit("P1"), bill("100.00", "90.00"))
    refused(hospital.call(infno, given), "INFNO_UNKNOWN", "infno")


def test_numbers_with_a_letter_that_mean_the_same_are_taken() -> None:
    hospital = Hospital()
    visit = hospital.visit("P1")
    described = {"psn_no": "P1", "mdtrt_id": visit, "med_type": "11"}
    described["begntime"] = "2021-06-25 09:00:00"
    passed(hospital.call("2203A", described, node="mdtrtinfo"), output=False)
    given = visit_input("P1", visit, bill("100.00", "90.00"))
    first = passed(hospital.call("2207A", given, msgid="A-1"))
    assert passed(hospital.call("2207", given, msgid="A-1")) == first, "the same message"
    wrong = {"psn_no": "P1", "omsgid": "A-1", "oinfno": "22071"}
    refused(hospital.call("2601", wrong), "ORIGINAL_MISMATCH", "oinfno")
    passed(hospital.call("2601", wrong | {"oinfno": "2207A"}), output=False)


@pytest.mark.parametrize("empty", [None, "", "null"])
def test_null_nothing_and_the_text_null_are_alike(empty: str | None) -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    given = stay_input("P1", stay, bill("50000.00", "45000.00"), dscgTime=empty, exp_content=empty)
    first = passed(hospital.call("2304", given, msgid="N-1"))
    without = stay_input("P1", stay, bill("50000.00", "45000.00"))
    assert passed(hospital.call("2304", without, msgid="N-1")) == first
    refused(hospital.call("2304", {**given, "psn_setlway": empty}), "FIELD_REQUIRED", "psn_setlway")


def sent_as(hospital: Hospital, given: dict[str, Any], amounts: dict[str, str]) -> Any:
    """2303 with amounts written into the JSON as they are, without quotes."""
    text = json.dumps(hospital.envelope("2303", {**given, **{n: f"@{n}@" for n in amounts}}))
    for name, written in amounts.items():
        text = text.replace(f'"@{name}@"', written)
    status, answer = direct(text.encode(), MAOMING.code)
    return {**answer, "http": status}


def test_amounts_may_be_numbers_also_lengthened_by_a_binary_fraction() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    exact = bill("38.61", "30.21", "8.40")
    given = stay_input("P1", stay, exact)
    expected = passed(hospital.call("2303", given))["setlinfo"]
    for written in ("38.61", "38.61000000000001", "38.609999999999999", "3.861E+1"):
        amounts = {"medfee_sumamt": written, "inscp_scp_amt": "30.210000000000001"}
        answer = passed(sent_as(hospital, given, amounts))["setlinfo"]
        assert answer["medfee_sumamt"] == expected["medfee_sumamt"] == "38.61"


@pytest.mark.parametrize("written", ["38.611", "38.6100001", "38.61000100000001", '"38.610000000"'])
def test_what_is_no_whole_fen_is_refused_as_before(written: str) -> None:
    """Only noise is taken for a whole fen, and only of a number: a text says what it says."""
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("38.61", "30.21", "8.40"))
    answer = sent_as(hospital, given, {"medfee_sumamt": written})
    if written.startswith('"'):
        assert passed(answer)["setlinfo"]["medfee_sumamt"] == "38.61"
    else:
        refused(answer, "AMOUNT_FORMAT", "medfee_sumamt")
    longer = sent_as(hospital, given, {"medfee_sumamt": '"38.61000000000001"'})
    refused(longer, "AMOUNT_FORMAT", "medfee_sumamt")


AMOUNTS = {
    "psn_part_amt": ("psn_pay",),
    "psn_cash_pay": ("cash_payamt", "cashPayamt"),
    "oth_pay": ("othfund_pay",),
    "hosp_part_amt": ("ownpay_hosp_part",),
    "inscp_scp_amt": ("inscp_amt",),
}


def test_old_names_are_read_and_answered() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    new = stay_input("P1", stay, bill("50000.00", "45000.00"))
    old = {**new, "inscp_amt": new["inscp_scp_amt"]}
    del old["inscp_scp_amt"]
    expected = passed(hospital.call("2303", new, msgid="O-1"))["setlinfo"]
    answer = passed(hospital.call("2303", old, msgid="O-1"))["setlinfo"]
    for name, olds in AMOUNTS.items():
        assert name not in answer
        assert {answer[one] for one in olds} == {expected[name]}
        assert not set(olds) & set(expected), "who sends new names reads new names"
    settled = passed(hospital.call("2304", old, msgid="O-2"))["setlinfo"]
    assert settled["psn_pay"] == answer["psn_pay"]
    assert (
        passed(hospital.call("2304", new, msgid="O-2"))["setlinfo"]["psn_part_amt"]
        == (settled["psn_pay"])
    ), "the same message, whatever its names"


def test_two_names_with_two_amounts_are_refused() -> None:
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
    passed(hospital.call("2303", {**given, "inscp_amt": given["inscp_scp_amt"]}))
    refused(hospital.call("2303", {**given, "inscp_amt": "45000.01"}), "FIELD_FORMAT", "inscp_amt")


def test_where_the_request_shows_no_names_the_answer_has_both() -> None:
    hospital = Hospital()
    stay = hospital.stay("P1")
    setl_id = passed(hospital.call("2304", stay_input("P1", stay, bill("500.00", "400.00"))))[
        "setlinfo"
    ]["setl_id"]
    found = passed(hospital.call("5203", {"psn_no": "P1", "setl_id": setl_id}))["setlinfo"]
    back = passed(hospital.call("2305", {"mdtrt_id": stay, "setl_id": setl_id, "psn_no": "P1"}))
    for info in (found, back["setlinfo"]):
        for name, olds in AMOUNTS.items():
            assert {info[one] for one in olds} == {info[name]}


def test_the_envelopes_region_is_read_under_either_spelling() -> None:
    hospital = Hospital()
    envelope = hospital.envelope("2401", admission("P1"), node="mdtrtinfo")
    region = envelope.pop("mdtrtarea_admvs")
    refused(hospital.post(envelope), "FIELD_REQUIRED", "mdtrtarea_admvs")
    passed(hospital.post({**envelope, "mdtrtarea_admdvs": region}))
