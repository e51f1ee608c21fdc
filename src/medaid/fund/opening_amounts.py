"""What was owed and owing before the books began here: entered with the opening balances, by
counterpart, and paid or received by paper alone. What arose since is paid by the act that caused it
(docs/clearing.md), so a paper takes no more than is left of the opening amount.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from medaid.aws.transaction import Write
from medaid.errors import Conflict
from medaid.fund import keys, store
from medaid.fund.current_accounts import by_counterpart
from medaid.fund.model import Account, Entry
from medaid.fund.model.chart import accounts
from medaid.money import Fen

OPENING: Final = "opening"
SETTLING: Final = ("opening_payment", "opening_receipt")
"""The kinds (flows.toml) by which people pay and receive what was owed before."""


@dataclass(frozen=True, slots=True)
class OpeningAmount:
    """What one counterpart was owed or owed on one account when the books began, fen on the
    account's own side: as entered, and as paid or received since."""

    entered: Fen
    settled: Fen

    @property
    def left(self) -> Fen:
        """What is still to be paid or received."""
        return self.entered - self.settled


def writes(entry: Entry, at: datetime) -> list[Write]:
    """The writes, label `opening`, by which an opening balance is noted or settled, as part of the
    act that posts `entry` (or takes it back); none for entries of other kinds.

    Raises Conflict OVERDRAWN where less is left of the opening amount, or where it was settled
    already what is taken back.
    """
    if entry.kind != OPENING and entry.kind not in SETTLING:
        return []
    moved: dict[tuple[str, str], int] = {}
    for account, fen, counterpart in entry.lines:
        if account.number in by_counterpart():
            natural = fen if account.debit_side else -fen
            moved[account.code, counterpart] = moved.get((account.code, counterpart), 0) + natural
    return [_turned(entry, *name, fen, at) for name, fen in moved.items()]


def _turned(entry: Entry, code: str, counterpart: str, natural: int, at: datetime) -> Write:
    key = keys.of_opening(entry.admdvs, code, counterpart)
    item = store.find(key)
    held = item.record(OpeningAmount) if item else OpeningAmount(Fen(0), Fen(0))
    if entry.kind == OPENING:
        changed = replace(held, entered=held.entered + Fen(natural))
    else:
        changed = replace(held, settled=held.settled - Fen(natural))
    if not 0 <= changed.settled <= changed.entered:
        rule = (
            f"{accounts()[code].name}({counterpart})期初余额尚余 {held.left} 元,"
            f"不足办理 {Fen(abs(natural))} 元;建账后发生的款项由原业务办理"
        )
        raise Conflict("OVERDRAWN", field="lines", rule=rule)
    if item:
        return item.replace(changed, "opening", at=at)
    return store.FundItem.create(key, changed, "opening", at=at)


def page_opening_amounts(
    admdvs: str, after: str, limit: int
) -> tuple[list[tuple[Account, str, OpeningAmount]], str]:
    """One page of what was owed and owing when the region's books began, and what became of it, by
    account and counterpart; and where the next page begins."""
    found, end = store.page(keys.of_region(admdvs), keys.OPENING, after, limit)
    named = [(keys.parse_opening(item.sk), item.record(OpeningAmount)) for item in found]
    return [(accounts()[code], other, held) for (code, other), held in named], end
