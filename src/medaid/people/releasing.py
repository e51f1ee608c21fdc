"""Endings of a full list that wait: looked at, and released or rejected by another person than the
one who uploaded the list."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.aws import exchange
from medaid.aws.dropped import JSON
from medaid.aws.rest.offers import OpenAct, why_not
from medaid.aws.transaction import commit_or_refuse
from medaid.errors import Conflict
from medaid.ids import OfficerId
from medaid.instants import aware
from medaid.payments.service import check_second
from medaid.people import endings
from medaid.people.drops import Drop, DropState, EndingsState, ListedEnding, kept_place
from medaid.people.kept_lines import lines_page
from medaid.people.manifest import FULL, SUFFIX
from medaid.people.store import drops as drop_store
from medaid.people.store.drops import HeldDrop
from medaid.regions import Region


def endings_page(drop: Drop, after: str, limit: int) -> tuple[list[ListedEnding], str]:
    """A page of who would end, behind the byte `after` of the list as it is kept; nobody where
    nothing was listed. Raises BadInput for an `after` that is none, Unavailable."""
    if drop.endings is None:
        return [], ""
    heading = 0 if after else 1
    key = endings.place(kept_place(drop.sender, drop.batch))
    lines, end = lines_page(key, after, heading + limit)
    return endings.read(b"".join(lines[heading:])), end


def open_acts(held: HeldDrop, admdvs: Region, by: OfficerId, now: datetime) -> list[OpenAct]:
    """The act to which a full list leads whose endings wait, with what stands against this officer.
    Raises Unavailable."""
    if held.state is not DropState.WAITING:
        return []
    return [OpenAct("endings", why_not(lambda: _check_another(held, admdvs, by, now)))]


def _check_another(held: HeldDrop, admdvs: Region, by: OfficerId, now: datetime) -> None:
    drop = held.drop
    if drop.officer:
        rule = "报送与复核终止名单不得为同一人"
        check_second(admdvs, by, drop.officer, held.received, aware(now), rule, "by")


def decide_endings(
    held: HeldDrop,
    admdvs: Region,
    digest: str,
    approved: bool,
    reason: str,
    by: OfficerId,
    now: datetime,
) -> Drop:
    """Releases the endings whose list has `digest`, or rejects them; the roster function then does
    what was decided. Decided again in the same way it answers as before.

    Raises Conflict STATE where nothing waits, the list is another, or a newer full list says who
    stands; Forbidden SEPARATION for who uploaded the list or stands in for them; Unavailable.
    """
    drop, wanted = held.drop, EndingsState.RELEASED if approved else EndingsState.REJECTED
    judged = drop.endings
    if judged is None or judged.digest != digest:
        raise Conflict("STATE", field="digest", rule="终止名单与所核对的不一致,请重新查看")
    again = held.state is DropState.RELEASED and judged.state is wanted and judged.by == by
    if held.state is not DropState.WAITING and not again:
        raise Conflict("STATE", field="batch", rule="该批次没有待复核的终止名单")
    _check_another(held, admdvs, by, now)
    if approved and not again and _is_replaced(held):
        rule = "此后已接收新的全量名册,请不予终止,并按新名册复核"
        raise Conflict("STATE", field="batch", rule=rule)
    if not again:
        judged = replace(judged, state=wanted, by=by, at=aware(now), reason=reason)
        drop = replace(drop, endings=judged)
        commit_or_refuse(drop_store.drop_changed(held, drop, DropState.RELEASED))
    manifest = f"drop/{drop.sender}/{drop.name}{SUFFIX}"
    exchange.put(manifest, exchange.get(manifest), JSON)  # has it taken up once more
    return drop


def _is_replaced(held: HeldDrop) -> bool:
    """Whether a full list of the same people was taken up since: who stands on it as before keeps
    the version that was listed here, and would be ended."""
    kind, here = held.drop.kind, Region(held.drop.admdvs)
    later = (one.drop for one in drop_store.drops_since(held))
    lists = [Region(one.admdvs) for one in later if one.extent == FULL and one.kind == kind]
    return any(one.contains(here) or here.contains(one) for one in lists)
