"""The comparison as tables for people (Chinese, yuan) and as one tidy CSV for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import pairwise
from typing import Final, NamedTuple

from medaid.errors import CODES
from medaid.money import Fen
from medaid.people.model import CATEGORIES
from medaid.policy.vocabulary import FUND_NAMES, VALUES
from medaid.simulate.tally import STEPS, Pair, Tally
from medaid.workbook import csv_line

LEVELS: Final = {
    "community": "社区",
    "township": "乡镇",
    "1": "一级",
    "2": "二级",
    "3": "三级",
    "": "未填",
}


class Row(NamedTuple):
    """One line of a table. Amounts are fen where the table is `money`, else counts."""

    key: str
    name: str
    pair: Pair
    visits: int | None = None

    @property
    def change(self) -> int:
        return self.pair.b - self.pair.a


class Section(NamedTuple):
    """One table: what it measures, by what."""

    id: str
    title: str
    by: str
    money: bool
    rows: tuple[Row, ...]

    @property
    def one_sided(self) -> bool:
        """Whether the rows count persons compared, so that only B carries a number."""
        return self.id in ("persons", "changes")


class Report(NamedTuple):
    """Two sets of packs compared over a population."""

    a: str
    b: str
    tally: Tally
    sections: tuple[Section, ...]


def report(a: str, b: str, tally: Tally) -> Report:
    """The comparison of `a` and `b` (the names of the two sets of packs)."""
    groups = (
        ("category", "救助类型", category_name),
        ("level", "医院级别", level_name),
        ("care", "医疗类别", care_name),
    )
    sections = [_persons(tally), _changes(tally), _funds(tally), _layers(tally)]
    for key, told, name in groups:
        rows = sorted(tally.groups[key].items())
        sections.append(
            Section(
                f"paid_by_{key}",
                f"各方支付,按{told}",
                told,
                True,
                tuple(Row(k, name(k), g.paid, g.visits) for k, g in rows),
            )
        )
        assistance = tuple(
            Row(k, name(k), g.by_fund.get("maf_pay", Pair()), g.visits) for k, g in rows
        )
        sections.append(
            Section(f"assistance_by_{key}", f"其中医疗救助基金,按{told}", told, True, assistance)
        )
        sections.append(
            Section(
                f"own_by_{key}",
                f"个人负担,按{told}",
                told,
                True,
                tuple(Row(k, name(k), g.own, g.visits) for k, g in rows),
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
                f"各基金支付,按{told}",
                f"{told} · 基金",
                True,
                tuple(Row(k, n, pair, g.visits) for k, n, g, pair in cells),
            )
        )
    return Report(a, b, tally, (*sections, *_burden(tally), _refused(tally), _ways(tally)))


def _persons(tally: Tally) -> Section:
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
        tuple(Row(key, name, Pair(0, count)) for key, name, count in rows),
    )


def _changes(tally: Tally) -> Section:
    """How many persons bear how much less or more."""
    bounds = [f"{_round(low)} 至不足 {_round(high)} 元" for low, high in pairwise(STEPS)] + [
        f"{_round(STEPS[-1])} 元以上"
    ]
    told = (
        {0: "不变"}
        | {n + 1: f"减轻 {name}" for n, name in enumerate(bounds)}
        | {-n - 1: f"加重 {name}" for n, name in enumerate(bounds)}
    )
    rows = tuple(
        Row(str(band), told[band], Pair(0, tally.changes.get(band, 0)))
        for band in sorted(told, reverse=True)
    )
    return Section("changes", "个人负担变化的分布", "每人合计的变化", False, rows)


def _funds(tally: Tally) -> Section:
    rows = [
        Row(fund, FUND_NAMES[fund], pair)
        for fund, pair in sorted(tally.by_fund().items())
        if any(pair)
    ]
    return Section(
        "paid_by_fund", "各基金支付", "基金", True, (*rows, Row("own", "个人负担", tally.own()))
    )


def _layers(tally: Tally) -> Section:
    rows = tuple(
        Row(layer, tally.names[layer].name, pair)
        for layer, pair in sorted(tally.layers.items())
        if any(pair)
    )
    return Section("paid_by_layer", "各层支付", "层", True, rows)


def _burden(tally: Tally) -> tuple[Section, Section]:
    above = tuple(
        Row(str(line), f"{_round(line)} 元以上", tally.above.get(line, Pair()))
        for line in tally.thresholds
    )
    over = tuple(
        Row(str(line), f"超过 {_round(line)} 元的部分", tally.above_sum.get(line, Pair()))
        for line in tally.thresholds
    )
    return (
        Section("years_above", "年度个人负担超过界线的人年数", "界线", False, above),
        Section("burden_above", "年度个人负担超过界线的金额", "界线", True, over),
    )


def _refused(tally: Tally) -> Section:
    rows = tuple(Row(code, CODES[code], pair) for code, pair in sorted(tally.refused.items()))
    return Section("refused", "退回的就诊(政策未给出唯一答案或账单不符)", "原因", False, rows)


def _ways(tally: Tally) -> Section:
    shapes = sorted({*tally.why_singly[0], *tally.why_singly[1]})
    rows = [
        Row("visits", "全部就诊", Pair(tally.visits, tally.visits)),
        Row("compared", "两套政策下均已计算的就诊", Pair(tally.compared, tally.compared)),
    ]
    rows += [Row("singly", "逐笔计算的就诊(其余按列成批计算,结果相同)", tally.singly)]
    rows += [
        Row(
            f"singly:{why}",
            f"逐笔计算的原因:{_why(why)}",
            Pair(tally.why_singly[0][why], tally.why_singly[1][why]),
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
    return LEVELS.get(key, key)


def care_name(key: str) -> str:
    return VALUES["care"].get(key, key or "未填")


def told(section: Section, number: int) -> str:
    """A number as people read it: yuan with thousands separated, or a count."""
    if not section.money:
        return f"{number:,}"
    whole, _, part = Fen(number).yuan().partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}.{part}"


def as_csv(comparison: Report) -> str:
    """One line a table row: section, key, name, unit, visits, a, b, change. Money in yuan with two
    decimals, no separators."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("section", "key", "name", "unit", "visits", "a", "b", "change"))
    for section in comparison.sections:
        unit = "yuan" if section.money else "count"
        say: Callable[[int], str] = (lambda number: Fen(number).yuan()) if section.money else str
        for row in section.rows:
            visits = "" if row.visits is None else row.visits
            amounts = (say(row.pair.a), say(row.pair.b), say(row.change))
            writer.writerow((*csv_line((section.id, row.key, row.name, unit, visits)), *amounts))
    return out.getvalue()
