"""Files that departments dropped, as the register keeps them: what came, how far it is, and what it
would end. Values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from medaid.people.manifest import Manifest


class DropState(StrEnum):
    """How far a drop is."""

    OPEN = "open"
    """Taken up; rows are being recorded."""
    WAITING = "waiting"
    """Its rows are recorded; the endings of its full list wait for a person."""
    RELEASED = "released"
    """A person released the endings, which are being recorded."""
    DONE = "done"


class EndingsState(StrEnum):
    """What became of those who are no longer on a full list."""

    NONE = "none"
    WAITING = "waiting"
    RELEASED = "released"
    REJECTED = "rejected"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Endings:
    """Who is no longer on a full list. `digest` is that of the list of them."""

    count: int
    standing: int
    """Who stood in the register from this sender before."""
    state: EndingsState
    digest: str = ""
    why: str = ""
    """Why they wait."""
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    ended: int = 0
    """Of those listed, who is ended by this list: what was changed since stays."""


@dataclass(frozen=True, slots=True)
class Drop:
    """One dropped file."""

    batch: str
    sender: str
    kind: str
    admdvs: str
    period: str
    file: str
    name: str
    """Of its manifest, and so of its answers."""
    rows: int
    extent: str
    ends: str
    officer: str
    """Who uploaded it by hand; empty for a machine."""
    sha256: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)
    notices: int = 0
    aside: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Months before this one of which nothing came."""
    ending: str = ".csv"
    """Of the file that went back."""
    endings: Endings | None = None

    @property
    def known_as(self) -> str:
        """The file as who sent it calls it: one uploaded by hand lies under a longer name."""
        return self.file.removeprefix(f"{self.name}-") if self.officer else self.file


def opened(manifest: Manifest, name: str, missing: tuple[str, ...]) -> Drop:
    """A drop that is taken up."""
    return Drop(
        manifest.batch,
        manifest.sender.code,
        manifest.kind,
        manifest.admdvs,
        manifest.period,
        manifest.file,
        name,
        manifest.rows,
        manifest.extent,
        manifest.ends,
        manifest.officer,
        manifest.sha256,
        missing=missing,
    )


@dataclass(frozen=True, slots=True)
class ListedEnding:
    """A standing identity of somebody who is no longer on a full list."""

    psn_no: str
    name: str
    category: str
    admdvs: str
    start: date
    recorded: datetime
    """Of the version that would be ended: another one is left as it is."""

    @property
    def line(self) -> tuple[str, str, str]:
        return self.psn_no, self.category, self.admdvs


def kept_place(sender: str, batch: str) -> str:
    """Where the answers of a drop are kept in the exchange bucket, without their ending."""
    return f"feedback/{sender}/batches/{batch}"


MOST_ENDINGS: Final = 200_000
"""Of one list: what a person could look at, and hold in memory, many times over."""


_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HandUpload:
    """A file that a person uploads by hand, until its rows and digest are confirmed."""

    upload_id: str
    sender: str
    kind: str
    period: str
    admdvs: str
    file: str
    """As the person calls it."""
    size: int
    extent: str = "increment"
    ends: str = ""
    replaces: str = ""
    by: str = ""
    at: datetime = _NEVER
    rows: int = 0
    """0 until it was counted."""
    sha256: str = ""
    sheet: str = ""
    aside: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    """What is asked for → the heading that was found for it."""
    own_columns: tuple[str, ...] = ()
    batch: str = ""
    """Of the drop that it became."""

    @property
    def name(self) -> str:
        """Of its manifest, and so of its answers."""
        return f"upload-{self.upload_id}"

    @property
    def dropped_file(self) -> str:
        return f"{self.name}-{self.file}"


@dataclass(frozen=True, slots=True)
class MendedRow:
    """A row that an officer mended alone. `outcome` is empty while it is being recorded."""

    row: int
    digest: str
    """Of its cells."""
    cells: Mapping[str, str]
    by: str
    at: datetime
    outcome: str = ""
    reason: str = ""
    identity: tuple[str, ...] = ()
    """Of somebody known: psn_no, category and region of which the row speaks. No full list ends
    it."""
