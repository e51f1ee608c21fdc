"""Where the books lie, and how they are read.

Table `journal`: only ever put to (its roles hold PutItem alone); its stream feeds the roll-ups.

Each line: what is read: key; how; by.

- entries of a region and month, in the order recorded: pk `J#<admdvs>#<yyyy-mm>#<shard>`,
  sk `<recorded>#<entry_id>`; one Query a shard, merged; `store.entries`.

The month is that of the effective date; the shard is one of 16 by the entry id's hash, so that no
key is hot.

Table `fund`: what of the books may change.

Each line: what is read: key; how; by.

- a period: open, closing or closed, its closing balances, its history: pk `F#<admdvs>`,
  sk `PERIOD#<yyyy-mm>`; GetItem; Query of a region's, of its first; `store.find`, `store.listed`,
  `store.first_under`.
- the first month of a region's books: pk `F#<admdvs>`, sk `BOOKS`; GetItem; `store.find`.
- what was open on current accounts at the end of a closed month, in parts by the counterpart's
  hash: pk `F#<admdvs>`, sk `CURRENT#<yyyy-mm>` and `CURRENT#<yyyy-mm>#<hash>`; Query; `parts.kept`.
- where the cash basis stood at the end of a closed month, in the same parts: pk `F#<admdvs>`,
  sk `BASIS#<yyyy-mm>` and `BASIS#<yyyy-mm>#<hash>`; Query; `parts.kept`.
- that a closed quarter's interest was looked at: pk `F#<admdvs>`, sk `INTEREST#<yyyy-Qn>`;
  GetItem; `store.find`.
- a closed year: pk `F#<admdvs>`, sk `YEAR#<yyyy>`; GetItem; `store.find`.
- a version of a fund's final accounts: pk `F#<admdvs>`, sk `FINAL#<yyyy>#<fund>#<nnnn>`; GetItem;
  Query of a fund's year; `store.find`, `store.listed`.
- a version of a year's performance: pk `F#<admdvs>`, sk `PERFORMANCE#<yyyy>#<nnnn>`; GetItem; Query
  of a year's; `store.find`, `store.listed`.
- a version of a year's budget: pk `F#<admdvs>`, sk `BUDGET#<yyyy>#<nnnn>`; GetItem; Query of a
  year's; `store.find`, `store.listed`.
- what the bank accounts hold now; who of several asks for money of the budget first:
  pk `F#<admdvs>`, sk `CASH`, `ASKED#<yyyy>`; GetItem; `store.find`.
- who of several takes off what is open with a counterpart first: pk `F#<admdvs>`, sk `OPEN#<account
  code>#<counterpart>`; GetItem; `store.find`.
- what a counterpart was owed or owed when the books began, and what became of it: pk `F#<admdvs>`,
  sk `OPENED#<account code>#<counterpart>`; GetItem; Query of a region's; `store.find`,
  `store.listed`.
- an allocation request: pk `F#<admdvs>`, sk `REQUEST#<yyyy-Qn>#<id>`; GetItem; Query of a
  quarter's, of a year's; `store.find`, `store.listed`.
- a version of a quarter's reconciliation: pk `F#<admdvs>`, sk `RECONCILIATION#<yyyy-Qn>#<nnnn>`;
  Query of a quarter's; `store.listed`.
- a voucher: pk `F#<admdvs>`, sk `VOUCHER#<yyyy-mm>#<id>`; GetItem; Query of a month's;
  `store.find`, `store.listed`.
- which voucher booked a paper: pk `F#<admdvs>`, sk `PAPER#<sha256>`; GetItem; `store.find`.
- an entry posted outside a settlement: once only: pk `E#<entry_id>`, sk `POSTED`; conditional put;
  `store.posted`.
- seals of a fund, or of its month: pk `SEAL#<admdvs>#<fund>`, sk `<yyyy-mm>#<nnnn>`; Query;
  `store.listed`.
- sums of a month's entries by effective day: pk `ROLL#<admdvs>#<yyyy-mm>`, sk `DAY#<day>`; Query
  of a month's; `rolled.read`.
- sums of a month's entries by account and counterpart: the same pk, sk `PARTIES#<hash>`; Query;
  `rolled.read`.
- up to which entry a month is rolled up: the same pk, sk `CURSOR`; GetItem; `rolled.read`.
- the same three, made a second time to prove the first: pk `PROOF#<admdvs>#<yyyy-mm>`;
  `rollups.recompute`.
- the same three once more, with how far the chains were followed and where the cash basis stands,
  of a month that closes, for the n-th time: pk `PROOF#<admdvs>#<yyyy-mm>#<n>`, sk also `CHAINS`,
  `BASIS` and `BASIS#<hash>`; `close_pass`.
- up to which entry a month is under seal: pk `SEAL#<admdvs>#`, sk `<yyyy-mm>`; GetItem;
  `store.find`.
- up to which entry the seals of a month were followed: pk `F#<admdvs>`, sk `CHECKED#<yyyy-mm>`;
  GetItem; `store.find`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from medaid.aws.items import Key
from medaid.instants import stored

SHARDS: Final = 16
"""Keys over which a region's month is spread: at 1,000 writes a second each, more than any region
settles."""
PERIOD: Final = "PERIOD#"
REQUEST: Final = "REQUEST#"
VOUCHER: Final = "VOUCHER#"
OPENING: Final = "OPENED#"
FIRST: Final = "0"
"""Before the sort key of every seal."""
ROLL_DAY: Final = "DAY#"
ROLL_PARTIES: Final = "PARTIES#"


def shard(entry_id: str) -> str:
    """Two hex digits that spread entries evenly and never change for an entry."""
    return f"{hashlib.sha256(entry_id.encode()).digest()[0] % SHARDS:02x}"


def of_entry(admdvs: str, period: str, recorded: datetime, entry_id: str) -> Key:
    return Key(f"J#{admdvs}#{period}#{shard(entry_id)}", f"{stored(recorded)}#{entry_id}")


def at_position(admdvs: str, period: str, position: str) -> Key:
    """The key of the entry that stands there in a month."""
    return Key(f"J#{admdvs}#{period}#{shard(position.split('#', 1)[1])}", position)


def parse_shard(pk: str) -> tuple[str, str]:
    """(admdvs, month) of a journal partition."""
    _, admdvs, month, _ = pk.split("#")
    return admdvs, month


def journal_shards(admdvs: str, period: str) -> list[str]:
    """Partition keys of all shards of a region's month."""
    return [f"J#{admdvs}#{period}#{number:02x}" for number in range(SHARDS)]


