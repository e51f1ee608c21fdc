"""What operators' pages send, by national field names. Nothing unknown is taken; amounts are yuan
as text, never a binary fraction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StrictBool,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from medaid.errors import BadInput, MedaidError
from medaid.money import Fen

T = TypeVar("T", bound="Body")


def _fen(value: object) -> Fen:
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise PydanticCustomError("amount", "金额须为字符串,至多两位小数")
    try:
        return Fen.of_yuan(value)
    except MedaidError as error:
        raise PydanticCustomError("amount", "{rule}", {"rule": error.rule}) from None


Yuan = Annotated[
    Fen,
    PlainValidator(_fen),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,14}(\.\d{1,2})?$", "example": "1234.50"}),
]
Short = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True)]
Long = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]
Admdvs = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
Printed = Annotated[str, StringConstraints(max_length=64)]
"""As it is printed or was written; `medaid.receipts` has its normal form."""


class Body(BaseModel):
    """Any request body: what is not asked for is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
    given: dict[str, Yuan] = Field(default_factory=dict)
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


class HandOn(ActBody):
    point: str = Field(max_length=20)


class Points(ActBody):
    points: int


class ChangeAccount(ActBody):
    account: AccountIn


class Amount(ActBody):
    amount: Yuan


class Pay(ActBody):
    batch_id: Short


class Attach(ActBody):
    bill_code: Printed = ""
    bill_no: Printed
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Upload(Body):
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: int = Field(ge=1)
    content_type: Short


class BatchKey(Body):
    """The cashier's own key: the same key is the same batch."""

    key: Short


_CODES: Final = {
    "missing": "FIELD_REQUIRED",
    "extra_forbidden": "FIELD_UNKNOWN",
    "amount": "AMOUNT_FORMAT",
    "string_too_long": "FIELD_TOO_LONG",
    "too_long": "FIELD_TOO_LONG",
    "literal_error": "CODE_UNKNOWN",
}
_RULES: Final = {
    "missing": "须填写",
    "extra_forbidden": "接口没有此字段",
    "string_too_long": "超过允许的长度",
    "string_too_short": "不得为空",
    "too_long": "超过允许的条数",
    "too_short": "至少一条",
    "string_type": "须为文本",
    "date_from_datetime_parsing": "日期格式为 yyyy-MM-dd",
    "literal_error": "不在允许的取值内",
}


def read(kind: type[T], data: Mapping[str, Any]) -> T:
    """The body. Raises BadInput naming the first field that is wrong and its rule; never what was
    sent."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        rule = first["msg"] if first["type"] == "amount" else _RULES.get(first["type"], "格式不符")
        raise BadInput(
            _CODES.get(first["type"], "FIELD_FORMAT"), field=where[:80], rule=rule
        ) from None
