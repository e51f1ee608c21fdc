"""Between agency and finance: allocation, reconciliation by line, two signatures, budget, pools,
reserve, the accounts as a workbook.

Proves J30, J31, J33, J36, Q2.2, Q2.3, N7.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from tests.conftest import Tables
from tests.dropped.builders import altered, workbook_of
from tests.fund.office import budget, give, make, paper, post

from medaid.aws.transaction import ConditionFailed, commit
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import (
    allocations,
    analysis,
    books,
    budgets,
    finance,
    open_lines,
    periods,
    reconciliation,
    reconciling,
    rollups,
    service,
    sign_off,
    vouchers,
)
from medaid.fund.model import Entry, journal
from medaid.fund.model.chart import spent_from
from medaid.fund.movements import Movements
from medaid.fund.reconciliation import HEADING, Movement
from medaid.fund.records import Allocation, BudgetItem, Cause, Voucher
from medaid.ids import OfficerId
from medaid.money import Fen, Ratio
from medaid.months import Month, Quarter
from medaid.payments.model import Duty
from medaid.payments.service import get_officer
from medaid.regions import Region
from medaid.workbook import workbook

R = "620522"


def when(day: int, month: int = 7, hour: int = 2) -> datetime:
    return datetime(2023, month, day, hour, tzinfo=UTC)


def request(fen: int, quarter: str = "2023-Q3", fund: str = "assistance") -> None:
    allocations.request_allocation(R, quarter, "1", {fund: Fen(fen)}, "经办", when(1))


@pytest.fixture
def _office(tables: Tables) -> None:
    """A budget of 10.00 yuan for each of two funds, and as much on the special account."""
    budget(2023, {"610100-500101": 1000, "610100-590101": 100, "390100-500111": 1000})
    for fund in ("assistance", "basic_resident"):
        give(fund, 1000, date(2023, 7, 1))


@pytest.mark.usefixtures("_office")
class TestAllocation:
    def test_asked_approved_received_booked_once(self) -> None:
        """Q2.2: allocation by approved request, into the expenditure account, once."""
        request(500)
        with pytest.raises(Conflict):
            allocations.request_allocation(
                R, "2023-Q3", "1", {"assistance": Fen(500)}, "经办", when(1)
            )
        with pytest.raises(Conflict):  # not approved yet
            allocations.receive_allocation(R, "2023-Q3", "1", "出纳", when(2))
        with pytest.raises(Conflict):  # not reviewed yet
            allocations.approve_allocation(R, "2023-Q3", "1", "财政", when(2))
        with pytest.raises(Forbidden):
            allocations.review_allocation(R, "2023-Q3", "1", "经办", when(2))
        allocations.review_allocation(R, "2023-Q3", "1", "审核", when(2))
        for by in ("经办", "审核"):
            with pytest.raises(Forbidden):
                allocations.approve_allocation(R, "2023-Q3", "1", by, when(2))
        allocations.approve_allocation(R, "2023-Q3", "1", "财政", when(2))
        for day in (5, 6):
            allocations.receive_allocation(R, "2023-Q3", "1", "出纳", when(day))
        (entry,) = (one for one in service.entries(R, "2023-07") if one.kind == "allocation")
        assert books.balances([entry]) == {"610100-1002": Fen(500), "610100-1001": Fen(-500)}

    def test_who_asked_or_approved_does_not_receive(self) -> None:
        """Right money, 16. Q3.1: nobody carries an allocation from end to end."""
        request(500)
        allocations.review_allocation(R, "2023-Q3", "1", "审核", when(2))
        allocations.approve_allocation(R, "2023-Q3", "1", "财政", when(2))
        for by in ("经办", "审核", "财政"):
            with pytest.raises(Forbidden) as told:
                allocations.receive_allocation(R, "2023-Q3", "1", by, when(3))
            assert told.value.code == "SEPARATION"
        assert {one.kind for one in service.entries(R, "2023-07")} == {"opening"}

    def test_finance_may_refuse_and_says_why(self) -> None:
        request(500)
        with pytest.raises(Forbidden):
            allocations.reject_allocation(R, "2023-Q3", "1", "经办", "超预算", when(2))
        held = allocations.reject_allocation(R, "2023-Q3", "1", "财政", "超预算", when(2))
        assert held.trail[-1].why == "超预算"
        with pytest.raises(Conflict):
            allocations.receive_allocation(R, "2023-Q3", "1", "出纳", when(3))

    def test_who_rejects_as_the_agencys_auditor_audits_there_and_does_nothing_else(self) -> None:
        """Q3.1: as who reviews. Finance is another office and holds no duty of the agency."""
        ask, reject = allocations.request_allocation, allocations.reject_allocation
        for number, by in (("1", "经办"), ("2", "会计乙"), ("3", "会计乙")):
            ask(R, "2023-Q3", number, {"assistance": Fen(5)}, by, when(1))
        auditor, finance = frozenset({"auditor"}), frozenset({"finance"})
        with pytest.raises(Forbidden) as told:  # an accountant by what he did
            reject(R, "2023-Q3", "2", "经办", "超预算", when(2), auditor)
        assert told.value.code == "SEPARATION"
        reject(R, "2023-Q3", "1", "审核", "超预算", when(2), auditor)
        with pytest.raises(Forbidden) as told:
            ask(R, "2023-Q4", "1", {"assistance": Fen(5)}, "审核", when(3))
        assert told.value.code == "SEPARATION"
        reject(R, "2023-Q3", "2", "财政", "超预算", when(2), finance)
        (held,) = get_officer(Region(R), OfficerId("审核")).duties
        assert held.duty is Duty.AUDIT
        assert not get_officer(Region(R), OfficerId("财政")).duties

    def test_what_leaves_the_special_account_is_no_limit_of_the_expenditure_account(self) -> None:
        """Issue: right money, 10. Q2.2: money that never passes it is not asked for."""
        assert spent_from("1002") == {"500101", "500102", "500111", "500112", "500121"}
        budget(2023, {"390100-500111": 60, "390100-540101": 900, "390100-520101": 40})
        ask = allocations.request_allocation
        with pytest.raises(Conflict) as told:
            ask(R, "2023-Q3", "1", {"basic_resident": Fen(61)}, "经办", when(1))
        assert (told.value.code, told.value.field) == ("BUDGET_EXCEEDED", "amounts.basic_resident")
        assert "由支出户支付的支出 0.60 元" in told.value.rule
        ask(R, "2023-Q3", "1", {"basic_resident": Fen(60)}, "经办", when(1))

    def test_an_unknown_fund_is_refused_at_the_first_step(self) -> None:
        with pytest.raises(BadInput) as told:
            request(5, fund="养老")
        assert told.value.code == "FUND_UNKNOWN"
        assert allocations.page_of_allocations(R, "2023-Q3", "", 50) == ([], "")

    @pytest.mark.parametrize(
        ("quarter", "fen"), [("2023-Q5", 1), ("2023", 1), ("2023-Q3", 0), ("2023-Q3", -1)]
    )
    def test_request_of_another_form(self, quarter: str, fen: int) -> None:
        with pytest.raises(Refused):
            allocations.request_allocation(
                R, quarter, "1", {"assistance": Fen(fen)}, "经办", when(1)
            )

    def test_no_more_is_asked_for_than_the_approved_budget_holds(self, tables: Tables) -> None:
        """Q2.2: over all requests of the year; what was rejected counts no more."""
        request(600)
        ask = allocations.request_allocation
        before = tables.everything()
        with pytest.raises(Conflict) as told:
            ask(R, "2023-Q4", "1", {"assistance": Fen(401)}, "经办", when(1))
        assert (told.value.code, told.value.field) == ("BUDGET_EXCEEDED", "amounts.assistance")
        assert "至多 4.00 元" in told.value.rule
        assert tables.everything() == before
        ask(R, "2023-Q4", "1", {"assistance": Fen(400)}, "经办", when(1))
        ask(R, "2023-Q3", "2", {"basic_resident": Fen(1000)}, "经办", when(1))
        allocations.reject_allocation(R, "2023-Q3", "1", "财政", "超出需要", when(2))
        ask(R, "2023-Q4", "2", {"assistance": Fen(600)}, "经办", when(3))
        with pytest.raises(Conflict) as told:  # no budget of that year
            ask(R, "2024-Q1", "1", {"assistance": Fen(1)}, "经办", when(3))
        assert (told.value.code, told.value.field) == ("BUDGET_EXCEEDED", "quarter")
        with pytest.raises(Conflict):  # no budget of that fund
            ask(R, "2023-Q4", "3", {"disabled": Fen(1)}, "经办", when(3))

    def test_a_budget_cut_since_the_request_holds_at_the_approval(self) -> None:
        request(600)
        allocations.review_allocation(R, "2023-Q3", "1", "审核", when(2))
        items = [BudgetItem("610100-500101", Fen(599), "调减")]
        budgets.draft_budget(R, 2023, items, "压减", "会计", when(3))
        budgets.review_budget(R, 2023, 2, "财政甲", when(3))
        allocations_stand = allocations.page_of_allocations(R, "2023-Q3", "", 50)
        budgets.approve_budget(R, 2023, 2, "县政批2", "县政府", when(3))
        with pytest.raises(Conflict) as told:
            allocations.approve_allocation(R, "2023-Q3", "1", "财政", when(4))
        assert told.value.code == "BUDGET_EXCEEDED"
        assert allocations.page_of_allocations(R, "2023-Q3", "", 50) == allocations_stand

    def test_two_requests_side_by_side_do_not_share_one_budget(self) -> None:
        made = [
            Allocation(Quarter("2023-Q3"), name, {"assistance": Fen(1000)}, ()) for name in "ab"
        ]
        turns = [allocations._within_budget(R, one, when(1)) for one in made]
        commit(turns[:1])
        with pytest.raises(ConditionFailed):
            commit(turns[1:])

    def test_money_that_is_not_there_is_not_received(self) -> None:
        request(600)
        allocations.review_allocation(R, "2023-Q3", "1", "审核", when(2))
        allocations.approve_allocation(R, "2023-Q3", "1", "财政", when(2))
        post(paper("1", "remittance_up", date(2023, 7, 2), ("assistance", "520102", "1001", 401)))
        with pytest.raises(Conflict) as told:
            allocations.receive_allocation(R, "2023-Q3", "1", "出纳", when(3))
        assert (told.value.code, told.value.field) == ("OVERDRAWN", "amounts")


def digest() -> str:
    """What a signature names: the file whose comparison stands."""
    return reconciling.get_comparison(R, "2023-Q3")[0].digest


def statement(*rows: tuple[str, str, str, str, str, str, str]) -> bytes:
    return ("\n".join(",".join(row) for row in (HEADING, *rows)) + "\n").encode("utf-8-sig")


@pytest.mark.usefixtures("tables")
class TestReconciliation:
    def booked(self) -> None:
        for source, fen in (("拨1", 500), ("拨2", 700), ("拨3", 900)):
            periods.post(
                journal.movement(
                    "allocation", R, source, [("assistance", "1002", "1001", Fen(fen))], when(3)
                )
            )

    def test_each_line_is_matched_ours_theirs_or_different(self) -> None:
        """J31: finance's statement against the books, differences by line with their age."""
        self.booked()
        content = statement(
            ("2023-07-03", "拨1", "支出户", "医疗救助基金", "5.00", "", ""),
            ("2023-07-03", "拨2", "支出户", "610100", "7.01", "", ""),
            ("2023-07-08", "拨9", "支出户", "610100", "1", "", ""),
            ("2023-07-03", "拨1", "财政专户", "610100", "", "5", ""),
            ("2023-07-03", "", "财政专户", "610100", "", "9.00", '"无凭证号,按日期金额"'),
        )
        found = reconciling.reconcile(R, "2023-Q3", "对账.csv", content, when(13, 10))
        kinds = [
            (f.kind, (f.ours or f.theirs).reference, f.age)  # type: ignore[union-attr]
            for f in found
            if (f.ours or f.theirs) is not None
        ]
        assert kinds == [
            ("amount_differs", "拨2", 102),
            ("ours_only", "拨2", 102),
            ("ours_only", "拨3", 102),
            ("theirs_only", "拨9", 97),
            ("matched", "拨1", 102),
            ("matched", "拨1", 102),
            ("matched", "拨3", 102),
        ]

    def test_two_people_sign(self) -> None:
        reconciling.reconcile(R, "2023-Q3", "对账.csv", statement(), when(13, 10))
        assert sign_off.sign(R, "2023-Q3", digest(), "会计", "", when(14, 10)) == "signed_once"
        with pytest.raises(Forbidden):
            sign_off.sign(R, "2023-Q3", digest(), "会计", "", when(14, 10))
        with pytest.raises(Conflict):  # no other file slips under a signature
            reconciling.reconcile(R, "2023-Q3", "另.csv", statement(), when(14, 10))
        assert sign_off.sign(R, "2023-Q3", digest(), "财政", "", when(15, 10)) == "signed"
        with pytest.raises(Conflict):
            sign_off.sign(R, "2023-Q3", digest(), "主管", "", when(15, 10))

    def test_open_lines_need_a_remark(self) -> None:
        self.booked()
        reconciling.reconcile(R, "2023-Q3", "对账.csv", statement(), when(13, 10))
        with pytest.raises(Refused) as told:
            sign_off.sign(R, "2023-Q3", digest(), "会计", "", when(14, 10))
        assert told.value.code == "FIELD_REQUIRED"

    def test_workbook_and_gb18030_are_read_alike(self) -> None:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(list(HEADING))
        # as a workbook has it
        sheet.append([datetime(2023, 7, 3), "拨1", "支出户", "医疗救助基金", 1234.56, None, None])  # noqa: DTZ001
        held = io.BytesIO()
        book.save(held)
        expected = [Movement(date(2023, 7, 3), "拨1", "1002", "assistance", Fen(123456))]
        assert list(reconciliation.read_statement(held.getvalue()).movements) == expected
        text = statement(("2023-07-03", "拨1", "支出户", "610100", '"1,234.56"', "", "")).decode(
            "utf-8-sig"
        )
        assert list(reconciliation.read_statement(text.encode("gb18030")).movements) == expected

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"a,b\n", "首行"),
            (statement(("2023-13-01", "", "支出户", "610100", "1", "", "")), "第2行 日期"),
            (statement(("2023-07-01", "", "收入户", "610100", "1", "", "")), "第2行 账户"),
            (statement(("2023-07-01", "", "支出户", "养老", "1", "", "")), "第2行 基金"),
            (statement(("2023-07-01", "", "支出户", "610100", "1.234", "", "")), "第2行 收入"),
            (statement(("2023-07-01", "", "支出户", "610100", "", "", "")), "不为零"),
        ],
    )
    def test_file_of_another_form_names_row_and_column(self, content: bytes, told: str) -> None:
        with pytest.raises(BadInput) as error:
            reconciling.reconcile(R, "2023-Q3", "a.csv", content, when(13, 10))
        assert told in error.value.sentence

    @pytest.mark.parametrize(
        ("lines", "told"),
        [
            # an unclosed quote would take the rest of the file for one cell
            ('2026-07-03,拨1,支出户,610100,5.00,,"甲\n2026-07-04,拨2,支出户,610100,7,,乙', "第2行"),
            ("2026-07-03,拨1,支出户,610100,1,234.00,,甲", "列数多于表头"),
            ('2026-07-03,拨1,支出户,610100,"1234,50",,甲', "第2行 收入“1234,50”"),
            ('2026-07-03,拨1,支出户,610100,"1,23,4",,甲', "第2行 收入“1,23,4”"),
            ("2026-07-03,拨1,支出户,610100,-,,甲", "第2行 收入“-”"),
        ],
    )
    def test_quotes_and_commas_that_would_change_an_amount(self, lines: str, told: str) -> None:
        """Right money, 19. J31: a line is never lost and never read as another amount."""
        content = f"{','.join(HEADING)}\n{lines}\n".encode()
        with pytest.raises(BadInput) as error:
            reconciliation.read_statement(content)
        assert told in error.value.sentence
        assert "1234,50" not in str(error.value)

    @pytest.mark.parametrize("stated", ["A1", "A1:G1", "A1:G2", "A1:E4"])
    def test_a_workbook_that_states_its_size_wrongly(self, stated: str) -> None:
        """Right money, 19. J31: three movements each, whatever the sheet says of its own size."""
        lines = [
            ("2026-07-03", "拨1", "支出户", "医疗救助基金", 5, None, "甲"),
            ("2026-07-04", "拨2", "支出户", "610100", 7.01, None, "乙"),
            ("2026-07-05", "拨3", "支出户", "610100", None, 9, "丙"),
        ]
        size = f'dimension ref="{stated}"'
        book = altered(
            workbook_of(("对账单", [HEADING, *lines])),
            lambda xml: re.sub(r'dimension ref="[^"]*"', size, xml),
        )
        amounts = [movement.amount for movement in reconciliation.read_statement(book).movements]
        assert amounts == [Fen(500), Fen(701), Fen(-900)]

    def test_broken_workbook(self) -> None:
        with pytest.raises(BadInput):
            reconciliation.read_statement(b"PK\x03\x04broken")


