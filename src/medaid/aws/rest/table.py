"""The one table of operators' routes: each says in one place what it takes, what it answers, who
may call it, and whose object it touches.

    ROUTES: Routes[None] = Routes("fund", "基金账册")

    @ROUTES.post("/fund/{admdvs}/periods/{month}/close", "月度结账", roles=("accountant",))
    def close_period(call: Call[None, WithReason], admdvs: Region, month: Month) -> PeriodShown:
        return shown(service.close_period(admdvs, month, call.caller.subject, call.now))

Path parameters are read by the type of the function's argument. The body's type is the second of
its `Call`, the answer's its return type: each is said once (`body` is for a route whose function
serves several, `parts` for one that takes the path's parts by `**`: their types by name).
`medaid.aws.rest.app` mounts tables on a function, `medaid.aws.rest.describe` makes the OpenAPI
document of them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import NoneType
from typing import Any, Final, Generic, NamedTuple, TypeVar, get_args, get_type_hints

from pydantic import BaseModel

from medaid.aws.rest.bodies import Body
from medaid.aws.rest.officers import Admit, as_they_are
from medaid.aws.rest.texts import PATH_TEXT
from medaid.aws.web import Caller
from medaid.errors import BadInput, Forbidden
from medaid.ids import OfficerId
from medaid.months import Month, Quarter, Year
from medaid.regions import NATION, Region

C = TypeVar("C")
B = TypeVar("B", bound=BaseModel | None)
F = TypeVar("F", bound=Callable[..., BaseModel])


READERS: Final = ("accountant", "cashier", "auditor", "reviewer", "finance", "manager")
"""Roles of a finance office that may read its papers: books and clearing alike."""


class Owner(StrEnum):
    """Whose object a route touches, and how that is held against the caller's token."""

    REGION = "region"
    """The path's `admdvs` is the token's region."""
    WITHIN = "within"
    """The path's `admdvs` is the token's region or lies in it; needs a citation (J6: roll-up)."""
    ABOVE = "above"
    """The path's `admdvs` is the token's region and `region` lies in it: the level above acts."""
    INSTITUTION = "institution"
    """The path's `institution` is the token's; or an operator's region is the path's `admdvs`."""
    OBJECT = "object"
    """The service loads the object and calls `call.check_owner` with its region and institution."""
    INSTALLATION = "installation"
    """What is everybody's: only a token of the installation (region of the nation) acts on it."""
    ANYBODY = "anybody"
    """Public facts; needs a citation."""


class Signing(NamedTuple):
    """Who acts, and when."""

    by: OfficerId
    now: datetime


class Acting(NamedTuple):
    """Who acts, when, and with which roles."""

    by: OfficerId
    now: datetime
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Call(Generic[C, B]):
    """One request as the route's function sees it."""

    caller: Caller
    now: datetime
    context: C
    body: B
    query: Any
    """The route's query model, None where it takes no query."""
    admit: Admit = as_they_are
    """How the edge lets callers in: asked for other routes too, of what may be done next."""

    @property
    def by(self) -> OfficerId:
        """Who acts: the subject of the token."""
        return OfficerId(self.caller.subject)

    @property
    def signing(self) -> Signing:
        """What use cases that keep who did it take last, as `*call.signing`."""
        return Signing(self.by, self.now)

    @property
    def acting(self) -> Acting:
        """What use cases of separated duties take last, as `*call.acting`."""
        return Acting(self.by, self.now, self.caller.roles)

    def check_owner(self, region: Region | str, institution: str = "") -> None:
        """For routes whose object is only known once it is loaded. Raises Forbidden."""
        check_region(self.caller, Region(region))
        if self.caller.institution and self.caller.institution != institution:
            raise Forbidden("FORBIDDEN", field="fixmedins_code", rule="非本机构")


def check_region(caller: Caller, region: Region) -> None:
    """One rule for routes and messages: the object's region is the caller's. Raises Forbidden."""
    if caller.region != region:
        raise Forbidden("FORBIDDEN", field="admdvs", rule="非本统筹区")


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `path` has `{name}` parts; `parameters` are their types."""

    method: str
    path: str
    summary: str
    roles: tuple[str, ...]
    owner: Owner
    cite: str
    status: int
    body: type[BaseModel] | None
    query: type[Body] | None
    answer: type[BaseModel]
    parameters: Mapping[str, type]
    call: Callable[..., BaseModel]

    def check(self, caller: Caller, parts: Mapping[str, Any]) -> None:
        """Role first, then whose object it is. Raises Forbidden."""
        if self.owner is Owner.ANYBODY:
            return
        if self.owner is Owner.INSTITUTION and caller.institution:
            _is_institution(caller, parts)
            return
        caller.require(*self.roles)
        _OWNERS[self.owner](caller, parts)

    def read_path(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Path parts as values. Raises BadInput naming the part: nothing crafted goes further."""
        return {name: _part(name, kind, texts[name]) for name, kind in self.parameters.items()}


