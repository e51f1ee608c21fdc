"""Filings beside those for care away from home: chronic diseases (2503, 2504, 5301), the
institution chosen (2505, 2506, 5302), injuries (2507), a referral down with its proof; and what
care they are asked for. Issue: the hospital's door, points 2 and 5 (X5, Q5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import count
from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    NANJING,
    TOWNSHIP,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
    visit_input,
)

from medaid.people import service as people
from medaid.policy.service import Library, library
from medaid.regions import Region
from medaid.settlement.model import Institution

DISEASE = "M03900"
CHRONIC = {
    "psn_no": "P1",
    "insutype": "390",
    "opsp_dise_code": DISEASE,
    "opsp_dise_name": "高血压",
    "insu_optins": "440900",
    "ide_fixmedins_no": MAOMING.code,
    "ide_fixmedins_name": MAOMING.name,
    "hosp_ide_date": "2021-07-01",
    "diag_dr_codg": "D1",
    "diag_dr_name": "王医生",
    "begndate": "2021-07-05",
}
CHOSEN = {
    "psn_no": "P1",
    "biz_appy_type": "03",
    "begndate": "2021-07-05",
    "fix_srt_no": "1",
    "fixmedins_code": MAOMING.code,
    "fixmedins_name": MAOMING.name,
}
INJURY = {
    "psn_no": "P1",
    "insutype": "390",
    "mdtrtarea_admdvs": "440902",
    "fixmedins_code": MAOMING.code,
    "trum_time": "2021-06-19 08:00:00",
    "trum_rea": "跌倒",
    "begndate": "2021-06-20",
}


SERIAL = count(1)


def at(institution: Institution = MAOMING, home: str = "440900") -> Hospital:
    """A hospital whose messages have numbers of their own."""
    return Hospital(institution, home, serial=SERIAL)


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


def number_of(answer: Mapping[str, Any]) -> str:
    """trt_dcla_detl_sn, where clients read it: in the node and flat."""
    output = passed(answer)
    assert output["result"] == {"trt_dcla_detl_sn": output["trt_dcla_detl_sn"]}
    return str(output["trt_dcla_detl_sn"])


def chronic(hospital: Hospital | None = None, **more: Any) -> dict[str, Any]:
    return (hospital or at()).call("2503", CHRONIC | more)


def choose(hospital: Hospital | None = None, **more: Any) -> dict[str, Any]:
    return (hospital or at()).call("2505", CHOSEN | more)


def test_a_chronic_disease_is_filed_asked_for_and_withdrawn() -> None:
    number = number_of(chronic())
    (row,) = passed(at(TOWNSHIP).call("5301", {"psn_no": "P1"}))["feedetail"]
    assert row == {
        "opsp_dise_code": DISEASE,
        "opsp_dise_name": "高血压",
        "begndate": "2021-07-05",
        "enddate": "",
    }
    back = {"trt_dcla_detl_sn": number, "psn_no": "P1", "memo": "误报"}
    refused(at(TOWNSHIP).call("2504", back), "NOT_FOUND", "trt_dcla_detl_sn")
    refused(at().call("2502", back), "NOT_FOUND", "trt_dcla_detl_sn")
    refused(at().call("2506", back), "NOT_FOUND", "trt_dcla_detl_sn")
    refused(at().call("2504", back | {"memo": ""}), "FIELD_REQUIRED", "memo")
    passed(at().call("2504", back), output=False)
    assert passed(at().call("5301", {"psn_no": "P1"})) == {"feedetail": []}


def test_the_same_message_files_once_and_after_its_cancelling_no_more() -> None:
    number = number_of(at().call("2503", CHRONIC, msgid="M-1"))
    assert number_of(at().call("2503", CHRONIC, msgid="M-1")) == number
    back = {"trt_dcla_detl_sn": number, "psn_no": "P1", "memo": "误报"}
    passed(at().call("2504", back), output=False)
    refused(at().call("2503", CHRONIC, msgid="M-1"), "STATE", "msgid")
    number_of(chronic())


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"begndate": "2021-07-04"}, "FILING_LATE", "begndate"),
        ({"begndate": "2021-08-06"}, "DATE_FUTURE", "begndate"),
        ({"hosp_ide_date": "2021-07-06"}, "DATE_FUTURE", "hosp_ide_date"),
        ({"enddate": "2021-07-04"}, "DATE_ORDER", "enddate"),
        ({"ide_fixmedins_no": TOWNSHIP.code}, "FORBIDDEN", "fixmedins_code"),
        ({"insutype": "310"}, "NOT_INSURED", "insutype"),
        ({"psn_no": "P9"}, "PERSON_UNKNOWN", "psn_no"),
        ({"opsp_dise_code": ""}, "FIELD_REQUIRED", "opsp_dise_code"),
    ],
)
def test_a_wrong_filing_of_a_disease_is_refused(
    change: dict[str, str], code: str, field: str, tables: Tables
) -> None:
    before = tables.items("people")
    refused(at().call("2503", CHRONIC | change), code, field)
    assert tables.items("people") == before


def test_who_may_file_a_disease_lies_in_the_insured_pooling_region() -> None:
    elsewhere = at(NANJING)
    refused(chronic(elsewhere, ide_fixmedins_no=NANJING.code), "FORBIDDEN", "insu_admdvs")
    other = at(home="320100")
    refused(chronic(other), "NOT_INSURED", "insutype")
    refused(choose(other), "NOT_INSURED", "insuplc_admdvs")
    ended = Institution(MAOMING.code, MAOMING.name, MAOMING.admdvs, MAOMING.level, active=False)
    contracted(ended)
    for answer in (chronic(), choose(), at().call("2507", INJURY)):
        refused(answer, "INSTITUTION_UNKNOWN")


def test_a_disease_is_filed_once_at_a_time() -> None:
    first = number_of(chronic(enddate="2021-12-31"))
    info = refused(chronic(begndate="2021-07-20"), "OVERLAP", "begndate")
    assert info["id"] == first
    number_of(chronic(opsp_dise_code="M01600"))
    assert len(passed(at().call("5301", {"psn_no": "P1"}))["feedetail"]) == 2


def test_an_institution_is_chosen_and_given_up() -> None:
    number = number_of(choose())
    asked = {"psn_no": "P1", "biz_appy_type": "3"}
    (row,) = passed(at(TOWNSHIP).call("5302", asked))["psnfixmedin"]
    assert (row["fixmedins_code"], row["biz_appy_type"], row["fix_srt_no"]) == (
        MAOMING.code,
        "3",
        "1",
    )
    assert passed(at().call("5302", asked | {"biz_appy_type": "1"})) == {"psnfixmedin": []}
    mine = {"fixmedins_code": TOWNSHIP.code, "fixmedins_name": TOWNSHIP.name}
    refused(choose(at(TOWNSHIP), **mine), "OVERLAP", "begndate")
    refused(choose(at(TOWNSHIP)), "FORBIDDEN", "fixmedins_code")
    refused(choose(biz_appy_type="6"), "CODE_UNKNOWN", "biz_appy_type")
    number_of(choose(at(TOWNSHIP), fix_srt_no="2", **mine))
    back = {"trt_dcla_detl_sn": number, "psn_no": "P1"}
    refused(at().call("2504", back | {"memo": "x"}), "NOT_FOUND", "trt_dcla_detl_sn")
    passed(at().call("2506", back), output=False)
    number_of(choose(at(TOWNSHIP), **mine))


def test_an_injury_is_filed_after_it_happened_and_kept_for_the_audit() -> None:
    number = number_of(at().call("2507", INJURY))
    (held,) = people.load("P1", 2021).filings
    assert (held.filing_id, held.kind, held.facts["trum_rea"]) == (number, "injury", "跌倒")
    for change, code, field in (
        ({"trum_time": "2021-07-06 08:00:00"}, "DATE_FUTURE", "trum_time"),
        ({"begndate": "2021-06-18"}, "DATE_ORDER", "begndate"),
        ({"fixmedins_code": TOWNSHIP.code}, "FORBIDDEN", "fixmedins_code"),
        ({"trum_rea": ""}, "FIELD_REQUIRED", "trum_rea"),
    ):
        refused(at().call("2507", INJURY | change), code, field)


DOWN = {
    "psn_no": "P1",
    "reflin_medins_no": TOWNSHIP.code,
    "mdtrtarea_admdvs": "440902",
    "refl_type": "2",
    "refl_date": "2021-07-05",
    "begndate": "2021-07-05",
    "enddate": "2021-12-31",
}


def test_a_referral_down_names_the_stay_that_it_comes_from_Q5_3() -> None:
    hospital = at(NANJING)
    refused(hospital.call("2501", DOWN, node="refmedin"), "FIELD_REQUIRED", "refl_old_mdtrt_id")
    others = at().admit("P1")
    named = DOWN | {"refl_old_mdtrt_id": others}
    refused(hospital.call("2501", named, node="refmedin"), "VISIT_UNKNOWN", "mdtrt_id")
    at().discharge("P1", others)
    mine = hospital.admit("P1")
    number_of(hospital.call("2501", DOWN | {"refl_old_mdtrt_id": mine}, node="refmedin"))


def asking_for(monkeypatch: pytest.MonkeyPatch, *names: str) -> str:
    """A document of the insured region asks for these filings."""
    (figure,) = library().figures("620522", date(2021, 6, 1))["admission_hours"]
    real = Library.figures

    def figures(self: Library, region: str, day: Any) -> Any:
        asked = dict.fromkeys(names, (figure,)) if region == "440900" else {}
        return real(self, region, day) | asked

    monkeypatch.setattr(Library, "figures", figures)
    return figure.row.cite.text


def seen(hospital: Hospital, med_type: str = "11", disease: str = "") -> dict[str, Any]:
    """An outpatient's visit of today, described and ready to be settled."""
    mdtrt_id = hospital.visit("P1", "2021-07-05 09:00:00")
    told = {"psn_no": "P1", "mdtrt_id": mdtrt_id, "med_type": med_type}
    told |= {"begntime": "2021-07-05 09:00:00", "dise_codg": disease}
    passed(hospital.call("2203", told, node="mdtrtinfo"), output=False)
    return visit_input("P1", mdtrt_id, bill("300.00", "300.00"), med_type=med_type)