movements = st.lists(
    st.builds(
        Movement,
        st.dates(date(2023, 7, 1), date(2023, 7, 5)),
        st.sampled_from(["", "a", "b"]),
        st.sampled_from(["1001", "1002"]),
        st.just("assistance"),
        st.sampled_from([Fen(1), Fen(2), Fen(-1)]),
    ),
    max_size=12,
)


@given(movements, movements)
def test_every_line_of_both_sides_is_in_one_finding(
    ours: list[Movement], theirs: list[Movement]
) -> None:
    found = reconciliation.compare(ours, theirs, date(2023, 8, 1))
    key = repr
    assert sorted((f.ours for f in found if f.ours), key=key) == sorted(ours, key=key)
    assert sorted((f.theirs for f in found if f.theirs), key=key) == sorted(theirs, key=key)
    for one in found:
        if one.kind == "matched":
            assert one.ours is not None
            assert one.theirs is not None
            assert one.ours.amount == one.theirs.amount
    if ours == theirs and all(m.reference for m in ours):
        assert {f.kind for f in found} <= {"matched"}


@given(movements, movements, st.randoms(use_true_random=False))
def test_matching_does_not_hang_on_the_order_of_lines(
    ours: list[Movement], theirs: list[Movement], chance: Random
) -> None:
    """Right money, 19."""
    found = reconciliation.compare(ours, theirs, date(2023, 8, 1))
    chance.shuffle(ours)
    chance.shuffle(theirs)
    assert reconciliation.compare(ours, theirs, date(2023, 8, 1)) == found


