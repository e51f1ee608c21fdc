"""The waterfall: a claim walks the layers in order, each takes its base, its deductible, its bands and its cap, and pays.

Pure: facts, amounts, the year's totals and the policy are arguments; the same inputs give the same answer for ever. Rounding
is half up to the fen, once per layer (`half_up`). The steps and the person's part always sum to the bill. Inside the walk amounts are
plain whole fen; they become `Fen` where they leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from medaid.benefit.model import Claim, Priced, Step
from medaid.benefit.plan import Plan, PlannedCap, PlannedLayer, holds, plan, year_end_plan
from medaid.errors import BadInput, PolicySilent
from medaid.money import RATIO_SCALE, Fen, half_up
from medaid.policy.model import NO_CATEGORY, Amount, Band, Policy

RESERVED: Final = "payments_by_others"
"""What others have already paid is not there for any layer to pay once more (避免过度保障, 苏医保办发〔2023〕27号 art. 26)."""


def price(policy: Policy, claim: Claim) -> Priced:
    """`claim` priced under `policy`, once for each standing category, the answer that pays most taken (就高, art. 22).

    Raises BadInput where the bill does not add up, PolicySilent where the policy gives no single answer.
    """
    check(claim)
    categories = standing(policy, claim) or (NO_CATEGORY,)
    answers = [_walk(_planned(policy, claim, category), claim, category) for category in categories]
    best = max(range(len(answers)), key=lambda i: (sum(answers[i].by_fund.values()), -i))
    others = tuple((a.category, Fen(sum(map(int, a.by_fund.values())))) for i, a in enumerate(answers) if i != best)
    taken = answers[best]
    return taken if not others else Priced(taken.bill, taken.category, taken.steps, taken.by_fund, taken.own, taken.totals, others)


def _planned(policy: Policy, claim: Claim, category: str) -> Plan:
    layers = plan(policy, claim.facts._replace(category=category))
    if not any(p.layer.tier == "basic" for p in layers):
        raise PolicySilent("CLAUSE_GAP", field="med_type", rule="当地政策没有该险种、该医疗类别的基本医保条款")
    return layers


def price_year_end(policy: Policy, claim: Claim) -> Priced:
    """What the year-end layers (refunds) pay on the year's totals; the bill is the person's own payments of the year."""
    category = (standing(policy, claim) or (NO_CATEGORY,))[0]
    return _walk(year_end_plan(policy, claim.facts._replace(category=category)), claim, category)


def standing(policy: Policy, claim: Claim) -> tuple[str, ...]:
    """The claim's categories that the region assists and whose condition the person meets, in the order given."""
    found = []
    for code in dict.fromkeys(claim.categories):
        rows = policy.standings.get(code, ())
        if any(holds(s.row.when, claim.facts._replace(category=code), f"{code}的认定") for s in rows):
            found.append(code)
    return tuple(found)


def check(claim: Claim) -> None:
    """Identity I1 and signs. Raises BadInput naming the national field."""
    bill = claim.bill
    for name, value in zip(("medfee_sumamt", "inscp_scp_amt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"), bill, strict=True):
        if value < 0:
            raise BadInput("AMOUNT_NEGATIVE", field=name, rule=f"当前为 {value} 元")
    parts = Fen(bill.in_policy + bill.own_expense + bill.over_limit + bill.prior_share)
    if parts != bill.total:
        raise BadInput(
            "AMOUNT_SUM",
            field="medfee_sumamt",
            rule=f"医疗费总额 {bill.total} 元应等于 全自费+超限价自费+先行自付+符合政策范围 之和 {parts} 元",
        )
    for name, amount in (*claim.given.items(), *claim.components.items()):
        if amount < 0:
            raise BadInput("AMOUNT_NEGATIVE", field=name, rule="不得为负")


