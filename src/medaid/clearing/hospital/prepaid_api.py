"""The route by which an advance is set against what an institution is owed."""

from __future__ import annotations

from medaid.aws.rest.table import Call
from medaid.aws.rest.texts import PathId
from medaid.clearing.hospital import service
from medaid.clearing.hospital.api import HospitalContext
from medaid.clearing.hospital.model import PendingKind
from medaid.clearing.hospital.pages import ROUTES
from medaid.clearing.hospital.pending_shapes import PendingShown, pending_shown
from medaid.clearing.hospital.shapes import AdvanceUsed
from medaid.regions import Region

__all__ = ["ROUTES"]


@ROUTES.post(
    "/clearing/{admdvs}/prepaid/{institution}/{number}", "以预付金抵付应付款",
    roles=("accountant",), status=201,
)  # fmt: skip
def use_prepayment(
    call: Call[HospitalContext, AdvanceUsed], admdvs: Region, institution: str, number: PathId
) -> PendingShown:
    call.context.institution_region(institution)
    sent = call.body
    asked = sent.advance, sent.amounts, sent.document
    item = service.use_prepayment(admdvs, institution, number, *asked, *call.acting)
    return pending_shown(item, PendingKind.FORWARD)
