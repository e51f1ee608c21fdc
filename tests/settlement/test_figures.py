"""Figures that no file can cite are the agency's to enter, for its region and a time: by two
people, from a document, and never by a hospital (J19, Q3.1, Q5.3)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from functions.register import handler
from tests.conftest import Tables
from tests.reimbursement.office import draft, office
from tests.settlement.hospital import (
    MAOMING,
    NOW,
    Hospital,
    bill,
    contracted,
    his,
    known_person,
    living_allowance,
    passed,
    refused,
    visit_input,
)

from medaid.aws.rest.officers import named
from medaid.errors import BadInput, Conflict, Forbidden, MedaidError, Refused
from medaid.ids import OfficerId
from medaid.local.cli import main
from medaid.money import RATIO_SCALE, Fen
from medaid.payments.model import RegisteredOfficer
from medaid.policy.model import AgencyFigure
from medaid.policy.service import library, with_figures
from medaid.regions import Region
from medaid.reimbursement.model import Fees
from medaid.reimbursement.service.review import priced
from medaid.settlement import service
from medaid.settlement.figures import api, rules, store
from medaid.settlement.figures import service as figures
from medaid.settlement.figures.api import read_figures
from medaid.settlement.figures.model import EnteredFigure

WHOLE = bill("28000.00", "28000.00")
REGION = Region("440900")
ONE, TWO = RegisteredOfficer(OfficerId("o-1"), REGION), RegisteredOfficer(OfficerId("o-2"), REGION)
DOCUMENT = {"document": "茂医保〔2021〕9号", "title": "特定病种门诊待遇", "article": "第三条"}
CHRONIC: dict[str, Any] = {
    "layer": "basic_chronic",
    "begin": "2021-01-01",
    "end": "2021-12-31",
    "ratio": "0.60",
    "deductible": "1000.00",
    "cap": "100000.00",
    **DOCUMENT,
}
FIGURE = AgencyFigure(
    "",
    "440900",
    "basic_chronic",
    date(2021, 1, 1),
    date(2021, 12, 31),
    DOCUMENT["document"],
    DOCUMENT["article"],
    ratio=RATIO_SCALE * 6 // 10,
    deductible=100_000,
    cap=10_000_000,
)


def call(
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    by: str = "officer-1",
    region: str = "440900",
    role: str = "manager",
) -> tuple[int, dict[str, Any]]:
    claims = {"sub": by, "custom:admdvs": region, "cognito:groups": role}
    path, _, query = path.partition("?")
    event = {
        "version": "2.0",
        "routeKey": "ANY /figures/{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "queryStringParameters": dict(one.split("=") for one in query.split("&") if one),
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "10.0.0.7"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": json.dumps(body) if body is not None else "",
        "isBase64Encoded": False,
    }
    answer = handler.handler(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def entered(**changes: Any) -> str:
    """A figure proposed by one and approved by another; counters have forgotten what they knew."""
    status, shown = call("POST", "/figures/440900", {**CHRONIC, **changes})
    assert status == 201, shown
    name = str(shown["figure"])
    status, shown = call("POST", f"/figures/440900/{name}/approve", by="officer-2")
    assert (status, shown["approved_by"]) == (200, "officer-2")
    store.forget()
    return name


@pytest.fixture
def asked(tables: Tables) -> dict[str, Any]:
    """Outpatient care of a special disease in Maoming: its figures cannot be cited."""
    contracted()
    known_person("P1", living_allowance())
    visit = Hospital().visit("P1")
    return visit_input("P1", visit, WHOLE, med_type="14")


def test_the_counter_reads_what_two_people_entered_and_cites_it_J19(asked: dict[str, Any]) -> None:
    """Right money, 5. 28,000 in policy less 1,000, 60 %: 16,200.00 from the basic fund, in preview
    and settlement, and the explanation cites the agency's document."""
    hospital = Hospital(prefix="20210705110000")
    refused(hospital.call("2207", asked), "FIGURE_MISSING", "hifp_pay")
    entered()
    preview = passed(hospital.call("2206", asked))
    final = passed(hospital.call("2207", asked))
    assert final["setlinfo"]["hifp_pay"] == preview["setlinfo"]["hifp_pay"] == "16200.00"
    told = service.explain(final["setlinfo"]["setl_id"], his(MAOMING.code), NOW)
    assert told["replay"] == "identical"
    assert any("茂医保〔2021〕9号 第三条" in line for line in told["sentences"])


