"""Q3.2: a receipt has one normal form, pays once, and is free again when nothing was paid on it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Tables

from medaid.aws.transaction import ConditionFailed, commit
from medaid.errors import BadInput, Conflict
from medaid.receipts import service
from medaid.receipts.keys import receipt_key
from medaid.receipts.model import Holder, HolderKind, ReceiptNumber, check_distinct
from medaid.regions import Region

NOW = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
NANJING = Region("320100")
A = Holder("A", HolderKind.CASE, NANJING)
B = Holder("B", HolderKind.SETTLEMENT, Region("440900"))
PAPER = ReceiptNumber("3201", "AB0012345")


@pytest.mark.parametrize(
    ("code", "number", "normal"),
    [
        ("3201", "AB0012345", PAPER),
        ("3201", "ab0012345", PAPER),
        ("３２０１", "ＡＢ００１２３４５", PAPER),
        (" 3201\t", "AB 0012345　", PAPER),
        ("03201", "AB0012345", ReceiptNumber("03201", "AB0012345")),
        ("", "2" * 20, ReceiptNumber("", "2" * 20)),
        ("3201", "2" * 20, ReceiptNumber("", "2" * 20)),
        (None, "２" * 20, ReceiptNumber("", "2" * 20)),
        ("3201", "2" * 19, ReceiptNumber("3201", "2" * 19)),
    ],
)
def test_one_normal_form_Q3_2(code: object, number: object, normal: ReceiptNumber) -> None:
    assert ReceiptNumber.parse(code, number, "receipt") == normal
    assert ReceiptNumber.parse(*normal, "receipt") == normal


@pytest.mark.parametrize(
    ("code", "number", "field"),
    [
        ("", "2" * 19, "receipt.bill_code"),
        ("", "A" * 20, "receipt.bill_code"),
        ("3201", "", "receipt.bill_no"),
        ("3201", "1" * 21, "receipt.bill_no"),
        ("3201", "票1", "receipt.bill_no"),
        ("32#1", "1", "receipt.bill_code"),
        (3201, 1, "receipt.bill_no"),
        ("3201", "一二", "receipt.bill_no"),
    ],
)
def test_what_is_no_receipt_is_refused_by_name(code: object, number: object, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        ReceiptNumber.parse(code, number, "receipt")
    assert (refused.value.code, refused.value.field) == ("FIELD_FORMAT", field)


@given(
    code=st.text("0123456789AB", min_size=1, max_size=12),
    number=st.text("0123456789AB", min_size=1, max_size=19),
    blanks=st.lists(st.tuples(st.integers(0, 19), st.sampled_from(" 　\t")), max_size=3),
    wide=st.booleans(),
)
def test_writing_never_makes_another_receipt_Q3_2(
    code: str, number: str, blanks: list[tuple[int, str]], wide: bool
) -> None:
    """Right money, 8."""
    written = number.lower()
    for at, blank in blanks:
        written = written[:at] + blank + written[at:]
    if wide:
        written = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in written)
    assert ReceiptNumber.parse(code, written, "r") == ReceiptNumber(code, number)


def test_held_by_one_and_free_again(tables: Tables) -> None:
    assert service.holder(PAPER) is None
    commit([service.claim(PAPER, A, NOW)])
    assert service.holder(PAPER) == A
    with pytest.raises(ConditionFailed) as lost:
        commit([service.claim(PAPER, B, NOW)])
    assert service.lost_receipt(lost.value) == PAPER
    with pytest.raises(ConditionFailed, match="released"):
        commit([service.release(PAPER, B, NOW)])
    commit([service.release(PAPER, A, NOW)])
    assert service.holder(PAPER) is None
    commit([service.claim(PAPER, B, NOW)])
    assert service.holder(PAPER) == B


def test_leading_zeros_are_told_and_nothing_else_is(tables: Tables) -> None:
    zeros = ReceiptNumber("03201", "0012345")
    for receipt, holder in ((ReceiptNumber("3201", "12345"), A), (zeros, B)):
        commit([service.claim(receipt, holder, NOW)])
    third = ReceiptNumber("3201", "012345")
    assert {h.id for h in service.possible_duplicates(third)} == {"A", "B"}
    assert [h.id for h in service.possible_duplicates(zeros)] == ["A"]
    assert service.possible_duplicates(zeros, "A") == ()
    assert service.possible_duplicates(ReceiptNumber("3201", "123450")) == ()
    commit([service.release(ReceiptNumber("3201", "12345"), A, NOW)])
    assert service.possible_duplicates(zeros) == ()
    assert receipt_key(zeros) == ("R#3201#12345", "03201#0012345")


def test_twice_among_one_application_is_refused() -> None:
    check_distinct([PAPER, ReceiptNumber("3202", "AB0012345")], "receipts")
    with pytest.raises(BadInput, match="出现两次"):
        check_distinct([PAPER, ReceiptNumber("3201", "AB0012345")], "receipts")
    with pytest.raises(BadInput, match="出现两次"):
        check_distinct([PAPER, ReceiptNumber("003201", "AB0012345")], "receipts")


def test_another_region_reports_and_withdraws_its_report_only(tables: Tables) -> None:
    foshan = Region("440600")
    for _ in range(2):
        assert service.report("3201", "ab0012345", "F1", foshan, NOW) == PAPER
    with pytest.raises(Conflict, match="F1") as used:
        service.report("3201", "AB0012345", "N1", NANJING, NOW)
    assert used.value.facts == {"holder": "F1", "source": "region"}
    with pytest.raises(Conflict, match="登记"):
        service.withdraw_report("3201", "AB0012345", "F1", NANJING, NOW)
    service.withdraw_report("3201", "AB0012345", "F1", foshan, NOW)
    assert service.holder(PAPER) is None
    assert service.report("3201", "AB0012345", "N1", NANJING, NOW) == PAPER
