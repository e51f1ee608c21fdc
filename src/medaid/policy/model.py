"""A policy document as a value: packs of layers, each figure with its citation.

A layer of basic insurance, critical-illness insurance, assistance, tilted or secondary assistance is the same kind of thing; their
order is data. Amounts are whole fen, ratios parts per `RATIO_SCALE`. docs/policy-format.md describes the file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

TIERS: Final = ("basic", "critical", "supplementary", "others", "assistance", "tilted", "secondary")
ASSISTANCE_TIERS: Final = frozenset({"others", "assistance", "tilted", "secondary"})
"""Tiers whose figures come from the region that determined the identity (苏医保办发〔2023〕27号 art. 24, 25)."""
FUNDS: Final = ("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "hifdm_pay", "maf_pay", "oth_pay", "hosp_part_amt")
"""Who pays, by the national interface's field; hosp_part_amt is a reduction that the hospital bears."""
KINDS: Final = ("share", "given", "lump", "year_end")
TRUST: Final = ("S", "G", "N", "R", "T")
"""S seed document, G government text, N news, R repost to be checked, T a test or what-if figure of the officer's own."""

NO_CATEGORY: Final = "none"


class Facts(NamedTuple):
    """What decides which clauses apply to one claim. None means not known: a clause that asks for it raises FACT_MISSING."""

    care: str | None = None
    category: str | None = NO_CATEGORY
    insutype: str | None = None
    level: str | None = None
    place: str | None = None
    filing: str | None = None
    person_group: str | None = None
    disease: str | None = None
    sex: str | None = None
    first_contact: str | None = None
    age: int | None = None
    stay_no: int | None = None
    years_enrolled: int | None = None


FACT_NAMES: Final[Mapping[str, str]] = {
    "care": "医疗类别",
    "category": "救助类型",
    "insutype": "险种",
    "level": "医疗机构级别",
    "place": "就医地",
    "filing": "转诊备案",
    "person_group": "人员类别",
    "disease": "病种",
    "sex": "性别",
    "first_contact": "基层首诊",
    "age": "年龄",
    "stay_no": "年内住院次数",
    "years_enrolled": "连续参保年数",
}

VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "care": {"outpatient": "门诊", "chronic_outpatient": "门诊慢特病", "inpatient": "住院", "maternity": "生育", "pharmacy": "购药"},
    "place": {"county": "县域内", "city": "市内(统筹区内)", "province": "省内市外", "outside": "省外"},
    "filing": {
        "none": "未备案",
        "long_term": "长期异地居住",
        "referred": "规范转诊",
        "referred_down": "下转",
        "emergency": "急诊",
        "temporary": "其他临时外出",
        "hardship": "未转诊经批准的困难情形",
    },
    "person_group": {"minor": "未成年", "student": "学生", "adult": "成年", "elderly": "老年", "retired": "退休", "employed": "在职"},
    "first_contact": {"yes": "基层首诊", "no": "非基层首诊"},
    "sex": {"1": "男", "2": "女", "9": "未说明"},
    "insutype": {"390": "城乡居民", "310": "职工"},
}
"""Closed vocabularies. Levels, diseases and categories are declared by the packs."""

RANGES: Final = ("age", "stay_no", "years_enrolled")


class Document(NamedTuple):
    key: str
    number: str
    title: str
    issuer: str
    published: date
    trust: str


class Citation(NamedTuple):
    """The clause a figure rests on."""

    document: str
    article: str
    trust: str

    @property
    def text(self) -> str:
        return f"{self.document} {self.article}"


class When(NamedTuple):
    """A condition: every listed fact in its set, every listed number in its range (from ≤ n < below). Empty matches all."""

    sets: tuple[tuple[str, frozenset[str]], ...] = ()
    ranges: tuple[tuple[str, int, int | None], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.sets) + tuple(name for name, _, _ in self.ranges)


class Amount(NamedTuple):
    """A sum that a clause fixes. `fen` alone; or `ratio` of the source `of` between `least` and `most`; all None means no limit."""

    fen: int | None = None
    ratio: int | None = None
    of: str = ""
    least: int = 0
    most: int | None = None
    told: str = ""
    """How it was derived from a published figure, in words, e.g. `50% × 人均可支配收入 28753 元`."""


