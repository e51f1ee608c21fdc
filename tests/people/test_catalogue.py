"""The data files of the room: what they say, and contradictions that do not load (J7 to J10)."""

from __future__ import annotations

import copy
import tomllib
from importlib import resources
from typing import Any

import pytest

from medaid.people import service
from medaid.people.catalogue import UnknownWording, catalogue, compiled, within
from medaid.people.model import CATEGORIES

FILES = {
    name: tomllib.loads(
        resources.files("medaid.people").joinpath(f"{name}.toml").read_text("utf-8")
    )
    for name in ("categories", "formats", "senders")
}


def test_the_categories_of_the_documents() -> None:
    """J5, J14, M二, Q2.1: every category that the documents name, each with who determines it and
    where that stands."""
    assert len(catalogue().categories) == len(CATEGORIES) == 19
    assert all(
        category.departments and category.article and category.answer
        for category in catalogue().categories.values()
    )
    assert all(
        catalogue().category(name, "440902").code == code for code, name in CATEGORIES.items()
    )
    assert {
        code: service.national_codes()[code]
        for code in ("destitute_support", "subsistence_allowance")
    } == {
        "destitute_support": "2304",
        "subsistence_allowance": "2303",
    }


@pytest.mark.parametrize(
    ("text", "admdvs", "code"),
    [
        ("2304", "440902", "destitute_support"),
        ("02303", "440902", "subsistence_allowance"),
        ("２３０３", "440902", "subsistence_allowance"),
        ("7131", "500101", "destitute_support"),
        ("特 困", "320100", "destitute_support"),
        ("事实无人抚养儿童", "321302", "orphan"),
        ("事实无人抚养儿童", "440902", "child_in_difficulty"),
        ("在册建档立卡扶贫对象", "440981", "registered_poor"),
        ("孤儿", "440902", "orphan"),
    ],
)
def test_wordings(text: str, admdvs: str, code: str) -> None:
    assert catalogue().category(text, admdvs).code == code


@pytest.mark.parametrize(
    ("text", "admdvs", "said"),
    [
        ("7131", "440902", "对照表"),
        ("在册建档立卡扶贫对象", "320100", "对照表"),
        ("236103", "440902", "含义不同"),
        ("0236103", "440902", "含义不同"),
        ("994003", "440902", "缴费身份"),
        ("230208", "440902", "风险已消除"),
        ("99", "440902", "非救助"),
        ("23", "440902", "大类"),
        ("", "440902", "对照表"),
    ],
)
def test_wordings_refused(text: str, admdvs: str, said: str) -> None:
    """J10: a wording or code that does not settle the category is never guessed."""
    with pytest.raises(UnknownWording, match=said):
        catalogue().category(text, admdvs)


@pytest.mark.parametrize(
    ("admdvs", "region", "lies"),
    [
        ("440902", "440900", True),
        ("440900", "440900", True),
        ("440902", "440000", True),
        ("440900", "440000", True),
        ("440902", "440902", True),
        ("440900", "440902", False),
        ("440902", "441000", False),
        ("450902", "440000", False),
        ("440000", "440900", False),
        ("440904", "440902", False),
    ],
)
def test_regions(admdvs: str, region: str, lies: bool) -> None:
    assert within(admdvs, region) is lies


def spoilt(path: str, value: Any) -> dict[str, Any]:
    files = copy.deepcopy(FILES)
    *way, last = path.split("/")
    where: Any = files
    for step in way:
        where = where[step]
    if isinstance(where.get(last), list):
        where[last] = [*where[last], *value]
    else:
        where[last] = value
    return files


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("categories/category/orphan/wordings", ["低保"], "means both"),
        ("categories/category/orphan/codes", ["02303"], "means both"),
        ("categories/category/orphan/departments", ["nobody"], "unknown department"),
        ("categories/category/orphan/trust", "Z", "trust"),
        ("categories/category/orphan/article", "", "article"),
        ("categories/category/rich", {}, "missing or unknown"),
        ("categories/unsettled/2361", "x", "both settled and unsettled"),
        (
            "categories/wording",
            [{"region": "4409", "text": "x", "category": "rich"}],
            "unknown categories",
        ),
        (
            "categories/wording",
            [{"region": "4409", "text": "在册建档立卡扶贫对象", "category": "orphan"}],
            "means both",
        ),
        ("senders/sender/maoming-civil-affairs/department", "nobody", "unknown department"),
        ("senders/sender/maoming-civil-affairs/kinds", ["gossip"], "kind"),
        ("senders/sender/maoming-civil-affairs/categories", ["rich"], "category"),
        ("senders/sender/maoming-civil-affairs/regions", ["4409"], "six digits"),
        ("formats/codes/sex/2", ["男"], "means both"),
        ("senders/regions/440904", ["茂南区"], "means both"),
    ],
)
def test_contradictions_do_not_load(path: str, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        compiled(**spoilt(path, value))


def test_a_sender_may_be_narrowed() -> None:
    """Art. 9: only its own categories."""
    narrowed = compiled(**spoilt("senders/sender/maoming-civil-affairs/categories", ["orphan"]))
    assert narrowed.senders["maoming-civil-affairs"].categories == frozenset({"orphan"})
    assert compiled(**FILES).senders["maoming-civil-affairs"].categories is None
