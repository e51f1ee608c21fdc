"""Final accounts by REST: drafted, checked and signed with three tokens, added up by the city
(Q2.2, Q3.1, J33)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.clearing.test_jobs import ask
from tests.papers.looking import check_text

from medaid.fund import periods, years
from medaid.fund.final_printouts import final_paper
from medaid.fund.model import journal
from medaid.money import Fen
from medaid.months import Month
from medaid.papers.service import Form, printed
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
CITY, ONE, OTHER, ELSEWHERE = "440900", "440902", "440904", "320500"
NOW = datetime(2024, 2, 1, 2, tzinfo=UTC)


def booked(region: str, fen: int) -> None:
    at = datetime(2023, 12, 5, 2, tzinfo=UTC)
    row = ("assistance", "1001", "410102", Fen(fen))
    periods.post(
        journal.movement(
            "fiscal_income", region, f"{region}-a", [row], at, effective=date(2023, 12, 5)
        )
    )
    periods.keep_first_month(region, Month("2023-12"))
    years.close_year(region, 2023, "会计", NOW)


def path(region: str, rest: str = "") -> str:
    return f"/fund/{region}/final-accounts/2023/assistance{rest}"


NOTES = {
    "enrolment": [{"name": "资助参保人数", "count": 1273, "source": "台账"}],
    "policy": "执行本年政策",
}


def drafted(region: str) -> dict[str, object]:
    status, answer = ask(
        "POST", path(region), NOTES, roles="accountant", region=region, sub="甲", now=NOW
    )
    assert status == 201, answer
    return dict(answer)


def test_three_tokens_to_a_signed_version() -> None:
    """J36, Q2.2: statements, notes and indicators, signed by a third person."""
    booked(ONE, 500)
    made = drafted(ONE)
    digest = {"digest": made["digest"]}
    for act, role, by in (("check", "finance", "乙"), ("sign", "manager", "丙")):
        other = "manager" if role == "finance" else "finance"
        target = path(ONE, f"/versions/1/{act}")
        assert ask("POST", target, digest, roles=other, region=ONE, sub=by, now=NOW)[0] == 403
        assert ask("POST", target, digest, roles=role, region=ONE, sub="甲", now=NOW)[0] == 403
        status, shown = ask("POST", target, digest, roles=role, region=ONE, sub=by, now=NOW)
        assert status == 200, shown
    assert (shown["state"], shown["stale"]) == ("signed", False)
    assert [one["by"] for one in shown["trail"]] == ["甲", "乙", "丙"]
    assert shown["enrolment"] == NOTES["enrolment"]
    income, sheet = shown["statements"]
    first = income["lines"][0]
    assert (first["left"]["name"], first["left"]["now"]) == ("财政补贴收入", "5.00")
    assert next(one for one in income["lines"] if one["left"]["key"] == "interest")["right"] is None
    assert sheet["lines"][-1]["left"]["now"] == sheet["lines"][-1]["right"]["now"] == "5.00"
    assert shown["indicators"]["可支付月数"] == ""
    status, listed = ask("GET", path(ONE, "/versions"), roles="auditor", region=ONE, now=NOW)
    assert [(one["number"], one["state"]) for one in listed["rows"]] == [(1, "signed")]


def signed(region: str) -> dict[str, object]:
    """A version that three people have signed."""
    booked(region, 500)
    made = drafted(region)
    digest = {"digest": made["digest"]}
    for act, role, by in (("check", "finance", "乙"), ("sign", "manager", "丙")):
        target = path(region, f"/versions/1/{act}")
        assert ask("POST", target, digest, roles=role, region=region, sub=by, now=NOW)[0] == 200
    return made


def test_the_government_approves_by_a_document_what_is_signed() -> None:
    """Q2.2: 编制基金预决算草案和报告,报财政部门审核,经县政府批准后执行; by a fourth person."""
    booked(ONE, 500)
    made = drafted(ONE)
    sent = {"digest": made["digest"], "document": "县政复〔2024〕3号"}
    target = path(ONE, "/versions/1/approve")

    def approve(body: object = sent, role: str = "government", **more: Any) -> tuple[int, str]:
        given: dict[str, Any] = {"region": ONE, "sub": "丁", "now": NOW, **more}
        status, answer = ask("POST", target, body, roles=role, **given)
        return status, str(answer.get("code") or answer["state"])

    assert approve() == (409, "STATE"), "nobody has signed it yet"
    for act, role, by in (("check", "finance", "乙"), ("sign", "manager", "丙")):
        step = path(ONE, f"/versions/1/{act}")
        body = {"digest": made["digest"]}
        assert ask("POST", step, body, roles=role, region=ONE, sub=by, now=NOW)[0] == 200
    assert approve({**sent, "document": " "}) == (400, "FIELD_FORMAT")
    assert approve({**sent, "digest": "0" * 64})[0] == 409
    assert approve(role="manager") == (403, "FORBIDDEN")
    assert approve(region=OTHER) == (403, "FORBIDDEN")
    for one in ("甲", "乙", "丙"):
        assert approve(sub=one) == (403, "SEPARATION")
    assert approve() == (200, "approved")
    assert approve() == (409, "STATE")
    status, shown = ask("GET", path(ONE, "/versions/1"), roles="government", region=ONE, now=NOW)
    assert (status, shown["trail"][-1]["why"]) == (200, "县政复〔2024〕3号")
    status, again = ask("POST", path(ONE), NOTES, roles="accountant", region=ONE, sub="甲", now=NOW)
    assert (status, again["code"]) == (409, "STATE"), "it stands"
    content = printed(final_paper(Region(ONE), 2023, "assistance", 1), Form.PDF)
    check_text(content, "已经政府批准", "政府批复文号县政复〔2024〕3号", "批准日期2024年2月1日")


def test_what_is_signed_the_government_alone_sends_back() -> None:
    """Q2.2."""
    signed(ONE)
    target, why = path(ONE, "/versions/1/return"), {"reason": "附表不全"}
    for role in ("finance", "manager"):
        status, said = ask("POST", target, why, roles=role, region=ONE, sub="丁", now=NOW)
        assert (status, said["code"]) == (409, "STATE")
    status, shown = ask("POST", target, why, roles="government", region=ONE, sub="丁", now=NOW)
    assert (status, shown["state"]) == (200, "returned")
    assert drafted(ONE)["number"] == 2
    status, said = ask(
        "POST", path(ONE, "/versions/2/return"), why, roles="government", region=ONE, sub="丁",
        now=NOW,
    )  # fmt: skip
    assert (status, said["code"]) == (409, "STATE"), "who signs has not seen it yet"


def test_a_version_sent_back_by_route() -> None:
    booked(ONE, 500)
    drafted(ONE)
    target = path(ONE, "/versions/1/return")
    status, _ = ask("POST", target, {"reason": ""}, roles="finance", region=ONE, sub="乙", now=NOW)
    assert status == 400
    sent = {"reason": "附表有误"}
    status, shown = ask("POST", target, sent, roles="finance", region=ONE, sub="乙", now=NOW)
    assert (status, shown["state"]) == (200, "returned")


def test_the_city_adds_up_its_counties() -> None:
    for region, fen in ((ONE, 500), (OTHER, 700)):
        booked(region, fen)
        drafted(region)
    sent = {"regions": [ONE, OTHER]}
    status, shown = ask("POST", path(CITY, "/consolidation"), sent, roles="finance", region=CITY)
    assert status == 200, shown
    assert [(one["region"], one["state"]) for one in shown["parts"]] == [
        (ONE, "drafted"), (OTHER, "drafted"),
    ]  # fmt: skip
    last = shown["statements"][1]["lines"][-1]
    assert last["left"]["now"] == last["right"]["now"] == "12.00"
    assert shown["eliminated"] == {"income": "0.00", "expense": "0.00", "surplus": "0.00"}


def test_what_the_city_gave_its_county_leaves_both_sides() -> None:
    """Q2.2: 300 of the city's money are a county's income: booked by vouchers of both, kept by
    months that closed, taken out once, whoever of the two named the other."""
    for region, fen in ((CITY, 1000), (ONE, 500)):
        at, day = datetime(2023, 11, 5, 2, tzinfo=UTC), date(2023, 11, 5)
        given = region == CITY
        kind = "lower_subsidy" if given else "upper_subsidy"
        accounts = ("530101", "1001") if given else ("1001", "4401")
        row = ("assistance", *accounts, Fen(300))
        other = ONE if given else ""
        own = ("assistance", "1001", "410102", Fen(fen))
        periods.post(
            journal.movement("fiscal_income", region, f"{region}-b", [own], at, effective=day),
            journal.movement(kind, region, f"{region}-c", [row], at, counterpart=other),
        )
        periods.keep_first_month(region, Month("2023-11"))
        periods.close(region, "2023-11", "会计", NOW)
        years.close_year(region, 2023, "会计", NOW)
        drafted(region)
    sent = {"regions": [CITY, ONE]}
    status, shown = ask("POST", path(CITY, "/consolidation"), sent, roles="finance", region=CITY)
    assert status == 200, shown
    (one,) = shown["eliminations"]
    assert (one["giver"], one["taker"], one["amount"], one["difference"]) == (
        CITY, ONE, "3.00", "0.00",
    )  # fmt: skip
    assert shown["eliminated"] == {"income": "3.00", "expense": "3.00", "surplus": "0.00"}
    lines = shown["statements"][0]["lines"]
    income = next(
        line["left"] for line in lines if line["left"] and line["left"]["key"] == "income"
    )
    assert (income["before"], income["now"]) == ("18.00", "15.00")


@pytest.mark.parametrize(
    ("regions", "status", "code"),
    [
        ([ONE, ELSEWHERE], 403, "FORBIDDEN"),
        ([ONE, ONE], 400, "DUPLICATE"),
        ([ONE, OTHER], 404, "NOT_FOUND"),
        ([], 400, "FIELD_FORMAT"),
        (["4409"], 400, "FIELD_FORMAT"),
    ],
)
def test_what_is_not_added_up(regions: list[str], status: int, code: str) -> None:
    booked(ONE, 500)
    drafted(ONE)
    sent = {"regions": regions}
    found, answer = ask("POST", path(CITY, "/consolidation"), sent, roles="finance", region=CITY)
    assert (found, answer["code"]) == (status, code)


def test_a_county_does_not_add_up_its_neighbours() -> None:
    booked(OTHER, 700)
    drafted(OTHER)
    sent = {"regions": [OTHER]}
    for asked, token in ((ONE, ONE), (CITY, ONE)):
        target = path(asked, "/consolidation")
        assert ask("POST", target, sent, roles="finance", region=token)[0] == 403
