"""The file of claims, CSV or Parquet, as chunks of whole persons. `docs/simulate.md` describes its
columns.

Memory holds one chunk at a time: a Parquet file in the order of persons is read piece by piece, any
other is first copied (and sorted where need be) to a scratch file. What cannot be read is refused
with the column and the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from medaid.errors import BadInput
from medaid.money import LARGEST
from medaid.people.model import CATEGORIES
from medaid.policy.vocabulary import VALUES
from medaid.simulate.model import (
    BILL,
    NUMBER_FACTS,
    TEXT_FACTS,
    UNKNOWN,
    Coded,
    Codes,
    Ints,
    Visits,
)

CHUNK: Final = 250_000
"""Visits in a chunk, more where one person has more."""
AMOUNTS: Final[Mapping[str, str]] = {
    "medfee_sumamt": "total",
    "inscp_scp_amt": "in_policy",
    "fulamt_ownpay_amt": "own_expense",
    "overlmt_selfpay": "over_limit",
    "preselfpay_amt": "prior_share",
}
"""Columns of the bill, by the names of the national interface, and ours; as in a claim file
(docs/claim.schema.json)."""
INCOME: Final = "income"
"""The person's income of the year, where the file gives it: the report then says which share of it
is borne."""
REQUIRED: Final = ("person", "day", "insured", "medfee_sumamt", "inscp_scp_amt")
PLAIN: Final = frozenset(
    {"person", "day", "settled", "insured", "assisted", "categories", *TEXT_FACTS, *NUMBER_FACTS}
)
PREFIXES: Final = ("given.", "component.")
_EPOCH: Final = 719163  # date(1970, 1, 1).toordinal(), from which polars counts days
_YUAN: Final = r"^-?[0-9]{1,14}(\.[0-9]{1,2})?$"


@dataclass(frozen=True, slots=True)
class Claims:
    """A file of claims that has the columns it needs. `amounts` says in which column each amount
    stands, and whether it is in fen."""

    path: Path
    columns: tuple[str, ...]
    amounts: Mapping[str, tuple[str, bool]]
    visits: int
    sorted: bool

    def chunks(self, scratch: Path, size: int = CHUNK) -> Iterator[Visits]:
        """Whole persons, about `size` visits at a time. `scratch` takes the sorted copy where one
        is needed. Raises BadInput."""
        frame = self._steady(scratch)
        rest: pl.DataFrame | None = None
        for begin in range(0, self.visits, size):
            batch = frame.slice(begin, size).collect()
            part = batch if rest is None else pl.concat((rest, batch))
            last = part["person"][-1] if len(part) else None
            rest = part.filter(pl.col("person").eq_missing(last))
            if len(rest) < len(part):
                yield self._visits(part.head(len(part) - len(rest)))
        if rest is not None and len(rest):
            yield self._visits(rest)

    def _steady(self, scratch: Path) -> pl.LazyFrame:
        """The file as Parquet in the order of persons, which can be read piece by piece: itself, or
        a copy in `scratch`."""
        frame, copy = _scan(self.path).with_row_index("row", offset=1), scratch / "claims.parquet"
        if self.sorted and _is_parquet(self.path):
            return frame
        if not self.sorted:
            frame = frame.sort("person", maintain_order=True)
        frame.sink_parquet(copy, compression="lz4", row_group_size=CHUNK)
        return pl.scan_parquet(copy)

    def _visits(self, part: pl.DataFrame) -> Visits:
        for name in ("person", "day", "insured"):
            _refuse(part, part[name].is_null(), name, "FIELD_REQUIRED", "不得为空")
        day = _days(part, "day")
        bill = {
            AMOUNTS[name]: self._amount(part, name, 0) for name in AMOUNTS if name in self.amounts
        }
        for name in ("medfee_sumamt", "inscp_scp_amt"):
            _refuse(part, part[self.amounts[name][0]].is_null(), name, "FIELD_REQUIRED", "不得为空")
        if not any(name in bill for name in BILL[2:]):
            bill["own_expense"] = bill["total"] - bill["in_policy"]
        return Visits(
            person=part["person"].rle_id().to_numpy().astype(np.int64),
            day=day,
            settled=_days(part, "settled") if "settled" in self.columns else day,
            has_settled="settled" in self.columns,
            region=_coded(part, "insured"),
            assisting=_coded(part, "assisted")
            if "assisted" in self.columns
            else _nothing(len(part)),
            categories=_categories(part) if "categories" in self.columns else _nothing(len(part)),
            facts={name: self._fact(part, name) for name in TEXT_FACTS},
            numbers={name: _number(part, name) for name in NUMBER_FACTS if name in self.columns},
            bill={name: bill.get(name, np.zeros(len(part), dtype=np.int64)) for name in BILL},
            given=self._prefixed(part, "given."),
            components=self._prefixed(part, "component."),
            row=part["row"].to_numpy().astype(np.int64),
            income=self._amount(part, INCOME, UNKNOWN) if INCOME in self.amounts else None,
        )

    def _fact(self, part: pl.DataFrame, name: str) -> Coded:
        if name not in self.columns:
            return (
                Coded(np.zeros(len(part), dtype=np.int32), ("390",))
                if name == "insutype"
                else _nothing(len(part))
            )
        coded = _coded(part, name)
        if name in VALUES:
            _known(part, name, coded, VALUES[name])
        return coded

    def _prefixed(self, part: pl.DataFrame, prefix: str) -> dict[str, Ints]:
        return {
            name.removeprefix(prefix): self._amount(part, name, UNKNOWN)
            for name in self.amounts
            if name.startswith(prefix)
        }

    def _amount(self, part: pl.DataFrame, name: str, empty: int) -> Ints:
        """Fen. Yuan are text or decimals with at most two places; binary fractions are refused."""
        column, in_fen = self.amounts[name]
        values = part[column]
        if values.dtype.is_float():
            raise BadInput(
                "AMOUNT_FORMAT",
                field=column,
                rule="金额列须为文本、整数或十进制小数,不得为二进制小数",
            )
        if in_fen:
            fen = values.cast(pl.Int64, strict=False)
            _refuse(
                part, fen.is_null() & values.is_not_null(), column, "AMOUNT_FORMAT", "须为整数分"
            )
        else:
            text = values.cast(pl.String).str.strip_chars()
            if isinstance(values.dtype, pl.Decimal):
                text = text.str.replace(r"(\.[0-9]{2})0+$", "$1")
            _refuse(
                part, ~text.str.contains(_YUAN), column, "AMOUNT_FORMAT", "须为数字,至多两位小数"
            )
            fen = text.cast(pl.Decimal(20, 2)).to_physical().cast(pl.Int64)
        _refuse(part, fen.abs() >= LARGEST, column, "AMOUNT_TOO_LONG", "金额超长(N16,2)")
        return fen.fill_null(empty).to_numpy().astype(np.int64)


def claims(path: Path) -> Claims:
    """The file at `path`, its columns checked. Raises BadInput: not there, not CSV or Parquet, a
    column missing, unknown or given twice."""
    if not path.is_file():
        raise BadInput("NOT_FOUND", field=str(path), rule="没有这个文件")
    try:
        names = tuple(_scan(path).collect_schema().names())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(
            "FIELD_FORMAT",
            field=str(path),
            rule=f"不能读作 CSV(UTF-8)或 Parquet:{str(error).splitlines()[0]}",
        ) from None
    amounts: dict[str, tuple[str, bool]] = {}
    for column in names:
        name = column.removesuffix("_fen")
        if column in PLAIN:
            continue
        if name != INCOME and name not in AMOUNTS and not name.startswith(PREFIXES):
            raise BadInput(
                "FIELD_UNKNOWN", field=column, rule="不认识的列;可用的列见 docs/simulate.md"
            )
        if name in amounts:
            raise BadInput("FIELD_FORMAT", field=column, rule=f"{name} 与 {name}_fen 只能有其一")
        amounts[name] = (column, column.endswith("_fen"))
    for name in REQUIRED:
        if name not in names and name not in amounts:
            raise BadInput("FIELD_REQUIRED", field=name, rule="缺少这一列")
    frame = _scan(path)
    visits, follows = (
        frame.select(pl.len(), (pl.col("person") >= pl.col("person").shift()).all())
        .collect(engine="streaming")
        .row(0)
    )
    if not visits:
        raise BadInput("FIELD_REQUIRED", field=str(path), rule="文件没有一行数据")
    return Claims(path, names, amounts, int(visits), bool(follows))


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path) if _is_parquet(path) else pl.scan_csv(path, infer_schema=False)


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in (".parquet", ".pq")


def _refuse(part: pl.DataFrame, wrong: pl.Series, column: str, code: str, rule: str) -> None:
    """Raises BadInput naming the first row that is wrong."""
    if wrong.any():
        at = int(wrong.fill_null(False).arg_max() or 0)
        found = (
            ""
            if part[column].is_null()[at]
            else f",当前为 {part[column][at]}"
            if column in part.columns
            else ""
        )
        raise BadInput(code, field=column, rule=f"第 {part['row'][at]} 行{rule}{found}")


def _days(part: pl.DataFrame, name: str) -> Codes:
    values = part[name]
    days = (
        values
        if values.dtype == pl.Date
        else values.cast(pl.String).str.to_date("%Y-%m-%d", strict=False)
    )
    _refuse(part, days.is_null(), name, "FIELD_FORMAT", "须为日期 yyyy-MM-dd")
    return (days.to_physical() + _EPOCH).to_numpy().astype(np.int32)


def _number(part: pl.DataFrame, name: str) -> Ints:
    values = part[name]
    numbers = values.cast(pl.Int64, strict=False)
    wrong = (numbers.is_null() & values.is_not_null()) | ~numbers.is_between(0, 200).fill_null(True)
    _refuse(part, wrong, name, "FIELD_FORMAT", "须为 0 至 200 的整数")
    return numbers.fill_null(UNKNOWN).to_numpy().astype(np.int64)


def _coded(part: pl.DataFrame, name: str) -> Coded:
    values = part[name].cast(pl.String)
    words: list[str] = values.drop_nulls().unique().sort().to_list()
    codes = values.cast(pl.Enum(words)).to_physical().cast(pl.Int32).fill_null(len(words))
    return Coded(codes.to_numpy().astype(np.int32), (*words, None))


def _nothing(size: int) -> Coded:
    return Coded(np.zeros(size, dtype=np.int32), (None,))


def _categories(part: pl.DataFrame) -> Coded:
    coded = _coded(part, "categories")
    for code, joined in enumerate(coded.words):
        for word in joined.split(";") if joined else ():
            if word not in CATEGORIES:
                _refuse(
                    part,
                    pl.Series(coded.codes == code),
                    "categories",
                    "CODE_UNKNOWN",
                    f"的救助类型 {word!r} 不在代码表内",
                )
    return coded


def _known(part: pl.DataFrame, name: str, coded: Coded, among: Mapping[str, str]) -> None:
    for code, word in enumerate(coded.words):
        if word is not None and word not in among:
            _refuse(
                part,
                pl.Series(coded.codes == code),
                name,
                "CODE_UNKNOWN",
                f"的取值不在 {'、'.join(among)} 之内",
            )
