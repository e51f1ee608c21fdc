"""What the books say of the indicators, and what an indicator comes to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from medaid.fund.model.chart import accounts
from medaid.fund.movements import AT_THE_COUNTER, Movements
from medaid.fund.performance.model import (
    FUND,
    Indicator,
    IndicatorRow,
    IndicatorUnit,
    Measure,
    Measures,
)
from medaid.money import Fen, Ratio, average, half_up, percent_text

_NO_BUDGET = "本年度没有已批复的预算"
_NOT_MEASURED = "没有取得数据"


def book_measures(
    amounts: Mapping[str, Fen],
    granted: Mapping[str, Fen],
    months: Iterable[Movements],
    budgeted: Fen | None,
) -> dict[str, Measure | str]:
    """The indicators that follow from the books: `amounts` by row of the fund's statements on the
    basis of its final accounts, `granted` the same as booked when it was granted, which is what
    person-times are counted by; `months` those of the year, `budgeted` the expense approved (None
    where nobody did)."""
    times = person_times(months)
    counter = sum(n for (kind, _), n in times.items() if kind == AT_THE_COUNTER)
    care = {
        one: sum(n for (_, what), n in times.items() if what == one)
        for one in ("inpatient", "outpatient")
    }
    spent, income = int(amounts["expense"]), int(amounts["income"])
    everybody = sum(care.values())
    return {
        "budget_execution": _NO_BUDGET if budgeted is None else Measure(spent, int(budgeted)),
        "person_times": Measure(everybody),
        "inpatient_times": Measure(care["inpatient"]),
        "outpatient_times": Measure(care["outpatient"]),
        "one_stop": Measure(counter, everybody),
        "inpatient_mean": Measure(int(granted["inpatient"]), care["inpatient"]),
        "outpatient_mean": Measure(int(granted["outpatient"]), care["outpatient"]),
        "usage": Measure(spent, income),
        "reserve_months": Measure(int(amounts["closing_fund"]), spent),
    }


def person_times(months: Iterable[Movements]) -> dict[tuple[str, str], int]:
    """Person-times assisted by kind of entry and care (`movements.person_times`)."""
    found: dict[tuple[str, str], int] = {}
    for key, times in ((key, times) for month in months for key, times in month.times.items()):
        found[key.kind, key.care] = found.get((key.kind, key.care), 0) + times
    return found


def received(figures: Mapping[str, Fen]) -> tuple[tuple[str, Fen], ...]:
    """Money of the year that came into the fund, by account code, in chart order."""
    mine = ((code, one) for code, one in accounts().items() if one.fund == FUND)
    return tuple(
        (code, -figures[code]) for code, one in mine if one.kind == "income" and figures.get(code)
    )


def rows_of(asked: Iterable[Indicator], measured: Measures) -> tuple[IndicatorRow, ...]:
    """Each indicator that is asked for, computed or with the reason why not."""
    return tuple(_row(one, measured.get(one.key, one.missing or _NOT_MEASURED)) for one in asked)


def _row(one: Indicator, measured: Measure | str) -> IndicatorRow:
    if isinstance(measured, str):
        return IndicatorRow(one.key, None, None, "", None, measured)
    part, whole = measured
    if one.unit is IndicatorUnit.COUNT:
        return IndicatorRow(one.key, part, None, str(part), None, "")
    if whole <= 0:
        why = f"{one.denominator}为零或负数,无从计算"
        return IndicatorRow(one.key, part, whole, "", None, why)
    return IndicatorRow(one.key, part, whole, _value(one, part, whole), _reached(one, measured), "")


def _value(one: Indicator, part: int, whole: int) -> str:
    if one.unit is IndicatorUnit.PERCENT:
        return percent_text(part, whole)
    if one.unit is IndicatorUnit.YUAN:
        return average(Fen(part), whole).yuan()
    return Fen(half_up(part * 12 * 100, whole)).yuan()


def _reached(one: Indicator, measured: Measure) -> bool | None:
    """Held against the target exactly, not as printed: equal is enough."""
    if not one.target:
        return None
    part, whole = measured
    if one.unit is IndicatorUnit.MONTHS:
        left, right = part * 12, int(one.target) * whole
    else:
        left, right = part * int(Ratio.of("1")), int(Ratio.of(one.target)) * whole
    return left >= right if one.direction == ">=" else left <= right
