"""The quarter's reconciliation with finance and bank (J31): their statement against the books,
movements and balances; open lines matched or explained; two signatures that name the version, and
their withdrawal by two."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from medaid.aws import codec
from medaid.aws.table import packed_text
from medaid.aws.transaction import commit_or_refuse
from medaid.errors import BadInput, Conflict, Refused
from medaid.fund import keys, open_lines, reconciliation, rolled, service, store, versions
from medaid.fund.open_lines import OURS, THEIRS, OpenLine
from medaid.fund.reconciliation import Finding, Movement
from medaid.fund.records import Cause, Comparison, LineOutcome, Signature
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Quarter
from medaid.papers.service import word

MOST_OPEN: Final = 3_000
"""Open lines of a reconciliation: more is no quarter of this region."""
_MATCHED, _EXPLAINED, _REOPENED = "核对", "说明", "取消核对或说明"


def reconcile(
    admdvs: str,
    quarter: str,
    name: str,
    content: bytes,
    now: datetime,
    dropped: datetime | None = None,
) -> list[Finding]:
    """Holds finance's statement file against the books of a quarter: a further version, unless file
    and books are those of the last. What was open in the quarter before is looked for again.

    Of two files the one dropped later stands (`dropped`, now where nothing says), in whatever order
    they are brought. What became of lines that are still open stays. Raises BadInput naming row and
    column, DATE_ORDER for a line outside the quarter, FILE_ROWS for more open lines than a quarter
    has; Refused PERIOD_OPEN before the quarter is over; Conflict STATE once it is signed, STALE
    where a later file stands.
    """
    ended = Quarter.parse(quarter, "quarter")
    quarter_over(ended, now)
    told = reconciliation.read_statement(content)
    for movement in told.movements:
        if not ended.first <= movement.day <= ended.last:
            rule = f"{movement.day} 不在 {quarter} 内"
            raise BadInput("DATE_ORDER", field="日期", rule=rule)
    books = _books(admdvs, ended)
    findings = reconciliation.compare(
        [*books.ours, *books.carried[0]], [*told.movements, *books.carried[1]], civil_date(now)
    )
    still_open = tuple(finding for finding in findings if finding.kind != "matched")
    if len(still_open) > MOST_OPEN:
        rule = f"未达账项 {len(still_open)} 笔,超过 {MOST_OPEN} 笔,请核对是否本统筹区本季度的对账单"
        raise BadInput("FILE_ROWS", field="file", rule=rule)
    when, digest = dropped or now, hashlib.sha256(content).hexdigest()
    last, held = _last(admdvs, quarter) or (None, None)
    if held and last and last.state != "compared":
        raise Conflict("STATE", field="quarter", rule=f"{quarter} 对账已签署")
    if held and held.dropped > when:
        raise Conflict("STALE", field="file", rule=f"已有更晚送达的对账文件 {held.file}")
    counts: dict[str, int] = {}
    for one in findings:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    made = Comparison(
        held.number + 1 if held else 1,
        name,
        digest,
        books.digest,
        "",
        when,
        counts,
        still_open,
        open_lines.balances(books.opening, books.ours, told.movements, told.balances, still_open),
    )
    if held and last and (held.content, held.books) == (made.content, made.books):
        if when > held.dropped:
            commit_or_refuse([last.replace(replace(held, dropped=when), "reconciliation")])
        return findings
    known = {*open_lines.open_lines(still_open), *(one.line for one in made.balances)}
    stays = tuple(one for one in held.settled if known.issuperset(one.lines)) if held else ()
    made = _named(replace(made, settled=stays))
    key = keys.of_reconciliation(admdvs, quarter, made.number)
    writes = [store.FundItem.create(key, made, "reconciliation", state="compared", at=now)]
    if held and last:  # so that nobody signs it meanwhile
        writes.append(last.replace(held, "reconciliation", state="replaced"))
    commit_or_refuse(writes)
    return findings


class _Books(NamedTuple):
    """Our side of a quarter. `carried`: what was open on our side and on theirs before it."""

    ours: list[Movement]
    carried: tuple[list[Movement], list[Movement]]
    opening: dict[str, Fen]
    digest: str


def _books(admdvs: str, quarter: Quarter) -> _Books:
    banks = reconciliation.ACCOUNTS.values()
    ours = [
        movement
        for month in quarter.months
        for movement in reconciliation.our_movements(rolled.listed_entries(admdvs, month, *banks))
    ]
    before = _last(admdvs, quarter.months[0].previous.quarter)
    open_before = open_lines.unmatched(before[1]) if before else []
    carried = [[one.movement for one in open_before if one.side == side] for side in (OURS, THEIRS)]
    opening = {
        code: fen
        for code, fen in service.balance(admdvs, quarter.first - timedelta(days=1)).items()
        if code.split("-")[1] in reconciliation.ACCOUNTS.values()
    }
    said = sorted(packed_text(codec.encode(one)) for one in (*ours, *carried[0], *carried[1]))
    text = packed_text([said, codec.encode(opening)])
    digest = hashlib.sha256(text.encode()).hexdigest()
    return _Books(ours, (carried[0], carried[1]), opening, digest)


def books_digest(admdvs: str, quarter: Quarter) -> str:
    """What our side of a quarter is now: SHA-256 of movements and balances."""
    return _books(admdvs, quarter).digest


def quarter_over(quarter: Quarter, now: datetime) -> None:
    """J31 asks for it after the quarter. Raises Refused PERIOD_OPEN before."""
    if civil_date(now) <= quarter.last:
        raise Refused("PERIOD_OPEN", field="quarter", rule=f"{quarter} 尚未结束,季后对账")


def _named(one: Comparison) -> Comparison:
    """The version with the digest that a signature names."""
    said = [[list(each.lines), each.cause or "", each.act.by, each.act.why] for each in one.settled]
    text = packed_text([one.number, one.content, one.books, said])
    return replace(one, digest=hashlib.sha256(text.encode()).hexdigest())


def _last(admdvs: str, quarter: str) -> tuple[store.FundItem, Comparison] | None:
    return versions.last_version(admdvs, keys.reconciliations(quarter), Comparison)


def last_version(admdvs: str, quarter: str) -> tuple[store.FundItem, Comparison]:
    """The version in force with its item. Raises Refused NOT_FOUND."""
    found = _last(admdvs, quarter)
    if found is None:
        raise Refused("NOT_FOUND", field="quarter", rule=f"{quarter} 尚无对账")
    return found


def get_comparison(admdvs: str, quarter: str) -> tuple[Comparison, str]:
    """The quarter's reconciliation and its state. Raises Refused NOT_FOUND."""
    item, held = last_version(admdvs, quarter)
    return held, item.state


