"""Movements that people enter by a paper: fiscal subsidy by level, lottery, donations,
contributions, interest and its return, money passed up, opening balances (J29, J32, Q2.2).

Made by one person, posted or rejected by another; who makes them holds the duty of accountant in
the region, who posts them that of auditor (Q3.1). Which kinds may be entered and which
accounts they touch stands in flows.toml (`manual = true`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from medaid import ids
from medaid.aws.transaction import ConditionFailed, Decided, transact
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import keys, periods, store
from medaid.fund.model import Entry, Line, chart, journal
from medaid.fund.records import Signature, Voucher, VoucherLine, VoucherState
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty
from medaid.regions import Region


def make_voucher(
    admdvs: str, draft: Voucher, by: str, now: datetime, roles: frozenset[str] = frozenset()
) -> Voucher:
    """Enters a voucher for another person to post; the same number of a month with the same content
    is the same voucher, answered as it stands.

    Raises BadInput and Refused for what could never be posted: kind, account, fund, amount, date,
    a paper without number; Conflict DUPLICATE for the number with other content.
    """
    voucher = replace(draft, trail=(Signature("制单", by, now),))
    if not chart.flows().get(voucher.kind, chart.NO_FLOW).manual:
        kinds = "、".join(flow.kind for flow in chart.flows().values() if flow.manual)
        raise BadInput("FLOW_FORBIDDEN", field="kind", rule=f"可录入的业务:{kinds}")
    if not voucher.document.strip():
        raise BadInput("FIELD_REQUIRED", field="document", rule="须填写所依据的单据号")
    if voucher.effective > civil_date(now):
        raise BadInput("DATE_FUTURE", field="effective", rule="入账日期不得晚于当日")
    _entry(admdvs, voucher, now)
    month = Month.of(voucher.effective)
    key = keys.of_voucher(admdvs, month, voucher.voucher_id)

    def decide() -> Decided[Voucher]:
        held = store.find(key)
        if held is not None:
            return Decided(_same(held.record(Voucher), voucher))
        if periods.status(admdvs, month) != "open":
            raise Conflict("PERIOD_CLOSED", field="effective", rule=f"{month} 已结账")
        state = VoucherState.MADE
        write = store.FundItem.create(key, voucher, "voucher", state=state, at=now)
        duty = claim_duty(Region(admdvs), OfficerId(by), roles, Duty.ACCOUNT, now)
        return Decided(voucher, [write, *duty])

    return transact(decide)


def _same(held: Voucher, voucher: Voucher) -> Voucher:
    """What stands under the number. Raises Conflict DUPLICATE where it says something else."""
    if replace(held, trail=()) != replace(voucher, trail=()):
        rule = f"凭证 {voucher.voucher_id} 已录入,内容不同"
        raise Conflict("DUPLICATE", field="voucher_id", rule=rule)
    return held


def post_voucher(
    admdvs: str,
    month: Month,
    voucher_id: str,
    by: str,
    now: datetime,
    roles: frozenset[str] = frozenset(),
) -> Voucher:
    """Another person posts it: entry and state in one transaction.

    Raises Refused NOT_FOUND, Conflict STATE or PERIOD_CLOSED, Forbidden SEPARATION for the maker.
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


def list_vouchers(admdvs: str, month: Month) -> list[tuple[Voucher, VoucherState]]:
    """The vouchers of a month with their states."""
    found = store.listed(keys.of_region(admdvs), f"{keys.VOUCHER}{month}#")
    return [(item.record(Voucher), VoucherState(item.state)) for item in found]


def _decided(
    admdvs: str,
    month: Month,
    voucher_id: str,
    to: VoucherState,
    act: Signature,
    roles: frozenset[str],
) -> Voucher:
    key = keys.of_voucher(admdvs, month, voucher_id)

    def decide() -> Decided[Voucher]:
        item = store.find(key)
        if item is None:
            raise Refused("NOT_FOUND", field="voucher_id", rule="没有该凭证")
        held = item.record(Voucher)
        if item.state == to and held.trail[-1].by == act.by:
            return Decided(held)
        if item.state != VoucherState.MADE:
            raise Conflict("STATE", field="voucher_id", rule=f"当前为 {item.state}")
        if held.trail[0].by == act.by:
            rule = "制单与审核不得为同一人(秦安县84号三(一))"
            raise Forbidden("SEPARATION", field="by", rule=rule)
        changed = replace(held, trail=(*held.trail, act))
        duty = claim_duty(Region(admdvs), OfficerId(act.by), roles, Duty.AUDIT, act.at)
        writes = [item.replace(changed, "voucher", state=to, at=act.at), *duty]
        if to is VoucherState.POSTED:
            writes += periods.posting(_entry(admdvs, held, act.at))
        return Decided(changed, writes)

    return transact(decide, _refuse_posted)


def _refuse_posted(lost: ConditionFailed) -> None:
    """Raises Conflict PERIOD_CLOSED or, where its entry stands already, DUPLICATE."""
    periods.refuse_closed(lost)
    if any(label.startswith("posted:") for label in lost.labels):
        rule = "该凭证号的分录已入账"
        raise Conflict("DUPLICATE", field="voucher_id", rule=rule) from lost


def _entry(admdvs: str, voucher: Voucher, recorded: datetime) -> Entry:
    """The entry of a voucher. Raises BadInput and Refused for lines no document allows."""
    if not voucher.lines:
        raise BadInput("FIELD_REQUIRED", field="lines", rule="至少一行")
    lines: list[Line] = []
    for number, line in enumerate(voucher.lines):
        lines += _pair(number, line, voucher.counterpart)
    return journal.checked(
        Entry(
            ids.entry_id(f"{admdvs}-{voucher.effective:%Y-%m}-{voucher.voucher_id}", voucher.kind),
            voucher.kind,
            admdvs,
            voucher.effective,
            recorded,
            voucher.document,
            tuple(lines),
            voucher.narrative,
        )
    )


def _pair(number: int, line: VoucherLine, counterpart: str) -> Sequence[Line]:
    if line.fund not in chart.funds():
        rule = "、".join(chart.funds())
        raise BadInput("FUND_UNKNOWN", field=f"lines.{number}.fund", rule=rule)
    if line.amount <= Fen(0):
        raise BadInput("AMOUNT_NEGATIVE", field=f"lines.{number}.amount", rule="金额须为正")
    for side in ("debit", "credit"):
        if f"{chart.funds()[line.fund].code}-{getattr(line, side)}" not in chart.accounts():
            rule = f"{chart.funds()[line.fund].name}没有该科目"
            raise BadInput("ACCOUNT_UNKNOWN", field=f"lines.{number}.{side}", rule=rule)
    return journal.pair(line.fund, line.debit, line.credit, line.amount, counterpart, counterpart)
