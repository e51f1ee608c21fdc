"""An answer 0 means: done, and still so. The same meaning under a msgid is the same message; what
was done and has been undone since is refused and says so."""

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
    visit_input,
)

from medaid.people import service as people

SMALL = bill("100.00", "100.00")


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


def cancel(hospital: Hospital, infno: str, mdtrt_id: str, msgid: str = "") -> dict[str, Any]:
    given = {"psn_no": "P1", "mdtrt_id": mdtrt_id, "ipt_otp_no": "1"}
    return hospital.call(infno, given, msgid=msgid)


@pytest.mark.parametrize("infno", ["2202", "2404"])
def test_cancelling_what_was_never_registered_is_refused(tables: Tables, infno: str) -> None:
    """Right money, 21."""
    hospital = Hospital()
    never = "440900V2021AAAAAAAAAAAAAAAAAA"
    refused(cancel(hospital, infno, never), "VISIT_UNKNOWN", "mdtrt_id")
    mine = hospital.visit("P1") if infno == "2202" else hospital.admit("P1")
    passed(cancel(hospital, infno, mine, "C-1"), output=False)
    passed(cancel(hospital, infno, mine, "C-1"), output=False)
    refused(cancel(hospital, infno, mine, "C-2"), "VISIT_UNKNOWN", "mdtrt_id")


def test_a_visit_is_not_cancelled_under_a_settled_batch(tables: Tables) -> None:
    """Right money, 21. Of two batches one is taken back: the visit is open again, and the other
    still rests on it."""
    hospital = Hospital()
    mdtrt_id = hospital.visit("P1")
    first = passed(hospital.call("2207", visit_input("P1", mdtrt_id, SMALL), msgid="S-1"))
    second = passed(hospital.call("2207", visit_input("P1", mdtrt_id, SMALL, batch="B2")))
    back = {"mdtrt_id": mdtrt_id, "psn_no": "P1"}
    passed(hospital.call("2208", {**back, "setl_id": second["setlinfo"]["setl_id"]}))
    seen = tables.everything()
    refused(cancel(hospital, "2202", mdtrt_id), "VISIT_STATE", "mdtrt_id")
    assert tables.everything() == seen
    passed(hospital.call("2208", {**back, "setl_id": first["setlinfo"]["setl_id"]}))
    passed(cancel(hospital, "2202", mdtrt_id), output=False)


@pytest.mark.parametrize("how", ["cancelled", "taken back"])
def test_a_registration_that_is_gone_is_not_answered_as_if_it_stood(
    tables: Tables, how: str
) -> None:
    """Right money, 21."""
    hospital = Hospital()
    given = admission("P1")
    mdtrt_id = passed(hospital.call("2401", given, node="mdtrtinfo", msgid="A-1"))["result"][
        "mdtrt_id"
    ]
    again = passed(hospital.call("2401", given, node="mdtrtinfo", msgid="A-1"))
    assert again["result"]["mdtrt_id"] == mdtrt_id
    if how == "cancelled":
        passed(cancel(hospital, "2404", mdtrt_id), output=False)
    else:
        taken = {"psn_no": "P1", "omsgid": "A-1", "oinfno": "2401"}
        passed(hospital.call("2601", taken), output=False)
    seen = tables.everything()
    refused(hospital.call("2401", given, node="mdtrtinfo", msgid="A-1"), "STATE", "msgid")
    assert tables.everything() == seen
    passed(hospital.call("2401", given, node="mdtrtinfo", msgid="A-2"))


def test_a_registration_that_was_settled_since_stands(tables: Tables) -> None:
    hospital = Hospital()
    given = admission("P1")
    mdtrt_id = passed(hospital.call("2401", given, node="mdtrtinfo", msgid="A-1"))["result"][
        "mdtrt_id"
    ]
    hospital.discharge("P1", mdtrt_id)
    passed(hospital.call("2304", stay_input("P1", mdtrt_id, SMALL)))
    again = passed(hospital.call("2401", given, node="mdtrtinfo", msgid="A-1"))
    assert again["result"]["mdtrt_id"] == mdtrt_id


