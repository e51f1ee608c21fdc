"""The operators' handler of the registers: /people/…, /institutions/…, /calendar/…, /figures/…,
/catalogue/…, /followup/… and, for inspectors, /access/…"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from medaid.access import api as access_api
from medaid.access.wiring import DESK
from medaid.aws import rest
from medaid.aws.clock import now
from medaid.aws.faults import without_text
from medaid.aws.rest.app import answered, mount, plain
from medaid.catalogue import api as catalogue_api
from medaid.followup import api as followup_api
from medaid.people import api as people_api
from medaid.settlement.figures import api as figures_api
from medaid.settlement.gateways import api as gateways_api
from medaid.settlement.institutions import api as institutions_api
from medaid.workcalendar import api as calendar_api

logger = Logger(service="register")
app = rest.resolver()
for table in (
    people_api.ROUTES,
    people_api.DROPS,
    institutions_api.ROUTES,
    gateways_api.ROUTES,
    access_api.ROUTES,
    calendar_api.ROUTES,
    figures_api.ROUTES,
    catalogue_api.ROUTES,
    followup_api.ROUTES,
    people_api.SENDERS,
):
    mount(app, table, now, plain, DESK)


@without_text
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request of the HTTP API (payload format 2.0)."""
    return answered(app, logger, event, context)
