"""A hospital's month: the statement made, agreed on (3201, 3202), and what waits for a coming one.
`payments` pays it.

A statement is made once for a cut and never changed by a second run. Every step is one transaction,
conditional on the version read, so a run that was killed anywhere is simply run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Final

from medaid.aws import exchange
from medaid.aws.steady import commit, commit_or_conflict, until_won
from medaid.aws.transaction import ConditionFailed, Write
from medaid.clearing import files, records, rules, store
from medaid.clearing.model import Carried, Difference, Group, Item, Statement, Tally
from medaid.clearing.store import ClearingItem
from medaid.errors import Conflict, Refused
from medaid.fund import service as fund
from medaid.money import Fen

WAITING: Final = 25
"""Most disputes and deductions that one statement takes up: a transaction holds a hundred writes.
The rest waits for the next."""


def made(admdvs: str, institution: str, month: str) -> list[Statement]:
    """The statements of an institution's month, in order."""
    return [
        records.statement_of(found)
        for found in store.query(store.place(admdvs, institution, month), "STATEMENT#")
    ]


def found(admdvs: str, institution: str, month: str, number: int) -> tuple[ClearingItem, Statement]:
    """A statement as stored. Raises Refused NOT_FOUND."""
    item = store.get(store.place(admdvs, institution, month), f"STATEMENT#{number:02d}")
    if item is None:
        raise Refused(
            "NOT_FOUND", field="statement", rule=f"{institution} {month} 第 {number} 号对账单不存在"
        )
    return item, records.statement_of(item)


def make(admdvs: str, institution: str, month: str, cut: datetime) -> Statement | None:
    """The statement of the month's items that arrived by `cut` and are in none yet; None where
    there are none.

    A second call with the same cut answers the first one's statement. Its line file lies in the
    exchange bucket, its digest in the statement.
    """
    before = made(admdvs, institution, month)
    last = before[-1] if before else None
    if last is not None and last.cut >= cut:
        return last
    lines = files.LineFile()
    items = store.items(admdvs, institution, month)
    groups, by_fund, count = rules.summed(
        lines.through(rules.between(items, last.cut if last else None, cut))
    )
    number = last.number + 1 if last else 1
    carried_in, deductions, forward, taken = _taken_up(
        admdvs, institution, f"{institution}-{month}-{number}"
    )
    if not count and (last is not None or not taken):
        return None
    statement = Statement(
        admdvs,
        institution,
        month,
        number,
        last.cut if last else None,
        cut,
        groups,
        by_fund,
        lines.digest,
        count,
        carried_in=carried_in,
        deductions=deductions,
        brought_forward=forward,
    )
    exchange.put(line_file(statement), lines.content(), "text/tab-separated-values")
    statement = replace(statement, state="draft" if groups else "confirmed")
    body = records.statement_body(statement)
    try:
        commit(
            [
                store.create(
                    *records.statement_key(statement),
                    body,
                    "statement",
                    state=statement.state,
                    at=cut,
                ),
                *taken,
            ]
        )
    except ConditionFailed:
        return make(admdvs, institution, month, cut)
    return statement


def line_file(statement: Statement) -> str:
    """Where the statement's lines lie. The digest is in the name: of two runs at once the one that
    loses cannot overwrite the other's file."""
    base = f"clearing/{statement.admdvs}/{statement.month}/{statement.institution}"
    return f"{base}/{statement.number:02d}-lines-{statement.digest[:16]}.txt"


def _taken_up(
    admdvs: str, institution: str, statement_id: str
) -> tuple[tuple[Carried, ...], tuple[Carried, ...], dict[str, Fen], list[Write]]:
    """What waits for the institution's next statement, with the writes that take it up."""
    carried_in: list[Carried] = []
    deductions: list[Carried] = []
    forward: dict[str, Fen] = {}
    writes: list[Write] = []
    waiting = (
        item
        for item in store.query(f"C#{admdvs}#{institution}")
        if item.state in ("upheld", "due", "forward")
    )
    for item in islice(waiting, WAITING):
        carried = records.carried_of(item.body)
        if item.state == "upheld":
            carried_in.append(carried)
        elif item.state == "due":
            deductions.append(carried)
        else:
            forward = rules.added(forward, carried.by_fund)
        taken = replace(carried, reason=f"{carried.reason};计入 {statement_id}")
        writes.append(store.replace(item, records.carried_body(taken), item.sk, state="taken"))
    return tuple(carried_in), tuple(deductions), forward, writes


# -------------------------------------------------------------------------------------------------
# agreeing with the hospital


