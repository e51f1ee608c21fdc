"""What a cover year's figures say of one person: the contribution of the class, who pays which part
of it, and the waiting period. Pure.

Figures are published figures of the packs (docs/adr): `contribution`, `contribution_assistance`,
`contribution_treasury`, `subsidy_least_share`, `waiting_…`. Sources: 苏医保办发〔2023〕27号 art.
14, 21 (J14, J21); 国办发〔2024〕38号; 苏医保发〔2022〕53号 一 (N1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from medaid.benefit.service import choose
from medaid.enrolment.model import (
    EnrolmentFacts,
    NoWaiting,
    Parts,
    SplitContribution,
    Waiting,
    WaitingRule,
)
from medaid.errors import BadInput, PolicyUndetermined
from medaid.money import Fen, Ratio, take
from medaid.months import Month
from medaid.people.model import CATEGORIES, month_end
from medaid.policy.model import NO_CATEGORY, Facts, PublishedFigure

Figures = Sequence[Sequence[PublishedFigure]]
"""Of one cover year, by region, the nearest first (`Library.cover_figures`)."""
CONTRIBUTION: Final = "contribution"
ASSISTANCE: Final = "contribution_assistance"
TREASURY: Final = "contribution_treasury"
LEAST: Final = "subsidy_least_share"
_GRANTED: Final = "苏医保办发〔2023〕27号 第十四条"
RESIDENT: Final = "390"


def split_for(
    figures: Figures, cover_year: int, facts: Facts, categories: Iterable[str]
) -> SplitContribution:
    """The contribution of the class of `facts` and who pays it for somebody of `categories`: by the
    one of them under which the person pays least, once (art. 22), the first of equals.

    Raises PolicyUndetermined FIGURE_MISSING for a cover year or a subsidy without figures, naming
    the clause; CLAUSE_CONFLICT for two clauses of one region, or a subsidy above the contribution
    or below the least share.
    """
    total, cite = contribution_of(figures, cover_year, facts)
    best = SplitContribution(Parts(person=total), "", (cite,))
    for category in [one for one in CATEGORIES if one in set(categories)]:
        parts, cites = _subsidised(figures, cover_year, facts._replace(category=category), total)
        if parts.person < best.parts.person:
            best = SplitContribution(parts, category, (cite, *cites))
    assert best.parts.total == total, "the parts sum to the contribution of the class"
    return best


def contribution_of(figures: Figures, cover_year: int, facts: Facts) -> tuple[Fen, str]:
    """The personal contribution of a class, fen, and its clause. Raises as `split_for` does."""
    found = _nearest(figures, CONTRIBUTION, facts)
    if found is None:
        rule = f"{cover_year} 年度没有可引用的个人缴费标准({_GRANTED}按统筹地区个人缴费标准资助)"
        raise PolicyUndetermined("FIGURE_MISSING", field=CONTRIBUTION, rule=rule)
    return Fen(found.value), found.row.cite.text


def _subsidised(
    figures: Figures, cover_year: int, facts: Facts, total: Fen
) -> tuple[Parts, tuple[str, ...]]:
    found = [(name, _nearest(figures, name, facts)) for name in (ASSISTANCE, TREASURY)]
    amounts, rest, cites = dict[str, Fen](), total, list[str]()
    for name, figure in found:
        amounts[name] = Fen(0) if figure is None else _amount(figure, rest)
        rest = rest - amounts[name]
        if figure is not None:
            cites.append(figure.row.cite.text)
    if rest < 0:
        rule = f"{cover_year} 年度资助标准超过个人缴费标准 {total} 元({'、'.join(cites)})"
        raise PolicyUndetermined("CLAUSE_CONFLICT", field=ASSISTANCE, rule=rule)
    _check_least(figures, cover_year, facts, total, total - rest, granted=bool(cites))
    return Parts(rest, amounts[ASSISTANCE], amounts[TREASURY]), tuple(cites)


def _amount(figure: PublishedFigure, of: Fen) -> Fen:
    """A fixed amount, or a share: of the contribution, or of what was left by the payer before."""
    return Fen(figure.value) if figure.unit == "yuan" else take(of, Ratio(figure.value))


def _check_least(
    figures: Figures, cover_year: int, facts: Facts, total: Fen, subsidy: Fen, *, granted: bool
) -> None:
    """A quota of which only the least is published is asked for, not taken for it."""
    least = _nearest(figures, LEAST, facts)
    if least is None:
        return
    cite, name = least.row.cite.text, CATEGORIES.get(facts.category or "", "")
    if not granted:
        rule = f"{cover_year} 年度{name}的定额资助标准没有可引用的数值({cite}:{least.says})"
        raise PolicyUndetermined("FIGURE_MISSING", field=ASSISTANCE, rule=rule)
    if subsidy < take(total, Ratio(least.value)):
        rule = f"{cover_year} 年度{name}的资助标准低于{cite}({least.says})"
        raise PolicyUndetermined("CLAUSE_CONFLICT", field=ASSISTANCE, rule=rule)


def _nearest(figures: Figures, name: str, facts: Facts) -> PublishedFigure | None:
    """The figure that applies, of the nearest region that has one. Raises PolicyUndetermined
    CLAUSE_CONFLICT for two of one region, FACT_MISSING for what decides and is not known."""
    for region in figures:
        rows = [one for one in region if one.name == name]
        found: PublishedFigure | None = (
            choose(rows, facts, rows[0].says, needed=False) if rows else None
        )
        if found is not None:
            return found
    return None


def single(figures: Figures, name: str, cover_year: int) -> PublishedFigure:
    """A figure that knows no classes. Raises PolicyUndetermined FIGURE_MISSING, CLAUSE_CONFLICT."""
    found = _nearest(figures, name, UNNAMED)
    if found is None:
        rule = f"{cover_year} 年度没有可引用的 {name}(苏医保发〔2022〕53号 一、九)"
        raise PolicyUndetermined("FIGURE_MISSING", field=name, rule=rule)
    return found


def classes_of(figures: Figures) -> list[Facts]:
    """The classes of residents that the figures tell apart, each by facts that are of it."""
    own = next((rows for rows in figures if any(f.name == CONTRIBUTION for f in rows)), ())
    groups = [
        group
        for one in own
        if one.name == CONTRIBUTION
        for group in sorted(dict(one.row.when.sets).get("person_group", {""}))
    ]
    return [UNNAMED._replace(person_group=group or None) for group in dict.fromkeys(groups)]


UNNAMED: Final = Facts(insutype=RESIDENT, category=NO_CATEGORY)


# ── the waiting period ──


def waiting_for(figures: Figures, region: str, facts: EnrolmentFacts) -> Waiting:
    """The waiting period of an enrolment in `region`: none for who is exempt and for who enrolled
    in the window without a gap, whatever the figures of it are. Raises as `waiting_rule` and
    `waiting` do."""
    exempt = {one: cite for one, cite in _exempt(figures).items() if one in facts.exempt}
    if exempt or not (facts.late or facts.missed_years):
        why = "不设等待期" if exempt else "集中参保期内连续参保,无等待期"
        return Waiting(0, 0, facts.enrolled_on, (why, *dict.fromkeys(exempt.values())))
    return waiting(waiting_rule(figures, region), facts)


def _exempt(figures: Figures) -> dict[NoWaiting, str]:
    """For whom there is none, each with its clause."""
    rows = [(one, _nearest(figures, f"waiting_none_{one}", UNNAMED)) for one in NoWaiting]
    return {one: found.row.cite.text for one, found in rows if found is not None and found.value}


def waiting_rule(figures: Figures, region: str) -> WaitingRule:
    """The figures of the waiting period. Raises PolicyUndetermined FIGURE_MISSING naming what is
    not published, CLAUSE_CONFLICT for two."""

    def whole(name: str, asked: str) -> int:
        found = _nearest(figures, name, UNNAMED)
        if found is None:
            rule = f"{region} {asked}没有可引用的规定(国办发〔2024〕38号 等待期)"
            raise PolicyUndetermined("FIGURE_MISSING", field=name, rule=rule)
        cites.append(found.row.cite.text)
        return found.value

    none_for = _exempt(figures)
    cites = [*none_for.values()]
    return WaitingRule(
        fixed=whole("waiting_fixed", "固定等待期"),
        each_missed_year=whole("waiting_each_missed_year", "变动等待期"),
        each_repaired_year=whole("waiting_each_repaired_year", "缴费修复"),
        long_gap=whole("waiting_long_gap", "长期断缴的年数"),
        long_gap_least=whole("waiting_long_gap_least", "长期断缴的等待期下限"),
        from_month=bool(whole("waiting_from_month", "等待期自缴费日还是缴费月起算")),
        none_for=frozenset(none_for),
        cites=tuple(dict.fromkeys(cites)),
    )


def waiting(rule: WaitingRule, facts: EnrolmentFacts) -> Waiting:
    """The waiting period of who enrols late or after a gap: a fixed part, and a variable one for
    each missed year, taken away by years paid since, with a least one after a long gap. It ends on
    the day of recognition (J21). Raises BadInput for years that cannot be."""
    missed, repaired = facts.missed_years, facts.repaired_years
    if not 0 <= repaired <= missed:
        sentence = "补缴年数不得为负,也不得多于断缴年数"
        raise BadInput("FIELD_FORMAT", field="repaired_years", rule=sentence)
    variable = max(0, missed * rule.each_missed_year - repaired * rule.each_repaired_year)
    if missed >= rule.long_gap:
        variable = max(rule.long_gap_least, variable)
    first = _later(facts.enrolled_on, rule.fixed + variable, from_month=rule.from_month)
    why = f"固定等待期 {rule.fixed} 个月,变动等待期 {variable} 个月"
    recognised = facts.recognised_on
    if NoWaiting.ASSISTED in rule.none_for and recognised is not None and recognised < first:
        first = max(recognised, facts.enrolled_on)
        why += f";{recognised} 认定为救助对象,等待期终止"
    return Waiting(rule.fixed, variable, first, (why, *rule.cites))


def _later(day: date, months: int, *, from_month: bool) -> date:
    """The day `months` later: the same day of the month or, where that month is shorter, its last;
    the first of the month where months count whole."""
    month = Month.of(day).later(months)
    if from_month:
        return month.first
    return month.first.replace(day=min(day.day, month_end(month.first).day))
