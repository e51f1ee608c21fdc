"""How far the files of a region's senders have come, as it is shown."""

from __future__ import annotations

from medaid.aws.rest.bodies import Shown


class KindReportedShown(Shown):
    """How far one kind of a sender's files has come: the last month, the months before it that
    never came, and those that are over since. `period` is empty before the first."""

    kind: str
    period: str
    missing: list[str]
    overdue: list[str]


class ReportingSenderShown(Shown):
    """A department that may report about the region."""

    sender: str
    name: str
    department: str
    kinds: list[KindReportedShown]


class ReportingSendersShown(Shown):
    """All that may report about one region."""

    senders: list[ReportingSenderShown]


class SeriesShown(Shown):
    """How far a sender's files have come, and what is missing."""

    sender: str
    kind: str
    period: str
    sequence: int
    missing: list[str]
    overdue: list[str]
    """Months that are over and of which nothing came yet."""
