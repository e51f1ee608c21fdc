"""Which columns each table of the catalogue has, and what a row of them says. Pure.

The pricing tables (1312, 1316, 1318, 1319) and the replacements come with their headings: the
interface's names of fields, or the headings of the published workbooks. The national lists (1301,
1302, 1305, 1306) come as programs write them: by position, without a heading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from medaid.catalogue.model.rows import (
    CLASSES,
    CatalogueTable,
    CodeMapping,
    DatedRow,
    LimitPrice,
    ListedItem,
    NationalItem,
    Replacement,
    SelfPayShare,
    UnitPrice,
)
from medaid.dropped import cells
from medaid.dropped.cells import NotACell
from medaid.dropped.table import TableColumn
from medaid.money import Ratio

Cells = Mapping[str, str]
LONGEST: Final = 400
"""Characters of a cell."""


def _column(
    field: str, chinese: str, *, required: bool = False, missing: bool = False
) -> TableColumn:
    return TableColumn(field, field, (chinese,), required, missing, longest=LONGEST)


_DATED: Final = (
    _column("rid", "数据唯一记录号", required=True),
    _column("begndate", "开始日期", required=True),
    _column("enddate", "结束日期", missing=True),
    _column("vali_flag", "有效标志", missing=True),
    _column("insu_admdvs", "医保区划", missing=True),
)
COLUMNS: Final[Mapping[CatalogueTable, tuple[TableColumn, ...]]] = {
    CatalogueTable.LIST: (
        _column("hilist_code", "医保目录编码", required=True),
        _column("hilist_name", "医保目录名称", required=True),
        _column("chrgitm_lv", "收费项目等级", required=True),
        _column("med_chrgitm_type", "医疗收费项目类别", required=True),
        _column("list_type", "目录类别", missing=True),
        _column("lmt_used_flag", "限制使用标志", missing=True),
        *_DATED,
    ),
    CatalogueTable.MAPPING: (
        _column("med_list_codg", "医疗目录编码", required=True),
        _column("hilist_code", "医保目录编码", required=True),
        _column("list_type", "目录类别", missing=True),
        *_DATED,
    ),
    CatalogueTable.LIMITS: (
        _column("hilist_code", "医保目录编码", required=True),
        _column("hilist_lmtpric_type", "医保目录限价类型", required=True),
        _column("overlmt_dspo_way", "医保目录超限处理方式", missing=True),
        _column("hilist_pric_uplmt_amt", "医保目录定价上限金额"),
        *_DATED,
    ),
    CatalogueTable.SHARES: (
        _column("hilist_code", "医保目录编码", required=True),
        _column("selfpay_prop_psn_type", "医保目录自付比例人员类别", required=True),
        _column("selfpay_prop_type", "目录自付比例类别", required=True),
        _column("selfpay_prop", "自付比例", required=True),
        *_DATED,
    ),
    CatalogueTable.REPLACED: (
        TableColumn("code", "原27位码", ("原编码", "med_list_codg"), required=True, longest=50),
        TableColumn("state", "原码状态", required=True),
        TableColumn("by", "27位码", ("新编码",), optional_column=True, longest=50),
        TableColumn("begndate", "生效日期", ("begndate",), required=True),
    ),
}


NATIONAL_COLUMNS: Final = tuple(
    TableColumn(field, field, required=required, longest=LONGEST)
    for field, required in (
        ("code", True),
        ("name", True),
        ("begndate", True),
        ("enddate", False),
        ("vali_flag", False),
        ("rid", True),
        ("version", False),
    )
)
"""What is read of a national list's row."""


class Layout(NamedTuple):
    """Where a national list says what, counted from 1 (定点医药机构接口规范 1301–1306)."""

    least: int
    """Columns that a row has at least."""
    code: int
    name: int
    begin: int
    end: int
    valid: int
    rid: int
    version: int
    list_type: str


LAYOUTS: Final[Mapping[CatalogueTable, Layout]] = {
    CatalogueTable.DRUGS: Layout(85, 1, 8, 37, 38, 79, 80, 84, "101"),
    CatalogueTable.HERBS: Layout(33, 1, 2, 12, 13, 14, 15, 19, "102"),
    CatalogueTable.SERVICES: Layout(19, 1, 10, 12, 13, 7, 14, 16, "201"),
    CatalogueTable.MATERIALS: Layout(71, 1, 2, 47, 48, 68, 69, 71, "301"),
}
NO_LIMIT: Final = frozenset({"999999", "99999999"})
"""How the interface writes that a price has no upper limit."""
FIRST_SELF_PAY: Final = "10"
"""selfpay_prop_type 目录先自付: the only kind that a line is split by."""
_CODE: Final = re.compile(r"[0-9A-Za-z]{1,50}")
_PRICE: Final = re.compile(r"\d{1,10}(\.\d{1,6})?", re.ASCII)
_SHARE: Final = re.compile(r"\d(\.\d{1,4})?", re.ASCII)
_KNOWN: Final = frozenset(
    column.field
    for kind in (CatalogueTable.LIST, CatalogueTable.MAPPING)
    for column in COLUMNS[kind]
)


