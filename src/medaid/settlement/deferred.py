"""Use cases that are imported where they are asked for: no settlement waits at cold start for
lines, own codes and downloads."""

from __future__ import annotations

from datetime import datetime

from medaid.settlement.model import Institution, Reply
from medaid.settlement.national.envelope import Message


def upload_lines(message: Message, institution: Institution, now: datetime) -> Reply:
    """2204, 2301."""
    from medaid.settlement.lines import service as lines

    return lines.upload_lines(message, institution, now)


def remove_lines(message: Message, institution: Institution, now: datetime) -> Reply:
    """2205, 2302."""
    from medaid.settlement.lines import service as lines

    return lines.remove_lines(message, institution, now)


def download_list(message: Message, institution: Institution, now: datetime) -> Reply:
    """1301, 1302, 1305, 1306."""
    from medaid.settlement import downloads

    return downloads.download_list(message, institution, now)


def download_page(message: Message, institution: Institution, now: datetime) -> Reply:
    """1312, 1316, 1318, 1319."""
    from medaid.settlement import downloads

    return downloads.download_page(message, institution, now)


def map_codes(message: Message, institution: Institution, now: datetime) -> Reply:
    """3301."""
    from medaid.settlement import own_codes

    return own_codes.map_codes(message, institution, now)


def withdraw_code(message: Message, institution: Institution, now: datetime) -> Reply:
    """3302."""
    from medaid.settlement import own_codes

    return own_codes.withdraw_code(message, institution, now)
