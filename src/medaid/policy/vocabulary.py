"""The words that policy files and claims share: who pays, which tiers, which facts, and which
values a fact may take.

Every word has its Chinese name, because people read the one and programs the other. Levels,
diseases and the categories that a region assists are declared by the packs themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from medaid.people.model import CATEGORIES


class Tier(StrEnum):
    """Which kind of protection a layer belongs to, in the usual order."""

    BASIC = "basic"
    CRITICAL = "critical"
    SUPPLEMENTARY = "supplementary"
    OTHERS = "others"
    ASSISTANCE = "assistance"
    TILTED = "tilted"
    SECONDARY = "secondary"


class LayerKind(StrEnum):
    """How a layer comes to its amount. A gap is written as `[[gap]]` and pays nothing."""

    SHARE = "share"
    GIVEN = "given"
    LUMP = "lump"
    YEAR_END = "year_end"
    GAP = "gap"


class Care(StrEnum):
    """医疗类别, as policies tell kinds of care apart."""

    OUTPATIENT = "outpatient"
    CHRONIC_OUTPATIENT = "chronic_outpatient"
    INPATIENT = "inpatient"
    MATERNITY = "maternity"
    PHARMACY = "pharmacy"


TIERS: Final = tuple(Tier)
TIER_NAMES: Final[Mapping[str, str]] = {
    Tier.BASIC: "基本医保",
    Tier.CRITICAL: "大病保险",
    Tier.SUPPLEMENTARY: "补充医疗保险",
    Tier.OTHERS: "其他支付",
    Tier.ASSISTANCE: "医疗救助",
    Tier.TILTED: "倾斜救助",
    Tier.SECONDARY: "二次救助",
}
ASSISTANCE_TIERS: Final = frozenset({Tier.OTHERS, Tier.ASSISTANCE, Tier.TILTED, Tier.SECONDARY})
"""Tiers whose figures come from the region that determined the identity (苏医保办发〔2023〕27号
art. 24, 25)."""
FUND_NAMES: Final[Mapping[str, str]] = {
    "hifp_pay": "基本医疗保险统筹基金",
    "cvlserv_pay": "公务员医疗补助资金",
    "hifes_pay": "企业补充医疗保险基金",
    "hifmi_pay": "城乡居民大病保险资金",
    "hifob_pay": "职工大额医疗费用补助基金",
    "hifdm_pay": "伤残人员医疗保障基金",
    "maf_pay": "医疗救助基金",
    "oth_pay": "其他支付方",
    "hosp_part_amt": "医院",
}
"""Who pays, by the national interface's field; hosp_part_amt is a reduction that the hospital
bears."""
FUNDS: Final = tuple(FUND_NAMES)
KINDS: Final = tuple(kind for kind in LayerKind if kind is not LayerKind.GAP)
"""What a file may write."""
TRUST: Final = ("S", "G", "N", "R", "T")
"""S seed document, G government text, N news, R repost to be checked, T a test or what-if figure of
the officer's own."""
TRUST_NAMES: Final[Mapping[str, str]] = {
    "S": "原文",
    "G": "政府文本",
    "N": "新闻报道",
    "R": "转载",
    "T": "测算",
}

RESERVED: Final = "payments_by_others"
"""The stated amount that others have already paid: it is not there for any layer to pay once more,
so that the parts cannot sum to more than the bill."""

NO_CATEGORY: Final = "none"


class Facts(NamedTuple):
    """What decides which clauses apply to one claim. None means not known: a clause that asks for
    it raises FACT_MISSING."""

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
    transfer: str | None = None
    cause: str | None = None
    hospital_kind: str | None = None
    contracted: str | None = None
    contribution_grade: str | None = None


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
    "transfer": "转院",
    "cause": "就医原因",
    "hospital_kind": "医疗机构类别",
    "contracted": "家庭医生签约",
    "contribution_grade": "缴费档次",
}

VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "care": {
        Care.OUTPATIENT: "门诊",
        Care.CHRONIC_OUTPATIENT: "门诊慢特病",
        Care.INPATIENT: "住院",
        Care.MATERNITY: "生育",
        Care.PHARMACY: "购药",
    },
    "place": {
        "county": "县域内",
        "city": "市内(统筹区内)",
        "province": "省内市外",
        "outside": "省外",
    },
    "filing": {
        "none": "未备案",
        "long_term": "长期异地居住",
        "referred": "规范转诊",
        "referred_down": "下转",
        "emergency": "急诊",
        "temporary": "其他临时外出",
        "hardship": "未转诊经批准的困难情形",
    },
    "person_group": {
        "minor": "未成年",
        "student": "学生",
        "adult": "成年",
        "elderly": "老年",
        "retired": "退休",
        "employed": "在职",
    },
    "first_contact": {"yes": "基层首诊", "no": "非基层首诊"},
    "sex": {"1": "男", "2": "女", "9": "未说明"},
    "insutype": {"390": "城乡居民", "310": "职工"},
    "transfer": {"none": "非转院", "up": "转往上级", "same": "同级转院", "down": "转往下级"},
    "cause": {"illness": "疾病", "accident": "意外伤害", "birth": "分娩"},
    "hospital_kind": {"general": "综合", "specialist": "专科", "tcm": "中医"},
    "contracted": {"yes": "已签约", "no": "未签约"},
    "contribution_grade": {"1": "一档", "2": "二档"},
}
"""Closed vocabularies. Levels, diseases and categories are declared by the packs."""

RANGES: Final = ("age", "stay_no", "years_enrolled")
"""Facts that are whole numbers; conditions name a range."""
SETS: Final = (*VALUES, "level", "disease", "category")
"""Facts that are words; conditions name the words."""

LAYER_SOURCES: Final = ("overflow", "deductible", "over_cap")
"""Sources that a layer leaves to later ones: `overflow:LAYER`, `deductible:LAYER`,
`over_cap:LAYER`."""

SOURCE_NAMES: Final[Mapping[str, str]] = {
    "total": "医疗费总额",
    "in_policy": "政策范围内费用",
    "in_policy_left": "前面各层支付后政策范围内个人负担的费用",
    "all_left": "前面各层支付后个人负担的全部费用(含政策范围外)",
    "out_of_policy": "政策范围外费用",
    "own_expense": "全自费费用",
    "over_limit": "超限价自费费用",
    "prior_share": "先行自付费用",
    "out_of_policy_left": "政策范围外个人负担的费用",
    "own_left": "个人实际负担的费用",
    "year:own_in_policy": "本年度政策范围内个人负担累计",
    "year:own_all": "本年度个人负担累计",
    "year:in_policy": "本年度政策范围内费用累计",
    "year:total": "本年度医疗费累计",
}
_NAMED_SOURCES: Final[Mapping[str, str]] = {
    "given": "由经办机构提供的金额({})",
    "component": "单列的费用({})",
    "overflow": "{} 转入的超出部分",
    "deductible": "{} 的起付部分",
    "over_cap": "{} 超限额部分",
}


def category_name(code: str) -> str:
    """The Chinese name of a category of assisted persons."""
    return "非救助对象" if code == NO_CATEGORY else CATEGORIES.get(code, code)


def source_name(source: str, layers: Mapping[str, str] | None = None) -> str:
    """What a base is made of, in words; `layers` gives the names of layers by their ids."""
    head, mark, rest = source.partition(":")
    if mark and head in _NAMED_SOURCES:
        return _NAMED_SOURCES[head].format((layers or {}).get(rest, rest))
    return SOURCE_NAMES.get(source, source)


LEVEL_NAMES: Final = {
    "community": "社区",
    "township": "乡镇",
    "1": "一级",
    "2": "二级",
    "3": "三级",
}


def value_name(fact: str, value: str) -> str:
    """The Chinese name of one value of a fact."""
    if fact == "category":
        return category_name(value)
    if fact == "level":
        return LEVEL_NAMES.get(value, value)
    return VALUES.get(fact, {}).get(value, value)


def in_order(fact: str, values: Iterable[str]) -> list[str]:
    """Values of a fact in the vocabulary's own order, unknown ones last."""
    known = (
        list(CATEGORIES)
        if fact == "category"
        else list(LEVEL_NAMES)
        if fact == "level"
        else list(VALUES.get(fact, ()))
    )
    return sorted(
        values, key=lambda value: (known.index(value) if value in known else len(known), value)
    )
