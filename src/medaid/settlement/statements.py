"""The hospital's side of clearing through the same door: 3201, 3202, 9101, 9102. The clearing room
does the work; this hands over.

Clearing is imported where it is asked for: no settlement waits for it at cold start.
"""

from __future__ import annotations

import base64
import binascii
import time
from datetime import datetime
from typing import Final

from medaid.errors import BadInput
from medaid.settlement import store
from medaid.settlement.model import Answer
from medaid.settlement.national.envelope import Message

OPEN_SECONDS: Final = 60.0
"""How long a running function takes a region for open before it looks again (X7: a suspension
reaches every counter within a minute)."""
_open: dict[tuple[str, str], float] = {}


def totals(message: Message, now: datetime) -> Answer:
    """3201: our sums of the period against the hospital's."""
    from medaid.clearing.hospital import fsi

    return Answer(
        fsi.totals(
            message.sent, message.institution, store.institution(message.institution).admdvs, now
        )
    )


def lines(message: Message, now: datetime) -> Answer:
    """3202: line by line, from the file that 9101 brought."""
    from medaid.clearing.hospital import fsi

    return Answer(
        fsi.lines(
            message.sent, message.institution, store.institution(message.institution).admdvs, now
        )
    )


def upload(message: Message, _now: datetime) -> Answer:
    """9101: a file, in base64; answers file_qury_no. The same file again gives the same number."""
    from medaid.clearing.hospital import fsi

    try:
        content = base64.b64decode(message.text("in"), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("FIELD_FORMAT", field="in", rule="文件数据须为 base64") from None
    return Answer(
        {
            "file_qury_no": fsi.upload(message.institution, content),
            "filename": message.text("filename"),
        }
    )


def download(message: Message, _now: datetime) -> Answer:
    """9102: a file of the hospital's own, in base64."""
    from medaid.clearing.hospital import fsi

    content = fsi.download(message.institution, message.text("file_qury_no"))
    return Answer({"out": base64.b64encode(content).decode(), "filename": message.text("filename")})


def check_open(home: str, treatment: str) -> None:
    """Raises Conflict REGION_SUSPENDED where direct settlement of `home`'s people in `treatment` is
    stopped (X7).

    At home nothing is asked. Away it is one small read a minute for each pair of regions.
    """
    if (
        home[:4] == treatment[:4]
        or time.monotonic() - _open.get((home, treatment), -OPEN_SECONDS) < OPEN_SECONDS
    ):
        return
    from medaid.clearing import service as clearing

    clearing.check_open(home, treatment)
    _open[home, treatment] = time.monotonic()


def forget() -> None:
    """Drops what is kept in memory."""
    _open.clear()
