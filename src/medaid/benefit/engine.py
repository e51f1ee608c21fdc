"""The waterfall: a claim walks the layers in order, each takes its base, its deductible, its bands
and its cap, and pays.

Pure: facts, amounts, the year's totals and the policy are arguments; the same inputs give the same
answer for ever. Rounding is half up to the fen, once per layer (`half_up`). The steps and the
person's part always sum to the bill. Inside the walk amounts are plain whole fen; they become `Fen`
where they leave.
"""

from __future__ import annotations

from medaid.benefit.arithmetic import base_of, cap_left, cost_of, deductible_of, pieces_of
from medaid.benefit.balance import ClaimBalance, stated_amount
from medaid.benefit.model import RESERVED, Claim, Priced, Step, check_bill
from medaid.benefit.plan import Plan, PlannedLayer, holds, plan, year_end_plan
from medaid.errors import BadInput, PolicyUndetermined
from medaid.money import RATIO_SCALE, Fen, half_up
from medaid.policy.model import NO_CATEGORY, Policy

__all__ = ["RESERVED", "check", "eligible_categories", "price", "price_year_end"]


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
                ClaimBalance(claim, _reserved(claim)),
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
    """The plan of `claim` priced as `category`. Raises PolicyUndetermined CLAUSE_GAP where no basic
    layer covers that insurance type and care."""
    layers = plan(policy, claim.facts._replace(category=category))
    if not any(p.layer.tier == "basic" for p in layers) and any(
        layer.tier == "basic" for layer in policy.layers
    ):
        raise PolicyUndetermined(
            "CLAUSE_GAP", field="med_type", rule="当地政策没有该险种、该医疗类别的基本医保条款"
        )
    return layers


