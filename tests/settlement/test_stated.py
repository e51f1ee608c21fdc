"""What a hospital states beyond the interface, what nobody can hold, and the limits that are told
before anything is done (J19, M二.2)."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.conftest import Tables
from tests.people.samples import insurance
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

from medaid.aws.transaction import commit
from medaid.people import service as people


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


UNREADABLE: list[tuple[str, Any, str]] = [
    ("a comma too much", '{"othpay":[{"type":"donation","amt":"2000"}],}', "FIELD_FORMAT"),
    ("cut off", '{"othpay":[{"type":"donation","amt":"20', "FIELD_FORMAT"),
    ("other quotes", "{'othpay':[]}", "FIELD_FORMAT"),
    ("a list", [], "FIELD_FORMAT"),
    ("a number", 7, "FIELD_FORMAT"),
    ("spelled otherwise", {"othPay": [{"type": "donation", "amt": "2000"}]}, "FIELD_UNKNOWN"),
    ("spelled otherwise", {"oth_pay": []}, "FIELD_UNKNOWN"),
    ("more than the bill", {"othpay": [{"type": "donation", "amt": "5000.01"}]}, "AMOUNT_SUM"),
    ("too long", "x" * 4001, "FIELD_TOO_LONG"),
    ("what a fund pays", {"given": {"hifp_pay": "4000"}}, "FIGURE_MISSING"),
    ("a number too many", '{"othpay":[{"type":"donation","amt":1e99999999999999999999}]}', "FIELD"),
]


@pytest.mark.parametrize(
    ("value", "code"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE]
)
def test_what_is_stated_and_cannot_be_read_is_refused(
    tables: Tables, value: Any, code: str
) -> None:
    """Right money, 34."""
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("5000.00", "4500.00"))
    seen = tables.everything()
    answer = hospital.call("2304", {**given, "exp_content": value}, msgid="M-1")
    code = "FIELD_FORMAT" if code == "FIELD" else code
    refused(answer, code, "exp_content")
    assert tables.everything() == seen
    right = {"exp_content": {"othpay": [{"type": "donation", "amt": "5000.00"}]}}
    paid = passed(hospital.call("2304", {**given, **right}, msgid="M-1"))["setlinfo"]
    assert (paid["oth_pay"], paid["fund_pay_sumamt"]) == ("5000.00", "5000.00")


@pytest.mark.parametrize("text", ["自费药品已告知", "", None, "备注: 住院号 123"])
def test_free_text_of_the_hospitals_own_is_left_alone(tables: Tables, text: Any) -> None:
    """Right money, 34."""
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("5000.00", "4500.00"), exp_content=text)
    assert passed(hospital.call("2304", given))["setlinfo"]["oth_pay"] == "0.00"


HUGE = "1e99999999999999999999"
PLACES = [
    ("an amount", '"medfee_sumamt":"100.00"', f'"medfee_sumamt":{HUGE}'),
    ("a field nobody reads", '"psn_setlway"', f'"note":{HUGE},"psn_setlway"'),
    ("the envelope", '"infver"', f'"x":{HUGE},"infver"'),
    ("a time", '"inf_time": "2021-07-05 10:00:00"', f'"inf_time":{HUGE}'),
]


@pytest.mark.parametrize(("old", "new"), [p[1:] for p in PLACES], ids=[p[0] for p in PLACES])
def test_a_number_that_nobody_can_hold_is_a_refusal(tables: Tables, old: str, new: str) -> None:
    """Right money, 20. FasterXML/jackson-databind#2141: not a fault that says to send it again for
    ever."""
    hospital = Hospital()
    envelope = hospital.envelope(
        "2304", stay_input("P1", hospital.stay("P1"), bill("100.00", "100.00"))
    )
    body = json.dumps(envelope, ensure_ascii=False).replace(old.replace('":"', '": "'), new)
    assert HUGE in body
    status, answer = direct(body.encode(), MAOMING.code)
    refused({**answer, "http": status}, "ENVELOPE")
    passed(hospital.post(envelope))


def test_a_large_message_is_refused_before_anything_is_done(tables: Tables) -> None:
    """Right money, 38."""
    hospital = Hospital()
    given = stay_input("P1", hospital.stay("P1"), bill("100.00", "100.00"))
    seen = tables.everything()
    many = {f"n{i}": "1.00" for i in range(40_000)}
    refused(hospital.call("2304", {**given, "exp_content": {"given": many}}), "BODY_TOO_LARGE")
    refused(hospital.call("2304", {**given, "notes": "x" * 250_000}), "BODY_TOO_LARGE", "input")
    assert tables.everything() == seen
    passed(hospital.call("2304", {**given, "notes": "x" * 30_000}))


def test_a_message_of_the_largest_size_is_read_and_one_byte_more_is_refused(
    tables: Tables,
) -> None:
    """Right money, 38."""
    hospital = Hospital()
    given = {"psn_no": "P1", "mdtrt_id": "440900V2021AAAAAAAAAAAAAAAAAA"}
    body = json.dumps(hospital.envelope("2404", {**given, "ipt_otp_no": "1"})).encode()
    for size, code in ((200_000, "VISIT_UNKNOWN"), (200_001, "BODY_TOO_LARGE")):
        status, answer = direct(body.ljust(size), MAOMING.code)
        refused({**answer, "http": status}, code)


def test_a_field_named_twice_among_many_is_found_at_once(tables: Tables) -> None:
    many = ",".join(f'"k{i}":1' for i in range(30_000))
    status, answer = direct(f'{{{many},"k29999":1}}'.encode(), MAOMING.code)
    assert refused({**answer, "http": status}, "ENVELOPE")["field"] == "k29999"


def test_a_persons_open_registrations_are_bounded(tables: Tables) -> None:
    """Right money, 38."""
    hospital = Hospital()
    last = hospital.visit("P1")
    (held,) = people.load("P1", 2020).visits
    others = [replace(held, mdtrt_id=f"{last[:-3]}{number:03d}") for number in range(1, 100)]
    commit([write for other in others for write in people.visit_opened("P1", other)])
    given = {"psn_no": "P1", "insutype": "390", "begntime": "2021-06-25 09:00:00"}
    given |= {"mdtrt_cert_type": "02", "mdtrt_cert_no": "x", "ipt_otp_no": "M1"}
    refused(hospital.call("2201", given), "VISIT_OVERLAP", "psn_no")
    passed(hospital.call("2207", visit_input("P1", last, bill("100.00", "100.00"))))
    passed(hospital.call("2201", given))


@pytest.mark.parametrize(("lines", "code"), [(25_000_000, "FIELD_FORMAT"), (10, "")])
def test_an_archive_is_as_large_as_it_unpacks(tables: Tables, lines: int, code: str) -> None:
    """Right money, 38."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"\t" * lines)
    content = base64.b64encode(held.getvalue()).decode()
    answer = Hospital().call("9101", {"in": content, "filename": "a.zip"}, node="fsUploadIn")
    if code:
        refused(answer, code, "in")
    else:
        passed(answer)


