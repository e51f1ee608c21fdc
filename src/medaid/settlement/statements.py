"""The hospital's side of clearing: 3201, 3202, 9101, 9102. Clearing does the
work; this hands over.

Clearing is imported where it is asked for: no settlement waits for it at cold start.
"""

from __future__ import annotations

import base64
import binascii
import time
from datetime import datetime
from typing import Any, Final

from medaid.errors import BadInput
from medaid.regions import Region
from medaid.settlement.model import Institution, Reply
from medaid.settlement.national.codes import bare
from medaid.settlement.national.envelope import Message

OPEN_SECONDS: Final = 60.0
"""How long a running function takes a region for open before it looks again (X7: a suspension
reaches every counter within a minute)."""
_open: dict[tuple[Region, Region], float] = {}


def reconcile_totals(message: Message, institution: Institution, now: datetime) -> Reply:
    """3201: our sums of the period against the hospital's."""
    from medaid.clearing.hospital.service import fsi

    return Reply(fsi.totals(_sent(message), institution.code, institution.admdvs, now))


def reconcile_lines(message: Message, institution: Institution, now: datetime) -> Reply:
    """3202: line by line, from the file that 9101 brought."""
    from medaid.clearing.hospital.service import fsi

    return Reply(fsi.lines(_sent(message), institution.code, institution.admdvs, now))


def _sent(message: Message) -> dict[str, Any]:
    """The node as it was sent, codes without the zeros that get lost on the way."""
    return {**message.sent, "clr_type": bare(message.text("clr_type"))}


def upload_file(message: Message, institution: Institution, _now: datetime) -> Reply:
    """9101: a file, in base64; answers file_qury_no. The same file again gives the same number.

    One that a message cannot hold is named by its size and SHA-256 instead: answers where it is
    put, and under which number it lies there. Raises BadInput.
    """
    from medaid.clearing.hospital.service import fsi

    filename = message.text("filename")
    if not message.text("in"):
        size, sha256 = message.text("file_size"), message.text("file_sha256")
        number, put = fsi.announce(institution.code, size, sha256)
        address = {"upload_url": put.url, "upload_headers": put.headers}
        return Reply({"file_qury_no": number, "filename": filename, **address})
    try:
        content = base64.b64decode(message.text("in"), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("FIELD_FORMAT", field="in", rule="文件数据须为 base64") from None
    number = fsi.upload(institution.code, content)
    return Reply({"file_qury_no": number, "filename": filename})


def download_file(message: Message, institution: Institution, _now: datetime) -> Reply:
    """9102: a file of the hospital's own, in base64."""
    from medaid.clearing.hospital.service import fsi

    content = fsi.download(institution.code, message.text("file_qury_no"))
    return Reply({"out": base64.b64encode(content).decode(), "filename": message.text("filename")})


def check_open(insured: Region, treatment: Region) -> None:
    """Raises Conflict REGION_SUSPENDED where direct settlement of the people of `insured`, or of a
    region above it, is stopped in `treatment` (X7).

    At home nothing is asked. Away it is a few small reads a minute for each pair of regions.
    """
    asked = _open.get((insured, treatment), -OPEN_SECONDS)
    if insured.pools_with(treatment) or time.monotonic() - asked < OPEN_SECONDS:
        return
    from medaid.clearing import service as clearing

    clearing.check_open(insured, treatment)
    _open[insured, treatment] = time.monotonic()


def forget() -> None:
    """Drops what is kept in memory."""
    _open.clear()
