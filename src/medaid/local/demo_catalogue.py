"""The catalogue of the demonstration, entered by the routes that an office uses, and the fee
lines of its stay.

Codes and names are public; classes, limit prices and shares are made up: none is public as a list.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from medaid.local.errors import LocalError
from medaid.local.hospital import SECONDS, Hospital
from medaid.local.stack import Stack
from medaid.money import Fen, half_up

Data = Callable[[str], bytes]
"""A file of the demonstration by its name."""
TABLES: Final = ("1312", "1316", "1318", "1319")
_SPLIT: Final = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")


def publish(
    console: Console, stack: Stack, region: str, users: tuple[str, str], data: Data
) -> None:
    """One officer proposes what the region's document says and each table, another publishes it;
    told again nothing changes. Raises LocalError with the sentence of a refusal."""
    enters, decides = (stack.token(user) for user in users)
    address = f"{stack.api}/catalogue/{region}"
    scheme = _post(enters, f"{address}/schemes", json.loads(data("catalogue-scheme.json")))
    _post(decides, f"{address}/schemes/{scheme['scheme']}/approve")
    console.print(f"{scheme['title']}:两人录入、同意")
    for kind in TABLES:
        name = f"catalogue-{kind}.csv"
        content = base64.b64encode(data(name)).decode()
        body = {"kind": kind, "file": name, "content": content}
        release = _post(enters, f"{address}/releases", body)
        done = _post(decides, f"{address}/releases/{release['release']}/publish")
        console.print(f"   {kind} {name}:{done['rows']} 行,退回 {done['refused']} 行,已发布")


def _post(token: str, address: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(address, json=body or {}, headers=headers, timeout=SECONDS)
    if answer.is_error:
        raise LocalError(f"HTTP {answer.status_code}: {answer.text[:300]}")
    found: dict[str, Any] = answer.json()
    return found


def upload_lines(
    console: Console, hospital: Hospital, psn_no: str, mdtrt_id: str, text: bytes
) -> Fen:
    """2301: the lines of a stay, split by the catalogue; answers what they come to."""
    rows = [
        {**row, "psn_no": psn_no, "mdtrt_id": mdtrt_id, "det_item_fee_sumamt": _amount(row)}
        for row in csv.DictReader(io.StringIO(text.decode()))
    ]
    answers = hospital.call("2301", rows, "feedetail")["result"]
    heads = ("项目", "金额", "全自费", "超限价", "先自付", "政策内")
    table = Table(*heads, box=None, pad_edge=False)
    for row, split in zip(rows, answers, strict=True):
        amounts = [split[name] for name in ("det_item_fee_sumamt", *_SPLIT)]
        table.add_row(row["name"], *amounts)
    console.print(f"2301 费用明细 {len(rows)} 条,逐条分割:")
    console.print(table)
    for row, split in zip(rows, answers, strict=True):
        console.print(f"   {row['name']}:{split['memo']}", soft_wrap=True)
    return Fen(sum(Fen.of_yuan(split["det_item_fee_sumamt"]) for split in answers))


def _amount(row: Mapping[str, str]) -> str:
    exact = Decimal(row["cnt"]) * Decimal(row["pric"]) * 100
    return Fen(half_up(*exact.as_integer_ratio())).yuan()
