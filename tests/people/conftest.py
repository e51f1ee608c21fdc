"""Drops as a department lays them down, and what comes back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.people.samples import NOW, ROSTER, certno

from medaid.aws import exchange
from medaid.aws.settings import settings
from medaid.dropped import delimited
from medaid.dropped.table import RESULT
from medaid.people import intake


@dataclass
class Department:
    """Drops files for one sender and reads the answers."""

    s3: Any
    sender: str = "maoming-civil-affairs"
    admdvs: str = "440900"
    kind: str = "roster"
    period: str = "2026-03"
    bucket: str = field(default_factory=lambda: settings().bucket)

    def lay(
        self,
        body: bytes,
        name: str = "march",
        ending: str = ".csv",
        rows: int | None = None,
        **manifest: Any,
    ) -> str:
        """File, then manifest; answers the manifest's key."""
        file = f"{name}{ending}"
        count = rows if rows is not None else max(0, body.count(b"\n") - 1)
        told = {
            "sender": self.sender,
            "kind": self.kind,
            "file": file,
            "period": self.period,
            "rows": count,
            "sha256": sha256(body).hexdigest(),
            "admdvs": self.admdvs,
        } | manifest
        key = f"drop/{self.sender}/{name}.manifest.json"
        self.s3.put_object(Bucket=self.bucket, Key=f"drop/{self.sender}/{file}", Body=body)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=json.dumps(told).encode())
        return key

    def drop(
        self,
        rows: Sequence[Mapping[str, str]],
        name: str = "march",
        now: datetime = NOW,
        encoding: str = "utf-8-sig",
        **manifest: Any,
    ) -> intake.Report:
        return intake.take_in(
            self.lay(csv_bytes(rows, encoding), name, rows=len(rows), **manifest), now
        )

    def raw(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=self.bucket, Key=f"feedback/{self.sender}/{key}")[
            "Body"
        ].read()
        return body

    def returned(self, name: str = "march", ending: str = ".csv") -> list[dict[str, str]]:
        """The rows that came back, as a reader of CSV sees them."""
        return [row for row in self.answered(name, ending) if row.get(RESULT, "退回") == "退回"]

    def answered(self, name: str = "march", ending: str = ".csv") -> list[dict[str, str]]:
        """All rows of the file that came back."""
        body = self.raw(f"{name}.feedback{ending}")
        if ending == ".xlsx":
            return workbook_rows(body)
        encoding = delimited.survey(io.BytesIO(body)).encoding
        return list(csv.DictReader(io.StringIO(body.decode(encoding), newline="")))

    def summary(self, name: str = "march") -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.raw(f"{name}.feedback.json"))
        return facts


def workbook_rows(body: bytes) -> list[dict[str, str]]:
    """The rows below the heading of the sheet that has the results."""
    for sheet in load_workbook(io.BytesIO(body)):
        lines = [
            ["" if cell is None else str(cell) for cell in line]
            for line in sheet.iter_rows(values_only=True)
        ]
        head = next((number for number, line in enumerate(lines) if RESULT in line), None)
        if head is not None:
            below = [line for line in lines[head + 1 :] if any(line)]
            return [dict(zip(lines[head], line, strict=True)) for line in below]
    raise AssertionError("no sheet with results")


def csv_bytes(rows: Sequence[Mapping[str, str]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO(newline="")
    lines = csv.DictWriter(text, list(rows[0]) if rows else list(ROSTER), lineterminator="\r\n")
    lines.writeheader()
    lines.writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.fixture
def department(tables: Any) -> Department:
    exchange.client.cache_clear()
    return Department(tables.s3)


@pytest.fixture
def row() -> Callable[..., dict[str, str]]:
    return roster_row


def roster_row(serial: int = 1, **other: str) -> dict[str, str]:
    """A row of a roster that holds; `other` by heading."""
    return ROSTER | {"证件号码": certno(serial)} | other
