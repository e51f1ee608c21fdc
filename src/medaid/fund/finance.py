"""What passes between agency and finance besides allocation and reconciliation: the budget (J30),
transfers between pools (Q2.3), the reserve (N7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from medaid.aws.transaction import commit_or_refuse
from medaid.errors import BadInput
from medaid.fund import analysis, keys, store
from medaid.fund.model import Entry
from medaid.fund.model.chart import accounts, pool_shares
<<<<<<< HEAD
from medaid.fund.reconciliation import Finding
from medaid.fund.records import Budget, BudgetVersion, Comparison, Signature
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month, Quarter
from medaid.payments.service import get_officer
=======
from medaid.fund.records import Budget, BudgetVersion
from medaid.money import Fen
from medaid.months import Month
>>>>>>> 1c5f3d2 (Reconciliation to its end: balances, every bank line matched or explained, exact sets proposed, versions, signatures withdrawn by two; one old test signed over an unexplained bank line)
from medaid.regions import Region


def _entries(admdvs: str, months: Iterable[Month]) -> Iterator[Entry]:
    for month in months:
        yield from store.entries(admdvs, month)


def _year(year: int) -> Iterator[Month]:
    return Month(f"{year:04d}-01").through(Month(f"{year:04d}-12"))


<<<<<<< HEAD
# -------------------------------------------------------------------------------------------------
# reconciliation


def reconcile(
    admdvs: str,
    quarter: str,
    name: str,
    content: bytes,
    now: datetime,
    dropped: datetime | None = None,
) -> list[Finding]:
    """Holds finance's statement file against the books of a quarter.

    Of two files the one dropped later stands (`dropped`, now where nothing says), in whatever order
    they are brought; the same file again changes nothing. Raises BadInput naming row and column,
    Refused PERIOD_OPEN before the quarter is over, Conflict STATE once it is signed or where a
    later file stands.
    """
    ended = Quarter.parse(quarter, "quarter")
    _over(ended, now)
    theirs = reconciliation.their_movements(content)
    ours = reconciliation.our_movements(_entries(admdvs, ended.months))
    findings = reconciliation.compare(ours, theirs, civil_date(now))
    when, digest = dropped or now, hashlib.sha256(content).hexdigest()
    key = keys.of_reconciliation(admdvs, quarter)
    item = store.find(key)
    if item is not None:
        held = item.record(Comparison)
        if held.signed:
            raise Conflict("STATE", field="quarter", rule=f"{quarter} 对账已签署")
        if held.dropped > when:
            rule = f"已有更晚送达的对账文件 {held.file}"
            raise Conflict("STALE", field="file", rule=rule)
    unmatched = tuple(finding for finding in findings if finding.kind != "matched")
    made = Comparison(name, digest, when, _counts(findings), unmatched)
    write = (
        item.replace(made, "reconciliation", state="compared", at=now)
        if item
        else store.FundItem.create(key, made, "reconciliation", state="compared", at=now)
    )
    commit_or_refuse([write])
    return findings


def _over(quarter: Quarter, now: datetime) -> None:
    """J31 asks for it after the quarter. Raises Refused PERIOD_OPEN before."""
    if civil_date(now) <= quarter.last:
        raise Refused("PERIOD_OPEN", field="quarter", rule=f"{quarter} 尚未结束,季后对账")


def _counts(findings: list[Finding]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in findings:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    return counts


def get_comparison(admdvs: str, quarter: str) -> tuple[Comparison, str]:
    """The quarter's reconciliation and its state. Raises Refused NOT_FOUND."""
    item = store.find(keys.of_reconciliation(admdvs, quarter))
    if item is None:
        raise Refused("NOT_FOUND", field="quarter", rule=f"{quarter} 尚无对账")
    return item.record(Comparison), item.state


