"""Periods, seals: closed is closed, re-opening leaves a trace, what was tampered with is
found. Proves J29, J32, Q2.3."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from medaid.aws.settings import settings
from medaid.aws.table import packed_text
from medaid.aws.transaction import commit
from medaid.errors import Conflict, Refused
from medaid.fund import keys, periods, seals, service, store, years
from medaid.fund.model import Entry, journal
from medaid.fund.model.chart import funds
from medaid.money import Fen

pytestmark = pytest.mark.usefixtures("tables")
R = "320500"


def when(day: int, month: int = 7, hour: int = 2, year: int = 2023) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def settle(number: int, at: datetime, fen: int = 100) -> Entry:
    amounts = {"hifp_pay": Fen(fen), "maf_pay": Fen(1)}
    (made,) = journal.settlement_entries(
        journal.SettlementBooking(
            f"{R}S{number}", R, R, "H32050000001", "390", "inpatient", amounts
        ),
        at,
    )
    commit(service.writes(made))
    return made


def income(source: str, day: date, recorded: datetime, fen: int = 100000) -> Entry:
    return journal.movement(
        "fiscal_income",
        R,
        source,
        [("assistance", "1001", "410101", Fen(fen))],
        recorded,
        effective=day,
    )


def verify(month: str) -> list[str]:
    """What does not agree between all of a month's entries and their seals, each told once."""
    chains = [seals.chain_of(R, fund, month, None) for fund in funds()]
    return seals.tell(R, month, seals._passed(chains, store.entries(R, month)), when(5, 9))


class TestPeriods:
    def test_close_proves_keeps_balances_and_refuses_later_postings(self) -> None:
        settle(1, when(3))
        assert periods.post(income("t1", date(2023, 7, 5), when(5)))
        assert (
            periods.post(income("t1", date(2023, 7, 5), when(5))) is False
        )  # the same document twice
        balance = periods.close(R, "2023-07", "会计", when(1, 8))
        assert balance.proof() == ""
        assert balance.closing("610100-1001") == Fen(100000)
        assert periods.opening(R, "2023-08")["610100-1001"] == Fen(100000)
        with pytest.raises(Conflict) as told:
            periods.post(income("t2", date(2023, 7, 5), when(2, 8)))
        assert told.value.code == "PERIOD_CLOSED"
        assert periods.close(R, "2023-07", "会计", when(2, 8)) == balance  # again: the same

    def test_month_that_runs_is_not_closed(self) -> None:
        settle(1, when(3))
        for at in (
            when(31),
            datetime(2023, 7, 31, 16, 5, tzinfo=UTC),
        ):  # 0:05 on 1 August is inside the grace
            with pytest.raises(Refused) as told:
                periods.close(R, "2023-07", "会计", at)
            assert told.value.code == "PERIOD_OPEN"

    def test_months_close_in_order(self) -> None:
        settle(1, when(3))
        settle(2, when(3, 8))
        with pytest.raises(Conflict):
            periods.close(R, "2023-08", "会计", when(1, 9))

    def test_reopening_leaves_a_trace(self) -> None:
        settle(1, when(3))
        periods.close(R, "2023-07", "会计", when(1, 8))
        with pytest.raises(Refused):
            periods.reopen(R, "2023-07", "主管", " ", when(2, 8))
        periods.reopen(R, "2023-07", "主管", "补记财政补助", when(2, 8))
        assert periods.post(income("t2", date(2023, 7, 31), when(2, 8)))
        balance = periods.close(R, "2023-07", "会计", when(3, 8))
        assert balance.closing("610100-1001") == Fen(100000)
        assert [(h.act, h.by, h.why) for h in periods.history(R, "2023-07")] == [
            ("结账", "会计", ""),
            ("重新开账", "主管", "补记财政补助"),
            ("结账", "会计", ""),
        ]
        assert verify("2023-07") == []

    def test_later_closed_month_keeps_an_earlier_one_shut(self) -> None:
        settle(1, when(3))
        periods.close(R, "2023-07", "会计", when(1, 8))
        periods.close(R, "2023-08", "会计", when(1, 9))
        with pytest.raises(Conflict):
            periods.reopen(R, "2023-07", "主管", "补记", when(2, 9))
        with pytest.raises(Conflict):
            periods.reopen(R, "2023-10", "主管", "从未结账", when(2, 11))

    def test_entry_of_tomorrow_is_refused(self) -> None:
        with pytest.raises(Refused) as told:
            periods.post(income("t9", date(2023, 7, 6), when(5)))
        assert told.value.code == "DATE_FUTURE"

    def test_year_closes_and_its_surplus_is_carried_over(self) -> None:
        """Q2.3: 年度结余结转下年度继续使用."""
        settle(1, when(3, 11), fen=300)
        periods.post(income("t1", date(2023, 11, 5), when(5, 11), 1000))
        periods.close(R, "2023-11", "会计", when(1, 12))
        settle(2, when(3, 12), fen=50)
        for _ in range(2):
            balance = years.close_year(R, 2023, "会计", when(2, 1, year=2024))
        assert balance.closing("610100-410101") == Fen(0)
        begins = periods.opening(R, "2024-01")
        assert begins["610100-3001"] == Fen(-998)  # income 1000 less 2 of assistance
        assert begins["390100-3001"] == Fen(350)  # spent without income: a deficit
        assert not [code for code in begins if code.split("-")[1][0] in "45"]
        with pytest.raises(Conflict) as told:
            periods.reopen(R, "2023-12", "主管", "补记", when(3, 1, year=2024))
        assert told.value.code == "PERIOD_CLOSED"

    def test_december_closes_with_its_year(self) -> None:
        """Q2.3: closed alone, its income would lie in no balance of the fund."""
        settle(1, when(3, 12))
        with pytest.raises(Refused) as told:
            periods.close(R, "2023-12", "会计", when(2, 1, year=2024))
        assert told.value.code == "PERIOD_OPEN"
        balance = years.close_year(R, 2023, "会计", when(2, 1, year=2024))
        assert balance.closing("390100-500111") == Fen(0)

    def test_year_does_not_close_over_an_open_month(self) -> None:
        settle(1, when(3, 11))
        settle(2, when(3, 12))
        with pytest.raises(Conflict):
            years.close_year(R, 2023, "会计", when(2, 1, year=2024))


