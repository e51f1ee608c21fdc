"""Final accounts as papers: a fund's statements in the national layout with notes and signatures,
and those of several regions added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from medaid.fund import consolidation, final_accounts, layouts
from medaid.fund.current_accounts import AGES
from medaid.fund.final_records import FinalAccounts, Notes, indicators
from medaid.fund.model.chart import accounts, funds
from medaid.fund.model.provisions import provision_named
from medaid.fund.printouts import counterpart_name, signed, why
from medaid.fund.statement_forms import StatementForm, StatementRow
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.papers.model import Column, Paper, SignaturePlace, Table, Value, sums
from medaid.papers.service import agency_name, word
from medaid.regions import Region, region_name

_OVER: Final = {"income_expense": ("上年数", "本年数"), "balance_sheet": ("年初数", "年末数")}
_ADDED: Final = ("汇总数", "抵销后")
_SUBJECTS: Final = {
    "policy": "政策执行情况",
    "analysis": "收支分析",
    "problems": "存在问题",
    "proposals": "工作建议",
    "explanation": "差异说明",
}


def _aged(shown: str) -> tuple[Column, ...]:
    ages = (Column(age, 3, shown) for age in AGES)
    return Column("会计科目", 5), Column("往来单位", 5), *ages, Column("合计", 3)


_CURRENT: Final = _aged("余额(借方为正)")
_UNPAID: Final = _aged("尚欠金额")
_ENROLMENT: Final = (
    Column("指标", 5),
    Column("数量", 3),
    Column("资料来源", 6),
)
_BESIDE: Final = "尚未支付的应付款项及账龄(备查,不列入资产负债表)"
_INDICATORS: Final = (Column("指标", 6), Column("数值", 3))
_PARTS: Final = (
    Column("地区", 5),
    Column("版次", 2),
    Column("状态", 4),
    Column("年末滚存结余", 4),
)
_ELIMINATED: Final = (
    Column("抵销事项", 5),
    Column("上缴(拨付)地区", 4),
    Column("收入地区", 4),
    Column("上缴(拨付)数", 3),
    Column("收入数", 3),
    Column("抵销数", 3),
    Column("对方列其他基金", 3),
    Column("差额", 3),
)


def final_paper(region: Region, year: int, fund: str, number: int) -> Paper:
    """One version of a fund's final accounts (决算): its statements, current accounts by age, basic
    figures, indicators and notes. Raises Refused NOT_FOUND."""
    held, state, stale = final_accounts.get_version(region, year, fund, number)
    before = {row.key: row.before for row in held.rows}
    now = {row.key: row.now for row in held.rows}
    forms = layouts.forms_of(fund, year)
    approved = [act for act in held.trail if act.act == final_accounts.APPROVED]
    returned = [act for act in held.trail if act.act == "退回"]
    old = ("编制后账册已变动,本版数据与账册不符,不得作为决算使用。",) if stale else ()
    return Paper(
        title=f"{year}年度{funds()[fund].name}决算报表",
        agency=agency_name(region),
        day=civil_date(held.trail[-1].at),
        number=f"{year}-第{number}版",
        period=f"{year}年度",
        facts=(
            ("编制单位", agency_name(region)),
            ("统筹地区", region_name(region)),
            ("编制日期", civil_date(held.trail[0].at)),
            ("状态", word("final", state)),
            *(
                fact
                for act in approved
                for fact in (("政府批复文号", act.why), ("批准日期", civil_date(act.at)))
            ),
        ),
        tables=(
            *(_statement(one, before, now, _OVER[one.form]) for one in forms),
            *_attached(region, held),
        ),
        words=(("年末滚存结余", now["closing_fund"]),),
        notes=(*old, *_change_of_basis(held), *_notes(held.notes), *why(returned)),
        signatures=signed(
            region,
            held.trail,
            (
                ("编制", "编制人"),
                "会计主管",
                ("复核", "财政部门复核"),
                ("签署", "医疗保障部门签署"),
            ),
        ),
        landscape=True,
        apart=True,
    )


def _statement(
    form: StatementForm, before: Mapping[str, Fen], now: Mapping[str, Fen], over: tuple[str, str]
) -> Table:
    """A statement as it is printed: rows beside each other, a cell without meaning is ×."""
    rows = {row.key: row for row in form.rows}
    half = (Column("项目", 5), Column(over[0], 3), Column(over[1], 3))

    def side(key: str) -> tuple[Value, ...]:
        return (_name(rows[key]), before[key], now[key]) if key else ("×", "×", "×")

    return Table(
        (*half, *half), tuple((*side(left), *side(right)) for left, right in form.pairs), (),
        form.title,
    )  # fmt: skip


def _name(row: StatementRow) -> str:
    if row.of:
        return f"  其中:{row.name}"
    return f"{row.number}、{row.name}" if row.number else row.name


def _attached(region: Region, held: FinalAccounts) -> tuple[Table, ...]:
    enrolment = tuple((one.name, one.count, one.source) for one in held.notes.enrolment)
    shown = tuple((name, text or "—") for name, text in indicators(held))
    found = []
    if held.current:
        found.append(_by_counterpart(region, held.current, _CURRENT, "往来款项明细及账龄"))
    if held.beside:
        owed = [(code, who, -a, -b, -c, -d) for code, who, a, b, c, d in held.beside]
        found.append(_by_counterpart(region, owed, _UNPAID, _BESIDE))
    if enrolment:
        found.append(Table(_ENROLMENT, enrolment, (), "基础数据"))
    return (*found, Table(_INDICATORS, shown, (), "决算分析指标"))


def _by_counterpart(
    region: Region,
    rows: Sequence[tuple[str, str, Fen, Fen, Fen, Fen]],
    columns: tuple[Column, ...],
    title: str,
) -> Table:
    """What is open with whom, by age, with its sums."""
    names = {who: counterpart_name(region, who) for who in {row[1] for row in rows}}
    listed: tuple[tuple[Value, ...], ...] = tuple(
        (accounts()[code].name, names[who], *ages, Fen(sum(map(int, ages))))
        for code, who, *ages in rows
    )
    return Table(columns, listed, ("合计", None, *sums(listed, 2, 3, 4, 5, 6)), title)


def _change_of_basis(held: FinalAccounts) -> tuple[str, ...]:
    """On which basis the figures stand, and what the change to it moved."""
    if not held.provision:
        return ()
    one = provision_named(held.provision)
    says = f"核算基础:按{one.cite},支出以实际支付列支;已结算未支付的款项不列支出和负债,另附表备查。"
    if not held.restated:
        return (says,)
    more = "调增" if held.restated > 0 else "调减"
    change = (
        f"制度衔接:{held.year - 1}年末已列支出、尚未支付的款项改按实际支付列支,"
        f"{held.year}年初基金结余相应{more} {abs(held.restated)} 元"
        "(为本年“上年结余”与上年“年末滚存结余”之差)。"
    )
    twice = (
        f"该金额已列入{held.year - 1}年及以前年度支出,实际支付时再列入支付年度支出;"
        "跨年度合计支出时须扣除,不得重复计算。上年数按上年决算列示,未作重述;"
        "补充规定关于新旧衔接的条文未取得,取得后按其规定办理。"
    )
    return says, change, twice


def _notes(notes: Notes) -> tuple[str, ...]:
    return tuple(
        f"{name}:{text}" for key, name in _SUBJECTS.items() if (text := getattr(notes, key))
    )


def consolidated_paper(region: Region, year: int, fund: str, regions: Sequence[Region]) -> Paper:
    """The final accounts of several regions added up (汇总决算): which versions, the sums before
    and after what they owe each other, each elimination. Raises as `consolidation.consolidate`."""
    found, parts = consolidation.consolidate(region, year, fund, regions)
    forms = layouts.forms_of(fund, year)
    listed = tuple(
        (
            region_name(one.region),
            f"第{one.version.number}版",
            f"{word('final', one.state)}{'(账册已变动)' if one.stale else ''}",
            one.version.amounts["closing_fund"],
        )
        for one in parts
    )
    taken = tuple(
        (
            one.name,
            region_name(one.giver),
            region_name(one.taker),
            one.given,
            one.taken,
            one.amount,
            one.passed,
            one.difference,
        )
        for one in found.eliminations
    )
    return Paper(
        title=f"{year}年度{funds()[fund].name}汇总决算报表",
        agency=agency_name(region),
        day=date(year, 12, 31),
        period=f"{year}年度",
        tables=(
            Table(_PARTS, listed, ("合计", None, None, *sums(listed, 3)), "汇总范围"),
            *(_statement(one, found.sums, found.amounts, _ADDED) for one in forms),
            *([Table(_ELIMINATED, taken, (), "地区间往来抵销")] if taken else []),
        ),
        words=(("年末滚存结余", found.amounts["closing_fund"]),),
        signatures=(
            SignaturePlace("编制人"),
            SignaturePlace("会计主管"),
            SignaturePlace("单位负责人"),
        ),
        landscape=True,
        apart=True,
    )
