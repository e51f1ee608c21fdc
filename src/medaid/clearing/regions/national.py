"""A national level of our own, for one machine: it takes the provinces' files of a month, splits,
and answers each its bills, in the files all speak.

It holds nothing but files: the split of a month is made once all participants have filed, a zero
month included, and is the same whenever it is made.
"""

from __future__ import annotations

from collections.abc import Sequence

from medaid.aws import exchange
from medaid.clearing.regions import files, rules
from medaid.errors import BadInput, Conflict, Refused
from medaid.instants import BEIJING, from_stored
from medaid.regions import Level

_EPOCH = from_stored("2000-01-01T00:00:00.000000Z").astimezone(BEIJING)
"""A bill in a file has no time of making: whoever receives it says when."""


def filed_at(month: str, province: str) -> str:
    """Where a province's file of a month lies."""
    return f"clearing/regions/{month}/nation/in/{province}.zip"


def answered_at(month: str, province: str) -> str:
    """Where a province finds its bills of a month."""
    return f"clearing/regions/{month}/nation/out/{province}.zip"


def file(month: str, province: str, content: bytes) -> None:
    """Takes a province's file in. The same file again changes nothing; another one after that is
    refused; so is one that speaks for others.

    Raises Conflict DUPLICATE, BadInput naming the row.
    """
    for filing in files.filings(month, content, province):
        if filing.treatment.province != province:
            raise BadInput(
                "FORBIDDEN", field=f"{province} {filing.treatment}", rule="只能申报本省就医的费用"
            )
    try:
        before = exchange.get(filed_at(month, province))
    except Refused:
        exchange.put(filed_at(month, province), content, "application/zip")
        return
    if before != content:
        raise Conflict("DUPLICATE", field=province, rule=f"{month} 已申报且内容不同")


def split(month: str, participants: Sequence[str]) -> int:
    """Splits a month among `participants` (provinces). Answers the number of bills. Raises Refused
    NOT_FOUND naming who has not filed."""
    filings = []
    missing = []
    for province in sorted(participants):
        try:
            filings += files.filings(month, exchange.get(filed_at(month, province)), province)
        except Refused as error:
            if error.code != "NOT_FOUND":
                raise
            missing.append(province)
    if missing:
        raise Refused("NOT_FOUND", field="filing", rule=f"{month} 尚未申报:{'、'.join(missing)}")
    made = rules.shared_out(filings, month, participants, Level.NATION, _EPOCH)
    for province in sorted(participants):
        mine = [bill for bill in made if province in (bill.creditor, bill.debtor)]
        exchange.put(answered_at(month, province), files.billed(mine), "application/zip")
    return len(made)
