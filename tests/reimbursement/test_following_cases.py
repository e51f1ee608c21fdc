"""A manual case that was granted before a better identity was recognised: followed by supplements
as a settlement is (J27)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from tests.conftest import Tables
from tests.reimbursement.office import (
    AUDITOR,
    INSPECTOR,
    INTAKE,
    MANAGER,
    REVIEWER,
    draft,
    given,
    granted,
    office,
    opened,
    register,
)
from tests.reimbursement.test_following import (
    CATEGORIES,
    END,
    LATER,
    NOW,
    audited,
    paid,
    rechecked,
    recorded,
    walked,
)

from medaid.benefit.claim import decide
from medaid.errors import Conflict
from medaid.money import Fen
from medaid.people import service as people
from medaid.reimbursement import service
from medaid.reimbursement.model import Case, OtherPayment, State
from medaid.reimbursement.pricing import request_of
from medaid.settlement.model import Settlement

SINCE = date(2026, 1, 1)


def no_settlement(setl_ids: Sequence[str]) -> Sequence[Settlement]:
    raise AssertionError(f"{setl_ids}: nothing was settled at the counter")


def reminded(o: service.Context, now: Any = LATER) -> list[Case]:
    return service.remind(o, "P1", SINCE, no_settlement, now)


def case_paid(o: service.Context, categories: Sequence[str] = (), **changes: Any) -> Case:
    """A case of a stay of 10,000.00, paid with what `categories` entitle to."""
    register(categories=categories)
    return paid(o, granted(o, draft(**changes), NOW), NOW)


def test_a_better_identity_recognised_after_a_case_was_paid_prepares_the_difference_J27(
    tables: Tables,
) -> None:
    """Paid as subsistence allowance at 90 %, then destitute support at 100 %: of the 1,775.00 left
    after basic 1,597.50 were paid, 177.50 are due; prepared and told once."""
    o = office()
    case = case_paid(o, ("subsistence_allowance",))
    assert reminded(o) == [], "paid with what stands"
    recorded("destitute_support", SINCE, at=LATER)
    (more,) = reminded(o)
    assert reminded(o) == []
    assert (more.settled, more.origin, more.state) == (case.case_id, "system", State.DRAFTED)
    assert (more.receipts, more.account, more.orders, more.pricing) == ((), None, (), None)
    told = [i["pk"]["S"] for i in tables.items("outbox") if "not_settled" in i["pk"]["S"]]
    assert len(told) == 1
    more = walked(o, more, LATER)
    assert more.pricing is not None
    assert {f: a.yuan() for f, a in more.pricing.by_fund.items()} == {"maf_pay": "177.50"}
    assert more.suspects == (), "it is no duplicate of the case that it adds to"
    assert paid(o, more, LATER).state == State.CONFIRMED
    totals = people.load("P1", 2026).totals(2026).amounts
    assert totals["paid:assistance_inpatient"] == 177500
    assert reminded(o) == [], "a supplement is followed with its case, not for itself"


@pytest.mark.parametrize("order", [*permutations(CATEGORIES)], ids="-".join)
@pytest.mark.parametrize("reached", ["audit", "recheck", "paid"])
def test_whatever_the_order_of_recognition_a_case_is_paid_what_the_best_grants_J27(
    tables: Tables, order: tuple[str, ...], reached: str
) -> None:
    """The first identity is known when the case is granted or not; the others come when the
    supplement before has come as far as `reached`."""
    o = office()
    first, *late = order if reached != "paid" else ("", *order)
    names = [case_paid(o, (first,) if first else ()).case_id]
    for number, category in enumerate(late):
        now = LATER + timedelta(days=number)
        recorded(category, SINCE, at=now)
        for one in reminded(o, now):
            names.append(one.case_id)
            if reached == "paid":
                paid(o, walked(o, one, now), now)
            else:
                walked(o, one, now, reached)
    last = LATER + timedelta(days=9)
    for name in names[1:]:
        found = service.case_detail(o, INTAKE, name, last).case
        if found.state == State.AUDITED:
            rechecked(o, found, last)
    assert reminded(o, last) == []
    register("P9", categories=CATEGORIES)
    asked = request_of(draft(psn_no="P9"))
    best = decide(people.load("P9", 2026), asked, END, o.policy_for, lambda *_: "adult").priced
    sums: dict[str, int] = {}
    for name in names:
        for fund, fen in service.case_detail(o, INTAKE, name, last).case.pricing.by_fund.items():  # type: ignore[union-attr]
            sums[fund] = sums.get(fund, 0) + int(fen)
    assert sums == {fund: int(fen) for fund, fen in best.by_fund.items()}
    totals = people.load("P1", 2026).totals(2026).amounts
    assert totals["paid:assistance_inpatient"] == sums["maf_pay"]
    assert totals["own_all"] == 1_000_000 - sum(sums.values())


def recovered(o: service.Context, case: Case, amount: Fen) -> Case:
    why = given("不实", "第四十一条")
    case = service.demand_recovery(o, INSPECTOR, case.case_id, case.version, amount, NOW, why)
    return service.order_recovery(o, REVIEWER, case.case_id, case.version, NOW, given())


@pytest.mark.parametrize("left", [0, 1, 50_000])
def test_what_was_recovered_of_a_case_is_respected_J27(tables: Tables, left: int) -> None:
    """Recovered in full it is no ground any more; what is left of one recovered in part is, and the
    recovery is not paid out again: the same 177.50 are due."""
    o = office()
    case = case_paid(o, ("subsistence_allowance",))
    case = recovered(o, case, Fen(case.granted - Fen(left)))
    recorded("destitute_support", SINCE, at=LATER)
    found = reminded(o)
    assert [one.settled for one in found] == ([case.case_id] if left else [])
    for one in found:
        assert walked(o, one, LATER).granted == Fen.of_yuan("177.50")


@pytest.mark.parametrize(
    ("category", "since"),
    [("destitute_support", date(2026, 3, 11)), ("low_income_edge", SINCE)],
    ids=["stands only after the stay", "no better than what was paid"],
)
def test_an_identity_that_adds_nothing_to_a_case_prepares_nothing_J27(
    tables: Tables, category: str, since: date
) -> None:
    o = office()
    case_paid(o, ("subsistence_allowance",))
    recorded(category, since, at=LATER)
    assert reminded(o) == []
    assert not [i for i in tables.items("outbox") if "not_settled" in i["pk"]["S"]]


@pytest.mark.parametrize("end", ["audited", "withdraw", "refuse", "annul"])
def test_a_case_that_grants_nothing_now_prepares_nothing_J27(tables: Tables, end: str) -> None:
    """On one that is still decided the re-check refuses what was priced without the identity."""
    o = office()
    register(categories=("subsistence_allowance",))
    why = given("另行处理", "第二十七条")
    if end == "annul":
        case = granted(o, draft(), NOW)
        service.annul(o, REVIEWER, case.case_id, case.version, NOW, why)
    else:
        case = opened(o, draft(), NOW)
        case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
        if end == "audited":
            case = audited(o, case, NOW)
        else:
            getattr(service, end)(o, INTAKE, case.case_id, case.version, NOW, why)
    recorded("destitute_support", SINCE, at=LATER)
    assert reminded(o) == []
    if end == "audited":
        with pytest.raises(Conflict, match="重新核算"):
            service.recheck(o, REVIEWER, case.case_id, case.version, LATER, given())


def test_a_supplement_waits_while_its_case_does_not_stand_J27(tables: Tables) -> None:
    """Granted, not yet paid, then annulled to be priced again: the supplement that was prepared
    meanwhile has nothing to add to, before and after."""
    o = office()
    register(categories=("subsistence_allowance",))
    case = granted(o, draft(), NOW)
    recorded("destitute_support", SINCE, at=LATER)
    (more,) = reminded(o)
    case = service.annul(
        o, REVIEWER, case.case_id, case.version, LATER, given("身份有误", "第二十条")
    )
    more = walked(o, more, LATER, "accept")
    with pytest.raises(Conflict, match=case.case_id):
        service.price(o, INTAKE, more.case_id, more.version, LATER, given())
    case = rechecked(o, case, LATER)
    assert case.pricing is not None
    assert case.pricing.category == "destitute_support"
    with pytest.raises(Conflict, match="应补 0"):
        service.price(o, INTAKE, more.case_id, more.version, LATER, given())


def test_an_officer_adds_to_a_case_only_while_it_is_a_ground_J27(tables: Tables) -> None:
    """Not to a supplement, not to somebody else's case, not to one that was recovered in full."""
    o = office()
    case = case_paid(o, ("subsistence_allowance",))
    recorded("destitute_support", SINCE, at=LATER)
    (more,) = reminded(o)
    more = walked(o, more, LATER)
    on_more = replace(draft(key="7"), settled=more.case_id, receipts=())
    on_more = opened(o, on_more, LATER)
    on_more = service.accept(o, INTAKE, on_more.case_id, on_more.version, LATER, given())
    with pytest.raises(Conflict, match="已是补充报销"):
        service.price(o, INTAKE, on_more.case_id, on_more.version, LATER, given())
    assert service.case_detail(o, AUDITOR, case.case_id, LATER).case.state == State.CONFIRMED


