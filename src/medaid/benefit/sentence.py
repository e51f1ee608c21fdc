"""Each step of a priced claim as a Chinese sentence a person can read, and the whole waterfall as
text.

Pure: the words come from the step alone, so what was settled years ago reads the same today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from medaid.benefit.model import Priced, Step
from medaid.money import Fen, Ratio
from medaid.policy.model import Citation
from medaid.policy.vocabulary import FUND_NAMES, category_name, source_name

__all__ = ["FUND_NAMES", "basis", "category_name", "sentence", "source_name", "waterfall"]


def sentence(step: Step, layers: Mapping[str, str] | None = None) -> str:
    """One step in words: base, deductible, bands with ratios, cap, paid, and the document and
    article of each.

    `layers` gives the names of layers by their ids, for a base that another layer left.
    """
    return f"{step.name}:{_arithmetic(step, layers)}。{basis(step.cites)}"


def _arithmetic(step: Step, layers: Mapping[str, str] | None) -> str:
    payer = FUND_NAMES.get(step.fund, step.fund)
    if step.why and not step.base and not step.paid:
        return f"{payer}不支付,{step.why}"
    parts = [f"{source_name(step.source, layers)} {Fen(step.base + step.initial_self_pay)} 元"]
    if step.initial_self_pay:
        parts.append(f"先行自付 {Fen(step.initial_self_pay)} 元")
    if step.deductible:
        parts.append(f"扣除起付线 {Fen(step.deductible)} 元")
    parts += _bands(step)
    if step.uncapped != step.paid and step.pieces:
        parts.append(f"计得 {Fen(step.uncapped)} 元")
    if step.cap_left is not None and step.uncapped > step.cap_left:
        parts.append(f"限额剩余 {Fen(step.cap_left)} 元")
    if step.why:
        parts.append(step.why)
    if step.overflow:
        parts.append(f"超过进入限额的 {Fen(step.overflow)} 元转入下一层")
    parts.append(f"{payer}支付 {Fen(step.paid)} 元")
    return ",".join(parts)


def _bands(step: Step) -> list[str]:
    if not step.pieces:
        return ["未超过起付线"] if step.deductible and step.deductible >= step.base else []
    if len(step.pieces) == 1 and not step.bounds:
        amount, ratio = step.pieces[0]
        return [f"{Fen(amount)} 元按 {Ratio(ratio).percent()}"]
    bounds = step.bounds or ((0, None),) * len(step.pieces)
    return [
        f"{_stretch(low, high)} {Fen(amount)} 元按 {Ratio(ratio).percent()}"
        for (amount, ratio), (low, high) in zip(step.pieces, bounds, strict=True)
    ]


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
        told = articles.setdefault(cite.document + mark, [])
        if cite.article not in told:
            told.append(cite.article)
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
    names = {step.layer: step.name for step in priced.steps}
    lines += [f"{number}. {sentence(step, names)}" for number, step in enumerate(priced.steps, 1)]
    lines.append(
        f"各方支付合计 {Fen(bill.total - priced.person_pays)} 元,个人负担 {priced.person_pays} 元。"
    )
    if priced.others:
        compared = "、".join(f"{category_name(code)} {amount} 元" for code, amount in priced.others)
        lines.append(f"按就高原则取{category_name(priced.category)};其他身份可支付:{compared}。")
    return "\n".join(lines)
