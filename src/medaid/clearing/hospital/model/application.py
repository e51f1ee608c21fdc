"""A hospital's application for the clearing of a month (机构清算申请). Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from medaid.ids import InstitutionCode
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region


@dataclass(frozen=True, slots=True)
class ClearingApplication:
    """What 3203 applied for, as it agreed with ours: the settlements of a clearing type, of a
    month, of one region's people."""

    application_id: str
    """clr_appy_evt_id."""
    institution: InstitutionCode
    insured: Region
    """clr_optins: whose people."""
    clr_type: str
    month: Month
    begin: date
    end: date
    count: int
    """psntime: settlements and reversals, as 3201 counts them."""
    amounts: Mapping[str, Fen]
    """medfee_sumamt, med_sumfee, fund_appy_sum, cash_payamt, acct_pay, as applied for."""
    at: datetime
    withdrawn: bool = False
