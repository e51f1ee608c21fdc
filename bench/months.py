"""What a region's hospitals ask and its office looks at each month, counted with storage stood in
for: the months page, 3201 of a whole month and of a day. 2,000 institutions share a month's items;
a statement holds the first whole month. Used by `bench.scale`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from bench.stand_in import Cost, StandIn
from pynamodb.connection.base import Connection

REGION: Final = "320500"
MONTH: Final = "2023-07"
BEGIN: Final = datetime.fromisoformat("2023-07-01T00:10:00+08:00")
CUT: Final = datetime.fromisoformat("2023-08-01T04:00:00+08:00")
HOSPITALS: Final = 2_000
OF_A_DAY: Final = "3201 of a day"
"""One read of what an institution settled on it."""
PAGE: Final = 50
_SECONDS: Final = 31 * 86_400 - 3_600


def _code(number: int) -> str:
    return f"H320500{number:05d}"


class Items:
    """An institution's month of `count` items, evenly over it, made as they are read."""

    def __init__(self, count: int) -> None:
        from medaid.clearing import store
        from medaid.clearing.model import Item
        from medaid.ids import InstitutionCode, MessageId, PersonNo, SettlementId, VisitId
        from medaid.money import Fen
        from medaid.regions import Region

        self.count, home = count, Region(REGION)
        amounts = {"medfee_sumamt": 90_000, "fund_pay_sumamt": 80_000, "hifp_pay": 60_000}
        amounts |= {
            "maf_pay": 20_000,
            "acct_pay": 0,
            "psn_cash_pay": 10_000,
            "inscp_scp_amt": 85_000,
        }
        self.item = Item(
            SettlementId("320500S0"),
            VisitId("320500V0"),
            MessageId("M0"),
            InstitutionCode(_code(0)),
            home,
            home,
            home,
            "390",
            "21",
            "21",
            BEGIN,
            PersonNo("P0"),
            {name: Fen(fen) for name, fen in amounts.items()},
        )
        self.row = store.new_item(self.item, BEGIN).serialize()

    def __call__(self, pk: str, low: str, high: str) -> tuple[list[dict[str, Any]], bool]:
        from medaid.clearing import keys

        found = []
        for number in range(self.count):
            at = BEGIN + timedelta(seconds=number * _SECONDS / self.count)
            where = REGION, _code(0), MONTH
            sk = keys.settlement_key(*where, at, f"320500S{number:09d}").sk
            if low <= sk <= high:
                found.append({**self.row, "pk": {"S": pk}, "sk": {"S": sk}})
            if len(found) > 1_800:  # a megabyte
                return found, True
        return found, False


class Clearing:
    """Storage with a month of `entries` items, of which every institution has a statement."""

    def __init__(self, entries: int) -> None:
        from medaid.aws.transaction import commit
        from medaid.clearing import keys, store
        from medaid.clearing.hospital import rules
        from medaid.clearing.hospital import store as statements
        from medaid.clearing.hospital.model import Block, Statement, Totals
        from medaid.ids import InstitutionCode
        from medaid.money import Fen
        from medaid.months import Month
        from medaid.regions import Region

        self.items, self.storage = Items(max(PAGE + 2, entries // HOSPITALS)), StandIn()
        Connection._make_api_call = (  # type: ignore[method-assign]
            lambda _self, operation, asked, *rest: self.storage(operation, asked, *rest)
        )
        item = self.items.item
        count = self.items.count
        self.theirs = {
            name: Fen(int(item.amounts[name]) * count)
            for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
        }
        sums = {name: Fen(int(fen) * count) for name, fen in item.amounts.items()}
        blocks = (Block(rules.group_of(item), Totals(count, 0, sums, count)),)
        made = Statement(
            Region(REGION),
            InstitutionCode(_code(0)),
            Month(MONTH),
            1,
            None,
            CUT,
            blocks,
            rules.fund_sums(blocks),
            "",
            count,
        )
        for number in range(HOSPITALS):
            code = _code(number)
            store.note(keys.institutions_key(REGION, MONTH), code)
            commit(statements.create_statement(replace(made, institution=InstitutionCode(code))))
        held = self.storage.tables[next(iter(self.storage.tables))]
        self.statement = dict(held[keys.month_key(REGION, _code(0), MONTH)])
        self.storage.made[keys.month_key(REGION, _code(0), MONTH)] = self._month

    def _month(self, pk: str, low: str, high: str) -> tuple[list[dict[str, Any]], bool]:
        if low.startswith("STATEMENT#"):
            return list(self.statement.values()), False
        return self.items(pk, low, high)


def works(clearing: Clearing) -> dict[str, Callable[[], object]]:
    """What is counted, by name."""
    from medaid.clearing.hospital import service
    from medaid.clearing.hospital.model import RECONCILED
    from medaid.regions import Region

    def asked(begin: date, end: date) -> object:
        one = service.Asked(_code(0), Region(REGION), Region(REGION), "390", "21", begin, end)
        count = clearing.items.count
        theirs = {name: clearing.theirs[name] for name in RECONCILED}
        return service.reconcile_totals(one, theirs, count, CUT)

    first = date(2023, 7, 1)
    return {
        "months page": lambda: service.page_of_month(REGION, MONTH, "", PAGE),
        "items of a month, a page": lambda: service.page_of_month_items(
            REGION, MONTH, _code(0), "", PAGE
        ),
        OF_A_DAY: lambda: asked(first, first),
        "3201 of a month": lambda: asked(first, date(2023, 7, 31)),
    }


def counted(entries: int) -> list[tuple[str, Cost, float]]:
    """Name, cost and processor seconds of each, with so many items in the region's month."""
    clearing, found = Clearing(entries), []
    for name, work in works(clearing).items():
        clearing.storage.cost = Cost()
        began = time.process_time()
        work()
        found.append((name, clearing.storage.cost, time.process_time() - began))
    return found
