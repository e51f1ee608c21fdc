"""Whose visit, filing and settlement it is: every message is held against institution, person,
region and insurance type of its object (J24, J25, J37, X5, X7). Each refusal stands beside what the
owner may do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.conftest import Tables
from tests.people.samples import insurance
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    TOWNSHIP,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
    visit_input,
)

from medaid.clearing.regions import service as regions
from medaid.settlement import statements
from medaid.settlement.model import Institution

SMALL = bill("100.00", "100.00")
STRANGER = Institution("H99999900001", "无协议医院", "440902", "2")
ENDED = Institution("H44090200009", "已解约医院", "440902", "2", active=False)


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())
    known_person("P2", serial=2)


def test_a_second_charge_batch_is_the_first_ones_persons_J24(tables: Tables) -> None:
    """Right money, 1. Another person's number on a visit that a batch was settled on pays
    nobody."""
    hospital = Hospital()
    mdtrt_id = hospital.visit("P1")
    passed(hospital.call("2207", visit_input("P1", mdtrt_id, SMALL)))
    seen = tables.everything()
    second = visit_input("P2", mdtrt_id, bill("9000.00", "9000.00"), batch="B2")
    refused(hospital.call("2207", second), "VISIT_UNKNOWN", "mdtrt_id")
    refused(hospital.call("2206", second), "VISIT_UNKNOWN", "mdtrt_id")
    assert tables.everything() == seen
    passed(hospital.call("2207", {**second, "psn_no": "P1"}))


def test_a_settled_batch_is_not_told_to_somebody_else(tables: Tables) -> None:
    """Right money, 1. Who names another's visit does not learn that, or by what, it was settled."""
    hospital = Hospital()
    mdtrt_id = hospital.visit("P1")
    passed(hospital.call("2207", visit_input("P1", mdtrt_id, SMALL)))
    refused(hospital.call("2207", visit_input("P2", mdtrt_id, SMALL)), "VISIT_UNKNOWN")
    refused(hospital.call("2207", visit_input("P1", mdtrt_id, SMALL)), "ALREADY_SETTLED")


ON_A_STAY: list[tuple[str, str, dict[str, Any]]] = [
    ("2402", "dscginfo", {"endtime": "2021-06-30 09:00:00", "dscg_way": "1", "insutype": "390"}),
    ("2404", "data", {}),
    ("2405", "data", {}),
    ("2303", "data", {}),
    ("2304", "data", {}),
]


@pytest.mark.parametrize(("infno", "node", "more"), ON_A_STAY, ids=[row[0] for row in ON_A_STAY])
@pytest.mark.parametrize("wrong", ["institution", "person", "region"])
def test_every_message_on_a_stay_is_its_owners(
    tables: Tables, infno: str, node: str, more: dict[str, Any], wrong: str
) -> None:
    """Right money, 1."""
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    given = {**stay_input("P1", mdtrt_id, SMALL), **more}
    seen = tables.everything()
    match wrong:
        case "institution":
            refused(Hospital(TOWNSHIP).call(infno, given, node=node), "VISIT_UNKNOWN")
        case "person":
            refused(hospital.call(infno, {**given, "psn_no": "P2"}, node=node), "VISIT_UNKNOWN")
        case "region":
            away = Hospital(home="320100", prefix="20210705200000")
            refused(away.call(infno, given, node=node), "NOT_INSURED", "")
    assert tables.everything() == seen
    passed(hospital.call(infno, given, node=node), output=False)


def test_another_insurance_type_than_registered_ends_no_stay(tables: Tables) -> None:
    """Right money, 1."""
    hospital = Hospital()
    mdtrt_id = hospital.admit("P1")
    given = {"mdtrt_id": mdtrt_id, "psn_no": "P1", "endtime": "2021-06-30 09:00:00"}
    given |= {"dscg_way": "1", "insutype": "310"}
    refused(hospital.call("2402", given, node="dscginfo"), "FIELD_FORMAT", "insutype")
    right = {**given, "insutype": "390"}
    passed(hospital.call("2402", right, node="dscginfo"), output=False)


def test_a_stay_is_not_settled_as_a_visit_nor_a_visit_ended_as_a_stay(tables: Tables) -> None:
    hospital = Hospital()
    stay, visit = hospital.stay("P1"), hospital.visit("P1")
    refused(hospital.call("2207", visit_input("P1", stay, SMALL)), "VISIT_UNKNOWN", "mdtrt_id")
    refused(hospital.call("2404", {"mdtrt_id": visit, "psn_no": "P1"}), "VISIT_UNKNOWN")
    passed(hospital.call("2304", stay_input("P1", stay, SMALL)))
    passed(hospital.call("2207", visit_input("P1", visit, SMALL)))


