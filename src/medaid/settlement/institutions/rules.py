"""Who is entered in the register of institutions, from which day, and who decides. Pure.

One person proposes, another of the institution's own region or its pooling region decides (Q3.1).
What days have passed under a version is not changed any more: care was settled by its level.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from medaid.errors import BadInput, Conflict, Forbidden, Refused, check_said
from medaid.ids import InstitutionCode, OfficerId
from medaid.instants import aware, civil_date
from medaid.policy.vocabulary import LEVEL_NAMES
from medaid.regions import Region
from medaid.settlement.model import InstitutionRecord, InstitutionVersion

MOST: Final = 200
"""Versions of one institution: every message reads them at once."""
_CODE: Final = re.compile(r"[HP0-9][0-9]{11}", re.ASCII)


def proposed(
    held: InstitutionRecord | None, code: str, region: Region, new: InstitutionVersion
) -> InstitutionRecord:
    """The record of the institution, which lies in `region`, with a version more that waits; as it
    was where it waits already.

    Raises BadInput for a code that is none, a level nobody knows, or a version that begins on a day
    that has passed; Forbidden from an office of another region; Conflict DUPLICATE where the code
    is another region's, STATE while another version waits or there are too many.
    """
    if not _CODE.fullmatch(code):
        rule = "须为十二位:H(医疗机构)、P(药店)或数字,其后十一位数字"
        raise BadInput("FIELD_FORMAT", field="institution", rule=rule)
    if new.level not in LEVEL_NAMES:
        raise BadInput("CODE_UNKNOWN", field="level", rule="、".join(LEVEL_NAMES))
    check_office(region, new.proposed_in)
    versions = held.versions if held is not None else ()
    if held is not None and held.admdvs != region and (held.approved or held.waiting):
        rule = f"该编码已登记在 {held.admdvs}"
        raise Conflict("DUPLICATE", field="institution", rule=rule, id=held.admdvs)
    if held is not None and (waiting := held.waiting) is not None:
        if replace(waiting, proposed_at=new.proposed_at) == new:
            return held
        raise Conflict("STATE", field="institution", rule="已有一项登记待复核,请先复核")
    if len(versions) >= MOST:
        raise Conflict("STATE", field="institution", rule=f"已有 {MOST} 项登记,不能再录入")
    after = InstitutionRecord(InstitutionCode(code), region, (*versions, new))
    _check_day(after, new, civil_date(new.proposed_at))
    return after


def end_of(
    held: InstitutionRecord | None, effective: date, document: str, by: OfficerId, office: Region,
    now: datetime,
) -> InstitutionVersion:  # fmt: skip
    """The version by which the agreement of an institution ends on `effective`: the first day
    without it. Raises Refused INSTITUTION_UNKNOWN, Conflict STATE where it has ended by then."""
    last = held.approved[-1] if held is not None and held.approved else None
    if last is None:
        raise Refused("INSTITUTION_UNKNOWN", field="institution", rule="该机构未登记")
    if not last.active and last.effective <= effective:
        rule = f"该机构的定点协议自 {last.effective} 起终止"
        raise Conflict("STATE", field="effective", rule=rule)
    return InstitutionVersion(
        effective, last.name, last.level, False, document, by, office, aware(now)
    )


def decided(
    held: InstitutionRecord | None,
    approved: bool,
    reason: str,
    by: OfficerId,
    office: Region,
    now: datetime,
) -> InstitutionRecord:
    """The record with what waits decided; as it was where this person has decided so already.

    Raises Refused NOT_FOUND, Forbidden from an office of another region, BadInput for a refusal
    without a reason or where the version's first day has passed meanwhile. That it is another
    person is for who knows the office to see.
    """
    nothing = Refused("NOT_FOUND", field="institution", rule="没有待复核的登记")
    if held is None:
        raise nothing
    check_office(held.admdvs, office)
    if held.waiting is None:
        last = held.versions[-1]
        if (last.decided_by, last.approved) == (by, approved):
            return held
        raise nothing
    check_said(approved, reason)
    if approved:
        _check_day(held, held.waiting, civil_date(now))
    done = replace(
        held.waiting,
        decided_by=by,
        decided_in=office,
        decided_at=aware(now),
        approved=approved,
        reason=reason.strip(),
    )
    return replace(held, versions=(*held.versions[:-1], done))


def check_office(region: Region, office: Region) -> None:
    """Raises Forbidden unless the office is of the institution's region or its pooling region."""
    if office not in (region, region.pooling):
        rule = f"机构属 {region},由其医保经办机构登记"
        raise Forbidden("FORBIDDEN", field="admdvs", rule=rule)


def _check_day(held: InstitutionRecord, new: InstitutionVersion, today: date) -> None:
    """A first version may begin on any day, as nothing was settled before it; a change begins
    tomorrow or later, an end today or later."""
    if not held.approved or new.effective > today:
        return
    if new.active or new.effective < today:
        rule = "已过的日子已按原登记结算,变更最早自次日、终止最早自当日起"
        raise BadInput("DATE_ORDER", field="effective", rule=rule)
