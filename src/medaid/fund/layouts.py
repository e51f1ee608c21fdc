"""The statements of the final accounts (决算) as data: rows, formulas, footing, what feeds a row.

`statements.toml` is read once and refused as a whole where anything in it does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from medaid.errors import BadInput
from medaid.fund.model.chart import accounts, funds, read
from medaid.fund.model.provisions import accounts_beside, cash_statements
from medaid.fund.statement_forms import (
    Elimination,
    FundIdentity,
    Layouts,
    Passage,
    Side,
    StatementForm,
    StatementRow,
    Term,
)
from medaid.money import Fen

FORMS: Final = ("income_expense", "balance_sheet")
TRUST: Final = ("G", "R", "N", "D")
_TERM: Final = re.compile(r"([+-]?)\s*([a-z][a-z_]*)\s*")


Amounts = Mapping[str, Fen]
"""Fen by row key."""


@cache
def layouts() -> Layouts:
    """What statements.toml says. Raises ValueError naming the first thing that does not hold."""
    return loaded(read("statements.toml"))


def loaded(data: Mapping[str, Any]) -> Layouts:
    """The layouts that `data` describes. Raises ValueError: a formula over unknown rows, a row that
    nothing feeds, an account in no row or in two, a line missing in print, no source."""
    found = Layouts(
        tuple(map(_statement, data["statement"])),
        tuple(
            FundIdentity(row["name"], Side(**row["left"]), Side(**row["right"]), row["cite"])
            for row in data.get("identity", ())
        ),
        tuple(Elimination(**row) for row in data.get("elimination", ())),
        tuple(map(_passage, data.get("passage", ()))),
    )
    for statement in found.statements:
        _check_statement(statement)
    for fund in funds():
        for year in sorted({one.first for one in found.statements if fund in one.funds}):
            _check_fund(fund, year, found)
    return found


def _passage(row: Mapping[str, Any]) -> Passage:
    given, taken = row["given"], row["taken"]
    side = Side(given["fund"], given["row"])
    return Passage(row["name"], side, given["account"], Side(**taken), row["cite"])


def _statement(data: Mapping[str, Any]) -> StatementForm:
    rows = tuple(
        StatementRow(
            row["key"],
            row["name"],
            row.get("no", ""),
            row.get("of", ""),
            tuple(row.get("accounts", ())),
            terms(row.get("formula", "")),
            row.get("unfed", ""),
        )
        for row in data["rows"]
    )
    return StatementForm(
        data["key"],
        data["form"],
        data["title"],
        tuple(data["funds"]),
        data["from"],
        data.get("until", 9999),
        data.get("ends", {}),
        data["source"],
        data["trust"],
        data["cite"],
        rows,
        tuple((left, right) for left, right in data["pairs"]),
        tuple((left, right) for left, right in data.get("equal", ())),
    )


def terms(formula: str) -> tuple[Term, ...]:
    """The rows of a formula `a + b - c`. Raises ValueError for another form."""
    found: list[Term] = []
    at = 0
    while at < len(formula):
        match = _TERM.match(formula, at)
        if match is None or bool(match[1]) != bool(found):
            raise ValueError(f"formula {formula!r} cannot be read")
        found.append(Term(-1 if match[1] == "-" else 1, match[2]))
        at = match.end()
    return tuple(found)


def _check_statement(one: StatementForm) -> None:
    if one.form not in FORMS or one.trust not in TRUST:
        raise ValueError(f"{one.key}: form {one.form}, trust {one.trust}")
    if not (one.source.strip() and one.cite.strip()) or one.first > one.last:
        raise ValueError(f"{one.key}: no source, no citation or no years")
    keys = [row.key for row in one.rows]
    printed = [key for pair in one.pairs for key in pair if key]
    if len(set(keys)) < len(keys) or sorted(printed) != sorted(keys):
        raise ValueError(f"{one.key}: a row twice, or not once in print")
    chart = [account for account in accounts().values() if account.fund in one.funds]
    by_key = {row.key: row for row in one.rows}
    for row in one.rows:
        ways = [bool(row.accounts), bool(row.formula), bool(row.unfed)]
        if sum(ways) != 1 or (row.of and row.formula):
            raise ValueError(f"{one.key}.{row.key}: fed by accounts, by a formula or not at all")
        for number in row.accounts:
            family = StatementRow("", "", "", "", (number,), (), "")
            if not any(family.feeds(account) for account in chart):
                raise ValueError(f"{one.key}.{row.key}: no account {number} feeds it")
        if row.of:
            whole = by_key.get(row.of)
            if whole is None or whole.of:
                raise ValueError(f"{one.key}.{row.key}: a share of no row")
            if any(row.feeds(account) and not whole.feeds(account) for account in chart):
                raise ValueError(f"{one.key}.{row.key}: holds more than {row.of}")


def _check_fund(fund: str, year: int, found: Layouts) -> None:
    forms = [one for one in found.statements if one.holds(fund, year)]
    if sorted(one.form for one in forms) != sorted(FORMS):
        raise ValueError(f"{fund} {year}: not one statement of each form")
    rows = {row.key: row for one in forms for row in one.rows}
    on_cash = fund in cash_statements(year)
    if len(rows) < sum(len(one.rows) for one in forms):
        raise ValueError(f"{fund} {year}: two rows of one key")
    for account in accounts().values():
        if account.fund == fund:
            fed = [row.key for row in rows.values() if not row.of and row.feeds(account)]
            beside = on_cash and account.code in accounts_beside()
            if len(fed) != (0 if beside else 1):
                raise ValueError(f"{fund} {year}: account {account.number} feeds {fed}")
    named = [(row.key, term.row) for row in rows.values() for term in row.formula]
    named += [(one.key, key) for one in forms for pair in one.equal for key in pair]
    named += [
        (one.name, side.row)
        for one in found.identities
        for side in (one.left, one.right)
        if side.fund == fund
    ]
    named += [
        (one.name, side.row)
        for one in found.passages
        for side in (one.given, one.taken)
        if side.fund == fund
    ]
    named += [
        (one.name, key)
        for one in found.eliminations_of(on_cash)
        for key in (one.given, one.taken, one.upward or one.given)
    ]
    for name, key in named:
        if key not in rows:
            raise ValueError(f"{fund} {year}: {name} names the unknown row {key}")
    evaluated(rows.values(), {})  # raises for a formula that rests on itself


def forms_of(fund: str, year: int) -> tuple[StatementForm, ...]:
    """The statements of a fund in a year, income and expense first. Raises BadInput FUND_UNKNOWN,
    CODE_UNKNOWN for a year without a layout."""
    if fund not in funds():
        raise BadInput("FUND_UNKNOWN", field="fund", rule="、".join(funds()))
    found = [one for one in layouts().statements if one.holds(fund, year)]
    if not found:
        raise BadInput("CODE_UNKNOWN", field="year", rule=f"{year} 年没有决算报表格式")
    return tuple(sorted(found, key=lambda one: FORMS.index(one.form)))


def rows_of(forms: Iterable[StatementForm]) -> dict[str, StatementRow]:
    """The rows of statements by key."""
    return {row.key: row for one in forms for row in one.rows}


def evaluated(rows: Iterable[StatementRow], leaves: Amounts) -> dict[str, Fen]:
    """Every row's amount: `leaves` where a row has no formula (zero where nothing is said), else
    what its formula makes. Raises ValueError for a formula that rests on itself."""
    by_key = {row.key: row for row in rows}
    found: dict[str, Fen] = {}

    def value(key: str, above: tuple[str, ...]) -> int:
        if key in above:
            raise ValueError(f"row {key} rests on itself")
        if key not in found:
            row = by_key[key]
            amount = (
                sum(one.sign * value(one.row, (*above, key)) for one in row.formula)
                if row.formula
                else int(leaves.get(key, Fen(0)))
            )
            found[key] = Fen(amount)
        return int(found[key])

    for key in by_key:
        value(key, ())
    return found


@cache
def between_accounts() -> frozenset[str]:
    """Codes of income and expense accounts in rows that regions eliminate: what they hold with
    whom is kept by counterpart."""
    keys = {key for one in layouts().eliminations for key in (one.given, one.taken)}
    return frozenset(
        account.code
        for account in accounts().values()
        if account.kind in ("income", "expense")
        for one in layouts().statements
        if account.fund in one.funds
        for row in one.rows
        if row.key in keys and row.feeds(account)
    )
