"""A plan (the rows that one set of facts chooses) split into its shape, which many plans share, and
its numbers, which fill a table.

Claims of one shape are priced together whatever their numbers are. A shape that the columns do not
cover is named; its claims go through the single-case engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from medaid.benefit.model import RESERVED
from medaid.benefit.service import Plan, PlannedLayer, PlannedLimit
from medaid.policy.model import Band, ClauseAmount
from medaid.policy.vocabulary import LayerKind
from medaid.simulate.model import BILL

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
        "shares",
        "remembers",
        "missing_line",
        "missing_cap",
    }
)
"""Fields of a planned layer that are looked at here, `slab` and `lump` to be refused."""


class LimitShape(NamedTuple):
    """A cap or an entry ceiling without its number."""

    per: str
    keys: tuple[str, ...]
    layers: tuple[str, ...]


class LayerShape(NamedTuple):
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
    ceiling: LimitShape | None = None
    caps: tuple[LimitShape, ...] = ()


class Numbers(NamedTuple):
    """The numbers of one layer: amounts in fen, ratios in parts per `RATIO_SCALE`."""

    amounts: tuple[int, ...]
    ratios: tuple[int, ...]


Shape = tuple[LayerShape, ...]


def split(plan: Plan) -> tuple[Shape, tuple[Numbers, ...]] | str:
    """The plan's shape and numbers, or the name of what the columns do not cover."""
    layer_shapes, numbers = [], []
    for planned in plan:
        why = uncovered(planned)
        if why:
            return why
        layer_shapes.append(_layer_shape(planned))
        numbers.append(_numbers(planned))
    return tuple(layer_shapes), tuple(numbers)


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
    if planned.layer.kind == LayerKind.GIVEN:
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


def _layer_shape(planned: PlannedLayer) -> LayerShape:
    layer = planned.layer
    if planned.refusal:
        return LayerShape(layer.id, "refused", layer.base.source)
    first = layer.draws == "in_policy_first"
    if layer.kind == LayerKind.GIVEN:
        kind = "reserved" if layer.given == RESERVED else "given"
        return LayerShape(
            layer.id, kind, layer.base.source, given=layer.given, in_policy_first=first
        )
    return LayerShape(
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


def _limit(limit: PlannedLimit) -> LimitShape:
    return LimitShape(limit.per, limit.keys, limit.layers)


def _numbers(planned: PlannedLayer) -> Numbers:
    """Amounts: deductible, year limit, ceiling, caps, then low and high of each band. Ratios: of
    each band, floor, weights, first share."""
    if planned.refusal or planned.layer.kind == LayerKind.GIVEN:
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


def _fen(amount: ClauseAmount) -> int:
    return NO_LIMIT if amount.fen is None else amount.fen
