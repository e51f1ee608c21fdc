"""`medaid price CLAIM.json`: one case priced without any cloud, explained in Chinese or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from medaid.benefit.claim_file import FiledClaim, read_cases, schema, year_to_data
from medaid.benefit.engine import eligible_categories, price, price_year_end
from medaid.benefit.model import Priced
from medaid.benefit.record import steps_to_data
from medaid.benefit.sentence import category_name, sentences, waterfall
from medaid.benefit.year_end import has_year_end, year_end_claim
from medaid.errors import BadInput
from medaid.local.policy_cli import packs_in
from medaid.policy.loader import PackInvalid
from medaid.policy.model import AgencyFigure, Policy
from medaid.policy.service import Library, with_figures
from medaid.settlement.figures.api import read_figures


def arguments(parser: argparse.ArgumentParser) -> None:
    """The claim file, the packs, the form of the answer."""
    parser.add_argument(
        "claim", nargs="?", type=Path, help="案例文件(JSON,一笔或同一人的多笔),- 为标准输入"
    )
    parser.add_argument(
        "--packs", type=Path, help="政策包目录,与随产品发布的一起用(同 id 的取代之)"
    )
    parser.add_argument("--alone", action="store_true", help="只用 --packs 目录中的政策包")
    parser.add_argument(
        "--figures",
        type=Path,
        action="append",
        default=[],
        help="经办机构录入的标准(GET /figures/{admdvs} 的回答),可写多次",
    )
    parser.add_argument("--year-end", action="store_true", help="再算年末结算(年末返还等)")
    parser.add_argument("--json", action="store_true", help="以 JSON 给出")
    parser.add_argument("--schema", action="store_true", help="打印案例文件的 JSON schema")


def run(args: argparse.Namespace) -> int:
    """Prints the priced claims; 1 where one is refused."""
    if args.schema:
        print(json.dumps(schema(), ensure_ascii=False, indent=2))
        return 0
    if args.claim is None:
        raise BadInput("FIELD_REQUIRED", field="CLAIM.json", rule="写明案例文件,或 --schema")
    cases = read_cases(_loaded(args.claim))
    try:
        known = packs_in(args.packs, alone=args.alone)
    except PackInvalid as invalid:
        print(*invalid.problems, sep="\n", file=sys.stderr)
        return 1
    answers = _priced(cases, known, _figures(args.figures))
    ends = _year_ends(answers) if args.year_end else []
    if args.json:
        data: Any = [answer(*one) for one in answers]
        if args.year_end or len(cases) != 1:
            data = {"claims": data, "year_end": [answer(*one) for one in ends]}
        print(json.dumps(data if isinstance(data, dict) else data[0], ensure_ascii=False, indent=2))
        return 0
    for number, (case, policy, priced) in enumerate(answers, 1):
        if len(answers) > 1:
            print(f"── 第 {number} 笔 {case.day} ──")
        print(waterfall(priced))
        print(*_dropped_told(case, policy, priced), *known.unverified(policy), sep="\n")
    for case, policy, priced in ends:
        print(f"── {case.day.year} 年年末结算 ──")
        print(waterfall(priced) if has_year_end(policy) else "当地政策没有年末结算的待遇")
    return 0


Answered = tuple[FiledClaim, Policy, Priced]


def _figures(paths: Sequence[Path]) -> list[AgencyFigure]:
    """What is in force in the files. Raises BadInput."""
    try:
        return [
            figure for path in paths for figure in read_figures(json.loads(path.read_text("utf-8")))
        ]
    except (OSError, ValueError, KeyError, TypeError):
        rule = "须为 GET /figures/{admdvs} 的回答"
        raise BadInput("FIELD_FORMAT", field="--figures", rule=rule) from None


def _priced(
    cases: Sequence[tuple[FiledClaim, bool]], known: Library, figures: Sequence[AgencyFigure]
) -> list[Answered]:
    """Each claim priced on the totals that the claims of its year before it left."""
    totals: dict[int, Mapping[str, int]] = {}
    answers: list[Answered] = []
    for written, follows in cases:
        year = written.day.year
        claim = written.claim
        if follows:
            claim = replace(claim, totals=totals.get(year, {}))
        case = written._replace(claim=claim)
        policy = known.policy_for(case.insured_region, case.assisting_region, case.day)
        policy = with_figures(policy, figures, case.claim.stated_amounts)
        priced = price(policy, case.claim)
        totals[year] = priced.totals
        answers.append((case, policy, priced))
    return answers


def _year_ends(answers: Sequence[Answered]) -> list[Answered]:
    """What the end of each year pays, by the facts and categories of the year's last claim."""
    last = {case.day.year: (case, policy, priced) for case, policy, priced in answers}
    found: list[Answered] = []
    for case, policy, priced in last.values():
        claim = year_end_claim(case.claim.facts, case.claim.categories, priced.totals)
        found.append((case._replace(claim=claim), policy, price_year_end(policy, claim)))
    return found


def dropped(case: FiledClaim, policy: Policy) -> list[str]:
    """The claim's categories that the assisting region does not list, or whose condition is not
    met: nothing is priced by them."""
    kept = eligible_categories(policy, case.claim)
    return [code for code in dict.fromkeys(case.claim.categories) if code not in kept]


def _dropped_told(case: FiledClaim, policy: Policy, priced: Priced) -> list[str]:
    names = "、".join(map(category_name, dropped(case, policy)))
    if not names:
        return []
    as_whom = category_name(priced.category)
    return [f"注意:{policy.assisting_region} 的政策不救助{names}(或不符合其条件),按{as_whom}计算"]


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


def answer(case: FiledClaim, policy: Policy, priced: Priced) -> dict[str, Any]:
    """The priced case as data; `year` is what the person's next claim of the year takes."""
    return {
        "insured": case.insured_region,
        "assisted": case.assisting_region,
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
        "dropped": dropped(case, policy),
    }
