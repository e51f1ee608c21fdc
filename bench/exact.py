"""The rules of three cities worked out a second time, in fractions of a yuan, from the text of the
documents and without the engine.

Golden tables, the pricing benchmark and the simulation benchmark compare the engine with this. It
shares nothing with `medaid`: the figures stand here as the documents print them, each year's
running totals are kept as sums of what entered, and every layer is one difference of a cumulative
function. Rounding: half up to the fen, once per layer.

Sources: 茂民规〔2018〕3号 二(二); 茂名市2018年度城乡居民医保参保缴费公告; the later Maoming table;
the Nanjing tables that the packs cite; Jiangmen's for employees; for fee lines
定点医药机构接口规范.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor
from typing import Final

ZERO: Final = Fraction(0)
OUTSIDE: Final = ("province", "outside")
WITHOUT_FILING: Final = ("none", "temporary", "hardship")


def fen(amount: Fraction) -> Fraction:
    """Half up to the fen."""
    return Fraction(floor(amount * 100 + Fraction(1, 2)), 100)


def text(amount: Fraction) -> str:
    """Yuan as people write it, trailing zeros dropped."""
    whole, part = divmod(int(amount * 100), 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".") if part else str(whole)


class Silent(Exception):
    """The documents do not say what holds here: nobody may be paid by a guess."""


@dataclass
class Case:
    """One visit, amounts in yuan."""

    day: date
    total: Fraction
    in_policy: Fraction
    category: str = "none"
    care: str = "inpatient"
    level: str = "2"
    place: str = "city"
    filing: str = "none"
    others: Fraction = ZERO
    basic_given: Fraction = ZERO
    person_group: str = "adult"
    age: int = 40
    stay_no: int = 1
    years_enrolled: int = 1


@dataclass
class Paid:
    """What each layer paid, in yuan, and the arithmetic in words."""

    basic: Fraction = ZERO
    critical: Fraction = ZERO
    assistance: Fraction = ZERO
    others: Fraction = ZERO
    extra: Fraction = ZERO
    own: Fraction = ZERO
    told: list[str] = field(default_factory=list)

    @property
    def funds(self) -> Fraction:
        return self.basic + self.critical + self.assistance + self.others + self.extra


Year = defaultdict[str, Fraction]


def new_year() -> Year:
    """A person-year in which nothing happened yet."""
    return defaultdict(Fraction)


Bands = Sequence[tuple[int, int | None, Fraction]]


def laid(bands: Bands, low: Fraction, high: Fraction) -> tuple[Fraction, str]:
    """What the stretch from `low` to `high` earns on `bands`, exact, with its words."""
    due, words = ZERO, list[str]()
    for begin, end, ratio in bands:
        piece = (high if end is None else min(high, Fraction(end))) - max(low, Fraction(begin))
        if piece > 0:
            due += piece * ratio
            words.append(f"{text(piece)}×{text(ratio * 100)}%")
    return due, "+".join(words)


class _Visit:
    """One visit going through the layers."""

    def __init__(self, case: Case, year: Year) -> None:
        self.case, self.year, self.paid = case, year, Paid()
        self.in_left, self.all_left = case.in_policy, case.total

    def pays(
        self, name: str, key: str, due: Fraction, cap: Fraction | None, words: str
    ) -> Fraction:
        """Rounds `due`, holds it under the cap and under what others have not paid already, and
        takes it off."""
        rounded = fen(due)
        amount = rounded
        room = self.all_left - (self.case.others if self.paid.others == 0 else ZERO)
        if cap is not None:
            amount = min(amount, max(ZERO, cap - self.year[key]))
        amount = max(ZERO, min(amount, room))
        self.year[key] += amount
        self.in_left = max(ZERO, self.in_left - amount)
        self.all_left -= amount
        limited = "" if amount == rounded else f",限付{text(amount)}"
        self.paid.told.append(f"{name}:{words}={text(rounded)}{limited}")
        return amount

    def over(self, key: str, base: Fraction, line: Fraction) -> tuple[Fraction, Fraction]:
        """The part of `base` that lies above a yearly line, as a stretch of the year's running
        total. What was borne of a line this year counts for another line of the same year too (a
        category that came or ended): nobody bears a line twice, and what was paid for once is
        not borne."""
        before, borne = self.year[key], f"{key}:borne"
        taken = min(base, max(ZERO, line - self.year[borne]))
        self.year[key] += base
        self.year[borne] += taken
        return before + taken, before + base

    def others(self) -> None:
        self.paid.others = min(self.case.others, self.all_left)
        self.all_left -= self.paid.others
        self.in_left = max(ZERO, self.in_left - self.paid.others)
        if self.paid.others:
            self.paid.told.append(f"其他支付:{text(self.paid.others)}")

    def done(self) -> Paid:
        self.paid.own = self.all_left
        self.paid.told.append(f"个人:{text(self.all_left)}")
        return self.paid


PERCENT: Final = {n: Fraction(n, 100) for n in range(101)}
FULL: Final = ("destitute_support", "orphan")
POOR: Final = ("subsistence_allowance", "registered_poor")
SECONDARY_ONLY: Final = ("low_income", "illness_poor")
OTHER: Final = (*SECONDARY_ONLY, "other_hardship")


def maoming(case: Case, year: Year) -> Paid:
    """Maoming, 2018-12-25 to 2021-12-24."""
    visit = _Visit(case, year)
    later = case.day >= date(2021, 1, 1)
    visit.paid.basic = _maoming_basic(visit, later)
    if case.care != "outpatient":
        visit.paid.critical = _maoming_critical(visit, later)
    if case.category != "none":
        visit.paid.assistance = _maoming_assistance(visit)
    visit.others()
    if case.category != "none":
        visit.paid.extra = _maoming_secondary(visit)
    return visit.done()


def _maoming_basic(visit: _Visit, later: bool) -> Fraction:
    case = visit.case
    if case.care == "chronic_outpatient":
        return visit.pays("基本", "basic_chronic", case.basic_given, None, "经办机构给出")
    if case.care == "outpatient":
        return visit.pays(
            "基本",
            "basic_out",
            case.in_policy * PERCENT[50],
            Fraction(200 if later else 150),
            f"{text(case.in_policy)}×50%",
        )
    line = Fraction(
        1000
        if case.place in OUTSIDE
        else {"township": 200, "1": 200, "2": 500, "3": 700}[case.level]
    )
    table = (
        {"township": 90, "1": 85, "2": 75, "3": 65}
        if later
        else {"township": 90, "1": 85, "2": 70, "3": 55}
    )
    ratio = table[case.level]
    if case.place in OUTSIDE:
        cut = case.filing in ("referred", "referred_down") or (
            case.filing == "long_term" and not later
        )
        ratio = (45 if later else 40) if case.filing in WITHOUT_FILING else ratio - 5 * cut
    above = max(ZERO, case.in_policy - line)
    if above and case.place in OUTSIDE and case.filing == "emergency":
        raise Silent  # 公告 and 待遇表 do not say what an emergency outside the city is paid at
    return visit.pays(
        "基本", "basic_in", above * PERCENT[ratio], Fraction(180000), _above(case, line, ratio)
    )


def _above(case: Case, line: Fraction, ratio: int) -> str:
    return (
        f"({text(case.in_policy)}−{text(line)})×{ratio}%"
        if case.in_policy > line
        else f"{text(case.in_policy)}未超过起付线{text(line)},"
    )


def _maoming_critical(visit: _Visit, later: bool) -> Fraction:
    category = visit.case.category
    cap: Fraction | None = Fraction(300000) if later else Fraction(200000)
    line, bands = Fraction(9500), list[tuple[int, int | None, Fraction]]()
    if not later:
        bands += [
            (9500, 20000, PERCENT[50]),
            (20000, 50000, PERCENT[55]),
            (50000, 100000, PERCENT[60]),
            (100000, None, PERCENT[70]),
        ]
    elif category == "destitute_support":  # the table names 特困供养人员, not orphans
        line, bands, cap = Fraction(1900), [(0, None, PERCENT[90])], None
    elif category in POOR:
        line, bands, cap = Fraction(2850), [(0, None, PERCENT[85])], None
    else:
        bands += [(0, None, PERCENT[80])]
    left = visit.in_left
    low, high = visit.over("critical_base", left, line)
    due, words = laid(bands, low, high)
    return visit.pays(
        "大病",
        "critical",
        due,
        cap,
        (
            f"政策内自付{text(left)},"
            f"年累计{text(visit.year['critical_base'])}(起付{text(line)})→{words or '未超过,'}"
        ),
    )


def _maoming_assistance(visit: _Visit) -> Fraction:
    """二(二)1, 2: for those of 二(一) alone; 低收入 and 因病致贫 have secondary assistance only."""
    if visit.case.category in SECONDARY_ONLY:
        return ZERO
    full = visit.case.category in FULL
    inpatient = visit.case.care == "inpatient"
    ratio = 100 if full else 80
    cap = None if full else Fraction(60000)
    key, name = ("assist_in", "住院救助") if inpatient else ("assist_out", "门诊救助")
    return visit.pays(
        name, key, visit.in_left * PERCENT[ratio], cap, f"{text(visit.in_left)}×{ratio}%"
    )


def _maoming_secondary(visit: _Visit) -> Fraction:
    category = visit.case.category
    line, ratio, cap = (
        (0, 100, 30000)
        if category in FULL
        else (3000, 80, 30000)
        if category in POOR
        else (3000, 70, 20000)
    )
    base = visit.all_left
    low, high = visit.over("secondary_base", base, Fraction(line))
    return visit.pays(
        "二次",
        "secondary",
        (high - low) * PERCENT[ratio],
        Fraction(cap),
        (
            f"全部自付{text(base)},"
            f"年累计{text(visit.year['secondary_base'])}(起付{line})→{text(high - low)}×{ratio}%"
        ),
    )


def nanjing(case: Case, year: Year) -> Paid:
    """Nanjing, from 2024-02-27."""
    visit = _Visit(case, year)
    if case.care == "outpatient":
        _nanjing_outpatient(visit)
        if case.category == "destitute_support":
            visit.paid.assistance = _nanjing_assistance(visit)
        visit.others()
        return visit.done()
    unfiled = case.place in OUTSIDE and case.filing in ("none", "hardship")
    visit.paid.basic = _nanjing_basic(visit, unfiled)
    visit.paid.critical = _nanjing_critical(visit, unfiled)
    if case.category != "none":
        visit.paid.assistance = _nanjing_assistance(visit)
    visit.others()
    if case.category != "none":
        visit.paid.extra = _nanjing_tilted(visit)
    return visit.done()


def _nanjing_basic(visit: _Visit, unfiled: bool) -> Fraction:
    case = visit.case
    young = case.person_group in ("minor", "student")
    lines = (
        {"3": 500, "2": 400, "1": 300, "community": 300}
        if young
        else {"3": 1000, "2": 500, "1": 300, "community": 300}
    )
    ratios = (
        {"3": 80, "2": 90, "1": 95, "community": 95}
        if young
        else {"3": 65, "2": 85, "1": 90, "community": 90}
    )
    line = Fraction(lines[case.level])
    if case.stay_no >= 2:
        line = max(Fraction(150), line / 2)
    ratio = ratios[case.level] - (20 if unfiled else 0)
    cap = Fraction(360000)
    above = max(ZERO, case.in_policy - line)
    return visit.pays("基本", "basic_in", above * PERCENT[ratio], cap, _above(case, line, ratio))


def _nanjing_outpatient(visit: _Visit) -> None:
    case = visit.case
    old = case.age >= 80
    ratio = 50 if case.level == "community" else 30
    low, high = visit.over("out_base", case.in_policy, Fraction(200))
    share = ratio + 5 * old
    first = visit.pays(
        "门诊",
        "basic_out",
        (high - low) * PERCENT[share],
        Fraction(330 if old else 300),
        f"200元以上{text(high - low)}×{share}%",
    )
    low, high = visit.over("high_base", visit.in_left, Fraction(2000))
    second = visit.pays(
        "门诊高额",
        "basic_high",
        (high - low) * PERCENT[ratio],
        Fraction(2600),
        f"2000元以上{text(high - low)}×{ratio}%",
    )
    visit.paid.basic = first + second


def _nanjing_critical(visit: _Visit, unfiled: bool) -> Fraction:
    assisted = visit.case.category != "none"
    add = 5 * assisted - 20 * unfiled
    steps = [
        (0, 40000, 50),
        (40000, 60000, 55),
        (60000, 80000, 60),
        (80000, 100000, 65),
        (100000, None, 70),
    ]
    bands = [(begin, end, PERCENT[ratio + add]) for begin, end, ratio in steps]
    line = Fraction(10000 if assisted else 20000)
    left = visit.in_left
    low, high = visit.over("critical_base", left, line)
    due, words = laid(bands, low, high)
    return visit.pays(
        "大病",
        "critical",
        due,
        None,
        (
            f"政策内自付{text(left)},"
            f"年累计{text(visit.year['critical_base'])}(起付{text(line)})→{words or '未超过,'}"
        ),
    )


def _nanjing_assistance(visit: _Visit) -> Fraction:
    case = visit.case
    away = case.place in OUTSIDE
    if away and case.filing in ("none", "temporary"):
        visit.paid.told.append("救助:未按规定转诊,不纳入")
        return ZERO
    cut = 20 if away and case.filing == "hardship" else 0
    base = visit.in_left
    if case.category != "illness_poor":
        ratio = (100 if case.category == "destitute_support" else 90) - cut
        key = "assist_out" if case.care == "outpatient" else "assist_in"
        return visit.pays("救助", key, base * PERCENT[ratio], None, f"{text(base)}×{ratio}%")
    low, high = visit.over("assist_base", base, Fraction(10000))
    return visit.pays(
        "救助",
        "assist_in",
        (high - low) * PERCENT[70 - cut],
        Fraction(15000),
        f"10000元以上{text(high - low)}×{70 - cut}%",
    )


def _nanjing_tilted(visit: _Visit) -> Fraction:
    case = visit.case
    if case.place == "outside" or case.filing not in ("referred", "referred_down"):
        visit.paid.told.append("倾斜:非规范转诊或省外,不纳入")
        return ZERO
    base = visit.in_left
    low, high = visit.over("tilted_base", base, Fraction(20000))
    return visit.pays(
        "倾斜",
        "tilted",
        (high - low) * PERCENT[60],
        None,
        (
            f"政策内自付{text(base)},"
            f"年累计{text(visit.year['tilted_base'])}(起付20000)→{text(high - low)}×60%"
        ),
    )


def jiangmen(case: Case, year: Year) -> Paid:
    """Jiangmen's employees in 2026, inpatient: 2026年度江门市基本医疗保险待遇标准. It says too
    little of the retired, of care away from home without a referral, of payments by others.
    Raises Silent."""
    away = case.place in OUTSIDE
    if case.others:
        raise Silent
    if case.in_policy == 0:
        return Paid(own=case.total)
    if case.person_group != "employed" or (
        away and case.filing not in ("referred", "referred_down")
    ):
        raise Silent
    visit = _Visit(case, year)
    line = Fraction(1500 if away else {"3": 900, "2": 600}.get(case.level, 500))
    ratio = {"3": 83, "2": 90}.get(case.level, 93) - 10 * away
    above = max(ZERO, case.in_policy - line)
    cap = Fraction(580000)
    visit.paid.basic = visit.pays(
        "基本", "basic_in", above * PERCENT[ratio], cap, _above(case, line, ratio)
    )
    left = max(ZERO, visit.in_left - min(line, case.in_policy))
    low, high = visit.over("critical_base", left, Fraction(5000))
    low_share, high_share = (75, 80) if away else (85, 90)
    bands: Bands = [(0, 200000, PERCENT[low_share]), (200000, None, PERCENT[high_share])]
    due, words = laid(bands, low, high)
    visit.paid.critical = visit.pays("大病", "critical", due, Fraction(240000), words)
    visit.others()
    return visit.done()


@dataclass(frozen=True)
class Parts:
    """What a fee line comes to, in yuan."""

    amount: Fraction
    own: Fraction
    over: Fraction
    first: Fraction
    in_scope: Fraction


def line(
    count: Fraction, price: Fraction, payable: bool, limit: Fraction | None, share: Fraction
) -> Parts:
    """定点医药机构接口规范 2204, 2301: amount, over the limit price, first self-pay, in scope; a
    refund is the mirror of its line."""
    if count < 0:
        back = line(-count, price, payable, limit, share)
        return Parts(-back.amount, -back.own, -back.over, -back.first, -back.in_scope)
    amount = fen(count * price)
    if not payable:
        return Parts(amount, amount, ZERO, ZERO, ZERO)
    over = fen(max(ZERO, price - limit) * count) if limit is not None else ZERO
    first = fen((amount - over) * share)
    return Parts(amount, ZERO, over, first, amount - over - first)


CITIES: Final[dict[str, Callable[[Case, Year], Paid]]] = {
    "440900": maoming,
    "320100": nanjing,
    "440700": jiangmen,
}
