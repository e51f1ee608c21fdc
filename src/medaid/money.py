"""Money in whole fen (分), exact ratios, the one rounding rule and the one way to share a sum.

No float enters: amounts are `Fen`, an integer type of its own; ratios are decimals on a fixed
scale. The law rounds half up (四舍五入) to the fen, once per layer, and `take` is the only place
where that happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Final, Self

from medaid.errors import BadInput

if TYPE_CHECKING:
    from fractions import Fraction

RATIO_SCALE: Final = 10**12
"""Parts in one whole. Ratios in documents have at most four decimals (N5,4); three of them may be
multiplied exactly."""

LARGEST: Final = 10**16
"""Fen. N16,2 of the national interface has sixteen digits in all, two of them after the point."""

_WRITTEN: Final = frozenset("0123456789.+-Ee")
_CENT: Final = Decimal("0.01")
_PART: Final = Decimal("1E-12")


class Fen(int):
    """A whole number of fen. Sums, differences, negation and whole multiples stay `Fen`; nothing
    else is offered."""

    __slots__ = ()

    def __new__(cls, value: int = 0) -> Self:
        """`value` in fen. Raises TypeError for anything that is not a plain whole number (a float,
        a Decimal, a bool)."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"Fen takes whole fen, not {type(value).__name__}")
        return super().__new__(cls, value)

    @classmethod
    def of_yuan(cls, text: str | int | Decimal, field: str = "amount") -> Self:
        """Yuan with at most two decimals, as text, int or Decimal, to fen. Raises BadInput naming
        `field`."""
        if isinstance(text, bool) or not isinstance(text, (str, int, Decimal)):
            raise BadInput(
                "AMOUNT_FORMAT", field=field, rule="金额须为字符串或整数,不得为二进制小数"
            )
        written = text.strip() if isinstance(text, str) else text
        try:
            if isinstance(written, str) and not _WRITTEN.issuperset(written):
                # Decimal itself would take `1_000` and digits of other scripts
                raise ArithmeticError
            amount = Decimal(written)
        except ArithmeticError:
            raise BadInput("AMOUNT_FORMAT", field=field, rule="金额须为数字,至多两位小数") from None
        if not amount.is_finite():
            raise BadInput("AMOUNT_FORMAT", field=field, rule="金额须为有限的数字")
        if amount.copy_abs() >= LARGEST // 100:
            raise BadInput("AMOUNT_TOO_LONG", field=field, rule="金额超长(N16,2)")
        cents = amount.quantize(_CENT, ROUND_DOWN)
        if cents != amount:
            raise BadInput("AMOUNT_FORMAT", field=field, rule="金额至多两位小数")
        return cls(int(cents * 100))

    def yuan(self) -> str:
        """As the national interface writes it: yuan with two decimals, e.g. `-0.05`."""
        whole, part = divmod(abs(int(self)), 100)
        return f"{'-' if self < 0 else ''}{whole}.{part:02d}"

    def __add__(self, other: Fen) -> Fen:  # type: ignore[override]  # only fen may be added to fen
        return Fen(int.__add__(self, _fen(other)))

    def __radd__(self, other: int) -> Fen:  # so that sum() works from its 0
        if isinstance(other, bool) or other != 0:
            raise TypeError(f"fen may be added to fen only, not to {type(other).__name__}")
        return self

    def __sub__(self, other: Fen) -> Fen:  # type: ignore[override]  # the same for differences
        return Fen(int.__sub__(self, _fen(other)))

    def __neg__(self) -> Fen:
        return Fen(int.__neg__(self))

    def __abs__(self) -> Fen:
        return Fen(int.__abs__(self))

    def __mul__(self, times: int) -> Fen:
        if not isinstance(times, int) or isinstance(times, (Fen, Ratio, bool)):
            raise TypeError(
                "fen are multiplied by a whole number only; a ratio goes through take()"
            )
        return Fen(int.__mul__(self, times))

    def __truediv__(self, other: object) -> Fen:
        raise TypeError("fen are not divided; share them with split() or take()")

    __floordiv__ = __truediv__

    def __repr__(self) -> str:
        return f"Fen({int(self)})"

    def __str__(self) -> str:
        return self.yuan()

    def __format__(self, spec: str) -> str:
        return format(self.yuan(), spec)


