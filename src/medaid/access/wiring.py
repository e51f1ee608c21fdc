"""What the operators' handlers ask before they let somebody act, put together."""

from __future__ import annotations

from typing import Final

from medaid.access import sign_out
from medaid.aws.rest.officers import Desk
from medaid.payments import service as payments

DESK: Final = Desk(
    payments.officer_titles, payments.admit, payments.note_act, sign_out.check_signed_in
)
