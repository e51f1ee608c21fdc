"""Code tables of the national interface, mapped to our words (定点医药机构接口规范, code tables;
national-level codes only).

Leading zeros are lost in many hospitals' systems, so codes are compared without them. A code that
is not here is refused, not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from medaid.errors import BadInput

CARE: Final[Mapping[str, str]] = {
    "11": "outpatient",
    "13": "outpatient",
    "1301": "outpatient",
    "16": "outpatient",
    "19": "outpatient",
    "81": "outpatient",
    "91": "outpatient",
    "14": "chronic_outpatient",
    "1401": "chronic_outpatient",
    "1402": "chronic_outpatient",
    "140101": "chronic_outpatient",
    "140104": "chronic_outpatient",
    "140201": "chronic_outpatient",
    "15": "chronic_outpatient",
    "18": "chronic_outpatient",
    "21": "inpatient",
    "2101": "inpatient",
    "22": "inpatient",
    "23": "inpatient",
    "24": "inpatient",
    "25": "inpatient",
    "26": "inpatient",
    "27": "inpatient",
    "28": "inpatient",
    "92": "inpatient",
    "41": "pharmacy",
    "51": "maternity",
    "52": "maternity",
    "53": "maternity",
}
"""med_type 医疗类别 to care class."""

EMERGENCY: Final = frozenset({"13", "1301", "24"})
"""med_type of emergency care: treated as filed (away from home, an emergency needs no filing
beforehand)."""

SETTLED_AS: Final[Mapping[str, frozenset[str]]] = {
    "21": frozenset({"pharmacy", "chronic_outpatient"}),
    "22": frozenset({"outpatient", "chronic_outpatient", "pharmacy", "maternity"}),
    "23": frozenset({"inpatient", "maternity"}),
}
"""Which care classes transactions 21xx, 22xx and 23xx settle."""

PERSON_GROUP: Final[Mapping[str, str]] = {
    "11": "employed",
    "12": "retired",
    "14": "minor",
    "1403": "student",
    "1404": "student",
    "15": "adult",
    "16": "elderly",
}
"""psn_type 人员类别 to the group that policies speak of; the longest code that fits counts."""

FILINGS: Final[Mapping[str, str]] = {
    "1": "referred",
    "2": "referred_down",
    "3": "temporary",
    "4": "long_term",
}
"""refl_type 转院类型: no national list was found, so these are ours: 1 转外, 2 下转, 3 临时外出, 4
长期异地居住."""

CLEARING_TYPE: Final[Mapping[str, str]] = {
    "outpatient": "11",
    "chronic_outpatient": "11",
    "maternity": "21",
    "inpatient": "21",
    "pharmacy": "41",
}
"""clr_type 清算类别 by care class."""

CERTIFICATES: Final[Mapping[str, str]] = {"02": "01"}
"""mdtrt_cert_type by which a person can be told without a card reader, to the psn_cert_type of the
number."""

OTHER_ROWS: Final[Mapping[str, tuple[str, str]]] = {
    "oth_pay": ("999997", "其他支付(补充保险、商业保险、捐赠)"),
    "hosp_part_amt": ("999996", "医院负担"),
}
"""fund_pay_type rows of what no fund of ours pays."""


ACCOUNT_ROW: Final = ("310200", "职工基本医疗保险个人账户")
"""fund_pay_type row of what the personal account paid, as the hospital stated it."""


def bare(code: str) -> str:
    """A code without the leading zeros that get lost on the way."""
    return code.lstrip("0") or "0"


def care_of(med_type: str, infno: str) -> str:
    """The care class of a med_type. Raises BadInput where the code is unknown or the transaction
    settles another class."""
    care = CARE.get(bare(med_type))
    if care is None:
        raise BadInput("CODE_UNKNOWN", field="med_type", rule=f"医疗类别 {med_type} 不在受理范围")
    allowed = SETTLED_AS.get(infno[:2])
    if allowed is not None and care not in allowed:
        raise BadInput(
            "CODE_UNKNOWN", field="med_type", rule=f"医疗类别 {med_type} 不能以 {infno} 结算"
        )
    return care


def person_group(psn_type: str, age: int | None) -> str | None:
    """The group of a psn_type, by age where the code does not tell."""
    for length in (4, 2):
        if psn_type[:length] in PERSON_GROUP:
            return PERSON_GROUP[psn_type[:length]]
    if age is None:
        return None
    return "minor" if age < 18 else "adult"
