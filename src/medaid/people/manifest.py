"""What a department says about a file it dropped: `drop/<sender>/<name>.manifest.json`, laid down
last. Pure.

All problems are told at once, in Chinese, with a stable code. Source: 苏医保办发〔2023〕27号 art.
8, 9 (J8, J9). Described in docs/roster.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from medaid.dropped.problem import FileRefused, Problem
from medaid.ids import content_hash
from medaid.months import Month
from medaid.people.catalogue import KINDS, Catalogue, Sender

SUFFIX: Final = ".manifest.json"
_FIELDS: Final = {
    "sender": str,
    "kind": str,
    "file": str,
    "period": str,
    "rows": int,
    "sha256": str,
    "admdvs": str,
}
_OPTIONAL: Final = {
    "paper": "",
    "extent": "increment",
    "ends": "",
    "sequence": 0,
    "replaces": "",
    "officer": "",
}
"""With what each is where it is left out."""
FULL: Final = "full"
_FILE: Final = re.compile(r"(?!\.)[^/\\\x00-\x1f]{1,200}")
_READABLE: Final = (".csv", ".xlsx")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that holds. `paper` names the scan of the stamped paper where the medium needs one
    (art. 8)."""

    sender: Sender
    kind: str
    file: str
    period: str
    rows: int
    sha256: str
    admdvs: str
    paper: str = ""
    extent: str = "increment"
    """`full`: who is no longer on the list is ended on the day `ends`; an increment ends nobody by
    leaving them out."""
    ends: str = ""
    """A civil date, yyyy-mm-dd."""
    sequence: int = 0
    """The sender's own number of the file, 0 where it numbers none."""
    replaces: str = ""
    """Batch of the full list of the same period that this one corrects."""
    officer: str = ""
    """Who uploaded the file by hand; empty for a machine."""

    @property
    def is_full(self) -> bool:
        return self.extent == FULL

    @property
    def ends_on(self) -> date:
        """The last day of who is no longer on a full list."""
        return date.fromisoformat(self.ends)

    @property
    def batch(self) -> str:
        """The drop's id: the same sender, kind, region, period, extent and content are the same
        drop, whatever the file is called."""
        parts = (self.sender.code, self.kind, self.admdvs, self.period, self.sha256)
        full = (self.extent, self.ends) if self.is_full else ()
        return content_hash("drop", *parts, *full)[:32]

    @property
    def series(self) -> str:
        """What follows one another month by month: periods of one series never run backwards."""
        return f"{self.sender.code}#{self.kind}#{self.admdvs}"


def check_period(manifest: Manifest, today: date) -> None:
    """Raises FileRefused FILE_PERIOD for a month that has not begun: every later drop of the series
    would be an earlier one, and refused."""
    if manifest.period > Month.of(today):
        raise FileRefused(
            Problem("FILE_PERIOD", "period", f"{manifest.period} 尚未开始,请以当前所属期报送")
        )


def parse_key(key: str) -> tuple[str, str]:
    """Sender's folder and name of the drop, from a manifest's key. Raises ValueError where it is
    not `drop/<sender>/<name>.manifest.json`."""
    folder, _, name = key.removeprefix("drop/").partition("/")
    if (
        not key.startswith("drop/")
        or not folder
        or "/" in name
        or not name.endswith(SUFFIX)
        or name == SUFFIX
    ):
        raise ValueError("not the key of a manifest")
    return folder, name.removesuffix(SUFFIX)


def read_manifest(body: bytes, folder: str, catalogue: Catalogue) -> Manifest:
    """The manifest in `body`, dropped in the folder of sender `folder`. Raises FileRefused with all
    its problems."""
    facts = _parsed(body, catalogue.limits.manifest_bytes)
    problems = _form(facts)
    sender = catalogue.senders.get(folder)
    if sender is None:
        problems.append(Problem("FORBIDDEN", "sender", "报送单位未登记,不得报送"))
    elif not problems:
        problems = _rights(facts, folder, sender)
    if problems or sender is None:
        raise FileRefused(*problems)
    return Manifest(
        sender,
        **{name: facts[name] for name in _FIELDS if name != "sender"},
        **{name: facts.get(name, default) for name, default in _OPTIONAL.items()},
    )


