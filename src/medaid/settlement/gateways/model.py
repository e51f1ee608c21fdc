"""By which secrets institutions prove themselves. Frozen values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from medaid.ids import NOBODY, InstitutionCode, OfficerId
from medaid.regions import Region

ACCESS_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{3,63}", re.ASCII)
"""What a program may name itself by; anything else is nobody's, and no table is asked for it."""


class Gateway(StrEnum):
    """How an institution proves itself besides by the sign-in's token."""

    TIF = "tif"
    """Guangdong: `x-tif-paasid`, `-timestamp`, `-nonce`, `-signature`."""
    API = "api"
    """Hunan: `_api_name`, `_api_version`, `_api_timestamp`, `_api_access_key`, `_api_signature`."""
    CLIENT = "client"
    """Jilin: an id and a secret for a token of half an hour, then one address."""


@dataclass(frozen=True, slots=True)
class GatewayCredential:
    """One secret of an institution, as one person entered and another approved it. The secret
    itself lies apart, by `number`."""

    number: int
    gateway: Gateway
    access_id: str
    """What the program names itself by: x-tif-paasid, _api_access_key, client_id."""
    document: str
    """Number of the agreement or letter that it rests on."""
    proposed_by: OfficerId
    proposed_in: Region
    proposed_at: datetime
    decided_by: OfficerId = NOBODY
    decided_in: Region | None = None
    decided_at: datetime | None = None
    approved: bool = False
    reason: str = ""
    """Why it was not approved."""
    issued_by: OfficerId = NOBODY
    issued_at: datetime | None = None
    """When its secret was made and shown, which happens once."""
    ended_by: OfficerId = NOBODY
    ended_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """Whether who signs with its secret is let in."""
        return self.approved and self.issued_at is not None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class InstitutionCredentials:
    """All credentials of one institution, in the order in which they were entered; the last may
    wait for its decision."""

    institution: InstitutionCode
    credentials: tuple[GatewayCredential, ...] = ()

    @property
    def waiting(self) -> GatewayCredential | None:
        last = self.credentials[-1] if self.credentials else None
        return last if last is not None and last.decided_at is None else None

    def counting(self, gateway: Gateway, access_id: str) -> list[GatewayCredential]:
        """The newest first."""
        return [
            one
            for one in reversed(self.credentials)
            if one.counts and (one.gateway, one.access_id) == (gateway, access_id)
        ]


@dataclass(frozen=True, slots=True)
class AccessHolder:
    """Whose an access id is. It never becomes another's."""

    institution: InstitutionCode
