"""What answers show of an act that one person proposes and another one decides: the fields that all
such answers have. What nobody did yet is empty."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from medaid.aws.rest.bodies import InstantText, NameOf, Shown


class ProposedShown(Shown):
    """Who proposed."""

    proposed_by: str
    proposed_by_name: Annotated[str, NameOf("proposed_by", "proposed_at")] = ""
    proposed_at: InstantText


class ApprovedShown(ProposedShown):
    """Who proposed and who agreed."""

    approved_by: str
    approved_by_name: Annotated[str, NameOf("approved_by", "approved_at")] = ""
    approved_at: InstantText


class PublishedShown(ProposedShown):
    """Who proposed and who published."""

    published_by: str
    published_by_name: Annotated[str, NameOf("published_by", "published_at")] = ""
    published_at: InstantText


class DecidedShown(Shown):
    """Who proposed and who decided, each in the office of which region, and what was decided."""

    proposed_by: str
    proposed_by_name: Annotated[str, NameOf("proposed_by", "proposed_at", "proposed_in")] = ""
    proposed_in: str
    proposed_at: InstantText
    decided_by: str
    decided_by_name: Annotated[str, NameOf("decided_by", "decided_at", "decided_in")] = ""
    decided_in: Annotated[str, BeforeValidator(lambda region: region or "")]
    decided_at: InstantText
    approved: bool
    reason: str
