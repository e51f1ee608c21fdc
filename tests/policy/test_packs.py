"""The shipped packs: every value cited, every citation needed, every region's days answerable or
honestly refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from medaid.errors import PolicyUndetermined
from medaid.people.model import CATEGORIES
from medaid.policy.loader import PackInvalid, parse
from medaid.policy.model import Citation, ClauseRow, Pack
from medaid.policy.service import PACKS, library

FILES = sorted(PACKS.glob("*.toml"))
CITE = re.compile(r'(,\s*)?cite = "[^"]*"')


def cites() -> list[tuple[str, int]]:
    """File and line of every citation of every shipped pack."""
    return [
        (path.name, n)
        for path in FILES
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines())
        for _ in CITE.findall(line)
    ]


@pytest.mark.parametrize(("file", "line"), cites(), ids=str)
def test_removing_any_one_citation_fails_the_load(file: str, line: int) -> None:
    """Right money, 15a. No figure without its document and article."""
    lines = (PACKS / file).read_text(encoding="utf-8").splitlines()
    lines[line] = CITE.sub("", lines[line], count=1)
    with pytest.raises(PackInvalid) as caught:
        parse("\n".join(lines).encode(), file, frozenset(CATEGORIES))
    assert "缺少 cite" in caught.value.sentence
    assert f"{file}:" in caught.value.sentence


def values(node: Any) -> Iterator[ClauseRow | Citation]:
    """Every row and citation anywhere in a pack."""
    if isinstance(node, (ClauseRow, Citation)):
        yield node
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from values(getattr(node, field.name))
    elif isinstance(node, tuple):
        for part in node:
            yield from values(part)


@pytest.mark.parametrize("pack", library().packs, ids=lambda p: p.id)
def test_every_value_is_cited_with_document_and_article(pack: Pack) -> None:
    found = list(values(pack))
    numbers = {document.number for document in pack.documents.values()}
    assert found
    for value in found:
        cite = value.cite if isinstance(value, ClauseRow) else value
        if isinstance(value, ClauseRow) and value.missing:
            continue
        assert cite.document in numbers
        assert cite.article
        assert cite.trust in "SGNRT"


@pytest.mark.parametrize("pack", library().packs, ids=lambda p: p.id)
def test_no_pack_rests_on_a_test_figure_or_on_an_unknown_day(pack: Pack) -> None:
    assert all(document.trust != "T" for document in pack.documents.values())
    assert pack.verified_until is not None
    assert pack.verified_until >= pack.in_force


def test_a_layer_without_any_citable_figure_is_listed_as_a_gap() -> None:
    """Where no citable figure exists the pack says so and asks for it; it does not invent."""
    for pack in library().packs:
        empty = {x.id for x in pack.layers if x.rates and all(r.row.missing for r in x.rates)} | {
            x.id for x in pack.layers if x.kind == "given" and x.tier != "others"
        }
        assert empty <= {gap.layer for gap in pack.gaps}, pack.id


def test_every_day_of_ten_years_is_answered_or_refused_by_name() -> None:
    for region in sorted({pack.region for pack in library().packs}):
        day = date(2017, 1, 15)
        while day < date(2027, 1, 1):
            for assisted in ("", region):
                assert asked(region, assisted, day) in (
                    "answered",
                    "REGION_UNKNOWN",
                    "NO_POLICY",
                    "POLICY_EXPIRED",
                ), f"{region} {day}"
            day += timedelta(days=31)


def asked(region: str, assisted: str, day: date) -> str:
    try:
        return "answered" if library().policy_for(region, assisted, day).layers else "empty"
    except PolicyUndetermined as silent:
        return silent.code


def test_figures_beside_the_layers_keep_notice_and_cover_year() -> None:
    """N1: fiscal subsidy at least 640 and individual 350 yuan per head in Jiangsu 2022; the
    nation's 610 and 350."""
    jiangsu = next(p for p in library().packs if p.id == "jiangsu-financing-2022")
    found = {f.name: (f.value, f.unit, f.notice_year) for f in jiangsu.figures}
    assert found["resident_subsidy"] == (64000, "yuan", 2022)
    assert found["resident_personal"] == (35000, "yuan", 2022)
    nation = next(p for p in library().packs if p.id == "national-financing-2018")
    assert [
        (f.value, f.cover_year)
        for f in nation.figures
        if f.name == "resident_personal" and f.notice_year == 2022
    ] == [(35000, 2023)]


def test_what_was_last_verified_before_the_day_is_said() -> None:
    policy = library().policy_for("440900", "440900", date(2019, 6, 1))
    assert any("核验至 2018-12-31" in said for said in library().unverified(policy))
    assert library().unverified(library().policy_for("440900", "440900", date(2018, 12, 31))) == ()


def test_the_nearest_regions_figures_win() -> None:
    """N1, Q2.3: Jiangsu's own 640 before the nation's 610; Qin'an's shares of the pool."""
    assert [f.value for f in library().figures("320200", date(2022, 6, 1))["resident_subsidy"]] == [
        64000
    ]
    assert 61000 in [
        f.value for f in library().figures("440900", date(2022, 6, 1))["resident_subsidy"]
    ]
    assert (
        library().figures("620522", date(2019, 1, 1))["outpatient_fund_share"][0].row.cite.article
        == "二(三)"
    )
    assert "outpatient_fund_share" not in library().figures("620522", date(2018, 9, 17))


def test_the_national_floor_holds_from_the_day_of_the_opinion_not_of_its_release() -> None:
    """Right money, 15a. 国办发〔2021〕42号 is dated 28 October 2021; it was released on 19
    November."""
    assert "critical_ratio_least" in library().figures("440900", date(2021, 10, 28))
    assert "critical_ratio_least" not in library().figures("440900", date(2021, 10, 27))
