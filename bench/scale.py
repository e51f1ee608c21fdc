"""From a county to a province: `python -m bench.scale`; exits 1 where a demand is missed.

1. Counted on the product's own code, with storage stood in for below pynamodb: calls, items, bytes
   and processor time of a trial balance, the current accounts, a morning's steps and a close, with
   10,000 and 1,000,000 entries in the month; 100,000,000 are reckoned from the cost of an entry.
   What reads the books may make no call more with more entries.
2. The headroom of each component for a county, a city, a province and a nation: what it can carry
   in its time by what it has to carry. Before: the figures with which this was begun.

Network and storage count five milliseconds a call. Times are of this machine's processor.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

from bench.stand_in import Cost, StandIn
from pynamodb.connection.base import Connection

REGION: Final = "320500"
BEGIN: Final = datetime(2023, 7, 1, tzinfo=UTC)
NOW: Final = datetime(2023, 8, 2, tzinfo=UTC)
LAST: Final = date(2023, 7, 31)
SECONDS: Final = 31 * 86_400 - 30_000
CALL: Final = 0.005
PAGE: Final = 3_000
HOSPITALS: Final = 2_000


class Measured(NamedTuple):
    """What one piece of work cost."""

    name: str
    entries: int
    cost: Cost
    seconds: float

    @property
    def whole(self) -> float:
        """Seconds with storage."""
        return self.seconds + self.cost.total * CALL


class Journal:
    """`entries` settlements of July, evenly over the month, made as they are read."""

    def __init__(self, entries: int) -> None:
        from medaid.fund import keys, store
        from medaid.fund.model import journal
        from medaid.money import Fen

        self.entries, self.shards = entries, keys.SHARDS
        self.of_shard = entries // keys.SHARDS
        self.bodies = []
        for number in range(100):
            amounts = {"hifp_pay": Fen(10_000 + number), "maf_pay": Fen(100 + number)}
            booking = journal.SettlementBooking(
                f"S{number}", REGION, REGION, f"H{number}", "390", "inpatient", amounts
            )
            (made,) = journal.settlement_entries(booking, BEGIN)
            write: Any = store.put(made)
            self.bodies.append(write.item.serialize())

    def __call__(self, pk: str, low: str, high: str) -> tuple[list[dict[str, Any]], bool]:
        if "#2023-07#" not in pk:
            return [], False
        shard = int(pk.rsplit("#", 1)[1], 16)
        first = self._index(low, shard)
        last = min(self.of_shard, first + PAGE)
        rows = [self._item(pk, shard, number) for number in range(first, last)]
        rows = [one for one in rows if low <= one["sk"]["S"] <= high]
        return rows, last < self.of_shard and bool(rows)

    def _index(self, low: str, shard: int) -> int:
        if not low:
            return 0
        begin, end = 0, self.of_shard
        while begin < end:
            middle = (begin + end) // 2
            if self.sk(shard, middle) < low:
                begin = middle + 1
            else:
                end = middle
        return begin

    def sk(self, shard: int, number: int) -> str:
        from medaid.instants import stored

        place = number * self.shards + shard
        at = BEGIN + timedelta(seconds=place * SECONDS / self.entries)
        return f"{stored(at)}#settlement-S{place:012d}"

    def _item(self, pk: str, shard: int, number: int) -> dict[str, Any]:
        sk = self.sk(shard, number)
        place = number * self.shards + shard
        body = self.bodies[place % 100]
        at = BEGIN + timedelta(seconds=place * SECONDS / self.entries)
        day = (at + timedelta(hours=8)).date().isoformat()
        source = {"S": f"S{place:012d}"}
        return {**body, "pk": {"S": pk}, "sk": {"S": sk}, "effective": {"S": day}, "source": source}


@dataclass
class Books:
    """Storage with a month of `entries`, of which all but the last `behind` are rolled up."""

    entries: int
    behind: int

    def __post_init__(self) -> None:
        from medaid.aws.transaction import commit
        from medaid.fund import balances, keys, rolled, rollups, store
        from medaid.fund.movements import Movements
        from medaid.months import Month

        self.journal, self.storage = Journal(self.entries), StandIn()
        self.storage.made["J#"] = self.journal
        Connection._make_api_call = (  # type: ignore[method-assign]
            lambda _self, operation, asked, *rest: self.storage(operation, asked, *rest)
        )
        rollups.keep_first_month(REGION, Month("2023-07"))
        month, pk = "2023-07", keys.rolls_of(REGION, "2023-07")
        place = self.entries - self.behind
        if place:
            sample = Movements()
            for entry in self._sample():
                sample.take(entry)
            position = self.journal.sk(place % 16, place // 16)
            cursor = rolled.RollCursor(position, place)
            commit([store.FundItem.create(keys.of_roll_cursor(pk), cursor, "cursor", at=NOW)])
            for write in rolled._added(pk, sample):
                commit([write])
        assert balances.first_month(REGION) == Month(month)

    def _sample(self) -> Iterator[Any]:
        """A settlement a day and hospital: the sums of a month of any size have as many rows."""
        from medaid.fund.model import journal
        from medaid.money import Fen

        for number in range(HOSPITALS):
            at = BEGIN + timedelta(days=number % 31)
            amounts = {"hifp_pay": Fen(10_000), "maf_pay": Fen(100)}
            booking = journal.SettlementBooking(
                f"T{number}", REGION, REGION, f"H{number:011d}", "390", "inpatient", amounts
            )
            yield from journal.settlement_entries(booking, at)

    def measured(self, name: str, entries: int, work: Callable[[], object]) -> Measured:
        self.storage.cost = Cost()
        began = time.process_time()
        work()
        return Measured(name, entries, self.storage.cost, time.process_time() - began)


def reads(entries: int) -> list[Measured]:
    """Reports on a month of that many entries, a thousand of them behind the cursor."""
    from medaid.fund import finance, service
    from medaid.months import Month

    books = Books(entries, 1_008)
    month = Month("2023-07")
    begin, end = date(2023, 7, 1), LAST
    works: dict[str, Callable[[], object]] = {
        "trial balance": lambda: service.trial_balance(REGION, begin, end),
        "balance of a day": lambda: service.balance(REGION, date(2023, 7, 20)),
        "current accounts": lambda: service.list_current_accounts(REGION, month),
        "income and expense": lambda: finance.summaries(REGION, month, month),
    }
    return [books.measured(name, entries, work) for name, work in works.items()]


def morning(entries: int) -> list[Measured]:
    """The steps of a morning with the first `entries` of a month to seal, follow, sum and prove."""
    from medaid.fund import rollups, seals

    books = Books(entries, entries)
    works: dict[str, Callable[[], object]] = {
        "morning: sealed": lambda: seals.seal(REGION, "2023-07", NOW),
        "morning: followed": lambda: seals.verify_new(REGION, "2023-07", NOW),
        "morning: summed": lambda: rollups.roll_forward(REGION, "2023-07", NOW),
        "morning: proven": lambda: rollups.recompute(REGION, "2023-07", NOW),
        "morning: nothing new": lambda: (
            seals.seal(REGION, "2023-07", NOW),
            seals.verify_new(REGION, "2023-07", NOW),
            rollups.roll_forward(REGION, "2023-07", NOW),
            rollups.recompute(REGION, "2023-07", NOW),
        ),
    }
    found = [books.measured(name, entries, work) for name, work in works.items()]
    from medaid.fund import periods

    return [
        *found,
        books.measured("close", entries, lambda: periods.close(REGION, "2023-07", "x", NOW)),
    ]


class Load(NamedTuple):
    """An installation: settlements a year, pooling regions, the largest one's part of the load."""

    name: str
    settlements: int
    regions: int
    largest: float


