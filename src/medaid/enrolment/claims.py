"""Claims: of the assistance fund and the treasury for their parts of contributions, and of fiscal
money by verified head (N1, N9, Q2.1, J14).

A claim holds what signed ones before it do not: of each contribution what may be claimed now less
what was claimed, so that a later correction is a difference and nothing signed is rewritten. It
needs the signatures of two people who did not make it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from medaid.aws.transaction import Decided, Write, commit, transact
from medaid.enrolment import entries, heads, rules, store
from medaid.enrolment.model import (
    PAID,
    ClaimSignature,
    Contribution,
    ContributionState,
    EnrolmentRun,
    EnrolmentRunState,
    Payer,
    RowOutcome,
    RunKind,
    RunRow,
)
from medaid.errors import BadInput, Conflict, PolicyUndetermined, Refused
from medaid.ids import OfficerId
from medaid.instants import aware
from medaid.money import Fen
from medaid.papers.service import word
from medaid.payments.service import check_second
from medaid.people import enrolments
from medaid.people import service as people
from medaid.policy.service import library
from medaid.regions import Region

LEVELS: Final = ("fiscal_central", "fiscal_province", "fiscal_city", "fiscal_county")
"""Figures of fiscal subsidy per head by level."""
SUBSIDY: Final = "resident_subsidy"
_N9: Final = "苏医保发〔2022〕53号 九"
HEADS: Final = "heads"
"""How many heads a claim adds; those that it takes back count under `heads_back`."""
_SLICE: Final = 100


def terms(
    region: Region, kind: RunKind, cover_year: int, today: date
) -> tuple[date, dict[str, Fen], tuple[str, ...]]:
    """The day of the register, the rates per head by level, and their clauses.

    Raises PolicyUndetermined FIGURE_MISSING for a level without a figure, CLAUSE_CONFLICT for
    levels that do not sum to the subsidy; Conflict STATE before the day.
    """
    if kind is RunKind.SUBSIDY:
        return today, {}, ()
    day = date(cover_year, 6, 30)
    if today <= day:
        rule = f"财政补助按 {day} 的参保登记申报({_N9})"
        raise Conflict("STATE", field="cover_year", rule=rule)
    figures = library().cover_figures(region, cover_year)
    found = {name: rules.single(figures, name, cover_year) for name in (*LEVELS, SUBSIDY)}
    rates = {name: Fen(found[name].value) for name in LEVELS}
    total = Fen(found[SUBSIDY].value)
    if sum(rates.values()) != total:
        rule = f"各级财政补助合计 {Fen(sum(rates.values()))} 元,与人均标准 {total} 元不符"
        raise PolicyUndetermined("CLAUSE_CONFLICT", field=SUBSIDY, rule=rule)
    return day, rates, tuple(dict.fromkeys(one.row.cite.text for one in found.values()))


def slice_of(run: EnrolmentRun, _now: datetime) -> tuple[int, str, list[RunRow]]:
    """A page of contributions, each held against what earlier claims have of it."""
    page, after = store.page_of_contributions(run.region, run.cover_year, None, run.after, _SLICE)
    held = _claimed(run, [one.psn_no for one in page])
    if run.kind is RunKind.FISCAL:
        numbers = [one.psn_no for one in page]
        helped = claimed_for(run.region, run.cover_year, RunKind.SUBSIDY, numbers)
        found = [_head(run, one, held.get(one.psn_no, {}), one.psn_no in helped) for one in page]
    else:
        found = [_part(one, held.get(one.psn_no, {})) for one in page]
    rows = [row for row in found if row is not None]
    for begin in range(0, len(rows), _SLICE):
        commit([store.put_row(run.run_id, row) for row in rows[begin : begin + _SLICE]])
    return len(page), after, rows


def signed_runs(region: Region, cover_year: int, kind: RunKind) -> list[EnrolmentRun]:
    """The signed claims of a kind. Raises Unavailable."""
    found = store.list_runs(region, cover_year, kind)
    return [one for one in found if one.state is EnrolmentRunState.SIGNED]


def claimed_for(
    region: Region, cover_year: int, kind: RunKind, psn_nos: Sequence[str]
) -> dict[str, dict[str, Fen]]:
    """What signed claims hold of each person, fen by payer or level. Raises Unavailable."""
    ids = [one.run_id for one in signed_runs(region, cover_year, kind)]
    found = store.rows_held(ids, psn_nos)
    return {psn_no: summed({}, rows) for psn_no, rows in found.items()}


def _claimed(run: EnrolmentRun, psn_nos: Sequence[str]) -> dict[str, dict[str, Fen]]:
    return claimed_for(run.region, run.cover_year, run.kind, psn_nos)


def _part(one: Contribution, held: Mapping[str, Fen]) -> RunRow | None:
    """What the assistance fund and the treasury owe for a contribution beyond what they paid."""
    due = {Payer.ASSISTANCE: one.parts.assistance, Payer.TREASURY: one.parts.treasury}
    back = {payer: Fen(0) for payer in due}
    for reversal in one.reversals:
        if reversal.payer in back:
            back[reversal.payer] = back[reversal.payer] + reversal.amount
    amounts: dict[str, Fen] = {
        str(payer): (due[payer] if one.is_settled else Fen(0))
        - (held.get(payer, Fen(0)) - back[payer])
        for payer in due
    }
    if not any(amounts.values()):
        if one.state is not ContributionState.PLANNED or one.is_settled or not one.parts.subsidy:
            return None
        return RunRow(one.psn_no, RowOutcome.OUT, ("个人部分尚未缴费,暂不请款",))
    told = "资助资金" if amounts[Payer.ASSISTANCE] >= 0 else "退回资助资金"
    return RunRow(one.psn_no, RowOutcome.TAKEN, (told,), amounts)


def _head(
    run: EnrolmentRun, one: Contribution, held: Mapping[str, Fen], helped: bool
) -> RunRow | None:
    """A head by the register: claimed for, left out with why, or to be looked at. What is paid in
    full for somebody is there once a signed claim `helped`."""
    in_full = one.state is ContributionState.PLANNED and not one.parts.person
    paid = one.state in PAID or (in_full and helped)
    contributions, findings = store.of_person(one.psn_no)
    file = people.load(one.psn_no, run.cover_year)
    fault = enrolments.certificate_fault(file.person.cert_type, file.person.certno)
    verdict = heads.verdict(one, paid, file, fault, contributions, findings, run.day)
    rates = run.rates if verdict.outcome is RowOutcome.TAKEN else {}
    amounts = {
        name: difference
        for name in {**run.rates, **held}
        if (difference := rates.get(name, Fen(0)) - held.get(name, Fen(0)))
    }
    if verdict.outcome is RowOutcome.REVIEW:
        return RunRow(one.psn_no, RowOutcome.REVIEW, verdict.reasons)
    if not amounts:
        return None if held else RunRow(one.psn_no, RowOutcome.OUT, verdict.reasons)
    told = verdict.reasons if not rates else ("已核实并缴费",)
    return RunRow(one.psn_no, RowOutcome.TAKEN, told, amounts)


def summed(sums: Mapping[str, Fen], rows: Iterable[RunRow]) -> dict[str, Fen]:
    """`sums` and the amounts of rows that were taken, by payer or level."""
    found = dict(sums)
    for row in rows:
        if row.outcome is RowOutcome.TAKEN:
            for name, fen in row.amounts.items():
                found[name] = found.get(name, Fen(0)) + fen
    return found


def heads_of(row: RunRow) -> list[str]:
    """Under what a row of a claim counts as a head."""
    central = row.amounts.get(LEVELS[0])
    if row.outcome is not RowOutcome.TAKEN or not central:
        return []
    return [HEADS if central > 0 else f"{HEADS}_back"]


def decide_head(
    run_id: tuple[Region, RunKind, int, int],
    psn_no: str,
    taken: bool,
    note: str,
    by: OfficerId,
    now: datetime,
) -> RunRow:
    """What an officer found of a head that was to be looked at: taken in, or left out with why.

    Raises Refused NOT_FOUND, Conflict STATE, BadInput FIELD_REQUIRED without a reason.
    """
    if not note.strip():
        raise BadInput("FIELD_REQUIRED", field="note", rule="须写明核实情况")
    region, kind, cover_year, number = run_id

    def decide() -> Decided[RunRow]:
        item, run = get_run(region, kind, cover_year, number)
        _check_ready(run)
        held, row = store.find_row(run.run_id, RowOutcome.REVIEW, psn_no)
        if held is None or row is None:
            raise Refused("NOT_FOUND", field="psn_no", rule="该人员不在待核实名单中")
        earlier = claimed_for(region, cover_year, kind, [psn_no]).get(psn_no, {})
        rates = run.rates if taken else {}
        amounts = {
            name: rates.get(name, Fen(0)) - earlier.get(name, Fen(0))
            for name in {**run.rates, **earlier}
        }
        moved = any(amounts.values())
        after = replace(
            row,
            outcome=RowOutcome.TAKEN if moved else RowOutcome.OUT,
            amounts=amounts if moved else {},
            decided_by=by,
            decided_at=aware(now),
            note=note,
        )
        counts = dict(run.counts)
        counts[RowOutcome.REVIEW] = counts.get(RowOutcome.REVIEW, 0) - 1
        for name in (str(after.outcome), *heads_of(after)):
            counts[name] = counts.get(name, 0) + 1
        changed = replace(run, counts=counts, sums=summed(run.sums, [after]))
        return Decided(
            after,
            [
                store.put_run(item, changed),
                held.remove("enrolment:row"),
                store.put_row(run.run_id, after),
            ],
        )

    return transact(decide)


def sign_claim(
    region: Region, kind: RunKind, cover_year: int, number: int, by: OfficerId, now: datetime
) -> EnrolmentRun:
    """One of the two signatures of a claim, each by somebody who neither made nor signed it. With
    the second one it stands: what the assistance fund pays is booked as its expense and the
    residents' income in one entry.

    Raises Refused NOT_FOUND, Conflict STATE where heads are not verified (N9, Q2.1) or it is
    signed, Forbidden SEPARATION, Conflict OVERDRAWN.
    """

    def decide() -> Decided[EnrolmentRun]:
        item, run = get_run(region, kind, cover_year, number)
        _check_ready(run)
        waiting = run.counts.get(RowOutcome.REVIEW, 0)
        if waiting:
            rule = f"尚有 {waiting} 人待核实,未经核实并缴费的人员不得申报({_N9};秦安县84号二(一))"
            raise Conflict("STATE", field="number", rule=rule)
        for one, at in ((run.by, run.known_at), *((s.by, s.at) for s in run.signatures)):
            rule = "申报的编制、审核、签发不得为同一人(秦安县84号三(一))"
            check_second(region, by, one, at, now, rule)
        final = len(run.signatures) == 1
        act = ClaimSignature("签发" if final else "审核", by, aware(now))
        state = EnrolmentRunState.SIGNED if final else EnrolmentRunState.READY
        after = replace(run, signatures=(*run.signatures, act), state=state)
        writes: list[Write] = [store.put_run(item, after)]
        if final and kind is RunKind.SUBSIDY:
            writes += entries.transfer_writes(after, now)
        return Decided(after, writes)

    return transact(decide)


def reject_claim(
    region: Region,
    kind: RunKind,
    cover_year: int,
    number: int,
    reason: str,
    by: OfficerId,
    now: datetime,
) -> EnrolmentRun:
    """Sends a claim back before it is signed; another one is begun. Raises Refused NOT_FOUND,
    Conflict STATE, BadInput FIELD_REQUIRED."""
    if not reason.strip():
        raise BadInput("FIELD_REQUIRED", field="reason", rule="退回须说明原因")

    def decide() -> Decided[EnrolmentRun]:
        item, run = get_run(region, kind, cover_year, number)
        _check_ready(run)
        act = ClaimSignature("退回", by, aware(now), reason)
        after = replace(run, signatures=(*run.signatures, act), state=EnrolmentRunState.REJECTED)
        return Decided(after, [store.put_run(item, after)])

    return transact(decide)


def get_run(
    region: Region, kind: RunKind, cover_year: int, number: int
) -> tuple[store.EnrolmentItem, EnrolmentRun]:
    """A run and its item. Raises Refused NOT_FOUND, Unavailable."""
    item, run = store.find_run(region, cover_year, kind, number)
    if item is None or run is None:
        raise Refused("NOT_FOUND", field="number", rule="没有该批次")
    return item, run


def _check_ready(run: EnrolmentRun) -> None:
    if run.state is not EnrolmentRunState.READY:
        raise Conflict("STATE", field="number", rule=f"当前为{word('enrolment_run', run.state)}")
