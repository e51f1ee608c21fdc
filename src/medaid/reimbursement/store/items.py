"""The items of the reimbursement table; keys.py lists how they are found."""

from __future__ import annotations

from pynamodb.indexes import IncludeProjection, KeysOnlyProjection

from medaid.aws.items import VersionedItem
from medaid.aws.table import PackedAttribute, UnicodeAttribute, WholeAttribute, index_by, table_meta
from medaid.instants import stored
from medaid.reimbursement.keys import queue_partition, shard_of
from medaid.reimbursement.model import Case
from medaid.reimbursement.rules import NEVER, DueProjection


class CaseItem(VersionedItem):
    """Any item of the table: beside state, version and body what conditions and indexes need."""

    Meta = table_meta("reimbursement")
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    queue_at = UnicodeAttribute(null=True)
    summary: PackedAttribute = PackedAttribute(null=True)
    steps_count = WholeAttribute(null=True)
    handled = WholeAttribute(null=True)
    handled_in_time = WholeAttribute(null=True)
    due_index = index_by("due", "due_shard", "due_at", KeysOnlyProjection())
    queue_index = index_by(
        "queue",
        "queue",
        "queue_at",
        IncludeProjection(["summary"]),
        summary=PackedAttribute(null=True),
    )


def index_keys(case: Case, projection: DueProjection) -> dict[str, str]:
    """Where a case stands in the two indexes. Without a next step it is not in `due`."""
    due = projection.due.isoformat() if projection.due else NEVER
    keys = {
        "queue": queue_partition(case.admdvs, case.state),
        "queue_at": f"{due}#{case.case_id}",
    }
    if projection.next_at is not None:
        keys |= {"due_shard": shard_of(case.case_id), "due_at": stored(projection.next_at)}
    return keys
