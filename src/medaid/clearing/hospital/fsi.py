"""3201, 3202, 9101 and 9102 as the hospital's handler hands them over: the national `input` in, the
national `output` out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from medaid.aws import exchange
from medaid.aws.exchange import PresignedPut
from medaid.clearing.hospital import agreeing
from medaid.clearing.hospital.agreeing import Asked
from medaid.clearing.hospital.files import hospital_lines
from medaid.clearing.hospital.model import RECONCILED, HospitalLine
from medaid.errors import BadInput
from medaid.instants import beijing_text, parse_date
from medaid.money import Fen
from medaid.national_files import LARGEST, unzipped
from medaid.regions import Region

_KEPT: Final = timedelta(days=7)
"""How long a result file is promised to be there (dld_endtime); the bucket keeps it longer."""
_SECONDS: Final = 900
"""For how long an address is good under which a file is put."""
_MEDIA: Final = "application/octet-stream"
_LONGEST: Final = 200
"""C200: stmt_rslt_dscr."""


def _text(data: Mapping[str, Any], name: str) -> str:
    """A field as text. Systems send amounts and counts as JSON numbers too: both mean the same."""
    value = data.get(name)
    if value is None or isinstance(value, bool | list | dict) or str(value).strip() == "":
        raise BadInput("FIELD_REQUIRED", field=name)
    return str(value).strip()


def _amount(data: Mapping[str, Any], name: str) -> Fen:
    value = data.get(name)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return Fen.of_yuan(value, name)
    return Fen.of_yuan(_text(data, name), name)


def _count(data: Mapping[str, Any]) -> int:
    name = "fixmedins_setl_cnt"
    text = _text(data, name)
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        raise BadInput("FIELD_FORMAT", field=name, rule="须为至多十位的非负整数")
    return int(text)


def _clr_type(data: Mapping[str, Any]) -> str:
    """clr_type; code tables of provinces have lost or added leading zeros (`021` is `21`)."""
    text = _text(data, "clr_type")
    return text.lstrip("0") or text


def _asked(data: Mapping[str, Any], institution: str, treatment: str, insutype: str) -> Asked:
    begin, end = (parse_date(data.get(name), name) for name in ("stmt_begndate", "stmt_enddate"))
    insured = Region.parse(_text(data, "setl_optins"), "setl_optins")
    clr_type = _clr_type(data)
    return Asked(institution, Region(treatment), insured, insutype, clr_type, begin, end)


def totals(
    data: Mapping[str, Any], institution: str, treatment: str, now: datetime
) -> dict[str, Any]:
    """3201. `setl_optins` names the insured's region: sums are asked for by it. Raises BadInput
    naming the field."""
    asked = _asked(data, institution, treatment, _text(data, "insutype"))
    theirs = {name: _amount(data, name) for name in RECONCILED}
    result, description = agreeing.reconcile_totals(asked, theirs, _count(data), now)
    return {
        "stmtinfo": {
            "setl_optins": str(asked.insured),
            "stmt_rslt": result,
            "stmt_rslt_dscr": description[:_LONGEST],
        }
    }


def upload(institution: str, content: bytes) -> str:
    """9101: keeps a file and answers its file_qury_no; the same file again answers the same
    number. Raises BadInput for one that holds more than it may."""
    _check_file(content, "in")
    number = _file_number(institution, hashlib.sha256(content).digest())
    exchange.put(_file_key(institution, number), content)
    return number


def announce(institution: str, size: str, sha256: str) -> tuple[str, PresignedPut]:
    """9101 of a file that no message holds: its file_qury_no, and where it is put. What is put
    there is checked like the other when it is asked for. Raises BadInput FIELD_REQUIRED `in` where
    there is neither, and for a size or digest that is none."""
    if not (size or sha256):
        raise BadInput("FIELD_REQUIRED", field="in", rule="或以 file_size、file_sha256 申报大文件")
    if not (size.isascii() and size.isdigit()) or not 0 < int(size) <= LARGEST:
        raise BadInput("FIELD_FORMAT", field="file_size", rule=f"文件 1 至 {LARGEST} 字节")
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise BadInput("FIELD_FORMAT", field="file_sha256", rule="须为 64 位小写十六进制")
    digest = bytes.fromhex(sha256)
    number = _file_number(institution, digest)
    key = _file_key(institution, number)
    return number, exchange.upload_address(key, _MEDIA, int(size), _SECONDS, digest)


def download(institution: str, number: str) -> bytes:
    """9102: a file that was uploaded by, or made for, this institution. Raises BadInput, also for
    content that is not what was announced; Refused NOT_FOUND."""
    if not (number.isascii() and number.isalnum()):
        raise BadInput("FIELD_FORMAT", field="file_qury_no")
    content = exchange.get(_file_key(institution, number), LARGEST)
    if _file_number(institution, hashlib.sha256(content).digest()) != number:
        raise BadInput("FIELD_FORMAT", field="file_qury_no", rule="文件与申报的摘要不符")
    _check_file(content, "file_qury_no")
    return content


def _check_file(content: bytes, field: str) -> None:
    """The one check of a hospital's file, however it came."""
    if len(unzipped(content, field)) > LARGEST:
        raise BadInput("BODY_TOO_LARGE", field=field, rule=f"文件至多 {LARGEST} 字节")


def _file_number(institution: str, digest: bytes) -> str:
    return hashlib.sha256(institution.encode() + b"\x1f" + digest).hexdigest()[:30]


def _file_key(institution: str, number: str) -> str:
    return f"clearing/upload/{institution}/{number}"


def lines(
    data: Mapping[str, Any], institution: str, treatment: str, now: datetime
) -> dict[str, Any]:
    """3202: compares the uploaded file with ours; the result lies ready for 9102. The file's sums
    must be those of the request."""
    asked = _asked(data, institution, treatment, "")
    content = download(institution, _text(data, "file_qury_no"))
    rows = hospital_lines(content)
    _check_sums(data, rows)
    key, _ = agreeing.reconcile_lines(asked, rows, now)
    return {
        "fileinfo": {
            "file_qury_no": upload(institution, exchange.get(key)),
            "filename": "result.txt",
            "dld_endtime": beijing_text(now + _KEPT),
        }
    }


def _check_sums(data: Mapping[str, Any], rows: list[HospitalLine]) -> None:
    if len(rows) != _count(data):
        raise BadInput("AMOUNT_SUM", field="fixmedins_setl_cnt", rule=f"文件 {len(rows)} 笔")
    for name in ("medfee_sumamt", "fund_pay_sumamt"):
        total = Fen(sum(int(row.amounts[name]) for row in rows))
        if total != _amount(data, name):
            raise BadInput("AMOUNT_SUM", field=name, rule=f"文件合计 {total}")
