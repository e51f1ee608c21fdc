"""What the pages say of the code is what the code does. `medaid docs` makes the generated parts
anew."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from medaid.aws import web
from medaid.aws.transaction import RetryPolicy
from medaid.errors import CODES, Refused, Unavailable
from medaid.local import cli, docs
from medaid.local.errors import LocalError
from medaid.local.places import PACKAGE
from medaid.money import LARGEST
from medaid.settlement.national import envelope
from medaid.settlement.national.extension import NAMES, PAYERS
from medaid.settlement.national.fields import INPUTS, fields
from medaid.settlement.national.not_taken import NOT_TAKEN

NATIONAL = (docs.DOCS / "national-interface.md").read_text(encoding="utf-8")
ERRORS = (docs.DOCS / "errors.md").read_text(encoding="utf-8")
BY_HAND = re.sub(r"<!-- medaid docs: .*?<!-- end -->", "", NATIONAL, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("name", "text"), list(docs.pages()), ids=lambda value: value if value.endswith(".md") else ""
)
def test_the_page_is_current(name: str, text: str) -> None:
    assert (docs.DOCS / name).read_text(encoding="utf-8") == text, "run `medaid docs`"


def test_each_block_that_can_be_made_is_shown() -> None:
    shown = set(
        re.findall(r"<!-- medaid docs: (\w+) -->", "".join(text for _, text in docs.pages()))
    )
    assert shown == set(docs.BLOCKS)


def test_a_block_nobody_makes_and_a_stale_page_are_noticed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LocalError, match="no generated block nothing"):
        docs.filled("<!-- medaid docs: nothing -->\n<!-- end -->")
    assert cli.main(["docs", "--check"]) == 0
    monkeypatch.setitem(docs.BLOCKS, "tree", lambda: "```\nelse\n```\n")
    assert cli.main(["docs", "--check"]) == 1
    assert "errors.md" in capsys.readouterr().err


def test_every_code_stands_on_the_errors_page_once() -> None:
    assert re.findall(r"^\| `([A-Z_]+)` \|", ERRORS, re.MULTILINE) == list(CODES)


def test_no_refusal_is_told_as_our_fault() -> None:
    """A caller asks again after 503: pointless where the request is at fault."""
    assert {
        code: web.status(Refused(code)) for code in CODES if web.status(Refused(code)) >= 500
    } == {}
    assert web.status(Unavailable("UNAVAILABLE")) == 503


def test_codes_named_in_the_text_are_ours() -> None:
    named = set(re.findall(r"\b[A-Z]+_[A-Z_]+[A-Z]\b|\bBUSY\b|\bDUPLICATE\b", BY_HAND))
    assert {"MSGID_REUSED", "REVERSE_LATER_FIRST", "BUSY"} <= named <= set(CODES)


def test_transactions_said_not_to_be_taken_are_not() -> None:
    assert set(NOT_TAKEN) & set(INPUTS) == set()
    (order,) = re.findall(r"The order: (.*?)\n\n", BY_HAND, re.DOTALL)
    assert set(re.findall(r"\b\d{4}\b", order)) <= set(INPUTS)


def test_what_is_asked_beyond_the_standard_is_told_of() -> None:
    (names,) = re.findall(r"- \*\*2206, 2207, 2303, 2304\*\*: (.*?) come from", BY_HAND, re.DOTALL)
    named = set(re.findall(r"`(\w+)`", names))
    for infno in ("2206", "2207", "2303", "2304"):
        optional = {field.name for field in fields(INPUTS[infno][1]) if not field.required}
        assert named <= optional
    assert all(f"| `{payer}` |" in NATIONAL for payer in PAYERS)


def test_every_field_of_exp_content_that_is_read_is_told_of() -> None:
    source = (PACKAGE / "settlement" / "national" / "extension.py").read_text(encoding="utf-8")
    read = set(re.findall(r"rows\.get\(\"(\w+)\"", source))
    assert (
        {"othpay", "given"}
        <= read
        == set(NAMES)
        == set(re.findall(r"\*\*`exp_content\.(\w+)`\*\*", BY_HAND))
    )


def test_the_limits_are_those_of_the_code() -> None:
    assert envelope.LARGEST_BODY == web.LARGEST_BODY == 1_000_000
    assert f"{envelope.LARGEST_BODY:,} bytes" in BY_HAND
    assert f"below {LARGEST // 100:,} yuan" in BY_HAND
    assert (
        f"after at most {RetryPolicy().seconds:.0f} seconds of trying,"
        f" or {RetryPolicy().tries} tries; `Retry-After` {web.RETRY_AFTER} " in BY_HAND
    )


def test_each_route_has_a_name_of_its_own_in_the_description() -> None:
    """What is made of it (the pages' types) would take one route for another."""
    paths = json.loads((docs.DOCS / "openapi.json").read_text(encoding="utf-8"))["paths"]
    named = Counter(route["operationId"] for path in paths.values() for route in path.values())
    assert [name for name, times in named.items() if times > 1] == []
