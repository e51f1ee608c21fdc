"""From a county to a province: `python -m bench.scale`; exits 1 where a demand is missed.

1. Counted on the product's own code, with storage stood in for below pynamodb: calls, items, bytes
   and processor time of a trial balance, the current accounts, a page of an officer's queue of
   cases, the months page, 3201, a morning's steps and a close, with 10,000 and 1,000,000 entries in
   the month or cases in the queue; 100,000,000 are made as they are read, or reckoned from the cost
   of an entry. What reads may make no call more with more entries, nor read more items.
2. The headroom of each component for a county, a city, a province and a nation: what it can carry
   in its time by what it has to carry. Before: the figures with which this was begun. For none may
   it be less than one at a province's high load.

Network and storage count five milliseconds a call. Times are of this machine's processor.
"""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from bench import months
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
            for write in rolled.added(pk, sample):
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
    books_read = [books.measured(name, entries, work) for name, work in works.items()]
    for name, cost, seconds in months.counted(entries):
        books_read.append(Measured(name, entries, cost, seconds))
    return books_read


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


class Queue:
    """`cases` of one region in each of its states, made as they are read."""

    def __init__(self, cases: int) -> None:
        from medaid.ids import PersonNo
        from medaid.money import Fen
        from medaid.reimbursement import store
        from medaid.reimbursement.model import CareFacts, Case, Fees, State
        from medaid.reimbursement.rules import DueProjection

        care = CareFacts("inpatient", LAST, LAST, "某医院")
        fees = Fees(Fen(100_000), Fen(90_000), Fen(10_000))
        case = Case(
            "C", REGION, REGION, "", PersonNo("P"), "390", "01", "counter", care, fees, NOW,
            state=State.ACCEPTED, version=1,
        )  # fmt: skip
        put: Any = store.case_writes(case, DueProjection(), None, "v")[0]
        self.cases, self.item = cases, put.item.serialize()

    def __call__(self, pk: str, *_: str) -> tuple[list[dict[str, Any]], bool]:
        rows = min(self.cases, PAGE)
        made = [
            {**self.item, "pk": {"S": f"C#{number:09d}"}, "queue": {"S": pk}}
            for number in range(rows)
        ]
        return made, rows < self.cases


def queue(cases: int) -> list[Measured]:
    """The first page of what an auditor and an intake officer have to do."""
    from medaid.policy.service import library
    from medaid.reimbursement import service
    from medaid.reimbursement.model import Officer
    from medaid.reimbursement.procedure import procedure
    from medaid.workdays import published

    books = Books(10_000, 0)
    books.storage.made[f"{REGION}#"] = Queue(cases)
    context = service.Context(procedure(), published(), library().policy_for)
    states = {role: service.states_for(context, role) for role in ("auditor", "intake")}

    def page(role: str) -> None:
        officer = Officer("o", REGION, frozenset({role}))
        rows, _ = service.page_of_cases(officer, service.CaseFilter(states[role]), "", 50)
        assert len(rows) == 50

    return [books.measured(f"queue: {role}", cases, partial(page, role)) for role in states]


class Load(NamedTuple):
    """An installation: settlements a year, pooling regions, the largest one's part of the load;
    people on the largest roster that one department sends, and what it runs at one time."""

    name: str
    settlements: int
    regions: int
    largest: float
    roster: int
    steps: int
    statements: int
    year_ends: int


