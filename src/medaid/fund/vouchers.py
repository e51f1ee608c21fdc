"""Movements that people enter by a paper: fiscal subsidy by level, lottery, donations,
contributions, money from and to other levels, interest and its return, critical-illness money,
transfers between pools, prepayments, what is recovered, opening balances (J29, J32, Q2.2, Q2.3).

Made by one person, posted or rejected by another; who makes them holds the duty of accountant in
the region, who posts them that of auditor (Q3.1). Which kinds may be entered, and which accounts
they touch, stands in flows.toml (`manual = true`). Nothing posted is changed: another voucher
takes it back, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws.rest.offers import OpenAct, why_not
from medaid.aws.transaction import ConditionFailed, Decided, Write, transact
from medaid.errors import BadInput, Conflict, Refused
from medaid.fund import (
    balances,
    keys,
    open_amounts,
    opening_amounts,
    paper_once,
    periods,
    store,
    voucher_rules,
)
from medaid.fund.hands import check_another
from medaid.fund.model import Account, Entry, chart
from medaid.fund.records import Overdraft, Signature, Voucher, VoucherRef, VoucherState
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month
from medaid.papers.service import word
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty
from medaid.regions import Region


def make_voucher(
    admdvs: str, draft: Voucher, by: str, now: datetime, roles: frozenset[str] = frozenset()
) -> Voucher:
    """Enters a voucher for another person to post; the same number of a month with the same content
    is the same voucher, answered as it stands.

    Raises BadInput and Refused for what could never be posted: kind, account, fund, amount, date,
    a paper without number; Conflict DUPLICATE for the number with other content, PERIOD_CLOSED,
    STATE for an opening balance after the first period and for a voucher reversed already.
    """
    voucher = replace(draft, trail=(Signature("制单", by, now),))
    voucher_rules.check(admdvs, voucher, civil_date(now))
    month = Month.of(voucher.effective)
    key = keys.of_voucher(admdvs, month, voucher.voucher_id)

    def decide() -> Decided[Voucher]:
        held = store.find(key)
        if held is not None:
            return Decided(_same(held.record(Voucher), voucher))
        _check_period(admdvs, month)
        if chart.flows()[voucher.kind].first:
            _check_first(admdvs, month)
        _entry(admdvs, voucher, now)
        paper_once.check_not_booked(admdvs, voucher)
        state = VoucherState.MADE
        write = store.FundItem.create(key, voucher, "voucher", state=state, at=now)
        duty = claim_duty(Region(admdvs), OfficerId(by), roles, Duty.ACCOUNT, now)
        return Decided(voucher, [write, *duty])

    return transact(decide)


def reverse_voucher(
    admdvs: str,
    original: VoucherRef,
    draft: Voucher,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Voucher:
    """Enters a voucher that takes a posted one back, line by line, once another person posts it.

    `draft` brings its own number, day, paper and, as narrative, the reason. Raises Refused
    NOT_FOUND, Conflict STATE where the original is not posted, is a reversal itself or is reversed
    already, and as `make_voucher` does.
    """
    held = _find(admdvs, original.month, original.voucher_id)[1]
    if not draft.narrative.strip():
        raise BadInput("FIELD_REQUIRED", field="reason", rule="冲销须说明原因")
    if draft.effective < held.effective:
        raise BadInput("DATE_ORDER", field="effective", rule="冲销日期不得早于原凭证入账日期")
    mirrored = replace(
        draft,
        kind=held.kind,
        lines=held.lines,
        counterpart=held.counterpart,
        origin=held.origin,
        reverses=original,
    )
    return make_voucher(admdvs, mirrored, by, now, roles)


def _same(held: Voucher, voucher: Voucher) -> Voucher:
    """What stands under the number. Raises Conflict DUPLICATE where it says something else."""
    if held.stated != voucher.stated:
        rule = f"凭证 {voucher.voucher_id} 已录入,内容不同"
        raise Conflict("DUPLICATE", field="voucher_id", rule=rule)
    return held


def _check_first(admdvs: str, month: Month) -> None:
    """Opening balances are where books begin. Raises Conflict STATE in any later period."""
    first = balances.first_month(admdvs)
    closed = balances.last_closed(admdvs, month)
    if closed is not None or (first is not None and first < month):
        raise Conflict("STATE", field="effective", rule="期初余额只能在首个会计期间录入")


def _entry(admdvs: str, voucher: Voucher, recorded: datetime) -> Entry:
    """The entry a voucher causes. Raises BadInput and Refused for what no document allows, Conflict
    STATE for a reversal of what is not posted, or is reversed already."""
    if voucher.reverses is None:
        return voucher_rules.entry_of(admdvs, voucher, recorded)
    original = _find(admdvs, voucher.reverses.month, voucher.reverses.voucher_id)[1]
    if original.state is not VoucherState.POSTED or original.reverses is not None:
        raise Conflict("STATE", field="reverses", rule="只能冲销已入账的原始凭证")
    _check_not_reversed(admdvs, original, recorded)
    return voucher_rules.reversal_of(admdvs, original, voucher, recorded)


def _check_not_reversed(admdvs: str, original: Voucher, now: datetime) -> None:
    entry = voucher_rules.reversal_of(admdvs, original, original, now)
    if store.find(keys.of_posted(entry.entry_id)) is not None:
        rule = f"凭证 {original.voucher_id} 已冲销"
        raise Conflict("STATE", field="reverses", rule=rule)


def _check_period(admdvs: str, month: Month) -> None:
    if periods.status(admdvs, month) != "open":
        raise Conflict("PERIOD_CLOSED", field="effective", rule=f"{month} 已结账")


def _check_second(admdvs: str, trail: Sequence[Signature], act: Signature) -> None:
    check_another(admdvs, trail, act, "制单、批准透支与审核")


def _check_not_maker(admdvs: str, trail: Sequence[Signature], act: Signature) -> None:
    check_another(admdvs, trail[:1], act, "制单与透支批准")


def approve_overdraft(
    admdvs: str, ref: VoucherRef, document: str, reason: str, by: str, now: datetime
) -> Voucher:
    """A person who neither made nor posts the voucher lets it take an account below zero, by a
    document.

    Raises BadInput FIELD_REQUIRED, Refused NOT_FOUND, Conflict STATE, Forbidden SEPARATION.
    """
    for field, text in (("document", document), ("reason", reason)):
        if not text.strip():
            raise BadInput("FIELD_REQUIRED", field=field, rule="透支须有批准文件和原因")
    approval = Overdraft(document, reason, by, now)

    def decide() -> Decided[Voucher]:
        item, held = _find(admdvs, ref.month, ref.voucher_id)
        if held.overdraft is not None and replace(held.overdraft, at=now) == approval:
            return Decided(held)
        _check_waits(held)
        act = Signature("批准透支", by, now, f"{document}:{reason}")
        _check_not_maker(admdvs, held.trail, act)
        changed = replace(held, overdraft=approval, trail=(*held.trail, act))
        return Decided(changed, [item.replace(changed, "voucher", at=now)])

    return transact(decide)


def post_voucher(
    admdvs: str,
    month: Month,
    voucher_id: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Voucher:
    """Another person posts it: entry and state in one transaction.

    Raises Refused NOT_FOUND, Conflict STATE, PERIOD_CLOSED, OVERDRAWN (a bank account, an advance
    or a debt that is not there) or DUPLICATE (also of a paper that is booked), Forbidden SEPARATION
    for who made it or let it overdraw.
    """
    act = Signature("入账", by, now)
    return _decided(admdvs, month, voucher_id, VoucherState.POSTED, act, roles)


def reject_voucher(
    admdvs: str,
    month: Month,
    voucher_id: str,
    by: str,
    reason: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Voucher:
    """Another person sends it back, and says why. Raises as `post_voucher` does."""
    act = Signature("退回", by, now, reason)
    return _decided(admdvs, month, voucher_id, VoucherState.REJECTED, act, roles)


def get_voucher(admdvs: str, month: Month, voucher_id: str) -> tuple[Voucher, VoucherState]:
    """One voucher and its state. Raises Refused NOT_FOUND."""
    item, held = _find(admdvs, month, voucher_id)
    return held, VoucherState(item.state)


def open_acts(admdvs: str, voucher: Voucher, by: OfficerId, now: datetime) -> list[OpenAct]:
    """The acts to which a voucher's state leads, with what stands against this officer. Raises
    Unavailable."""
    if voucher.state is VoucherState.POSTED and voucher.reverses is None:
        reversed_ = why_not(lambda: _check_not_reversed(admdvs, voucher, now))
        return [OpenAct("reverse", reversed_)]
    if voucher.state is not VoucherState.MADE:
        return []
    trail = voucher.trail
    second = why_not(lambda: _check_second(admdvs, trail, Signature("", by, now)))
    month = Month.of(voucher.effective)
    found = [
        OpenAct("post", second or why_not(lambda: _check_period(admdvs, month))),
        OpenAct("reject", second),
    ]
    if voucher.overdraft is None:
        maker = why_not(lambda: _check_not_maker(admdvs, trail, Signature("", by, now)))
        found.append(OpenAct("overdraft", maker))
    return found


def page_of_vouchers(
    admdvs: str, month: Month, after: str, limit: int
) -> tuple[list[tuple[Voucher, VoucherState]], str]:
    """At most `limit` of a month's vouchers behind `after`, with their states; and behind what the
    next page begins, empty at the end."""
    prefix = f"{keys.VOUCHER}{month}#"
    found, end = store.page(keys.of_region(admdvs), prefix, after, limit)
    return [(item.record(Voucher), VoucherState(item.state)) for item in found], end


def _decided(
    admdvs: str,
    month: Month,
    voucher_id: str,
    to: VoucherState,
    act: Signature,
    roles: frozenset[str],
) -> Voucher:
    def decide() -> Decided[Voucher]:
        item, held = _find(admdvs, month, voucher_id)
        if held.state == to and held.trail[-1].by == act.by:
            return Decided(held)
        _check_waits(held)
        _check_second(admdvs, held.trail, act)
        changed = replace(held, trail=(*held.trail, act))
        duty = claim_duty(Region(admdvs), OfficerId(act.by), roles, Duty.AUDIT, act.at)
        writes = [item.replace(changed, "voucher", state=to, at=act.at), *duty]
        if to is VoucherState.POSTED:
            writes += _posting(admdvs, held, act.at)
            writes += paper_once.booked(admdvs, held, act.at)
        return Decided(changed, writes)

    return transact(decide, _refuse_posted)


def _posting(admdvs: str, voucher: Voucher, at: datetime) -> Sequence[Write]:
    entry = _entry(admdvs, voucher, at)
    taken = open_amounts.take_open(entry, _not_open)
    opening = opening_amounts.writes(entry, at)
    posting = periods.posting(entry, spending="" if voucher.overdraft else "lines")
    return [*posting, *taken, *opening]


def _not_open(account: Account, counterpart: str, rest: Fen, taken: Fen) -> Conflict:
    other = f"({counterpart})" if counterpart else ""
    rule = f"{account.name}{other}未结余额 {rest} 元,不足冲减 {taken} 元"
    return Conflict("OVERDRAWN", field="lines", rule=rule)


def _find(admdvs: str, month: Month, voucher_id: str) -> tuple[store.FundItem, Voucher]:
    item = store.find(keys.of_voucher(admdvs, month, voucher_id))
    if item is None:
        raise Refused("NOT_FOUND", field="voucher_id", rule="没有该凭证")
    return item, item.record(Voucher)


def _check_waits(held: Voucher) -> None:
    if held.state is not VoucherState.MADE:
        raise Conflict("STATE", field="voucher_id", rule=f"当前为{word('voucher', held.state)}")


def _refuse_posted(lost: ConditionFailed) -> None:
    periods.refuse_posted(lost, "voucher_id", "该凭证号的分录已入账")
