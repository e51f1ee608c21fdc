"""The base of all events, and the one that a counter publishes. Apart from the others
(`medaid.events`), because the settle function's cold start pays for every class it imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final, TypeVar, dataclass_transform

from medaid.money import Fen

NOTHING: Final = Fen(0)


class Event:
    """Base of all events; `KIND` is the stored name, never renamed and never reused."""

    KIND: ClassVar[str]
    VERSION: ClassVar[int] = 1


_E = TypeVar("_E", bound=Event)


@dataclass_transform(frozen_default=True)
def event(kind: str) -> Callable[[type[_E]], type[_E]]:
    """Makes a class an event: a frozen record of this `KIND`."""

    def made(of: type[_E]) -> type[_E]:
        of.KIND = kind
        return dataclass(frozen=True, slots=True)(of)

    return made


@event("settlement_posted")
class SettlementPosted(Event):
    """A settlement became final, or was taken back (`refd`: then all amounts are negative)."""

    setl_id: str
    mdtrt_id: str
    msgid: str
    """Of the message that settled, or of the one that took it back."""
    psn_no: str
    institution: str
    insured_region: str
    """参保地: its funds pay insurance."""
    assisting_region: str
    """救助身份认定地: its fund pays assistance; empty where no identity counted."""
    treatment_region: str
    """就医地."""
    insutype: str
    clr_type: str
    med_type: str
    care: str
    category: str
    filing: str
    begin: date
    end: date
    setl_time: datetime
    refd: bool
    medfee_sumamt: Fen
    inscp_scp_amt: Fen
    fund_pay_sumamt: Fen
    psn_cash_pay: Fen
    by_fund: Mapping[str, Fen]
    """Fen by the interface's fund field (hifp_pay, maf_pay …)."""
    fees: Mapping[str, int]
    """Fee totals by national fee class, in fen; empty where none were sent."""
    acct_pay: Fen = NOTHING
    """What the personal account paid, which is nobody's fund."""
    remark: str = ""
    """What an auditor has to look at, such as a late admission."""
    outpatient_assistance: Fen = NOTHING
    """What of maf_pay is 门诊救助."""
    goes_on: bool = False
    """The stay goes on: a part of it was settled, and no case of its own."""
    settled_until: date | None = None
    """Until when an earlier settlement of the same stay settled it."""

    def paid_by(self) -> dict[str, Fen]:
        """Whose funds pay how much: assistance is the assisting region's (J24), all else the
        insured region's, which stands here also where it pays nothing."""
        assistance = Fen(self.by_fund.get("maf_pay", NOTHING)) if self.assisting_region else NOTHING
        found = {self.insured_region: Fen(self.fund_pay_sumamt - assistance)}
        if assistance:
            there = found.get(self.assisting_region, NOTHING)
            found[self.assisting_region] = Fen(there + assistance)
        return found
