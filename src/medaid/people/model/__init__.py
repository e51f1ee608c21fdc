"""The person as the product knows them: who, insured where, assisted since when, in care where, and
the year's totals. Dates are civil dates in Asia/Shanghai, instants are aware.

Sources: 苏医保办发〔2023〕27号 art. 6, 7, 10, 11, 20.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from medaid.catalogue.model.sums import LineSums
from medaid.money import Fen
from medaid.regions import Region

CATEGORIES: Final[Mapping[str, str]] = {
    "destitute_support": "特困供养人员",
    "orphan": "孤儿",
    "child_in_difficulty": "困境儿童",
    "subsistence_allowance": "最低生活保障对象",
    "low_income_edge": "低保边缘家庭成员",
    "expenditure_poor": "支出型困难家庭大重病患者",
    "illness_poor": "因病致贫重病患者",
    "low_income": "低收入救助对象",
    "registered_poor": "建档立卡(脱贫)人口",
    "returned_to_poverty": "返贫致贫人口",
    "monitored": "防止返贫监测对象",
    "severely_disabled": "重度残疾人",
    "veteran_benefit": "享受国家抚恤补助的优抚对象",
    "retrenched_worker": "六十年代精减退职职工",
    "hardship_worker": "困难职工",
    "temporary_relief": "临时救助对象中的大重病患者",
    "other_hardship": "县级以上人民政府认定的其他特殊困难人员",
    "aged_90": "九十周岁以上高龄老人",
    "family_planning": "农村计生两户",
}
"""Categories of assisted persons (救助类型). How others code them is data."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record came from: the drop's batch id and its row, the first line of the file being
    1 (可回溯, art. 8)."""

    batch: str
    row: int


@dataclass(frozen=True, slots=True)
class Person:
    """One natural person. `certno` never leaves through a log or a key that is logged."""

    psn_no: str
    name: str
    sex: str
    """gend of the national interface: 0 unknown, 1 male, 2 female, 9 not stated."""
    cert_type: str
    """psn_cert_type of the national interface: 01 resident identity card …"""
    certno: str
    birth: date | None
    home_address: str = ""
    residence_address: str = ""
    village: str = ""
    mobile: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Fields that a region added of its own (art. 7: 可结合实际进行拓展)."""
    source: Source | None = None
    recorded: datetime | None = None
    """When we came to know this version; the next one is accepted only by who has read this one."""


@dataclass(frozen=True, slots=True)
class Insurance:
    """One enrolment (参保): several at once are normal."""

    insutype: str
    """390 resident, 310 employee …"""
    admdvs: str
    status: str
    """psn_insu_stas: 0 not insured, 1 normal, 2 suspended, 3 void, 4 ended."""
    psn_type: str
    begin: date
    end: date | None = None
    source: Source | None = None
    recorded: datetime | None = None
    act: str = "confirmed"
    benefit_begin: date | None = None
    """First day behind a waiting period (国办发〔2024〕38号); None where there is none."""

    def covers(self, day: date) -> bool:
        """Whether the person is enrolled on `day` and may draw benefits for care on it: the one
        test, of the counter, the desk and the cross-check alike."""
        begins = max(self.begin, self.benefit_begin or self.begin)
        return self.status == "1" and begins <= day and (self.end is None or day <= self.end)


def month_end(day: date) -> date:
    """The last day of `day`'s month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class Identity:
    """One standing as an assisted person (救助身份): a category from a day on, determined by a
    department of a region. `recorded` is when we came to know this version of it, `superseded` when
    we came to know better: the register is readable as it stood, and as we knew it, on any day.
    """

    category: str
    department: str
    admdvs: str
    """Determining region (身份认定地区), which pays the assistance (art. 24)."""
    start: date
    end: date | None
    recorded: datetime
    source: Source
    national_code: str = ""
    """psn_idet_type as reported, where it was."""
    superseded: datetime | None = None
    act: str = "confirmed"
    """confirmed, changed or ended: what this version did (art. 11: 确认、变更、解除 are marked)."""

    def known_at(self, instant: datetime) -> bool:
        """Whether this version was the one we held at `instant`."""
        return self.recorded <= instant and (self.superseded is None or instant < self.superseded)

    @property
    def last_day(self) -> date | None:
        """The last day on which it counts: the end of the month in which it ended (art. 20)."""
        return None if self.end is None else month_end(self.end)

    def stands_on(self, day: date) -> bool:
        """Whether benefits follow from it on `day`."""
        return self.start <= day and (self.last_day is None or day <= self.last_day)

    def stands_during(self, begin: date, end: date) -> bool:
        """Whether a stay is settled with it: one day in common is enough (art. 20)."""
        return self.start <= end and (self.last_day is None or begin <= self.last_day)


RegisterEntry = Identity | Insurance
"""What a department or the insurance side reports of a person, from a day on."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What is filed for a person (备案): care away from home, a chronic disease, the institution
    chosen. Who may file what, when and for where: `medaid.people.filings`."""

    filing_id: str
    kind: str
    """long_term, referred, referred_down, emergency, temporary; chronic, designated, injury."""
    insured_region: str
    destination: str
    """就医地: admdvs of a county, city or province; empty for anywhere."""
    valid_from: date
    valid_until: date | None
    institution: str = ""
    """fixmedins_code referred to, empty for any."""
    filed: datetime | None = None
    filer: str = ""
    """fixmedins_code of the hospital that filed; empty for the agency."""
    filer_region: str = ""
    code: str = ""
    """opsp_dise_code of a chronic disease, biz_appy_type of what an institution is chosen for."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else was said: proof, diagnosis, who helped."""

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def covers(self, day: date, treatment_region: str, institution: str) -> bool:
        """Whether care that began on `day` at `institution` in `treatment_region` falls under it. A
        hospital's own referral to itself is none (Q5.3)."""
        return (
            self.holds_on(day)
            and (
                not self.destination or Region(self.destination).contains(Region(treatment_region))
            )
            and self.institution in ("", institution)
            and not (self.filer and self.filer == institution)
        )


