"""What holds of every priced claim whatever the figures (J5, J22, design section 3): hypothesis
over all shipped packs and drawn claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medaid.benefit.engine import price
from medaid.benefit.model import Bill, Claim, Facts, Priced
from medaid.benefit.record import steps_from_data, steps_to_data
from medaid.benefit.sentence import sentence
from medaid.errors import PolicyUndetermined
from medaid.money import Fen
from medaid.people.model import CATEGORIES
from medaid.policy.assembly import assemble
from medaid.policy.loader import parse
from medaid.policy.model import Policy
from medaid.policy.service import library
from medaid.policy.vocabulary import VALUES

DAYS: Final = {"440900": [date(2019, 6, 1), date(2021, 6, 1)]}


def policies() -> list[Policy]:
    """Every shipped region on the first day of each of its packs, where all layers hold."""
    found: dict[str, Policy] = {}
    for pack in library().packs:
        for day in sorted({pack.in_force, *DAYS.get(pack.region, [])}):
            try:
                policy = library().policy_for(pack.region, pack.region, day)
            except PolicyUndetermined:
                continue
            found.setdefault(policy.version, policy)
    return list(found.values())


def shapes() -> list[Policy]:
    """The small packs of tests/policy/shapes, one rule shape each."""
    folder = Path(__file__).parents[1] / "policy" / "shapes"
    packs = [
        parse(file.read_bytes(), file.name, frozenset(CATEGORIES))
        for file in sorted(folder.glob("*.toml"))
    ]
    return [
        assemble([pack], pack.region, pack.region if pack.category_rules else "", date(2024, 6, 1))
        for pack in packs
    ]


POLICIES: Final = policies()
SHAPES: Final = shapes()
fen = st.integers(min_value=0, max_value=80_000_000)


@st.composite
def claims(draw: st.DrawFn, policy: Policy, totals: Mapping[str, int] | None = None) -> Claim:
    """A claim that the policy has clauses for: every fact known, every amount that only others know
    given."""
    rows = [r.row for layer in policy.layers for r in layer.deductibles] + [
        r.row for layer in policy.layers for r in layer.rates
    ]
    levels = sorted(
        {
            value
            for row in rows
            for name, values in row.when.sets
            if name == "level"
            for value in values
        }
    ) or ["1"]
    in_policy, outside = draw(fen), draw(st.integers(0, 5_000_000))
    facts = Facts(
        care=draw(st.sampled_from(["inpatient", "outpatient", "chronic_outpatient"])),
        insutype="390",
        level=draw(st.sampled_from(levels)),
        place=draw(st.sampled_from(sorted(VALUES["place"]))),
        filing=draw(st.sampled_from(sorted(VALUES["filing"]))),
        person_group=draw(st.sampled_from(["adult", "minor", "student", "elderly"])),
        disease="other",
        sex="1",
        first_contact=draw(st.sampled_from(["yes", "no"])),
        age=draw(st.integers(0, 100)),
        stay_no=draw(st.integers(1, 5)),
        years_enrolled=draw(st.integers(0, 20)),
        transfer=draw(st.sampled_from(["none", "up", "down"])),
        cause=draw(st.sampled_from(["illness", "accident"])),
        hospital_kind=draw(st.sampled_from(["general", "tcm", "specialist"])),
        contracted=draw(st.sampled_from(["yes", "no"])),
        contribution_grade="1",
    )
    categories = tuple(draw(st.lists(st.sampled_from(sorted(CATEGORIES)), max_size=3, unique=True)))
    given = {
        "payments_by_others": draw(st.sampled_from([0, 0, 0, 100, 1_000_000]))
        if takes_others(policy)
        else 0
    }
    parts: dict[str, int] = {}
    for layer in policy.layers:
        if layer.kind == "given" and layer.given != "payments_by_others":
            given[layer.given] = in_policy // 25 if not given["payments_by_others"] else 0
        given |= {
            name.partition(":")[2]: 0 for name in layer.base.less if name.startswith("given:")
        }
        parts |= {
            name.partition(":")[2]: in_policy // 10
            for name in layer.base.less
            if name.startswith("component:")
        }
        if any(d.per == "transfer" for d in layer.deductibles):
            given["transfer_deductible"] = draw(st.sampled_from([0, 50_000]))
    bill = Bill(Fen(in_policy + outside), Fen(in_policy), Fen(outside))
    return Claim(bill, facts, categories, given, parts, dict(totals or {}))


def takes_others(policy: Policy) -> bool:
    return any(layer.given == "payments_by_others" for layer in policy.layers)


def answer(policy: Policy, claim: Claim) -> Priced | None:
    """None where the documents give no figure for the case: that is refused by name, never
    priced."""
    try:
        return price(policy, claim)
    except PolicyUndetermined as silent:
        if silent.code not in ("FIGURE_MISSING", "CLAUSE_GAP"):
            raise
        return None


many = settings(max_examples=60, deadline=None)
each = pytest.mark.parametrize("policy", POLICIES, ids=lambda p: f"{p.insured_region}-{p.day}")
each_shape = pytest.mark.parametrize("policy", SHAPES, ids=lambda p: p.packs[0].partition("@")[0])


@each
@many
@given(data=st.data())
def test_the_parts_sum_to_the_bill_and_nobody_pays_less_than_nothing(
    policy: Policy, data: st.DataObject
) -> None:
    claim = data.draw(claims(policy))
    priced = answer(policy, claim)
    if priced is None:
        return
    assert sum(step.paid for step in priced.steps) + int(priced.person_pays) == claim.bill.total
    assert sum(map(int, priced.by_fund.values())) + int(priced.person_pays) == claim.bill.total
    assert priced.person_pays >= 0
    assert all(step.paid >= 0 and step.deductible >= 0 and step.base >= 0 for step in priced.steps)
    assert all(step.cap_left is None or step.paid <= step.cap_left for step in priced.steps)
    assert all(
        step.cites and all(cite.document and cite.article for cite in step.cites)
        for step in priced.steps
    )
    assert steps_from_data(steps_to_data(priced)) == priced.steps
    assert all(sentence(step) for step in priced.steps)


@each
@many
@given(data=st.data())
def test_pricing_twice_gives_the_same(policy: Policy, data: st.DataObject) -> None:
    claim = data.draw(claims(policy))
    assert answer(policy, claim) == answer(policy, claim)


@each_shape
@settings(max_examples=25, deadline=None)
@given(data=st.data(), more=st.integers(1, 3_000_000))
def test_every_shape_keeps_the_same_promises(
    policy: Policy, data: st.DataObject, more: int
) -> None:
    """Parts sum to the bill, twice is the same, more in-policy cost is never paid less, caps hold
    over two visits."""
    claim = data.draw(claims(policy))
    bill = claim.bill._replace(
        total=claim.bill.total + Fen(more), in_policy=claim.bill.in_policy + Fen(more)
    )
    before, after = answer(policy, claim), answer(policy, replace(claim, bill=bill))
    if before is None or after is None:
        return
    assert sum(step.paid for step in before.steps) + int(before.person_pays) == claim.bill.total
    assert answer(policy, claim) == before
    assert before.bill.total - before.person_pays <= after.bill.total - after.person_pays
    second = answer(policy, replace(claim, totals=before.totals))
    for layer in policy.layers if second else ():
        most = largest_year_cap(policy, layer.id)
        assert second is not None
        assert most is None or second.totals.get(f"paid:{layer.id}", 0) <= most


@each
@many
@given(data=st.data(), more=st.integers(1, 3_000_000))
def test_more_in_policy_cost_never_lowers_what_the_funds_pay(
    policy: Policy, data: st.DataObject, more: int
) -> None:
    claim = data.draw(claims(policy))
    bill = claim.bill._replace(
        total=claim.bill.total + Fen(more), in_policy=claim.bill.in_policy + Fen(more)
    )
    before, after = answer(policy, claim), answer(policy, replace(claim, bill=bill))
    if before is None or after is None:
        return
    assert before.bill.total - before.person_pays <= after.bill.total - after.person_pays


@each
@many
@given(data=st.data())
def test_more_categories_never_pay_less(policy: Policy, data: st.DataObject) -> None:
    """J22: several categories at once, the one that pays most, once."""
    claim = data.draw(claims(policy))
    alone = [answer(policy, replace(claim, categories=(code,))) for code in claim.categories]
    together = answer(policy, claim)
    if together is None or any(one is None for one in alone):
        return
    best = min((one.person_pays for one in alone if one is not None), default=together.person_pays)
    if any(one is not None and one.category != "none" for one in alone):
        standing = [one.person_pays for one in alone if one is not None and one.category != "none"]
        best = min(standing)
    assert together.person_pays == best


@each
@many
@given(data=st.data())
def test_caps_hold_over_any_sequence_of_visits(policy: Policy, data: st.DataObject) -> None:
    first = data.draw(claims(policy))
    totals: dict[str, int] = {}
    paid: dict[str, int] = {}
    for _ in range(data.draw(st.integers(2, 5))):
        visit = replace(data.draw(claims(policy)), categories=first.categories, totals=totals)
        visit = replace(
            visit,
            facts=visit.facts._replace(
                age=first.facts.age, years_enrolled=first.facts.years_enrolled
            ),
        )
        priced = answer(policy, visit)
        if priced is None:
            continue
        totals = dict(priced.totals)
        for step in priced.steps:
            paid[step.layer] = paid.get(step.layer, 0) + step.paid
            assert totals.get(f"paid:{step.layer}", 0) == paid[step.layer]
    assert all(amount >= 0 for amount in totals.values())
    for layer in policy.layers:
        most = largest_year_cap(policy, layer.id)
        if most is not None:
            assert paid.get(layer.id, 0) <= most, layer.id


def largest_year_cap(policy: Policy, ident: str) -> int | None:
    """The highest that any row allows a layer in a year; None where some case has no limit or a
    modifier may raise it."""
    layer = next(x for x in policy.layers if x.id == ident)
    rows = [cap for cap in layer.caps if not cap.row.missing]
    if (
        not rows
        or any(cap.amount.fen is None or cap.switch or cap.per != "year" for cap in rows)
        or any(m.target == "cap" for m in layer.modifiers)
    ):
        return None
    return max(cap.amount.fen or 0 for cap in rows)


@each
@many
@given(data=st.data())
def test_the_order_of_two_visits_on_one_day_does_not_change_the_years_sum(
    policy: Policy, data: st.DataObject
) -> None:
    """Where every deductible is the year's, bands are flat and no cap bites, only rounding may
    differ: by a fen for each layer and visit."""
    one, other = data.draw(claims(policy)), data.draw(claims(policy))
    other = replace(other, categories=one.categories, facts=one.facts)
    if (
        one.stated_amounts.get("payments_by_others")
        or other.stated_amounts.get("payments_by_others")
        or one.facts.care != "inpatient"
    ):
        return
    there, back = both(policy, one, other), both(policy, other, one)
    if there is None or back is None or not order_free(there) or not order_free(back):
        return
    assert abs(
        sum(int(p.person_pays) for p in there) - sum(int(p.person_pays) for p in back)
    ) <= 2 * len(there[0].steps)


def both(policy: Policy, first: Claim, second: Claim) -> tuple[Priced, Priced] | None:
    one = answer(policy, first)
    two = None if one is None else answer(policy, replace(second, totals=one.totals))
    return None if one is None or two is None else (one, two)


def order_free(visits: tuple[Priced, Priced]) -> bool:
    """No cap bit, no per-visit deductible ate a whole bill, and the same category was taken."""
    return visits[0].category == visits[1].category and all(
        (s.cap_left is None or s.uncapped <= s.cap_left)
        and not s.why
        and (s.base > s.deductible or s.tier != "basic")
        for p in visits
        for s in p.steps
    )
