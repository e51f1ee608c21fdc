"""Accounting periods: posting into an open one, closing, re-opening with a trace, and the year's
close with its carry-over (Q2.3).

A settlement never asks for a period: it takes effect on the day it is recorded, and a month is
closed only after it is over. Everything else is posted here, with the period checked in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from medaid.aws.steady import commit
from medaid.aws.transaction import ConditionFailed, Write
from medaid.errors import Conflict, Refused
from medaid.fund import books, rules, seals, state, store
from medaid.fund.chart import account, accounts, funds
from medaid.fund.model import Entry, Line
from medaid.instants import civil_date, stored
from medaid.money import Fen


def posting(*entries: Entry) -> list[Write]:
    """The writes that post entries once, each into its open period, as part of a larger act; they
    lose as `period:` or `posted:`.

    Raises Refused FLOW_FORBIDDEN, DATE_FUTURE for an effective date after the day of recording.
    """
    for entry in entries:
        if entry.effective > civil_date(entry.recorded):
            raise Refused("DATE_FUTURE", field="effective", rule="入账日期不得晚于当日")
    checks = sorted({(e.admdvs, e.period) for e in entries})
    writes = [state.still_open(*one) for one in checks]
    return writes + [
        write
        for e in entries
        for write in (store.put(rules.checked(e)), state.posted(e.entry_id, e.recorded))
    ]


def post(*entries: Entry) -> bool:
    """Posts entries once, each into its open period, all or none. False where they were posted
    before.

    Raises Conflict PERIOD_CLOSED, and as `posting` does.
    """
    try:
        commit(posting(*entries))
    except ConditionFailed as lost:
        closed = [label for label in lost.labels if label.startswith("period:")]
        if closed:
            raise Conflict(
                "PERIOD_CLOSED", field="effective", rule=f"{closed[0][7:]} 已结账"
            ) from lost
        return False
    return True


def status(admdvs: str, month: str) -> str:
    """`open`, `closing` or `closed`."""
    item = state.get(f"F#{admdvs}", f"PERIOD#{month}")
    return item.state if item else "open"


def history(admdvs: str, month: str) -> list[dict[str, str]]:
    """Every close and re-open of a period: what, who, when, why."""
    item = state.get(f"F#{admdvs}", f"PERIOD#{month}")
    return list(item.body["history"]) if item else []


def _turn(
    admdvs: str, month: str, to: str, what: str, by: str, why: str, now: datetime, **more: object
) -> None:
    key = (f"F#{admdvs}", f"PERIOD#{month}")
    before = state.get(*key)
    body = dict(before.body) if before else {"history": [], "balances": {}}
    body["history"] = (
        [*body["history"], {"what": what, "by": by, "at": stored(now), "why": why}]
        if what
        else body["history"]
    )
    try:
        commit([state.saved(before, key, {**body, **more}, "period", to, now)])
    except ConditionFailed as lost:
        raise Conflict("STATE", field="period", rule="会计期间已被他人变更") from lost


def _before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"


def opening(admdvs: str, month: str) -> dict[str, Fen]:
    """Balances by account code with which a month begins: the closing balances of the closed month
    before, zero for the first month.

    Raises Conflict PERIOD_OPEN where the month before has entries and is not closed.
    """
    before = _before(month)
    item = state.get(f"F#{admdvs}", f"PERIOD#{before}")
    if item is not None and item.state == "closed":
        return {code: Fen(fen) for code, fen in item.body["balances"].items()}
    if item is not None or next(iter(store.entries(admdvs, before)), None) is not None:
        raise Conflict("PERIOD_OPEN", field="period", rule=f"{before} 未结账")
    return {}


def close(admdvs: str, month: str, by: str, now: datetime) -> books.TrialBalance:
    """Closes a month: nothing may be posted into it, all of it is sealed, its trial balance is
    proven, its closing balances are kept.

    Interrupted, it is simply called again. Raises Refused PERIOD_OPEN before the month is over,
    Conflict where the month before is open, BOOKS_TAMPERED where chains or trial balance do not
    hold.
    """
    if f"{civil_date(now - seals.GRACE):%Y-%m}" <= month:
        raise Refused("PERIOD_OPEN", field="period", rule=f"{month} 尚未结束")
    begins = opening(admdvs, month)
    if status(admdvs, month) == "closed":
        return books.trial_balance(admdvs, month, begins, store.entries(admdvs, month))
    if status(admdvs, month) == "open":
        _turn(admdvs, month, "closing", "", by, "", now)
    seals.seal(admdvs, month, now, timedelta())
    found = seals.verify(admdvs, month, now)
    balance = books.trial_balance(admdvs, month, begins, store.entries(admdvs, month))
    if found or balance.proof():
        _turn(
            admdvs,
            month,
            "open",
            "结账中止",
            by,
            ";".join(found) or f"试算不平衡 {balance.proof()}",
            now,
        )
        raise Conflict(
            "BOOKS_TAMPERED",
            field="period",
            rule=";".join(found) or f"试算不平衡:{balance.proof()}",
        )
    closing = {row.account.code: int(row.closing) for row in balance.rows if row.closing}
    _turn(admdvs, month, "closed", "结账", by, "", now, balances=closing)
    return balance


def reopen(admdvs: str, month: str, by: str, why: str, now: datetime) -> None:
    """Opens a closed month again, with who and why on record. Raises Conflict where it is not
    closed or a later month is; Refused without a reason."""
    if not why.strip():
        raise Refused("FIELD_REQUIRED", field="why", rule="重新开账须说明原因")
    periods = {item.sk[7:]: item.state for item in state.query(f"F#{admdvs}", "PERIOD#")}
    if periods.get(month) != "closed":
        raise Conflict("STATE", field="period", rule=f"{month} 未结账")
    later = [other for other, held in periods.items() if other > month and held != "open"]
    if later:
        raise Conflict("STATE", field="period", rule=f"须先重新开账 {max(later)}")
    if state.get(f"F#{admdvs}", f"YEAR#{month[:4]}") is not None:
        raise Conflict("PERIOD_CLOSED", field="period", rule=f"{month[:4]} 年度已结转")
    _turn(admdvs, month, "open", "重新开账", by, why, now)


def carry_over(
    admdvs: str, year: int, number: int, moved: Mapping[str, Fen], recorded: datetime
) -> Entry | None:
    """The entry that carries a year's income and expense into each fund's balance (surplus stays
    with the fund, Q2.3). None where there is none.

    `number` counts carry-overs of the year: a second one takes what was posted after the first.
    """
    lines: list[Line] = []
    for fund in funds():
        rest = 0
        for code, one in accounts().items():
            balance = int(moved.get(code, Fen(0)))
            if one.fund == fund and one.kind in ("income", "expense") and balance:
                lines.append(Line(one, Fen(-balance)))
                rest += balance
        if rest:
            lines.append(Line(account(fund, "3001"), Fen(rest)))
    if not lines:
        return None
    source = f"{admdvs}-{year}-{number}"
    return rules.checked(
        Entry(
            f"year_close-{source}",
            "year_close",
            admdvs,
            date(year, 12, 31),
            recorded,
            source,
            tuple(lines),
            f"{year}年度结转",
        )
    )


def close_year(admdvs: str, year: int, by: str, now: datetime) -> books.TrialBalance:
    """Carries the year over and closes December; January begins with the carried balances. Called
    again, it goes on where it was.

    Raises Conflict PERIOD_OPEN while a month before December is open.
    """
    december = f"{year}-12"
    begins = opening(admdvs, december)
    if status(admdvs, december) == "open":
        sums = {code: int(fen) for code, fen in begins.items()}
        held = list(store.entries(admdvs, december))
        for code, fen in books.balances(held).items():
            sums[code] = sums.get(code, 0) + int(fen)
        number = 1 + sum(one.kind == "year_close" for one in held)
        entry = carry_over(
            admdvs, year, number, {code: Fen(fen) for code, fen in sums.items()}, now
        )
        if entry is not None:
            post(entry)
    balance = close(admdvs, december, by, now)
    left = [
        row.account.code
        for row in balance.rows
        if row.account.kind in ("income", "expense") and row.closing
    ]
    assert not left, f"the year was not carried over: {left}"
    key = (f"F#{admdvs}", f"YEAR#{year}")
    if state.get(*key) is None:
        commit([state.saved(None, key, {"by": by, "at": stored(now)}, "year", "closed", now)])
    return balance
