"""What passes between agency and finance: allocation (Q2.2), reconciliation with two signatures
(J31), budget (J30), transfers (Q2.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from medaid.aws.steady import commit
from medaid.aws.transaction import ConditionFailed
from medaid.errors import Conflict, Forbidden, Refused
from medaid.fund import analysis, periods, reconciliation, rules, state, store
from medaid.fund.chart import accounts
from medaid.fund.model import Entry
from medaid.fund.reconciliation import Finding
from medaid.instants import civil_date, stored
from medaid.money import Fen


def _quarter_months(quarter: str) -> list[str]:
    """Months `yyyy-mm` of a quarter `yyyy-Qn`. Raises Refused FIELD_FORMAT."""
    year, _, number = quarter.partition("-Q")
    if not (year.isdigit() and number in ("1", "2", "3", "4")):
        raise Refused("FIELD_FORMAT", field="quarter", rule="格式为 yyyy-Qn")
    first = 3 * int(number) - 2
    return [f"{year}-{month:02d}" for month in range(first, first + 3)]


def _entries(admdvs: str, months: list[str]) -> Iterator[Entry]:
    for month in months:
        yield from store.entries(admdvs, month)


def _turn(
    key: tuple[str, str],
    before: state.BookItem | None,
    to: str,
    body: Mapping[str, Any],
    at: datetime,
) -> None:
    try:
        commit([state.saved(before, key, dict(body), "finance", to, at)])
    except ConditionFailed as lost:
        raise Conflict("STATE", field=key[1], rule="已被他人变更,请刷新后重试") from lost


# -------------------------------------------------------------------------------------------------
# allocation


def request_allocation(
    admdvs: str, quarter: str, request: str, amounts: Mapping[str, Fen], by: str, now: datetime
) -> None:
    """The agency asks for a quarter's money (预拨审批表). Raises Conflict DUPLICATE for a request
    that was made before."""
    _quarter_months(quarter)
    if not amounts or any(fen <= 0 for fen in amounts.values()):
        raise Refused("AMOUNT_NEGATIVE", field="amounts", rule="申请金额须为正")
    key = (f"F#{admdvs}", f"REQUEST#{quarter}#{request}")
    if state.get(*key) is not None:
        raise Conflict("DUPLICATE", field="request", rule=f"{quarter} {request} 已提交")
    body = {
        "amounts": {k: int(v) for k, v in sorted(amounts.items())},
        "requested_by": by,
        "requested_at": stored(now),
    }
    _turn(key, None, "requested", body, now)


def approve_allocation(admdvs: str, quarter: str, request: str, by: str, now: datetime) -> None:
    """Finance approves. Raises Conflict STATE, Forbidden SEPARATION for the one who asked."""
    key = (f"F#{admdvs}", f"REQUEST#{quarter}#{request}")
    item = _in_state(key, "requested")
    if item.body["requested_by"] == by:
        raise Forbidden("SEPARATION", field="by", rule="申请与审批不得为同一人")
    _turn(key, item, "approved", {**item.body, "approved_by": by, "approved_at": stored(now)}, now)


def receive_allocation(admdvs: str, quarter: str, request: str, by: str, now: datetime) -> Entry:
    """The money is on the expenditure account: the only way into it but for its own interest
    (Q2.2). Posted once."""
    key = (f"F#{admdvs}", f"REQUEST#{quarter}#{request}")
    item = _in_state(key, "approved", "received")
    rows = [(fund, "1002", "1001", Fen(fen)) for fund, fen in item.body["amounts"].items()]
    entry = rules.movement(
        "allocation",
        admdvs,
        f"{admdvs}-{quarter}-{request}",
        rows,
        now,
        narrative=f"{quarter} 预拨",
    )
    periods.post(entry)  # once: its id is posted only once, so a second call goes on to the state
    if item.state == "approved":
        _turn(
            key, item, "received", {**item.body, "received_by": by, "received_at": stored(now)}, now
        )
    return entry


def _in_state(key: tuple[str, str], *states: str) -> state.BookItem:
    item = state.get(*key)
    if item is None:
        raise Refused("NOT_FOUND", field=key[1], rule="记录不存在")
    if item.state not in states:
        raise Conflict("STATE", field=key[1], rule=f"当前为 {item.state}")
    return item


# -------------------------------------------------------------------------------------------------
# reconciliation


def reconcile(admdvs: str, quarter: str, name: str, content: bytes, now: datetime) -> list[Finding]:
    """Holds finance's statement file against the books of a quarter. Kept until signed; a new file
    before that replaces it.

    Raises BadInput naming row and column, Conflict STATE once it is signed.
    """
    theirs = reconciliation.their_movements(name, content)
    ours = reconciliation.our_movements(_entries(admdvs, _quarter_months(quarter)))
    findings = reconciliation.compare(ours, theirs, civil_date(now))
    key = (f"F#{admdvs}", f"RECONCILIATION#{quarter}")
    before = state.get(*key)
    if before is not None and before.state in ("signed_once", "signed"):
        raise Conflict("STATE", field="quarter", rule=f"{quarter} 对账已签署")
    body = {
        "file": name,
        "signed": [],
        "counts": _counts(findings),
        "open": [_open(f) for f in findings if f.kind != "matched"],
    }
    _turn(key, before, "compared", body, now)
    return findings


def _counts(findings: list[Finding]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in findings:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    return counts


def _open(finding: Finding) -> dict[str, Any]:
    def plain(movement: reconciliation.Movement | None) -> dict[str, Any] | None:
        return (
            None
            if movement is None
            else {
                **asdict(movement),
                "day": movement.day.isoformat(),
                "amount": int(movement.amount),
            }
        )

    return {
        "kind": finding.kind,
        "age": finding.age,
        "ours": plain(finding.ours),
        "theirs": plain(finding.theirs),
    }


def sign(admdvs: str, quarter: str, by: str, remarks: str, now: datetime) -> str:
    """Signs a reconciliation off; two different people are needed. What is open needs a remark.
    Answers the new state.

    Raises Conflict STATE, Forbidden SEPARATION for a second signature of the same person, Refused
    FIELD_REQUIRED.
    """
    key = (f"F#{admdvs}", f"RECONCILIATION#{quarter}")
    item = _in_state(key, "compared", "signed_once")
    signed = list(item.body["signed"])
    if any(one["by"] == by for one in signed):
        raise Forbidden("SEPARATION", field="by", rule="对账须由两人分别签署")
    if item.body["open"] and not remarks.strip():
        raise Refused("FIELD_REQUIRED", field="remarks", rule="存在未达账项,须说明")
    to = "signed" if signed else "signed_once"
    _turn(
        key,
        item,
        to,
        {**item.body, "signed": [*signed, {"by": by, "at": stored(now), "remarks": remarks}]},
        now,
    )
    return to


# -------------------------------------------------------------------------------------------------
# budget, pools


def set_budget(admdvs: str, year: int, budget: Mapping[str, Fen], by: str, now: datetime) -> None:
    """Records a year's budget by account code (J30), over an earlier version, which stays named in
    its history."""
    key = (f"F#{admdvs}", f"BUDGET#{year}")
    before = state.get(*key)
    history = [*(before.body["history"] if before else []), {"by": by, "at": stored(now)}]
    _turn(
        key,
        before,
        "set",
        {"lines": {code: int(fen) for code, fen in sorted(budget.items())}, "history": history},
        now,
    )


def budget_use(admdvs: str, year: int) -> tuple[analysis.BudgetLine, ...]:
    """Budget and use of a year by account."""
    item = state.get(f"F#{admdvs}", f"BUDGET#{year}")
    lines = {code: Fen(fen) for code, fen in item.body["lines"].items()} if item else {}
    return analysis.budget_use(
        lines, _entries(admdvs, [f"{year}-{month:02d}" for month in range(1, 13)])
    )


def transfer_between_pools(
    admdvs: str, document: str, to_outpatient: Fen, by: str, now: datetime
) -> Entry:
    """Moves money between the outpatient and the inpatient pool (Q2.3), by a document, once.
    Negative moves to the inpatient pool."""
    if not document.strip():
        raise Refused("FIELD_REQUIRED", field="document", rule="统筹基金相互划转须有文件依据")
    if not to_outpatient:
        raise Refused("AMOUNT_FORMAT", field="amount", rule="划转金额不得为零")
    debit, credit = ("300102", "300101") if to_outpatient > 0 else ("300101", "300102")
    source, narrative = f"{admdvs}-{document}", f"统筹基金划转 {document} {by}"
    entry = rules.movement(
        "pool_transfer",
        admdvs,
        source,
        [("basic_resident", debit, credit, abs(to_outpatient))],
        now,
        narrative=narrative,
    )
    periods.post(entry)
    return entry


def pools(admdvs: str, year: int, outpatient: int, inpatient: int) -> analysis.Pools:
    """The two pools of the resident fund in a year; the parts come from the region's cited
    figures."""
    months = [f"{year}-{month:02d}" for month in range(1, 13)]
    return analysis.pools("basic_resident", outpatient, inpatient, _entries(admdvs, months))


def short_funds(admdvs: str, day: date, balances: Mapping[str, Fen], least: int) -> list[str]:
    """Funds whose accumulated surplus covers less than `least` months of the past twelve months'
    spending (N7). `balances` by account code at `day`."""
    year, month = day.year, day.month
    months = [
        f"{year - (month - 1 - back < 0)}-{(month - 1 - back) % 12 + 1:02d}" for back in range(12)
    ]
    short = []
    for picture in analysis.pictures(_entries(admdvs, months)):
        surplus = -sum(int(fen) for code, fen in balances.items() if _belongs(code, picture.fund))
        if picture.expense > 0 and analysis.short_of_reserve(
            Fen(surplus), picture.expense, 12, least
        ):
            short.append(picture.fund)
    return short


def _belongs(code: str, fund: str) -> bool:
    one = accounts()[code]
    return one.fund == fund and one.kind in ("balance", "income", "expense")
