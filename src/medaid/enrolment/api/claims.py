"""Routes of claims: of the funds that subsidise, and of fiscal money by verified head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final

from pydantic import StrictBool

from medaid.access import service as access
from medaid.access.model import Purpose
from medaid.aws.rest.bodies import (
    Body,
    FileSent,
    InstantText,
    ListQuery,
    NameOf,
    Page,
    Reason,
    Shown,
    WithReason,
    YuanText,
)
from medaid.aws.rest.pages import page_of
from medaid.aws.rest.table import Call, Owner
from medaid.aws.rest.texts import Day
from medaid.enrolment import service
from medaid.enrolment.api.contributions import LONGEST
from medaid.enrolment.api.plans import RunShown, run_fields
from medaid.enrolment.api.table import READERS, ROLL_UP, ROUTES
from medaid.enrolment.model import (
    EnrolmentRun,
    FindingKind,
    HeadFinding,
    RowOutcome,
    RunKind,
    RunRow,
)
from medaid.errors import BadInput
from medaid.instants import aware
from medaid.months import Year
from medaid.people import service as people
from medaid.people.model import Person
from medaid.regions import Region
from medaid.workbook import XLSX, workbook

_CLAIMS: Final = "/enrolment/{admdvs}/claims/{cover_year}/{kind}"
_ONE: Final = f"{_CLAIMS}/{{number}}"
_RUN: Final = "/enrolment/{admdvs}/runs/{cover_year}/{kind}/{number}"
_SIGNERS: Final = ("auditor", "reviewer", "manager")
OUTCOMES: Final = {RowOutcome.TAKEN: "纳入", RowOutcome.OUT: "剔除", RowOutcome.REVIEW: "待核实"}


class RowQuery(ListQuery):
    """Of one outcome."""

    outcome: RowOutcome = RowOutcome.TAKEN


class RowExportQuery(Body):
    """The same, for a workbook."""

    outcome: RowOutcome = RowOutcome.TAKEN


class RunRowShown(Shown):
    """One person in a run, why, and what it adds or takes back by payer or level."""

    psn_no: str
    name: str
    outcome: str
    outcome_name: str
    reasons: list[str]
    amounts: dict[str, YuanText]
    decided_by: str
    decided_by_name: Annotated[str, NameOf("decided_by", "decided_at")] = ""
    decided_at: InstantText
    note: str


class ClaimSignatureShown(Shown):
    act: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: InstantText
    reason: str


class ClaimShown(RunShown):
    """A claim with its signatures."""

    signatures: list[ClaimSignatureShown]


class HeadBody(Body):
    """What was found of a head that had to be looked at."""

    taken: StrictBool
    note: Reason


class FindingBody(Body):
    """What another office says of a person, since when, and the paper it stands in."""

    kind: FindingKind
    since: Day
    document: Reason


@ROUTES.post(_CLAIMS, "编制请款或财政补助申报", roles=("accountant",), status=201)
def begin_claim(
    call: Call[None, None], admdvs: Region, cover_year: Year, kind: RunKind
) -> ClaimShown:
    return _claim(service.begin_claim(admdvs, _claimed(kind), cover_year, call.by, call.now))


@ROUTES.get(_ONE, "请款或申报", roles=READERS, owner=Owner.WITHIN, cite=ROLL_UP)
def show_claim(
    _call: Call[None, None], admdvs: Region, cover_year: Year, kind: RunKind, number: int
) -> ClaimShown:
    return _claim(service.get_claim(admdvs, _claimed(kind), cover_year, number))


@ROUTES.post(f"{_ONE}/sign", "签署请款或申报", roles=_SIGNERS)
def sign_claim(
    call: Call[None, None], admdvs: Region, cover_year: Year, kind: RunKind, number: int
) -> ClaimShown:
    return _claim(service.sign_claim(admdvs, _claimed(kind), cover_year, number, *call.signing))


@ROUTES.post(f"{_ONE}/reject", "退回请款或申报", roles=_SIGNERS)
def reject_claim(
    call: Call[None, WithReason], admdvs: Region, cover_year: Year, kind: RunKind, number: int
) -> ClaimShown:
    why = call.body.reason
    return _claim(
        service.reject_claim(admdvs, _claimed(kind), cover_year, number, why, *call.signing)
    )


@ROUTES.post(f"{_ONE}/heads/{{psn_no}}", "登记核实结果", roles=("reviewer",))
def decide_head(
    call: Call[None, HeadBody],
    admdvs: Region,
    cover_year: Year,
    kind: RunKind,
    number: int,
    psn_no: str,
) -> RunRowShown:
    of, sent = (admdvs, _claimed(kind), cover_year, number), call.body
    row = service.decide_head(of, psn_no, sent.taken, sent.note, *call.signing)
    return _shown(row, _recorded(call, admdvs, [row]))


@ROUTES.post(
    "/enrolment/{admdvs}/persons/{psn_no}/findings", "登记参保核查信息", roles=("intake", "manager")
)
def record_finding(call: Call[None, FindingBody], admdvs: Region, psn_no: str) -> RunRowShown:
    sent = call.body
    finding = HeadFinding(psn_no, sent.kind, sent.since, sent.document, call.by, aware(call.now))
    service.record_finding(admdvs, finding)
    row = RunRow(psn_no, RowOutcome.REVIEW, (sent.kind, sent.document))
    return _shown(row, _recorded(call, admdvs, [row]))


@ROUTES.get(
    f"{_RUN}/rows", "批次名单", roles=READERS, owner=Owner.WITHIN, cite=ROLL_UP, query=RowQuery
)
def list_run_rows(
    call: Call[None, None], admdvs: Region, cover_year: Year, kind: RunKind, number: int
) -> Page[RunRowShown]:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    run = service.get_claim(admdvs, kind, cover_year, number)
    read = partial(service.page_of_rows, run.run_id, call.query.outcome)
    names = ("run rows", run.run_id, call.query.outcome)
    rows, cursor = page_of(call.query, names, read)
    persons = _recorded(call, admdvs, rows)
    return Page(rows=[_shown(one, persons) for one in rows], cursor=cursor)


@ROUTES.get(
    f"{_RUN}/rows/export", "批次名单导出", roles=READERS, owner=Owner.WITHIN, cite=ROLL_UP,
    query=RowExportQuery,
)  # fmt: skip
def export_run_rows(
    call: Call[None, None], admdvs: Region, cover_year: Year, kind: RunKind, number: int
) -> FileSent:
    access.count_lookup(call.caller, Purpose.REGISTER, call.now)
    run = service.get_claim(admdvs, kind, cover_year, number)
    rows = list(_all(run.run_id, call.query.outcome))
    if len(rows) > LONGEST:
        rule = f"名单超过 {LONGEST} 行,请分页查询"
        raise BadInput("FIELD_TOO_LONG", field="outcome", rule=rule)
    persons = _recorded(call, admdvs, rows)
    names = sorted({name for row in rows for name in row.amounts})
    headings = ("人员编号", "姓名", "证件号码", "结果", "原因", *names, "核实情况")
    sheet = [headings, *(_cells(row, persons.get(row.psn_no), names) for row in rows)]
    made = workbook(f"{run.run_id} 名单", {OUTCOMES[call.query.outcome]: sheet}, call.now)
    return FileSent(name=f"{run.run_id}.xlsx", media=XLSX, content=made)


def _claimed(kind: RunKind) -> RunKind:
    if kind not in (RunKind.SUBSIDY, RunKind.FISCAL):
        rule = f"须为 {RunKind.SUBSIDY} 或 {RunKind.FISCAL}"
        raise BadInput("CODE_UNKNOWN", field="kind", rule=rule)
    return kind


def _claim(one: EnrolmentRun) -> ClaimShown:
    signatures = [ClaimSignatureShown.of(act) for act in one.signatures]
    return ClaimShown.of(one, **run_fields(one), signatures=signatures)


def _all(run_id: str, outcome: RowOutcome) -> Iterator[RunRow]:
    after, read = "", 0
    while read <= LONGEST:
        rows, after = service.page_of_rows(run_id, outcome, after, 500)
        yield from rows
        read += len(rows)
        if not after:
            return


def _recorded(
    call: Call[None, Any], region: Region, rows: Sequence[RunRow]
) -> Mapping[str, Person]:
    """The persons of rows, each look at one noted in the trail."""
    seen = sorted({(one.psn_no, str(region)) for one in rows})
    access.record_all(call.caller, seen, Purpose.REGISTER, call.now)
    return people.persons(one.psn_no for one in rows)


def _shown(one: RunRow, persons: Mapping[str, Person]) -> RunRowShown:
    return RunRowShown.of(
        one,
        name=persons[one.psn_no].name if one.psn_no in persons else "",
        outcome_name=OUTCOMES[one.outcome],
        reasons=list(one.reasons),
        amounts=dict(one.amounts),
    )


def _cells(one: RunRow, who: Person | None, names: Sequence[str]) -> tuple[object, ...]:
    return (
        one.psn_no,
        who.name if who else "",
        who.certno if who else "",
        OUTCOMES[one.outcome],
        ";".join(one.reasons),
        *(one.amounts.get(name, "") for name in names),
        one.note,
    )