LOADS: Final = (
    Load("county", 2_200_000, 1, 1.0, 30_000, 2, 2, 2),
    Load("city", 33_000_000, 1, 1.0, 300_000, 4, 10, 4),
    Load("province", 438_000_000, 20, 0.15, 1_000_000, 16, 50, 16),
    Load("nation", 2_000_000_000, 400, 0.02, 1_000_000, 64, 200, 64),
)
"""The last three by the table of docs/operations.md; a nation's are four times a province's. The
register of assisted persons of the largest city; a file holds at most a million rows."""
PEAK: Final = 8
ENTRIES: Final = 1.1
"""Entries of a settlement: one at home, a second in the region of treatment for one in ten."""
SETTLE_SECONDS: Final = 0.15
CASES: Final = 0.01
"""Manual cases that are open at one time, of a region's settlements of a year."""
HEARD_CALLS: Final = 7
"""Storage calls of all that hear of one settlement (the run of bench/cost.py makes as many)."""
LANES: Final = 4
"""Invocations a shard that the streams' functions run side by side (infra/template.yaml)."""
SHARD_UNITS: Final = 1_000
"""Write units a second of one partition of a table, and so of one shard of its stream."""
TREATED, YEAR_END_SECONDS = 0.1, 0.1
"""Persons treated in a year, of its settlements; seconds that one takes at the year's end."""
ROSTER_ROWS, ROSTER_BEFORE = 2_000, 422
"""Rows of a first load a second of one processor (bench/roster.py), and what it was before."""


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
            * load.steps
            / (
                load.regions * fixed["nothing new"]
                + cost["morning"] * load.settlements * ENTRIES / 365
            )
        ),
    )
    yield (
        "close (30 s by a request; 900 s a message now)",
        lambda load: 30 / (7 * 53.6e-6 * largest(load, 31)),
        lambda load: 900 / (cost["close"] * min(largest(load, 31), of_a_message())),
    )
    yield (
        "months missed (900 s all; 900 s a part now)",
        lambda load: 900 / (load.settlements * load.largest / 12 * 120e-6),
        lambda _: 900 / (50 * 60_000 * 120e-6),
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
    yield (
        "a page of an officer's queue, 30 s",
        lambda load: 30 / (270e-6 * CASES * load.settlements * load.largest),
        lambda _: 30 / fixed["queue: intake"],
    )
    yield (
        "first load of the largest roster, 3 x 870 s",
        lambda load: ROSTER_BEFORE * 870 * 2.2 / load.roster,  # 0.81 M was the most
        lambda load: ROSTER_ROWS * 870 * 3 / load.roster,
    )
    yield ("all that hear of a settlement, in the peak hour", lambda load: heard(load, 1), _heard)
    yield (
        "sums of the largest region moved forward",
        lambda load: 1 / (53.6e-6 * largest(load, 1 / 86_400) * PEAK),
        lambda load: 1 / (cost["summed"] * largest(load, 1 / 86_400) * PEAK),
    )
    yield (
        "the year's end, a week",
        lambda _: 0,
        lambda load: 7 * 86_400 * load.year_ends / (YEAR_END_SECONDS * TREATED * load.settlements),
    )


def heard(load: Load, lanes: int) -> float:
    """Settlements a second of which all can hear, by those of the peak hour: each lane of a shard
    tells one after another."""
    each = load.settlements / (365 * 86_400) * PEAK
    shards = max(1, math.ceil(each * 12 / SHARD_UNITS))
    return shards * lanes / (HEARD_CALLS * CALL) / each


def _heard(load: Load) -> float:
    return heard(load, LANES)


def of_a_message() -> int:
    """Entries of which one message reads, seals or rolls up its parts of a close."""
    from medaid.fund import close_pass, closing

    return closing.PARTS * close_pass.SLICE


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
    small, great, vast = (
        reads(entries) + queue(entries) for entries in (10_000, 1_000_000, 100_000_000)
    )
    missed = [
        f"{a.name} makes more calls or reads more items with more entries"
        for a, *more in zip(small, great, vast, strict=True)
        if any(b.cost.total > a.cost.total for b in more)
        or (a.name != months.OF_A_DAY and any(b.cost.items > a.cost.items for b in more))
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
        "summed": each["morning: summed"],
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
    province = next(load for load in LOADS if load.name == "province")
    for name, _, now in components(cost, fixed):
        if now(province) < 1:
            missed.append(f"{name}: {figure(now(province))} at a province's high load")
    print("\ncost of a million settlements", flush=True)
    if subprocess.run([sys.executable, "-m", "bench.cost"], check=False).returncode:
        missed.append("what a million settlements cost")
    print("".join(f"MISSED: {one}\n" for one in missed), end="")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