@pytest.mark.parametrize(
    ("changes", "paid"),
    [
        ({"cap": "10000.00"}, "10000.00"),
        ({"cap": None, "no_cap": True}, "16200.00"),
        ({"level": "2"}, "16200.00"),
        ({"filing": "none"}, "16200.00"),
        ({"begin": "2021-06-25", "end": "2021-06-25"}, "16200.00"),
        ({"level": "3"}, ""),
        ({"filing": "referred"}, ""),
        ({"end": "2021-06-24"}, ""),
        ({"begin": "2021-06-26"}, ""),
    ],
)
def test_a_figure_counts_for_its_time_level_and_filing_alone(
    asked: dict[str, Any], changes: dict[str, Any], paid: str
) -> None:
    """Right money, 5. Q5.3: a ratio for unreferred care is entered as such. The care was on 25 June
    2021 in a hospital of level 2, at home."""
    entered(**changes)
    answer = Hospital(prefix="20210705110000").call("2207", asked)
    if paid:
        assert passed(answer)["setlinfo"]["hifp_pay"] == paid
    else:
        refused(answer, "FIGURE_MISSING")


def test_what_one_person_alone_entered_counts_nowhere_Q3_1(asked: dict[str, Any]) -> None:
    status, shown = call("POST", "/figures/440900", CHRONIC)
    assert status == 201
    status, refusal = call("POST", f"/figures/440900/{shown['figure']}/approve")
    assert (status, refusal["code"]) == (403, "SEPARATION")
    hospital = Hospital(prefix="20210705110000")
    refused(hospital.call("2207", asked), "FIGURE_MISSING", "hifp_pay")
    assert call("POST", f"/figures/440900/{shown['figure']}/end", {"end": "2021-06-30"})[0] == 200
    (row,) = call("GET", "/figures/440900")[1]["rows"]
    assert row["withdrawn_at"]
    assert [line.split(" ", 2)[2] for line in row["trail"]] == ["officer-1 提出", "officer-1 撤回"]
    path = f"/figures/440900/{row['figure']}/approve"
    assert call("POST", path, by="officer-2")[1]["code"] == "STATE"
    status, again = call("POST", "/figures/440900", CHRONIC, by="officer-3")
    assert (status, again["withdrawn_at"], len(again["trail"])) == (201, "", 3)
    assert call("POST", path, by="officer-3")[0] == 403
    assert call("POST", path, by="officer-1")[0] == 200


def test_another_region_enters_and_sees_nothing_here(asked: dict[str, Any]) -> None:
    for method, path, body in (
        ("POST", "/figures/440900", CHRONIC),
        ("GET", "/figures/440900", None),
    ):
        assert call(method, path, body, region="320100")[0] == 403
        assert call(method, path, body, role="cashier")[0] == 403
    qinans = FIGURE._replace(layer="basic")
    with pytest.raises(BadInput):
        figures.propose_figure(qinans, "x", "o-1", NOW)
    there: dict[str, Any] = {
        "region": "620522",
        "begin": date(2018, 10, 1),
        "end": date(2018, 10, 1),
    }
    figures.propose_figure(qinans._replace(**there), "x", "o-1", NOW)


