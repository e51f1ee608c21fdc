"""The comparison as tables for people (Chinese, yuan) and as one tidy CSV for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from medaid.errors import CODES
from medaid.money import Fen
from medaid.people.model import CATEGORIES
from medaid.policy.vocabulary import FACT_NAMES, FUND_NAMES, VALUES
from medaid.simulate import headline
from medaid.simulate.sections import PERCENT, Section, SectionRow, as_read, unit
from medaid.simulate.tally import STEPS, ComparisonTally, Pair
from medaid.workbook import csv_line

MOST_CAUSES: Final = 20
"""Causes told; the CSV has no more either, the code's own row has the sum."""
__all__ = ["PackComparison", "Section", "SectionRow", "as_csv", "as_read", "report", "unit"]

LEVELS: Final = {
    "community": "社区",
    "township": "乡镇",
    "1": "一级",
    "2": "二级",
    "3": "三级",
    "": "未填",
}


class PackComparison(NamedTuple):
    """Two sets of packs compared over a population."""

    a: str
    b: str
    tally: ComparisonTally
    sections: tuple[Section, ...]
    about: tuple[tuple[str, str], ...] = ()
    """Whose claims, from where, of when, reckoned when: label and text."""
    headline: str = ""
    changed: tuple[str, ...] = ()
    """What differs between the policies that the claims fall under, a sentence each."""


def report(
    a: str,
    b: str,
    tally: ComparisonTally,
    source: str = "",
    today: date | None = None,
    changed: Sequence[str] = (),
) -> PackComparison:
    """The comparison of `a` and `b` (the names of the two sets of packs). `source` names the file
    of claims, `today` is the day of reckoning, `changed` what differs between the policies."""
    groups = (
        ("category", "救助类型", category_name),
        ("level", "医院级别", level_name),
        ("care", "医疗类别", care_name),
    )
    sections = [
        _refused(tally),
        _causes(tally),
        headline.whole(tally),
        headline.movement(tally),
        _persons(tally),
        _changes(tally),
        _funds(tally),
        headline.shares(tally),
        headline.per_head(tally),
        headline.percentiles(tally),
        headline.income(tally),
        _layers(tally),
    ]
    for key, by, name in groups:
        rows = sorted(tally.groups[key].items())
        sections.append(
            Section(
                f"paid_by_{key}",
                f"各方支付,按{by}",
                by,
                True,
                tuple(SectionRow(k, name(k), g.paid, g.visits) for k, g in rows),
            )
        )
        assistance = tuple(
            SectionRow(k, name(k), g.by_fund.get("maf_pay", Pair()), g.visits) for k, g in rows
        )
        sections.append(
            Section(f"assistance_by_{key}", f"其中医疗救助基金,按{by}", by, True, assistance)
        )
        sections.append(
            Section(
                f"own_by_{key}",
                f"个人负担,按{by}",
                by,
                True,
                tuple(SectionRow(k, name(k), g.own, g.visits) for k, g in rows),
            )
        )
        cells = [
            (f"{k}|{fund}", f"{name(k)} · {FUND_NAMES[fund]}", g, pair)
            for k, g in rows
            for fund, pair in sorted(g.by_fund.items())
            if any(pair)
        ]
        sections.append(
            Section(
                f"fund_by_{key}",
                f"各基金支付,按{by}",
                f"{by} · 基金",
                True,
                tuple(SectionRow(k, n, pair, g.visits) for k, n, g, pair in cells),
            )
        )
    return PackComparison(
        a,
        b,
        tally,
        (*sections, *_burden(tally), _ways(tally)),
        headline.about(tally, source, today),
        headline.sentence(tally),
        tuple(changed),
    )


def _persons(tally: ComparisonTally) -> Section:
    rows = (
        ("better", "负担减轻的人数", tally.better),
        ("worse", "负担加重的人数", tally.worse),
        ("same", "负担不变的人数", tally.same),
        ("not_comparable", "有就诊被退回、不可比的人数", tally.not_comparable),
    )
    return Section(
        "persons",
        "个人负担的变化(B 相对 A)",
        "人数",
        False,
        tuple(SectionRow(key, name, Pair(0, count)) for key, name, count in rows),
    )


def _changes(tally: ComparisonTally) -> Section:
    """How many persons bear how much less or more."""
    bounds = [f"{_round(low)} 至不足 {_round(high)} 元" for low, high in pairwise(STEPS)] + [
        f"{_round(STEPS[-1])} 元以上"
    ]
    names = (
        {0: "不变"}
        | {n + 1: f"减轻 {name}" for n, name in enumerate(bounds)}
        | {-n - 1: f"加重 {name}" for n, name in enumerate(bounds)}
    )
    rows = tuple(
        SectionRow(str(band), names[band], Pair(0, tally.changes.get(band, 0)))
        for band in sorted(names, reverse=True)
    )
    return Section("changes", "个人负担变化的分布", "每人合计的变化", False, rows)