def sign(admdvs: str, quarter: str, digest: str, by: str, remarks: str, now: datetime) -> str:
    """Signs a reconciliation off; two different people are needed. What is open needs a remark.
    `digest` names the file whose comparison was looked at. Answers the new state.

    Raises Refused NOT_FOUND, PERIOD_OPEN, FIELD_REQUIRED; Conflict STATE, also where another file
    was compared since; Forbidden SEPARATION for a second signature of the same person.
    """
    _over(Quarter.parse(quarter, "quarter"), now)
    item = store.find(keys.of_reconciliation(admdvs, quarter))
    if item is None:
        raise Refused("NOT_FOUND", field="quarter", rule=f"{quarter} 尚无对账")
    held = item.record(Comparison)
    if item.state not in ("compared", "signed_once"):
        raise Conflict("STATE", field="quarter", rule=f"当前为 {item.state}")
    if digest != held.digest:
        rule = f"签署的不是当前对账文件 {held.file},请重新查看"
        raise Conflict("STATE", field="digest", rule=rule, digest=held.digest)
    signer = get_officer(Region(admdvs), OfficerId(by))
    if any(signer.is_one_hand_with(one.by, now, one.at) for one in held.signed):
        raise Forbidden("SEPARATION", field="by", rule="对账须由两人分别签署")
    if held.open and not remarks.strip():
        raise BadInput("FIELD_REQUIRED", field="remarks", rule="存在未达账项,须说明")
    to = "signed" if held.signed else "signed_once"
    changed = replace(held, signed=(*held.signed, Signature("签署", by, now, remarks)))
    commit_or_refuse([item.replace(changed, "reconciliation", state=to, at=now)])
    return to


# -------------------------------------------------------------------------------------------------
# budget, pools, reserve


=======
>>>>>>> 1c5f3d2 (Reconciliation to its end: balances, every bank line matched or explained, exact sets proposed, versions, signatures withdrawn by two; one old test signed over an unexplained bank line)
def set_budget(admdvs: str, year: int, lines: Mapping[str, Fen], by: str, now: datetime) -> Budget:
    """Adds a version of a year's budget by account code (J30); earlier versions stay readable.

    Raises BadInput ACCOUNT_UNKNOWN for an account that is no income or expense of a fund.
    """
    chart = accounts()
    for code in lines:
        if code not in chart or chart[code].kind not in ("income", "expense"):
            rule = "须为收入或支出科目编码"
            raise BadInput("ACCOUNT_UNKNOWN", field=f"amounts.{code[:40]}", rule=rule)
    key = keys.of_budget(admdvs, year)
    item = store.find(key)
    version = BudgetVersion(dict(sorted(lines.items())), by, now)
    held = item.record(Budget).versions if item else ()
    changed = Budget((*held, version))
    write = (
        item.replace(changed, "budget", state="set", at=now)
        if item
        else store.FundItem.create(key, changed, "budget", state="set", at=now)
    )
    commit_or_refuse([write])
    return changed


def get_budget(admdvs: str, year: int) -> Budget | None:
    """All versions of a year's budget, None where there is none."""
    item = store.find(keys.of_budget(admdvs, year))
    return item.record(Budget) if item else None


def budget_use(admdvs: str, year: int) -> tuple[analysis.BudgetLine, ...]:
    """Budget and use of a year by account."""
    held = get_budget(admdvs, year)
    return analysis.budget_use(held.lines if held else {}, _entries(admdvs, _year(year)))


def pools(admdvs: str, year: int) -> tuple[analysis.Pools, str]:
    """The two pools of the resident fund in a year, and the document that parts them. Raises
    PolicyUndetermined FIGURE_MISSING where none does."""
    shares = pool_shares(Region(admdvs), date(year, 12, 31))
    found = _entries(admdvs, _year(year))
    parted = analysis.pools("basic_resident", shares.outpatient, shares.inpatient, found)
    return parted, shares.cite


def summaries(admdvs: str, first: Month, last: Month) -> tuple[analysis.FundSummary, ...]:
    """Income, expense, balance and structure of each fund over months (J33, J36)."""
    return analysis.summaries(_entries(admdvs, first.through(last)))


def short_funds(admdvs: str, day: date, balances: Mapping[str, Fen], least: int) -> list[str]:
    """Funds whose accumulated surplus covers less than `least` months of the past twelve months'
    spending (N7). `balances` by account code at `day`."""
    month = Month.of(day)
    short = []
    for summary in summaries(admdvs, month.later(-11), month):
        surplus = -sum(int(fen) for code, fen in balances.items() if _belongs(code, summary.fund))
        spent = summary.expense
        if spent > 0 and analysis.short_of_reserve(Fen(surplus), spent, 12, least):
            short.append(summary.fund)
    return short


def _belongs(code: str, fund: str) -> bool:
    one = accounts()[code]
    return one.fund == fund and one.kind in ("balance", "income", "expense")
