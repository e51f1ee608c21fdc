"""Bills between regions as papers: what stands on them, and how they look."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from tests.clearing.builders import at
from tests.papers.looking import check_picture, check_text, text

from medaid.clearing.regions.model import BillAct, BillKind, BillStep, Dispute, Part, RegionBill
from medaid.clearing.regions.service import bill_paper
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.papers.service import Form, printed
from medaid.payments import service as payments
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
JS, GD = Region("320000"), Region("440000")
SUZHOU, NANJING, MAOMING = Region("320500"), Region("320100"), Region("440900")
PAYS, TAKES = OfficerId("6f1c1f0e-9d3c-4a41-8f0e-000000000001"), OfficerId("c2d1-77")


def bill(kind: BillKind = BillKind.CLEARING, month: str = "2023-07") -> RegionBill:
    when = at(3, month=8)
    some = {"basic_resident": Fen(12_345_678_90), "assistance": Fen(1_000_00)}
    parts = (Part(SUZHOU, MAOMING, some), Part(NANJING, MAOMING, {"assistance": Fen(250_00)}))
    contested = Dispute(
        SUZHOU, MAOMING, {"assistance": Fen(100_00)}, "人员 2023 年 6 月已停保", PAYS, when
    )
    return RegionBill(JS, GD, month, kind, 31, parts, when, disputes=(contested,))


def steps(*taken: tuple[BillStep, OfficerId, datetime]) -> tuple[BillAct, ...]:
    return tuple(BillAct(name, when, by) for name, by, when in taken)


def test_a_bill_says_who_owes_whom_from_which_fund_and_who_did_what_J35() -> None:
    payments.name_officer(GD, PAYS, "陈会计", "异地结算科", OfficerId("o"), at(1))
    payments.name_officer(JS, TAKES, "周确认", "结算科", OfficerId("o"), at(1))
    taken = steps(
        (BillStep.RECEIVED, PAYS, at(4, month=8)), (BillStep.CONFIRMED, TAKES, at(20, month=8))
    )
    made = printed(bill_paper(replace(bill(), steps=taken)), Form.PDF)
    check_text(
        made,
        *(
            "异地就医费用清算单",
            "江苏省医疗保障经办机构",
            "广东省",
            "苏州市",
            "茂名市",
            "2023年7月",
        ),
        *("城乡居民基本医疗保险基金", "12,345,678.90", "应付金额(大写)", "到账确认"),
        *("争议(2023年8月3日,茂名市应付苏州市):人员2023年6月已停保", "12,346,828.90"),
        *("参保地经办机构签收:陈会计异地结算科", "就医地经办机构确认:周确认结算科"),
    )
    assert PAYS not in text(made)
    check_picture("bill", made)


def test_no_two_bills_of_a_pair_and_a_year_share_a_number() -> None:
    """A pair owes each other a prepayment and a return of another in one year."""
    numbers = [
        bill_paper(bill(kind, "2023-00")).number
        for kind in (BillKind.PREPAYMENT, BillKind.PREPAYMENT_RETURN)
    ]
    assert numbers == ["预付-320000-440000-2023-00", "退回-320000-440000-2023-00"]


def test_every_step_of_a_bills_way_has_its_place_and_no_other() -> None:
    """The cities' money in full and finance's paper too (X12); one of zero moves no money, and a
    city that pays itself collects nothing."""

    def posts(one: RegionBill) -> list[str]:
        return [place.post for place in bill_paper(one).signatures]

    assert posts(bill()) == [
        "参保地经办机构签收",
        "参保地经办机构提交",
        "参保地财政部门确认资金到齐",
        "参保地财政部门划拨",
        "参保地经办机构收到划拨反馈",
        "就医地经办机构确认",
    ]
    own = (Part(SUZHOU, GD, {"assistance": Fen(1)}),)
    assert "参保地财政部门确认资金到齐" not in posts(replace(bill(), rows=own, disputes=()))
    zero = replace(bill(), rows=(), disputes=())
    assert posts(zero) == ["参保地经办机构签收", "就医地经办机构确认"]
    sent = replace(zero, steps=steps((BillStep.SUBMITTED, PAYS, at(4, month=8))))
    assert "参保地经办机构提交" in posts(sent), "who took a step is named, wherever it led"


def test_a_zero_month_and_a_prepayment_are_papers_too() -> None:
    zero = text(printed(bill_paper(replace(bill(), rows=(), disputes=())), Form.PDF))
    assert "本期无应清算金额" in zero
    assert "人民币零元整" in zero
    prepaid = bill_paper(bill(BillKind.PREPAYMENT, "2023-00"))
    assert (prepaid.title, prepaid.period) == ("异地就医预付金付款单", "2023年度")
    check_text(printed(prepaid, Form.PDF), "2023年度", "异地就医预付金付款单")
