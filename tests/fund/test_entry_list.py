"""Entries are read by page where somebody asks for entries, and in no other way. Issue: from a
county to a province, 1."""

from __future__ import annotations

import json
from typing import Any

import pytest
from functions.clearing import handler as job_door
from tests.clearing.builders import HOME, HOSPITALS, at
from tests.clearing.test_jobs import event
from tests.storage import StorageCalls

from medaid.aws.transaction import commit
from medaid.fund import keys, service
from medaid.fund.api import books
from medaid.fund.model import journal
from medaid.money import Fen

pytestmark = pytest.mark.usefixtures("tables")
LIST, BOOK = f"/fund/{HOME}/entries/2023-07", f"/fund/{HOME}/accounts/2023-07"


def booked(number: int) -> str:
    name = f"S{number:03d}"
    one = journal.SettlementBooking(
        name, HOME, HOME, HOSPITALS[0], "390", "inpatient", {"maf_pay": Fen(100 + number)}
    )
    commit(service.writes(*journal.settlement_entries(one, at(1 + number % 28))))
    return name


def ask(
    method: str, path: str, *, role: str = "auditor", region: str = HOME, query: str = ""
) -> tuple[int, Any]:
    answer = job_door.handler(event(method, path, None, role, region, query=query), None)
    return answer["statusCode"], json.loads(answer["body"])


def test_entries_are_listed_by_page_in_the_order_recorded(storage_calls: StorageCalls) -> None:
    names = [booked(number) for number in range(25)]
    found: list[dict[str, Any]] = []
    cursor, counted = "", set()
    while cursor or not found:
        storage_calls.reset()
        status, said = ask("GET", LIST, query=f"limit=10&cursor={cursor}")
        assert status == 200, said
        counted.add(sum("journal" in str(request) for _, request in storage_calls.calls))
        found += said["rows"]
        cursor = said["cursor"].rstrip("=")
    assert [one["source"] for one in found] == names
    assert counted == {keys.SHARDS}, "one query a shard, whatever the month holds"
    first = found[0]
    assert (first["effective"], first["kind_name"] != "") == ("2023-07-01", True)
    debited = [line["debit"] for line in first["lines"] if line["debit"] is not None]
    credited = [line["credit"] for line in first["lines"] if line["credit"] is not None]
    assert debited == credited == ["1.00"]


@pytest.mark.parametrize(
    ("role", "region"), [("intake", HOME), ("auditor", "440900"), ("institution", HOME)]
)
def test_entries_are_read_by_the_finance_office_of_the_region_alone(role: str, region: str) -> None:
    booked(1)
    assert ask("GET", LIST, role=role, region=region)[0] == 403


@pytest.mark.parametrize(("most", "status"), [(3, 200), (2, 400)])
def test_a_month_too_long_for_a_workbook_is_refused_and_read_by_page(
    monkeypatch: pytest.MonkeyPatch, most: int, status: int
) -> None:
    monkeypatch.setattr(books, "MOST_IN_A_BOOK", most)
    for number in range(3):
        booked(number)
    found, said = ask("POST", BOOK, role="accountant")
    assert found == status, said
    assert said.get("code", "") == ("" if status == 200 else "FIELD_TOO_LONG")
