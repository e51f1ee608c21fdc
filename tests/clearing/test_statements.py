"""A hospital's month: made once, agreed on, paid by two people, disputes and deductions carried.
Proves J34, J39, Q5.2, Q7, N8, Q3.1."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

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
    event_of,
    item,
    made,
    open_items,
    open_statements,
    reconcile_lines,
    reconcile_totals,
    refund,
    statement,
    upload_rows,
    waiting,
)
from tests.conftest import Tables
from tests.fund.balances import counterpart_balances
from tests.storage import StorageCalls

from medaid.aws import codec, exchange
from medaid.clearing import projector
from medaid.clearing.hospital import files, printouts, store
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import Statement
from medaid.clearing.model import Item
from medaid.errors import Conflict, Forbidden, Refused
from medaid.fund import books
from medaid.fund import service as fund
from medaid.money import Fen
from medaid.months import Month
from medaid.national_files import unzipped, zipped
from medaid.payments import service as payments
from medaid.payments.model import SourceKind

pytestmark = pytest.mark.usefixtures("tables")
A = HOSPITALS[0]
AUGUST = at(1, 4, month=8)
FIRST, LAST = date(2023, 7, 1), date(2023, 7, 31)


def owed(month: str = "2023-08") -> dict[tuple[str, str], Fen]:
    """What the books owe institutions, by fund and institution, as a positive amount."""
    entries = [e for m in Month("2023-07").through(Month(month)) for e in fund.entries(HOME, m)]
    return {key: -fen for key, fen in counterpart_balances(entries, "2101").items()}


def totals(*items: Item) -> dict[str, Fen]:
    return {
        n: Fen(sum(int(i.amounts[n]) for i in items))
        for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    }


def month() -> Statement:
    close_month(HOME, "2023-07", AUGUST)
    (only,) = made(HOME, A, "2023-07")
    return only


def confirmed(*items: Item) -> Statement:
    month()
    assert (
        reconcile_totals(
            HOME, A, ("390", "21", HOME), FIRST, LAST, totals(*items), len(items), AUGUST
        )[0]
        == "0"
    )
    return statement(HOME, A, "2023-07", 1)


def test_statement_holds_the_month_by_beijing_time() -> None:
    inside, before = (
        item(1, at(31, 15)),
        item(2, at(30, 15, month=6)),
    )  # 23:00 on 31 July and 30 June in Beijing
    after = item(3, at(31, 17))  # 1:00 on 1 August in Beijing
    for one in (inside, before, after):
        arrive(one)
    found = month()
    assert (found.lines, found.by_fund) == (
        1,
        {"assistance": Fen(20000), "basic_resident": Fen(60000)},
    )
    content = exchange.get(hospital.line_file(found)).decode()
    assert inside.setl_id in content
    assert after.setl_id not in content


def test_second_run_is_the_same_byte_for_byte() -> None:
    arrive(item(1, at(3)))
    first = month()
    book = exchange.get(f"clearing/{HOME}/2023-07/{A}/01-statement.xlsx")
    lines = exchange.get(hospital.line_file(first))
    close_month(HOME, "2023-07", at(9, month=8))
    assert month() == first
    assert (
        exchange.get(f"clearing/{HOME}/2023-07/{A}/01-statement.xlsx")
        == book
        == printouts.statement_book(first)
    )
    assert exchange.get(hospital.line_file(first)) == lines


def test_month_that_is_not_over_is_refused() -> None:
    arrive(item(1, at(3)))
    for when in (
        at(20),
        at(31, 15),
        at(31, 16),
    ):  # the last is 0:00 on 1 August: the grace is not over
        with pytest.raises(Refused) as told:
            close_month(HOME, "2023-07", when)
        assert told.value.code == "PERIOD_OPEN"


def test_item_that_comes_late_goes_into_a_supplement_of_its_own_month() -> None:
    arrive(item(1, at(3)))
    month()
    arrive(item(2, at(31, 3), maf=7), when=at(2, month=8))
    assert open_items(HOME, "2023-07") == [
        {"setl_id": "320500S2", "institution": A, "reason": "未列入对账单:到达晚于对账截止"}
    ]
    (only,) = hospital.create_supplements(HOME, at(3, month=8))
    assert (only.number, only.lines, only.month) == (2, 1, "2023-07")
    assert hospital.create_supplements(HOME, at(4, month=8)) == []
    assert open_items(HOME, "2023-07") == []


def test_message_brought_twice_counts_once() -> None:
    one = item(1, at(3))
    assert arrive(one) is True
    assert statements_of_message_again(one) is False
    assert month().lines == 1


def statements_of_message_again(one: Item) -> bool:
    return projector.project(event_of(one), at(4))


def test_assistance_of_another_region_is_paid_there_and_counted_once() -> None:
    """J24: the region that pays the living allowance pays the assistance; the hospital still
    reconciles one settlement."""
    one = item(1, at(3))
    projector.project(event_of(one, assisting="320581"), at(3))
    mine = month()
    assert mine.by_fund == {"basic_resident": Fen(60000)}
    close_month("320581", "2023-07", AUGUST)
    (theirs,) = made("320581", A, "2023-07")
    assert (theirs.by_fund, [t.count for t in theirs.groups.values()]) == (
        {"assistance": Fen(20000)},
        [0],
    )
    assert (
        reconcile_totals(HOME, A, ("390", "21", HOME), FIRST, LAST, totals(one), 1, AUGUST)[0]
        == "0"
    )


def test_what_others_outside_the_funds_paid_is_not_cleared() -> None:
    one = item(1, at(3), maf=0)
    event = event_of(one)
    others = {**event.by_fund, "oth_pay": Fen(700)}
    projector.project(replace(event, by_fund=others, fund_pay_sumamt=Fen(60700)), at(3))
    assert month().by_fund == {"basic_resident": Fen(60000)}


class TestTotals3201:
    def test_level(self) -> None:
        one, two = item(1, at(3)), item(2, at(9), clr_type="11")
        arrive(one)
        arrive(two)
        month()
        call = (HOME, A)
        assert reconcile_totals(
            *call, ("390", "21", HOME), FIRST, LAST, totals(one), 1, AUGUST
        ) == ("0", "对账平")
        assert statement(HOME, A, "2023-07", 1).state == "draft"  # one of two groups
        assert (
            reconcile_totals(*call, ("390", "11", HOME), FIRST, LAST, totals(two), 1, AUGUST)[0]
            == "0"
        )
        assert statement(HOME, A, "2023-07", 1).state == "confirmed"

    def test_not_level_names_both_numbers(self) -> None:
        one = item(1, at(3))
        arrive(one)
        month()
        wrong = {**totals(one), "fund_pay_sumamt": Fen(79999)}
        result, told = reconcile_totals(HOME, A, ("390", "21", HOME), FIRST, LAST, wrong, 2, AUGUST)
        assert result == "1"
        assert "医药机构 799.99 中心 800.00" in told
        assert "笔数 医药机构 2 中心 1" in told
        assert statement(HOME, A, "2023-07", 1).state == "draft"

    def test_a_whole_month_is_told_from_its_statements(self, storage_calls: StorageCalls) -> None:
        """J34. From a county to a province, 4. No item read of a month that has statements, but
        for the days of a month that is asked for in part."""
        one, two = item(1, at(3)), item(2, at(4, month=8))
        arrive(one)
        month()
        arrive(two)
        call = (HOME, A, ("390", "21", HOME))
        storage_calls.reset()
        assert reconcile_totals(*call, FIRST, LAST, totals(one), 1, AUGUST) == ("0", "对账平")
        assert not [asked for _, asked in storage_calls.calls if "ITEM#" in repr(asked)]
        both = {name: fen + totals(two)[name] for name, fen in totals(one).items()}
        told = reconcile_totals(*call, FIRST, date(2023, 8, 10), both, 2, AUGUST)
        assert told == ("0", "对账平;跨月期间仅供核对,请逐月对账确认")
        read = [repr(asked) for _, asked in storage_calls.calls if "ITEM#" in repr(asked)]
        assert len(read) == 1
        assert "#2023-08" in read[0]

    def test_what_came_late_is_counted_before_its_supplement(self) -> None:
        one, two = item(1, at(3)), item(2, at(4))
        arrive(one)
        month()
        projector.project(event_of(two), AUGUST)
        call = (HOME, A, ("390", "21", HOME), FIRST, LAST)
        assert reconcile_totals(*call, totals(one), 1, AUGUST)[0] == "1"
        both = {name: fen + totals(two)[name] for name, fen in totals(one).items()}
        result, told = reconcile_totals(*call, both, 2, AUGUST)
        assert (result, "补充对账单" in told) == ("0", True)

    def test_part_of_a_month_confirms_nothing(self) -> None:
        one = item(1, at(3))
        arrive(one)
        month()
        result, _ = reconcile_totals(
            HOME, A, ("390", "21", HOME), FIRST, date(2023, 7, 15), totals(one), 1, AUGUST
        )
        assert result == "0"
        assert statement(HOME, A, "2023-07", 1).state == "draft"

    def test_refunded_pair_nets_to_nothing_and_counts_two(self) -> None:
        one = item(1, at(3))
        back = refund(one, at(3, 5))
        arrive(one)
        arrive(back, original=one)
        month()
        assert (
            reconcile_totals(
                HOME, A, ("390", "21", HOME), FIRST, LAST, totals(one, back), 2, AUGUST
            )[0]
            == "0"
        )

    def test_level_says_nothing_while_items_wait_for_a_supplement(self) -> None:
        one, late = item(1, at(3)), item(2, at(4))
        arrive(one)
        month()
        arrive(late, when=at(1, 4, month=8))
        result, description = reconcile_totals(
            HOME, A, ("390", "21", HOME), FIRST, LAST, totals(one, late), 2, AUGUST
        )
        assert result == "0"
        assert "尚有未列入对账单的项目" in description
        assert statement(HOME, A, "2023-07", 1).state == "draft"

    def test_range_over_two_months_is_compared_and_confirms_nothing(self) -> None:
        """Right money, 23. Q5.2: sums of two months may hide two wrongs; the answer says to
        reconcile each."""
        one, two = item(1, at(30, month=6)), item(2, at(3))
        arrive(one)
        arrive(two)
        month()
        june, group = date(2023, 6, 1), ("390", "21", HOME)
        result, description = reconcile_totals(
            HOME, A, group, june, LAST, totals(one, two), 2, AUGUST
        )
        assert result == "0"
        assert "逐月" in description
        assert statement(HOME, A, "2023-07").state == "draft"
        assert reconcile_totals(HOME, A, group, june, LAST, totals(two), 1, AUGUST)[0] == "1"

    def test_range_that_ends_before_it_begins_is_refused(self) -> None:
        with pytest.raises(Refused) as error:
            reconcile_totals(HOME, A, ("390", "21", HOME), LAST, FIRST, {}, 0, AUGUST)
        assert error.value.code == "DATE_ORDER"


class TestLines3202:
    def test_differences_are_classed_and_disputed_items_carried(self) -> None:
        ours_only, same, off = item(1, at(3)), item(2, at(4)), item(3, at(5))
        for one in (ours_only, same, off):
            arrive(one)
        month()
        theirs = item(3, at(5), maf=20001)
        upload = b"".join(upload_rows([same, theirs, item(9, at(6))]))
        key, found = reconcile_lines(
            HOME, A, "21", HOME, FIRST, LAST, zipped("up.txt", upload), AUGUST
        )
        assert [(d.setl_id, d.stmt_rslt) for d in found] == [
            ("320500S1", "101"),
            ("320500S3", "103"),
            ("320500S9", "102"),
        ]
        result = unzipped(exchange.get(key)).decode().splitlines()
        assert len(result) == 3
        assert all(len(row.split("\t")) == len(files.RESULT) for row in result)
        found_one = statement(HOME, A, "2023-07", 1)
        assert found_one.state == "confirmed"
        assert found_one.due() == {"assistance": Fen(20000), "basic_resident": Fen(60000)}
        kinds = sorted(
            (kind, state, c.pending_id.split("#")[-1 if kind != "CLAIM" else -2])
            for kind, state, c in waiting(HOME, A)
        )
        assert kinds == [
            ("CLAIM", "open", "320500S9"),
            ("DISPUTE", "open", "320500S1"),
            ("DISPUTE", "open", "320500S3"),
        ]
        assert len(open_items(HOME, "2023-07")) == 2

    def test_no_difference_confirms(self) -> None:
        one = item(1, at(3))
        arrive(one)
        month()
        upload = b"".join(upload_rows([one]))
        _, found = reconcile_lines(HOME, A, "21", HOME, FIRST, LAST, upload, AUGUST)
        assert found == []
        assert statement(HOME, A, "2023-07", 1).state == "confirmed"

    def test_file_of_another_month_is_refused_and_freezes_nothing(self) -> None:
        """Right money, 36."""
        arrive(item(1, at(3)))
        month()
        other = b"".join(upload_rows([item(7, at(3)), item(8, at(4))]))
        with pytest.raises(Refused) as error:
            reconcile_lines(HOME, A, "21", HOME, FIRST, LAST, other, AUGUST)
        assert error.value.field == "file_qury_no"
        assert statement(HOME, A, "2023-07").state == "draft"
        assert list(waiting(HOME, A)) == []

    def test_second_file_takes_the_first_ones_place_until_it_is_approved(self) -> None:
        """Right money, 36. A wrong file is no dead end: what it disputed and the right one does not
        is payable."""
        one, two = item(1, at(3)), item(2, at(4))
        arrive(one)
        arrive(two)
        month()
        wrong = b"".join(upload_rows([one, item(9, at(5))]))
        right = b"".join(upload_rows([one, two]))
        for upload, due in ((wrong, 60000), (right, 120000), (wrong, 60000), (right, 120000)):
            reconcile_lines(HOME, A, "21", HOME, FIRST, LAST, upload, AUGUST)
            found = statement(HOME, A, "2023-07")
            assert (found.state, found.due()["basic_resident"]) == ("confirmed", Fen(due))
        states = {(kind, state) for kind, state, _ in waiting(HOME, A)}
        assert states == {("CLAIM", "withdrawn"), ("DISPUTE", "withdrawn")}
        agree(agreement(A))
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        reconcile_lines(HOME, A, "21", HOME, FIRST, LAST, wrong, AUGUST)
        assert statement(HOME, A, "2023-07").disputed == ()

    def test_a_thousand_differences_take_few_calls(self, storage_calls: StorageCalls) -> None:
        """Right money, 36. Within the 29 seconds of the gateway: cost grows with batches, not with
        lines."""
        count = 300
        for n in range(count):
            projector.project(event_of(item(n, at(3) + timedelta(seconds=n))), at(3))
        month()
        first = b"".join(upload_rows([item(0, at(3))]))
        storage_calls.reset()
        _, found = reconcile_lines(HOME, A, "21", HOME, FIRST, LAST, first, AUGUST)
        assert len(found) == count - 1
        assert len(storage_calls.calls) < 40
        assert statement(HOME, A, "2023-07").disputed_count == count - 1

    def test_a_dispute_does_not_rewrite_the_statements_others(
        self, storage_calls: StorageCalls
    ) -> None:
        """J34. From a county to a province, 4. The statement keeps counts and sums; what is out is
        rows of their own, and a second file that differs on one more writes that one."""
        ours = [item(n, at(3) + timedelta(seconds=n)) for n in range(60)]
        for one in ours:
            projector.project(event_of(one), at(3))
        month()
        scope = (HOME, A, "21", HOME, FIRST, LAST)
        reconcile_lines(*scope, b"".join(upload_rows(ours[:11])), AUGUST)
        few = statement(HOME, A, "2023-07")
        storage_calls.reset()
        reconcile_lines(*scope, b"".join(upload_rows(ours[:10])), AUGUST)
        more = statement(HOME, A, "2023-07")
        assert (few.disputed_count, more.disputed_count) == (49, 50)
        sizes = [len(repr(codec.encode(one))) for one in (few, more)]
        assert sizes[1] - sizes[0] <= 4  # digits
        writes = [asked for name, asked in storage_calls.calls if name == "TransactWriteItems"]
        assert [len(one["TransactItems"]) for one in writes] == [4]  # statement, list, two rows
        out = {one.pending_id for one in store.list_disputed(more)}
        assert out == {one.item_id for one in ours[10:]}
        assert more.due()["basic_resident"] == Fen(60000 * 10)
        kept, end = store.page_of_disputed(more, "", 30)
        rest, last = store.page_of_disputed(more, end, 30)
        assert [len(kept), len(rest), last] == [30, 20, ""]
        hospital.resolve_dispute(HOME, A, ours[59].item_id, True, "裁定", "丙", AUGUST)
        assert store.page_of_disputed(more, end, 30)[0][-1].state == "upheld"

    def test_a_dispute_that_was_ruled_on_stays_out_whatever_comes_after(self) -> None:
        one, two = item(1, at(3)), item(2, at(4))
        for each in (one, two):
            arrive(each)
        month()
        scope = (HOME, A, "21", HOME, FIRST, LAST)
        reconcile_lines(*scope, b"".join(upload_rows([one])), AUGUST)
        hospital.resolve_dispute(HOME, A, two.item_id, False, "裁定", "丙", AUGUST)
        reconcile_lines(*scope, b"".join(upload_rows([one, two])), AUGUST)
        found = statement(HOME, A, "2023-07")
        assert [d.pending_id for d in store.list_disputed(found)] == [two.item_id]
        assert found.due()["basic_resident"] == Fen(60000)

    def test_row_sent_twice_is_a_difference(self) -> None:
        one = item(1, at(3))
        arrive(one)
        month()
        _, found = reconcile_lines(
            HOME, A, "21", HOME, FIRST, LAST, b"".join(upload_rows([one, one])), AUGUST
        )
        assert [d.stmt_rslt for d in found] == ["102"]

    @pytest.mark.parametrize(
        ("upload", "told"),
        [
            (b"a\tb\tc\n", "第1行"),
            (b"a\tb\tc\t1.001\t1\t1\t0\n", "medfee_sumamt"),
            (b"a\tb\tc\t1\t1\t1\t7\n", "refd_setl_flag"),
            ("编号".encode("gb18030"), "UTF-8"),
        ],
    )
    def test_file_of_another_form_is_refused_with_row_and_column(
        self, upload: bytes, told: str
    ) -> None:
        arrive(item(1, at(3)))
        month()
        with pytest.raises(Refused) as error:
            reconcile_lines(HOME, A, "21", HOME, FIRST, LAST, upload, AUGUST)
        assert told in error.value.sentence
        assert list(waiting(HOME, A)) == []


class TestPaying:
    def test_two_people_pay_once_and_the_books_owe_nothing(self) -> None:
        """J34: approved by one, paid by another, once."""
        one = item(1, at(3))
        arrive(one)
        statement = confirmed(one)
        agree(agreement(A))
        assert owed()[("assistance", A)] == Fen(20000)
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        with pytest.raises(Forbidden) as told:  # Q3.1
            hospital.release_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        assert told.value.code == "SEPARATION"
        paid = hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
        assert (
            hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST) == paid
        )  # pressed twice
        assert paid.paid == statement.due()
        assert owed() == {}
        keys = printouts.publish_payment(paid)
        notice = exchange.get(keys[0])
        assert notice.startswith(b"%PDF")
        assert notice == printouts.payment_notice(paid)
        rows = [row.split("|") for row in exchange.get(keys[1]).decode().splitlines()]
        assert [row[0] for row in rows] == ["H", "D", "T"]
        assert (rows[1][1], rows[1][5], rows[2][2]) == (paid.order_id, "800.00", "800.00")

    def test_unconfirmed_is_not_approved_unapproved_not_released(self) -> None:
        arrive(item(1, at(3)))
        month()
        agree(agreement(A))
        with pytest.raises(Conflict):
            hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        with pytest.raises(Conflict):
            hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)

    def test_nobody_is_paid_without_an_agreement(self) -> None:
        one = item(1, at(3))
        arrive(one)
        confirmed(one)
        with pytest.raises(Refused) as told:
            hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        assert told.value.code == "INSTITUTION_UNKNOWN"

    def test_deduction_is_taken_from_the_next_clearing_once(self) -> None:
        """J39, Q7, N8."""
        one = item(1, at(3))
        arrive(one)
        for _ in range(2):
            deduct(HOME, A, "D1", {"basic_resident": Fen(10000)}, "重复收费", HOME, at(20))
        confirmed(one)
        agree(agreement(A, retention="0.05"))
        approved = hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        assert approved.retained == {"assistance": Fen(1000), "basic_resident": Fen(2500)}
        paid = hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
        assert paid.paid == {"assistance": Fen(19000), "basic_resident": Fen(47500)}
        assert owed() == {}
        entries = list(fund.entries(HOME, "2023-08"))
        assert counterpart_balances(entries, "2107") == {
            ("assistance", A): Fen(-1000),
            ("basic_resident", A): Fen(-2500),
        }

    def test_deduction_larger_than_the_due_goes_forward(self) -> None:
        one = item(1, at(3), maf=0)
        arrive(one)
        deduct(HOME, A, "D1", {"basic_resident": Fen(70000)}, "虚记费用", HOME, at(20))
        confirmed(one)
        agree(agreement(A))
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        assert (
            hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST).state == "nothing_due"
        )
        assert owed() == {("basic_resident", A): Fen(-10000)}
        two = item(2, at(5, month=8), maf=0)
        arrive(two)
        close_month(HOME, "2023-08", at(1, 4, month=9))
        (next_one,) = made(HOME, A, "2023-08")
        assert next_one.due() == {"basic_resident": Fen(50000)}

    @pytest.mark.parametrize("upheld", [True, False])
    def test_dispute_ends_paid_with_the_next_or_written_off(self, upheld: bool) -> None:
        one, two = item(1, at(3)), item(2, at(4))
        arrive(one)
        arrive(two)
        month()
        reconcile_lines(HOME, A, "21", HOME, FIRST, LAST, b"".join(upload_rows([one])), AUGUST)
        agree(agreement(A))
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)
        assert owed()[("assistance", A)] == Fen(20000)
        hospital.resolve_dispute(HOME, A, two.setl_id, upheld, "补传病历", "丙", at(10, month=8))
        with pytest.raises(Conflict):
            hospital.resolve_dispute(HOME, A, two.setl_id, upheld, "再来", "丙", at(10, month=8))
        close_month(HOME, "2023-08", at(1, 4, month=9))
        found = made(HOME, A, "2023-08")
        if upheld:
            assert [s.due() for s in found] == [
                {"assistance": Fen(20000), "basic_resident": Fen(60000)}
            ]
            assert found[0].state == "confirmed"
        else:
            assert found == []
            assert owed() == {}


def bank_says(order: str, result: str, amount: str = "800.00", reason: str = "账号错误") -> bytes:
    return f"H|{order}\nD|{order}|{amount}|{result}|{reason}\nT|1|{amount}\n".encode()


def answered(content: bytes, now: datetime) -> tuple[int, list[str]]:
    """The bank's answer taken: lines taken, problems of the others."""
    listeners = {SourceKind.STATEMENT: hospital.payment_heard}
    report = payments.take_answer(content, listeners, now)
    return report.taken, [problem.says for problem in report.problems]


