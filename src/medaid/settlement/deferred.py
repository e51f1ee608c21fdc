"""Use cases that are imported where they are asked for: no settlement waits at cold start for
lines, own codes, downloads, queries, filings, sign-ins and pharmacies' sales."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from medaid.settlement.model import Institution, Reply
from medaid.settlement.national.envelope import Message

UseCase = Callable[[Message, Institution, datetime], Reply]
UseCases = Mapping[str, UseCase]


def act(message: Message, institution: Institution, now: datetime) -> Reply:
    """The use case of a transaction of `LATER`."""
    return LATER[message.infno]()[message.infno](message, institution, now)


def _lines() -> UseCases:
    from medaid.settlement.lines import service as lines

    return {
        "2204": lines.upload_lines,
        "2205": lines.remove_lines,
        "2301": lines.upload_lines,
        "2302": lines.remove_lines,
    }


def _downloads() -> UseCases:
    from medaid.settlement import downloads

    return {
        **dict.fromkeys(("1301", "1302", "1305", "1306"), downloads.download_list),
        **dict.fromkeys(("1312", "1316", "1318", "1319"), downloads.download_page),
    }


def _own_codes() -> UseCases:
    from medaid.settlement import own_codes

    return {"3301": own_codes.map_codes, "3302": own_codes.withdraw_code}


def _queries() -> UseCases:
    from medaid.settlement import queries

    return {
        "1201": queries.get_institution,
        "2001": queries.check_treatment,
        "5201": queries.list_visits,
        "5204": queries.list_lines,
        "5206": queries.list_totals,
        "5303": queries.list_stays,
        "90100": queries.list_enrolments,
    }


def _sales() -> UseCases:
    from medaid.settlement import sales

    return {"2101": sales.preview_sale, "2102": sales.settle_sale}


def _filings() -> UseCases:
    from medaid.settlement import filings

    return {
        **dict.fromkeys(("2501", "2503", "2505", "2507"), filings.create_filing),
        **dict.fromkeys(filings.CANCELS, filings.cancel_filing),
        "5301": filings.list_chronic,
        "5302": filings.list_designated,
        "5304": filings.list_filings,
    }


def _applications() -> UseCases:
    from medaid.settlement import applications

    return {
        "3203": applications.apply,
        "3204": applications.withdraw,
        "3205": applications.get_application,
        "3206A": applications.list_offices,
        "3209A": applications.list_settlements,
    }


def _uploads() -> UseCases:
    from medaid.settlement import uploads

    audits = dict.fromkeys(("3101", "3102", "3103"), uploads.keep_audit)
    return {**audits, "4101": uploads.upload_list, "5202": uploads.list_diagnoses}


def _signing_in() -> UseCases:
    from medaid.settlement import signing_in

    return {"9001": signing_in.sign_in, "9002": signing_in.sign_out}


LATER: Final[Mapping[str, Callable[[], UseCases]]] = {
    **dict.fromkeys(("2204", "2205", "2301", "2302"), _lines),
    **dict.fromkeys(("1301", "1302", "1305", "1306"), _downloads),
    **dict.fromkeys(("1312", "1316", "1318", "1319"), _downloads),
    **dict.fromkeys(("3301", "3302"), _own_codes),
    **dict.fromkeys(("1201", "2001", "5201", "5204", "5206"), _queries),
    **dict.fromkeys(("5303", "90100"), _queries),
    **dict.fromkeys(("2101", "2102"), _sales),
    **dict.fromkeys(map(str, range(2501, 2508)), _filings),
    **dict.fromkeys(("5301", "5302", "5304"), _filings),
    **dict.fromkeys(("3203", "3204", "3205", "3206A", "3209A"), _applications),
    **dict.fromkeys(("3101", "3102", "3103", "4101", "5202"), _uploads),
    **dict.fromkeys(("9001", "9002"), _signing_in),
}
"""Where each transaction's use case comes from."""
