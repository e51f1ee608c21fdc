"""`medaid docs`: the generated parts of docs/, made from the code they describe.

A generated block stands between `<!-- medaid docs: NAME -->` and `<!-- end -->`; the words around
it are written by hand.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from medaid.access import api as access_api
from medaid.aws.rest import describe
from medaid.aws.rest.table import Routes
from medaid.catalogue import api as catalogue_api
from medaid.clearing import api as clearing
from medaid.enrolment import api as enrolment_api
from medaid.followup import api as followup_api
from medaid.fund import api as fund_api
from medaid.listening import api as listening_api
from medaid.local import articles_page, hospital_openapi, refusal_pages
from medaid.local.blocks import dictionary, interface, refusals, words
from medaid.local.blocks.tables import coded
from medaid.local.errors import LocalError
from medaid.local.places import ROOT
from medaid.payments import api as payments_api
from medaid.people import api as people_api
from medaid.policy.vocabulary import FUND_NAMES, TIER_NAMES
from medaid.receipts import api as receipts_api
from medaid.reimbursement import api as reimbursement_api
from medaid.settlement.explained import api as explained_api
from medaid.settlement.figures import api as figures_api
from medaid.settlement.gateways import api as gateways_api
from medaid.settlement.institutions import api as institutions_api
from medaid.settlement.tracing import api as tracing_api
from medaid.workcalendar import api as calendar_api

DOCS: Final = ROOT / "docs"
TABLES: Final[tuple[Routes[Any], ...]] = (
    fund_api.ROUTES,
    fund_api.PERFORMANCE,
    fund_api.PROPOSAL,
    clearing.HOSPITAL,
    clearing.REGIONS,
    clearing.INSURER,
    people_api.ROUTES,
    people_api.SENDERS,
    people_api.DROPS,
    followup_api.ROUTES,
    enrolment_api.ROUTES,
    access_api.ROUTES,
    calendar_api.ROUTES,
    listening_api.ROUTES,
    figures_api.ROUTES,
    catalogue_api.ROUTES,
    institutions_api.ROUTES,
    gateways_api.ROUTES,
    payments_api.ROUTES,
    receipts_api.ROUTES,
    reimbursement_api.ROUTES,
    tracing_api.ROUTES,
    explained_api.ROUTES,
)
"""Every table of operators' routes: docs/openapi.json is made from them."""
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
            (DOCS / name).parent.mkdir(exist_ok=True)
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
    yield hospital_openapi.NAME, hospital_openapi.text()
    yield "dictionary.json", dictionary.text()
    yield from articles_page.pages()
    yield from refusal_pages.pages()


def filled(page: str) -> str:
    """The page with every block made anew. Raises LocalError for a block nobody makes."""

    def block(match: re.Match[str]) -> str:
        if match[2] not in BLOCKS:
            raise LocalError(f"no generated block {match[2]}")
        return f"{match[1]}{BLOCKS[match[2]]()}{match[3]}"

    return _MARK.sub(block, page)


BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "codes": refusals.codes_block,
    "tree": refusals.tree_block,
    "transactions": interface.transactions_block,
    "envelope": interface.envelope_block,
    "fields": interface.fields_block,
    "nodes": interface.nodes_block,
    "numbers": interface.numbers_block,
    "not_taken": interface.not_taken_block,
    "old_names": interface.old_names_block,
    "funds": interface.funds_block,
    "care": interface.care_block,
    "filings": interface.filings_block,
    "payers": interface.payers_block,
    "told": interface.told_block,
    "categories": words.categories_block,
    "tiers": lambda: coded("tier", TIER_NAMES),
    "amounts": lambda: coded("field", FUND_NAMES),
    "facts": words.facts_block,
    "roles": words.roles_block,
    "states": words.states_block,
    "clocks": words.clocks_block,
    "accounts": words.accounts_block,
}
"""Name of a generated block → what makes it."""
