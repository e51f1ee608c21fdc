"""Credentials of institutions and used nonces, in the table of settlements (`settlement.keys`)."""

from __future__ import annotations

import time
from typing import Final

from medaid.aws.transaction import Write, put_once, reading
from medaid.ids import InstitutionCode
from medaid.settlement import keys
from medaid.settlement.gateways.model import AccessHolder, InstitutionCredentials
from medaid.settlement.store import SettlementItem

SECONDS: Final = 60.0
"""How long a running function keeps an institution's credentials: an ended one is refused
everywhere within."""


_holders: dict[str, InstitutionCode] = {}
_credentials: dict[str, tuple[float, InstitutionCredentials]] = {}


def read_credentials(institution: str) -> tuple[int, InstitutionCredentials]:
    """All credentials of the institution as they are stored, and how often they were changed.
    Raises Unavailable."""
    item = SettlementItem.find(keys.credentials_key(institution))
    if item is None:
        return 0, InstitutionCredentials(InstitutionCode(institution))
    return item.version, item.record(InstitutionCredentials)


def replace_credentials(version: int, one: InstitutionCredentials) -> Write:
    """All credentials anew; loses where they are no longer those of `version`."""
    key = keys.credentials_key(one.institution)
    return SettlementItem.anew(key, version, one, "credentials")


def read_holder(access_id: str) -> InstitutionCode | None:
    """Whose the access id is, None where it is nobody's. Raises Unavailable."""
    item = SettlementItem.find(keys.access_key(access_id))
    return None if item is None else item.record(AccessHolder).institution


def create_holder(access_id: str, institution: InstitutionCode) -> Write:
    """The access id becomes the institution's for good; loses where it is somebody's."""
    return SettlementItem.create(keys.access_key(access_id), AccessHolder(institution), "access")


def find_credentials(access_id: str) -> InstitutionCredentials | None:
    """The credentials of whom the access id is, from memory where they were read in the last
    minute; None where it is nobody's. Raises Unavailable."""
    holder = _holders.get(access_id) or read_holder(access_id)
    if holder is None:
        return None
    _holders[access_id] = holder
    held = _credentials.get(holder)
    if held is None or time.monotonic() - held[0] >= SECONDS:
        held = _credentials[holder] = (time.monotonic(), read_credentials(holder)[1])
    return held[1]


def use_nonce(access_id: str, nonce: str, expires: int) -> bool:
    """Keeps the nonce as used until `expires`; False where it was used. Raises Unavailable."""
    return put_once(SettlementItem(*keys.nonce_key(access_id, nonce), version=1, expires=expires))


def release_nonce(access_id: str, nonce: str) -> None:
    """The nonce may be used again: its request was not answered. Raises Unavailable."""
    reading(lambda: SettlementItem(*keys.nonce_key(access_id, nonce)).delete())


def forget() -> None:
    """Drops what is kept in memory."""
    _holders.clear()
    _credentials.clear()
