"""The summary that goes back to the department that sent a roster. Pure.

Source: 苏医保办发〔2023〕27号 art. 9 (J9). It holds counts and codes only, nothing of any person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from medaid.instants import beijing_text
from medaid.people.drops import Drop, Endings, EndingsState
from medaid.people.manifest import Manifest

OUTCOMES: Final = {
    "confirmed": "新增",
    "changed": "变更",
    "ended": "终止",
    "unchanged": "无变化",
    "refused": "退回",
}


def taken_in(manifest: Manifest, received: datetime, drop: Drop) -> dict[str, Any]:
    """The summary of a file that was taken in. AssertionError where rows taken and returned are not
    as many as the file has."""
    counts = drop.counts
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
        "counts": dict(counts),
        "problems": dict(drop.problems),
        "notices": drop.notices,
        "aside": list(drop.aside),
        "missing": list(drop.missing),
        "endings": _endings(drop.endings),
        "sentence": f"共 {manifest.rows} 行:{spoken}。{''.join(remarks(drop))}",
    }


def remarks(drop: Drop) -> list[str]:
    """What the sender is told of a file beside its counts, a sentence each."""
    told = []
    if drop.notices:
        told.append(f"另有 {drop.notices} 行已接收而附提示。")
    if drop.aside:
        told.append(f"未读取的工作表:{'、'.join(drop.aside)}。")
    if drop.missing:
        told.append(f"此前 {'、'.join(drop.missing)} 未报送。")
    if drop.endings is not None:
        told.append(_SAID[drop.endings.state].format(one=drop.endings))
    return told


_SAID: Final = {
    EndingsState.NONE: "名册之外没有在册人员。",
    EndingsState.WAITING: (
        "在册 {one.standing} 人中有 {one.count} 人不在名册内,{one.why},待经办机构复核后终止。"
    ),
    EndingsState.RELEASED: "不在名册内的 {one.count} 人正在终止。",
    EndingsState.REJECTED: "不在名册内的 {one.count} 人经复核不予终止:{one.reason}。",
    EndingsState.DONE: "不在名册内的 {one.count} 人中已终止 {one.ended} 人。",
}


def _endings(endings: Endings | None) -> dict[str, Any] | None:
    if endings is None:
        return None
    facts = ("count", "standing", "ended", "why", "digest")
    return {"state": endings.state.value} | {name: getattr(endings, name) for name in facts}