def parse_entry(pk: str, sk: str) -> tuple[str, str, str]:
    """(admdvs, recorded as stored, entry_id) of a journal key."""
    recorded, entry_id = sk.split("#", 1)
    return pk.split("#")[1], recorded, entry_id


def of_region(admdvs: str) -> str:
    """Partition key of all that a region's finance office holds."""
    return f"F#{admdvs}"


def of_period(admdvs: str, month: str) -> Key:
    return Key(of_region(admdvs), f"{PERIOD}{month}")


def parse_period(sk: str) -> str:
    """The month of a period's sort key."""
    return sk.removeprefix(PERIOD)


def of_books(admdvs: str) -> Key:
    return Key(of_region(admdvs), "BOOKS")


def of_current_accounts(admdvs: str, month: str) -> Key:
    return Key(of_region(admdvs), f"CURRENT#{month}")


def of_cash_basis(admdvs: str, month: str) -> Key:
    return Key(of_region(admdvs), f"BASIS#{month}")


def of_interest(admdvs: str, quarter: str) -> Key:
    return Key(of_region(admdvs), f"INTEREST#{quarter}")


def of_cash(admdvs: str) -> Key:
    """Turned by each entry that moves a bank account."""
    return Key(of_region(admdvs), "CASH")


def of_year(admdvs: str, year: int) -> Key:
    return Key(of_region(admdvs), f"YEAR#{year}")


def final_accounts(year: int, fund: str) -> str:
    """What the sort keys of a fund's final accounts of a year begin with."""
    return f"FINAL#{year}#{fund}#"


def performance(year: int) -> str:
    """What the sort keys of a year's performance begin with."""
    return f"PERFORMANCE#{year}#"


def of_performance(admdvs: str, year: int, number: int) -> Key:
    return Key(of_region(admdvs), f"{performance(year)}{number:04d}")


