"""A manual reimbursement case (手工(零星)报销) as a value: who applies for what, how it stands,
what was done to it, what is paid.

Frozen values only. Money is fen, dates are civil dates in Asia/Shanghai, instants are aware.
National field names are given where the interface has one. Sources: 苏医保办发〔2023〕27号 art. 18,
23, 25, 27, 28; 秦安县84号 三; 茂民规〔2018〕3号 二.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from medaid.benefit.model import Step
from medaid.clocks import StatutoryClock
from medaid.money import Fen
from medaid.reimbursement.model.application import (
    NOTHING,
    CareFacts,
    Fees,
    Hardship,
    OtherPayment,
    Receipt,
    StatedAccount,
)


class State(StrEnum):
    """Where a case stands. What each is called is in procedure.toml."""

    DRAFTED = "drafted"
    ACCEPTED = "accepted"
    AWAITING = "awaiting_material"
    PRICED = "priced"
    AUDITED = "audited"
    RECHECKED = "rechecked"
    """Audited and re-checked: the amounts are an obligation of the fund and stand in its books."""
    FRONTING = "fronting"
    """Its assistance was handed to the insurer that runs it (M二.5), which has not paid yet."""
    FRONTED = "fronted"
    """The insurer has paid the assistance; the agency pays the rest."""
    ORDERED = "ordered"
    PAID = "paid"
    """Released by the cashier to the bank."""
    CONFIRMED = "confirmed"
    """The bank has paid."""
    PAYMENT_FAILED = "payment_failed"
    NOTIFIED = "notified"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RECOVERING = "recovering"
    RECOVERY_ORDERED = "recovery_ordered"
    RECOVERY_WITHDRAWING = "recovery_withdrawing"
    """Asked whether what was demanded back was demanded wrongly."""
    RECOVERED = "recovered"
    RECEIPT_WITHDRAWING = "receipt_withdrawing"
    """Asked whether that the recovery came in was recorded wrongly."""


ENDED: Final = (State.REFUSED, State.WITHDRAWN)
"""It came to nothing."""
STANDS: Final = (
    State.RECHECKED,
    State.FRONTING,
    State.FRONTED,
    State.ORDERED,
    State.PAID,
    State.CONFIRMED,
    State.PAYMENT_FAILED,
    State.NOTIFIED,
    State.RECOVERING,
    State.RECOVERY_ORDERED,
    State.RECOVERY_WITHDRAWING,
    State.RECOVERED,
    State.RECEIPT_WITHDRAWING,
)
"""Its amounts are an obligation in the books and in the year's totals, less what was recovered."""


@dataclass(frozen=True, slots=True)
class Pricing:
    """The priced case. `before` and `after` are the year's totals it was priced on and leads to;
    `version` is that of the totals it saw."""

    category: str
    by_fund: Mapping[str, Fen]
    """What each fund pays by its national field; never what others outside the funds have paid."""
    others: Fen
    """What others have paid, taken off the bill."""
    own: Fen
    steps: tuple[Step, ...]
    year: int
    version: int
    last: str
    """The settlement or case that stood on top of the year when it was priced."""
    before: Mapping[str, int]
    after: Mapping[str, int]
    policy: str
    packs: tuple[str, ...]
    notes: tuple[str, ...] = ()
    assisting_region: str = ""
    """The region that determined the identity taken: it pays the assistance (art. 24). Empty where
    nobody assists."""
    carrier: str = ""
    """The insurer that runs the insured region's critical illness, where it owes that part of the
    case; decided when the amounts become an obligation."""
    carried: Fen = NOTHING
    """What `carrier` owes the person instead of the agency."""

    @property
    def change(self) -> dict[str, int]:
        """What the case adds to the year's totals."""
        before, after = self.before, self.after
        return {n: after.get(n, 0) - before.get(n, 0) for n in {**before, **after}}

    @property
    def granted(self) -> Fen:
        """What all funds together pay (fund_pay_sumamt)."""
        return Fen(sum(map(int, self.by_fund.values())))

    @property
    def payable(self) -> Fen:
        """What the agency owes of it, assistance that an insurer fronts included."""
        return Fen(self.granted - self.carried)


@dataclass(frozen=True, slots=True)
class OriginalSettlement:
    """What a settlement or a case granted before the identity was known: whose it was, over which
    bill, the category taken, what funds paid, what the person was left with, and what it added to
    the year's totals."""

    setl_id: str
    psn_no: str
    total: Fen
    in_policy: Fen
    category: str
    by_fund: Mapping[str, Fen]
    own: Fen
    year: int
    added: Mapping[str, int]
    assisting_region: str = ""
    """Whose identity it was settled with; empty where nobody assisted."""


