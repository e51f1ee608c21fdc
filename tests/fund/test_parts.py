"""What a closed month keeps by counterpart lies in parts, and is read as one; thousands of
institutions do not fill an item. Issue: from a county to a province."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.fund.test_rolled import JULY, R, post, settled, when

from medaid.aws import codec
from medaid.aws.items import Key
from medaid.aws.transaction import commit
from medaid.fund import keys, parts, periods, rollups, service, store, year_figures
from medaid.fund.cash_basis import BasisKept, CashBasis, CauseAmount
from medaid.fund.current_accounts import OpenItem, OpenItems, keeping
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")


def size(write: Any) -> int:
    return len(store.FundItem.body.serialize(write.item.body))


def test_what_is_open_with_twenty_institutions_comes_back_as_it_was() -> None:
    post(*(settled(n, when(3 + n % 5, minute=n), 100 + n, f"H{n}") for n in range(20)))
    rollups.keep_first_month(R, Month(JULY))
    before = service.open_items(R, Month(JULY))
    periods.close(R, JULY, "会计", when(1, month=8))
    first = keys.of_current_accounts(R, JULY)
    assert len(parts.kept(first, OpenItems) or []) > 3
    assert service.open_items(R, Month(JULY)) == before
    assert service.open_items(R, Month("2023-08")) == before


def test_a_part_that_nobody_stands_in_any_more_keeps_nothing() -> None:
    item = OpenItem("390100-2101", "H1", Month(JULY), Fen(-5))
    commit(keeping(R, Month(JULY), (item,), when(1, month=8)))
    commit(keeping(R, Month(JULY), (), when(2, month=8)))
    kept = parts.kept(keys.of_current_accounts(R, JULY), OpenItems)
    assert kept is not None
    assert [one for part in kept for one in part.items] == []


def test_nothing_kept_is_told_from_an_empty_month() -> None:
    first = keys.of_current_accounts(R, JULY)
    assert parts.kept(first, OpenItems) is None
    commit(keeping(R, Month(JULY), (), when(1, month=8)))
    assert parts.kept(first, OpenItems) == [OpenItems(())]


def test_a_basis_in_parts_is_the_same_basis() -> None:
    rows = tuple(
        CauseAmount(code, f"H{n:03d}", cause, "", Fen(n + 1))
        for code, cause in (("390100-2101", "390100-500111"), ("610100-2101", "610100-500101"))
        for n in range(40)
    )
    first = keys.of_cash_basis(R, JULY)
    whole = BasisKept(2023, rows, rows[:7], rows[50:], {"390100-500111": Fen(3)})
    commit(year_figures.keeping(first, 2023, CashBasis(whole), when(1, month=8)))
    kept = parts.kept(first, BasisKept)
    assert kept is not None
    assert len(kept) > 8
    assert CashBasis(year_figures._merged(kept)).kept == CashBasis(whole).kept


def test_twelve_thousand_institutions_leave_room_in_every_item() -> None:
    items = tuple(
        OpenItem(code, f"H32050{n * 7919 % 999_983:06d}", Month(month), Fen(-n * 104_729 - 1))
        for code in ("390100-2101", "390100-2107", "610100-2101")
        for n in range(12_000)
        for month in (JULY, "2023-06")
    )
    writes = keeping(R, Month(JULY), items, when(1, month=8))
    assert len(writes) == keys.SHARDS
    assert max(map(size, writes)) < 200_000
    whole = len(store.FundItem.body.serialize(codec.encode(OpenItems(items))))
    assert whole > 400_000, "one item could not hold it"


def test_another_month_is_no_part() -> None:
    first = keys.of_current_accounts(R, JULY)
    assert parts.of_part(first, "H1").sk.startswith(first.sk)
    commit(keeping(R, Month("2023-08"), (), when(1, month=9)))
    assert parts.kept(first, OpenItems) is None
    assert isinstance(first, Key)
    assert date(2023, 7, 1) == Month(JULY).first
