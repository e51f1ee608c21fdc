"""`medaid docs`: the generated parts of docs/, made from the code they describe.

A generated block stands between `<!-- medaid docs: NAME -->` and `<!-- end -->`; the words around
it are written by hand.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from medaid import errors
from medaid.access import api as access_api
from medaid.aws import web
from medaid.aws.rest import describe
from medaid.aws.rest.table import Routes
from medaid.clearing import api as clearing
from medaid.errors import CODES, MedaidError
from medaid.fund import api as fund_api
from medaid.fund.model.chart import funds, read
from medaid.local import articles_page, template
from medaid.local.errors import LocalError
from medaid.local.places import FUNCTIONS, PACKAGE, ROOT, USER_POOL
from medaid.payments import api as payments_api
from medaid.people import api as people_api
from medaid.people.model import CATEGORIES
from medaid.policy.vocabulary import FACT_NAMES, FUND_NAMES, TIER_NAMES, VALUES
from medaid.receipts import api as receipts_api
from medaid.regions import NATION
from medaid.reimbursement import api as reimbursement_api
from medaid.settlement.national import codes
from medaid.settlement.national.fields import ENVELOPE, INPUTS, NAMES, Field, fields
from medaid.workcalendar import api as calendar_api

DOCS: Final = ROOT / "docs"
TABLES: Final[tuple[Routes[Any], ...]] = (
    fund_api.ROUTES,
    clearing.HOSPITAL,
    clearing.REGIONS,
    clearing.INSURER,
    people_api.ROUTES,
    access_api.ROUTES,
    calendar_api.ROUTES,
    payments_api.ROUTES,
    receipts_api.ROUTES,
    reimbursement_api.ROUTES,
)
"""Every table of operators' routes: docs/openapi.json is made from them."""
FAMILY: Final = (
    "BadInput",
    "PolicyUndetermined",
    "Conflict",
    "Forbidden",
    "Refused",
    "Unavailable",
)
_MARK: Final = re.compile(r"(<!-- medaid docs: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a page is not current"
    )


def run(args: argparse.Namespace) -> int:
    """`medaid docs`. Raises LocalError naming the pages that are not current with --check."""
    stale = [name for name, text in pages() if _kept(name) != text]
    if args.check and stale:
        raise LocalError(f"not current: {', '.join(stale)}; run `medaid docs`")
    for name, text in pages():
        if name in stale:
            (DOCS / name).write_text(text, encoding="utf-8")
            print(f"docs/{name}")
    return 0


def _kept(name: str) -> str:
    """The page as it stands; nothing where it is new."""
    page = DOCS / name
    return page.read_text(encoding="utf-8") if page.exists() else ""


def pages() -> Iterator[tuple[str, str]]:
    """Each page with generated parts and what it should hold now."""
    for name in ("errors.md", "glossary.md", "national-interface.md"):
        yield name, filled((DOCS / name).read_text(encoding="utf-8"))
    yield "openapi.json", describe.text(TABLES)
    yield from articles_page.pages()


def filled(page: str) -> str:
    """The page with every block made anew. Raises LocalError for a block nobody makes."""

    def block(match: re.Match[str]) -> str:
        if match[2] not in BLOCKS:
            raise LocalError(f"no generated block {match[2]}")
        return f"{match[1]}{BLOCKS[match[2]]()}{match[3]}"

    return _MARK.sub(block, page)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in lines)


# ---------------------------------------------------------------- errors


def _codes() -> str:
    found, kinds = [], raised_as()
    for section, listed in sections():
        rows = [
            (
                f"`{code}`",
                CODES[code],
                "、".join(kinds.get(code, ())) or "in feedback only",
                _statuses(code, kinds.get(code, ())),
            )
            for code in listed
        ]
        found.append(
            "\n### "
            f"{section[0].upper()}"
            f"{section[1:]}\n\n{table(('code', 'meaning', 'raised as', 'HTTP status'), rows)}"
        )
    return "".join(found)


