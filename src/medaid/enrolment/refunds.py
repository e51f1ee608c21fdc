"""Refunds: applied for by one person, decided by another, and always the subsidy first (J15, J17).

A refund is up to three reversals: the assistance fund's part in the books, the treasury's part, and
the person's own, which the tax office pays back and reports. Sources: 苏医保办发〔2023〕27号 art.
15, 17; 医保办函〔2021〕11号 art. 16.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws.transaction import Decided, Write, transact
from medaid.enrolment import claims, entries, planning, rules, store
from medaid.enrolment.model import (
    PAID,
    Contribution,
    ContributionState,
    EnrolmentWay,
    Parts,
    Payer,
    RefundGround,
    RefundRequest,
    Reversal,
    RunKind,
    SplitContribution,
)
from medaid.errors import BadInput, Conflict, Refused
from medaid.ids import OfficerId, content_hash
from medaid.instants import aware, civil_date
from medaid.money import Fen
from medaid.papers.service import word
from medaid.payments.service import check_second
from medaid.people import enrolments
from medaid.people import service as people
from medaid.regions import Region

_RULE: Final = "医保办函〔2021〕11号 第十六条"
_J17: Final = "苏医保办发〔2023〕27号 第十七条"


def apply_for_refund(
    region: Region,
    psn_no: str,
    cover_year: int,
    ground: RefundGround,
    kept_region: str,
    document: str,
    by: OfficerId,
    now: datetime,
) -> Contribution:
    """Takes an application in. Of two places the one that the person keeps is named, and the
    material that is kept (J17).

    Raises Refused NOT_FOUND, BadInput FIELD_REQUIRED, Conflict STATE for what is not paid, is asked
    for already, or whose benefits have begun: then the relation is paused and nothing goes back.
    """
    if not document.strip():
        raise BadInput("FIELD_REQUIRED", field="document", rule=f"须留存相关资料({_J17})")
    if (ground is RefundGround.TWICE) != bool(kept_region):
        rule = "两地参保的须填写本人选定保留的参保地"
        raise BadInput("FIELD_REQUIRED", field="kept_region", rule=rule)

    def decide() -> Decided[Contribution]:
        item, held = _held(psn_no, cover_year, region)
        if held.refund is not None and held.refund.decided_at is None:
            raise Conflict("STATE", field="psn_no", rule="已有待审核的退费申请")
        parts = _due(held, ground, region, now)
        request = RefundRequest(ground, parts, kept_region, document, by, aware(now))
        after = replace(held, refund=request, at=aware(now))
        return Decided(after, [store.put_contribution(item, after)])

    return transact(decide)


def _due(held: Contribution, ground: RefundGround, region: Region, now: datetime) -> Parts:
    """What goes back, by payer."""
    if ground is RefundGround.RECOGNISED:
        _, split = _recognised(held, region, now)
        return Parts(person=held.paid - split.parts.person)
    if held.state not in PAID and held.state is not ContributionState.PLANNED:
        raise Conflict("STATE", field="psn_no", rule=f"当前为{word('contribution', held.state)}")
    if civil_date(now) >= held.begin:
        rule = f"待遇期已开始({held.begin}),只暂停参保关系,不予退费({_RULE})"
        raise Conflict("STATE", field="psn_no", rule=rule)
    moved = _moved(held, region)
    return Parts(held.paid, moved.assistance, moved.treasury)


def _recognised(
    held: Contribution, region: Region, now: datetime
) -> tuple[EnrolmentWay, SplitContribution]:
    """How somebody who paid first is subsidised on application, and who pays what then."""
    if held.state not in PAID or held.category:
        raise Conflict("STATE", field="psn_no", rule="仅限自行缴费且尚未资助的人员")
    found, split = planning.judged(held, region, now)
    if found.way is None or split is None or not split.category:
        raise Conflict("STATE", field="psn_no", rule=found.reason)
    return found.way, split


def _moved(held: Contribution, region: Region) -> Parts:
    """What signed claims have moved for the contribution and nobody has taken back."""
    signed = claims.claimed_for(region.pooling, held.cover_year, RunKind.SUBSIDY, [held.psn_no])
    there = signed.get(held.psn_no, {})
    back = [one for one in held.reversals if one.payer is not Payer.PERSON]
    amounts = {
        payer: there.get(payer, Fen(0))
        - Fen(sum(int(one.amount) for one in back if one.payer is payer))
        for payer in (Payer.ASSISTANCE, Payer.TREASURY)
    }
    return Parts(Fen(0), amounts[Payer.ASSISTANCE], amounts[Payer.TREASURY])


def decide_refund(
    region: Region,
    psn_no: str,
    cover_year: int,
    approved: bool,
    reason: str,
    by: OfficerId,
    now: datetime,
) -> Contribution:
    """The second person's decision. Agreed to, the subsidy goes back first, in the books, and the
    person's part waits for the tax office; who was recognised is subsidised from now on.

    Raises Refused NOT_FOUND, Conflict STATE and OVERDRAWN, Forbidden SEPARATION,
    BadInput FIELD_REQUIRED.
    """
    if not approved and not reason.strip():
        raise BadInput("FIELD_REQUIRED", field="reason", rule="不同意须说明原因")

    def decide() -> Decided[Contribution]:
        item, held = _held(psn_no, cover_year, region)
        request = held.refund
        if request is None or request.decided_at is not None:
            raise Conflict("STATE", field="psn_no", rule="没有待审核的退费申请")
        rule = "退费的受理与审核不得为同一人(秦安县84号三(一))"
        check_second(region, by, request.applied_by, request.applied_at, now, rule)
        if not approved:
            after = replace(held, refund=None, at=aware(now))
            return Decided(after, [store.put_contribution(item, after)])
        after, writes = _agreed(held, request, region, by, now)
        return Decided(after, [store.put_contribution(item, after), *writes])

    return transact(decide)


def _agreed(
    held: Contribution, request: RefundRequest, region: Region, by: OfficerId, now: datetime
) -> tuple[Contribution, list[Write]]:
    if request.ground is RefundGround.RECOGNISED:
        way, split = _recognised(held, region, now)
        parts = Parts(person=held.paid - split.parts.person)
        decided = request._replace(parts=parts, decided_by=by, decided_at=aware(now))
        after = replace(
            held, parts=split.parts, category=split.category, cites=split.cites, way=way,
            refund=decided, at=aware(now),
        )  # fmt: skip
        return after, []
    parts = _due(held, request.ground, region, now)
    decided = request._replace(parts=parts, decided_by=by, decided_at=aware(now))
    reversals, writes = [*held.reversals], list[Write]()
    key = content_hash("refund", held.psn_no, f"{held.cover_year}", f"{len(reversals)}")
    pool = region.pooling
    source = f"{pool}-{held.cover_year}-{key[:16]}"
    if parts.assistance:
        entry, writes = entries.return_writes(pool, source, parts.assistance, now)
        reversals.append(Reversal(Payer.ASSISTANCE, parts.assistance, aware(now), entry))
    if parts.treasury:
        reversals.append(Reversal(Payer.TREASURY, parts.treasury, aware(now), source))
    state = ContributionState.REFUNDING if parts.person else ContributionState.REFUNDED
    after = replace(held, refund=decided, reversals=tuple(reversals), state=state, at=aware(now))
    file = people.load(held.psn_no, held.cover_year)
    writes += enrolments.enrolment_ended(file, rules.RESIDENT, region, held.begin, now)
    return after, writes


def pause_enrolment(
    region: Region, psn_no: str, cover_year: int, kept_region: str, document: str, by: OfficerId,
    now: datetime,
) -> Contribution:  # fmt: skip
    """Of two places whose benefits have begun the one that is not kept is paused: no money goes
    back, nothing is drawn twice (J17). Raises Refused NOT_FOUND, Conflict STATE, BadInput."""
    if not document.strip():
        raise BadInput("FIELD_REQUIRED", field="document", rule=f"须留存相关资料({_J17})")

    def decide() -> Decided[Contribution]:
        item, held = _held(psn_no, cover_year, region)
        if held.state not in (*PAID, ContributionState.PLANNED):
            raise Conflict(
                "STATE", field="psn_no", rule=f"当前为{word('contribution', held.state)}"
            )
        if civil_date(now) < held.begin:
            rule = f"待遇期未开始({held.begin}),请申请退费({_RULE})"
            raise Conflict("STATE", field="psn_no", rule=rule)
        request = RefundRequest(
            RefundGround.TWICE, Parts(), kept_region, document, by, aware(now), by, aware(now)
        )
        after = replace(held, refund=request, state=ContributionState.PAUSED, at=aware(now))
        file = people.load(psn_no, cover_year)
        writes = enrolments.enrolment_ended(
            file, rules.RESIDENT, region, held.begin, now, status="2"
        )
        return Decided(after, [store.put_contribution(item, after), *writes])

    return transact(decide)


def _held(psn_no: str, cover_year: int, region: Region) -> tuple[store.EnrolmentItem, Contribution]:
    item, held = store.find_contribution(psn_no, cover_year, region)
    if item is None or held is None or not region.contains(held.region):
        raise Refused("NOT_FOUND", field="psn_no", rule="该参保年度没有缴费记录")
    return item, held
