"""3201, 3202, 9101 and 9102 as the hospital's door hands them over: the national `input` in, the
national `output` out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from medaid.aws import exchange
from medaid.clearing import statements
from medaid.clearing.files import hospital_lines
from medaid.errors import BadInput
from medaid.instants import beijing_text, parse_date
from medaid.money import Fen

_KEPT: Final = timedelta(days=7)
"""How long a result file is promised to be there (dld_endtime); the bucket keeps it longer."""


def owing(home: str, treatment: str) -> str:
    """The region whose books owe the institution: the insured's own within a city, else the
    treatment region."""
    return home if home[:4] == treatment[:4] else treatment


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if value is None or str(value).strip() == "":
        raise BadInput("FIELD_REQUIRED", field=name)
    return str(value).strip()


def _count(data: Mapping[str, Any]) -> int:
    text = _text(data, "fixmedins_setl_cnt")
    if not text.isdigit():
        raise BadInput("FIELD_FORMAT", field="fixmedins_setl_cnt", rule="须为非负整数")
    return int(text)


def totals(
    data: Mapping[str, Any], institution: str, treatment: str, now: datetime
) -> dict[str, Any]:
    """3201. `setl_optins` names the insured's pooling region: sums are asked for by it. Raises
    BadInput naming the field."""
    optins = _text(data, "setl_optins")
    begin, end = (parse_date(data.get(name), name) for name in ("stmt_begndate", "stmt_enddate"))
    theirs = {
        name: Fen.of_yuan(_text(data, name), name)
        for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    }
    group = (_text(data, "insutype"), _text(data, "clr_type"), optins)
    result, told = statements.reconcile_totals(
        owing(optins, treatment), institution, group, begin, end, theirs, _count(data), now
    )
    return {"stmtinfo": {"setl_optins": optins, "stmt_rslt": result, "stmt_rslt_dscr": told[:200]}}


def upload(institution: str, content: bytes) -> str:
    """9101: keeps a file and answers its file_qury_no; the same file again answers the same
    number."""
    number = hashlib.sha256(institution.encode() + b"\x1f" + content).hexdigest()[:30]
    exchange.put(f"clearing/upload/{institution}/{number}", content)
    return number


def download(institution: str, number: str) -> bytes:
    """9102: a file that was uploaded by, or made for, this institution. Raises BadInput, Refused
    NOT_FOUND."""
    if not number.isalnum():
        raise BadInput("FIELD_FORMAT", field="file_qury_no")
    return exchange.get(f"clearing/upload/{institution}/{number}")


def lines(
    data: Mapping[str, Any], institution: str, treatment: str, now: datetime
) -> dict[str, Any]:
    """3202: compares the uploaded file with ours; the result lies ready for 9102. The file's sums
    must be those of the request."""
    optins = _text(data, "setl_optins")
    begin, end = (parse_date(data.get(name), name) for name in ("stmt_begndate", "stmt_enddate"))
    content = download(institution, _text(data, "file_qury_no"))
    _check_sums(data, content)
    key, _ = statements.reconcile_lines(
        owing(optins, treatment),
        institution,
        _text(data, "clr_type"),
        optins,
        begin,
        end,
        content,
        now,
    )
    number = upload(institution, exchange.get(key))
    return {
        "fileinfo": {
            "file_qury_no": number,
            "filename": "result.txt",
            "dld_endtime": beijing_text(now + _KEPT),
        }
    }


def _check_sums(data: Mapping[str, Any], content: bytes) -> None:
    rows = hospital_lines(content)
    if len(rows) != _count(data):
        raise BadInput("AMOUNT_SUM", field="fixmedins_setl_cnt", rule=f"文件 {len(rows)} 笔")
    for name in ("medfee_sumamt", "fund_pay_sumamt"):
        total = Fen(sum(int(getattr(row, name)) for row in rows))
        if total != Fen.of_yuan(_text(data, name), name):
            raise BadInput("AMOUNT_SUM", field=name, rule=f"文件合计 {total}")
