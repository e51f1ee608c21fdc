"""What a hospital downloads of the catalogue: files (1301, 1302, 1305, 1306; fetched by 9102) and
pages (1312, 1316, 1318, 1319). What is payable is no secret: every contracted institution may."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from medaid.catalogue import service as catalogue
from medaid.catalogue.model.rows import CatalogueTable
from medaid.errors import BadInput
from medaid.instants import beijing_text
from medaid.regions import Region
from medaid.settlement.model import Institution, Reply
from medaid.settlement.national.envelope import Message

MOST: Final = 500
"""Rows of one page."""
_KEPT: Final = timedelta(days=7)
"""How long a file is promised to be there (dld_endtime); the bucket keeps it longer."""


def download_list(message: Message, institution: Institution, now: datetime) -> Reply:
    """1301, 1302, 1305, 1306: the version after the one that is held, ready for 9102.

    Raises Refused NOT_FOUND where there is none newer, BadInput CODE_UNKNOWN, Unavailable.
    """
    from medaid.clearing.hospital.service import fsi

    kind = CatalogueTable(message.infno)
    name, content, count = catalogue.next_file(kind, message.text("ver"))
    number, until = fsi.upload(institution.code, content), beijing_text(now + _KEPT)
    return Reply(
        {
            "file_qury_no": number,
            "filename": name,
            "dld_endtime": until,
            "dld_end_time": until,
            "data_cnt": count,
        }
    )


def download_page(message: Message, institution: Institution, _now: datetime) -> Reply:
    """1312, 1316, 1318, 1319: a page of the region's table. Raises BadInput, Unavailable."""
    number, size = _count(message, "page_num"), _count(message, "page_size")
    if size > MOST:
        raise BadInput("FIELD_FORMAT", field="page_size", rule=f"一页至多 {MOST} 行")
    since = message.day("updt_time")
    assert since is not None, "it is required"
    kind = CatalogueTable(message.infno)
    code = message.text("med_list_codg" if kind is CatalogueTable.MAPPING else "hilist_code")
    rows, total = catalogue.rows_page(
        kind, Region(institution.admdvs), code, since, (number - 1) * size, size
    )
    pages = -(-total // size)
    return Reply({"size": len(rows), "pages": pages, "recordCounts": total, "data": rows})


def _count(message: Message, name: str) -> int:
    text = message.text(name)
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 10**9:
        raise BadInput("FIELD_FORMAT", field=name, rule="应为正整数")
    return int(text)
