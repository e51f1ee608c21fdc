"""A stay that is settled in parts (中途结算) is paid as if it had been settled at once.

Each part is what the stay comes to so far, less what its earlier parts came to. So there is one
deductible, one stay of the year, and an identity that began on any of its days counts for all of it
(苏医保办发〔2023〕27号 art. 20). Of the deductible each settlement says what it really bore. Pure;
docs/adr/0127.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from medaid.benefit.claim import Choice
from medaid.benefit.facts import ClaimRequest
from medaid.benefit.model import Bill, Priced, Step
from medaid.errors import BadInput, Conflict, PolicyUndetermined
from medaid.money import Fen
from medaid.people.model import PersonFile, SettledParts, YearTotals
from medaid.policy.vocabulary import Tier


def whole_request(request: ClaimRequest, parts: SettledParts) -> ClaimRequest:
    """The request for the whole stay so far. Raises BadInput DATE_ORDER."""
    if request.end < parts.until:
        raise BadInput("DATE_ORDER", field="dscgTime", rule=f"早于中途结算至 {parts.until}")
    others = request.paid_by_others + parts.paid_by_others
    return replace(request, bill=whole_bill(request.bill, parts), paid_by_others=others)


def whole_bill(bill: Bill, parts: SettledParts) -> Bill:
    """This part's bill and those of the earlier ones together."""
    return Bill(*(Fen(now + then) for now, then in zip(bill, parts.bill, strict=True)))


def file_before(file: PersonFile, parts: SettledParts) -> PersonFile:
    """The file as if the earlier parts had not been settled."""
    return replace(file, years=tuple(_before(one, parts) for one in file.years))


def _before(totals: YearTotals, parts: SettledParts) -> YearTotals:
    if totals.year != parts.year:
        return totals
    rest = {n: fen - parts.change.get(n, 0) for n, fen in totals.amounts.items()}
    return replace(totals, amounts={name: amount for name, amount in rest.items() if amount})


def part_of(choice: Choice, bill: Bill, parts: SettledParts) -> Priced:
    """What is left of the whole stay's price for this part.

    Raises PolicyUndetermined CLAUSE_GAP where the parts would count in different years, Conflict
    VISIT_STATE naming the settlement to take back where a fund, or the person, has borne more than
    is its part of the whole: nobody is asked for money back at the counter.
    """
    taken = choice.candidate
    if taken.year != parts.year:
        rule = (
            f"已中途结算的部分计入 {parts.year} 年,本次计入 {taken.year} 年,当地政策没有说明跨年度"
            f"住院如何分段;请撤销中途结算 {parts.setl_id} 后一次结算"
        )
        raise PolicyUndetermined("CLAUSE_GAP", field="mid_setl_flag", rule=rule)
    part = less_parts(choice.priced, bill, parts)
    assisted = {one.layer for one in part.steps if one.fund == "maf_pay"}
    elsewhere = taken.assisting_region != parts.assisting_region and assisted & parts.paid.keys()
    gone = parts.paid.keys() - {one.layer for one in part.steps}
    if elsewhere or gone or part.person_pays < 0 or any(one.paid < 0 for one in part.steps):
        rule = (
            f"按整次住院计算的各方应付与此前中途结算不能相减;请撤销中途结算 {parts.setl_id} 后"
            "按全部费用结算"
        )
        raise Conflict("VISIT_STATE", field="mid_setl_flag", rule=rule, id=parts.setl_id)
    return part


def less_parts(whole: Priced, bill: Bill, parts: SettledParts) -> Priced:
    """The whole stay's price less what its earlier parts were paid; `bill` is this part's."""
    steps = tuple(_step(one, parts) for one in whole.steps)
    paid: dict[str, int] = {}
    for one in steps:
        paid[one.fund] = paid.get(one.fund, 0) + one.paid
    by_fund = {fund: Fen(amount) for fund, amount in paid.items() if amount}
    own = Fen(int(bill.total) - sum(paid.values()))
    return Priced(bill, whole.category, steps, by_fund, own, whole.totals, whole.others)


def _step(step: Step, parts: SettledParts) -> Step:
    paid = parts.paid.get(step.layer, 0)
    if not paid:
        return step
    says = f"本次住院累计应付 {Fen(step.paid)} 元,此前中途结算已付 {Fen(paid)} 元"
    why = f"{step.why},{says}" if step.why else says
    return step._replace(paid=step.paid - paid, why=why)


def deductible_borne(steps: Iterable[Step], bill: Bill) -> Fen:
    """What the basic fund's deductibles took out of the in-policy cost, each fen once; never more
    than that fund left unpaid of it.

    A cost that stood below one layer's line and enters a later layer of the basic fund is that
    layer's: it is paid there, or lies below that line too, and is not counted twice. Cost that
    cannot all be new to the later layer overlaps by as much as it must.
    """
    left, borne = int(bill.in_policy), 0
    for step in steps:
        if step.tier != Tier.BASIC:
            continue
        again = max(0, min(borne, borne + step.base - left))
        borne += step.deductible - again
        left = max(0, left - step.paid)
        borne = min(borne, left)
    return Fen(borne)


def deductible_of(steps: Iterable[Step], bill: Bill, parts: SettledParts | None) -> Fen:
    """The deductible that a settlement bore (act_pay_dedc): of a part, what the whole stay bore
    beyond the earlier ones, never below zero nor more than its in-policy cost."""
    if parts is None:
        return deductible_borne(steps, bill)
    whole = [one._replace(paid=one.paid + parts.paid.get(one.layer, 0)) for one in steps]
    more = deductible_borne(whole, whole_bill(bill, parts)) - parts.deductible
    return Fen(min(max(0, more), bill.in_policy))


def parts_with(
    parts: SettledParts | None, settled: SettledParts, steps: Iterable[Step], bill: Bill
) -> SettledParts:
    """`parts` and one more, `settled` alone."""
    borne = deductible_of(steps, bill, parts)
    if parts is None:
        return replace(settled, deductible=borne)
    return replace(
        settled,
        count=parts.count + 1,
        bill=tuple(a + b for a, b in zip(parts.bill, settled.bill, strict=True)),
        paid=_sum(parts.paid, settled.paid),
        change=_sum(parts.change, settled.change),
        deductible=Fen(parts.deductible + borne),
    )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    found = {n: one.get(n, 0) + other.get(n, 0) for n in {**one, **other}}
    return {name: amount for name, amount in found.items() if amount}
