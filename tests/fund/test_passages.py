"""Critical-illness money that a county passes up is expense of its resident fund and income of the
city's critical-illness fund: added up, it is no difference between them (Q2.2, Q2.3)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.clearing.test_jobs import ask
from tests.fund.office import noon
from tests.papers.looking import check_picture, check_text

from medaid.fund import consolidation, final_accounts, periods, years
from medaid.fund.final_printouts import consolidated_paper
from medaid.fund.final_records import Notes
from medaid.fund.model import Entry, journal
from medaid.money import Fen
from medaid.months import Month
from medaid.papers.service import Form, printed
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
CITY, COUNTY, OTHER = Region("440900"), Region("440902"), Region("440904")
RESIDENT, CRITICAL = "basic_resident", "critical_resident"
AT, NEXT = noon(2025, 12, 5), noon(2026, 2, 1)


def moved(
    region: str, kind: str, fund: str, debit: str, credit: str, fen: int, other: str = ""
) -> Entry:
    rows = [(fund, debit, credit, Fen(fen))]
    source = f"{region}-{kind}-{fund}-{other}"
    return journal.movement(kind, region, source, rows, AT, counterpart=other)


def accounted(entries: Mapping[Region, list[Entry]], funds: list[str]) -> None:
    """Booked, the year closed, final accounts of each fund drafted."""
    for region, mine in entries.items():
        periods.post(*mine)
        periods.keep_first_month(region, Month("2025-12"))
        years.close_year(region, 2025, "会计", NEXT)
        for fund in funds:
            final_accounts.draft(region, 2025, fund, Notes(), "会计", NEXT)


def begun(region: str, fen: int = 1000) -> list[Entry]:
    return [moved(region, "opening", fund, "1001", "3001", fen) for fund in (RESIDENT, CRITICAL)]


def passed_up(region: str, fen: int, other: str = "") -> Entry:
    return moved(region, "critical_passed_up", RESIDENT, "520101", "1001", fen, other)


def received(fund: str, fen: int, other: str) -> Entry:
    return moved(CITY, "lower_remittance", fund, "1001", "4501", fen, other)


def differences(fund: str) -> list[tuple[str, int, int, int, int]]:
    found, _ = consolidation.consolidate(CITY, 2025, fund, [CITY, COUNTY, OTHER])
    return [
        (one.giver, int(one.given), int(one.taken), int(one.passed), int(one.difference))
        for one in found.eliminations
    ]


@pytest.mark.parametrize(
    ("got", "resident", "critical"),
    [
        (60, [(COUNTY, 60, 0, 60, 0)], [(COUNTY, 0, 60, -60, 0)]),
        (50, [(COUNTY, 60, 0, 50, 10)], [(COUNTY, 0, 50, -50, 0)]),
        (70, [(COUNTY, 60, 0, 60, 0)], [(COUNTY, 0, 70, -60, -10)]),
        (0, [(COUNTY, 60, 0, 0, 60)], []),
    ],
)
def test_what_both_say_is_no_difference(
    got: int,
    resident: list[tuple[str, int, int, int, int]],
    critical: list[tuple[str, int, int, int, int]],
) -> None:
    """Issue: right money, 10. What one of them does not say stays one."""
    city = [*begun(CITY), *([received(CRITICAL, got, COUNTY)] if got else [])]
    mine = {COUNTY: [*begun(COUNTY), passed_up(COUNTY, 60)], OTHER: begun(OTHER), CITY: city}
    accounted(mine, [RESIDENT, CRITICAL])
    assert differences(RESIDENT) == resident
    assert differences(CRITICAL) == critical
    found, _ = consolidation.consolidate(CITY, 2025, RESIDENT, [CITY, COUNTY, OTHER])
    assert (int(found.amounts["to_above"]), int(found.eliminated["expense"])) == (60, 0)


def test_within_one_fund_it_is_taken_out_as_before() -> None:
    mine = {
        COUNTY: [*begun(COUNTY), passed_up(COUNTY, 60)],
        OTHER: begun(OTHER),
        CITY: [*begun(CITY), received(RESIDENT, 60, COUNTY)],
    }
    accounted(mine, [RESIDENT])
    assert differences(RESIDENT) == [(COUNTY, 60, 60, 0, 0)]


def test_other_money_passed_up_is_explained_by_no_other_fund() -> None:
    """上解上级支出 that nobody received within the fund stays a difference."""
    remitted = moved(COUNTY, "remittance_up", RESIDENT, "520102", "1001", 60)
    mine = {
        COUNTY: [*begun(COUNTY), remitted],
        OTHER: begun(OTHER),
        CITY: [*begun(CITY), received(CRITICAL, 60, COUNTY)],
    }
    accounted(mine, [RESIDENT, CRITICAL])
    assert differences(RESIDENT) == [(COUNTY, 60, 0, 0, 60)]


def test_of_another_county_it_explains_nothing() -> None:
    mine = {
        COUNTY: [*begun(COUNTY), passed_up(COUNTY, 60)],
        OTHER: begun(OTHER),
        CITY: [*begun(CITY), received(CRITICAL, 60, OTHER)],
    }
    accounted(mine, [RESIDENT, CRITICAL])
    assert differences(RESIDENT) == [(COUNTY, 60, 0, 0, 60)]


def test_the_paper_and_the_answer_show_it() -> None:
    """By the city's own token; a county adds up no other."""
    mine = {
        COUNTY: [*begun(COUNTY, 90_000_000), passed_up(COUNTY, 60_000_000)],
        OTHER: [*begun(OTHER, 90_000_000), passed_up(OTHER, 20_000_000)],
        CITY: [*begun(CITY), received(CRITICAL, 60_000_000, COUNTY)],
    }
    accounted(mine, [RESIDENT, CRITICAL])
    path = f"/fund/{CITY}/final-accounts/2025/{RESIDENT}/consolidation"
    body = {"regions": [CITY, COUNTY, OTHER]}
    status, shown = ask("POST", path, body, roles="accountant", region=CITY, sub="甲", now=NEXT)
    assert status == 200, shown
    assert [(one["passed"], one["difference"]) for one in shown["eliminations"]] == [
        ("600000.00", "0.00"), ("0.00", "200000.00"),
    ]  # fmt: skip
    assert ask("POST", path, body, roles="accountant", region=COUNTY, now=NEXT)[0] == 403
    made = printed(consolidated_paper(CITY, 2025, RESIDENT, [CITY, COUNTY, OTHER]), Form.PDF)
    check_text(made, "对方列其他基金", "600,000.00", "200,000.00")
    check_picture("consolidated_passage", made)
