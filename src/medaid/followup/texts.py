"""What a person is told of an event: `texts.toml`, one text for each kind. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from medaid.event import Event
from medaid.events import IdentityRecorded
from medaid.money import Fen
from medaid.regions import Region

_IDENTITY_ENDED = "identity_ended"


class MessageText(NamedTuple):
    """Who is told what, by the office of which region, about which case (empty: about none)."""

    psn_no: str
    region: Region
    case_id: str
    kind: str
    text: str


@cache
def texts() -> Mapping[str, str]:
    """Texts by kind of event."""
    file = resources.files("medaid.followup").joinpath("texts.toml")
    found: dict[str, str] = tomllib.loads(file.read_text("utf-8"))
    return found


def text_of(event: Event) -> MessageText | None:
    """What the person is told of the event; None where nobody is told of it."""
    if isinstance(event, IdentityRecorded):
        if event.act != "ended":
            return None
        kind, region = _IDENTITY_ENDED, event.assisting_region
    else:
        kind, region = event.KIND, getattr(event, "insu_admdvs", "")
    psn_no, case_id = getattr(event, "psn_no", ""), getattr(event, "case_id", "")
    text = texts().get(kind)
    if text is None or not psn_no or not region:
        return None
    amount = Fen(getattr(event, "amount", 0))
    said = text.format(case=case_id, amount=amount.yuan())
    return MessageText(psn_no, Region(region), case_id, kind, said)
