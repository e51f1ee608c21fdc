"""docs/policy-format.md is enough: every example on it loads, every key and word that the reader
knows stands on it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from medaid.benefit.claim_file import read_case
from medaid.benefit.engine import price
from medaid.local.cli import main
from medaid.money import Fen
from medaid.people.model import CATEGORIES
from medaid.policy.amounts import NAMED_SOURCES, SOURCES
from medaid.policy.assembly import assemble
from medaid.policy.clauses import MEASURES
from medaid.policy.loader import parse
from medaid.policy.reading import PackTable
from medaid.policy.service import PACKS
from medaid.policy.vocabulary import FACT_NAMES, FUNDS, KINDS, TIERS, TRUST, VALUES

PAGE = (Path(__file__).parents[2] / "docs" / "policy-format.md").read_text(encoding="utf-8")
SHAPES = Path(__file__).with_name("shapes")
HEAD = """format = 1
id = "page"
title = "页面示例"
region = "440700"
in_force = 2024-01-01
levels = ["1", "2", "3"]
[documents.rules]
number = "某府规〔2023〕5号"
title = "某市办法"
issuer = "某市人民政府"
published = 2023-11-20
trust = "T"
"""
LAYER = """
[[layer]]
id = "{id}"
name = "{id}"
tier = "basic"
fund = "hifp_pay"
when = {{ care = ["{care}"] }}
cite = "rules#第一条"
{base}
"""
BASE = 'base = { from = "in_policy", cite = "rules#第一条" }'
PARTS = {
    "deductible": "[[layer.deductible]]\nnone = true\n",
    "rate": "[[layer.rate]]\nratio = 0.5\n",
    "cap": "[[layer.cap]]\nnone = true\n",
}
CITE = 'cite = "rules#第一条"\n'


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.M | re.S)


def layer(ident: str, care: str, rows: str, base: str = BASE) -> str:
    missing = "".join(text + CITE for key, text in PARTS.items() if f"[[layer.{key}]]" not in rows)
    return LAYER.format(id=ident, care=care, base=base) + rows + missing


def loads(text: str) -> None:
    pack = parse(text.encode(), "page.toml", frozenset(CATEGORIES))
    assert assemble(
        [pack], pack.region, pack.region if pack.category_rules else "", pack.in_force
    ).layers


@pytest.mark.parametrize("rows", blocks("toml rows"))
def test_every_fragment_of_rows_loads(rows: str) -> None:
    loads(HEAD + layer("stay", "inpatient", rows))


@pytest.mark.parametrize("rows", blocks("toml rows shared"))
def test_every_fragment_that_shares_with_another_layer_loads(rows: str) -> None:
    other = rows.replace('shared_with = ["clinic"]', 'shared_with = ["stay"]')
    loads(HEAD + layer("stay", "inpatient", rows) + layer("clinic", "outpatient", other))


@pytest.mark.parametrize("base", blocks("toml base"))
def test_every_base_loads(base: str) -> None:
    loads(HEAD + layer("stay", "inpatient", "", base))


@pytest.mark.parametrize("text", blocks("toml layer"))
def test_every_whole_layer_loads(text: str) -> None:
    loads(HEAD + layer("stay", "inpatient", "") + text)


def test_the_whole_example_prices_the_claim_of_the_page() -> None:
    """Right money, 28. 52000, of it 50000 in policy: (50000-800)x75 % = 36900; 13100 left,
    15000-2000 of the year's line: 100x60 % = 60; the rest 13040 by assistance."""
    (text,) = blocks("toml")
    pack = parse(text.encode(), "page.toml", frozenset(CATEGORIES))
    (claim,) = blocks("json")
    data = json.loads(claim)
    case = read_case({**data, "given": {}})
    answer = price(
        assemble([pack], case.insured_region, case.assisting_region, case.day), case.claim
    )
    assert [Fen(step.paid).yuan() for step in answer.steps] == ["36900.00", "60.00", "13040.00"]
    assert answer.person_pays == Fen(200000)


def test_every_key_that_the_reader_asks_for_is_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Right money, 28."""
    asked: set[str] = set()
    done = PackTable.done

    def noted(table: PackTable) -> None:
        asked.update(table.asked)
        done(table)

    monkeypatch.setattr(PackTable, "done", noted)
    for file in (*SHAPES.glob("*.toml"), *PACKS.glob("*.toml")):
        parse(file.read_bytes(), file.name, frozenset(CATEGORIES))
    undocumented = {key for key in asked if not re.search(rf"\b{re.escape(key)}\b", PAGE)}
    assert not undocumented
    assert len(asked) > 60


def test_every_word_of_the_vocabularies_is_on_the_page() -> None:
    """Right money, 28."""
    words = {
        *TIERS,
        *FUNDS,
        *KINDS,
        *FACT_NAMES,
        *CATEGORIES,
        *MEASURES[1:],
        *SOURCES,
        *(f"{n}:" for n in NAMED_SOURCES),
    }
    words |= {value for values in VALUES.values() for value in values}
    missing = sorted(word for word in words if f"`{word}" not in PAGE)
    assert not missing
    assert all(f"`{mark}`" in PAGE for mark in TRUST)


def test_the_form_of_json_is_that_of_the_page(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Right money, 28. Every key of an answer and of its steps, and no other."""
    (pack,), (claim,) = blocks("toml"), blocks("json")
    (tmp_path / "page.toml").write_text(pack, encoding="utf-8")
    (tmp_path / "claim.json").write_text(claim, encoding="utf-8")
    asked = ["price", str(tmp_path / "claim.json"), "--json", "--packs", str(tmp_path), "--alone"]
    assert main(asked) == 0
    answer = json.loads(capsys.readouterr().out)
    table = PAGE.partition("`--json` answers one claim")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|", 1) for line in table.splitlines() if line[:3] == "| `"]
    keys = {key for row in rows for key in re.findall(r"`(\w+)`", row[0])} | {"dropped"}
    assert keys == set(answer)
    (steps,) = [row[1] for row in rows if "`steps`" in row[0]]
    told = set(re.findall(r"`(\w+)`", steps))
    assert {key for step in answer["steps"] for key in step} <= told
    assert set(answer["steps"][0]["paid"]) == {"yuan", "fen"}


ASKED = {
    "what a tier means for regions": r"come from the region of insurance",
    "and for who is not assisted": r"for who is not assisted they are not there at all",
    "order within a tier": r"Within a tier layers go as they are written",
    "a ratio stops at 100 %": r"A ratio is at most 1 \(100 %\)",
    "prior_share in plus": r"`prior_share` \| .*`plus",
    "which fund for a backstop": r"财政兜底.*`maf_pay`.*`oth_pay`",
    "which fund for a city's product": r"惠民保.*`oth_pay`",
    "a default citation": r"`default_cite` \| ",
    "a chain of claims": r"\*\*a list of claims\*\* of one person",
    "what became of a category": r"`dropped`: the claim's categories that nothing was priced by",
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_what_an_officer_asks_of_the_page_stands_on_it(asked: str) -> None:
    """Right money, 28."""
    assert re.search(asked, " ".join(PAGE.split()))
