"""Who looked: every read of a person leaves a record that nobody changes, found by person, by
reader and by day; look-ups are limited."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from medaid.access import api, rules, service
from medaid.access.model import PURPOSES, Purpose, Reader
from medaid.access.rules import Limit
from medaid.aws.rest.bodies import ListQuery, Page
from medaid.aws.rest.table import Call
from medaid.aws.web import Caller, caller
from medaid.errors import Forbidden
from medaid.regions import Region

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
OFFICER = Caller("officer-1", region="440900", source="10.0.0.7")
HOSPITAL = Caller("his-1", institution="H44090000001", source="10.0.0.8")
INSPECTOR = Caller("inspector-1", region="440900", roles=frozenset({"inspector"}))
MAOMING = Region("440900")
pytestmark = pytest.mark.usefixtures("tables")


def record(who: Caller, psn_no: str, region: str = "440900", minutes: int = 0) -> None:
    at = NOW + timedelta(minutes=minutes)
    service.record_read(who, psn_no, region, Purpose.CASE, at, "C1")


def test_found_by_person_by_reader_and_by_day() -> None:
    """Right money, 43."""
    record(OFFICER, "P1")
    record(HOSPITAL, "P1", minutes=1)
    record(OFFICER, "P2", minutes=2)
    record(OFFICER, "P1", minutes=60 * 24)
    found = service.page_of_reads_of("P1", MAOMING, "", 10)[0]
    assert [(row.reader.subject, row.item) for row in found] == [
        ("officer-1", "C1"),
        ("his-1", "C1"),
        ("officer-1", "C1"),
    ]
    assert found[1].reader == Reader("his-1", "H44090000001", "", "10.0.0.8")
    by = service.page_of_reads_by("officer-1", MAOMING, "", 10)[0]
    assert [row.psn_no for row in by] == ["P1", "P2", "P1"]
    on = service.page_of_reads_on(date(2026, 3, 10), MAOMING, "", 10)[0]
    assert [(row.psn_no, row.reader.subject) for row in on] == [
        ("P2", "officer-1"),
        ("P1", "his-1"),
        ("P1", "officer-1"),
    ]


def test_another_region_is_not_seen() -> None:
    """A person who moved: each region's inspectors see what was read while insured with them."""
    record(OFFICER, "P1", region="320100")
    record(OFFICER, "P1", region="440902")
    for rows in (
        service.page_of_reads_of("P1", MAOMING, "", 10)[0],
        service.page_of_reads_by("officer-1", MAOMING, "", 10)[0],
        service.page_of_reads_on(date(2026, 3, 10), MAOMING, "", 10)[0],
    ):
        assert [row.region for row in rows] == ["440902"]


def test_two_reads_of_one_instant_are_two_records_and_one_twice_is_one() -> None:
    record(OFFICER, "P1")
    record(HOSPITAL, "P1")
    record(OFFICER, "P1")
    assert len(service.page_of_reads_of("P1", MAOMING, "", 10)[0]) == 2


def test_a_record_is_never_written_over(tables: Any) -> None:
    """Right money, 43."""
    record(OFFICER, "P1")
    before = [item for item in tables.items("access") if not item["pk"]["S"].startswith("COUNT")]
    record(OFFICER, "P1")
    after = [item for item in tables.items("access") if not item["pk"]["S"].startswith("COUNT")]
    assert before == after


def test_two_writes_and_no_read(storage_calls: Any) -> None:
    record(OFFICER, "P1")
    assert storage_calls.counts == {"UpdateItem": 1, "PutItem": 1}