def test_an_exact_line_is_matched_before_one_that_only_quotes_the_same_paper() -> None:
    """One paper, two amounts: each finds its own, whichever line comes first (J31)."""

    def line(fen: int) -> Movement:
        return Movement(date(2023, 7, 3), "拨1", "1002", "assistance", Fen(fen))

    for theirs in ([line(7), line(5)], [line(5), line(7)]):
        found = reconciliation.compare([line(5), line(7)], theirs, date(2023, 8, 1))
        assert {one.kind for one in found} == {"matched"}


@pytest.mark.usefixtures("tables")
class TestWhichStatement:
    """The file that finance dropped last is the one that is compared and signed (J31)."""

    def test_an_older_draft_that_comes_last_does_not_replace_the_correction(self) -> None:
        """Right money, 19."""
        draft, correction = (statement(("2023-07-03", p, *_REST)) for p in ("草稿", "更正"))
        early, late = when(9, 10), when(10, 10)
        reconciling.reconcile(R, "2023-Q3", "更正.csv", correction, when(13, 10), late)
        for _ in range(2):
            with pytest.raises(Conflict) as told:
                reconciling.reconcile(R, "2023-Q3", "草稿.csv", draft, when(13, 10), early)
            assert told.value.code == "STALE"
        assert reconciling.get_comparison(R, "2023-Q3")[0].file == "更正.csv"

    def test_a_signature_for_another_file_is_refused(self) -> None:
        reconciling.reconcile(R, "2023-Q3", "a.csv", statement(), when(9, 10))
        looked_at = digest()
        reconciling.reconcile(
            R, "2023-Q3", "b.csv", statement(("2023-07-03", "x", *_REST)), when(10, 10)
        )
        with pytest.raises(Conflict) as told:
            sign_off.sign(R, "2023-Q3", looked_at, "会计", "有未达", when(14, 10))
        assert told.value.field == "digest"
        held, _ = reconciling.get_comparison(R, "2023-Q3")
        lines = [*open_lines.open_lines(held.open), *(one.line for one in held.balances)]
        reconciling.explain_lines(
            R, "2023-Q3", lines, Cause.THEIR_ERROR, "对方错记", "会计", when(14, 10)
        )
        assert (
            sign_off.sign(R, "2023-Q3", digest(), "会计", "有未达", when(14, 10)) == "signed_once"
        )

    def test_a_quarter_that_has_not_ended_is_neither_compared_nor_signed(self) -> None:
        """Right money, 19."""
        for act in (
            lambda: reconciling.reconcile(R, "2023-Q4", "a.csv", statement(), when(20, 11)),
            lambda: sign_off.sign(R, "2023-Q4", "", "会计", "", when(31, 12)),
        ):
            with pytest.raises(Refused) as told:
                act()
            assert told.value.code == "PERIOD_OPEN"


