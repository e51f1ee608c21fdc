"""Seals anchored outside of the books: each is written once into a locked bucket, signed by a key
that only the sealing function may use. Who can write entries can neither make an anchor nor change
one, so the books cannot be rewritten together with their seals.

An anchor lies under `seals/<admdvs>/<fund>/<yyyy-mm>/<nnnn>.json` and holds the seal's text and the
signature of that text.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from medaid.aws import anchor, codec
from medaid.aws.settings import settings
from medaid.aws.table import packed_text
from medaid.fund import seals
from medaid.fund.model.chart import funds
from medaid.fund.records import Seal

PREFIX: Final = "seals/"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A seal as it was anchored: of which fund of which region, where in its chain, and signed."""

    admdvs: str
    fund: str
    mark: seals.Mark
    content: bytes
    """The text that was signed."""
    signature: bytes


def content_of(admdvs: str, fund: str, mark: seals.Mark) -> bytes:
    """The text of a seal that is signed: the same seal always gives the same."""
    text = {
        "admdvs": admdvs,
        "fund": fund,
        "month": mark.month,
        "number": mark.number,
        "at": mark.at,
        "seal": codec.encode(mark.seal),
    }
    return packed_text(text).encode()


def anchor_seals(admdvs: str, month: str) -> int:
    """Anchors the seals of a region's month that are not anchored yet; answers how many. Nothing is
    done where there is no such bucket (tests). Raises Unavailable."""
    if not settings().anchor_bucket:
        return 0
    done = 0
    for fund in funds():
        there = set(anchor.listed(_place(admdvs, fund, month)))
        for mark in seals.seals(admdvs, fund, month):
            key = f"{_place(admdvs, fund, month)}{mark.number:04d}.json"
            if key not in there:
                anchor.put(key, _anchored(content_of(admdvs, fund, mark)))
                done += 1
    return done


def _place(admdvs: str, fund: str, month: str) -> str:
    return f"{PREFIX}{admdvs}/{fund}/{month}/"


def _anchored(content: bytes) -> bytes:
    signature = b64encode(anchor.sign(content)).decode()
    return packed_text({"content": content.decode(), "signature": signature}).encode()


def anchors(admdvs: str = "") -> Iterator[Anchor]:
    """All anchors, of one region if given, in the order of their keys. Raises ValueError where an
    object is none, Unavailable."""
    for key in anchor.listed(f"{PREFIX}{admdvs}/" if admdvs else PREFIX):
        yield parse(anchor.get(key))


def parse(body: bytes) -> Anchor:
    """The anchor that an object holds. Raises ValueError where it is none."""
    held = json.loads(body)
    content = str(held["content"]).encode()
    text = json.loads(content)
    seal = codec.decode(Seal, text["seal"])
    mark = seals.Mark(text["month"], text["number"], text["at"], seal)
    return Anchor(text["admdvs"], text["fund"], mark, content, b64decode(held["signature"]))
