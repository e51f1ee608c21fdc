"""The head of the comparison: whose claims these are, one sentence whose parts add up, and what a
head pays and bears."""

from __future__ import annotations

from datetime import date
from typing import Final

from medaid.money import Fen, average
from medaid.policy.vocabulary import FUND_NAMES
from medaid.simulate.sections import Section, SectionRow, exact
from medaid.simulate.spread import PERCENTILES, SHARES
from medaid.simulate.tally import ComparisonTally, Pair

NO_FUNDS: Final = ("oth_pay", "hosp_part_amt")
"""Who pays and is no public fund."""


def about(tally: ComparisonTally, source: str, today: date | None) -> tuple[tuple[str, str], ...]:
    """Whose claims, from where, of which days, reckoned when."""
    first, last = (
        (date.fromordinal(tally.first_day), date.fromordinal(tally.last_day))
        if tally.last_day
        else (None, None)
    )
    rows = (
        ("数据来源", source),
        ("测算日期", today.isoformat() if today else ""),
        ("待遇期间", f"{first} 至 {last}" if first else ""),
        ("参保地", "、".join(sorted(tally.regions))),
        ("人数", f"{tally.persons:,}"),
        ("就诊", f"{tally.visits:,} 次,其中两套政策均能计算的 {tally.compared:,} 次"),
    )
    return tuple((label, text) for label, text in rows if text)


def parts(tally: ComparisonTally) -> tuple[SectionRow, ...]:
    """Who pays what of the whole: the rows below the first add up to it, on both sides."""
    by_fund, own = tally.by_fund(), tally.own()
    total = sum(group.total for group in tally.groups["care"].values())
    funds = _sum([pair for fund, pair in by_fund.items() if fund not in NO_FUNDS])
    rows = [
        SectionRow("total", "医疗费总额", Pair(total, total)),
        SectionRow("funds", "各项基金支付", funds),
    ]
    rows += [
        SectionRow(fund, FUND_NAMES[fund], by_fund[fund]) for fund in NO_FUNDS if fund in by_fund
    ]
    rows.append(SectionRow("own", "个人负担", own))
    assert _sum([row.pair for row in rows[1:]]) == (total, total), "the parts add up to the whole"
    return tuple(rows)


def _sum(pairs: list[Pair]) -> Pair:
    return Pair(sum(pair.a for pair in pairs), sum(pair.b for pair in pairs))


def whole(tally: ComparisonTally) -> Section:
    """The whole and its parts."""
    return Section("headline", "费用由谁负担(各项之和等于总额)", "项目", True, parts(tally))


def sentence(tally: ComparisonTally) -> str:
    """The comparison in one sentence, exact to the fen."""
    if not tally.compared:
        return "没有一次就诊在两套政策下均能计算"
    change = {row.key: row.change for row in parts(tally)}
    others = -change["own"] - change["funds"]
    said = [
        f"医疗费 {exact(parts(tally)[0].pair.a)} 元不变",
        f"各项基金{_moved(change['funds'], '多付', '少付')}",
        *([f"医院和其他方{_moved(others, '多付', '少付')}"] if others else []),
        f"个人{_moved(change['own'], '多负担', '少负担')}",
    ]
    return f"B 与 A 相比:{','.join(said)}。"


def _moved(fen: int, more: str, less: str) -> str:
    return "不变" if not fen else f"{more if fen > 0 else less} {exact(abs(fen))} 元"


def movement(tally: ComparisonTally) -> Section:
    """Why persons bear more or less in all: who is better off, who is worse off, and who could not
    be compared as a person; the first three rows add up to the last."""
    own = tally.own()
    change = own.b - own.a
    rest = change + tally.gained - tally.lost
    rows = (
        SectionRow("gained", "负担减轻的人合计少负担", Pair(0, -tally.gained)),
        SectionRow("lost", "负担加重的人合计多负担", Pair(0, tally.lost)),
        SectionRow("rest", "有就诊被退回的人,其能计算的就诊", Pair(0, rest)),
        SectionRow("change", "个人负担合计的变化", Pair(0, change)),
    )
    return Section("movement", "个人负担变化的构成", "项目", True, rows)


def shares(tally: ComparisonTally) -> Section:
    """What each payer's part is of the whole, in hundredths of a percent, half up."""
    (total, *rest), hundred = parts(tally), 10_000
    rows = tuple(
        SectionRow(row.key, row.name, Pair(*(_share(n * hundred, total.pair.a) for n in row.pair)))
        for row in rest
    )
    return Section("shares", "占医疗费总额的比例", "项目", False, rows if total.pair.a else ())


def _share(parts_of: int, whole_fen: int) -> int:
    return int(average(Fen(parts_of), whole_fen)) if whole_fen else 0


def per_head(tally: ComparisonTally) -> Section:
    """What is paid and borne per person of the file."""
    if not tally.persons:
        return Section("per_head", "人均", "项目", True, ())
    rows = tuple(
        SectionRow(
            row.key, row.name, Pair(*(int(average(Fen(n), tally.persons)) for n in row.pair))
        )
        for row in parts(tally)
    )
    return Section("per_head", "人均(按全部人数)", "项目", True, rows)


def percentiles(tally: ComparisonTally) -> Section:
    """What a person's year bears at most in most cases."""
    a, b = tally.spread
    if not a.years:
        return Section("percentiles", "年度个人负担的分布", "百分位", True, ())
    rows = [
        SectionRow(
            f"p{percent}",
            f"{percent}% 的人年不超过",
            Pair(*(s.percentile(percent) for s in (a, b))),
        )
        for percent in PERCENTILES
    ]
    mean = Pair(*(int(average(Fen(s.borne), s.years)) for s in (a, b)))
    rows = [
        SectionRow("mean", "平均", mean),
        *rows,
        SectionRow("most", "最高", Pair(a.largest, b.largest)),
    ]
    return Section(
        "percentiles",
        "年度个人负担的分布(可比人员,百分位精确到元)",
        "百分位",
        True,
        tuple(rows),
    )


def income(tally: ComparisonTally) -> Section:
    """How many years bear more than a share of the person's income, where the file gives it."""
    a, b = tally.spread
    title = "年度个人负担超过收入一定比例的人年数(可比且已知收入的人员)"
    if not a.with_income:
        return Section("income", title, "比例", False, ())
    rows = tuple(
        SectionRow(
            str(share),
            f"超过收入的 {share}%",
            Pair(a.above_share.get(share, 0), b.above_share.get(share, 0)),
        )
        for share in SHARES
    )
    known = SectionRow("known", "已知收入的人年数", Pair(a.with_income, b.with_income))
    return Section("income", title, "比例", False, (known, *rows))