def _fen(other: object) -> int:
    if not isinstance(other, Fen):
        raise TypeError(f"only fen may be added to fen, not {type(other).__name__}")
    return int(other)


class Ratio(int):
    """An exact decimal ratio, held as a whole number of parts per `RATIO_SCALE`. 0.85 is
    `Ratio.of("0.85")`."""

    __slots__ = ()

    @classmethod
    def of(cls, value: str | int | Decimal) -> Self:
        """From decimal text, an int or a Decimal. Raises ValueError where the scale cannot hold it
        exactly, TypeError for a float."""
        if isinstance(value, (bool, float)):
            raise TypeError("a ratio is a decimal, never a float")
        try:
            exact = Decimal(value)
            held = exact.quantize(_PART, ROUND_DOWN)
        except ArithmeticError:
            raise ValueError(f"{value} is no decimal") from None
        if held != exact:
            raise ValueError(f"{value} has more than twelve decimals")
        return cls(int(held * RATIO_SCALE))

    @property
    def fraction(self) -> Fraction:
        from fractions import Fraction  # proofs and peers ask for it, settlements do not

        return Fraction(int(self), RATIO_SCALE)

    @property
    def decimal(self) -> Decimal:
        return Decimal(int(self)) / RATIO_SCALE

    def percent(self) -> str:
        """As people read it: `85%`, `66.5%`."""
        return f"{format((self.decimal * 100).normalize(), 'f')}%"

    def __repr__(self) -> str:
        return f"Ratio({self.decimal.normalize():f})"


WHOLE: Final = Ratio(RATIO_SCALE)


def half_up(parts: int, whole: int = RATIO_SCALE) -> int:
    """How many wholes `parts` make, half up (四舍五入): fen from fen × RATIO_SCALE, unless `whole`
    says otherwise. A negative amount mirrors the positive one, so a reversal negates exactly."""
    if parts < 0:
        return -half_up(-parts, whole)
    return (2 * parts + whole) // (2 * whole)


def take(amount: Fen, ratio: Ratio) -> Fen:
    """`ratio` of `amount`, rounded half up to the fen: the only rounding in the product."""
    return Fen(half_up(int(amount) * int(ratio)))


def average(amount: Fen, count: int) -> Fen:
    """`amount` per head of `count`, half up to the fen: for reports, which share nothing out.
    Raises ValueError where nobody is."""
    if count <= 0:
        raise ValueError("an average is over one at least")
    return Fen(half_up(int(amount), count))


def percent_text(part: int, whole: int) -> str:
    """A share in percent with two places, half up; — where the whole is nothing."""
    if not whole:
        return "—"
    hundredths = half_up(part * 10_000, whole)
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}%"


def split(amount: Fen, weights: Sequence[int]) -> list[Fen]:
    """`amount` shared by `weights` so that the shares sum to it: the floor for each, the rest
    handed out by largest remainder.

    Weights are whole and not negative, one at least positive (else ValueError). Ties go to the
    earlier share, so the same inputs always give the same shares. A negative amount is shared as
    the mirror of the positive one.
    """
    if not weights or any(w < 0 for w in weights) or not any(weights):
        raise ValueError("weights are whole, not negative, and one is positive")
    if amount < 0:
        return [-share for share in split(-amount, weights)]
    whole = sum(weights)
    floors = [int(amount) * w // whole for w in weights]
    rest = int(amount) - sum(floors)
    by_remainder = sorted(
        range(len(weights)), key=lambda i: (-(int(amount) * weights[i] % whole), i)
    )
    for i in by_remainder[:rest]:
        floors[i] += 1
    return [Fen(share) for share in floors]
