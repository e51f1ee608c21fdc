"""The routes of the insurer's yearly evaluation, and its paper."""

from __future__ import annotations

from medaid.aws.rest.bodies import Decision, FileSent
from medaid.aws.rest.table import READERS, Call
from medaid.clearing.insurer import service
from medaid.clearing.insurer.api import YEAR, check_city
from medaid.clearing.insurer.critical_api import ROUTES
from medaid.clearing.insurer.model import Score
from medaid.clearing.insurer.shapes import AssessmentIn, AssessmentShown, assessment_shown
from medaid.errors import Refused
from medaid.months import Year
from medaid.papers import service as papers
from medaid.papers.service import Form
from medaid.regions import Region

__all__ = ["ROUTES"]


@ROUTES.post(
    f"{YEAR}/assessment", "登记承办机构年度考核评价(待复核)", roles=("manager",), status=201
)
def assess(call: Call[None, AssessmentIn], admdvs: Region, year: Year) -> AssessmentShown:
    check_city(admdvs)
    sent = call.body
    scores = [Score(one.criterion, one.weight, one.score, one.basis) for one in sent.scores]
    return assessment_shown(service.assess(admdvs, year, scores, sent.conclusion, *call.signing))


@ROUTES.post(
    f"{YEAR}/assessment/decision", "复核承办机构年度考核评价", roles=("manager", "reviewer")
)
def decide_assessment(call: Call[None, Decision], admdvs: Region, year: Year) -> AssessmentShown:
    check_city(admdvs)
    sent = call.body
    return assessment_shown(
        service.decide_assessment(admdvs, year, sent.approved, sent.reason, *call.signing)
    )


@ROUTES.get(f"{YEAR}/assessment", "承办机构年度考核评价", roles=READERS)
def show_assessment(_call: Call[None, None], admdvs: Region, year: Year) -> AssessmentShown:
    return assessment_shown(service.find_assessment(admdvs.city, year))


@ROUTES.get(f"{YEAR}/assessment/paper/{{form}}", "考核评价表(打印)", roles=READERS)
def print_assessment(_call: Call[None, None], admdvs: Region, year: Year, form: Form) -> FileSent:
    contract = service.any_contract(admdvs.city, year)
    if contract is None:
        raise Refused("NOT_FOUND", field="contract", rule=f"{admdvs.city} {year} 无承办合同")
    one = service.find_assessment(admdvs.city, year)
    return papers.sent(service.assessment_paper(one, contract), form)
