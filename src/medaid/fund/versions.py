"""Papers of which every version stays and the last one counts: found by its number, looked at under
the digest that a signature names."""

from __future__ import annotations

from typing import Protocol, TypeVar

from medaid.errors import Conflict, Refused
from medaid.fund import keys, store


class Numbered(Protocol):
    """A version of a paper: the first one is number 1."""

    @property
    def number(self) -> int: ...


T = TypeVar("T", bound=Numbered)


def last_version(admdvs: str, prefix: str, kind: type[T]) -> tuple[store.FundItem, T] | None:
    """The last of the versions whose sort keys begin with `prefix`, None before the first; reads
    that one alone."""
    item = store.last_under(keys.of_region(admdvs), prefix)
    return None if item is None else (item, item.record(kind))


def next_number(last: tuple[store.FundItem, Numbered] | None) -> int:
    """The number of the version that follows."""
    return last[1].number + 1 if last else 1


def last_numbered(
    admdvs: str, prefix: str, kind: type[T], number: int, paper: str
) -> tuple[store.FundItem, T]:
    """Version `number` of the `paper`, which is the last. Raises Refused NOT_FOUND, Conflict STALE
    where there is a later one."""
    last = last_version(admdvs, prefix, kind)
    if last is None or not 1 <= number <= last[1].number:
        raise Refused("NOT_FOUND", field="number", rule=f"没有该版{paper}")
    if number < last[1].number:
        raise Conflict("STALE", field="number", rule=f"已有第 {last[1].number} 版")
    return last


def check_looked_at(number: int, digest: str, looked_at: str) -> None:
    """Raises Conflict STATE where version `number`, whose digest is `digest`, is not what was
    looked at."""
    if looked_at != digest:
        rule = f"所签不是第 {number} 版现有内容,请重新查看"
        raise Conflict("STATE", field="digest", rule=rule, digest=digest)