def test_a_county_enters_its_own_and_nobody_elses(asked: dict[str, Any]) -> None:
    """Insured in the city, the county's figure is not theirs."""
    county = FIGURE._replace(region="440981")
    one = figures.propose_figure(county, "x", "o-1", NOW)
    figures.approve_figure(Region("440981"), one.figure.figure_id, "o-2", NOW)
    store.forget()
    refused(Hospital(prefix="20210705110000").call("2207", asked), "FIGURE_MISSING")
    day = date(2021, 6, 25)
    fitted = figures.policies(library().policy_for)
    assert [f.region for f in fitted("440981", "", day).figures] == ["440981"]
    assert fitted("440982", "", day).figures == ()


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("end", {"end": date(2020, 12, 31)}),
    ("end", {"end": date(2024, 1, 2)}),
    ("ratio", {"ratio": RATIO_SCALE + 1}),
    ("ratio", {"ratio": -1}),
    ("ratio", {"ratio": None}),
    ("deductible", {"deductible": -1}),
    ("deductible", {"deductible": None}),
    ("cap", {"cap": rules.LARGEST_FEN + 1}),
    ("cap", {"cap": None}),
    ("no_cap", {"uncapped": True}),
    ("level", {"level": "9"}),
    ("filing", {"filing": "maybe"}),
    ("layer", {"layer": "critical"}),
    ("layer", {"layer": "nothing"}),
    ("layer", {"layer": "others"}),
    ("ratio", {"layer": "basic_inpatient", "ratio": None, "deductible": None, "cap": None}),
    ("deductible", {"layer": "basic_inpatient"}),
]


@pytest.mark.parametrize(("field", "changes"), WRONG)
def test_beyond_its_bounds_or_beside_a_citable_figure_nothing_is_entered(
    field: str, changes: dict[str, Any]
) -> None:
    figure = FIGURE._replace(**changes)
    policy = library().policy_for("440900", "440900", date(2021, 1, 1))
    with pytest.raises(BadInput) as refusal:
        rules.check_proposal(figure, policy)
    assert refusal.value.field == field
    rules.check_proposal(FIGURE, policy)
    rules.check_proposal(FIGURE._replace(end=date(2024, 1, 1), ratio=RATIO_SCALE), policy)
    alone = FIGURE._replace(layer="basic_inpatient", deductible=None, cap=None, ratio=0)
    rules.check_proposal(alone, policy)


def approved(*held: AgencyFigure) -> tuple[Any, ...]:
    found: tuple[Any, ...] = ()
    for number, figure in enumerate(held):
        found = rules.proposed(found, figure._replace(figure_id=f"f{number}"), "x", "o-1", NOW)
        found = rules.approved(found, f"f{number}", TWO, NOW)
    return found


@pytest.mark.parametrize(
    ("changes", "meets"),
    [
        ({}, True),
        ({"begin": date(2021, 12, 31), "end": date(2022, 12, 31)}, True),
        ({"begin": date(2022, 1, 1), "end": date(2022, 12, 31)}, False),
        ({"begin": date(2020, 1, 1), "end": date(2020, 12, 31)}, False),
        ({"begin": date(2020, 1, 1), "end": date(2021, 1, 1)}, True),
        ({"layer": "other"}, False),
        ({"level": "2"}, True),
        ({"filing": "none"}, True),
    ],
)
def test_two_figures_never_speak_of_one_day(changes: dict[str, Any], meets: bool) -> None:
    held = approved(FIGURE)
    other = FIGURE._replace(**{"figure_id": "new", **changes})
    if not meets:
        assert len(rules.proposed(held, other, "x", "o-1", NOW)) == 2
        return
    with pytest.raises(Conflict, match="f0"):
        rules.proposed(held, other, "x", "o-1", NOW)


def test_levels_and_filings_stand_beside_each_other() -> None:
    held = approved(FIGURE._replace(level="2"), FIGURE._replace(level="3"))
    assert len(rules.proposed(held, FIGURE._replace(figure_id="n", level="1"), "x", "o", NOW)) == 3
    held = approved(FIGURE._replace(filing="none"), FIGURE._replace(filing="referred"))
    with pytest.raises(Conflict):
        rules.proposed(held, FIGURE._replace(figure_id="n", level="1"), "x", "o", NOW)


