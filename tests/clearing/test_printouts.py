"""The papers of clearing with hospitals, from a month that was agreed and paid: what stands on
them, and how they look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.clearing.builders import (
    HOME,
    HOSPITALS,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    deduct,
    item,
    made,
    refund,
    statement,
)
from tests.papers.looking import check_picture, check_text, fonts, text

from medaid.aws.transaction import commit
from medaid.clearing.hospital import printouts, store
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import Statement, StatementState, in_state
from medaid.errors import Conflict
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.papers.service import Form, printed
from medaid.payments import service as payments
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
A, AUGUST = HOSPITALS[0], at(1, 4, month=8)
CHECKER, CASHIER = "6f1c1f0e-9d3c-4a41-8f0e-000000000001", "6f1c1f0e-9d3c-4a41-8f0e-000000000002"


def paid_month() -> Statement:
    """Stays and visits of residents and employees, one of them reversed, a deduction; agreed by the
    hospital, approved and released by two officers of whom the papers know one by name."""
    stay, visit = item(1, at(3), hifp=61_234_56, hifmi=10_000_00), item(2, at(4), clr_type="11")
    employee = item(3, at(5), insutype="310", maf=0, hifp=12_345_678_90)
    taken_back = item(4, at(6))
    deduct(HOME, A, "D1", {"assistance": Fen(50_00)}, "超限定用药,按协议扣减", HOME, at(7))
    for one in (stay, visit, employee, taken_back):
        arrive(one)
    arrive(refund(taken_back, at(7)), original=taken_back)
    close_month(HOME, "2023-07", AUGUST)
    agreed = agreement(A)
    agree(agreed)
    assert len(made(HOME, A, "2023-07")) == 1
    row, held = store.get_statement(HOME, A, "2023-07", 1)
    commit(store.replace_statement(row, in_state(held, StatementState.CONFIRMED), AUGUST))
    payments.name_officer(
        Region(HOME), OfficerId(CHECKER), "欧阳䶮", "审核科科长", OfficerId("o"), AUGUST
    )
    hospital.approve_statement(HOME, A, "2023-07", 1, CHECKER, at(10, month=8))
    return hospital.release_statement(HOME, A, "2023-07", 1, CASHIER, at(15, month=8))


def test_the_statement_is_a_paper_that_a_hospital_can_seal() -> None:
    made_of = printed(printouts.statement_paper(paid_month()), Form.PDF)
    check_text(
        made_of,
        *(
            "苏州市医疗保障经办机构",
            "医疗费用结算对账单",
            "所属期:2023年7月",
            "城乡居民基本医疗保险",
        ),
        *("职工基本医疗保险", "住院", "门诊", "本地", "超限定用药,按协议扣减", "已拨付待银行确认"),
        *("医疗机构负责人", "欧阳䶮审核科科长", "2023年8月10日"),
    )
    assert all(fonts(made_of).values())
    check_picture("statement", made_of)


def named(name: str, effective: date, *, approved: bool | None = None) -> None:
    """A version under another name, decided on or left waiting."""
    hospital.propose_agreement(
        replace(agreement(A), name=name, effective=effective), Region(HOME), "录入", AUGUST
    )
    if approved is not None:
        hospital.decide_agreement(A, approved, "核对", "复核", Region(HOME), AUGUST)


def facts(held: Statement) -> str:
    return str(dict(printouts.statement_paper(held).facts)["医疗机构"])


@pytest.mark.parametrize("approved", [None, False, True])
def test_a_statement_names_the_institution_as_in_the_agreement_of_its_month(
    approved: bool | None,
) -> None:
    """Neither as somebody proposed, nor as was refused, nor as it is called later on: the same
    statement gives the same bytes."""
    arrive(item(1, at(3)))
    close_month(HOME, "2023-07", AUGUST)
    held = statement(HOME, A, "2023-07")
    first = printouts.statement_book(held)
    assert facts(held) == A
    named("拟定医院", date(2023, 7, 1), approved=False)
    assert printouts.statement_book(held) == first
    agree(agreement(A))
    assert facts(held) == f"{A}医院"
    named("新院名", date(2023, 9, 1), approved=approved)
    assert facts(held) == f"{A}医院"


def test_the_notice_tells_who_is_paid_what_and_who_signed_J34() -> None:
    paid = paid_month()
    notice = printouts.payment_notice(paid)
    check_text(
        notice,
        *("医疗费用拨付通知单", f"{A}医院", "中国银行", "6222000011112222", "大写"),
        *("审核:欧阳䶮审核科科长", "2023年8月15日", "医疗救助基金"),
    )
    assert CHECKER not in text(notice)
    assert CASHIER not in text(notice), "whom nobody named signs by hand"
    check_picture("notice", notice)


def test_what_was_not_released_has_no_notice() -> None:
    arrive(item(1, at(3)))
    close_month(HOME, "2023-07", AUGUST)
    with pytest.raises(Conflict, match="尚未拨付"):
        printouts.notice_paper(statement(HOME, A, "2023-07"))
