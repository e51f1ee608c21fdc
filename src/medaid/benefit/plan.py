"""Which clauses apply: the discrete half of pricing. For one set of facts each layer's rows are chosen, once, and kept.

Two rows at once, none at all, or a fact that a row asks for and nobody knows are errors that name the clauses or the fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from medaid.errors import PolicySilent
from medaid.money import RATIO_SCALE
from medaid.policy.model import FACT_NAMES, Amount, Band, Cap, Citation, Facts, Layer, Modifier, Policy, Row, When


class PlannedCap(NamedTuple):
    cap: Cap
    amount: Amount
    paid_keys: tuple[str, ...]
    """Names in the year's totals that count against it."""
    layers: tuple[str, ...]


class PlannedLayer(NamedTuple):
    """A layer with its rows chosen and its modifiers applied: numbers only, ready to walk."""

    layer: Layer
    refusal: str
    deductible: Amount
    per: str
    used_keys: tuple[str, ...]
    year_limit: int | None
    franchise: bool
    inclusive: bool
    bands: tuple[Band, ...]
    measure: str
    slab: bool
    upper_inclusive: bool
    floor: tuple[int, str] | None
    caps: tuple[PlannedCap, ...]
    lump: tuple[int, str, int] | None
    cites: tuple[Citation, ...]


Plan = tuple[PlannedLayer, ...]
_plans: dict[tuple[str, Facts], Plan] = {}
_MOST_PLANS = 50_000


def plan(policy: Policy, facts: Facts) -> Plan:
    """The plan for `facts` under `policy`. Raises PolicySilent (CLAUSE_CONFLICT, CLAUSE_GAP, FACT_MISSING)."""
    key = (policy.version, facts)
    known = _plans.get(key)
    if known is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        known = _plans[key] = tuple(_planned(layer, facts) for layer in policy.layers if layer.kind != "year_end" and holds(layer.when, facts, layer.name))
    return known


def year_end_plan(policy: Policy, facts: Facts) -> Plan:
    """The layers that are settled once, at the end of the year."""
    return tuple(_planned(layer, facts) for layer in policy.layers if layer.kind == "year_end" and holds(layer.when, facts, layer.name))


def holds(when: When, facts: Facts, told: str) -> bool:
    """Whether the condition holds. A fact that is asked for and not known is an error, not a no."""
    for name, values in when.sets:
        value = getattr(facts, name)
        if value is None:
            raise _missing(name, told)
        if value not in values:
            return False
    for name, low, high in when.ranges:
        number = getattr(facts, name)
        if number is None:
            raise _missing(name, told)
        if number < low or (high is not None and number >= high):
            return False
    return True


def _missing(name: str, told: str) -> PolicySilent:
    return PolicySilent("FACT_MISSING", field=name, rule=f"{told}的条款按{FACT_NAMES[name]}区分,须提供{FACT_NAMES[name]}({name})")


class _HasRow(Protocol):
    @property
    def row(self) -> Row: ...


def choose(rows: Sequence[_HasRow], facts: Facts, told: str, needed: bool) -> Any:
    """The one row that applies; None where none does and none is needed."""
    holding = [r for r in rows if holds(r.row.when, facts, told)]
    if len(holding) > 1:
        beaten = {name for r in holding for name in r.row.over}
        holding = [r for r in holding if not r.row.id or r.row.id not in beaten]
    if len(holding) > 1:
        clauses = "与".join(r.row.cite.text for r in holding)
        raise PolicySilent("CLAUSE_CONFLICT", field=told, rule=f"{clauses} 同时适用,须以 over 注明何者优先")
    if not holding and needed:
        raise PolicySilent("CLAUSE_GAP", field=told, rule=f"{_told(facts)} 没有适用的条款")
    if holding and holding[0].row.missing:
        raise PolicySilent("FIGURE_MISSING", field=told, rule=holding[0].row.missing)
    return holding[0] if holding else None


def _told(facts: Facts) -> str:
    return "、".join(f"{FACT_NAMES[name]}={value}" for name, value in zip(facts._fields, facts, strict=True) if value is not None)


