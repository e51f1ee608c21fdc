"""Rows of the catalogue's dated tables. Codes are text and are never cut: their lengths differ by
kind. Source: 定点医药机构接口规范 1301–1319, 3301."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, NewType

UnitPrice = NewType("UnitPrice", int)
"""pric: millionths of a yuan (N16,6)."""

NOT_PAYABLE: Final = "03"
"""chrgitm_lv 丙: the person pays all of it."""
CLASSES: Final[Mapping[str, str]] = {"01": "甲类", "02": "乙类", NOT_PAYABLE: "丙类"}
"""chrgitm_lv as the national code table names them."""


class CatalogueTable(StrEnum):
    """A table of the catalogue, by the transaction that hands it out."""

    DRUGS = "1301"
    HERBS = "1302"
    SERVICES = "1305"
    MATERIALS = "1306"
    LIST = "1312"
    MAPPING = "1316"
    LIMITS = "1318"
    SHARES = "1319"
    REPLACED = "replaced"
    """转码表 and 停用表: which code took the place of which."""


class _Lasting:
    """What counts from a day on, to its last day or without end."""

    __slots__ = ()
    begin: date
    end: date | None

    @property
    def stands(self) -> bool:
        """Whether it counts at all."""
        return True

    def holds(self, day: date) -> bool:
        """Whether it counts for a fee of `day`."""
        return self.stands and self.begin <= day and (self.end is None or day <= self.end)

    def meets(self, other: _Lasting) -> bool:
        """Whether both count on some day."""
        return (
            self.stands
            and other.stands
            and (other.end is None or self.begin <= other.end)
            and (self.end is None or other.begin <= self.end)
        )


@dataclass(frozen=True, slots=True)
class DatedRow(_Lasting):
    """What every row of a dated table has. A later row with the same `rid` takes its place."""

    rid: str
    code: str
    """What it speaks of: hilist_code, or med_list_codg in the tables of national codes."""
    begin: date
    end: date | None
    """The last day; None while it is open."""
    valid: bool
    """vali_flag: a row of 0 was withdrawn and never counts."""

    @property
    def stands(self) -> bool:
        return self.valid


@dataclass(frozen=True, slots=True)
class NationalItem(DatedRow):
    """A national code (1301, 1302, 1305, 1306): what it is called and how long it lives."""

    name: str
    list_type: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class CodeMapping(DatedRow):
    """1316: which insurance code a national code is paid under."""

    hilist_code: str
    list_type: str = ""


@dataclass(frozen=True, slots=True)
class ListedItem(DatedRow):
    """1312: an insurance code with its class and its fee class."""

    name: str
    item_class: str
    """chrgitm_lv, two digits."""
    fee_class: str
    """med_chrgitm_type, two digits."""
    list_type: str = ""
    limited_use: bool = False
    """lmt_used_flag: paid only where what limits it is fulfilled."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Everything else that the row said, by the field's name: rules over lines ask for it."""


@dataclass(frozen=True, slots=True)
class LimitPrice(DatedRow):
    """1318: up to which price the fund counts an item. `limit` None is no limit; 0 is none of
    it."""

    limit_type: str
    """hilist_lmtpric_type: the region's own code."""
    limit: UnitPrice | None
    over_limit_way: str = ""
    """overlmt_dspo_way: the region's own code."""


@dataclass(frozen=True, slots=True)
class SelfPayShare(DatedRow):
    """1319: which share of an item the person pays first."""

    share_type: str
    """selfpay_prop_psn_type: the region's own code of person and visit."""
    share: int
    """Parts of `money.RATIO_SCALE`."""


@dataclass(frozen=True, slots=True)
class Replacement(DatedRow):
    """A national code that is used no more from `begin` on; `by` took its place, empty where
    nothing did."""

    by: str


@dataclass(frozen=True, slots=True)
class NationalCode:
    """All rows that speak of one national code in one region."""

    items: tuple[NationalItem, ...] = ()
    mappings: tuple[CodeMapping, ...] = ()
    replacements: tuple[Replacement, ...] = ()


@dataclass(frozen=True, slots=True)
class InsuranceCode:
    """All rows that speak of one insurance code (hilist_code) in one region."""

    items: tuple[ListedItem, ...] = ()
    limits: tuple[LimitPrice, ...] = ()
    shares: tuple[SelfPayShare, ...] = ()


@dataclass(frozen=True, slots=True)
class InstitutionItem(_Lasting):
    """3301: which national code an institution's own code stands for, from a day on."""

    fixmedins_hilist_id: str
    name: str
    list_type: str
    med_list_codg: str
    begin: date
    end: date | None
    details: Mapping[str, str] = field(default_factory=dict)
    """aprvno, dosform, spec and what else was sent, by the field's name."""


@dataclass(frozen=True, slots=True)
class InstitutionItems:
    """All that an institution mapped one of its codes to, in the order in which it came."""

    items: tuple[InstitutionItem, ...] = ()
