"""What hospitals, regions and the insurer clear alike: the settlement items of a month. Frozen.

Amounts are fen; a reversal's item is negative and belongs to the month of its own settlement time.
Sources: 苏医保办发〔2023〕27号 art. 34, 35; national interface 2.10 for names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final

from medaid.clearing.figures import care_class
from medaid.events import SettlementPosted
from medaid.fund.model.chart import fund_of, funds
from medaid.ids import InstitutionCode, MessageId, PersonNo, SettlementId, VisitId
from medaid.instants import aware
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region

FUND_FIELDS: Final = tuple(dict.fromkeys(fund.field for fund in funds().values()))
"""hifp_pay, cvlserv_pay … maf_pay, oth_pay: the amounts that funds pay (identity I4)."""
OUTSIDE: Final = ("oth_pay",)
"""What others outside the funds paid (commercial insurance, donations): not ours to clear."""
OUTPATIENT: Final = "outpatient_assistance"
"""Beside the fund fields: what of maf_pay is 门诊救助."""
IN_POLICY: Final = "inscp_scp_amt"
"""Beside the fund fields: what of the bill is within policy. Always there but on a part and on what
was settled before it was kept."""
ASSISTED_IN_POLICY, ASSISTED_OWN = "assisted_in_policy", "assisted_own"
"""Beside the fund fields, of persons with an identity: what is within policy, and what of that no
fund paid."""
_KEPT: Final = ("fund_pay_sumamt", IN_POLICY)
"""Kept where they are zero too."""


@dataclass(frozen=True, slots=True)
class Item:
    """What one region pays of one settlement or reversal, as clearing sees it.

    A settlement is one item, or two where another region than the insurance's pays the assistance
    (J24): the second, its assistance part, holds that amount alone and is not counted.
    """

    POSITIONAL: ClassVar[bool] = True
    ADDED: ClassVar[int] = 1

    setl_id: SettlementId
    mdtrt_id: VisitId
    msgid: MessageId
    institution: InstitutionCode
    insured_region: Region
    """参保地: by it the hospital asks in 3201 (setl_optins), for both items of a settlement."""
    paying_region: Region
    """Whose funds pay what this item holds."""
    owing_region: Region
    """Whose books owe the institution: the paying region's within one pooling region, else the
    region of treatment."""
    insutype: str
    clr_type: str
    med_type: str
    setl_time: datetime
    psn_no: PersonNo
    amounts: Mapping[str, Fen]
    """medfee_sumamt, fund_pay_sumamt, acct_pay, psn_cash_pay, the fund fields paid here, what of
    maf_pay is `outpatient_assistance`, and `paid_elsewhere`: what of fund_pay_sumamt others pay
    (the assistance part, payers outside the funds); what is `IN_POLICY`, of the assisted apart."""
    refd: bool = False
    """A reversal: amounts are negative."""
    days: int = 0
    """Bed days, for payment by day; negative for a reversal."""
    assisting_region: Region | None = None
    """On the main item: who pays the assistance where the insured region does not."""
    arrived: datetime | None = None
    """When it reached clearing."""
    remark: str = ""
    """What an auditor has to look at, such as a late admission."""
    goes_on: bool = False
    """Of a stay that goes on (中途结算): no case of its own."""

    def __post_init__(self) -> None:
        aware(self.setl_time)
        paid = sum(int(self.amounts.get(name, 0)) for name in (*FUND_FIELDS, "paid_elsewhere"))
        assert paid == self.amounts["fund_pay_sumamt"], f"{self.setl_id}: funds do not sum (I4)"

    @property
    def item_id(self) -> str:
        """What tells a settlement, its assistance part and its reversal apart: they carry one
        setl_id."""
        part = f"{self.setl_id}-{self.paying_region}" if self.is_part else self.setl_id
        return f"{part}R" if self.refd else part

    @property
    def part_id(self) -> str:
        """item_id of the assistance part that stands beside this main item."""
        assert self.assisting_region is not None, self.setl_id
        return f"{self.setl_id}-{self.assisting_region}{'R' if self.refd else ''}"

    @property
    def part_owing(self) -> Region:
        """Whose books owe that part."""
        assert self.assisting_region is not None, self.setl_id
        return self.assisting_region.owing(self.owing_region)

    @property
    def is_part(self) -> bool:
        """Whether it is only the assistance that another region than the insurance's pays."""
        return self.paying_region != self.insured_region

    @property
    def month(self) -> Month:
        """The one month it belongs to: that of its own settlement time in Beijing."""
        return Month.of(self.setl_time)

    @property
    def care(self) -> str:
        return care_class(self.clr_type)

    def by_fund(self) -> dict[str, Fen]:
        """Fen by fund key, zeros left out."""
        return {
            fund_of(name, self.insutype).key: self.amounts[name]
            for name in FUND_FIELDS
            if self.amounts.get(name)
        }