def reconcile_totals(
    admdvs: str,
    institution: str,
    group: tuple[str, str, str],
    begin: date,
    end: date,
    theirs: Mapping[str, Fen],
    count: int,
    now: datetime,
) -> tuple[str, str]:
    """3201: our totals for (insutype, clr_type, setl_optins) and settlement dates `begin` to `end`
    against the hospital's.

    `setl_optins` is the pooling region of the insured. Answers stmt_rslt (`0` level, `1` not) and
    its description. Level on a whole month marks the group as agreed in all statements of that
    month that hold it; a statement with all groups agreed is confirmed. Raises Refused DATE_ORDER
    for a range outside one month.
    """
    if end < begin or (begin.year, begin.month) != (end.year, end.month):
        raise Refused("DATE_ORDER", field="stmt_begndate", rule="起止日期须在同一自然月内")
    month = f"{begin:%Y-%m}"
    insutype, clr_type, optins = group
    tally = Tally()
    for item in store.items(admdvs, institution, month):
        if (
            not item.part
            and (item.insutype, item.clr_type, item.home) == group
            and begin <= fund.day_of(item.setl_time) <= end
        ):
            tally.add(item)
    result = rules.level(theirs, count, tally.totals())
    if result[0] == "0" and begin.day == 1 and fund.month_end(end) == end:
        until_won(
            lambda: _agreed(
                admdvs,
                institution,
                month,
                lambda g: (g.insutype, g.clr_type, g.home) == (insutype, clr_type, optins),
                now,
            )
        )
    return result


def _agreed(
    admdvs: str, institution: str, month: str, which: Callable[[Group], bool], now: datetime
) -> None:
    """Marks groups as agreed in the month's draft statements, if together they hold all of the
    month's items."""
    drafts = [
        (item, records.statement_of(item))
        for item in store.query(store.place(admdvs, institution, month), "STATEMENT#")
    ]
    if not drafts or any(
        rules.between(store.items(admdvs, institution, month), drafts[-1][1].cut, now)
    ):
        # items came since: they are in no statement yet, so level totals say nothing of the
        # statements
        return
    for item, statement in drafts:
        if statement.state != "draft":
            continue
        level = tuple(sorted({*statement.level, *(g for g in statement.groups if which(g))}))
        state = "confirmed" if set(level) == set(statement.groups) else "draft"
        changed = records.with_state(statement, state, level=level)
        commit(
            [store.replace(item, records.statement_body(changed), "statement", state=state, at=now)]
        )


def reconcile_lines(
    admdvs: str,
    institution: str,
    clr_type: str,
    optins: str,
    begin: date,
    end: date,
    upload: bytes,
    now: datetime,
) -> tuple[str, list[Difference]]:
    """3202: the hospital's lines against ours. Answers the key of the result file and the
    differences.

    For a whole month, items on which we differ (101, 103) are disputed: they leave what is payable
    and wait, with their reason, for a coming clearing; what only the hospital has (102) is kept as
    a claim. The groups are agreed with that, for all the rest is the same on both sides.
    """
    month = f"{begin:%Y-%m}"
    if end < begin or month != f"{end:%Y-%m}":
        raise Refused("DATE_ORDER", field="stmt_begndate", rule="起止日期须在同一自然月内")
    lines = files.hospital_lines(upload)
    ours = [
        item
        for item in store.items(admdvs, institution, month)
        if not item.part
        and item.clr_type == clr_type
        and item.home == optins
        and begin <= fund.day_of(item.setl_time) <= end
    ]
    differences = list(rules.differences(ours, lines))
    key = (
        f"clearing/{admdvs}/{month}/{institution}/3202-{clr_type}-{optins}-{begin:%d}-{end:%d}.zip"
    )
    exchange.put(
        key, files.zipped("result.txt", b"".join(files.result_rows(differences))), "application/zip"
    )
    if begin.day == 1 and fund.month_end(end) == end:
        _dispute(
            admdvs, institution, month, {(i.setl_id, i.refd): i for i in ours}, differences, now
        )
        until_won(
            lambda: _agreed(
                admdvs,
                institution,
                month,
                lambda g: g.clr_type == clr_type and g.home == optins,
                now,
            )
        )
    return key, differences


def _dispute(
    admdvs: str,
    institution: str,
    month: str,
    ours: Mapping[tuple[str, bool], Item],
    differences: Sequence[Difference],
    now: datetime,
) -> None:
    """Disputed items leave their statement's payable; each waits under the institution with its
    reason."""
    for one in differences:
        waits = f"C#{admdvs}#{institution}"
        item = ours.get((one.setl_id, one.refd))
        if item is None:
            claim = Carried(one.setl_id, month, one.memo, {}, "", "institution")
            once(
                store.create(
                    waits,
                    f"CLAIM#{one.setl_id}#{int(one.refd)}",
                    records.carried_body(claim),
                    "claim",
                    state="open",
                    at=now,
                )
            )
            continue
        until_won(lambda item=item, one=one: dispute(item, one.memo, now))  # type: ignore[misc]


