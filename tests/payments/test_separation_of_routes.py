"""Q3.1 over every pair of acts on every route: who has done an act of one duty is refused every act
of a duty that excludes it, whichever package the routes belong to, over any time; and who stands in
for somebody else has the conflicts of both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from tests.conftest import Tables
from tests.infra.test_owners import sample
from tests.payments.builders import ACCOUNT, HOSPITAL, NOW, OTHER
from tests.reach import package, walked

from medaid.aws import rest
from medaid.aws.rest.app import mount
from medaid.aws.rest.bodies import Done
from medaid.aws.rest.officers import Desk
from medaid.aws.rest.table import Call, Owner, Route, Routes
from medaid.aws.web import Caller
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.ids import OfficerId
from medaid.local.docs import TABLES
from medaid.payments import service
from medaid.payments.acts import acts, read
from medaid.payments.model import Delegation, Duty, RegisteredOfficer
from medaid.payments.separation import separation
from medaid.regions import Region
from medaid.reimbursement.procedure import procedure

HERE = Region("440900")
ROLE = {Duty.AUDIT: "auditor", Duty.ACCOUNT: "accountant", Duty.PAY: "cashier"}
ROUTES = {
    f"{route.method} {route.path}": (table, route)
    for table in TABLES
    for route in table
    if route.method != "GET"
}
BOSS, AWAY, STANDS_IN = OfficerId("o-boss"), OfficerId("o-away"), OfficerId("o-stands-in")
NAMES = count()
BY_ROLE = {
    Duty.ACCOUNT: "accountant",
    Duty.PAY: "cashier",
}


def duties() -> Iterator[tuple[str, Duty]]:
    """Every act with a duty; those of the caller's role once for each."""
    yield from acts().duties.items()
    for route in sorted(acts().by_role):
        for duty in BY_ROLE:
            yield route, duty


ACTS = sorted(duties())


def ask(name: str, who: str, role: str, days: int = 0, region: str = HERE) -> int:
    """The status of an act whose own function does nothing: 200 where it was let in."""
    table, route = ROUTES[name]

    def done(_call: Call[Any, Any], **_parts: Any) -> Any:
        return Done()

    only: Routes[Any] = Routes(table.tag, table.title)
    only._routes.append(replace(route, call=done, body=None))
    at = NOW + timedelta(days=days)
    desk = Desk(service.officer_titles, service.admit, service.note_act)
    app = mount(rest.resolver(), only, lambda: at, lambda _now: None, desk)
    path = route.path
    for part, kind in route.parameters.items():
        path = path.replace(f"{{{part}}}", sample(part, kind))
    claims = {"sub": who, "custom:admdvs": region, "cognito:groups": role}
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "queryStringParameters": {},
        "requestContext": {
            "http": {"method": route.method, "path": path},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": "",
        "isBase64Encoded": False,
    }
    answer = app.resolve(event, object())  # type: ignore[arg-type]  # no context is looked at
    if answer["statusCode"] == 403:
        code = json.loads(answer["body"])["code"]
        return 4031 if code == "SEPARATION" else 403
    return int(answer["statusCode"])


def role_for(name: str, duty: Duty) -> str:
    """A role of the route by which an officer of the duty is let in."""
    roles = ROUTES[name][1].roles
    return ROLE[duty] if ROLE[duty] in roles else roles[0]


# ---- every route says what it is -----------------------------------------------------------------


def test_a_route_of_a_duty_lets_in_who_can_hold_it() -> None:
    """By its own role, or by one of none: never by the role of a duty that excludes it."""
    for name, duty in ACTS:
        others = {ROLE[one] for one in Duty if one != duty}
        if name not in acts().by_role:
            assert not others & {*ROUTES[name][1].roles}, name


def test_an_act_by_nothing_but_a_role_of_a_duty_is_not_free() -> None:
    """Where only auditors, only accountants or only cashiers are let in, the act is of that duty,
    or the list says why not."""
    quiet = {
        name
        for name, (_, route) in ROUTES.items()
        if {*route.roles} <= {*ROLE.values()} and name in acts().free
    }
    assert quiet == {
        "POST /reimbursement/cases/{case_id}/close",
        "POST /clearing/{admdvs}/bills/{month}/disputes/{creditor}",
    }


def test_the_acts_of_cases_are_of_the_duties_that_the_procedure_says() -> None:
    for move in procedure().moves.values():
        name = f"POST /reimbursement/cases/{{case_id}}/{move.act}"
        if name in ROUTES:
            assert acts().duties.get(name) == move.duty, move.act


