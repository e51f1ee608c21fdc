"""What only manual reimbursement prices: the difference after an identity was found (J20, J27),
shares of what is recovered, stored forms."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reimbursement.office import NANJING, SOURCE, draft, office

from medaid.aws.codec import decode, encode
from medaid.benefit.claim import candidate
from medaid.benefit.engine import price
from medaid.benefit.facts import identities_by_region
from medaid.errors import BadInput, Conflict, Refused
from medaid.money import Fen
from medaid.people.model import Identity, Insurance, Person, PersonFile, YearTotals
from medaid.reimbursement.books import recovered_share
from medaid.reimbursement.model import (
    Act,
    Case,
    CaseOrder,
    Hardship,
    OriginalSettlement,
    OtherPayment,
    Pricing,
)
from medaid.reimbursement.pricing import quote, request_of

O = office()  # noqa: E741  # the office
TODAY = date(2026, 6, 1)
DAY = date(2026, 3, 10)
PERSON = Person("P1", "张三", "1", "01", "", date(1980, 1, 1))
INSURED = Insurance("390", NANJING, "1", "1501", date(2020, 1, 1))


def person(totals: dict[str, int] | None = None, *categories: str) -> PersonFile:
    when = datetime(2024, 1, 1, tzinfo=UTC)
    identities = tuple(
        Identity(c, "民政", NANJING, date(2024, 1, 1), None, when, SOURCE) for c in categories
    )
    years = (YearTotals(2026, 3, totals or {}, "x"),)
    return PersonFile(PERSON, (INSURED,), identities, (), (), years)


def quoted(case: Case, file: PersonFile, original: OriginalSettlement | None = None) -> Pricing:
    return quote(
        case,
        file,
        O.policy_for,
        O.procedure,
        TODAY,
        O.person_group,
        original,
    )


def settled(case: Case, before: dict[str, int]) -> tuple[OriginalSettlement, dict[str, int]]:
    """A settlement of the same bill without any identity, and the year's totals after it."""
    one = candidate(
        person(before), request_of(case), "", (), TODAY, O.policy_for, lambda *_: "adult"
    )
    priced = price(one.policy, one.claim)
    added = {name: amount - before.get(name, 0) for name, amount in priced.totals.items()}
    return OriginalSettlement(
        "3201S1",
        "P1",
        case.fees.medfee_sumamt,
        case.fees.inscp_scp_amt,
        "none",
        priced.by_fund,
        priced.person_pays,
        2026,
        added,
    ), dict(priced.totals)


def test_the_difference_to_what_was_settled_J27() -> None:
    """Settled without identity: basic 7,225 paid, 2,775 left. With 低保 since before: assistance 90
    % of the 1,775 in-policy left."""
    case = replace(draft(), settled="3201S1")
    original, totals = settled(case, {})
    pricing = quoted(case, person(totals, "subsistence_allowance"), original)
    assert {f: a.yuan() for f, a in pricing.by_fund.items()} == {"maf_pay": "1597.50"}
    assert pricing.own == Fen.of_yuan("1177.50")
    assert pricing.after["paid:basic_inpatient"] == totals["paid:basic_inpatient"], (
        "what insurance settled stays as it was"
    )
    assert pricing.after["own_all"] == totals["own_all"] - 159750


@given(st.integers(100000, 30000000), st.integers(0, 5000000))
def test_settled_and_added_give_what_one_settlement_with_the_identity_had_given_J27(
    total: int, own_expense: int
) -> None:
    """From an empty year, for any bill: the two together equal a settlement that had known the
    identity."""
    own_expense = min(own_expense, total)
    case = draft()
    case = replace(
        case,
        settled="3201S1",
        fees=replace(
            case.fees,
            medfee_sumamt=Fen(total),
            inscp_scp_amt=Fen(total - own_expense),
            fulamt_ownpay_amt=Fen(own_expense),
        ),
    )
    original, totals = settled(case, {})
    whole = quoted(replace(case, settled=""), person({}, "subsistence_allowance"))
    if whole.granted == sum(map(int, original.by_fund.values())):
        with pytest.raises(Conflict):
            quoted(case, person(totals, "subsistence_allowance"), original)
        return
    added = quoted(case, person(totals, "subsistence_allowance"), original)
    assert added.granted + Fen(sum(map(int, original.by_fund.values()))) == whole.granted
    assert added.own == whole.own
    assert dict(added.after) == dict(whole.after)


def test_without_a_standing_identity_there_is_nothing_to_add_J27() -> None:
    case = replace(draft(), settled="3201S1")
    original, totals = settled(case, {})
    with pytest.raises(Conflict, match=r"应补 0\.00"):
        quoted(case, person(totals), original)


