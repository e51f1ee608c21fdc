"""`medaid call`: one request to the local API, with the token of whom it acts for."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import httpx

from medaid.local.errors import LocalError
from medaid.local.stack import running


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", help="e.g. /fsi or /settlements/ID/explanation")
    parser.add_argument(
        "--institution", default="", metavar="CODE", help="act for this institution"
    )
    parser.add_argument(
        "--user", default="", metavar="NAME", help="act as this operator (see `medaid token`)"
    )
    parser.add_argument("--region", default="", metavar="ADMDVS", help="the operator's region")
    parser.add_argument(
        "--role", action="append", default=[], metavar="ROLE", help="a role of the operator"
    )
    parser.add_argument("--method", default="", help="default: POST with a body, else GET")
    parser.add_argument(
        "--body", default="", metavar="FILE", help="JSON file to send; - reads standard input"
    )


def run(args: argparse.Namespace) -> int:
    """`medaid call`. Answers 0 for an HTTP status below 400, else 1."""
    name = args.user or args.institution
    if not name:
        raise LocalError(
            "say who calls: --institution H44090100001, or --user NAME with --region and --role"
        )
    stack = running()
    body = (
        (sys.stdin.buffer.read() if args.body == "-" else Path(args.body).read_bytes())
        if args.body
        else None
    )
    roles = args.role or (["institution"] if args.institution else [])
    token = stack.token(name, institution=args.institution, admdvs=args.region, roles=roles)
    answer = httpx.request(
        args.method or ("POST" if body is not None else "GET"),
        stack.api + args.path,
        content=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        timeout=60,
    )
    try:
        print(json.dumps(answer.json(), ensure_ascii=False, indent=2))
    except ValueError:
        print(answer.text)
    return 0 if answer.status_code < 400 else 1
