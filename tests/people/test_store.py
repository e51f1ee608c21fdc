"""Every access pattern of the people table (the table in `medaid.people.store.keys`),
and what each write loses by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.hooks import HierarchicalEmitter
from tests.people import recorded
from tests.people.samples import NOW, certno, filing, identity, insurance, person, visit

from medaid.aws.transaction import ConditionFailed, Write, commit
from medaid.errors import BadInput, Refused
from medaid.people import service, store
from medaid.people.drops import Drop, DropState
from medaid.people.model import Person, PersonFile, YearTotals
from medaid.people.store import drops as drop_store

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Storage calls by operation name and parameters."""
    seen: list[tuple[str, dict[str, Any]]] = []
    emit = HierarchicalEmitter.emit_until_response

    def spy(self: Any, name: str, **kwargs: Any) -> Any:
        if name.startswith("before-call.dynamodb."):
            seen.append((name.rsplit(".", 1)[1], kwargs["params"]))
        return emit(self, name, **kwargs)

    monkeypatch.setattr(HierarchicalEmitter, "emit_until_response", spy)
    return seen


def registered(who: Person | None = None) -> Person:
    writes = service.person_registered(who or person(), NOW)
    commit(writes)
    return service.load((who or person()).psn_no, 2026).person


def loses(writes: list[Write], *labels: str) -> None:
    with pytest.raises(ConditionFailed) as lost:
        commit(writes)
    assert set(lost.value.labels) == set(labels)


def test_file_comes_whole() -> None:
    """J6, J7, J11: person, enrolments, identities, filings, open visits and totals under one
    key."""
    who = registered(person(mobile="13800000000", home_address="茂南区", extra={"民族": "汉"}))
    assert who == replace(
        person(mobile="13800000000", home_address="茂南区", extra={"民族": "汉"}), recorded=NOW
    )
    commit(
        [
            *recorded.insurance_recorded("P1", None, insurance(), NOW),
            *recorded.identity_recorded(
                "P1", None, identity(end=date(2026, 5, 3), national_code="2303"), NOW
            ),
            *service.filing_added("P1", filing()),
            *service.visit_opened("P1", visit()),
            *service.totals_changed(
                "P1",
                YearTotals(2026),
                YearTotals(2026, 1, {"paid:critical": 12345, "count:stays": 1}, "S1"),
            ),
        ]
    )
    file = service.load("P1", 2026)
    assert file == PersonFile(
        who,
        (replace(insurance(), recorded=NOW),),
        (identity(end=date(2026, 5, 3), national_code="2303"),),
        (filing(),),
        (visit(),),
        (YearTotals(2026, 1, {"paid:critical": 12345, "count:stays": 1}, "S1"),),
    )