class _Purse:
    """What is left while the claim walks: of the bill, of its in-policy part, and what each layer left to later ones."""

    __slots__ = ("all_left", "claim", "in_left", "in_policy", "noted", "reserved", "total")

    def __init__(self, claim: Claim, reserved: int) -> None:
        self.claim = claim
        self.total, self.in_policy = int(claim.bill.total), int(claim.bill.in_policy)
        self.all_left, self.in_left = self.total, self.in_policy
        self.reserved = min(reserved, self.total)
        self.noted: dict[str, int] = {}

    def source(self, name: str) -> int:
        """The amount a source names, at this point of the walk."""
        match name:
            case "in_policy_left":
                return self.in_left
            case "all_left":
                return self.all_left
            case "in_policy":
                return self.in_policy
            case "total":
                return self.total
            case "out_of_policy":
                return self.total - self.in_policy
            case "own_left":
                return self.all_left - self.reserved
        return self._named(name)

    def _named(self, name: str) -> int:
        head, _, rest = name.partition(":")
        if head == "given":
            return given(self.claim, rest, rest)
        if head == "component":
            return int(self.claim.components.get(rest, 0))
        if head == "year":
            return int(self.claim.totals.get(rest, 0))
        return self.noted.get(name, 0)

    def take(self, amount: int, in_policy_first: bool) -> None:
        self.all_left -= amount
        if in_policy_first:
            self.in_left = max(0, self.in_left - amount)
        self.in_left = min(self.in_left, self.all_left)


def given(claim: Claim, name: str, told: str) -> int:
    """An amount that only others know. It is asked for where it is missing, never taken as zero."""
    if name not in claim.given:
        raise PolicySilent("FIGURE_MISSING", field=name, rule=f"{told}没有可引用的标准,须由经办机构提供金额({name})")
    return int(claim.given[name])


def _walk(layers: Plan, claim: Claim, category: str) -> Priced:
    takes_reserved = any(p.layer.given == RESERVED for p in layers)
    reserved = int(claim.given.get(RESERVED, 0))
    if reserved and not takes_reserved:
        raise PolicySilent("CLAUSE_GAP", field=RESERVED, rule="当地政策没有说明其他支付(商业保险、捐赠等)在哪一层扣除")
    purse = _Purse(claim, reserved)
    steps: list[Step] = []
    totals = dict(claim.totals)
    paid_now: dict[str, int] = {}
    for planned in layers:
        step = _given_step(planned, purse) if planned.layer.kind == "given" else _layer_step(planned, purse, claim.totals, paid_now)
        purse.take(step.paid, planned.layer.draws == "in_policy_first")
        paid_now[planned.layer.id] = step.paid
        _remember(totals, planned, step)
        steps.append(step)
    return _answer(claim, category, steps, totals, purse)


def _answer(claim: Claim, category: str, steps: list[Step], totals: dict[str, int], purse: _Purse) -> Priced:
    by_fund: dict[str, Fen] = {}
    for step in steps:
        if step.paid:
            by_fund[step.fund] = Fen(int(by_fund.get(step.fund, 0)) + step.paid)
    assert purse.all_left >= 0, "nobody pays less than nothing"
    assert sum(map(int, by_fund.values())) + purse.all_left == purse.total, "the parts sum to the bill"
    _add(totals, "own_all", purse.all_left)
    _add(totals, "own_in_policy", min(purse.in_left, purse.all_left))
    if claim.facts.care == "inpatient":
        _add(totals, "count:stays", 1)
    return Priced(claim.bill, category, tuple(steps), by_fund, Fen(purse.all_left), totals)


def _given_step(planned: PlannedLayer, purse: _Purse) -> Step:
    layer = planned.layer
    amount = int(purse.claim.given.get(RESERVED, 0)) if layer.given == RESERVED else given(purse.claim, layer.given, layer.name)
    base = purse.source(layer.base.source)
    left = base if layer.given == RESERVED else min(base, purse.all_left - purse.reserved)
    if amount > left and layer.given != RESERVED:
        raise BadInput("AMOUNT_SUM", field=layer.given, rule=f"{layer.name} {Fen(amount)} 元超过可支付的 {Fen(left)} 元")
    paid = min(amount, left)
    if layer.given == RESERVED:
        purse.reserved = 0
    return Step(layer.id, layer.name, layer.tier, layer.fund, layer.base.source, base, 0, (), amount, None, paid, planned.cites)


