"""Who does what in a region's office: officers by name and post, their duties, for whom they stand
in, and what one person may not hold together (Q3.1: 秦安县84号三(一)).

Frozen values, part of the package's model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from medaid.errors import Forbidden
from medaid.ids import NOBODY as NOBODY
from medaid.ids import OfficerId
from medaid.instants import beijing_text, midnight
from medaid.regions import Region


class Duty(StrEnum):
    """A duty in the handling of money that one person may not hold beside another (Q3.1)."""

    AUDIT = "audit"
    """审核."""
    ACCOUNT = "account"
    """会计: orders payments and books them."""
    PAY = "pay"
    """出纳: releases payments and receives money."""


@dataclass(frozen=True, slots=True)
class HeldDuty:
    """A duty of an officer in a region from the first act of its kind until it is ended.

    `since` and `until` (exclusive) say when it holds, `recorded_at` and `ended_at` when the books
    learned of it.
    """

    duty: Duty
    since: datetime
    recorded_at: datetime
    until: datetime | None = None
    ended_at: datetime | None = None
    ended_by: OfficerId = NOBODY
    reason: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether it binds the officer at `at`. An unended one does even where another machine's
        clock, which wrote `since`, is ahead."""
        return self.until is None or at < self.until


@dataclass(frozen=True, slots=True)
class Delegation:
    """A duty that one officer does for another who is away, from `begin` to `end`, both days
    included. It stands with both of them."""

    delegation_id: str
    duty: Duty
    principal: OfficerId
    delegate: OfficerId
    begin: date
    end: date
    reason: str
    entered_by: OfficerId
    entered_at: datetime
    ended_at: datetime | None = None
    """Ended early, from this instant on."""
    ended_by: OfficerId = NOBODY

    @property
    def until(self) -> datetime:
        """The instant from which it no longer holds."""
        last = midnight(self.end + timedelta(days=1))
        return last if self.ended_at is None else min(last, self.ended_at)

    def holds(self, at: datetime) -> bool:
        return midnight(self.begin) <= at < self.until


@dataclass(frozen=True, slots=True)
class OfficerName:
    """What an officer is called in a region's office from `since` on, and who entered it."""

    name: str
    post: str
    """岗位 or 职务, as papers print it."""
    since: datetime
    entered_by: OfficerId

    def __str__(self) -> str:
        return f"{self.name}({self.post})"


@dataclass(frozen=True, slots=True)
class RegisteredOfficer:
    """What an officer is called and does in a region, and was and did: nothing is ever removed."""

    officer_id: OfficerId
    region: Region
    duties: tuple[HeldDuty, ...] = ()
    names: tuple[OfficerName, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    """As principal and as delegate."""

    def stands_in_as(self, at: datetime) -> frozenset[Duty]:
        """The duties that the officer does for others at `at`."""
        return frozenset(
            one.duty
            for one in self.delegations
            if one.delegate == self.officer_id and one.holds(at)
        )

    def is_one_hand_with(self, other: str, at: datetime, done: datetime | None) -> bool:
        """Whether what `other` did at `done` may not be checked by this officer at `at`: the same
        person, or one who stands in for the other at either instant. `done` is None where an old
        record does not tell."""
        instants = [at, *([done] if done else [])]
        return other == self.officer_id or any(
            other in (one.principal, one.delegate) and any(map(one.holds, instants))
            for one in self.delegations
        )

    def check_second(
        self, first: str, done: datetime | None, at: datetime, rule: str, field: str = "operator"
    ) -> None:
        """That this officer may check at `at` what `first` did at `done`. Raises Forbidden
        SEPARATION, naming `field` and saying `rule`, where the two are one hand (Q3.1)."""
        if self.is_one_hand_with(first, at, done):
            raise Forbidden("SEPARATION", field=field, rule=rule)

    def name_at(self, at: datetime | None = None) -> OfficerName | None:
        """What the officer was called at `at`, now where None. The first name stands for the time
        before it was entered; None where none was ever entered."""
        known = [one for one in self.names if at is None or one.since <= at]
        if known:
            return known[-1]
        return self.names[0] if self.names else None


def trail_line(at: datetime, by: str, act: str, reason: str = "") -> str:
    """A line of a trail in words: when in Beijing, who, what, and why where it was said."""
    line = f"{beijing_text(at)} {by} {act}"
    return f"{line}:{reason}" if reason else line


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Duties that one person may not hold together in a region, with the source that says so."""

    id: str
    duties: frozenset[Duty]
    rule: str
    cite: str


@dataclass(frozen=True, slots=True)
class SeparationRules:
    """The duties, whose they are by role, and which exclude each other."""

    names: Mapping[Duty, str]
    roles: Mapping[str, Duty]
    exclusions: tuple[Exclusion, ...]
