"""docs/articles/: every article and sentence of the five documents has its place.

Nothing is passed over in silence: what no requirement carries is declared with its reason, what a
pack cites stands in the data, and what stands on docs/coverage.md comes from a sentence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from medaid.local import articles, articles_page
from medaid.local.articles import Article, Sentence, SourceDocument
from medaid.local.docs import DOCS
from medaid.local.errors import LocalError
from medaid.policy.coverage import page as coverage_page
from medaid.policy.model import Citation
from medaid.policy.service import library

COUNTS = {"J": (43, 84), "Q": (14, 81), "N": (10, 61), "M": (27, 57), "X": (25, 68)}
"""Articles and sentences of each document, counted in its text (foreword and headings included)."""
ASKED = articles.requirements(articles.COVERAGE.read_text(encoding="utf-8"))
PACKS = library().packs


def source(prefix: str) -> SourceDocument:
    return next(one for one in articles.sources() if one.prefix == prefix)


@pytest.mark.parametrize("prefix", COUNTS)
def test_every_article_and_sentence_of_the_document_is_there(prefix: str) -> None:
    """Right money, 28a."""
    one = source(prefix)
    sentences = sum(len(article.sentences) for article in one.articles)
    assert (len(one.articles), sentences) == COUNTS[prefix]
    assert articles.problems(one, ASKED, PACKS) == []


def with_sentence(one: SourceDocument, sentence: Sentence) -> SourceDocument:
    first = one.articles[0]
    return one._replace(articles=(Article(first.id, (sentence,)), *one.articles[1:]))


WRONG = [
    (Sentence("x", (), "", ""), "name its requirements, or why it is not carried"),
    (Sentence("x", ("M二.2",), "advice", ""), "name its requirements, or why it is not carried"),
    (Sentence("x", ("M九.9",), "", ""), "M九.9 is not on docs/coverage.md"),
    (Sentence("x", (), "boring", ""), "no such reason: boring"),
    (Sentence("x", (), "cannot", ""), "say in a note what is missing"),
    (Sentence("x", (), "not_yet", ""), "say in a note what is missing"),
]


@pytest.mark.parametrize(("sentence", "told"), WRONG, ids=[told for _, told in WRONG])
def test_a_sentence_without_a_place_is_noticed(sentence: Sentence, told: str) -> None:
    """Right money, 28a."""
    changed = with_sentence(source("M"), sentence)
    assert any(told in one for one in articles.problems(changed, ASKED, PACKS))


def test_an_article_that_a_pack_cites_and_the_data_lacks_is_noticed() -> None:
    one = source("M")
    without = one._replace(articles=tuple(a for a in one.articles if not a.id.startswith("二(二)")))
    told = articles.problems(without, ASKED, PACKS)
    assert any("440900-assistance-2018.toml: 茂民规〔2018〕3号 二(二)3(1)" in one for one in told)


def test_a_pack_that_cites_an_article_nobody_wrote_is_noticed() -> None:
    pack = next(p for p in PACKS if p.id == "maoming-assistance-2018")
    rule = pack.category_rules[0]
    row = rule.row._replace(cite=Citation("茂民规〔2018〕3号", "九(九)", "S"))
    bent = replace(pack, category_rules=(rule._replace(row=row),))
    told = articles.problems(source("M"), ASKED, [bent])
    assert (
        "maoming-2018: cited and not in the data: 440900-assistance-2018.toml: "
        "茂民规〔2018〕3号 九(九)" in told
    )


def test_a_requirement_that_no_sentence_makes_is_noticed() -> None:
    told = articles.problems(source("X"), {**ASKED, "X99": ASKED["X12"]}, PACKS)
    assert told == ["cross-province-2016: no sentence makes requirement X99"]


def test_an_article_that_stands_twice_is_noticed() -> None:
    one = source("N")
    twice = one._replace(articles=(*one.articles, one.articles[1]))
    assert any("stands 2 times" in told for told in articles.problems(twice, ASKED, PACKS))


def test_no_page_is_made_while_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = with_sentence(source("M"), Sentence("x", (), "", ""))
    monkeypatch.setattr(articles_page, "sources", lambda: (bad,))
    with pytest.raises(LocalError, match="or why it is not carried"):
        list(articles_page.pages())


def test_an_unknown_key_is_refused() -> None:
    row: dict[str, Any] = {"says": "x", "idz": ["J5"]}
    with pytest.raises(LocalError, match="unknown key idz"):
        articles._sentence(row, "x.toml", "第一条")


CITED = [
    ("M", "二(二)3(1)", ["二(二)3(1)"]),
    ("M", "二(五)1", ["二(五)1"]),
    ("X", "(十二)(十五)", ["(十二)", "(十五)"]),
    ("J", "第十四条、第三十二条", ["第十四条", "第三十二条"]),
    ("Q", "二(二)集体扶持收入", ["二(二)"]),
    ("J", "第四十四条", []),
]


@pytest.mark.parametrize(("prefix", "text", "found"), CITED)
def test_a_citation_finds_its_articles(prefix: str, text: str, found: list[str]) -> None:
    assert source(prefix).articles_of(text) == found


def test_the_page_names_figure_code_and_test_of_an_article() -> None:
    """Right money, 28a. J26: the text, the pack of each city, the gap where there is no figure,
    code and test."""
    page = articles_page.page(source("J"), ASKED, PACKS)
    (article,) = [part for part in page.split("\n## ") if part.startswith("第二十六条")]
    for word in (
        "→ J26",
        "`320100-resident-2024.toml` 倾斜救助",
        "倾斜救助·缺口",
        "代码 `",
        "测试 `",
    ):
        assert word in article


def test_gaps_are_counted_on_the_page_of_their_region() -> None:
    """Right money, 28a."""
    page = coverage_page(PACKS)
    nanjing = [pack for pack in PACKS if pack.region == "320100"]
    count = sum(len(pack.gaps) for pack in nanjing)
    told = sum(layer.kind == "gap" for pack in nanjing for layer in pack.layers)
    assert f"### 320100:{count} 项,其中 {told} 项在结算结果中说明" in page
    assert count > told > 0
    shown = (DOCS / "articles" / "jiangsu-rules-2023.md").read_text(encoding="utf-8")
    assert f"320100 `320100-resident-2024.toml` {count} 项" in shown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("art. 25", "第二十五条"),
        ("art. 10", "第十条"),
        ("art. 7", "第七条"),
        ("art. 40 x", "第四十条 x"),
    ],
)
def test_an_article_by_number_is_read_as_the_document_writes_it(text: str, found: str) -> None:
    assert articles._in_chinese(text) == found


def test_other_data_that_cites_no_article_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a problem that stops the pages, and not silent either."""
    cites = [("medaid/x.toml", "苏医保办发〔2023〕27号 某处"), ("medaid/x.toml", "别的文件 第一条")]
    monkeypatch.setattr(articles, "data_cites", lambda: cites)
    page = articles_page.page(source("J"), ASKED, PACKS)
    assert "## 未归到条款的引用\n\n- medaid/x.toml: 苏医保办发〔2023〕27号 某处\n" in page
    assert "别的文件" not in page
