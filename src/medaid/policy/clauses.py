"""The clause tables of a layer, read from TOML: deductibles, ceilings, rates, caps, modifiers,
requirements, floors, lumps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from medaid.policy.amounts import amount, known, source
from medaid.policy.conditions import NO_CITE, Words, citation, common, condition, when
from medaid.policy.model import (
    Band,
    Base,
    Cap,
    CapSwitch,
    Ceiling,
    ClauseAmount,
    ClauseRow,
    Deductible,
    Floor,
    InitialSelfPay,
    Layer,
    Lump,
    Rate,
    Requirement,
    When,
)
from medaid.policy.modifiers import idle_over, modifier
from medaid.policy.reading import PackTable
from medaid.policy.vocabulary import FUNDS, KINDS, TIERS, LayerKind

MEASURES: Final = ("flat", "visit_excess", "visit_gross", "year_excess", "year_gross")
DRAWS: Final = ("in_policy_first", "out_of_policy_first")
T = TypeVar("T")


def layer(table: PackTable, words: Words, pack: str) -> Layer | None:
    """One `[[layer]]`; None where it is too broken to go on (its problems are noted)."""
    kind = table.choice("kind", KINDS, required=False, default=LayerKind.SHARE)
    default = citation(table, words, required=False, name="default_cite")
    words = words._replace(default=default)
    cite = citation(table, words)
    base = _base(table.table("base", required=True), words)
    outside = base is not None and base.source.startswith("out_of_policy")
    made = Layer(
        id=table.text("id"),
        name=table.text("name"),
        tier=table.choice("tier", TIERS),
        fund=table.choice("fund", FUNDS),
        kind=kind,
        when=when(table, words),
        cite=cite or NO_CITE,
        after=table.words("after"),
        base=base or Base("total", NO_CITE),
        given=table.text("given", required=kind == LayerKind.GIVEN),
        draws=table.choice("draws", DRAWS, False, DRAWS[outside]),
        deductibles=_rows(table, "deductible", words, _deductible),
        rates=_rows(table, "rate", words, _rate),
        caps=_rows(table, "cap", words, _cap),
        modifiers=_rows(table, "modifier", words, modifier),
        requirements=_requirements(table, words),
        floors=_rows(table, "floor", words, _floor),
        lumps=_rows(table, "lump", words, _lump),
        ceilings=_rows(table, "ceiling", words, _ceiling),
        initial_self_pays=_rows(table, "first_share", words, _initial_self_pay),
        line=table.line(),
        pack=pack,
    )
    if kind != LayerKind.GIVEN and made.given:
        table.wrong('given 只用于 kind = "given" 的层', "given")
    table.done()
    return made


def _rows(
    table: PackTable, key: str, words: Words, read: Callable[[PackTable, ClauseRow], T | None]
) -> tuple[T, ...]:
    found: list[T] = []
    for element in table.rows(key):
        row = common(element, words, may_miss=key in _WITHOUT_FIGURE)
        if row is not None and row.missing:
            found.append(_WITHOUT_FIGURE[key](row, element))
            element.done()
            continue
        value = read(element, row or ClauseRow("", When(), NO_CITE, (), None, None, element.line()))
        element.done()
        if value is not None:
            found.append(value)
    return tuple(found)


_WITHOUT_FIGURE: Final[Mapping[str, Callable[[ClauseRow, PackTable], Any]]] = {
    "deductible": lambda row, _: Deductible(row, ClauseAmount(fen=0), "visit"),
    "rate": lambda row, _: Rate(row, (), "flat"),
    "cap": lambda row, table: Cap(row, _limit(table), ClauseAmount(), "year", ()),
}
"""Rows that may say that no citable figure exists for their case."""


def _base(table: PackTable | None, words: Words) -> Base | None:
    if table is None:
        return None
    cite = citation(table, words)
    plus = []
    for row in table.rows("plus"):
        weight = row.ratio("weight")
        plus.append((source(row, "source"), weight or 0))
        row.done()
    base = Base(source(table, "from"), cite or NO_CITE, table.words("less"), tuple(plus))
    for text in base.less:
        if not known(text):
            table.wrong(f"less 中的 {text!r} 不是可用的来源", "less")
    table.done()
    return base


def _deductible(table: PackTable, row: ClauseRow) -> Deductible | None:
    value = amount(table, unlimited=False)
    per = table.choice("per", ("visit", "year", "transfer"), required=False, default="visit")
    limit = table.fen("year_limit_yuan", False)
    made = Deductible(
        row,
        value or ClauseAmount(fen=0),
        per,
        table.words("shared_with"),
        limit,
        table.flag("franchise"),
        table.flag("inclusive"),
    )
    if made.inclusive and not made.franchise:
        table.wrong("inclusive 只用于 franchise(达到起付线后从零计算)", "inclusive")
    if made.franchise and (per != "visit" or limit is not None):
        table.wrong(
            'franchise 只用于 per = "visit",不配 year_limit_yuan:按年累计从零补算无法逐次支付',
            "franchise",
        )
    if limit is not None and per == "year":
        table.wrong('year_limit_yuan 只用于按次起付;按年起付写 per = "year"', "year_limit_yuan")
    if made.shared_with and per != "year" and limit is None:
        table.wrong(
            'shared_with 只用于按年的起付线:写 per = "year" 或 year_limit_yuan', "shared_with"
        )
    _per_of(table, value, per)
    return made if value else None


def _per_of(table: PackTable, value: ClauseAmount | None, per: str) -> None:
    """A share of a visit's amount is a visit's line, a share of the year's amount is the year's."""
    if (
        value is not None
        and value.ratio is not None
        and value.of
        and value.of.startswith("year:") != (per == "year")
    ):
        table.wrong('per = "year" 的比例须以 year:… 为来源,按次的不得以 year:… 为来源', "of")


def _ceiling(table: PackTable, row: ClauseRow) -> Ceiling | None:
    value = amount(table, unlimited=True)
    made = Ceiling(
        row,
        value or ClauseAmount(),
        table.choice(
            "per", ("visit", "year"), value is not None and value.derivation != "无", "visit"
        ),
        table.words("shared_with"),
    )
    _per_of(table, value, made.per)
    if made.shared_with and made.per != "year":
        table.wrong('shared_with 只用于按年的进入限额:写 per = "year"', "shared_with")
    return made if value else None


def _initial_self_pay(table: PackTable, row: ClauseRow) -> InitialSelfPay | None:
    ratio = table.ratio("ratio")
    return None if ratio is None else InitialSelfPay(row, ratio)


def _rate(table: PackTable, row: ClauseRow) -> Rate | None:
    if table.has("ratio") == table.has("band"):
        table.wrong("须且只须写 ratio(单一比例)或 [[…band]](分段)之一")
        table.asked |= {"ratio", "band", "on", "slab", "bounds", "shared_with"}
        return None
    if table.has("ratio"):
        ratio = table.ratio("ratio")
        return None if ratio is None else Rate(row, (Band(0, None, ratio),), "flat")
    bands: list[Band] = []
    for element in table.rows("band"):
        low, high, ratio = element.fen("from"), element.fen("to", False), element.ratio("ratio")
        element.done()
        if low is None or ratio is None:
            continue
        _contiguous(element, bands, low, high)
        bands.append(Band(low, high, ratio))
    if bands and bands[-1].high is not None:
        table.wrong(f"最后一段止于 {bands[-1].high // 100} 元,其上没有比例:最后一段不写 to", "band")
    on, slab = table.choice("on", MEASURES[1:]), table.flag("slab")
    bounds = table.choice(
        "bounds", ("upper_inclusive", "lower_inclusive"), required=slab, default="upper_inclusive"
    )
    if slab and on.startswith("year"):
        table.wrong("slab(整笔按所在段)只用于按次分段", "slab")
    shared = table.words("shared_with")
    if shared and not on.startswith("year"):
        table.wrong("分段的 shared_with 只用于按年累计(year_excess、year_gross)", "shared_with")
    return Rate(row, tuple(bands), on, slab, bounds == "upper_inclusive", shared) if bands else None


def _contiguous(element: PackTable, bands: list[Band], low: int, high: int | None) -> None:
    if bands and bands[-1].high != low:
        ended = "无上限" if bands[-1].high is None else f"{bands[-1].high // 100} 元"
        element.wrong(
            f"本段从 {low // 100} 元起,上一段止于 {ended}:分段须首尾相接,把 from 改为上一段的 to",
            "from",
        )
    if high is not None and high <= low:
        element.wrong("to 不大于 from:分段颠倒", "to")


def _cap(table: PackTable, row: ClauseRow) -> Cap | None:
    value = amount(table, unlimited=True)
    switch = _switch(table.table("switch"))
    per = table.choice(
        "per",
        ("visit", "year"),
        required=value is not None and value.derivation != "无",
        default="year",
    )
    _per_of(table, value, per)
    return (
        Cap(row, _limit(table), value, per, table.words("shared_with"), switch) if value else None
    )


def _limit(table: PackTable) -> str:
    """Which limit of the layer this row fixes; a layer may have several at once (a sub-limit and a
    shared one)."""
    return table.text("limit", required=False, default="limit")


def _switch(table: PackTable | None) -> CapSwitch | None:
    if table is None:
        return None
    named, above = source(table, "source"), table.fen("above_yuan")
    unlimited = table.flag("then_none")
    then = table.fen("then_yuan", required=not unlimited)
    table.done()
    return (
        None
        if above is None
        else CapSwitch(named, ClauseAmount(fen=above), None if unlimited else then)
    )


def _requirements(table: PackTable, words: Words) -> tuple[Requirement, ...]:
    found = []
    for element in table.rows("requires"):
        row = common(element, words)
        among = tuple(condition(one, words) for one in element.rows("any")) or (
            (row.when,) if row else ()
        )
        if not all(one.names for one in among) or (element.has("any") and element.has("when")):
            element.wrong("requires 须写 when 或 any 之一")
        idle_over(element)
        says = element.text("says")
        element.done()
        if row is not None:
            found.append(Requirement(row, says, among))
    return tuple(found)


def _floor(table: PackTable, row: ClauseRow) -> Floor | None:
    ratio = table.ratio("ratio")
    of = source(table, "of")
    return None if ratio is None else Floor(row, ratio, of)


def _lump(table: PackTable, row: ClauseRow) -> Lump | None:
    fen, above = table.fen("yuan"), table.fen("above_yuan")
    trigger = source(table, "source")
    return None if fen is None or above is None else Lump(row, fen, trigger, above)
