"""Roll-ups: whatever was rolled up, by whom and how often, a report says what the entries say and
reads no entry that is rolled up; the proof finds what differs. Issue: from a county to a province,
1."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from tests.conftest import Tables
from tests.fund.test_periods import tamper
from tests.storage import Killed, StorageCalls, StorageFaults

from medaid.aws.transaction import commit, commit_or_refuse
from medaid.errors import Conflict
from medaid.fund import (
    balances,
    books,
    finance,
    keys,
    periods,
    reconciliation,
    rolled,
    rollups,
    seals,
    service,
    store,
)
from medaid.fund.model import Entry, journal, reversing
from medaid.fund.movements import DaySums, Movements
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.usefixtures("tables")
R = "320500"
JULY = "2023-07"


def when(day: int, month: int = 7, minute: int = 0) -> datetime:
    return datetime(2023, month, day, 2, tzinfo=UTC) + timedelta(minutes=minute)


def settled(number: int, at: datetime, fen: int = 100, hospital: str = "H1") -> Entry:
    amounts = {"hifp_pay": Fen(fen), "maf_pay": Fen(1)}
    booking = journal.SettlementBooking(f"S{number}", R, R, hospital, "390", "inpatient", amounts)
    (made,) = journal.settlement_entries(booking, at)
    return made


def post(*entries: Entry) -> None:
    for begin in range(0, len(entries), 90):
        commit(service.writes(*entries[begin : begin + 90]))


def income(number: int, day: date, at: datetime) -> Entry:
    rows = [("assistance", "1001", "410101", Fen(1000 + number))]
    return journal.movement("fiscal_income", R, f"F{number}", rows, at, effective=day)


def recounted(begin: date, end: date) -> dict[str, books.Turnover]:
    return books.turnovers(balances.between(R, begin, end))


def sums_kept() -> Movements:
    return rolled.kept(keys.rolls_of(R, JULY), parties=True)[1]


def all_of(month: str = JULY) -> Movements:
    found = Movements()
    for entry in store.entries(R, month):
        found.take(entry)
    return found


def same(ours: Movements, theirs: Movements) -> bool:
    return not list(rollups.differences(ours, theirs))


def test_rolled_forward_in_portions_each_entry_is_in_the_sums_once() -> None:
    post(*(settled(n, when(3, minute=n), hospital=f"H{n % 7}") for n in range(60)))
    assert rollups.roll_forward(R, JULY, when(3, minute=30) + seals.GRACE) == 30
    assert rollups.roll_forward(R, JULY, when(3, minute=30) + seals.GRACE) == 0
    assert rollups.roll_forward(R, JULY, when(4)) == 30
    assert sums_kept().turnovers(date(2023, 7, 3), date(2023, 7, 3))["390100-500111"].debits == 6000
    assert same(sums_kept(), all_of())
    assert rollups.recompute(R, JULY, when(4)) == []


def test_a_slice_holds_no_more_than_it_may_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rolled, "SLICE", 7)
    post(*(settled(n, when(3, minute=n)) for n in range(40)))
    assert rolled.roll_slice(keys.rolls_of(R, JULY), R, JULY, rollups.until(when(4)), when(4)) == 7
    assert rollups.roll_forward(R, JULY, when(4)) == 33
    assert same(sums_kept(), all_of())


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_rolled_up_reports_say_what_the_entries_say(seed: int) -> None:
    """Back-dated vouchers, reversals, several hospitals; rolled up here and there."""
    chance, at = Random(seed), when(1, month=6)
    posted: list[Entry] = []
    for number in range(40):
        at += timedelta(hours=chance.randrange(1, 60))
        if chance.random() < 0.3:
            back = civil_date(at) - timedelta(days=chance.randrange(0, 20))
            first = date(2023, 6, 1)
            one = income(number, max(back, first), at)
            periods.post(one)
        elif posted and chance.random() < 0.3:
            taken = posted.pop(chance.randrange(len(posted)))
            one = reversing(taken, f"{taken.source}R", civil_date(at), at)
            post(one)
        else:
            one = settled(number, at, chance.randrange(1, 900), f"H{chance.randrange(3)}")
            post(one)
            posted.append(one)
        periods.keep_first_month(R, Month(one.period))
        if chance.random() < 0.3:
            rollups.roll_forward(R, chance.choice(["2023-06", JULY, "2023-08"]), at)
    for begin, end in (
        (date(2023, 6, 1), date(2023, 12, 31)),
        (date(2023, 6, 17), date(2023, 7, 9)),
    ):
        found = balances.turnovers(R, begin, end)
        assert found == recounted(begin, end)
    open_now = service.open_items(R, Month.of(at))
    periods.close(R, "2023-06", "会计", at + timedelta(days=40))
    rollups.roll_forward(R, JULY, at + timedelta(days=40))
    assert service.open_items(R, Month.of(at)) == open_now
    day = date(2023, 7, 11)
    assert service.balance(R, day) == books.balances(balances.between(R, date(2023, 6, 1), day))
    assert service.trial_balance(R, date(2023, 7, 2), day).proof() == ""


def reports() -> None:
    service.trial_balance(R, date(2023, 7, 1), date(2023, 7, 31))
    service.balance(R, date(2023, 7, 20))
    finance.summaries(R, Month("2023-06"), Month(JULY))
    service.list_current_accounts(R, Month(JULY))
    list(rolled.listed_entries(R, JULY, *reconciliation.ACCOUNTS.values()))


def test_reports_make_as_many_storage_calls_with_50_entries_as_with_250(
    storage_calls: StorageCalls,
) -> None:
    """Issue: from a county to a province, 1: no answer reads entries that are rolled up."""

    def counted() -> list[tuple[str, str]]:
        rollups.roll_forward(R, JULY, when(1, month=8))
        storage_calls.reset()
        reports()
        assert not [
            one
            for one, sent in storage_calls.calls
            if one == "Query"
            and sent["TableName"].endswith("journal")
            and f"#{JULY}#" in str(sent["ExpressionAttributeValues"])
            and len(sent["ExpressionAttributeValues"]) == 1
        ], "a whole month's shard was read"
        return [(one, sent.get("TableName", "")) for one, sent in storage_calls.calls]

    post(*(settled(n, when(3 + n % 9, minute=n)) for n in range(50)))
    rollups.keep_first_month(R, Month(JULY))
    few = counted()
    post(*(settled(n, when(12 + n % 9, minute=n)) for n in range(50, 250)))
    assert counted() == few


def test_a_month_that_was_closed_reads_no_entry_at_all(storage_calls: StorageCalls) -> None:
    post(*(settled(n, when(3, minute=n)) for n in range(20)))
    periods.close(R, JULY, "会计", when(1, month=8))
    storage_calls.reset()
    assert same(rolled.read(R, JULY, parties=True), all_of())
    storage_calls.reset()
    rolled.read(R, JULY)
    assert not [s for _, s in storage_calls.calls if s["TableName"].endswith("journal")]


def test_what_comes_into_a_month_opened_again_is_in_its_reports() -> None:
    post(settled(1, when(3)))
    periods.close(R, JULY, "会计", when(1, month=8))
    periods.reopen(R, JULY, "主管", "补记", when(2, month=8))
    periods.post(income(7, date(2023, 7, 31), when(2, month=8)))
    assert service.balance(R, date(2023, 7, 31))["610100-1001"] == Fen(1007)
    periods.close(R, JULY, "会计", when(3, month=8))
    assert service.balance(R, date(2023, 7, 31))["610100-1001"] == Fen(1007)
    assert same(sums_kept(), all_of())


def test_what_comes_after_a_close_that_was_broken_off_is_in_its_reports(tables: Tables) -> None:
    changed = settled(1, when(3))
    post(changed, settled(2, when(3)))
    seals.seal(R, JULY, when(4))
    tamper(tables, changed, narrative="改")
    with pytest.raises(Conflict, match="账册校验不一致"):
        periods.close(R, JULY, "会计", when(1, month=8))
    periods.post(income(7, date(2023, 7, 31), when(2, month=8)))
    assert service.balance(R, date(2023, 7, 31))["610100-1001"] == Fen(1007)


def spoil(change: Callable[[DaySums], DaySums]) -> None:
    item = store.find(keys.of_roll_day(keys.rolls_of(R, JULY), "2023-07-03"))
    assert item is not None
    commit_or_refuse([item.replace(change(item.record(DaySums)), "spoiled")])


def test_a_wrong_sum_is_found_and_told_once(tables: Tables) -> None:
    post(settled(1, when(3)))
    rollups.roll_forward(R, JULY, when(4))
    spoil(lambda kept: DaySums(kept.sums[1:], kept.times, kept.listed))
    (told,) = rollups.recompute(R, JULY, when(4))
    assert "2023-07-03 settlement 390100-2101" in told
    assert rollups.recompute(R, JULY, when(4)) == [told]
    assert len([i for i in tables.items("outbox") if i["kind"]["S"] == "books_finding"]) == 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda kept: DaySums(kept.sums, kept.times[1:], kept.listed), "人次"),
        (lambda kept: DaySums(kept.sums, kept.times, kept.listed[1:]), "逐笔登记"),
        (lambda kept: DaySums(), "汇总"),
    ],
)
def test_each_kind_of_sum_is_proven(change: Callable[[DaySums], DaySums], named: str) -> None:
    post(settled(1, when(3)))
    periods.post(income(1, date(2023, 7, 3), when(3)))
    rollups.roll_forward(R, JULY, when(4))
    assert rollups.recompute(R, JULY, when(4)) == []
    spoil(change)
    assert any(named in one for one in rollups.recompute(R, JULY, when(4)))


def test_at_the_close_a_wrong_sum_gives_way_to_what_the_entries_say(tables: Tables) -> None:
    post(settled(1, when(3)), settled(2, when(5)))
    rollups.roll_forward(R, JULY, when(6))
    spoil(lambda _: DaySums())
    balance = periods.close(R, JULY, "会计", when(1, month=8))
    assert balance.closing("390100-500111") == Fen(200)
    assert same(sums_kept(), all_of())
    assert [i for i in tables.items("outbox") if i["kind"]["S"] == "books_finding"]
    assert service.trial_balance(R, date(2023, 7, 1), date(2023, 7, 31)).rows == balance.rows


def test_a_proof_reads_only_what_came_since_the_last(storage_calls: StorageCalls) -> None:
    """Issue: from a county to a province, 1: in slices, going on where it was."""
    post(*(settled(n, when(3, minute=n)) for n in range(30)))
    rollups.roll_forward(R, JULY, when(4))
    assert rollups.recompute(R, JULY, when(4)) == []
    assert rolled.kept(keys.proofs_of(R, JULY))[0].entries == 30
    post(settled(31, when(4)))
    rollups.roll_forward(R, JULY, when(5))
    storage_calls.reset()
    assert rollups.recompute(R, JULY, when(5)) == []
    behind = [
        sent
        for one, sent in storage_calls.calls
        if one == "Query" and sent["TableName"].endswith("journal")
    ]
    assert all(len(sent["ExpressionAttributeValues"]) == 2 for sent in behind)


@pytest.mark.parametrize("when_", ["before", "after"])
def test_killed_at_any_storage_call_it_goes_on_to_the_same(
    storage_faults: StorageFaults, when_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue: from a county to a province, a crash at any storage call."""
    monkeypatch.setattr(rolled, "SLICE", 7)
    monkeypatch.setattr(keys, "SHARDS", 2)
    post(*(settled(n, when(3, minute=n), hospital=f"H{n % 3}") for n in range(12)))

    def run() -> list[str]:
        rollups.roll_forward(R, JULY, when(4))
        return rollups.recompute(R, JULY, when(4))

    strike: Callable[..., Any] = getattr(storage_faults, when_)
    nth = 0
    while True:
        nth += 1
        for pk in (keys.rolls_of(R, JULY), keys.proofs_of(R, JULY)):
            for item in list(store.listed(pk)):
                item.delete()
        storage_faults.clear()
        strike(nth)
        try:
            run()
        except Killed:
            storage_faults.clear()
            assert run() == []
            assert same(sums_kept(), all_of())
            assert rolled.kept(keys.rolls_of(R, JULY))[0].entries == 12
        else:
            break
    storage_faults.clear()
    assert nth > 20
