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

    told = service.explain_any(args.setl_id)
    if args.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return 0
    state = f"已于 {told['reversed_at']} 撤销" if told["reversed_at"] else "有效"
    print(
        f"结算 {told['setl_id']}({state}),{told['setl_time']},"
        f"政策日 {told['policy_date']},政策包 {'、'.join(told['packs'])}"
    )
    for line in (*told["sentences"], *(f"注意:{warning}" for warning in told["warnings"])):
        print(line)
    print(f"重算:{'完全一致' if told['replay'] == 'identical' else told['replay']}")
    return 0
