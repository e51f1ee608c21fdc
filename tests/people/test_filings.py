"""Filings for care away from home: who may file what, when and for where (J25, X5, Q5.3); as many
that are refused as that are taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from medaid.errors import Forbidden, Refused
from medaid.people import filings
from medaid.people.filings import check_may_cancel, compiled, filing_from, filing_rules
from medaid.people.model import Filing
from medaid.people.model.filings import Filer, FilingRequest

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
HOSPITAL = Filer("440902", "H44090200001", "2")
AGENCY = Filer("440900")
REFERRED = FilingRequest(
    "referred", "440902", "440100", TODAY, TODAY + timedelta(days=180), "H44010000001"
)
LONG_TERM = FilingRequest("long_term", "440902", "440000", TODAY, None)
PROVEN = {"refl_old_mdtrt_id": "S1"}
DOWN = replace(REFERRED, kind="referred_down", destination="440904", institution="", facts=PROVEN)

CHRONIC = FilingRequest("chronic", "440902", "", TODAY, None, HOSPITAL.institution, "M03900")


@pytest.mark.parametrize(
    ("request_", "filer"),
    [
        (REFERRED, HOSPITAL),
        (REFERRED, AGENCY),
        (replace(REFERRED, begin=TODAY + timedelta(days=31)), HOSPITAL),
        (replace(REFERRED, end=TODAY), HOSPITAL),
        (replace(REFERRED, destination="440904"), HOSPITAL),
        (LONG_TERM, AGENCY),
        (replace(LONG_TERM, kind="temporary", end=TODAY), AGENCY),
        (DOWN, Filer("440100", "H44010000001", "3")),
        (CHRONIC, HOSPITAL),
        (replace(CHRONIC, institution=""), AGENCY),
        # who refers is narrowed in Qin'an, not who identifies a disease
        (replace(CHRONIC, insured_region="620522", institution="H1"),
         Filer("620522", "H1", "township")),
        # Qin'an narrows the level of its hospitals, of nobody else
        (REFERRED, replace(HOSPITAL, level="township")),
        (replace(LONG_TERM, insured_region="620522", destination="620000"), Filer("620522")),
        (replace(DOWN, insured_region="620522", destination="620502"),
         Filer("620100", "H62010000001", "township")),
        (replace(REFERRED, insured_region="620522", destination="620100"),
         Filer("620522", "H1", "2")),
    ],
)  # fmt: skip
def test_filed(request_: FilingRequest, filer: Filer) -> None:
    """Right money, 4."""
    filing = filing_from(request_, filer, "F1", NOW)
    assert (filing.filed, filing.filer, filing.filer_region) == (
        NOW,
        filer.institution,
        filer.region,
    )
    assert filing.valid_from == request_.begin


@pytest.mark.parametrize(
    ("request_", "filer", "code"),
    [
        # back-dated: not known before the care
        (replace(REFERRED, begin=TODAY - timedelta(days=1)), HOSPITAL, "FILING_LATE"),
        (replace(LONG_TERM, begin=date(2020, 1, 1)), AGENCY, "FILING_LATE"),
        (replace(REFERRED, begin=date(2999, 1, 1)), HOSPITAL, "DATE_FUTURE"),
        # by whom
        (LONG_TERM, HOSPITAL, "FORBIDDEN"),
        (replace(LONG_TERM, kind="temporary"), HOSPITAL, "FORBIDDEN"),
        (REFERRED, Filer("440100", "H44010000001", "3"), "FORBIDDEN"),
        (REFERRED, replace(HOSPITAL, institution=REFERRED.institution), "FORBIDDEN"),
        (LONG_TERM, Filer("440100"), "FORBIDDEN"),
        (replace(REFERRED, insured_region="620522", destination="620100"),
         Filer("620522", "H1", "township"), "FORBIDDEN"),
        # where
        (replace(REFERRED, destination="00"), HOSPITAL, "FIELD_FORMAT"),
        (replace(REFERRED, destination="100000"), HOSPITAL, "FIELD_FORMAT"),
        (replace(REFERRED, destination="440000"), HOSPITAL, "FIELD_FORMAT"),
        (replace(REFERRED, destination=""), HOSPITAL, "FIELD_FORMAT"),
        (replace(REFERRED, destination="440902"), HOSPITAL, "FIELD_FORMAT"),
        (replace(LONG_TERM, destination="100000"), AGENCY, "FIELD_FORMAT"),
        # without its proof
        (replace(DOWN, facts={}), Filer("440100", "H44010000001", "3"), "FIELD_REQUIRED"),
        # not by the hospital named, without what it is for
        (replace(CHRONIC, institution="H44010000001"), HOSPITAL, "FORBIDDEN"),
        (replace(CHRONIC, code=""), HOSPITAL, "FIELD_REQUIRED"),
        (replace(CHRONIC, begin=TODAY - timedelta(days=1)), HOSPITAL, "FILING_LATE"),
        # how long
        (replace(REFERRED, end=None), HOSPITAL, "FIELD_REQUIRED"),
        (replace(REFERRED, end=TODAY - timedelta(days=1)), HOSPITAL, "DATE_ORDER"),
        (replace(REFERRED, end=date(2028, 1, 1)), HOSPITAL, "FIELD_FORMAT"),
        (replace(REFERRED, kind="hardship"), AGENCY, "CODE_UNKNOWN"),
    ],
)  # fmt: skip
def test_not_filed(request_: FilingRequest, filer: Filer, code: str) -> None:
    """Right money, 4."""
    with pytest.raises(Refused) as refused:
        filing_from(request_, filer, "F1", NOW)
    assert refused.value.code == code


@pytest.mark.parametrize(("days_ago", "taken"), [(0, True), (3, True), (4, False)])
def test_a_grace_that_a_document_grants_is_so_long_and_no_longer(
    monkeypatch: pytest.MonkeyPatch, days_ago: int, *, taken: bool
) -> None:
    """Right money, 4. No document at hand grants one; one that does is data."""
    rules, issuers = filing_rules()
    granted = {**rules, "referred": replace(rules["referred"], grace_days=3)}
    monkeypatch.setattr(filings, "filing_rules", lambda: (granted, issuers))
    begun = replace(REFERRED, begin=TODAY - timedelta(days=days_ago))
    if taken:
        assert filing_from(begun, HOSPITAL, "F1", NOW).valid_from == begun.begin
    else:
        with pytest.raises(Refused, match="就医前"):
            filing_from(begun, HOSPITAL, "F1", NOW)


FILED = filing_from(REFERRED, HOSPITAL, "F1", NOW)


@pytest.mark.parametrize(
    ("day", "region", "institution", "covered"),
    [
        (TODAY, "440103", "H44010000001", True),
        (REFERRED.end, "440100", "H44010000001", True),
        (TODAY - timedelta(days=1), "440103", "H44010000001", False),
        (TODAY, "440103", "H44010000002", False),
        (TODAY, "440300", "H44010000001", False),
        (TODAY + timedelta(days=181), "440103", "H44010000001", False),
    ],
)
def test_what_it_covers(day: date, region: str, institution: str, covered: bool) -> None:
    """Right money, 4. What counts is what was known before the care began."""
    assert FILED.covers(day, region, institution) is covered


def test_ones_own_referral_is_none() -> None:
    """Right money, 4. Q5.3: a hospital's referral to itself, in whatever words, covers nothing it
    does."""
    anywhere = replace(FILED, institution="", destination="")
    assert anywhere.covers(TODAY, "440902", "H44090200002")
    assert not anywhere.covers(TODAY, "440902", HOSPITAL.institution)


@pytest.mark.parametrize("filer", [HOSPITAL, AGENCY, Filer("440902")])
def test_who_cancels(filer: Filer) -> None:
    """Right money, 4."""
    check_may_cancel(FILED, filer)


@pytest.mark.parametrize(
    ("filing", "filer", "kind"),
    [
        (FILED, Filer("440902", "H44090200002", "2"), Refused),
        (filing_from(LONG_TERM, AGENCY, "F2", NOW), HOSPITAL, Refused),
        (FILED, Filer("440100"), Forbidden),
    ],
)
def test_who_does_not(filing: Filing, filer: Filer, kind: type[Refused]) -> None:
    """Right money, 4 and 31."""
    with pytest.raises(kind):
        check_may_cancel(filing, filer)


def test_every_rule_is_cited() -> None:
    """Right money, 4."""
    rules, issuers = filing_rules()
    away = {"referred", "referred_down", "long_term", "temporary", "emergency"}
    assert {kind for kind, rule in rules.items() if rule.widest} == away
    assert set(rules) - away == {"chronic", "designated", "injury"}
    assert all(rule.cite for rule in rules.values())
    assert all(one.cite for one in issuers)
    uncited = {"name": "x", "filed_by": ["agency"], "widest": "city", "grace_days": 0}
    with pytest.raises(ValueError, match="cites"):
        compiled(
            {
                "x": uncited
                | {"days_ahead": 0, "longest_days": 0, "says": "x", "cite": "", "trust": "L"}
            }
        )
