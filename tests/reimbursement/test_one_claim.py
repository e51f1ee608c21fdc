"""The desk prices as the counter does: every fact, every determining region, one region's books
(J22, J24, J27)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.conftest import Tables
from tests.people import recorded
from tests.people.samples import identity, insurance, person
from tests.reimbursement.api_client import application, in_process, opened
from tests.reimbursement.office import NANJING, at, draft, granted, office, officer, scan

from medaid.aws import rest
from medaid.aws.rest.app import mount
from medaid.aws.transaction import commit
from medaid.errors import BadInput, PolicyUndetermined
from medaid.people import service as people
from medaid.people.model import Identity
from medaid.reimbursement import books
from medaid.reimbursement.api import ROUTES
from medaid.reimbursement.model import Case
from medaid.reimbursement.procedure import ClockRule

WHEN = datetime(2023, 1, 1, tzinfo=UTC)


def known(admdvs: str, *identities: Identity, name: str = "张P1") -> None:
    commit(people.person_registered(person("P1", name=name), WHEN))
    commit(
        recorded.insurance_recorded("P1", None, insurance(date(2020, 1, 1), admdvs=admdvs), WHEN)
    )
    for one in identities:
        commit(recorded.identity_recorded("P1", None, one, WHEN))


@pytest.mark.parametrize(
    ("facts", "status", "maf_pay"),
    [({"contribution_grade": "1"}, 200, "2182.50"), ({}, 422, "")],
    ids=["stated", "not stated: asked for, not guessed"],
)
def test_the_desk_carries_a_fact_that_no_register_holds_J27(
    tables: Tables, facts: dict[str, str], status: int, maf_pay: str
) -> None:
    """渝北 2023-08-01: the basic ratio hangs on the contribution grade. 10,000.00, 9,000.00 within
    policy, second level, first grade: basic (9,000 - 300) × 70 % = 6,090.00 leaves 2,910.00; large
    costs are assisted at 75 % above no line: 2,182.50."""
    known("500112", identity("subsistence_allowance", date(2023, 1, 1), admdvs="500112"))
    o = office()
    rule = ClockRule(("500112",), date(2020, 1, 1), "办理时限(测试)", none="测试")
    o = replace(o, procedure=replace(o.procedure, clocks=(*o.procedure.clocks, rule)))
    clock = lambda: at("2023-09-01 09:00")  # noqa: E731  # one line
    api = mount(rest.resolver(), ROUTES, clock, lambda _now: o).resolve
    call = in_process(api, officer("o-intake", "intake", admdvs="500112"))
    body = application(
        insuplc_admdvs="500112",
        mdtrtarea_admvs="500112",
        begntime="2023-07-20",
        endtime="2023-08-01",
    )
    body |= {"facts": facts} if facts else {}
    body["receipts"][0]["date"] = "2023-08-01"
    desk = opened(call, body)
    assert desk.act(call, "accept")[0] == 200
    image = scan(desk.case_id, b"image")
    assert desk.act(call, "attach", bill_code="3201", bill_no="N1", sha256=image)[0] == 200
    code, answer = desk.act(call, "price")
    assert code == status, answer
    if status == 200:
        assert answer["pricing"]["maf_pay"] == maf_pay
    else:
        assert (answer["code"], answer["field"]) == ("FACT_MISSING", "contribution_grade")


def test_the_assistance_of_a_county_stands_in_the_countys_books_as_at_the_counter_J24(
    tables: Tables,
) -> None:
    """Right money, 11. Insured in Nanjing, allowance paid by 玄武区 320102, applied for at the
    city's office."""
    known(NANJING, identity("subsistence_allowance", date(2024, 1, 1), admdvs="320102"))
    case = granted(office(), draft(), at("2026-03-16 09:00"))
    found = {region: set(funds) for region, funds in books.by_region(case).items()}
    assert found == {NANJING: {"hifp_pay"}, "320102": {"maf_pay"}}


def test_of_two_counties_identities_the_desk_takes_the_better_one_once_J22(tables: Tables) -> None:
    """因病致贫 of one county (nothing within the city below its line), 低保边缘 of another: the
    better one, in its own county's books."""
    known(
        NANJING,
        identity("illness_poor", date(2024, 1, 1), admdvs="320102"),
        identity("low_income_edge", date(2024, 1, 1), admdvs="320104"),
    )
    case = granted(office(), draft(), at("2026-03-16 09:00"))
    assert case.pricing is not None
    assert case.pricing.category == "low_income_edge"
    assert set(books.by_region(case)) == {NANJING, "320104"}


def test_an_identity_of_another_city_is_not_priced_here_and_said_J24(tables: Tables) -> None:
    known(NANJING, identity("subsistence_allowance", date(2024, 1, 1), admdvs="320505"))
    case = granted(office(), draft(), at("2026-03-16 09:00"))
    assert case.pricing is not None
    assert case.pricing.category == "none"
    assert any("320505" in note for note in case.pricing.notes)


def employed(**given: int) -> Case:
    """An employee of an employer in arrears; what insurance would have paid, in fen."""
    when = datetime(2024, 1, 1, tzinfo=UTC)
    suspended = insurance(
        date(2020, 1, 1), admdvs=NANJING, insutype="310", psn_type="11", status="2"
    )
    commit(people.person_registered(person("P1", name="张P1"), when))
    commit(recorded.insurance_recorded("P1", None, suspended, when))
    allowance = identity("subsistence_allowance", date(2024, 1, 1), admdvs=NANJING)
    commit(recorded.identity_recorded("P1", None, allowance, when))
    return draft(insutype="310", arrears=True, person_group="employed", agency_amounts=given)


def test_arrears_of_an_employees_employer_are_priced_on_what_the_agency_states_J23(
    tables: Tables,
) -> None:
    """Right money, 14. 10,000.00, of it 9,000.00 in policy; basic would have paid 7,000.00,
    large-cost nothing: 90 % of the 2,000.00 left. The 7,000.00 stay open with the person."""
    case = granted(office(), employed(hifp_pay=700_000, hifob_pay=0), at("2026-03-16 09:00"))
    assert case.pricing is not None
    assert {f: a.yuan() for f, a in case.pricing.by_fund.items()} == {"maf_pay": "1800.00"}
    assert case.pricing.own.yuan() == "8200.00"
    assert "第二十三条" in case.pricing.notes[0]


@pytest.mark.parametrize("given", [{}, {"hifp_pay": 700_000}, {"hifob_pay": 0}])
def test_what_insurance_would_have_paid_is_asked_for_not_taken_as_zero_J23(
    tables: Tables, given: dict[str, int]
) -> None:
    with pytest.raises(PolicyUndetermined) as refusal:
        granted(office(), employed(**given), at("2026-03-16 09:00"))
    assert refusal.value.code == "FIGURE_MISSING"
    assert refusal.value.field == ("hifob_pay" if "hifp_pay" in given else "hifp_pay")


def test_what_insurance_would_have_paid_fits_the_cost_J23(tables: Tables) -> None:
    with pytest.raises(BadInput, match="超过可支付的"):
        granted(office(), employed(hifp_pay=900_001, hifob_pay=0), at("2026-03-16 09:00"))
