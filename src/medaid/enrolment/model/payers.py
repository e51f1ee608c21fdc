"""A contribution by payer: who pays which part of it. Amounts are whole fen.

Sources: 苏医保办发〔2023〕27号 art. 14; docs of the packs.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from medaid.money import Fen

NOTHING: Final = Fen(0)


class Payer(StrEnum):
    """Who pays a part of one contribution."""

    PERSON = "person"
    """个人缴费."""
    ASSISTANCE = "assistance"
    """医疗救助资金资助参保."""
    TREASURY = "treasury"
    """财政代缴."""


class Parts(NamedTuple):
    """One contribution by payer."""

    person: Fen = NOTHING
    assistance: Fen = NOTHING
    treasury: Fen = NOTHING

    @property
    def total(self) -> Fen:
        """The personal contribution of the class, whoever pays it."""
        return self.person + self.assistance + self.treasury

    @property
    def subsidy(self) -> Fen:
        """What others pay for the person."""
        return self.assistance + self.treasury

    def plus(self, other: Parts) -> Parts:
        """The sum, payer by payer."""
        pairs = zip(self, other, strict=True)
        return Parts(*(one + two for one, two in pairs))

    def minus(self, other: Parts) -> Parts:
        """The difference, payer by payer."""
        pairs = zip(self, other, strict=True)
        return Parts(*(one - two for one, two in pairs))


class SplitContribution(NamedTuple):
    """The contribution of a person's class in a cover year, shared among three payers."""

    parts: Parts
    category: str
    """The category that the subsidy follows from; empty where nobody subsidises."""
    cites: tuple[str, ...]
    """The clauses of contribution and subsidy."""
