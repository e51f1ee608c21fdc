"""The life of cases as a state machine: several officers, random moves, pauses, calendar changes,
sweeps, bank answers.

What may happen is written down here a second time, by hand (MOVES, APART); the clock is counted day
by day; the books are summed up from the journal. Whatever is refused must have changed nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

import boto3
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from moto import mock_aws
from tests.cloud import forget_connections
from tests.conftest import create_tables
from tests.core.test_clocks import walked
from tests.reimbursement.office import (
    answer,
    at,
    close_batch,
    draft,
    given,
    office,
    officer,
    open_batch,
    register,
    take,
)

from medaid.aws.settings import settings as surroundings
from medaid.clocks import Pause, StatutoryClock, day_start
from medaid.errors import Conflict, MedaidError
from medaid.fund.store import JournalItem, entry_of
from medaid.money import Fen
from medaid.notices import Notice, NoticeYear
from medaid.payments import service as payments
from medaid.people import service as people
from medaid.receipts import service as receipts
from medaid.receipts.model import ReceiptNumber
from medaid.reimbursement import rules, service, store
from medaid.reimbursement.model import Act, Case, Officer, StatedAccount
from medaid.workdays import Calendar, WorkingDays, published

ROLES: Final = ("intake", "auditor", "reviewer", "accountant", "cashier", "manager", "inspector")
OPEN: Final = {"drafted", "accepted", "awaiting_material", "priced", "audited", "returned"}
MOVES: Final[dict[str, tuple[set[str], set[str]]]] = {
    "accept": ({"drafted"}, {"accepted"}),
    "amend": (
        {"drafted", "accepted", "awaiting_material", "returned", "priced"},
        {"drafted", "accepted", "awaiting_material", "returned"},
    ),
    "request_supplement": ({"accepted"}, {"awaiting_material"}),
    "supplement": ({"awaiting_material"}, {"accepted", "awaiting_material"}),
    "extend": (
        {"accepted", "awaiting_material", "priced", "audited", "returned", "rechecked", "ordered"},
        set(),
    ),
    "price": ({"accepted", "returned", "priced", "audited"}, {"priced"}),
    "audit": ({"priced"}, {"audited"}),
    "recheck": ({"audited"}, {"rechecked"}),
    "send_back": ({"priced", "audited"}, {"returned"}),
    "annul": ({"rechecked", "payment_failed"}, {"returned"}),
    "refuse": (OPEN, {"refused"}),
    "withdraw": (OPEN, {"withdrawn"}),
    "order": ({"rechecked", "payment_failed"}, {"ordered"}),
    "pay": ({"ordered"}, {"paid"}),
    "confirm": ({"paid"}, {"confirmed"}),
    "fail": ({"paid"}, {"payment_failed"}),
    "payment_returned": ({"confirmed", "notified"}, {"payment_failed"}),
    "change_account": (
        {"drafted", "accepted", "returned", "rechecked", "ordered", "payment_failed"},
        set(),
    ),
    "approve_account": ({"rechecked", "ordered", "payment_failed"}, set()),
    "tell": ({"confirmed"}, {"notified"}),
    "demand_recovery": ({"confirmed", "notified", "recovered"}, {"recovering"}),
    "drop_recovery": ({"recovering"}, {"notified", "recovered"}),
    "order_recovery": ({"recovering"}, {"recovery_ordered"}),
    "receive_recovery": ({"recovery_ordered"}, {"recovered"}),
    "withdraw_recovery": ({"recovery_ordered"}, {"recovery_withdrawing"}),
    "keep_recovery": ({"recovery_withdrawing"}, {"recovery_ordered"}),
    "annul_recovery": ({"recovery_withdrawing"}, {"notified", "recovered"}),
    "withdraw_receipt": ({"recovered"}, {"receipt_withdrawing"}),
    "keep_receipt": ({"receipt_withdrawing"}, {"recovered"}),
    "annul_receipt": ({"receipt_withdrawing"}, {"recovery_ordered"}),
}
POSTS: Final = {
    "audit": "A",
    "demand_recovery": "A",
    "approve_account": "A",
    "order": "B",
    "pay": "C",
    "receive_recovery": "C",
    "withdraw_recovery": "A",
    "withdraw_receipt": "C",
    "keep_receipt": "B",
    "annul_receipt": "B",
}
"""Acts of the posts that are never one person's in a region."""
EDITS: Final = {
    "open",
    "accept",
    "amend",
    "supplement",
    "withdraw",
    "change_account",
}
AUDITS: Final = {"audit", "demand_recovery", "withdraw_recovery"}
RECHECKS: Final = {"recheck", "order_recovery", "keep_recovery", "annul_recovery"}
MONEY: Final = {
    "order",
    "pay",
    "receive_recovery",
    "withdraw_receipt",
    "keep_receipt",
    "annul_receipt",
}
DONE: Final = {"pay", "refuse", "withdraw", "tell"}
OFFICERS: Final = {
    "audit": ("auditor", 2),
    "demand_recovery": ("inspector", 2),
    "approve_account": ("auditor", 2),
    "send_back": ("auditor", 2),
    "recheck": ("reviewer", 12),
    "annul": ("reviewer", 12),
    "order_recovery": ("reviewer", 12),
    "drop_recovery": ("reviewer", 12),
    "order": ("accountant", 8),
    "pay": ("cashier", 10),
    "receive_recovery": ("cashier", 10),
    "withdraw_recovery": ("auditor", 2),
    "keep_recovery": ("reviewer", 12),
    "annul_recovery": ("reviewer", 12),
    "withdraw_receipt": ("cashier", 10),
    "keep_receipt": ("accountant", 8),
    "annul_receipt": ("accountant", 8),
}
"""Whose post an act is, and from which number on its two officers are counted."""
SEEN: Final[Counter[str]] = Counter()
"""How often each act went through, over all examples: a machine that never gets far proves
nothing."""
CHECKS: Final[list[str]] = []
TURNS: Final = st.sets(st.integers(0, 5), max_size=2)
PAID: Final = {
    "rechecked",
    "ordered",
    "paid",
    "confirmed",
    "payment_failed",
    "notified",
    "recovering",
    "recovery_ordered",
    "recovery_withdrawing",
    "recovered",
    "receipt_withdrawing",
}
WORDS: Final = given("有理由", "第二十五条")
CALENDARS: Final = (
    published(),
    published().with_year(
        replace(
            published().years[-1],
            off=published().years[-1].off | {date(2026, 3, 19), date(2026, 3, 20)},
        )
    ),
    published().with_year(
        NoticeYear(
            2027,
            frozenset({date(2027, 1, 1)}),
            frozenset({date(2027, 1, 2)}),
            (Notice("试验", "", "made up", "N"),),
        )
    ),
)


