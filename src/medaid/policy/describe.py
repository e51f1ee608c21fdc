"""A policy in Chinese words: each figure of each layer as one entry, from which the whole waterfall
is shown and two are compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from medaid.money import Fen, Ratio
from medaid.policy.model import (
    Cap,
    Citation,
    ClauseAmount,
    ClauseRow,
    Deductible,
    Layer,
    Modifier,
    Policy,
    Rate,
    When,
)
from medaid.policy.vocabulary import (
    FACT_NAMES,
    FUND_NAMES,
    NO_CATEGORY,
    TIER_NAMES,
    TRUST_NAMES,
    LayerKind,
    category_name,
    in_order,
    source_name,
    value_name,
)

_PER: Final = {"visit": "每次", "year": "每年", "transfer": "每次,转院补差"}
_ON: Final = {
    "visit_excess": "按次超过起付线的部分",
    "visit_gross": "按次总额",
    "year_excess": "按年累计超过起付线的部分",
    "year_gross": "按年累计总额",
}
_UNIT: Final = {"age": "每岁", "stay_no": "每次住院", "years_enrolled": "每连续参保一年"}
_TARGET: Final = {"ratio": "比例", "deductible": "起付线", "cap": "限额", "ceiling": "进入限额"}


class DescribedFigure(NamedTuple):
    """One figure: of which layer and table, under which condition, its value in words, its clause,
    and whom it touches (empty: everybody)."""

    layer: str
    name: str
    table: str
    condition: str
    value: str
    cite: Citation
    categories: frozenset[str]

    @property
    def place(self) -> tuple[str, str, str]:
        """What makes two entries of two policies the same figure."""
        return self.layer, self.table, self.condition


def condition(when: When) -> str:
    """A condition in words; empty for none."""
    sets = [
        (
            f"{FACT_NAMES[name]} "
            f"{'、'.join(value_name(name, value) for value in in_order(name, values))}"
        )
        for name, values in when.sets
    ]
    return ";".join(
        [*sets, *(f"{FACT_NAMES[name]} {_range(low, high)}" for name, low, high in when.ranges)]
    )


def _range(low: int, high: int | None) -> str:
    if high is None:
        return f"{low} 以上"
    return f"未满 {high}" if not low else (f"{low}" if high == low + 1 else f"{low} 至 {high - 1}")


def money(fen: int) -> str:
    """Yuan without needless zeros."""
    return f"{fen // 100} 元" if fen % 100 == 0 else f"{Fen(fen)} 元"


def amount(value: ClauseAmount, none: str = "不限") -> str:
    """A sum that a clause fixes, in words."""
    if value.ratio is None:
        if value.fen is None or (not value.fen and value.derivation):
            return none
        return money(value.fen) + (f"({value.derivation})" if value.derivation else "")
    least = f",最低 {money(value.least)}" if value.least else ""
    most = f",最高 {money(value.most)}" if value.most is not None else ""
    return f"{source_name(value.of)}的 {Ratio(value.ratio).percent()}{least}{most}"


def entries(layer: Layer) -> Iterator[DescribedFigure]:
    """Every figure of a layer, table by table, in the order of the walk."""
    if layer.kind == LayerKind.GAP:
        yield from (_entry(layer, "缺口", r.row, f"不支付:{r.says}") for r in layer.requirements)
        return
    base = layer.base
    extra = "".join(f",减 {source_name(n)}" for n in base.less) + "".join(
        f",加 {source_name(n)} 的 {Ratio(w).percent()}" for n, w in base.plus
    )
    yield DescribedFigure(
        layer.id,
        layer.name,
        "基数",
        "",
        source_name(base.source) + extra,
        base.cite,
        _touched(layer, None),
    )
    if layer.given:
        yield _entry(
            layer,
            "金额",
            ClauseRow("", When(), layer.cite, (), None, None, layer.line),
            f"由经办机构提供({layer.given})",
        )
    for r in layer.requirements:
        yield _entry(
            layer, "要求", r.row, f"{'或'.join(condition(one) for one in r.among)};否则:{r.says}"
        )
    for share in layer.initial_self_pays:
        yield _entry(layer, "先行自付", share.row, Ratio(share.ratio).percent())
    for c in layer.ceilings:
        yield _entry(
            layer, "进入限额", c.row, f"{_PER[c.per]} {amount(c.amount)}{_shared(c.shared_with)}"
        )
    for d in layer.deductibles:
        yield _entry(layer, "起付线", d.row, _deductible(d))
    for rate in layer.rates:
        yield _entry(layer, "比例", rate.row, _rate(rate))
    for m in layer.modifiers:
        yield _entry(layer, f"{_TARGET[m.target]}调整", m.row, _modifier(m))
    for f in layer.floors:
        yield _entry(
            layer, "保底", f.row, f"不低于{source_name(f.of)}的 {Ratio(f.ratio).percent()}"
        )
    for cap in layer.caps:
        yield _entry(
            layer, "限额" if cap.name == "limit" else f"限额·{cap.name}", cap.row, _cap(cap)
        )
    for x in layer.lumps:
        yield _entry(
            layer,
            "定额",
            x.row,
            f"{source_name(x.source)}超过 {money(x.above)} 的,一年一次 {money(x.fen)}",
        )


def _entry(layer: Layer, table: str, row: ClauseRow, value: str) -> DescribedFigure:
    dates = "".join(
        ((f",自 {row.since}" if row.since else ""), (f",至 {row.until}" if row.until else ""))
    )
    return DescribedFigure(
        layer.id,
        layer.name,
        table,
        condition(row.when),
        (f"未公布:{row.missing}" if row.missing else value) + dates,
        row.cite,
        _touched(layer, row),
    )


def _touched(layer: Layer, row: ClauseRow | None) -> frozenset[str]:
    """Whom the figure touches: the row's categories within the layer's; empty for everybody."""
    of_layer = dict(layer.when.sets).get("category", frozenset())
    of_row = dict(row.when.sets).get("category", frozenset()) if row else frozenset()
    return (of_row & of_layer if of_layer and of_row else of_row or of_layer) - {NO_CATEGORY}


def _shared(layers: tuple[str, ...]) -> str:
    return f",与 {'、'.join(layers)} 合并计算" if layers else ""


def _deductible(d: Deductible) -> str:
    words = amount(d.amount, "不设")
    if words == "不设":
        return words
    extra = "(达到后从零计算)" if d.franchise else ""
    limit = f",全年合计不超过 {money(d.year_limit)}" if d.year_limit is not None else ""
    return f"{_PER[d.per]} {words}{extra}{limit}{_shared(d.shared_with)}"


def _rate(rate: Rate) -> str:
    if rate.measure == "flat":
        return Ratio(rate.bands[0].ratio).percent() if rate.bands else ""
    bands = [f"{_stretch(b.low, b.high)} {Ratio(b.ratio).percent()}" for b in rate.bands]
    how = "整笔按所在段" if rate.slab else "分段"
    return f"{_ON[rate.measure]}{how}:{';'.join(bands)}{_shared(rate.shared_with)}"


def _stretch(low: int, high: int | None) -> str:
    if high is None:
        return f"{money(low)}以上"
    return f"{money(low)}以上至 {money(high)}" if low else f"{money(high)}以内"


def _modifier(m: Modifier) -> str:
    if m.points:
        words = (
            f"{'提高' if m.points > 0 else '降低'} "
            f"{Ratio(abs(m.points) * 100).decimal.normalize():f} 个百分点"
        )
    elif m.times is not None:
        words = f"乘以 {Ratio(m.times).decimal.normalize():f}"
    elif m.floor is not None:
        words = f"不低于 {Ratio(m.floor).percent()}"
    else:
        words = f"{'提高' if m.fen >= 0 else '降低'} {money(abs(m.fen))}"
    most = (
        ""
        if m.most is None
        else (
            f",最多 {Ratio(m.most).percent()}" if m.target == "ratio" else f",最多 {money(m.most)}"
        )
    )
    per = f"{_UNIT[m.per]}({FACT_NAMES[m.per]}超过 {m.per_from} 起)" if m.per else ""
    return f"{per}{words}{most}" + (f",不低于 {money(m.least)}" if m.least is not None else "")


def _cap(cap: Cap) -> str:
    words = amount(cap.amount)
    if cap.switch:
        then = "不限" if cap.switch.fen is None else money(cap.switch.fen)
        words += f";{source_name(cap.switch.source)}超过 {amount(cap.switch.above)} 的 {then}"
    return words if words == "不限" else f"{_PER[cap.per]} {words}{_shared(cap.counts)}"


def show(policy: Policy) -> str:
    """The whole waterfall in Chinese: layers in order, each figure with its clause, and who is
    assisted."""
    lines = [
        f"{policy.day} 参保地 {policy.insured_region}"
        + (f",救助地 {policy.assisting_region}" if policy.assisting_region else ",非救助对象"),
        "",
    ]
    for number, layer in enumerate(policy.layers, 1):
        lines.append(f"{number}. {layer.name}({TIER_NAMES[layer.tier]},{FUND_NAMES[layer.fund]})")
        if layer.when.names:
            lines.append(f"   适用:{condition(layer.when)}")
        for entry in entries(layer):
            head = f"{entry.table}[{entry.condition}]" if entry.condition else entry.table
            lines.append(f"   {head}:{entry.value}{_cite(entry.cite)}")
        lines.append("")
    if policy.category_rules:
        lines.append("救助对象:")
        for code, rows in policy.category_rules.items():
            only = ";".join(condition(s.row.when) for s in rows if s.row.when.names)
            lines.append(
                f"   {category_name(code)}({code})"
                f"{f':{only}' if only else ''}{_cite(rows[0].row.cite)}"
            )
        lines.append("")
    lines.append(f"政策包:{'、'.join(policy.packs)}")
    everybody = "、".join(
        category_name(code) for code in in_order("category", policy.category_rules)
    )
    return (
        "\n".join(lines).replace(f"{FACT_NAMES['category']} {everybody}", "全部救助对象")
        if everybody
        else "\n".join(lines)
    )


def _cite(cite: Citation) -> str:
    if not cite.document:
        return ""
    trust = "" if cite.trust in ("S", "G") else f"〔{TRUST_NAMES[cite.trust]},待核对〕"
    return f" 〔{cite.text}〕{trust}"