def page_of_comparisons(
    admdvs: str, quarter: str, after: str, limit: int
) -> tuple[list[tuple[Comparison, str]], str]:
    """At most `limit` versions of a quarter's reconciliation behind `after` with their states, of
    all of which the last one is in force; and behind what the next page begins, empty at the
    end."""
    pk, prefix = keys.of_region(admdvs), keys.reconciliations(quarter)
    found, end = store.page(pk, prefix, after, limit)
    return [(item.record(Comparison), item.state) for item in found], end


# -------------------------------------------------------------------------------------------------
# open lines


def propose(admdvs: str, quarter: str, line: str) -> open_lines.CoveringSets:
    """Exact sets of the other side's open lines that may stand for `line`. Raises Refused
    NOT_FOUND."""
    _, held = last_version(admdvs, quarter)
    lines = {one.line: one for one in open_lines.unmatched(held)}
    if line not in lines:
        raise Refused("NOT_FOUND", field="line", rule="没有该未达账项,或已核对")
    return open_lines.propose(lines[line], lines.values())


def match_lines(
    admdvs: str, quarter: str, lines: Sequence[str], reason: str, by: str, now: datetime
) -> Comparison:
    """Somebody says that open lines of both sides are one movement: they sum to the same, on one
    account of one fund. Raises Refused NOT_FOUND, AMOUNT_SUM, FLOW_FORBIDDEN for two accounts;
    Conflict DUPLICATE for a line that is matched already, STATE."""

    def decide(known: dict[str, OpenLine], held: Comparison) -> tuple[LineOutcome, ...]:
        chosen = _chosen(lines, known, held)
        places = {(known[one].movement.account, known[one].movement.fund) for one in chosen}
        if len(places) > 1:
            raise Refused("FLOW_FORBIDDEN", field="lines", rule="不同账户或基金的行不得互相核对")
        sums = {OURS: 0, THEIRS: 0}
        for one in chosen:
            sums[known[one].side] += int(known[one].movement.amount)
        if sums[OURS] != sums[THEIRS]:
            ours, theirs = Fen(sums[OURS]), Fen(sums[THEIRS])
            rule = f"我方合计 {ours} 元,对方合计 {theirs} 元,相差 {theirs - ours} 元"
            raise Refused("AMOUNT_SUM", field="lines", rule=rule)
        return (LineOutcome(chosen, None, Signature(_MATCHED, by, now, reason)),)

    return _lines_settled(admdvs, quarter, decide)


