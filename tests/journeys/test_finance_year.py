"""A year of a city's finance office, by REST alone, by officers with their own tokens: three
counties, twelve hospitals, two provinces, one insurer; equal to a recount that knows only what the
hospitals were answered and what the bank paid (J29 to J36, Q2.2, Q3.1, X12, M二.5)."""

from __future__ import annotations

import re
from datetime import date
from itertools import product

import pytest
from tests.conftest import Tables
from tests.journeys.city import (
    ACCOUNTS,
    CITY,
    CODES,
    COUNTY_PEOPLE,
    HOSPITALS,
    NAMES,
    OFFICES,
    PEOPLE,
    PLACES,
    City,
    funds_of,
)
from tests.journeys.office_year import Installation, moment
from tests.people.samples import identity
from tests.settlement.hospital import contracted, known_person

from medaid.clearing import projector
from medaid.local.docs import TABLES
from medaid.money import Fen
from medaid.settlement import statements as hospital_statements


@pytest.fixture
def year(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> City:
    contracted(*HOSPITALS)
    hospital_statements.forget()
    projector._note.cache_clear()  # what it noted, it noted in tables of another test
    for number, psn_no in enumerate(PEOPLE, 1):
        county = PLACES[1] if psn_no in COUNTY_PEOPLE else CITY
        known_person(
            psn_no,
            identity("subsistence_allowance", date(2019, 1, 1), admdvs=county),
            serial=number,
        )
    return City(Installation(monkeypatch, moment("2021-01-04 09:00")))


def test_a_year_of_the_finance_office(year: City) -> None:
    office, staff = year.office, year.staff
    year.begins()
    for month in range(1, 13):
        label = f"2021-{month:02d}"
        if month % 3 == 1:
            year.quarter_begins(f"2021-Q{(month + 2) // 3}", f"{label}-08")
        for number, psn_no in enumerate(PEOPLE, 1):
            if (month + number) % 3 == 0:
                at = moment(f"{label}-{8 + number:02d} 10:00")
                year.settle(psn_no, at, f"{3000 + 100 * number + month}.00", "2500.00")
        year.month_is_over(label)
        if month % 3 == 0:
            last = "31" if month in (3, 12) else "30"
            year.reconcile(f"2021-Q{month // 3}", f"2021-{month - 2:02d}-01", f"{label}-{last}")
    for region in OFFICES:
        path = f"/fund/{region}/years/2021/close"
        office.do(staff[region]["accountant"], "POST", path)
    is_accounted_for(year)
    year.papers_of_the_year()
    assert year.papers > 100
    paper_routes = [one.path for table in TABLES for one in table if one.path.endswith("{form}")]
    asked = [one for one in paper_routes if one.split("/")[1] in ("fund", "clearing")]
    made = {one: re.compile(re.sub(r"\{\w+\}", "[^/]+", one)) for one in asked}
    missing = [
        one for one, address in made.items() if not any(map(address.fullmatch, year.printed))
    ]
    assert missing == [], "every paper of the office is printed on the way"
    assert {post for post in NAMES if office.answered[f"{CITY}-{post}"]} == set(NAMES)


def is_accounted_for(city: City) -> None:
    """Final accounts of each fund of the city, signed by three, printed; equal to a recount of
    what the hospitals were answered and what moved on the accounts."""
    told = city.answers()
    for fund in funds_of(CITY):
        rows = city.signed_accounts(fund, 2021).now
        spent = told[CITY, fund]
        assert spent
        assert sum(rows[name] for name in rows if "住院" in name) == spent, rows
        assert rows["年末滚存结余"] == 200000000 + 4 * 3000000 - spent
    is_spent_as_paid(city)
    balance = city.office.do(
        city.staff[CITY]["accountant"], "GET", f"/fund/{CITY}/trial-balance",
        query="from=2021-01-01&to=2021-12-31",
    )  # fmt: skip
    closing = {row["code"]: Fen.of_yuan(row["closing"]) for row in balance["rows"]}
    for account, fund in product(ACCOUNTS, funds_of(CITY)):
        there = Fen(city.there(CITY, account, fund, "2022"))
        assert closing[f"{CODES[fund]}-{account}"] == there


def is_spent_as_paid(city: City) -> None:
    """On the cash basis the year's expense is what left the accounts, whatever is owed."""
    path = f"/fund/{CITY}/cash-basis/2021"
    rows = city.office.do(city.staff[CITY]["accountant"], "GET", path)["rows"]
    for fund in ("basic_resident", "critical_resident"):
        mine = [one for one in rows if one["code"].startswith(f"{CODES[fund]}-5")]
        paid = sum(int(Fen.of_yuan(one["paid"])) for one in mine)
        there = sum(city.there(CITY, account, fund, "2022") for account in ACCOUNTS)
        assert paid == 200000000 + 4 * 3000000 - there
        assert paid < sum(int(Fen.of_yuan(one["booked"])) for one in mine)
