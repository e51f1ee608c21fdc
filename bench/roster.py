"""A roster of a million rows: rows a second and peak memory of reading, checking and answering it,
all but the storage itself.

Run: python -m bench.roster [ROWS]. The file is made in a temporary folder, read from there as it
would be from S3; what would be recorded is only looked at. One row in a hundred goes back. A roster
function has 1,769 MB; the aim is to stay within 512.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any, BinaryIO
from unittest import mock

from medaid.aws import dropped, exchange
from medaid.errors import Refused
from medaid.people import intake, store
from medaid.people.certificate import check_character
from medaid.people.recording import Recorded, Recording
from medaid.people.roster import RosterRow

HEADINGS = [
    "姓名",
    "性别",
    "证件类型",
    "证件号码",
    "救助类型",
    "救助类型确定部门",
    "户籍地址",
    "居住地址",
    "手机号码",
    "身份认定时间",
    "身份终止时间",
    "救助身份认定地区",
]
NOW = datetime(2026, 3, 10, tzinfo=UTC)


def made(folder: Path, rows: int) -> dict[str, Path]:
    """A roster with its manifest, by the keys under which they would lie."""
    file = folder / "big.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        lines = csv.writer(text)
        lines.writerow(HEADINGS)
        for row in range(rows):
            area, serial = 100000 + row // 500, row % 500 * 2 + 1
            seventeen = f"{area:06d}19800101{serial:03d}"
            number = seventeen + check_character(seventeen) if row % 100 else "3.2E+17"
            rest = [
                "低保对象",
                "茂名市民政局",
                "茂名市茂南区某镇某村",
                "茂名市茂南区某镇某村",
                "13800000000",
                "2024-01-01",
                "",
                "440902",
            ]
            lines.writerow(["张三", "男", "居民身份证", number, *rest])
    manifest = folder / "big.manifest.json"
    with file.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    told = {
        "sender": "maoming-civil-affairs",
        "kind": "roster",
        "file": "big.csv",
        "period": "2026-03",
        "rows": rows,
        "admdvs": "440900",
    }
    manifest.write_text(json.dumps(told | {"sha256": digest}))
    return {f"drop/maoming-civil-affairs/{path.name}": path for path in (file, manifest)}


def recorded(_self: Recording, rows: Sequence[RosterRow], _lane: int = 0) -> dict[int, Recorded]:
    return {row.number: Recorded("confirmed") for row in rows}


def missing(_key: str) -> bytes:
    raise Refused("NOT_FOUND", field="key", rule="文件不存在")


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        files = made(Path(name), rows)
        kept: dict[str, int] = {}

        def opened(key: str, etag: str = "") -> tuple[BinaryIO, str]:
            return files[key].open("rb"), etag

        def put(key: str, content: Any, _type: str = "") -> str:
            kept[key] = len(content) if isinstance(content, bytes) else content.seek(0, 2)
            return key

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with (
            mock.patch.multiple(dropped, opened=opened),
            mock.patch.multiple(exchange, put=put, get=missing),
            mock.patch.multiple(store, batch=lambda _batch: None),
            mock.patch.object(intake, "commit", return_value=None),
            mock.patch.object(Recording, "record", recorded),
        ):
            began = time.perf_counter()
            report = intake.take_in("drop/maoming-civil-affairs/big.manifest.json", NOW)
            seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = files["drop/maoming-civil-affairs/big.csv"].stat().st_size
        print(
            f"rows {rows:,}  file {size / 1e6:.0f} MB  {seconds:.1f} s  "
            f"{rows / seconds:,.0f} rows/s  peak {peak / 1024:.0f} MB (before {before / 1024:.0f})"
        )
        print(report.counts, {Path(key).name[-24:]: size for key, size in kept.items()})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
