"""Which clauses apply: the discrete half of pricing. For one set of facts each layer's rows are
chosen, once, and kept.

Two rows at once, none at all, or a fact that a row asks for and nobody knows are errors that name
the clauses or the fact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

from medaid.benefit.choice import any_holds, choose, holds
from medaid.benefit.entered import with_entered
from medaid.benefit.model import PLAIN, Reckoning
from medaid.benefit.modify import adjusted, changed_amount, ratio_adjustments
from medaid.errors import PolicyUndetermined
from medaid.policy.model import (
    Band,
    Cap,
    CapSwitch,
    Ceiling,
    Citation,
    ClauseAmount,
    Deductible,
    InitialSelfPay,
    Layer,
    Modifier,
    Policy,
    Rate,
)
from medaid.policy.vocabulary import Facts, LayerKind, Tier


class PlannedLimit(NamedTuple):
    """A cap, or an entry ceiling, with what counts against it."""

    amount: ClauseAmount
    per: str
    keys: tuple[str, ...]
    """Names in the year's totals that count against it."""
    layers: tuple[str, ...]
    switch: CapSwitch | None = None


class LayerNames(NamedTuple):
    """What a layer's amounts are called: in the year's totals, and for the layers after it."""

    paid: str
    base: str
    deductible_used: str
    excess: str
    overflow: str
    deductible: str
    over_cap: str

    @classmethod
    def of(cls, layer: str) -> LayerNames:
        heads = ("paid", "base", "ded", "excess", "overflow", "deductible", "over_cap")
        return cls(*(f"{head}:{layer}" for head in heads))


class PlannedLayer(NamedTuple):
    """A layer with its rows chosen and its modifiers applied: numbers only, ready to walk."""

    layer: Layer
    cites: tuple[Citation, ...]
    refusal: str = ""
    deductible: ClauseAmount = ClauseAmount(fen=0)
    per: str = "visit"
    used_keys: tuple[str, ...] = ()
    year_limit: int | None = None
    franchise: bool = False
    inclusive: bool = False
    bands: tuple[Band, ...] = ()
    measure: str = "flat"
    slab: bool = False
    upper_inclusive: bool = True
    run_keys: tuple[str, ...] = ()
    """Names in the year's totals that say where on the bands' scale the year stands."""
    floor: tuple[int, str] | None = None
    ceiling: PlannedLimit | None = None
    caps: tuple[PlannedLimit, ...] = ()
    lump: tuple[int, str, int] | None = None
    initial_self_pay: int = 0
    """Parts of the base that the person bears before anything else."""
    missing: str = ""
    """What is asked for where no citable ratio exists; it matters once something lies above the
    deductible."""
    missing_line: str = ""
    """What is asked for where no citable deductible exists; it matters once something enters."""
    missing_cap: str = ""
    """What is asked for where the source prints no cap; it matters once something would be paid."""
    reckoning: Reckoning = PLAIN
    """What a step's explanation takes from the clauses; the engine fills in the amounts."""
    names: LayerNames = LayerNames("", "", "", "", "", "", "")
    shares: bool = False
    """Base, deductible, ratio and cap make its amount."""
    remembers: bool = False
    """The year keeps what entered it and what its deductible took, beside what it paid."""


Plan = tuple[PlannedLayer, ...]
_plans: dict[tuple[str, Any], Plan] = {}
_pickers: dict[tuple[str, ...], Callable[[Facts], Any]] = {}
_MOST_PLANS: Final = 50_000


def plan(policy: Policy, facts: Facts) -> Plan:
    """The plan for `facts` under `policy`. Raises PolicyUndetermined (CLAUSE_CONFLICT, CLAUSE_GAP,
    FACT_MISSING, FIGURE_MISSING). A claim that no basic layer covers is a CLAUSE_GAP too.

    Plans are kept by the policy's version and the facts that its clauses ask for; facts nobody asks
    for do not multiply them.
    """
    pick = _pickers.get(policy.asked)
    if pick is None:
        pick = _pickers[policy.asked] = (
            itemgetter(*map(Facts._fields.index, policy.asked)) if policy.asked else tuple
        )
    key = (policy.version, pick(facts))
    known = _plans.get(key)
    if known is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        known = tuple(
            _planned(with_entered(layer, policy, facts), facts)
            for layer in policy.layers
            if layer.kind != LayerKind.YEAR_END and holds(layer.when, facts, layer.name)
        )
        _check_basic(policy, known, facts)
        _plans[key] = known
    return known


def _check_basic(policy: Policy, planned: Plan, facts: Facts) -> None:
    """Raises PolicyUndetermined CLAUSE_GAP where the policy has basic layers and none covers the
    claim: it names the insurance type where that is why, else the kind of care."""
    basic = [layer for layer in policy.layers if layer.tier == Tier.BASIC]
    if not basic or any(one.layer.tier == Tier.BASIC for one in planned):
        return
    types = [values for layer in basic for name, values in layer.when.sets if name == "insutype"]
    if len(types) == len(basic) and not any(facts.insutype in values for values in types):
        field, rule = "insutype", f"当地政策没有该险种({facts.insutype})的基本医保条款"
    else:
        field, rule = "med_type", "当地政策没有该险种、该医疗类别的基本医保条款"
    raise PolicyUndetermined("CLAUSE_GAP", field=field, rule=rule)


def year_end_plan(policy: Policy, facts: Facts) -> Plan:
    """The layers that are settled once, at the end of the year."""
    return tuple(
        _planned(with_entered(layer, policy, facts), facts)
        for layer in policy.layers
        if layer.kind == LayerKind.YEAR_END and holds(layer.when, facts, layer.name)
    )


