"""The summary that goes back to the department that sent a roster. Pure.

Source: 苏医保办发〔2023〕27号 art. 9 (J9). It holds counts and codes only, nothing of any person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from medaid.instants import beijing_text
from medaid.people.manifest import Manifest
from medaid.people.row_counts import RowCounts

OUTCOMES: Final = {
    "confirmed": "新增",
    "changed": "变更",
    "ended": "终止",
    "unchanged": "无变化",
    "refused": "退回",
}


def taken_in(
    manifest: Manifest, received: datetime, tally: RowCounts, aside: Sequence[str] = ()
) -> dict[str, Any]:
    """The summary of a file that was taken in. `aside` are sheets that were not read.
    AssertionError where rows taken and returned are not as many as the file has."""
    counts = tally.counts
    assert sum(counts.values()) == manifest.rows, "a row without a verdict"
    spoken = ",".join(f"{word} {counts[outcome]}" for outcome, word in OUTCOMES.items())
    return {
        "state": "taken_in",
        "batch": manifest.batch,
        "sender": manifest.sender.code,
        "kind": manifest.kind,
        "period": manifest.period,
        "admdvs": manifest.admdvs,
        "sha256": manifest.sha256,
        "paper": manifest.paper,
        "rows": manifest.rows,
        "received": beijing_text(received),
        "counts": {outcome: counts[outcome] for outcome in OUTCOMES},
        "problems": dict(sorted(tally.problems.items())),
        "notices": tally.notices,
        "aside": list(aside),
        "sentence": f"共 {manifest.rows} 行:{spoken}。{_more(tally.notices, aside)}",
    }


def _more(notices: int, aside: Sequence[str]) -> str:
    told = f"另有 {notices} 行已接收而附提示。" if notices else ""
    return told + (f"未读取的工作表:{'、'.join(aside)}。" if aside else "")
