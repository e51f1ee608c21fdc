"""The offices of the demonstration: officers by name and post, institutions agreed on by two of
them, the policies that ship with the product. Everything is to be called after `connected`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from importlib import resources
from typing import Final

from medaid.errors import Refused
from medaid.ids import OfficerId
from medaid.local.stack import Stack
from medaid.regions import Region
from medaid.settlement.model import Institution, InstitutionVersion

REGISTRARS: Final = (("登记", "邓协议", "定点机构登记岗"), ("复核", "罗核对", "定点机构复核岗"))
BEGUN: Final = date(2018, 1, 1)
"""From when its hospitals are contracted."""


def data(name: str) -> bytes:
    """A file of the demonstration."""
    return resources.files("medaid.local").joinpath("demo_data", name).read_bytes()


def publish_policies() -> None:
    """The packs that ship with the product, as the settlements of this cloud use them."""
    from medaid.settlement import (
        service,
    )  # reads its surroundings when imported, so after `connected`

    service.publish_packs()


def enter_officers(stack: Stack) -> None:
    """Officers with name and post, as their manager enters them."""
    people = json.loads(data("officers.json"))
    for one in people:
        stack.user(one["user"], admdvs=one["admdvs"], roles=[one["role"]])
    subjects = [stack.subject(one["user"]) for one in people]
    for subject, one in zip(subjects, people, strict=True):
        _name_officer(one["admdvs"], subject, one["name"], one["post"], subjects[0])


def _name_officer(admdvs: str, subject: str, name: str, post: str, by: str) -> None:
    from medaid.aws.clock import now  # imported after `connected`
    from medaid.payments.service import name_officer

    name_officer(Region(admdvs), OfficerId(subject), name, post, OfficerId(by), now())


def enter_institutions(institutions: Sequence[Institution]) -> None:
    """Two officers of each institution's region enter it; one that is known stays as it is."""
    from medaid.aws.clock import now  # imported after `connected`, with all that follows
    from medaid.settlement.institutions import service
    from medaid.settlement.service import institution_region

    for one in institutions:
        region = Region(one.admdvs)
        enters, decides = (OfficerId(subject) for subject, _, _ in REGISTRARS)
        for registrar in REGISTRARS:
            _name_officer(one.admdvs, *registrar, by=decides)
        try:
            institution_region(one.code)
        except Refused:
            new = InstitutionVersion(
                BEGUN, one.name, one.level, True, "演示协议", enters, region, now()
            )
            service.propose_institution(one.code, region, new)
            service.decide_institution(one.code, True, "", decides, region, now())
