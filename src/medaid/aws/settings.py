"""Everything the surroundings decide, read once from the environment. The template sets each name;
docs/operations.md lists them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

TABLES = (
    "people",
    "settlement",
    "journal",
    "outbox",
    "reimbursement",
    "clearing",
    "fund",
    "payments",
    "receipts",
    "access",
    "catalogue",
    "followup",
    "enrolment",
)
"""The tables of the stack, each owned by the package of that name: `outbox` by `medaid.aws.outbox`,
`journal` (the entries) and `fund` (all else of the books) by `medaid.fund`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of the stack's resources and the claims by which a token says whose it is. A name that
    is empty is a resource that this function does not have."""

    tables: Mapping[str, str]
    bucket: str
    institution_claim: str
    region_claim: str
    roles_claim: str
    point_claim: str
    token_issuer: str
    """The sign-in whose tokens a function proves itself, and `token_audience` for whom they are."""
    token_audience: str
    token_keys: str
    """Where the sign-in's public keys lie; empty: where the sign-in itself says."""
    sign_in: str
    """Where people sign in (the sign-in's authorization endpoint), `sign_in_tokens` where a page
    gets its token, `sign_in_end` where a sign-in ends. Empty: no page can sign anybody in."""
    sign_in_tokens: str
    sign_in_end: str
    files_address: str
    """Where the browser reads and puts files of the bucket (the origin of presigned addresses)."""
    secrets: str
    """Path under which the secrets of institutions lie."""
    data_key: str
    """The key that encrypts them."""
    message_queue: str
    """URL of the queue that the region's text-message or app gateway reads (J16)."""
    clearing_queue: str
    """URL of the queue of institutions' months; without it they are made one after the other."""
    morning_queue: str
    """URL of the queue of a morning's and a month's steps; without it one process does them."""
    year_end_queue: str
    """URL of the queue of a year end's slices; without it they are made one after the other."""
    enrolment_queue: str
    """URL of the queue of enrolment's slices; without it they are made one after the other."""
    national_level: str
    """`local` where this installation plays the national level of clearing too (X12)."""
    sealing_function: str
    """The function that alone may write seals of the books; without it who asks seals itself."""
    anchor_bucket: str
    """Where seals are anchored."""
    seal_key: str
    """The key that signs them."""
    region: str
    storage_endpoint: str | None
    """Where DynamoDB answers, if not at its public address."""


@cache
def settings() -> Settings:
    """The settings of this process. Defaults serve tests and the local tools."""
    env = os.environ.get
    return Settings(
        tables={name: env(f"MEDAID_TABLE_{name.upper()}", f"medaid-{name}") for name in TABLES},
        bucket=env("MEDAID_BUCKET", "medaid-exchange"),
        institution_claim=env("MEDAID_INSTITUTION_CLAIM", "custom:fixmedins_code"),
        region_claim=env("MEDAID_REGION_CLAIM", "custom:admdvs"),
        roles_claim=env("MEDAID_ROLES_CLAIM", "cognito:groups"),
        point_claim=env("MEDAID_POINT_CLAIM", "custom:point"),
        token_issuer=env("MEDAID_TOKEN_ISSUER", ""),
        token_audience=env("MEDAID_TOKEN_AUDIENCE", ""),
        token_keys=env("MEDAID_TOKEN_KEYS", ""),
        sign_in=env("MEDAID_SIGN_IN", ""),
        sign_in_tokens=env("MEDAID_SIGN_IN_TOKENS", ""),
        sign_in_end=env("MEDAID_SIGN_IN_END", ""),
        files_address=env("MEDAID_FILES_ADDRESS", ""),
        secrets=env("MEDAID_SECRETS", "/medaid/institutions"),
        data_key=env("MEDAID_KEY_DATA", ""),
        message_queue=env("MEDAID_QUEUE_MESSAGES", ""),
        clearing_queue=env("MEDAID_QUEUE_CLEARING", ""),
        morning_queue=env("MEDAID_QUEUE_MORNING", ""),
        year_end_queue=env("MEDAID_QUEUE_YEAR_END", ""),
        enrolment_queue=env("MEDAID_QUEUE_ENROLMENT", ""),
        national_level=env("MEDAID_NATIONAL", "local"),
        sealing_function=env("MEDAID_FUNCTION_SEAL", ""),
        anchor_bucket=env("MEDAID_BUCKET_ANCHOR", ""),
        seal_key=env("MEDAID_KEY_SEAL", ""),
        region=env("AWS_REGION", env("AWS_DEFAULT_REGION", "cn-north-1")),
        storage_endpoint=env("AWS_ENDPOINT_URL_DYNAMODB", env("AWS_ENDPOINT_URL")),
    )
