"""`medaid drop`: lays a file into the exchange bucket as a department does, its manifest last, and shows what came back."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from medaid.local.errors import LocalError
from medaid.local.stack import Stack, running


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sender", help="code of the sending department")
    parser.add_argument("file", type=Path, help="the .csv file")
    parser.add_argument("--period", required=True, metavar="YYYY-MM", help="the month the file reports")
    parser.add_argument("--rows", type=int, help="rows below the header (default: counted)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a further field of the manifest")
    parser.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="how long to wait for the answer")


def run(args: argparse.Namespace) -> int:
    """`medaid drop`."""
    if not args.file.is_file():
        raise LocalError(f"{args.file} is not a file")
    body = args.file.read_bytes()
    more = dict(pair.split("=", 1) for pair in args.set)
    stack = running()
    rows = args.rows if args.rows is not None else max(0, len(body.decode("utf-8-sig", "replace").splitlines()) - 1)
    key = dropped(stack, args.sender, args.file.name, body, args.period, rows, more)
    print(f"已投递 {key}")
    for answer in answers(stack, args.sender, key, args.wait):
        print(f"反馈 s3://{stack.bucket}/{answer}")
    return 0


def dropped(stack: Stack, sender: str, name: str, body: bytes, period: str, rows: int, more: Mapping[str, str] | None = None) -> str:
    """Puts the file and then its manifest (sender, period, rows, sha256). Answers the file's key."""
    s3 = stack.cloud.client("s3")
    key = f"drop/{sender}/{name}"
    manifest = {"sender": sender, "period": period, "file": name, "rows": rows, "sha256": sha256(body).hexdigest()} | dict(more or {})
    s3.put_object(Bucket=stack.bucket, Key=key, Body=body)
    s3.put_object(Bucket=stack.bucket, Key=f"{key}.manifest.json", Body=json.dumps(manifest, ensure_ascii=False).encode())
    return key


def answers(stack: Stack, sender: str, key: str, seconds: float) -> list[str]:
    """Keys under feedback/<sender>/ that name the dropped file and are newer than it, once there are any. Raises LocalError after `seconds`."""
    s3 = stack.cloud.client("s3")
    since = s3.head_object(Bucket=stack.bucket, Key=key)["LastModified"]
    stem = Path(key).stem
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = s3.list_objects_v2(Bucket=stack.bucket, Prefix=f"feedback/{sender}/").get("Contents", [])
        fresh = [item["Key"] for item in found if stem in item["Key"] and item["LastModified"] >= since]
        if fresh:
            return fresh
        time.sleep(0.2)
    raise LocalError(f"no answer under feedback/{sender}/ within {seconds:.0f} seconds")
