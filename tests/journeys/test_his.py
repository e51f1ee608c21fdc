"""Hospitals at work over a line on which every fifth call dies: each visit is settled once or not
at all, each hospital's book and the platform are equal to the fen, 3201 agrees with nobody mending
anything, and each person's answers fit one order. Issue: the hospital's door, 8.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from random import Random
from typing import NoReturn

import pytest
from tests import tokens
from tests.catalogue.office import agree, publish
from tests.client.platform import connected, platform
from tests.conftest import Tables
from tests.journeys.one_order import fits_one_order
from tests.people.samples import identity
from tests.settlement.hospital import contracted, known_person, settlement_events

from medaid.catalogue import store as catalogue_store
from medaid.clearing import projector
from medaid.client import HospitalVisits, KeptMessage, NotDone
from medaid.local import cli, demo_catalogue, offices
from medaid.local.his.closing import ClosedHospital, close
from medaid.local.his.desk import AnsweredAct, HospitalDesk
from medaid.local.his.faults import KINDS, FaultyLine
from medaid.local.his.plan import PlannedVisit, people_of, planned
from medaid.local.made_up import MadeUpPerson
from medaid.local.stack import Stack
from medaid.settlement.model import Institution

NOW = datetime(2022, 1, 10, 2, tzinfo=UTC)
TODAY = date(2022, 1, 10)
HOSPITALS = [Institution(f"H4409021000{n}", f"演练医院{n}", "440902", "2") for n in range(3)]


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    projector._note.cache_clear()
    catalogue_store.forget()
    yield
    projector._note.cache_clear()
    catalogue_store.forget()


@dataclass
class Exercise:
    """Hospitals that take turns in this process, drawn from one seed."""

    seed: int
    visits: int
    share: float
    kinds: tuple[str, ...] = KINDS
    people: list[MadeUpPerson] = field(default_factory=list)
    desks: list[HospitalDesk] = field(default_factory=list)
    lines: list[FaultyLine] = field(default_factory=list)
    plan: list[PlannedVisit] = field(default_factory=list)

    def prepare(self) -> None:
        tokens.known()
        contracted(*HOSPITALS)
        agree(json.loads(offices.data("catalogue-scheme.json")))
        for kind in demo_catalogue.TABLES:
            publish(kind, offices.data(f"catalogue-{kind}.csv"))
        self.people = people_of(0, self.visits)
        for number, one in enumerate(self.people):
            born = datetime.strptime(one.certno[6:14], "%Y%m%d").replace(tzinfo=UTC).date()
            standing = [identity(one.category, date(2018, 1, 1))] if one.category else []
            serial = (int(one.certno[14:17]) - 1) // 2
            known_person(f"P{number}", *standing, serial=serial, birth=born)
        self.plan = planned(Random(self.seed), len(HOSPITALS), self.visits, self.people)
        for number, hospital in enumerate(HOSPITALS):
            chance = Random(f"{self.seed}-{number}")
            line = FaultyLine(partial(platform, now=NOW), chance, self.share, self.kinds)
            self.lines.append(line)
            self.desks.append(
                HospitalDesk(HospitalVisits(connected(line, hospital, NOW), 8), self.people)
            )

    def play(self) -> None:
        chance = Random(self.seed)
        at_work = [
            desk.work([one for one in self.plan if one.hospital == number])
            for number, desk in enumerate(self.desks)
        ]
        while at_work:
            turn = chance.choice(at_work)
            if next(turn, "") == "":
                at_work.remove(turn)
        for line in self.lines:
            line.flush()
            line.share = 0

    def closed(self) -> list[ClosedHospital]:
        """After the stream has brought what was settled."""
        for event in settlement_events():
            projector.project(event, NOW)
        return [
            close(desk, line.done, (TODAY, TODAY), patience=0)
            for desk, line in zip(self.desks, self.lines, strict=True)
        ]

    def histories(self) -> list[tuple[str, list[AnsweredAct]]]:
        """What each person was answered, with the person's category."""
        acts = [act for desk in self.desks for act in desk.history]
        return [
            (one.category, [act for act in acts if act.visit.person == number])
            for number, one in enumerate(self.people)
        ]


def exercised(seed: int, visits: int = 45, share: float = 0.2) -> Exercise:
    one = Exercise(seed, visits, share)
    one.prepare()
    one.play()
    return one


