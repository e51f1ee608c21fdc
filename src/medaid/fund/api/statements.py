"""Statements of several regions added up, and statements of others recomputed: /fund/…"""

from __future__ import annotations

from pydantic import Field

from medaid.aws.rest.bodies import Admdvs, Body, Short, Shown, SignedYuan, YuanText
from medaid.aws.rest.table import READERS, Call
from medaid.errors import BadInput
from medaid.fund import consolidation, foreign, layouts
from medaid.fund.api.common import ROUTES
from medaid.fund.api.final_accounts import FundStatementShown, statement_shown
from medaid.money import Fen
from medaid.months import Year
from medaid.regions import Region


class ConsolidationIn(Body):
    """The regions to add up: the caller's own, and those in it."""

    regions: list[Admdvs] = Field(min_length=1, max_length=consolidation.MOST)


class RegionPartShown(Shown):
    """A region's part: the version that was added."""

    region: str
    number: int
    state: str
    stale: bool
    digest: str


class EliminatedShown(Shown):
    """What `giver` gave `taker` by the books of each; `amount` was taken out on both sides;
    `passed` is what the other of them shows in another fund, and no difference."""

    name: str
    giver: str
    taker: str
    given: YuanText
    taken: YuanText
    amount: YuanText
    passed: YuanText
    difference: YuanText


class ConsolidatedShown(Shown):
    """`statements`: before eliminations and after them, by printed line. `eliminated` is what left
    income and what left expense: the same."""

    parts: list[RegionPartShown]
    statements: list[FundStatementShown]
    eliminations: list[EliminatedShown]
    eliminated: dict[str, YuanText]


@ROUTES.post("/fund/{admdvs}/final-accounts/{year}/{fund}/consolidation", "汇总决算", roles=READERS)
def consolidate_final_accounts(
    call: Call[None, ConsolidationIn], admdvs: Region, year: Year, fund: str
) -> ConsolidatedShown:
    found, parts = consolidation.consolidate(admdvs, year, fund, call.body.regions)
    return ConsolidatedShown(
        parts=[
            RegionPartShown(
                region=one.region,
                number=one.version.number,
                state=one.state,
                stale=one.stale,
                digest=one.version.digest,
            )
            for one in parts
        ],
        statements=[
            statement_shown(one, dict(found.sums), dict(found.amounts))
            for one in layouts.forms_of(fund, year)
        ],
        eliminations=[EliminatedShown.of(one) for one in found.eliminations],
        eliminated={key: found.eliminated[key] for key in ("income", "expense", "surplus")},
    )


class ForeignRow(Body):
    """A row by its printed name or its key, with an amount in each column; empty where the
    statement prints none."""

    row: Short
    amounts: list[SignedYuan | None] = Field(min_length=1, max_length=6)


class ForeignIn(Body):
    """Somebody's statement as it is printed, in its own unit (元 or 万元), earlier years first."""

    columns: list[Short] = Field(min_length=1, max_length=6)
    rows: list[ForeignRow] = Field(min_length=1, max_length=200)


class RecomputedShown(Shown):
    column: str
    row: str
    name: str
    printed: YuanText
    computed: YuanText
    difference: YuanText
    blank: list[str]


class ForeignShown(Shown):
    """`differences` are the sums that do not foot, with both numbers; `checked` counts all that
    were held against something, `unchecked` names those that could not be."""

    differences: list[RecomputedShown]
    checked: int
    unchecked: list[str]


def _columns(sent: ForeignIn, fund: str, year: int) -> dict[str, dict[str, Fen]]:
    forms = layouts.forms_of(fund, year)
    found: dict[str, dict[str, Fen]] = {column: {} for column in sent.columns}
    if len(found) < len(sent.columns):
        raise BadInput("DUPLICATE", field="columns", rule="栏目重名")
    for number, row in enumerate(sent.rows):
        key = foreign.row_of(forms, row.row, f"rows.{number}.row")
        if len(row.amounts) != len(sent.columns):
            rule = f"应有 {len(sent.columns)} 栏"
            raise BadInput("FIELD_REQUIRED", field=f"rows.{number}.amounts", rule=rule)
        for column, fen in zip(sent.columns, row.amounts, strict=True):
            if key in found[column]:
                raise BadInput("DUPLICATE", field=f"rows.{number}.row", rule="该行重复")
            if fen is not None:
                found[column][key] = fen
    return found


@ROUTES.post("/fund/{admdvs}/statements/{year}/{fund}/recompute", "外来报表复算", roles=READERS)
def recompute_statement(
    call: Call[None, ForeignIn], admdvs: Region, year: Year, fund: str
) -> ForeignShown:
    columns = _columns(call.body, fund, year)
    found, unchecked = foreign.recomputed(layouts.forms_of(fund, year), columns)
    return ForeignShown(
        differences=[RecomputedShown.of(one) for one in found if one.difference],
        checked=len(found),
        unchecked=unchecked,
    )
