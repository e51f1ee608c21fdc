"""A roster of a million rows, all but the storage itself: rows a second and peak memory of reading,
checking, recording and answering it, and how many storage calls and writes it costs.

Run: python -m bench.roster [ROWS] [first|month] [SIDE BY SIDE …]. `first` is a first load, of
people nobody knows; `month` a full list of which one row in a thousand changes something, held
against a register of all its people. Storage is a stand-in below the calls of `medaid.people.store`
and `medaid.aws.transaction`: it answers after as long as DynamoDB does (8 ms a read, 25 ms a
transaction), with eight groups of rows side by side and one after another, which names what bounds
a load. An attempt ends after a Lambda function's time, of the processor, since other work on this
machine is none of a function's, and the next one goes on at the part that was reached. A roster
function has 1,769 MB; the aim is 512. Beside it stand a bare `csv` reader and
polars over the same file. Exits 1 where memory, attempts or writes miss what is demanded.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import file_digest
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO
from unittest import mock

from medaid.aws import dropped, exchange
from medaid.aws.transaction import Decided, Write
from medaid.errors import Refused
from medaid.people import endings, intake, passes, recording, service, store
from medaid.people.certificate import check_character
from medaid.people.drops import DropState
from medaid.people.model import Identity, Person, PersonFile, RegisterEntry, Source
from medaid.people.senders import SenderSettings
from medaid.people.store import drops as drop_store

HEADINGS = [
    "姓名", "性别", "证件类型", "证件号码", "救助类型", "救助类型确定部门", "户籍地址", "居住地址",
    "手机号码", "身份认定时间", "身份终止时间", "救助身份认定地区",
]  # fmt: skip
NOW = datetime(2026, 3, 10, tzinfo=UTC)
BEFORE = datetime(2026, 2, 10, tzinfo=UTC)
READ, COMMIT = 0.008, 0.025
"""Seconds of a read and of a transaction."""
PAGE = 1_500
"""Items of the register in one answer of storage, of a megabyte."""
ATTEMPT, ATTEMPTS = 870, 3
"""Seconds of one attempt, half a minute short of the function's time; and how many are made."""
MEMORY = 512
"""MB that a load may take."""
CHANGED = 1_000
"""One row in so many changes something in a month."""
REST = (
    "低保对象", "茂名市民政局", "茂名市茂南区某镇某村", "茂名市茂南区某镇某村", "13800000000",
    "2024-01-01", "", "440902",
)  # fmt: skip


def number(row: int) -> str:
    area, serial = 100000 + row // 500, row % 500 * 2 + 1
    seventeen = f"{area:06d}19800101{serial:03d}"
    return seventeen + check_character(seventeen)


def made(folder: Path, rows: int, month: bool) -> dict[str, Path]:
    """A roster with its manifest, by the keys under which they would lie. Of a first load one row
    in a hundred goes back."""
    file = folder / "big.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        lines = csv.writer(text)
        lines.writerow(HEADINGS)
        for row in range(rows):
            bad = not month and row % 100 == 0
            lines.writerow(["张三", "男", "居民身份证", "3.2E+17" if bad else number(row), *REST])
    manifest = folder / "big.manifest.json"
    with file.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    told = {
        "sender": "maoming-civil-affairs", "kind": "roster", "file": "big.csv",
        "period": "2026-03", "rows": rows, "admdvs": "440900", "sha256": digest,
    }  # fmt: skip
    if month:
        told |= {"extent": "full", "ends": "2026-02-28"}
    manifest.write_text(json.dumps(told))
    return {f"drop/maoming-civil-affairs/{path.name}": path for path in (file, manifest)}


