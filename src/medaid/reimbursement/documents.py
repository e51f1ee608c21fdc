"""Values of this room as plain JSON and back, by their own type hints: how a case and its acts are
stored.

Fen and working days become whole numbers, instants sortable text, dates ISO text; nothing becomes a
float. A value that was stored before a field existed reads with the field's default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from medaid.instants import from_stored, stored

T = TypeVar("T")


def document(value: Any) -> Any:
    """`value` as JSON: dataclasses and named tuples as objects without their defaults. Raises
    TypeError for what is no value of this room."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: document(v)
            for f in fields(value)
            if not _default(f, v := getattr(value, f.name))
        }
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        defaults = cast(Any, value)._field_defaults
        return {
            name: document(v)
            for name, v in zip(cast(Any, value)._fields, value, strict=True)
            if name not in defaults or v != defaults[name]
        }
    match value:
        case None | bool() | str():
            return value
        case datetime():
            return stored(value)
        case date():
            return value.isoformat()
        case int():
            return int(value)
        case frozenset():
            return sorted(document(v) for v in value)
        case tuple() | list():
            return [document(v) for v in value]
        case Mapping():
            return {name: document(v) for name, v in value.items()}
    raise TypeError(f"{type(value).__name__} is not stored")


def _default(field: Any, value: Any) -> bool:
    if field.default is not MISSING:
        return bool(value == field.default) and type(value) is type(field.default)
    return field.default_factory is not MISSING and value == field.default_factory()


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def value_of(kind: type[T], data: Any) -> T:
    """The value of type `kind` that `document` wrote. Raises KeyError or TypeError where `data` is
    none."""
    return cast(T, _read(kind, data))


def _read(kind: Any, data: Any) -> Any:
    origin = get_origin(kind)
    if origin is UnionType:
        inner = next(k for k in get_args(kind) if k is not NoneType)
        return None if data is None else _read(inner, data)
    if origin is tuple:
        kinds = get_args(kind)
        if kinds[-1] is ...:
            return tuple(_read(kinds[0], d) for d in data)
        return tuple(_read(k, d) for k, d in zip(kinds, data, strict=True))
    if origin is frozenset:
        return frozenset(_read(get_args(kind)[0], d) for d in data)
    if origin is not None and issubclass(origin, Mapping):
        return {name: _read(get_args(kind)[1], d) for name, d in data.items()}
    if is_dataclass(kind) or hasattr(kind, "_fields"):
        hints = _hints(cast(type, kind))
        return cast(Any, kind)(**{name: _read(hints[name], d) for name, d in data.items()})
    if kind is datetime:
        return from_stored(data)
    if kind is date:
        return date.fromisoformat(data)
    if kind is bool or kind is str:
        return data
    assert issubclass(kind, (int, StrEnum)), kind
    return kind(data)