@pytest.mark.parametrize("history", [0, 10, 60])
def test_file_is_one_query(history: int, calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Exactly one consistent Query, whatever the history; earlier years are not read."""
    registered()
    before = None
    for month in range(history):
        after = identity(end=date(2026, 1, 1) + timedelta(days=month))
        writes = recorded.identity_recorded("P1", before, after, NOW + timedelta(seconds=month))
        commit(writes)
        before = service.load("P1", 2026).identities[0]
    commit(service.totals_changed("P1", YearTotals(2025), YearTotals(2025, 1)))
    calls.clear()
    file = service.load("P1", 2026)
    assert [name for name, _ in calls] == ["Query"]
    assert b'"ConsistentRead": true' in calls[0][1]["body"]
    assert (len(file.identities), file.years) == (min(history, 1), ())
    assert len(store.identity_versions("P1")) == history


def test_nobody() -> None:
    with pytest.raises(Refused, match="人员不存在"):
        service.load("P9", 2026)
    with pytest.raises(Refused, match="人员不存在"):
        service.person_by_certificate("01", certno(9))
    with pytest.raises(BadInput, match="校验位"):
        service.person_by_certificate("01", certno(9)[:-1] + ("0" if certno(9)[-1] != "0" else "1"))


def test_certificate_finds_its_holder() -> None:
    """However it is written: old number of 15 digits, small x, full width, blanks."""
    number = next(n for n in map(certno, range(400)) if n.endswith("X"))
    registered(person(certno=number))
    for written in (
        number,
        number.lower(),
        f" {number[:6]} {number[6:]} ",
        number[:6] + number[8:17],
        number.translate({48 + d: 0xFF10 + d for d in range(10)}),
    ):
        assert service.person_by_certificate("1", written) == "P1"


def test_certificate_has_one_holder() -> None:
    registered()
    loses(service.person_registered(person("P2"), NOW), "people:certificate")
    with pytest.raises(Refused):
        service.load("P2", 2026)
    registered(person("P3", cert_type="16", certno="E12345678"))
    assert store.persons_of([("01", certno(1)), ("16", "E12345678"), ("16", "E0000")]) == {
        ("01", certno(1)): "P1",
        ("16", "E12345678"): "P3",
    }
    assert set(store.persons(["P1", "P3", "P9"])) == {"P1", "P3"}


def test_person_changes_and_stays_traceable() -> None:
    """J9: what a person's facts were and where they came from stays readable (可回溯)."""
    first = registered()
    commit(
        service.person_changed(first, replace(first, mobile="13900000000"), NOW + timedelta(days=1))
    )
    second = service.load("P1", 2026).person
    assert [p.mobile for p in service.person_versions("P1")] == ["", "13900000000"]
    assert service.person_versions("P1") == [first, second]
    loses(
        service.person_changed(first, replace(first, mobile="1"), NOW + timedelta(days=2)),
        "people:person",
    )
    assert service.load("P1", 2026).person == second


def test_identity_is_versioned() -> None:
    """J11: confirmed, ended, changed back; the start corrected: the old key is gone from the file,
    its version is kept."""
    registered()
    states = [
        identity(),
        identity(end=date(2026, 2, 1)),
        identity(),
        identity(start=date(2023, 6, 1)),
    ]
    before, held = None, []
    for number, state in enumerate(states):
        commit(recorded.identity_recorded("P1", before, state, NOW + timedelta(hours=number)))
        (before,) = service.load("P1", 2026).identities
        held.append(before)
    assert [v.act for v in held] == ["confirmed", "ended", "changed", "changed"]
    versions = store.identity_versions("P1")
    assert [(v.start, v.end, v.act) for v in versions] == [(v.start, v.end, v.act) for v in held]
    assert [v.superseded for v in versions] == [NOW + timedelta(hours=n) for n in (1, 2, 3)] + [
        None
    ]
    loses(
        recorded.identity_recorded(
            "P1", held[0], identity(end=date(2020, 1, 1)), NOW + timedelta(days=1)
        ),
        "people:identity",
    )
    loses(
        recorded.identity_recorded("P1", None, held[3], NOW + timedelta(days=1)), "people:identity"
    )
    assert len(store.identity_versions("P1")) == 4


def test_recorded_later_even_when_the_clock_is_behind() -> None:
    registered()
    commit(recorded.identity_recorded("P1", None, identity(), NOW))
    commit(
        recorded.identity_recorded(
            "P1", identity(), identity(end=date(2026, 1, 1)), NOW - timedelta(minutes=5)
        )
    )
    assert [v.recorded for v in store.identity_versions("P1")] == [
        NOW,
        NOW + timedelta(microseconds=1),
    ]


def test_as_it_stood_as_we_knew() -> None:
    """J9, J11: identities on a day as known at an instant."""
    registered()
    commit(recorded.identity_recorded("P1", None, identity(), NOW))
    commit(
        recorded.identity_recorded(
            "P1", identity(), identity(end=date(2026, 1, 15)), NOW + timedelta(days=3)
        )
    )
    day = date(2026, 2, 1)
    assert [i.end for i in service.identities_as_of("P1", day, NOW)] == [None]
    assert service.identities_as_of("P1", day, NOW + timedelta(days=3)) == ()
    assert service.identities_as_of("P1", day, NOW - timedelta(seconds=1)) == ()
    assert [
        i.end for i in service.identities_as_of("P1", date(2026, 1, 31), NOW + timedelta(days=9))
    ] == [date(2026, 1, 15)]


def test_enrolment_is_versioned() -> None:
    """J11: a change of enrolment is marked and the one before is kept."""
    registered()
    commit(recorded.insurance_recorded("P1", None, insurance(), NOW))
    (held,) = service.load("P1", 2026).insurances
    commit(
        recorded.insurance_recorded(
            "P1", held, insurance(status="4", end=date(2026, 2, 28)), NOW + timedelta(days=1)
        )
    )
    (now,) = service.load("P1", 2026).insurances
    assert (now.status, now.act, now.covers(date(2026, 1, 1))) == ("4", "ended", False)
    assert store.entries_under([("P1", insurance())]) == {
        ("P#P1", "3INSURANCE#390#440900#2024-01-01"): now
    }
    loses(
        recorded.insurance_recorded("P1", held, insurance(), NOW + timedelta(days=2)),
        "people:insurance",
    )


@pytest.fixture
def region(tables: Any) -> None:
    """Three in county 440902, one in 440981, one in another city."""
    for number, admdvs in enumerate(("440902", "440902", "440902", "440981", "450100")):
        who = registered(person(f"P{number}", certno=certno(number)))
        start = date(2024, 1, 1) if number != 2 else date(2026, 1, 1)
        commit(
            recorded.identity_recorded(who.psn_no, None, identity(admdvs=admdvs, start=start), NOW)
        )
    commit(
        recorded.identity_recorded(
            "P1", identity(), identity(end=date(2025, 3, 5)), NOW + timedelta(days=1)
        )
    )


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(
    ("admdvs", "day", "known", "expected"),
    [
        ("440902", date(2025, 3, 31), 9, "P0 P1"),
        ("440902", date(2025, 4, 1), 9, "P0"),
        ("440902", date(2025, 4, 1), 0, "P0 P1"),
        ("440902", date(2026, 1, 1), 9, "P0 P2"),
        ("440902", date(2025, 12, 31), 9, "P0"),
        ("440900", date(2026, 1, 1), 9, "P0 P2 P3"),
        ("440900", date(2026, 1, 1), -1, ""),
        ("440900", date(2023, 12, 31), 9, ""),
        ("440981", date(2026, 1, 1), 9, "P3"),
        ("440923", date(2026, 1, 1), 9, ""),
        ("320100", date(2026, 1, 1), 9, ""),
    ],
)
def test_register_on_a_day(admdvs: str, day: date, known: int, expected: str) -> None:
    """J6, J9, J20: a region's register as it stood on a past day, as known then or now."""
    rows = sorted(
        psn_no for psn_no, _ in recorded.register_on(admdvs, day, NOW + timedelta(days=known))
    )
    assert rows == expected.split()


def test_visit_moves_by_versions() -> None:
    registered()
    commit(service.visit_opened("P1", visit()))
    loses(service.visit_opened("P1", visit()), "people:visit")
    commit(service.visit_changed("P1", visit(), visit(2, end=date(2026, 3, 9))))
    loses(service.visit_changed("P1", visit(), visit(2)), "people:visit")
    loses(service.visit_closed("P1", visit()), "people:visit")
    assert service.load("P1", 2026).visit("V1") == visit(2, end=date(2026, 3, 9))
    commit(service.visit_closed("P1", visit(2)))
    assert service.load("P1", 2026).visits == ()
    loses(service.visit_closed("P1", visit(2)), "people:visit")
    commit(service.visit_opened("P1", visit(3)))
    with pytest.raises(AssertionError):
        service.visit_changed("P1", visit(3), visit(5))


def test_totals_move_by_versions() -> None:
    registered()
    one = YearTotals(2026, 1, {"paid:basic": 100}, "S1")
    commit(service.totals_changed("P1", YearTotals(2026), one))
    loses(service.totals_changed("P1", YearTotals(2026), one), "people:totals")
    two = YearTotals(2026, 2, {"paid:basic": 250}, "S2")
    commit(service.totals_changed("P1", one, two))
    loses(service.totals_changed("P1", one, two), "people:totals")
    loses(service.totals_changed("P1", YearTotals(2025, 3), YearTotals(2025, 4)), "people:totals")
    assert service.load("P1", 2025).years == (two,)
    assert service.load("P1", 2027).totals(2026) == YearTotals(2026)
    with pytest.raises(AssertionError):
        service.totals_changed("P1", one, one)
    with pytest.raises(TypeError):
        commit(service.totals_changed("P1", two, YearTotals(2026, 3, {"paid:basic": 1.5})))  # type: ignore[dict-item]


def test_filing_is_cancelled_and_kept() -> None:
    registered()
    commit(service.filing_added("P1", filing()))
    loses(service.filing_added("P1", filing()), "people:filing")
    commit(service.filing_cancelled("P1", filing(), NOW))
    assert service.load("P1", 2026).filings == ()
    loses(service.filing_cancelled("P1", filing(), NOW + timedelta(days=1)), "people:filing")


def test_drop_state() -> None:
    one = Drop(
        "B1",
        "s",
        "roster",
        "440900",
        "2026-03",
        "x.csv",
        "x",
        3,
        "increment",
        "",
        "",
        counts={"a": 1},
    )
    assert drop_store.drop("B1") is None
    commit(drop_store.drop_opened(one, NOW))
    loses(drop_store.drop_opened(one, NOW), "people:batch")
    held = drop_store.drop("B1")
    assert held is not None
    assert (held.state, held.received, held.drop) == (DropState.OPEN, NOW, one)
    commit(drop_store.drop_changed(held, one, DropState.DONE))
    loses(drop_store.drop_changed(held, one, DropState.DONE), "people:batch")
    page, end = drop_store.drops_page("s", "", 10)
    assert ([each.drop for each in page], [each.state for each in page], end) == (
        [one],
        [DropState.DONE],
        "",
    )
    assert drop_store.drops_page("other", "", 10) == ([], "")


def test_no_naive_time() -> None:
    with pytest.raises(TypeError):
        service.person_registered(person(), datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(TypeError):
        service.identities_as_of("P1", date(2026, 1, 1), datetime(2026, 1, 1))  # noqa: DTZ001
    assert datetime(2026, 1, 1, tzinfo=UTC)
