"""What is left while claims walk through the layers of one shape, and what each source of money
holds at that point: `medaid.benefit.balance` over columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from medaid.simulate.bills import NONE, REFUSALS, Amounts, Bills, Mask
from medaid.simulate.model import UNKNOWN, Ints
from medaid.simulate.tables import PlanTable


class VectorBalance:
    """Of the bills, of their in-policy part, what each layer left to later ones, and the year's
    totals as they grow."""

    table: PlanTable
    bills: Bills
    tracked: frozenset[str]
    all_left: Ints
    in_left: Ints
    reserved: Amounts
    refused: npt.NDArray[np.int8] | None
    carried: dict[str, Amounts]
    totals: dict[str, Amounts]
    _totals: Callable[[str], Amounts]

    def refuse(self, rows: Mask, code: str) -> None:
        """Refuses claims; what a claim is refused for first stays."""
        if rows.any():
            if self.refused is None:
                self.refused = np.zeros(len(rows), dtype=np.int8)
            self.refused[rows & (self.refused == 0)] = REFUSALS.index(code)

    def source(self, name: str) -> Amounts:
        """The amounts that a source names, at this point of the walk."""
        match name:
            case "in_policy_left":
                return self.in_left
            case "all_left" | "own_left":
                return (
                    self.all_left
                    if isinstance(self.reserved, int)
                    else self.all_left - self.reserved
                )
            case "in_policy":
                return self.bills.in_policy
            case "total":
                return self.bills.total
            case "out_of_policy":
                return self.bills.total - self.bills.in_policy
            case "out_of_policy_left":
                return self.all_left - self.in_left
        head, mark, rest = name.partition(":")
        if not mark:
            part = self.bills.parts.get(name)
            return NONE if part is None else part
        if head in ("given", "component"):
            return self._stated(
                (self.bills.given if head == "given" else self.bills.components).get(rest)
            )
        if head == "year":
            return self.year(rest)
        return self.carried.get(name, NONE)

    def year(self, name: str) -> Amounts:
        """The year's running total with this claim in it."""
        own = self.all_left if isinstance(self.reserved, int) else self.all_left - self.reserved
        now = {
            "own_in_policy": self.in_left,
            "own_all": own,
            "in_policy": self.bills.in_policy,
            "total": self.bills.total,
        }
        return self.sum_of((name,)) + now[name]

    def _stated(self, amounts: Ints | None) -> Amounts:
        """An amount that only others know; a claim without it is refused."""
        if amounts is None:
            self.refuse(np.ones(len(self.all_left), dtype=bool), "FIGURE_MISSING")
            return NONE
        missing = amounts == UNKNOWN
        self.refuse(missing, "FIGURE_MISSING")
        return np.where(missing, 0, amounts)

    def sum_of(self, keys: tuple[str, ...]) -> Amounts:
        """The year's totals under these names together, this claim's earlier layers included."""
        found: Amounts = NONE
        for key in keys:
            amount = self._total(key)
            if not (isinstance(amount, int) and amount == 0):
                found = found + amount
        return found

    def _total(self, key: str) -> Amounts:
        return self.totals[key] if key in self.totals else self._totals(key)

    def note(self, name: str, amount: Amounts) -> None:
        if name in self.table.carried:
            self.carried[name] = amount

    def add(self, key: str, amount: Amounts) -> None:
        """Adds to the year's totals, where some clause reads that total."""
        if key in self.tracked and not (isinstance(amount, int) and amount == 0):
            self.totals[key] = amount + self._total(key)
