"""Senders of rosters as officers enter them: which department of which region reports what. Values
and rules; pure.

Source: 苏医保办发〔2023〕27号 art. 8, 9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from medaid.errors import BadInput, Conflict, Refused, check_said
from medaid.ids import NOBODY, OfficerId
from medaid.instants import aware
from medaid.people.catalogue import KINDS, Catalogue, Sender
from medaid.regions import Region

_CODE: Final = re.compile(r"[a-z][a-z0-9-]{2,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SenderEntry:
    """What one person proposed that a sender may do, and what another decided. Without kinds it may
    report nothing any more."""

    name: str
    department: str
    kinds: tuple[str, ...]
    regions: tuple[Region, ...]
    categories: tuple[str, ...]
    """Empty: all that its department determines."""
    document: str
    proposed_by: OfficerId
    proposed_at: datetime
    decided_by: OfficerId = NOBODY
    decided_at: datetime | None = None
    approved: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RegisteredSender:
    """All that was entered of one sender, by the office of `office`; the last may wait."""

    code: str
    office: Region
    entries: tuple[SenderEntry, ...]

    @property
    def current(self) -> SenderEntry | None:
        """What counts: the last that was approved."""
        return next((one for one in reversed(self.entries) if one.approved), None)

    @property
    def waiting(self) -> SenderEntry | None:
        """What nobody has decided on yet."""
        return self.entries[-1] if self.entries[-1].decided_at is None else None

    @property
    def sender(self) -> Sender | None:
        """The sender as drops are checked against it; None before its first approval, and where it
        may report nothing."""
        one = self.current
        if one is None or not one.kinds:
            return None
        narrowed = frozenset(one.categories) if one.categories else None
        return Sender(
            self.code, one.name, one.department, frozenset(one.kinds), tuple(one.regions), narrowed
        )


def proposed(
    held: RegisteredSender | None, code: str, office: Region, new: SenderEntry, known: Catalogue
) -> RegisteredSender:
    """The sender with an entry more that waits; as it was where it waits already.

    Raises BadInput for a code, department, kind, category or region that is none or is not the
    office's to give, Conflict DUPLICATE where the code is another office's or ships with the
    program, STATE while another entry waits.
    """
    _check(code, office, new, known)
    if code in known.senders or (held is not None and held.office != office):
        raise Conflict("DUPLICATE", field="sender", rule="该报送单位编号已被使用")
    if held is None:
        return RegisteredSender(code, office, (new,))
    if held.waiting is not None:
        if replace(held.waiting, proposed_at=new.proposed_at) == new:
            return held
        raise Conflict("STATE", field="sender", rule="已有一项登记待复核,请先复核")
    return replace(held, entries=(*held.entries, new))


def _check(code: str, office: Region, new: SenderEntry, known: Catalogue) -> None:
    if not _CODE.fullmatch(code):
        rule = "三至四十位小写字母、数字和连字符,以字母开头"
        raise BadInput("FIELD_FORMAT", field="sender", rule=rule)
    if new.department not in known.departments:
        raise BadInput("CODE_UNKNOWN", field="department", rule="、".join(known.departments))
    if strays := [one for one in new.kinds if one not in KINDS]:
        raise BadInput("CODE_UNKNOWN", field="kinds", rule=f"没有 {strays[0]}")
    theirs = {one.code for one in known.categories.values() if new.department in one.departments}
    if others := sorted(set(new.categories) - theirs):
        rule = f"{others[0]} 不由该部门认定"
        raise BadInput("CODE_UNKNOWN", field="categories", rule=rule)
    if not new.regions:
        raise BadInput("FIELD_REQUIRED", field="regions", rule="至少一个地区")
    if away := [one for one in new.regions if not office.contains(one)]:
        raise BadInput("FORBIDDEN", field="regions", rule=f"{away[0]} 不属本机构辖区")


def decided(
    held: RegisteredSender | None, approved: bool, reason: str, by: OfficerId, now: datetime
) -> RegisteredSender:
    """The sender with what waits decided. That it is another person is for who knows the office.
    Raises Refused NOT_FOUND, BadInput for a refusal without a reason."""
    if held is None or held.waiting is None:
        raise Refused("NOT_FOUND", field="sender", rule="没有待复核的登记")
    check_said(approved, reason)
    done = replace(
        held.waiting, decided_by=by, decided_at=aware(now), approved=approved, reason=reason.strip()
    )
    return replace(held, entries=(*held.entries[:-1], done))