def _layer_step(planned: PlannedLayer, purse: _Purse, totals: Mapping[str, int], paid_now: Mapping[str, int]) -> Step:
    layer = planned.layer
    if planned.refusal:
        return Step(layer.id, layer.name, layer.tier, layer.fund, layer.base.source, 0, 0, (), 0, None, 0, planned.cites, planned.refusal)
    base, overflow = _base(planned, purse)
    purse.noted[f"overflow:{layer.id}"] = overflow
    if layer.kind == "lump":
        return _lump_step(planned, purse, totals, base)
    deductible = _deductible(planned, purse, totals, base)
    purse.noted[f"deductible:{layer.id}"] = deductible
    pieces, bounds = _pieces(planned, totals, base, deductible)
    parts = 0
    for amount, ratio in pieces:
        parts += amount * ratio
    if planned.floor is not None:
        parts = max(parts, planned.floor[0] * purse.source(planned.floor[1]))
    uncapped = min(half_up(parts), base)
    cap_left = _cap_left(planned.caps, purse, totals, paid_now)
    paid = uncapped if cap_left is None else min(uncapped, cap_left)
    purse.noted[f"over_cap:{layer.id}"] = uncapped - paid
    paid = max(0, min(paid, purse.all_left - purse.reserved, purse.in_left if layer.base.source.startswith("in_policy") else paid))
    return Step(
        layer.id, layer.name, layer.tier, layer.fund, layer.base.source,
        base, deductible, pieces, uncapped, cap_left, paid, planned.cites, "", overflow, bounds,
    )  # fmt: skip


def _base(planned: PlannedLayer, purse: _Purse) -> tuple[int, int]:
    """What enters the layer, and what an entry ceiling sends on to a later one."""
    rule = planned.layer.base
    amount = purse.source(rule.source)
    if rule.source == "all_left":
        amount -= purse.reserved
    for name in rule.less:
        amount -= purse.source(name)
    for name, weight in rule.plus:
        amount += half_up(purse.source(name) * weight)
    amount = max(0, amount)
    if rule.ceiling is not None and rule.ceiling.fen is not None and amount > rule.ceiling.fen:
        return rule.ceiling.fen, amount - rule.ceiling.fen
    return amount, 0


def resolve(amount: Amount, purse: _Purse) -> int | None:
    """A clause's amount as fen at this point; None for no limit."""
    if amount.ratio is None:
        return amount.fen
    fen = max(amount.least, half_up(amount.ratio * purse.source(amount.of)))
    return fen if amount.most is None else min(fen, amount.most)


def _deductible(planned: PlannedLayer, purse: _Purse, totals: Mapping[str, int], base: int) -> int:
    """What the deductible takes out of the base. A franchise takes all below its line and nothing once it is reached."""
    line = resolve(planned.deductible, purse) or 0
    used = 0
    for key in planned.used_keys:
        used += totals.get(key, 0)
    if planned.franchise:
        reached = base >= line if planned.inclusive else base > line
        return 0 if reached else base
    if planned.per == "year":
        line = max(0, line - used)
    elif planned.per == "transfer":
        line = max(0, line - given(purse.claim, "transfer_deductible", planned.layer.name))
    if planned.year_limit is not None:
        line = min(line, max(0, planned.year_limit - used))
    return min(base, line)


Pieces = tuple[tuple[int, int], ...]
Bounds = tuple[tuple[int, int | None], ...]


