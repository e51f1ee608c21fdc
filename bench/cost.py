"""What a million settlements cost in storage: once, and for each year in which they are kept.

Reckoned from what the program asks of storage from the settlement's message to the last listener
that heard of it (a stay of a person on living allowance, on moto), and from the sizes of the items
that stay. Prices are those of the public list for a table on demand, in USD; they are parameters,
because regions differ. The hospital's other messages, sums of the books and what the calendar does
are not in it.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.settle import item_bytes

ROOT: Final = Path(__file__).resolve().parents[1]
ONCE, YEARLY = 28.0, 15.0
"""What is aimed at, in USD a million settlements."""


@dataclass(frozen=True)
class Prices:
    """USD: a million write and read units, a gigabyte kept for a month with its point in time."""

    writes: float = 1.25
    reads: float = 0.25
    kept: float = 0.25
    restorable: float = 0.20

    def once(self, writes: float, reads: float) -> float:
        """USD a million times `writes` and `reads` units."""
        return writes * self.writes + reads * self.reads

    def a_year(self, size: float) -> float:
        """USD for a million times `size` bytes, kept for a year."""
        return size / 1000 * 12 * (self.kept + self.restorable)


def units(operation: str, request: dict[str, Any]) -> tuple[int, float]:
    """Write and read units of a request. A read is taken for one of 4 KB, as all of them are here;
    an update for 1 KB."""
    match operation:
        case "TransactWriteItems":
            return sum(2 * _written(next(iter(w.values()))) for w in request["TransactItems"]), 0
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return _written(request), 0
        case _:
            return 0, 1.0 if request.get("ConsistentRead") else 0.5


def _written(request: dict[str, Any]) -> int:
    return max(1, math.ceil(item_bytes(request.get("Item", request.get("Key", {}))) / 1024))


def kept(before: dict[str, Any], after: dict[str, Any]) -> tuple[int, int]:
    """Bytes of the items that came between: those that stay, and those that expire."""
    stays = goes = 0
    for table, items in after.items():
        for item in items:
            if item not in before.get(table, []):
                size = item_bytes(item)
                goes, stays = (goes + size, stays) if "expires" in item else (goes, stays + size)
    return stays, goes


def measured() -> tuple[float, float, int, int]:
    """Write units, read units, bytes that stay, bytes that expire: of one settlement, told."""
    sys.path.insert(0, str(ROOT))
    from functions.outbox import handler as outbox
    from tests import conftest, storage
    from tests.clearing.test_jobs import record
    from tests.settlement import hospital as he

    from medaid.aws import clock
    from medaid.aws.settings import TABLES
    from medaid.settlement.model import Settlement
    from medaid.settlement.store import SettlementItem

    fixture: Any = conftest.tables
    made = (
        fixture.__wrapped__()
        if hasattr(fixture, "__wrapped__")
        else fixture.__pytest_wrapped__.obj()
    )
    tables = next(made)
    clock.now = lambda: he.NOW  # it is heard of in the month in which it settled
    he.contracted()
    for name in ("P1", "P2"):
        he.known_person(name, he.living_allowance(), serial=int(name[1]))
    his, calls = he.Hospital(), storage.StorageCalls()

    def settle(psn_no: str, mdtrt_id: str) -> None:
        given = he.stay_input(psn_no, mdtrt_id, he.bill("50000.00", "45000.00"))
        he.passed(his.call("2304", given))
        done = SettlementItem.scan(SettlementItem.state == "settled")
        last = max(done, key=lambda one: str(one.record(Settlement).decision.psn_no))
        answer = outbox.handler({"Records": [record(last)]}, None)
        assert answer == {"batchItemFailures": []}

    settle("P1", his.stay("P1"))  # what is noted once a month or a process is noted
    mdtrt_id = his.stay("P2")
    before = {table: tables.items(table) for table in TABLES}
    storage.watch(calls)
    settle("P2", mdtrt_id)
    storage.unwatch(calls)
    asked = [one for one in calls.calls if one[0] != "Scan"]
    both = [units(operation, request) for operation, request in asked]
    stays, goes = kept(before, {table: tables.items(table) for table in TABLES})
    return sum(w for w, _ in both), sum(r for _, r in both), stays, goes


def main() -> int:
    """Prints the cost of a million; 1 where an aim is missed."""
    writes, reads, stays, goes = measured()
    prices = Prices()
    once, yearly = prices.once(writes, reads), prices.a_year(stays)
    print(f"units    {writes} written, {reads} read, a settlement and all who hear of it")
    print(f"bytes    {stays} stay, {goes} expire")
    print(f"once     {once:6.2f} USD a million (aim {ONCE})")
    print(
        f"a year   {yearly:6.2f} USD a million (aim {YEARLY}), and {prices.a_year(goes):.2f} more"
    )
    print("         more until what only machines read has expired")
    return 0 if once <= ONCE and yearly <= YEARLY else 1


if __name__ == "__main__":
    sys.exit(main())
