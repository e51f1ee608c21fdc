"""`medaid drop`: lays a file into the exchange bucket as a department does, its manifest last, and shows what came back."""

from __future__ import annotations

import argparse
import csv
import io
import json
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from medaid.local.errors import LocalError
from medaid.local.stack import Stack, running


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sender", help="folder of the sending department, e.g. maoming-civil-affairs")
    parser.add_argument("file", type=Path, help="the .csv file")
    parser.add_argument("--kind", default="roster", help="what the file is: roster (default) or enrolment")
    parser.add_argument("--period", required=True, metavar="YYYY-MM", help="the month the file reports")
    parser.add_argument("--admdvs", required=True, help="the region the file is about, six digits")
    parser.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="how long to wait for the answer (default 60)")


def run(args: argparse.Namespace) -> int:
    """`medaid drop`. Answers 0 once the department's answer is there."""
    if not args.file.is_file():
        raise LocalError(f"{args.file} is not a file")
    stack = running()
    body = args.file.read_bytes()
    rows = max(0, sum(1 for row in csv.reader(io.StringIO(body.decode("utf-8-sig", "replace"), newline="")) if row) - 1)
    key = dropped(stack, args.sender, args.file.name, body, args.period, rows, {"kind": args.kind, "admdvs": args.admdvs})
    print(f"已投递 s3://{stack.bucket}/{key}")
    for answer in answers(stack, args.sender, key, args.wait):
        print(f"反馈 s3://{stack.bucket}/{answer}")
        print(stack.cloud.client("s3").get_object(Bucket=stack.bucket, Key=answer)["Body"].read().decode("utf-8-sig"))
    return 0


def dropped(stack: Stack, sender: str, name: str, body: bytes, period: str, rows: int, more: Mapping[str, str]) -> str:
    """Puts the file, then its manifest; `more` are its other fields (kind, admdvs). Answers the file's key."""
    s3 = stack.cloud.client("s3")
    key = f"drop/{sender}/{name}"
    manifest = {"sender": sender, "period": period, "file": name, "rows": rows, "sha256": sha256(body).hexdigest()} | dict(more)
    s3.put_object(Bucket=stack.bucket, Key=key, Body=body)
    s3.put_object(Bucket=stack.bucket, Key=f"drop/{sender}/{Path(name).stem}.manifest.json", Body=json.dumps(manifest, ensure_ascii=False).encode())
    return key


def answers(stack: Stack, sender: str, key: str, seconds: float = 60) -> list[str]:
    """Keys of the answer to the drop of the file `key`, once it is whole. Raises LocalError after `seconds`."""
    s3 = stack.cloud.client("s3")
    since = s3.head_object(Bucket=stack.bucket, Key=key)["LastModified"]
    prefix = f"feedback/{sender}/{Path(key).stem}."
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = [item["Key"] for item in s3.list_objects_v2(Bucket=stack.bucket, Prefix=prefix).get("Contents", []) if item["LastModified"] >= since]
        if any(name.endswith(".feedback.json") for name in found):  # laid down last
            return found
        time.sleep(0.1)
    raise LocalError(f"no answer under {prefix} within {seconds:.0f} seconds")