@dataclass
class StandIn:
    """Storage that waits as DynamoDB does, and counts. `known`: how many of the people are."""

    known: int
    wait: bool = True
    calls: Counter[str] = field(default_factory=Counter)
    writes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def _called(self, name: str, seconds: float) -> None:
        with self._lock:
            self.calls[name] += 1
        if self.wait:
            time.sleep(seconds)

    def persons_of(self, certificates: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        self._called("read", READ)
        return {one: f"P{one[1]}" for one in certificates} if self.known else {}

    def persons(self, psn_nos: Iterable[str]) -> dict[str, Person]:
        found = list(psn_nos)
        if found:
            self._called("read", READ)
        return {psn_no: _person(psn_no) for psn_no in found}

    def entries_under(self, wanted: Iterable[tuple[str, RegisterEntry]]) -> dict[Any, Any]:
        found = list(wanted)
        if found:
            self._called("read", READ)
        return {store.entry_key(psn_no, entry): _held(psn_no, entry) for psn_no, entry in found}

    def load(self, psn_no: str, _year: int) -> PersonFile:
        self._called("read", READ)
        return PersonFile(_person(psn_no), identities=(_identity(psn_no),))

    def register(self, _admdvs: str, _day: date) -> Iterator[tuple[str, Identity]]:
        for row in range(self.known):
            if row % PAGE == 0:
                self._called("read", READ)
            psn_no = f"P{number(row)}"
            yield psn_no, _identity(psn_no)

    def commit(self, writes: Sequence[Write]) -> None:
        self._called("transaction", COMMIT)
        with self._lock:
            self.writes += len(writes)


def _person(psn_no: str) -> Person:
    return Person(
        psn_no, "张三", "1", "01", psn_no[1:], date(1980, 1, 1), REST[2], REST[3], mobile=REST[4]
    )


def _held(psn_no: str, entry: RegisterEntry) -> RegisterEntry:
    assert isinstance(entry, Identity)
    return replace(_identity(psn_no), start=entry.start)


def _identity(psn_no: str) -> Identity:
    """As the register has it: of one person in a thousand another department determined it."""
    changed = int(psn_no[1:7]) * 500 + int(psn_no[15:18]) // 2
    department = "health" if changed % CHANGED == 0 else "civil_affairs"
    return Identity(
        "subsistence_allowance", department, "440902", date(2024, 1, 1), None, BEFORE,
        Source("before", 1),
    )  # fmt: skip


@contextmanager
def standing_in(storage: StandIn, files: dict[str, Path], side_by_side: int) -> Iterator[None]:
    """The product with its storage and its bucket taken away."""

    parts: dict[str, bytes] = {}

    def opened(key: str, etag: str = "") -> tuple[BinaryIO, str]:
        return files[key].open("rb"), etag

    def put(key: str, content: Any, _type: str = "") -> str:
        if ".part-" in key:
            parts[key] = zlib.compress(content)
        return key

    def get(key: str, *_: Any) -> bytes:
        if key not in parts:
            raise Refused("NOT_FOUND", field="key", rule="文件不存在")
        return zlib.decompress(parts[key])

    held = drop_store.HeldDrop
    begun: dict[str, Any] = {}

    def opening(drop: Any, received: datetime) -> list[Write]:
        begun[drop.batch] = held(DropState.OPEN, received, drop, None)  # type: ignore[arg-type]
        return []

    def nothing(*_: Any) -> None:
        return None

    def transact(decide: Any, *_: Any, **_more: Any) -> Any:
        decided: Decided[Any] = decide()
        if decided.writes:
            storage.commit(decided.writes)
        return decided.answer

    settings = drop_store.HeldSettings(SenderSettings(), None)
    with ExitStack() as patched:
        for target, values in (
            (dropped, {"opened": opened}),
            (exchange, {"put": put, "get": get}),
            (passes, {"SIDE_BY_SIDE": side_by_side}),
            (intake, {"transact": transact, "commit": nothing}),
            (recording, {"commit": storage.commit, "transact": transact}),
            (endings, {"transact": transact}),
            (service, {"load": storage.load}),
            (drop_store, {
                "drop": begun.get,
                "drop_opened": opening,
                "drop_changed": lambda *_: [],
                "series": lambda _name: drop_store.HeldSeries(None, None),
                "series_changed": lambda *_: [],
                "sender_settings": lambda _sender: settings,
            }),
            (store, {
                "persons_of": storage.persons_of,
                "persons": storage.persons,
                "entries_under": storage.entries_under,
                "register": storage.register,
            }),
        ):  # fmt: skip
            patched.enter_context(mock.patch.multiple(target, **values))
        yield


def measured(rows: int, files: dict[str, Path], storage: StandIn, side_by_side: int) -> list[str]:
    """Takes the file in, attempt after attempt, and prints what it cost; answers what is missed."""
    attempts = 0
    with standing_in(storage, files, side_by_side):
        began, busy, report = time.perf_counter(), time.process_time(), None
        while report is None and attempts < ATTEMPTS:
            attempts += 1
            until = time.process_time() + ATTEMPT
            with suppress(intake.Unfinished):
                key = "drop/maoming-civil-affairs/big.manifest.json"
                report = intake.take_in(key, NOW, lambda: time.process_time() < until)  # noqa: B023  # called within the attempt
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = dict(report.counts) if report else {}
    print(
        f"side by side {side_by_side}: {seconds:6.1f} s  {rows / seconds:8,.0f} rows/s  "
        f"processor {busy:.0f} s  attempts {attempts}  reads {storage.calls['read']:,}  "
        f"transactions {storage.calls['transaction']:,}  writes {storage.writes:,}  "
        f"peak {peak:.0f} MB  {counts}",
        flush=True,
    )
    missed = [] if report and report.state == "taken_in" else [f"not done in {attempts} attempts"]
    if peak > MEMORY:
        missed.append(f"{peak:.0f} MB")
    if storage.known and storage.writes > 10 * counts.get("changed", 0):
        missed.append(f"{storage.writes} writes for {counts.get('changed', 0)} changes")
    return missed


def bare(rows: int, file: Path) -> None:
    """The same file by readers that do nothing with it."""
    began = time.perf_counter()
    with file.open(encoding="utf-8-sig", newline="") as text:
        assert sum(1 for _ in csv.reader(text)) == rows + 1
    seconds = time.perf_counter() - began
    print(f"bare csv reader: {rows / seconds:,.0f} rows/s")
    try:
        import polars  # type: ignore[import-not-found]
    except ImportError:
        print("polars: not installed")
        return
    began = time.perf_counter()
    assert polars.read_csv(file, infer_schema=False).height == rows
    print(f"polars: {rows / (time.perf_counter() - began):,.0f} rows/s")


def main(rows: int, kind: str, side_by_side: Sequence[int]) -> int:
    month = kind == "month"
    with tempfile.TemporaryDirectory() as name:
        files = made(Path(name), rows, month)
        data = files["drop/maoming-civil-affairs/big.csv"]
        print(f"{kind}: {rows:,} rows, {data.stat().st_size / 1e6:.0f} MB")
        missed = []
        for beside in side_by_side:
            missed += measured(rows, files, StandIn(rows * month), beside)
        bare(rows, data)  # after it: what polars takes is none of ours
    print("\n".join(f"MISSED: {one}" for one in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(
        main(
            int(given[0]) if given else 100_000,
            given[1] if given[1:] else "first",
            [int(one) for one in given[2:]] or [8, 1],
        )
    )
