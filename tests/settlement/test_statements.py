"""Reconciliation and suspension as the hospital meets them at its own door (J34, Q5.2, X7): a
settled stay, its month, 3201, 3202."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    Hospital,
    bill,
    contracted,
    direct,
    his,
    known_person,
    living_allowance,
    passed,
    refused,
    settlement_events,
    stay_input,
)

from medaid.aws import exchange
from medaid.clearing import jobs
from medaid.clearing import service as clearing
from medaid.clearing.regions import service as regions
from medaid.national_files import LARGEST, unzipped, zipped
from medaid.settlement import service
from medaid.settlement import statements as door
from medaid.settlement.model import Institution
from medaid.workdays import published

AUGUST = datetime.fromisoformat("2021-08-02T02:00:00+00:00")
NANNING = Institution("H45010300001", "南宁某医院", "450103", "3")


def later(body: bytes, institution: str) -> tuple[int, dict[str, Any]]:
    return service.answer(body, his(institution), AUGUST, lambda: AUGUST)


def told(tables: Tables) -> None:
    """What the stream does: settlements go to clearing, once each."""
    for event in settlement_events():
        clearing.project(event, NOW)


@pytest.fixture
def month(tables: Tables) -> dict[str, Any]:
    """July 2021 with one settlement, its statement made. Gives the settlement's answer."""
    contracted(MAOMING, NANNING)
    door.forget()
    known_person("P1", living_allowance())
    hospital = Hospital()
    answer: dict[str, Any] = passed(
        hospital.call("2304", stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00")))
    )
    told(tables)
    jobs.monthly(AUGUST, published())
    return answer


def totals(**more: str) -> dict[str, str]:
    found = {
        "insutype": "390",
        "clr_type": "21",
        "setl_optins": "440900",
        "stmt_begndate": "2021-07-01",
        "stmt_enddate": "2021-07-31",
        "medfee_sumamt": "50000.00",
        "fund_pay_sumamt": "46433.35",
        "acct_pay": "0.00",
        "fixmedins_setl_cnt": "1",
    }
    return {**found, **more}


@pytest.mark.parametrize(
    ("wrong", "result"),
    [({}, "0"), ({"fund_pay_sumamt": "46433.34"}, "1"), ({"fixmedins_setl_cnt": "2"}, "1")],
)
def test_3201_compares_the_month_to_the_fen(
    month: dict[str, Any], wrong: dict[str, str], result: str
) -> None:
    """J34: the month is reconciled with the hospital, totals first."""
    hospital = Hospital(send=later, prefix="20210802100000")
    assert passed(hospital.call("3201", totals(**wrong)))["stmtinfo"]["stmt_rslt"] == result


LINES = {
    "setl_optins": "440900",
    "stmt_begndate": "2021-07-01",
    "stmt_enddate": "2021-07-31",
    "clr_type": "21",
    "medfee_sumamt": "50000.00",
    "fund_pay_sumamt": "46433.35",
    "cash_payamt": "3566.65",
    "fixmedins_setl_cnt": "1",
    "refd_setl_flag": "0",
}


def test_3202_takes_the_file_of_9101_and_9102_gives_the_result(month: dict[str, Any]) -> None:
    hospital = Hospital(send=later, prefix="20210802110000")
    row = "\t".join(
        (
            month["setlinfo"]["setl_id"],
            month["setlinfo"]["mdtrt_id"],
            "P1",
            "50000.00",
            "46433.35",
            "0.00",
            "0",
        )
    )
    content = base64.b64encode(zipped("a.txt", (row + "\n").encode())).decode()
    number = passed(hospital.call("9101", {"in": content, "filename": "a.zip"}, node="fsUploadIn"))[
        "file_qury_no"
    ]
    given = {**LINES, "file_qury_no": number}
    result = passed(hospital.call("3202", given))["fileinfo"]["file_qury_no"]
    answer = passed(hospital.call("9102", {"file_qury_no": result}, node="fsDownloadIn"))
    assert unzipped(base64.b64decode(answer["out"])).strip() == b""  # nothing differs
    refused(
        hospital.call("3202", {**given, "medfee_sumamt": "49999.99"}), "AMOUNT_SUM", "medfee_sumamt"
    )
    refused(
        hospital.call("9101", {"in": "???", "filename": "a.zip"}, node="fsUploadIn"),
        "FIELD_FORMAT",
        "in",
    )
    refused(
        Hospital(NANNING, send=later).call("9102", {"file_qury_no": result}, node="fsDownloadIn"),
        "NOT_FOUND",
    )


def announced(content: bytes, **more: str) -> dict[str, str]:
    sha256 = hashlib.sha256(content).hexdigest()
    sent = {"filename": "a.zip", "file_size": str(len(content)), "file_sha256": sha256}
    return {**sent, **more}


def test_a_list_that_no_message_holds_is_put_by_address_and_checked_the_same(
    month: dict[str, Any],
) -> None:
    """J34. From a county to a province, 4: a hospital of 3,000 beds."""
    hospital = Hospital(send=later, prefix="20210802120000")
    ids = month["setlinfo"]["setl_id"], month["setlinfo"]["mdtrt_id"]
    row = "\t".join((*ids, "P1", "50000.00", "46433.35", "0.00", "0")) + "\n"
    content = zipped("a.txt", row.encode())
    answer = passed(hospital.call("9101", announced(content), node="fsUploadIn"))
    number = answer["file_qury_no"]
    assert number in answer["upload_url"]
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert answer["upload_headers"]["x-amz-checksum-sha256"] == digest
    assert answer["upload_headers"]["Content-Length"] == str(len(content))
    asked = {**LINES, "file_qury_no": number}
    refused(hospital.call("3202", asked), "NOT_FOUND")  # nothing was put there yet
    key = f"clearing/upload/{MAOMING.code}/{number}"
    exchange.put(key, content + b"x")
    refused(hospital.call("3202", asked), "FIELD_FORMAT", "file_qury_no")
    exchange.put(key, content)
    direct = {"in": base64.b64encode(content).decode(), "filename": "a.zip"}
    again = passed(hospital.call("9101", direct, node="fsUploadIn"))
    assert again["file_qury_no"] == number
    assert passed(hospital.call("3202", asked))["fileinfo"]["filename"] == "result.txt"
    other = Hospital(NANNING, send=later).call(
        "9102", {"file_qury_no": number}, node="fsDownloadIn"
    )
    refused(other, "NOT_FOUND")


def test_what_unpacks_to_too_much_is_refused_however_it_came(month: dict[str, Any]) -> None:
    hospital = Hospital(send=later, prefix="20210802130000")
    bomb = zipped("a.txt", b"0" * (LARGEST + 1))
    direct = {"in": base64.b64encode(bomb).decode(), "filename": "a.zip"}
    refused(hospital.call("9101", direct, node="fsUploadIn"), "FIELD_FORMAT", "in")
    number = passed(hospital.call("9101", announced(bomb), node="fsUploadIn"))["file_qury_no"]
    exchange.put(f"clearing/upload/{MAOMING.code}/{number}", bomb)
    asked = {**LINES, "file_qury_no": number}
    refused(hospital.call("3202", asked), "FIELD_FORMAT", "file_qury_no")


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"file_size": "", "file_sha256": ""}, "FIELD_REQUIRED", "in"),
        ({"file_size": "0"}, "FIELD_FORMAT", "file_size"),
        ({"file_size": str(LARGEST + 1)}, "FIELD_FORMAT", "file_size"),
        ({"file_size": "1e3"}, "FIELD_FORMAT", "file_size"),
        ({"file_sha256": ""}, "FIELD_FORMAT", "file_sha256"),
        ({"file_sha256": "G" * 64}, "FIELD_FORMAT", "file_sha256"),
    ],
)
def test_an_announced_file_names_its_size_and_digest(
    month: dict[str, Any], more: dict[str, str], code: str, field: str
) -> None:
    sent = announced(b"a", **more)
    refused(Hospital(send=later).call("9101", sent, node="fsUploadIn"), code, field)


