"""Regions: what lies in what is data of the region, not a slice of its digits (J6, J24, X5)."""

from __future__ import annotations

import pytest

from medaid.errors import BadInput
from medaid.regions import Level, Locality, Region


def region(code: str) -> Region:
    return Region(code)


@pytest.mark.parametrize(
    ("code", "level", "chain"),
    [
        ("620522", Level.COUNTY, ("620522", "620500", "620000", "100000")),
        ("440900", Level.CITY, ("440900", "440000", "100000")),
        ("320000", Level.PROVINCE, ("320000", "100000")),
        ("100000", Level.NATION, ("100000",)),
        ("000000", Level.NATION, ("000000",)),
        ("500112", Level.COUNTY, ("500112", "500000", "100000")),
        ("429004", Level.COUNTY, ("429004", "420000", "100000")),
    ],
)
def test_a_region_knows_its_level_and_all_above_it(
    code: str, level: Level, chain: tuple[str, ...]
) -> None:
    assert region(code).level is level
    assert region(code).chain == chain


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("440902", "440981", True),  # two counties of Maoming
        ("440902", "440900", True),
        ("440902", "440802", False),  # Zhanjiang
        ("500112", "500230", True),  # Chongqing pools as one, districts and counties alike
        ("500112", "510112", False),
        ("429004", "429005", False),  # counties directly under Hubei pool by themselves
        ("429004", "429004", True),
        ("440900", "440000", False),  # a province does not pool with its cities
    ],
)
def test_who_pools_with_whom(one: str, other: str, together: bool) -> None:
    assert region(one).pools_with(region(other)) is together
    assert region(other).pools_with(region(one)) is together


@pytest.mark.parametrize(
    ("home", "treatment", "locality"),
    [
        ("440902", "440902", Locality.COUNTY),
        ("440902", "440981", Locality.CITY),
        ("440902", "440800", Locality.PROVINCE),
        ("440902", "320100", Locality.OUTSIDE),
        ("500112", "500230", Locality.CITY),
        ("429004", "429005", Locality.PROVINCE),
    ],
)
def test_where_care_was_given_seen_from_home(home: str, treatment: str, locality: Locality) -> None:
    assert region(home).locality(region(treatment)) is locality


def test_a_region_contains_itself_and_what_lies_in_it_alone() -> None:
    city = region("320100")
    assert city.contains(city)
    assert city.contains(region("320104"))
    assert not city.contains(region("320200"))
    assert not region("320104").contains(city)


@pytest.mark.parametrize(
    "code", ["", "44090", "4409000", "44090x", "44090²", "440900", None, 440900]
)
def test_what_is_no_code_is_refused_by_field(code: object) -> None:
    if code == "440900":
        assert Region.parse(code, "admdvs") == "440900"
        return
    with pytest.raises(BadInput) as refused:
        Region.parse(code, "admdvs")
    assert (refused.value.code, refused.value.field) == ("FIELD_FORMAT", "admdvs")


@pytest.mark.parametrize("code", ["", "44090", "4409000", "44090x", "44090²", "４40900"])
def test_no_region_is_made_of_what_is_no_code(code: str) -> None:
    """A stored code that was spoiled never passes for a region."""
    with pytest.raises(ValueError, match="six digits"):
        Region(code)


def test_who_owes_the_institution() -> None:
    """Within one pooling region the region that pays owes the institution itself; elsewhere the
    region of treatment does, and is owed by it (X12)."""
    county = region("440902")
    assert county.owing(region("440981")) == county
    assert county.owing(region("320100")) == "320100"
    assert county.owing(region("320104")) == "320100"
    assert county.owing(region("500112")) == "500112"
    assert region("500112").owing(region("500230")) == "500112"