def _pieces(planned: PlannedLayer, totals: Mapping[str, int], base: int, deductible: int) -> tuple[Pieces, Bounds]:
    """The payable part of the base, laid on the bands: (amount, ratio) and the bounds of each band it touches."""
    excess = base - deductible
    if excess <= 0:
        return (), ()
    if planned.measure == "flat":
        return ((excess, planned.bands[0].ratio),), ()
    begin = _begin(planned, totals, deductible)
    if planned.slab:
        band = _slab(planned, begin + excess)
        return ((excess, band.ratio),), ((band.low, band.high),)
    end = begin + excess
    pieces, bounds, laid = [], [], 0
    for low, high, ratio in planned.bands:
        amount = (end if high is None or end < high else high) - (begin if begin > low else low)
        if amount > 0:
            pieces.append((amount, ratio))
            bounds.append((low, high))
            laid += amount
    if laid != excess:
        raise PolicySilent("CLAUSE_GAP", field=planned.layer.name, rule=f"{Fen(begin)} 元以上、{Fen(planned.bands[0].low)} 元以下的费用没有比例")
    return tuple(pieces), tuple(bounds)


def _begin(planned: PlannedLayer, totals: Mapping[str, int], deductible: int) -> int:
    """Where on the bands' own scale the payable part begins."""
    match planned.measure:
        case "visit_excess":
            return 0
        case "visit_gross":
            return deductible
        case "year_excess":
            return totals.get(f"excess:{planned.layer.id}", 0)
        case _:
            return totals.get(f"base:{planned.layer.id}", 0) + deductible


def _slab(planned: PlannedLayer, amount: int) -> Band:
    """The one band in which the whole amount falls."""
    for band in planned.bands:
        low, high, _ = band
        above = amount > low or (amount == low and (not planned.upper_inclusive or low == 0))
        if above and (high is None or amount < high or (amount == high and planned.upper_inclusive)):
            return band
    raise PolicySilent("CLAUSE_GAP", field=planned.layer.name, rule=f"{Fen(amount)} 元不在任何一段")


def _cap_left(caps: tuple[PlannedCap, ...], purse: _Purse, totals: Mapping[str, int], paid_now: Mapping[str, int]) -> int | None:
    """The least that any cap still leaves; None where no cap limits."""
    least: int | None = None
    for planned in caps:
        limit = resolve(planned.amount, purse)
        switch = planned.cap.switch
        if switch is not None and purse.source(switch.source) > (resolve(switch.above, purse) or 0):
            limit = switch.fen
        if limit is None:
            continue
        for name in planned.layers:
            limit -= paid_now.get(name, 0)
        if planned.cap.per == "year":
            for key in planned.paid_keys:
                limit -= totals.get(key, 0)
        limit = max(0, limit)
        least = limit if least is None or limit < least else least
    return least


def _lump_step(planned: PlannedLayer, purse: _Purse, totals: Mapping[str, int], base: int) -> Step:
    layer = planned.layer
    assert planned.lump is not None
    fen, source, above = planned.lump
    once = totals.get(f"paid:{layer.id}", 0) > 0
    due = fen if purse.source(source) > above and not once else 0
    paid = min(due, base, purse.all_left - purse.reserved)
    why = "本年度已支付过" if once else ("" if due else f"未超过 {Fen(above)} 元")
    return Step(
        layer.id, layer.name, layer.tier, layer.fund, layer.base.source, base, 0, ((fen, RATIO_SCALE),) if due else (), due, None, paid, planned.cites, why
    )


def _remember(totals: dict[str, int], planned: PlannedLayer, step: Step) -> None:
    """Adds the step to the year's totals: what was paid, entered, deducted, and lay above the deductible."""
    if planned.refusal:
        return
    _add(totals, f"paid:{step.layer}", step.paid)
    if planned.layer.kind != "share":
        return
    _add(totals, f"base:{step.layer}", step.base)
    _add(totals, f"ded:{step.layer}", step.deductible)
    _add(totals, f"excess:{step.layer}", step.base - step.deductible)


def _add(totals: dict[str, int], name: str, amount: int) -> None:
    if amount:
        totals[name] = totals.get(name, 0) + amount