def of_final_accounts(admdvs: str, year: int, fund: str, number: int) -> Key:
    return Key(of_region(admdvs), f"{final_accounts(year, fund)}{number:04d}")


def budgets_of(year: int) -> str:
    """Sort key prefix of the versions of a year's budget."""
    return f"BUDGET#{year}#"


def of_budget(admdvs: str, year: int, number: int) -> Key:
    return Key(of_region(admdvs), f"{budgets_of(year)}{number:04d}")


def of_asking(admdvs: str, year: int) -> Key:
    """Turned by each request for money of a year's budget."""
    return Key(of_region(admdvs), f"ASKED#{year}")


def of_open(admdvs: str, code: str, counterpart: str) -> Key:
    """Turned by each act that takes off what is open on an account with a counterpart."""
    return Key(of_region(admdvs), f"OPEN#{code}#{counterpart}")


def of_opening(admdvs: str, code: str, counterpart: str) -> Key:
    return Key(of_region(admdvs), f"{OPENING}{code}#{counterpart}")


def parse_opening(sk: str) -> tuple[str, str]:
    """(account code, counterpart) of an opening amount's sort key."""
    code, counterpart = sk.removeprefix(OPENING).split("#", 1)
    return code, counterpart


def of_request(admdvs: str, quarter: str, request: str) -> Key:
    return Key(of_region(admdvs), f"{REQUEST}{quarter}#{request}")


def reconciliations(quarter: str) -> str:
    """What the sort keys of a quarter's reconciliation begin with."""
    return f"RECONCILIATION#{quarter}#"


def of_reconciliation(admdvs: str, quarter: str, number: int) -> Key:
    return Key(of_region(admdvs), f"{reconciliations(quarter)}{number:04d}")


def of_voucher(admdvs: str, month: str, voucher_id: str) -> Key:
    return Key(of_region(admdvs), f"{VOUCHER}{month}#{voucher_id}")


def of_paper(admdvs: str, content: str) -> Key:
    return Key(of_region(admdvs), f"PAPER#{content}")


def of_posted(entry_id: str) -> Key:
    return Key(f"E#{entry_id}", "POSTED")


def seals_of(admdvs: str, fund: str) -> str:
    """Partition key of a fund's seals."""
    return f"SEAL#{admdvs}#{fund}"


def of_seal(admdvs: str, fund: str, month: str, number: int) -> Key:
    return Key(seals_of(admdvs, fund), f"{month}#{number:04d}")


def after_seals(month: str) -> str:
    """Behind the sort keys of all seals of a month."""
    return f"{month}#\uffff"


def parse_seal(sk: str) -> tuple[str, int]:
    """(month, number) of a seal's sort key."""
    month, number = sk.split("#")
    return month, int(number)


def rolls_of(admdvs: str, month: str) -> str:
    """Partition key of the roll-ups of a region's month."""
    return f"ROLL#{admdvs}#{month}"


def proofs_of(admdvs: str, month: str) -> str:
    """Partition key of the same sums made a second time, by which the roll-ups are proven."""
    return f"PROOF#{admdvs}#{month}"


def close_of(admdvs: str, month: str, attempt: int) -> str:
    """Partition key of what the reading of a month that closes came to, of each close anew."""
    return f"{proofs_of(admdvs, month)}#{attempt}"


def of_close_chains(pk: str) -> Key:
    return Key(pk, "CHAINS")


def of_close_basis(pk: str) -> Key:
    return Key(pk, "BASIS")


def of_roll_day(pk: str, day: str) -> Key:
    return Key(pk, f"{ROLL_DAY}{day}")


def parse_roll_day(sk: str) -> str:
    """The effective day of a roll-up's sort key."""
    return sk.removeprefix(ROLL_DAY)


def of_roll_parties(pk: str, counterpart: str) -> Key:
    """Where the sums of a counterpart lie: with those of others, by its hash."""
    return Key(pk, f"{ROLL_PARTIES}{shard(counterpart)}")


def of_roll_cursor(pk: str) -> Key:
    return Key(pk, "CURSOR")


def of_checked(admdvs: str, month: str) -> Key:
    return Key(of_region(admdvs), f"CHECKED#{month}")


def of_sealed_through(admdvs: str, month: str) -> Key:
    return Key(f"SEAL#{admdvs}#", month)
