"""`medaid policy …`: the officer's tools. Everything they print is Chinese; nothing needs a
cloud."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Final

from medaid.errors import BadInput
from medaid.local.policy_work import stored
from medaid.policy import check, compare, coverage, describe
from medaid.policy.loader import PackInvalid
from medaid.policy.service import PACKS, Library, library, read_packs

TEMPLATE: Final = Path(describe.__file__).with_name("template.toml")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The six subcommands."""
    commands = parser.add_subparsers(dest="tool", metavar="TOOL", required=True)
    one = commands.add_parser("check", help="检查政策包:所有问题一次列出,写明文件和行")
    one.add_argument("paths", nargs="+", type=Path, help="政策包文件或目录")
    one.add_argument("--alone", action="store_true", help="不与随产品发布的政策包一起检查")
    one = commands.add_parser("show", help="某地某日的全部待遇,逐层列出")
    _where(one)
    one = commands.add_parser("diff", help="两个日期或两套政策包之间改了哪些数值、涉及谁")
    _where(one)
    one.add_argument("--to", type=_day, help="另一个日期")
    one.add_argument("--against", type=Path, help="另一套政策包的目录")
    one = commands.add_parser("new", help="写出带说明的政策包模板")
    one.add_argument("path", type=Path, help="新文件")
    one.add_argument("--region", help="六位统筹区代码")
    one = commands.add_parser("coverage", help="由政策包生成覆盖情况页")
    one.add_argument("--packs", type=Path)
    one.add_argument("--write", type=Path, help="写到文件;不写则打印")
    one = commands.add_parser(
        "reprice", help="按更正后的政策包重算已结算的,列出差异作为待办,不改动原结算"
    )
    one.add_argument("settled", type=Path, help="每行一个结算的 JSON 文件")
    one.add_argument("--packs", type=Path, help="更正后的政策包目录")
    one.add_argument("--json", action="store_true")


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--region", required=True, help="参保地 admdvs")
    parser.add_argument("--assisted", help="救助地 admdvs;不写同参保地,写 - 表示非救助对象")
    parser.add_argument("--date", type=_day, required=True, help="待遇发生日 yyyy-MM-dd")
    parser.add_argument("--packs", type=Path, help="政策包目录;不写用随产品发布的")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("日期写作 yyyy-MM-dd") from None


def packs_in(folder: Path | None, *, alone: bool = False) -> Library:
    """The packs that ship; with a folder, its packs among them (one with the id of another takes
    its place), as `check` sees them; `alone` the folder's only."""
    if folder is None:
        return library()
    if not folder.is_dir():
        raise BadInput("FIELD_FORMAT", field="--packs", rule=f"{folder} 不是目录")
    mine = read_packs(folder)
    return Library(mine if alone else check.beside_each_other(mine, library().packs))


def run(args: argparse.Namespace) -> int:
    """Runs one tool; 1 where something is wrong or differs from what was asked."""
    tools = {
        "check": _check,
        "show": _show,
        "diff": _diff,
        "new": _new,
        "coverage": _coverage,
        "reprice": _reprice,
    }
    try:
        return tools[args.tool](args)
    except PackInvalid as invalid:
        print(*invalid.problems, sep="\n", file=sys.stderr)
        return 1


def _check(args: argparse.Namespace) -> int:
    packs, problems = check.read(args.paths)
    beside = () if args.alone else library().packs
    problems += check.together(packs, beside)
    print(*problems, sep="\n", end="\n" if problems else "")
    print(
        f"{len(check.files(args.paths))} 个文件,"
        f"{sum(len(p.layers) for p in packs)} 层,{len(problems)} 个问题"
    )
    return 1 if problems else 0


def _show(args: argparse.Namespace) -> int:
    known = packs_in(args.packs)
    policy = known.policy_for(args.region, _assisted(args), args.date)
    print(describe.show(policy))
    print(*known.unverified(policy), sep="\n")
    return 0


def _assisted(args: argparse.Namespace) -> str:
    return "" if args.assisted == "-" else str(args.assisted or args.region)


def _diff(args: argparse.Namespace) -> int:
    if (args.to is None) == (args.against is None):
        raise BadInput(
            "FIELD_REQUIRED",
            field="--to",
            rule="须且只须写 --to(另一个日期)或 --against(另一套政策包)",
        )
    before = packs_in(args.packs).policy_for(args.region, _assisted(args), args.date)
    after = packs_in(args.against or args.packs).policy_for(
        args.region, _assisted(args), args.to or args.date
    )
    found = compare.differences(before, after)
    print(*(difference.sentence for difference in found), sep="\n", end="\n" if found else "")
    print(f"{len(found)} 处不同,涉及:{compare.touched(found)}" if found else "没有不同")
    return 0


def _new(args: argparse.Namespace) -> int:
    if args.path.exists():
        raise BadInput("DUPLICATE", field=str(args.path), rule="文件已存在,不覆盖")
    text = TEMPLATE.read_text(encoding="utf-8")
    if args.region:
        text = text.replace('region = "000000"', f'region = "{args.region}"', 1)
    args.path.write_text(text, encoding="utf-8")
    print(f"已写出 {args.path};填好后运行 medaid policy check {args.path}")
    return 0


def _coverage(args: argparse.Namespace) -> int:
    text = coverage.page(packs_in(args.packs or PACKS).packs)
    if args.write:
        args.write.write_text(text, encoding="utf-8")
    else:
        print(text)
    return 0


def _reprice(args: argparse.Namespace) -> int:
    from medaid.benefit.reprice import reprice

    work = list(reprice(stored(args.settled), packs_in(args.packs).policy_for))
    for one in work:
        if args.json:
            data = {
                **one._asdict(),
                "by_fund": {f: a.yuan() for f, a in one.by_fund.items()},
                "own": one.person_pays.yuan(),
            }
            print(json.dumps(data, ensure_ascii=False))
        else:
            print(one.sentence)
    if not args.json:
        print(f"{len(work)} 笔结算在更正后的政策下不同;原结算未改动")
    return 0
