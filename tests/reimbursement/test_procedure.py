"""The handling procedure as data: cited, complete, and refused where it is not (J25, J28, Q3.1;
design section 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib import resources

import pytest

from medaid.errors import PolicyUndetermined
from medaid.money import Fen
from medaid.reimbursement.model import State
from medaid.reimbursement.procedure import procedure, read

TEXT = resources.files("medaid.reimbursement").joinpath("procedure.toml").read_text("utf-8")
ENDS = {State.REFUSED, State.WITHDRAWN}


def test_the_figures_of_article_28_J28() -> None:
    rule = procedure().clock("320583", date(2023, 6, 16))
    assert (rule.small_days, rule.days, rule.special_days, rule.small_limit) == (
        5,
        10,
        20,
        Fen.of_yuan(1000),
    )
    assert rule.cite == "苏医保办发〔2023〕27号第二十八条"


def test_before_it_was_in_force_or_elsewhere_a_clock_is_asked_for_not_guessed_J28() -> None:
    for admdvs, day in (("320583", date(2023, 6, 15)), ("110000", date(2026, 1, 1))):
        with pytest.raises(PolicyUndetermined, match="办理时限"):
            procedure().clock(admdvs, day)


def test_where_the_documents_know_no_limit_there_is_none_and_it_says_so() -> None:
    """Qin'an and Maoming: cases are taken in, without a statutory clock."""
    for admdvs in ("620522", "440900"):
        assert procedure().clock(admdvs, date(2026, 1, 1)).none


def test_at_most_twenty_points_J25() -> None:
    assert (procedure().hardship_points, procedure().hardship_cite) == (
        20,
        "苏医保办发〔2023〕27号第二十五条",
    )


def test_every_separation_rule_carries_its_clause_Q3_1() -> None:
    rules = procedure().separations
    assert len(rules) == 4
    assert all("秦安县84号三(一)" in rule.cite for rule in rules)
    combinations = {
        (a, b) for rule in rules for a in rule.first for b in rule.then if rule.forbids(a, b)
    }
    assert len(combinations) == 12


def test_every_state_is_reached_and_all_but_the_last_are_left() -> None:
    moves = procedure().moves.values()
    reached = {m.target for m in moves} - {""}
    arrived = procedure().moves["confirm_annulled"]  # money that arrived re-opens what had ended
    left = {s for m in moves if m.target and m is not arrived for s in m.sources}
    assert reached == {*State}
    assert {*State} - left == ENDS
    assert (*arrived.roles, arrived.target) == ("system", "recovering")


def spoiled(old: str, new: str) -> Callable[[], object]:
    assert old in TEXT
    return lambda: read(TEXT.replace(old, new, 1))


@pytest.mark.parametrize(
    "wrong",
    [
        spoiled('cite = "苏医保办发〔2023〕27号第二十八条"\ntrust = "S"', 'cite = ""\ntrust = "S"'),
        spoiled(
            "most_points = 20 # 降低幅度不超过20个百分点:"
            ' included\ncite = "苏医保办发〔2023〕27号第二十五条"\ntrust = "S"',
            'most_points = 20\ncite = "x"\ntrust = "U"',
        ),
        spoiled(
            'rule = "审核和复核不能由一人完成"\ncite = "秦安县84号三(一)"',
            'rule = "审核和复核不能由一人完成"',
        ),
        spoiled('to = "accepted"', 'to = "acepted"'),
        spoiled('roles = ["auditor"]', 'roles = ["auditer"]'),
        spoiled('act = "accept"', 'act = "open"'),
        spoiled('id = "audit_recheck"', 'id = "end_to_end"'),
        spoiled('notified = "已告知结果"\n', ""),
    ],
)
def test_what_is_uncited_unknown_or_given_twice_does_not_load(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        wrong()


def test_two_clock_rows_for_one_region_are_an_error_that_names_both() -> None:
    text = TEXT.replace('regions = ["62", "44"]', 'regions = ["32"]', 1)
    with pytest.raises(PolicyUndetermined, match="第二十八条"):
        read(text).clock("320100", date(2026, 1, 1))
