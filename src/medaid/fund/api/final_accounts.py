"""Final accounts of a fund and year, by versions: /fund/{admdvs}/final-accounts/…"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from pydantic import Field

from medaid.aws.rest.bodies import (
    Body,
    FewQuery,
    Long,
    Page,
    Sha256,
    Short,
    Shown,
    WithReason,
    YuanText,
)
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import READERS, Call
from medaid.fund import final_accounts, layouts
from medaid.fund.api.common import ROUTES, SignatureShown, trail_shown
from medaid.fund.current_accounts import AGES
from medaid.fund.final_records import (
    EnrolmentFigure,
    FinalAccounts,
    FinalState,
    Notes,
    indicators,
)
from medaid.fund.model.chart import accounts, funds
from medaid.fund.statement_forms import StatementForm, StatementRow
from medaid.money import Fen
from medaid.months import Year
from medaid.regions import Region

_YEAR: Final = "/fund/{admdvs}/final-accounts/{year}/{fund}"
_VERSION: Final = f"{_YEAR}/versions/{{number}}"


class EnrolmentIn(Body):
    """A basic figure of enrolment and where it comes from."""

    name: Short
    count: int = Field(ge=0, le=10**10)
    source: Short


class NotesIn(Body):
    """What explains the accounts (决算说明). `explanation` says why rows that must agree do not."""

    enrolment: list[EnrolmentIn] = Field(default_factory=list, max_length=40)
    policy: Long = ""
    analysis: Long = ""
    problems: Long = ""
    proposals: Long = ""
    explanation: Long = ""


class RowShown(Shown):
    """A row of a statement. `before` is last year or the year's begin; `unfed` says why a row is
    empty."""

    key: str
    number: str
    name: str
    share_of: str
    before: YuanText
    now: YuanText
    unfed: str


class PrintedLineShown(Shown):
    """A printed line; a side without meaning is null and prints ×."""

    left: RowShown | None
    right: RowShown | None


class FundStatementShown(Shown):
    form: str
    title: str
    source: str
    trust: str
    cite: str
    lines: list[PrintedLineShown]


class CurrentShown(Shown):
    code: str
    name: str
    counterpart: str
    by_age: dict[str, YuanText]


class FinalAccountsShown(Shown):
    """One version. `stale`: the books say something else by now; `digest` is what a signature
    names. `provision` whose cash basis it follows, empty where what is owed is expense: then
    `unpaid` is what is owed beside the statements, `restated` how much more the fund began with
    than the year before closed with."""

    year: int
    fund: str
    fund_name: str
    number: int
    state: str
    stale: bool
    digest: str
    statements: list[FundStatementShown]
    enrolment: list[EnrolmentIn]
    notes: dict[str, str]
    indicators: dict[str, str]
    current_accounts: list[CurrentShown]
    provision: str
    restated: YuanText
    unpaid: list[CurrentShown]
    trail: list[SignatureShown]


def statement_shown(
    one: StatementForm, before: dict[str, Fen], now: dict[str, Fen]
) -> FundStatementShown:
    """A statement with two columns of amounts by row key, in its printed order."""
    rows = {row.key: row for row in one.rows}

    def side(key: str) -> RowShown | None:
        return _row(rows[key], before[key], now[key]) if key else None

    return FundStatementShown(
        form=one.form,
        title=one.title,
        source=one.source,
        trust=one.trust,
        cite=one.cite,
        lines=[PrintedLineShown(left=side(left), right=side(right)) for left, right in one.pairs],
    )


def _row(row: StatementRow, before: Fen, now: Fen) -> RowShown:
    return RowShown(
        key=row.key,
        number=row.number,
        name=row.name,
        share_of=row.of,
        before=before,
        now=now,
        unfed=row.unfed,
    )


def _by_counterpart(
    rows: Sequence[tuple[str, str, Fen, Fen, Fen, Fen]],
) -> list[CurrentShown]:
    return [
        CurrentShown(
            code=code,
            name=accounts()[code].name,
            counterpart=counterpart,
            by_age=dict(zip(AGES, by_age, strict=True)),
        )
        for code, counterpart, *by_age in rows
    ]


def _shown(held: FinalAccounts, state: FinalState, stale: bool) -> FinalAccountsShown:
    before = {row.key: row.before for row in held.rows}
    now = {row.key: row.now for row in held.rows}
    notes = held.notes
    return FinalAccountsShown(
        year=held.year,
        fund=held.fund,
        fund_name=funds()[held.fund].name,
        number=held.number,
        state=state,
        stale=stale,
        digest=held.digest,
        statements=[
            statement_shown(one, before, now) for one in layouts.forms_of(held.fund, held.year)
        ],
        enrolment=[
            EnrolmentIn(name=one.name, count=one.count, source=one.source)
            for one in notes.enrolment
        ],
        notes={
            name: getattr(notes, name)
            for name in ("policy", "analysis", "problems", "proposals", "explanation")
        },
        indicators=dict(indicators(held)),
        current_accounts=_by_counterpart(held.current),
        provision=held.provision,
        restated=held.restated,
        unpaid=_by_counterpart(held.beside),
        trail=trail_shown(held.trail),
    )


@ROUTES.post(_YEAR, "编制决算", roles=("accountant",), status=201)
def draft_final_accounts(
    call: Call[None, NotesIn], admdvs: Region, year: Year, fund: str
) -> FinalAccountsShown:
    sent = call.body
    figures = tuple(EnrolmentFigure(one.name, one.count, one.source) for one in sent.enrolment)
    notes = Notes(
        figures, sent.policy, sent.analysis, sent.problems, sent.proposals, sent.explanation
    )
    made = final_accounts.draft(admdvs, year, fund, notes, *call.acting)
    return _shown(made, FinalState.DRAFTED, False)


class FinalVersionShown(Shown):
    number: int
    state: str
    stale: bool
    digest: str
    trail: list[SignatureShown]


@ROUTES.get(f"{_YEAR}/versions", "决算各版", roles=(*READERS, "government"), query=FewQuery)
def list_final_accounts(
    call: Call[None, None], admdvs: Region, year: Year, fund: str
) -> Page[FinalVersionShown]:
    read = partial(final_accounts.page_of_versions, admdvs, year, fund)
    of = ("final accounts", admdvs, year, fund)
    return paged(call.query, of, read, lambda one: _version_shown(*one))


def _version_shown(held: FinalAccounts, state: FinalState, stale: bool) -> FinalVersionShown:
    trail = trail_shown(held.trail)
    return FinalVersionShown.of(held, state=state, stale=stale, trail=trail)


@ROUTES.get(_VERSION, "决算报表与说明", roles=(*READERS, "government"))
def show_final_accounts(
    call: Call[None, None], admdvs: Region, year: Year, fund: str, number: int
) -> FinalAccountsShown:
    return _shown(*final_accounts.get_version(admdvs, year, fund, number))


class SignVersion(Body):
    """A signature names what it signs: the version in the path and the digest of what it says."""

    digest: Sha256


@ROUTES.post(f"{_VERSION}/check", "复核决算(财政)", roles=("finance",))
def check_final_accounts(
    call: Call[None, SignVersion], admdvs: Region, year: Year, fund: str, number: int
) -> FinalAccountsShown:
    digest = call.body.digest
    held = final_accounts.check(admdvs, year, fund, number, digest, *call.signing)
    return _shown(held, FinalState.CHECKED, False)


@ROUTES.post(f"{_VERSION}/sign", "签署决算(医疗保障部门)", roles=("manager",))
def sign_final_accounts(
    call: Call[None, SignVersion], admdvs: Region, year: Year, fund: str, number: int
) -> FinalAccountsShown:
    digest = call.body.digest
    held = final_accounts.sign(admdvs, year, fund, number, digest, *call.signing)
    return _shown(held, FinalState.SIGNED, False)


class ApproveVersion(SignVersion):
    """`document` is the one by which the government approves (批复文号)."""

    document: Short


@ROUTES.post(
    f"{_VERSION}/approve", "政府批准决算", roles=("government",), cite="秦安县84号(2018)二(二)"
)
def approve_final_accounts(
    call: Call[None, ApproveVersion], admdvs: Region, year: Year, fund: str, number: int
) -> FinalAccountsShown:
    sent = call.body
    said = sent.digest, sent.document
    held = final_accounts.approve(admdvs, year, fund, number, *said, *call.signing)
    return _shown(held, FinalState.APPROVED, False)


@ROUTES.post(f"{_VERSION}/return", "退回决算", roles=("finance", "manager", "government"))
def return_final_accounts(
    call: Call[None, WithReason], admdvs: Region, year: Year, fund: str, number: int
) -> FinalAccountsShown:
    reason = call.body.reason
    final_accounts.send_back(admdvs, year, fund, number, reason, *call.acting)
    return _shown(*final_accounts.get_version(admdvs, year, fund, number))
