"""What comes to the hospitals of an exercise: visits with their lines and what becomes of them, the
same for the same seed. All care lies in 2021, in which the documents of Maoming are in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from medaid.client import ChargedLine
from medaid.local.made_up import MadeUpPerson, person

PRICES: Final = (
    ("001109000010000", "35.00", "90.00"),
    ("001102000050000", "10.00", "30.00"),
    ("002503020030000", "50.00", "90.00"),
    ("003310010180000", "900.00", "9000.00"),
    ("001103000010000", "60.00", "140.00"),
    ("C0101010011303807555", "800.00", "12000.00"),
    ("XB05BAU006B002010100454", "90.0000", "180.0000"),
    ("XN02AAM022A001010101161", "8.0000", "16.0000"),
    ("ZA09HAC0101010102129", "20.000000", "60.000000"),
    ("T001700233", "30.00", "80.00"),
)
"""Codes of the demonstration's catalogue, with the lowest and highest price charged for each."""
ENDINGS: Final = ("settled",) * 6 + ("reversed", "resettled", "resettled", "cancelled")
_FIRST: Final = datetime(2021, 1, 4, 1, tzinfo=UTC)
_APART: Final = timedelta(days=14)
MOST: Final = 24
"""HospitalVisits that a year holds for one person."""
_NUMERALS: Final = str.maketrans("0123456789", "零一二三四五六七八九")
_CATEGORIES: Final = ("", "subsistence_allowance", "destitute_support")


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit: whose, in which hospital, with which lines, and how it ends: `settled`; then
    `reversed`, `resettled` or `cancelled` too."""

    number: int
    person: int
    hospital: int
    inpatient: bool
    begin: datetime
    end: datetime
    lines: tuple[ChargedLine, ...]
    refund: ChargedLine | None
    ending: str

    @property
    def total(self) -> Decimal:
        """The bill as the hospital adds it up."""
        charged = (*self.lines, *((self.refund,) if self.refund else ()))
        return sum((line.amount for line in charged), Decimal(0))


def people_of(run: int, visits: int) -> list[MadeUpPerson]:
    """As many people as `visits` need, three visits each, a third of them in each category."""
    return [
        person(
            run * 10_000 + number, f"演练{number:04d}".translate(_NUMERALS), _CATEGORIES[number % 3]
        )
        for number in range(max(1, -(-visits // 3)))
    ]


def planned(
    chance: Random, hospitals: int, visits: int, people: Sequence[MadeUpPerson]
) -> list[PlannedVisit]:
    """`visits` visits in the order in which they begin for each person."""
    counted = [0] * len(people)
    plan = []
    for number in range(visits):
        who = chance.randrange(len(people))
        while counted[who] >= MOST:
            who = (who + 1) % len(people)
        begin = _FIRST + counted[who] * _APART
        counted[who] += 1
        plan.append(_visit(chance, number, who, chance.randrange(hospitals), begin))
    return plan


def _visit(chance: Random, number: int, who: int, where: int, begin: datetime) -> PlannedVisit:
    inpatient = chance.random() < 0.7
    end = begin + timedelta(days=chance.randint(2, 9) if inpatient else 0, hours=1)
    codes = chance.sample(PRICES, chance.randint(1, 5 if inpatient else 3))
    lines = tuple(
        _line(chance, f"{number}-{serial}", begin, *code) for serial, code in enumerate(codes, 1)
    )
    refund = None
    if inpatient and lines[0].count > 1 and chance.random() < 0.3:
        first = lines[0]
        refund = ChargedLine(
            f"{number}-R", first.code, begin, -Decimal(1), first.price, first.serial
        )
    return PlannedVisit(
        number, who, where, inpatient, begin, end, lines, refund, chance.choice(ENDINGS)
    )


def _line(chance: Random, serial: str, at: datetime, code: str, low: str, high: str) -> ChargedLine:
    least, most = Decimal(low), Decimal(high)
    share = Decimal(chance.randint(0, 1000)) / 1000
    price = (least + (most - least) * share).quantize(least)
    return ChargedLine(serial, code, at, Decimal(chance.randint(1, 9)), price)
