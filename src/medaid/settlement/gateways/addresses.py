"""What an address asks for. Pure.

Provinces' gateways have addresses of their own: `/fsi`, `…/callService` for all transactions, or
any prefix that ends in the number of the transaction. All of them are read; a hospital changes the
host and keeps its paths.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from medaid.errors import BadInput, Refused

ONE_ADDRESS: Final = frozenset({"fsi", "rio_fsi", "callService"})
"""How addresses end to which every transaction is posted."""
MEDIA: Final = frozenset({"", "application/json", "text/plain"})
"""Content types that messages come with; "" is none."""
FORMS: Final = frozenset({"", "application/x-www-form-urlencoded"})
"""Those of the token address."""
TOKEN: Final = "token"  # noqa: S105  # an address, no secret
"""How the address ends at which a client gets a token."""
_INFNO: Final = re.compile(r"[0-9]{4,5}[A-Za-z]?", re.ASCII)


class Address(NamedTuple):
    """A message is posted here; `infno` is the number that the address names, or empty. Or the form
    that asks for a token. Or it is asked what became of `message`, or of `visit`."""

    infno: str = ""
    token: bool = False
    message: str = ""
    visit: str = ""

    @property
    def media(self) -> frozenset[str]:
        return FORMS if self.token else MEDIA


def read_address(method: str, path: str) -> Address:
    """What is asked for. Raises Refused NOT_FOUND for an address that is none of ours or names two
    transactions, METHOD for another method than its own."""
    segments = [one for one in path.split("/") if one]
    last = segments[-1] if segments else ""
    if segments[-2:-1] in (["messages"], ["visits"]):
        if method != "GET":
            raise Refused("METHOD", field="method", rule="查询须以 GET 发送")
        return Address(message=last) if segments[-2] == "messages" else Address(visit=last)
    if last == TOKEN:
        return _posted(method, Address(token=True))
    named = [one for one in segments if _INFNO.fullmatch(one)]
    if len(named) > 1:
        raise Refused("NOT_FOUND", field="path", rule="地址中有两个交易编号")
    if last not in ONE_ADDRESS and named != [last]:
        raise Refused(
            "NOT_FOUND", field="path", rule="没有这个地址;报文请发送至 /fsi 或 …/交易编号"
        )
    if named and last in ONE_ADDRESS:
        raise Refused("NOT_FOUND", field="path", rule=f"交易编号 {named[0]} 须在地址末尾")
    return _posted(method, Address(last if named else ""))


def _posted(method: str, address: Address) -> Address:
    if method != "POST":
        raise Refused("METHOD", field="method", rule="须以 POST 发送")
    return address


def check_media(content_type: str, taken: frozenset[str] = MEDIA) -> None:
    """Raises BadInput MEDIA_TYPE where the body is said to be none of `taken`, or not in UTF-8."""
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [one.removeprefix("charset=").strip('"') for one in parameters if "charset" in one]
    if media not in taken or not set(charsets) <= {"utf-8", "utf8"}:
        rule = f"须为 {'、'.join(sorted(taken - {''}))},编码 UTF-8"
        raise BadInput("MEDIA_TYPE", field="Content-Type", rule=rule)
