"""The evaluation of the insurer as a paper (M三.3): business and money, satisfaction, scores."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from medaid.clearing.insurer.model import (
    Contract,
    ContractState,
    Evaluation,
    InsurerAssessment,
    Survey,
)
from medaid.instants import civil_date
from medaid.money import percent_text
from medaid.papers.model import Column, Paper, SignaturePlace, Table, Value
from medaid.papers.service import agency_name, word
from medaid.payments import service as payments

_FIGURES: Final = (Column("项目", 6), Column("本年度", 4), Column("上年度", 4), Column("增减", 4))
_SURVEYS: Final = (
    Column("调查日期", 4),
    Column("调查人数", 3, "保障对象"),
    Column("满意人数", 3, "保障对象"),
    Column("满意率", 3, "保障对象"),
    Column("调查家数", 3, "定点机构"),
    Column("满意家数", 3, "定点机构"),
    Column("满意率", 3, "定点机构"),
)
_SCORES: Final = (
    Column("考核指标", 5),
    Column("评分依据", 9),
    Column("分值", 2),
    Column("得分", 2),
)


def assessment_paper(one: InsurerAssessment, contract: Contract) -> Paper:
    """The year's evaluation, as it was scored: the same scores give the same paper."""
    scores: tuple[tuple[Value, ...], ...] = tuple(
        (word("criterion", s.criterion), s.basis, s.weight, s.score) for s in one.scores
    )
    surveys = tuple(_survey(said) for said in one.figures.surveys)
    nobody: tuple[Value, ...] = ("本年度未作调查", *("—",) * 6)
    return Paper(
        title="医疗救助承办保险机构考核评价表",
        agency=agency_name(one.city),
        day=civil_date(one.trail[-1].at),
        number=f"{one.city}-{one.year}",
        period=f"{one.year}年度",
        facts=(
            ("承办机构", contract.name),
            ("合同签订日期", contract.signed_on),
            ("结算备付金", contract.reserve),
            ("考核状态", word("assessment", one.state)),
        ),
        tables=(
            Table(_FIGURES, _figures(one.figures), (), "一、保障水平和资金"),
            Table(_SURVEYS, surveys or (nobody,), (), "二、满意度调查"),
            Table(
                _SCORES,
                scores,
                ("合计", None, sum(s.weight for s in one.scores), one.total),
                "三、评分",
            ),
        ),
        notes=(
            f"考核结论:{one.conclusion}",
            "考核指标依据茂民规〔2018〕3号三(三);分值由市级经办机构确定。",
        ),
        signatures=_signatures(one),
    )


def _figures(found: Evaluation) -> tuple[tuple[Value, ...], ...]:
    more = found.fronted - found.fronted_last_year
    return (
        ("垫付救助资金", found.fronted, found.fronted_last_year, more),
        ("已结算账单金额", found.billed, "—", "—"),
        ("账单份数(已支付)", f"{found.bills}({found.bills_paid})", "—", "—"),
        ("占用备付金", found.reserve_in_use, "—", "—"),
        ("超出备付金", found.reserve_exceeded, "—", "—"),
    )


def _survey(said: Survey) -> tuple[Value, ...]:
    return (
        civil_date(said.signed.at),
        said.persons_asked,
        said.persons_satisfied,
        percent_text(said.persons_satisfied, said.persons_asked),
        said.institutions_asked,
        said.institutions_satisfied,
        percent_text(said.institutions_satisfied, said.institutions_asked),
    )


def _signatures(one: InsurerAssessment) -> tuple[SignaturePlace, ...]:
    scored = next(act for act in reversed(one.trail) if act.act == "assess")
    last = one.trail[-1]
    agreed = one.state is ContractState.IN_FORCE
    places: list[tuple[str, str, datetime | None]] = [
        ("考核人", scored.by, scored.at),
        ("复核人", last.by if agreed else "", last.at if agreed else None),
    ]
    return (*payments.signatures(one.city, places), SignaturePlace("承办机构负责人"))
