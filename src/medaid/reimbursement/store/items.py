"""The items of the reimbursement table; keys.py lists how they are found."""

from __future__ import annotations

from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from medaid.aws.items import VersionedItem
from medaid.aws.table import PackedAttribute, UnicodeAttribute, WholeAttribute, table_meta
from medaid.instants import stored
from medaid.reimbursement.keys import queue_partition, shard_of
from medaid.reimbursement.model import Case
from medaid.reimbursement.rules import NEVER, DueProjection


# pynamodb leaves its subclass hook untyped
class DueIndex(GlobalSecondaryIndex["CaseItem"]):  # type: ignore[no-untyped-call]
    """Cases by when the next step of their clock is due."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


# pynamodb leaves its subclass hook untyped
class QueueIndex(GlobalSecondaryIndex["CaseItem"]):  # type: ignore[no-untyped-call]
    """Cases by who has them to do, the oldest first."""

    class Meta:
        index_name = "queue"
        projection = IncludeProjection(["summary"])

    queue = UnicodeAttribute(hash_key=True)
    queue_at = UnicodeAttribute(range_key=True)
    summary: PackedAttribute = PackedAttribute(null=True)


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
    due_index = DueIndex()
    queue_index = QueueIndex()


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