def discharge(hospital: Hospital, mdtrt_id: str, msgid: str, end: str) -> dict[str, Any]:
    given = {"mdtrt_id": mdtrt_id, "psn_no": "P1", "insutype": "390", "dscg_way": "1"}
    return hospital.call("2402", {**given, "endtime": end}, msgid=msgid, node="dscginfo")


def test_a_late_duplicate_of_a_discharge_does_not_end_a_stay_that_goes_on(tables: Tables) -> None:
    """Right money, 21."""
    hospital = Hospital()
    mdtrt_id = hospital.admit("P1")
    end = "2021-06-30 09:00:00"
    passed(discharge(hospital, mdtrt_id, "D-1", end), output=False)
    passed(discharge(hospital, mdtrt_id, "D-1", end), output=False)
    passed(hospital.call("2405", {"mdtrt_id": mdtrt_id, "psn_no": "P1"}), output=False)
    seen = tables.everything()
    refused(discharge(hospital, mdtrt_id, "D-1", end), "STATE", "msgid")
    refused(discharge(hospital, mdtrt_id, "D-1", "2021-06-29 09:00:00"), "MSGID_REUSED", "endtime")
    assert tables.everything() == seen
    passed(discharge(hospital, mdtrt_id, "D-2", end), output=False)


def test_a_settled_stay_is_not_said_to_go_on(tables: Tables) -> None:
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    on = {"mdtrt_id": mdtrt_id, "psn_no": "P1"}
    passed(hospital.call("2405", on, msgid="O-1"), output=False)
    passed(hospital.call("2405", on, msgid="O-1"), output=False)
    given = stay_input("P1", mdtrt_id, SMALL, dscgTime="2021-06-30")
    passed(hospital.call("2304", given))
    refused(hospital.call("2405", on, msgid="O-1"), "STATE", "msgid")


def test_2601_of_a_discharge_says_what_to_send_instead(tables: Tables) -> None:
    """Right money, 21."""
    hospital = Hospital()
    mdtrt_id = hospital.admit("P1")
    passed(discharge(hospital, mdtrt_id, "D-1", "2021-06-30 09:00:00"), output=False)
    seen = tables.everything()
    taken = {"psn_no": "P1", "omsgid": "D-1", "oinfno": "2402"}
    assert "2405" in refused(hospital.call("2601", taken), "STATE", "oinfno")["rule"]
    assert tables.everything() == seen


