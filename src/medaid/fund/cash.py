"""What lies on the bank accounts (1001, 1002): no movement that people make lets one fall below
zero, on the day it takes effect or on any later one, unless a document allows it.

One item of a region keeps what its accounts hold and what of it lies with the bank unanswered; each
entry that moves a bank account turns it in its own transaction, so two movements never pass side by
side: the second loses as `cash` and reads again. Settlements move no bank account and never touch
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from medaid.aws import transaction
from medaid.aws.transaction import ConditionFailed, Write, commit_once
from medaid.errors import Conflict
from medaid.fund import balances, keys, posting, store
from medaid.fund.model import Entry
from medaid.fund.model.chart import accounts, funds
from medaid.fund.records import Allocation, AllocationState, Voucher, VoucherState
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month

BANK: Final = ("1001", "1002")
"""财政专户存款, 支出户存款."""
LABEL: Final = "cash"


@dataclass(frozen=True, slots=True)
class Cash:
    """What a region's bank accounts hold now, fen by account code: `balances` as booked, None where
    nobody has reckoned them since a month was closed; `promised` the part of them that orders the
    bank has not answered will take."""

    balances: Mapping[str, Fen] | None = None
    promised: Mapping[str, Fen] = field(default_factory=dict)


def writes(*entries: Entry, spending: str = "", promised: bool = False) -> list[Write]:
    """The writes that post `entries`, which take effect on the day they are recorded, as part of
    the caller's own transaction. `spending` is the field to name where the accounts do not hold
    what they take; empty for what the bank or a document says happened. `promised` where the money
    was promised to the order before.

    Raises as `posting.writes` does, Conflict OVERDRAWN.
    """
    moving = moved(entries, spending=spending, promised=promised)
    return [*posting.writes(*entries), *moving]


def moved(entries: Sequence[Entry], *, spending: str = "", promised: bool = False) -> list[Write]:
    """The writes, one a region, by which the accounts hold what they hold after `entries`; none
    where no bank account moves. Raises as `writes` does."""
    return [
        _turned(mine, _sums(mine), _taken(mine, -1) if promised else {}, spending)
        for mine in _by_region(entries)
    ]


def money_promised(entries: Sequence[Entry], spending: str) -> list[Write]:
    """The writes by which the money of `entries` is promised to orders that go to the bank: nobody
    else spends it until the bank has answered. Raises Conflict OVERDRAWN naming `spending`."""
    return [_turned(mine, {}, _taken(mine, 1), spending) for mine in _by_region(entries)]


def promise_ended(entries: Sequence[Entry]) -> list[Write]:
    """The writes by which a promise came to nothing: the bank did not pay."""
    return [_turned(mine, {}, _taken(mine, -1), "") for mine in _by_region(entries)]


def only(lost: ConditionFailed) -> bool:
    """Whether nothing but another movement of money stood in the way: then it is read again."""
    return set(lost.labels) == {LABEL}


def refuse_as_changed(lost: ConditionFailed) -> None:
    """After a lost condition: read again where only money moved meanwhile, else the person has to
    look. Raises Conflict STATE."""
    if not only(lost):
        transaction.refuse_as_changed(lost)


def reckon_anew(admdvs: str, now: datetime) -> None:
    """Lets the next movement reckon the balances from the books, as after each close: what is kept
    never stands longer than a period."""
    item = store.find(keys.of_cash(admdvs))
    if item is not None and item.body is not None:
        forgotten = replace(item.record(Cash), balances=None)
        commit_once([item.replace(forgotten, LABEL, at=now)])


def _by_region(entries: Sequence[Entry]) -> list[list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        if _sums([entry]):
            found.setdefault(entry.admdvs, []).append(entry)
    return list(found.values())


def _sums(entries: Sequence[Entry]) -> dict[str, int]:
    """What the entries move on bank accounts, by account code."""
    sums: dict[str, int] = {}
    for entry in entries:
        for account, fen, _ in entry.lines:
            if account.number in BANK:
                sums[account.code] = sums.get(account.code, 0) + fen
    return sums


def _taken(entries: Sequence[Entry], sign: int) -> dict[str, int]:
    return {code: -fen * sign for code, fen in _sums(entries).items() if fen < 0}


def _turned(
    entries: Sequence[Entry], booked: Mapping[str, int], promise: Mapping[str, int], spending: str
) -> Write:
    admdvs, now = entries[0].admdvs, entries[0].recorded
    key = keys.of_cash(admdvs)
    item = store.find(key)
    held = Cash() if item is None or item.body is None else item.record(Cash)
    if spending:
        if held.balances is None:
            held = replace(held, balances=_reckoned(admdvs, civil_date(now)))
        less = {code: booked.get(code, 0) - promise.get(code, 0) for code in {**booked, **promise}}
        since = min(entry.effective for entry in entries)
        _check(admdvs, held, less, since, now, spending)
    after = Cash(
        None if held.balances is None else _added(held.balances, booked),
        {code: fen for code, fen in _added(held.promised, promise).items() if fen > 0},
    )
    if item is None:
        return store.FundItem.create(key, after, LABEL, at=now)
    return item.replace(after, LABEL, at=now)


def _added(held: Mapping[str, Fen], change: Mapping[str, int]) -> dict[str, Fen]:
    sums = {code: int(held.get(code, Fen(0))) + change.get(code, 0) for code in {**held, **change}}
    return {code: Fen(fen) for code, fen in sorted(sums.items()) if fen}


def _reckoned(admdvs: str, day: date) -> dict[str, Fen]:
    found = balances.balance(admdvs, day)
    return {code: fen for code, fen in found.items() if accounts()[code].number in BANK}


def _check(
    admdvs: str, held: Cash, less: Mapping[str, int], since: date, now: datetime, spending: str
) -> None:
    """Raises Conflict OVERDRAWN naming the account, what it holds, what is asked and what is to
    be done."""
    taken = {code: fen for code, fen in less.items() if fen < 0}
    if not taken:
        return
    assert held.balances is not None, "reckoned before it is checked"
    lowest = {code: int(held.balances.get(code, Fen(0))) for code in taken}
    today = civil_date(now)
    if since < today:
        lowest = _lowest(admdvs, since, today, lowest)
    for code, fen in taken.items():
        there, waits = lowest[code], int(held.promised.get(code, Fen(0)))
        if there - waits + fen < 0:
            one = accounts()[code]
            promise = f"(其中 {Fen(waits)} 元已办理付款、未入账)" if waits else ""
            rule = (
                f"{funds()[one.fund].name}{one.name}余额不足:账面 {Fen(there)} 元{promise},"
                f"本次付出 {Fen(-fen)} 元,尚差 {Fen(waits - there - fen)} 元;"
                f"{_remedy(admdvs, one.fund, one.number, today)}"
            )
            raise Conflict("OVERDRAWN", field=spending, rule=rule)


def _lowest(admdvs: str, since: date, today: date, held: Mapping[str, int]) -> dict[str, int]:
    """The lowest balance of each account of `held` at the end of any day from `since` to `today`,
    fen."""
    before = balances.balance(admdvs, since - timedelta(days=1))
    running = {code: int(before.get(code, Fen(0))) for code in held}
    first, last = since.isoformat(), today.isoformat()
    by_day: dict[str, dict[str, int]] = {first: {}}
    for month in balances.movements(admdvs, since, today):
        for key, moved in month.sums.items():
            if key.code in held and first <= key.day <= last:
                sums = by_day.setdefault(key.day, {})
                sums[key.code] = sums.get(key.code, 0) + moved.debits - moved.credits
    lowest = dict(held)
    for day in sorted(by_day):
        for code in running:
            running[code] += by_day[day].get(code, 0)
            lowest[code] = min(lowest[code], running[code])
    return lowest


def _remedy(admdvs: str, fund: str, number: str, today: date) -> str:
    """What is to be done: above all, to book what finance sent already."""
    if number == "1002":
        years = (today.year - 1, today.year)
        found = [
            f"{one.quarter} {one.request} {one.amounts[fund]} 元"
            for year in years
            for item in store.listed(keys.of_region(admdvs), f"{keys.REQUEST}{year}-")
            if item.state == AllocationState.APPROVED
            and fund in (one := item.record(Allocation)).amounts
        ]
        if found:
            return f"预拨已批准而未登记到账:{'、'.join(found)}。财政已拨付的,请先登记到账再办理"
        return "财政已拨付的,请先登记预拨到账;未申请的,请先申请预拨"
    month = Month.of(today)
    waiting = [
        item.record(Voucher).voucher_id
        for one in (month.previous, month)
        for item in store.listed(keys.of_region(admdvs), f"{keys.VOUCHER}{one}#")
        if item.state == VoucherState.MADE
        and any(r.fund == fund and r.debit == number for r in item.record(Voucher).lines)
    ]
    if waiting:
        return f"收入凭证 {'、'.join(waiting)} 已录入而未入账。款项已到的,请先审核入账再办理"
    return "款项已到财政专户的,请先录入收入凭证并入账"
