"""The files regions exchange: what a region files of a month, and the bills that the split answers.
TAB-separated UTF-8, zipped, empty is `null`.

No personal data: a row is one treatment city and one home city. Amounts in yuan, one column a fund
in the order of the chart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from medaid.clearing.bills import Bill, Filing
from medaid.clearing.files import text, unzipped, zipped
from medaid.errors import BadInput
from medaid.fund.chart import funds
from medaid.money import Fen

_FUNDS: Final = tuple(funds())
FILED: Final = (
    "setlym",
    "mdtrtarea",
    "insuplc_admdvs",
    "kind",
    "setl_cnt",
    *(f.code for f in funds().values()),
)
BILLED: Final = (
    "setlym",
    "kind",
    "crdt_admdvs",
    "debt_admdvs",
    "setl_cnt",
    "mdtrtarea",
    "insuplc_admdvs",
    *(f.code for f in funds().values()),
)


def _amounts(amounts: object) -> list[str]:
    assert isinstance(amounts, dict)
    return [amounts.get(key, Fen(0)).yuan() for key in _FUNDS]


def filed(month: str, filings: Iterable[Filing]) -> bytes:
    """The file of a region's filings for a month: own amounts and adjustments in rows of their own.
    The heading alone for a zero month."""
    rows: list[Sequence[str]] = [FILED]
    for one in sorted(filings, key=lambda f: (f.treatment, f.home)):
        rows.append(
            (month, one.treatment, one.home, "own", str(one.count), *_amounts(dict(one.own)))
        )
        if one.adjusted:
            rows.append(
                (month, one.treatment, one.home, "adjusted", "0", *_amounts(dict(one.adjusted)))
            )
    return zipped("filing.txt", b"".join(text(rows)))


def _rows(content: bytes, heading: tuple[str, ...], name: str) -> list[tuple[int, list[str]]]:
    try:
        lines = unzipped(content).decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise BadInput("FIELD_FORMAT", field=name, rule="文件须为 UTF-8") from None
    if not lines or tuple(lines[0].split("\t")) != heading:
        raise BadInput("FIELD_FORMAT", field=name, rule="首行不符")
    found = [(number, line.split("\t")) for number, line in enumerate(lines[1:], 2) if line]
    short = next((number for number, row in found if len(row) != len(heading)), None)
    if short is not None:
        raise BadInput("FIELD_FORMAT", field=f"{name} 第{short}行", rule=f"应为 {len(heading)} 列")
    return found


def _fen(values: Sequence[str], where: str) -> dict[str, Fen]:
    amounts = {
        key: Fen.of_yuan(value, f"{where} {funds()[key].code}")
        for key, value in zip(_FUNDS, values, strict=True)
    }
    return {key: fen for key, fen in amounts.items() if fen}


def filings(month: str, content: bytes, name: str) -> list[Filing]:
    """The filings in a file. Raises BadInput naming the row: another month, a count that is none, a
    row twice."""
    found: dict[tuple[str, str], Filing] = {}
    for number, row in _rows(content, FILED, name):
        where = f"{name} 第{number}行"
        pair = (row[1], row[2])
        if row[0] != month:
            raise BadInput("FIELD_FORMAT", field=f"{where} setlym", rule=f"应为 {month}")
        if not row[4].isdigit() or row[3] not in ("own", "adjusted"):
            raise BadInput(
                "FIELD_FORMAT",
                field=f"{where} setl_cnt",
                rule="笔数须为非负整数,类别为 own 或 adjusted",
            )
        before = found.get(pair)
        amounts = _fen(row[5:], where)
        if row[3] == "own":
            if before is not None:
                raise BadInput("DUPLICATE", field=where, rule=f"{pair[0]} → {pair[1]} 重复")
            found[pair] = Filing(*pair, int(row[4]), amounts)
        else:
            if before is None or before.adjusted:
                raise BadInput("DUPLICATE", field=where, rule="调整行须跟在其本期行之后,且至多一行")
            found[pair] = Filing(*pair, before.count, before.own, amounts)
    return list(found.values())


def billed(bills: Iterable[Bill]) -> bytes:
    """The file of bills: one row a pair of cities, a row of zeros for a bill of zero."""
    rows: list[Sequence[str]] = [BILLED]
    for bill in bills:
        head = (bill.month, bill.kind, bill.creditor, bill.debtor, str(bill.count))
        rows += [
            (*head, *pair, *_amounts(dict(amounts))) for pair, amounts in bill.parts.items()
        ] or [(*head, "", "", *_amounts({}))]
    return zipped("bills.txt", b"".join(text(rows)))


def bills(content: bytes, name: str, made: datetime) -> list[Bill]:
    """The bills in a file; `made` is when they were received."""
    found: dict[tuple[str, ...], Bill] = {}
    for number, row in _rows(content, BILLED, name):
        key = tuple(row[:4])
        before = found.get(key)
        amounts = _fen(row[7:], f"{name} 第{number}行")
        parts = dict(before.parts) if before else {}
        if row[5] != "null":
            parts[(row[5], row[6])] = amounts
        found[key] = Bill(row[2], row[3], row[0], row[1], int(row[4]), parts, made)
    return list(found.values())