def _funds(tally: ComparisonTally) -> Section:
    rows = [
        SectionRow(fund, FUND_NAMES[fund], pair)
        for fund, pair in sorted(tally.by_fund().items())
        if any(pair)
    ]
    return Section(
        "paid_by_fund",
        "各基金支付",
        "基金",
        True,
        (*rows, SectionRow("own", "个人负担", tally.own())),
    )


def _layers(tally: ComparisonTally) -> Section:
    rows = tuple(
        SectionRow(layer, tally.names[layer].name, pair)
        for layer, pair in sorted(tally.layers.items())
        if any(pair)
    )
    return Section("paid_by_layer", "各层支付", "层", True, rows)


def _burden(tally: ComparisonTally) -> tuple[Section, Section]:
    above = tuple(
        SectionRow(str(line), f"{_round(line)} 元以上", tally.above.get(line, Pair()))
        for line in tally.thresholds
    )
    over = tuple(
        SectionRow(str(line), f"超过 {_round(line)} 元的部分", tally.above_sum.get(line, Pair()))
        for line in tally.thresholds
    )
    return (
        Section("years_above", "年度个人负担超过界线的人年数", "界线", False, above),
        Section("burden_above", "年度个人负担超过界线的金额", "界线", True, over),
    )


def _causes(tally: ComparisonTally) -> Section:
    """What the refusals are about: the fact nobody stated, the layer without a figure, the
    region."""
    rows = tuple(
        SectionRow(f"{code}:{cause}", f"{CODES[code]}:{FACT_NAMES.get(cause, cause)}", pair)
        for (code, cause), pair in sorted(
            tally.causes.items(), key=lambda item: (-max(item[1]), item[0])
        )
        if cause
    )
    return Section("refused_because", "退回的具体原因", "原因", False, rows[:MOST_CAUSES])


def _refused(tally: ComparisonTally) -> Section:
    rows = tuple(
        SectionRow(code, CODES[code], pair) for code, pair in sorted(tally.refused.items())
    )
    return Section("refused", "退回的就诊(政策未给出唯一答案或账单不符)", "原因", False, rows)


def _ways(tally: ComparisonTally) -> Section:
    shapes = sorted({*tally.why_fallback[0], *tally.why_fallback[1]})
    rows = [
        SectionRow("visits", "全部就诊", Pair(tally.visits, tally.visits)),
        SectionRow("compared", "两套政策下均已计算的就诊", Pair(tally.compared, tally.compared)),
    ]
    rows += [SectionRow("singly", "逐笔计算的就诊(其余按列成批计算,结果相同)", tally.fallback)]
    rows += [
        SectionRow(
            f"singly:{why}",
            f"逐笔计算的原因:{_why(why)}",
            Pair(tally.why_fallback[0][why], tally.why_fallback[1][why]),
        )
        for why in shapes
    ]
    return Section("ways", "计算范围和方式", "项目", False, tuple(rows))


WHY: Final = {
    "out": "金额过大",
    "kind": "定额等非按比例的层",
    "source": "不常用的基数",
    "slab": "全额按所在段的比例",
    "deductible": "转院补差的起付线",
    "amount": "按费用比例计算的起付线或限额",
    "switched": "随条件切换的限额",
    "bands": "分段不相接",
    "refusal": "多重身份中有一种无条款",
    "field": "本功能尚未支持的新规则",
}


def _why(shape: str) -> str:
    return WHY.get(shape.split()[0], shape)


def _round(fen: int) -> str:
    return f"{fen // 100:,}" if fen % 100 == 0 else f"{fen // 100:,}.{fen % 100:02d}"


def category_name(key: str) -> str:
    """`a;b` in Chinese; the empty key is nobody's."""
    return "、".join(CATEGORIES[code] for code in key.split(";")) if key else "无救助身份"


def level_name(key: str) -> str:
    """The level of an institution in Chinese."""
    return LEVELS.get(key, key)


def care_name(key: str) -> str:
    """The kind of care in Chinese."""
    return VALUES["care"].get(key, key or "未填")


def _written(section: Section) -> Callable[[int], str]:
    if section.money or section.id in PERCENT:  # both have two decimals
        return lambda number: Fen(number).yuan()
    return str


def as_csv(comparison: PackComparison) -> str:
    """One line a table row: section, key, name, unit, visits, a, b, change. Money in yuan with two
    decimals, no separators."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("section", "key", "name", "unit", "visits", "a", "b", "change"))
    for section in comparison.sections:
        unit = "yuan" if section.money else "percent" if section.id in PERCENT else "count"
        say = _written(section)
        for row in section.rows:
            visits = "" if row.visits is None else row.visits
            amounts = (say(row.pair.a), say(row.pair.b), say(row.change))
            writer.writerow((*csv_line((section.id, row.key, row.name, unit, visits)), *amounts))
    return out.getvalue()