CARD = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x"}
EVERY: list[tuple[str, str, dict[str, Any]]] = [
    ("1101", "data", CARD),
    (
        "2201",
        "data",
        {**CARD, "insutype": "390", "begntime": "2021-06-25 09:00:00", "ipt_otp_no": "1"},
    ),
    ("2404", "data", {"mdtrt_id": "V"}),
    ("2305", "data", {"mdtrt_id": "V", "setl_id": "S"}),
    (
        "2501",
        "refmedin",
        {
            "reflin_medins_no": "H32010500001",
            "mdtrtarea_admdvs": "440100",
            "refl_type": "1",
            "refl_date": "2021-07-05",
            "begndate": "2021-07-06",
            "enddate": "2021-07-20",
        },
    ),
    ("2502", "data", {"trt_dcla_detl_sn": "F"}),
    ("2601", "data", {"omsgid": "M", "oinfno": "2304"}),
    ("5203", "data", {"setl_id": "S"}),
    ("9101", "fsUploadIn", {"in": "YQ==", "filename": "a"}),
    ("9102", "fsDownloadIn", {"file_qury_no": "a"}),
]


@pytest.mark.parametrize(("infno", "node", "given"), EVERY, ids=[row[0] for row in EVERY])
def test_an_institution_that_was_never_contracted_sends_nothing(
    tables: Tables, infno: str, node: str, given: dict[str, Any]
) -> None:
    """Right money, 24 and 31. J37: one check for every message."""
    seen = tables.everything()
    answer = Hospital(STRANGER).call(infno, {"psn_no": "P1", **given}, node=node)
    refused(answer, "INSTITUTION_UNKNOWN", "fixmedins_code")
    assert tables.everything() == seen
    mine = Hospital().call(infno, {"psn_no": "P1", **given}, node=node)
    assert (mine["output"] or {}).get("errinfo", {}).get("code") != "INSTITUTION_UNKNOWN"


def test_an_institution_whose_agreement_ended_finishes_and_begins_nothing(tables: Tables) -> None:
    contracted(ENDED)
    ended = Hospital(ENDED)
    given = {**CARD, "psn_no": "P1", "insutype": "390", "begntime": "2021-06-25 09:00:00"}
    refused(ended.call("2201", {**given, "ipt_otp_no": "1"}), "INSTITUTION_UNKNOWN")
    refused(ended.call("5203", {"psn_no": "P1", "setl_id": "S"}), "SETTLEMENT_UNKNOWN")


@pytest.mark.parametrize(
    ("area", "code"),
    [
        ("320105", "FORBIDDEN"),
        ("440100", "FORBIDDEN"),
        ("00", "FIELD_FORMAT"),
        ("440000", None),
        ("440900", None),
        ("440902", None),
        ("440981", None),
    ],
)
def test_an_institution_treats_where_it_lies(tables: Tables, area: str, code: str | None) -> None:
    """Right money, 1."""
    given = {**CARD, "psn_no": "P1", "insutype": "390", "begntime": "2021-06-25 09:00:00"}
    answer = Hospital().call("2201", {**given, "ipt_otp_no": "1"}, mdtrtarea_admvs=area)
    if code:
        refused(answer, code, "mdtrtarea_admvs")
    else:
        passed(answer)


def test_a_provinces_own_hospital_treats_in_its_cities(tables: Tables) -> None:
    province = Institution("H44000000001", "省人民医院", "440000", "3")
    contracted(province)
    given = {**CARD, "psn_no": "P1", "insutype": "390", "begntime": "2021-06-25 09:00:00"}
    asked = {**given, "ipt_otp_no": "1"}
    passed(Hospital(province).call("2201", asked, mdtrtarea_admvs="440100"))
    refused(
        Hospital(province).call("2201", asked, mdtrtarea_admvs="320100"),
        "FORBIDDEN",
        "mdtrtarea_admvs",
    )


def test_a_suspension_holds_whichever_region_the_hospital_names(tables: Tables) -> None:
    """Right money, 12. X7: the people of a suspended city are suspended though the message names
    one of its counties."""
    away = Institution("H45010300001", "南宁某医院", "450103", "3")
    contracted(MAOMING, away)
    statements.forget()
    known_person("P3", serial=3, insured=(insurance(date(2018, 1, 1), admdvs="440902"),))
    regions.suspend_region("440900", "officer", "清算资金逾期未拨付", NOW)
    fees = [{"med_chrgitm_type": "09", "item_sumamt": "100.00"}]
    for psn_no, home in (("P1", "440981"), ("P1", "440900"), ("P3", "440902")):
        hospital = Hospital(away, home, prefix=f"20210705{home}")
        mdtrt_id = hospital.stay(psn_no, "2021-07-01 09:00:00", "2021-07-03 09:00:00")
        envelope = hospital.envelope("2303", stay_input(psn_no, mdtrt_id, SMALL))
        envelope["input"]["feestt"] = fees
        refused(hospital.post(envelope), "REGION_SUSPENDED", "insuplc_admdvs")
        back = {"mdtrt_id": mdtrt_id, "psn_no": psn_no}
        passed(hospital.call("2404", back), output=False)
    at_home = Hospital(prefix="20210705210000")
    stay = at_home.stay("P1", "2021-07-01 09:00:00", "2021-07-03 09:00:00")
    passed(at_home.call("2304", stay_input("P1", stay, SMALL)))
