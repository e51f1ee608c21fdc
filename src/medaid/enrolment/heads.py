"""Whether a head may be claimed for by the register of a day (N9, Q2.1): who is verified and paid
for, who is left out with why, and who has to be looked at. Pure.

Sources: 苏医保发〔2022〕53号 九; 秦安县84号(2018)二(一).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from medaid.enrolment.model import (
    PAID,
    Contribution,
    FindingKind,
    HeadFinding,
    RowOutcome,
)
from medaid.papers.service import word
from medaid.people.model import PersonFile

_OTHER: Final = {"310": "职工基本医疗保险", "340": "离休人员医疗保障"}
_OUT: Final = {
    FindingKind.NO_NUMBER: "无身份信息",
    FindingKind.WRONG_NUMBER: "身份信息错误",
}
_REVIEW: Final = {
    FindingKind.DEAD: "登记日前已死亡",
    FindingKind.OTHER_COVER: "有其他医疗保障",
    FindingKind.NAME_DIFFERS: "证件号码与姓名不符",
}


class HeadVerdict(NamedTuple):
    """What becomes of a head, and why, in Chinese."""

    outcome: RowOutcome
    reasons: tuple[str, ...]


def verdict(
    one: Contribution,
    paid: bool,
    file: PersonFile,
    certificate_fault: str,
    contributions: Sequence[Contribution],
    findings: Sequence[HeadFinding],
    day: date,
) -> HeadVerdict:
    """What becomes of the head of `one` on the register of `day`: left out where anything keeps it
    out for certain, else to be looked at where another office found something that nobody has
    verified since, else claimed for."""
    out = [*_kept_out(one, paid, file, certificate_fault, contributions, day)]
    known = {f.kind: f for f in findings if f.since <= day}
    verified = known.get(FindingKind.VERIFIED)
    standing = [f for f in known.values() if verified is None or verified.at < f.at]
    out += [_OUT[f.kind] for f in standing if f.kind in _OUT]
    if out:
        return HeadVerdict(RowOutcome.OUT, tuple(out))
    asked = tuple(_REVIEW[f.kind] for f in standing if f.kind in _REVIEW)
    return HeadVerdict(RowOutcome.REVIEW if asked else RowOutcome.TAKEN, asked)


def _kept_out(
    one: Contribution,
    paid: bool,
    file: PersonFile,
    certificate_fault: str,
    contributions: Sequence[Contribution],
    day: date,
) -> list[str]:
    found = []
    if not paid:
        found.append(f"未缴费({word('contribution', one.state)})")
    if not one.begin <= day <= one.end:
        found.append(f"{day} 不在参保期内")
    if not file.person.certno:
        found.append("无身份信息")
    elif certificate_fault:
        found.append(f"身份信息错误:{certificate_fault}")
    twice = [
        other
        for other in contributions
        if other.cover_year == one.cover_year
        and other.region.pooling != one.region.pooling
        and other.region.province == one.region.province
        and other.state in PAID
    ]
    if twice:
        places = "、".join(sorted({str(other.region.pooling) for other in twice}))
        found.append(f"险种内重复参保(另在 {places})")
    found += [
        f"险种间重复参保({_OTHER[held.insutype]})"
        for held in file.insurances
        if held.insutype in _OTHER and held.covers(day)
    ]
    return found
