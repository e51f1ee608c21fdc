"""Finance's statement against the books, line by line (J31). Pure but for reading the file's own
format.

Their file: `.csv` (UTF-8, GB18030) or `.xlsx`, with the headings 日期, 凭证号, 账户 (财政专户
or 支出户), 基金 (name or code), 收入, 支出, 摘要, and 余额 where it tells balances; other columns
are left aside. A row with 余额 alone tells a balance: 期初余额 or 期末余额 in 摘要.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from medaid.dropped import cells
from medaid.dropped.problem import FileRefused, Problem
from medaid.dropped.table import Row, TableColumn, TableLimits, open_bytes
from medaid.fund.model import Entry
from medaid.fund.model.chart import funds
from medaid.money import Fen

_T = TypeVar("_T")
HEADING: Final = ("日期", "凭证号", "账户", "基金", "收入", "支出", "摘要")
ACCOUNTS: Final = {"财政专户": "1001", "支出户": "1002"}
COLUMNS: Final = (
    *(
        TableColumn(heading, heading, required=heading in ("日期", "账户", "基金"))
        for heading in HEADING
    ),
    TableColumn("余额", "余额", ("账户余额", "当前余额"), optional_column=True),
)
_OPENING: Final = ("期初余额", "期初", "上期结转", "上年结转")
_CLOSING: Final = ("期末余额", "期末", "本期结余", "期末结存")
LIMITS: Final = TableLimits()
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
            if line.account.number in ACCOUNTS.values():
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
    Each rule looks each line up once: 100,000 lines take seconds.
    """
    left, open_ = sorted(ours, key=_order), sorted(theirs, key=_order)
    findings: list[Finding] = []
    for rule in (_reference_and_amount, _reference, _day_and_amount):
        waiting: dict[object, deque[int]] = {}
        for index, movement in enumerate(left):
            waiting.setdefault(rule(movement), deque()).append(index)
        unmatched, taken = [], set()
        for movement in open_:
            mates = waiting.get(rule(movement)) if _asks(rule, movement) else None
            if not mates:
                unmatched.append(movement)
                continue
            taken.add(mates[0])
            mate = left[mates.popleft()]
            kind = "matched" if mate.amount == movement.amount else "amount_differs"
            findings.append(Finding(kind, mate, movement, (today - movement.day).days))
        left = [movement for index, movement in enumerate(left) if index not in taken]
        open_ = unmatched
    findings += [Finding("theirs_only", None, one, (today - one.day).days) for one in open_]
    findings += [Finding("ours_only", one, None, (today - one.day).days) for one in left]
    kinds = ("amount_differs", "ours_only", "theirs_only", "matched")
    return sorted(findings, key=lambda f: (kinds.index(f.kind), -f.age, _order(f.ours or f.theirs)))


def _order(movement: Movement | None) -> tuple[object, ...]:
    assert movement is not None
    place = (movement.reference, movement.account, movement.fund)
    return (*place, movement.day, int(movement.amount), movement.narrative)


def _reference_and_amount(one: Movement) -> tuple[object, ...]:
    return one.account, one.fund, one.reference, int(one.amount)


def _reference(one: Movement) -> tuple[object, ...]:
    return one.account, one.fund, one.reference


def _day_and_amount(one: Movement) -> tuple[object, ...]:
    return one.account, one.fund, one.day, int(one.amount)


def _asks(rule: Callable[[Movement], object], theirs: Movement) -> bool:
    """Whether a rule speaks of a line of theirs: by its reference, or by the day where it has
    none."""
    return bool(theirs.reference) != (rule is _day_and_amount)


@dataclass(frozen=True, slots=True)
class StatedBalance:
    """A balance that their statement tells."""

    account: str
    fund: str
    opening: bool
    amount: Fen


@dataclass(frozen=True, slots=True)
class TheirStatement:
    """All that finance's file says: movements, and the balances of its accounts."""

    movements: tuple[Movement, ...]
    balances: tuple[StatedBalance, ...]


def read_statement(content: bytes) -> TheirStatement:
    """Finance's statement from its file. Raises FileRefused (a BadInput) naming sheet, row, column
    and value of everything that does not hold."""
    table = open_bytes(content, COLUMNS, LIMITS)
    movements: list[Movement] = []
    balances: list[StatedBalance] = []
    problems: list[Problem] = []
    for row in table.rows:
        found = _line(row)
        if isinstance(found, StatedBalance) and any(
            (one.account, one.fund, one.opening) == (found.account, found.fund, found.opening)
            for one in balances
        ):
            found = [Problem("FILE_FORM", "余额", "同一账户、基金的期初或期末余额出现两次")]
        if isinstance(found, Movement):
            movements.append(found)
        elif isinstance(found, StatedBalance):
            balances.append(found)
        else:
            problems += [
                problem.at(row.number, table.sheet, row.cell(problem.field)) for problem in found
            ]
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        raise FileRefused(*problems)
    return TheirStatement(tuple(movements), tuple(balances))


def _line(row: Row) -> Movement | StatedBalance | list[Problem]:
    """The movement or the balance that a row states, or everything that is wrong with it."""
    problems = list(row.problems)

    def said(read: Callable[[str, str], _T], heading: str, otherwise: _T) -> _T:
        try:
            return read(row.cells[heading], heading)
        except cells.NotACell as wrong:
            problems.append(wrong.problem)
            return otherwise

    day = said(cells.day, "日期", date.min)
    account = ACCOUNTS.get(row.cells["账户"], "")
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
    narrative = row.cells["摘要"]
    tells = narrative in _OPENING or narrative in _CLOSING
    if tells and row.cell("余额") and not row.cells["收入"] and not row.cells["支出"]:
        amount = said(cells.yuan, "余额", Fen(0))
        return _unique(problems) or StatedBalance(account, fund, narrative in _OPENING, amount)
    if not (income - spending) and not problems:
        problems.append(Problem("FIELD_REQUIRED", "收入", "收入与支出须有一项不为零"))
    amount, reference = income - spending, row.cells["凭证号"]
    return _unique(problems) or Movement(day, reference, account, fund, amount, narrative)


def _unique(problems: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))


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
