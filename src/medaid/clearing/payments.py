"""Paying a hospital's month: the agreement, two signatures, books and pay order in one transaction, the bar of the year (J34, Q5.2, Q3.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws.outbox import message
from medaid.aws.steady import commit
from medaid.aws.transaction import Lost, Write
from medaid.clearing import insurer, records, rules, statements, store
from medaid.clearing.model import Agreement, Carried, Group, Statement, Totals
from medaid.errors import Conflict, Forbidden, Refused
from medaid.fund import service as fund
from medaid.money import Fen


def agree(agreement: Agreement) -> None:
    """Records how an institution is paid in a year, over what was recorded before."""
    key = (f"A#{agreement.institution}", f"AGREEMENT#{agreement.year}")
    before = store.get(*key)
    body = records.agreement_body(agreement)
    commit([store.replace(before, body, "agreement", state="") if before else store.create(*key, body, "agreement")])


def agreement(institution: str, year: int) -> Agreement:
    """How an institution is paid in `year`. Raises Refused INSTITUTION_UNKNOWN: nobody is paid without an agreement."""
    item = store.get(f"A#{institution}", f"AGREEMENT#{year}")
    if item is None:
        raise Refused("INSTITUTION_UNKNOWN", field="fixmedins_code", rule=f"{institution} {year} 年无结算协议")
    return records.agreement_of(item)


def approve(admdvs: str, institution: str, month: str, number: int, by: str, now: datetime, points: int = 0) -> Statement:
    """First signature: mode and retention are fixed. Raises Conflict STATE unless the statement is confirmed."""
    item, statement = statements.found(admdvs, institution, month, number)
    if statement.state != "confirmed":
        raise Conflict("STATE", field="statement", rule="仅已确认的对账单可审核")
    amounts = rules.agreed(statement, agreement(institution, int(month[:4])), points)
    changed = records.with_state(amounts, "approved", approved_by=by)
    _commit([store.replace(item, records.statement_body(changed), "statement", state="approved", at=now)])
    return changed


def release(admdvs: str, institution: str, month: str, number: int, by: str, now: datetime) -> Statement:
    """Second signature, by another person: books and pay order in one transaction; a negative balance goes forward to the next statement.

    Where an insurer runs the region's assistance, that part is fronted by it (M二.5) and the rest is paid by the agency.

    Raises Conflict STATE unless approved, Forbidden SEPARATION for the one who approved (Q3.1).
    """
    item, statement = statements.found(admdvs, institution, month, number)
    if statement.state == "released" and statement.released_by == by:
        return statement
    if statement.state != "approved":
        raise Conflict("STATE", field="statement", rule="仅已审核的对账单可拨付")
    if by == statement.approved_by:
        raise Forbidden("SEPARATION", field="operator", rule="审核与拨付不得为同一人(秦安县84号三)")
    due = rules.payable(statement)
    run_by = insurer.contract(admdvs, int(month[:4]))
    fronted = {insurer.FUND: due.pop(insurer.FUND)} if run_by and insurer.FUND in due else {}
    state = "released" if due or fronted else "nothing_due"
    order = f"PAY-{statement.statement_id}" if due else ""
    changed = records.with_state(statement, state, released_by=by, paid=due, fronted=fronted, order=order)
    writes: list[Write] = [store.replace(item, records.statement_body(changed), "statement", state=state, at=now)]
    writes += fund.writes(*rules.release_entries(statement, now, insurer.FUND if fronted else ""))
    if run_by and fronted:
        amount = fronted[insurer.FUND]
        writes += fund.writes(insurer.fronted_entry(admdvs, statement.statement_id, institution, amount, run_by.insurer, now))
    for deduction in statement.deductions:
        writes += statements.taken_off("deduction", statement, deduction, now)
    writes += _forward(statement, rules.brought_forward(statement), now)
    if due:
        body = {"institution": institution, "month": month, "order": changed.order, "amount": sum(int(fen) for fen in due.values())}
        writes.append(message("clearing.released", changed.statement_id, body, now))
    _commit(writes)
    return changed


def _forward(statement: Statement, amounts: Mapping[str, Fen], now: datetime) -> list[Write]:
    """The writes that let `amounts` wait for the institution's next statement."""
    if not amounts:
        return []
    admdvs, institution = statement.admdvs, statement.institution
    carried = Carried(statement.statement_id, statement.month, "上期结转", dict(amounts), admdvs, "agency")
    key = (f"C#{admdvs}#{institution}", f"FORWARD#{statement.statement_id}")
    return [store.create(*key, records.carried_body(carried), "forward", state="forward", at=now), store.listed(admdvs, institution, now)]


def _commit(writes: Sequence[Write]) -> None:
    try:
        commit(writes)
    except Lost as lost:
        raise Conflict("STATE", field="statement", rule="对账单已被他人变更,请刷新后重试") from lost


def bar(admdvs: str, institution: str, month: str, number: int, now: datetime) -> Statement | None:
    """Bars what the hospital did not settle by the bar date (Q5.2): a statement it never agreed to. None where it is agreed, paid or barred already.

    Region by region, each posted once, then the statement itself; interrupted, it is simply called again. What the institution owes is not
    forgiven by being late: it goes forward, with all that the statement had taken up.
    """
    item, statement = statements.found(admdvs, institution, month, number)
    if statement.state == "draft":
        _commit([store.replace(item, records.statement_body(statement), "statement", state="barring", at=now)])
        item, statement = statements.found(admdvs, institution, month, number)
    if statement.state != "barring":
        return None
    owing: dict[str, Fen] = {}
    for home in sorted({group.home for group in statement.groups}):
        amounts = _open_of(statement, home)
        owing = rules.added(owing, {key: fen for key, fen in amounts.items() if fen < 0})
        late = Carried(f"BAR-{home}", month, "逾期", {key: fen for key, fen in amounts.items() if fen > 0}, home)
        entries = rules.taken_off("barred", statement, late, now)
        if entries:
            adjusted = store.adjustment(admdvs, home, f"{statement.statement_id}-BAR", rules.negated(late.by_fund), now)
            statements.once(*fund.posting(*entries), *([adjusted] if home != admdvs else []))
    changed = records.with_state(statement, "barred")
    writes: list[Write] = [store.replace(item, records.statement_body(changed), "statement", state="barred", at=now)]
    for deduction in statement.deductions:
        writes += statements.taken_off("deduction", statement, deduction, now)
    writes += _forward(statement, rules.added(replace(statement, by_fund={}, disputed=()).due(), owing), now)
    _commit(writes)
    return changed


def _open_of(statement: Statement, home: str) -> dict[str, Fen]:
    """What a statement holds of one home region's people, less what is disputed and waits on its own."""
    mine: dict[Group, Totals] = {g: t for g, t in statement.groups.items() if g.home == home}
    return rules.added(rules.fund_sums(mine), *(rules.negated(c.by_fund) for c in statement.disputed if c.home == home))