_REST = ("支出户", "610100", "1", "", "")


def entries() -> list[Entry]:
    settled = [
        journal.settlement_entries(
            journal.SettlementBooking(
                f"s{n}", R, R, "H1", "390", care, {"hifp_pay": Fen(hifp), "maf_pay": Fen(maf)}
            ),
            when(3),
        )[0]
        for n, (care, hifp, maf) in enumerate([("inpatient", 6000, 100), ("outpatient", 4000, 300)])
    ]
    paid_in = journal.movement(
        "enrolment_income", R, "e", [("basic_resident", "1001", "400101", Fen(12001))], when(2)
    )
    passed_up = journal.movement(
        "critical_passed_up", R, "c", [("basic_resident", "520101", "1001", Fen(2000))], when(2)
    )
    moved = journal.movement(
        "pool_transfer", R, "划1", [("basic_resident", "300102", "300101", Fen(1500))], when(4)
    )
    return [*settled, paid_in, passed_up, moved]


def sums(found: list[Entry]) -> Movements:
    moved = Movements()
    for entry in found:
        moved.take(entry)
    return moved


def test_pools_of_30_and_70_with_a_transfer() -> None:
    """Q2.3: income less what is passed up is shared 30 to 70 to the fen; a documented transfer
    moves money between them."""
    found = analysis.pools("basic_resident", 30, 70, [sums(entries())])
    assert found.given == (Fen(3000), Fen(7001))
    assert found.moved_to_outpatient == Fen(1500)
    assert found.used == (Fen(4000), Fen(6000))
    assert found.left == (Fen(500), Fen(-499))


