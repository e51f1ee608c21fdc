"""Whether a voucher may be booked, and the entry it causes. Pure but for the data files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from medaid import ids
from medaid.errors import BadInput
from medaid.fund.current_accounts import by_counterpart
from medaid.fund.model import Entry, Line, chart, journal, reversing
from medaid.fund.model.chart import Flow
from medaid.fund.model.provisions import is_filed
from medaid.fund.records import Voucher, VoucherLine
from medaid.money import Fen
from medaid.regions import Region


def check(admdvs: str, voucher: Voucher, today: date) -> None:
    """Everything of a voucher that no later act could mend.

    Raises BadInput naming the field: the kind, the paper, the dates, the counterpart, the lines.
    """
    refusal = chart.refusals().get(voucher.kind)
    if refusal is not None:
        raise BadInput("FLOW_FORBIDDEN", field="kind", rule=refusal.sentence)
    flow = chart.flows().get(voucher.kind, chart.NO_FLOW)
    if not flow.manual:
        kinds = "、".join(flow.kind for flow in chart.flows().values() if flow.manual)
        raise BadInput("FLOW_FORBIDDEN", field="kind", rule=f"可录入的业务:{kinds}")
    if not voucher.document.strip():
        raise BadInput("FIELD_REQUIRED", field="document", rule="须填写所依据的单据号")
    for field in ("effective", "document_date", "origin"):
        day = getattr(voucher, field)
        if day is not None and day > today:
            raise BadInput("DATE_FUTURE", field=field, rule="日期不得晚于当日")
    if voucher.reverses is None:
        _check_day(admdvs, flow, voucher.effective)
        _check_origin(flow, voucher)
        _check_counterpart(flow, voucher)
        _check_lines(flow, voucher.lines)


def kinds_on(admdvs: str, day: date) -> list[Flow]:
    """The kinds that people of the region may enter on `day`."""
    return [flow for flow in chart.flows().values() if flow.manual and _counts(admdvs, flow, day)]


def _counts(admdvs: str, flow: Flow, day: date) -> bool:
    try:
        _check_day(admdvs, flow, day)
    except BadInput:
        return False
    return True


def _check_counterpart(flow: Flow, voucher: Voucher) -> None:
    """Who pays or is paid is named; what a manual case recovers is booked by the case itself."""
    touched = {number for line in voucher.lines for number in (line.debit, line.credit)}
    named = flow.counterpart or (flow.first and touched & by_counterpart())
    if named and not voucher.counterpart.strip():
        rule = f"{flow.name}须填写往来单位"
        raise BadInput("FIELD_REQUIRED", field="counterpart", rule=rule)
    for field in ("counterpart", "document", "narrative") if flow.origin else ():
        case = ids.find_case_id(getattr(voucher, field))
        if case is not None:
            rule = f"手工报销 {case} 的追回在该申请中办理并入账,不另录凭证"
            raise BadInput("FLOW_FORBIDDEN", field=field, rule=rule)


def _check_day(admdvs: str, flow: Flow, day: date) -> None:
    if day < flow.begin:
        rule = f"{flow.name}自 {flow.begin} 起适用({flow.cite})"
        raise BadInput("FLOW_FORBIDDEN", field="effective", rule=rule)
    if flow.month and day.month != flow.month:
        rule = f"{flow.name}须在 {flow.month} 月入账({flow.cite})"
        raise BadInput("FLOW_FORBIDDEN", field="effective", rule=rule)
    if flow.filed and not is_filed(Region(admdvs), day):
        rule = f"{flow.name}仅限已备案的经办机构({flow.cite})"
        raise BadInput("FLOW_FORBIDDEN", field="kind", rule=rule)


def _check_origin(flow: Flow, voucher: Voucher) -> None:
    """Recovered of the same year reduces the expense, of earlier years is other income."""
    if not flow.origin:
        if voucher.origin is not None:
            raise BadInput("FIELD_UNKNOWN", field="origin", rule=f"{flow.name}不填原支付日期")
        return
    if voucher.origin is None:
        raise BadInput("FIELD_REQUIRED", field="origin", rule="须填写原支付日期")
    if voucher.origin > voucher.effective:
        raise BadInput("DATE_ORDER", field="origin", rule="原支付日期不得晚于入账日期")
    same = voucher.origin.year == voucher.effective.year
    if same != (flow.origin == "same_year"):
        meant = "本年度" if flow.origin == "same_year" else "以前年度"
        raise BadInput("DATE_ORDER", field="origin", rule=f"{flow.name}仅限{meant}支付的款项")


def _check_lines(flow: Flow, lines: tuple[VoucherLine, ...]) -> None:
    if not lines:
        raise BadInput("FIELD_REQUIRED", field="lines", rule="至少一行")
    moved: dict[str, dict[tuple[str, str], int]] = {}
    for number, line in enumerate(lines):
        where = f"lines.{number}"
        if line.fund not in chart.funds():
            rule = "、".join(chart.funds())
            raise BadInput("FUND_UNKNOWN", field=f"{where}.fund", rule=rule)
        if line.amount <= Fen(0):
            raise BadInput("AMOUNT_NEGATIVE", field=f"{where}.amount", rule="金额须为正")
        fund = chart.funds()[line.fund]
        for side in ("debit", "credit"):
            if f"{fund.code}-{getattr(line, side)}" not in chart.accounts():
                rule = f"{fund.name}没有该科目"
                raise BadInput("ACCOUNT_UNKNOWN", field=f"{where}.{side}", rule=rule)
        edge = (line.debit, line.credit)
        if flow.pairs and edge not in flow.pairs:
            allowed = "、".join(f"借{debit}贷{credit}" for debit, credit in flow.pairs)
            rule = f"{flow.name}只能{allowed}({flow.cite})"
            raise BadInput("FLOW_FORBIDDEN", field=where, rule=rule)
        sums = moved.setdefault(line.fund, {})
        sums[edge] = sums.get(edge, 0) + int(line.amount)
    for sums in moved.values():
        if flow.even and {sums.get(pair, 0) for pair in flow.pairs} != {max(sums.values())}:
            rule = f"{flow.name}的各对科目金额须相等"
            raise BadInput("AMOUNT_SUM", field="lines", rule=rule)


def entry_id(admdvs: str, voucher: Voucher) -> str:
    """Of the entry of a voucher that takes nothing back."""
    number = f"{admdvs}-{voucher.effective:%Y-%m}-{voucher.voucher_id}"
    return ids.entry_id(number, voucher.kind)


def voucher_of(entry: Entry) -> str:
    """The voucher that an entry was posted by, `month/number`; empty where people entered none."""
    flow, month = chart.flows()[entry.kind], entry.period
    begin = ids.entry_id(f"{entry.admdvs}-{month}-", entry.kind)
    if not flow.manual or entry.reverses or not entry.entry_id.startswith(begin):
        return ""
    return f"{month}/{entry.entry_id.removeprefix(begin)}"


def entry_of(admdvs: str, voucher: Voucher, recorded: datetime) -> Entry:
    """The entry of a voucher. Raises BadInput and Refused for lines no document allows."""
    return journal.checked(
        Entry(
            entry_id(admdvs, voucher),
            voucher.kind,
            admdvs,
            voucher.effective,
            recorded,
            voucher.document,
            tuple(_lines(voucher)),
            voucher.narrative,
        )
    )


def reversal_of(admdvs: str, original: Voucher, voucher: Voucher, recorded: datetime) -> Entry:
    """The entry that takes the entry of `original` back, by the paper of `voucher`."""
    posted = entry_of(admdvs, original, recorded)
    day, why = voucher.effective, voucher.narrative
    return journal.checked(reversing(posted, voucher.document, day, recorded, why))


def _lines(voucher: Voucher) -> Iterator[Line]:
    other = voucher.counterpart
    for line in voucher.lines:
        yield from journal.pair(line.fund, line.debit, line.credit, line.amount, other, other)
