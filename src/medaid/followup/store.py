"""The table `followup`; keys.py lists its access patterns."""

from __future__ import annotations

from medaid.aws import codec, counts
from medaid.aws.items import VersionedItem, page_of_index
from medaid.aws.table import UnicodeAttribute, index_by, table_meta
from medaid.aws.transaction import Put, Write
from medaid.followup import keys
from medaid.followup.model import CrossCheck, Matter, MatterKind, MatterState, SmsGateway
from medaid.instants import stored
from medaid.regions import Region


class FollowupItem(VersionedItem):
    """A matter, a count or a run."""

    Meta = table_meta("followup")
    listed = UnicodeAttribute(null=True)
    of_department = UnicodeAttribute(null=True)
    of_person = UnicodeAttribute(null=True)
    list_order = UnicodeAttribute(null=True)
    listed_index = index_by("listed", "listed", "list_order")
    department_index = index_by("of_department", "of_department", "list_order")
    person_index = index_by("of_person", "of_person", "list_order")


MatterPage = tuple[list[Matter], str]


def create_matter(one: Matter) -> list[Write]:
    """The writes of a matter; they lose by `followup:matter` where it is known already."""
    new = FollowupItem.pk.does_not_exist()
    return [Put(_item(one, 1), new, "followup:matter"), _count(one, 1)]


def replace_matter(version: int, before: Matter, after: Matter) -> list[Write]:
    """The writes of the next version; they lose where another one is there."""
    held = FollowupItem.version == version
    counted = [_count(before, -1), _count(after, 1)]
    return counts.merged([Put(_item(after, version + 1), held, "followup:matter"), *counted])


def find_matter(matter_id: str) -> tuple[int, Matter | None]:
    """The matter and its version. Raises Unavailable."""
    item, one = FollowupItem.held(keys.matter_key(matter_id), Matter)
    return (item.version if item else 0), one


def _item(one: Matter, version: int) -> FollowupItem:
    return FollowupItem(
        *keys.matter_key(one.matter_id),
        state=one.state,
        version=version,
        at=stored(one.found_at),
        body=codec.encode(one),
        listed=keys.list_partition(one.region, one.kind, one.state),
        of_department=keys.department_partition(one.region, one.kind, one.state, one.department),
        of_person=one.psn_no,
        list_order=keys.list_order(one),
    )


def _count(one: Matter, by: int) -> Write:
    return counts.added(FollowupItem(*keys.total_key(one)), by, "followup")


def page_of_matters(
    region: Region, kind: MatterKind, state: MatterState, department: str, after: str, limit: int
) -> MatterPage:
    """At most `limit` matters of a list behind `after`, of all departments where none is named; one
    Query. Raises BadInput for an `after` of another list or the nation, Unavailable."""
    within = FollowupItem.list_order.between(*keys.list_bounds(region))
    if department:
        partition = keys.department_partition(region, kind, state, department)
        query, name = FollowupItem.department_index.query, "of_department"
    else:
        partition = keys.list_partition(region, kind, state)
        query, name = FollowupItem.listed_index.query, "listed"
    place = ("pk", "sk", "list_order", name)
    found, end = page_of_index(query, place, partition, after, limit, within)
    return [one.record(Matter) for one in found], end


def total_of_matters(region: Region, kind: MatterKind, state: MatterState, department: str) -> int:
    """How many stand in that list, as it is kept: one Query of numbers. Raises Unavailable."""
    prefix = f"{kind}#{state}#" + (f"{department}#{region.path_prefix}" if department else "")
    rows = FollowupItem.list_under(keys.totals_partition(region), prefix)
    below = region.path_prefix
    return counts.total([one for one in rows if keys.path_of_total(one.sk).startswith(below)])


def page_of_person(psn_no: str, after: str, limit: int) -> MatterPage:
    """At most `limit` matters of a person behind `after`; one Query. Raises as above."""
    place = ("pk", "sk", "list_order", "of_person")
    found, end = page_of_index(FollowupItem.person_index.query, place, psn_no, after, limit)
    return [one.record(Matter) for one in found], end


def find_gateway(region: Region) -> tuple[FollowupItem | None, SmsGateway | None]:
    """The gateway of a region. Raises Unavailable."""
    return FollowupItem.held(keys.gateway_key(region), SmsGateway)


def put_gateway(before: FollowupItem | None, one: SmsGateway) -> Write:
    """The write of a gateway; it loses where somebody was first."""
    key = keys.gateway_key(one.region)
    return FollowupItem.create_or_replace(before, key, one, "followup:gateway")


def find_run(region: Region) -> tuple[FollowupItem | None, CrossCheck | None]:
    """The last run of a region. Raises Unavailable."""
    return FollowupItem.held(keys.run_key(region), CrossCheck)


def put_run(before: FollowupItem | None, run: CrossCheck) -> Write:
    """The write of a run; it loses where another attempt has gone on meanwhile."""
    state = "ended" if run.ended else "open"
    return FollowupItem.create_or_replace(
        before, keys.run_key(run.region), run, "followup:run", state=state, at=run.begun
    )


def put_counted(run: CrossCheck) -> Write:
    """The write of what a run that is over counted; the last one of a month stays."""
    key = keys.counted_key(run.region, run.month)
    item = FollowupItem(
        *key, state="ended", version=1, at=stored(run.begun), body=codec.encode(run)
    )
    return Put(item, None, "followup:counted")


def last_counted(region: Region, year: int) -> CrossCheck | None:
    """The last run of a year that came to its end. Raises Unavailable."""
    found = list(FollowupItem.list_under(keys.counted_key(region, "").pk, f"{year}-"))
    return found[-1].record(CrossCheck) if found else None


def list_runs() -> list[CrossCheck]:
    """The last run of each region that was ever checked. Raises Unavailable."""
    return [one.record(CrossCheck) for one in FollowupItem.list_under(keys.RUNS)]
