"""A year's performance as a paper to sign (绩效自评表): money received, indicators with numerator,
denominator, value, target and where each comes from, reasons, signatures."""

from __future__ import annotations

from typing import Final

from medaid.fund.final_records import FinalState
from medaid.fund.model.chart import accounts, funds
from medaid.fund.performance.model import (
    FUND,
    Indicator,
    IndicatorRow,
    IndicatorUnit,
    PerformanceStatement,
    group_scores,
    indicators,
)
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.papers.model import Column, Paper, Table, Value, sums
from medaid.papers.service import agency_name, word
from medaid.payments import service as payments
from medaid.regions import Region

_RECEIVED: Final = (Column("收入来源", 10), Column("本年到位金额", 4))
_ROWS: Final = (
    Column("一级", 3),
    Column("二级", 3),
    Column("指标", 7),
    Column("分子", 4),
    Column("分母", 4),
    Column("实际值", 3),
    Column("目标值", 3),
    Column("是否达标", 2),
)
_MANAGED: Final = (Column("内容", 4), Column("情况说明", 11), Column("存在的问题和改进措施", 8))
_SOURCES: Final = (
    Column("指标", 6),
    Column("计算方法", 9),
    Column("数据来源", 6),
    Column("依据", 8),
)
_UNITS: Final = {
    IndicatorUnit.PERCENT: "",
    IndicatorUnit.MONTHS: "个月",
    IndicatorUnit.YUAN: "元",
    IndicatorUnit.COUNT: "",
}
NOT_COMPUTED: Final = "暂不能计算"


def performance_paper(admdvs: Region, one: PerformanceStatement, state: FinalState) -> Paper:
    """One version, as it was made."""
    known = {each.key: each for each in indicators()}
    asked = [(known[row.key], row) for row in one.rows]
    money = tuple((accounts()[code].name, fen) for code, fen in one.received)
    managed = tuple((note.topic, note.says, note.problems or "无") for note in one.management)
    acts = {act.act: act for act in one.trail}
    made = one.trail[0]
    steps = [("财政部门复核", acts.get("复核")), ("医疗保障部门负责人", acts.get("签署"))]
    return Paper(
        title="医疗救助基金绩效自评表",
        agency=agency_name(admdvs),
        day=civil_date(one.trail[-1].at),
        number=f"{admdvs}-{one.year}-{one.number}",
        period=f"{one.year}年度",
        facts=(
            ("基金", funds()[FUND].name),
            ("版次", f"第{one.number}版"),
            ("状态", word("final", state)),
            ("指标数", len(one.rows)),
        ),
        tables=(
            Table(_RECEIVED, money, ("合计", *sums(money, 1)), "一、资金到位"),
            *([Table(_MANAGED, managed, (), "二、资金管理情况")] if managed else ()),
            Table(_ROWS, tuple(_row(*pair) for pair in asked), (), "三、绩效指标"),
            Table(_SOURCES, tuple(_source(each) for each, _ in asked), (), "四、计算方法和来源"),
        ),
        notes=_notes(asked, one),
        signatures=payments.signatures(
            admdvs,
            [
                ("编制人", made.by, made.at),
                *((post, act.by if act else "", act.at if act else None) for post, act in steps),
            ],
        ),
        landscape=True,
        apart=True,
    )


def _row(one: Indicator, row: IndicatorRow) -> tuple[Value, ...]:
    value = f"{row.value}{_UNITS[one.unit]}" if row.value else NOT_COMPUTED
    reached = "—" if row.reached is None else ("是" if row.reached else "否")
    counted = not one.money or one.unit is IndicatorUnit.YUAN
    return (
        one.group,
        one.kind,
        one.name,
        _amount(row.numerator, counted=not one.money),
        _amount(row.denominator, counted=counted),
        value,
        target_text(one),
        reached,
    )


def _amount(value: int | None, *, counted: bool) -> Value:
    if value is None:
        return "—"
    return value if counted else Fen(value)


def target_text(one: Indicator) -> str:
    """The target as a reader knows it: ≥60.00%, ≥3个月; — where no document sets one."""
    if not one.target:
        return "—"
    sign = "≥" if one.direction == ">=" else "≤"
    if one.unit is IndicatorUnit.MONTHS:
        return f"{sign}{one.target}个月"
    percent = Fen.of_yuan(one.target) * 100
    return f"{sign}{percent.yuan()}%"


def _source(one: Indicator) -> tuple[Value, ...]:
    formula = f"{one.numerator}÷{one.denominator}" if one.denominator else one.numerator
    if one.unit is IndicatorUnit.MONTHS:
        formula = f"{formula}×12"
    cite = f"{one.cite};目标:{one.target_cite}" if one.target else one.cite
    return one.name, formula, one.source, cite


def _notes(
    asked: list[tuple[Indicator, IndicatorRow]], one: PerformanceStatement
) -> tuple[str, ...]:
    names = {each.key: each.name for each, _ in asked}
    scores = "、".join(f"{name}{points}分" for name, points in group_scores().items())
    return (
        *(f"{each.name}:{row.why}。" for each, row in asked if row.why),
        *(f"{names[key]}未达目标:{why}" for key, why in sorted(one.reasons.items())),
        f"国家指标权重未取得,本表不计分;县级自评表各组分值为{scores}。",
    )
