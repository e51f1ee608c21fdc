"""What waits, and ever waited, for an institution comes by page, and a month by institutions: each
once, in order, in an answer that a gateway takes however much there is."""

from __future__ import annotations

from typing import Any

import pytest
from tests.clearing.builders import HOME, HOSPITALS, arrive, at, item
from tests.clearing.test_jobs import AUGUST, A, ask
from tests.conftest import Tables

from medaid.clearing import jobs
from medaid.clearing.hospital import deductions
from medaid.money import Fen
from medaid.regions import Region

PATH = f"/clearing/{HOME}/pending/{A}"


@pytest.fixture
def waiting(tables: Tables) -> list[str]:
    names = [f"{number:03}" for number in range(7)]
    for name in names:
        deductions.create_deduction(
            Region(HOME), A, name, {"assistance": Fen(1)}, "超限", Region(HOME), "审核", at(2)
        )
    return names


def page(**query: Any) -> tuple[int, dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items() if value)
    return ask("GET", PATH, roles="auditor", query=asked)


def test_each_row_comes_once_whatever_the_page(waiting: list[str]) -> None:
    """Right money, 38."""
    for limit in (1, 3, 7, 200):
        found, cursor = [], ""
        while True:
            status, answer = page(limit=limit, cursor=cursor)
            assert (status, len(answer["rows"]) <= limit) == (200, True)
            found += [row["pending_id"] for row in answer["rows"]]
            cursor = answer["cursor"]
            if not cursor:
                break
        assert found == waiting


def test_a_cursor_of_another_list_is_refused(waiting: list[str]) -> None:
    _, answer = page(limit=1)
    other = f"/clearing/{HOME}/pending/H32050000002"
    query = f"cursor={answer['cursor']}"
    status, refused = ask("GET", other, roles="auditor", query=query)
    assert (status, refused["field"]) == (400, "cursor")


def test_a_month_comes_by_institutions(tables: Tables) -> None:
    """Right money, 38. A page of all of a city's institutions is larger than an answer may be."""
    for number, institution in enumerate(HOSPITALS):
        arrive(item(number + 1, at(3), institution=institution))
    path, pages, cursor = f"/clearing/{HOME}/months/2023-07", [], ""
    while True:
        query = f"limit=1&cursor={cursor}" if cursor else "limit=1"
        status, answer = ask("GET", path, roles="auditor", query=query)
        assert status == 200
        pages.append([row["institution"] for row in answer["open"]])
        cursor = answer["cursor"]
        if not cursor:
            break
    assert pages == [[institution] for institution in HOSPITALS]
    _, whole = ask("GET", path, roles="auditor")
    assert ([row["institution"] for row in whole["open"]], whole["cursor"]) == ([*HOSPITALS], "")


def test_what_is_not_paid_of_a_month_stands_on_its_institutions_page(tables: Tables) -> None:
    for number, institution in enumerate(HOSPITALS[:2]):
        arrive(item(number + 1, at(3), institution=institution))
    jobs.monthly(AUGUST)
    path = f"/clearing/{HOME}/months/2023-07"
    _, answer = ask("GET", path, roles="auditor", query="limit=1")
    assert [(one["institution"], answer["open"]) for one in answer["unpaid"]] == [(A, [])]
    other = ask(
        "GET",
        f"/clearing/{HOME}/months/2023-08",
        roles="auditor",
        query=f"cursor={answer['cursor']}",
    )
    assert (other[0], other[1]["field"]) == (400, "cursor")