def test_what_moves_money_claims_its_duty_in_its_own_transaction() -> None:
    """All but what only enters or closes books: their first act is noted at the edge."""
    held = package()
    cases = "POST /reimbursement/cases/"
    noted_at_the_edge = {
        name
        for name, _ in ACTS
        for reads in (ROUTES[name][1].call.__code__.co_names,)
        if "claim_duty" not in walked(["decide_act"] if name.startswith(cases) else reads, held)
    }
    assert noted_at_the_edge <= {
        "POST /fund/{admdvs}/periods/{month}/close",
        "POST /fund/{admdvs}/years/{year}/close",
        "POST /fund/{admdvs}/budget/{year}",
        "POST /fund/{admdvs}/final-accounts/{year}/{fund}",
    }


@pytest.mark.parametrize(
    "text",
    [
        '[duty]\naudit=["POST /a"]\nby_role=[]\n[[free]]\nwhy="x"\nroutes=["POST /a"]\n',
        '[duty]\naudit=["POST /a","POST /a"]\nby_role=[]\n[[free]]\nwhy="x"\nroutes=[]\n',
        '[duty]\naudit=[]\nby_role=[]\n[[free]]\nwhy=" "\nroutes=["POST /a"]\n',
        '[duty]\ncheat=[]\nby_role=[]\n[[free]]\nwhy="x"\nroutes=[]\n',
    ],
)
def test_a_list_that_says_two_things_or_nothing_does_not_load(text: str) -> None:
    if "cheat" in text:
        text = text.replace("cheat=[]", 'cheat=["POST /a"]')
    with pytest.raises(ValueError, match=r"twice|why|cheat"):
        read(text)


# ---- every pair ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "duty"), ACTS)
def test_every_pair_of_acts_on_every_route_Q3_1(tables: Tables, first: str, duty: Duty) -> None:
    """Right money, 16. 400 days later still; another person is let in, and the same person for the
    same duty."""
    who = f"o-{next(NAMES)}"
    assert ask(first, who, role_for(first, duty)) in (200, 201)
    for then, other in ACTS:
        expected = (200, 201) if other == duty else (4031,)
        assert ask(then, who, role_for(then, other), days=400) in expected, then
        fresh = f"o-{next(NAMES)}"
        assert ask(then, fresh, role_for(then, other)) in (200, 201), then


def test_another_region_is_another_office_and_a_duty_that_ended_is_none(tables: Tables) -> None:
    audits, pays = "POST /reimbursement/cases/{case_id}/audit", "POST /payments/{admdvs}/batches"
    assert ask(audits, AWAY, "auditor", region="320100") == 200
    assert ask(pays, AWAY, "cashier") == 201
    service.end_duty(HERE, AWAY, Duty.PAY, BOSS, "调岗", NOW + timedelta(days=1))
    assert ask(audits, AWAY, "auditor", days=1) == 200
    assert ask(pays, AWAY, "cashier", days=2) == 4031


@pytest.mark.parametrize(("name", "duty"), ACTS)
def test_a_token_of_two_posts_does_neither_Q3_1(tables: Tables, name: str, duty: Duty) -> None:
    other = next(
        ROLE[one] for one in Duty if one != duty and ROLE[one] not in ROUTES[name][1].roles
    )
    who = f"o-{next(NAMES)}"
    if name not in acts().by_role:
        assert ask(name, who, f"{role_for(name, duty)} {other}") == 4031


def test_an_act_that_failed_is_no_duty(tables: Tables) -> None:
    assert ask("POST /payments/{admdvs}/batches", AWAY, "cashier", region="320100") == 403
    assert service.list_officers(HERE) == []
    assert service.list_officers(Region("320100")) == []


# ---- who stands in -------------------------------------------------------------------------------

MONDAY, FRIDAY = date(2026, 3, 23), date(2026, 3, 27)


def delegated(
    duty: Duty = Duty.ACCOUNT,
    begin: date = MONDAY,
    end: date = FRIDAY,
    by: OfficerId = BOSS,
    reason: str = "年休假",
    delegate: OfficerId = STANDS_IN,
) -> Delegation:
    return service.delegate_duty(HERE, duty, AWAY, delegate, begin, end, reason, by, NOW)


def hold(who: str, duty: Duty) -> None:
    name = next(name for name, one in acts().duties.items() if one == duty)
    assert ask(name, who, role_for(name, duty)) in (200, 201)


