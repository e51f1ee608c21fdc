"""A reader program: it has one sentence of an explanation, nothing else, and works the amount out
again. What it cannot read or cannot reach is an AssertionError."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

AMOUNT = r"(-?\d+\.\d\d) 元"
ROUND = r"(\d+(?:\.\d\d)?)"
PERCENT = r"(\d+(?:\.\d+)?)%"
SCALES = {
    "按本次起付线以上的费用分段": "visit_excess",
    "按本次含起付线的费用分段": "visit_gross",
    "按本年度累计起付线以上的费用分段": "year_excess",
    "按本年度累计含起付线的费用分段": "year_gross",
}


def fen(text: str) -> int:
    return int(Fraction(text) * 100)


def share(percent: str | None) -> Fraction:
    return Fraction(1) if percent is None else Fraction(percent) / 100


def half_up(amount: Fraction) -> int:
    return int((2 * amount + 1) // 2) if amount >= 0 else -half_up(-amount)


@dataclass
class Band:
    low: int
    high: int | None
    amount: int
    ratio: Fraction


@dataclass
class Read:
    """What the sentence says, and what follows from it."""

    text: str
    base: int = 0
    deductible: int = 0
    uncapped: int = 0
    paid: int = 0
    bands: list[Band] = field(default_factory=list)


def read(sentence: str) -> Read:
    """Works the step out from its sentence. Raises AssertionError where the told amount does not
    follow."""
    body = sentence.partition(":")[2].rpartition("。依据:")[0]
    assert body, sentence
    tokens = Tokens(body.split(","))
    found = Read(sentence)
    if tokens.take(r".*不支付$"):
        return found
    _base(tokens, found)
    _deductible(tokens, found)
    begin, scale, slab = _scale(tokens, found)
    while (band := _band(tokens)) is not None:
        found.bands.append(band)
    _held_against_bands(found, begin, scale, slab)
    _paid(tokens, found)
    assert tokens.done(), f"unread: {tokens.left} in {sentence}"
    return found


class Tokens:
    def __init__(self, left: list[str]) -> None:
        self.left = left

    def take(self, pattern: str) -> re.Match[str] | None:
        match = re.fullmatch(pattern, self.left[0]) if self.left else None
        if match:
            self.left = self.left[1:]
        return match

    def done(self) -> bool:
        return not self.left


def _base(tokens: Tokens, found: Read) -> None:
    match = tokens.take(rf".+ {AMOUNT}")
    assert match, found.text
    found.base = fen(match[1])
    several = False
    while match := tokens.take(rf"(减去|加上).+ {AMOUNT}(?:的 {PERCENT})?"):
        part = half_up(fen(match[2]) * share(match[3]))
        found.base += part if match[1] == "加上" else -part
        several = True
    found.base = max(0, found.base)
    match = tokens.take(rf"合计 {AMOUNT}")
    assert bool(match) is several, found.text
    assert match is None or fen(match[1]) == found.base, found.text
    if match := tokens.take(rf"先行自付 {PERCENT} {AMOUNT}"):
        assert fen(match[2]) == half_up(found.base * share(match[1])), found.text
        found.base -= fen(match[2])
    if match := tokens.take(rf"进入本层以 {AMOUNT}为限"):
        limit = fen(match[1])
        match = tokens.take(rf"超出的 {AMOUNT}不进入本层")
        assert match, found.text
        assert fen(match[1]) == found.base - limit, found.text
        found.base = limit


def _deductible(tokens: Tokens, found: Read) -> None:
    if match := tokens.take(rf"(超过|达到)起付线 {AMOUNT}的从零计算"):
        zero = fen(match[2])
        below = found.base <= zero if match[1] == "超过" else found.base < zero
        found.deductible = found.base if below else 0
        assert bool(tokens.take(rf"未{match[1]}起付线")) is below, found.text
        return
    used, told = 0, 0
    line: int | None = None
    limit: int | None = None
    known = False
    if match := tokens.take(rf"(?:年度)?起付线 {AMOUNT}"):
        line = fen(match[1])
        if match := tokens.take(rf"(?:本年度已扣除|转院前已付) {AMOUNT}"):
            used = fen(match[1])
    if match := tokens.take(rf"全年起付线合计以 {AMOUNT}为限"):
        limit = fen(match[1])
        match = tokens.take(rf"本年度已扣除 {AMOUNT}")
        assert match, found.text
        limit -= fen(match[1])
    if match := tokens.take(rf"扣除起付线 {AMOUNT}"):
        known, told = True, fen(match[1])
        line = told if line is None else line
    left = max(0, (line or 0) - used)
    left = left if limit is None else min(left, max(0, limit))
    found.deductible = min(found.base, left)
    if tokens.take(r"未超过起付线"):
        assert found.deductible == found.base, found.text
    elif known:
        assert told == found.deductible, found.text


def _scale(tokens: Tokens, found: Read) -> tuple[int, str, bool]:
    match = tokens.take("|".join(SCALES))
    if match is None:
        return 0, "flat", False
    scale = SCALES[match[0]]
    begin = fen(m[1]) if (m := tokens.take(rf"自 {AMOUNT}起")) else 0
    if scale == "visit_gross":
        assert begin == found.deductible, found.text
    return begin, scale, bool(tokens.take("全部按所在段"))


def _band(tokens: Tokens) -> Band | None:
    match = tokens.take(
        rf"(?:{ROUND} 至 {ROUND} 元段 |{ROUND} 元以内段 |{ROUND} 元以上段 )?"
        rf"{AMOUNT}按 {PERCENT}(?:\({PERCENT}、(.+)\))?"
    )
    if match is None:
        return None
    low, high = match[1] or match[4] or "0", match[2] or match[3]
    ratio = share(match[6])
    if match[7]:
        assert ratio == _adjusted(share(match[7]), match[8].split("、")), match[0]
    return Band(fen(low), fen(high) if high else None, fen(match[5]), ratio)


def _adjusted(ratio: Fraction, words: list[str]) -> Fraction:
    for word in words:
        if m := re.fullmatch(r"(提高|降低) ([\d.]+) 个百分点", word):
            ratio += Fraction(m[2]) / 100 * (1 if m[1] == "提高" else -1)
        elif m := re.fullmatch(rf"乘以 {PERCENT}", word):
            ratio *= share(m[1])
        else:
            m = re.fullmatch(rf"不低于 {PERCENT}", word)
            assert m, word
            ratio = max(ratio, share(m[1]))
    return max(Fraction(0), min(Fraction(1), ratio))


def _held_against_bands(found: Read, begin: int, scale: str, slab: bool) -> None:
    """Each band holds just the stretch of the payable part that lies in it."""
    excess = found.base - found.deductible
    if not found.bands:
        return
    if slab or scale == "flat":
        assert [band.amount for band in found.bands] == [excess], found.text
        return
    for band in found.bands:
        end = begin + excess
        upper = end if band.high is None else min(end, band.high)
        assert band.amount == upper - max(begin, band.low), found.text
    assert sum(band.amount for band in found.bands) == excess, found.text


def _limits(tokens: Tokens) -> Iterator[int]:
    patterns = (rf"限额剩余 {AMOUNT}", rf"以(?:该类费用)?尚未支付的 {AMOUNT}为限")
    for pattern in patterns:
        if match := tokens.take(pattern):
            yield fen(match[1])


def _paid(tokens: Tokens, found: Read) -> None:
    parts = sum((band.amount * band.ratio for band in found.bands), Fraction(0))
    if match := tokens.take(rf"保底为.+ {AMOUNT}的 {PERCENT}"):
        parts = max(parts, fen(match[1]) * share(match[2]))
    found.uncapped = min(half_up(parts), found.base)
    due = found.uncapped
    stated = bool(tokens.take("其他方已支付|金额由经办机构核定"))
    once = bool(tokens.take("本年度已支付过"))
    if match := tokens.take(rf".+ {AMOUNT}(超过|未超过) {AMOUNT}"):
        passed = fen(match[1]) > fen(match[3])
        assert passed is (match[2] == "超过"), found.text
        found.uncapped = 0
        if passed:
            match = tokens.take(rf"定额 {AMOUNT}")
            assert match, found.text
            found.uncapped = fen(match[1])
        due = min(found.uncapped, found.base)
    if match := tokens.take(rf"计得 {AMOUNT}"):
        assert fen(match[1]) == found.uncapped, found.text
    for limit in _limits(tokens):
        due = min(due, limit)
    tokens.take("其他支付超过医疗费总额的部分不计入")
    match = tokens.take(rf".+支付 {AMOUNT}")
    assert match, found.text
    found.paid = fen(match[1])
    if stated:
        found.uncapped = due = found.paid
    assert found.paid == (0 if once else due), found.text