LOADS: Final = (
    Load("county", 2_200_000, 1, 1.0),
    Load("city", 33_000_000, 1, 1.0),
    Load("province", 438_000_000, 20, 0.15),
    Load("nation", 2_000_000_000, 400, 0.02),
)
PEAK: Final = 8
ENTRIES: Final = 1.1
"""Entries of a settlement: one at home, a second in the region of treatment for one in ten."""
SETTLE_SECONDS: Final = 0.15


def headroom(cost: dict[str, float], fixed: dict[str, float]) -> Iterator[tuple[str, list[str]]]:
    """Each component: what its time holds by what it has to do, before and now, for each load."""
    for name, before, now in components(cost, fixed):
        yield name, [f"{figure(before(load)):>8} {figure(now(load)):>8}" for load in LOADS]


def figure(value: float) -> str:
    return "-" if value == 0 else f"{value:.2f}" if value < 10 else f"{min(value, 99_999):.0f}"


Room = Callable[[Load], float]


def components(cost: dict[str, float], fixed: dict[str, float]) -> Iterator[tuple[str, Room, Room]]:
    """Name, and room by load before and now; 0 where there is no such figure. `cost` is seconds an
    entry, `fixed` seconds whatever there are."""

    def largest(load: Load, days: float) -> float:
        return load.settlements * load.largest * ENTRIES * days / 365

    def window(load: Load) -> float:
        return largest(load, 17 / 1440) * PEAK  # a quarter of an hour and the batch window

    read = cost["read"]
    yield (
        "trial balance in 30 s",
        lambda load: 30 / (53.6e-6 * largest(load, 730)),
        lambda load: 30 / (fixed["trial balance"] + read * window(load)),
    )
    yield (
        "act that takes off an open account, 30 s",
        lambda load: 30 / (53.6e-6 * largest(load, 61)),
        lambda load: 30 / (fixed["current accounts"] + read * window(load)),
    )
    yield (
        "morning of the largest region",
        lambda load: (
            900 / (362e-6 * load.settlements * ENTRIES * 61 / 365 + 667 * CALL * load.regions)
        ),
        lambda load: 900 / (fixed["nothing new"] + cost["slowest step"] * largest(load, 1)),
    )
    yield (
        "sealing function, 120 s",
        lambda _: 0,
        lambda load: 120 / (fixed["nothing new"] + cost["sealed"] * largest(load, 1)),
    )
    yield (
        "all mornings in 3 h",
        lambda load: (
            10_800 / (362e-6 * load.settlements * ENTRIES * 61 / 365 + 667 * CALL * load.regions)
        ),
        lambda load: (
            10_800
            * {"county": 2, "city": 4}.get(load.name, 16)
            / (
                load.regions * fixed["nothing new"]
                + cost["morning"] * load.settlements * ENTRIES / 365
            )
        ),
    )
    yield (
        "close of a month (30 s by a request; 900 s now)",
        lambda load: 30 / (7 * 53.6e-6 * largest(load, 31)),
        lambda load: 900 / (cost["close"] * largest(load, 31)),
    )
    yield (
        "filling the queue of months, 900 s",
        lambda load: 900 / (load.regions * 2_000 * 0.01),
        lambda _: 900 / (2_000 / 10 * 0.02),
    )
    yield (
        "an institution's month (60,000 items), 300 s",
        lambda _: 300 / (60_000 * 120e-6),
        lambda _: 300 / (60_000 * 120e-6),
    )
    yield (
        "API calls a second",
        lambda load: 250 / calls(load),
        lambda load: (
            {"county": 25, "city": 250, "province": 1_500}.get(load.name, 7_000) / calls(load)
        ),
    )
    yield (
        "settle, answered at one time",
        lambda load: 200 / (calls(load) * SETTLE_SECONDS),
        lambda load: (
            {"county": 20, "city": 100, "province": 600}.get(load.name, 3_000)
            / (calls(load) * SETTLE_SECONDS)
        ),
    )
    yield ("settle, hottest key", hottest, hottest)