@pytest.mark.parametrize(("days", "allowed"), [(6, False), (7, True), (11, True), (12, False)])
def test_the_delegate_does_the_duty_on_the_days_and_on_no_other(
    tables: Tables, days: int, allowed: bool
) -> None:
    """From Monday to Friday, both included; NOW is the Monday before."""
    hold(AWAY, Duty.ACCOUNT)
    delegated()
    vouchers = "POST /fund/{admdvs}/vouchers"
    assert ask(vouchers, STANDS_IN, "intake", days=days) == (201 if allowed else 403)
    assert ask(vouchers, f"o-{next(NAMES)}", "intake", days=days) == 403


def test_a_delegation_gives_that_duty_alone_and_leaves_none_behind(tables: Tables) -> None:
    hold(AWAY, Duty.ACCOUNT)
    delegated()
    assert ask("POST /fund/{admdvs}/vouchers", STANDS_IN, "intake", days=8) == 201
    assert ask("POST /fund/{admdvs}/periods/{month}/reopen", STANDS_IN, "intake", days=8) == 403
    assert ask("POST /payments/{admdvs}/batches", STANDS_IN, "intake", days=8) == 403
    assert ask("POST /payments/{admdvs}/batches", STANDS_IN, "cashier", days=13) == 201


@pytest.mark.parametrize(("name", "duty"), [(n, d) for n, d in ACTS if d != Duty.ACCOUNT])
def test_who_stands_in_for_the_accountant_does_no_act_of_another_duty_Q3_1(
    tables: Tables, name: str, duty: Duty
) -> None:
    hold(AWAY, Duty.ACCOUNT)
    delegated()
    assert ask(name, STANDS_IN, role_for(name, duty), days=8) == 4031
    assert ask(name, STANDS_IN, role_for(name, duty), days=12) in (200, 201)


@pytest.mark.parametrize("duty", [Duty.AUDIT, Duty.PAY])
def test_who_holds_an_excluded_duty_cannot_stand_in_Q3_1(tables: Tables, duty: Duty) -> None:
    hold(AWAY, Duty.ACCOUNT)
    hold(STANDS_IN, duty)
    with pytest.raises(Forbidden, match="互相兼任"):
        delegated()
    assert service.get_officer(HERE, STANDS_IN).delegations == ()


def test_nobody_stands_in_for_two_that_exclude_each_other(tables: Tables) -> None:
    hold(AWAY, Duty.ACCOUNT)
    other = OfficerId("o-other")
    hold(other, Duty.PAY)
    service.delegate_duty(HERE, Duty.PAY, other, STANDS_IN, FRIDAY, FRIDAY, "出差", BOSS, NOW)
    with pytest.raises(Forbidden, match="互相兼任"):
        delegated()
    delegated(end=FRIDAY - timedelta(days=1))


def test_whom_the_office_knows_in_no_such_duty_delegates_nothing(tables: Tables) -> None:
    with pytest.raises(Conflict, match="现不任"):
        delegated()
    hold(AWAY, Duty.ACCOUNT)
    delegated()
    with pytest.raises(Conflict, match="现不任"):
        service.delegate_duty(
            HERE, Duty.ACCOUNT, STANDS_IN, OfficerId("o-third"), MONDAY, FRIDAY, "x", BOSS, NOW
        )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": " "}, BadInput),
        ({"end": MONDAY - timedelta(days=1)}, BadInput),
        ({"begin": date(2026, 3, 1), "end": date(2026, 3, 15)}, BadInput),
        ({"end": date(2027, 3, 25)}, BadInput),
        ({"by": AWAY}, Forbidden),
        ({"by": STANDS_IN}, Forbidden),
        ({"delegate": AWAY}, BadInput),
    ],
)
def test_a_delegation_that_nobody_can_answer_for_is_refused(
    tables: Tables, changes: dict[str, Any], error: type[Exception]
) -> None:
    hold(AWAY, Duty.ACCOUNT)
    with pytest.raises(error):
        delegated(**changes)
    assert service.get_officer(HERE, AWAY).delegations == ()


def test_a_duty_is_delegated_to_one_at_a_time_and_the_same_again_is_the_same(
    tables: Tables,
) -> None:
    hold(AWAY, Duty.ACCOUNT)
    made = delegated()
    assert delegated(reason="又一次") == made
    with pytest.raises(Conflict, match="已有委托"):
        delegated(begin=FRIDAY, end=FRIDAY, delegate=OfficerId("o-third"))
    delegated(begin=FRIDAY + timedelta(days=1), end=FRIDAY + timedelta(days=1))


