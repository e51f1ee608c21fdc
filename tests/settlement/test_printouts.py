"""The paper that a person takes home: what stands on it, whose it is, and how it looks."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from tests.conftest import Tables
from tests.papers.looking import check_picture, check_text, fonts, text
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    Hospital,
    bill,
    contracted,
    his,
    known_person,
    living_allowance,
    passed,
    stay_input,
)
from tests.settlement.test_door import claims

from medaid.access import service as access
from medaid.aws.web import Caller
from medaid.errors import BadInput, Refused
from medaid.regions import Region
from medaid.settlement import service

ROUTE = "GET /settlements/{setl_id}/paper/{form}"


@pytest.fixture
def settled(tables: Tables) -> str:
    """A stay of an assisted person, its fees by class."""
    contracted(MAOMING)
    known_person("P1", living_allowance())
    hospital = Hospital()
    fees = bill("50000.00", "45000.00", "3000.00", "1500.00", "500.00")
    message = hospital.envelope("2304", stay_input("P1", hospital.stay("P1"), fees))
    classes = {"01": "5000.00", "06": "20000.00", "09": "25000.00"}
    message["input"]["feestt"] = [
        {"med_chrgitm_type": code, "item_sumamt": yuan} for code, yuan in classes.items()
    ]
    return str(passed(hospital.post(message))["setlinfo"]["setl_id"])


def paper(setl_id: str, caller: Caller | None = None) -> bytes:
    answer = service.print_settlement(setl_id, "pdf", caller or his(MAOMING.code), NOW)
    return base64.b64decode(answer["body"])


def test_it_says_what_was_paid_by_whom_and_by_which_clause(settled: str) -> None:
    made = paper(settled)
    check_text(
        made,
        *("茂南区人民医院", "医疗费用结算单", "茂名市", "城乡居民基本医疗保险", "最低生活保障对象"),
        *("2021年6月20日至2021年6月30日", "50,000.00", "医疗救助基金", "个人负担(大写)"),
        *("手术费20,000.00", "西药费", "政策范围内费用45,000.00元"),
        *("茂民规〔2018〕3号", "患者(家属)", "000000********", "基金支付(大写)人民币"),
        allowed=settled,
    )
    assert all(fonts(made).values())
    check_picture("settlement", made)


def test_one_that_was_reversed_says_so(settled: str) -> None:
    hospital = Hospital(prefix="20210705110000")
    found = service.get_settlement(settled)
    back = {"psn_no": "P1", "setl_id": settled, "mdtrt_id": found.decision.visit.mdtrt_id}
    passed(hospital.call("2305", back))
    assert "撤销,不作为支付凭据" in text(paper(settled))


def test_a_print_is_a_look_at_the_person_and_only_the_institutions_own(settled: str) -> None:
    paper(settled)
    reads = access.page_of_reads_of("P1", Region("440900"), "", 10)[0]
    assert [(one.purpose, one.item) for one in reads] == [("explanation", settled)]
    with pytest.raises(Refused, match="本机构没有结算"):
        paper(settled, his("H44090100001"))
    with pytest.raises(BadInput, match="pdf、xlsx"):
        service.print_settlement(settled, "docx", his(MAOMING.code), NOW)
    assert len(access.page_of_reads_of("P1", Region("440900"), "", 10)[0]) == 1


def test_the_handler_answers_with_the_file_or_a_refusal(settled: str) -> None:
    import functions.settle.handler as door

    event: dict[str, Any] = {
        "routeKey": ROUTE,
        "pathParameters": {"setl_id": settled, "form": "xlsx"},
        "requestContext": claims(MAOMING.code),
    }
    answer = door.handler(event, None)
    assert answer["isBase64Encoded"]
    assert "spreadsheetml" in answer["headers"]["Content-Type"]
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert base64.b64decode(answer["body"]).startswith(b"PK")
    event["pathParameters"] = {"setl_id": "X", "form": "pdf"}
    told = door.handler(event, None)
    assert (told["statusCode"], json.loads(told["body"])["code"]) == (404, "SETTLEMENT_UNKNOWN")
