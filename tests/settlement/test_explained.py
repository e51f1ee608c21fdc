"""One settlement as the person's office shows and prints it for a family (J17, J22)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.clearing.test_jobs import event
from tests.settlement.hospital import NOW
from tests.settlement.test_printouts import settled

from medaid.access import service as access
from medaid.aws import rest
from medaid.aws.rest.app import mount, plain
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.regions import Region
from medaid.settlement.explained import api as explained_api

__all__ = ["settled"]
ROLES = ("intake", "auditor", "reviewer", "manager", "inspector")


def ask(setl_id: str, roles: str = "intake", region: str = "440900", more: str = "") -> Any:
    app = mount(rest.resolver(), explained_api.ROUTES, lambda: NOW, plain)
    path = f"/traces/{region}/settlements/{setl_id}{more}"
    answer = app.resolve(event("GET", path, roles=roles, region=region), object())  # type: ignore[arg-type]  # no context is looked at
    if answer["isBase64Encoded"]:
        return answer["statusCode"], answer["body"]
    return answer["statusCode"], json.loads(answer["body"])


def test_each_layer_says_who_paid_and_why_and_the_parts_make_the_whole(settled: str) -> None:
    """Issue: the operators' console, 4: "one settlement as a family can read"."""
    status, shown = ask(settled)
    assert status == 200, shown
    assert (shown["state"], shown["total"], shown["in_policy"]) == (
        "settled",
        "50000.00",
        "45000.00",
    )
    assert shown["category_name"] == "最低生活保障对象"
    assert shown["agency"].startswith("茂名市")
    paid = sum(int(Fen.of_yuan(one["paid"])) for one in shown["layers"])
    assert Fen(paid).yuan() == shown["funds_paid"]
    assert all("依据" in one["sentence"] for one in shown["layers"])
    whole = sum(int(Fen.of_yuan(one["amount"])) for one in shown["payers"])
    assert Fen(whole).yuan() == shown["total"]
    assert shown["payers"][-1]["amount"] == shown["person_pays"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("more", ["", "/paper/pdf"])
def test_the_look_is_recorded(settled: str, role: str, more: str) -> None:
    """Issue: the operators' console, 4, inspector: who looked at whom."""
    day = civil_date(NOW), Region("440900"), "", 200
    assert access.page_of_reads_on(*day)[0] == []
    assert ask(settled, role, more=more)[0] == 200
    (read,) = access.page_of_reads_on(*day)[0]
    assert read.item == settled


@pytest.mark.parametrize(
    ("roles", "region", "status"),
    [
        ("accountant", "440900", 403),
        ("institution", "440900", 403),
        ("intake", "320100", 404),
        ("intake", "440981", 404),
        ("intake", "440000", 200),
        ("intake", "440902", 200),
    ],
)
def test_only_offices_of_the_person_see_it(
    settled: str, roles: str, region: str, status: int
) -> None:
    """Insured there, assisted there, or above; another office is told no more than that there is
    none."""
    for more in ("", "/paper/pdf"):
        assert ask(settled, roles, region, more)[0] == status, more


def test_a_number_that_is_none_is_not_found(settled: str) -> None:
    assert ask("440900SNONE")[1]["code"] == "SETTLEMENT_UNKNOWN"
    assert ask(settled, more="/paper/doc")[0] == 400