def test_a_delegation_ends_before_its_day_by_somebody_else_and_once(tables: Tables) -> None:
    hold(AWAY, Duty.ACCOUNT)
    made, tuesday = delegated(), NOW + timedelta(days=8)
    assert ask("POST /fund/{admdvs}/vouchers", STANDS_IN, "intake", days=8) == 201
    with pytest.raises(Forbidden):
        service.end_delegation(HERE, made.delegation_id, STANDS_IN, tuesday)
    with pytest.raises(Refused):
        service.end_delegation(HERE, "x", BOSS, tuesday)
    ended = service.end_delegation(HERE, made.delegation_id, BOSS, tuesday)
    assert (ended.ended_by, ended.until) == (BOSS, tuesday)
    assert ask("POST /fund/{admdvs}/vouchers", STANDS_IN, "intake", days=9) == 403
    with pytest.raises(Conflict, match="已终止"):
        service.end_delegation(HERE, made.delegation_id, BOSS, NOW + timedelta(days=9))


@pytest.mark.parametrize(
    ("other", "days", "done", "same"),
    [
        (STANDS_IN, 0, None, True),
        (AWAY, 8, None, True),
        (AWAY, 0, None, False),
        (AWAY, 13, None, False),
        (AWAY, 13, 8, True),
        (AWAY, 13, 5, False),
        ("o-third", 8, 8, False),
    ],
)
def test_who_stands_in_checks_neither_their_own_work_nor_the_others_Q3_1(
    tables: Tables, other: str, days: int, done: int | None, same: bool
) -> None:
    """While it lasts for all that the other did; afterwards for what was done in its days. The
    same holds for the one who was away."""
    hold(AWAY, Duty.ACCOUNT)
    delegated()
    at = NOW + timedelta(days=days)
    when = NOW + timedelta(days=done) if done is not None else None
    mine = service.get_officer(HERE, STANDS_IN)
    assert mine.is_one_hand_with(other, at, when) is same
    if other == AWAY:
        theirs = service.get_officer(HERE, AWAY)
        assert theirs.is_one_hand_with(STANDS_IN, at, when) is same


def test_the_conflict_of_who_stands_in_holds_below_the_edge_too_Q3_1(tables: Tables) -> None:
    """By the delegation itself, whatever roles come with the act; nothing is held afterwards."""
    hold(AWAY, Duty.ACCOUNT)
    delegated()
    tuesday = NOW + timedelta(days=8)
    with pytest.raises(Forbidden, match="互相兼任"):
        service.claim_duty(HERE, STANDS_IN, frozenset({"cashier"}), Duty.PAY, tuesday)
    assert service.claim_duty(HERE, STANDS_IN, frozenset(), Duty.ACCOUNT, tuesday) == ()
    assert service.claim_duty(HERE, STANDS_IN, frozenset(), Duty.PAY, NOW + timedelta(days=12))


def test_an_account_entered_is_not_approved_by_who_stands_in_Q3_1(tables: Tables) -> None:
    """By whatever right: two people means two hands."""
    hold(AWAY, Duty.ACCOUNT)
    delegated()
    tuesday, later = NOW + timedelta(days=8), NOW + timedelta(days=20)
    service.enter_account(HERE, HOSPITAL, ACCOUNT, AWAY, NOW)
    with pytest.raises(Forbidden, match="同一人"):
        service.approve_account(HERE, HOSPITAL, STANDS_IN, tuesday)
    service.approve_account(HERE, HOSPITAL, STANDS_IN, later)
    service.enter_account(HERE, HOSPITAL, OTHER, STANDS_IN, tuesday)
    with pytest.raises(Forbidden, match="同一人"):
        service.approve_account(HERE, HOSPITAL, AWAY, later)
    service.approve_account(HERE, HOSPITAL, BOSS, later)


def test_the_gate_reads_nothing_where_no_duty_is_in_play(
    tables: Tables, storage_calls: Any
) -> None:
    caller = Caller("o", region=HERE, roles=frozenset({"manager"}))
    name = "POST /fund/{admdvs}/periods/{month}/reopen"
    service.admit(caller, name, ("manager",), NOW)
    service.note_act(caller, name, ("manager",), NOW)
    service.admit(replace(caller, institution="H1"), "POST /fund/{admdvs}/vouchers", (), NOW)
    assert storage_calls.calls == []


def test_owners_are_asked_as_before() -> None:
    """A delegation is of one office: the route's own rule on region and institution stands."""
    assert {route.owner for _, route in (ROUTES[name] for name, _ in ACTS)} <= {
        Owner.REGION,
        Owner.OBJECT,
    }
    assert isinstance(ROUTES["POST /fund/{admdvs}/vouchers"][1], Route)
    assert separation().roles.keys() == {*ROLE.values()}
    assert RegisteredOfficer(AWAY, HERE).stands_in_as(NOW) == frozenset()