@dataclass(frozen=True, slots=True)
class SettledParts:
    """What the settlements of a stay that goes on (中途结算) came to together, in fen. `setl_id` is
    the last of them, `bill` the five totals as in `medaid.benefit.model.Bill`, `paid` by layer,
    `change` what they added to the totals of `year`, `next_batch` the number of the charge batch of
    what comes after them, `deductible` what was borne of it (act_pay_dedc)."""

    setl_id: str
    count: int
    until: date
    """The last day that was settled."""
    year: int
    assisting_region: str
    bill: tuple[Fen, ...]
    paid: Mapping[str, int]
    paid_by_others: int
    change: Mapping[str, int]
    next_batch: int
    deductible: Fen


@dataclass(frozen=True, slots=True)
class Visit:
    """A registered visit or stay (就诊登记) not settled yet."""

    mdtrt_id: str
    institution: str
    admdvs: str
    """Region of the institution (就医地)."""
    insutype: str
    home: str
    """Home region (参保地) it is settled with."""
    med_type: str
    begin: date
    end: date | None
    version: int
    msgid: str
    """The message that registered it."""
    disease: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, LineSums] = field(default_factory=dict)
    """What the fee lines of each charge batch come to that is not settled yet."""
    parts: SettledParts | None = None
    """What of a stay that goes on is settled."""


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What a person's year has used up so far, per layer: the only memory that pricing needs.

    `amounts` maps names such as `paid:critical` to fen and `count:stays` to counts: the sum of what
    the acts that stand added, in whatever order they came and went. `last` is the act on top: it
    alone may be reversed, because later ones were priced on it. `version` counts changes.
    """

    year: int
    version: int = 0
    amounts: Mapping[str, int] = field(default_factory=dict)
    last: str = ""
    voided: Mapping[str, str] = field(default_factory=dict)
    """Acts that came to nothing while others rested on them (a case recovered in full), each with
    the act below it: they stand in nobody's way."""

    def with_act(self, act: str, change: Mapping[str, int]) -> YearTotals:
        """`act` on top, and what it adds."""
        return YearTotals(self.year, self.version + 1, self._plus(change, 1), act, self.voided)

    def without_act(self, act: str, change: Mapping[str, int], below: str) -> YearTotals:
        """`act`, which is on top, is reversed: what it added is taken off, and what it rested on is
        on top again."""
        assert self.last == act, "only the act on top is reversed"
        return self._void(act, change, below)

    def with_recovery(
        self, act: str, change: Mapping[str, int], below: str, *, whole: bool
    ) -> YearTotals:
        """`change` of what `act` added is taken off, wherever the act lies. Where it is `whole`,
        nothing of the act stands any more and those below may be reversed."""
        if whole:
            return self._void(act, change, below)
        amounts = self._plus(change, -1)
        return YearTotals(self.year, self.version + 1, amounts, self.last, self.voided)

    def _void(self, act: str, change: Mapping[str, int], below: str) -> YearTotals:
        voided, last = {**self.voided, act: below}, self.last
        while last in voided:
            last = voided.pop(last)
        return YearTotals(self.year, self.version + 1, self._plus(change, -1), last, voided)

    def _plus(self, change: Mapping[str, int], sign: int) -> dict[str, int]:
        names = {**self.amounts, **change}
        sums = {n: self.amounts.get(n, 0) + sign * change.get(n, 0) for n in names}
        return {name: amount for name, amount in sums.items() if amount}


@dataclass(frozen=True, slots=True)
class PersonFile:
    """All that one read brings: the person, what is known now, totals of recent years."""

    person: Person
    insurances: tuple[Insurance, ...] = ()
    identities: tuple[Identity, ...] = ()
    filings: tuple[Filing, ...] = ()
    visits: tuple[Visit, ...] = ()
    years: tuple[YearTotals, ...] = ()
    registrations: int = 0
    """How often something was registered, went on or was filed: of two at once one loses."""

    def visit(self, mdtrt_id: str) -> Visit | None:
        return next((v for v in self.visits if v.mdtrt_id == mdtrt_id), None)

    def totals(self, year: int) -> YearTotals:
        return next((y for y in self.years if y.year == year), YearTotals(year))
