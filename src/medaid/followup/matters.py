"""Matters kept, listed and answered."""

from __future__ import annotations

from medaid.aws import outbox
from medaid.aws.transaction import Decided, Write, commit_once, refuse_as_changed, transact
from medaid.errors import Forbidden, Refused
from medaid.events import MessageDelivered
from medaid.followup import rules, store
from medaid.followup.kinds import kinds
from medaid.followup.model import Matter, MatterKind, MatterReply, MatterState
from medaid.regions import Region


def keep(one: Matter) -> bool:
    """Keeps a matter; False where it is known. What was answered as mended and is found again in a
    later month is a new one. Raises Unavailable."""
    if commit_once(store.create_matter(one)):
        return True
    held = store.find_matter(one.matter_id)[1]
    again = rules.found_again(held, one) if held is not None else None
    return again is not None and commit_once(store.create_matter(again))


def page_of_matters(
    region: Region, kind: MatterKind, state: MatterState, department: str, after: str, limit: int
) -> store.MatterPage:
    """The page behind `after` of what was found in `region` and below, oldest first within each
    region; of one department where it is named. Raises BadInput, Unavailable."""
    return store.page_of_matters(region, kind, state, department, after, limit)


def total_of_matters(region: Region, kind: MatterKind, state: MatterState, department: str) -> int:
    """How many matters that list has, as it is kept. Raises Unavailable."""
    return store.total_of_matters(region, kind, state, department)


def page_of_person(psn_no: str, after: str, limit: int) -> store.MatterPage:
    """The matters of one person. Raises BadInput, Unavailable."""
    return store.page_of_person(psn_no, after, limit)


def answer(matter_id: str, kind: MatterKind, office: Region, reply: MatterReply) -> Matter:
    """Enters what the receiver answered; the same again changes nothing.

    Raises Refused NOT_FOUND, Forbidden from an office that is neither of the matter's region nor of
    its pooling region, as `rules.answered`, Conflict STATE where somebody was first, Unavailable.
    """

    def decide() -> Decided[Matter]:
        version, held = store.find_matter(matter_id)
        if held is None or held.kind is not kind:
            raise Refused("NOT_FOUND", field="matter_id", rule="没有该事项")
        if office not in (held.region, held.region.pooling):
            rule = f"事项属 {held.region},由其医保经办机构登记"
            raise Forbidden("FORBIDDEN", field="admdvs", rule=rule)
        after = rules.answered(held, reply)
        if after == held:
            return Decided(held)
        return Decided(after, [*store.replace_matter(version, held, after), *_told(after, reply)])

    return transact(decide, refuse_as_changed)


def _told(one: Matter, reply: MatterReply) -> list[Write]:
    """That the person knows, where the answer says so of a message about a case."""
    if not (one.case_id and kinds()[one.kind].answers[reply.answer].tells):
        return []
    event = MessageDelivered(one.matter_id, one.event, one.case_id, one.psn_no)
    return [outbox.publish(event, one.matter_id, reply.at)]
