"""What is put is what is read, once, in order. The trial balance on a past day, as it stood and as
it was known. Proves J32."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from medaid.aws.transaction import ConditionFailed, commit
from medaid.fund import books, rules, service, store
from medaid.fund.model import Entry, reversing
from medaid.money import Fen

BEGAN = date(2023, 7, 1)


def entry(number: int, at: datetime, fen: int = 100) -> Entry:
    (made,) = rules.settlement_entries(
        rules.Settled(
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
        assert len({store.shard(e.entry_id) for e in made}) > 4

    def test_an_entry_is_put_once(self) -> None:
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
        assert service.balance("320500", date(2023, 7, 2), BEGAN) == {}
        assert service.balance("320500", date(2023, 7, 31), BEGAN)["390100-2101"] == Fen(-100)
        assert service.balance("320500", date(2023, 8, 31), BEGAN)["390100-2101"] == Fen(-50)
        assert service.balance("320500", date(2023, 8, 31), BEGAN, known=first)[
            "390100-2101"
        ] == Fen(-100)

    def test_trial_balance_is_proven_and_reads_in_chinese(self) -> None:
        commit(service.writes(entry(1, datetime(2023, 7, 3, 1, tzinfo=UTC))))
        commit(service.writes(entry(2, datetime(2023, 8, 3, 1, tzinfo=UTC), 250)))
        found = service.trial_balance("320500", date(2023, 8, 1), date(2023, 8, 31), BEGAN)
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
