"""What programs ask and what is refused plainly: treatment check, visits, lines, totals, stays,
filings, enrolments, institutions (1201, 2001, 5201, 5204, 5206, 5301–5303, 90100), and an admission
mended (2403). Issue: the hospital's door, 2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.catalogue.office import published
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    TOWNSHIP,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
)
from tests.settlement.test_lines import line, undo, upload

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.catalogue import store as catalogue_store
from medaid.regions import Region
from medaid.settlement.national.fields import INPUTS
from medaid.settlement.national.not_taken import NOT_TAKEN

PERIOD = {"psn_no": "P1", "begntime": "2021-06-01 00:00:00", "endtime": "2021-06-30 23:59:59"}
CHECK = {
    "psn_no": "P1",
    "insutype": "390",
    "fixmedins_code": MAOMING.code,
    "med_type": "21",
    "begntime": "2021-06-20 09:00:00",
}


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> Iterator[None]:
    catalogue_store.forget()
    contracted()
    known_person("P1", living_allowance())
    yield
    catalogue_store.forget()


def checked(**more: Any) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = passed(Hospital().call("2001", CHECK | more))["trtinfo"]
    return rows


def test_the_treatment_check_names_each_fund_that_pays() -> None:
    """2001 for a stay of an assisted person: basic, critical-illness and assistance funds."""
    rows = {row["fund_pay_type"]: row for row in checked()}
    assert {"390100", "610100"} <= set(rows)
    for row in rows.values():
        assert row["trt_chk_type"] == "1"
        assert (row["trt_enjymnt_flag"] == "1") == (row["trt_chk_rslt"] == "")
        assert (row["begndate"], row["enddate"]) == ("2018-01-01", "")
    assert rows["390100"]["trt_enjymnt_flag"] == rows["610100"]["trt_enjymnt_flag"] == "1"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"insutype": "310"}, "NOT_INSURED"),
        ({"begntime": "2017-06-20 09:00:00"}, "NOT_INSURED"),
        ({"med_type": "41"}, "CLAUSE_GAP"),
        ({"begntime": "2026-01-05 09:00:00"}, "POLICY_EXPIRED"),
    ],
    ids=str,
)
def test_what_is_not_enjoyed_is_told_with_its_reason(wrong: dict[str, str], says: str) -> None:
    from medaid.errors import CODES

    (row,) = checked(**wrong)
    assert (row["trt_enjymnt_flag"], row["trt_chk_type"]) == ("0", "99")
    assert CODES[says] in row["trt_chk_rslt"]


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"fixmedins_code": TOWNSHIP.code}, "FORBIDDEN", "fixmedins_code"),
        ({"med_type": "99"}, "CODE_UNKNOWN", "med_type"),
        ({"psn_no": "P9"}, "PERSON_UNKNOWN", "psn_no"),
    ],
)
def test_a_treatment_check_that_cannot_be_asked_is_refused(
    wrong: dict[str, str], code: str, field: str
) -> None:
    refused(Hospital().call("2001", CHECK | wrong), code, field)


def test_visits_are_the_institutions_own_and_the_list_says_what_it_lacks() -> None:
    hospital, other = Hospital(), Hospital(TOWNSHIP)
    mine = hospital.stay("P1")
    other.visit("P1")
    answer = hospital.call("5201", PERIOD)
    (row,) = passed(answer)["mdtrtinfo"]
    assert (row["mdtrt_id"], row["med_type"]) == (mine, "21")
    assert (row["begntime"], row["endtime"]) == ("2021-06-20 00:00:00", "2021-06-30 00:00:00")
    assert "只列出未结算的就诊" in answer["warn_msg"]
    assert passed(hospital.call("5201", PERIOD | {"med_type": "11"}))["mdtrtinfo"] == []
    later = {"begntime": "2021-07-01 00:00:00", "endtime": ""}
    assert passed(hospital.call("5201", PERIOD | later))["mdtrtinfo"] == []
    passed(hospital.call("2304", stay_input("P1", mine, bill("100.00", "90.00"))))
    assert passed(hospital.call("5201", PERIOD))["mdtrtinfo"] == []
    named = hospital.call("5201", PERIOD | {"mdtrt_id": mine})
    assert [one["mdtrt_id"] for one in passed(named)["mdtrtinfo"]] == [mine]
    assert named["warn_msg"] == ""
    assert passed(other.call("5201", PERIOD | {"mdtrt_id": mine}))["mdtrtinfo"] == []
    backwards = {"endtime": "2021-05-01 00:00:00"}
    refused(hospital.call("5201", PERIOD | backwards), "DATE_ORDER", "endtime")


def test_fee_lines_are_answered_with_their_split_to_their_own_hospital_alone() -> None:
    """5204 before and after settling; of one settlement where it is named."""
    published()
    hospital = Hospital()
    stay = hospital.stay("P1")
    split = passed(upload(hospital, line("1", stay), line("2", stay, cnt="1")))["result"]
    asked = {"psn_no": "P1", "mdtrt_id": stay}
    rows = passed(hospital.call("5204", asked))["feedetail"]
    assert [{name: row[name] for name in split[0]} for row in rows] == split
    assert {row["setl_id"] for row in rows} == {""}
    total = {"medfee_sumamt": "49.39"}
    done = passed(hospital.call("2304", stay_input("P1", stay, total)))["setlinfo"]["setl_id"]
    rows = passed(hospital.call("5204", asked | {"setl_id": done}))["feedetail"]
    assert {row["setl_id"] for row in rows} == {done}
    refused(hospital.call("5204", asked | {"setl_id": "S-9"}), "SETTLEMENT_UNKNOWN", "setl_id")
    refused(Hospital(TOWNSHIP).call("5204", asked), "VISIT_UNKNOWN", "mdtrt_id")
    known_person("P2", serial=2)
    refused(hospital.call("5204", asked | {"psn_no": "P2"}), "VISIT_UNKNOWN", "mdtrt_id")


def test_the_years_totals_are_what_settling_added() -> None:
    hospital = Hospital()
    assert passed(hospital.call("5206", {"psn_no": "P1", "cum_ym": "202106"}))["cuminfo"] == []
    stay = hospital.stay("P1")
    info = passed(hospital.call("2304", stay_input("P1", stay, bill("5000.00", "4500.00"))))
    rows = passed(hospital.call("5206", {"psn_no": "P1"}))["cuminfo"]
    found = {row["cum_type_code"]: row["cum"] for row in rows}
    assert found["C0000"] == "1"
    assert info["setlinfo"]["hifp_pay"] in found.values()
    assert {row["year"] for row in rows} == {"2021"}
    assert passed(hospital.call("5206", {"psn_no": "P1", "cum_ym": "202006"}))["cuminfo"] == []
    for wrong in ("2021", "202113", "20210x", "\uff12\uff10\uff12\uff1106"):
        refused(hospital.call("5206", {"psn_no": "P1", "cum_ym": wrong}), "FIELD_FORMAT", "cum_ym")


def test_an_open_stay_is_seen_by_every_hospital_and_an_outpatient_visit_is_none() -> None:
    hospital = Hospital()
    hospital.visit("P1")
    assert passed(hospital.call("5303", PERIOD))["data"] == []
    stay = hospital.admit("P1")
    (row,) = passed(Hospital(TOWNSHIP).call("5303", PERIOD))["data"]
    assert (row["mdtrt_id"], row["fixmedins_code"], row["endtime"]) == (stay, MAOMING.code, "")


def test_enrolments_are_answered_and_an_institution_says_who_it_is() -> None:
    (row,) = passed(Hospital().call("90100", {"psn_no": "P1"}))["data"]
    assert (row["poolarea_no"], row["insutype"], row["psn_insu_stas"]) == ("440900", "390", "1")
    asked = {"fixmedins_type": "1", "fixmedins_code": TOWNSHIP.code}
    (one,) = passed(Hospital().call("1201", asked, node="medinsinfo"))["medinsinfo"]
    assert (one["fixmedins_name"], one["level"], one["active"]) == (TOWNSHIP.name, "township", "1")
    unknown = asked | {"fixmedins_code": "H99999999999"}
    answer = Hospital().call("1201", unknown, node="medinsinfo")
    refused(answer, "INSTITUTION_UNKNOWN", "fixmedins_code")


@pytest.mark.parametrize(
    ("infno", "given", "purpose"),
    [
        ("2001", CHECK, Purpose.IDENTIFICATION),
        ("5201", PERIOD, Purpose.SETTLEMENT_QUERY),
        ("5206", {"psn_no": "P1"}, Purpose.SETTLEMENT_QUERY),
        ("5301", {"psn_no": "P1"}, Purpose.FILING_QUERY),
        ("5302", {"psn_no": "P1", "biz_appy_type": "03"}, Purpose.FILING_QUERY),
        ("5303", PERIOD, Purpose.SETTLEMENT_QUERY),
        ("90100", {"psn_no": "P1"}, Purpose.IDENTIFICATION),
    ],
)
def test_each_look_at_a_person_is_recorded(
    infno: str, given: dict[str, Any], purpose: Purpose
) -> None:
    passed(Hospital().call(infno, given))
    rows = access.page_of_reads_of("P1", Region("440900"), "", 50)[0]
    assert [(row.purpose, row.reader.institution) for row in rows] == [(purpose, MAOMING.code)]
    refused(Hospital().call(infno, given | {"psn_no": "P9"}), "PERSON_UNKNOWN", "psn_no")


@pytest.mark.parametrize(("infno", "given"), [("5206", {"psn_no": "P1"}), ("2001", CHECK)])
def test_the_trail_stands_where_the_person_is_insured_whatever_a_message_says(
    infno: str, given: dict[str, Any]
) -> None:
    """An insured region that the hospital made up hides no look-up from the person's own office."""
    passed(Hospital(MAOMING, "320100").call(infno, given))
    (row,) = access.page_of_reads_of("P1", Region("440900"), "", 50)[0]
    assert row.region == "440900"
    assert access.page_of_reads_of("P1", Region("320100"), "", 50)[0] == []


