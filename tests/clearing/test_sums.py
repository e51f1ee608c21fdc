"""Σ settlements = Σ journal = Σ statements = Σ paid + open, per fund, over random months; resumed
after a kill at every storage call.

Proves J29, J34, J35, X12 and the sums of a month: reversals across month ends, disputes, late items
and confirmations, deductions, suspended regions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from tests.clearing.builders import (
    ELSEWHERE,
    HOME,
    HOSPITALS,
    agree,
    agreement,
    at,
    book,
    close_month,
    deduct,
    event_of,
    item,
    made,
    open_items,
    reconcile_lines,
    refund,
    upload_rows,
    waiting,
)
from tests.clearing.builders import statement as get_statement
from tests.cloud import forget_connections
from tests.conftest import Tables, create_tables
from tests.fund.balances import counterpart_balances
from tests.storage import Killed, StorageFaults

from medaid.aws import exchange
from medaid.aws import settings as names
from medaid.clearing import projector, store
from medaid.clearing.hospital import rules
from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital import store as statements
from medaid.clearing.model import Item
from medaid.clearing.regions import service as regions
from medaid.errors import Conflict
from medaid.fund import service as fund
from medaid.money import Fen
from medaid.months import Month

MONTHS = ("2023-07", "2023-08", "2023-09")
FUNDS = ("basic_resident", "assistance", "critical_resident")


@dataclass
class World:
    """Three months of one region's hospitals, with people of two regions; what happened, and
    nothing else."""

    items: list[Item] = field(default_factory=list)
    paid: Counter[str] = field(default_factory=Counter)
    serial: int = 0

    def settle(
        self, when: datetime, hospital: int, hifp: int, maf: int, away: bool, late: int
    ) -> Item:
        self.serial += 1
        home = ELSEWHERE if away else HOME
        if away:
            try:
                regions.check_open(home, HOME)
            except Conflict:
                home = HOME  # suspended: the hospital is told; somebody from here is next
        one = item(
            self.serial,
            when,
            institution=HOSPITALS[hospital],
            home=home,
            treatment=HOME,
            hifp=hifp,
            maf=maf,
        )
        book(one)
        projector.project(event_of(one), when + timedelta(hours=late))
        self.items.append(one)
        return one

    def take_back(self, one: Item, when: datetime) -> None:
        if when <= one.setl_time or any(i.refd and i.setl_id == one.setl_id for i in self.items):
            return
        back = refund(one, when)
        book(back, one)
        projector.project(event_of(back), when)
        self.items.append(back)


def entries(admdvs: str) -> list[Any]:
    return [
        e
        for month in Month("2023-07").through(Month("2023-12"))
        for e in fund.entries(admdvs, month)
    ]


def check(world: World) -> None:
    """The identity, per fund: everything that was settled is in the books, in exactly one statement
    or open with a reason, and paid or owed."""
    known = entries(HOME)
    owed = counterpart_balances(known, "2101")
    for institution in HOSPITALS:
        mine = [i for i in world.items if i.institution == institution]
        settled: Counter[str] = Counter()
        for one in mine:
            settled.update({k: int(v) for k, v in one.by_fund().items()})
        found = [s for month in MONTHS for s in made(HOME, institution, month)]
        stated: Counter[str] = Counter()
        due: Counter[str] = Counter()
        paid: Counter[str] = Counter()
        kept: Counter[str] = Counter()
        lines: Counter[str] = Counter()
        for statement in found:
            stated.update({k: int(v) for k, v in statement.by_fund.items()})
            content = exchange.get(hospital.line_file(statement)).decode().splitlines()[1:]
            assert len(content) == statement.lines
            lines.update(f"{row.split(chr(9))[0]}|{row.split(chr(9))[-1]}" for row in content)
            if statement.state in ("released", "nothing_due"):
                paid.update({k: int(v) for k, v in statement.paid.items()})
                kept.update({k: int(v) for k, v in statement.retained.items()})
            else:
                due.update({k: int(v) for k, v in statement.by_fund.items()})
                for carried in statements.list_disputed(statement):
                    due.subtract({k: int(v) for k, v in carried.by_fund.items()})
                for carried in (*statement.upheld,):
                    due.update({k: int(v) for k, v in carried.by_fund.items()})
                due.update({k: int(v) for k, v in statement.brought_forward.items()})
        # every item in exactly one statement, or open with a reason
        assert max(lines.values(), default=1) == 1
        unstated = {
            o["setl_id"]
            for month in MONTHS
            for o in open_items(HOME, month)
            if o["institution"] == institution and "未列入" in o["reason"]
        }
        for one in mine:
            assert (f"{one.setl_id}|{int(one.refd)}" in lines) != (one.item_id in unstated), (
                one.item_id
            )
        waits: Counter[str] = Counter()
        deducted: Counter[str] = Counter()
        for kind, state, carried in waiting(HOME, institution):
            if kind == "DISPUTE" and state in ("open", "upheld"):
                waits.update({k: int(v) for k, v in carried.by_fund.items()})
            if kind == "DISPUTE" and state == "rejected":
                deducted.update({k: int(v) for k, v in carried.by_fund.items()})
            if kind == "FORWARD" and state == "forward":
                waits.update({k: int(v) for k, v in carried.by_fund.items()})
        for statement in found:
            if statement.state in ("released", "nothing_due"):
                for carried in statement.deductions:
                    deducted.update({k: int(v) for k, v in carried.by_fund.items()})
        for key in FUNDS:
            late = sum(int(i.by_fund().get(key, Fen(0))) for i in mine if i.item_id in unstated)
            assert settled[key] == stated[key] + late, (institution, key)
            booked = sum(
                -int(x.amount)
                for e in known
                if e.kind in ("settlement", "settlement_there")
                for x in e.lines
                if x.account.number == "2101"
                and x.account.fund == key
                and x.counterpart == institution
            )
            assert booked == settled[key], (institution, key)
            still = -int(owed.get((key, institution), Fen(0)))
            assert settled[key] == paid[key] + kept[key] + deducted[key] + still, (institution, key)
            assert still == late + due[key] + waits[key], (
                institution,
                key,
                still,
                late,
                due[key],
                waits[key],
            )


def month_end(world: World, month: str, script: Any) -> None:
    """Runs a month and lets each hospital do what the script says."""
    number = int(month[5:])
    now = at(2, 4, month=number + 1)
    close_month(HOME, month, now)
    for index, institution in enumerate(HOSPITALS):
        what = script[index]
        if what == "silent":
            continue
        for past in (m for m in MONTHS if m <= month):  # a hospital that was silent agrees late
            reconcile(world, institution, past, what == "disputes" and past == month, now)
            pay_all(institution, past, now)


def reconcile(world: World, institution: str, month: str, disputes: bool, now: datetime) -> None:
    """The hospital uploads its lines of a month; where it disputes, the first is missing."""
    first = date.fromisoformat(f"{month}-01")
    for home in (HOME, ELSEWHERE):
        sent = [
            i
            for i in world.items
            if i.institution == institution and i.month == month and i.insured_region == home
        ]
        upload = b"".join(upload_rows(sent[1:] if disputes else sent))
        reconcile_lines(HOME, institution, "21", home, first, Month.of(first).last, upload, now)


def pay_all(institution: str, month: str, now: datetime) -> None:
    for one in made(HOME, institution, month):
        if one.state == "confirmed":
            hospital.approve_statement(HOME, institution, month, one.number, "甲", now)
            hospital.release_statement(HOME, institution, month, one.number, "乙", now)


acts = st.tuples(
    st.integers(1, 28),
    st.integers(0, 2),
    st.sampled_from([0, 100, 7777]),
    st.sampled_from([0, 33, 5000]),
    st.booleans(),
    st.sampled_from([0, 0, 0, 900]),
)
script = st.tuples(*(st.sampled_from(["agrees", "disputes", "silent"]) for _ in range(3)))
month_script = st.tuples(
    st.lists(acts, max_size=7),
    st.lists(st.integers(0, 30), max_size=3),
    script,
    st.booleans(),
    st.sampled_from(["", "upheld", "rejected"]),
)


def live(months: list[Any], retention: str) -> World:
    """Three months as the scripts say, checked after each."""
    world = World()
    for institution in HOSPITALS:
        agree(agreement(institution, retention))
    for month, (settles, reversals, what, suspended, ends) in zip(MONTHS, months, strict=True):
        number = int(month[5:])
        if suspended:
            regions.suspend_region(ELSEWHERE, "省级", "拖延", at(1, month=number))
        for n, (day, index, hifp, maf, away, late) in enumerate(settles):
            world.settle(at(day, month=number) + timedelta(minutes=n), index, hifp, maf, away, late)
        for n, which in enumerate(reversals):
            if which < len(world.items) and not world.items[which].refd:
                world.take_back(world.items[which], at(28, 8, month=number) + timedelta(minutes=n))
        deduct(
            HOME,
            HOSPITALS[0],
            f"D{month}",
            {"basic_resident": Fen(50)},
            "审核扣减",
            HOME,
            at(28, 9, month=number),
        )
        month_end(world, month, what)
        hospital.create_supplements(HOME, at(5, month=number + 1))
        for institution in HOSPITALS:
            for kind, state, carried in list(waiting(HOME, institution)):
                if (
                    kind == "DISPUTE"
                    and state == "open"
                    and ends
                    and not (ends == "rejected" and any(f < 0 for f in carried.by_fund.values()))
                ):
                    hospital.resolve_dispute(
                        HOME,
                        institution,
                        carried.pending_id,
                        ends == "upheld",
                        "复核",
                        "丙",
                        at(6, month=number + 1),
                    )
        if suspended:
            regions.lift_suspension(ELSEWHERE, "省级", "补足", at(7, month=number + 1))
        check(world)
    return world


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(month_script, min_size=3, max_size=3), st.sampled_from(["0", "0.05"]))
def test_sums_hold_over_random_months(months: list[Any], retention: str) -> None:
    with mock_aws():
        forget_connections()
        projector._note.cache_clear()
        create_tables(boto3.client("dynamodb"))
        location: Any = {"LocationConstraint": "cn-north-1"}
        boto3.client("s3").create_bucket(
            Bucket=names.settings().bucket, CreateBucketConfiguration=location
        )
        live(months, retention)
    forget_connections()


# -------------------------------------------------------------------------------------------------
# killed


def prepared() -> World:
    """A month with items of two regions, a reversal, a deduction and an agreement."""
    world = World()
    agree(agreement(HOSPITALS[0], "0.05"))
    for n in range(4):
        world.settle(at(3 + n), 0, 6000 + n, 300, away=n == 2, late=0)
    world.take_back(world.items[1], at(20))
    deduct(HOME, HOSPITALS[0], "D1", {"basic_resident": Fen(50)}, "审核扣减", HOME, at(21))
    return world


NOW = at(2, 4, month=8)


def whole_month() -> None:
    """A month closed and paid, each step as a person or a job would repeat it until it is done."""
    close_month(HOME, "2023-07", NOW)
    first = date(2023, 7, 1)
    for home in (HOME, ELSEWHERE):
        mine = [
            i for i in store.list_items(HOME, HOSPITALS[0], "2023-07") if i.insured_region == home
        ]
        if get_statement(HOME, HOSPITALS[0], "2023-07", 1).state == "draft":
            upload = b"".join(upload_rows(mine))
            reconcile_lines(
                HOME, HOSPITALS[0], "21", home, first, Month.of(first).last, upload, NOW
            )
    if get_statement(HOME, HOSPITALS[0], "2023-07", 1).state == "confirmed":
        hospital.approve_statement(HOME, HOSPITALS[0], "2023-07", 1, "甲", NOW)
    if get_statement(HOME, HOSPITALS[0], "2023-07", 1).state == "approved":
        hospital.release_statement(HOME, HOSPITALS[0], "2023-07", 1, "乙", NOW)


def outcome(tables: Tables) -> dict[str, Any]:
    """All tables as they are in the end; the versions count how often a state was written, which a
    kill may add to."""
    found = tables.everything()
    for rows in found.values():
        for row in rows:
            row.pop("version", None)
    return found


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_storage_call_it_resumes_to_the_same(
    tables: Tables, storage_faults: StorageFaults, when: str
) -> None:
    """However often the run dies, and wherever, running it again ends in the same statement, books
    and payment."""
    prepared()
    fresh = tables.everything()
    whole_month()
    expected = outcome(tables)
    strike: Callable[..., None] = getattr(storage_faults, when)
    nth = 0
    while True:
        nth += 1
        restore(tables, fresh)
        storage_faults.clear()
        strike(nth)
        try:
            whole_month()
        except Killed:
            storage_faults.clear()
            whole_month()
            assert outcome(tables) == expected, f"killed {when} call {nth}"
        else:
            break  # the run makes fewer calls than that
    assert nth > 20
    storage_faults.clear()


def restore(tables: Tables, state: dict[str, list[dict[str, Any]]]) -> None:
    """Puts the tables back to `state`."""
    projector._note.cache_clear()
    for room, wanted in state.items():
        table = names.settings().tables[room]
        for row in tables.items(room):
            tables.client.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})
        for row in wanted:
            tables.client.put_item(TableName=table, Item=row)


def test_rules_share_a_month_out_without_gap_or_overlap() -> None:
    made = [item(n, at(3)) for n in range(30)]
    arrived = [replace(one, arrived=at(3) + timedelta(minutes=n)) for n, one in enumerate(made)]
    cuts = [
        None,
        at(3),
        at(3) + timedelta(minutes=7),
        at(3) + timedelta(minutes=7, seconds=1),
        at(4),
    ]
    parts = [
        list(rules.between(arrived, since, cut)) for since, cut in pairwise(cuts) if cut is not None
    ]
    assert [one for part in parts for one in part] == arrived