class Row(NamedTuple):
    """What every row of a clause table carries."""

    id: str
    when: When
    cite: Citation
    over: tuple[str, ...]
    since: date | None
    until: date | None
    line: int
    missing: str = ""
    """Where no citable figure exists for this case: what is asked for. Such a row prices nothing."""


class Deductible(NamedTuple):
    row: Row
    amount: Amount
    per: str
    """visit, year, transfer."""
    shared_with: tuple[str, ...] = ()
    year_limit: int | None = None
    franchise: bool = False
    inclusive: bool = False


class Band(NamedTuple):
    low: int
    high: int | None
    ratio: int


class Rate(NamedTuple):
    row: Row
    bands: tuple[Band, ...]
    measure: str
    """flat, visit_excess, visit_gross, year_excess, year_gross: what the bounds of the bands lie on."""
    slab: bool = False
    upper_inclusive: bool = True


class Switch(NamedTuple):
    """A cap that another threshold switches: above `above` fen of `source`, the cap is `fen`."""

    source: str
    above: Amount
    fen: int


class Cap(NamedTuple):
    row: Row
    name: str
    amount: Amount
    per: str
    counts: tuple[str, ...]
    switch: Switch | None = None


class Modifier(NamedTuple):
    row: Row
    target: str
    """ratio, deductible, cap."""
    points: int = 0
    times: int | None = None
    fen: int = 0
    floor: int | None = None
    per: str = ""
    per_from: int = 0
    most: int | None = None
    group: str = ""


class Requirement(NamedTuple):
    """A condition without which the layer pays nothing: one of `among` must hold."""

    row: Row
    says: str
    among: tuple[When, ...]


class Base(NamedTuple):
    source: str
    cite: Citation
    less: tuple[str, ...] = ()
    plus: tuple[tuple[str, int], ...] = ()
    ceiling: Amount | None = None


class Floor(NamedTuple):
    """The layer pays at least `ratio` of `of` (保底)."""

    row: Row
    ratio: int
    of: str


class Lump(NamedTuple):
    """A sum paid once a year when `source` passes `above`."""

    row: Row
    fen: int
    source: str
    above: int


@dataclass(frozen=True, slots=True)
class Layer:
    id: str
    name: str
    tier: str
    fund: str
    kind: str
    when: When
    cite: Citation
    after: tuple[str, ...]
    base: Base
    given: str
    draws: str
    deductibles: tuple[Deductible, ...]
    rates: tuple[Rate, ...]
    caps: tuple[Cap, ...]
    modifiers: tuple[Modifier, ...]
    requirements: tuple[Requirement, ...]
    floors: tuple[Floor, ...]
    lumps: tuple[Lump, ...]
    line: int
    pack: str


class Standing(NamedTuple):
    """A category that the region assists, with the condition under which a person of it counts (an orphan is under 18)."""

    code: str
    row: Row


class Gap(NamedTuple):
    """A figure that no citable source gives yet: the pack says so and asks for it."""

    layer: str
    says: str
    line: int


@dataclass(frozen=True, slots=True)
class Pack:
    """One policy file. `expires` is its last day in force; None while no end is known."""

    id: str
    title: str
    region: str
    in_force: date
    expires: date | None
    verified_until: date | None
    year_basis: str
    documents: Mapping[str, Document]
    levels: tuple[str, ...]
    diseases: tuple[str, ...]
    standings: tuple[Standing, ...]
    layers: tuple[Layer, ...]
    gaps: tuple[Gap, ...]
    sections: Mapping[str, Mapping[str, object]]
    version: str
    file: str

    def holds(self, day: date) -> bool:
        return self.in_force <= day and (self.expires is None or day <= self.expires)


@dataclass(frozen=True, slots=True)
class Policy:
    """All that holds on one day for a person insured in one region and assisted by another (often the same), layers in order."""

    insured: str
    assisted: str
    day: date
    layers: tuple[Layer, ...]
    standings: Mapping[str, tuple[Standing, ...]]
    packs: tuple[str, ...]
    version: str
    year_basis: str