def sections() -> list[tuple[str, list[str]]]:
    """The codes under the comments that head them in `medaid.errors`."""
    source = (
        (PACKAGE / "errors.py")
        .read_text(encoding="utf-8")
        .split("CODES: Final", 1)[1]
        .split("\n}", 1)[0]
    )
    found: list[tuple[str, list[str]]] = []
    for line in source.splitlines():
        if line.startswith("    # "):
            found.append((line.removeprefix("    # "), []))
        elif match := re.match(r'    "(\w+)":', line):
            found[-1][1].append(match[1])
    return found


def raised_as() -> Mapping[str, list[str]]:
    """By code, the kinds of error that the source makes with it."""
    found: dict[str, set[str]] = {}
    for path in [*PACKAGE.rglob("*.py"), *FUNCTIONS.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in FAMILY
                and node.args
            ):
                for code in _written(node.args[0]):
                    found.setdefault(code, set()).add(node.func.id)
    return {code: sorted(kinds, key=FAMILY.index) for code, kinds in found.items()}


def _written(code: ast.expr) -> Iterator[str]:
    if isinstance(code, ast.IfExp):
        yield from (*_written(code.body), *_written(code.orelse))
    elif isinstance(code, ast.Constant):
        yield str(code.value)


def _statuses(code: str, kinds: Iterable[str]) -> str:
    made: list[MedaidError] = [getattr(errors, kind)(code) for kind in kinds]
    return (
        ", ".join(str(status) for status in dict.fromkeys(web.status(error) for error in made))
        or "–"
    )


def _tree() -> str:
    drawn = (errors.__doc__ or "").split("\n\n")[1]
    return (
        "```\n" + "".join(f"{line.removeprefix('    ')}\n" for line in drawn.splitlines()) + "```\n"
    )


# ---------------------------------------------------------------- the national interface


def _names(listed: Iterable[Field]) -> str:
    return ", ".join(f"`{field.name}`" for field in listed) or "–"


def _transactions() -> str:
    rows = []
    for infno, (node, listed) in sorted(INPUTS.items()):
        all_fields = fields(listed)
        rows.append(
            (
                infno,
                NAMES[infno],
                f"`{node}`",
                _names(f for f in all_fields if f.required),
                _names(f for f in all_fields if not f.required),
            )
        )
    return table(("infno", "name", "node", "required", "read where given"), rows)


def _kind(field: Field) -> str:
    return {"C": f"C{field.size}", "N": f"N{field.size},2"}.get(field.kind, field.kind)


def _envelope() -> str:
    return table(
        ("field", "中文", "type", "required"),
        [
            (f"`{f.name}`", f.chinese, _kind(f), "yes" if f.required else "with a psn_no")
            for f in fields(ENVELOPE)
        ],
    )


def _fields() -> str:
    """Every field of every transaction, with each type it has."""
    found: dict[str, dict[str, str]] = {}
    for _, listed in INPUTS.values():
        for field in fields(listed):
            found.setdefault(field.name, {})[_kind(field)] = field.chinese
    rows = [
        (f"`{name}`", "、".join(dict.fromkeys(types.values())), ", ".join(types))
        for name, types in sorted(found.items(), key=lambda one: one[0].lower())
    ]
    return table(("field", "中文", "type"), rows)


def _funds() -> str:
    rows = [
        (f"`{fund.field}`", fund.name, fund.code, "、".join(fund.insutypes) or "any")
        for fund in funds().values()
        if fund.field not in codes.OTHER_ROWS
    ]
    rows += [(f"`{field}`", name, code, "any") for field, (code, name) in codes.OTHER_ROWS.items()]
    return table(("field in setlinfo", "fund", "fund_pay_type", "insutype"), rows)


def _care() -> str:
    by_care: dict[str, list[str]] = {}
    for med_type, care in codes.CARE.items():
        by_care.setdefault(care, []).append(med_type)
    rows = [
        (f"`{care}`", VALUES["care"][care], ", ".join(listed), codes.CLEARING_TYPE[care])
        for care, listed in by_care.items()
    ]
    return table(("care class", "中文", "med_type", "clr_type"), rows)


def _filings() -> str:
    return table(
        ("refl_type", "filing", "中文"),
        [(code, f"`{kind}`", VALUES["filing"][kind]) for code, kind in codes.FILINGS.items()],
    )


def _payers() -> str:
    from medaid.settlement.national.extension import PAYERS

    return table(("type", "中文"), [(f"`{code}`", name) for code, name in PAYERS.items()])


