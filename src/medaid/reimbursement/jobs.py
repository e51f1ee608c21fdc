"""What the calendar drives: the end of last year, prepared region by region and slice by slice over
the queue, safe to run again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from medaid.aws import queue
from medaid.aws.settings import settings
from medaid.errors import PolicyUndetermined
from medaid.instants import civil_date
from medaid.reimbursement import service, store
from medaid.reimbursement.service import Context, Prepared

DAY: Final = 20
LAST_MONTH: Final = 6
"""When last year's end is prepared: late in the month, when December is settled, and again for who
was settled late. Ours, no figure of policy."""
SLICE: Final = 200
"""Persons of one message: some twenty seconds."""


@dataclass
class Begun:
    """What the job began: slices by region; regions whose policy has no answer for that day."""

    slices: dict[str, int] = field(default_factory=dict)
    undetermined: list[str] = field(default_factory=list)


def begin_year_end(context: Context, now: datetime) -> Begun:
    """On the 20th of January to June, asks for the end of last year of every region of which one
    was treated in it and whose documents refund anything at it: one message for each of its
    partitions. Begun again it prepares nobody twice, and finds who was settled since. Raises
    Unavailable."""
    begun, today = Begun(), civil_date(now)
    if today.day != DAY or today.month > LAST_MONTH:
        return begun
    year = today.year - 1
    for region in store.regions_treated(year):
        try:
            owed = service.refunds(context, region, year)
        except PolicyUndetermined:
            begun.undetermined.append(region)
            continue
        for shard in range(store.SHARDS) if owed else ():
            _ask(context, json.dumps(_slice(region, year, shard, "")), now)
            begun.slices[region] = shard + 1
    return begun


def year_end_slice(context: Context, body: str, now: datetime) -> Prepared:
    """One message: a slice prepared, and the next one asked for. Twice changes nothing."""
    asked = json.loads(body)
    region, year, shard = asked["admdvs"], asked["year"], asked["shard"]
    done = service.prepare_year_end(context, region, year, shard, asked["after"], SLICE, now)
    if done.after:
        _ask(context, json.dumps(_slice(region, year, shard, done.after)), now)
    return done


def _slice(region: str, year: int, shard: int, after: str) -> dict[str, object]:
    return {"admdvs": region, "year": year, "shard": shard, "after": after}


def _ask(context: Context, body: str, now: datetime) -> None:
    url = settings().year_end_queue
    if url:
        queue.send(url, body)
    else:
        year_end_slice(context, body, now)
