"""What is left while a claim walks through the layers, and what each source of money holds at that
point. Whole fen."""

from __future__ import annotations

from collections.abc import Mapping

from medaid.benefit.model import Claim
from medaid.errors import PolicyUndetermined


class ClaimBalance:
    """Of the bill, of its in-policy part, and what each layer left to later ones; and the year's
    totals as they grow."""

    __slots__ = (
        "all_left",
        "carried_amounts",
        "claim",
        "in_left",
        "in_policy",
        "paid",
        "reserved",
        "total",
        "totals",
        "year_end",
    )

    def __init__(self, claim: Claim, reserved: int, *, year_end: bool = False) -> None:
        self.claim, self.year_end = claim, year_end
        self.total, self.in_policy = int(claim.bill.total), int(claim.bill.in_policy)
        self.all_left, self.in_left = self.total, self.in_policy
        self.reserved = min(reserved, self.total)
        self.totals = dict(claim.totals)
        self.carried_amounts: dict[str, int] = {}
        self.paid: dict[str, int] = {}

    def source(self, name: str) -> int:
        """The amount a source names, at this point of the walk."""
        match name:
            case "in_policy_left":
                return self.in_left
            case "all_left" | "own_left":
                return self.all_left - self.reserved
            case "in_policy":
                return self.in_policy
            case "total":
                return self.total
            case "out_of_policy":
                return self.total - self.in_policy
            case "out_of_policy_left":
                return self.all_left - self.in_left
            case "own_expense":
                return int(self.claim.bill.own_expense)
            case "over_limit":
                return int(self.claim.bill.over_limit)
            case "prior_share":
                return int(self.claim.bill.initial_self_pay)
        return self._named(name)

    def _named(self, name: str) -> int:
        head, _, rest = name.partition(":")
        if head == "given":
            return stated_amount(self.claim.stated_amounts, rest, rest)
        if head == "component":
            return stated_amount(self.claim.components, rest, "单列费用")
        if head == "year":
            return self._year(rest)
        return self.carried_amounts.get(name, 0)

    def _year(self, name: str) -> int:
        """The year's running total with this claim in it; at the year's end the totals are all
        there is."""
        now = {
            "own_in_policy": self.in_left,
            "own_all": self.all_left - self.reserved,
            "in_policy": self.in_policy,
            "total": self.total,
        }
        return self.totals.get(name, 0) + (0 if self.year_end else now[name])

    def take(self, amount: int, in_policy_first: bool) -> None:
        """Something is paid, drawn from the in-policy part first or last."""
        self.all_left -= amount
        if in_policy_first:
            self.in_left = max(0, self.in_left - amount)
        self.in_left = min(self.in_left, self.all_left)

    def add(self, name: str, amount: int) -> None:
        """Adds to the year's totals; what is nothing leaves no name."""
        if amount:
            self.totals[name] = self.totals.get(name, 0) + amount

    def sum_of(self, keys: tuple[str, ...]) -> int:
        """The year's totals under these names together."""
        totals, found = self.totals, 0
        for key in keys:
            found += totals.get(key, 0)
        return found


def stated_amount(amounts: Mapping[str, int], name: str, label: str) -> int:
    """An amount that only others know. It is asked for where it is missing, never taken as zero."""
    if name not in amounts:
        raise PolicyUndetermined(
            "FIGURE_MISSING",
            field=name,
            rule=f"{label}没有可引用的标准,须由经办机构提供金额({name};没有则为 0)",
        )
    return int(amounts[name])
