"""The books and a month's close, measured. `python bench/books.py`; exits 1 where a demand
on it is missed.

1. 100,000 four-leg entries posted and proven (trial balance) in memory, against beancount 3 on the
  same entries in one run: at least 8 times faster
   and at most a third of the memory. Each side runs in a process of its own; memory is what it grew
   by after its imports. Beancount is given the entries as its parser would make them, and does the
   rest of what its loader does: it books and validates them.
2. The month close of 100,000 settlements of 200 institutions, streamed within 512 MB; the cost per
  settlement flat from 10,000 to 1,000,000 (an
   institution has 500 a month); storage calls counted. Storage is stood in for below the client,
   page by page, so that reading and unpacking items is measured and the network is not. Times are
   of the processor, so that other work on the machine does not count.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

FASTER, MEMORY_SHARE, MEGABYTES, FLAT = 8.0, 1 / 3, 512, 1.25
ENTRIES, LEGS, EACH = 100_000, 4, 500
START = datetime(2023, 7, 1, tzinfo=UTC)
PAGE = 2_000
"""Items in a page of one megabyte."""


def rss() -> int:
    """Kilobytes resident now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024


def amounts(number: int) -> tuple[int, int]:
    """Fen of the two funds of the entry `number`."""
    return 10_000 + number * 7919 % 900_000, 100 + number * 104_729 % 50_000


# -------------------------------------------------------------------------------------------------
# 1


def ours() -> dict[str, float]:
    """Entries made (each balanced by construction and a permitted flow), posted into a ledger, and
    the trial balance proven."""
    from medaid.fund.ledger import Ledger
    from medaid.fund.model import Entry, Line, chart, journal
    from medaid.money import Fen

    basic, assistance = (
        chart.expense_account("basic_resident", "inpatient"),
        chart.expense_account("assistance", "inpatient"),
    )
    owed = chart.account("basic_resident", "2101"), chart.account("assistance", "2101")
    chart.flows(), chart.refusals()  # read once a process, like the chart itself
    before, began = rss(), time.process_time()
    ledger = Ledger("320500")
    for n in range(ENTRIES):
        hifp, maf = amounts(n)
        lines = (
            Line(basic, Fen(hifp), "H1"),
            Line(owed[0], Fen(-hifp), "H1"),
            Line(assistance, Fen(maf), "H1"),
            Line(owed[1], Fen(-maf), "H1"),
        )
        at = START + timedelta(seconds=n)
        ledger.post(
            journal.checked(Entry(f"e{n}", "settlement", "320500", at.date(), at, f"s{n}", lines))
        )
    balance = ledger.trial_balance(date.min, date.max)
    assert balance.proof() == ""
    took, grew = time.process_time() - began, rss() - before
    return {
        "seconds": took,
        "kilobytes": grew,
        "check": float(balance.closing(basic.code) + balance.closing(assistance.code)),
    }


def theirs() -> dict[str, float]:
    """The same with beancount: transactions made, then what its loader does with them once parsed
    (booked, validated), and realized into balances."""
    from decimal import Decimal

    from beancount.core import data, realization
    from beancount.core.amount import Amount
    from beancount.ops import validation
    from beancount.parser import booking, options

    names = ("Expenses:Basic", "Liabilities:Basic", "Expenses:Aid", "Liabilities:Aid")

    before, began = rss(), time.process_time()
    made = []
    for n in range(ENTRIES):
        hifp, maf = (Decimal(fen).scaleb(-2) for fen in amounts(n))
        at = START + timedelta(seconds=n)
        meta = {"filename": "b", "lineno": n, "recorded": at}
        postings = [
            data.Posting(account, Amount(value, "CNY"), None, None, None, None)
            for account, value in zip(names, (hifp, -hifp, maf, -maf), strict=True)
        ]
        made.append(
            data.Transaction(
                meta, at.date(), "*", "H1", f"s{n}", frozenset(), frozenset(), postings
            )
        )
    opened = [
        data.Open({"filename": "b", "lineno": 0}, START.date(), name, [], None) for name in names
    ]
    booked, wrong = booking.book([*opened, *made], options.OPTIONS_DEFAULTS)  # type: ignore[no-untyped-call]
    assert not wrong
    assert not validation.validate(booked, options.OPTIONS_DEFAULTS)  # type: ignore[no-untyped-call]
    root = realization.realize(booked)  # type: ignore[no-untyped-call]
    total = realization.compute_balance(root)  # type: ignore[no-untyped-call]
    assert total.is_empty()
    spent = sum(
        realization.get(root, name).balance.get_currency_units("CNY").number for name in names[::2]
    )  # type: ignore[no-untyped-call]
    took, grew = time.process_time() - began, rss() - before
    return {"seconds": took, "kilobytes": grew, "check": float(spent * 100)}


