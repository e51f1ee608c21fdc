"""What operators' pages send, by national field names."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StringConstraints

from medaid.aws.rest.bodies import Admdvs, Body, ListQuery, Long, Sha256, Short, Yuan
from medaid.money import Fen

Printed = Annotated[str, StringConstraints(max_length=64)]
"""As it is printed or was written; `medaid.receipts` has its normal form."""


class OtherIn(Body):
    payer: Short
    kind: Literal["commercial", "donation", "supplementary", "other"]
    amount: Yuan


class ReceiptIn(Body):
    bill_code: Printed = ""
    bill_no: Printed
    amount: Yuan
    date: date
    issuer: Short
    medium: Literal["paper", "electronic"]


class AccountIn(Body):
    acctname: Short
    bankacct: Annotated[str, StringConstraints(pattern=r"^\d{8,32}$")]
    bankcode: Short
    owner: Short = "self"
    proof: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    """SHA-256 of an uploaded file of the case."""


class ClassIn(Body):
    med_chrgitm_type: Annotated[str, StringConstraints(pattern=r"^\d{2,4}$")]
    item_sumamt: Yuan


class LineIn(Body):
    """One line of the itemised list (feedetail)."""

    med_list_codg: Short
    det_item_fee_sumamt: Yuan
    inscp_scp_amt: Yuan
    fulamt_ownpay_amt: Yuan = Field(default_factory=lambda: Fen(0))
    overlmt_amt: Yuan = Field(default_factory=lambda: Fen(0))
    preselfpay_amt: Yuan = Field(default_factory=lambda: Fen(0))


class Application(Body):
    """The application itself. `mdtrtarea_admvs` is the region of treatment; `hosp_lv` the level as
    policies word it."""

    psn_no: Short
    insutype: Annotated[str, StringConstraints(pattern=r"^\d{3,5}$")]
    insuplc_admdvs: Admdvs
    manl_reim_rea: Annotated[str, StringConstraints(pattern=r"^\d{2}$")]
    med_type: Annotated[str, StringConstraints(pattern=r"^\d{2,6}$")]
    begntime: date
    endtime: date
    fixmedins_name: Short
    fixmedins_code: str = Field("", max_length=30)
    hosp_lv: str = Field("", max_length=20)
    mdtrtarea_admvs: Admdvs
    filing: Literal["none", "long_term", "referred", "referred_down", "emergency", "temporary"]
    dise_no: str = Field("", max_length=30)
    medfee_sumamt: Yuan
    inscp_scp_amt: Yuan
    fulamt_ownpay_amt: Yuan = Field(default_factory=lambda: Fen(0))
    overlmt_selfpay: Yuan = Field(default_factory=lambda: Fen(0))
    preselfpay_amt: Yuan = Field(default_factory=lambda: Fen(0))
    setlfee: list[ClassIn] = Field(default_factory=list, max_length=40)
    feedetail: list[LineIn] = Field(default_factory=list, max_length=1000)
    agency_amounts: dict[str, Yuan] = Field(default_factory=dict)
    facts: dict[str, str] = Field(default_factory=dict, max_length=20)
    others: list[OtherIn] = Field(default_factory=list, max_length=20)
    receipts: list[ReceiptIn] = Field(default_factory=list, max_length=100)
    account: AccountIn | None = None
    arrears: StrictBool = False
    setl_id: str = Field("", max_length=30)


class Open(Application):
    """`biz_acp_no` is the sender's own number: the same number again is the same case."""

    biz_acp_no: Short


class ActBody(Body):
    """`version` is the version of the case on which the act was decided."""

    version: int = Field(ge=0)
    reason: Long = ""
    clause: Long = ""


class Amend(ActBody):
    application: Application


class Material(ActBody):
    material: list[Short] = Field(min_length=1, max_length=30)


class Transfer(ActBody):
    point: str = Field(max_length=20)


class Points(ActBody):
    points: int


class ChangeAccount(ActBody):
    account: AccountIn


class Amount(ActBody):
    amount: Yuan


class Pay(ActBody):
    batch_id: Short


class FrontPaid(ActBody):
    """`voucher` names the insurer's payment, as it told it."""

    voucher: Short


class Attach(ActBody):
    bill_code: Printed = ""
    bill_no: Printed
    sha256: Sha256


class UploadIn(Body):
    sha256: Sha256
    size: int = Field(ge=1)
    content_type: Short


class CaseQuery(ListQuery):
    """Filters of a list of cases; `state` is one or more states, apart by commas."""

    limit: int = Field(50, ge=1, le=100)
    state: str = Field("", max_length=300)
    psn_no: str = Field("", max_length=30)
    point: str = Field("", max_length=20)
    due_before: date | None = None
    """Cases due before this day."""
