"""What the routes of dropped files take and show: bodies, queries and answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from medaid.aws.rest.bodies import (
    Body,
    Decision,
    InstantText,
    ListQuery,
    NameOf,
    Sha256,
    Shown,
)
from medaid.aws.rest.offers import OfferShown
from medaid.instants import beijing_text
from medaid.people.drops import Drop, Endings, HandUpload, ListedEnding
from medaid.people.feedback import OUTCOMES, remarks
from medaid.people.model import CATEGORIES
from medaid.people.senders import SenderSettings
from medaid.people.store.drops import HeldDrop
from medaid.people.verdicts import Told

SenderCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}$")]
MonthIn = Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
Line = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
DayIn = Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Heading = Annotated[str, StringConstraints(max_length=100)]
Cell = Annotated[str, StringConstraints(max_length=2_000)]


class UploadBody(Body):
    """A file that a person uploads for a sender; `content` holds it in base64 where it is small."""

    sender: SenderCode
    kind: Kind
    period: MonthIn
    file: Annotated[str, StringConstraints(min_length=5, max_length=120)]
    size: int = Field(ge=1)
    extent: Annotated[str, StringConstraints(pattern=r"^(increment|full)$")] = "increment"
    ends: DayIn = ""
    replaces: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{32})?$")] = ""
    content: Annotated[str, StringConstraints(max_length=6 << 20)] = ""


class ConfirmBody(Body):
    """What the person saw and confirms."""

    rows: int = Field(ge=1)
    sha256: Sha256


class UploadShown(Shown):
    """An upload: what the file was found to be, and the batch once it is confirmed."""

    upload_id: str
    sender: str
    kind: str
    period: str
    admdvs: str
    file: str
    size: int
    extent: str
    ends: str
    rows: int
    sha256: str
    sheet: str
    aside: list[str]
    columns: dict[str, str]
    """What is asked for → the heading that was found for it."""
    own_columns: list[str]
    batch: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: InstantText


class UploadAddressShown(UploadShown):
    """Where to put the file; no address where it came in the body."""

    url: str
    headers: dict[str, str]
    seconds: int


def show_upload(one: HandUpload) -> UploadShown:
    """An upload as the person looks at it."""
    return UploadShown.of(
        one, aside=list(one.aside), columns=dict(one.columns), own_columns=list(one.own_columns)
    )


class DropQuery(ListQuery):
    """Drops of one sender."""

    sender: SenderCode


class EndingsShown(Shown):
    """Who is no longer on a full list, and what became of them."""

    state: str
    count: int
    standing: int
    ended: int
    why: str
    digest: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: str
    reason: str


class DropShown(Shown):
    """A dropped file and what became of it."""

    batch: str
    state: str
    sender: str
    kind: str
    admdvs: str
    period: str
    file: str
    rows: int
    extent: str
    ends: str
    officer: str
    officer_name: Annotated[str, NameOf("officer", "received")] = ""
    received: InstantText
    counts: dict[str, int]
    problems: dict[str, int]
    notices: int
    remarks: list[str]
    endings: EndingsShown | None


class DropPageShown(DropShown):
    """With the acts that the API lets this caller do on it now."""

    offers: list[OfferShown]


def show_drop(held: HeldDrop) -> DropShown:
    """A drop with what became of its rows and endings."""
    drop = held.drop
    return DropShown.of(
        drop,
        file=drop.known_as,
        state=held.state.value,
        received=held.received,
        counts=dict(drop.counts),
        problems=dict(drop.problems),
        remarks=remarks(drop),
        endings=_endings(drop),
    )


def _endings(drop: Drop) -> EndingsShown | None:
    one: Endings | None = drop.endings
    if one is None:
        return None
    return EndingsShown.of(one, state=one.state.value, at=beijing_text(one.at) if one.at else "")


class ReturnedRow(Shown):
    """A row that came back, as it came."""

    row: int
    result: str
    reason: str
    codes: list[str]
    cells: dict[str, str]


def show_returned(one: Told) -> ReturnedRow:
    """A row that came back."""
    return ReturnedRow.of(
        one, result=OUTCOMES[one.outcome], codes=list(one.codes), cells=dict(one.cells)
    )


class MendBody(Body):
    """The cells that the officer mended, by heading; others stay as they came."""

    cells: Annotated[dict[Heading, Cell], Field(min_length=1, max_length=60)]


class MendedShown(Shown):
    """What became of the row."""

    row: int
    outcome: str
    result: str
    reason: str


class EndingRow(Shown):
    """Somebody who is no longer on a full list."""

    psn_no: str
    name: str
    category: str
    category_name: str
    admdvs: str
    start: str


def show_ending(one: ListedEnding) -> EndingRow:
    """Somebody who would end, with the category in words."""
    return EndingRow.of(one, category_name=CATEGORIES[one.category], start=one.start.isoformat())


class EndingsDecision(Decision):
    """Whether those on the list with this digest end."""

    digest: Sha256


class DownloadShown(Shown):
    """Where a file may be read, for so many seconds."""

    url: str
    seconds: int


class SettingsBody(Body):
    """How the files of a sender are read."""

    headings: Annotated[dict[Kind, dict[Heading, Line]], Field(max_length=4)] = Field(
        default_factory=dict
    )
    constants: Annotated[dict[Kind, dict[Line, Heading]], Field(max_length=4)] = Field(
        default_factory=dict
    )
    ending_percent: int | None = Field(None, ge=0, le=100)
    version: int = Field(0, ge=0)
    """Of what was looked at; 0 where nothing was entered yet."""


class SettingsShown(Shown):
    """How the files of a sender are read, and who entered it."""

    sender: str
    headings: dict[str, dict[str, str]]
    constants: dict[str, dict[str, str]]
    ending_percent: int
    version: int
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: str


def show_settings(sender: str, one: SenderSettings, percent: int, version: int) -> SettingsShown:
    """How the files of `sender` are read; `percent` is the share that holds for it."""
    return SettingsShown(
        sender=sender,
        headings={kind: dict(own) for kind, own in one.headings.items()},
        constants={kind: dict(own) for kind, own in one.constants.items()},
        ending_percent=percent,
        version=version,
        by=one.by,
        at=beijing_text(one.at) if one.by else "",
    )
