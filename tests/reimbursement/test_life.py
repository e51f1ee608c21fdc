"""The life of a case, step by step (J18, J23, J25, J27, J28, M二.2–4): each act, what it books, and
what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.conftest import Tables
from tests.reimbursement.office import (
    ACCOUNTANT,
    AUDITOR,
    CASHIER,
    INSPECTOR,
    INTAKE,
    MANAGER,
    NANJING,
    REVIEWER,
    answer,
    at,
    close_batch,
    confirmed,
    draft,
    given,
    granted,
    office,
    officer,
    open_batch,
    opened,
    register,
    released,
    scan,
    take,
)

from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import service as fund
from medaid.money import Fen
from medaid.people import service as people
from medaid.receipts import service as receipts
from medaid.receipts.model import ReceiptNumber
from medaid.regions import Region
from medaid.reimbursement import service
from medaid.reimbursement.model import Officer, OtherPayment, State, StatedAccount

NOW = at("2026-03-16 09:00")
MONTH = "2026-03"


@pytest.fixture(autouse=True)
def world(tables: Tables) -> None:
    register()


def balances() -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in fund.entries(NANJING, MONTH):
        for line in entry.lines:
            found[line.account.code] = found.get(line.account.code, 0) + int(line.amount)
    return {code: amount for code, amount in found.items() if amount}


def test_from_draft_to_told_with_two_entries_J27_J28_M二_4() -> None:
    """9,000 in-policy at a level-2 hospital: basic (9000-500)*85% = 7225; assistance 90% of the
    1775 left = 1597.50."""
    o = office()
    case = granted(o, draft(), NOW)
    assert case.state == State.RECHECKED
    assert case.pricing is not None
    assert {f: a.yuan() for f, a in case.pricing.by_fund.items()} == {
        "hifp_pay": "7225.00",
        "maf_pay": "1597.50",
    }
    assert case.pricing.own == Fen.of_yuan("1177.50")
    assert balances() == {
        "390100-500111": 722500,
        "390100-2103": -722500,
        "610100-500101": 159750,
        "610100-2103": -159750,
    }
    totals = people.load("P1", 2026).totals(2026)
    assert (totals.version, totals.last) == (1, case.case_id)
    assert totals.amounts["paid:assistance_inpatient"] == 159750
    batch = open_batch("b1", NOW)
    case = released(o, case, NOW, batch.batch_id)
    closed = close_batch(batch.batch_id, NOW)
    assert (closed.count, closed.total) == (1, Fen.of_yuan("8822.50"))
    assert case.order is not None
    taken, problems = take(
        o, answer(batch.batch_id, (case.order.order_id, "8822.50", "paid", "")), NOW
    )
    assert (taken, problems) == (1, [])
    assert balances() == {
        "390100-500111": 722500,
        "390100-1002": -722500,
        "610100-500101": 159750,
        "610100-1002": -159750,
    }
    detail = service.case_detail(o, MANAGER, case.case_id, NOW)
    assert detail.case.state == State.CONFIRMED
    assert detail.clock == "stopped"
    assert [a.act for a in detail.acts] == [
        "open",
        "accept",
        "price",
        "audit",
        "recheck",
        "order",
        "pay",
        "confirm",
    ]
    assert all(a.officer and a.at and a.after for a in detail.acts), (
        "who, when, before and after of each act (Q3.1)"
    )
    assert [a.before for a in detail.acts] == ["", *(a.after for a in detail.acts[:-1])]
    assert {a.act: list(a.changes) for a in detail.acts if a.changes} == {
        "order": ["orders"],
        "pay": ["orders"],
    }
    service.delivered(o, case.case_id, NOW)
    service.delivered(o, case.case_id, NOW)
    told = service.case_detail(o, MANAGER, case.case_id, NOW)
    assert (told.case.state, told.acts[-1].officer) == (State.NOTIFIED, "outbox")


def test_every_step_says_its_clause_J27() -> None:
    case = granted(office(), draft(), NOW)
    assert case.pricing is not None
    assert all(step.cites for step in case.pricing.steps if step.paid)
    assert case.pricing.packs


def test_payments_by_others_are_taken_off_M二_2() -> None:
    case = granted(
        office(),
        draft(others=(OtherPayment("某保险公司", "commercial", Fen.of_yuan("1500.00")),)),
        NOW,
    )
    assert case.pricing is not None
    assert case.pricing.others == Fen.of_yuan("1500.00")
    assert (
        sum(case.pricing.by_fund.values()) + case.pricing.others + case.pricing.own
        == case.fees.medfee_sumamt
    )
    assert "oth_pay" not in case.pricing.by_fund, "what others paid never enters the books"


def test_employer_arrears_pay_assistance_first_J23() -> None:
    """Deemed (art. 23): assistance pays what it pays after basic and critical; their parts stay
    open with the person for now."""
    case = granted(office(), draft(arrears=True), NOW)
    assert case.pricing is not None
    assert {f: a.yuan() for f, a in case.pricing.by_fund.items()} == {"maf_pay": "1597.50"}
    assert case.pricing.own == Fen.of_yuan("8402.50")
    assert "第二十三条" in case.pricing.notes[0]
    assert people.load("P1", 2026).totals(2026).amounts.get("paid:basic_inpatient", 0) == 0


def test_arrears_as_own_burden_is_a_policy_value_J23() -> None:
    o = office()
    own = tuple(replace(rule, treatment="own") for rule in o.procedure.arrears)
    case = granted(
        replace(o, procedure=replace(o.procedure, arrears=own)), draft(arrears=True), NOW
    )
    assert case.pricing is not None
    assert {f: a.yuan() for f, a in case.pricing.by_fund.items()} == {"maf_pay": "8100.00"}


def test_arrears_without_a_document_is_asked_for_J23() -> None:
    o = office()
    with pytest.raises(Refused, match="单位欠费"):
        granted(replace(o, procedure=replace(o.procedure, arrears=())), draft(arrears=True), NOW)


def outside(**changes: object) -> object:
    case = draft(**changes)  # type: ignore[arg-type]
    return replace(case, care=replace(case.care, place="outside", filing="none"))


def test_unreferred_is_not_assisted_unless_hardship_was_approved_J25() -> None:
    o = office()
    case = opened(o, outside(), NOW)  # type: ignore[arg-type]
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    plain = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    assert plain.pricing is not None
    assert plain.pricing.by_fund.get("maf_pay", 0) == 0
    for number, points in (("7", 20), ("8", 5)):
        other = opened(o, outside(key=number), NOW)  # type: ignore[arg-type]
        other = service.accept(o, INTAKE, other.case_id, other.version, NOW, given())
        other = service.approve_hardship(
            o, MANAGER, other.case_id, other.version, points, NOW, given("独居重病")
        )
        other = service.price(o, INTAKE, other.case_id, other.version, NOW, given())
        assert other.pricing is not None
        step = next(s for s in other.pricing.steps if s.tier == "assistance")
        assert step.pieces[0][1] == (90 - points) * 10**10
        assert other.hardship is not None
        assert other.hardship.approver == MANAGER.officer_id


@pytest.mark.parametrize("points", [0, 21, -5])
def test_a_hardship_cut_beyond_twenty_points_is_refused_J25(points: int) -> None:
    o = office()
    case = opened(o, outside(), NOW)  # type: ignore[arg-type]
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    with pytest.raises(BadInput, match="百分点"):
        service.approve_hardship(
            o, MANAGER, case.case_id, case.version, points, NOW, given("独居重病")
        )


def test_hardship_is_for_the_unreferred_only_and_approved_by_a_supervisor_J25() -> None:
    o = office()
    case = draft()
    case = opened(
        o, replace(case, care=replace(case.care, filing="referred", place="outside")), NOW
    )
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    with pytest.raises(Conflict, match="转诊"):
        service.approve_hardship(o, MANAGER, case.case_id, case.version, 20, NOW, given("困难"))
    with pytest.raises(Forbidden, match="负责人"):
        service.approve_hardship(o, INTAKE, case.case_id, case.version, 20, NOW, given("困难"))


def test_material_is_asked_for_once_and_all_of_it_J28() -> None:
    o = office()
    case = opened(o, draft(), NOW)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.request_supplement(
        o,
        INTAKE,
        case.case_id,
        case.version,
        ("出院小结", "费用清单"),
        at("2026-03-17 10:00"),
        given(),
    )
    assert case.clock is not None
    assert case.clock.paused
    with pytest.raises(BadInput, match="不在所缺材料之列"):
        service.supplement(
            o, INTAKE, case.case_id, case.version, ("身份证",), at("2026-03-18 10:00"), given()
        )
    case = service.supplement(
        o, INTAKE, case.case_id, case.version, ("出院小结",), at("2026-03-18 10:00"), given()
    )
    assert (case.state, case.owed) == (State.AWAITING, ("费用清单",))
    case = service.supplement(
        o, INTAKE, case.case_id, case.version, ("费用清单",), at("2026-03-19 10:00"), given()
    )
    assert case.state == State.ACCEPTED
    assert case.clock is not None
    assert not case.clock.paused
    with pytest.raises(Conflict, match="一次性告知"):
        service.request_supplement(
            o, INTAKE, case.case_id, case.version, ("病历",), at("2026-03-19 11:00"), given()
        )


@pytest.mark.parametrize(
    ("care", "total", "days"),
    [("outpatient", "1000.00", 5), ("outpatient", "1000.01", 10), ("inpatient", "900.00", 10)],
)
def test_five_days_up_to_a_thousand_yuan_included_else_ten_J28(
    care: str, total: str, days: int
) -> None:
    o = office()
    case = opened(o, draft(care=care, total=total, in_policy=total), NOW)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    assert case.clock is not None
    assert case.clock.budget == days


def test_a_special_reason_gives_twenty_days_and_keeps_the_pauses_J28() -> None:
    o = office()
    case = opened(o, draft(), NOW)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.request_supplement(
        o, INTAKE, case.case_id, case.version, ("病历",), at("2026-03-17 10:00"), given()
    )
    case = service.supplement(
        o, INTAKE, case.case_id, case.version, ("病历",), at("2026-03-19 10:00"), given()
    )
    with pytest.raises(BadInput, match="理由"):
        service.extend(o, MANAGER, case.case_id, case.version, NOW, given())
    with pytest.raises(Forbidden):
        service.extend(o, INTAKE, case.case_id, case.version, NOW, given("异地核查"))
    case = service.extend(
        o, MANAGER, case.case_id, case.version, at("2026-03-20 10:00"), given("异地核查")
    )
    assert case.clock is not None
    assert (int(case.clock.budget), len(case.clock.pauses)) == (20, 1)
    with pytest.raises(Conflict):
        service.extend(o, MANAGER, case.case_id, case.version, NOW, given("再延长"))


def test_handed_on_between_points_it_keeps_trail_and_clock_J18() -> None:
    o = office()
    village, town = officer("o-v", "intake", point="V01"), officer("o-t", "intake", point="T01")
    case = opened(o, draft(point="V01"), NOW, village)
    case = service.accept(o, village, case.case_id, case.version, NOW, given())
    clock = case.clock
    with pytest.raises(Forbidden, match="服务点"):
        service.case_detail(o, town, case.case_id, NOW)
    case = service.transfer(
        o,
        village,
        case.case_id,
        case.version,
        "T01",
        at("2026-03-17 09:00"),
        given("材料齐全,转镇"),
    )
    assert case.clock == clock
    assert [a.act for a in service.case_detail(o, town, case.case_id, NOW).acts] == [
        "open",
        "accept",
        "transfer",
    ]
    assert service.case_detail(o, village, case.case_id, NOW).case.point == "T01", (
        "who took it in sees what became of it"
    )
    assert (
        len(service.page_of_cases(village, service.CaseFilter((State.ACCEPTED,)), "", 10)[0]) == 1
    )
    with pytest.raises(Forbidden, match="服务点"):
        service.withdraw(o, village, case.case_id, case.version, NOW, given("不办了"))
    with pytest.raises(Forbidden, match="统筹区"):
        service.case_detail(o, replace(village, admdvs="320500"), case.case_id, NOW)


def test_refused_with_reason_and_clause_frees_its_receipts_and_tells_the_person(
    tables: Tables,
) -> None:
    o = office()
    case = opened(o, draft(), NOW)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    for words in (given("不在范围"), given(clause="第二十五条")):
        with pytest.raises(BadInput):
            service.refuse(o, AUDITOR, case.case_id, case.version, NOW, words)
    case = service.refuse(
        o,
        AUDITOR,
        case.case_id,
        case.version,
        NOW,
        given("不在范围", "苏医保办发〔2023〕27号第二十五条"),
    )
    assert case.clock is not None
    assert case.clock.stopped == NOW
    assert [i["pk"]["S"] for i in tables.items("outbox")] == [f"O#case_refused#{case.case_id}"]
    assert opened(o, draft(key="2", bill_no="N1"), NOW).state == State.DRAFTED


def test_a_receipt_pays_once_in_the_whole_system_Q3_2() -> None:
    o = office()
    first = opened(o, draft(), NOW)
    with pytest.raises(Conflict, match=first.case_id):
        opened(o, draft(key="2", bill_no="N1"), NOW)
    receipts.report("3201", "S1", "3201S999", Region("320500"), NOW)
    receipts.report("3201", "S1", "3201S999", Region("320500"), NOW)
    with pytest.raises(Conflict, match="3201S999"):
        opened(o, draft(key="3", bill_no="S1"), NOW)
    with pytest.raises(Conflict, match=first.case_id):
        receipts.report(*first.receipts[0].key, "another", Region("320500"), NOW)


@pytest.mark.parametrize("written", ["ab12345", "ＡＢ１２３４５", "AB 12345"])
def test_a_receipt_written_differently_is_the_same_receipt_Q3_2(written: str) -> None:
    """Right money, 8."""
    o = office()
    first = opened(o, draft(bill_no="AB12345"), NOW)
    with pytest.raises(Conflict, match=first.case_id):
        opened(o, draft(key="2", bill_no=written), NOW)
    assert opened(o, draft(key="3", bill_no="AB12346"), NOW).receipts[0].bill_no == "AB12346"


@pytest.mark.parametrize(("code", "number"), [("3201", "12345"), ("03201", "0012345")])
def test_leading_zeros_are_a_suspicion_that_stops_the_audit_Q3_2(code: str, number: str) -> None:
    o = office()
    first = opened(o, draft(bill_no="0012345"), NOW)
    second = draft(key="2", begin=date(2026, 2, 1), end=date(2026, 2, 9))
    receipt = replace(second.receipts[0], bill_code=code, bill_no=number)
    case = opened(o, replace(second, receipts=(receipt,)), NOW)
    assert case.suspects == (first.case_id,)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    with pytest.raises(BadInput, match=first.case_id):
        service.audit(o, AUDITOR, case.case_id, case.version, NOW, given())
    audited = service.audit(o, AUDITOR, case.case_id, case.version, NOW, given("票面已核"))
    assert audited.state == State.AUDITED


def test_leading_zeros_within_one_application_are_refused_Q3_2() -> None:
    case = draft()
    halves = [replace(case.receipts[0], bill_no=n, amount=Fen(500000)) for n in ("7", "007")]
    with pytest.raises(BadInput, match="出现两次"):
        opened(office(), replace(case, receipts=tuple(halves)), NOW)


def test_an_electronic_invoice_has_20_digits_and_no_code_Q3_2() -> None:
    o, number = office(), "00000000000000000001"
    case = draft()
    receipt = replace(case.receipts[0], bill_code="", bill_no=number, medium="electronic")
    first = opened(o, replace(case, receipts=(receipt,)), NOW)
    second = draft(key="2", bill_no=number)
    with pytest.raises(Conflict, match=first.case_id):
        opened(o, second, NOW)
    paper = replace(draft(key="3").receipts[0], bill_code="", bill_no="12345")
    with pytest.raises(BadInput, match="bill_code"):
        opened(o, replace(draft(key="3"), receipts=(paper,)), NOW)


def test_amending_swaps_receipts_and_withdrawing_frees_them_Q3_2() -> None:
    o = office()
    case = opened(o, draft(), NOW)
    other = replace(case.receipts[0], bill_no="N9")
    case = service.amend(
        o, INTAKE, case.case_id, case.version, {"receipts": (other,)}, NOW, given()
    )
    assert receipts.holder(ReceiptNumber("3201", "N1")) is None
    held = receipts.holder(ReceiptNumber("3201", "N9"))
    assert held is not None
    assert held.id == case.case_id
    case = service.withdraw(o, INTAKE, case.case_id, case.version, NOW, given("改由一站式结算"))
    assert receipts.holder(ReceiptNumber("3201", "N9")) is None
    with pytest.raises(Conflict, match="撤回"):
        service.accept(o, INTAKE, case.case_id, case.version, NOW, given())


def test_same_person_dates_and_total_is_flagged_and_must_be_explained_J27() -> None:
    o = office()
    first = granted(o, draft(), NOW)
    case = opened(o, draft(key="2"), NOW)
    assert case.suspects == (first.case_id,)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    with pytest.raises(BadInput, match="疑似重复"):
        service.audit(o, AUDITOR, case.case_id, case.version, NOW, given())
    assert (
        service.audit(
            o, AUDITOR, case.case_id, case.version, NOW, given("两张票据分属两次住院")
        ).state
        == State.AUDITED
    )


def test_a_priced_case_is_stale_once_the_year_moved_and_is_priced_again() -> None:
    o = office()
    case = opened(o, draft(), NOW)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.audit(o, AUDITOR, case.case_id, case.version, NOW, given())
    granted(o, draft(key="2", begin=date(2026, 2, 1), end=date(2026, 2, 9)), NOW)
    with pytest.raises(Conflict, match="重新核算"):
        service.recheck(o, REVIEWER, case.case_id, case.version, NOW, given())
    case = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.audit(o, AUDITOR, case.case_id, case.version, NOW, given())
    assert (
        service.recheck(o, REVIEWER, case.case_id, case.version, NOW, given()).state
        == State.RECHECKED
    )


def test_the_same_request_again_changes_nothing_and_another_is_told(tables: Tables) -> None:
    o = office()
    case = opened(o, draft(), NOW)
    assert opened(o, draft(), NOW) == case
    once = service.accept(o, INTAKE, case.case_id, case.version, NOW, given(request="r1"))
    before = tables.everything()
    again = service.accept(o, INTAKE, case.case_id, case.version, NOW, given(request="r1"))
    assert again == once
    assert tables.everything() == before
    with pytest.raises(Conflict, match="已被他人办理"):
        service.accept(o, INTAKE, case.case_id, case.version, NOW, given(request="r2"))
    with pytest.raises(Conflict, match="同一受理号"):
        service.open_case(
            o, INTAKE, draft(total="9999.00", in_policy="9000.00"), NOW, given(request="other")
        )


def test_annulled_before_payment_restores_books_and_year() -> None:
    o = office()
    before = people.load("P1", 2026).totals(2026).amounts
    case = granted(o, draft(), NOW)
    case = service.annul(o, REVIEWER, case.case_id, case.version, NOW, given("票据有误"))
    assert balances() == {}
    assert dict(people.load("P1", 2026).totals(2026).amounts) == dict(before)
    case = service.price(o, INTAKE, case.case_id, case.version, NOW, given())
    case = service.audit(o, AUDITOR, case.case_id, case.version, NOW, given())
    case = service.recheck(o, REVIEWER, case.case_id, case.version, NOW, given())
    assert case.postings == 2
    assert balances()["610100-2103"] == -159750


def test_an_obligation_with_another_one_on_top_is_not_annulled() -> None:
    o = office()
    case = granted(o, draft(), NOW)
    later = granted(o, draft(key="2", begin=date(2026, 3, 11), end=date(2026, 3, 12)), NOW)
    with pytest.raises(Conflict, match=later.case_id):
        service.annul(o, REVIEWER, case.case_id, case.version, NOW, given("票据有误"))


def test_a_closed_account_comes_back_to_the_case_and_is_paid_elsewhere(tables: Tables) -> None:
    o = office()
    batch = open_batch("b1", NOW)
    case = released(o, granted(o, draft(), NOW), NOW, batch.batch_id)
    close_batch(batch.batch_id, NOW)
    assert case.order is not None
    take(o, answer(batch.batch_id, (case.order.order_id, "8822.50", "failed", "账户已销户")), NOW)
    case = service.case_detail(o, MANAGER, case.case_id, NOW).case
    assert case.state == State.PAYMENT_FAILED
    assert case.order is not None
    assert case.order.failure == "账户已销户"
    assert "O#case_payment_failed#" + case.order.order_id in [
        i["pk"]["S"] for i in tables.items("outbox")
    ]
    guardian = StatedAccount("李四", "6222020000009999", "102301000000", "guardian")
    with pytest.raises(BadInput, match="监护证明"):
        service.change_account(
            o, INTAKE, case.case_id, case.version, guardian, NOW, given("原账户销户")
        )
    with pytest.raises(BadInput, match="户名"):
        service.change_account(
            o,
            INTAKE,
            case.case_id,
            case.version,
            replace(guardian, owner="self"),
            NOW,
            given("原账户销户"),
        )
    for unproven in ("x", "0" * 64):
        with pytest.raises(Refused):
            service.change_account(
                o,
                INTAKE,
                case.case_id,
                case.version,
                replace(guardian, proof=unproven),
                NOW,
                given("原账户销户"),
            )
    proof = scan(case.case_id, b"guardianship")
    case = service.change_account(
        o,
        INTAKE,
        case.case_id,
        case.version,
        replace(guardian, proof=proof),
        NOW,
        given("原账户销户"),
    )
    second = open_batch("b2", NOW)
    with pytest.raises(Conflict, match="尚未审批"):
        released(o, case, NOW, second.batch_id)
    case = service.case_detail(o, MANAGER, case.case_id, NOW).case
    assert case.state == State.ORDERED, "ordered, and held back until the account is approved"
    case = service.approve_account(o, AUDITOR, case.case_id, case.version, NOW, given())
    case = service.pay(o, CASHIER, case.case_id, case.version, second.batch_id, NOW, given())
    close_batch(second.batch_id, NOW)
    assert case.order is not None
    assert case.order.number == 2
    take(o, answer(second.batch_id, (case.order.order_id, "8822.50", "paid", "")), NOW)
    assert balances()["610100-1002"] == -159750


def test_paid_and_returned_three_days_later_is_paid_once_more(tables: Tables) -> None:
    """Right money, 8. The payment is mirrored, the person is told, the account can be changed, a
    new order pays once more; both steps stand in the history."""
    o = office()
    case = confirmed(o, draft(), NOW)
    assert case.order is not None
    first, paid = case.order, balances()
    assert paid["610100-1002"] == -159750
    later = NOW + timedelta(days=3)
    returned = answer(first.batch, (first.order_id, "8822.50", "failed", "账号户名不符退汇"))
    assert take(o, returned, later) == (1, [])
    case = service.case_detail(o, MANAGER, case.case_id, later).case
    assert (case.state, case.reason) == (State.PAYMENT_FAILED, "账号户名不符退汇")
    assert "610100-1002" not in balances()
    assert balances()["610100-2103"] == -159750, "owed again"
    assert f"O#case_payment_failed#{first.order_id}.1" in [
        i["pk"]["S"] for i in tables.items("outbox")
    ]
    account = StatedAccount("张P1", "6222020000007777", "102301000000", "self")
    act = (case.case_id, case.version)
    case = service.change_account(o, INTAKE, *act, account, later, given("户名不符"))
    case = service.approve_account(o, AUDITOR, case.case_id, case.version, later, given())
    batch = open_batch("again", later)
    case = released(o, case, later, batch.batch_id)
    close_batch(batch.batch_id, later)
    assert case.order is not None
    assert (case.order.number, case.order.account) == (2, account)
    assert take(o, answer(batch.batch_id, (case.order.order_id, "8822.50", "paid", "")), later) == (
        1,
        [],
    )
    assert balances() == paid
    done = [a.act for a in service.case_detail(o, MANAGER, case.case_id, later).acts]
    assert done[done.index("confirm") :] == [
        "confirm",
        "payment_returned",
        "change_account",
        "approve_account",
        "order",
        "pay",
        "confirm",
    ]


@pytest.mark.parametrize("who", [AUDITOR, ACCOUNTANT, CASHIER, MANAGER])
def test_an_account_is_changed_by_who_took_the_case_in_alone_Q3_1(who: Officer) -> None:
    o = office()
    case = granted(o, draft(), NOW)
    account = StatedAccount("张P1", "6222020000007777", "102301000000", "self")
    with pytest.raises(Forbidden):
        service.change_account(o, who, case.case_id, case.version, account, NOW, given("户名不符"))


@pytest.mark.parametrize("who", [INTAKE, ACCOUNTANT, CASHIER, officer("o-intake", "auditor")])
def test_who_entered_an_account_or_pays_on_it_does_not_approve_it_Q3_1(who: Officer) -> None:
    o = office()
    case = granted(o, draft(), NOW)
    account = StatedAccount("张P1", "6222020000007777", "102301000000", "self")
    case = service.change_account(
        o, INTAKE, case.case_id, case.version, account, NOW, given("户名不符")
    )
    with pytest.raises(Forbidden):
        service.approve_account(o, who, case.case_id, case.version, NOW, given())


def test_recovery_up_to_what_was_paid_as_a_negative_order() -> None:
    """8,822.50 paid; 1,000.01 and then the rest demanded back; the books and the year follow to the
    fen."""
    o = office()
    case = confirmed(o, draft(), NOW)
    for wrong in (Fen(0), Fen(882251), Fen(-1)):
        with pytest.raises(BadInput, match="追回金额"):
            service.demand_recovery(
                o,
                INSPECTOR,
                case.case_id,
                case.version,
                wrong,
                NOW,
                given("虚假票据", "第四十一条"),
            )
    for amount in (Fen(100001), Fen(882250 - 100001)):
        case = service.demand_recovery(
            o, INSPECTOR, case.case_id, case.version, amount, NOW, given("虚假票据", "第四十一条")
        )
        assert case.order is not None
        assert case.order.amount == -amount
        case = service.order_recovery(o, REVIEWER, case.case_id, case.version, NOW, given())
        case = service.receive_recovery(o, CASHIER, case.case_id, case.version, NOW, given())
    assert case.state == State.RECOVERED
    assert balances() == {}
    assert people.load("P1", 2026).totals(2026).amounts.get("paid:assistance_inpatient", 0) == 0
    assert people.load("P1", 2026).totals(2026).amounts["own_all"] == 1000000
    with pytest.raises(BadInput, match="追回金额"):
        service.demand_recovery(
            o, INSPECTOR, case.case_id, case.version, Fen(1), NOW, given("虚假票据", "第四十一条")
        )


def test_a_demand_is_dropped_before_it_is_rechecked() -> None:
    o = office()
    case = confirmed(o, draft(), NOW)
    before = balances()
    case = service.demand_recovery(
        o, INSPECTOR, case.case_id, case.version, Fen(5000), NOW, given("重复", "第四十一条")
    )
    case = service.drop_recovery(o, AUDITOR, case.case_id, case.version, NOW, given("查无实据"))
    assert case.recovered == 0
    assert balances() == before
    case = service.demand_recovery(
        o, INSPECTOR, case.case_id, case.version, Fen(700000), NOW, given("重复", "第四十一条")
    )
    case = service.order_recovery(o, REVIEWER, case.case_id, case.version, NOW, given())
    assert case.recovered == 700000


def test_nothing_payable_is_closed_not_ordered() -> None:
    register("P2", ())
    o = office()
    case = granted(
        o,
        draft(
            key="9",
            psn_no="P2",
            care="outpatient",
            total="100.00",
            in_policy="100.00",
            begin=date(2026, 3, 2),
            end=date(2026, 3, 2),
        ),
        NOW,
    )
    assert case.granted == 0
    with pytest.raises(Conflict, match="直接结案"):
        service.order(o, ACCOUNTANT, case.case_id, case.version, NOW, given())
    assert (
        service.close(o, ACCOUNTANT, case.case_id, case.version, NOW, given()).state
        == State.NOTIFIED
    )
    assert balances() == {}


def test_other_regions_do_not_see_or_touch_a_case() -> None:
    o = office()
    case = opened(o, draft(), NOW)
    stranger = officer("o-x", "intake", "auditor", "manager", admdvs="320500")
    with pytest.raises(Forbidden, match="本统筹区"):
        service.case_detail(o, stranger, case.case_id, NOW)
    with pytest.raises(Forbidden, match="本统筹区"):
        service.accept(o, stranger, case.case_id, case.version, NOW, given())
    with pytest.raises(Refused, match="不存在"):
        service.case_detail(o, INTAKE, "320100Mnone", NOW)


def test_lists_by_state_role_and_filter_with_paging() -> None:
    o = office()
    for n in range(7):
        case = opened(o, draft(key=str(n)), NOW)
        if n % 2:
            service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    both, drafted = (
        service.CaseFilter(one) for one in ((State.DRAFTED, State.ACCEPTED), (State.DRAFTED,))
    )
    rows, cursor = service.page_of_cases(INTAKE, both, "", 3)
    more, cursor = service.page_of_cases(INTAKE, both, cursor, 3)
    last, cursor = service.page_of_cases(INTAKE, both, cursor, 3)
    assert [len(rows), len(more), len(last), cursor] == [3, 3, 1, ""]
    assert len({r["case_id"] for r in (*rows, *more, *last)}) == 7
    assert service.counts(INTAKE)[0]["accepted"] == 3
    for before, count in (("2026-03-31", 3), ("2026-03-30", 0)):
        asked = service.CaseFilter((State.ACCEPTED,), "", before)
        assert len(service.page_of_cases(INTAKE, asked, "", 50)[0]) == count
    assert State.RECHECKED in service.states_for(o, "accountant")
    assert (
        service.page_of_cases(
            officer("o-v", "intake", point="V01"), service.CaseFilter((State.DRAFTED,)), "", 10
        )[0]
        == []
    )
    with pytest.raises(BadInput, match="翻页"):
        service.page_of_cases(INTAKE, drafted, "nonsense", 3)


def test_what_comes_back_of_an_earlier_year_is_other_income() -> None:
    """J32: of the same year it reduces the expense, of an earlier one that year's expense stays and
    the money is income when it is there. Paid in March 2026, 1,000.01 and the rest taken back in
    January 2027; the year's totals of 2026 follow as ever."""
    o, later = office(), at("2027-01-18 09:00")
    case = confirmed(o, draft(), NOW)
    before, january = balances(), "2027-01"
    for first, amount in ((True, Fen(100001)), (False, Fen(882250 - 100001))):
        for act, who in (("demand", INSPECTOR), ("order", REVIEWER)):
            more = (amount,) if act == "demand" else ()
            step = getattr(service, f"{act}_recovery")
            case = step(
                o, who, case.case_id, case.version, *more, later, given("多付", "第四十一条")
            )
        if first:
            assert list(fund.entries(NANJING, january)) == []
        case = service.receive_recovery(o, CASHIER, case.case_id, case.version, later, given())
    assert balances() == before
    found: dict[str, int] = {}
    for entry in fund.entries(NANJING, january):
        for line in entry.lines:
            number = line.account.number
            found[number] = found.get(number, 0) + int(line.amount)
    assert found == {"1001": 882250, "430104": -882250}
    assert people.load("P1", 2026).totals(2026).amounts["own_all"] == 1000000


def test_what_was_demanded_in_the_year_and_comes_in_the_next_is_one_recovery() -> None:
    """The expense was reduced when it was demanded: the money settles that and is no income."""
    o, december, january = office(), at("2026-12-31 09:00"), at("2027-01-18 09:00")
    case = confirmed(o, draft(), NOW)
    why = given("多付", "第四十一条")
    case = service.demand_recovery(
        o, INSPECTOR, case.case_id, case.version, Fen(500), december, why
    )
    case = service.order_recovery(o, REVIEWER, case.case_id, case.version, december, given())
    service.receive_recovery(o, CASHIER, case.case_id, case.version, january, given())
    (entry,) = {entry.entry_id: entry for entry in fund.entries(NANJING, "2027-01")}.values()
    assert {line.account.number for line in entry.lines} == {"1002", "2103"}
