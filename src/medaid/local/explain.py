"""`medaid explain`: why a settlement is what it is, in sentences or as data; the API's explanation
gives the same."""

from __future__ import annotations

import argparse
import json

from medaid.local.stack import connected, running


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("setl_id", help="id of the settlement (结算ID)")
    parser.add_argument("--json", action="store_true", help="the whole explanation as data")


def run(args: argparse.Namespace) -> int:
    """`medaid explain`."""
    connected(running())
    from medaid.settlement import (
        service,
    )  # reads its surroundings when imported, so after `connected`

    explanation = service.explain_any(args.setl_id)
    if args.json:
        print(json.dumps(explanation, ensure_ascii=False, indent=2))
        return 0
    state = f"已于 {explanation['reversed_at']} 撤销" if explanation["reversed_at"] else "有效"
    print(
        f"结算 {explanation['setl_id']}({state}),{explanation['setl_time']},"
        f"政策日 {explanation['policy_date']},政策包 {'、'.join(explanation['packs'])}"
    )
    for line in (
        *explanation["sentences"],
        *(f"注意:{warning}" for warning in explanation["warnings"]),
    ):
        print(line)
    print(f"重算:{'完全一致' if explanation['replay'] == 'identical' else explanation['replay']}")
    return 0
