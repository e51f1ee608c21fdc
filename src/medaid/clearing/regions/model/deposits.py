"""What a province collected from a city, and what of it was entered wrongly and taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from medaid.clearing.amounts import Amounts
from medaid.ids import OfficerId


@dataclass(frozen=True, slots=True)
class Received:
    """Money of a city that came into its province's account."""

    POSITIONAL: ClassVar[bool] = True

    document: str
    by_fund: Amounts
    by: OfficerId
    at: datetime


@dataclass(frozen=True, slots=True)
class DepositWithdrawal:
    """One asked for an entry to be taken back, another decided."""

    number: int
    """The entry's place in the history, from 0."""
    reason: str
    by: OfficerId
    at: datetime
    approved: bool = False
    answer: str = ""
    decided_by: OfficerId | None = None
    decided_at: datetime | None = None


class ReturnState(StrEnum):
    """How far it is with money that goes back to a city."""

    ASKED = "asked"
    """One person asked for it; another decides."""
    RETURNED = "returned"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Return:
    """Money that goes back to a city, on a paper: asked for by one, paid back by another."""

    document: str
    by_fund: Amounts
    reason: str
    asked_by: OfficerId
    asked_at: datetime
    state: ReturnState = ReturnState.ASKED
    decided_by: str = ""
    decided_at: datetime | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a province collected from a city for bills of other provinces and has not used. What is
    being taken back or given back is not held."""

    held: Amounts = field(default_factory=dict)
    history: tuple[Received, ...] = ()
    withdrawals: tuple[DepositWithdrawal, ...] = ()
    returns: tuple[Return, ...] = ()

    def entry_of(self, document: str) -> int | None:
        """The place of the entry that counts for a paper; None where there is none, or where it was
        taken back."""
        gone = {one.number for one in self.withdrawals if one.approved}
        places = (n for n, one in enumerate(self.history) if one.document == document)
        return next((n for n in places if n not in gone), None)

    def asked(self, number: int) -> DepositWithdrawal | None:
        """The request to take an entry back that nobody has decided on."""
        waiting = (one for one in self.withdrawals if not one.decided_by)
        return next((one for one in waiting if one.number == number), None)

    def source(self, number: int) -> str:
        """What the books know an entry by: its paper, told apart where it was entered again."""
        document = self.history[number].document
        before = sum(one.document == document for one in self.history[:number])
        return f"{document}({before + 1})" if before else document
