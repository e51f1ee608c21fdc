"""A matter: something found about one person that a department or the agency answers, kept until
it is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.regions import Region


class MatterKind(StrEnum):
    """What was found."""

    HIGH_BURDEN = "high_burden"
    """The year's own burden passes the region's threshold of warning (J13)."""
    STILL_BURDENED = "still_burdened"
    """Still burdened after all layers: to temporary relief and charity (N3)."""
    NOT_ENROLLED = "not_enrolled"
    """Assisted, and enrolled nowhere (J12)."""
    ENROLLED_TWICE = "enrolled_twice"
    """Two enrolments draw contributions and subsidy at once (J12)."""
    MESSAGE = "message"
    """What the person is told (J16)."""
    PAID_WITHOUT_IDENTITY = "paid_without_identity"
    """Settled under an identity that did not stand during the care (J12)."""


class MatterState(StrEnum):
    """Open until somebody's answer closes it."""

    OPEN = "open"
    CLOSED = "closed"


CITY_OR_COUNTY_AGENCY: Final = "medical_security"
CIVIL_AFFAIRS: Final = "civil_affairs"


@dataclass(frozen=True, slots=True)
class MatterReply:
    """What the receiver answered, entered by an officer with the paper it stands in."""

    answer: str
    note: str
    document: str
    by: OfficerId
    at: datetime


@dataclass(frozen=True, slots=True)
class Matter:
    """One finding about one person, and all that was answered. `region` is the county or city whose
    department determined the identity, or where the person is insured."""

    matter_id: str
    kind: MatterKind
    psn_no: str
    region: Region
    department: str
    """Who is to answer: a department of `categories.toml`."""
    period: str
    """The year of a burden, the month of a cross-check."""
    found_at: datetime
    category: str = ""
    amounts: Mapping[str, Fen] = field(default_factory=dict)
    """`burden`, `limit`: of a burden."""
    about: str = ""
    """What it is about, as a sentence in Chinese, without a diagnosis."""
    cite: str = ""
    """Document and article of the rule."""
    case_id: str = ""
    """Of a message: the case that it is about."""
    event: str = ""
    """Of a message: the kind of event that it tells of."""
    state: MatterState = MatterState.OPEN
    replies: tuple[MatterReply, ...] = ()


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """Where a region's text messages are handed over, entered by one person and approved by
    another. `secret` is the name of the secret, never the secret."""

    region: Region
    url: str
    secret: str
    proposed_by: OfficerId
    proposed_at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None
    refused: str = ""
    """Why it was not approved."""


class BurdenMeasure(StrEnum):
    """Which own burden of the year is measured: names of the year's totals."""

    ALL = "own_all"
    IN_POLICY = "own_in_policy"


@dataclass(frozen=True, slots=True)
class Threshold:
    """Above what own burden of a year a person of a class is told of: from a policy pack."""

    kind: MatterKind
    category: str
    """Empty: residents without an identity."""
    measure: BurdenMeasure
    limit: Fen
    cite: str


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """One run over the register of a region: how far it has come and what it found. It reads the
    register as it was known at `begun`, so it can be looked at again as it was."""

    region: Region
    month: str
    begun: datetime
    by: OfficerId
    after: str = ""
    """Behind which page of the register it goes on; empty at the beginning and at the end."""
    read: int = 0
    found: Mapping[str, int] = field(default_factory=dict)
    """New matters by kind."""
    persons: Mapping[str, int] = field(default_factory=dict)
    """Who stands in the register, by county and for each region above it up to `region`: each
    person once in each."""
    enrolled: Mapping[str, int] = field(default_factory=dict)
    """Whose enrolment is in force, likewise."""
    subsidised: Mapping[str, int] = field(default_factory=dict)
    """Whose contribution of the year is subsidised and paid, likewise."""
    ended: datetime | None = None