def _planned(layer: Layer, facts: Facts) -> PlannedLayer:
    name = layer.name
    unmet = next((r for r in layer.requirements if not any(holds(one, facts, name) for one in r.among)), None)
    cites = [layer.cite, layer.base.cite]
    if unmet is not None:
        return PlannedLayer(
            layer, unmet.says, Amount(fen=0), "visit", (), None, False, False, (), "flat", False, True, None, (), None, (layer.cite, unmet.row.cite)
        )
    if layer.kind == "given":
        return PlannedLayer(layer, "", Amount(fen=0), "visit", (), None, False, False, (), "flat", False, True, None, (), None, tuple(dict.fromkeys(cites)))
    modifiers = _modifiers(layer, facts)
    deductible = choose(layer.deductibles, facts, f"{name}起付线", layer.kind == "share")
    rate = choose(layer.rates, facts, f"{name}比例", layer.kind == "share")
    floor = choose(layer.floors, facts, f"{name}保底", False)
    lump = choose(layer.lumps, facts, f"{name}定额", layer.kind == "lump")
    caps = [choose([c for c in layer.caps if c.name == limit], facts, f"{name}限额", True) for limit in dict.fromkeys(c.name for c in layer.caps)]
    rows = [chosen.row for chosen in (deductible, rate, floor, lump, *caps) if chosen is not None]
    cites += [row.cite for row in (*(r.row for r in layer.requirements), *rows, *(m.row for m in modifiers))]
    used = (layer.id, *(deductible.shared_with if deductible else ()))
    return PlannedLayer(
        layer=layer,
        refusal="",
        deductible=_modified(deductible.amount, "deductible", modifiers, facts) if deductible else Amount(fen=0),
        per=deductible.per if deductible else "visit",
        used_keys=tuple(f"ded:{i}" for i in dict.fromkeys(used)),
        year_limit=deductible.year_limit if deductible else None,
        franchise=bool(deductible and deductible.franchise),
        inclusive=bool(deductible and deductible.inclusive),
        bands=tuple(band._replace(ratio=_ratio(band.ratio, modifiers, facts)) for band in rate.bands) if rate else (),
        measure=rate.measure if rate else "flat",
        slab=bool(rate and rate.slab),
        upper_inclusive=bool(rate is None or rate.upper_inclusive),
        floor=(floor.ratio, floor.of) if floor else None,
        caps=tuple(_cap(layer, cap, modifiers, facts) for cap in caps if cap is not None),
        lump=(lump.fen, lump.source, lump.above) if lump else None,
        cites=tuple(dict.fromkeys(cites)),
    )


def _modifiers(layer: Layer, facts: Facts) -> list[Modifier]:
    """All that apply; of one group at most one."""
    holding = [m for m in layer.modifiers if not m.group and holds(m.row.when, facts, layer.name)]
    for group in dict.fromkeys(m.group for m in layer.modifiers if m.group):
        chosen = choose([m for m in layer.modifiers if m.group == group], facts, f"{layer.name}调整", False)
        holding += [chosen] if chosen is not None else []
    return holding


def _steps(modifier: Modifier, facts: Facts) -> int:
    """How often a modifier counts: once, or per year of age or enrolment above `per_from`."""
    if not modifier.per:
        return 1
    number = getattr(facts, modifier.per)
    if number is None:
        raise _missing(modifier.per, modifier.row.cite.text)
    return max(0, int(number) - modifier.per_from)


def _ratio(ratio: int, modifiers: Sequence[Modifier], facts: Facts) -> int:
    """Points first, then factors, then floors; never below zero nor above the whole."""
    mine = [m for m in modifiers if m.target == "ratio"]
    for m in mine:
        points = m.points * _steps(m, facts)
        if m.most is not None:
            points = max(-m.most, min(m.most, points))
        ratio += points
    for m in mine:
        if m.times is not None:
            product = ratio * m.times
            assert product % RATIO_SCALE == 0, "a ratio that the scale cannot hold"
            ratio = product // RATIO_SCALE
    ratio = max([ratio, *(m.floor for m in mine if m.floor is not None)])
    return max(0, min(RATIO_SCALE, ratio))


def _modified(amount: Amount, target: str, modifiers: Sequence[Modifier], facts: Facts) -> Amount:
    """A deductible or cap with what is added and multiplied; what is not limited stays so."""
    for m in (m for m in modifiers if m.target == target):
        if amount.fen is not None:
            if m.times is not None:
                amount = amount._replace(fen=(2 * amount.fen * m.times + RATIO_SCALE) // (2 * RATIO_SCALE))
            else:
                more = m.fen * _steps(m, facts)
                amount = amount._replace(fen=max(0, (amount.fen or 0) + (min(more, m.most) if m.most is not None else more)))
        elif amount.ratio is not None and m.times is not None:
            amount = amount._replace(ratio=amount.ratio * m.times // RATIO_SCALE)
    return amount


def _cap(layer: Layer, cap: Cap, modifiers: Sequence[Modifier], facts: Facts) -> PlannedCap:
    layers = tuple(dict.fromkeys((layer.id, *cap.counts)))
    return PlannedCap(cap, _modified(cap.amount, "cap", modifiers, facts), tuple(f"paid:{i}" for i in layers), layers)
