"""The REST routes of manual reimbursement: who calls, what is asked, which use case answers. Roles
and access are the services' to judge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from medaid import ids
from medaid.aws import calendars, rest
from medaid.aws.table import packed_text
from medaid.errors import BadInput, Forbidden, Refused
from medaid.policy.service import library
from medaid.reimbursement import service
from medaid.reimbursement.api import answers, drafts, requests
from medaid.reimbursement.api.acts import ACTS, Asked
from medaid.reimbursement.api.shapes import CountsOut, ListOut, Shown
from medaid.reimbursement.following import prior_of
from medaid.reimbursement.model import Officer, State
from medaid.reimbursement.procedure import procedure
from medaid.reimbursement.rules import SYSTEM, Given
from medaid.reimbursement.service import Office
from medaid.settlement import service as settlement
from medaid.settlement.national.codes import person_group

CASES: Final = "/reimbursement/cases"


def office(now: datetime) -> Office:
    """What everything is decided with at `now`."""
    return Office(
        procedure(),
        calendars.current(now),
        library().policy_for,
        lambda setl_id: prior_of(settlement.get_settlement(setl_id)),
        person_group,
    )


def routes(
    clock: Callable[[], datetime], make_office: Callable[[datetime], Office] = office
) -> APIGatewayHttpResolver:
    """The resolver with every route. `clock` answers this instant; `make_office` what is decided
    with."""
    app = rest.resolver()
    _cases(app, clock, make_office)
    _lists(app, clock, make_office)
    _money(app, clock, make_office)
    return app


def officer_of(app: APIGatewayHttpResolver) -> Officer:
    """The officer by the token. The system's own role is never taken from a token. Raises Forbidden
    without a region."""
    caller = rest.caller(app)
    if not caller.region:
        raise Forbidden("FORBIDDEN", field="insu_admdvs", rule="令牌未注明统筹区")
    return Officer(caller.subject, caller.region, caller.roles - {SYSTEM}, caller.point)


def _shown(status: int, shown: Shown) -> Response[str]:
    return rest.reply(status, shown.model_dump(mode="json"))


def _given(body: dict[str, Any], act: str, case_id: str) -> Given:
    request = ids.content_hash(
        act, case_id, packed_text({name: str(value) for name, value in body.items()})
    )
    return Given(str(body.get("reason", "")), str(body.get("clause", "")), request)


def _detail(
    app: APIGatewayHttpResolver, o: Office, case_id: str, now: datetime, status: int = 200
) -> Response[str]:
    return _shown(
        status, answers.detail(service.case_detail(o, officer_of(app), case_id, now), o.procedure)
    )


def _cases(
    app: APIGatewayHttpResolver,
    clock: Callable[[], datetime],
    make_office: Callable[[datetime], Office],
) -> None:
    @app.post(CASES)
    def open_case() -> Response[str]:
        now, body = clock(), rest.sent(app)
        o, officer = make_office(now), officer_of(app)
        draft = drafts.case(requests.read(requests.Open, body), officer, now)
        service.open_case(o, officer, draft, now, _given(body, "open", draft.case_id))
        return _detail(app, o, draft.case_id, now, 201)

    @app.get(CASES + "/<case_id>")
    def one(case_id: str) -> Response[str]:
        now = clock()
        return _detail(app, make_office(now), case_id, now)

    @app.post(CASES + "/<case_id>/files")
    def upload(case_id: str) -> Response[str]:
        body = requests.read(requests.Upload, rest.sent(app))
        found = service.upload(
            make_office(clock()),
            officer_of(app),
            case_id,
            body.sha256,
            body.size,
            body.content_type,
        )
        return _shown(201, answers.uploaded(found))

    @app.post(CASES + "/<case_id>/<act>")
    def act(case_id: str, act: str) -> Response[str]:
        if act not in ACTS:
            raise Refused("NOT_FOUND", field="act", rule="无此操作")
        now, sent = clock(), rest.sent(app)
        kind, call = ACTS[act]
        o, officer = make_office(now), officer_of(app)
        call(Asked(o, officer, case_id, now, _given(sent, act, case_id)), requests.read(kind, sent))
        return _detail(app, o, case_id, now)


def _lists(
    app: APIGatewayHttpResolver,
    clock: Callable[[], datetime],
    make_office: Callable[[datetime], Office],
) -> None:
    def query(name: str) -> str:
        return str((app.current_event.query_string_parameters or {}).get(name, ""))

    def listed(o: Office, states: tuple[State, ...]) -> Response[str]:
        psn_no, point, before, limit = (
            query("psn_no"),
            query("point"),
            query("due_before"),
            query("limit") or "50",
        )
        if not limit.isdigit() or not 0 < int(limit) <= o.procedure.limits.page:
            raise BadInput("FIELD_FORMAT", field="limit", rule=f"1 至 {o.procedure.limits.page}")

        def wanted(row: dict[str, Any]) -> bool:
            fits = psn_no in ("", row["psn_no"]) and point in ("", row["point"])
            return fits and (not before or ("" < row["due"] < before))

        rows, cursor = service.listed(officer_of(app), states, int(limit), query("cursor"), wanted)
        return _shown(200, ListOut(cases=[answers.row(r) for r in rows], cursor=cursor))

    @app.get(CASES)
    def cases() -> Response[str]:
        o = make_office(clock())
        names = [name for name in query("state").split(",") if name] or list(State)
        if unknown := [name for name in names if name not in list(State)]:
            raise BadInput("CODE_UNKNOWN", field="state", rule=f"{len(unknown)} 个状态不在字典内")
        return listed(o, tuple(State(name) for name in names))

    @app.get("/reimbursement/queues/<role>")
    def queue(role: str) -> Response[str]:
        o, officer = make_office(clock()), officer_of(app)
        if role not in officer.roles and "manager" not in officer.roles:
            raise Forbidden("FORBIDDEN", field="role", rule="只能查看本岗位的待办")
        return listed(o, service.states_for(o, role))

    @app.get("/reimbursement/counts")
    def counts() -> Response[str]:
        return _shown(200, CountsOut(counts=service.counts(make_office(clock()), officer_of(app))))

    @app.get("/reimbursement/procedure")
    def handling() -> Response[str]:
        return _shown(200, answers.procedure_shown(make_office(clock()).procedure))


def _money(
    app: APIGatewayHttpResolver,
    clock: Callable[[], datetime],
    make_office: Callable[[datetime], Office],
) -> None:
    @app.post("/reimbursement/batches")
    def open_batch() -> Response[str]:
        key = requests.read(requests.BatchKey, rest.sent(app)).key
        return _shown(201, answers.batch(service.open_batch(officer_of(app), key, clock())))

    @app.get("/reimbursement/batches/<batch_id>")
    def batch(batch_id: str) -> Response[str]:
        return _shown(200, answers.batch(service.batch_of(officer_of(app), batch_id)))

    @app.post("/reimbursement/batches/<batch_id>/close")
    def close_batch(batch_id: str) -> Response[str]:
        return _shown(200, answers.batch(service.close_batch(officer_of(app), batch_id)))
