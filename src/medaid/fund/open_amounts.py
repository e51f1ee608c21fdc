"""What is open on current accounts, and that nothing takes more off an advance or a debt than is
open of it: what came back once does not come back twice under another number.

One item an account and counterpart is turned by each act that takes off it, in the act's own
transaction, so two never pass side by side: the second loses as `open` and reads again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from medaid.aws.transaction import Write
from medaid.errors import Refused
from medaid.fund import balances, current_accounts, keys, store
from medaid.fund.current_accounts import by_counterpart
from medaid.fund.model import Account, Entry
from medaid.fund.model.chart import accounts
from medaid.fund.movements import is_current
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.months import Month

Refusal = Callable[[Account, str, Fen, Fen], Refused]
"""What refuses to take, from an account and counterpart on which the first amount is open, the
second."""


def list_current_accounts(admdvs: str, month: Month) -> tuple[current_accounts.CurrentAccount, ...]:
    """What is advanced, received in advance, owed and owing at the end of `month`, by counterpart
    and age (往来款明细)."""
    return current_accounts.schedule(open_items(admdvs, month), month)


def open_items(admdvs: str, month: Month) -> tuple[current_accounts.OpenItem, ...]:
    """What is open at the end of `month` on current accounts, and what was given between regions in
    its year."""
    closed = balances.last_closed(admdvs, month.next)
    first = balances.first_month(admdvs) or balances.found_first(admdvs, month.next)
    return current_accounts.open_items(admdvs, closed[0] if closed else None, first, month)


def take_open(entry: Entry, refusal: Refusal, numbers: Collection[str] = ()) -> list[Write]:
    """The writes by which `entry` takes what it takes off current accounts (only those of
    `numbers` where given), as part of the act that posts it; they lose as `open`.

    Raises what `refusal` answers where less is open.
    """
    taken: dict[tuple[str, str], int] = {}
    for account, fen, counterpart in entry.lines:
        held_to = not numbers or account.number in numbers
        if held_to and is_current(account) and (fen > 0) != account.debit_side:
            name = _name(account, counterpart)
            taken[name] = taken.get(name, 0) + abs(fen)
    if not taken:
        return []
    guards = [keys.of_open(entry.admdvs, *name) for name in taken]
    found = [(store.find(key), key) for key in guards]  # before what they guard is read
    there: dict[tuple[str, str], int] = {}
    month = Month.of(civil_date(entry.recorded))
    for one in list_current_accounts(entry.admdvs, month):
        name = _name(one.account, one.counterpart)
        natural = int(one.amount) if one.account.debit_side else -int(one.amount)
        there[name] = there.get(name, 0) + natural
    for name, fen in taken.items():
        rest = max(there.get(name, 0), 0)
        if fen > rest:
            raise refusal(accounts()[name[0]], name[1], Fen(rest), Fen(fen))
    return [store.turn(item, key, "open", entry.recorded) for item, key in found]


def _name(account: Account, counterpart: str) -> tuple[str, str]:
    return account.code, counterpart if account.number in by_counterpart() else ""
