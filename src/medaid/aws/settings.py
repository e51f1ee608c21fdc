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
)
"""The tables of the stack, each owned by the package of that name: `outbox` by `medaid.aws.outbox`,
`journal` (the entries) and `fund` (all else of the books) by `medaid.fund`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of the stack's resources and the claims by which a token says whose it is."""

    tables: Mapping[str, str]
    bucket: str
    institution_claim: str
    region_claim: str
    roles_claim: str


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
    )
