"""A fee line's question to the catalogue, the figures it is split by, and its parts. Source:
定点医药机构接口规范 2204, 2301 (明细分割结果)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from medaid.catalogue.model.rows import NOT_PAYABLE, UnitPrice
from medaid.money import Fen

Quantity = NewType("Quantity", int)
"""cnt: ten-thousandths of the unit sold (N16,4)."""


class LineQuestion(NamedTuple):
    """What the catalogue is asked of a fee line."""

    med_list_codg: str
    day: date
    """On which the fee occurred."""
    approval: str = ""
    """hosp_appr_flag."""


class OwnExpense(StrEnum):
    """Why a line is own expense as a whole."""

    NONE = ""
    UNMAPPED = "unmapped"
    """对照关系中无此编码."""
    NOT_LISTED = "not_listed"
    """医保目录中无此项目."""
    EXCLUDED = "excluded"
    """丙类."""
    NOT_APPROVED = "not_approved"
    """限定支付范围未经医院审批通过."""


OTHER_FEES: Final = "14"
"""med_chrgitm_type 其他费: of what the catalogue does not know."""


class Terms(NamedTuple):
    """The figures that a line is split by, as they stood on the fee's day. They stay on the line:
    nobody has to look up the past."""

    own_expense: OwnExpense
    med_list_codg: str
    """The national code that counted; another than was sent where that was replaced."""
    hilist_code: str = ""
    name: str = ""
    item_class: str = NOT_PAYABLE
    fee_class: str = OTHER_FEES
    limit: UnitPrice | None = None
    limit_type: str = ""
    over_limit_way: str = ""
    share: int = 0
    """Parts of `money.RATIO_SCALE`."""
    share_type: str = ""
    limited_use: bool = False
    attributes: Mapping[str, str] = {}
    rids: tuple[str, ...] = ()
    """The rows it came from."""


class Split(NamedTuple):
    """A line's parts, in fen: `amount` is the sum of the other four (L2)."""

    amount: Fen
    """det_item_fee_sumamt."""
    own_expense: Fen
    """fulamt_ownpay_amt."""
    over_limit: Fen
    """overlmt_amt."""
    initial_self_pay: Fen
    """preselfpay_amt."""
    in_policy: Fen
    """inscp_scp_amt."""
