"""3201 and 3202 as hospital systems write them: numbers, codes with zeros, periods. Proves J34,
Q5.2."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from tests.clearing.builders import HOME, HOSPITALS, arrive, at, close_month, item, statement
from tests.conftest import Tables

from medaid.clearing.hospital import files, fsi
from medaid.errors import BadInput, Refused
from medaid.national_files import unzipped

A, AUGUST = HOSPITALS[0], at(2, 4, month=8)


def totals(**more: Any) -> dict[str, Any]:
    sent = {
        "insutype": "390",
        "clr_type": "21",
        "setl_optins": HOME,
        "stmt_begndate": "2023-07-01",
        "stmt_enddate": "2023-07-31",
        "medfee_sumamt": "850.00",
        "fund_pay_sumamt": "800.00",
        "acct_pay": "0.00",
        "fixmedins_setl_cnt": "1",
    }
    return {**sent, **more}


@pytest.fixture(autouse=True)
def july(tables: Tables) -> None:
    arrive(item(1, at(3)))
    close_month(HOME, "2023-07", AUGUST)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"medfee_sumamt": Decimal("850.0"), "fund_pay_sumamt": 800, "acct_pay": 0},
        {"fixmedins_setl_cnt": 1},
        {"clr_type": "021"},
        {"clr_type": "0021"},
        {"medfee_sumamt": "850", "acct_pay": "0"},
    ],
)
def test_same_meaning_agrees(more: dict[str, Any]) -> None:
    """Right money, 23."""
    assert fsi.totals(totals(**more), A, HOME, AUGUST)["stmtinfo"]["stmt_rslt"] == "0"
    assert statement(HOME, A, "2023-07").state == "confirmed"


@pytest.mark.parametrize(
    ("more", "result"),
    [
        ({"clr_type": "11"}, "1"),
        ({"fixmedins_setl_cnt": 2}, "1"),
        ({"medfee_sumamt": Decimal("850.01")}, "1"),
        ({"stmt_enddate": "2023-08-31"}, "0"),  # two months are compared, and agree nothing
        ({"stmt_begndate": "2023-07-02"}, "0"),
    ],
)
def test_other_meaning_confirms_nothing(more: dict[str, Any], result: str) -> None:
    assert fsi.totals(totals(**more), A, HOME, AUGUST)["stmtinfo"]["stmt_rslt"] == result
    assert statement(HOME, A, "2023-07").state == "draft"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"medfee_sumamt": True}, "medfee_sumamt"),
        ({"medfee_sumamt": None}, "medfee_sumamt"),
        ({"medfee_sumamt": "1.001"}, "medfee_sumamt"),
        ({"fixmedins_setl_cnt": "²"}, "fixmedins_setl_cnt"),
        ({"fixmedins_setl_cnt": "-1"}, "fixmedins_setl_cnt"),
        ({"fixmedins_setl_cnt": "9" * 11}, "fixmedins_setl_cnt"),
        ({"setl_optins": "3205"}, "setl_optins"),
        ({"stmt_enddate": "2023-06-30"}, "stmt_enddate"),
        ({"stmt_enddate": "2024-12-31"}, "stmt_enddate"),
        ({"insutype": ""}, "insutype"),
    ],
)
def test_bad_field_is_named(more: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as told:
        fsi.totals(totals(**more), A, HOME, AUGUST)
    assert told.value.field == field


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"\t" * 200_000_000)
    return held.getvalue()


def two_files() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.txt", b"")
        archive.writestr("b.txt", b"")
    return held.getvalue()


@pytest.mark.parametrize("content", [bomb(), two_files(), b"PK\x05\x06" + b"\0" * 18])
def test_zip_that_would_take_the_functions_memory_is_refused(content: bytes) -> None:
    """Right money, 38."""
    tracemalloc.start()
    with pytest.raises(BadInput):
        unzipped(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000_000


def test_row_of_a_million_columns_is_refused_by_its_number() -> None:
    """Right money, 38."""
    with pytest.raises(BadInput) as told:
        files.hospital_lines(b"a\tb\tc\t1\t1\t1\t0\n" + b"x" + b"\t" * 1_000_000)
    assert told.value.field == "第2行"