def test_special_outpatient_care_wants_its_disease_filed_where_a_document_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cited = asking_for(monkeypatch, "chronic_filing_required")
    hospital = at()
    asked = seen(hospital, "14", DISEASE)
    for infno in ("2206", "2207"):
        info = refused(hospital.call(infno, asked), "FILING_MISSING", "dise_codg")
        assert cited in info["rule"]
    number_of(chronic(opsp_dise_code="M01600"))
    refused(hospital.call("2207", asked), "FILING_MISSING", "dise_codg")
    number_of(chronic())
    not_missing(hospital.call("2207", asked))


def not_missing(answer: Mapping[str, Any]) -> None:
    """Whatever else stands in the way of it."""
    if answer["infcode"] != 0:
        assert answer["output"]["errinfo"]["code"] == "FIGURE_MISSING", answer["err_msg"]


def test_care_elsewhere_than_at_the_institution_chosen_is_refused_where_a_document_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cited = asking_for(monkeypatch, "designated_required")
    hospital = at(TOWNSHIP)
    asked = seen(hospital)
    assert cited in refused(hospital.call("2207", asked), "FILING_MISSING")["rule"]
    number_of(choose())
    assert MAOMING.code in refused(hospital.call("2207", asked), "FILING_MISSING")["rule"]
    mine = {"fixmedins_code": TOWNSHIP.code, "fixmedins_name": TOWNSHIP.name, "fix_srt_no": "2"}
    number_of(choose(hospital, **mine))
    passed(hospital.call("2207", asked))