def _told() -> str:
    from medaid.benefit.claim import SENDER_FACTS  # as above

    rows = [
        (
            f"`{fact}`",
            FACT_NAMES[fact],
            ", ".join(f"`{code}` {said}" for code, said in VALUES[fact].items()),
        )
        for fact in SENDER_FACTS
    ]
    return table(("fact", "中文", "values"), rows)


# ---------------------------------------------------------------- the glossary


def _coded(head: str, names: Mapping[str, str]) -> str:
    return table((head, "中文"), [(f"`{code}`", name) for code, name in names.items()])


def _categories() -> str:
    listed = read("categories.toml", "medaid.people")
    departments = {key: row["name"] for key, row in listed["departments"].items()}
    rows = [
        (
            f"`{key}`",
            CATEGORIES[key],
            "、".join(departments[d] for d in row["departments"]),
            row["article"],
        )
        for key, row in listed["category"].items()
    ]
    return table(("category", "中文", "determined by", "source"), rows)


def _facts() -> str:
    rows = [
        (
            f"`{fact}`",
            name,
            ", ".join(f"`{code}` {said}" for code, said in VALUES.get(fact, {}).items()) or "–",
        )
        for fact, name in FACT_NAMES.items()
    ]
    return table(("fact", "中文", "values"), rows)


def _roles() -> str:
    """The roles a token may carry, by the template, and what the handling procedure calls those it
    knows."""
    groups = [
        r["Properties"]
        for r in template.read(USER_POOL)["Resources"].values()
        if r["Type"] == "AWS::Cognito::UserPoolGroup"
    ]
    acts: dict[str, list[str]] = {}
    for move in _procedure()["move"]:
        for role in move["roles"]:
            acts.setdefault(role, []).append(move["says"])
    named = {group["GroupName"]: group["Description"] for group in groups} | _procedure()["roles"]
    return table(
        ("role", "中文", "acts of manual reimbursement"),
        [(f"`{role}`", name, "、".join(acts.get(role, ())) or "–") for role, name in named.items()],
    )


def _procedure() -> dict[str, Any]:
    return read("procedure.toml", "medaid.reimbursement")


def _states() -> str:
    return _coded("state of a case", _procedure()["states"])


def _clocks() -> str:
    rows = []
    for clock in _procedure()["clock"]:
        told = clock.get("none") or (
            f"{clock['days']}; {clock['small_days']} up to "
            f"{clock['small_limit']} yuan outpatient; {clock['special_days']} with a special reason"
        )
        rows.append(
            ("a case of manual reimbursement", told, ", ".join(clock["regions"]), clock["cite"])
        )
    for figure in read("figures.toml", "medaid.clearing")["figure"]:
        if figure["unit"] == "working days" or figure["unit"].startswith(
            ("day of", "month-day of")
        ):
            rows.append(
                (
                    f"`{figure['key']}`",
                    f"{figure['value']} ({figure['unit']})",
                    "everywhere" if figure["region"] == NATION else figure["region"],
                    figure["cite"],
                )
            )
    steps = "、".join(
        f"`{step['name']}` {step['says']} ({step['offset']:+d})"
        for step in _procedure()["escalation"]
    )
    return (
        table(("clock or date", "working days, or date", "region", "source"), rows)
        + f"\nSteps of escalation on a case's clock, in working days from the due day: {steps}.\n"
    )


def _accounts() -> str:
    rows = [
        (row["number"], row["name"], row["kind"], row["cite"])
        for row in read("chart.toml")["account"]
    ]
    return table(("number", "name", "kind", "source"), rows)


BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "codes": _codes,
    "tree": _tree,
    "transactions": _transactions,
    "envelope": _envelope,
    "fields": _fields,
    "funds": _funds,
    "care": _care,
    "filings": _filings,
    "payers": _payers,
    "told": _told,
    "categories": _categories,
    "tiers": lambda: _coded("tier", TIER_NAMES),
    "amounts": lambda: _coded("field", FUND_NAMES),
    "facts": _facts,
    "roles": _roles,
    "states": _states,
    "clocks": _clocks,
    "accounts": _accounts,
}
"""Name of a generated block → what makes it."""