@pytest.mark.usefixtures("tables")
def test_transfer_between_pools_needs_a_document_and_happens_once() -> None:
    """Q2.3, Q3.1: by a paper, made by one and posted by another."""

    def draft(fen: int, document: str = "划1") -> Voucher:
        made = paper(
            "划1", "pool_transfer", date(2023, 7, 4), ("basic_resident", *TO_INPATIENT, fen)
        )
        return replace(made, document=document)

    for document, fen in ((" ", 5), ("划1", 0), ("划1", -5)):
        with pytest.raises(Refused):
            make(draft(fen, document))
    for _ in range(2):
        make(draft(5))
    with pytest.raises(Conflict) as told:
        make(draft(6))
    assert (told.value.code, told.value.field) == ("DUPLICATE", "voucher_id")
    for _ in range(2):
        vouchers.post_voucher(R, Month("2023-07"), "划1", "审核", when(4))
    assert finance.pools(R, 2023)[0].moved_to_outpatient == Fen(-5)


TO_INPATIENT = ("300101", "300102")


@pytest.mark.parametrize(
    ("surplus", "spent", "short"),
    [
        (2999, 12000, True),
        (3000, 12000, False),
        (3001, 12000, False),
        (0, 1, True),
        (-5, 1, True),
        (0, 0, False),
    ],
)
def test_reserve_of_less_than_three_months_is_warned_of(
    surplus: int, spent: int, short: bool
) -> None:
    """N7: 小于 3 个月 does not include three."""
    assert analysis.short_of_reserve(Fen(surplus), Fen(spent), 12, 3) is short


