"""Paying a hospital's month: the agreement, two signatures, books and pay order in one transaction,
the bar of the year (J34, Q5.2, Q3.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws.outbox import message
from medaid.aws.steady import commit_or_conflict
from medaid.aws.transaction import Write
from medaid.clearing import insurer, papers, records, rules, statements, store
from medaid.clearing.model import PAID, Agreement, Carried, Group, Statement, Totals
from medaid.errors import Conflict, Forbidden, Refused
from medaid.fund import rules as fund_rules
from medaid.fund import service as fund
from medaid.fund.model import reversing
from medaid.money import Fen, Ratio, take

_ORDER: Final = re.compile(
    r"PAY-(?P<institution>.+)-(?P<month>\d{4}-\d{2})-(?P<number>\d+)(?:-\d+)?"
)


def agree(agreement: Agreement) -> None:
    """Records how an institution is paid in a year, over what was recorded before."""
    key = (f"A#{agreement.institution}", f"AGREEMENT#{agreement.year}")
    before = store.get(*key)
    body = records.agreement_body(agreement)
    commit_or_conflict(
        [
            store.replace(before, body, "agreement", state="")
            if before
            else store.create(*key, body, "agreement")
        ]
    )


def agreement(institution: str, year: int) -> Agreement:
    """How an institution is paid in `year`. Raises Refused INSTITUTION_UNKNOWN: nobody is paid
    without an agreement."""
    item = store.get(f"A#{institution}", f"AGREEMENT#{year}")
    if item is None:
        raise Refused(
            "INSTITUTION_UNKNOWN", field="fixmedins_code", rule=f"{institution} {year} 年无结算协议"
        )
    return records.agreement_of(item)


def approve(
    admdvs: str, institution: str, month: str, number: int, by: str, now: datetime, points: int = 0
) -> Statement:
    """First signature: mode and retention are fixed. A payment that came back is approved again,
    with its amounts as they were.

    Raises Conflict STATE unless the statement is confirmed or its payment came back.
    """
    item, statement = statements.found(admdvs, institution, month, number)
    if statement.state not in ("confirmed", "returned"):
        raise Conflict("STATE", field="statement", rule="仅已确认或退汇的对账单可审核")
    held = agreement(institution, int(month[:4]))
    if statement.state == "confirmed":
        changed = records.with_state(
            rules.agreed(statement, held, points), "approved", approved_by=by
        )
    else:
        changed = records.with_state(statement, "approved_again", approved_by=by)
    commit_or_conflict(
        [
            store.replace(
                item, records.statement_body(changed), "statement", state=changed.state, at=now
            )
        ]
    )
    return changed


def release(
    admdvs: str, institution: str, month: str, number: int, by: str, now: datetime
) -> Statement:
    """Second signature, by another person: books and pay order in one transaction; a negative
    balance goes forward to the next statement.

    Where an insurer runs the region's assistance, that part is fronted by it (M二.5) and the rest
    is paid by the agency. Raises Conflict STATE unless approved, Forbidden SEPARATION for the one
    who approved (Q3.1).
    """
    item, statement = statements.found(admdvs, institution, month, number)
    if statement.state == "released" and statement.released_by == by:
        return statement
    if statement.state not in ("approved", "approved_again"):
        raise Conflict("STATE", field="statement", rule="仅已审核的对账单可拨付")
    if by == statement.approved_by:
        raise Forbidden("SEPARATION", field="operator", rule="审核与拨付不得为同一人(秦安县84号三)")
    changed, writes = (
        _paid_again(statement, by)
        if statement.state == "approved_again"
        else _paid(statement, by, now)
    )
    payment = rules.payment_entry(changed, now)
    if payment is not None:
        writes += fund.writes(payment)
        body = {
            "institution": institution,
            "month": month,
            "order": changed.order,
            "amount": sum(map(int, changed.paid.values())),
        }
        writes.append(message("clearing.released", changed.order, body, now))
        writes.append(
            store.create(
                f"O#{changed.order}", "ORDER", {"admdvs": admdvs}, "order", state="out", at=now
            )
        )
    writes.append(
        store.replace(
            item, records.statement_body(changed), "statement", state=changed.state, at=now
        )
    )
    commit_or_conflict(writes)
    return changed


def _paid(statement: Statement, by: str, now: datetime) -> tuple[Statement, list[Write]]:
    """The statement paid for the first time, and all that goes with it but the payment itself."""
    due = rules.payable(statement)
    run_by = insurer.contract(statement.admdvs, int(statement.month[:4]))
    fronted = {insurer.FUND: due.pop(insurer.FUND)} if run_by and insurer.FUND in due else {}
    state = "released" if due or fronted else "nothing_due"
    order = f"PAY-{statement.statement_id}" if due else ""
    changed = records.with_state(
        statement, state, released_by=by, paid=due, fronted=fronted, order=order
    )
    writes = fund.writes(*rules.release_entries(statement, now))
    if run_by and fronted:
        entry = insurer.fronted_entry(
            statement.admdvs,
            statement.statement_id,
            statement.institution,
            fronted[insurer.FUND],
            run_by.insurer,
            now,
        )
        writes += fund.writes(entry)
    for deduction in statement.deductions:
        writes += statements.taken_off("deduction", statement, deduction, now)
    return changed, writes + _forward(statement, rules.brought_forward(statement), now)


def _paid_again(statement: Statement, by: str) -> tuple[Statement, list[Write]]:
    """The same amounts under a new order: everything else was booked with the first."""
    base = f"PAY-{statement.statement_id}"
    times = int(statement.order.removeprefix(base).lstrip("-") or "1") + 1
    return records.with_state(statement, "released", released_by=by, order=f"{base}-{times}"), []


def came_back(
    admdvs: str, institution: str, month: str, number: int, order: str, reason: str, now: datetime
) -> Statement:
    """The bank returned a payment: its entry is mirrored, and the statement waits to be approved
    and released again. Twice changes nothing.

    Raises Conflict STATE for an order that is not the statement's present one.
    """
    item, statement = statements.found(admdvs, institution, month, number)
    if statement.state == "returned" and statement.order == order:
        return statement
    if statement.state != "released" or statement.order != order:
        raise Conflict("STATE", field="order", rule="付款单不是该对账单当前的付款单")
    payment = rules.payment_entry(statement, now)
    assert payment is not None, "an order pays something"
    changed = records.with_state(statement, "returned")
    body = {"institution": institution, "order": order, "reason": reason}
    writes = [
        store.replace(item, records.statement_body(changed), "statement", state="returned", at=now),
        *fund.writes(reversing(payment, f"{order}-returned", fund.day_of(now), now, reason)),
        message("clearing.payment_returned", order, body, now),
    ]
    commit_or_conflict(writes)
    return changed


def answered(content: bytes, now: datetime) -> tuple[int, list[str]]:
    """The bank's answer file: how many lines were taken, and what is wrong with the others. Raises
    BadInput for the file as a whole."""
    taken, problems = 0, []
    for order, result, reason in papers.bank_answer(content):
        found = _ORDER.fullmatch(order)
        item = store.get(f"O#{order}", "ORDER") if found else None
        if found is None or item is None:
            problems.append(f"{order}:无此付款单")
            continue
        if result == "failed":
            try:
                came_back(
                    item.body["admdvs"],
                    found["institution"],
                    found["month"],
                    int(found["number"]),
                    order,
                    reason or "退汇",
                    now,
                )
            except Conflict as error:
                problems.append(f"{order}:{error.sentence}")
                continue
        taken += 1
    return taken, problems


def return_retention(
    admdvs: str, institution: str, year: int, share: str, now: datetime
) -> dict[str, Fen]:
    """Year-end release of what was kept back: `share` of it by the year's assessment is payable
    with the next statement, the rest is forfeited.

    Once a year and institution; answers fen by fund that became payable. Raises Refused PERIOD_OPEN
    before the year is over.
    """
    if fund.day_of(now).year <= year:
        raise Refused("PERIOD_OPEN", field="year", rule=f"{year} 年度尚未结束")
    months = [f"{year}-{number:02d}" for number in range(1, 13)]
    made = [
        one
        for month in months
        for one in statements.made(admdvs, institution, month)
        if one.state in PAID
    ]
    kept = rules.added(*(one.retained for one in made))
    back = {key: part for key, fen in kept.items() if (part := take(fen, Ratio.of(share)))}
    lost = rules.added(kept, rules.negated(back))
    source, who = f"{institution}-{year}", institution
    entries = [
        fund_rules.movement(
            kind,
            admdvs,
            source,
            [(key, "2107", to, fen) for key, fen in amounts.items()],
            now,
            counterpart=who,
        )
        for kind, to, amounts in (
            ("retention_release", "2101", back),
            ("retention_forfeit", "430109", lost),
        )
        if amounts
    ]
    waits: list[Write] = []
    if back:
        carried = Carried(
            f"RETENTION-{year}", f"{year}-12", "年终返还质量保证金", back, admdvs, "agency"
        )
        waits.append(
            store.create(
                f"C#{admdvs}#{who}",
                f"FORWARD#RETENTION-{year}",
                records.carried_body(carried),
                "forward",
                state="forward",
                at=now,
            )
        )
        waits.append(store.listed(admdvs, who, now))
    return back if entries and statements.once(*fund.posting(*entries), *waits) else {}


def _forward(statement: Statement, amounts: Mapping[str, Fen], now: datetime) -> list[Write]:
    """The writes that let `amounts` wait for the institution's next statement."""
    if not amounts:
        return []
    admdvs, institution = statement.admdvs, statement.institution
    carried = Carried(
        statement.statement_id, statement.month, "上期结转", dict(amounts), admdvs, "agency"
    )
    key = (f"C#{admdvs}#{institution}", f"FORWARD#{statement.statement_id}")
    return [
        store.create(*key, records.carried_body(carried), "forward", state="forward", at=now),
        store.listed(admdvs, institution, now),
    ]


