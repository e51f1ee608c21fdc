"""Finance's statement against the books, line by line (J31). Pure but for reading the file's own
format.

Their file: `.csv` (UTF-8, GB18030) or `.xlsx`, first row the heading: 日期, 凭证号, 账户 (财政专户
or 支出户), 基金 (name or code), 收入, 支出, 摘要.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from medaid.errors import BadInput
from medaid.fund.chart import funds
from medaid.fund.model import Entry
from medaid.instants import parse_date
from medaid.money import Fen

HEADING: Final = ("日期", "凭证号", "账户", "基金", "收入", "支出", "摘要")
_ACCOUNTS: Final = {"财政专户": "1001", "支出户": "1002"}
LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a statement: a quarter of a province is a hundredth of it."""


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


def their_movements(name: str, content: bytes) -> list[Movement]:
    """Finance's statement from its file. Raises BadInput naming the row and the column."""
    if len(content) > LARGEST:
        raise BadInput("BODY_TOO_LARGE", field=name, rule="对账文件不得超过 20 MB")
    rows = (
        _workbook_rows(name, content)
        if name.lower().endswith(".xlsx")
        else _text_rows(name, content)
    )
    if not rows or tuple(str(cell or "").strip() for cell in rows[0][: len(HEADING)]) != HEADING:
        raise BadInput("FIELD_FORMAT", field=name, rule=f"首行须为:{'、'.join(HEADING)}")
    return [
        _movement(number, row)
        for number, row in enumerate(rows[1:], 2)
        if any(cell not in (None, "") for cell in row)
    ]


def _text_rows(name: str, content: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return [list(row) for row in csv.reader(io.StringIO(content.decode(encoding)))]
        except UnicodeDecodeError:
            continue
    raise BadInput("FIELD_FORMAT", field=name, rule="编码须为 UTF-8 或 GB18030")


def _workbook_rows(name: str, content: bytes) -> list[list[Any]]:
    from openpyxl import load_workbook  # loaded where a workbook is read

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    except Exception as error:  # the library raises whatever a broken archive makes it raise
        raise BadInput("FIELD_FORMAT", field=name, rule="不是可读的 .xlsx 文件") from error


def _movement(number: int, row: Sequence[Any]) -> Movement:
    def cell(name: str) -> Any:
        index = HEADING.index(name)
        return row[index] if index < len(row) and row[index] is not None else ""

    where = f"第{number}行"
    day = cell("日期")
    civil = (
        day.date() if isinstance(day, datetime) else parse_date(str(day).strip(), f"{where} 日期")
    )
    account = _ACCOUNTS.get(str(cell("账户")).strip())
    if account is None:
        raise BadInput("CODE_UNKNOWN", field=f"{where} 账户", rule="财政专户或支出户")
    named = str(cell("基金")).strip()
    fund = next((f.key for f in funds().values() if named in (f.code, f.name)), None)
    if fund is None:
        raise BadInput("FUND_UNKNOWN", field=f"{where} 基金", rule=named)
    amount = _yuan(cell("收入"), f"{where} 收入") - _yuan(cell("支出"), f"{where} 支出")
    if not amount:
        raise BadInput("FIELD_REQUIRED", field=f"{where} 收入", rule="收入与支出须有一项不为零")
    return Movement(
        civil, str(cell("凭证号")).strip(), account, fund, amount, str(cell("摘要")).strip()
    )


def _yuan(value: Any, field: str) -> Fen:
    if isinstance(
        value, float
    ):  # a spreadsheet's own number: taken by the digits it shows, which are exact to two decimals
        value = Decimal(repr(value))
    if isinstance(value, str):
        value = value.replace(",", "").strip()
    return Fen.of_yuan(value or "0", field)


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