# -------------------------------------------------------------------------------------------------
# 2


class Pages:
    """Storage below the client: answers the queries of a month's close with items made as they are
    asked for, and counts calls."""

    def __init__(self, settlements: int) -> None:
        self.each, self.institutions = EACH, settlements // EACH
        self.calls: Counter[str] = Counter()
        self.body: dict[str, Any] = {}

    def __call__(self, operation: str, asked: dict[str, Any], *_: Any) -> dict[str, Any]:
        self.calls[operation] += 1
        if operation != "Query":
            return {}
        values = [next(iter(v.values())) for v in asked["ExpressionAttributeValues"].values()]
        pk = values[0]
        if pk.startswith("N#"):
            rows = [{"pk": {"S": pk}, "sk": {"S": f"H{n:011d}"}} for n in range(self.institutions)]
            return {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)}
        if len(values) > 1 and values[1] == "ITEM#":
            first = int(asked.get("ExclusiveStartKey", {}).get("n", {"S": "0"})["S"])
            last = min(self.each, first + PAGE)
            rows = [self.item(pk, n) for n in range(first, last)]
            page: dict[str, Any] = {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)}
            if last < self.each:
                page["LastEvaluatedKey"] = {
                    "pk": {"S": pk},
                    "sk": {"S": "x"},
                    "n": {"S": str(last)},
                }
            return page
        return {"Items": [], "Count": 0, "ScannedCount": 0}

    def item(self, pk: str, number: int) -> dict[str, Any]:
        """One stored settlement; its body is one of a hundred, packed as the projector packs it."""
        from medaid.aws import codec
        from medaid.clearing.model import Item
        from medaid.clearing.store import ClearingItem
        from medaid.ids import InstitutionCode, MessageId, PersonNo, SettlementId, VisitId
        from medaid.instants import stored
        from medaid.money import Fen
        from medaid.regions import Region

        at = stored(START + timedelta(seconds=number * 2_500_000 // self.each))
        key = str(number % 100)
        if key not in self.body:
            hifp, maf = amounts(number)
            sums = {
                "hifp_pay": hifp,
                "maf_pay": maf,
                "fund_pay_sumamt": hifp + maf,
                "medfee_sumamt": hifp + maf + 9,
                "psn_cash_pay": 9,
            }
            institution = pk.split("#")[2]
            home = Region("320500")
            one = Item(
                SettlementId(f"320500S{number:020d}"),
                VisitId(f"V{number}"),
                MessageId(f"{institution}20230701{number:08d}"),
                InstitutionCode(institution),
                home,
                home,
                home,
                "390",
                "21",
                "21",
                START + timedelta(seconds=number * 2_500_000 // self.each),
                PersonNo(f"P{number}"),
                {name: Fen(fen) for name, fen in sums.items()},
                False,
                5,
            )
            self.body[key] = ClearingItem.body.serialize(codec.encode(one))
        return {
            "pk": {"S": pk},
            "sk": {"S": f"ITEM#{at}#320500S{number:020d}"},
            "at": {"S": at},
            "state": {"S": ""},
            "version": {"N": "0"},
            "body": {"B": self.body[key]},
        }


def close(settlements: int) -> dict[str, float]:
    """One monthly run over `settlements`; answers seconds, calls and the greatest resident
    memory."""
    from pynamodb.connection.base import Connection

    from medaid.aws import exchange
    from medaid.clearing import runs
    from medaid.clearing.hospital import service as hospital
    from medaid.months import Month
    from medaid.regions import Region
    from medaid.workbook import workbook

    pages, files = Pages(settlements), Counter[str]()

    def keep(key: str, content: bytes, _type: str = "") -> str:
        files["files"] += 1
        files["bytes"] += len(content)
        return key

    def begin_run(
        _job: str, _admdvs: str, _period: str, _now: datetime, cut: datetime | None = None
    ) -> runs.Run:
        return runs.Run(runs.RunState.RUNNING, cut)

    Connection._make_api_call = lambda _self, operation, asked, *rest: pages(  # type: ignore[method-assign]
        operation, asked, *rest
    )
    setattr(exchange, "put", keep)  # noqa: B010 - same
    setattr(runs, "begin_run", begin_run)  # noqa: B010 - the run's own record is not the month's cost
    setattr(runs, "end_run", lambda *_: None)  # noqa: B010 - same
    workbook("", {"a": [["b"]]}, START)  # imports are not the month's cost either
    began = time.process_time()
    counts = hospital.close_month(
        Region("320500"), Month("2023-07"), datetime(2023, 8, 1, 1, tzinfo=UTC)
    )
    took = time.process_time() - began
    assert counts["items"] == settlements, counts
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "seconds": took,
        "calls": sum(pages.calls.values()),
        "files": files["files"],
        "file_megabytes": files["bytes"] / 1e6,
        "peak_megabytes": peak,
    }


def apart(*what: str) -> dict[str, float]:
    """Runs one measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, *what],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"AWS_REGION": "cn-north-1"},
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measured() -> Iterator[tuple[str, bool]]:
    """Each line of the report with whether it meets its demand."""
    a, b = apart("ours"), apart("theirs")
    assert a["check"] == b["check"], "the two sides booked different sums"
    faster, share = b["seconds"] / a["seconds"], a["kilobytes"] / b["kilobytes"]
    yield (
        f"books: {ENTRIES:,} entries of {LEGS} legs:"
        f" {a['seconds']:.2f} s, {a['kilobytes'] / 1024:.0f} MB",
        True,
    )
    yield f"beancount 3: {b['seconds']:.2f} s, {b['kilobytes'] / 1024:.0f} MB", True
    yield f"{faster:.1f} times faster (at least {FASTER:.0f})", faster >= FASTER
    yield f"{share:.2f} of the memory (at most {MEMORY_SHARE:.2f})", share <= MEMORY_SHARE
    per: list[float] = []
    for settlements in (10_000, 100_000, 1_000_000):
        run = apart("close", str(settlements))
        per.append(run["seconds"] / settlements * 1e6)
        yield (
            f"month close of {settlements:,} settlements:"
            f" {run['seconds']:.1f} s, {per[-1]:.0f} µs each, {run['calls']:.0f} storage calls "
            f"({run['calls'] / settlements:.4f} each), {run['files']:.0f} "
            f"files of {run['file_megabytes']:.0f} MB, peak {run['peak_megabytes']:.0f} MB",
            run["peak_megabytes"] <= MEGABYTES,
        )
    yield (
        "cost per settlement of a million against ten thousand:"
        f" {per[2] / per[0]:.2f} (at most {FLAT})",
        per[2] <= per[0] * FLAT,
    )


def main() -> int:
    """Prints the report. Answers 1 where a demand is missed."""
    missed = 0
    for line, met in measured():
        print(line if met else f"MISSED: {line}")
        missed += not met
    return 1 if missed else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        task = {"ours": ours, "theirs": theirs}.get(sys.argv[1]) or (
            lambda: close(int(sys.argv[2]))
        )
        print(json.dumps(task()))
        sys.exit(0)
    sys.exit(main())
