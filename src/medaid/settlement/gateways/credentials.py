"""Credentials of institutions at the office: proposed, decided on by somebody else, their secret
made and shown once, ended at once (docs/adr/0094)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from medaid.aws.secrets import create_secret
from medaid.aws.transaction import ConditionFailed, Decided, Write, refuse_as_changed, transact
from medaid.errors import Conflict, Refused
from medaid.ids import OfficerId
from medaid.payments.service import check_second
from medaid.regions import Region
from medaid.settlement.gateways import rules, store
from medaid.settlement.gateways.model import GatewayCredential, InstitutionCredentials
from medaid.settlement.institutions.service import get_record

SECRET_BYTES = 32


def get_credentials(code: str, office: Region) -> InstitutionCredentials:
    """All credentials of an institution of the office's region or pooling region. Raises Refused
    INSTITUTION_UNKNOWN, Forbidden, Unavailable."""
    get_record(code, office)
    return store.read_credentials(code)[1]


def propose_credential(code: str, new: GatewayCredential) -> InstitutionCredentials:
    """Keeps a new credential until somebody else decides; the same again is the same proposal.
    Raises as `get_credentials` and `rules.proposed`; Conflict DUPLICATE for another's access id."""
    _check_approved(code, new.proposed_in)
    _check_free(new.access_id, code)
    return _changed(code, lambda held: rules.proposed(held, new))


def decide_credential(
    code: str, approved: bool, reason: str, by: OfficerId, office: Region, now: datetime
) -> InstitutionCredentials:
    """Second person: the credential counts once its secret is made, or never. The access id is the
    institution's from now on.

    Raises as `get_credentials` and `rules.decided`; Forbidden SEPARATION for who proposed it or
    stands in for them; Conflict DUPLICATE for another's access id.
    """
    get_record(code, office)

    def change(held: InstitutionCredentials) -> InstitutionCredentials:
        after = rules.decided(held, approved, reason, by, office, now)
        if approved and after != held:
            one = after.credentials[-1]
            for region in dict.fromkeys((office, one.proposed_in)):
                check_second(
                    region, by, one.proposed_by, one.proposed_at, now, "录入与复核不得为同一人"
                )
        return after

    return _changed(code, change)


def issue_secret(
    code: str, number: int, by: OfficerId, office: Region, now: datetime
) -> tuple[GatewayCredential, str]:
    """Makes the secret of an approved credential and answers it, this once: from now on it counts.
    Where the answer is lost, the credential is ended and another is entered.

    Raises as `get_credentials` and `rules.issued`; Conflict STATE where it was made before.
    """
    get_record(code, office)
    version, held = store.read_credentials(code)
    after = rules.issued(held, number, by, now)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    if not create_secret(f"{code}/{number}", secret):
        rule = "密钥已生成,只显示一次;遗失请登记新的凭证"
        raise Conflict("STATE", field="number", rule=rule)
    write = store.replace_credentials(version, after)
    transact(lambda: Decided(None, [write]), refuse_as_changed)
    return after.credentials[number - 1], secret


def end_credential(
    code: str, number: int, by: OfficerId, office: Region, now: datetime
) -> InstitutionCredentials:
    """The credential counts no longer; every counter knows within a minute. One person ends it
    alone: taking a right away must not wait. Raises as `get_credentials` and `rules.ended`."""
    get_record(code, office)
    return _changed(code, lambda held: rules.ended(held, number, by, now))


def _check_approved(code: str, office: Region) -> None:
    if not get_record(code, office).approved:
        raise Refused("INSTITUTION_UNKNOWN", field="institution", rule="该机构的登记尚未复核")


def _check_free(access_id: str, code: str) -> bool:
    """Whether the access id is nobody's yet. Raises Conflict DUPLICATE where it is another's."""
    holder = store.read_holder(access_id)
    if holder not in (None, code):
        raise Conflict("DUPLICATE", field="access_id", rule="该接入编号已属其他机构")
    return holder is None


def _changed(
    code: str, change: Callable[[InstitutionCredentials], InstitutionCredentials]
) -> InstitutionCredentials:
    def decide() -> Decided[InstitutionCredentials]:
        version, before = store.read_credentials(code)
        after = change(before)
        if after == before:
            return Decided(after)
        writes: list[Write] = [store.replace_credentials(version, after)]
        last = after.credentials[-1]
        newly = last.approved and before.waiting is not None
        if newly and _check_free(last.access_id, code):
            writes.append(store.create_holder(last.access_id, after.institution))
        return Decided(after, writes)

    def lost(failed: ConditionFailed) -> None:
        if failed.labels != ("access",):
            refuse_as_changed(failed)

    return transact(decide, lost)
