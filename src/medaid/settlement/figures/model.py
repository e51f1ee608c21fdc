"""Figures that an agency enters where no file has one. Apart from a settlement's own values, as
those of the traces are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from medaid.policy.model import AgencyFigure


@dataclass(frozen=True, slots=True)
class EnteredFigure:
    """Figures of a layer as one person entered and another approved them. `ending` is the last day
    that somebody has asked for and nobody agreed to yet."""

    figure: AgencyFigure
    title: str
    """Of the document."""
    proposed_by: str
    proposed_at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None
    ending: date | None = None
    ending_by: str = ""
    ending_at: datetime | None = None
    withdrawn_at: datetime | None = None
    """Taken back before anybody approved it."""
    trail: tuple[str, ...] = ()
    """Who did what and when, in words."""


@dataclass(frozen=True, slots=True)
class EnteredFigures:
    """All that the agency of one region has entered."""

    figures: tuple[EnteredFigure, ...]
