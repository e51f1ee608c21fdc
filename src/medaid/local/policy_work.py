"""Settled claims from a file of JSON lines, for `medaid policy reprice`: a claim file each, with
what was answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from medaid.benefit.claim_file import read_case
from medaid.benefit.reprice import StoredSettlement
from medaid.errors import BadInput
from medaid.money import Fen


def stored(path: Path) -> Iterator[StoredSettlement]:
    """One settlement a line: `{"setl_id", "year", "claim": {…a claim file…}, "by_fund": {fund:
    yuan}, "own": yuan, "after": {…}, "packs": […]}`.

    Raises BadInput naming the line and the key.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            case = read_case({**data["claim"], "year": {}})
            before = read_case(data["claim"]).claim
            after = read_case({**data["claim"], "year": data["after"]}).claim.totals
            by_fund = {fund: Fen.of_yuan(amount, fund) for fund, amount in data["by_fund"].items()}
            yield StoredSettlement(
                data["setl_id"],
                data["year"],
                case.insured_region,
                case.assisting_region,
                case.day,
                before,
                by_fund,
                Fen.of_yuan(data["own"], "own"),
                after,
                tuple(data["packs"]),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise BadInput(
                "FIELD_FORMAT", field=f"{path.name}:{number}", rule=f"缺少或写错:{error}"
            ) from None
