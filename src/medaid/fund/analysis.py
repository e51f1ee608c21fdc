"""Income, expense, balance and structure of a fund (J33, J36), budget and its use (J30), pools of
30 and 70 (Q2.3), reserve (N7). Pure.

Figures (shares, months) are arguments: they are policy and come with their citation from the
caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medaid.fund.books import TrialBalance, Turnover
from medaid.fund.model import Entry
from medaid.fund.model.chart import accounts, flows, funds
from medaid.fund.movements import Movements
from medaid.money import Fen, Ratio, split


@dataclass(frozen=True, slots=True)
class FundSummary:
    """One fund over a time: fen of income, expense, what they leave; expense by account, largest
    first, with its share in ten-thousandths."""

    fund: str
    income: Fen
    expense: Fen
    left: Fen
    structure: tuple[tuple[str, Fen, int], ...]


def summaries(moved: Mapping[str, Turnover]) -> tuple[FundSummary, ...]:
    """A summary of each fund that had income or expense, of what was `moved` by account code
    without carry-overs: they are neither."""
    found = []
    for fund in funds():
        income = expense = 0
        parts: list[tuple[str, Fen]] = []
        for code, turnover in moved.items():
            one = accounts()[code]
            if one.fund != fund:
                continue
            if one.kind == "income":
                income += turnover.credits - turnover.debits
            elif one.kind == "expense":
                expense += turnover.debits - turnover.credits
                parts.append((one.name, Fen(turnover.debits - turnover.credits)))
        if income or expense:
            parts.sort(key=lambda part: (-int(part[1]), part[0]))
            shares = tuple(
                (name, fen, int(fen) * 10000 // expense if expense > 0 else 0)
                for name, fen in parts
            )
            found.append(
                FundSummary(fund, Fen(income), Fen(expense), Fen(income - expense), shares)
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Budgeted and used fen of one account; `left` is negative where more was used than
    budgeted."""

    code: str
    budgeted: Fen
    used: Fen

    @property
    def left(self) -> Fen:
        return self.budgeted - self.used


def budget_use(budget: Mapping[str, Fen], used: Mapping[str, Fen]) -> tuple[BudgetLine, ...]:
    """Each budgeted account and each one used without a budget, in chart order (J30); `used` as
    `usage.used_through` answers it."""
    nothing = Fen(0)
    return tuple(
        BudgetLine(code, budget.get(code, nothing), used.get(code, nothing))
        for code, one in accounts().items()
        if one.kind in ("income", "expense") and (used.get(code) or code in budget)
    )


@dataclass(frozen=True, slots=True)
class Pools:
    """The outpatient and the inpatient pool of a year: what each was given, moved between them by
    document, and used."""

    given: tuple[Fen, Fen]
    moved_to_outpatient: Fen
    used: tuple[Fen, Fen]

    @property
    def left(self) -> tuple[Fen, Fen]:
        outpatient = self.given[0] + self.moved_to_outpatient - self.used[0]
        return outpatient, self.given[1] - self.moved_to_outpatient - self.used[1]


def pools(fund: str, outpatient: int, inpatient: int, months: Iterable[Movements]) -> Pools:
    """The pools of a fund from the sums of a year's months: `outpatient` and `inpatient` are the
    parts (30 and 70) of income less what is passed up, down and to the insurer (Q2.3)."""
    income = moved = 0
    used = {"outpatient": 0, "inpatient": 0}
    for key, held in ((key, held) for month in months for key, held in month.sums.items()):
        one, fen = accounts()[key.code], held.debits - held.credits
        if one.fund != fund or key.kind == "year_close":
            continue
        if one.kind == "income" or one.number.startswith(("52", "53", "54")):
            income -= fen
        elif one.care:
            used[one.care] += fen
        elif key.kind == "pool_transfer" and one.number == "300101":
            moved -= fen
    given = split(Fen(income), [outpatient, inpatient])
    return Pools(
        (given[0], given[1]), Fen(moved), (Fen(used["outpatient"]), Fen(used["inpatient"]))
    )


def short_of_reserve(surplus: Fen, spent: Fen, spent_months: int, least: int) -> bool:
    """Whether an accumulated surplus covers less than `least` months of spending (N7), by what was
    spent in `spent_months` months. Equal is enough."""
    assert spent_months > 0
    return int(surplus) * spent_months < least * int(spent)


def share_reached(part: Fen, whole: Fen, least: Ratio) -> bool:
    """Whether `part` is at least the share `least` of `whole` (N5). Nothing of nothing is
    enough."""
    return int(part) * int(Ratio.of(1)) >= int(whole) * int(least)


def sides(balance: Fen) -> tuple[Fen | None, Fen | None]:
    """A balance (debit positive) as the columns 借方 and 贷方; both empty for none."""
    return (balance if balance > 0 else None), (-balance if balance < 0 else None)


def account_sheets(
    balance: TrialBalance, entries: Iterable[Entry]
) -> dict[str, list[list[object]]]:
    """The accounts as sheets a finance office takes: trial balance, then one line a journal line
    (J31, J33)."""
    trial: list[list[object]] = [
        [
            "基金",
            "科目编码",
            "科目名称",
            *(f"{when}{side}" for when in ("期初", "本期", "期末") for side in ("借方", "贷方")),
        ]
    ]
    for row in balance.rows:
        one = row.account
        trial.append(
            [
                funds()[one.fund].name,
                one.code,
                one.name,
                *sides(row.opening),
                row.debits,
                row.credits,
                *sides(row.closing),
            ]
        )
    journal: list[list[object]] = [
        ["入账日期", "分录号", "业务", "科目编码", "科目名称", "往来单位", "借方", "贷方", "摘要"]
    ]
    for entry in entries:
        for line in entry.lines:
            debit, credit = (line.amount, None) if line.fen > 0 else (None, -line.amount)
            one = line.account
            journal.append(
                [
                    entry.effective,
                    entry.entry_id,
                    flows()[entry.kind].name,
                    one.code,
                    one.name,
                    line.counterpart,
                    debit,
                    credit,
                    entry.narrative,
                ]
            )
    return {"试算平衡表": trial, "明细账": journal}
