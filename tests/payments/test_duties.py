"""Q3.1: one person holds one duty among audit, account and pay in a region's office, whichever
package the act belongs to, until somebody else ends it with a reason."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Tables
from tests.payments.builders import NANJING, NOW, SUZHOU

from medaid.aws.transaction import ConditionFailed, commit
from medaid.errors import BadInput, Conflict, Forbidden
from medaid.ids import OfficerId
from medaid.payments import rules, service
from medaid.payments.model import Duty, RegisteredOfficer
from medaid.payments.separation import read, separation

ZHANG, LI = OfficerId("o-zhang"), OfficerId("o-li")
WORLDS = count()
"""Each example has officers of its own: the tables are one for the whole test."""
PAIRS = [(one, other) for one in Duty for other in Duty if one != other]


def act(officer: OfficerId, duty: Duty, days: int = 0, roles: tuple[str, ...] = ()) -> None:
    at = NOW + timedelta(days=days)
    if writes := service.claim_duty(NANJING, officer, frozenset(roles), duty, at):
        commit(writes)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_no_two_of_the_three_Q3_1(tables: Tables, first: Duty, second: Duty) -> None:
    act(ZHANG, first)
    act(ZHANG, first, days=1)
    with pytest.raises(Forbidden) as refused:
        act(ZHANG, second, days=400)
    assert refused.value.facts == {
        "separation": "accountant_cashier_auditor",
        "done": first,
        "wanted": second,
    }
    assert "秦安县84号三(一)" in refused.value.rule
    act(LI, second)


def test_a_duty_is_held_in_one_region_and_by_one_person(tables: Tables) -> None:
    act(ZHANG, Duty.AUDIT)
    commit(service.claim_duty(SUZHOU, ZHANG, frozenset(), Duty.PAY, NOW))
    act(LI, Duty.PAY)
    assert {o.officer_id: [d.duty for d in o.duties] for o in service.list_officers(NANJING)} == {
        ZHANG: [Duty.AUDIT],
        LI: [Duty.PAY],
    }


@pytest.mark.parametrize("role", ["auditor", "accountant"])
def test_a_token_of_two_posts_may_use_neither_Q3_1(tables: Tables, role: str) -> None:
    with pytest.raises(Forbidden, match="互相兼任"):
        act(ZHANG, Duty.PAY, roles=("cashier", role))
    act(ZHANG, Duty.PAY, roles=("cashier", "manager", "intake"))


def test_two_first_acts_at_once_leave_one_duty(tables: Tables) -> None:
    writes = [service.claim_duty(NANJING, ZHANG, frozenset(), d, NOW) for d in list(Duty)[:2]]
    commit(writes[0])
    with pytest.raises(ConditionFailed, match="duty"):
        commit(writes[1])


def test_a_duty_ends_by_another_person_with_a_reason_and_its_trail_stays(tables: Tables) -> None:
    act(ZHANG, Duty.AUDIT)
    later = NOW + timedelta(days=30)
    with pytest.raises(Forbidden, match="本人"):
        service.end_duty(NANJING, ZHANG, Duty.AUDIT, ZHANG, "调岗", later)
    with pytest.raises(BadInput, match="原因"):
        service.end_duty(NANJING, ZHANG, Duty.AUDIT, LI, " ", later)
    with pytest.raises(Conflict, match="现不任"):
        service.end_duty(NANJING, ZHANG, Duty.PAY, LI, "调岗", later)
    service.end_duty(NANJING, ZHANG, Duty.AUDIT, LI, "调岗", later)
    act(ZHANG, Duty.PAY, days=31)
    audited, pays = next(
        one for one in service.list_officers(NANJING) if one.officer_id == ZHANG
    ).duties
    assert (audited.since, audited.until, audited.ended_by, audited.reason) == (
        NOW,
        later,
        LI,
        "调岗",
    )
    assert (pays.duty, pays.until) == (Duty.PAY, None)


def test_a_clock_behind_opens_no_gap(tables: Tables) -> None:
    act(ZHANG, Duty.AUDIT)
    with pytest.raises(Forbidden, match="互相兼任"):
        act(ZHANG, Duty.PAY, days=-1)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(list(Duty)), st.integers(0, 9)),
        max_size=12,
    ),
)
def test_whoever_does_what_in_whatever_order_nobody_does_two_Q3_1(
    tables: Tables, acts: list[tuple[str, Duty, int]]
) -> None:
    """Right money, 16."""
    done: dict[str, set[Duty]] = {}
    world = next(WORLDS)
    for name, duty, days in acts:
        officer = OfficerId(f"{name}{world}")
        try:
            act(officer, duty, days)
        except Forbidden:
            assert done[officer] - {duty}
            continue
        done.setdefault(officer, set()).add(duty)
    assert all(len(duties) == 1 for duties in done.values())


def test_with_the_check_taken_out_random_acts_find_two_duties_16(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right money, 16."""
    monkeypatch.setattr(rules, "check_duty", lambda *_: None)
    acts = test_whoever_does_what_in_whatever_order_nobody_does_two_Q3_1.hypothesis.inner_test  # type: ignore[attr-defined]  # what hypothesis wraps
    random = Random(16)
    drawn = [(random.choice("ab"), random.choice(list(Duty)), 0) for _ in range(12)]
    with pytest.raises(AssertionError):
        acts(tables, drawn)


def test_the_rules_are_data_with_their_source() -> None:
    (exclusion,) = separation().exclusions
    assert exclusion.duties == {*Duty}
    text = '[duty.audit]\nsays="x"\nroles=[]\n[duty.account]\nsays="x"\nroles=[]\n[duty.pay]\n'
    text += 'says="x"\nroles=[]\n[[exclusion]]\nid="x"\nduties=["audit","pay"]\nrule="r"\ncite="%s"'
    assert read(text % "秦安县84号").exclusions[0].cite == "秦安县84号"
    with pytest.raises(ValueError, match="no citation"):
        read(text % " ")
    with pytest.raises(ValueError, match="cheat"):
        read(text.replace('"audit","pay"', '"cheat"') % "x")


def test_a_duty_is_held_beside_another_only_as_what_it_is() -> None:
    """Holding one duty does not stand for another: each is noted when it is first done (Q3.1)."""
    fresh = RegisteredOfficer(ZHANG, NANJING)
    audits = rules.with_duty(fresh, Duty.AUDIT, NOW)
    assert [one.duty for one in audits.duties] == [Duty.AUDIT]
    assert rules.with_duty(audits, Duty.AUDIT, NOW) == audits
    both = rules.with_duty(audits, Duty.PAY, NOW)
    assert [one.duty for one in both.duties] == [Duty.AUDIT, Duty.PAY]


def test_the_refusal_names_the_duty_that_is_held_and_the_one_that_was_wanted() -> None:
    audits = rules.with_duty(RegisteredOfficer(ZHANG, NANJING), Duty.AUDIT, NOW)
    with pytest.raises(Forbidden) as told:
        rules.check_duty(audits, (), Duty.PAY, NOW, separation())
    assert (told.value.facts["done"], told.value.facts["wanted"]) == (Duty.AUDIT, Duty.PAY)
    accounts_too = rules.with_duty(audits, Duty.ACCOUNT, NOW)
    with pytest.raises(Forbidden) as first:
        rules.check_duty(accounts_too, (), Duty.PAY, NOW, separation())
    assert first.value.facts["done"] == Duty.ACCOUNT