def _parsed(body: bytes, longest: int) -> Mapping[str, Any]:
    if len(body) > longest:
        raise FileRefused(Problem("MANIFEST", "", f"清单超过 {longest} 字节"))
    try:
        facts = json.loads(body.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise FileRefused(Problem("MANIFEST", "", "清单不是 UTF-8 编码的 JSON")) from None
    if not isinstance(facts, dict):
        raise FileRefused(Problem("MANIFEST", "", "清单应为一个 JSON 对象"))
    return facts


def _form(facts: Mapping[str, Any]) -> list[Problem]:
    """What is missing, unknown or of the wrong form."""
    problems = [Problem("MANIFEST", name, "清单缺少该项") for name in _FIELDS if name not in facts]
    problems += [
        Problem("MANIFEST", str(name)[:40], "清单不应有该项")
        for name in facts
        if name not in _FIELDS.keys() | _OPTIONAL.keys()
    ]
    rules = {
        "kind": (facts.get("kind") in KINDS, "应为 roster(救助对象名册)或 enrolment(参保名册)"),
        "file": (_matches(_FILE, facts.get("file")), "应为同一目录下的文件名"),
        "period": (
            _matches(re.compile(r"20\d\d-(0[1-9]|1[0-2])"), facts.get("period")),
            "应为 yyyy-MM",
        ),
        "rows": (
            isinstance(facts.get("rows"), int)
            and not isinstance(facts["rows"], bool)
            and facts["rows"] > 0,
            "应为正整数,不含表头",
        ),
        "sha256": (
            _matches(re.compile(r"[0-9a-f]{64}"), facts.get("sha256")),
            "应为 64 位小写十六进制",
        ),
        "admdvs": (_matches(re.compile(r"[1-9]\d{5}"), facts.get("admdvs")), "应为 6 位统筹区代码"),
        "paper": (
            _matches(re.compile(r".{0,200}"), facts.get("paper", "")),
            "应为纸质材料扫描件的文件名",
        ),
        **_further_rules(facts),
    }
    problems += [
        Problem("MANIFEST", name, rule)
        for name, (holds, rule) in rules.items()
        if not holds and (name in facts or name == "ends")
    ]
    file = facts.get("file")
    if isinstance(file, str) and not file.lower().endswith(_READABLE):
        problems.append(Problem("FILE_FORM", "file", f"目前受理 {'、'.join(_READABLE)} 文件"))
    return problems


def _further_rules(facts: Mapping[str, Any]) -> dict[str, tuple[bool, str]]:
    """Rules of what a manifest may leave out."""
    extent, sequence = facts.get("extent", "increment"), facts.get("sequence", 0)
    full = extent == FULL
    whole = isinstance(sequence, int) and not isinstance(sequence, bool)
    day, months = facts.get("ends", ""), facts.get("period")
    return {
        "extent": (extent in ("increment", FULL), "应为 increment(增量)或 full(全量)"),
        "ends": (
            (_is_day(day) and day[:7] <= str(months)) if full else day == "",
            "全量名册须写明未在册人员的终止日期(yyyy-MM-dd,不晚于所属期);增量不得有该项",
        ),
        "sequence": (whole and 0 <= sequence < 10**6, "应为非负整数"),
        "replaces": (
            _matches(re.compile(r"([0-9a-f]{32})?"), facts.get("replaces", "")),
            "应为所替换的批次编号",
        ),
        "officer": (_matches(re.compile(r".{0,100}"), facts.get("officer", "")), "至多 100 字"),
    }


def _is_day(text: object) -> bool:
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _rights(facts: Mapping[str, Any], folder: str, sender: Sender) -> list[Problem]:
    """Art. 9: whether this sender may report this."""
    problems = []
    if facts["sender"] != folder:
        problems.append(Problem("FORBIDDEN", "sender", "与所在目录的报送单位不一致"))
    if facts["kind"] not in sender.kinds:
        problems.append(Problem("FORBIDDEN", "kind", f"{sender.name}不报送此类文件"))
    if not sender.reports(facts["admdvs"]):
        problems.append(Problem("FORBIDDEN", "admdvs", f"不属于{sender.name}报送的地区"))
    return problems
