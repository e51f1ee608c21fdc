"""What the office hands to the person of a case: what stands on it, who may have it printed, and
how it looks."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import Tables
from tests.papers.looking import check_picture, check_text, fonts, text
from tests.reimbursement.api_client import event
from tests.reimbursement.office import (
    AUDITOR,
    INTAKE,
    MANAGER,
    NANJING,
    REVIEWER,
    at,
    confirmed,
    draft,
    given,
    granted,
    office,
    officer,
    opened,
    register,
)

from medaid.access import service as access
from medaid.aws import rest
from medaid.aws.rest.app import mount
from medaid.errors import Conflict
from medaid.ids import OfficerId
from medaid.papers.service import Form, printed
from medaid.payments import service as payments
from medaid.regions import Region
from medaid.reimbursement import service
from medaid.reimbursement.api import ROUTES
from medaid.reimbursement.model import STANDS, Case, Officer, State
from medaid.reimbursement.printouts import CasePaper, case_paper

NOW = at("2026-03-16 09:00")


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    register()
    for who, name, post in (
        (INTAKE, "吴受理", "窗口"),
        (AUDITOR, "钱审核", "审核科"),
        (REVIEWER, "孙复核", "复核科"),
    ):
        by = OfficerId(who.officer_id)
        payments.name_officer(Region(NANJING), by, name, post, OfficerId("o"), NOW)


def paper(case: Case, kind: CasePaper) -> bytes:
    found = service.case_detail(office(), MANAGER, case.case_id, NOW)
    return printed(case_paper(found, kind, office().procedure), Form.PDF)


def accepted() -> Case:
    case = opened(office(), draft(), NOW)
    return service.accept(office(), INTAKE, case.case_id, case.version, NOW, given())


def test_the_receipt_of_an_application_lists_what_was_handed_in_and_until_when_J27_J28() -> None:
    case = accepted()
    made = paper(case, CasePaper.ACCEPTANCE)
    check_text(
        made,
        *("南京市医疗保障经办机构", "手工(零星)报销受理单", "姓名张P1", "某医院", "住院"),
        *("2026年3月2日至2026年3月10日", "10,000.00", "10个工作日", "2026年3月30日", "尾号1234"),
        *("3201", "N1", "纸质", "人民币壹万元整", "受理人:吴受理窗口", "申请人(代办人)"),
        "城乡居民基本医疗保险",
        allowed=case.case_id,
    )
    assert all(fonts(made).values())
    check_picture("acceptance", made)


def test_what_is_missing_is_told_once_on_one_paper_J28() -> None:
    case = accepted()
    missing = ("出院小结", "费用明细清单(加盖医院印章)")
    case = service.request_supplement(
        office(), INTAKE, case.case_id, case.version, missing, NOW, given()
    )
    made = paper(case, CasePaper.SUPPLEMENT)
    check_text(
        made,
        *("补正材料一次性告知书", "张P1:", "1出院小结", "2费用明细清单(加盖医院印章)"),
        *("经办人:吴受理窗口", "申请人签收", "补正期间不计入办理时限"),
        allowed=case.case_id,
    )
    check_picture("supplement", made)


def test_a_refusal_gives_reason_clause_and_remedy() -> None:
    case = accepted()
    said = given("该费用由第三人负担", "社会保险法第三十条")
    case = service.refuse(office(), AUDITOR, case.case_id, case.version, NOW, said)
    made = paper(case, CasePaper.REFUSAL)
    check_text(
        made,
        *("不予支付告知书", "理由:该费用由第三人负担。", "依据:社会保险法第三十条。"),
        *("六十日内", "行政复议", "六个月内", "经办人:钱审核审核科"),
        allowed=case.case_id,
    )
    check_picture("refusal", made)


def test_the_result_says_who_pays_what_and_why_J28() -> None:
    case = confirmed(office(), draft(), NOW)
    made = paper(case, CasePaper.RESULT)
    assert case.pricing is not None
    check_text(
        made,
        *(
            "手工(零星)报销结果告知书",
            "医疗救助基金",
            "个人负担",
            "报销金额(大写)",
            "计算过程和依据",
        ),
        *("审核:钱审核审核科", "复核:孙复核复核科", "最低生活保障对象"),
        *(f"{int(fen) // 100:,}" for fen in case.pricing.by_fund.values()),
        allowed=case.case_id,
    )
    check_picture("result", made)


@pytest.mark.parametrize("kind", CasePaper)
def test_a_paper_of_what_has_not_happened_is_refused(kind: CasePaper) -> None:
    case = opened(office(), draft(), NOW)
    with pytest.raises(Conflict) as told:
        paper(case, kind)
    assert told.value.code == "STATE"


@pytest.mark.parametrize("state", State)
def test_the_result_is_told_of_a_case_whose_amounts_stand_and_of_no_other(state: State) -> None:
    """One that is with the insurer stands as well (M二.5); one that was sent back does not."""
    case = granted(office(), draft(), NOW)
    found = service.case_detail(office(), MANAGER, case.case_id, NOW)
    found = replace(found, case=replace(found.case, state=state))
    if state in STANDS:
        made = case_paper(found, CasePaper.RESULT, office().procedure)
        assert ("办理状态", office().procedure.states[state]) in made.facts
        return
    with pytest.raises(Conflict) as told:
        case_paper(found, CasePaper.RESULT, office().procedure)
    assert told.value.code == "STATE"


def ask(who: Officer, case: Case, tail: str) -> dict[str, Any]:
    app = mount(rest.resolver(), ROUTES, lambda: NOW, lambda _now: office())
    path = f"/reimbursement/cases/{case.case_id}/papers/{tail}"
    return app.resolve(event(who, "GET", path), object())  # type: ignore[arg-type]


def test_a_paper_is_a_file_and_its_reader_stands_in_the_trail() -> None:
    case = accepted()
    answer = ask(INTAKE, case, "acceptance/pdf")
    headers = answer.get("multiValueHeaders") or answer["headers"]
    assert answer["statusCode"] == 200
    assert "application/pdf" in str(headers["Content-Type"])
    assert "no-store" in str(headers["Cache-Control"])
    assert answer["isBase64Encoded"]
    assert "手工(零星)报销受理单" in text(base64.b64decode(answer["body"]))
    (read,) = access.page_of_reads_of("P1", Region(NANJING), "", 10)[0]
    assert (read.reader.subject, read.item) == (INTAKE.officer_id, case.case_id)
    assert base64.b64decode(ask(INTAKE, case, "acceptance/xlsx")["body"]).startswith(b"PK")


def test_another_office_gets_no_paper_and_an_unknown_form_is_refused() -> None:
    case = accepted()
    elsewhere = officer("o-else", "intake", admdvs="320500")
    assert ask(elsewhere, case, "acceptance/pdf")["statusCode"] == 403
    assert ask(INTAKE, case, "acceptance/docx")["statusCode"] == 400
    assert ask(INTAKE, case, "letter/pdf")["statusCode"] == 400
    assert access.page_of_reads_of("P1", Region(NANJING), "", 10)[0] == []
