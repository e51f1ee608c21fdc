"""A plan (the rows that one set of facts chooses) split into its shape, which many plans share, and
its numbers, which fill a table.

Claims of one shape are priced together whatever their numbers are. A shape that the columns do not
cover is named; its claims go through the single-case engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Final, NamedTuple

import numpy as np

from medaid.benefit.model import RESERVED
from medaid.benefit.plan import Plan, PlannedLayer, PlannedLimit
from medaid.money import RATIO_SCALE
from medaid.policy.model import Amount, Band
from medaid.simulate.model import BILL, Codes, Ints

NO_LIMIT: Final = 2**62
"""Stands for no limit: above any sum of fen that a file may hold."""
PLAIN: Final = frozenset(
    {
        "in_policy_left",
        "all_left",
        "own_left",
        "in_policy",
        "total",
        "out_of_policy",
        "out_of_policy_left",
        *BILL[2:],
    }
)
NAMED: Final = frozenset({"given", "component", "overflow", "deductible", "over_cap", "year"})


COVERED: Final = frozenset(
    {
        "layer",
        "cites",
        "refusal",
        "deductible",
        "per",
        "used_keys",
        "year_limit",
        "franchise",
        "inclusive",
        "bands",
        "measure",
        "slab",
        "upper_inclusive",
        "run_keys",
        "floor",
        "ceiling",
        "caps",
        "lump",
        "missing",
        "initial_self_pay",
        "reckoning",
        "names",
        "missing_line",
        "missing_cap",
    }
)
"""Fields of a planned layer that are looked at here, `slab` and `lump` to be refused."""


class Limit(NamedTuple):
    """A cap or an entry ceiling without its number."""

    per: str
    keys: tuple[str, ...]
    layers: tuple[str, ...]


class Slot(NamedTuple):
    """One layer of a shape, without its numbers."""

    layer: str
    kind: str
    """share, given, reserved, refused."""
    source: str
    less: tuple[str, ...] = ()
    plus: tuple[str, ...] = ()
    shared_first: bool = False
    """Whether the person bears a share of the base before anything else."""
    given: str = ""
    in_policy_first: bool = True
    per: str = "visit"
    used_keys: tuple[str, ...] = ()
    year_limited: bool = False
    franchise: bool = False
    inclusive: bool = False
    measure: str = "flat"
    bands: int = 0
    """0 where no citable ratio exists: whoever has something payable is refused."""
    run_keys: tuple[str, ...] = ()
    floor: str = ""
    ceiling: Limit | None = None
    caps: tuple[Limit, ...] = ()


class Numbers(NamedTuple):
    """The numbers of one layer: amounts in fen, ratios in parts per `RATIO_SCALE`."""

    amounts: tuple[int, ...]
    ratios: tuple[int, ...]


Shape = tuple[Slot, ...]


def split(plan: Plan) -> tuple[Shape, tuple[Numbers, ...]] | str:
    """The plan's shape and numbers, or the name of what the columns do not cover."""
    slots, numbers = [], []
    for planned in plan:
        why = uncovered(planned)
        if why:
            return why
        slots.append(_slot(planned))
        numbers.append(_numbers(planned))
    return tuple(slots), tuple(numbers)


def uncovered(planned: PlannedLayer) -> str:
    """The name of a shape that the columns do not cover; empty where they do. What a plan has
    beyond what stands here is not covered."""
    new = [
        name
        for name in PlannedLayer._fields
        if name not in COVERED and getattr(planned, name) != PlannedLayer._field_defaults[name]
    ]
    if new:
        return f"field {new[0]}"
    if planned.refusal:
        return ""
    if planned.layer.kind not in ("share", "given"):
        return f"kind {planned.layer.kind}"
    sources = [
        planned.layer.base.source,
        *planned.layer.base.less,
        *(name for name, _ in planned.layer.base.plus),
    ]
    if planned.floor is not None:
        sources.append(planned.floor[1])
    for name in sources:
        if name not in PLAIN and name.partition(":")[0] not in NAMED:
            return f"source {name}"
    if planned.layer.kind == "given":
        return "base of a given amount" if sources[1:] else ""
    if planned.slab:
        return "slab"
    if planned.missing_line or planned.missing_cap:
        return "figure missing"
    if planned.per not in ("visit", "year"):
        return f"deductible per {planned.per}"
    amounts = [planned.deductible, *(limit.amount for limit in _limits(planned))]
    if any(amount.ratio is not None for amount in amounts):
        return "amount as a share"
    if any(limit.switch is not None for limit in _limits(planned)):
        return "switched cap"
    return "" if planned.missing or _contiguous(planned.bands) else "bands with a gap"


