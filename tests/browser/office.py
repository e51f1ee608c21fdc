"""An office with work in it: the demonstration's people and hospital, applications in several
states, and vouchers, made by the API as officers make them."""

from __future__ import annotations

import csv
import hashlib
import io
import struct
import zlib
from typing import Any

import httpx

from medaid.local import offices
from medaid.local.stack import Stack

REGION = "440900"


class Officer:
    """An officer of the demonstration at the API."""

    def __init__(self, stack: Stack, post: str) -> None:
        self.api, self.token = stack.api, stack.token(f"maoming-{post}")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(
            method,
            self.api + path,
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )
        assert answer.status_code in (200, 201), (method, path, answer.status_code, answer.text)
        return answer.json()


def certificates() -> list[str]:
    """Of the assisted persons that the demonstration's roster names rightly."""
    text = offices.data("maoming-roster.csv").decode("utf-8-sig")
    return [row["证件号码"] for row in csv.DictReader(io.StringIO(text))]


def person(intake: Officer, certno: str) -> str:
    asked = {"psn_cert_type": "01", "certno": certno}
    return str(intake.ask("POST", f"/people/{REGION}/search", asked)["psn_no"])


def application(number: str, psn_no: str) -> dict[str, Any]:
    """An application of the stay that the policy of the demonstration prices."""
    return {
        "biz_acp_no": number,
        "psn_no": psn_no,
        "insutype": "390",
        "insuplc_admdvs": REGION,
        "manl_reim_rea": "03",
        "med_type": "21",
        "begntime": "2021-05-10",
        "endtime": "2021-05-20",
        "fixmedins_name": "茂名市某县级人民医院(演示)",
        "hosp_lv": "2",
        "mdtrtarea_admvs": "440902",
        "filing": "none",
        "medfee_sumamt": "12500.00",
        "inscp_scp_amt": "11000.00",
        "fulamt_ownpay_amt": "1500.00",
        "setlfee": [
            {"med_chrgitm_type": "09", "item_sumamt": "7500.00"},
            {"med_chrgitm_type": "05", "item_sumamt": "5000.00"},
        ],
        "receipts": [
            {
                "bill_code": "44090121",
                "bill_no": f"00{number}",
                "amount": "12500.00",
                "date": "2021-05-20",
                "issuer": "茂名市某县级人民医院(演示)",
                "medium": "paper",
            }
        ],
        "account": {
            "acctname": "张建国",
            "bankacct": "6222020000001234",
            "bankcode": "102592000001",
        },
    }


def picture() -> bytes:
    """A scanned receipt, as small as a PNG can be and still be seen: 240 × 120 grey points."""
    wide, high = 240, 120
    rows = b"".join(
        b"\0" + bytes(60 if (x // 12 + y // 12) % 2 else 225 for x in range(wide))
        for y in range(high)
    )

    def part(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    body = part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def attached(intake: Officer, case: dict[str, Any]) -> dict[str, Any]:
    """The case with a scan of its receipt."""
    image = picture()
    path, sha256 = f"/reimbursement/cases/{case['case_id']}", hashlib.sha256(image).hexdigest()
    place = intake.ask(
        "POST",
        f"{path}/files",
        {"sha256": sha256, "size": len(image), "content_type": "image/png"},
    )
    httpx.put(place["url"], content=image, headers=place["headers"]).raise_for_status()
    one = case["receipts"][0]
    body = {"version": case["version"], "sha256": sha256, "bill_no": one["bill_no"]}
    found = intake.ask("POST", f"{path}/attach", body | {"bill_code": one["bill_code"]})
    assert isinstance(found, dict)
    return found


def acted(officer: Officer, case: dict[str, Any], act: str, **more: Any) -> dict[str, Any]:
    path = f"/reimbursement/cases/{case['case_id']}/{act}"
    found = officer.ask("POST", path, {"version": case["version"], **more})
    assert isinstance(found, dict)
    return found


def opened(stack: Stack) -> dict[str, str]:
    """Applications in several states: what they wait for → their number."""
    intake, auditor = Officer(stack, "intake"), Officer(stack, "auditor")
    psn_no = person(intake, certificates()[0])

    def new(number: str) -> dict[str, Any]:
        found = intake.ask("POST", "/reimbursement/cases", application(number, psn_no))
        assert isinstance(found, dict)
        return found

    def priced(number: str) -> dict[str, Any]:
        return acted(intake, acted(intake, attached(intake, new(number)), "accept"), "price")

    drafted = new("8801")
    accepted = acted(intake, attached(intake, new("8802")), "accept")
    owed = acted(intake, new("8803"), "accept")
    owed = acted(intake, owed, "request_supplement", material=["诊断证明", "费用总清单"])
    to_audit, also = priced("8804"), priced("8805")
    to_recheck = acted(auditor, priced("8806"), "audit", reason="票据属实,与申请一致")
    return {
        name: case["case_id"]
        for name, case in {
            "drafted": drafted,
            "accepted": accepted,
            "owed": owed,
            "to_audit": to_audit,
            "also_to_audit": also,
            "to_recheck": to_recheck,
        }.items()
    }