def checked(check: Callable[[Any], None]) -> Callable[[Any], None]:
    """Marks what must hold at any time. It is looked at between moves when the machine chooses to,
    and always at the end."""
    CHECKS.append(check.__name__)
    return check


class Cases(RuleBasedStateMachine):
    """One region's office. Every rule may be refused; nothing may slip through."""

    def __init__(self) -> None:
        super().__init__()
        self.mock = mock_aws()
        self.mock.start()
        forget_connections()
        create_tables(boto3.client("dynamodb"))
        boto3.client("s3").create_bucket(
            Bucket=surroundings().bucket,
            CreateBucketConfiguration={"LocationConstraint": "cn-north-1"},
        )
        self.now = at("2026-03-12 09:00")
        self.calendar: Calendar = published()
        self.cases: list[str] = []
        self.batches = 0
        self.seen: dict[str, tuple[Case | None, tuple[Act, ...], dict[str, datetime]]] = {}

    def teardown(self) -> None:
        if self.cases:
            self.all_holds()
        self.mock.stop()
        forget_connections()

    @initialize()
    def persons(self) -> None:
        for name in ("P1", "P2"):
            register(name)

    @property
    def office(self) -> service.Context:
        return office(self.calendar)

    def pick(self, number: int) -> Case:
        case = store.case(self.cases[number % len(self.cases)])
        assert case is not None
        return case

    def who(self, role: str, number: int) -> Officer:
        """Six people; each may turn up with a token of any role, as a careless administrator would
        hand them out."""
        return officer(f"o{number}", role)

    @rule(
        bill=st.integers(0, 5),
        person=st.sampled_from(["P1", "P2"]),
        small=st.booleans(),
        number=st.integers(0, 1),
    )
    def open(self, bill: int, person: str, small: bool, number: int) -> None:
        key = str(len(self.cases))
        day = date(2026, 3, 1) + timedelta(days=len(self.cases) % 9)
        care = {"care": "outpatient", "total": "900.00", "in_policy": "900.00"} if small else {}
        application = draft(
            key, person, bill_no=f"B{bill}", begin=day, end=day, created=self.now, **care
        )
        held = receipts.holder(ReceiptNumber("3201", f"B{bill}"))
        try:
            case = service.open_case(
                self.office, self.who("intake", number), application, self.now, given(request=key)
            )
        except Conflict:
            assert held is not None, "only a receipt that is held is refused"
            return
        assert held is None
        self.cases.append(case.case_id)

    @precondition(lambda self: self.cases)
    @rule(
        case=st.integers(0, 9),
        act=st.sampled_from(sorted({*MOVES} - {"confirm", "fail", "payment_returned"})),
        role=st.sampled_from(ROLES),
        number=st.integers(0, 5),
        amount=st.integers(1, 500000),
    )
    def anything(self, case: int, act: str, role: str, number: int, amount: int) -> None:
        """Any act by anybody, mostly out of place."""
        self.attempt(self.pick(case), act, self.who(role, number), amount)

    @precondition(lambda self: self.cases)
    @rule(
        case=st.integers(0, 9),
        number=st.integers(0, 1),
        amount=st.integers(1, 500000),
        moves=st.integers(2, 9),
        beside=st.sets(st.integers(0, 5), min_size=1, max_size=2),
    )
    def led_on(self, case: int, number: int, amount: int, moves: int, beside: set[int]) -> None:
        """Some acts that bring the case on, by officers whose posts they are; now and then a way
        round instead."""
        for move in range(moves):
            self.onward(case, number, amount, move in beside)

    def onward(self, case: int, number: int, amount: int, side: bool) -> None:
        chosen = self.pick(case)
        state = str(chosen.state)
        main = {
            "drafted": "accept",
            "accepted": "price",
            "awaiting_material": "supplement",
            "priced": "audit",
            "audited": "recheck",
            "returned": "price",
            "rechecked": "order",
            "ordered": "pay",
            "payment_failed": "change_account" if amount % 2 else "approve_account",
            "confirmed": "tell",
            "notified": "demand_recovery",
            "recovering": "order_recovery",
            "recovery_ordered": "receive_recovery",
            "recovery_withdrawing": "annul_recovery",
            "recovered": "demand_recovery",
            "receipt_withdrawing": "annul_receipt",
        }
        beside = {
            "accepted": "request_supplement",
            "audited": "price",
            "rechecked": "annul",
            "payment_failed": "order",
            "priced": "send_back",
            "recovering": "drop_recovery",
            "recovery_ordered": "withdraw_recovery",
            "recovery_withdrawing": "keep_recovery",
            "recovered": "withdraw_receipt",
            "receipt_withdrawing": "keep_receipt",
        }
        act = beside.get(state, main.get(state)) if side else main.get(state)
        if act is None:
            return
        role, person = OFFICERS.get(act, ("intake", 0))
        self.attempt(chosen, act, self.who(role, person + number), amount)

    @precondition(lambda self: self.cases)
    @rule(
        case=st.integers(0, 9),
        act=st.sampled_from(
            [
                "request_supplement",
                "extend",
                "supplement",
                "amend",
                "request_supplement",
                "refuse",
                "withdraw",
            ]
        ),
        amount=st.integers(1, 500000),
    )
    def turned(self, case: int, act: str, amount: int) -> None:
        """An act beside the way, by an officer whose post it is."""
        self.attempt(
            self.pick(case), act, self.who("manager" if act == "extend" else "intake", 0), amount
        )

    def attempt(self, case: Case, act: str, who: Officer, amount: int) -> None:
        _, acts, _ = store.history(case.case_id)
        try:
            after = self.calls(case, act, who, amount)()
        except MedaidError:
            unchanged = store.case(case.case_id) == case
            assert unchanged, f"{act} was refused and has changed the case"
            return
        SEEN[act] += 1
        sources, targets = MOVES[act]
        assert str(case.state) in sources, f"{act} from {case.state}"
        assert str(after.state) in (targets or {str(case.state)}), f"{act} led to {after.state}"
        assert after.version == case.version + 1
        if act in ("drop_recovery", "annul_recovery"):
            earlier = after.recovered > 0
            assert (str(after.state) == "recovered") == earlier, "an earlier recovery stands"
        self.kept_apart(act, who, acts)

    def kept_apart(self, act: str, who: Officer, acts: tuple[Act, ...]) -> None:
        """The separation rules, by hand: on this case, and for the posts in all cases."""
        mine = {a.act for a in acts if a.officer == who.officer_id}
        if act in AUDITS | RECHECKS:
            assert not mine & EDITS, "who edited does not approve"
        if act in MONEY:
            assert not mine & EDITS, "nobody from end to end"
        if act in AUDITS:
            assert not mine & RECHECKS, "auditor is not re-checker"
        if act in RECHECKS:
            assert not mine & AUDITS, "re-checker is not auditor"
        if act in POSTS:
            everywhere = {
                a.act
                for case_id in self.cases
                for a in store.history(case_id)[1]
                if a.officer == who.officer_id
            }
            assert {POSTS[a] for a in everywhere if a in POSTS} == {POSTS[act]}, (
                "accountant, cashier and auditor are never one person"
            )

    def calls(self, case: Case, act: str, who: Officer, amount: int) -> Callable[[], Case]:
        o, name, version, now = self.office, case.case_id, case.version, self.now
        other = replace(case.receipts[0], bill_no=f"B{amount % 6}")
        special: dict[str, Callable[[], Case]] = {
            "amend": lambda: service.amend(
                o,
                who,
                name,
                version,
                {"receipts": (replace(other, amount=case.fees.medfee_sumamt),)},
                now,
                WORDS,
            ),
            "request_supplement": lambda: service.request_supplement(
                o, who, name, version, ("病历", "清单")[: 1 + amount % 2], now, WORDS
            ),
            "supplement": lambda: service.supplement(
                o, who, name, version, case.owed[:1], now, WORDS
            ),
            "pay": lambda: service.pay(o, who, name, version, self.batch(who), now, WORDS),
            "change_account": lambda: service.change_account(
                o,
                who,
                name,
                version,
                StatedAccount(f"张{case.psn_no}", "62220200009999", "102", "self"),
                now,
                WORDS,
            ),
            "demand_recovery": lambda: service.demand_recovery(
                o, who, name, version, Fen(amount), now, WORDS
            ),
        }
        plain: Any = getattr(service, act, None) if act not in special else None
        if plain is not None:
            return lambda: plain(o, who, name, version, now, WORDS)
        return special[act]

    def batch(self, who: Officer) -> str:
        return open_batch(f"b{self.batches}", self.now, who).batch_id

    @rule(outcome=st.sampled_from(["paid", "failed", "wrong", "twice"]))
    def bank_answers(self, outcome: str) -> None:
        """The open batch is closed and answered: as it should be, with a wrong figure, or two times
        over."""
        cashier = officer("o10", "cashier")
        batch = open_batch(f"b{self.batches}", self.now, cashier).batch_id
        self.batches += 1
        close_batch(batch, self.now, cashier)
        lines = {line.order_id: line for line in payments.list_batch_lines(batch)}
        amounts = {
            name: line.amount + Fen(1) if outcome == "wrong" else line.amount
            for name, line in lines.items()
        }
        result = "failed" if outcome == "failed" else "paid"
        content = answer(
            batch,
            *(
                (name, fen.yuan(), result, "销户" if result == "failed" else "")
                for name, fen in amounts.items()
            ),
        )
        taken, problems = take(self.office, content, self.now)
        assert (taken, len(problems)) == (
            (0, len(lines)) if outcome == "wrong" else (len(lines), 0)
        )
        if outcome == "twice":
            other = answer(
                batch, *((name, fen.yuan(), result, "再次") for name, fen in amounts.items())
            )
            assert take(self.office, content, self.now) == (len(lines), []), (
                "the same file again changes nothing"
            )
            taken, problems = take(self.office, other, self.now)
            assert (taken, {p.code for p in problems}) == (0, {"DUPLICATE"} if lines else set())
        if outcome == "wrong":
            good = answer(
                batch, *((name, line.amount.yuan(), "paid", "") for name, line in lines.items())
            )
            assert take(self.office, good, self.now)[0] == len(lines)

    @precondition(lambda self: self.cases)
    @rule()
    def all_holds(self) -> None:
        self.seen = {case_id: store.history(case_id) for case_id in self.cases}
        for check in CHECKS:
            getattr(self, check)()

    def scan(self, room: str) -> Iterator[dict[str, Any]]:
        pages = (
            boto3.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=surroundings().tables[room])
        )
        return (item for page in pages for item in page["Items"])

    @rule(hours=st.sampled_from([1, 7, 24, 72, 200]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(number=st.integers(0, 2))
    def a_notice_changes_the_calendar(self, number: int) -> None:
        self.calendar = CALENDARS[number]
        service.reproject(self.office)

    @rule()
    def swept(self) -> None:
        service.sweep(self.office, self.now)
        service.sweep(self.office, self.now)
        for case_id in self.cases:
            case, acts, steps_claimed = store.history(case_id)
            assert case is not None
            assert self.reached(acts, case) <= {*steps_claimed}, (
                "every step that is reached is claimed"
            )

    def reached(self, acts: tuple[Act, ...], case: Case) -> set[str]:
        """The steps_claimed that a walk over the days finds reached now."""
        clock = ledger(acts, case)
        due = walked(clock, self.calendar) if clock is not None and clock.stopped is None else None
        if due is None:
            return set()
        before, after = due - timedelta(days=1), due + timedelta(days=1)
        while not self.calendar.is_workday(before):
            before -= timedelta(days=1)
        while not self.calendar.is_workday(after):
            after += timedelta(days=1)
        return {
            name
            for name, day in (("warned", before), ("due", due), ("overdue", after))
            if day_start(day) <= self.now
        }

    @checked
    def clocks_equal_a_count_of_days(self) -> None:
        for case, acts, _ in self.seen.values():
            assert case is not None
            clock = ledger(acts, case)
            projection = rules.projection(case, self.calendar, self.office.procedure)
            assert projection.due == (walked(clock, self.calendar) if clock else None)
            assert (clock.stopped if clock else None) == (
                case.clock.stopped if case.clock else None
            )

    @checked
    def no_receipt_pays_twice(self) -> None:
        cases = [case for case, _, _ in self.seen.values() if case is not None]
        paying = [
            r.bill_no
            for c in cases
            if str(c.state) not in ("refused", "withdrawn")
            for r in c.receipts
        ]
        assert len(paying) == len(set(paying))

    @checked
    def each_rung_once(self) -> None:
        """A step's message lies under the case and the step: a second claim would have lost. Each
        claim has its message."""
        told = {
            item["pk"]["S"] for item in self.scan("outbox") if item["kind"]["S"] == "case_clock"
        }
        claimed = {
            f"O#case_clock#{case_id}.{step}"
            for case_id, (_, _, steps_claimed) in self.seen.items()
            for step in steps_claimed
        }
        assert told == claimed

    @checked
    def books_and_year_are_balanced(self) -> None:
        cases = [case for case, _, _ in self.seen.values() if case is not None]
        sums: dict[str, int] = {}
        for item in JournalItem.scan():
            entry = entry_of(item)
            assert sum(int(line.amount) for line in entry.lines) == 0
            for line in entry.lines:
                sums[line.account.number] = sums.get(line.account.number, 0) + int(line.amount)
        owed = sum(
            int(c.granted)
            for c in cases
            if str(c.state) in ("rechecked", "ordered", "paid", "payment_failed")
        )
        back = sum(
            -int(c.recovery.amount)
            for c in cases
            if str(c.state) in ("recovery_ordered", "recovery_withdrawing") and c.recovery
        )
        spent = sum(int(c.granted - c.recovered) for c in cases if str(c.state) in PAID)
        assert sums.get("2103", 0) == back - owed, "what is owed, less what is asked back"
        assert sum(amount for number, amount in sums.items() if number.startswith("5")) == spent
        for name in ("P1", "P2"):
            totals = people.load(name, 2026).totals(2026).amounts
            mine = [c for c in cases if c.psn_no == name and str(c.state) in PAID]
            assert sum(v for k, v in totals.items() if k.startswith("paid:")) == sum(
                int(c.granted - c.recovered) for c in mine
            )


def ledger(acts: tuple[Act, ...], case: Case) -> StatutoryClock | None:
    """The clock as the timeline tells it: accepted, budget, pauses, stopped."""
    accepted: datetime | None = None
    stopped: datetime | None = None
    pauses: list[Pause] = []
    for act in acts:
        if act.act == "accept":
            accepted = act.at
        if act.act == "request_supplement":
            pauses.append(Pause(act.at, "material"))
        leaves = act.before == "awaiting_material" and act.after != "awaiting_material"
        if leaves and pauses and pauses[-1].end is None:
            pauses[-1] = replace(pauses[-1], end=act.at)
        if act.act in DONE and accepted is not None and stopped is None:
            stopped = act.at
    if accepted is None:
        return None
    small = case.care.care == "outpatient" and case.fees.medfee_sumamt <= Fen.of_yuan(1000)
    days = 20 if any(a.act == "extend" for a in acts) else 5 if small else 10
    return StatutoryClock(accepted, WorkingDays(days), tuple(pauses), stopped)


def test_the_life_of_cases_J27_J28_Q3_1_Q3_2() -> None:
    SEEN.clear()
    how = settings(
        max_examples=30,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=[Phase.generate],
    )
    run_state_machine_as_test(Cases, settings=how)
    assert {"accept", "request_supplement", "price", "audit", "recheck", "order", "pay"} <= {
        *SEEN
    }, SEEN
    assert len(SEEN) >= 12, SEEN


LIVES: Final = 3
WALK: Final = 14
REFUSED: Final = (False, False, True, False, False, True, True)
"""Told, demanded, dropped, demanded, ordered, withdrawn: and the order is kept."""
ANNULLED: Final = (False, False, False, False, True, True, True, False)
"""Told, demanded, ordered, received, withdrawn, kept, withdrawn: and the money did not count."""


@pytest.mark.parametrize("seed", range(LIVES))
def test_what_is_recovered_and_taken_back_again_J27_J28_Q3_1(seed: int) -> None:
    """A case that is paid: parts of it or all are demanded back and taken back again, at random
    from a seed, by officers whose posts the acts are."""
    SEEN.clear()
    chance, machine = Random(seed), Cases()
    try:
        machine.persons()
        machine.open(0, "P1", False, 0)
        for _ in range(6):
            machine.onward(0, 0, 1, side=False)
        machine.bank_answers("paid")
        assert str(machine.pick(0).state) == "confirmed"
        for side in ANNULLED if seed % 2 else REFUSED:
            machine.onward(0, 0, 1, side)
        assert {"annul_receipt", "keep_receipt"} <= {*SEEN} or {"keep_recovery"} <= {*SEEN}, SEEN
        for _ in range(WALK):
            case = machine.pick(0)
            left = int(case.granted - case.recovered)
            amount = left if chance.random() < 0.2 else chance.randint(1, 500000)
            machine.onward(0, chance.randint(0, 1), amount, chance.random() < 0.4)
            machine.all_holds()
    finally:
        machine.teardown()
    assert len({act for act in SEEN if act.endswith(("_recovery", "_receipt"))}) >= 5, SEEN
