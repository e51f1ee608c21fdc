"""The shapes of answers, by national field names. Amounts are yuan as text, instants Beijing time;
accounts show their last digits only."""

from __future__ import annotations

from typing import Annotated, Any

from medaid.aws.rest.bodies import DayText, InstantText, NameOf, Shown, YuanText
from medaid.aws.rest.offers import OfferShown


class ReceiptOut(Shown):
    bill_code: str
    bill_no: str
    amount: YuanText
    date: DayText
    issuer: str
    medium: str
    sha256: str
    """Of its image; empty where none is attached."""


class OrderOut(Shown):
    order_id: str
    amount: YuanText
    account_tail: str
    batch_id: str
    pay_fail_desc: str
    insurer: str
    """Who pays it instead of the agency; empty for an order to the bank."""
    voucher: str


class ClockOut(Shown):
    """`due` is the last day, empty while paused; `provisional` where the working calendar of that
    year is not published yet."""

    state: str
    working_days: int
    used: int
    accepted: InstantText
    due: DayText
    provisional: bool
    pauses: list[dict[str, str]]
    warned: dict[str, str]


class ActOut(Shown):
    number: int
    act: str
    says: str
    sentence: str
    officer: str
    officer_name: str = ""
    role: str
    at: InstantText
    before: str
    after: str
    reason: str
    clause: str
    changes: dict[str, list[str]]


class PricingOut(Shown):
    """Identities of the interface hold: medfee_sumamt = fund_pay_sumamt + others + psn_part_amt."""

    category: str
    category_name: str
    hifp_pay: YuanText
    hifmi_pay: YuanText
    maf_pay: YuanText
    oth_pay: YuanText
    other_funds: dict[str, YuanText]
    fund_pay_sumamt: YuanText
    carrier: str
    """The insurer that owes the person the critical-illness part; empty where the agency does."""
    carried: YuanText
    others: YuanText
    psn_part_amt: YuanText
    packs: list[str]
    notes: list[str]
    sentences: list[str]
    steps: list[dict[str, Any]]


class CaseOut(Shown):
    case_id: str
    version: int
    state: str
    state_name: str
    insu_admdvs: str
    insuplc_admdvs: str
    point: str
    psn_no: str
    insutype: str
    manl_reim_rea: str
    origin: str
    med_type: str
    care: str
    begntime: DayText
    endtime: DayText
    fixmedins_code: str
    fixmedins_name: str
    place: str
    filing: str
    medfee_sumamt: YuanText
    inscp_scp_amt: YuanText
    fulamt_ownpay_amt: YuanText
    overlmt_selfpay: YuanText
    preselfpay_amt: YuanText
    att_val: int
    receipts: list[ReceiptOut]
    account_tail: str
    account_owner: str
    arrears: bool
    setl_id: str
    hardship_points: int
    hardship_approver: str
    hardship_approver_name: Annotated[str, NameOf("hardship_approver")] = ""
    special_reason: str
    material: list[str]
    suspects: list[str]
    orders: list[OrderOut]
    recovered: YuanText
    reason: str
    pricing: PricingOut | None
    clock: ClockOut | None
    acts: list[ActOut]
    offers: list[OfferShown]


class ApplicationOut(Shown):
    """An application as it was sent, to be amended: the account in full, for who takes cases in."""

    version: int
    psn_no: str
    insutype: str
    insuplc_admdvs: str
    manl_reim_rea: str
    med_type: str
    begntime: DayText
    endtime: DayText
    fixmedins_name: str
    fixmedins_code: str
    hosp_lv: str
    mdtrtarea_admvs: str
    filing: str
    dise_no: str
    medfee_sumamt: YuanText
    inscp_scp_amt: YuanText
    fulamt_ownpay_amt: YuanText
    overlmt_selfpay: YuanText
    preselfpay_amt: YuanText
    setlfee: list[dict[str, str]]
    feedetail: list[dict[str, str]]
    agency_amounts: dict[str, YuanText]
    facts: dict[str, str]
    others: list[dict[str, str]]
    receipts: list[ReceiptOut]
    account: dict[str, str] | None
    arrears: bool
    setl_id: str


class DownloadOut(Shown):
    """Where a file of a case may be read, for `seconds`."""

    url: str
    seconds: int


class RowOut(Shown):
    case_id: str
    insu_admdvs: str
    point: str
    psn_no: str
    state: str
    version: int
    manl_reim_rea: str
    med_type: str
    begntime: str
    endtime: str
    medfee_sumamt: YuanText
    fund_pay_sumamt: YuanText
    due: str
    provisional: bool
    paused: bool
    suspects: int
    created: str


class CountsOut(Shown):
    """By state. `more` names those in which there are as many as are counted, and more."""

    counts: dict[str, int]
    more: list[str]


class QueueOut(Shown):
    """How many cases wait for one of the officer's posts; `more`: at least so many."""

    role: str
    role_name: str
    states: list[str]
    count: int
    more: bool


class UploadOut(Shown):
    url: str
    key: str
    headers: dict[str, str]
    seconds: int


class ProcedureOut(Shown):
    states: dict[str, str]
    roles: dict[str, str]
    moves: list[dict[str, Any]]
    separations: list[dict[str, str]]
