"""`medaid drop`: lays a file into the exchange bucket as a department does, its manifest last, and
shows what came back."""

from __future__ import annotations

import argparse
import json
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from medaid.dropped.problem import FileRefused
from medaid.dropped.table import open_bytes
from medaid.local.errors import LocalError
from medaid.local.stack import Stack, running
from medaid.people.catalogue import catalogue


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sender", help="folder of the sending department, e.g. maoming-civil-affairs"
    )
    parser.add_argument("file", type=Path, help="the .csv or .xlsx file")
    parser.add_argument(
        "--kind", default="roster", help="what the file is: roster (default) or enrolment"
    )
    parser.add_argument(
        "--period", required=True, metavar="YYYY-MM", help="the month the file reports"
    )
    parser.add_argument("--admdvs", required=True, help="the region the file is about, six digits")
    parser.add_argument(
        "--wait",
        type=float,
        default=60,
        metavar="SECONDS",
        help="how long to wait for the answer (default 60)",
    )


def run(args: argparse.Namespace) -> int:
    """`medaid drop`. Answers 0 once the department's answer is there."""
    if not args.file.is_file():
        raise LocalError(f"{args.file} is not a file")
    stack = running()
    manifest = dropped(
        stack,
        args.sender,
        args.file.name,
        args.file.read_bytes(),
        kind=args.kind,
        period=args.period,
        admdvs=args.admdvs,
    )
    print(f"已投递 s3://{stack.bucket}/{manifest}")
    print(json.dumps(answered(stack, manifest, args.wait), ensure_ascii=False, indent=2))
    print(f"反馈在 s3://{stack.bucket}/{_answer_prefix(manifest)}")
    return 0


def dropped(
    stack: Stack,
    sender: str,
    file: str,
    body: bytes,
    *,
    kind: str,
    period: str,
    admdvs: str,
    **more: object,
) -> str:
    """Puts the file, then its manifest (`more` adds to it or overrides it). Answers the manifest's
    key."""
    s3 = stack.cloud.client("s3")
    rows = counted(body, kind)
    told = {
        "sender": sender,
        "kind": kind,
        "file": file,
        "period": period,
        "rows": rows,
        "sha256": sha256(body).hexdigest(),
        "admdvs": admdvs,
    }
    key = f"drop/{sender}/{Path(file).stem}.manifest.json"
    s3.put_object(Bucket=stack.bucket, Key=f"drop/{sender}/{file}", Body=body)
    s3.put_object(
        Bucket=stack.bucket, Key=key, Body=json.dumps(told | more, ensure_ascii=False).encode()
    )
    return key


def counted(body: bytes, kind: str) -> int:
    """Rows of the file as the intake counts them; 0 where it cannot be read, which the answer will
    say."""
    limits = catalogue().limits.table
    try:
        return sum(1 for _ in open_bytes(body, catalogue().columns.get(kind, ()), limits).rows)
    except FileRefused:
        return 0


def answered(stack: Stack, manifest: str, seconds: float = 60) -> dict[str, Any]:
    """The counts that came back for the drop with that manifest, newer than it. Raises LocalError
    after `seconds`."""
    s3 = stack.cloud.client("s3")
    since = s3.head_object(Bucket=stack.bucket, Key=manifest)["LastModified"]
    prefix = _answer_prefix(manifest)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for item in s3.list_objects_v2(Bucket=stack.bucket, Prefix=f"{prefix}.").get(
            "Contents", []
        ):
            if (
                item["Key"].endswith(".feedback.json") and item["LastModified"] >= since
            ):  # laid down last
                counts: dict[str, Any] = json.loads(
                    s3.get_object(Bucket=stack.bucket, Key=item["Key"])["Body"].read()
                )
                if counts["state"] != "interrupted":
                    return counts
        time.sleep(0.1)
    raise LocalError(f"no answer under {prefix} within {seconds:.0f} seconds")


def _answer_prefix(manifest: str) -> str:
    return manifest.replace("drop/", "feedback/", 1).removesuffix(".manifest.json")