@pytest.mark.parametrize(
    ("part", "whole", "reached"), [(60, 100, True), (59, 100, False), (0, 0, True), (61, 100, True)]
)
def test_share_of_60_percent_includes_60(part: int, whole: int, reached: bool) -> None:
    assert analysis.share_reached(Fen(part), Fen(whole), Ratio.of("0.60")) is reached


def test_pictures_sum_and_show_the_structure() -> None:
    """J33, J36: income, expense, what is left, and the structure of the expense."""
    by_fund = {p.fund: p for p in analysis.summaries(books.turnovers(entries()))}
    assistance = by_fund["assistance"]
    assert (assistance.income, assistance.expense, assistance.left) == (Fen(0), Fen(400), Fen(-400))
    assert assistance.structure == (
        ("社会保险待遇支出-门诊救助支出", Fen(300), 7500),
        ("社会保险待遇支出-住院救助支出", Fen(100), 2500),
    )
    assert by_fund["basic_resident"].left == Fen(12001 - 2000 - 10000)


@pytest.mark.usefixtures("tables")
def test_budget_and_its_use() -> None:
    """J30."""
    for entry in entries():
        commit(service.writes(entry))
    budget(2023, {"610100-500101": 90, "610100-590101": 50})
    rollups.roll_forward(R, "2023-07", when(20))
    use = {line.code: (line.budgeted, line.used, line.left) for line in budgets.budget_use(R, 2023)}
    assert use["610100-500101"] == (Fen(90), Fen(100), Fen(-10))
    assert use["610100-590101"] == (Fen(50), Fen(0), Fen(50))
    assert use["610100-500102"] == (Fen(0), Fen(300), Fen(-300))


def test_accounts_as_a_workbook_are_exact_and_stable() -> None:
    made = entries()
    sheets = analysis.account_sheets(books.trial_balance(R, "2023-07", {}, made), made)
    content = workbook("医疗救助基金账册", sheets, when(1, 8))
    assert content == workbook("医疗救助基金账册", sheets, when(1, 8))
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["试算平衡表", "明细账"]
    rows = list(book["试算平衡表"].iter_rows(values_only=True))
    assert (
        "城乡居民基本医疗保险基金",
        "390100-400101",
        "社会保险费收入-个人缴费",
        *(None, None),
        *(0, 120.01),
        *(None, 120.01),
    ) in rows, "a balance stands on its side, without a sign"