def hottest(load: Load) -> float:
    """Room of the key that most settlements write; 55 for a nation, as it was measured."""
    return 55 * 2_000_000_000 / load.settlements


def calls(load: Load) -> float:
    """Calls a second in the peak hour."""
    return load.settlements / (365 * 86_400) * 5 * PEAK


def row(one: Measured) -> str:
    return (
        f"{one.name:24} {one.entries:>12,} {one.cost.total:>8,} {one.cost.items:>10,}"
        f" {one.cost.bytes / 1e6:>9.2f} {one.cost.read_units:>9,.0f} {one.cost.write_units:>9,.0f}"
        f" {one.seconds:>8.2f} {one.whole:>8.2f}"
    )


def main() -> int:
    """Prints both parts. Answers 1 where a demand is missed."""
    title = ("work", "entries", "calls", "items", "MB", "RCU", "WCU", "cpu s", "with I/O")
    print("{:24} {:>12} {:>8} {:>10} {:>9} {:>9} {:>9} {:>8} {:>8}".format(*title))
    small, great = reads(10_000), reads(1_000_000)
    vast = reads(100_000_000)
    grows = [
        b.name
        for a, b, c in zip(small, great, vast, strict=True)
        if not a.cost.total == b.cost.total == c.cost.total
    ]
    few, more = morning(2_000), morning(20_000)
    for one in (*small, *great, *vast, *few, *more):
        print(row(one))
    each = {
        b.name: (b.whole - a.whole) / (b.entries - a.entries)
        for a, b in zip(few, more, strict=True)
    }
    cost = {
        "read": small[0].seconds / 1_008,
        "close": each["close"],
        "sealed": each["morning: sealed"],
        "slowest step": max(fen for name, fen in each.items() if name.startswith("morning")),
        "morning": sum(fen for name, fen in each.items() if name.startswith("morning")),
    }
    for name, seconds in sorted(each.items()):
        print(f"{name:24} {seconds * 1e6:8.0f} µs an entry; 100,000,000: {seconds * 1e8:,.0f} s")
    fixed = {one.name: one.whole for one in small} | {
        "nothing new": next(one.whole for one in few if one.name == "morning: nothing new")
    }
    heads = "".join(f"{load.name + ' before':>15} {'now':>5}" for load in LOADS)
    print(f"\nroom: what it holds by what it must{'':10}{heads}")
    for name, figures in headroom(cost, fixed):
        print(f"{name:46} {'   '.join(figures)}")
    for name in grows:
        print(f"MISSED: {name} makes more calls with more entries")
    return 1 if grows else 0


if __name__ == "__main__":
    sys.exit(main())
