"""Credentials of institutions: proposed by one person, decided by another, their secret made once,
ended by anyone of the office at once. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final, NoReturn

from medaid.errors import BadInput, Conflict, Refused, check_said
from medaid.ids import OfficerId
from medaid.instants import aware
from medaid.regions import Region
from medaid.settlement.gateways.model import (
    ACCESS_ID,
    GatewayCredential,
    InstitutionCredentials,
)

MOST: Final = 200
"""Credentials of one institution: its first message of a minute reads them all."""


def proposed(held: InstitutionCredentials, new: GatewayCredential) -> InstitutionCredentials:
    """`held` with a credential more that waits; as it was where the same waits already.

    Raises BadInput for an access id that is none; Conflict STATE while another waits or there are
    too many.
    """
    if not ACCESS_ID.fullmatch(new.access_id):
        rule = "须为 4 至 64 个字母、数字、点、横线"
        raise BadInput("FIELD_FORMAT", field="access_id", rule=rule)
    if (waiting := held.waiting) is not None:
        if replace(waiting, proposed_at=new.proposed_at) == replace(new, number=waiting.number):
            return held
        raise Conflict("STATE", field="institution", rule="已有一项凭证待复核,请先复核")
    if len(held.credentials) >= MOST:
        raise Conflict("STATE", field="institution", rule=f"已有 {MOST} 项凭证,不能再登记")
    added = replace(new, number=len(held.credentials) + 1)
    return replace(held, credentials=(*held.credentials, added))


def decided(
    held: InstitutionCredentials,
    approved: bool,
    reason: str,
    by: OfficerId,
    office: Region,
    now: datetime,
) -> InstitutionCredentials:
    """`held` with what waits decided; as it was where this person has decided so already. That it
    is another person is for who knows the office to see.

    Raises Refused NOT_FOUND where nothing waits; BadInput for a refusal without a reason.
    """
    waiting = held.waiting
    if waiting is None:
        last = held.credentials[-1] if held.credentials else None
        if last is not None and (last.decided_by, last.approved) == (by, approved):
            return held
        raise Refused("NOT_FOUND", field="institution", rule="没有待复核的凭证")
    check_said(approved, reason)
    done = replace(
        waiting,
        decided_by=by,
        decided_in=office,
        decided_at=aware(now),
        approved=approved,
        reason=reason.strip(),
    )
    return replace(held, credentials=(*held.credentials[:-1], done))


def issued(
    held: InstitutionCredentials, number: int, by: OfficerId, now: datetime
) -> InstitutionCredentials:
    """`held` with the secret of `number` made. Raises Refused NOT_FOUND, Conflict STATE where it is
    not approved, was made before, or has ended."""
    one = _one(held, number)
    if not one.approved:
        _state("凭证未经复核同意")
    if one.issued_at is not None:
        _state("密钥已生成,只显示一次;遗失请登记新的凭证")
    if one.ended_at is not None:
        _state("凭证已停用")
    return _with(held, replace(one, issued_by=by, issued_at=aware(now)))


def ended(
    held: InstitutionCredentials, number: int, by: OfficerId, now: datetime
) -> InstitutionCredentials:
    """`held` with `number` ended; as it was where it has ended. Raises Refused NOT_FOUND, Conflict
    STATE where nobody has approved it."""
    one = _one(held, number)
    if one.ended_at is not None:
        return held
    if not one.approved:
        _state("凭证未经复核同意")
    return _with(held, replace(one, ended_by=by, ended_at=aware(now)))


def _one(held: InstitutionCredentials, number: int) -> GatewayCredential:
    for one in held.credentials:
        if one.number == number:
            return one
    raise Refused("NOT_FOUND", field="number", rule=f"没有第 {number} 号凭证")


def _with(held: InstitutionCredentials, changed: GatewayCredential) -> InstitutionCredentials:
    return replace(
        held,
        credentials=tuple(
            changed if one.number == changed.number else one for one in held.credentials
        ),
    )


def _state(rule: str) -> NoReturn:
    raise Conflict("STATE", field="number", rule=rule)