EMPLOYEE = (insurance(date(2018, 1, 1), insutype="310"),)
ELSEWHERE = (insurance(date(2018, 1, 1), admdvs="110100"),)
ADMITTED: list[tuple[str, Any, str, str, str]] = [
    ("an employee where no clause is", EMPLOYEE, "310", "440900", "CLAUSE_GAP"),
    ("a region without policy", ELSEWHERE, "390", "110100", "REGION_UNKNOWN"),
]


@pytest.mark.parametrize(
    ("insured", "insutype", "home", "code"),
    [row[1:] for row in ADMITTED],
    ids=[row[0] for row in ADMITTED],
)
def test_who_cannot_be_settled_is_said_at_admission(
    tables: Tables, insured: Any, insutype: str, home: str, code: str
) -> None:
    """Right money, 24."""
    known_person("P2", serial=2, insured=insured)
    hospital = Hospital(home=home)
    answer = hospital.call("2401", admission("P2", insutype=insutype), node="mdtrtinfo")
    passed(answer)
    assert answer["warn_msg"].startswith(f"[{code}]")
    mine = Hospital(prefix="20210705300000").call("2401", admission("P1"), node="mdtrtinfo")
    assert mine["warn_msg"] == ""


def test_a_gap_names_the_insurance_type_where_that_is_the_cause(tables: Tables) -> None:
    """Right money, 24."""
    known_person("P2", serial=2, insured=EMPLOYEE)
    hospital = Hospital()
    mdtrt_id = hospital.admit("P2", insutype="310")
    given = stay_input("P2", mdtrt_id, bill("100.00", "100.00"), insutype="310")
    given["dscgTime"] = "2021-06-30"
    refused(hospital.call("2303", given), "CLAUSE_GAP", "insutype")
