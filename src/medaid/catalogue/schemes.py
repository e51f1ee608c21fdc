"""How a region's own codes of limits and shares are chosen: from a document, by two people. From
the first scheme's day on the region's catalogue counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws.transaction import Decided, transact
from medaid.catalogue import store
from medaid.catalogue.model.publishing import Scheme, Schemes, TypeRule
from medaid.errors import BadInput, Conflict, Refused
from medaid.ids import OfficerId, content_hash
from medaid.instants import aware
from medaid.payments.service import check_second
from medaid.regions import NATION, Region

MOST: Final = 50
"""Schemes of a region: all are read at once."""


def scheme_id(scheme: Scheme) -> str:
    """The same content proposed again is the same scheme."""
    said = (scheme.region, scheme.begin.isoformat(), scheme.document, scheme.article)
    kinds = [_text(kind) for kind in (*scheme.limit_types, None, *scheme.share_types)]
    return content_hash(*said, *kinds)[:12]


def _text(kind: TypeRule | None) -> str:
    if kind is None:
        return "|"
    sets = [",".join(sorted(one)) for one in (kind.levels, kind.insutypes, kind.cares)]
    return ";".join([kind.code, str(kind.age_from), str(kind.age_below), *sets])


def propose_scheme(scheme: Scheme) -> Scheme:
    """Keeps a scheme until somebody else agrees. Raises BadInput, Conflict STATE, Unavailable."""
    if scheme.region == NATION:
        raise BadInput("CODE_UNKNOWN", field="admdvs", rule="限价和自付类型由各地区规定")
    new = replace(scheme, scheme_id=scheme_id(scheme))

    def decide() -> Decided[Scheme]:
        item, held = store.find_schemes(scheme.region)
        for one in held.schemes:
            if one.scheme_id == new.scheme_id:
                return Decided(one)
        if len(held.schemes) >= MOST:
            raise Conflict("STATE", field="admdvs", rule=f"已有 {MOST} 项,不能再录入")
        after = Schemes((*held.schemes, new))
        return Decided(new, [store.replace_schemes(scheme.region, item, after)])

    return transact(decide)


def approve_scheme(region: Region, name: str, by: OfficerId, now: datetime) -> Scheme:
    """Agrees to a scheme; a second time it answers as the first. Raises Refused NOT_FOUND,
    Forbidden SEPARATION, Unavailable."""

    def decide() -> Decided[Scheme]:
        item, held = store.find_schemes(region)
        one = next((one for one in held.schemes if one.scheme_id == name), None)
        if one is None:
            raise Refused("NOT_FOUND", field="scheme", rule="没有该项规定")
        if one.approved_at is not None:
            return Decided(one)
        first, proposed = one.proposed_by, one.proposed_at
        check_second(region, by, first, proposed, now, "提出与同意不得为同一人", "by")
        done = replace(one, approved_by=by, approved_at=aware(now))
        after = Schemes(tuple(done if two is one else two for two in held.schemes))
        return Decided(done, [store.replace_schemes(region, item, after)])

    return transact(decide)


def list_schemes(region: Region) -> tuple[Scheme, ...]:
    """The region's schemes, agreed to or not. Raises Unavailable."""
    return store.find_schemes(region)[1].schemes
