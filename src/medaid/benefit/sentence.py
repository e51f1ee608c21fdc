"""Each step of a priced claim as a Chinese sentence a person can read, and the whole waterfall as
text.

Pure: the words come from the step alone, so what was settled years ago reads the same today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from medaid.benefit.model import Priced, Step
from medaid.money import RATIO_SCALE, Fen, Ratio
from medaid.policy.model import Citation
from medaid.policy.vocabulary import FUND_NAMES, Tier, category_name, source_name

__all__ = [
    "FUND_NAMES",
    "basis",
    "category_name",
    "sentence",
    "sentences",
    "source_name",
    "waterfall",
]


def sentences(steps: Iterable[Step]) -> list[str]:
    """Every step in words, in order; a base that another layer left is named by that layer."""
    known = list(steps)
    names = {step.layer: step.name for step in known}
    return [sentence(step, names) for step in known]


def sentence(step: Step, layers: Mapping[str, str] | None = None) -> str:
    """One step in words: base, deductible, bands with ratios, cap, paid, and the document and
    article of each. Whoever has the sentence alone can work the amount out again.

    `layers` gives the names of layers by their ids, for a base that another layer left.
    """
    return f"{step.name}:{_arithmetic(step, layers)}。{basis(step.cites)}"


def _arithmetic(step: Step, layers: Mapping[str, str] | None) -> str:
    payer = FUND_NAMES.get(step.fund, step.fund)
    if step.why and not step.base and not step.paid and not step.overflow:
        return f"{payer}不支付,{step.why}"
    parts = [*_base(step, layers), *_deductible(step), *_bands(step)]
    floor, trigger = step.reckoning.floor, step.reckoning.trigger
    if floor is not None:
        ratio, of, amount = floor
        named = source_name(of, layers)
        parts.append(f"保底为{named} {Fen(amount)} 元的 {Ratio(ratio).percent()}")
    if trigger is not None:
        of, amount, above = trigger
        passed = "超过" if amount > above else "未超过"
        parts.append(f"{source_name(of, layers)} {Fen(amount)} 元{passed} {Fen(above)} 元")
    if step.uncapped and not step.pieces and floor is None:
        parts.append("其他方已支付" if step.tier == Tier.OTHERS else "金额由经办机构核定")
    if trigger is not None and step.pieces:
        parts.append(f"定额 {Fen(step.uncapped)} 元")
    elif step.uncapped != step.paid and (step.pieces or floor is not None):
        parts.append(f"计得 {Fen(step.uncapped)} 元")
    if step.cap_left is not None and step.uncapped > step.cap_left:
        parts.append(f"限额剩余 {Fen(step.cap_left)} 元")
    if step.why and (trigger is None or step.pieces):
        parts.append(step.why)
    parts.append(f"{payer}支付 {Fen(step.paid)} 元")
    return ",".join(parts)


def _base(step: Step, layers: Mapping[str, str] | None) -> list[str]:
    """What enters the layer: its source, what is added and taken off, what the person bears first,
    what an entry ceiling keeps out."""
    entered = step.base + step.initial_self_pay + step.overflow
    made_of = step.reckoning.parts
    if not made_of:
        parts = [f"{source_name(step.source, layers)} {Fen(entered)} 元"]
    else:
        (source, amount, _), *rest = made_of
        parts = [f"{source_name(source, layers)} {Fen(amount)} 元"]
        for name, fen, weight in rest:
            share = "" if abs(weight) == RATIO_SCALE else f"的 {Ratio(abs(weight)).percent()}"
            verb = "减去" if weight < 0 else "加上"
            parts.append(f"{verb}{source_name(name, layers)} {Fen(fen)} 元{share}")
        parts.append(f"合计 {Fen(entered)} 元")
    if step.initial_self_pay:
        ratio = step.reckoning.initial_ratio
        share = f"{Ratio(ratio).percent()} " if ratio else ""
        parts.append(f"先行自付 {share}{Fen(step.initial_self_pay)} 元")
    if step.overflow:
        parts.append(f"进入本层以 {Fen(step.base)} 元为限,超出的 {Fen(step.overflow)} 元不进入本层")
    return parts


def _deductible(step: Step) -> list[str]:
    """The deductible's line, what was used of it before, and what it takes now."""
    r, taken = step.reckoning, Fen(step.deductible)
    if not r.line:
        return [f"扣除起付线 {taken} 元"] if step.deductible else []
    if r.per.startswith("from_zero"):
        reached = "达到" if r.per == "from_zero_inclusive" else "超过"
        head = f"{reached}起付线 {Fen(r.line)} 元的从零计算"
        return [f"{head},未{reached}起付线"] if step.deductible or not step.base else [head]
    parts = []
    if r.per == "year":
        parts.append(f"年度起付线 {Fen(r.line)} 元,本年度已扣除 {Fen(r.used)} 元")
    elif r.per == "transfer":
        parts.append(f"起付线 {Fen(r.line)} 元,转院前已付 {Fen(r.used)} 元")
    elif step.deductible not in (0, r.line) or step.deductible >= step.base:
        parts.append(f"起付线 {Fen(r.line)} 元")
    if r.year_limit is not None:
        limit = f"全年起付线合计以 {Fen(r.year_limit)} 元为限"
        parts.append(f"{limit},本年度已扣除 {Fen(r.year_used)} 元")
    if step.deductible >= step.base:
        parts.append("未超过起付线")
    else:
        parts.append(f"扣除起付线 {taken} 元")
    return parts