def particular(kind: str, psn_no: str) -> Case:
    case = draft(psn_no, psn_no)
    if kind == "arrears":  # so much that critical insurance, which nobody pays now, grants more
        case = draft(psn_no, psn_no, total="200000.00", in_policy="180000.00", arrears=True)
    if kind == "hardship":
        case = replace(case, care=replace(case.care, place="outside"))
    if kind == "others":
        case = replace(case, others=(OtherPayment("商业保险", "commercial", Fen(10_000)),))
    return case


def priced(o: service.Context, case: Case) -> Case:
    """From draft to priced, helped out of hardship where it was treated outside unreferred."""
    case = opened(o, case, NOW)
    case = service.accept(o, INTAKE, case.case_id, case.version, NOW, given())
    if case.care.place == "outside":
        why = given("确有困难", "第二十五条")
        case = service.approve_hardship(o, MANAGER, case.case_id, case.version, 20, NOW, why)
    return case


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("arrears", ()),
        ("arrears", ("low_income_edge",)),
        ("hardship", ("subsistence_allowance",)),
        ("others", ()),
        ("others", ("subsistence_allowance",)),
    ],
)
def test_what_is_particular_to_a_case_is_so_in_its_supplement_J23_J25_J27(
    tables: Tables, kind: str, first: tuple[str, ...]
) -> None:
    """An employer in arrears, a stay without its referral, what others paid: the case and its
    supplement grant what one case of somebody always destitute does, fund by fund. Where nothing
    was granted before, that is a ground too."""
    o = office()
    register(categories=first)
    case = rechecked(o, priced(o, particular(kind, "P1")), NOW)
    recorded("destitute_support", SINCE, at=LATER)
    (more,) = reminded(o)
    more = walked(o, more, LATER)
    register("P9", categories=("destitute_support",))
    best = rechecked(o, priced(o, particular(kind, "P9")), NOW)
    assert case.pricing is not None
    assert more.pricing is not None
    assert best.pricing is not None
    sums = dict(case.pricing.by_fund)
    for fund, fen in more.pricing.by_fund.items():
        sums[fund] = Fen(sums.get(fund, Fen(0)) + fen)
    assert sums == best.pricing.by_fund
    assert more.pricing.own == best.pricing.own
    year = {name: people.load(name, 2026).totals(2026).amounts for name in ("P1", "P9")}
    assert year["P1"] == year["P9"]
