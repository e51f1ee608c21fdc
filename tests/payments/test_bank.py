"""The bank's files: control totals, and an answer matched line by line (wrong figure,
unknown order, double confirmation are refused)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.payments.builders import answer

from medaid.errors import BadInput
from medaid.ids import OfficerId, OrderId
from medaid.money import Fen
from medaid.payments.bank import answer_file, batch_file
from medaid.payments.model import BankAccount, Batch, BatchLine
from medaid.payments.payees import check_account
from medaid.payments.rules import matched
from medaid.regions import Region

ACCOUNT = BankAccount("张三", "6222020000001234", "102301000000")
BATCH = Batch("320100B1", Region("320100"), "1002", date(2026, 3, 16), OfficerId("o-cashier"))


def line(order: str, fen: int) -> BatchLine:
    return BatchLine(OrderId(order), "case", Fen(fen), ACCOUNT)


def test_a_batch_goes_out_with_count_total_and_digest() -> None:
    rows = batch_file(BATCH, [line("o2", 150), line("o1", 100)]).decode().splitlines()
    assert rows[0] == "H|320100B1|320100|2026-03-16"
    assert rows[1] == "D|o1|张三|6222020000001234|102301000000|1.00"
    assert rows[-1].startswith("T|2|2.50|")
    assert batch_file(BATCH, [line("o1", 100), line("o2", 150)]) == batch_file(
        BATCH, [line("o2", 150), line("o1", 100)]
    )


def test_a_name_that_would_break_the_file_is_refused() -> None:
    with pytest.raises(BadInput, match="竖线"):
        check_account(BankAccount("张|三", "62220200", "102"))


@given(st.lists(st.tuples(st.integers(1, 10**9), st.sampled_from(["paid", "failed"])), max_size=20))
def test_an_answer_that_fits_is_taken_whole(rows: list[tuple[int, str]]) -> None:
    batch = {OrderId(f"o{n}"): line(f"o{n}", fen) for n, (fen, _) in enumerate(rows)}
    content = answer(
        "320100B1",
        *((f"o{n}", Fen(fen).yuan(), result, "") for n, (fen, result) in enumerate(rows)),
    )
    good, problems = matched(answer_file(content), batch)
    assert ([g.order_id for g in good], problems) == ([*batch], [])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"H|b\n",
        b"H|b\nD|o1|1.00|paid|\nT|1|2.00\n",
        b"H|b\nD|o1|1.00|paid|\nT|2|1.00\n",
        b"H|b\nD|o1|1.00|perhaps|\nT|1|1.00\n",
        b"H|b\nD|o1|1.001|paid|\nT|1|1.001\n",
        b"H|b\nD|o1|1.00|paid\nT|1|1.00\n",
        b"D|o1|1.00|paid|\nT|1|1.00\n",
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_whole(content: bytes) -> None:
    with pytest.raises(BadInput):
        answer_file(content)