def dispute(item: Item, reason: str, now: datetime, waits_for: str = "institution") -> bool:
    """Takes one item out of what its statement pays and keeps it waiting. False where it is
    disputed already or its statement is past that."""
    carried = Carried(item.key, item.month, reason, item.by_fund(), item.home, waits_for)
    for held, statement in (
        (h, records.statement_of(h))
        for h in store.query(
            store.place(item.treatment, item.institution, item.month), "STATEMENT#"
        )
    ):
        if (
            item.arrived is None
            or item.arrived > statement.cut
            or (statement.since is not None and item.arrived <= statement.since)
        ):
            continue
        if statement.state not in ("draft", "confirmed") or any(
            c.setl_id == item.key for c in statement.disputed
        ):
            return False
        changed = records.with_state(
            statement, statement.state, disputed=(*statement.disputed, carried)
        )
        commit(
            [
                store.replace(
                    held,
                    records.statement_body(changed),
                    "statement",
                    state=statement.state,
                    at=now,
                ),
                store.create(
                    f"C#{item.treatment}#{item.institution}",
                    f"DISPUTE#{item.key}",
                    records.carried_body(carried),
                    "dispute",
                    state="open",
                    at=now,
                ),
            ]
        )
        return True
    return False


def once(*writes: Write) -> bool:
    """Commits writes that may have been made before; False where they were."""
    try:
        commit(writes)
    except ConditionFailed:
        return False
    return True


def waiting(admdvs: str, institution: str) -> Iterator[tuple[str, str, Carried]]:
    """What waits for an institution: (kind, state, amount). `open` disputes are listed with their
    reason."""
    for item in store.query(f"C#{admdvs}#{institution}"):
        yield item.sk.split("#")[0], item.state, records.carried_of(item.body)


def resolve(
    admdvs: str, institution: str, setl_id: str, upheld: bool, reason: str, by: str, now: datetime
) -> None:
    """Ends a dispute: upheld → paid with the next statement; not → never paid, booked as taken off
    (J39).

    Raises Refused NOT_FOUND, Conflict STATE where it is ended already.
    """
    item = store.get(f"C#{admdvs}#{institution}", f"DISPUTE#{setl_id}")
    if item is None:
        raise Refused("NOT_FOUND", field="setl_id", rule="无此争议")
    if item.state != "open":
        raise Conflict("STATE", field="setl_id", rule="争议已了结")
    if not upheld and any(fen < 0 for fen in records.carried_of(item.body).by_fund.values()):
        raise Conflict("STATE", field="setl_id", rule="退费以中心记录为准,不得否决")
    carried = replace(records.carried_of(item.body), reason=f"{reason}({by})")
    writes = [
        store.replace(
            item,
            records.carried_body(carried),
            "dispute",
            state="upheld" if upheld else "rejected",
            at=now,
        )
    ]
    writes += (
        [store.listed(admdvs, institution, now)]
        if upheld
        else written_off(admdvs, institution, carried, now)
    )
    commit_or_conflict(writes)


def written_off(
    admdvs: str, institution: str, carried: Carried, now: datetime, kind: str = "deduction"
) -> list[Write]:
    """The writes by which a waiting amount is not owed to the institution any more; away from home
    the next bill takes it off too."""
    holder = Statement(admdvs, institution, carried.month, 0, None, now, {}, {}, "", 0)
    return taken_off(kind, holder, carried, now)


def taken_off(kind: str, statement: Statement, carried: Carried, now: datetime) -> list[Write]:
    """The same for an amount that a statement took up."""
    writes = fund.writes(*rules.taken_off(kind, statement, carried, now))
    if writes and carried.home not in ("", statement.admdvs):
        number = f"{statement.statement_id}-{carried.setl_id}"
        writes.append(
            store.adjustment(
                statement.admdvs, carried.home, number, rules.negated(carried.by_fund), now
            )
        )
    return writes


def deduct(
    admdvs: str,
    institution: str,
    deduction_id: str,
    amounts: Mapping[str, Fen],
    reason: str,
    home: str,
    now: datetime,
) -> None:
    """A deduction for a breach or an audit finding, taken from the next clearing (J39, Q7, N8). The
    same id twice changes nothing.

    `amounts` are fen by fund, positive. Raises Refused AMOUNT_NEGATIVE.
    """
    if any(fen <= 0 for fen in amounts.values()) or not amounts:
        raise Refused("AMOUNT_NEGATIVE", field="amounts", rule="扣减金额须为正")
    carried = Carried(deduction_id, f"{now:%Y-%m}", reason, dict(amounts), home, "agency")
    waits = store.create(
        f"C#{admdvs}#{institution}",
        f"DEDUCTION#{deduction_id}",
        records.carried_body(carried),
        "deduction",
        state="due",
        at=now,
    )
    try:
        commit([waits, store.listed(admdvs, institution, now)])
    except ConditionFailed:
        return
