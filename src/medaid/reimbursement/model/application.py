"""What is applied for: the care, the bill, receipts, the account, and who acts. Amounts are fen;
sources as in `case.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from medaid.benefit.model import BILL_FIELDS, Bill
from medaid.money import Fen
from medaid.payments.model import BankAccount as PayeeAccount
from medaid.receipts.model import ReceiptNumber

NOTHING: Final = Fen(0)


@dataclass(frozen=True, slots=True)
class Officer:
    """Who acts: from the bearer's token. `point` is the grassroots point (乡镇/村) the officer is
    bound to, empty for the agency's own office."""

    officer_id: str
    admdvs: str
    roles: frozenset[str]
    point: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class CareFacts:
    """The treatment: facts that pricing asks for. What is not known stays empty and is asked for by
    the clause that needs it."""

    care: str
    """inpatient, outpatient, chronic_outpatient, pharmacy, maternity."""
    begin: date
    end: date
    fixmedins_name: str
    fixmedins_code: str = ""
    """Empty for an institution outside the network."""
    level: str = ""
    place: str = ""
    """county, city, province, outside: seen from the insured region."""
    treatment_region: str = ""
    """就医地, as it was given."""
    filing: str = ""
    """none, long_term, referred, referred_down, emergency, temporary."""
    disease: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What no register holds and some clauses ask for (transfer, cause, hospital_kind,
    contribution_grade …)."""
    med_type: str = ""
    """The national code of the kind of care, as it was given; `care` is what it means to
    policies."""


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of the itemised list: its amount and the four parts that sum to it (L2 of the
    national interface)."""

    med_list_codg: str
    det_item_fee_sumamt: Fen
    inscp_scp_amt: Fen
    fulamt_ownpay_amt: Fen = NOTHING
    overlmt_amt: Fen = NOTHING
    preselfpay_amt: Fen = NOTHING


@dataclass(frozen=True, slots=True)
class Fees:
    """The bill: four parts that sum to it (identity I1), and its totals by national fee class
    (med_chrgitm_type), which sum to it too."""

    medfee_sumamt: Fen
    inscp_scp_amt: Fen
    fulamt_ownpay_amt: Fen = NOTHING
    overlmt_selfpay: Fen = NOTHING
    preselfpay_amt: Fen = NOTHING
    classes: Mapping[str, Fen] = field(default_factory=dict)
    lines: tuple[FeeLine, ...] = ()
    """The itemised list where it was given; its parts sum to the bill's (L3)."""

    @property
    def bill(self) -> Bill:
        """The five totals as pricing takes them."""
        return Bill(*(getattr(self, name) for name in BILL_FIELDS))


@dataclass(frozen=True, slots=True)
class OtherPayment:
    """What somebody outside the funds has already paid (commercial insurance, donations); never
    paid a second time."""

    payer: str
    kind: str
    amount: Fen


@dataclass(frozen=True, slots=True)
class Receipt:
    """An original receipt (Q3.2): paper or electronic, by bill code and number. `file` is the S3
    key of its photo, scan or original file."""

    bill_code: str
    bill_no: str
    amount: Fen
    date: date
    issuer: str
    medium: str
    """paper or electronic."""
    file: str = ""
    digest: str = ""

    @property
    def key(self) -> ReceiptNumber:
        """By what it pays once."""
        return ReceiptNumber(self.bill_code, self.bill_no)


@dataclass(frozen=True, slots=True)
class StatedAccount:
    """Where the money goes: the person's own account, or a confirmed other one with its proof
    (M二.4: 经其确认的其他账户)."""

    acctname: str
    bankacct: str
    bankcode: str
    owner: str
    """self or guardian … (procedure.toml lists them)."""
    proof: str = ""
    """SHA-256 of the proof among the case's files, needed for any owner but self."""

    @property
    def payee_account(self) -> PayeeAccount:
        """As the bank's file names it."""
        return PayeeAccount(self.acctname, self.bankacct, self.bankcode)


@dataclass(frozen=True, slots=True)
class Hardship:
    """A care without the referral it needed, helped out of real hardship at a lowered ratio (J25):
    how many points, approved by whom."""

    points: int
    approver: str
    reason: str
