"""The working calendar: one person proposes and another publishes; a file that does not read stops
nobody (J28)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from medaid.aws import calendars, exchange
from medaid.aws.web import Caller
from medaid.errors import BadInput, Forbidden, Refused
from medaid.notices import LocalDays, NoticeYear
from medaid.regions import NATION, Region
from medaid.workcalendar import api, service
from medaid.workdays import published

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
ALL = Region(NATION)
GUANGXI = Region("450000")
GOOD = """year = 2027
make_up_workdays = [2027-01-09]
[[notice]]
number = "x"
issued = 2026-11-01
read_at = "x"
trust = "G"
[[holiday]]
name = "元旦"
from = 2027-01-01
to = 2027-01-03
"""
LOCAL = """region = "450000"
year = 2026
[[day]]
date = 2026-04-20
name = "壮族三月三"
cite = "广西壮族自治区少数民族习惯节日放假办法"
"""
SPOILED: dict[str, bytes] = {
    "gbk": GOOD.encode("gbk"),
    "quoted date": GOOD.replace("[2027-01-09]", '["2027-01-09"]').encode(),
    "a time": GOOD.replace("[2027-01-09]", "[2027-01-09T00:00:00]").encode(),
    "year not changed": GOOD.replace("year = 2027", "year = 2026").encode(),
    "year as text": GOOD.replace("year = 2027", 'year = "2027"').encode(),
    "empty": b"",
    "no table": b"notice = 1\nyear = 2027\nholiday = 2\nmake_up_workdays = 3\n",
    "no toml": b"\x00\x01",
}

SAID: dict[str, str] = {
    "quoted date": "工作日历不合规:2027 年:日期写作 2027-01-01,不加引号和时间",
    "a time": "工作日历不合规:2027 年:日期写作 2027-01-01,不加引号和时间",
    "year as text": "工作日历不合规:year 须为四位整数年份",
    "empty": "工作日历不合规:缺少 year",
    "no table": "工作日历不合规:写法不符",
    "no toml": "工作日历不合规:第 1 行:",
}
"""Who mends the file reads Chinese."""


@pytest.fixture(autouse=True)
def empty(tables: Any) -> None:
    exchange.client.cache_clear()
    calendars._known.clear()
    calendars._last_good.clear()


def put(content: bytes, key: str = "calendar/2027.toml") -> None:
    exchange.put(key, content)
    calendars._known.clear()


@pytest.mark.parametrize("content", [GOOD.encode(), GOOD.encode("utf-8-sig")])
def test_a_file_in_the_bucket_is_read(content: bytes) -> None:
    """With and without the byte order mark that Notepad writes."""
    put(content)
    assert calendars.current(NOW).last_day == date(2027, 12, 31)
    assert calendars.problems(NOW) == ()


@pytest.mark.parametrize("name", SPOILED)
def test_a_file_that_does_not_read_stops_nobody(name: str) -> None:
    """Right money, 18. Every other year goes on; the file is named."""
    put(SPOILED[name])
    assert calendars.current(NOW) == published()
    assert [file for file, _ in calendars.problems(NOW)] == ["calendar/2027.toml"]


@pytest.mark.parametrize("remembered", [True, False])
def test_the_last_good_one_serves(remembered: bool) -> None:
    """Right money, 18. In the process that read it, and in one that starts later."""
    calendars.add(GOOD)
    good = calendars.current(NOW)
    put(b"year = ")
    if not remembered:
        calendars._last_good.clear()
    assert calendars.current(NOW) == good
    assert len(calendars.problems(NOW)) == 1


@pytest.mark.parametrize("name", [name for name in SPOILED if name != "gbk"])
def test_a_bad_file_is_refused_when_it_comes(name: str) -> None:
    """Right money, 18."""
    if name == "year not changed":
        return  # as a file of 2026 it says that 2027 lies outside the year: see below
    with pytest.raises(BadInput) as refused:
        service.propose(ALL, SPOILED[name].decode(), "甲", NOW)
    assert refused.value.field == "calendar"
    assert SAID[name] in refused.value.rule


def test_a_year_whose_days_lie_in_another_is_refused() -> None:
    with pytest.raises(BadInput):
        service.propose(ALL, SPOILED["year not changed"].decode(), "甲", NOW)


def test_two_people_publish_and_both_stay_named() -> None:
    """Right money, 32."""
    proposal = service.propose(ALL, GOOD, "甲", NOW)
    assert calendars.current(NOW) == published(), "a proposal alone changes nothing"
    assert service.propose(ALL, GOOD, "丙", NOW).proposed_by == "甲"
    with pytest.raises(Forbidden) as refused:
        service.publish(ALL, proposal.proposal_id, "甲", NOW)
    assert refused.value.code == "SEPARATION"
    done = service.publish(ALL, proposal.proposal_id, "乙", NOW + timedelta(hours=1))
    assert calendars.current(NOW).last_day == date(2027, 12, 31)
    assert (done.proposed_by, done.published_by) == ("甲", "乙")
    again = service.publish(ALL, proposal.proposal_id, "丙", NOW + timedelta(hours=2))
    assert again == done
    assert service.find_proposal(ALL, proposal.proposal_id) == done
    assert exchange.get(f"calendar/trail/{NATION}/{proposal.proposal_id}.json")


@pytest.mark.parametrize("proposal", ["2027-000000000000", "x"])
def test_what_nobody_proposed_is_not_published(proposal: str) -> None:
    with pytest.raises(Refused):
        service.publish(ALL, proposal, "乙", NOW)


def test_a_region_adds_its_own_days_and_changes_nobody_elses() -> None:
    """Right money, 32."""
    proposal = service.propose(GUANGXI, LOCAL, "甲", NOW)
    service.publish(GUANGXI, proposal.proposal_id, "乙", NOW)
    day = date(2026, 4, 20)
    assert calendars.current(NOW).is_workday(day)
    assert not calendars.current(NOW, "450000").is_workday(day)
    assert not calendars.current(NOW, "450103").is_workday(day), "and of the cities in it"
    assert calendars.current(NOW, "440902").is_workday(day)


@pytest.mark.parametrize(
    "text",
    [
        LOCAL.replace("450000", "440000"),
        LOCAL.replace('cite = "广西壮族自治区少数民族习惯节日放假办法"', 'cite = ""'),
        LOCAL.replace("2026-04-20", '"2026-04-20"'),
        LOCAL.replace("2026-04-20", "2027-04-20"),
        LOCAL + "\nmake_up_workdays = [2026-04-25]\n",
        "make_up_workdays = [2026-04-25]\n" + LOCAL,
        GOOD,
    ],
)
def test_a_region_adds_nothing_else(text: str) -> None:
    """Right money, 32. No working day, no other region, no day without its document."""
    with pytest.raises(BadInput):
        service.propose(GUANGXI, text, "甲", NOW)


def test_local_days_take_no_make_up_day_away() -> None:
    calendar = published()
    worked = min(calendar.years[-1].worked)
    assert calendar.with_days_off([worked]).is_workday(worked)
    assert LocalDays.parse(LOCAL).off == {date(2026, 4, 20)}


MANAGER = Caller("甲", region="440900", roles=frozenset({"manager"}))
INSTALLATION = Caller("乙", region=NATION, roles=frozenset({"manager"}))


@pytest.mark.parametrize(
    ("caller", "allowed"),
    [
        (INSTALLATION, True),
        (MANAGER, False),
        (Caller("丙", region=NATION, roles=frozenset({"auditor"})), False),
        (Caller("丁", roles=frozenset({"manager"})), False),
    ],
)
def test_everybodys_calendar_is_the_installations(caller: Caller, allowed: bool) -> None:
    """Right money, 32. One region's manager does not replace the calendar of all regions."""
    for route in api.ROUTES:
        if route.call in (api.propose_year, api.publish_year):
            if allowed:
                route.check(caller, {})
            else:
                with pytest.raises(Forbidden):
                    route.check(caller, {})


def test_a_regions_days_are_the_regions() -> None:
    (route,) = [one for one in api.ROUTES if one.call is api.propose_days]
    route.check(MANAGER, {"admdvs": Region("440900")})
    with pytest.raises(Forbidden):
        route.check(MANAGER, {"admdvs": Region("450000")})


def test_a_year_is_written_as_plain_days() -> None:
    with pytest.raises(ValueError, match="不加引号"):
        NoticeYear.parse(SPOILED["quoted date"])