def test_look_ups_of_an_hour_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Right money, 43. The first one too many is refused and leaves no record; the next hour begins
    anew; others are not touched; those that found nobody count too."""
    monkeypatch.setattr(rules, "limit_of", lambda _reader, _purpose: Limit(3, "x"))
    record(OFFICER, "P1")
    service.count_lookup(OFFICER, Purpose.IDENTIFICATION, NOW)
    record(OFFICER, "P2")
    with pytest.raises(Forbidden) as refused:
        record(OFFICER, "P3")
    assert refused.value.code == "LOOKUP_LIMIT"
    assert service.page_of_reads_of("P3", MAOMING, "", 10)[0] == []
    record(HOSPITAL, "P3")
    record(OFFICER, "P3", minutes=60)
    assert len(service.page_of_reads_of("P3", MAOMING, "", 10)[0]) == 2


def test_limits_are_data_with_their_reasons() -> None:
    assert set(rules.limits()) == {"institution", "officer", "inspector"}
    assert (
        rules.limit_of(Reader("x", institution="H1"), Purpose.IDENTIFICATION)
        == (rules.limits()["institution"])
    )
    assert rules.limit_of(Reader("x"), Purpose.CASE) == rules.limits()["officer"]
    assert rules.limit_of(Reader("x"), Purpose.AUDIT) == rules.limits()["inspector"]
    assert set(PURPOSES) == set(Purpose)


@pytest.mark.parametrize(
    ("per_hour", "reason", "holds"), [(1, "x", True), (0, "x", False), (5, "", False)]
)
def test_a_limit_is_a_positive_number_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, per_hour: int, reason: str, *, holds: bool
) -> None:
    written = {"officer": {"per_hour": per_hour, "reason": reason}}
    monkeypatch.setattr("medaid.access.rules.tomllib.loads", lambda _: written)
    if holds:
        assert rules.limits.__wrapped__()["officer"].per_hour == per_hour
    else:
        with pytest.raises(ValueError, match="positive number with its reason"):
            rules.limits.__wrapped__()


def test_the_callers_address_comes_with_the_token() -> None:
    event = {
        "requestContext": {
            "http": {"sourceIp": "10.1.2.3"},
            "authorizer": {"jwt": {"claims": {"sub": "u"}}},
        }
    }
    assert caller(event).source == "10.1.2.3"


def ask(route: Any, **parts: Any) -> BaseModel:
    query = ListQuery(limit=parts.pop("limit", 50), cursor=parts.pop("cursor", ""))
    at = NOW + timedelta(minutes=1)
    answer: BaseModel = route(Call(INSPECTOR, at, None, None, query), **parts)
    return answer


def test_pages_follow_one_another_and_looking_leaves_a_trace() -> None:
    for minute in range(5):
        record(OFFICER, "P1", minutes=-minute)
    seen: list[str] = []
    cursor = ""
    for _ in range(4):
        page = ask(
            api.list_reads_by_reader, admdvs=MAOMING, subject="officer-1", limit=2, cursor=cursor
        )
        assert isinstance(page, Page)
        seen += [row.at for row in page.rows]
        cursor = page.cursor
        if not cursor:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5
    first = ask(api.list_reads_of_person, admdvs=MAOMING, psn_no="P1", limit=50)
    again = ask(api.list_reads_of_person, admdvs=MAOMING, psn_no="P1", limit=50)
    assert isinstance(first, Page)
    assert isinstance(again, Page)
    assert (len(first.rows), len(again.rows)) == (5, 6)
    assert again.rows[0].purpose_name == "查阅留痕"
    service.record_all(OFFICER, [("P1", MAOMING)], Purpose.REGISTER, NOW)
    listed = ask(api.list_reads_of_person, admdvs=MAOMING, psn_no="P1", limit=50)
    assert isinstance(listed, Page)
    assert "名单中的一行" in {row.item_name for row in listed.rows}
    day = ask(api.list_reads_on_day, admdvs=MAOMING, day="2026-03-10")
    assert isinstance(day, Page)
    assert {row.psn_no for row in day.rows} == {"P1"}


def test_who_may_look() -> None:
    """The role and the region are held; a county's inspector does not see the city."""
    (route, *_) = list(api.ROUTES)
    route.check(INSPECTOR, {"admdvs": MAOMING})
    route.check(INSPECTOR, {"admdvs": Region("440902")})
    for who, region in (
        (OFFICER, MAOMING),
        (INSPECTOR, Region("320100")),
        (Caller("i", region="440902", roles=frozenset({"inspector"})), MAOMING),
        (Caller("i", roles=frozenset({"inspector"})), MAOMING),
    ):
        with pytest.raises(Forbidden):
            route.check(who, {"admdvs": region})