def test_of_two_proposals_that_meet_one_is_approved() -> None:
    one, two = FIGURE._replace(figure_id="a"), FIGURE._replace(figure_id="b")
    held = rules.proposed(rules.proposed((), one, "x", "o-1", NOW), two, "x", "o-1", NOW)
    assert len(held) == 2
    held = rules.approved(held, "a", TWO, NOW)
    with pytest.raises(Conflict):
        rules.approved(held, "b", TWO, NOW)
    assert rules.proposed(held, two, "x", "o-1", NOW) == held
    assert rules.approved(held, "a", ONE, NOW) == held


def test_days_that_have_passed_under_a_figure_are_not_changed_any_more() -> None:
    """Today is 5 July 2021: it may end today, by two people, and not yesterday."""
    held = approved(FIGURE)
    with pytest.raises(Conflict):
        rules.ended(held, "f0", date(2021, 7, 4), "o-1", NOW)
    with pytest.raises(BadInput):
        rules.ended(held, "f0", date(2021, 12, 31), "o-1", NOW)
    asked = rules.ended(held, "f0", date(2021, 7, 5), "o-1", NOW)
    assert asked[0].figure.end == date(2021, 12, 31), "nobody has agreed yet"
    with pytest.raises(Forbidden):
        rules.approved(asked, "f0", ONE, NOW)
    with pytest.raises(Conflict):
        rules.approved(asked, "f0", TWO, datetime(2021, 7, 6, tzinfo=UTC))
    done = rules.approved(asked, "f0", TWO, NOW)
    assert (done[0].figure.end, done[0].ending) == (date(2021, 7, 5), None)
    assert [line.split(" ", 2)[2] for line in done[0].trail] == [
        "o-1 提出",
        "o-2 同意",
        "o-1 提出至 2021-07-05 止",
        "o-2 同意至 2021-07-05 止",
    ]
    again = FIGURE._replace(figure_id="n", begin=date(2021, 7, 6))
    assert len(rules.proposed(done, again, "x", "o-1", NOW)) == 2
    with pytest.raises(Refused):
        rules.ended(held, "nothing", date(2021, 7, 5), "o-1", NOW)


def test_figures_of_a_region_are_bounded() -> None:
    days = [date(2021, 1, 1).replace(month=m, day=d) for m in range(1, 13) for d in range(1, 29)]
    held: tuple[Any, ...] = ()
    for number, day in enumerate(days[: rules.MOST]):
        one = FIGURE._replace(figure_id=str(number), begin=day, end=day)
        held = rules.proposed(held, one, "x", "o-1", NOW)
    with pytest.raises(Conflict):
        rules.proposed(held, FIGURE._replace(figure_id="n"), "x", "o-1", NOW)


