"""Accounting periods: posting into an open one, closing, re-opening with a trace.

A settlement never asks for a period: it takes effect on the day it is recorded, and a month is
closed only after it is over. Everything else is posted here, with the period checked in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NoReturn

from medaid.aws.transaction import ConditionFailed, Decided, Write, commit_once, transact
from medaid.errors import Conflict, Refused
from medaid.fund import (
    books,
    cash,
    close_pass,
    current_accounts,
    keys,
    rolled,
    rollups,
    sealing,
    seals,
    store,
    year_figures,
)
from medaid.fund.balances import first_month, last_closed
from medaid.fund.model import Entry, journal
from medaid.fund.movements import Movements
from medaid.fund.records import Period, PeriodState, Signature
from medaid.fund.rollups import keep_first_month as keep_first_month
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month

_CLOSED: Final = "结账"
_REOPENED: Final = "重新开账"
_BROKEN_OFF: Final = "结账中止"


def posting(*entries: Entry, spending: str = "", promised: bool = False) -> list[Write]:
    """The writes that post entries once, each into its open period, as part of a larger act; they
    lose as `period:`, `posted:` or `cash`. `spending` and `promised` as in `cash.writes`.

    Raises Refused FLOW_FORBIDDEN, DATE_FUTURE for an effective date after the day of recording;
    Conflict OVERDRAWN, and PERIOD_CLOSED for a month before the first that was closed: it would be
    in no balance.
    """
    for entry in entries:
        if entry.effective > civil_date(entry.recorded):
            raise Refused("DATE_FUTURE", field="effective", rule="入账日期不得晚于当日")
        if entry.period < Month.of(entry.recorded):
            _after_first_closed(entry)
    checks = sorted({(e.admdvs, e.period) for e in entries})
    writes = [store.still_open(*one) for one in checks]
    writes += [
        write
        for e in entries
        for write in (store.put(journal.checked(e)), store.posted(e.entry_id, e.recorded))
    ]
    return writes + cash.moved(entries, spending=spending, promised=promised)


def _after_first_closed(entry: Entry) -> None:
    item = store.first_under(keys.of_region(entry.admdvs), keys.PERIOD)
    if item is None or item.state == PeriodState.OPEN:  # opened again: so is every later one
        return
    first = keys.parse_period(item.sk)
    if entry.period < first:
        raise Conflict("PERIOD_CLOSED", field="effective", rule=f"账册自 {first} 起已结账")


def post(*entries: Entry) -> bool:
    """Posts entries once, each into its open period, all or none. False where they were posted
    before.

    Raises Conflict PERIOD_CLOSED, and as `posting` does.
    """
    return transact(lambda: Decided(True, posting(*entries)), _posted_or_closed)


def _posted_or_closed(lost: ConditionFailed) -> bool | None:
    refuse_closed(lost)
    return None if cash.only(lost) else False


def refuse_closed(lost: ConditionFailed) -> None:
    """Raises Conflict PERIOD_CLOSED where a period was what lost."""
    closed = [label for label in lost.labels if label.startswith("period:")]
    if closed:
        raise Conflict("PERIOD_CLOSED", field="effective", rule=f"{closed[0][7:]} 已结账") from lost


def refuse_posted(lost: ConditionFailed, field: str, rule: str) -> None:
    """Raises as `refuse_closed`, and Conflict DUPLICATE where the entry stands already."""
    refuse_closed(lost)
    if any(label.startswith("posted:") for label in lost.labels):
        raise Conflict("DUPLICATE", field=field, rule=rule) from lost


def _find(admdvs: str, month: str) -> tuple[store.FundItem | None, Period, PeriodState]:
    item = store.find(keys.of_period(admdvs, month))
    if item is None:
        return None, Period(), PeriodState.OPEN
    return item, item.record(Period), PeriodState(item.state)


def status(admdvs: str, month: str) -> PeriodState:
    """Whether a period is open, closing or closed."""
    return _find(admdvs, month)[2]


def history(admdvs: str, month: str) -> tuple[Signature, ...]:
    """Every close and re-open of a period: what, who, when, why."""
    return _find(admdvs, month)[1].history


def times_reopened(admdvs: str, month: str) -> int:
    """How often a closed period was opened again."""
    return sum(one.act == _REOPENED for one in history(admdvs, month))


def _turn(
    admdvs: str,
    month: str,
    to: PeriodState,
    act: Signature | None,
    balances: Mapping[str, Fen] | None = None,
    more: Sequence[Write] = (),
) -> None:
    """Raises Conflict STATE where somebody else turned it meanwhile."""
    item, period, _ = _find(admdvs, month)
    changed = replace(
        period,
        history=(*period.history, act) if act else period.history,
        balances=balances if balances is not None else period.balances,
    )
    at = act.at if act else None
    write = (
        item.replace(changed, "period", state=to, at=at)
        if item
        else store.FundItem.create(
            keys.of_period(admdvs, month), changed, "period", state=to, at=at
        )
    )
    if not commit_once([write, *more]):
        raise Conflict("STATE", field="period", rule="会计期间已被他人变更")


def opening(admdvs: str, month: str) -> dict[str, Fen]:
    """Balances by account code with which a month begins: the closing balances of the closed month
    before, zero for the first month of the books.

    Months close one after the other, quiet ones too: a month left out would begin the next with
    nothing. Raises Conflict PERIOD_OPEN naming the first month that is to be closed.
    """
    before = Month(month).previous
    item, period, state = _find(admdvs, before)
    if state is PeriodState.CLOSED:
        return dict(period.balances)
    closed, first = last_closed(admdvs, before), first_month(admdvs)
    if closed is not None:
        left = closed[0].next
    elif first is not None and first <= before:
        left = first
    elif item is not None or next(iter(store.entries(admdvs, before)), None) is not None:
        left = before
    else:
        return {}
    raise Conflict("PERIOD_OPEN", field="period", rule=f"{left} 未结账")


def check_close(
    admdvs: str, month: str, now: datetime, carried_over: bool = False
) -> dict[str, Fen]:
    """What a month begins with that may be closed. Raises what `close` raises before it begins."""
    if Month.of(now - seals.GRACE) <= month:
        raise Refused("PERIOD_OPEN", field="period", rule=f"{month} 尚未结束")
    if Month(month).number == 12 and not carried_over:
        raise Refused("PERIOD_OPEN", field="period", rule="十二月随年终结转一并结账")
    return opening(admdvs, month)


def balance_of(admdvs: str, month: Month, begins: Mapping[str, Fen]) -> books.TrialBalance:
    """The trial balance of a month that begins with `begins`, as it stands."""
    return _trial_balance(admdvs, month, begins, rolled.read(admdvs, month))


def close(
    admdvs: str, month: str, by: str, now: datetime, carried_over: bool = False
) -> books.TrialBalance:
    """Closes a month, part after part (`close_part`)."""
    while (made := close_part(admdvs, month, by, now, carried_over)) is None:
        pass
    return made


def close_part(
    admdvs: str, month: str, by: str, now: datetime, carried_over: bool = False
) -> books.TrialBalance | None:
    """The next part of a month's close, of a bounded number of entries; its trial balance with the
    last one. Nothing may be posted into the month, all of it is sealed and rolled up, then read
    once: chains, sums and trial balance are proven, its closing balances are kept.

    Broken off anywhere, it is simply called again. December closes with the year, which
    `carried_over` says was done. Raises Refused PERIOD_OPEN before the month is over, Conflict
    where the month before is open, BOOKS_TAMPERED where chains or trial balance do not hold.
    """
    begins = check_close(admdvs, month, now, carried_over)
    state = status(admdvs, month)
    if state is PeriodState.CLOSED:
        cash.reckon_anew(admdvs, now)
        return balance_of(admdvs, Month(month), begins)
    if state is PeriodState.OPEN:
        _turn(admdvs, month, PeriodState.CLOSING, None)
    try:
        if advance_reading(admdvs, Month(month), now):
            return None
        rollups.roll_end(admdvs, month, now)
        moved, basis, findings = close_pass.read_whole(admdvs, Month(month), attempt(admdvs, month))
    except store.UnreadableEntry as error:
        _break_off(admdvs, month, by, [str(error)], now)
    balance = _trial_balance(admdvs, Month(month), begins, moved)
    if findings or balance.proof():
        found = findings or [f"试算不平衡:{balance.proof()}"]
        _break_off(admdvs, month, by, found, now)
    rollups.replace_where_wrong(admdvs, month, moved, now)
    before = Month(month).previous
    closed = before if status(admdvs, before) is PeriodState.CLOSED else None
    aged = current_accounts.Aged(
        current_accounts.open_items(admdvs, closed, first_month(admdvs), before)
    )
    aged.take_month(Month(month), moved.parties)
    closing = {row.account.code: row.closing for row in balance.rows if row.closing}
    act = Signature(_CLOSED, by, now)
    first = keys.of_cash_basis(admdvs, month)
    kept = [
        *current_accounts.keeping(admdvs, Month(month), aged.items, now),
        *year_figures.keeping(first, Month(month).year, basis, now),
    ]
    _turn(admdvs, month, PeriodState.CLOSED, act, closing, kept)
    cash.reckon_anew(admdvs, now)
    return balance


def attempt(admdvs: str, month: str) -> int:
    """How often a month was closed, opened again or broken off: each close reads it anew."""
    return len(history(admdvs, month))


def advance_reading(admdvs: str, month: Month, now: datetime) -> int:
    """The next part of what a close rests on: entries read that are under seal, else sealed, else
    rolled up; 0 where nothing is left. Raises UnreadableEntry, Unavailable."""
    return (
        close_pass.read_slice(admdvs, month, attempt(admdvs, month), now)
        or sealing.sealed(admdvs, month, now)
        or rollups.roll_part(
            admdvs, month, now, closing=status(admdvs, month) is PeriodState.CLOSING
        )
    )


def _break_off(admdvs: str, month: str, by: str, findings: list[str], now: datetime) -> NoReturn:
    why = ";".join(seals.tell(admdvs, month, findings, now))
    rollups.open_again(admdvs, month, now)
    _turn(admdvs, month, PeriodState.OPEN, Signature(_BROKEN_OFF, by, now, why))
    raise Conflict("BOOKS_TAMPERED", field="period", rule=why)


def _trial_balance(
    admdvs: str, month: Month, begins: Mapping[str, Fen], moved: Movements
) -> books.TrialBalance:
    rows = books.balance_rows(begins, moved.turnovers(month.first, month.last))
    return books.TrialBalance(admdvs, month, rows)


def reopen(admdvs: str, month: str, by: str, why: str, now: datetime) -> None:
    """Opens a closed month again, with who and why on record. Raises Conflict where it is not
    closed or a later month is; Refused without a reason."""
    if not why.strip():
        raise Refused("FIELD_REQUIRED", field="why", rule="重新开账须说明原因")
    periods = {
        keys.parse_period(item.sk): PeriodState(item.state)
        for item in store.listed(keys.of_region(admdvs), keys.PERIOD)
    }
    if periods.get(month) is not PeriodState.CLOSED:
        raise Conflict("STATE", field="period", rule=f"{month} 未结账")
    later = [
        other for other, held in periods.items() if other > month and held is not PeriodState.OPEN
    ]
    if later:
        raise Conflict("STATE", field="period", rule=f"须先重新开账 {max(later)}")
    year = Month(month).year
    if store.find(keys.of_year(admdvs, year)) is not None:
        raise Conflict("PERIOD_CLOSED", field="period", rule=f"{year} 年度已结转")
    rollups.open_again(admdvs, month, now)
    _turn(admdvs, month, PeriodState.OPEN, Signature(_REOPENED, by, now, why))
