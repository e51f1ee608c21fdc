"""The year's evaluation of the insurer: scored by one, agreed to by another, printed. Proves
M三.3. Issue: the finance office, 9 and 11."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from tests.clearing.builders import agree, agreement, at, insure
from tests.clearing.test_insurer import CITY, HOSPITAL, fronted
from tests.conftest import Tables
from tests.papers.looking import check_picture, check_text

from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import InsurerAssessment, Score, Signed, Survey
from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.ids import OfficerId
from medaid.money import Fen, percent_text
from medaid.papers.service import Form, printed
from medaid.payments import service as payments
from medaid.regions import Region

C = Region(CITY)
CHIEF, SECOND = OfficerId("1f0e-主任"), OfficerId("2c9a-复核")
JANUARY = at(10, month=1, year=2020)
SCORES = (
    Score("persons_satisfied", 40, 38, "200 人中 190 人满意"),
    Score("institutions_satisfied", 30, 27, "20 家中 18 家满意"),
    Score("protection", 30, 25, "垫付救助资金比上年增加"),
)


@pytest.fixture
def year(tables: Tables) -> Tables:
    insure(CITY, 2019)
    return tables


def assess(scores: tuple[Score, ...] = SCORES, now: datetime = JANUARY) -> InsurerAssessment:
    return insurer.assess(C, 2019, scores, "总体良好,续签前须改进零星报销时限", CHIEF, now)


def test_scored_by_one_and_agreed_to_by_another(year: Tables) -> None:
    """M三.3, Q3.1."""
    made = assess()
    assert (made.total, made.state) == (90, "proposed")
    with pytest.raises(Forbidden) as told:
        insurer.decide_assessment(C, 2019, True, "", CHIEF, JANUARY)
    assert told.value.code == "SEPARATION"
    done = insurer.decide_assessment(C, 2019, True, "", SECOND, JANUARY)
    assert (done.state, [act.act for act in done.trail]) == ("in_force", ["assess", "approve"])
    before = year.everything()
    with pytest.raises(Conflict):
        assess()
    with pytest.raises(Conflict):
        insurer.decide_assessment(C, 2019, True, "", SECOND, JANUARY)
    assert year.everything() == before


@pytest.mark.usefixtures("year")
def test_rejected_with_a_reason_it_is_scored_anew() -> None:
    assess()
    with pytest.raises(BadInput):
        insurer.decide_assessment(C, 2019, False, " ", SECOND, JANUARY)
    insurer.decide_assessment(C, 2019, False, "依据不足", SECOND, JANUARY)
    assert [act.act for act in assess().trail] == ["assess", "reject", "assess"]


@pytest.mark.parametrize(
    ("scores", "field"),
    [
        (SCORES[:2], "scores"),
        ((*SCORES, SCORES[0]), "scores"),
        ((*SCORES[:2], replace(SCORES[2], criterion="profit")), "scores"),
        ((*SCORES[:2], replace(SCORES[2], weight=31)), "scores"),
        ((*SCORES[:2], replace(SCORES[2], score=31)), "scores.protection"),
        ((*SCORES[:2], replace(SCORES[2], score=-1)), "scores.protection"),
    ],
)
def test_what_the_document_does_not_name_or_no_hundred_is_refused(
    year: Tables, scores: tuple[Score, ...], field: str
) -> None:
    before = year.everything()
    with pytest.raises(BadInput) as told:
        assess(scores)
    assert (told.value.field, year.everything()) == (field, before)


@pytest.mark.usefixtures("year")
def test_before_the_year_is_over_nothing_is_scored() -> None:
    with pytest.raises(Refused) as told:
        assess(now=at(31, month=12, year=2019))
    assert told.value.code == "PERIOD_OPEN"


@pytest.mark.usefixtures("year")
def test_after_an_early_end_it_is_scored_at_once() -> None:
    may = at(10, month=5, year=2019)
    insurer.end_contract(C, 2019, date(2019, 5, 31), "违约", CHIEF, may)
    insurer.decide_contract(C, 2019, True, "属实", SECOND, may)
    assert assess(now=at(1, month=6, year=2019)).total == 90


@pytest.mark.usefixtures("tables")
def test_without_a_contract_or_an_evaluation_there_is_none() -> None:
    with pytest.raises(Refused):
        assess()
    with pytest.raises(Refused) as told:
        insurer.find_assessment(C, 2019)
    assert told.value.code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("part", "whole", "says"),
    [(190, 200, "95.00%"), (1, 3, "33.33%"), (2, 3, "66.67%"), (0, 5, "0.00%"), (1, 0, "—"),
     (-1, 3, "-33.33%")],
)  # fmt: skip
def test_a_share_is_a_percent_with_two_places(part: int, whole: int, says: str) -> None:
    assert percent_text(part, whole) == says


def test_the_paper_says_what_was_given_for_what_and_by_whom(year: Tables) -> None:
    """M三.3."""
    for who, name, post in ((CHIEF, "黎明辉", "主任"), (SECOND, "吴晓敏", "复核")):
        payments.name_officer(C, who, name, post, OfficerId("o"), at(1, month=1, year=2019))
    agree(agreement(HOSPITAL, year=2019))
    fronted(1, 3, 50_000_00)
    signed = Signed("survey", CHIEF, at(20, month=12, year=2019))
    insurer.survey(C, 2019, Survey(200, 190, 20, 18, "良好", signed))
    assess()
    done = insurer.decide_assessment(C, 2019, True, "", SECOND, JANUARY)
    contract = insurer.any_contract(C, 2019)
    assert contract is not None
    paper = insurer.assessment_paper(done, contract)
    made = printed(paper, Form.PDF)
    check_text(
        made,
        *("医疗救助承办保险机构考核评价表", "茂名市医疗保障经办机构", "2019年度", "人保财险茂名"),
        *("垫付救助资金", "50,000.00", "95.00%", "90.00%", "保障对象满意度", "保障水平的提升"),
        *("总体良好", "考核人:黎明辉主任", "复核人:吴晓敏复核", "承办机构负责人"),
    )
    assert done.figures.fronted == Fen(50_000_00)
    assert printed(paper, Form.XLSX)[:2] == b"PK"
    check_picture("insurer-assessment", made)
