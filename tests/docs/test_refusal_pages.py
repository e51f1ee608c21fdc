"""A page per refusal code: what it means, the clause, what to do. Issue: the hospital's door, 9."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from medaid.errors import CODES
from medaid.local import docs, refusal_pages
from medaid.settlement.national.fields import INPUTS
from medaid.settlement.national.not_taken import NOT_TAKEN

FOLDER = docs.DOCS / refusal_pages.FOLDER


def test_every_code_has_its_page_with_meaning_clause_and_remedy() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    for code, meaning in CODES.items():
        page = (FOLDER / f"{code}.md").read_text(encoding="utf-8")
        one = refusal_pages.remedies()[code]
        assert page.startswith(f"# {code}\n")
        for said in (meaning, one.clause, one.remedy):
            assert said in page, code
        assert f"]({code}.md)" in index


def test_no_page_stands_for_a_code_that_is_not() -> None:
    assert {page.stem for page in FOLDER.glob("*.md")} == {*CODES, "README"}


def test_a_code_without_a_remedy_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal_pages.remedies.cache_clear()
    monkeypatch.setattr(refusal_pages, "CODES", {**CODES, "NEW_ONE": "新"})
    with pytest.raises(ValueError, match="NEW_ONE"):
        refusal_pages.remedies()
    refusal_pages.remedies.cache_clear()


def test_what_a_remedy_says_to_send_is_taken() -> None:
    text = resources.files("medaid.local").joinpath("remedies.toml").read_text("utf-8")
    for infno in set(re.findall(r"\b[1-9][0-9]{3}\b", text)) - {"2023", "1030", "8030"}:
        assert infno in INPUTS, infno
        assert infno not in NOT_TAKEN


def test_a_remedy_is_one_that_a_counter_can_read() -> None:
    for code, one in refusal_pages.remedies().items():
        assert one.remedy.endswith("。"), code
        assert any("一" <= letter <= "鿿" for letter in one.remedy), code
