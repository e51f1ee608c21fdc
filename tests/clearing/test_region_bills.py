"""Bills between regions against slips and single hands: disputes, second readings, steps taken by
one person. Proves Q3.1, X12."""

from __future__ import annotations

import pytest
from tests.clearing.builders import at
from tests.conftest import Tables

from medaid.aws import exchange
from medaid.aws.transaction import commit
from medaid.clearing.amounts import Amounts
from medaid.clearing.regions import files, national, store
from medaid.clearing.regions import service as regions
from medaid.clearing.regions.model import Bill, BillKind, Pair, parts_of
from medaid.errors import Conflict, Forbidden, MedaidError
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.regions import Region

JS, SH = Region("320000"), Region("310000")
SUZHOU, NANJING, SHANGHAI = Region("320500"), Region("320100"), Region("310100")
PAIR, OTHER = (SHANGHAI, SUZHOU), (SHANGHAI, NANJING)
MONTH, NOW = "2023-07", at(2, 4, month=8)


def bill_of(amounts: dict[Pair, Amounts]) -> Bill:
    return Bill(SH, JS, MONTH, BillKind.CLEARING, 1, parts_of(amounts), NOW)


def received(amounts: dict[Pair, Amounts] | None = None) -> Bill:
    bill = bill_of(amounts or {PAIR: {"assistance": Fen(1000)}})
    commit(store.create_bill(bill))
    return regions.advance_bill(SH, JS, MONTH, "received", OfficerId("经办"), NOW)


@pytest.mark.usefixtures("tables")
class TestDispute:
    def dispute(self, pair: Pair, amounts: Amounts, by: str = "经办") -> Bill:
        return regions.dispute_bill(SH, JS, MONTH, pair, amounts, "费用重复", OfficerId(by), NOW)

    def test_who_when_and_why_stand_in_the_trail(self) -> None:
        received()
        self.dispute(PAIR, {"assistance": Fen(300)}, "甲")
        bill = self.dispute(PAIR, {"assistance": Fen(200)}, "乙")
        assert [(d.by, d.at, d.reason, d.by_fund) for d in bill.disputes] == [
            ("甲", NOW, "费用重复", {"assistance": Fen(300)}),
            ("乙", NOW, "费用重复", {"assistance": Fen(200)}),
        ]
        assert bill.disputed == {PAIR: {"assistance": Fen(500)}}
        assert bill.total() == Fen(500)

    @pytest.mark.parametrize(
        ("pair", "amounts"),
        [
            (PAIR, {}),
            (OTHER, {}),
            (OTHER, {"assistance": Fen(1)}),
            ((Region("440900"), SUZHOU), {}),
            (PAIR, {"assistance": Fen(1001)}),
            (PAIR, {"assistance": Fen(-1)}),
        ],
    )
    def test_what_is_not_on_the_bill_cannot_be_disputed(
        self, tables: Tables, pair: Pair, amounts: Amounts
    ) -> None:
        """Nothing is written: an adjustment of a pair outside the bill would stop the next month's
        split for the whole province."""
        received()
        before = tables.everything()
        with pytest.raises(MedaidError):
            self.dispute(pair, amounts)
        assert tables.everything() == before

    def test_all_of_it_may_be_disputed_once(self) -> None:
        received()
        assert self.dispute(PAIR, {"assistance": Fen(1000)}).total() == Fen(0)
        with pytest.raises(Conflict):
            self.dispute(PAIR, {"assistance": Fen(1)})


@pytest.mark.usefixtures("tables")
class TestOneHand:
    """Q3.1: who hands a bill to finance does not transfer it, who transfers does not confirm."""

    def test_who_submitted_does_not_transfer(self, tables: Tables) -> None:
        received()
        regions.advance_bill(SH, JS, MONTH, "submitted", OfficerId("甲"), NOW)
        before = tables.everything()
        for same in ("甲", "经办"):
            with pytest.raises(Forbidden) as told:
                regions.advance_bill(SH, JS, MONTH, "transferred", OfficerId(same), NOW)
            assert told.value.code == "SEPARATION"
        assert tables.everything() == before
        assert regions.advance_bill(SH, JS, MONTH, "transferred", OfficerId("财政"), NOW).state == (
            "transferred"
        )

    def test_who_transferred_does_not_confirm(self) -> None:
        received()
        regions.advance_bill(SH, JS, MONTH, "submitted", OfficerId("经办"), NOW)
        regions.advance_bill(SH, JS, MONTH, "transferred", OfficerId("财政"), NOW)
        with pytest.raises(Forbidden) as told:
            regions.advance_bill(SH, JS, MONTH, "confirmed", OfficerId("财政"), NOW)
        assert told.value.code == "SEPARATION"
        assert (
            regions.advance_bill(SH, JS, MONTH, "confirmed", OfficerId("会计"), NOW).state
            == "confirmed"
        )


@pytest.mark.usefixtures("tables")
class TestSecondReading:
    """A bill lies in two files, the debtor's and the creditor's: whichever is read first is kept,
    and the other must say the same."""

    def take(self, province: Region, amounts: dict[Pair, Amounts]) -> list[Bill]:
        name = national.answered_at(MONTH, province)
        exchange.put(name, files.billed([bill_of(amounts)]), "application/zip")
        filed = files.filed(MONTH, [])
        for city in (SUZHOU, NANJING):
            exchange.put(f"clearing/regions/{MONTH}/{JS}/in/{city}.zip", filed, "application/zip")
        return regions.bill_province(JS, MONTH, [SUZHOU, NANJING], NOW)

    @pytest.mark.parametrize(
        "second",
        [
            {PAIR: {"assistance": Fen(999)}},
            {PAIR: {"assistance": Fen(1000), "critical_resident": Fen(1)}},
            {OTHER: {"assistance": Fen(1000)}},
            {PAIR: {"assistance": Fen(1000)}, OTHER: {"assistance": Fen(-5)}},
            {},
        ],
    )
    def test_one_that_differs_is_refused_and_changes_nothing(
        self, tables: Tables, second: dict[Pair, Amounts]
    ) -> None:
        self.take(JS, {PAIR: {"assistance": Fen(1000)}})
        before = tables.everything()
        with pytest.raises(Conflict) as told:
            self.take(JS, second)
        assert told.value.code == "DUPLICATE"
        assert tables.everything() == before

    def test_the_same_again_is_the_one_that_is_kept(self) -> None:
        amounts: dict[Pair, Amounts] = {
            PAIR: {"assistance": Fen(1000)},
            OTHER: {"assistance": Fen(-5)},
        }
        (first,) = self.take(JS, amounts)
        stepped = regions.advance_bill(SH, JS, MONTH, "received", OfficerId("经办"), NOW)
        assert self.take(JS, amounts) == [stepped]
        assert first.total() == Fen(1000)