MEND = {"psn_no": "P1", "insutype": "390", "med_type": "24", "begntime": "2021-06-19 09:00:00"}


@pytest.mark.parametrize("node", ["adminfo", "mdtrtinfo"])
def test_an_admission_is_mended_while_the_stay_is_open(node: str) -> None:
    """2403, under either name of its node; sent again it stands; a settled stay is not mended."""
    hospital = Hospital()
    stay = hospital.admit("P1")
    given = {**MEND, "mdtrt_id": stay, "dise_codg": "I21"}
    for _ in range(2):
        passed(hospital.call("2403", given, msgid="B-1", node=node), output=False)
    (row,) = passed(hospital.call("5201", PERIOD))["mdtrtinfo"]
    assert (row["med_type"], row["begntime"]) == ("24", "2021-06-19 00:00:00")
    assert row["dise_codg"] == "I21"
    hospital.discharge("P1", stay)
    passed(hospital.call("2304", stay_input("P1", stay, bill("100.00", "90.00"))))
    refused(hospital.call("2403", given, node=node), "VISIT_UNKNOWN", "mdtrt_id")


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"med_type": "11"}, "CODE_UNKNOWN", "med_type"),
        ({"begntime": "2021-07-09 09:00:00"}, "DATE_FUTURE", "begntime"),
        ({"begntime": "2020-12-30 09:00:00"}, "DATE_ORDER", "begntime"),
        ({"insutype": "310"}, "FIELD_FORMAT", "insutype"),
    ],
)
def test_an_admission_is_not_mended_into_something_else(
    wrong: dict[str, str], code: str, field: str
) -> None:
    hospital = Hospital()
    given = {**MEND, "mdtrt_id": hospital.admit("P1")}
    refused(hospital.call("2403", given | wrong, node="adminfo"), code, field)
    refused(Hospital(TOWNSHIP).call("2403", given, node="adminfo"), "VISIT_UNKNOWN", "mdtrt_id")
    passed(hospital.call("2403", given, node="adminfo"), output=False)


