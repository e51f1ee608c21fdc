"""Who stands in for somebody agrees neither to a figure nor to a calendar of theirs, at any of the
two instants (Q3.1): packages that pay nothing ask the same office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.test_figures import FIGURE
from tests.workcalendar.test_calendar import GOOD, LOCAL

from medaid.aws import calendars, exchange
from medaid.aws.transaction import commit
from medaid.errors import Forbidden
from medaid.ids import OfficerId
from medaid.payments import service as payments
from medaid.payments.model import Duty
from medaid.regions import NATION, Region
from medaid.settlement.figures import service as figures
from medaid.workcalendar import service as workcalendar

NOW = datetime(2021, 6, 7, 2, tzinfo=UTC)
"""A Monday; the delegation holds from Monday to Friday."""
AWAY, DELEGATE, THIRD = OfficerId("o-away"), OfficerId("o-delegate"), OfficerId("o-third")
Agreed = Callable[[str, datetime], object]


@pytest.fixture(autouse=True)
def fresh(tables: Tables) -> None:
    exchange.client.cache_clear()
    calendars._known.clear()
    calendars._last_good.clear()


def delegated(region: Region) -> None:
    commit(payments.claim_duty(region, AWAY, frozenset({"auditor"}), Duty.AUDIT, NOW))
    day = date(2021, 6, 7)
    at = (AWAY, DELEGATE, day, day + timedelta(days=4), "年休假", OfficerId("o-boss"), NOW)
    payments.delegate_duty(region, Duty.AUDIT, *at)


def figure(by: str, at: datetime) -> Agreed:
    name = figures.propose_figure(FIGURE, "某文件", by, at).figure.figure_id
    return lambda second, when: figures.approve_figure(Region("440900"), name, second, when)


def ending(by: str, at: datetime) -> Agreed:
    agreed = figure("o-first", at - timedelta(days=30))
    one: Any = agreed("o-second", at - timedelta(days=29))
    name = one.figure.figure_id
    figures.end_figure(Region("440900"), name, date(2021, 9, 30), by, at)
    return agreed


def local_days(by: str, at: datetime) -> Agreed:
    scope, text = Region("450000"), LOCAL.replace("2026", "2021")
    name = workcalendar.propose(scope, text, by, at).proposal_id
    return lambda second, when: workcalendar.publish(scope, name, second, when)


def year(by: str, at: datetime) -> Agreed:
    name = workcalendar.propose(Region(NATION), GOOD, by, at).proposal_id
    return lambda second, when: workcalendar.publish(Region(NATION), name, second, when)


DOORS = [(figure, "440900"), (ending, "440900"), (local_days, "450000"), (year, NATION)]


@pytest.mark.parametrize(
    ("first", "second", "proposed", "agreed"),
    [
        (AWAY, DELEGATE, 0, 1),
        (DELEGATE, AWAY, 0, 1),
        (AWAY, DELEGATE, 2, 20),
        (AWAY, DELEGATE, -3, 2),
    ],
    ids=["both in those days", "and the other way", "proposed in them", "agreed to in them"],
)
@pytest.mark.parametrize(("door", "region"), DOORS)
def test_one_hand_does_not_agree_to_its_own_proposal_Q3_1(
    door: Callable[[str, datetime], Agreed],
    region: str,
    first: str,
    second: str,
    proposed: int,
    agreed: int,
) -> None:
    agree = door(first, NOW + timedelta(days=proposed))
    delegated(Region(region))
    with pytest.raises(Forbidden) as refused:
        agree(second, NOW + timedelta(days=agreed))
    assert refused.value.code == "SEPARATION"
    assert agree(THIRD, NOW + timedelta(days=agreed)), "somebody else may"


@pytest.mark.parametrize(
    ("second", "proposed", "agreed", "elsewhere"),
    [(DELEGATE, -3, 20, False), (THIRD, 0, 1, False), (DELEGATE, 0, 1, True)],
    ids=["neither in those days", "somebody else", "delegated in another office"],
)
@pytest.mark.parametrize(("door", "region"), DOORS)
def test_who_stood_in_at_neither_time_or_elsewhere_agrees_Q3_1(
    door: Callable[[str, datetime], Agreed],
    region: str,
    second: str,
    proposed: int,
    agreed: int,
    elsewhere: bool,
) -> None:
    agree = door(AWAY, NOW + timedelta(days=proposed))
    delegated(Region("320100" if elsewhere else region))
    assert agree(second, NOW + timedelta(days=agreed))