def test_a_suspended_region_is_told_plainly_and_served_again_when_lifted(
    month: dict[str, Any],
) -> None:
    """X7: direct settlement stops away from home, with a clear answer; at home it goes on."""
    hospital = Hospital(NANNING, send=direct, prefix="20210705200000")
    envelope = hospital.envelope(
        "2304",
        stay_input(
            "P1",
            hospital.stay("P1", "2021-07-01 09:00:00", "2021-07-03 09:00:00"),
            bill("1000.00", "1000.00"),
        ),
    )
    envelope["input"]["feestt"] = [{"med_chrgitm_type": "09", "item_sumamt": "1000.00"}]
    regions.suspend_region("440000", "officer", "清算资金逾期未拨付", NOW)
    told_why = refused(hospital.post(envelope), "REGION_SUSPENDED", "insuplc_admdvs")
    assert "清算资金逾期未拨付" in told_why["rule"]
    at_home = Hospital(prefix="20210705210000")
    passed(
        at_home.call(
            "2304",
            stay_input(
                "P1",
                at_home.stay("P1", "2021-07-03 10:00:00", "2021-07-04 09:00:00"),
                bill("1000.00", "1000.00"),
            ),
        )
    )
    regions.lift_suspension("440000", "officer", "已拨付", NOW)
    passed(hospital.post(envelope))
