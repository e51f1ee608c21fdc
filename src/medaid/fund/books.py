"""Balances from entries: posting in memory, the trial balance and its proof. Pure.

A balance is whole fen, debit positive. Nothing here reads storage: entries come in as an iterable
and may be as many as they like, for only one sum per account is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from unicodedata import east_asian_width

from medaid.fund.model import Account, Entry
from medaid.fund.model.chart import accounts, funds
from medaid.money import Fen


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """One account in a trial balance, fen: opening and closing with sign (debit positive), the
    period's debits and credits without."""

    account: Account
    opening: Fen
    debits: Fen
    credits: Fen

    @property
    def closing(self) -> Fen:
        return self.opening + self.debits - self.credits


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts that have an opening balance or were moved, in chart order. Proven: see
    `proof`."""

    admdvs: str
    title: str
    rows: tuple[TrialBalanceRow, ...]

    def fund(self, key: str) -> tuple[TrialBalanceRow, ...]:
        return tuple(row for row in self.rows if row.account.fund == key)

    def closing(self, code: str) -> Fen:
        """Closing balance of the account with that code, zero where it was never used."""
        return next((row.closing for row in self.rows if row.account.code == code), Fen(0))

    def proof(self) -> str:
        """Empty where every fund's debits equal its credits and its balances sum to zero; else the
        key of the first fund that is off."""
        for key in funds():
            rows = self.fund(key)
            if sum(int(r.debits) - int(r.credits) for r in rows) or sum(
                int(r.opening) for r in rows
            ):
                return key
        return ""


@dataclass(slots=True)
class Turnover:
    """Debits and credits of one account, whole fen."""

    debits: int = 0
    credits: int = 0

    def add(self, debit: int, credit: int) -> None:
        """Adds debits and credits, each whole fen without sign."""
        self.debits += debit
        self.credits += credit


def turnovers(entries: Iterable[Entry]) -> dict[str, Turnover]:
    """Debits and credits by account code, one pass, memory of one sum per account."""
    debits: dict[str, int] = {}
    credits_: dict[str, int] = {}
    for entry in entries:
        for line in entry.lines:
            fen, code = line.fen, line.account.code
            if fen > 0:
                debits[code] = debits.get(code, 0) + fen
            else:
                credits_[code] = credits_.get(code, 0) - fen
    return {
        code: Turnover(debits.get(code, 0), credits_.get(code, 0))
        for code in {**debits, **credits_}
    }


def trial_balance(
    admdvs: str, title: str, opening: Mapping[str, Fen], entries: Iterable[Entry]
) -> TrialBalance:
    """The trial balance (试算平衡表) of one region from opening balances by account code and the
    period's entries."""
    return TrialBalance(admdvs, title, balance_rows(opening, turnovers(entries)))


def balance_rows(
    opening: Mapping[str, Fen], moved: Mapping[str, Turnover]
) -> tuple[TrialBalanceRow, ...]:
    """The rows of a trial balance from opening balances and turnovers by account code, in chart
    order."""
    rows = []
    for code, account in accounts().items():
        before, turnover = opening.get(code, Fen(0)), moved.get(code, Turnover())
        if before or turnover.debits or turnover.credits:
            rows.append(
                TrialBalanceRow(account, before, Fen(turnover.debits), Fen(turnover.credits))
            )
    return tuple(rows)


def balances(entries: Iterable[Entry]) -> dict[str, Fen]:
    """Balance by account code, debit positive, zero balances left out; in chart order."""
    return balances_of(turnovers(entries))


def balances_of(turnovers: Mapping[str, Turnover]) -> dict[str, Fen]:
    """The same of what was moved by account code."""
    return {
        code: Fen(turnovers[code].debits - turnovers[code].credits)
        for code in accounts()
        if code in turnovers and turnovers[code].debits != turnovers[code].credits
    }


def _padded(text: str, width: int, right: bool = False) -> str:
    """`text` filled to `width` columns, a full-width character counting as two."""
    missing = width - sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
    return " " * missing + text if right else text + " " * missing


def printed(balance: TrialBalance) -> str:
    """The trial balance as people read it: one block per fund, amounts in yuan, sides as 借 / 贷 /
    平."""
    lines = [f"试算平衡表  统筹区 {balance.admdvs}  {balance.title}  单位:元"]
    for key, fund in funds().items():
        rows = balance.fund(key)
        if not rows:
            continue
        lines += [
            "",
            fund.name,
            _printed_row("科目编码", "科目名称", ("期初余额", "本期借方", "本期贷方", "期末余额")),
        ]
        for row in rows:
            amounts = (
                _sided(row.opening),
                row.debits.yuan(),
                row.credits.yuan(),
                _sided(row.closing),
            )
            lines.append(_printed_row(row.account.code, row.account.name, amounts))
        total = (
            Fen(sum(int(r.debits) for r in rows)).yuan(),
            Fen(sum(int(r.credits) for r in rows)).yuan(),
        )
        lines.append(_printed_row("", "合计", ("", *total, "")))
    lines += [
        "",
        "试算平衡" if not balance.proof() else f"试算不平衡:{funds()[balance.proof()].name}",
    ]
    return "\n".join(lines)


def _printed_row(code: str, name: str, amounts: tuple[str, ...]) -> str:
    return (
        f"{_padded(code, 16)}{_padded(name, 40)}"
        f"{''.join(_padded(a, 20, right=True) for a in amounts)}"
    ).rstrip()


def _sided(amount: Fen) -> str:
    return "平" if not amount else f"{'借' if amount > 0 else '贷'} {abs(amount).yuan()}"
