"""`medaid simulate CLAIMS --packs A --against B`: a population of claims under two sets of packs,
compared. See docs/simulate.md."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from medaid.instants import civil_date
from medaid.local.errors import LocalError
from medaid.local.policy_cli import packs_in
from medaid.money import Fen
from medaid.policy.service import PACKS
from medaid.simulate.page import page
from medaid.simulate.reading import claims
from medaid.simulate.report import PackComparison, Section, as_csv, as_read, report, unit
from medaid.simulate.service import changed, compare
from medaid.simulate.tally import THRESHOLDS

SHOWN = (
    "refused",
    "refused_because",
    "headline",
    "movement",
    "shares",
    "per_head",
    "percentiles",
    "income",
    "persons",
    "changes",
    "paid_by_fund",
    "paid_by_layer",
    "paid_by_category",
    "own_by_category",
    "paid_by_level",
    "years_above",
    "burden_above",
    "ways",
)
"""Sections that the terminal shows; CSV and page have all."""
MOST_CHANGES = 30
"""Changed clauses that the terminal lists; the page has all."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "claims",
        type=Path,
        metavar="CLAIMS",
        help="claims, .csv (UTF-8) or .parquet; columns in docs/simulate.md",
    )
    parser.add_argument(
        "--packs",
        type=Path,
        default=PACKS,
        metavar="A",
        help="folder of policy packs (default: those that ship with the product)",
    )
    parser.add_argument(
        "--against",
        type=Path,
        required=True,
        metavar="B",
        help="folder of the packs to compare with",
    )
    parser.add_argument(
        "--alone",
        action="store_true",
        help="only the packs of the folders, without those that ship with the product",
    )
    parser.add_argument(
        "--above",
        default=",".join(str(fen // 100) for fen in THRESHOLDS),
        metavar="YUAN,…",
        help="yearly burdens to count persons above",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write all tables as one CSV")
    parser.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        help="write a page with tables and charts that needs no other file or host",
    )


def run(args: argparse.Namespace) -> int:
    """Prices, compares, prints, writes. Answers 0. Raises MedaidError for a wrong file or pack."""
    thresholds = tuple(
        sorted(
            {int(Fen.of_yuan(text, "--above")) for text in args.above.split(",") if text.strip()}
        )
    )
    for folder in (args.packs, args.against):
        if not folder.is_dir():
            raise LocalError(
                f"{folder} 不是文件夹:--packs 和 --against 各指一个放政策包(.toml)的文件夹"
            )
    a, b = (packs_in(folder, alone=args.alone) for folder in (args.packs, args.against))
    file, console = claims(args.claims), Console()
    if not file.sorted:
        console.print("文件未按人员排列,先在磁盘上排序 …")
    columns = (TextColumn("测算"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=file.visits)
        tally = compare(
            file,
            a,
            b,
            thresholds=thresholds,
            progress=lambda done: bar.update(task, completed=done),
        )
    comparison = report(
        _name(args.packs),
        _name(args.against),
        tally,
        source=args.claims.name,
        today=civil_date(datetime.now(UTC)),
        changed=changed(a, b, tally),
    )
    _show(console, comparison)
    for target, text in ((args.csv, as_csv), (args.html, page)):
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(
                text(comparison), encoding="utf-8-sig" if target is args.csv else "utf-8"
            )
            console.print(f"已写入 {target}")
    return 0


def _name(folder: Path) -> str:
    return "产品自带的政策包" if folder == PACKS else folder.name or str(folder)


def _show(console: Console, comparison: PackComparison) -> None:
    console.print(f"A:{comparison.a}  B:{comparison.b}")
    for label, text in comparison.about:
        console.print(f"{label}:{text}")
    console.print(f"改变的条款 {len(comparison.changed)} 处")
    for line in comparison.changed[:MOST_CHANGES]:
        console.print(f"  {line}")
    console.print(comparison.headline)
    for section in comparison.sections:
        if section.id in SHOWN and section.rows:
            console.print(_table(section))


def _table(section: Section) -> Table:
    table = Table(title=f"{section.title}{unit(section)}", title_justify="left")
    table.add_column(section.by)
    one_sided = section.one_sided
    for name in ("人数",) if one_sided else ("A", "B", "B 减 A"):
        table.add_column(name, justify="right")
    for row in section.rows:
        numbers = (row.pair.b,) if one_sided else (*row.pair, row.change)
        table.add_row(row.name, *(as_read(section, number) for number in numbers))
    return table