def test_2601_takes_no_registration_from_under_a_settled_batch(tables: Tables) -> None:
    hospital = Hospital()
    given = {"psn_no": "P1", "insutype": "390", "begntime": "2021-06-25 09:00:00"}
    given |= {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x", "ipt_otp_no": "M1"}
    mdtrt_id = passed(hospital.call("2201", given, msgid="V-1"))["data"]["mdtrt_id"]
    passed(hospital.call("2207", visit_input("P1", mdtrt_id, SMALL)))
    second = passed(hospital.call("2207", visit_input("P1", mdtrt_id, SMALL, batch="B2")))
    back = {"mdtrt_id": mdtrt_id, "psn_no": "P1", "setl_id": second["setlinfo"]["setl_id"]}
    passed(hospital.call("2208", back))
    taken = {"psn_no": "P1", "omsgid": "V-1", "oinfno": "2201"}
    refused(hospital.call("2601", taken), "VISIT_STATE")


def registered(hospital: Hospital, msgid: str) -> str:
    given = {"psn_no": "P1", "insutype": "390", "begntime": "2021-06-25 09:00:00"}
    given |= {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x", "ipt_otp_no": "M1"}
    return str(passed(hospital.call("2201", given, msgid=msgid))["data"]["mdtrt_id"])


def test_2601_of_a_registration_sees_what_is_settled_meanwhile(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settled just before the person's file is read, the visit is no longer open: that is not
    'gone'."""
    hospital = Hospital()
    mdtrt_id = registered(hospital, "V-1")
    load, waiting = people.load, [visit_input("P1", mdtrt_id, SMALL)]

    def settled_first(*args: Any) -> Any:
        if waiting:
            passed(hospital.call("2207", waiting.pop()))
        return load(*args)

    monkeypatch.setattr(people, "load", settled_first)
    taken = {"psn_no": "P1", "omsgid": "V-1", "oinfno": "2201"}
    refused(hospital.call("2601", taken), "VISIT_STATE", "mdtrt_id")
    assert not waiting


def test_2601_of_a_registration_names_its_own_insured_region(tables: Tables) -> None:
    hospital, stranger = Hospital(), Hospital(home="450100", prefix="20210705110000")
    registered(hospital, "V-1")
    taken = {"psn_no": "P1", "omsgid": "V-1", "oinfno": "2201"}
    seen = tables.everything()
    refused(stranger.call("2601", taken), "ORIGINAL_MISMATCH", "insuplc_admdvs")
    assert tables.everything() == seen
    passed(hospital.call("2601", taken, insuplc_admdvs="440902"), output=False)


FILING: dict[str, Any] = {
    "psn_no": "P1",
    "reflin_medins_no": "H44010000001",
    "mdtrtarea_admdvs": "440100",
    "refl_type": "1",
    "refl_date": "2021-07-05",
    "begndate": "2021-07-05",
    "enddate": "2021-07-31",
}


def test_a_filing_under_a_used_msgid_is_the_same_filing_or_none(tables: Tables) -> None:
    """Right money, 21. J25, X5: other content is named, and a late duplicate revives nothing."""
    hospital = Hospital()
    number = passed(hospital.call("2501", FILING, node="refmedin", msgid="F-1"))["trt_dcla_detl_sn"]
    other = {**FILING, "mdtrtarea_admdvs": "440300"}
    refused(
        hospital.call("2501", other, node="refmedin", msgid="F-1"),
        "MSGID_REUSED",
        "mdtrtarea_admdvs",
    )
    again = passed(hospital.call("2501", FILING, node="refmedin", msgid="F-1"))
    assert again["trt_dcla_detl_sn"] == number
    gone = {"trt_dcla_detl_sn": number, "psn_no": "P1"}
    passed(hospital.call("2502", gone, msgid="G-1"), output=False)
    passed(hospital.call("2502", gone, msgid="G-1"), output=False)
    seen = tables.everything()
    refused(hospital.call("2501", FILING, node="refmedin", msgid="F-1"), "STATE", "msgid")
    refused(hospital.call("2502", gone, msgid="G-2"), "NOT_FOUND", "trt_dcla_detl_sn")
    assert tables.everything() == seen


SAME: list[tuple[str, Any, Any]] = [
    ("medfee_sumamt", "100.00", 100.0),
    ("medfee_sumamt", "100.00", "100.0"),
    ("medfee_sumamt", "100.00", 100),
    ("mid_setl_flag", "0", "00"),
    ("mdtrt_cert_type", "02", "2"),
    ("dscgTime", "2021-06-30", "2021-06-30 00:00:00"),
    ("exp_content", {"othpay": []}, '{"othpay": []}'),
    ("invono", "1", "2"),
]


@pytest.mark.parametrize(("field", "first", "second"), SAME)
def test_what_means_the_same_is_the_same_message(
    tables: Tables, field: str, first: Any, second: Any
) -> None:
    """Right money, 23."""
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), SMALL)
    one = passed(hospital.call("2304", {**given, field: first}, msgid="M-1"))
    seen = tables.everything()
    assert (
        passed(hospital.call("2304", {**given, field: second}, msgid="M-1"))["setlinfo"]["setl_id"]
        == (one["setlinfo"]["setl_id"])
    )
    assert tables.everything() == seen


OTHER: list[tuple[str, Any]] = [
    ("psn_setlway", "02"),
    ("mdtrt_cert_no", "y"),
    ("exp_content", {"othpay": [{"type": "donation", "amt": "1"}]}),
    ("exp_content", {"facts": {"cause": "accident"}}),
]


@pytest.mark.parametrize(("field", "value"), OTHER)
def test_what_means_something_else_is_not(tables: Tables, field: str, value: Any) -> None:
    """Right money, 23."""
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), SMALL)
    passed(hospital.call("2304", given, msgid="M-1"))
    refused(hospital.call("2304", {**given, field: value}, msgid="M-1"), "MSGID_REUSED", field)
