"""Officers by name and post in every answer that shows who acted: the fields marked `NameOf`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from medaid.aws.rest.bodies import NameOf, NamesWithin
from medaid.aws.web import Caller
from medaid.errors import BadInput, Unavailable
from medaid.instants import parse_instant
from medaid.regions import Region

Titles = Callable[[str, datetime | None], object | None]
"""From a subject and an instant to a name and post of one region's office, None for nobody."""
Offices = Callable[[Region], Titles]
Admit = Callable[[Caller, str, tuple[str, ...], datetime], Caller]
"""From a caller, a route, the roles it lets in and an instant to the caller as whom they act."""


def nobody(_region: Region) -> Titles:
    """For handlers whose answers name nobody."""
    return lambda _subject, _at: None


def as_they_are(caller: Caller, _route: str, _roles: tuple[str, ...], _now: datetime) -> Caller:
    """For handlers that ask no office who may act."""
    return caller


def nothing(_caller: Caller, _route: str, _roles: tuple[str, ...], _now: datetime) -> None:
    """For handlers of whose acts no office notes anything."""
    return


def any_token(_caller: Caller, _now: datetime) -> None:
    """For handlers that take every token that is proven."""
    return


class Desk(NamedTuple):
    """What the edge asks the offices of regions (medaid.payments): who is who, who may act, and
    what is noted of an act that was done; and of access, whether the token still counts."""

    titles: Offices = nobody
    admit: Admit = as_they_are
    note_act: Callable[[Caller, str, tuple[str, ...], datetime], None] = nothing
    check_token: Callable[[Caller, datetime], None] = any_token


NO_DESK: Final = Desk()


def named(shown: BaseModel, region: str, offices: Offices) -> dict[str, Any]:
    """The answer as JSON, with the names of those it shows. Each office is asked at most once, and
    only where somebody is shown.
    """
    data = shown.model_dump(mode="json")
    asked = cache(lambda of: titles_of(of, offices))
    for model, fields in _models(shown, data):
        for name, mark in _marks(type(model)).items():
            if subject := fields[mark.subject]:
                of = fields[mark.region] if mark.region else region
                known = asked(of)(subject, _instant(getattr(model, mark.at)) if mark.at else None)
                fields[name] = str(known or "")
        for name in _trails(type(model)):
            fields[name] = [_with_name(line, asked(region)) for line in fields[name]]
    return data


def titles_of(region: str, offices: Offices) -> Titles:
    """One office's names; nobody's where storage cannot give them, for what was done is done."""
    try:
        return offices(Region(region))
    except (ValueError, Unavailable):
        return nobody(_NOWHERE)


_NOWHERE: Final = Region("000000")


@cache
def _marks(kind: type[BaseModel]) -> Mapping[str, NameOf]:
    return {
        name: mark
        for name, field in kind.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, NameOf)
    }


@cache
def _trails(kind: type[BaseModel]) -> list[str]:
    fields = kind.model_fields.items()
    return [name for name, field in fields if NamesWithin() in field.metadata]


def _with_name(line: str, titles: Titles) -> str:
    match line.split(" ", 3):
        case [day, time, subject, rest]:
            with suppress(BadInput):  # a line that begins with no instant names nobody
                known = titles(subject, parse_instant(f"{day} {time}", "trail"))
                return f"{day} {time} {known or subject} {rest}"
    return line


def _models(value: Any, data: Any) -> Iterator[tuple[BaseModel, dict[str, Any]]]:
    """Every model in an answer beside its JSON."""
    if isinstance(value, BaseModel):
        yield value, data
        for name in type(value).model_fields:
            yield from _models(getattr(value, name), data[name])
    elif isinstance(value, list | tuple):
        for one, other in zip(value, data, strict=True):
            yield from _models(one, other)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _models(one, data[str(name)])


def _instant(shown: datetime | str | None) -> datetime | None:
    if isinstance(shown, datetime):
        return shown
    return parse_instant(shown, "at") if shown else None