@pytest.mark.parametrize("seed", [1, 2])
def test_every_visit_once_or_not_at_all_and_all_books_equal(tables: Tables, seed: int) -> None:
    """J19, J34: what is reversed is undone wholly, and each hospital's totals are ours."""
    one = exercised(seed)
    closed = one.closed()
    assert [(each.agreed, each.wrong) for each in closed] == [({"11": True, "21": True}, [])] * 3
    assert all(each.right for each in closed)
    assert sum(each.done["visits"] for each in closed) == len(one.plan)
    assert not [name for each in closed for name in each.done if name.startswith("refused")]
    died = sum(count for each in closed for name, count in each.requests.items() if name != "sent")
    sent = sum(each.requests.total() for each in closed)
    assert 0.15 < died / sent < 0.25
    for category, acts in one.histories():
        assert fits_one_order(acts, category)


def test_a_book_that_lacks_a_bill_or_a_fen_is_not_agreed(tables: Tables) -> None:
    """The closing bites: a fen more, a bill left out, a visit that should stand and does not."""
    one = exercised(3, visits=6, share=0)
    desk = next(desk for desk in one.desks if desk.book)
    assert all(each.right for each in one.closed())
    (kind, bill), rest = desk.book[0], desk.book[1:]
    for wrong in ([(kind, replace(bill, total=bill.total + Decimal("0.01"))), *rest], rest):
        desk.book = wrong
        assert not close(desk, Counter(), (TODAY, TODAY), patience=0).agreed[kind]
    desk.book = [(kind, bill), *rest]
    desk.standing["440900V2021AAAAAAAAAAAAAAAAAA"] = ("P0", {"440900S1"})
    found = close(desk, Counter(), (TODAY, TODAY), patience=0)
    assert (len(found.wrong), found.right) == (1, False)
    assert "VISIT_UNKNOWN" in found.wrong[0]


def test_the_checker_finds_what_fits_no_order(tables: Tables) -> None:
    """A fen moved; an answer that did not see the year before it; a reversal of what something
    rests on."""
    one = exercised(4, visits=30)
    rested = 0
    for category, acts in one.histories():
        assert fits_one_order(acts, category)
        settled = [act for act in acts if not act.reverses and act.bill is not None]
        for act in settled:
            assert act.bill is not None
            info = dict(act.bill.output["setlinfo"])
            info["psn_cash_pay"] = f"{act.bill.cash + Decimal('0.01'):.2f}"
            moved = replace(act, bill=replace(act.bill, output={"setlinfo": info}))
            assert not fits_one_order([moved if each is act else each for each in acts], category)
        for act in settled[1:]:
            if not fits_one_order([act], category):  # its answer shows what came before
                rested += 1
        undone = [act for act in acts if act.reverses and act.bill is not None]
        for act in undone[:1]:
            assert not fits_one_order([act], category), "nothing stands that it could take back"
    assert rested


def test_a_program_that_takes_a_time_out_for_a_no_does_not_agree(tables: Tables) -> None:
    """What the exercise is for."""
    one = Exercise(6, 12, 0.3, ("after",))
    one.prepare()
    for desk in one.desks:
        desk.visits.client.pauses = ()
        desk.visits.client.resolve = gives_up  # type: ignore[method-assign]
    one.play()
    assert not all(each.right for each in one.closed())


def gives_up(message: KeptMessage) -> NoReturn:
    raise NotDone(message.msgid, "no answer")


def test_the_same_seed_gives_the_same_visits() -> None:
    people = people_of(0, 40)
    one, same, other = (planned(Random(seed), 3, 40, people) for seed in (1, 1, 2))
    assert one == same != other
    assert {"settled", "reversed", "resettled", "cancelled"} == {each.ending for each in one}
    assert any(each.refund for each in one)
    assert {each.inpatient for each in one} == {True, False}


@pytest.mark.cloud
def test_the_command_against_the_running_stack(
    in_cloud: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hospitals in threads, over HTTP, with real tokens; a second run has its own hospitals."""
    monkeypatch.setenv("MEDAID_ENDPOINT", in_cloud.cloud.endpoint)
    assert cli.main(["his", "--hospitals", "2", "--visits", "8", "--faults", "0.2"]) == 0
    told = capsys.readouterr().out
    assert "与平台逐分一致" in told
    assert "H44090210000" in told
    assert cli.main(["his", "--hospitals", "1", "--visits", "2", "--faults", "0"]) == 0
    assert "H44090210002" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--faults", "1"], ["--kinds", "sideways"], ["--visits", "0"]])
def test_what_the_command_does_not_understand(wrong: list[str]) -> None:
    assert cli.main(["his", *wrong]) == 1