def bar(admdvs: str, institution: str, month: str, number: int, now: datetime) -> Statement | None:
    """Bars what the hospital did not settle by the bar date (Q5.2): a statement it never agreed to.
    None where it is agreed, paid or barred already.

    Region by region, each posted once, then the statement itself; interrupted, it is simply called
    again. What the institution owes is not forgiven by being late: it goes forward, with all that
    the statement had taken up.
    """
    item, statement = statements.found(admdvs, institution, month, number)
    if statement.state == "draft":
        commit_or_conflict(
            [
                store.replace(
                    item, records.statement_body(statement), "statement", state="barring", at=now
                )
            ]
        )
        item, statement = statements.found(admdvs, institution, month, number)
    if statement.state != "barring":
        return None
    owing: dict[str, Fen] = {}
    for home in sorted({group.home for group in statement.groups}):
        amounts = _open_of(statement, home)
        owing = rules.added(owing, {key: fen for key, fen in amounts.items() if fen < 0})
        late = Carried(
            f"BAR-{home}",
            month,
            "逾期",
            {key: fen for key, fen in amounts.items() if fen > 0},
            home,
        )
        entries = rules.taken_off("barred", statement, late, now)
        if entries:
            adjusted = store.adjustment(
                admdvs, home, f"{statement.statement_id}-BAR", rules.negated(late.by_fund), now
            )
            statements.once(*fund.posting(*entries), *([adjusted] if home != admdvs else []))
    changed = records.with_state(statement, "barred")
    writes: list[Write] = [
        store.replace(item, records.statement_body(changed), "statement", state="barred", at=now)
    ]
    for deduction in statement.deductions:
        writes += statements.taken_off("deduction", statement, deduction, now)
    writes += _forward(
        statement, rules.added(replace(statement, by_fund={}, disputed=()).due(), owing), now
    )
    commit_or_conflict(writes)
    return changed


def _open_of(statement: Statement, home: str) -> dict[str, Fen]:
    """What a statement holds of one home region's people, less what is disputed and waits on its
    own."""
    mine: dict[Group, Totals] = {g: t for g, t in statement.groups.items() if g.home == home}
    return rules.added(
        rules.fund_sums(mine),
        *(rules.negated(c.by_fund) for c in statement.disputed if c.home == home),
    )
