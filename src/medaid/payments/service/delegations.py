"""Who stands in for whom (Q3.1): entered by a manager for some days, with the conflicts of both.
And the gate that every act of the office passes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from medaid.aws.transaction import Decided, Write, commit_once, transact
from medaid.aws.web import Caller
from medaid.errors import Forbidden, Refused, Unavailable
from medaid.ids import OfficerId
from medaid.payments import officers, rules
from medaid.payments.acts import acts
from medaid.payments.model import Delegation, Duty, RegisteredOfficer
from medaid.payments.separation import separation
from medaid.payments.service.duties import (
    claim_duty,
    get_officer,
    list_officers,
    load_officer,
    stored_officer,
)
from medaid.payments.store import PaymentItem
from medaid.regions import Region, is_region


def delegate_duty(
    region: Region,
    duty: Duty,
    principal: OfficerId,
    delegate: OfficerId,
    begin: date,
    end: date,
    reason: str,
    by: OfficerId,
    now: datetime,
) -> Delegation:
    """`delegate` does `duty` for `principal` from `begin` to `end`; kept with both. The same again
    changes nothing. Raises BadInput, Conflict STATE, Forbidden SEPARATION, Unavailable."""

    def decide() -> Decided[Delegation]:
        one, other = load_officer(region, principal), load_officer(region, delegate)
        same = (duty, principal, delegate, begin, end)
        for held in one[1].delegations:
            if (held.duty, held.principal, held.delegate, held.begin, held.end) == same:
                return Decided(held)
        made = officers.delegation(
            one[1], other[1], duty, begin, end, reason, by, now, separation()
        )
        return Decided(made, [_with(one, made, now), _with(other, made, now)])

    return transact(decide)


def end_delegation(region: Region, delegation_id: str, by: OfficerId, now: datetime) -> Delegation:
    """A delegation ended before its last day, by the principal's return or a manager's word. Raises
    Refused NOT_FOUND, Conflict STATE, Forbidden SEPARATION for the delegate, Unavailable."""

    def decide() -> Decided[Delegation]:
        made = next(
            (
                one
                for officer in list_officers(region)
                for one in officer.delegations
                if one.delegation_id == delegation_id
            ),
            None,
        )
        if made is None:
            raise Refused("NOT_FOUND", field="delegation", rule="没有该委托")
        after = officers.ended(made, by, now)
        both = [load_officer(region, who) for who in (made.principal, made.delegate)]
        return Decided(after, [_with(one, after, now) for one in both])

    return transact(decide)


def admit(caller: Caller, route: str, roles: tuple[str, ...], now: datetime) -> Caller:
    """The caller with the roles of the duties that they do for others, and held against the duties
    they may not hold together with that of the act. One read, and only where a duty is in play.

    `roles` are those the route lets in. Raises Forbidden SEPARATION, Unavailable.
    """
    rules_of = separation()
    lacking = not caller.roles.intersection(roles)
    duty = acts().duty_of(route, rules_of.roles, caller.roles)
    may_stand_in = lacking and any(role in rules_of.roles for role in roles)
    if caller.institution or not (duty or may_stand_in):
        return caller
    try:
        region = Region(caller.region)
    except ValueError:
        return caller  # of no region: the route refuses it
    officer = get_officer(region, OfficerId(caller.subject))
    for_others = officer.stands_in_as(now)
    more = {role for role, of in rules_of.roles.items() if of in for_others}
    acting = replace(caller, roles=caller.roles | more)
    duty = acts().duty_of(route, rules_of.roles, acting.roles & {*roles})
    if duty and acting.roles.intersection(roles):
        rules.check_duty(officer, acting.roles, duty, now, rules_of)
    return acting


def delegated_roles(caller: Caller, now: datetime) -> frozenset[str]:
    """The roles of the duties that the caller does for others at `now`. One read. Raises
    Unavailable."""
    if caller.institution or not is_region(caller.region):
        return frozenset()
    for_others = get_officer(Region(caller.region), OfficerId(caller.subject)).stands_in_as(now)
    return frozenset(role for role, of in separation().roles.items() if of in for_others)


def note_act(caller: Caller, route: str, roles: tuple[str, ...], now: datetime) -> None:
    """After an act: the officer holds its duty from now on, where its own service has not said so
    already."""
    used = caller.roles.intersection(roles)
    duty = acts().duty_of(route, separation().roles, used)
    if duty is not None and caller.region and used:
        region, who = Region(caller.region), OfficerId(caller.subject)
        with suppress(Forbidden, Unavailable):  # what was done is done; the next act is held to it
            commit_once(claim_duty(region, who, caller.roles, duty, now))


def _with(
    held: tuple[PaymentItem | None, RegisteredOfficer], made: Delegation, now: datetime
) -> Write:
    item, officer = held
    return stored_officer(item, officers.with_delegation(officer, made), now)