def eligible_categories(policy: Policy, claim: Claim) -> tuple[str, ...]:
    """The claim's categories that the region assists and whose condition the person meets, in the
    order given."""
    found = []
    for code in dict.fromkeys(claim.categories):
        rows = policy.category_rules.get(code, ())
        if any(
            holds(s.row.when, claim.facts._replace(category=code), f"{code}的认定") for s in rows
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


def _reserved(claim: Claim) -> int:
    return int(claim.stated_amounts.get(RESERVED, 0))


def _walk(layers: Plan, balance: ClaimBalance, category: str) -> Priced:
    if balance.reserved and not any(p.layer.given == RESERVED for p in layers):
        raise PolicyUndetermined(
            "CLAUSE_GAP",
            field=RESERVED,
            rule="当地政策没有说明其他支付(商业保险、捐赠等)在哪一层扣除",
        )
    steps: list[Step] = []
    for planned in layers:
        step = _step(planned, balance)
        balance.take(step.paid, planned.layer.draws == "in_policy_first")
        balance.paid[planned.layer.id] = step.paid
        _remember(planned, balance, step)
        steps.append(step)
    return _answer(balance, category, steps)


def _step(planned: PlannedLayer, balance: ClaimBalance) -> Step:
    if planned.refusal:
        return _nothing(planned, 0, planned.refusal)
    if balance.year_end and balance.totals.get(f"paid:{planned.layer.id}", 0):
        return _nothing(planned, 0, "本年度已支付过")
    match planned.layer.kind:
        case "given":
            return _given_step(planned, balance)
        case "lump":
            return _lump_step(planned, balance)
    return _share_step(planned, balance)


def _nothing(planned: PlannedLayer, base: int, why: str) -> Step:
    layer = planned.layer
    return Step(
        layer.id,
        layer.name,
        layer.tier,
        layer.fund,
        layer.base.source,
        base,
        0,
        (),
        0,
        None,
        0,
        planned.cites,
        why,
    )


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
        if balance.claim.facts.care == "inpatient":
            balance.add("count:stays", 1)
    paid = {fund: Fen(amount) for fund, amount in by_fund.items()}
    return Priced(
        balance.claim.bill, category, tuple(steps), paid, Fen(balance.all_left), balance.totals
    )


def _given_step(planned: PlannedLayer, balance: ClaimBalance) -> Step:
    """An amount that others fixed. What others have paid already was reserved for it; what the
    agency gives must fit what is left."""
    layer = planned.layer
    if layer.given == RESERVED:
        base, paid = balance.all_left, balance.reserved
        balance.reserved = 0
        why = (
            "其他支付超过医疗费总额的部分不计入" if _reserved(balance.claim) > balance.total else ""
        )
        return Step(
            layer.id,
            layer.name,
            layer.tier,
            layer.fund,
            layer.base.source,
            base,
            0,
            (),
            paid,
            None,
            paid,
            planned.cites,
            why,
        )
    amount = stated_amount(balance.claim.stated_amounts, layer.given, layer.name)
    base = cost_of(layer.base, balance)
    left = min(base, balance.all_left - balance.reserved)
    if amount > left:
        raise BadInput(
            "AMOUNT_SUM",
            field=layer.given,
            rule=f"{layer.name} {Fen(amount)} 元超过可支付的 {Fen(left)} 元",
        )
    return Step(
        layer.id,
        layer.name,
        layer.tier,
        layer.fund,
        layer.base.source,
        base,
        0,
        (),
        amount,
        None,
        amount,
        planned.cites,
    )


def _share_step(planned: PlannedLayer, balance: ClaimBalance) -> Step:
    layer = planned.layer
    base, overflow, first = base_of(planned, balance)
    deductible = deductible_of(planned, balance, base)
    pieces, bounds = pieces_of(planned, balance, base, deductible)
    parts = 0
    for amount, ratio in pieces:
        parts += amount * ratio
    if planned.floor is not None:
        parts = max(parts, planned.floor[0] * balance.source(planned.floor[1]))
    uncapped = min(half_up(parts), base)
    limit = cap_left(planned.caps, balance) if planned.caps else None
    within = uncapped if limit is None else min(uncapped, limit)
    carried, ident = balance.carried_amounts, layer.id
    carried[f"overflow:{ident}"], carried[f"deductible:{ident}"], carried[f"over_cap:{ident}"] = (
        overflow,
        deductible,
        uncapped - within,
    )
    paid, why = _payable("" if layer.base.plus else layer.base.source, within, balance)
    return Step(
        layer.id,
        layer.name,
        layer.tier,
        layer.fund,
        layer.base.source,
        base,
        deductible,
        pieces,
        uncapped,
        limit,
        paid,
        planned.cites,
        why,
        overflow,
        bounds,
        first,
    )


def _payable(source: str, amount: int, balance: ClaimBalance) -> tuple[int, str]:
    """No layer pays what is no longer there: what others paid already, what earlier layers paid of
    the same kind of cost.

    A base that several kinds of cost make up has no kind of its own (`source` empty).
    """
    left = balance.all_left - balance.reserved
    of_kind = left
    if source.startswith("in_policy"):
        of_kind = balance.in_left
    elif source.startswith("out_of_policy"):
        of_kind = balance.all_left - balance.in_left
    if amount <= min(left, of_kind):
        return amount, ""
    return (
        (left, f"以尚未支付的 {Fen(left)} 元为限")
        if left <= of_kind
        else (of_kind, f"以该类费用尚未支付的 {Fen(of_kind)} 元为限")
    )


def _lump_step(planned: PlannedLayer, balance: ClaimBalance) -> Step:
    layer = planned.layer
    assert planned.lump is not None
    fen, source, above = planned.lump
    base = cost_of(layer.base, balance)
    if balance.totals.get(f"paid:{layer.id}", 0) > 0:
        return _nothing(planned, base, "本年度已支付过")
    if balance.source(source) <= above:
        return _nothing(planned, base, f"未超过 {Fen(above)} 元")
    paid, why = _payable("" if layer.base.plus else layer.base.source, min(fen, base), balance)
    return Step(
        layer.id,
        layer.name,
        layer.tier,
        layer.fund,
        layer.base.source,
        base,
        0,
        ((fen, RATIO_SCALE),),
        fen,
        None,
        paid,
        planned.cites,
        why,
    )


def _remember(planned: PlannedLayer, balance: ClaimBalance, step: Step) -> None:
    """Adds the step to the year's totals: what was paid, entered, deducted, and lay above the
    deductible."""
    if planned.refusal:
        return
    ident = step.layer
    balance.add(f"paid:{ident}", step.paid)
    if planned.layer.kind == "share":
        balance.add(f"base:{ident}", step.base)
        balance.add(f"ded:{ident}", step.deductible)
        balance.add(f"excess:{ident}", step.base - step.deductible)
