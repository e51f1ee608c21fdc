"""The files regions exchange: what a region files of a month, and the bills that the split answers.
TAB-separated UTF-8, zipped, empty is `null`.

No personal data: a row is one treatment city and one home city. Amounts in yuan, one column a fund
in the order of the chart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from medaid.clearing.amounts import Amounts
from medaid.clearing.regions.model import BillKind, CityFiling, Pair, RegionBill, parts_of
from medaid.errors import BadInput
from medaid.fund.model.chart import funds
from medaid.money import Fen
from medaid.national_files import text, unzipped, zipped
from medaid.regions import Region

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


def _amounts(amounts: Amounts) -> list[str]:
    return [amounts.get(key, Fen(0)).yuan() for key in _FUNDS]


def filed(month: str, filings: Iterable[CityFiling]) -> bytes:
    """The file of a region's filings for a month: own amounts and adjustments in rows of their own.
    The heading alone for a zero month."""
    rows: list[Sequence[str]] = [FILED]
    for one in sorted(filings, key=lambda f: (f.treatment, f.paying)):
        rows.append((month, one.treatment, one.paying, "own", str(one.count), *_amounts(one.own)))
        if one.adjusted:
            rows.append(
                (month, one.treatment, one.paying, "adjusted", "0", *_amounts(one.adjusted))
            )
    return zipped("filing.txt", b"".join(text(rows)))


def _rows(content: bytes, heading: tuple[str, ...], name: str) -> list[tuple[int, list[str]]]:
    """Numbered rows below the heading. Raises BadInput: a file that does not read is refused as a
    whole, in words, whatever is wrong with its bytes."""
    try:
        lines = unzipped(content, name).decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise BadInput("FIELD_FORMAT", field=name, rule="文件须为 UTF-8") from None
    if tuple(lines[0].split("\t")) != heading:
        raise BadInput("FIELD_FORMAT", field=name, rule="首行不符")
    found = []
    for number, line in enumerate(lines[1:], 2):
        if not line:
            continue
        row = line.split("\t", len(heading))
        if len(row) != len(heading):
            raise BadInput(
                "FIELD_FORMAT", field=f"{name} 第{number}行", rule=f"应为 {len(heading)} 列"
            )
        found.append((number, row))
    return found


def _count(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise BadInput("FIELD_FORMAT", field=f"{where} setl_cnt", rule="笔数须为非负整数")
    return int(text)


def _month(text: str, month: str, where: str) -> None:
    if text != month:
        raise BadInput("FIELD_FORMAT", field=f"{where} setlym", rule=f"应为 {month}")


def _fen(values: Sequence[str], where: str) -> dict[str, Fen]:
    amounts = {
        key: Fen.of_yuan(value, f"{where} {funds()[key].code}")
        for key, value in zip(_FUNDS, values, strict=True)
    }
    return {key: fen for key, fen in amounts.items() if fen}


def filings(month: str, content: bytes, name: str) -> list[CityFiling]:
    """The filings in a file. Raises BadInput naming the row: another month, a count that is none, a
    region that is none, a row twice."""
    found: dict[tuple[Region, Region], CityFiling] = {}
    for number, row in _rows(content, FILED, name):
        where = f"{name} 第{number}行"
        _month(row[0], month, where)
        pair = (
            Region.parse(row[1], f"{where} mdtrtarea"),
            Region.parse(row[2], f"{where} insuplc_admdvs"),
        )
        count = _count(row[4], where)
        if row[3] not in ("own", "adjusted"):
            raise BadInput("FIELD_FORMAT", field=f"{where} kind", rule="类别为 own 或 adjusted")
        before = found.get(pair)
        amounts = _fen(row[5:], where)
        if row[3] == "own":
            if before is not None:
                raise BadInput("DUPLICATE", field=where, rule=f"{pair[0]} → {pair[1]} 重复")
            found[pair] = CityFiling(*pair, count, amounts)
        else:
            if before is None or before.adjusted:
                raise BadInput("DUPLICATE", field=where, rule="调整行须跟在其本期行之后,且至多一行")
            found[pair] = CityFiling(*pair, before.count, before.own, amounts)
    return list(found.values())


def billed(bills: Iterable[RegionBill]) -> bytes:
    """The file of bills: one row a pair of cities, a row of zeros for a bill of zero."""
    rows: list[Sequence[str]] = [BILLED]
    for bill in bills:
        head = (bill.month, bill.kind, bill.creditor, bill.debtor, str(bill.count))
        rows += [(*head, *pair, *_amounts(amounts)) for pair, amounts in bill.parts.items()] or [
            (*head, "", "", *_amounts({}))
        ]
    return zipped("bills.txt", b"".join(text(rows)))


def bills(month: str, province: str, content: bytes, name: str, made: datetime) -> list[RegionBill]:
    """The clearing bills of a province's month in a file; `made` is when they were received.

    Raises BadInput naming the row: another month or kind, another province's bill, cities outside
    the two provinces, a count that is none, a pair twice.
    """
    found: dict[tuple[Region, Region], tuple[int, dict[Pair, Amounts]]] = {}
    for number, row in _rows(content, BILLED, name):
        where = f"{name} 第{number}行"
        _month(row[0], month, where)
        if row[1] != BillKind.CLEARING:
            raise BadInput("CODE_UNKNOWN", field=f"{where} kind", rule="应为 clearing")
        ends = (
            Region.parse(row[2], f"{where} crdt_admdvs"),
            Region.parse(row[3], f"{where} debt_admdvs"),
        )
        if province not in ends or ends[0] == ends[1]:
            raise BadInput("FORBIDDEN", field=where, rule=f"不是 {province} 的清算单")
        count = _count(row[4], where)
        known, parts = found.setdefault(ends, (count, {}))
        if known != count:
            raise BadInput("AMOUNT_SUM", field=f"{where} setl_cnt", rule="同一清算单笔数不一")
        amounts = _fen(row[7:], where)
        if row[5] == "null" and not amounts:
            continue
        pair = (
            Region.parse(row[5], f"{where} mdtrtarea"),
            Region.parse(row[6], f"{where} insuplc_admdvs"),
        )
        if (pair[0].province, pair[1].province) != ends:
            raise BadInput("FORBIDDEN", field=where, rule="城市不属该清算单的省份")
        if pair in parts:
            raise BadInput("DUPLICATE", field=where, rule=f"{pair[0]} → {pair[1]} 重复")
        parts[pair] = amounts
    return [
        RegionBill(*ends, month, BillKind.CLEARING, count, parts_of(parts), made)
        for ends, (count, parts) in found.items()
    ]