@dataclass(frozen=True, slots=True)
class CaseOrder:
    """A pay order (付款指令). `amount` is negative where money is recovered. `number` counts the
    orders of a case from 1."""

    order_id: str
    number: int
    amount: Fen
    account: StatedAccount | None
    batch: str = ""
    failure: str = ""
    """Why it came to nothing: the bank's reason, or that it was dropped."""
    entry: str = ""
    """What names its payment in the books, where that is not the order's id."""
    insurer: str = ""
    """The insurer that pays it instead of the agency (M二.5); empty for an order to the bank."""
    contract_year: int = 0
    """Of the insurer's contract under which it is fronted."""
    voucher: str = ""
    """What names the insurer's payment, as it told it."""
    annulled: Pricing | None = None
    """What it failed to pay, where that was annulled since: the bank may have paid it after all."""


@dataclass(frozen=True, slots=True)
class Case:
    """One application: one visit or stay of one person. `version` counts acts; the act with that
    number is the last one."""

    case_id: str
    admdvs: str
    """Pooling region that decides and pays (身份认定地, art. 24)."""
    insured: str
    """Region of enrolment (insu_admdvs)."""
    point: str
    psn_no: str
    insutype: str
    manl_reim_rea: str
    origin: str
    """counter, point or system."""
    care: CareFacts
    fees: Fees
    created: datetime
    state: State = State.DRAFTED
    version: int = 0
    trail: tuple[str, ...] = ()
    """Points that have handed it on: they may still see what became of it (J18)."""
    person_group: str = ""
    """minor, student, adult, elderly, retired, employed; empty where not known."""
    agency_amounts: Mapping[str, int] = field(default_factory=dict)
    """Amounts in fen that only others know and a clause asks for (e.g. hifp_pay by the basic fund's
    own statement)."""
    others: tuple[OtherPayment, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    account: StatedAccount | None = None
    arrears: bool = False
    """The employer owes contributions, so basic and critical do not pay now (J23)."""
    settled: str = ""
    """setl_id of the settlement, or case_id of the case, to which this case adds what an identity
    found later entitles to."""
    year_end: int = 0
    """The year whose end refunds what the person bore, instead of a visit; 0 for none."""
    hardship: Hardship | None = None
    clock: StatutoryClock | None = None
    special: str = ""
    """The approved special reason for the longest budget (J28)."""
    owed: tuple[str, ...] = ()
    """Material the applicant still owes."""
    asked: bool = False
    """What was missing has been told, once and all of it."""
    suspects: tuple[str, ...] = ()
    """Cases and settlements of the same person, admission, discharge and total."""
    pricing: Pricing | None = None
    postings: int = 0
    """How often its amounts became an obligation (more than one only after an annulment)."""
    orders: tuple[CaseOrder, ...] = ()
    recovered: Fen = NOTHING
    year_due: bool = False
    """Paid after it was annulled: in the year's totals only once its recovery is decided on."""
    steps_claimed: tuple[str, ...] = ()
    """Rungs of escalation already claimed, each once."""
    reason: str = ""
    """The last reason given for a refusal, return or the like."""

    @property
    def granted(self) -> Fen:
        return self.pricing.granted if self.pricing else NOTHING

    @property
    def payable(self) -> Fen:
        """What of it the agency owes."""
        return self.pricing.payable if self.pricing else NOTHING

    @property
    def order(self) -> CaseOrder | None:
        """The latest order, of a payment or of a recovery."""
        return self.orders[-1] if self.orders else None

    @property
    def payment(self) -> CaseOrder | None:
        """The latest order that the agency pays: the one of which the bank speaks."""
        return self._latest(fronted=False)

    @property
    def recovery(self) -> CaseOrder | None:
        """The latest recovery that was neither dropped nor withdrawn."""
        found = (one for one in reversed(self.orders) if one.amount < 0 and not one.failure)
        return next(found, None)

    @property
    def front(self) -> CaseOrder | None:
        """The latest order that the insurer pays."""
        return self._latest(fronted=True)

    @property
    def fronted(self) -> Fen:
        """What the insurer has paid and was not returned."""
        front = self.front
        paid = front is not None and not front.failure and self.state is not State.FRONTING
        return front.amount if front is not None and paid else NOTHING

    def _latest(self, *, fronted: bool) -> CaseOrder | None:
        found = (one for one in reversed(self.orders) if one.amount > 0)
        return next((one for one in found if bool(one.insurer) is fronted), None)

    def with_order(self, changed: CaseOrder) -> Case:
        """The case with the order of that number changed."""
        orders = (changed if one.number == changed.number else one for one in self.orders)
        return replace(self, orders=tuple(orders))


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to a case: who, when, why, before and after. Numbered from 1; never changed,
    never removed."""

    number: int
    act: str
    officer: str
    role: str
    at: datetime
    before: str
    after: str
    reason: str = ""
    clause: str = ""
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Field → (text before, text after)."""
    request: str = ""
    """Hash of the request: the same one again is answered with what it did."""
