"""Files that hospital and centre exchange: the columns of 3202 (2.10), and a statement's lines."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import Final

from medaid.clearing.hospital.model import Difference, HospitalLine
from medaid.clearing.model import Item
from medaid.errors import BadInput
from medaid.ids import PersonNo, SettlementId, VisitId
from medaid.instants import beijing_text
from medaid.money import Fen
from medaid.national_files import cells, lines, text

UPLOAD: Final = (
    "setl_id",
    "mdtrt_id",
    "psn_no",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "acct_pay",
    "refd_setl_flag",
)
RESULT: Final = (
    "psn_no",
    "mdtrt_id",
    "setl_id",
    "msgid",
    "stmt_rslt",
    "refd_setl_flag",
    "memo",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "acct_pay",
)
LINES: Final = (
    "setl_id",
    "mdtrt_id",
    "psn_no",
    "insutype",
    "clr_type",
    "insuplc_admdvs",
    "setl_time",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "acct_pay",
    "memo",
    "refd_setl_flag",
)
_MOST: Final = 100_000
"""Rows of it."""


def hospital_lines(content: bytes) -> list[HospitalLine]:
    """The hospital's upload for 3202. Raises BadInput naming the row and the column."""
    try:
        rows = lines(content)
    except UnicodeDecodeError:
        raise BadInput(
            "FIELD_FORMAT", field="file_qury_no", rule="文件须为 UTF-8 文本或其 zip"
        ) from None
    if len(rows) > _MOST + 1:
        raise BadInput("FIELD_FORMAT", field="file_qury_no", rule=f"至多 {_MOST} 行")
    return [_hospital_line(number, row) for number, row in enumerate(rows, 1) if row.strip()]


def _hospital_line(number: int, row: str) -> HospitalLine:
    values = cells(row, len(UPLOAD))
    if len(values) != len(UPLOAD):
        raise BadInput(
            "FIELD_FORMAT",
            field=f"第{number}行",
            rule=f"应为 {len(UPLOAD)} 列({'、'.join(UPLOAD)}),实为 {len(values)} 列",
        )
    amounts = [
        Fen.of_yuan(value or "0", f"第{number}行 {name}")
        for name, value in zip(UPLOAD[3:6], values[3:6], strict=True)
    ]
    if values[6].lstrip("0") not in ("", "1"):
        raise BadInput("CODE_UNKNOWN", field=f"第{number}行 refd_setl_flag", rule="0 正常,1 退费")
    medfee, fund_pay, acct = amounts
    return HospitalLine(
        SettlementId(values[0]),
        VisitId(values[1]),
        PersonNo(values[2]),
        medfee,
        fund_pay,
        acct,
        values[6].lstrip("0") == "1",
    )


def result_rows(found: Iterable[Difference]) -> Iterator[bytes]:
    """The result file of 3202: one row a difference, amounts as the side that has the row knows
    them."""
    for one in found:
        amounts = one.ours or one.theirs
        head = (
            one.psn_no,
            one.mdtrt_id,
            one.setl_id,
            one.msgid,
            one.stmt_rslt,
            str(int(one.refd)),
            one.memo,
        )
        yield from text([(*head, *(amounts.get(name, Fen(0)).yuan() for name in RESULT[7:]))])


class LineFile:
    """The lines of a statement as bytes, made while its items stream by, with its SHA-256."""

    def __init__(self) -> None:
        self._held = io.BytesIO()
        self._digest = hashlib.sha256()
        self.count = 0
        """Items written."""
        self._write("\t".join(LINES).encode() + b"\n")

    def _write(self, row: bytes) -> None:
        self._held.write(row)
        self._digest.update(row)

    def through(self, items: Iterable[Item]) -> Iterator[Item]:
        """The same items, each written as it passes."""
        for i in items:
            amounts = tuple(i.amounts.get(name, Fen(0)).yuan() for name in LINES[7:10])
            head = (
                i.setl_id,
                i.mdtrt_id,
                i.psn_no,
                i.insutype,
                i.clr_type,
                i.insured_region,
                beijing_text(i.setl_time),
            )
            self._write(("\t".join((*head, *amounts, i.remark, str(int(i.refd)))) + "\n").encode())
            self.count += 1
            yield i

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def content(self) -> bytes:
        return self._held.getvalue()
