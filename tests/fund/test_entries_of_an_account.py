"""From a balance to the entries that make it, and to what caused each (J32)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.clearing.test_jobs import ask
from tests.fund.test_vouchers import JULY, R, draft, when

from medaid.fund import periods, vouchers
from medaid.fund.model import journal
from medaid.money import Fen

pytestmark = pytest.mark.usefixtures("tables")
PATH = f"/fund/{R}/entries/{JULY}"
SETTLEMENT = "620522SFCQM5P3PAX9Y8S8S4YS4"


def listed(query: str = "", roles: str = "accountant", region: str = R) -> tuple[int, Any]:
    return ask("GET", PATH, roles=roles, region=region, sub="丙", query=query, now=when(20))


def post_some() -> None:
    vouchers.make_voucher(R, draft(), "会计", when(5))
    vouchers.post_voucher(R, JULY, "收1", "审核", when(6))
    rows = [("assistance", "500101", "2101", Fen(12_34))]
    for number in range(3):
        source = f"{SETTLEMENT[:-1]}{number}"
        periods.post(journal.movement("settlement", R, source, rows, when(7 + number)))


def test_entries_of_an_account_make_its_turnover_and_name_their_causes() -> None:
    """Issue: the operators' console, 4: trial balance with drill-down to entry and settlement."""
    post_some()
    status, found = listed("account=610100-2101")
    assert status == 200, found
    assert [one["cause"] for one in found["rows"]] == ["settlement"] * 3
    assert found["rows"][0]["lines"][1] | {"name": ""} == {
        "code": "610100-2101",
        "name": "",
        "counterpart": "",
        "debit": None,
        "credit": "12.34",
    }
    (voucher,) = listed("account=610100-1001")[1]["rows"]
    assert (voucher["voucher"], voucher["kind_name"]) == ("2023-07/收1", "财政补贴收入入专户")
    assert [one["voucher"] for one in found["rows"]] == ["", "", ""]


def test_pages_follow_on_each_other_whatever_they_ask_for() -> None:
    post_some()
    seen, cursor = [], ""
    while True:
        status, page = listed(f"limit=1&cursor={cursor}" if cursor else "limit=1")
        assert status == 200
        seen += [one["entry_id"] for one in page["rows"]]
        cursor = page["cursor"].replace("=", "%3D")
        if not cursor:
            break
    assert seen == [one["entry_id"] for one in listed()[1]["rows"]]
    assert len(set(seen)) == 4


@pytest.mark.parametrize(
    ("query", "roles", "region", "status"),
    [
        ("", "intake", R, 403),
        ("", "accountant", "620500", 403),
        ("account=abc", "accountant", R, 400),
        ("fund=x", "accountant", R, 400),
    ],
)
def test_not_theirs_and_not_asked_like_this(
    query: str, roles: str, region: str, status: int
) -> None:
    assert listed(query, roles, region)[0] == status
