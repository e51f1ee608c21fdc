"""The routes by which a region says who runs its critical-illness insurance."""

from __future__ import annotations

from datetime import date

from medaid.aws.rest.bodies import Body, Decision, Page, Short, Shown
from medaid.aws.rest.table import READERS, Call
from medaid.clearing.insurer import service
from medaid.clearing.insurer.api import ROUTES
from medaid.clearing.insurer.model import CarrierKind, ContractState, CriticalContract
from medaid.clearing.insurer.shapes import SignedShown
from medaid.regions import Region

__all__ = ["ROUTES"]


class CriticalIn(Body):
    """`insurer` and `name` are an insurer's alone; `document` is the number of the contract."""

    begin: date
    run_by: CarrierKind
    insurer: Short = ""
    name: Short = ""
    document: Short


class CriticalShown(Shown):
    region: str
    begin: date
    run_by: CarrierKind
    insurer: str
    name: str
    document: str
    state: ContractState
    trail: list[SignedShown]


def _shown(one: CriticalContract) -> CriticalShown:
    return CriticalShown.of(one, trail=[SignedShown.of(act) for act in one.trail])


@ROUTES.get("/clearing/{admdvs}/critical", "大病保险承办方式及历次变更", roles=READERS)
def list_critical(_call: Call[None, None], admdvs: Region) -> Page[CriticalShown]:
    found = service.list_critical(admdvs)
    return Page[CriticalShown](rows=[_shown(one) for one in found], total=len(found))


@ROUTES.post(
    "/clearing/{admdvs}/critical", "登记大病保险承办方式(待复核)", roles=("manager",), status=201
)
def propose_critical(call: Call[None, CriticalIn], admdvs: Region) -> CriticalShown:
    sent = call.body
    contract = CriticalContract(
        admdvs, sent.begin, sent.run_by, sent.insurer, sent.name, sent.document
    )
    return _shown(service.propose_critical(contract, *call.signing))


@ROUTES.post(
    "/clearing/{admdvs}/critical/{begin}/decision",
    "复核大病保险承办方式",
    roles=("manager", "reviewer"),
)
def decide_critical(call: Call[None, Decision], admdvs: Region, begin: date) -> CriticalShown:
    sent = call.body
    return _shown(service.decide_critical(admdvs, begin, sent.approved, sent.reason, *call.signing))
