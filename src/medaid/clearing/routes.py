"""The operators' routes of books and clearing: /fund/… and /clearing/… An operator acts for the
region of its token, in the roles each route names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from medaid.aws import rest
from medaid.aws.rest.app import mount, plain
from medaid.aws.web import Caller
from medaid.clearing import insurer, papers, payments, regions, runs, statements
from medaid.clearing.bills import Bill
from medaid.clearing.figures import figure
from medaid.clearing.model import Agreement, Statement
from medaid.errors import BadInput, Forbidden
from medaid.fund import analysis
from medaid.fund import api as fund_api
from medaid.instants import beijing_text
from medaid.money import Fen

Clock = Callable[[], datetime]
READERS = ("accountant", "cashier", "auditor", "reviewer", "finance", "manager")


def routes(clock: Clock) -> APIGatewayHttpResolver:
    """The resolver with every route. `clock` answers this instant."""
    app = rest.resolver()
    mount(app, fund_api.ROUTES, clock, plain)
    _statements(app, clock)
    _between(app, clock)
    return app


def _operator(app: APIGatewayHttpResolver, admdvs: str, *roles: str) -> Caller:
    """The caller, proven to act for this region in one of these roles. Raises Forbidden."""
    caller = rest.caller(app)
    caller.require(*roles)
    if caller.region != admdvs:
        raise Forbidden("FORBIDDEN", field="admdvs", rule="非本统筹区")
    return caller


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadInput("FIELD_REQUIRED", field=name)
    return value.strip()


def _amounts(body: Mapping[str, Any]) -> dict[str, Fen]:
    rows = body.get("amounts")
    if not isinstance(rows, dict) or not rows:
        raise BadInput("FIELD_REQUIRED", field="amounts")
    return {str(key): Fen.of_yuan(value, f"amounts.{key}") for key, value in rows.items()}


def _yuan(amounts: Mapping[str, Fen]) -> dict[str, str]:
    return {key: fen.yuan() for key, fen in amounts.items()}


def _statement(one: Statement) -> dict[str, Any]:
    """A statement as the page shows it."""
    return {
        "statement_id": one.statement_id,
        "institution": one.institution,
        "month": one.month,
        "number": one.number,
        "state": one.state,
        "items": one.lines,
        "by_fund": _yuan(one.by_fund),
        "due": _yuan(one.due()),
        "retained": _yuan(one.retained),
        "paid": _yuan(one.paid),
        "fronted": _yuan(one.fronted),
        "mode_difference": _yuan(one.mode_difference),
        "order": one.order,
        "approved_by": one.approved_by,
        "released_by": one.released_by,
        "digest": one.digest,
        "lines": statements.line_file(one),
        "disputed": [
            {"setl_id": c.setl_id, "reason": c.reason, "amounts": _yuan(c.by_fund)}
            for c in one.disputed
        ],
        "groups": [
            {
                "insutype": g.insutype,
                "care": g.care,
                "clr_type": g.clr_type,
                "insuplc_admdvs": g.home,
                "count": t.count,
                "refunds": t.refunds,
                **_yuan(t.amounts),
            }
            for g, t in one.groups.items()
        ],
    }


def _bill(one: Bill) -> dict[str, Any]:
    return {
        "bill_id": one.bill_id,
        "creditor": one.creditor,
        "debtor": one.debtor,
        "month": one.month,
        "kind": one.kind,
        "state": one.state,
        "count": one.count,
        "total": one.total().yuan(),
        "parts": [{"from": d, "to": c, **_yuan(a)} for (c, d), a in one.payable().items()],
        "steps": [{"name": s.name, "at": beijing_text(s.at), "by": s.by} for s in one.steps],
        "reasons": list(one.reasons),
    }


def _statements(app: APIGatewayHttpResolver, clock: Clock) -> None:
    one = "/clearing/<admdvs>/statements/<institution>/<month>/<number>"

    @app.get("/clearing/<admdvs>/months/<month>")
    def month(admdvs: str, month: str) -> Response[str]:
        _operator(app, admdvs, *READERS)
        state, body = runs.state("month", admdvs, month)
        unpaid = [_statement(s) for s in runs.unpaid(admdvs, month)]
        return rest.reply(
            200,
            {"state": state, "run": body, "unpaid": unpaid, "open": runs.open_items(admdvs, month)},
        )

    @app.get(one)
    def statement(admdvs: str, institution: str, month: str, number: int) -> Response[str]:
        caller = rest.caller(app)
        if caller.institution != institution:  # a hospital sees its own
            _operator(app, admdvs, *READERS)
        return rest.reply(
            200, _statement(statements.found(admdvs, institution, month, int(number))[1])
        )

    @app.post(f"{one}/approve")
    def approve(admdvs: str, institution: str, month: str, number: int) -> Response[str]:
        caller = _operator(app, admdvs, "auditor", "reviewer")
        points = rest.sent(app).get("points", 0)
        if not isinstance(points, int) or points < 0:
            raise BadInput("FIELD_FORMAT", field="points", rule="须为非负整数")
        return rest.reply(
            200,
            _statement(
                payments.approve(
                    admdvs, institution, month, int(number), caller.subject, clock(), points
                )
            ),
        )

    @app.post(f"{one}/release")
    def release(admdvs: str, institution: str, month: str, number: int) -> Response[str]:
        caller = _operator(app, admdvs, "cashier")
        paid = payments.release(admdvs, institution, month, int(number), caller.subject, clock())
        files = (
            papers.publish_payment(paid, payments.agreement(institution, int(month[:4])))
            if paid.paid
            else []
        )
        return rest.reply(200, {**_statement(paid), "files": files})

    @app.post("/clearing/<admdvs>/agreements/<institution>/<year>")
    def agree(admdvs: str, institution: str, year: int) -> Response[str]:
        _operator(app, admdvs, "manager")
        body = rest.sent(app)
        rate, retention = (
            Fen.of_yuan(str(body.get("rate", "0")), "rate"),
            str(body.get("retention", "0")),
        )
        account = (_text(body, "bank"), _text(body, "account"), str(body.get("cite", "")))
        payments.agree(
            Agreement(
                institution,
                _text(body, "name"),
                admdvs,
                int(year),
                _text(body, "hi_paymtd"),
                rate,
                retention,
                *account,
            )
        )
        return rest.reply(200, {})

    @app.post("/clearing/<admdvs>/retention/<institution>/<year>")
    def retention(admdvs: str, institution: str, year: int) -> Response[str]:
        _operator(app, admdvs, "manager")
        return rest.reply(
            200,
            {
                "payable": _yuan(
                    payments.return_retention(
                        admdvs, institution, int(year), _text(rest.sent(app), "share"), clock()
                    )
                )
            },
        )

    @app.get("/clearing/<admdvs>/drg-share/<year>")
    def drg_share(admdvs: str, year: int) -> Response[str]:
        _operator(app, admdvs, *READERS)
        part, whole = runs.drg_share(admdvs, int(year))
        aim = figure("drg_dip_share", admdvs)
        reached = analysis.share_reached(part, whole, aim.ratio)
        return rest.reply(
            200,
            {
                "by_drg_dip": part.yuan(),
                "whole": whole.yuan(),
                "aim": str(aim.value),
                "reached": reached,
                "cite": aim.cite,
            },
        )

    @app.post("/clearing/<admdvs>/deductions/<institution>/<deduction_id>")
    def deduct(admdvs: str, institution: str, deduction_id: str) -> Response[str]:
        _operator(app, admdvs, "auditor")
        body = rest.sent(app)
        statements.deduct(
            admdvs,
            institution,
            deduction_id,
            _amounts(body),
            _text(body, "reason"),
            str(body.get("insuplc_admdvs", admdvs)),
            clock(),
        )
        return rest.reply(200, {})

    @app.post("/clearing/<admdvs>/disputes/<institution>/<setl_id>")
    def resolve(admdvs: str, institution: str, setl_id: str) -> Response[str]:
        caller = _operator(app, admdvs, "reviewer")
        body = rest.sent(app)
        if not isinstance(body.get("upheld"), bool):
            raise BadInput("FIELD_REQUIRED", field="upheld", rule="须为 true 或 false")
        statements.resolve(
            admdvs,
            institution,
            setl_id,
            body["upheld"],
            _text(body, "reason"),
            caller.subject,
            clock(),
        )
        return rest.reply(200, {})


def _between(app: APIGatewayHttpResolver, clock: Clock) -> None:
    @app.get("/clearing/<admdvs>/bills/<month>")
    def bills(admdvs: str, month: str) -> Response[str]:
        _operator(app, admdvs, *READERS)
        mine = [*regions.owed_to(admdvs, month), *regions.owed_by(admdvs, month)]
        return rest.reply(200, {"bills": [_bill(b) for b in mine]})

    @app.post("/clearing/<admdvs>/bills/<month>/<kind>/<creditor>/<debtor>/<step>")
    def advance(
        admdvs: str, month: str, kind: str, creditor: str, debtor: str, step: str
    ) -> Response[str]:
        caller = _operator(
            app, admdvs, *(("finance",) if step == "transferred" else ("accountant", "cashier"))
        )
        if admdvs != (creditor if step == "confirmed" else debtor):
            raise Forbidden("FORBIDDEN", field="step", rule="划拨由参保地办理,收款确认由就医地办理")
        return rest.reply(
            200,
            _bill(regions.advance(creditor, debtor, month, step, caller.subject, clock(), kind)),
        )

    @app.post("/clearing/<admdvs>/suspension/<region>/<act>")
    def suspension(admdvs: str, region: str, act: str) -> Response[str]:
        caller = _operator(app, admdvs, "manager")
        if admdvs not in ("000000", f"{region[:2]}0000") or act not in ("suspend", "lift"):
            raise Forbidden("FORBIDDEN", field="region", rule="暂停与恢复由上级经办机构办理")
        (regions.suspend if act == "suspend" else regions.lift)(
            region, caller.subject, _text(rest.sent(app), "reason"), clock()
        )
        return rest.reply(200, {})

    @app.get("/clearing/<admdvs>/insurer/<year>")
    def insurer_bills(admdvs: str, year: int) -> Response[str]:
        _operator(app, admdvs, *READERS)
        city = f"{admdvs[:4]}00"
        mine = [b for b in insurer.bills(city, int(year)) if admdvs in (city, b.district)]
        rows = [
            {
                "district": b.district,
                "period": b.period,
                "fronted": b.fronted.yuan(),
                "fee": b.fee.yuan(),
                "payer": b.payer,
                "state": b.state,
                "due": b.due.isoformat(),
                "cite": b.cite,
            }
            for b in mine
        ]
        return rest.reply(200, {"bills": rows, "evaluation": insurer.evaluation(city, int(year))})
