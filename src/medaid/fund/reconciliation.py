"""Finance's statement against the books, line by line (J31). Pure but for reading the file's own
format.

Their file: `.csv` (UTF-8, GB18030) or `.xlsx`, with the headings 日期, 凭证号, 账户 (财政专户
or 支出户), 基金 (name or code), 收入, 支出, 摘要; other columns are left aside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from medaid.dropped import cells
from medaid.dropped.problem import FileRefused, Problem
from medaid.dropped.table import Column, Limits, Row, open_bytes
from medaid.fund.model import Entry
from medaid.fund.model.chart import funds
from medaid.money import Fen

_T = TypeVar("_T")
HEADING: Final = ("日期", "凭证号", "账户", "基金", "收入", "支出", "摘要")
_ACCOUNTS: Final = {"财政专户": "1001", "支出户": "1002"}
COLUMNS: Final = tuple(
    Column(heading, heading, required=heading in ("日期", "账户", "基金")) for heading in HEADING
)
LIMITS: Final = Limits()
"""20 MB and 100,000 lines: a quarter of a province is a hundredth of it."""
_MOST_PROBLEMS: Final = 200


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement on a bank account: ours or theirs. `amount` fen, into the account positive;
    `reference` the document both sides quote."""

    day: date
    reference: str
    account: str
    fund: str
    amount: Fen
    narrative: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the reconciliation: `matched`, `ours_only`, `theirs_only`, `amount_differs`;
    `age` in days at the day it was made."""

    kind: str
    ours: Movement | None
    theirs: Movement | None
    age: int


def our_movements(entries: Iterable[Entry]) -> list[Movement]:
    """The books' movements on the fiscal special account and the expenditure account; the reference
    is the source of the entry."""
    found = []
    for entry in entries:
        sums: dict[tuple[str, str], int] = {}
        for line in entry.lines:
            if line.account.number in _ACCOUNTS.values():
                key = (line.account.number, line.account.fund)
                sums[key] = sums.get(key, 0) + line.fen
        found += [
            Movement(entry.effective, entry.source, number, fund, Fen(fen), entry.narrative)
            for (number, fund), fen in sums.items()
            if fen
        ]
    return found


def compare(ours: Sequence[Movement], theirs: Sequence[Movement], today: date) -> list[Finding]:
    """Matches by meaning, whatever the order of the lines on either side; each line is in one
    finding, with its age in days at `today`.

    Account and fund must agree always. First what agrees in reference and amount, then what quotes
    one reference with another amount, then what has no reference on their side by day and amount.
    """
    left, open_ = sorted(ours, key=_order), sorted(theirs, key=_order)
    findings: list[Finding] = []
    for rule in (_same_reference_and_amount, _same_reference, _same_day_and_amount):
        unmatched = []
        for movement in open_:
            mate = next((one for one in left if rule(one, movement)), None)
            if mate is None:
                unmatched.append(movement)
                continue
            left.remove(mate)
            kind = "matched" if mate.amount == movement.amount else "amount_differs"
            findings.append(Finding(kind, mate, movement, (today - movement.day).days))
        open_ = unmatched
    findings += [Finding("theirs_only", None, one, (today - one.day).days) for one in open_]
    findings += [Finding("ours_only", one, None, (today - one.day).days) for one in left]
    kinds = ("amount_differs", "ours_only", "theirs_only", "matched")
    return sorted(findings, key=lambda f: (kinds.index(f.kind), -f.age, _order(f.ours or f.theirs)))


def _order(movement: Movement | None) -> tuple[object, ...]:
    assert movement is not None
    place = (movement.reference, movement.account, movement.fund)
    return (*place, movement.day, int(movement.amount), movement.narrative)


def _of_one_account(ours: Movement, theirs: Movement) -> bool:
    return (ours.account, ours.fund) == (theirs.account, theirs.fund)


def _same_reference(ours: Movement, theirs: Movement) -> bool:
    quoted = bool(theirs.reference) and ours.reference == theirs.reference
    return quoted and _of_one_account(ours, theirs)


def _same_reference_and_amount(ours: Movement, theirs: Movement) -> bool:
    return ours.amount == theirs.amount and _same_reference(ours, theirs)


def _same_day_and_amount(ours: Movement, theirs: Movement) -> bool:
    same = (ours.day, ours.amount) == (theirs.day, theirs.amount)
    return not theirs.reference and same and _of_one_account(ours, theirs)


def their_movements(content: bytes) -> list[Movement]:
    """Finance's statement from its file. Raises FileRefused (a BadInput) naming sheet, row, column
    and value of everything that does not hold."""
    table = open_bytes(content, COLUMNS, LIMITS)
    movements: list[Movement] = []
    problems: list[Problem] = []
    for row in table.rows:
        found = _movement(row)
        if isinstance(found, Movement):
            movements.append(found)
        else:
            problems += [
                problem.at(row.number, table.sheet, row.cell(problem.field)) for problem in found
            ]
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        raise FileRefused(*problems)
    return movements


def _movement(row: Row) -> Movement | list[Problem]:
    """The movement that a row states, or everything that is wrong with it."""
    problems = list(row.problems)

    def said(read: Callable[[str, str], _T], heading: str, otherwise: _T) -> _T:
        try:
            return read(row.cells[heading], heading)
        except cells.NotACell as wrong:
            problems.append(wrong.problem)
            return otherwise

    day = said(cells.day, "日期", date.min)
    account = _ACCOUNTS.get(row.cells["账户"], "")
    if not account:
        problems.append(Problem("CODE_UNKNOWN", "账户", "应为财政专户或支出户"))
    named = row.cells["基金"]
    fund = next((f.key for f in funds().values() if named in (f.code, f.name)), "")
    if not fund:
        problems.append(Problem("FUND_UNKNOWN", "基金", "无对应基金"))
    income, spending = (
        said(cells.yuan, heading, Fen(0)) if row.cells[heading] else Fen(0)
        for heading in ("收入", "支出")
    )
    if not (income - spending) and not problems:
        problems.append(Problem("FIELD_REQUIRED", "收入", "收入与支出须有一项不为零"))
    if problems:
        return list(dict.fromkeys(problems))
    amount, reference = income - spending, row.cells["凭证号"]
    return Movement(day, reference, account, fund, amount, row.cells["摘要"])


_KINDS: Final = {
    "matched": "相符",
    "ours_only": "我方有对方无",
    "theirs_only": "对方有我方无",
    "amount_differs": "金额不符",
}


def sheets(findings: Iterable[Finding]) -> dict[str, list[list[object]]]:
    """The comparison as a sheet that both sides can read, one line a finding."""
    rows: list[list[object]] = [
        ["结果", "账龄(天)", "日期", "凭证号", "科目", "基金", "我方金额", "对方金额", "摘要"]
    ]
    for one in findings:
        known = one.ours or one.theirs
        assert known is not None
        ours, theirs = (side.amount if side else None for side in (one.ours, one.theirs))
        fund = funds()[known.fund].name
        rows.append(
            [
                _KINDS[one.kind],
                one.age,
                known.day.isoformat(),
                known.reference,
                known.account,
                fund,
                ours,
                theirs,
                known.narrative,
            ]
        )
    return {"对账结果": rows}
