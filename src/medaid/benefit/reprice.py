"""The past under a corrected policy: what would differ, listed as work. Nothing that was settled is
rewritten.

Pure: takes stored claims and what was answered then, answers differences. A claim whose earlier
ones of the same year would have moved the totals is priced on the moved totals, so knock-on effects
are seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from medaid.benefit.engine import price
from medaid.benefit.model import Claim
from medaid.errors import MedaidError
from medaid.money import Fen
from medaid.policy.model import Policy

Policies = Callable[[str, str, date], Policy]
"""`Library.policy_for`, or any other way from insured region, assisting region and day to a
policy."""


class StoredSettlement(NamedTuple):
    """One stored settlement: its claim with the totals before it, and what it answered. `year`
    names the person-year it belongs to."""

    setl_id: str
    year: str
    insured_region: str
    assisting_region: str
    day: date
    claim: Claim
    by_fund: Mapping[str, Fen]
    person_pays: Fen
    after: Mapping[str, int]
    packs: tuple[str, ...]


class Work(NamedTuple):
    """One settlement that the corrected policy would answer otherwise. `refusal` where it would not
    be answered at all."""

    setl_id: str
    by_fund: Mapping[str, Fen]
    """What each fund would pay more (negative: less), funds without difference left out."""
    person_pays: Fen
    """What the person would pay more (negative: less)."""
    before: tuple[str, ...]
    after: tuple[str, ...]
    refusal: str = ""

    @property
    def sentence(self) -> str:
        """In Chinese, without personal data."""
        if self.refusal:
            return f"{self.setl_id}:更正后不能定价,{self.refusal}"
        funds = "、".join(
            f"{fund} {'多' if amount > 0 else '少'}付 {abs(amount)} 元"
            for fund, amount in self.by_fund.items()
        )
        person = (
            "个人负担不变"
            if not self.person_pays
            else f"个人{'多' if self.person_pays > 0 else '少'}负担 {abs(self.person_pays)} 元"
        )
        return f"{self.setl_id}:{funds or '各基金支付不变'},{person}"


def reprice(settled: Iterable[StoredSettlement], policies: Policies) -> Iterator[Work]:
    """Every settlement that differs under `policies`, in the order given: within one person-year
    that must be the order of settling."""
    moved: dict[str, dict[str, int]] = {}
    for one in settled:
        shift = moved.setdefault(one.year, {})
        totals = {
            name: one.claim.totals.get(name, 0) + shift.get(name, 0)
            for name in {*one.claim.totals, *shift}
        }
        try:
            policy = policies(one.insured_region, one.assisting_region, one.day)
            answer = price(policy, replace(one.claim, totals=totals))
        except MedaidError as refusal:
            yield Work(one.setl_id, {}, Fen(0), one.packs, (), refusal.sentence)
            continue
        moved[one.year] = {
            name: answer.totals.get(name, 0) - one.after.get(name, 0)
            for name in {*answer.totals, *one.after}
        }
        funds = {
            fund: answer.paid(fund) - one.by_fund.get(fund, Fen(0))
            for fund in dict.fromkeys((*one.by_fund, *answer.by_fund))
        }
        differing = {fund: amount for fund, amount in funds.items() if amount}
        if differing or answer.person_pays != one.person_pays:
            yield Work(
                one.setl_id,
                differing,
                answer.person_pays - one.person_pays,
                one.packs,
                policy.packs,
            )