def test_an_ended_stay_does_not_begin_after_its_end() -> None:
    hospital = Hospital()
    given = {**MEND, "mdtrt_id": hospital.stay("P1")}
    late = given | {"begntime": "2021-07-01 09:00:00"}
    refused(hospital.call("2403", late, node="adminfo"), "DATE_ORDER", "begntime")
    passed(hospital.call("2403", given, node="adminfo"), output=False)


def test_a_list_of_one_may_come_as_the_row_itself() -> None:
    """A program whose own check asks for an object under `data` sends 2302 so."""
    published()
    hospital = Hospital()
    stay = hospital.admit("P1")
    passed(upload(hospital, line("1", stay), line("2", stay)))
    passed(undo(hospital, stay, "1"), output=False)
    bare = {"feedetl_sn": "0000", "mdtrt_id": stay, "psn_no": "P1"}
    passed(hospital.call("2302", bare), output=False)
    assert passed(hospital.call("5204", {"psn_no": "P1", "mdtrt_id": stay}))["feedetail"] == []
    refused(hospital.call("2302", bare | {"feedetl_sn": ""}), "FIELD_REQUIRED", "feedetl_sn")


@pytest.mark.parametrize("infno", ["3501", "3507", "4201A", "4207", "1307", "2699", "4301", "6201"])
def test_what_is_not_ours_is_refused_plainly_with_its_reason(tables: Tables, infno: str) -> None:
    """Issue: the hospital's door, 2."""
    seen = tables.everything()
    answer = Hospital().call(infno, {"psn_no": "P1"})
    info = refused(answer, "INFNO_UNKNOWN", "infno")
    assert info["rule"] == f"{infno} 不受理:{NOT_TAKEN[infno]}"
    assert info["rule"] in answer["err_msg"], "the sentence is not cut"
    assert tables.everything() == seen


def test_nothing_is_both_taken_and_refused() -> None:
    assert set(NOT_TAKEN) & set(INPUTS) == set()
    info = refused(Hospital().call("9999", {}), "INFNO_UNKNOWN", "infno")
    assert info["rule"].startswith("没有交易 9999")
