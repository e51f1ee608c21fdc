"""Routes of how institutions prove themselves to the national interface (docs/adr/0094)."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from medaid.aws.rest.bodies import Body, Decision, InstantText, NameOf, Short, Shown
from medaid.aws.rest.table import READERS, Call, Routes
from medaid.aws.rest.two_people import DecidedShown
from medaid.instants import aware
from medaid.regions import Region
from medaid.settlement.gateways import credentials
from medaid.settlement.gateways.model import (
    Gateway,
    GatewayCredential,
    InstitutionCredentials,
)

ROUTES: Final[Routes[None]] = Routes("gateways", "医药机构接入凭证")
_ALL: Final = "/institutions/{admdvs}/{institution}/credentials"


class CredentialBody(Body):
    """A way by which the institution's program proves itself, and the id it names itself by."""

    gateway: Gateway
    access_id: Short
    document: Short


class CredentialNumber(Body):
    number: Annotated[int, Field(ge=1, le=200)]


class CredentialShown(DecidedShown):
    """A credential with who proposed, decided, made its secret and ended it (empty until then)."""

    number: int
    gateway: str
    access_id: str
    document: str
    counts: bool
    issued_by: str
    issued_by_name: Annotated[str, NameOf("issued_by", "issued_at")] = ""
    issued_at: InstantText
    ended_by: str
    ended_by_name: Annotated[str, NameOf("ended_by", "ended_at")] = ""
    ended_at: InstantText


class CredentialsShown(Shown):
    institution: str
    credentials: list[CredentialShown]


class SecretShown(Shown):
    """The secret, which no later answer holds."""

    number: int
    gateway: str
    access_id: str
    secret: str


@ROUTES.get(_ALL, "机构的接入凭证", roles=READERS)
def list_credentials(call: Call[None, None], admdvs: Region, institution: str) -> CredentialsShown:
    return _shown(credentials.get_credentials(institution, admdvs))


@ROUTES.post(_ALL, "登记接入凭证(待复核)", roles=("manager",), status=201)
def propose_credential(
    call: Call[None, CredentialBody], admdvs: Region, institution: str
) -> CredentialsShown:
    sent = call.body
    new = GatewayCredential(
        0, sent.gateway, sent.access_id, sent.document, call.by, admdvs, aware(call.now)
    )
    return _shown(credentials.propose_credential(institution, new))


@ROUTES.post(f"{_ALL}/decision", "复核接入凭证", roles=("manager", "reviewer"))
def decide_credential(
    call: Call[None, Decision], admdvs: Region, institution: str
) -> CredentialsShown:
    sent = call.body
    return _shown(
        credentials.decide_credential(
            institution, sent.approved, sent.reason, call.by, admdvs, call.now
        )
    )


@ROUTES.post(f"{_ALL}/secret", "生成密钥(只显示一次)", roles=("manager",), status=201)
def issue_secret(
    call: Call[None, CredentialNumber], admdvs: Region, institution: str
) -> SecretShown:
    one, secret = credentials.issue_secret(institution, call.body.number, call.by, admdvs, call.now)
    return SecretShown(
        number=one.number, gateway=one.gateway, access_id=one.access_id, secret=secret
    )


@ROUTES.post(f"{_ALL}/end", "停用接入凭证", roles=("manager", "reviewer"))
def end_credential(
    call: Call[None, CredentialNumber], admdvs: Region, institution: str
) -> CredentialsShown:
    return _shown(
        credentials.end_credential(institution, call.body.number, call.by, admdvs, call.now)
    )


def _shown(held: InstitutionCredentials) -> CredentialsShown:
    return CredentialsShown(
        institution=held.institution,
        credentials=[CredentialShown.of(one) for one in held.credentials],
    )
