"""What holds on a day in a region: the nearest region's layer, by date, or an error that names what
is missing (design section 4, J24)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from medaid.benefit.engine import price
from medaid.benefit.model import Bill, Claim, Facts
from medaid.errors import PolicyUndetermined
from medaid.money import Fen
from medaid.people.model import CATEGORIES
from medaid.policy.assembly import assemble, chain
from medaid.policy.loader import LARGEST_FILE, PackInvalid, load, parse
from medaid.policy.model import Pack
from medaid.policy.service import Library, library

HEAD = """format = 1
id = "{id}"
title = "测试包"
region = "{region}"
in_force = {begins}
[documents.rules]
number = "测字〔2024〕1号"
title = "测试"
issuer = "测试局"
published = 2023-12-01
trust = "T"
"""
LAYER = """
[[layer]]
id = "{id}"
name = "{id}"
tier = "{tier}"
fund = "maf_pay"
cite = "rules#第一条"
base = {{ from = "all_left", cite = "rules#第一条" }}
{more}
[[layer.deductible]]
{deductible}
cite = "rules#第二条"
[[layer.rate]]
ratio = {ratio}
cite = "rules#第三条"
[[layer.cap]]
none = true
cite = "rules#第四条"
"""


def layer(
    ident: str, tier: str, ratio: str = "0.5", deductible: str = "none = true", more: str = ""
) -> str:
    return LAYER.format(id=ident, tier=tier, ratio=ratio, deductible=deductible, more=more)


def pack(ident: str, region: str, *layers: str, begins: str = "2024-01-01", more: str = "") -> Pack:
    text = HEAD.format(id=ident, region=region, begins=begins).replace(
        "[documents", f"{more}\n[documents", 1
    ) + "".join(layers)
    return parse(text.encode(), f"{ident}.toml", frozenset(CATEGORIES))


GIVEN = """
[[layer]]
id = "{id}"
name = "其他支付"
tier = "others"
fund = "oth_pay"
kind = "given"
given = "payments_by_others"
cite = "rules#第九条"
base = {{ from = "all_left", cite = "rules#第九条" }}
"""
STANDING = '\n[[category]]\ncode = "orphan"\ncite = "rules#第五条"\n'
DAY = date(2024, 6, 1)
INPATIENT = Facts(care="inpatient")


def told(caught: pytest.ExceptionInfo[PolicyUndetermined]) -> str:
    return f"{caught.value.code} {caught.value.sentence}"


def test_a_county_gives_way_to_its_city_province_and_nation() -> None:
    assert chain("620522") == ("620522", "620500", "620000", "100000")
    assert chain("440900") == ("440900", "440000", "100000")


def test_the_nearest_region_decides_layer_by_layer() -> None:
    packs = [
        pack("nation", "100000", layer("basic", "basic"), layer("critical", "critical")),
        pack(
            "province",
            "990000",
            layer("basic", "basic", "0.6"),
            layer("critical", "critical", "0.6"),
        ),
        pack("city", "990100", layer("basic", "basic", "0.7")),
    ]
    policy = assemble(packs, "990122", "", DAY)
    assert [(x.id, x.pack) for x in policy.layers] == [("basic", "city"), ("critical", "province")]


def test_two_packs_for_one_region_and_day_are_named_both() -> None:
    packs = [
        pack("one", "990100", layer("basic", "basic")),
        pack("two", "990100", layer("basic", "basic")),
    ]
    with pytest.raises(PolicyUndetermined) as caught:
        assemble(packs, "990100", "", DAY)
    for word in ("CLAUSE_CONFLICT", "one.toml", "two.toml", "测字〔2024〕1号 第一条", "expires"):
        assert word in told(caught)


def test_the_day_before_and_the_day_after() -> None:
    old = pack("old", "990100", layer("basic", "basic", "0.5"), more="expires = 2024-05-31")
    new = pack("new", "990100", layer("basic", "basic", "0.6"), begins="2024-06-01")
    assert assemble([old, new], "990100", "", date(2024, 5, 31)).layers[0].pack == "old"
    assert assemble([old, new], "990100", "", date(2024, 6, 1)).layers[0].pack == "new"


def test_an_expired_layer_without_successor_is_an_error_that_names_it() -> None:
    old = pack(
        "old",
        "990100",
        layer("basic", "basic"),
        layer("critical", "critical"),
        more="expires = 2024-05-31",
    )
    new = pack("new", "990100", layer("basic", "basic"), begins="2024-06-01")
    with pytest.raises(PolicyUndetermined) as caught:
        assemble([old, new], "990100", "", DAY)
    assert "POLICY_EXPIRED" in told(caught)
    assert "2024-05-31" in told(caught)


def test_a_layer_that_a_later_document_abolishes_is_gone_without_error() -> None:
    old = pack(
        "old",
        "990100",
        layer("basic", "basic"),
        layer("critical", "critical"),
        more="expires = 2024-05-31",
    )
    end = '\n[[ended]]\nlayer = "critical"\ncite = "rules#第八条"\n'
    new = pack("new", "990100", layer("basic", "basic"), end, begins="2024-06-01")
    assert [x.id for x in assemble([old, new], "990100", "", DAY).layers] == ["basic"]


@pytest.mark.parametrize(
    ("insured", "assisted", "day", "code"),
    [
        ("110000", "", DAY, "REGION_UNKNOWN"),
        ("990100", "110000", DAY, "REGION_UNKNOWN"),
        ("990100", "", date(2023, 12, 31), "NO_POLICY"),
        ("990100", "990200", DAY, "REGION_UNKNOWN"),
    ],
)
def test_where_nothing_holds_it_is_said(insured: str, assisted: str, day: date, code: str) -> None:
    packs = [
        pack("basic", "990100", layer("basic", "basic"), layer("relief", "assistance"), STANDING)
    ]
    with pytest.raises(PolicyUndetermined) as caught:
        assemble(packs, insured, assisted, day)
    assert caught.value.code == code


def test_the_region_that_pays_the_living_allowance_pays_the_assistance() -> None:
    """J24: insured in one region, assisted by another."""
    here = pack(
        "here", "990100", layer("basic", "basic"), layer("relief", "assistance", "0.1"), STANDING
    )
    there = pack(
        "there",
        "980100",
        layer("basic", "basic", "0.9"),
        layer("relief", "assistance", "0.7"),
        STANDING,
    )
    policy = assemble([here, there], "990100", "980100", DAY)
    assert [(x.id, x.pack) for x in policy.layers] == [("basic", "here"), ("relief", "there")]


def test_what_others_paid_is_taken_off_once_even_with_two_regions() -> None:
    here = pack(
        "here",
        "990100",
        layer("basic", "basic"),
        GIVEN.format(id="donations"),
        layer("relief", "assistance"),
        STANDING,
    )
    there = pack(
        "there",
        "980100",
        layer("basic", "basic"),
        GIVEN.format(id="charity"),
        layer("relief", "assistance"),
        STANDING,
    )
    answer = price(
        assemble([here, there], "990100", "980100", DAY),
        claim(1000, given={"payments_by_others": 10000}),
    )
    assert [(s.layer, s.paid) for s in answer.steps if s.tier == "others"] == [("charity", 10000)]
    alone = assemble([here, replace(there, layers=there.layers[::2])], "990100", "980100", DAY)
    assert [x.id for x in alone.layers if x.tier == "others"] == ["donations"]
    assert [x.id for x in assemble([here], "990100", "", DAY).layers] == ["basic", "donations"]


def claim(yuan: int, given: dict[str, int] | None = None, facts: Facts = INPATIENT) -> Claim:
    return Claim(
        Bill(Fen(yuan * 100), Fen(yuan * 100)),
        facts,
        ("orphan",),
        given or {"payments_by_others": 0},
    )


def test_a_year_deductible_shared_by_two_layers_of_one_claim_is_taken_once() -> None:
    per_year = 'yuan = 300\nper = "year"\nshared_with = ["{}"]'
    one = pack(
        "one",
        "990100",
        layer("basic", "basic", deductible=per_year.format("extra")),
        layer("extra", "supplementary", deductible=per_year.format("basic")),
    )
    answer = price(assemble([one], "990100", "", DAY), claim(1000))
    assert [step.deductible for step in answer.steps] == [30000, 0]


def test_a_replay_by_versions_gives_the_same_policy() -> None:
    """A settlement names the versions it used; packs that only carry categories count too."""
    people = pack("people", "990000", STANDING)
    rules = pack(
        "rules",
        "990100",
        layer("basic", "basic"),
        layer("relief", "assistance", more='when = { category = ["orphan"] }'),
    )
    newer = pack("rules", "990100", layer("basic", "basic", "0.9"), layer("relief", "assistance"))
    policy = Library([people, rules]).policy_for("990100", "990100", DAY)
    older = {f"{p.id}@{p.version}": p for p in (people, rules)}
    replayed = Library([people, newer], older.__getitem__).policy_of(
        policy.packs, "990100", "990100", DAY
    )
    assert replayed == policy
    assert [s.code for found in replayed.category_rules.values() for s in found] == ["orphan"]


def test_a_version_that_is_not_at_hand_is_an_error() -> None:
    with pytest.raises(PolicyUndetermined) as caught:
        Library([]).policy_of(["gone@0000"], "990100", "", DAY)
    assert "gone@0000" in told(caught)


def test_every_shipped_region_answers_the_same_from_its_versions() -> None:
    shipped = library()
    for one in shipped.packs:
        for day in (one.in_force, (one.expires or one.in_force + timedelta(days=200))):
            try:
                policy = shipped.policy_for(one.region, one.region, day)
            except PolicyUndetermined:
                continue
            assert (
                Library(shipped.packs).policy_of(policy.packs, one.region, one.region, day)
                == policy
            )


def test_the_content_is_the_version() -> None:
    one = pack("one", "990100", layer("basic", "basic"))
    assert one.version == pack("one", "990100", layer("basic", "basic")).version
    assert one.version != pack("one", "990100", layer("basic", "basic", "0.51")).version
    text = HEAD.format(id="one", region="990100", begins="2024-01-01") + layer("basic", "basic")
    assert (
        parse(text.replace("\n", "\r\n").encode(), "x", frozenset(CATEGORIES)).version
        == parse(text.encode(), "x", frozenset(CATEGORIES)).version
    )


def test_a_file_of_five_megabytes_is_refused_unread(tmp_path: Path) -> None:
    big = tmp_path / "big.toml"
    big.write_bytes(b"#" * 5_000_000)
    with pytest.raises(PackInvalid) as caught:
        load(big, frozenset(CATEGORIES))
    assert str(LARGEST_FILE) in caught.value.sentence
    assert "big.toml:1" in caught.value.sentence


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"a = [" * 5000,
        b"x = " + b"9" * 5000,
        b"",
        b"layer = 3",
        b"[[layer]]\nbase = 3",
        b"[documents]\nrules = 3\n",
        b"- a: 1\n  b: 2\n",
    ],
)
def test_what_is_no_pack_at_all_is_refused_with_its_line(data: bytes) -> None:
    with pytest.raises(PackInvalid) as caught:
        parse(data, "odd.toml", frozenset(CATEGORIES))
    assert "odd.toml:" in caught.value.sentence


def test_two_clauses_that_apply_only_on_a_day_are_named_both() -> None:
    """Two applicable clauses: the error names both articles."""
    policy = library().policy_for("440900", "440900", date(2019, 1, 1))
    basic = policy.layers[0]
    twice = replace(
        basic,
        rates=(
            *basic.rates,
            basic.rates[0]._replace(
                row=basic.rates[0].row._replace(cite=basic.cite._replace(article="第九十九条"))
            ),
        ),
    )
    both = replace(policy, layers=(twice, *policy.layers[1:]), version="twice")
    facts = Facts(care="inpatient", insutype="390", level="township", place="city", filing="none")
    with pytest.raises(PolicyUndetermined) as caught:
        price(both, replace(claim(1000, facts=facts), categories=()))
    assert "CLAUSE_CONFLICT" in told(caught)
    assert "待遇表·支付比例" in told(caught)
    assert "第九十九条" in told(caught)