def test_where_no_document_asks_the_hospital_is_told_and_paid() -> None:
    number_of(choose())
    hospital = at(TOWNSHIP)
    answer = hospital.call("2207", seen(hospital))
    passed(answer)
    assert f"参保人已定点于 {MAOMING.code}" in answer["warn_msg"]


def test_2001_says_which_filing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {
        "psn_no": "P1",
        "insutype": "390",
        "fixmedins_code": MAOMING.code,
        "med_type": "14",
        "begntime": "2021-07-05 09:00:00",
        "dise_codg": DISEASE,
    }
    rows = passed(at().call("2001", asked))["trtinfo"]
    assert [row["trt_enjymnt_flag"] for row in rows if "2503" in row["trt_chk_rslt"]] == ["1"]
    asking_for(monkeypatch, "chronic_filing_required")
    rows = passed(at().call("2001", asked))["trtinfo"]
    assert [row["trt_enjymnt_flag"] for row in rows if "2503" in row["trt_chk_rslt"]] == ["0"]
    number_of(chronic())
    rows = passed(at().call("2001", asked))["trtinfo"]
    assert not [row for row in rows if "2503" in row["trt_chk_rslt"]]


def test_filings_are_listed_where_the_person_is_insured_and_where_they_go_X5() -> None:
    number_of(chronic())
    up = DOWN | {"refl_type": "1", "mdtrtarea_admdvs": "320100", "reflin_medins_no": NANJING.code}
    number_of(at().call("2501", up, node="refmedin"))
    listed = [
        sorted(one.kind for _, one in people.page_of_filings(Region(at), treated, "", 50)[0])
        for at, treated in (
            ("440900", False),
            ("440000", False),
            ("320100", True),
            ("320100", False),
            ("440900", True),
        )
    ]
    assert listed == [["chronic", "referred"]] * 2 + [["referred"], [], ["chronic"]]
    first, cursor = people.page_of_filings(Region("440900"), False, "", 1)
    second, end = people.page_of_filings(Region("440900"), False, cursor, 1)
    assert (len(first), len(second), end) == (1, 1, "")
