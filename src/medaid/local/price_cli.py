"""`medaid price CLAIM.json`: one case priced without any cloud, explained in Chinese or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from medaid.benefit.claim_file import Case, read_case, schema, year_to_data
from medaid.benefit.engine import price
from medaid.benefit.model import Priced
from medaid.benefit.record import steps_to_data
from medaid.benefit.sentence import sentences, waterfall
from medaid.errors import BadInput
from medaid.local.policy_cli import packs_in
from medaid.policy.loader import PackInvalid
from medaid.policy.model import Policy


def arguments(parser: argparse.ArgumentParser) -> None:
    """The claim file, the packs, the form of the answer."""
    parser.add_argument("claim", nargs="?", type=Path, help="案例文件(JSON),- 为标准输入")
    parser.add_argument("--packs", type=Path, help="政策包目录;不写用随产品发布的")
    parser.add_argument("--json", action="store_true", help="以 JSON 给出")
    parser.add_argument("--schema", action="store_true", help="打印案例文件的 JSON schema")


def run(args: argparse.Namespace) -> int:
    """Prints the priced case; 1 where it is refused."""
    if args.schema:
        print(json.dumps(schema(), ensure_ascii=False, indent=2))
        return 0
    if args.claim is None:
        raise BadInput("FIELD_REQUIRED", field="CLAIM.json", rule="写明案例文件,或 --schema")
    case = read_case(_loaded(args.claim))
    try:
        known = packs_in(args.packs)
    except PackInvalid as invalid:
        print(*invalid.problems, sep="\n", file=sys.stderr)
        return 1
    policy = known.policy_for(case.insured, case.assisted, case.day)
    priced = price(policy, case.claim)
    if args.json:
        print(json.dumps(answer(case, policy, priced), ensure_ascii=False, indent=2))
    else:
        print(waterfall(priced))
        print(*known.unverified(policy), sep="\n")
    return 0


def _loaded(path: Path) -> Any:
    try:
        return json.loads(
            sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig"),
            parse_float=str,
        )
    except OSError:
        raise BadInput("NOT_FOUND", field=str(path), rule="文件不存在或不能读取") from None
    except ValueError as error:
        raise BadInput("FIELD_FORMAT", field=str(path), rule=f"不是合规的 JSON:{error}") from None


def answer(case: Case, policy: Policy, priced: Priced) -> dict[str, Any]:
    """The priced case as data; `year` is what the person's next claim of the year takes."""
    return {
        "insured": case.insured,
        "assisted": case.assisted,
        "day": case.day.isoformat(),
        "category": priced.category,
        "own": priced.person_pays.yuan(),
        "by_fund": {fund: amount.yuan() for fund, amount in priced.by_fund.items()},
        "steps": steps_to_data(priced),
        "sentences": sentences(priced.steps),
        "others": [{"category": code, "paid": amount.yuan()} for code, amount in priced.others],
        "year": year_to_data(priced.totals),
        "packs": list(policy.packs),
        "version": policy.version,
    }
