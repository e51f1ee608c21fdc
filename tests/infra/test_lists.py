"""No answer grows with the region: every list of an operator's route is read by page, in as many
storage calls with sixty rows as with five, and asked for by one cursor.

A new route that answers a list must page it and have a seed here, or stand below with its reason.
Issue: right money, 37 and 38; from a county to a province, 3 and 6.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args, get_origin

import pytest
from tests.conftest import Tables
from tests.infra.seeds import HERE, SEEDS, Seed
from tests.infra.test_fuzzed_routes import apps
from tests.storage import StorageCalls

from medaid.aws.rest.bodies import ListQuery
from medaid.aws.rest.table import Owner, Route
from medaid.local.docs import TABLES
from medaid.regions import NATION

ROUTES: Final = [route for table in TABLES for route in table if route.method == "GET"]
WHOLE: Final[Mapping[tuple[str, str], str]] = {
    (path, name): reason
    for path, fields in tomllib.loads(
        Path(__file__).with_name("whole_lists.toml").read_text(encoding="utf-8")
    ).items()
    for name, reason in fields.items()
}
"""Lists that are answered whole: (path, field) and why they do not grow with a region."""


def listed(route: Route) -> list[str]:
    """The fields of a route's answer that are lists of the answer itself."""
    return [
        name
        for name, field in route.answer.model_fields.items()
        if get_origin(field.annotation) is list
    ]


def paged(route: Route) -> bool:
    query = route.query
    return query is not None and issubclass(query, ListQuery)


def seed_of(route: Route) -> tuple[str, Seed] | None:
    pattern = re.sub(r"{(?!admdvs)\w+}", "[^/]+", route.path).replace("{admdvs}", "{admdvs}")
    pattern = pattern.replace("{admdvs}", re.escape("{admdvs}"))
    exact = [one for one in SEEDS.items() if one[0] == route.path]
    found = exact or [one for one in SEEDS.items() if re.fullmatch(pattern, one[0])]
    return found[0] if found else None


@pytest.mark.parametrize("route", ROUTES, ids=lambda one: one.path)
def test_every_list_has_a_cursor_or_a_reason(route: Route) -> None:
    fields = [name for name in listed(route) if (route.path, name) not in WHOLE]
    if not paged(route):
        assert fields == [], "a list without a page: give it a cursor, or say why it never grows"
        return
    assert "cursor" in route.answer.model_fields
    found = seed_of(route)
    assert found is not None, "a list without a seed in tests/infra/seeds.py"
    assert fields == [found[1].rows], "a second list beside the page"


def test_every_exception_and_every_seed_is_of_a_list() -> None:
    known = {(route.path, name) for route in ROUTES for name in listed(route)}
    assert set(WHOLE) - known == set(), "a reason for a list that is none"
    used = {found[0] for route in ROUTES if paged(route) and (found := seed_of(route))}
    assert used == set(SEEDS), "a seed for a list that is none"
    assert all(len(reason) > 20 for reason in WHOLE.values())


def ask(route: Route, path: str, query: Mapping[str, str]) -> tuple[int, Any]:
    """The route asked over its own function."""
    place = path.replace("{admdvs}", HERE)
    region = NATION if route.owner is Owner.INSTALLATION else HERE
    claims = {"sub": "officer", "custom:admdvs": region, "cognito:groups": " ".join(route.roles)}
    event = {
        "version": "2.0",
        "rawPath": place,
        "headers": {},
        "queryStringParameters": dict(query),
        "requestContext": {
            "http": {"method": "GET", "path": place},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": "",
        "isBase64Encoded": False,
    }
    for app in apps():
        answer = app.resolve(event, object())
        said = json.loads(answer["body"])
        if said.get("rule") != "无此接口":
            return answer["statusCode"], said
    raise AssertionError(f"no function answers {route.path}")


def reads_of_lists(calls: StorageCalls) -> Counter[str]:
    """Calls without that by which a token is found to be signed out: it is remembered a while."""
    return Counter(one for one, request in calls.calls if "OUT#" not in json.dumps(request))


PAGED: Final = [route for route in ROUTES if paged(route)]


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("route", PAGED, ids=lambda one: one.path)
def test_a_page_is_read_and_never_the_whole(route: Route, storage_calls: StorageCalls) -> None:
    found = seed_of(route)
    assert found is not None
    path, seed = found
    seed.put(0, 5)
    counted = []
    for end in (5, 60):
        if end > 5:
            seed.put(5, end)
        ask(route, path, seed.query)  # what a function reads once and keeps
        storage_calls.reset()
        status, said = ask(route, path, seed.query)
        assert status == 200, said
        counted.append(reads_of_lists(storage_calls))
    assert counted[1] <= counted[0], "storage calls grow with the rows"

    seen, cursor, pages = [], "", 0
    while cursor or not pages:
        more = {"limit": "20"} | ({"cursor": cursor} if cursor else {})
        status, said = ask(route, path, {**seed.query, **more})
        assert status == 200, said
        assert len(said[seed.rows]) <= 20
        name, value = seed.mine
        rows = [row for row in said[seed.rows] if not name or row[name] == value]
        seen += [json.dumps(row, sort_keys=True) for row in rows]
        cursor, pages = said["cursor"], pages + 1
        assert pages < 20, "the cursor never ends"
    assert (len(seen), len(set(seen))) == (60, 60), "each row once"
    assert pages >= 3


def shows_persons(route: Route) -> bool:
    """Whether the rows of a list name persons. The trail itself is left out: who reads it is
    counted, and of whom it was asked for is recorded (tests/access)."""
    found = seed_of(route) if not route.path.startswith("/access/") else None
    if found is None:
        return False
    (row,) = get_args(route.answer.model_fields[found[1].rows].annotation)
    return "psn_no" in getattr(row, "model_fields", ())


@pytest.mark.parametrize(
    "route", [one for one in PAGED if shows_persons(one)], ids=lambda one: one.path
)
def test_of_each_person_that_a_list_shows_there_is_a_record(route: Route, tables: Tables) -> None:
    """Right money, 43."""
    found = seed_of(route)
    assert found is not None
    path, seed = found
    seed.put(0, 3)
    status, said = ask(route, path, seed.query)
    shown = {f"P#{row['psn_no']}" for row in said[seed.rows]}
    kept = {
        one["pk"]["S"] for one in tables.items("access") if one.get("subject") == {"S": "officer"}
    }
    assert (status, shown - kept) == (200, set())
    assert shown


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("route", PAGED, ids=lambda one: one.path)
def test_a_page_has_a_limit_and_no_foreign_cursor(route: Route) -> None:
    found = seed_of(route)
    assert found is not None
    path, seed = found
    seed.put(0, 3)
    for bad in ("0", "201", "²", "-1", "1e2"):
        status, said = ask(route, path, {**seed.query, "limit": bad})
        assert (status, said["field"]) == (400, "limit"), (bad, said)
    for cursor in ("x", "e30", "eyJvZiI6ImZvcmVpZ24ifQ", "x" * 601):
        status, said = ask(route, path, {**seed.query, "cursor": cursor})
        assert (status, said["field"]) == (400, "cursor"), (cursor, said)
