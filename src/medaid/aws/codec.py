"""Values as plain JSON and back, by their own type hints: how every record of ours is stored.

Fen and working days become whole numbers, instants sortable text, dates ISO text; nothing becomes a
float. A field that holds its default is left out, and one that was stored before a field existed
reads with the field's default. A class that says `POSITIONAL = True` becomes a list of its fields
instead, for rows of which there are very many; `ADDED = n` says that its last n fields came later,
so that rows stored before have their defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from medaid.instants import from_stored, stored

T = TypeVar("T")


def encode(value: Any) -> Any:
    """`value` as JSON. Raises TypeError for what has no stored form (a float, an open file)."""
    match value:
        case None | bool():
            return value
        case str():
            return str(value)
        case datetime():
            return stored(value)
        case date():
            return value.isoformat()
        case int():
            return int(value)
        case frozenset():
            return sorted(encode(v) for v in value)
    if (is_dataclass(value) and not isinstance(value, type)) or hasattr(value, "_fields"):
        return _encode_record(value)
    match value:
        case tuple() | list():
            return [encode(v) for v in value]
        case Mapping():
            return {str(name): encode(v) for name, v in value.items()}
    raise TypeError(f"{type(value).__name__} is not stored")


def decode(kind: type[T], data: Any) -> T:
    """The value of type `kind` that `encode` wrote.

    Raises KeyError, TypeError or ValueError where `data` holds none: a spoiled record never passes
    for a whole one.
    """
    reader = _reader(cast(Any, kind))
    return cast(T, reader(data))


@cache
def _defaults(kind: Any) -> Mapping[str, Callable[[], Any]]:
    """How each field with a default gets it, by name; absent for a field without one."""
    if is_dataclass(kind):
        found: dict[str, Callable[[], Any]] = {}
        for field in fields(kind):
            if field.default is not MISSING:
                found[field.name] = lambda default=field.default: default  # type: ignore[misc]
            elif field.default_factory is not MISSING:
                found[field.name] = field.default_factory
        return found
    plain: Mapping[str, Any] = kind._field_defaults
    return {name: lambda default=default: default for name, default in plain.items()}  # type: ignore[misc]


@cache
def _names(kind: Any) -> tuple[str, ...]:
    if is_dataclass(kind):
        return tuple(field.name for field in fields(kind) if field.init)
    return cast(tuple[str, ...], kind._fields)


def _encode_record(value: Any) -> Any:
    kind: Any = type(value)
    if getattr(kind, "POSITIONAL", False):
        return [encode(getattr(value, name)) for name in _names(kind)]
    defaults, found = _defaults(kind), {}
    for name in _names(kind):
        held = getattr(value, name)
        if name in defaults:
            default = defaults[name]()
            if held == default and type(held) is type(default):
                continue
        found[name] = encode(held)
    return found


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """What reads `kind`, made once for each type hint."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):
        one = _reader(next(k for k in inner if k is not NoneType))
        return lambda data: None if data is None else one(data)
    if origin is tuple and inner[-1] is ...:
        each = _reader(inner[0])
        return lambda data: tuple(each(d) for d in data)
    if origin is tuple:
        parts = tuple(_reader(k) for k in inner)
        return lambda data: tuple(read(d) for read, d in zip(parts, data, strict=True))
    if origin is frozenset:
        member = _reader(inner[0])
        return lambda data: frozenset(member(d) for d in data)
    if origin is not None and issubclass(origin, Mapping):
        key, item = _reader(inner[0]), _reader(inner[1])
        return lambda data: {key(name): item(d) for name, d in data.items()}
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    if is_dataclass(kind) or hasattr(kind, "_fields"):
        return _record_reader(kind)
    return _plain_reader(kind)


def _record_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    names = _names(kind)
    if getattr(kind, "POSITIONAL", False):
        readers: list[Callable[[Any], Any]] = []
        least = len(names) - getattr(kind, "ADDED", 0)

        def positional(data: Any) -> Any:
            if not readers:
                readers.extend(_reader(hints[name]) for name in names)
            if not least <= len(data) <= len(readers):
                raise ValueError(f"not a row of {kind.__name__}")
            return kind(*(read(d) for read, d in zip(readers, data, strict=False)))

        return positional
    return lambda data: kind(**{name: _reader(hints[name])(d) for name, d in data.items()})


def _plain_reader(kind: Any) -> Callable[[Any], Any]:
    if kind is Any:
        return lambda data: data
    if kind is datetime:
        return from_stored
    if kind is date:
        return date.fromisoformat
    if kind in (bool, str):
        return lambda data: _proven(kind, data)
    if isinstance(kind, type) and issubclass(kind, str) and not issubclass(kind, StrEnum):
        return lru_cache(maxsize=4096)(kind)  # regions and months: few, and checked when made
    if isinstance(kind, type) and issubclass(kind, (int, StrEnum)):
        return kind
    raise TypeError(f"{kind} has no stored form")


def _proven(kind: type, data: Any) -> Any:
    if not isinstance(data, kind):
        raise TypeError(f"{kind.__name__} expected, {type(data).__name__} stored")
    return data