_SCALES: Final = {
    "visit_excess": "按本次起付线以上的费用分段",
    "visit_gross": "按本次含起付线的费用分段",
    "year_excess": "按本年度累计起付线以上的费用分段",
    "year_gross": "按本年度累计含起付线的费用分段",
}


def _bands(step: Step) -> list[str]:
    if not step.pieces or step.reckoning.trigger is not None:
        return []
    if len(step.pieces) == 1 and not step.bounds:
        amount, ratio = step.pieces[0]
        return [f"{Fen(amount)} 元按 {_ratio(step, 0, ratio)}"]
    r = step.reckoning
    scale = _SCALES.get(r.measure, "")
    head = [f"{scale},自 {Fen(r.begin)} 元起"] if r.begin else [scale] if scale else []
    if r.slab:
        head[-1] += ",全部按所在段"
    bounds = step.bounds or ((0, None),) * len(step.pieces)
    return head + [
        f"{_stretch(low, high)} {Fen(amount)} 元按 {_ratio(step, low, ratio)}"
        for (amount, ratio), (low, high) in zip(step.pieces, bounds, strict=True)
    ]


def _ratio(step: Step, low: int, ratio: int) -> str:
    """The ratio that applied, and how it came of the document's own."""
    r = step.reckoning
    if not r.adjustments:
        return Ratio(ratio).percent()
    own = dict(r.ratios)[low] if len(r.ratios) > 1 else r.ratios[0][1]
    words = []
    for kind, parts in r.adjustments:
        if kind == "points":
            points = Ratio(abs(parts)).percent().rstrip("%")
            words.append(f"{'提高' if parts > 0 else '降低'} {points} 个百分点")
        elif kind == "times":
            words.append(f"乘以 {Ratio(parts).percent()}")
        else:
            words.append(f"不低于 {Ratio(parts).percent()}")
    return f"{Ratio(ratio).percent()}({Ratio(own).percent()}、{'、'.join(words)})"


def _stretch(low: int, high: int | None) -> str:
    if high is None:
        return f"{_round(low)} 元以上段"
    if not low:
        return f"{_round(high)} 元以内段"
    return f"{_round(low)} 至 {_round(high)} 元段"


def _round(fen: int) -> str:
    """Bounds as documents print them: whole yuan without the two zeros."""
    return str(fen // 100) if fen % 100 == 0 else str(Fen(fen))


def basis(cites: Iterable[Citation]) -> str:
    """`依据:` each document once, with its articles; what is not from the government's own text is
    marked."""
    articles: dict[str, list[str]] = {}
    for cite in dict.fromkeys(cites):
        mark = _MARKS.get(cite.trust, "")
        listed = articles.setdefault(cite.document + mark, [])
        if cite.article not in listed:
            listed.append(cite.article)
    return "依据:" + ";".join(
        f"{document} {'、'.join(found)}" for document, found in articles.items()
    )


_MARKS: Final = {"N": "(新闻报道,待核对)", "R": "(转载,待核对)", "T": "(测算用,不作为支付依据)"}


def waterfall(priced: Priced) -> str:
    """The whole answer as text: the bill, each layer in turn, what is left to the person, and the
    categories compared."""
    bill = priced.bill
    lines = [
        (
            f"医疗费总额 {bill.total} 元,其中政策范围内 {bill.in_policy} 元;"
            f"救助类型:{category_name(priced.category)}。"
        )
    ]
    lines += [f"{number}. {text}" for number, text in enumerate(sentences(priced.steps), 1)]
    lines.append(
        f"各方支付合计 {Fen(bill.total - priced.person_pays)} 元,个人负担 {priced.person_pays} 元。"
    )
    if priced.others:
        compared = "、".join(f"{category_name(code)} {amount} 元" for code, amount in priced.others)
        lines.append(f"按就高原则取{category_name(priced.category)};其他身份可支付:{compared}。")
    return "\n".join(lines)
