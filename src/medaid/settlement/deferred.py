"""Use cases that are imported where they are asked for: no settlement waits at cold start for
lines, own codes, downloads, queries and pharmacies' sales."""

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


def ask(message: Message, institution: Institution, now: datetime) -> Reply:
    """What changes nothing: 1201, 2001, 52xx, 53xx, 90100."""
    from medaid.settlement import queries

    asked = {
        "1201": queries.get_institution,
        "2001": queries.check_treatment,
        "5201": queries.list_visits,
        "5204": queries.list_lines,
        "5206": queries.list_totals,
        "5301": queries.list_chronic,
        "5302": queries.list_designated,
        "5303": queries.list_stays,
        "90100": queries.list_enrolments,
    }
    return asked[message.infno](message, institution, now)


def preview_sale(message: Message, institution: Institution, now: datetime) -> Reply:
    """2101."""
    from medaid.settlement import sales

    return sales.preview_sale(message, institution, now)


def settle_sale(message: Message, institution: Institution, now: datetime) -> Reply:
    """2102."""
    from medaid.settlement import sales

    return sales.settle_sale(message, institution, now)


def create_filing(message: Message, institution: Institution, now: datetime) -> Reply:
    """2501."""
    from medaid.settlement import filings

    return filings.create_filing(message, institution, now)


def cancel_filing(message: Message, institution: Institution, now: datetime) -> Reply:
    """2502."""
    from medaid.settlement import filings

    return filings.cancel_filing(message, institution, now)


def list_filings(message: Message, institution: Institution, now: datetime) -> Reply:
    """5304."""
    from medaid.settlement import filings

    return filings.list_filings(message, institution, now)


def sign_in(message: Message, institution: Institution, now: datetime) -> Reply:
    """9001."""
    from medaid.settlement import signing_in

    return signing_in.sign_in(message, institution, now)


def sign_out(message: Message, institution: Institution, now: datetime) -> Reply:
    """9002."""
    from medaid.settlement import signing_in

    return signing_in.sign_out(message, institution, now)
