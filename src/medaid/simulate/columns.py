"""The waterfall over columns: what `medaid.benefit.engine` does to one claim, done to every claim
of one shape at once.

Each function is the counterpart of one there, and tests hold the two equal claim for claim. Whole
fen in 64-bit integers throughout; a ratio is parts per the coarsest scale that holds its layer's
ratios, so a product fits. Rows where it would not are marked `odd` and go through the single-case
engine; rows that it would refuse are refused here, with the code that it would meet first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from medaid.simulate.bills import NONE, NOTHING, REFUSALS, Amounts, Bills, Mask
from medaid.simulate.model import UNKNOWN, Codes, Ints
from medaid.simulate.slots import NO_LIMIT, LayerTable, Limit, Slot, Table


class Walk:
    """The claims of one shape on their way through its layers. Afterwards: `paid` by layer,
    `all_left`, `in_left`, `totals`, `refused`, `odd`.
    """

    def __init__(
        self,
        table: Table,
        plans: Codes,
        bills: Bills,
        totals: Callable[[str], Amounts],
        kept: frozenset[str],
    ) -> None:
        self.table, self.plans, self.bills, self.kept = table, plans, bills, kept
        self.all_left: Ints = bills.total
        self.in_left: Ints = bills.in_policy
        self.reserved: Amounts = (
            bills.reserved
            if isinstance(bills.reserved, int)
            else np.minimum(bills.reserved, bills.total)
        )
        self.odd: Mask | None = None
        self.refused: npt.NDArray[np.int8] | None = None
        self.paid: dict[str, Amounts] = {}
        self.carried: dict[str, Amounts] = {}
        self.totals: dict[str, Amounts] = {}
        self._totals = totals
        if not isinstance(self.reserved, int) and not any(
            slot.kind == "reserved" for slot in table.shape
        ):
            self.refuse(self.reserved > 0, "CLAUSE_GAP")
        for slot, layer in zip(table.shape, table.layers, strict=True):
            self._layer(slot, layer)

    def only(self, rows: Mask) -> Walk:
        """The same walk for some of its claims."""
        part = object.__new__(Walk)
        part.table, part.kept = self.table, self.kept
        part.bills = Bills(
            self.bills.total[rows], self.bills.in_policy[rows], NONE, NOTHING, NOTHING, NOTHING
        )
        part.all_left, part.in_left = self.all_left[rows], self.in_left[rows]
        part.odd = part.refused = None
        part.paid = {name: _only(amounts, rows) for name, amounts in self.paid.items()}
        part.totals = {name: _only(amounts, rows) for name, amounts in self.totals.items()}
        return part

    def mark(self, rows: Mask) -> None:
        self.odd = rows if self.odd is None else self.odd | rows

    def refuse(self, rows: Mask, code: str) -> None:
        """Refuses claims; what a claim is refused for first stays."""
        if rows.any():
            if self.refused is None:
                self.refused = np.zeros(len(rows), dtype=np.int8)
            self.refused[rows & (self.refused == 0)] = REFUSALS.index(code)

    def _layer(self, slot: Slot, layer: LayerTable) -> None:
        if slot.kind == "refused":
            return
        if slot.kind == "reserved":
            paid, self.reserved = self.reserved, NONE
        elif slot.kind == "given":
            paid = self._given(slot)
        else:
            paid = self._share(slot, layer)
        if not isinstance(paid, int):
            self.all_left = self.all_left - paid
            if slot.in_policy_first:
                self.in_left = np.maximum(self.in_left - paid, 0)
            self.in_left = np.minimum(self.in_left, self.all_left)
        self.paid[slot.layer] = paid
        self.add(f"paid:{slot.layer}", paid)

    def _given(self, slot: Slot) -> Amounts:
        amount = self._told(self.bills.given.get(slot.given))
        left = np.minimum(self.source(slot.source), self.all_left - self.reserved)
        self.refuse(np.asarray(amount > left), "AMOUNT_SUM")
        payable: Ints = np.minimum(amount, left)
        return payable

    def _share(self, slot: Slot, layer: LayerTable) -> Amounts:
        numbers = [column.at(self.plans) for column in layer.amounts]
        ratios = [column.at(self.plans) for column in layer.ratios]
        limits, bands = (
            (numbers[2:], [])
            if not slot.bands
            else (numbers[2 : -2 * slot.bands], numbers[-2 * slot.bands :])
        )
        base = self._base(slot, layer, ratios)
        overflow: Amounts = NONE
        if slot.ceiling is not None:
            left = self._left(slot.ceiling, limits.pop(0))
            overflow = np.maximum(base - left, 0)
            base = np.minimum(base, left)
        if base.size and int(base.max()) > layer.largest:
            self.mark(base > layer.largest)
            base = np.minimum(base, layer.largest)
        deductible = self._deductible(slot, base, numbers[0], numbers[1])
        parts = self._parts(slot, base, deductible, bands, ratios)
        uncapped = np.minimum(half_up(parts, layer.scale), base)
        within = uncapped
        for cap, number in zip(slot.caps, limits, strict=True):
            if not (isinstance(number, int) and number == NO_LIMIT):
                within = np.minimum(within, self._left(cap, number))
        ident = slot.layer
        self.note(f"overflow:{ident}", overflow)
        self.note(f"deductible:{ident}", deductible)
        if f"over_cap:{ident}" in self.table.carried:
            self.carried[f"over_cap:{ident}"] = uncapped - within
        for key, amount in ((f"base:{ident}", base), (f"ded:{ident}", deductible)):
            self.add(key, amount)
        if f"excess:{ident}" in self.kept:
            self.add(f"excess:{ident}", base - deductible)
        return self._payable(
            "" if slot.plus else slot.source, within
        )  # several kinds of cost have no kind of their own

    def _base(self, slot: Slot, layer: LayerTable, ratios: list[Amounts]) -> Ints:
        base = self.source(slot.source)
        for name in slot.less:
            base = base - self.source(name)
        weights = ratios[len(ratios) - len(slot.plus) - slot.shared_first :]
        for name, weight in zip(slot.plus, weights, strict=False):
            base = base + self._part(self.source(name), weight, layer)
        if (
            slot.less
            or slot.plus
            or slot.source not in ("in_policy_left", "all_left", "in_policy", "total")
        ):
            base = np.maximum(
                np.broadcast_to(np.asarray(base, dtype=np.int64), self.all_left.shape), 0
            )
        if slot.shared_first:
            base = base - self._part(base, ratios[-1], layer)
        # a column by now: sources that may be plain were made one
        return base  # type: ignore[return-value]

    def _part(self, amount: Amounts, ratio: Amounts, layer: LayerTable) -> Ints:
        """A share of an amount, half up to the fen; rows that do not fit are marked."""
        column: Ints = np.asarray(amount, dtype=np.int64)
        if column.size and int(column.max()) > layer.largest:
            self.mark(np.broadcast_to(column > layer.largest, self.all_left.shape))
            column = np.minimum(column, layer.largest)
        return half_up(np.asarray(column * ratio, dtype=np.int64), layer.scale)

    def _deductible(self, slot: Slot, base: Ints, line: Amounts, year_limit: Amounts) -> Amounts:
        if slot.franchise:
            reached = base >= line if slot.inclusive else base > line
            return np.where(reached, 0, base)
        if isinstance(line, int) and line == 0:
            return NONE
        if slot.per == "year" or slot.year_limited:
            used = self.sum_of(slot.used_keys)
            if slot.per == "year":
                line = _floored(line, used)
            if slot.year_limited:
                line = np.minimum(line, _floored(year_limit, used))
        return np.minimum(base, line)

    def _parts(
        self,
        slot: Slot,
        base: Ints,
        deductible: Amounts,
        bands: list[Amounts],
        ratios: list[Amounts],
    ) -> Ints:
        """What the bands give, in parts of a fen per the layer's scale."""
        excess = base if isinstance(deductible, int) else base - deductible
        if not slot.bands:
            self.refuse(excess > 0, "FIGURE_MISSING")
            parts = np.zeros(len(excess), dtype=np.int64)
        elif slot.measure == "flat":
            parts = excess * ratios[0]
        else:
            begin = self._begin(slot, deductible)
            end = excess + begin
            lowest = bands[0]
            if not (isinstance(lowest, int) and lowest == 0):
                self.refuse((excess > 0) & (np.asarray(begin) < lowest), "CLAUSE_GAP")
            parts = np.zeros(len(excess), dtype=np.int64)
            for i in range(slot.bands):
                low, high = bands[2 * i], bands[2 * i + 1]
                upper = end if i == slot.bands - 1 else np.minimum(end, high)
                parts += np.maximum(upper - np.maximum(begin, low), 0) * ratios[i]
        if slot.floor:
            parts = np.maximum(parts, ratios[slot.bands] * np.asarray(self.source(slot.floor)))
        return parts

    def _begin(self, slot: Slot, deductible: Amounts) -> Amounts:
        if slot.measure == "visit_excess":
            return NONE
        if slot.measure == "visit_gross":
            return deductible
        run = self.sum_of(slot.run_keys)
        return run if slot.measure == "year_excess" else run + deductible

    def _left(self, limit: Limit, number: Amounts) -> Amounts:
        if limit.per == "year":
            return _floored(number, self.sum_of(limit.keys))
        used: Amounts = NONE
        if len(limit.layers) > 1:
            for name in limit.layers:
                used = used + self.paid.get(name, NONE)
        return _floored(number, used)

    def _payable(self, source: str, amount: Ints) -> Ints:
        left = self.all_left if isinstance(self.reserved, int) else self.all_left - self.reserved
        if source.startswith("in_policy"):
            of_kind = np.minimum(amount, self.in_left)
        elif source.startswith("out_of_policy"):
            of_kind = np.minimum(amount, self.all_left - self.in_left)
        else:
            of_kind = amount
        return np.minimum(left, of_kind)

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
            return self._told(
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

    def _told(self, amounts: Ints | None) -> Amounts:
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
        if key in self.kept and not (isinstance(amount, int) and amount == 0):
            self.totals[key] = amount + self._total(key)


def _only(amounts: Amounts, rows: Mask) -> Amounts:
    return amounts if isinstance(amounts, int) else amounts[rows]


def _floored(number: Amounts, used: Amounts) -> Amounts:
    """`number` less `used`, not below zero; no limit stays none whatever is used, because no sum
    comes near it."""
    if isinstance(used, int) and used == 0:
        return number
    return np.maximum(number - used, 0)


def half_up(parts: Ints, scale: int) -> Ints:
    """Whole fen from parts per `scale`, half up: `medaid.money.half_up` over a column that is not
    negative."""
    if scale == 1:
        return parts
    doubled = (parts * 2 + scale).view(np.uint64)
    return (doubled // np.uint64(2 * scale)).view(np.int64)