def _contiguous(bands: Sequence[Band]) -> bool:
    ends = [band.high for band in bands]
    return (
        bool(bands)
        and ends[-1] is None
        and all(end == band.low for end, band in zip(ends, bands[1:], strict=False))
    )


def _limits(planned: PlannedLayer) -> tuple[PlannedLimit, ...]:
    return planned.caps if planned.ceiling is None else (planned.ceiling, *planned.caps)


def _slot(planned: PlannedLayer) -> Slot:
    layer = planned.layer
    if planned.refusal:
        return Slot(layer.id, "refused", layer.base.source)
    first = layer.draws == "in_policy_first"
    if layer.kind == "given":
        kind = "reserved" if layer.given == RESERVED else "given"
        return Slot(layer.id, kind, layer.base.source, given=layer.given, in_policy_first=first)
    return Slot(
        layer.id,
        "share",
        layer.base.source,
        layer.base.less,
        tuple(name for name, _ in layer.base.plus),
        bool(planned.initial_self_pay),
        "",
        first,
        planned.per,
        planned.used_keys,
        planned.year_limit is not None,
        planned.franchise,
        planned.inclusive,
        planned.measure,
        0 if planned.missing else len(planned.bands),
        planned.run_keys,
        planned.floor[1] if planned.floor else "",
        _limit(planned.ceiling) if planned.ceiling else None,
        tuple(_limit(cap) for cap in planned.caps),
    )


def _limit(limit: PlannedLimit) -> Limit:
    return Limit(limit.per, limit.keys, limit.layers)


def _numbers(planned: PlannedLayer) -> Numbers:
    """Amounts: deductible, year limit, ceiling, caps, then low and high of each band. Ratios: of
    each band, floor, weights, first share."""
    if planned.refusal or planned.layer.kind == "given":
        return Numbers((), ())
    amounts = [
        planned.deductible.fen or 0,
        NO_LIMIT if planned.year_limit is None else planned.year_limit,
    ]
    amounts += [_fen(limit.amount) for limit in _limits(planned)]
    bands = () if planned.missing else planned.bands
    for band in bands:
        amounts += [band.low, NO_LIMIT if band.high is None else band.high]
    ratios = [band.ratio for band in bands]
    ratios += [planned.floor[0]] if planned.floor else []
    ratios += [weight for _, weight in planned.layer.base.plus]
    return Numbers(
        tuple(amounts),
        (*ratios, planned.initial_self_pay) if planned.initial_self_pay else tuple(ratios),
    )


def _fen(amount: Amount) -> int:
    return NO_LIMIT if amount.fen is None else amount.fen


class Column:
    """One number of a layer over the plans of a shape: a plain int where all agree, else an array
    taken by plan."""

    __slots__ = ("plain", "values")

    def __init__(self, numbers: Sequence[int]) -> None:
        self.plain = numbers[0] if len(set(numbers)) == 1 else None
        self.values: Ints = np.array(numbers, dtype=np.int64)

    def at(self, plans: Codes) -> int | Ints:
        return self.plain if self.plain is not None else self.values[plans]


class LayerTable(NamedTuple):
    """The numbers of one layer for every plan of a shape; ratios in parts per `scale`, the coarsest
    that holds them all."""

    amounts: tuple[Column, ...]
    ratios: tuple[Column, ...]
    scale: int
    largest: int
    """Fen above which a product with a ratio might leave 64 bits."""


class Table:
    """A shape with the numbers of its plans."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._plans: dict[tuple[Numbers, ...], int] = {}
        self._layers: tuple[LayerTable, ...] | None = None
        self.carried = frozenset(
            name
            for slot in shape
            for name in (slot.source, *slot.less, *slot.plus, slot.floor)
            if ":" in name
        )

    def add(self, numbers: tuple[Numbers, ...]) -> int:
        """The index of a plan with these numbers."""
        if numbers not in self._plans:
            self._plans[numbers] = len(self._plans)
            self._layers = None
        return self._plans[numbers]

    @property
    def layers(self) -> tuple[LayerTable, ...]:
        if self._layers is None:
            plans = list(self._plans)
            self._layers = tuple(
                _table([plan[i] for plan in plans]) for i in range(len(self.shape))
            )
        return self._layers


def _table(numbers: Sequence[Numbers]) -> LayerTable:
    parts = [ratio for one in numbers for ratio in one.ratios]
    step = gcd(RATIO_SCALE, *parts)
    scale = RATIO_SCALE // step
    return LayerTable(
        tuple(Column([one.amounts[i] for one in numbers]) for i in range(len(numbers[0].amounts))),
        tuple(
            Column([one.ratios[i] // step for one in numbers])
            for i in range(len(numbers[0].ratios))
        ),
        scale,
        2**61 // scale,
    )
