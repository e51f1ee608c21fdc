"""What stays open of a reconciliation: its lines by name, the balances they account for, and the
vouchers that may cover one of them (J31). Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from medaid.aws.table import packed_text
from medaid.fund.covering import exact_sets
from medaid.fund.model.chart import funds
from medaid.fund.reconciliation import ACCOUNTS, Finding, Movement, StatedBalance
from medaid.fund.records import AccountBalance, Comparison, LineOutcome
from medaid.money import Fen

OURS: Final = "ours"
THEIRS: Final = "theirs"
AGES: Final = ((30, "30天以内"), (90, "31至90天"), (365, "91至365天"))
OLDER: Final = "一年以上"
_NEAREST: Final = 60
"""Lines that are looked at for covering another one: those nearest to it by day."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of one side that nothing matched. `line` names it: by what it says, so that it has the
    same name in every version; of lines that are alike in all, by their number."""

    line: str
    side: str
    movement: Movement


def open_lines(findings: Iterable[Finding]) -> dict[str, OpenLine]:
    """Both sides' open lines by name."""
    counts: dict[str, int] = {}
    found: dict[str, OpenLine] = {}
    for one in findings:
        if one.kind == "matched":
            continue
        for side, movement in ((THEIRS, one.theirs), (OURS, one.ours)):
            if movement is not None:
                name = _name(side, movement)
                counts[name] = counts.get(name, 0) + 1
                line = f"{name}.{counts[name]}"
                found[line] = OpenLine(line, side, movement)
    return found


def _name(side: str, one: Movement) -> str:
    said = [side, one.account, one.fund, one.day.isoformat(), one.reference, int(one.amount)]
    text = packed_text([*said, one.narrative])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def settled_lines(held: Comparison) -> Mapping[str, LineOutcome]:
    """What became of each line, by its name."""
    return {line: one for one in held.settled for line in one.lines}


def unmatched(held: Comparison) -> list[OpenLine]:
    """Lines that are open at the end: explained or not, but in no match."""
    settled = settled_lines(held)
    return [
        one
        for one in open_lines(held.open).values()
        if one.line not in settled or settled[one.line].cause is not None
    ]


def balances(
    opening: Mapping[str, Fen],
    ours: Iterable[Movement],
    theirs: Iterable[Movement],
    told: Sequence[StatedBalance],
    findings: Iterable[Finding],
) -> tuple[AccountBalance, ...]:
    """Each bank account of each fund that holds or moved anything on either side. `opening` are our
    balances by account code; `findings` include lines that were open before."""
    moved: dict[tuple[str, str], list[int]] = {}
    for side, movements in enumerate((ours, theirs)):
        for one in movements:
            moved.setdefault((one.account, one.fund), [0, 0])[side] += int(one.amount)
    left: dict[tuple[str, str], int] = {}
    for line in open_lines(findings).values():
        key, fen = (line.movement.account, line.movement.fund), int(line.movement.amount)
        left[key] = left.get(key, 0) + (fen if line.side == THEIRS else -fen)
    said = {(one.account, one.fund, one.opening): one.amount for one in told}
    found = []
    for number in ACCOUNTS.values():
        for fund in funds().values():
            key = number, fund.key
            begin = opening.get(f"{fund.code}-{number}", Fen(0))
            sums = moved.get(key, [0, 0])
            tells = said.get((*key, True)), said.get((*key, False))
            if begin or any(sums) or key in moved or any(tells) or left.get(key):
                found.append(
                    AccountBalance(
                        *key,
                        (begin, tells[0]),
                        (Fen(sums[0]), Fen(sums[1])),
                        (begin + Fen(sums[0]), tells[1]),
                        Fen(left.get(key, 0)),
                    )
                )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class CoveringSets:
    """Sets of the other side's lines that make exactly one line; `whole` is false where there may
    be more: too many lines, or the search was broken off."""

    sets: tuple[tuple[str, ...], ...]
    whole: bool


def propose(line: OpenLine, others: Iterable[OpenLine]) -> CoveringSets:
    """Which open lines of the other side, of the same account and fund, may stand for `line`."""
    where = line.movement.account, line.movement.fund
    fit = [
        one
        for one in others
        if one.side != line.side and (one.movement.account, one.movement.fund) == where
    ]
    fit.sort(key=lambda one: (abs((one.movement.day - line.movement.day).days), one.line))
    near = fit[:_NEAREST]
    found = exact_sets(int(line.movement.amount), [int(one.movement.amount) for one in near])
    sets = tuple(tuple(near[index].line for index in one) for one in found.sets)
    return CoveringSets(sets, found.whole and len(near) == len(fit))


def ageing(lines: Iterable[OpenLine], today: date) -> dict[str, tuple[int, Fen]]:
    """How many lines are open and what they sum to (without sign), by age at `today`."""
    found = {name: (0, Fen(0)) for _, name in AGES} | {OLDER: (0, Fen(0))}
    for one in lines:
        days = (today - one.movement.day).days
        name = next((name for most, name in AGES if days <= most), OLDER)
        count, sum_ = found[name]
        found[name] = count + 1, sum_ + abs(one.movement.amount)
    return found
