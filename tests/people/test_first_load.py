"""A first load goes on at the part that an attempt reached, its groups of rows side by side, and
comes to the same register and the same answer wherever it is cut off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from tests.clearing.test_sums import restore
from tests.conftest import Tables
from tests.people.conftest import Department, csv_bytes, roster_row
from tests.people.samples import NOW, certno
from tests.storage import Killed, StorageFaults

from medaid.aws import exchange
from medaid.aws.settings import settings
from medaid.errors import Unavailable
from medaid.people import intake, passes, recording, service, store, verdicts
from medaid.people.lists import RegisterList
from medaid.people.roster import RosterRow
from medaid.regions import Region

SERIALS = range(1, 14)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "PART", 4)
    monkeypatch.setattr(passes, "CHUNK", 2)
    monkeypatch.setattr(passes, "SIDE_BY_SIDE", 3)


def rows() -> list[dict[str, str]]:
    """Thirteen people, of whom one has a second category, and two rows that come back."""
    found = [roster_row(n) for n in SERIALS]
    found.insert(2, roster_row(5, 救助类型="临时救助"))
    found.insert(6, roster_row(20, 救助类型="贫困"))
    return [*found, roster_row(1)]


def register(serials: Iterable[int] = SERIALS) -> list[tuple[int, list[str]]]:
    found = []
    for serial in serials:
        psn_no = service.person_by_certificate("01", certno(serial))
        held = [one.category for one in store.identity_versions(psn_no)]
        found.append((serial, sorted(held)))
    return found


def test_wherever_it_is_cut_off_the_answer_is_the_same(
    department: Department, storage_faults: Any
) -> None:
    """Issue: from a county to a province, 5, and it must show: a crash at any storage call of the
    first load."""
    key = department.lay(csv_bytes(rows()), rows=len(rows()))
    for nth in (*range(1, 12), 14, 17, 21):
        storage_faults.before(nth, "killed")
        with suppress(Killed, Unavailable):
            intake.take_in(key, NOW)
        storage_faults.clear()
    report = intake.take_in(key, NOW + timedelta(minutes=9))
    assert report.counts == {
        "confirmed": 14, "changed": 0, "ended": 0, "unchanged": 0, "refused": 2,
    }  # fmt: skip
    wanted = [(n, ["subsistence_allowance"]) for n in SERIALS]
    wanted[4] = (5, ["subsistence_allowance", "temporary_relief"])
    assert register() == wanted
    told = department.answered()
    assert [row["医保处理结果"] for row in told].count("新增") == 14
    assert told[2]["医保处理原因"].startswith("同一人另有")


def test_an_attempt_goes_on_at_the_row_that_was_reached(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue: from a county to a province, 5. What was told of stays told; the time that is up lays
    down what was reached."""
    key = department.lay(csv_bytes(rows()), rows=len(rows()))
    looks = iter([True, True, True, False])
    with pytest.raises(intake.Unfinished):
        intake.take_in(key, NOW, looks.__next__)
    recorded: list[int] = []
    record = recording.Recording.record

    def counted(self: Any, found: list[RosterRow], lane: int = 0) -> Any:
        recorded.extend(row.number for row in found)
        return record(self, found, lane)

    monkeypatch.setattr(recording.Recording, "record", counted)
    report = intake.take_in(key, NOW + timedelta(minutes=5))
    assert sum(report.counts.values()) == len(rows())
    assert min(recorded) == 9


def struck_put(monkeypatch: pytest.MonkeyPatch, when: str, nth: int) -> Callable[[], bool]:
    """The `nth` object laid down kills the attempt, before it is there or after; answers whether it
    came to that."""
    seen = count(1)
    struck: list[int] = []
    put = exchange.put

    def dying(*given: Any) -> str:
        mine = next(seen) == nth
        if mine and when == "before":
            struck.append(nth)
            raise Killed
        answer = put(*given)
        if mine:
            struck.append(nth)
            raise Killed
        return answer

    monkeypatch.setattr(exchange, "put", dying)
    return lambda: bool(struck)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("of", ["storage", "bucket"])
def test_cut_off_at_any_call_of_any_part_the_load_ends_in_the_same(
    department: Department,
    tables: Tables,
    storage_faults: StorageFaults,
    monkeypatch: pytest.MonkeyPatch,
    of: str,
    when: str,
) -> None:
    """Issue: from a county to a province, it must show: a crash at any storage call of the first
    load, each alone, in whichever part; register, answers and what was told are the same."""
    sent, fresh, expected = rows()[:8], tables.everything(), None
    for nth in range(99):
        restore(tables, fresh)
        empty(tables)
        key = department.lay(csv_bytes(sent), rows=len(sent))
        with monkeypatch.context() as patched:
            struck = struck_put(patched, when, nth if of == "bucket" else 0)
            if of == "storage" and nth:
                getattr(storage_faults, when)(nth, "killed")
            with suppress(Killed):
                intake.take_in(key, NOW)
            reached = struck() or any(one.seen >= nth for one in storage_faults.faults)
            storage_faults.clear()
        report = intake.take_in(key, NOW)
        found = (*everything_told(department, tables), report.counts)
        if expected is None:
            expected = found
        assert found == expected, f"{of} {when} call {nth}"
        if nth and not reached:
            break
    assert nth > {"storage": 15, "bucket": 6}[of]


def empty(tables: Tables) -> None:
    for one in tables.s3.list_objects_v2(Bucket=settings().bucket).get("Contents", []):
        tables.s3.delete_object(Bucket=settings().bucket, Key=one["Key"])


def everything_told(department: Department, tables: Tables) -> tuple[Any, ...]:
    """Register with its counts, events, what became of the drop, and all that lies in the bucket:
    parts aside, which are as long as the attempt that laid them down."""
    events = Counter(one["kind"]["S"] for one in tables.items("outbox"))
    people = Counter(one["sk"]["S"][0] for one in tables.items("people") if "P#" in one["pk"]["S"])
    of = (RegisterList.CATEGORY, "subsistence_allowance", Region("440900"))
    counted = store.listed_total(*of)
    listed = tables.s3.list_objects_v2(Bucket=settings().bucket)["Contents"]
    names = sorted(one["Key"] for one in listed if ".part-" not in one["Key"])
    return (
        register(range(1, 7)),
        people,
        counted,
        events,
        names,
        department.answered(),
        department.summary(),
    )