def test_nothing_is_read_where_no_figure_is_missing(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    entered()
    read: list[str] = []
    find = store.find_figures

    def watched(region: str) -> Any:
        read.append(region)
        return find(region)

    monkeypatch.setattr(store, "find_figures", watched)
    hospital = Hospital(prefix="20210705110000")
    passed(hospital.call("2207", {**asked, "med_type": "11"}))
    assert read == []
    passed(hospital.call("2206", {**asked, "chrg_bchno": "B2"}))
    first = list(read)
    assert first
    passed(hospital.call("2207", {**asked, "chrg_bchno": "B2"}))
    assert read == first, "kept in memory for a minute"


def test_the_desk_prices_by_the_same_figures_and_a_stated_amount_goes_before(
    asked: dict[str, Any],
) -> None:
    """Right money, 5. The agency may still state the amount of one case itself."""
    context = office(entered=figures.policies)
    case = _case()
    with pytest.raises(MedaidError) as refusal:
        priced(context, case, NOW)
    assert refusal.value.code == "FIGURE_MISSING"
    entered()
    assert priced(context, case, NOW).by_fund["hifp_pay"] == Fen(1_620_000)
    stated = replace(case, agency_amounts={"hifp_pay": 5_000_00})
    assert priced(context, stated, NOW).by_fund["hifp_pay"] == Fen(5_000_00)


def _case() -> Any:
    case = draft(psn_no="P1", insured=REGION, admdvs=REGION)
    care = replace(
        case.care,
        care="chronic_outpatient",
        begin=date(2021, 6, 25),
        end=date(2021, 6, 25),
        level="2",
        place="city",
        filing="none",
    )
    fees = Fees(Fen(2_800_000), Fen(2_800_000))
    return replace(case, care=care, fees=fees, insutype="390", others=())


def test_medaid_price_takes_the_same_figures(
    asked: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entered(level="2")
    assert call("POST", "/figures/440900", {**CHRONIC, "level": "3"})[0] == 201
    file, claim = tmp_path / "figures.json", tmp_path / "claim.json"
    file.write_text(json.dumps(call("GET", "/figures/440900")[1]), "utf-8")
    facts = {"care": "chronic_outpatient", "insutype": "390", "level": "2", "place": "city"}
    said: dict[str, Any] = {
        "insured": "440900",
        "assisted": "440900",
        "day": "2021-06-25",
        "bill": {"medfee_sumamt": "28000.00", "inscp_scp_amt": "28000.00"},
        "facts": {**facts, "filing": "none"},
        "categories": ["subsistence_allowance"],
        "given": {"payments_by_others": "0"},
    }
    claim.write_text(json.dumps(said), "utf-8")
    assert main(["price", str(claim)]) == 1
    capsys.readouterr()
    assert main(["price", str(claim), "--json", "--figures", str(file)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["by_fund"]["hifp_pay"] == "16200.00"
    claim.write_text(json.dumps({**said, "facts": {**facts, "filing": "none", "level": "3"}}))
    assert main(["price", str(claim), "--figures", str(file)]) == 1, "proposed is not approved"
    assert main(["price", str(claim), "--figures", str(claim)]) == 1


def test_figures_of_one_document_are_told_apart_by_their_ids(asked: dict[str, Any]) -> None:
    """One may set a ratio alone, the next a deductible alone."""
    names = {entered(level="2"), entered(level="3")}
    shown = call("GET", "/figures/440900")[1]
    shown["rows"][0]["deductible"], shown["rows"][1]["ratio"] = None, ""
    read = read_figures(shown)
    assert {one.figure_id for one in read} == names
    policy = library().policy_for("440900", "440900", date(2021, 6, 25))
    assert len(with_figures(policy, read).figures) == 2
    del shown["rows"][0]["figure"]
    with pytest.raises(KeyError):
        read_figures(shown)


@pytest.mark.parametrize("field", ["begin", "end"])
@pytest.mark.parametrize("day", ["2021-06-25 00:00:00", "0001-01-01", "20210625", "2021-02-30", ""])
def test_a_day_of_a_figure_is_a_day_in_a_year_that_somebody_can_mean(
    asked: dict[str, Any], field: str, day: str
) -> None:
    status, refusal = call("POST", "/figures/440900", {**CHRONIC, field: day})
    assert (status, refusal["field"]) == (400, field)
    name = entered()
    status, refusal = call("POST", f"/figures/440900/{name}/end", {"end": day})
    assert (status, refusal["field"]) == (400, "end")


def test_who_proposed_is_named_as_of_then() -> None:
    """A number that went to somebody else since names who held it when the figure was proposed."""
    asked: list[tuple[str, datetime | None]] = []
    shown = api._shown(EnteredFigure(FIGURE, "x", "o-1", NOW))
    named(shown, "440900", lambda _: lambda who, at: asked.append((who, at)))
    assert asked == [("o-1", NOW)]
