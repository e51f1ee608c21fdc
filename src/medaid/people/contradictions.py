"""Rows of one file that speak of the same person, held against each other. Pure, and small enough
for a million rows (about 250 bytes each).

Source: 苏医保办发〔2023〕27号 art. 9 (J9: duplicates inside the file). A row that says again what
another one said is refused alone. Of rows that contradict each other (two names under one number,
times that overlap, categories that exclude each other) none is taken, whatever their order, since
nobody here can say which holds; each names the others. Where both may stand, both do, and the
sender is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Final, NamedTuple
from zlib import crc32

from medaid import names
from medaid.dropped.problem import Problem
from medaid.people.catalogue import Category
from medaid.people.model import CATEGORIES, Identity, Person
from medaid.people.roster import RosterRow
from medaid.people.rules import span

_SHAPE: Final = (
    ("number", 21), ("name", 32), ("written", 32), ("sex", 2), ("birth", 22), ("kind", 10),
    ("region", 20), ("said", 32), ("first", 22), ("last", 22), ("home_address", 24),
    ("residence_address", 24), ("village", 24), ("mobile", 24), ("extra", 24),
)  # fmt: skip
"""What is kept of a row in one number, with bits: of texts only a checksum, held against others of
the same person alone; the last day there is (9999-12-31) has the ordinal 3,652,059."""
FACTS: Final = ("home_address", "residence_address", "village", "mobile", "extra")
_MOST_NAMED: Final = 5
"""Other rows that a sentence names."""


class _Packed(NamedTuple):
    """A row as it is compared."""

    number: int
    name: int
    written: int
    sex: int
    birth: int
    kind: int
    region: int
    said: int
    first: int
    last: int
    home_address: int
    residence_address: int
    village: int
    mobile: int
    extra: int

    @property
    def line(self) -> tuple[int, int]:
        return self.kind, self.region

    def meets(self, other: _Packed) -> bool:
        return self.first <= other.last and other.first <= self.last


class Contradictions:
    """Note every row that holds; then ask what became of each by its number."""

    def __init__(self, categories: Mapping[str, Category]) -> None:
        self._categories = categories
        self._kinds: dict[str, int] = {}
        self._seen: dict[bytes, int | tuple[int, ...]] = {}
        self._found: dict[int, dict[tuple[str, str], set[int]]] = {}
        self._beside: dict[int, dict[str, set[int]]] = {}
        self._disputed: dict[bytes, set[str]] = {}
        self._repeated: dict[int, dict[str, Any]] = {}
        self._later: set[int] = set()
        self._first_written: dict[bytes, int] = {}
        self._written: dict[int, tuple[bytes, int]] = {}
        self._unclear: set[bytes] = set()
        self.unreadable = 0
        """Rows that say of nobody whom they speak of."""

    def note(self, row: RosterRow) -> None:
        key, packed = _key(row), self._packed(row)
        held = self._seen.setdefault(key, packed)
        if held == packed and not isinstance(held, tuple):
            return
        earlier = held if isinstance(held, tuple) else (held,)
        for one, other in ((_unpacked(one), _unpacked(packed)) for one in earlier):
            self._compare(key, one, other)
            if one.number in self._found.get(row.number, {}).get(("DUPLICATE", ""), ()):
                self._keep_facts(key, one, row.person, other.written)
        self._seen[key] = (*earlier, packed)

    def note_refused(self, certificate: tuple[str, str] | None) -> None:
        """A row that comes back, with the certificate if anybody can read it: whom it speaks of is
        on the list."""
        if certificate is None:
            self.unreadable += 1
        else:
            self._unclear.add(_digest(certificate))

    def is_unclear(self, certificate: tuple[str, str]) -> bool:
        """Whether a row of that person came back."""
        return _digest(certificate) in self._unclear

    def problems(self, number: int) -> tuple[Problem, ...]:
        """Why the row does not count; empty where nothing stands against it."""
        found = self._found.get(number, {})
        return tuple(
            Problem(code, field, _SENTENCES[code].format(_rows(others)))
            for (code, field), others in sorted(found.items())
        )

    def notices(self, row: RosterRow) -> tuple[str, ...]:
        """What the sender is told of a row that counts."""
        beside = [
            f"同一人另有“{kind}”({_rows(others)}),一并登记,请核对"
            for kind, others in sorted(self._beside.get(row.number, {}).items())
        ]
        disputed = sorted(self._disputed.get(_key(row), ())) if self._disputed else ()
        words = "、".join(_WORDS[fact] for fact in disputed)
        return (*beside, *([f"同一人各行的{words}不一致,未采用"] if words else ()))

    def agreed(self, row: RosterRow) -> RosterRow:
        """The row with the facts of its person that only a repetition of it states, and without
        those that other rows state differently: what is known stays, whichever row comes first."""
        facts = {
            fact: value
            for fact, value in self._repeated.get(row.number, {}).items()
            if fact == "name" or not getattr(row.person, fact)
        }
        disputed = self._disputed.get(_key(row), ()) if self._disputed else ()
        facts |= {fact: {} if fact == "extra" else "" for fact in disputed}
        return replace(row, person=replace(row.person, **facts)) if facts else row

    def comes_later(self, number: int) -> bool:
        """Whether the row is recorded after all others, in the order of days: it is one of several
        spells of one line, or writes the name in another way than the row that is kept."""
        key, written = self._written.get(number, (b"", 0))
        return number in self._later or written > self._first_written.get(key, written)

    @property
    def held_back(self) -> int:
        """Rows that are recorded after all others."""
        return len(self._later | {one for one in self._written if self.comes_later(one)})

    def __contains__(self, line: tuple[str, str, str, str]) -> bool:
        """Whether a row of the file speaks of this line (certificate, category, region)."""
        held = self._seen.get(_digest(line[:2]))
        rows = held if isinstance(held, tuple) else () if held is None else (held,)
        kind = self._kinds.get(line[2], -1)
        return any(_unpacked(row).line == (kind, int(line[3])) for row in rows)

    def _packed(self, row: RosterRow) -> int:
        person, entry = row.person, row.entry
        if isinstance(entry, Identity):
            kind, rest = entry.category, (entry.department, entry.national_code)
        else:
            kind, rest = entry.insutype, (entry.status, entry.psn_type)
        first, last = span(entry)
        values = (
            row.number,
            crc32(names.letters(person.name).encode()),
            _written(person),
            {"1": 1, "2": 2}.get(person.sex, 0),
            person.birth.toordinal() if person.birth else 0,
            self._kinds.setdefault(kind, len(self._kinds) + 1),
            int(entry.admdvs),
            crc32("\x1f".join(rest).encode()),
            first.toordinal(),
            last.toordinal(),
            *_facts(person),
        )
        packed = 0
        for (_, bits), value in zip(_SHAPE, values, strict=True):
            packed = packed << bits | value
        return packed

    def _compare(self, key: bytes, one: _Packed, other: _Packed) -> None:
        unlike = (
            one.name != other.name
            or (one.sex and other.sex and one.sex != other.sex)
            or (one.birth and other.birth and one.birth != other.birth)
        )
        if unlike:
            self._against("PERSON_MISMATCH", "证件号码", one, other)
            return
        if one.written != other.written:
            known = self._first_written.get(key, one.written)
            self._first_written[key] = min(known, one.written, other.written)
            for row in (one, other):
                self._written.setdefault(row.number, (key, row.written))
        disputed = {
            fact
            for fact in FACTS
            if getattr(one, fact)
            and getattr(other, fact)
            and getattr(one, fact) != getattr(other, fact)
        }
        if disputed:
            self._disputed.setdefault(key, set()).update(disputed)
        if one.line == other.line:
            self._same_line(one, other)
        elif one.meets(other):
            self._two_lines(one, other)

    def _keep_facts(self, key: bytes, kept: _Packed, again: Person, written: int) -> None:
        """What a row that is refused as a repetition states beyond the one that counts; of two ways
        to write the name the one that is registered first."""
        facts = self._repeated.setdefault(kept.number, {})
        for fact in (*FACTS, "sex", "birth"):
            if value := getattr(again, fact):
                facts[fact] = value
        if written < self._written.get(kept.number, (key, kept.written))[1]:
            facts["name"] = again.name
            self._written[kept.number] = key, written

    def _same_line(self, one: _Packed, other: _Packed) -> None:
        if one[7:10] == other[7:10]:
            first, again = sorted((one, other))
            self._add(again.number, "DUPLICATE", "", first.number)
        elif one.meets(other):
            self._against("OVERLAP", "", one, other)
        else:
            self._later |= {one.number, other.number}

    def _two_lines(self, one: _Packed, other: _Packed) -> None:
        kinds = {number: kind for kind, number in self._kinds.items()}
        mine, theirs = kinds[one.kind], kinds[other.kind]
        if mine not in self._categories or theirs not in self._categories:
            return  # insurance types stand side by side
        if theirs in self._categories[mine].excludes:
            self._against("EXCLUDES", "救助类型", one, other)
        else:
            self._tell(one.number, theirs, other.number)
            self._tell(other.number, mine, one.number)

    def _against(self, code: str, field: str, one: _Packed, other: _Packed) -> None:
        self._add(one.number, code, field, other.number)
        self._add(other.number, code, field, one.number)

    def _add(self, number: int, code: str, field: str, other: int) -> None:
        self._found.setdefault(number, {}).setdefault((code, field), set()).add(other)

    def _tell(self, number: int, kind: str, other: int) -> None:
        name = CATEGORIES[kind]
        self._beside.setdefault(number, {}).setdefault(name, set()).add(other)


_SENTENCES: Final = {
    "DUPLICATE": "与{}重复",
    "EXCLUDES": "与{}为同一人而救助类型不能并存,均未接收,请核定其一",
    "OVERLAP": "与{}时间重叠而内容不一致,均未接收",
    "PERSON_MISMATCH": "与{}为同一证件号码而姓名、性别或出生日期不一致,均未接收",
}
_WORDS: Final = {
    "home_address": "户籍地址",
    "residence_address": "居住地址",
    "village": "村(居)委会",
    "mobile": "手机号码",
    "extra": "自有字段",
}


def _rows(numbers: set[int]) -> str:
    named = "、".join(map(str, sorted(numbers)[:_MOST_NAMED]))
    more = f"等 {len(numbers)} 行" if len(numbers) > _MOST_NAMED else " 行"
    return f"第 {named}{more}"


def _key(row: RosterRow) -> bytes:
    return _digest(row.certificate)


def _digest(certificate: tuple[str, ...]) -> bytes:
    return blake2b("\x1f".join(certificate).encode(), digest_size=12).digest()


def _written(person: Person) -> int:
    return crc32(person.name.encode())


def _facts(person: Person) -> Iterator[int]:
    """A checksum of each fact, 0 for one that is empty."""
    for fact in FACTS[:-1]:
        yield _checksum(getattr(person, fact))
    yield _checksum("\x1f".join(f"{k}\x1e{v}" for k, v in sorted(person.extra.items())))


def _checksum(text: str) -> int:
    return (crc32(text.encode()) & 0xFFFFFF) or 1 if text else 0


def _unpacked(packed: int) -> _Packed:
    values = []
    for _, bits in reversed(_SHAPE):
        values.append(packed & (1 << bits) - 1)
        packed >>= bits
    return _Packed(*reversed(values))