def tamper(tables: Any, entry: Entry, **changes: Any) -> None:
    """Changes a stored entry behind the product's back."""
    key = {
        "pk": {"S": f"J#{R}#{entry.period}#{keys.shard(entry.entry_id)}"},
        "sk": {"S": entry.position},
    }
    name = settings().tables["journal"]
    if not changes:
        tables.client.delete_item(TableName=name, Key=key)
        return
    item = tables.client.get_item(TableName=name, Key=key)["Item"]
    for field, value in changes.items():
        item[field] = (
            {"B": store.JournalItem.lines.serialize(value)} if field == "lines" else {"S": value}
        )
    tables.client.put_item(TableName=name, Item=item)


class TestSeals:
    def month(self) -> list[Entry]:
        made = [settle(n, when(3) + timedelta(hours=n)) for n in range(8)]
        assert (
            seals.seal(R, "2023-07", when(3, hour=8)) == 12
        )  # 6 entries old enough, two funds each
        assert seals.seal(R, "2023-07", when(4)) == 4
        assert seals.seal(R, "2023-07", when(4)) == 0
        assert verify("2023-07") == []
        return made

    def test_untouched_chain_holds_over_months(self) -> None:
        self.month()
        settle(20, when(2, 8))
        seals.seal(R, "2023-08", when(3, 8))
        assert verify("2023-08") == []
        assert (
            seals.seals(R, "assistance", "2023-08")[0].seal.start
            == seals.seals(R, "assistance", "2023-07")[-1].seal.head
        )

    @pytest.mark.parametrize("which", [0, 3, 7])
    def test_changed_amount_is_found(self, tables: Any, which: int) -> None:
        one = self.month()[which]
        lines = [[x.account.code, int(x.amount) * 2, x.counterpart] for x in one.lines]
        tamper(tables, one, lines=lines)
        found = verify("2023-07")
        assert [f for f in found if "与分录不符" in f]
        assert [i for i in tables.items("outbox") if i["kind"]["S"] == "books_finding"]

    @pytest.mark.parametrize("field", ["source", "effective", "narrative", "kind"])
    def test_changed_field_is_found(self, tables: Any, field: str) -> None:
        one = self.month()[2]
        tamper(tables, one, **{field: "2023-07-04" if field == "effective" else "reimbursement"})
        assert verify("2023-07")

    def test_removed_entry_is_found(self, tables: Any) -> None:
        tamper(tables, self.month()[4])
        assert [f for f in verify("2023-07") if "应有" in f]

    def test_slipped_in_entry_is_found(self) -> None:
        self.month()
        settle(99, when(3, hour=4) + timedelta(minutes=1))
        assert verify("2023-07")

    def test_entry_that_is_none_any_more_is_found(self, tables: Any) -> None:
        tamper(tables, self.month()[1], lines=[["610100-500101", 5, ""]])
        assert verify("2023-07") == ["分录无法识别(BadInput)"]

    def test_tampered_month_does_not_close(self, tables: Any) -> None:
        one = self.month()[1]
        tamper(tables, one, narrative="改")
        with pytest.raises(Conflict) as told:
            periods.close(R, "2023-07", "会计", when(1, 8))
        assert told.value.code == "BOOKS_TAMPERED"
        assert periods.status(R, "2023-07") == "open"

    def test_canonical_text_is_stable(self) -> None:
        one = settle(1, when(3))
        assert seals.canonical(one) == packed_text(
            [
                one.entry_id,
                "settlement",
                R,
                "2023-07-03",
                "2023-07-03T02:00:00.000000Z",
                one.source,
                [[x.account.code, int(x.amount), x.counterpart] for x in one.lines],
                "",
                "",
            ]
        )
