"""Tables that a policy officer can read, as test cases: one Markdown page beside each small pack.

A page has tables with the heading `## 应付` (what is paid: facts, sums, the year so far, what each
layer pays), `## 应拒绝` (a claim that is refused, with the code and words of the refusal) and `##
写错` (a change to the pack, the line and the words of the refusal). Amounts are yuan. `年内` is the
year so far as `name=yuan`, or `承上` for the totals after the row above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medaid.benefit.model import Bill, Claim, Facts
from medaid.money import Fen
from medaid.policy.model import RANGES


@dataclass(frozen=True)
class Row:
    """One row of a table under its heading."""

    page: Path
    line: int
    heading: str
    cells: Mapping[str, str]
    above: Row | None

    @property
    def name(self) -> str:
        return f"{self.page.stem}:{self.line}"


def rows(page: Path, heading: str) -> Iterator[Row]:
    """The rows of every table under `## heading`."""
    here, head, above = "", list[str](), None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("## "):
            here, head, above = line[3:].strip(), [], None
        elif not line.startswith("|"):
            head = head if line.strip() else []
        else:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not head:
                head = cells
            elif set("".join(cells)) - set("-: "):
                assert len(cells) == len(head), (
                    f"{page.name}:{number}: {len(cells)} 列,表头 {len(head)} 列"
                )
                row = Row(page, number, here, dict(zip(head, cells, strict=True)), above)
                above = row
                if here == heading:
                    yield row


def pairs(text: str) -> dict[str, str]:
    """`a=1 b=2` as a dict; a dash for none."""
    return {} if text in ("", "—") else dict(part.split("=", 1) for part in text.split())


def fen(text: str) -> int:
    return int(Fen.of_yuan(text))


def claim(row: Row, totals: Mapping[str, int]) -> Claim:
    """The claim of a row: columns 总额, 政策内, 事实, 身份, 已知 (given amounts; `component:NAME`,
    `prior_share` for parts of the bill)."""
    cells = row.cells
    total, in_policy = fen(cells["总额"]), fen(cells.get("政策内") or cells["总额"])
    facts: dict[str, Any] = {"care": "inpatient"}
    for name, value in pairs(cells["事实"]).items():
        facts[name] = None if value == "?" else int(value) if name in RANGES else value
    known = {name: fen(value) for name, value in pairs(cells.get("已知", "")).items()}
    parts = {
        name.partition(":")[2]: amount
        for name, amount in known.items()
        if name.startswith("component:")
    }
    given = {name: amount for name, amount in known.items() if not name.startswith("component:")}
    prior_share = given.pop("prior_share", 0)
    categories = tuple(name for name in cells.get("身份", "").replace("—", "").split() if name)
    return Claim(
        Bill(
            Fen(total),
            Fen(in_policy),
            Fen(total - in_policy - prior_share),
            Fen(0),
            Fen(prior_share),
        ),
        Facts(**facts),
        categories,
        given,
        parts,
        totals,
    )


def year(text: str) -> dict[str, int]:
    return {
        name: (int(value) if name.startswith("count:") else fen(value))
        for name, value in pairs(text).items()
    }
