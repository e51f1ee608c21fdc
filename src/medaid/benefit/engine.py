"""The waterfall: a claim walks the layers in order, each takes its base, its deductible, its bands
and its cap, and pays.

Pure: facts, amounts, the year's totals and the policy are arguments; the same inputs give the same
answer for ever. Rounding is half up to the fen, once per layer (`half_up`). The steps and the
person's part always sum to the bill. Inside the walk amounts are plain whole fen; they become `Fen`
where they leave.
"""

from __future__ import annotations

from typing import Final

from medaid.benefit.balance import ClaimBalance
from medaid.benefit.choice import holds
from medaid.benefit.model import RESERVED, Claim, Priced, Step, check_bill
from medaid.benefit.plan import Plan, PlannedLayer, plan, year_end_plan
from medaid.benefit.steps import reserved_of, step_of
from medaid.errors import BadInput, PolicyUndetermined
from medaid.money import Fen
from medaid.policy.model import NO_CATEGORY, Policy
from medaid.policy.vocabulary import Care

__all__ = ["RESERVED", "check", "eligible_categories", "price", "price_year_end"]

STAY: Final = Care.INPATIENT
"""What counts as a stay of the year."""


def price(policy: Policy, claim: Claim) -> Priced:
    """`claim` priced under `policy`, once for each standing category, the answer that pays most
    taken (就高, art. 22).

    Raises BadInput where the bill does not add up, PolicyUndetermined where the policy gives no
    single answer.
    """
    check(claim)
    categories = eligible_categories(policy, claim) or (NO_CATEGORY,)
    return _best(
        [
            _walk(
                planned_for(policy, claim, category),
                ClaimBalance(claim, reserved_of(claim)),
                category,
            )
            for category in categories
        ]
    )


def price_year_end(policy: Policy, claim: Claim) -> Priced:
    """What the year-end layers (refunds) pay; the bill is the person's own payments of the year,
    the totals are the year's.

    A refund is paid once a year: asked again, it pays nothing and says so. Raises BadInput where
    the bill is not what the totals say.
    """
    check(claim)
    for field, total, amount in (
        ("own_all", "medfee_sumamt", claim.bill.total),
        ("own_in_policy", "inscp_scp_amt", claim.bill.in_policy),
    ):
        if claim.totals.get(field, 0) != amount:
            raise BadInput(
                "AMOUNT_SUM",
                field=total,
                rule=f"年末结算的费用应等于本年度个人负担累计 {Fen(claim.totals.get(field, 0))} 元",
            )
    categories = eligible_categories(policy, claim) or (NO_CATEGORY,)
    plans = [
        year_end_plan(policy, claim.facts._replace(category=category)) for category in categories
    ]
    return _best(
        [
            _walk(one, ClaimBalance(claim, 0, year_end=True), category)
            for one, category in zip(plans, categories, strict=True)
        ]
    )


def _best(answers: list[Priced]) -> Priced:
    """The answer under which the funds pay most, the first of equals; the others by category and
    sum."""
    if len(answers) == 1:
        return answers[0]
    best = max(range(len(answers)), key=lambda i: (-int(answers[i].person_pays), -i))
    others = tuple(
        (a.category, a.bill.total - a.person_pays) for i, a in enumerate(answers) if i != best
    )
    taken = answers[best]
    return Priced(
        taken.bill,
        taken.category,
        taken.steps,
        taken.by_fund,
        taken.person_pays,
        taken.totals,
        others,
    )


def planned_for(policy: Policy, claim: Claim, category: str) -> Plan:
    """The plan of `claim` priced as `category`. Raises as `plan` does."""
    return plan(policy, claim.facts._replace(category=category))


def eligible_categories(policy: Policy, claim: Claim) -> tuple[str, ...]:
    """The claim's categories that the region assists and whose condition the person meets, in the
    order given."""
    found = []
    for code in dict.fromkeys(claim.categories):
        whens = [rule.row.when for rule in policy.category_rules.get(code, ())]
        if not whens:
            continue
        if any(not when.sets and not when.ranges for when in whens) or any(
            holds(when, claim.facts._replace(category=code), f"{code}的认定") for when in whens
        ):
            found.append(code)
    return tuple(found)


def check(claim: Claim) -> None:
    """The bill (I1), and that no stated amount or component is negative or beyond it. Raises
    BadInput naming the field."""
    check_bill(claim.bill)
    for name, amount in (*claim.stated_amounts.items(), *claim.components.items()):
        if amount < 0:
            raise BadInput("AMOUNT_NEGATIVE", field=name, rule="不得为负")
    if claim.components and max(claim.components.values()) > claim.bill.total:
        name = max(claim.components, key=lambda n: claim.components[n])
        raise BadInput(
            "AMOUNT_SUM", field=name, rule=f"单列费用超过医疗费总额 {claim.bill.total} 元"
        )


def _walk(layers: Plan, balance: ClaimBalance, category: str) -> Priced:
    if balance.reserved and not any(p.layer.given == RESERVED for p in layers):
        raise PolicyUndetermined(
            "CLAUSE_GAP",
            field=RESERVED,
            rule="当地政策没有说明其他支付(商业保险、捐赠等)在哪一层扣除",
        )
    steps: list[Step] = []
    for planned in layers:
        step = step_of(planned, balance)
        balance.take(step.paid, planned.layer.draws == "in_policy_first")
        balance.paid[planned.layer.id] = step.paid
        _remember(planned, balance, step)
        steps.append(step)
    return _answer(balance, category, steps)


def _answer(balance: ClaimBalance, category: str, steps: list[Step]) -> Priced:
    by_fund: dict[str, int] = {}
    for step in steps:
        if step.paid:
            by_fund[step.fund] = by_fund.get(step.fund, 0) + step.paid
    assert balance.all_left >= 0, "nobody pays less than nothing"
    assert sum(by_fund.values()) + balance.all_left == balance.total, "the parts sum to the bill"
    if balance.year_end:
        balance.add("own_all", balance.all_left - balance.total)
        balance.add("own_in_policy", balance.in_left - balance.in_policy)
    else:
        balance.add("own_all", balance.all_left)
        balance.add("own_in_policy", balance.in_left)
        balance.add("in_policy", balance.in_policy)
        balance.add("total", balance.total)
        if balance.claim.facts.care == STAY:
            balance.add("count:stays", 1)
    paid = {fund: Fen(amount) for fund, amount in by_fund.items()}
    return Priced(
        balance.claim.bill, category, tuple(steps), paid, Fen(balance.all_left), balance.totals
    )


def _remember(planned: PlannedLayer, balance: ClaimBalance, step: Step) -> None:
    """Adds the step to the year's totals: what was paid, entered, deducted, and lay above the
    deductible."""
    if planned.refusal:
        return
    if not planned.remembers:
        balance.add(f"paid:{step.layer}", step.paid)
        return
    names, base, deductible = planned.names, step.base, step.deductible
    if step.paid:
        balance.add(names.paid, step.paid)
    if base:
        balance.add(names.base, base)
    if deductible:
        balance.add(names.deductible_used, deductible)
    if base != deductible:
        balance.add(names.excess, base - deductible)
