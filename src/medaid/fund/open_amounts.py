"""No voucher takes more off an advance or a debt than is open of it: what came back once does not
come back twice under another number."""

from __future__ import annotations

from typing import Final

from medaid.errors import Conflict
from medaid.fund import service
from medaid.fund.current_accounts import is_current
from medaid.fund.model import Account, Entry
from medaid.fund.model.chart import accounts
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month

_OWED_TO_NOBODY: Final = ("2108", "2109")
"""Interest to be handed over, contributions of later years: whole, not by counterpart."""


def check_open(entry: Entry, field: str) -> None:
    """Raises Conflict OVERDRAWN naming `field`, the account, the counterpart and what is open."""
    taken: dict[tuple[str, str], int] = {}
    for account, fen, counterpart in entry.lines:
        if is_current(account) and (fen > 0) != account.debit_side:
            name = _name(account, counterpart)
            taken[name] = taken.get(name, 0) + abs(fen)
    if not taken:
        return
    there: dict[tuple[str, str], int] = {}
    month = Month.of(civil_date(entry.recorded))
    for one in service.list_current_accounts(entry.admdvs, month):
        name = _name(one.account, one.counterpart)
        natural = int(one.amount) if one.account.debit_side else -int(one.amount)
        there[name] = there.get(name, 0) + natural
    for name, fen in taken.items():
        rest = max(there.get(name, 0), 0)
        if fen > rest:
            account, other = accounts()[name[0]], f"({name[1]})" if name[1] else ""
            rule = f"{account.name}{other}未结余额 {Fen(rest)} 元,不足冲减 {Fen(fen)} 元"
            raise Conflict("OVERDRAWN", field=field, rule=rule)


def _name(account: Account, counterpart: str) -> tuple[str, str]:
    return account.code, "" if account.number in _OWED_TO_NOBODY else counterpart
