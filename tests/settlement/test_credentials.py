"""Credentials at the office: by two people, each for its own region's institutions, the secret
shown once. Issue: the hospital's door, 1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import Tables
from tests.settlement.hospital import NANJING, NOW, TOWNSHIP, contracted
from tests.settlement.signing import HOSPITAL, ask, entered

from medaid.aws import secrets
from medaid.aws.secrets import create_secret, read_secret
from medaid.errors import Conflict
from medaid.ids import InstitutionCode, OfficerId
from medaid.regions import Region
from medaid.settlement.gateways import rules
from medaid.settlement.gateways.model import (
    Gateway,
    GatewayCredential,
    InstitutionCredentials,
)

NEW = GatewayCredential(
    0, Gateway.TIF, "his-one", "接入函", OfficerId("o-1"), Region("440902"), NOW
)
BODY = {"gateway": "tif", "access_id": "his-one", "document": "接入函1号"}


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()


def wrong(answer: tuple[int, dict[str, Any]], status: int, code: str, field: str = "") -> None:
    assert (answer[0], answer[1]["code"]) == (status, code), answer
    assert field in answer[1]["field"]


def test_two_people_and_then_the_secret_once() -> None:
    status, shown = ask("", BODY)
    (one,) = shown["credentials"]
    assert (status, one["number"], one["approved"], one["counts"]) == (201, 1, False, False)
    assert ask("", BODY)[1] == shown, "the same again is the same proposal"
    wrong(ask("/secret", {"number": 1}), 409, "STATE", "number")
    wrong(ask("/decision", {"approved": True}), 403, "SEPARATION")
    status, shown = ask("/decision", {"approved": True}, "officer-2")
    assert (status, shown["credentials"][0]["counts"]) == (200, False)
    assert ask("/decision", {"approved": True}, "officer-2")[1] == shown
    status, made = ask("/secret", {"number": 1})
    assert (status, made["access_id"], made["gateway"]) == (201, "his-one", "tif")
    assert read_secret(f"{HOSPITAL}/1") == made["secret"]
    wrong(ask("/secret", {"number": 1}), 409, "STATE", "number")
    (one,) = ask("")[1]["credentials"]
    assert (one["counts"], one["issued_by"]) == (True, "officer-1")
    assert ask("/end", {"number": 1}, "officer-2")[1]["credentials"][0]["ended_by"] == "officer-2"
    again = ask("/end", {"number": 1})[1]["credentials"][0]
    assert (again["ended_by"], again["counts"]) == ("officer-2", False)


@pytest.mark.parametrize(
    ("who", "changes", "status", "code", "field"),
    [
        ({"region": "320100"}, {}, 403, "FORBIDDEN", "admdvs"),
        ({"role": "reviewer"}, {}, 403, "FORBIDDEN", ""),
        ({"role": "institution"}, {}, 403, "FORBIDDEN", ""),
        ({"institution": NANJING.code}, {}, 403, "FORBIDDEN", "admdvs"),
        ({"institution": "H44090299999"}, {}, 422, "INSTITUTION_UNKNOWN", "institution"),
        ({}, {"gateway": "ebus"}, 400, "CODE_UNKNOWN", "gateway"),
        ({}, {"access_id": "abc"}, 400, "FIELD_FORMAT", "access_id"),
        ({}, {"access_id": "a b c d"}, 400, "FIELD_FORMAT", "access_id"),
        ({}, {"access_id": "a#bcd"}, 400, "FIELD_FORMAT", "access_id"),
        ({}, {"access_id": "医院一号"}, 400, "FIELD_FORMAT", "access_id"),
        ({}, {"document": ""}, 400, "FIELD_FORMAT", "document"),
        ({}, {"secret": "mine"}, 400, "FIELD_UNKNOWN", "secret"),
    ],
)
def test_what_is_wrong_with_an_entry_is_named(
    who: dict[str, str],
    changes: dict[str, Any],
    status: int,
    code: str,
    field: str,
    tables: Tables,
) -> None:
    seen = tables.items("settlement")
    wrong(ask("", BODY | changes, **who), status, code, field)
    assert tables.items("settlement") == seen
    assert ask("", BODY)[0] == 201


@pytest.mark.parametrize("path", ["/decision", "/secret", "/end"])
def test_another_regions_office_acts_on_nothing(path: str) -> None:
    ask("", BODY)
    body = {"approved": True} if path == "/decision" else {"number": 1}
    wrong(ask(path, body, "officer-9", "320100"), 403, "FORBIDDEN", "admdvs")
    wrong(ask(path, body, "officer-9", role="cashier"), 403, "FORBIDDEN")
    wrong(ask("", None, "officer-9", "320100"), 403, "FORBIDDEN", "admdvs")


def test_an_access_id_never_becomes_another_institutions() -> None:
    number, _ = entered("tif")
    ask("/end", {"number": number})
    other = ask("", BODY, institution=TOWNSHIP.code)
    wrong(other, 409, "DUPLICATE", "access_id")
    assert ask("", BODY | {"access_id": "his-two"}, institution=TOWNSHIP.code)[0] == 201


def test_of_two_that_wait_for_one_access_id_the_first_approved_gets_it() -> None:
    assert ask("", BODY)[0] == 201
    assert ask("", BODY, institution=TOWNSHIP.code)[0] == 201
    assert ask("/decision", {"approved": True}, "officer-2")[0] == 200
    late = ask("/decision", {"approved": True}, "officer-2", institution=TOWNSHIP.code)
    wrong(late, 409, "DUPLICATE", "access_id")
    gone = ask("/decision", {"approved": False, "reason": "重复"}, "officer-2",
               institution=TOWNSHIP.code)  # fmt: skip
    assert gone[0] == 200


def test_one_waits_at_a_time_and_a_refused_one_never_counts() -> None:
    ask("", BODY)
    wrong(ask("", BODY | {"access_id": "his-two"}), 409, "STATE", "institution")
    wrong(ask("/decision", {"approved": False}, "officer-2"), 400, "FIELD_REQUIRED", "reason")
    refused = {"approved": False, "reason": "编号不对"}
    assert ask("/decision", refused, "officer-2")[1]["credentials"][0]["reason"] == "编号不对"
    wrong(ask("/decision", {"approved": True}, "officer-2"), 404, "NOT_FOUND", "institution")
    for path in ("/secret", "/end"):
        wrong(ask(path, {"number": 1}), 409, "STATE", "number")
        wrong(ask(path, {"number": 2}), 404, "NOT_FOUND", "number")
    assert ask("", BODY | {"access_id": "his-two"})[0] == 201


def test_a_secret_is_never_written_twice() -> None:
    """Also where the record of the first was lost."""
    ask("", BODY)
    ask("/decision", {"approved": True}, "officer-2")
    assert create_secret(f"{HOSPITAL}/1", "first")
    wrong(ask("/secret", {"number": 1}), 409, "STATE", "number")
    secrets.forget()
    assert read_secret(f"{HOSPITAL}/1") == "first"


def test_an_ended_credential_gets_no_secret() -> None:
    ask("", BODY)
    ask("/decision", {"approved": True}, "officer-2")
    ask("/end", {"number": 1})
    wrong(ask("/secret", {"number": 1}), 409, "STATE", "number")


def test_an_institution_has_so_many_credentials_and_no_more() -> None:
    """Its first message of a minute reads them all."""
    made = replace(NEW, approved=True, decided_at=NOW)
    many = tuple(replace(made, number=n) for n in range(1, rules.MOST))
    held = InstitutionCredentials(InstitutionCode(HOSPITAL), many)
    full = rules.proposed(held, NEW)
    assert (len(full.credentials), full.credentials[-1].number) == (rules.MOST, rules.MOST)
    done = replace(full.credentials[-1], decided_at=NOW)
    full = replace(full, credentials=(*full.credentials[:-1], done))
    with pytest.raises(Conflict, match=str(rules.MOST)):
        rules.proposed(full, NEW)
