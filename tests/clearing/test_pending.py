"""What waits, and ever waited, for an institution comes by page, and a month by institutions: each
once, in order, in an answer that a gateway takes however much there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.clearing.builders import ELSEWHERE, HOME, HOSPITALS, arrive, at, item
from tests.clearing.test_jobs import AUGUST, CALENDAR, A, ask
from tests.conftest import Tables

from medaid.aws.transaction import commit
from medaid.clearing import jobs
from medaid.clearing.hospital import deductions, store
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import ListedStatement, StatementState, figures_of
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
        pages.append([row["institution"] for row in answer["rows"]])
        cursor = answer["cursor"]
        if not cursor:
            break
    assert pages == [[institution] for institution in HOSPITALS]
    _, whole = ask("GET", path, roles="auditor")
    assert ([row["institution"] for row in whole["rows"]], whole["cursor"]) == ([*HOSPITALS], "")


def test_what_became_of_a_month_stands_on_its_institutions_page(tables: Tables) -> None:
    for number, institution in enumerate(HOSPITALS[:2]):
        arrive(item(number + 1, at(3), institution=institution))
    jobs.monthly(AUGUST, CALENDAR)
    arrive(item(9, at(31, 3), maf=7), when=at(2, month=8))
    path = f"/clearing/{HOME}/months/2023-07"
    _, answer = ask("GET", path, roles="auditor", query="limit=1")
    (row,) = answer["rows"]
    (made,) = row["statements"]
    assert (row["institution"], row["late"][:10]) == (A, "2023-08-02")
    assert (made["number"], made["state"], made["closed"], made["items"]) == (1, "draft", False, 1)
    assert made["due"] == made["by_fund"]
    _, rest = ask("GET", path, roles="auditor", query=f"limit=1&cursor={answer['cursor']}")
    assert [(one["institution"], one["late"]) for one in rest["rows"]] == [(HOSPITALS[1], "")]
    _, items = ask("GET", f"{path}/institutions/{A}", roles="auditor")
    told = [(one["statement"], one["why"]) for one in items["rows"]]
    assert told == [(1, ""), (0, "未列入对账单:到达晚于对账截止")]
    other = ask(
        "GET",
        f"/clearing/{HOME}/months/2023-08",
        roles="auditor",
        query=f"cursor={answer['cursor']}",
    )
    assert (other[0], other[1]["field"]) == (400, "cursor")


def test_a_months_items_are_the_institutions_own(tables: Tables) -> None:
    arrive(item(1, at(3), institution=A))
    path = f"/clearing/{HOME}/months/2023-07/institutions/"
    for institution, status in ((A, 200), (HOSPITALS[1], 403)):
        told = ask("GET", f"{path}{A}", roles="institution", institution=institution)
        assert told[0] == status
    assert ask("GET", f"{path}{A}", roles="auditor", region=ELSEWHERE)[0] == 403
    _, none = ask("GET", f"{path}{HOSPITALS[2]}", roles="auditor")
    assert (none["rows"], none["cursor"]) == ([], "")


def test_the_list_of_a_month_follows_each_step_of_its_statements(tables: Tables) -> None:
    arrive(item(1, at(3)))
    jobs.monthly(AUGUST, CALENDAR)
    ((one, *_), _) = hospital.page_of_month(HOME, "2023-07", "", 10)
    (listed,) = one.statements
    row, made = store.get_statement(HOME, A, "2023-07", 1)
    assert listed == ListedStatement(A, made.state, figures_of(made))
    commit(store.replace_statement(row, replace(made, state=StatementState.PAID), AUGUST))
    ((one, *_), _) = hospital.page_of_month(HOME, "2023-07", "", 10)
    assert [each.state for each in one.statements] == [StatementState.PAID]