def items_of(event: SettlementPosted) -> tuple[Item, ...]:
    """The items of a settlement that was posted or taken back: one, or two (see `Item`)."""
    insured = Region(event.insured_region)
    assisting = Region(event.assisting_region or insured)
    ours = {
        name: fen
        for name, fen in event.by_fund.items()
        if name in FUND_FIELDS and name not in OUTSIDE and fen
    }
    assistance = ours.pop("maf_pay", Fen(0)) if assisting != insured else Fen(0)
    counted = {
        "medfee_sumamt": event.medfee_sumamt,
        "psn_cash_pay": event.psn_cash_pay,
        **({"acct_pay": event.acct_pay} if event.acct_pay else {}),
        "fund_pay_sumamt": event.fund_pay_sumamt,
        **_within_policy(event),
        "paid_elsewhere": Fen(int(event.fund_pay_sumamt) - sum(map(int, ours.values()))),
    }
    of_care = {OUTPATIENT: event.outpatient_assistance}
    mine = counted if assistance else {**counted, **of_care}
    main = _item(event, insured, {**ours, **mine}, assisting if assistance else None)
    if not assistance:
        return (main,)
    amounts = {
        "maf_pay": assistance,
        "fund_pay_sumamt": Fen(0),
        "paid_elsewhere": -assistance,
        **of_care,
    }
    return main, _item(event, assisting, amounts, None)


def _within_policy(event: SettlementPosted) -> dict[str, Fen]:
    inside, paid = int(event.inscp_scp_amt), int(event.fund_pay_sumamt)
    if not event.category:
        return {IN_POLICY: Fen(inside)}
    left = max(abs(inside) - abs(paid), 0)  # funds may pay beyond policy as well
    own = Fen(-left if event.refd else left)
    return {IN_POLICY: Fen(inside), ASSISTED_IN_POLICY: Fen(inside), ASSISTED_OWN: own}


def _item(
    event: SettlementPosted, paying: Region, amounts: Mapping[str, Fen], assisting: Region | None
) -> Item:
    stay = _days(event.begin, event.end)
    if event.settled_until is not None:
        stay -= _days(event.begin, event.settled_until)
    return Item(
        SettlementId(event.setl_id),
        VisitId(event.mdtrt_id),
        MessageId(event.msgid),
        InstitutionCode(event.institution),
        Region(event.insured_region),
        paying,
        paying.owing(Region(event.treatment_region)),
        event.insutype,
        event.clr_type,
        event.med_type,
        event.setl_time,
        PersonNo(event.psn_no),
        {name: fen for name, fen in amounts.items() if fen or name in _KEPT},
        event.refd,
        -stay if event.refd else stay,
        assisting,
        remark=event.remark,
        goes_on=event.goes_on,
    )


def _days(begin: date, end: date) -> int:
    """Bed days of a stay: one at least."""
    return max(1, (end - begin).days)