def _planned(layer: Layer, facts: Facts) -> PlannedLayer:
    unmet = next((r for r in layer.requirements if not any_holds(r.among, facts, layer.name)), None)
    if unmet is not None:
        return PlannedLayer(layer, (layer.cite, unmet.row.cite), refusal=unmet.says)
    cites = [layer.cite, layer.base.cite, *(r.row.cite for r in layer.requirements)]
    if layer.kind == LayerKind.GIVEN:
        return PlannedLayer(layer, tuple(dict.fromkeys(cites)))
    if layer.kind == LayerKind.LUMP:
        lump = choose(layer.lumps, facts, f"{layer.name}定额", needed=True)
        return PlannedLayer(
            layer,
            tuple(dict.fromkeys((*cites, lump.row.cite))),
            lump=(lump.fen, lump.source, lump.above),
        )
    return _planned_share(layer, facts, cites)


def _planned_share(layer: Layer, facts: Facts, cites: list[Citation]) -> PlannedLayer:
    name = layer.name
    modifiers = _modifiers(layer, facts)
    deductible = choose(layer.deductibles, facts, f"{name}起付线", needed=True, may_miss=True)
    rate = choose(layer.rates, facts, f"{name}比例", needed=True, may_miss=True)
    floor = choose(layer.floors, facts, f"{name}保底", needed=False)
    first = choose(layer.initial_self_pays, facts, f"{name}先行自付", needed=False)
    ceiling = choose(layer.ceilings, facts, f"{name}进入限额", needed=False)
    caps = [
        choose(
            [c for c in layer.caps if c.name == limit],
            facts,
            f"{name}限额",
            needed=True,
            may_miss=True,
        )
        for limit in dict.fromkeys(c.name for c in layer.caps)
    ]
    rows = [
        chosen.row
        for chosen in (first, deductible, rate, floor, ceiling, *caps)
        if chosen is not None and not chosen.row.missing
    ]
    reckoning = _reckoning(deductible, rate, first, modifiers, facts)
    run = "excess" if rate.measure == "year_excess" else "base"
    return PlannedLayer(
        layer=layer,
        cites=tuple(
            dict.fromkeys((*cites, *(row.cite for row in rows), *(m.row.cite for m in modifiers)))
        ),
        deductible=changed_amount(deductible.amount, "deductible", modifiers, facts),
        per=deductible.per,
        used_keys=_keys("ded", layer, deductible.shared_with),
        year_limit=deductible.year_limit,
        franchise=deductible.franchise,
        inclusive=deductible.inclusive,
        bands=tuple(
            band._replace(ratio=adjusted(band.ratio, reckoning.adjustments)) for band in rate.bands
        ),
        measure=rate.measure,
        slab=rate.slab,
        upper_inclusive=rate.upper_inclusive,
        run_keys=_keys(run, layer, rate.shared_with) if rate.measure.startswith("year") else (),
        floor=(floor.ratio, floor.of) if floor else None,
        ceiling=_ceiling(layer, ceiling, modifiers, facts) if ceiling else None,
        caps=tuple(_cap(layer, cap, modifiers, facts) for cap in caps),
        initial_self_pay=first.ratio if first else 0,
        missing=rate.row.missing,
        missing_line=deductible.row.missing,
        missing_cap=next((cap.row.missing for cap in caps if cap.row.missing), ""),
        reckoning=reckoning,
        names=LayerNames.of(layer.id),
        shares=True,
        remembers=layer.kind == LayerKind.SHARE,
    )


def _reckoning(
    deductible: Deductible,
    rate: Rate,
    first: InitialSelfPay | None,
    modifiers: Sequence[Modifier],
    facts: Facts,
) -> Reckoning:
    """What the clauses chosen contribute to a step's explanation."""
    from_zero = "from_zero_inclusive" if deductible.inclusive else "from_zero"
    adjustments = ratio_adjustments(modifiers, facts)
    line = changed_amount(deductible.amount, "deductible", modifiers, facts)
    return Reckoning(
        initial_ratio=first.ratio if first else 0,
        line=line.fen or 0,
        per=from_zero if deductible.franchise else deductible.per,
        year_limit=deductible.year_limit,
        measure=rate.measure,
        slab=rate.slab,
        ratios=tuple((band.low, band.ratio) for band in rate.bands) if adjustments else (),
        adjustments=adjustments,
    )


def _modifiers(layer: Layer, facts: Facts) -> list[Modifier]:
    """All that apply; of one group at most one."""
    holding = [m for m in layer.modifiers if not m.group and holds(m.row.when, facts, layer.name)]
    for group in dict.fromkeys(m.group for m in layer.modifiers if m.group):
        chosen = choose(
            [m for m in layer.modifiers if m.group == group],
            facts,
            f"{layer.name}调整",
            needed=False,
        )
        holding += [chosen] if chosen is not None else []
    return holding


def _keys(kind: str, layer: Layer, others: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{kind}:{name}" for name in dict.fromkeys((layer.id, *others)))


def _cap(layer: Layer, cap: Cap, modifiers: Sequence[Modifier], facts: Facts) -> PlannedLimit:
    amount = changed_amount(cap.amount, "cap", modifiers, facts)
    return PlannedLimit(
        amount,
        cap.per,
        _keys("paid", layer, cap.counts),
        tuple(dict.fromkeys((layer.id, *cap.counts))),
        cap.switch,
    )


def _ceiling(
    layer: Layer, ceiling: Ceiling, modifiers: Sequence[Modifier], facts: Facts
) -> PlannedLimit:
    return PlannedLimit(
        changed_amount(ceiling.amount, "ceiling", modifiers, facts),
        ceiling.per,
        _keys("base", layer, ceiling.shared_with),
        (layer.id,),
    )