def read_row(kind: CatalogueTable, row: Cells, own: Cells) -> DatedRow:
    """What a row says. `own` is what stands in columns that nobody described. Raises NotACell for
    the first column that says nothing that can be."""
    return _READERS[kind](row, own)


def _dated(row: Cells, code: str, rid: str = "") -> tuple[str, str, date, date | None, bool]:
    begin = cells.day(row["begndate"], "begndate")
    end = cells.day(row["enddate"], "enddate") if row.get("enddate") else None
    if end is not None and end < begin:
        raise NotACell("DATE_ORDER", "enddate", f"早于开始日期 {begin}")
    flag = row.get("vali_flag") or "1"
    if flag not in ("0", "1"):
        raise NotACell("CODE_UNKNOWN", "vali_flag", "0 无效,1 有效")
    return rid or row["rid"], _code(row, code), begin, end, flag == "1"


def _code(row: Cells, field: str) -> str:
    """A code, as it stands: text of letters and digits, never a number that lost its zeros."""
    if not _CODE.fullmatch(row[field]):
        raise NotACell("FIELD_FORMAT", field, "编码为数字和字母")
    return row[field]


def _two_digits(text: str, field: str) -> str:
    plain = text.zfill(2)
    if len(plain) > 6 or not (plain.isascii() and plain.isdigit()):
        raise NotACell("CODE_UNKNOWN", field, "应为数字代码")
    return plain


def _listed(row: Cells, own: Cells) -> ListedItem:
    level = _two_digits(row["chrgitm_lv"], "chrgitm_lv")
    if level not in CLASSES:
        known = "、".join(f"{code} {name}" for code, name in CLASSES.items())
        raise NotACell("CODE_UNKNOWN", "chrgitm_lv", known)
    return ListedItem(
        *_dated(row, "hilist_code"),
        row["hilist_name"],
        level,
        _two_digits(row["med_chrgitm_type"], "med_chrgitm_type"),
        row.get("list_type", ""),
        row.get("lmt_used_flag", "") == "1",
        {name: text for name, text in own.items() if name not in _KNOWN},
    )


def _mapped(row: Cells, _own: Cells) -> CodeMapping:
    dated = _dated(row, "med_list_codg")
    return CodeMapping(*dated, _code(row, "hilist_code"), row.get("list_type", ""))


def _limited(row: Cells, _own: Cells) -> LimitPrice:
    text = row["hilist_pric_uplmt_amt"]
    limit = None
    if text and text.split(".")[0] not in NO_LIMIT:
        if not _PRICE.fullmatch(text):
            rule = "应为不为负的数字,至多六位小数;空白为不限价"
            raise NotACell("AMOUNT_FORMAT", "hilist_pric_uplmt_amt", rule)
        limit = UnitPrice(int(Decimal(text).scaleb(6)))
    way = row.get("overlmt_dspo_way", "")
    return LimitPrice(*_dated(row, "hilist_code"), row["hilist_lmtpric_type"], limit, way)


def _shared(row: Cells, _own: Cells) -> SelfPayShare:
    if row["selfpay_prop_type"].zfill(2) != FIRST_SELF_PAY:
        raise NotACell("CODE_UNKNOWN", "selfpay_prop_type", "只受理 10 目录先自付")
    if not _SHARE.fullmatch(row["selfpay_prop"]) or Decimal(row["selfpay_prop"]) > 1:
        rule = "应为 0 至 1 之间的比例,至多四位小数(10% 写作 0.10)"
        raise NotACell("FIELD_FORMAT", "selfpay_prop", rule)
    share = int(Ratio.of(row["selfpay_prop"]))
    return SelfPayShare(*_dated(row, "hilist_code"), row["selfpay_prop_psn_type"], share)


def _replaced(row: Cells, _own: Cells) -> Replacement:
    code = _code(row, "code")
    by = _code(row, "by") if row.get("by") else ""
    if by == code:
        raise NotACell("FIELD_FORMAT", "by", "新旧编码相同")
    return Replacement(*_dated(row, "code", f"replaced-{code}"), by)


def _national(row: Cells, own: Cells) -> NationalItem:
    return NationalItem(*_dated(row, "code"), row["name"], own["list_type"], row["version"])


_READERS: Final[Mapping[CatalogueTable, Callable[[Cells, Cells], DatedRow]]] = {
    CatalogueTable.LIST: _listed,
    CatalogueTable.MAPPING: _mapped,
    CatalogueTable.LIMITS: _limited,
    CatalogueTable.SHARES: _shared,
    CatalogueTable.REPLACED: _replaced,
    **dict.fromkeys(LAYOUTS, _national),
}