def _owns_region(caller: Caller, parts: Mapping[str, Any]) -> None:
    check_region(caller, parts["admdvs"])


def _reads_within(caller: Caller, parts: Mapping[str, Any]) -> None:
    if not _region_of(caller).contains(parts["admdvs"]):
        raise Forbidden("FORBIDDEN", field="admdvs", rule="非本统筹区及其下辖地区")


def _stands_above(caller: Caller, parts: Mapping[str, Any]) -> None:
    _owns_region(caller, parts)
    if parts["region"] == parts["admdvs"] or not parts["admdvs"].contains(parts["region"]):
        raise Forbidden("FORBIDDEN", field="region", rule="由上级经办机构办理")


def _is_institution(caller: Caller, parts: Mapping[str, Any]) -> None:
    if caller.institution != parts["institution"]:
        raise Forbidden("FORBIDDEN", field="fixmedins_code", rule="非本机构")


def _of_installation(caller: Caller, _parts: Mapping[str, Any]) -> None:
    check_region(caller, Region(NATION))


def _known_later(caller: Caller, _parts: Mapping[str, Any]) -> None:
    if not caller.region and not caller.institution:
        raise Forbidden("FORBIDDEN", field="admdvs", rule="令牌未注明统筹区")


_OWNERS: Final[Mapping[Owner, Callable[[Caller, Mapping[str, Any]], None]]] = {
    Owner.REGION: _owns_region,
    Owner.WITHIN: _reads_within,
    Owner.ABOVE: _stands_above,
    Owner.INSTITUTION: _owns_region,
    Owner.INSTALLATION: _of_installation,
    Owner.OBJECT: _known_later,
}


def _region_of(caller: Caller) -> Region:
    try:
        return Region(caller.region)
    except ValueError:
        raise Forbidden("FORBIDDEN", field="admdvs", rule="令牌未注明统筹区") from None


_NUMBER: Final = re.compile(r"[0-9]{1,6}", re.ASCII)


def _part(name: str, kind: type, text: str) -> Any:
    if issubclass(kind, Region | Month | Quarter | Year):
        return kind.parse(text, name)
    if kind is int:
        if not _NUMBER.fullmatch(text):
            raise BadInput("FIELD_FORMAT", field=name, rule="须为至多六位的数字")
        return int(text)
    if issubclass(kind, StrEnum):
        if text not in list(kind):
            raise BadInput("CODE_UNKNOWN", field=name, rule="、".join(kind))
        return kind(text)
    if not PATH_TEXT.fullmatch(text):
        raise BadInput("FIELD_FORMAT", field=name, rule="路径中的编号格式不符")
    return text


class Routes(Generic[C]):
    """The routes of one package. `C` is what its use cases decide with, made anew for each request
    by the composition root (None where they need nothing)."""

    def __init__(self, tag: str, title: str) -> None:
        self.tag, self.title = tag, title
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def find(self, method: str, path: str) -> Route:
        """The route of exactly this path. Raises StopIteration where there is none."""
        return next(one for one in self._routes if (one.method, one.path) == (method, path))

    def get(self, path: str, summary: str, **more: Any) -> Callable[[F], F]:
        return self._add("GET", path, summary, **more)

    def post(self, path: str, summary: str, **more: Any) -> Callable[[F], F]:
        return self._add("POST", path, summary, **more)

    def put(self, path: str, summary: str, **more: Any) -> Callable[[F], F]:
        return self._add("PUT", path, summary, **more)

    def delete(self, path: str, summary: str, **more: Any) -> Callable[[F], F]:
        return self._add("DELETE", path, summary, **more)

    def _add(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        roles: tuple[str, ...] = (),
        owner: Owner = Owner.REGION,
        cite: str = "",
        status: int = 200,
        body: type[BaseModel] | None = None,
        query: type[Body] | None = None,
        parts: Mapping[str, type] | None = None,
    ) -> Callable[[F], F]:
        def register(call: F) -> F:
            hints = get_type_hints(call)
            answer = hints.pop("return")
            first, *names = inspect.signature(call).parameters
            _, sent = get_args(hints[first])
            taken = body or (None if sent is NoneType else sent)
            assert body is None or sent in (body, Any), f"{path} takes {sent}"
            parameters = parts or {name: hints[name] for name in names}
            assert sorted(parameters) == sorted(re.findall(r"{(\w+)}", path)), (
                f"{path}: {sorted(parameters)}"
            )
            assert issubclass(answer, BaseModel), f"{path} answers no typed model"
            assert roles or owner is Owner.ANYBODY, f"{path} names no role"
            cited = owner in (Owner.WITHIN, Owner.ANYBODY)
            assert cite or not cited, f"{path}: {owner} needs its reason"
            self._routes.append(
                Route(
                    method, path, summary, roles, owner, cite, status, taken, query, answer,
                    parameters, call,
                )
            )  # fmt: skip
            return call

        return register