class TestBank:
    def paid(self) -> Statement:
        one = item(1, at(3))
        arrive(one)
        confirmed(one)
        agree(agreement(A, retention="0.05"))
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", AUGUST)
        return hospital.release_statement(HOME, A, "2023-07", 1, "乙", AUGUST)

    def test_payment_that_came_back_is_owed_again_and_paid_again_by_two(self) -> None:
        first = self.paid()
        assert owed() == {}
        answer = bank_says(first.order_id, "failed", "760.00")
        for _ in range(2):
            assert answered(answer, at(5, month=8)) == (1, [])
        assert owed() == {
            ("assistance", A): Fen(19000),
            ("basic_resident", A): Fen(57000),
        }  # retention stays kept back
        assert [s.state for s in open_statements(HOME, "2023-07")] == ["returned"]
        with pytest.raises(Conflict):
            hospital.release_statement(HOME, A, "2023-07", 1, "乙", at(6, month=8))
        hospital.approve_statement(HOME, A, "2023-07", 1, "丙", at(6, month=8))
        with pytest.raises(Forbidden):
            hospital.release_statement(HOME, A, "2023-07", 1, "丙", at(6, month=8))
        again = hospital.release_statement(HOME, A, "2023-07", 1, "乙", at(6, month=8))
        assert again.order_id != first.order_id
        assert again.paid == first.paid
        assert owed() == {}
        paid = bank_says(again.order_id, "paid", "760.00")
        assert answered(paid, at(7, month=8)) == (1, [])
        answered(answer, at(8, month=8))  # the first order's answer again changes nothing
        late = bank_says(first.order_id, "failed", "760.00", "再次")
        assert answered(late, at(8, month=8))[1]
        assert statement(HOME, A, "2023-07").state == "paid"
        assert owed() == {}

    def test_bank_paid_moves_the_statement_to_paid_with_day_and_reference(self) -> None:
        order = self.paid().order_id
        assert answered(bank_says(order, "paid", "760.00"), at(5, month=8)) == (1, [])
        found = statement(HOME, A, "2023-07")
        assert (found.state, found.paid_on) == ("paid", date(2023, 8, 5))
        assert len(found.bank_reference) == 64
        assert open_statements(HOME) == []

    def test_paid_then_returned_days_later_is_owed_again(self) -> None:
        """Right money, 8."""
        order = self.paid().order_id
        answered(bank_says(order, "paid", "760.00"), at(5, month=8))
        assert answered(bank_says(order, "failed", "760.00", "退汇"), at(8, month=8)) == (1, [])
        assert owed()[("assistance", A)] == Fen(19000)
        assert [s.state for s in open_statements(HOME)] == ["returned"]
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", at(9, month=8))
        hospital.release_statement(HOME, A, "2023-07", 1, "乙", at(9, month=8))
        assert owed() == {}

    @pytest.mark.parametrize(
        "wrong",
        [
            "D|{order}|76.00|failed|账号错误\nT|1|76.00\n",  # a part of it
            "D|{order}|760.01|paid|\nT|1|760.01\n",
            "D|{order}|760.00|paid|\nD|{order}|760.00|paid|\nT|2|1520.00\n",  # twice
            "D|{order}|760.00|paid|\nD|{order}|760.00|failed|x\nT|2|1520.00\n",
            "D|PAY-320500-1002-x-1|760.00|paid|\nT|1|760.00\n",  # another order
        ],
    )
    def test_line_that_is_not_what_was_ordered_changes_nothing(self, wrong: str) -> None:
        """Right money, 8."""
        order = self.paid().order_id
        content = f"H|{order}\n{wrong.format(order=order)}".encode()
        assert answered(content, at(5, month=8))[0] == 0
        assert statement(HOME, A, "2023-07").state == "released"
        assert owed() == {}

    def test_failed_then_paid_is_not_paid_a_second_time_until_a_person_has_looked(self) -> None:
        order = self.paid().order_id
        answered(bank_says(order, "failed", "760.00"), at(5, month=8))
        assert answered(bank_says(order, "paid", "760.00"), at(6, month=8))[1]
        hospital.approve_statement(HOME, A, "2023-07", 1, "甲", at(7, month=8))
        with pytest.raises(Conflict):
            hospital.release_statement(HOME, A, "2023-07", 1, "乙", at(7, month=8))

    def test_answer_that_does_not_hold_is_refused_whole(self) -> None:
        order = self.paid().order_id
        good = bank_says(order, "failed")
        for wrong in (
            good.replace(b"T|1|800.00", b"T|1|800.01"),
            good.replace(b"T|1", b"T|2"),
            good.replace(b"failed", b"maybe"),
            good[2:],
            b"\xff",
            bank_says("PAY-X-2023-07-1", "failed"),  # no batch of ours
        ):
            with pytest.raises(Refused):
                answered(wrong, AUGUST)
        assert statement(HOME, A, "2023-07", 1).state == "released"

    def test_retention_waits_for_the_last_statement_of_the_year(self, tables: Tables) -> None:
        self.paid()
        arrive(item(9, at(5, month=12)))
        january = at(2, 4, month=1, year=2024)
        close_month(HOME, "2023-12", january)
        before = tables.everything()
        with pytest.raises(Refused) as told:
            hospital.return_retention(HOME, A, 2023, "0.8", "主任", january)
        assert told.value.code == "PERIOD_OPEN"
        assert "2023-12" in told.value.sentence
        assert tables.everything() == before
        later = at(30, month=1, year=2024)
        hospital.time_bar_statement(HOME, A, "2023-12", 1, later)
        assert hospital.return_retention(HOME, A, 2023, "0.8", "主任", later)

    @pytest.mark.parametrize(("share", "state"), [("0.8", "forward"), ("0", "rejected")])
    def test_who_assessed_the_retention_is_recorded(self, share: str, state: str) -> None:
        """Also where all of it is forfeited."""
        self.paid()
        hospital.return_retention(HOME, A, 2023, share, "主任", at(10, month=1, year=2024))
        (one,) = [w for w in waiting(HOME, A) if w[2].pending_id == "RETENTION-2023"]
        assert one[1] == state
        assert "主任" in one[2].trail[0]
        assert share in one[2].trail[0]

    def test_retention_is_released_at_year_end_once(self) -> None:
        self.paid()
        with pytest.raises(Refused):
            hospital.return_retention(HOME, A, 2023, "0.8", "主任", at(31, month=12))
        january = at(10, month=1, year=2024)
        assert hospital.return_retention(HOME, A, 2023, "0.8", "主任", january) == {
            "assistance": Fen(800),
            "basic_resident": Fen(2400),
        }
        again = hospital.return_retention(HOME, A, 2023, "0.8", "主任", january)
        assert again == {"assistance": Fen(800), "basic_resident": Fen(2400)}
        with pytest.raises(Conflict) as told:
            hospital.return_retention(HOME, A, 2023, "0.7", "主任", january)
        assert (told.value.code, told.value.field) == ("DUPLICATE", "share")
        assert owed("2024-01") == {("assistance", A): Fen(800), ("basic_resident", A): Fen(2400)}
        close_month(HOME, "2024-01", at(1, 4, month=2, year=2024))
        (only,) = made(HOME, A, "2024-01")
        assert (only.state, only.due()) == (
            "confirmed",
            {"assistance": Fen(800), "basic_resident": Fen(2400)},
        )
        entries = [
            e for m in Month("2023-07").through(Month("2024-01")) for e in fund.entries(HOME, m)
        ]
        assert counterpart_balances(entries, "2107") == {}
        assert books.balances(entries)["610100-430109"] == Fen(-200)

    @pytest.mark.parametrize("name", ["医|院", "医院\n二"])
    def test_name_that_would_break_the_banks_file(self, name: str) -> None:
        with pytest.raises(Refused):
            agree(replace(agreement(A), name=name))
