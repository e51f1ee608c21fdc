"""The waterfall over columns: what `medaid.benefit.engine` does to one claim, done to every claim
of one shape at once.

Each function is the counterpart of one there, and tests hold the two equal claim for claim. Whole
fen in 64-bit integers throughout; a ratio is parts per the coarsest scale that holds its layer's
ratios, so a product fits. Rows where it would not are marked `needs_fallback` and go through the
single-case engine; rows that it would refuse are refused here, with the code that it would meet
first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from medaid.policy.vocabulary import LayerKind
from medaid.simulate.bills import NONE, NOTHING, Amounts, Bills, Mask
from medaid.simulate.column_arithmetic import floored, half_up, only_rows
from medaid.simulate.layer_shape import NO_LIMIT, LayerShape, LimitShape
from medaid.simulate.model import Codes, Ints
from medaid.simulate.tables import LayerTable, PlanTable
from medaid.simulate.vector_balance import VectorBalance


class VectorWaterfall(VectorBalance):
    """The claims of one shape on their way through its layers. Afterwards: `paid` by layer,
    `all_left`, `in_left`, `totals`, `refused`, `needs_fallback`.
    """

    def __init__(
        self,
        table: PlanTable,
        plans: Codes,
        bills: Bills,
        totals: Callable[[str], Amounts],
        tracked: frozenset[str],
    ) -> None:
        self.table, self.plans, self.bills, self.tracked = table, plans, bills, tracked
        self.all_left: Ints = bills.total
        self.in_left: Ints = bills.in_policy
        self.reserved: Amounts = (
            bills.reserved
            if isinstance(bills.reserved, int)
            else np.minimum(bills.reserved, bills.total)
        )
        self.needs_fallback: Mask | None = None
        self.refused: npt.NDArray[np.int8] | None = None
        self.paid: dict[str, Amounts] = {}
        self.carried: dict[str, Amounts] = {}
        self.totals: dict[str, Amounts] = {}
        self._totals = totals
        if not isinstance(self.reserved, int) and not any(
            layer_shape.kind == "reserved" for layer_shape in table.shape
        ):
            self.refuse(self.reserved > 0, "CLAUSE_GAP")
        for layer_shape, layer in zip(table.shape, table.layers, strict=True):
            self._layer(layer_shape, layer)

    def only(self, rows: Mask) -> VectorWaterfall:
        """The same walk for some of its claims."""
        part = object.__new__(VectorWaterfall)
        part.table, part.tracked = self.table, self.tracked
        part.bills = Bills(
            self.bills.total[rows], self.bills.in_policy[rows], NONE, NOTHING, NOTHING, NOTHING
        )
        part.all_left, part.in_left = self.all_left[rows], self.in_left[rows]
        part.needs_fallback = part.refused = None
        part.paid = {name: only_rows(amounts, rows) for name, amounts in self.paid.items()}
        part.totals = {name: only_rows(amounts, rows) for name, amounts in self.totals.items()}
        return part

    def mark(self, rows: Mask) -> None:
        self.needs_fallback = rows if self.needs_fallback is None else self.needs_fallback | rows

    def _layer(self, layer_shape: LayerShape, layer: LayerTable) -> None:
        if layer_shape.kind == "refused":
            return
        if layer_shape.kind == "reserved":
            paid, self.reserved = self.reserved, NONE
        elif layer_shape.kind == LayerKind.GIVEN:
            paid = self._given(layer_shape)
        else:
            paid = self._share(layer_shape, layer)
        if not isinstance(paid, int):
            self.all_left = self.all_left - paid
            if layer_shape.in_policy_first:
                self.in_left = np.maximum(self.in_left - paid, 0)
            self.in_left = np.minimum(self.in_left, self.all_left)
        self.paid[layer_shape.layer] = paid
        self.add(f"paid:{layer_shape.layer}", paid)

    def _given(self, layer_shape: LayerShape) -> Amounts:
        amount = self._stated(self.bills.given.get(layer_shape.given))
        left = np.minimum(self.source(layer_shape.source), self.all_left - self.reserved)
        self.refuse(np.asarray(amount > left), "AMOUNT_SUM")
        payable: Ints = np.minimum(amount, left)
        return payable

    def _share(self, layer_shape: LayerShape, layer: LayerTable) -> Amounts:
        numbers = [column.at(self.plans) for column in layer.amounts]
        ratios = [column.at(self.plans) for column in layer.ratios]
        limits, bands = (
            (numbers[2:], [])
            if not layer_shape.bands
            else (numbers[2 : -2 * layer_shape.bands], numbers[-2 * layer_shape.bands :])
        )
        base = self._base(layer_shape, layer, ratios)
        overflow: Amounts = NONE
        if layer_shape.ceiling is not None:
            left = self._left(layer_shape.ceiling, limits.pop(0))
            overflow = np.maximum(base - left, 0)
            base = np.minimum(base, left)
        if base.size and int(base.max()) > layer.largest:
            self.mark(base > layer.largest)
            base = np.minimum(base, layer.largest)
        deductible = self._deductible(layer_shape, base, numbers[0], numbers[1])
        parts = self._parts(layer_shape, base, deductible, bands, ratios)
        uncapped = np.minimum(half_up(parts, layer.scale), base)
        within = uncapped
        for cap, number in zip(layer_shape.caps, limits, strict=True):
            if not (isinstance(number, int) and number == NO_LIMIT):
                within = np.minimum(within, self._left(cap, number))
        ident = layer_shape.layer
        self.note(f"overflow:{ident}", overflow)
        self.note(f"deductible:{ident}", deductible)
        if f"over_cap:{ident}" in self.table.carried:
            self.carried[f"over_cap:{ident}"] = uncapped - within
        for key, amount in ((f"base:{ident}", base), (f"ded:{ident}", deductible)):
            self.add(key, amount)
        if f"excess:{ident}" in self.tracked:
            self.add(f"excess:{ident}", base - deductible)
        return self._payable(
            "" if layer_shape.plus else layer_shape.source, within
        )  # several kinds of cost have no kind of their own

    def _base(self, layer_shape: LayerShape, layer: LayerTable, ratios: list[Amounts]) -> Ints:
        base = self.source(layer_shape.source)
        for name in layer_shape.less:
            base = base - self.source(name)
        weights = ratios[len(ratios) - len(layer_shape.plus) - layer_shape.shared_first :]
        for name, weight in zip(layer_shape.plus, weights, strict=False):
            base = base + self._part(self.source(name), weight, layer)
        if (
            layer_shape.less
            or layer_shape.plus
            or layer_shape.source not in ("in_policy_left", "all_left", "in_policy", "total")
        ):
            base = np.maximum(
                np.broadcast_to(np.asarray(base, dtype=np.int64), self.all_left.shape), 0
            )
        if layer_shape.shared_first:
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

    def _deductible(
        self, layer_shape: LayerShape, base: Ints, line: Amounts, year_limit: Amounts
    ) -> Amounts:
        if layer_shape.franchise:
            reached = base >= line if layer_shape.inclusive else base > line
            return np.where(reached, 0, base)
        if isinstance(line, int) and line == 0:
            return NONE
        if layer_shape.per == "year" or layer_shape.year_limited:
            used = self.sum_of(layer_shape.used_keys)
            if layer_shape.per == "year":
                line = floored(line, used)
            if layer_shape.year_limited:
                line = np.minimum(line, floored(year_limit, used))
        return np.minimum(base, line)

    def _parts(
        self,
        layer_shape: LayerShape,
        base: Ints,
        deductible: Amounts,
        bands: list[Amounts],
        ratios: list[Amounts],
    ) -> Ints:
        """What the bands give, in parts of a fen per the layer's scale."""
        excess = base if isinstance(deductible, int) else base - deductible
        if not layer_shape.bands:
            self.refuse(excess > 0, "FIGURE_MISSING")
            parts = np.zeros(len(excess), dtype=np.int64)
        elif layer_shape.measure == "flat":
            parts = excess * ratios[0]
        else:
            begin = self._begin(layer_shape, deductible)
            end = excess + begin
            lowest = bands[0]
            if not (isinstance(lowest, int) and lowest == 0):
                self.refuse((excess > 0) & (np.asarray(begin) < lowest), "CLAUSE_GAP")
            parts = np.zeros(len(excess), dtype=np.int64)
            for i in range(layer_shape.bands):
                low, high = bands[2 * i], bands[2 * i + 1]
                upper = end if i == layer_shape.bands - 1 else np.minimum(end, high)
                parts += np.maximum(upper - np.maximum(begin, low), 0) * ratios[i]
        if layer_shape.floor:
            parts = np.maximum(
                parts, ratios[layer_shape.bands] * np.asarray(self.source(layer_shape.floor))
            )
        return parts

    def _begin(self, layer_shape: LayerShape, deductible: Amounts) -> Amounts:
        if layer_shape.measure == "visit_excess":
            return NONE
        if layer_shape.measure == "visit_gross":
            return deductible
        run = self.sum_of(layer_shape.run_keys)
        return run if layer_shape.measure == "year_excess" else run + deductible

    def _left(self, limit: LimitShape, number: Amounts) -> Amounts:
        if limit.per == "year":
            return floored(number, self.sum_of(limit.keys))
        used: Amounts = NONE
        if len(limit.layers) > 1:
            for name in limit.layers:
                used = used + self.paid.get(name, NONE)
        return floored(number, used)

    def _payable(self, source: str, amount: Ints) -> Ints:
        left = self.all_left if isinstance(self.reserved, int) else self.all_left - self.reserved
        if source.startswith("in_policy"):
            of_kind = np.minimum(amount, self.in_left)
        elif source.startswith("out_of_policy"):
            of_kind = np.minimum(amount, self.all_left - self.in_left)
        else:
            of_kind = amount
        return np.minimum(left, of_kind)
