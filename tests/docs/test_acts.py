"""Every act of the office says of which duty it is, or why of none (Q3.1)."""

from __future__ import annotations

from medaid.local.docs import TABLES
from medaid.payments.acts import acts

ROUTES = {
    f"{route.method} {route.path}" for table in TABLES for route in table if route.method != "GET"
}


def test_every_act_has_a_duty_or_a_reason_and_every_entry_a_route_Q3_1() -> None:
    listed = {*acts().duties, *acts().by_role, *acts().free}
    assert sorted(ROUTES - listed) == [], "list it in src/medaid/payments/acts.toml"
    assert sorted(listed - ROUTES) == [], "acts.toml names routes that are not there"
