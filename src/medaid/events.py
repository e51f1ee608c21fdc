"""What packages tell each other and people through the outbox: one class for each event.

An event is written in the transaction of the act it tells of and delivered from the table's stream,
once (`medaid.aws.outbox`). It names ids and amounts in fen, never a name, a certificate number or a
diagnosis: who needs those looks them up. `version` rises when the form changes; a reader of an
unknown version fails loudly and the message comes again. `LISTENERS` says who listens to what.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from medaid.case_events import CaseClosed as CaseClosed
from medaid.case_events import CaseDue as CaseDue
from medaid.case_events import CaseEvent as CaseEvent
from medaid.case_events import CaseFronted as CaseFronted
from medaid.case_events import CaseMoneyBack as CaseMoneyBack
from medaid.case_events import CasePaid as CasePaid
from medaid.case_events import CasePaymentFailed as CasePaymentFailed
from medaid.case_events import CaseRecovery as CaseRecovery
from medaid.case_events import CaseRecoveryWithdrawn as CaseRecoveryWithdrawn
from medaid.case_events import CaseRefused as CaseRefused
from medaid.case_events import SupplementRequested as SupplementRequested
from medaid.case_events import YearEndOwed as YearEndOwed
from medaid.event import Event as Event
from medaid.event import SettlementPosted as SettlementPosted
from medaid.event import event
from medaid.money import Fen


@event("identity_recorded")
class IdentityRecorded(Event):
    """An identity of somebody known was confirmed, changed or ended (J20, J22, J27): what was
    settled without it, or with a poorer one, may now be owed."""

    psn_no: str
    category: str
    assisting_region: str
    """救助身份认定地."""
    start: date
    end: date | None
    act: str
    """confirmed, changed or ended (art. 11)."""


@event("assistance_not_settled")
class AssistanceNotSettled(Event):
    """A settlement or manual case lacks assistance that now stands, or rests on a poorer identity
    (J27). `setl_id` is the settlement's, or the case's id."""

    case_id: str
    psn_no: str
    insu_admdvs: str
    setl_id: str


@event("payment_ordered")
class PaymentOrdered(Event):
    """A pay order left for the bank."""

    order_id: str
    payee: str
    month: str
    amount: Fen


@event("payment_returned")
class PaymentReturned(Event):
    """The bank returned a payment."""

    order_id: str
    payee: str
    reason: str


@event("statement_overdue")
class StatementOverdue(Event):
    """A statement was not paid by its day (J34)."""

    institution: str
    month: str
    state: str
    due: date
    cite: str


@event("time_bar_notice")
class TimeBarNotice(Event):
    """A statement of the past year will be barred if the hospital does not agree to it (Q5.2)."""

    institution: str
    month: str
    bar: date
    items: int
    cite: str


@event("prepayment_alert")
class PrepaymentAlert(Event):
    """Unpaid bills use up a region's prepayment (X12)."""

    treatment_region: str
    insured_region: str
    colour: str
    outstanding: Fen
    held: Fen


@event("insurer_billed")
class InsurerBilled(Event):
    """A bill of the insurer that runs assistance, to a district (M二.5)."""

    district: str
    period: str
    fronted: Fen
    fee: Fen
    payer: str
    due: date
    cite: str
    insurer: str


@event("insurer_reserve_exceeded")
class InsurerReserveExceeded(Event):
    """An insurer fronted more than the reserve that its contract holds ready (M二.5)."""

    city: str
    year: int
    insurer: str
    in_use: Fen
    reserve: Fen


@event("books_finding")
class BooksFinding(Event):
    """A `check` of the books found a difference: of roll-ups (`rollup`), of the chain (`seal`)."""

    admdvs: str
    month: str
    check: str
    finding: str


@event("interest_due")
class InterestDue(Event):
    """A closed quarter's interest that has not gone back, or less than the rates give (J32)."""

    admdvs: str
    quarter: str
    fund: str
    account: str
    least: Fen
    booked: Fen
    held_back: Fen
    role: str
    cite: str


@event("reserve_low")
class ReserveLow(Event):
    """A fund's surplus at the end of `month` covers fewer than `least` months of what was spent in
    the twelve months to it (N7)."""

    admdvs: str
    month: str
    fund: str
    surplus: Fen
    spent: Fen
    least: int
    cite: str


@event("message_delivered")
class MessageDelivered(Event):
    """A person knows what a message about a case says: the gateway delivered it, or an officer
    reached them (J16). `event` is the kind of event that the message told of."""

    message_id: str
    event: str
    case_id: str
    psn_no: str


class Listener(StrEnum):
    """Who takes events from the outbox; functions/outbox has one function for each."""

    CLEARING = "clearing"
    """Settlements become items of a month."""
    REIMBURSEMENT = "reimbursement"
    """Possible duplicates of cases, settlements that lack assistance."""
    TRACES = "traces"
    """Payments are noted under the clauses they rest on."""
    FOLLOWUP = "followup"
    """The person's own burden of the year is held against the thresholds of the region."""
    MESSAGES = "messages"
    """Persons, by the gateway of their region or the telephone list."""
    DELIVERY = "delivery"
    """Partner systems, by the queue of the installation."""


_PARTNERS: Final = (Listener.DELIVERY,)
_PEOPLE: Final = (Listener.MESSAGES, Listener.DELIVERY)
LISTENERS: Final[Mapping[type[Event], tuple[Listener, ...]]] = {
    SettlementPosted: (
        Listener.CLEARING,
        Listener.REIMBURSEMENT,
        Listener.TRACES,
        Listener.FOLLOWUP,
    ),
    IdentityRecorded: (Listener.REIMBURSEMENT, Listener.MESSAGES),
    AssistanceNotSettled: _PEOPLE,
    YearEndOwed: _PEOPLE,
    SupplementRequested: _PEOPLE,
    CaseRefused: _PEOPLE,
    CasePaid: (Listener.TRACES, Listener.FOLLOWUP, Listener.MESSAGES, Listener.DELIVERY),
    CaseMoneyBack: (Listener.TRACES,),
    CaseFronted: (Listener.CLEARING,),
    CasePaymentFailed: _PEOPLE,
    CaseClosed: _PEOPLE,
    CaseRecovery: _PEOPLE,
    CaseRecoveryWithdrawn: _PEOPLE,
    MessageDelivered: (Listener.REIMBURSEMENT,),
    CaseDue: _PARTNERS,
    PaymentOrdered: _PARTNERS,
    PaymentReturned: _PARTNERS,
    StatementOverdue: _PARTNERS,
    TimeBarNotice: _PARTNERS,
    PrepaymentAlert: _PARTNERS,
    InsurerBilled: _PARTNERS,
    InsurerReserveExceeded: _PARTNERS,
    BooksFinding: _PARTNERS,
    InterestDue: _PARTNERS,
    ReserveLow: _PARTNERS,
}
KINDS: Final[Mapping[str, type[Event]]] = {one.KIND: one for one in LISTENERS}
