"""What is put is what is read, once, in order. The trial balance on a past day, as it stood and as
it was known. Proves J32."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import Tables

from medaid.aws.items import Key
from medaid.aws.transaction import ConditionFailed, commit
from medaid.fund import books, keys, periods, service, store
from medaid.fund.model import Entry, journal, reversing
from medaid.money import Fen
from medaid.months import Month

BEGAN = date(2023, 7, 1)


def entry(number: int, at: datetime, fen: int = 100) -> Entry:
    (made,) = journal.settlement_entries(
        journal.SettlementBooking(
            f"320500S{number}",
            "320500",
            "320500",
            "H32050000001",
            "390",
            "inpatient",
            {"hifp_pay": Fen(fen), "maf_pay": Fen(1)},
        ),
        at,
    )
    return made


@pytest.mark.usefixtures("tables")
class TestJournal:
    def test_read_back_in_the_order_recorded(self) -> None:
        start = datetime(2023, 7, 3, 1, tzinfo=UTC)
        made = [entry(n, start + timedelta(minutes=n)) for n in range(20)]
        for one in reversed(made):
            commit(service.writes(one))
        assert list(service.entries("320500", "2023-07")) == made
        assert list(service.entries("320500", "2023-08")) == []
        assert list(service.entries("320501", "2023-07")) == []
        assert len({keys.shard(e.entry_id) for e in made}) > 4

    def test_an_entry_is_put_once(self) -> None:
        """J32: nothing in the books is ever changed."""
        one = entry(1, datetime(2023, 7, 3, 1, tzinfo=UTC))
        commit(service.writes(one))
        with pytest.raises(ConditionFailed) as lost:
            commit(service.writes(one))
        assert lost.value.labels == ("journal:settlement",)

    def test_balance_on_a_past_day_as_it_stood_and_as_it_was_known(self) -> None:
        first, second = datetime(2023, 7, 3, 1, tzinfo=UTC), datetime(2023, 8, 3, 1, tzinfo=UTC)
        one, two = entry(1, first), entry(2, second, 50)
        back = reversing(one, "r", date(2023, 8, 3), second)
        commit(service.writes(one) + service.writes(two, back))
        assert service.balance("320500", date(2023, 7, 2)) == {}
        assert service.balance("320500", date(2023, 7, 31))["390100-2101"] == Fen(-100)
        assert service.balance("320500", date(2023, 8, 31))["390100-2101"] == Fen(-50)
        assert service.balance("320500", date(2023, 8, 31), known=first)["390100-2101"] == Fen(-100)

    def test_trial_balance_is_proven_and_reads_in_chinese(self) -> None:
        commit(service.writes(entry(1, datetime(2023, 7, 3, 1, tzinfo=UTC))))
        commit(service.writes(entry(2, datetime(2023, 8, 3, 1, tzinfo=UTC), 250)))
        found = service.trial_balance("320500", date(2023, 8, 1), date(2023, 8, 31))
        assert found.proof() == ""
        assert found.closing("390100-500111") == Fen(350)
        text = books.printed(found)
        assert "试算平衡表" in text
        assert "社会保险待遇支出-住院救助支出" in text
        assert "借 3.50" in text
        assert text.endswith("试算平衡")

    def test_a_back_dated_entry_is_not_posted_in_passing(self) -> None:
        at = datetime(2023, 8, 3, 1, tzinfo=UTC)
        with pytest.raises(AssertionError):
            service.writes(reversing(entry(1, at), "r", date(2023, 7, 31), at))


def income(fen: int, day: date) -> Entry:
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    rows = [("assistance", "1001", "410101", Fen(fen))]
    return journal.movement("fiscal_income", "320500", f"t{day}", rows, at)


@pytest.mark.usefixtures("tables")
class TestOldBalances:
    """A balance rests on all entries before it, however old (N7, J33)."""

    OLD = date(2019, 3, 5)
    NOW = date(2023, 7, 31)

    def test_money_of_four_years_ago_is_still_there(self) -> None:
        """Right money, 10."""
        commit(service.writes(income(11_000_000, self.OLD)))
        periods.keep_first_month("320500", Month.of(self.OLD))
        assert service.balance("320500", self.NOW) == {
            "610100-1001": Fen(11_000_000),
            "610100-410101": Fen(-11_000_000),
        }
        found = service.trial_balance("320500", date(2023, 7, 1), self.NOW)
        assert found.closing("610100-1001") == Fen(11_000_000)

    def test_closed_months_stand_for_what_they_closed(self, monkeypatch: Any) -> None:
        commit(service.writes(income(5, self.OLD)))
        month = Month.of(self.OLD)
        periods.close("320500", month, "会计", datetime(2019, 5, 1, tzinfo=UTC))
        commit(service.writes(income(7, date(2019, 4, 2))))
        read: list[str] = []
        plain = store.entries

        def watched(admdvs: str, period: str, after: str = "") -> Iterator[Entry]:
            read.append(period)
            return plain(admdvs, period, after)

        monkeypatch.setattr(store, "entries", watched)
        assert service.balance("320500", date(2019, 5, 31))["610100-1001"] == Fen(12)
        assert read == ["2019-04", "2019-05"]

    def test_books_whose_beginning_is_not_noted_yet_are_found(self) -> None:
        commit(service.writes(income(5, date(2022, 1, 5))))
        assert service.balance("320500", self.NOW)["610100-1001"] == Fen(5)


def test_the_last_of_several_is_read_alone(tables: Tables) -> None:
    """Of one prefix: what lies behind it, and what lies under another key, is none of it."""
    names = ["A#0001", "A#0002", "A#0010", "B#0001"]
    commit([store.FundItem.create(Key("F#1", name), None, name) for name in names])
    ends = [store.first_under("F#1", "A#"), store.last_under("F#1", "A#")]
    assert [one and one.sk for one in ends] == ["A#0001", "A#0010"]
    assert store.last_under("F#1", "C#") is None
    assert store.last_under("F#2", "A#") is None
