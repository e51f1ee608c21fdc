"""The quarter's reconciliation to its end: balances beside movements, every bank line matched or
explained, exact sets proposed, nothing booked twice, signatures that name a version and are
withdrawn by two (J31, Q3.1)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clearing.test_jobs import ask

from medaid.errors import BadInput, Conflict, Forbidden, MedaidError, Refused
from medaid.fund import open_lines, periods, reconciliation, reconciling, sign_off
from medaid.fund.model import journal
from medaid.fund.reconciliation import HEADING, Finding, Movement
from medaid.fund.records import Cause, Comparison
from medaid.money import Fen
from medaid.months import Month

R, Q = "620522", "2023-Q3"
AFTER = datetime(2023, 10, 13, 2, tzinfo=UTC)
Line = tuple[str, ...]


def received(source: str, fen: int, day: date = date(2023, 7, 3)) -> None:
    """Money on the special account of the assistance fund."""
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    row = ("assistance", "1001", "410102", Fen(fen))
    assert periods.post(journal.movement("fiscal_income", R, source, [row], at))
    periods.keep_first_month(R, Month.of(day))


def into(reference: str, yuan: str, day: str = "2023-07-03") -> Line:
    return (day, reference, "财政专户", "610100", yuan, "", "", "")


def balance(yuan: str, closing: bool = True) -> Line:
    day, name = ("2023-09-30", "期末余额") if closing else ("2023-07-01", "期初余额")
    return (day, "", "财政专户", "610100", "", "", name, yuan)


def compared(*lines: Line, quarter: str = Q, now: datetime = AFTER) -> Comparison:
    rows = [(*HEADING, "余额"), *lines]
    content = ("\n".join(",".join(row) for row in rows) + "\n").encode()
    reconciling.reconcile(R, quarter, "对账.csv", content, now)
    return reconciling.get_comparison(R, quarter)[0]


def line_of(reference: str, side: str, quarter: str = Q) -> str:
    held, _ = reconciling.get_comparison(R, quarter)
    (found,) = [
        name
        for name, one in open_lines.open_lines(held.open).items()
        if (one.movement.reference, one.side) == (reference, side)
    ]
    return found


def signed(by: str, remarks: str = "见说明") -> str:
    digest = reconciling.get_comparison(R, Q)[0].digest
    return sign_off.sign(R, Q, digest, by, remarks, AFTER)


@pytest.mark.usefixtures("tables")
class TestBalances:
    def test_opening_movements_and_closing_on_both_sides(self) -> None:
        """J31: movements and balances. 100 lay there before the quarter, 5 came in it."""
        received("旧", 10_000, date(2021, 3, 1))
        received("拨1", 500)
        held = compared(balance("100.00", closing=False), into("拨1", "5.00"), balance("105.00"))
        (one,) = held.balances
        assert (one.account, one.fund) == ("1001", "assistance")
        assert one.opening == (Fen(10_000), Fen(10_000))
        assert one.moved == (Fen(500), Fen(500))
        assert one.closing == (Fen(10_500), Fen(10_500))
        assert one.agrees
        assert signed("会计", "") == "signed_once"

    @pytest.mark.parametrize(
        ("lines", "unexplained", "footing"),
        [
            ([balance("100.00", closing=False), balance("105.01")], 1, 1),
            ([balance("100.01", closing=False), balance("105.01")], 1, 0),
            ([balance("100.00", closing=False)], None, None),
            ([balance("105.00")], 0, None),
            ([], None, None),
        ],
    )
    def test_a_balance_that_does_not_agree_is_explained_before_anybody_signs(
        self, lines: list[Line], unexplained: int | None, footing: int | None
    ) -> None:
        received("旧", 10_000, date(2021, 3, 1))
        received("拨1", 500)
        held = compared(into("拨1", "5.00"), *lines)
        (one,) = held.balances
        assert (one.unexplained, one.footing) == (unexplained, footing)
        with pytest.raises(Refused) as told:
            signed("会计")
        assert (told.value.code, told.value.field) == ("AMOUNT_SUM", one.line)
        reconciling.explain_lines(R, Q, [one.line], Cause.NOT_TOLD, "另行函证", "会计", AFTER)
        assert signed("会计") == "signed_once"

    def test_open_lines_account_for_the_difference(self) -> None:
        """余额调节: theirs is 2 above ours, for they booked 2 that we did not."""
        received("拨1", 500)
        held = compared(
            balance("0.00", closing=False), into("拨1", "5.00"), into("多记", "2"), balance("7.00")
        )
        (one,) = held.balances
        assert one.open == Fen(200)
        assert one.agrees

    def test_the_same_balance_told_twice_is_refused(self) -> None:
        with pytest.raises(BadInput) as told:
            compared(balance("1.00"), balance("2.00"))
        assert "余额" in told.value.sentence

    def test_a_line_outside_the_quarter_is_refused(self) -> None:
        for day in ("2023-06-30", "2023-10-01"):
            with pytest.raises(BadInput) as told:
                compared(into("拨1", "5.00", day))
            assert told.value.code == "DATE_ORDER"


@pytest.mark.usefixtures("tables")
class TestOpenLines:
    def booked(self) -> None:
        """Five vouchers; the bank paid three of them in one sum, one alone, and 9.99 of its own."""
        for source, fen in (("甲", 500), ("乙", 700), ("丙", 900), ("丁", 1100), ("戊", 1300)):
            received(source, fen)
        compared(
            balance("0.00", closing=False), into("丁", "11"), into("批", "21.00"),
            into("无", "9.99"), balance("41.99"),
        )  # fmt: skip

    def test_exact_sets_are_proposed_and_taken(self) -> None:
        self.booked()
        bank = line_of("批", "theirs")
        found = reconciling.propose(R, Q, bank)
        assert found.whole
        expected = {line_of(name, "ours") for name in ("甲", "乙", "丙")}
        assert {frozenset(one) for one in found.sets} == {frozenset(expected)}
        reconciling.match_lines(R, Q, [bank, *found.sets[0]], "同一批", "会计", AFTER)
        assert reconciling.propose(R, Q, line_of("无", "theirs")).sets == ()
        with pytest.raises(Refused):  # it is matched: nothing is proposed for it any more
            reconciling.propose(R, Q, bank)

    def test_a_voucher_is_never_counted_twice(self) -> None:
        self.booked()
        lines = [line_of("批", "theirs"), *(line_of(name, "ours") for name in ("甲", "乙", "丙"))]
        reconciling.match_lines(R, Q, lines, "同一批", "会计", AFTER)
        before = reconciling.get_comparison(R, Q)
        for again in (lines, [lines[1]], [line_of("戊", "ours"), lines[2]]):
            with pytest.raises(Conflict) as told:
                reconciling.match_lines(R, Q, again, "再来", "会计", AFTER)
            assert told.value.code == "DUPLICATE"
            with pytest.raises(Conflict):
                reconciling.explain_lines(R, Q, again, Cause.OTHER, "再来", "会计", AFTER)
        assert reconciling.get_comparison(R, Q) == before

    def test_what_does_not_sum_is_not_matched(self) -> None:
        self.booked()
        lines = [line_of("批", "theirs"), line_of("甲", "ours")]
        with pytest.raises(Refused) as told:
            reconciling.match_lines(R, Q, lines, "差不多", "会计", AFTER)
        assert told.value.code == "AMOUNT_SUM"
        assert "16.00" in told.value.sentence

    @pytest.mark.parametrize("lines", [["x.1"], [], ["balance-1001-assistance"]])
    def test_lines_that_are_none_are_not_matched(self, lines: list[str]) -> None:
        self.booked()
        with pytest.raises(Refused):
            reconciling.match_lines(R, Q, lines, "x", "会计", AFTER)

    def test_two_accounts_are_never_one_movement(self) -> None:
        self.booked()
        row = ("assistance", "1002", "1001", Fen(999))
        at = datetime(2023, 7, 3, 2, tzinfo=UTC)
        periods.post(journal.movement("allocation", R, "调", [row], at))
        compared(into("无", "9.99"))
        held, _ = reconciling.get_comparison(R, Q)
        ours = next(
            name
            for name, one in open_lines.open_lines(held.open).items()
            if (one.movement.reference, one.movement.account) == ("调", "1002")
        )
        lines = [line_of("无", "theirs"), ours]
        with pytest.raises(Refused) as told:
            reconciling.match_lines(R, Q, lines, "金额相同", "会计", AFTER)
        assert told.value.code == "FLOW_FORBIDDEN"
        assert ours not in {
            line for one in reconciling.propose(R, Q, lines[0]).sets for line in one
        }

    def test_every_bank_line_ends_matched_or_explained(self) -> None:
        """J31: nobody signs before; ours may stay open, with a remark."""
        self.booked()
        lines = [line_of("批", "theirs"), *(line_of(name, "ours") for name in ("甲", "乙", "丙"))]
        reconciling.match_lines(R, Q, lines, "同一批", "会计", AFTER)
        with pytest.raises(Refused) as told:
            signed("会计")
        assert (told.value.code, told.value.field) == ("FIELD_REQUIRED", "lines")
        odd = line_of("无", "theirs")
        with pytest.raises(Refused):
            reconciling.explain_lines(R, Q, [odd], Cause.THEIR_ERROR, " ", "会计", AFTER)
        held = reconciling.explain_lines(R, Q, [odd], Cause.THEIR_ERROR, "对方错记", "会计", AFTER)
        said = open_lines.settled_lines(held)[odd]
        assert (said.cause, said.act.by, said.act.why) == (Cause.THEIR_ERROR, "会计", "对方错记")
        assert signed("会计") == "signed_once"

    def test_what_was_said_is_taken_back_with_a_trail(self) -> None:
        self.booked()
        odd = line_of("无", "theirs")
        reconciling.explain_lines(R, Q, [odd], Cause.OTHER, "误", "会计", AFTER)
        held = reconciling.reopen_lines(R, Q, [odd], "说明有误", "财政", AFTER)
        assert held.settled == ()
        assert [(one.act, one.by) for one in held.trail] == [
            ("说明", "会计"), ("取消核对或说明", "财政"),
        ]  # fmt: skip
        with pytest.raises(Refused):
            reconciling.reopen_lines(R, Q, [odd], "再来", "财政", AFTER)

    def test_ages_are_counted_from_the_line_to_today(self) -> None:
        self.booked()
        held, _ = reconciling.get_comparison(R, Q)
        lines = open_lines.unmatched(held)
        for today, name in (
            (date(2023, 8, 2), "30天以内"), (date(2023, 8, 3), "31至90天"),
            (date(2024, 7, 2), "91至365天"), (date(2024, 7, 3), "一年以上"),
        ):  # fmt: skip
            ages = open_lines.ageing(lines, today)
            assert {key for key, (count, _) in ages.items() if count} == {name}
            assert ages[name][0] == 6


@pytest.mark.usefixtures("tables")
class TestVersions:
    def test_what_was_open_is_looked_for_in_the_next_quarter(self) -> None:
        """A line in transit at the end of June is the bank's first line of July."""
        received("途", 500, date(2023, 6, 30))
        before = datetime(2023, 7, 5, 2, tzinfo=UTC)
        compared(quarter="2023-Q2", now=before)
        held = compared(
            balance("0.00", closing=False), into("途", "5.00", "2023-07-01"), balance("5.00")
        )
        assert held.counts == {"matched": 1}
        assert [one.agrees for one in held.balances] == [True]

    def test_the_same_file_and_books_are_no_further_version(self) -> None:
        received("拨1", 500)
        first = compared(into("拨1", "5.00"))
        assert compared(into("拨1", "5.00")).number == first.number == 1
        received("拨2", 700, date(2023, 9, 3))
        second = compared(into("拨1", "5.00"))
        assert second.number == 2
        assert second.digest != first.digest
        states = [
            (held.number, state) for held, state in reconciling.page_of_comparisons(R, Q, "", 50)[0]
        ]
        assert states == [(1, "replaced"), (2, "compared")]

    def test_what_became_of_a_line_stays_while_it_is_open(self) -> None:
        compared(into("无", "9.99"), into("误", "1"))
        for name in ("无", "误"):
            line = line_of(name, "theirs")
            reconciling.explain_lines(R, Q, [line], Cause.OTHER, name, "会计", AFTER)
        held = compared(into("无", "9.99"))
        assert [one.act.why for one in held.settled] == ["无"]

    def test_books_that_changed_since_are_not_signed(self) -> None:
        received("拨1", 500)
        compared(balance("0.00", closing=False), into("拨1", "5.00"), balance("5.00"))
        received("拨2", 700, date(2023, 9, 3))
        with pytest.raises(Conflict) as told:
            signed("会计")
        assert told.value.code == "STALE"

    def test_a_signature_names_what_became_of_the_lines(self) -> None:
        compared(into("无", "9.99"))
        held, _ = reconciling.get_comparison(R, Q)
        lines = [line_of("无", "theirs"), *(one.line for one in held.balances)]
        reconciling.explain_lines(R, Q, lines, Cause.OTHER, "无", "会计", AFTER)
        with pytest.raises(Conflict) as told:
            sign_off.sign(R, Q, held.digest, "会计", "见说明", AFTER)
        assert told.value.field == "digest"
        assert signed("会计") == "signed_once"
        acts: list[Callable[[], object]] = [
            lambda: reconciling.reopen_lines(R, Q, lines, "改", "会计", AFTER),
            lambda: reconciling.explain_lines(R, Q, lines, Cause.OTHER, "改", "会计", AFTER),
            lambda: reconciling.match_lines(R, Q, lines, "改", "会计", AFTER),
        ]
        for act in acts:
            with pytest.raises(Conflict) as told:
                act()
            assert told.value.code == "STATE"

    def test_a_signature_is_withdrawn_by_two(self) -> None:
        """Q3.1: one asks, another agrees; both reasons stay, and it may be signed again."""
        compared()
        with pytest.raises(Conflict):  # nothing is signed
            sign_off.withdraw_signature(R, Q, "错", "会计", AFTER)
        assert (signed("会计"), signed("财政")) == ("signed_once", "signed")
        with pytest.raises(Refused):
            sign_off.withdraw_signature(R, Q, " ", "会计", AFTER)
        assert sign_off.withdraw_signature(R, Q, "漏一笔", "会计", AFTER)[1] == "withdrawing"
        with pytest.raises(Forbidden):
            sign_off.withdraw_signature(R, Q, "我同意", "会计", AFTER)
        with pytest.raises(Conflict):  # neither signed nor open while it is asked for
            signed("主管")
        held, state = sign_off.withdraw_signature(R, Q, "同意", "财政", AFTER)
        assert (held.signed, state) == ((), "compared")
        assert [(one.act, one.by, one.why) for one in held.trail] == [
            ("签署", "会计", "见说明"),
            ("签署", "财政", "见说明"),
            ("申请撤回签署", "会计", "漏一笔"),
            ("同意撤回签署", "财政", "同意"),
        ]
        assert signed("会计") == "signed_once"

    def test_too_much_that_is_open_is_no_statement_of_this_quarter(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Right money, 38."""
        monkeypatch.setattr(reconciling, "MOST_OPEN", 2)
        assert compared(into("a", "1"), into("b", "1")).counts == {"theirs_only": 2}
        with pytest.raises(BadInput) as told:
            compared(into("a", "1"), into("b", "1"), into("c", "1"))
        assert told.value.code == "FILE_ROWS"


WRONG: list[tuple[str, Callable[[], object]]] = [
    ("propose", lambda: reconciling.propose(R, Q, "x")),
    ("match", lambda: reconciling.match_lines(R, Q, ["x"], "r", "会计", AFTER)),
    ("explain", lambda: reconciling.explain_lines(R, Q, ["x"], Cause.OTHER, "r", "会计", AFTER)),
    ("reopen", lambda: reconciling.reopen_lines(R, Q, ["x"], "r", "会计", AFTER)),
    ("withdraw", lambda: sign_off.withdraw_signature(R, Q, "r", "会计", AFTER)),
    ("sign", lambda: sign_off.sign(R, Q, "", "会计", "r", AFTER)),
]


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(("name", "act"), WRONG, ids=[name for name, _ in WRONG])
def test_a_quarter_without_a_statement(name: str, act: Callable[[], object]) -> None:
    with pytest.raises(MedaidError) as told:
        act()
    assert told.value.code == "NOT_FOUND", name


# ---------------------------------------------------------------- matching, pure


def one_by_one(ours: list[Movement], theirs: list[Movement], today: date) -> list[Finding]:
    """The rules of `compare` by looking at every pair: slow, and easy to believe."""
    left = sorted(ours, key=reconciliation._order)
    open_ = sorted(theirs, key=reconciliation._order)
    findings = []
    rules: list[Callable[[Movement, Movement], object]] = [
        lambda o, t: t.reference and (o.reference, o.amount) == (t.reference, t.amount),
        lambda o, t: t.reference and o.reference == t.reference,
        lambda o, t: not t.reference and (o.day, o.amount) == (t.day, t.amount),
    ]
    for fits in rules:
        waiting, open_ = deque(open_), []
        while waiting:
            line = waiting.popleft()
            mates = [
                one
                for one in left
                if (one.account, one.fund) == (line.account, line.fund) and fits(one, line)
            ]
            if mates:
                left.remove(mates[0])
                kind = "matched" if mates[0].amount == line.amount else "amount_differs"
                findings.append(Finding(kind, mates[0], line, (today - line.day).days))
            else:
                open_.append(line)
    findings += [Finding("theirs_only", None, one, (today - one.day).days) for one in open_]
    return findings + [Finding("ours_only", one, None, (today - one.day).days) for one in left]


movements = st.lists(
    st.builds(
        Movement,
        st.dates(date(2023, 7, 1), date(2023, 7, 4)),
        st.sampled_from(["", "a", "b"]),
        st.sampled_from(["1001", "1002"]),
        st.sampled_from(["assistance", "basic_resident"]),
        st.sampled_from([Fen(1), Fen(2), Fen(-1)]),
    ),
    max_size=14,
)


@given(movements, movements)
def test_matching_is_what_looking_at_every_pair_finds(
    ours: list[Movement], theirs: list[Movement]
) -> None:
    today = date(2023, 8, 1)
    found = reconciliation.compare(ours, theirs, today)
    assert sorted(found, key=repr) == sorted(one_by_one(ours, theirs, today), key=repr)


@given(movements, movements, st.integers(-5, 5), st.integers(-5, 5))
def test_balances_and_open_lines_always_reconcile(
    ours: list[Movement], theirs: list[Movement], begin: int, other: int
) -> None:
    """余额调节: closing differs by what is open and by how far the openings differed."""
    found = reconciliation.compare(ours, theirs, date(2023, 8, 1))
    told = [
        reconciliation.StatedBalance("1001", "assistance", True, Fen(other)),
        reconciliation.StatedBalance(
            "1001",
            "assistance",
            False,
            Fen(
                other
                + sum(
                    int(one.amount)
                    for one in theirs
                    if (one.account, one.fund) == ("1001", "assistance")
                )
            ),
        ),
    ]
    opening = {"610100-1001": Fen(begin)}
    for one in open_lines.balances(opening, ours, theirs, told, found):
        if (one.account, one.fund) == ("1001", "assistance"):
            assert one.footing == Fen(0)
            assert one.unexplained == Fen(other - begin)
        else:
            assert one.unexplained is None


@given(movements, movements)
def test_each_open_line_has_a_name_of_its_own(ours: list[Movement], theirs: list[Movement]) -> None:
    found = reconciliation.compare(ours, theirs, date(2023, 8, 1))
    lines = open_lines.open_lines(found)
    sides = [side for one in found if one.kind != "matched" for side in (one.ours, one.theirs)]
    assert len(lines) == len([side for side in sides if side])
    again = open_lines.open_lines(
        reconciliation.compare(ours[::-1], theirs[::-1], date(2024, 1, 1))
    )
    assert {name: one.movement for name, one in again.items()} == {
        name: one.movement for name, one in lines.items()
    }


def test_a_hundred_thousand_lines_on_each_side() -> None:
    """Right money, 38. Every second one matches, by reference or by day and amount; pairs are never
    walked."""
    count = 100_000
    day = date(2023, 7, 3)
    ours = [Movement(day, f"r{n}", "1001", "assistance", Fen(n + 1)) for n in range(count)]
    theirs = [
        Movement(day, f"r{n}" if n % 4 else "", "1001", "assistance", Fen(n + 1 if n % 2 else 0))
        for n in range(count)
    ]
    found = reconciliation.compare(ours, theirs, date(2023, 10, 1))
    kinds = [one.kind for one in found]
    assert kinds.count("matched") == count // 2
    assert kinds.count("amount_differs") == count // 4


def test_more_lines_than_are_looked_at_is_told() -> None:
    """Right money, 38."""
    day = date(2023, 7, 3)
    lines = [
        open_lines.OpenLine(f"o{n}", "ours", Movement(day, "", "1001", "assistance", Fen(2)))
        for n in range(61)
    ]
    bank = open_lines.OpenLine("t", "theirs", Movement(day, "", "1001", "assistance", Fen(3)))
    found = open_lines.propose(bank, lines)
    assert (found.sets, found.whole) == ((), False)


# ---------------------------------------------------------------- by REST

PATH = f"/fund/{R}/reconciliations/{Q}"


@pytest.mark.usefixtures("tables")
def test_from_the_statement_to_two_signatures_by_rest() -> None:
    """J31: looked at, proposed, matched, explained, signed, withdrawn."""
    received("甲", 500)
    received("乙", 700)
    compared(balance("0.00", closing=False), into("批", "12.00"), into("无", "1"), balance("13.00"))

    def sent(what: str, body: dict[str, object], sub: str = "u1") -> dict[str, Any]:
        status, answer = ask(
            "POST", f"{PATH}/{what}", body, roles="accountant", region=R, sub=sub, now=AFTER
        )
        assert status == 200, answer
        return dict(answer)

    _, shown = ask("GET", PATH, roles="auditor", region=R, now=AFTER)
    assert [one["state"] for one in shown["open"]] == ["open"] * 4
    assert shown["balances"][0]["agrees"]
    bank = next(one["line"] for one in shown["open"] if one["reference"] == "批")
    odd = next(one["line"] for one in shown["open"] if one["reference"] == "无")
    _, found = ask("GET", f"{PATH}/proposals/{bank}", roles="auditor", region=R, now=AFTER)
    assert found["whole"]
    sent("match", {"lines": [bank, *found["sets"][0]], "reason": "同一批"})
    shown = sent("explain", {"lines": [odd], "reason": "对方错记", "cause": "their_error"})
    assert sorted(one["state"] for one in shown["open"]) == ["explained"] + ["matched"] * 3
    assert shown["ageing"]["91至365天"] == {"count": "1", "amount": "1.00"}
    mark = {"digest": shown["digest"], "remarks": "见说明"}
    assert sent("sign", mark)["state"] == "signed_once"
    assert sent("sign", mark, "u2")["state"] == "signed"
    assert sent("withdraw", {"reason": "漏"})["state"] == "withdrawing"
    assert sent("withdraw", {"reason": "同意"}, "u2")["state"] == "compared"
    assert sent("reopen", {"lines": [odd], "reason": "改"})["open"]
    _, listed = ask("GET", f"{PATH}/versions", roles="auditor", region=R, now=AFTER)
    assert [(one["number"], one["state"]) for one in listed["rows"]] == [(1, "compared")]


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(
    ("what", "body", "code"),
    [
        ("explain", {"lines": ["x"], "reason": "r", "cause": "weather"}, "CODE_UNKNOWN"),
        ("explain", {"lines": ["x"], "reason": "", "cause": "other"}, "FIELD_FORMAT"),
        ("match", {"lines": [], "reason": "r"}, "FIELD_FORMAT"),
        ("match", {"lines": ["x"] * 201, "reason": "r"}, "FIELD_TOO_LONG"),
        ("reopen", {"reason": "r"}, "FIELD_REQUIRED"),
        ("withdraw", {}, "FIELD_REQUIRED"),
    ],
)
def test_bodies_that_are_refused(what: str, body: dict[str, object], code: str) -> None:
    status, answer = ask("POST", f"{PATH}/{what}", body, roles="finance", region=R, now=AFTER)
    assert (status, answer["code"]) == (400, code)