def test_another_person_or_bill_than_the_settlement_is_refused_J27() -> None:
    case = replace(draft(), settled="3201S1")
    original, totals = settled(case, {})
    for wrong in (
        replace(original, psn_no="P2"),
        replace(original, total=Fen(1)),
        replace(original, in_policy=Fen(1)),
    ):
        with pytest.raises(BadInput, match="与原结算不一致"):
            quoted(case, person(totals, "subsistence_allowance"), wrong)


def test_not_enrolled_is_refused_and_names_why() -> None:
    with pytest.raises(Refused, match="没有险种 390 的参保"):
        quoted(draft(), replace(person({}), insurances=()))
    with pytest.raises(Refused, match="参保状态"):
        quoted(draft(), replace(person({}), insurances=(replace(INSURED, status="2"),)))


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=5).filter(any), st.data())
def test_recoveries_take_back_of_each_fund_no_more_than_it_paid(
    paid: list[int], data: st.DataObject
) -> None:
    """Shares sum to the recovery; all recoveries together never take more of a fund than it gave;
    recovering all takes all."""
    left = sum(paid)
    orders: list[CaseOrder] = []
    while left and len(orders) < 4:
        amount = left if len(orders) == 3 else data.draw(st.integers(1, left))
        orders.append(CaseOrder(f"r{len(orders)}", len(orders), Fen(-amount), None))
        left -= amount
    case = replace(draft(), orders=tuple(orders))
    taken = [0] * len(paid)
    for order in orders:
        shares = recovered_share(case, order, paid)
        assert sum(map(int, shares)) == -order.amount
        assert all(share >= 0 for share in shares)
        taken = [t + int(s) for t, s in zip(taken, shares, strict=True)]
    assert all(t <= p for t, p in zip(taken, paid, strict=True))
    assert left or taken == paid


def identity(admdvs: str, since: date = date(2024, 1, 1), end: date | None = None) -> Identity:
    return Identity(
        "subsistence_allowance",
        "民政",
        admdvs,
        since,
        end,
        datetime(2024, 1, 1, tzinfo=UTC),
        SOURCE,
    )


@pytest.mark.parametrize(
    ("admdvs", "counts"), [("320100", True), ("320104", True), ("320500", False), ("320000", False)]
)
def test_a_citys_office_decides_for_identities_of_its_counties_and_no_others_J24(
    admdvs: str, counts: bool
) -> None:
    file = replace(person({}), identities=(identity(admdvs),))
    found = identities_by_region(file.identities, request_of(draft()))
    assert found == ({admdvs: ("subsistence_allowance",)} if counts else {})
    pricing = quoted(draft(), file)
    assert pricing.assisting_region == (admdvs if counts else "")
    assert any(admdvs in note for note in pricing.notes) is not counts


@pytest.mark.parametrize(
    ("care", "since", "end", "counts"),
    [
        ("inpatient", date(2026, 3, 10), None, True),
        ("inpatient", date(2026, 3, 11), None, False),
        ("inpatient", date(2024, 1, 1), date(2026, 2, 10), False),
        ("inpatient", date(2024, 1, 1), date(2026, 3, 2), True),
        ("outpatient", date(2026, 3, 10), None, True),
        ("outpatient", date(2026, 3, 11), None, False),
    ],
)
def test_an_identity_counts_from_its_day_and_to_the_end_of_its_month_J20(
    care: str, since: date, end: date | None, counts: bool
) -> None:
    file = replace(person({}), identities=(identity(NANJING, since, end),))
    assert bool(identities_by_region(file.identities, request_of(draft(care=care)))) is counts


def test_a_case_is_stored_and_read_back_whole() -> None:
    pricing = quoted(draft(), person({}, "subsistence_allowance"))
    case = replace(
        draft(),
        pricing=pricing,
        hardship=Hardship(5, "m", "x"),
        others=(OtherPayment("a", "donation", Fen(5)),),
        agency_amounts={"hifp_pay": 3},
    )
    text = json.dumps(encode(case), ensure_ascii=False)
    assert decode(Case, json.loads(text)) == case
    assert "." not in "".join(
        str(v) for v in json.loads(text)["fees"].values() if isinstance(v, int)
    ), "whole fen"


def test_what_was_stored_before_a_field_existed_reads_with_its_default() -> None:
    data = encode(draft())
    del data["account"]
    assert decode(Case, data).account is None
    with pytest.raises(KeyError):
        decode(Case, {**data, "unknown": 1})


def test_a_float_is_never_stored() -> None:
    with pytest.raises(TypeError, match="float"):
        encode(
            Act(
                1,
                "x",
                "o",
                "intake",
                datetime(2026, 1, 1, tzinfo=UTC),
                "",
                "",
                changes={"a": (1.5, "b")},  # type: ignore[dict-item]
            )
        )  # the float is the case
