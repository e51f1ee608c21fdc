"""A sample of the million stays that `python -m bench.stays` scores: every payment equal to the fen
to a second working in fractions. Issue: the hospital's door, a million stays."""

from __future__ import annotations

import csv
import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from bench import exact, stays
from tests.infra.test_house import imported

MEASURED = stays.MEASURED


@pytest.mark.parametrize("shard", [0, 1, 2])
def test_a_sample_is_paid_to_the_fen(shard: int) -> None:
    """J5, J19, J20, J22, J25, X9: lines, categories, referrals, three cities."""
    done = stays.score(seed=12, shard=shard, stays=1_000)
    assert done.differences == []
    assert done.stays == 1_000
    assert {"440900", "320100", "440700"} == set(done.paid)
    assert sum(done.paid.values()) + done.silent == 1_000
    assert done.silent < 150


def test_a_fen_more_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison bites: a limit taken for none, a thousandth more of a share, identities that
    never end, filings ranked otherwise."""

    def differences() -> int:
        return len(stays.score(seed=13, shard=0, stays=200).differences)

    assert differences() == 0
    real = exact.line
    monkeypatch.setattr(exact, "line", lambda n, p, ok, _, share: real(n, p, ok, None, share))
    assert differences() > 0
    monkeypatch.undo()
    monkeypatch.setitem(exact.PERCENT, 85, Fraction(851, 1000))
    assert differences() > 0
    monkeypatch.undo()
    monkeypatch.setattr(stays, "last_of_month", lambda _: date.max)
    assert differences() > 0
    monkeypatch.undo()
    monkeypatch.setattr(stays, "_BEST_FIRST", ("temporary", "emergency", "long_term"))
    assert differences() > 0


def test_what_a_document_does_not_say_is_refused_by_the_product_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = stays.score(seed=14, shard=0, stays=400)
    assert done.silent > 0
    monkeypatch.setattr(exact, "Silent", ZeroDivisionError)
    monkeypatch.setitem(exact.CITIES, "440700", lambda case, year: exact.Paid(own=case.total))
    assert stays.score(seed=14, shard=0, stays=400).differences != []


def test_the_second_working_shares_nothing_with_the_product() -> None:
    text = Path(str(exact.__file__)).read_text(encoding="utf-8")
    assert [one for one in imported(text) if one.startswith("medaid")] == []


def test_the_same_seed_draws_the_same_stays() -> None:
    one, same = (stays.drawn(Random("5-0"), "0-0") for _ in range(2))
    assert one == same


def test_a_line_in_fractions() -> None:
    """The example of the interface's readers, and its refund."""
    parts = exact.line(Fraction(3), Fraction("12.345"), True, Fraction(10), Fraction(1, 10))
    told = [parts.amount, parts.own, parts.over, parts.first, parts.in_scope]
    assert told == [Fraction(one) for one in ("37.04", "0", "7.04", "3.00", "27.00")]
    back = exact.line(Fraction(-3), Fraction("12.345"), True, Fraction(10), Fraction(1, 10))
    assert [-one for one in (back.amount, back.over, back.first, back.in_scope)] == [
        told[0], *told[2:]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("in_policy", "level", "place", "basic", "critical"),
    [
        ("10900", "3", "city", "8300", "0"),
        ("105900", "3", "city", "87150", "10922.5"),
        ("600", "2", "city", "0", "0"),
        ("101500", "1", "province", "83000", "9000"),
    ],
)
def test_jiangmens_employees_by_hand(
    in_policy: str, level: str, place: str, basic: str, critical: str
) -> None:
    """(10900−900)×83 %; (105900−900)×83 %, then 17850 above 5000 at 85 %; below the line;
    (101500−1500)×83 %, then 17000 above 5000 at 75 %."""
    case = exact.Case(
        day=date(2026, 6, 1),
        total=Fraction(in_policy),
        in_policy=Fraction(in_policy),
        level=level,
        place=place,
        filing="referred",
        person_group="employed",
    )
    paid = exact.jiangmen(case, exact.new_year())
    assert [paid.basic, paid.critical] == [Fraction(basic), Fraction(critical)]


def test_what_was_scored_last_is_kept_with_an_empty_file_of_differences() -> None:
    """The raw file has its heading and nothing else, and the rate stands beside."""
    rows = list(csv.reader((MEASURED / "stays-differences.csv").open(encoding="utf-8")))
    assert rows == [list(stays.COLUMNS)]
    found = json.loads((MEASURED / "stays.json").read_text(encoding="utf-8"))
    assert found["stays"] >= 500_000
    assert (found["differences"], found["rate"]) == (0, "100.000000 %")
    assert found["payments_scored"] + found["documents_silent_and_refused"] == found["stays"]