def explain_lines(
    admdvs: str,
    quarter: str,
    lines: Sequence[str],
    cause: Cause,
    reason: str,
    by: str,
    now: datetime,
) -> Comparison:
    """Somebody says why open lines, or balances that do not agree, are so. Raises as `match_lines`
    does; Refused FIELD_REQUIRED without a reason."""
    if not reason.strip():
        raise Refused("FIELD_REQUIRED", field="reason", rule="须说明原因")

    def decide(known: dict[str, OpenLine], held: Comparison) -> tuple[LineOutcome, ...]:
        chosen = _chosen(lines, {*known, *(one.line for one in held.balances)}, held)
        return (LineOutcome(chosen, cause, Signature(_EXPLAINED, by, now, reason)),)

    return _lines_settled(admdvs, quarter, decide)


def reopen_lines(
    admdvs: str, quarter: str, lines: Sequence[str], reason: str, by: str, now: datetime
) -> Comparison:
    """What was said of lines is taken back, with a trail. Raises Refused NOT_FOUND for a line of
    which nothing was said, FIELD_REQUIRED without a reason; Conflict STATE."""
    if not reason.strip():
        raise Refused("FIELD_REQUIRED", field="reason", rule="须说明原因")
    item, held = _compared(admdvs, quarter)
    gone = [one for one in held.settled if set(one.lines) & set(lines)]
    if not gone:
        raise Refused("NOT_FOUND", field="lines", rule="该行尚未核对或说明")
    acts = [replace(one.act, why=f"{','.join(one.lines)}:{one.act.why}") for one in gone]
    act = Signature(_REOPENED, by, now, reason)
    left = tuple(one for one in held.settled if one not in gone)
    changed = _named(replace(held, settled=left, trail=(*held.trail, *acts, act)))
    commit_or_refuse([item.replace(changed, "reconciliation", at=now)])
    return changed


def _chosen(lines: Sequence[str], known: Container[str], held: Comparison) -> tuple[str, ...]:
    """Lines that somebody names, each open and said nothing of. Raises as `match_lines` does."""
    settled = open_lines.settled_lines(held)
    if len(set(lines)) < len(lines) or not lines:
        raise BadInput("DUPLICATE", field="lines", rule="至少一行,且每行只列一次")
    for one in lines:
        if one not in known:
            raise Refused("NOT_FOUND", field="lines", rule=f"没有未达账项 {one[:40]}")
        if one in settled:
            what = _EXPLAINED if settled[one].cause else _MATCHED
            raise Conflict("DUPLICATE", field="lines", rule=f"{one} 已{what},不得重复")
    return tuple(lines)


def _lines_settled(
    admdvs: str,
    quarter: str,
    decide: Callable[[dict[str, OpenLine], Comparison], tuple[LineOutcome, ...]],
) -> Comparison:
    item, held = _compared(admdvs, quarter)
    more = decide(open_lines.open_lines(held.open), held)
    changed = _named(replace(held, settled=(*held.settled, *more)))
    commit_or_refuse([item.replace(changed, "reconciliation", at=more[0].act.at)])
    return changed


def _compared(admdvs: str, quarter: str) -> tuple[store.FundItem, Comparison]:
    item, held = last_version(admdvs, quarter)
    if item.state != "compared":
        raise Conflict("STATE", field="quarter", rule=f"当前为{word('reconciliation', item.state)}")
    return item, held
