"""9001 and 9002, which programs send before and after a day's work. A sign-in grants nothing and is
not kept: who sends proves itself with every message. Programs ask for a sign_no to go on, so they
get one, the same for the same message."""

from __future__ import annotations

from datetime import datetime

from medaid.ids import content_hash
from medaid.instants import beijing_text
from medaid.settlement.model import Institution, Reply
from medaid.settlement.national.envelope import Message


def sign_in(message: Message, institution: Institution, now: datetime) -> Reply:
    """9001: answers sign_no and sign_time."""
    number = content_hash("sign-in", institution.code, message.msgid)[:30].upper()
    return Reply({"signinoutb": {"sign_time": beijing_text(now), "sign_no": number}})


def sign_out(_message: Message, _institution: Institution, now: datetime) -> Reply:
    """9002: answers sign_time."""
    return Reply({"signoutoutb": {"sign_time": beijing_text(now)}})
