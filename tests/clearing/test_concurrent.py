"""Closing while settlements arrive, and two runs at once: nothing lost, nothing twice. On the local
cloud, with threads. Proves J34."""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier, Event

import pytest
from tests.clearing.builders import (
    agree,
    agreement,
    arrive,
    close_month,
    event_of,
    item,
    made,
    reconcile_totals,
)

from medaid.aws import clock, exchange
from medaid.aws.settings import settings
from medaid.aws.transaction import commit
from medaid.clearing import projector
from medaid.clearing.hospital import monthly
from medaid.clearing.hospital import service as hospital
from medaid.errors import Conflict
from medaid.fund import keys, rolled, rollups, service
from medaid.fund.model import Entry, journal
from medaid.local.stack import Stack
from medaid.money import Fen
from medaid.months import Month

pytestmark = pytest.mark.cloud
REGION = "329900"
BEGAN = datetime(2023, 8, 1, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def bucket(in_cloud: Stack) -> None:
    """The exchange bucket under the name that this process knows."""
    name = settings().bucket
    if name not in [row["Name"] for row in exchange.client().list_buckets()["Buckets"]]:
        exchange.client().create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": "cn-north-1"}
        )


def test_closing_while_settlements_arrive(in_cloud: Stack) -> None:
    """Right money, 48. Eight hands bring July's items (some twice) on and after 1 August while two
    runs make statements.

    The clock goes by rounds, five minutes after each, and not by the machine's speed: an item is
    written before the clock goes on from its arrival, as it is within the runs' grace.
    """
    passed, over, closed = count(), Event(), Event()
    at = [next(passed)]
    rounds = Barrier(8, action=lambda: at.append(next(passed)))

    def now() -> datetime:
        return BEGAN + timedelta(minutes=5 * at[-1])

    items = [
        item(
            n,
            datetime(2023, 7, 1 + n % 28, 2, n % 60, tzinfo=UTC),
            institution="H32990000001",
            home=REGION,
            treatment=REGION,
        )
        for n in range(240)
    ]

    def bring(hand: int) -> None:
        try:
            for turn, one in enumerate(items[hand::8]):
                projector.project(event_of(one), now())
                if one.psn_no.endswith("7"):
                    projector.project(event_of(one), now())
                if turn == 15:
                    assert closed.wait(60), "the runs were to close while items arrived"
                rounds.wait()
        except BaseException:
            rounds.abort()  # the others do not wait for this one
            raise

    def close() -> None:
        while not over.is_set():
            cut = now() - monthly.GRACE
            if hospital.create_statement(REGION, "H32990000001", "2023-07", cut):
                closed.set()

    with ThreadPoolExecutor(10) as hands:
        closers = [hands.submit(close) for _ in range(2)]
        try:
            for done in [hands.submit(bring, hand) for hand in range(8)]:
                done.result()
        finally:
            over.set()
        for closer in closers:
            closer.result()
    hospital.create_statement(REGION, "H32990000001", "2023-07", now() + timedelta(hours=1))
    found = made(REGION, "H32990000001", "2023-07")
    assert len(found) > 1, "the runs were to close while items arrived"
    assert [s.number for s in found] == list(range(1, len(found) + 1))
    contents = {s.number: exchange.get(hospital.line_file(s)) for s in found}
    assert all(hashlib.sha256(contents[s.number]).hexdigest() == s.digest for s in found)
    seen = Counter(
        row.split("\t")[0]
        for content in contents.values()
        for row in content.decode().splitlines()[1:]
    )
    assert seen == Counter(one.setl_id for one in items)
    assert sum(s.lines for s in found) == len(items)
    assert sum(int(s.by_fund["assistance"]) for s in found) == sum(
        int(one.amounts["maf_pay"]) for one in items
    )


def test_roll_ups_of_many_hands_agree(in_cloud: Stack) -> None:
    """Several may move a month forward at once: each entry is rolled up once. The deployed function
    leaves what was recorded within the last quarter of an hour."""
    region, at = "329800", clock.now() - timedelta(minutes=1)
    month, later = str(Month.of(at)), at + timedelta(hours=1)
    made: list[Entry] = []
    for n in range(40):
        settled = journal.SettlementBooking(
            f"{region}S{n}", region, region, "H1", "390", "inpatient", {"maf_pay": Fen(100 + n)}
        )
        made += journal.settlement_entries(settled, at + timedelta(seconds=n))
    for entry in made:
        commit(service.writes(entry))
    with ThreadPoolExecutor(8) as builders:
        runs = [builders.submit(rollups.roll_forward, region, month, later) for _ in range(8)]
    assert sum(run.result() for run in runs) == 40
    cursor, sums = rolled.kept(keys.rolls_of(region, month))
    assert cursor.entries == 40
    assert sum(one.debits for one in sums.sums.values()) == sum(100 + n for n in range(40))
    assert rollups.recompute(region, month, later) == []


def test_two_people_release_at_once_one_payment(in_cloud: Stack) -> None:
    region, code = "329700", "H32970000001"
    one = item(
        1, datetime(2023, 7, 3, 2, tzinfo=UTC), institution=code, home=region, treatment=region
    )
    arrive(one)
    close_month(region, "2023-07", BEGAN)
    agree(agreement(code, region=region))
    totals = {name: one.amounts[name] for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
    first = datetime(2023, 7, 1, tzinfo=UTC).date()
    reconcile_totals(
        region, code, ("390", "21", region), first, Month.of(first).last, totals, 1, BEGAN
    )
    hospital.approve_statement(region, code, "2023-07", 1, "甲", BEGAN)

    def release(by: str) -> str:
        try:
            return hospital.release_statement(region, code, "2023-07", 1, by, BEGAN).released_by
        except Conflict:
            return ""

    with ThreadPoolExecutor(6) as builders:
        done = list(builders.map(release, ["乙", "丙", "丁", "戊", "己", "庚"]))
    assert len([by for by in done if by]) == 1
    paid = [e for e in service.entries(region, "2023-08") if e.kind == "institution_payment"]
    assert len(paid) == 1
