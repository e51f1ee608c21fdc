"""The table `enrolment`; keys.py lists its access patterns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from medaid.aws import codec
from medaid.aws.items import VersionedItem, page_of_index
from medaid.aws.table import UnicodeAttribute, table_meta
from medaid.aws.transaction import Put, Write
from medaid.enrolment import keys
from medaid.enrolment.model import (
    Contribution,
    ContributionState,
    EnrolmentRun,
    HeadFinding,
    RowOutcome,
    RunKind,
    RunRow,
)
from medaid.instants import stored
from medaid.regions import Region


class _Listed(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "listed"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    list_order = UnicodeAttribute(range_key=True)


class _OfYear(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "of_year"
        projection = AllProjection()

    of_year = UnicodeAttribute(hash_key=True)
    list_order = UnicodeAttribute(range_key=True)


class EnrolmentItem(VersionedItem):
    """A contribution, a run, a row of one, a finding or a receipt."""

    Meta = table_meta("enrolment")
    listed = UnicodeAttribute(null=True)
    of_year = UnicodeAttribute(null=True)
    list_order = UnicodeAttribute(null=True)
    listed_index = _Listed()
    year_index = _OfYear()


Held = tuple[EnrolmentItem | None, Contribution | None]


def find_contribution(psn_no: str, cover_year: int, region: Region) -> Held:
    """The contribution and its item. Raises Unavailable."""
    return EnrolmentItem.held(keys.contribution_key(psn_no, cover_year, region), Contribution)


def contributions_of(psn_nos: Iterable[str], cover_year: int, region: Region) -> list[Contribution]:
    """The contributions that there are of these people; a hundred in one call. Raises
    Unavailable."""
    wanted = [keys.contribution_key(psn_no, cover_year, region) for psn_no in psn_nos]
    return [item.record(Contribution) for item in EnrolmentItem.find_held(wanted).values()]


def put_contribution(before: EnrolmentItem | None, one: Contribution) -> Write:
    """The write of the next version; it loses as `enrolment:contribution` where another is
    there."""
    key = keys.contribution_key(one.psn_no, one.cover_year, one.region)
    item = EnrolmentItem(
        *key,
        state=one.state,
        version=before.version + 1 if before else 1,
        at=stored(one.at),
        body=codec.encode(one),
        listed=keys.state_partition(one.region, one.cover_year, one.state),
        of_year=keys.year_partition(one.region, one.cover_year),
        list_order=keys.list_order(one),
    )
    held = EnrolmentItem.version == before.version if before else EnrolmentItem.pk.does_not_exist()
    return Put(item, held, "enrolment:contribution")


def of_person(psn_no: str) -> tuple[list[Contribution], list[HeadFinding]]:
    """All contributions of a person and what was found about them. One Query. Raises
    Unavailable."""
    contributions: list[Contribution] = []
    findings: list[HeadFinding] = []
    for item in EnrolmentItem.list_under(keys.person_partition(psn_no)):
        if item.sk.startswith(keys.FINDING):
            findings.append(item.record(HeadFinding))
        else:
            contributions.append(item.record(Contribution))
    return contributions, findings


def put_finding(one: HeadFinding) -> Write:
    """The write of a finding, in the place of an earlier one of its kind."""
    key = keys.finding_key(one.psn_no, one.kind)
    item = EnrolmentItem(*key, version=1, at=stored(one.at), body=codec.encode(one))
    return Put(item, None, "enrolment:finding")


def page_of_contributions(
    region: Region, cover_year: int, state: ContributionState | None, after: str, limit: int
) -> tuple[list[Contribution], str]:
    """At most `limit` contributions of a cover year behind `after`, of one state or of all; one
    Query. Raises BadInput for an `after` of another list or the nation, Unavailable."""
    within = EnrolmentItem.list_order.between(*keys.list_bounds(region))
    if state is None:
        partition, name = keys.year_partition(region, cover_year), "of_year"
        query = EnrolmentItem.year_index.query
    else:
        partition, name = keys.state_partition(region, cover_year, state), "listed"
        query = EnrolmentItem.listed_index.query
    place = ("pk", "sk", "list_order", name)
    found, end = page_of_index(query, place, partition, after, limit, within)
    return [one.record(Contribution) for one in found], end


def find_run(
    region: Region, cover_year: int, kind: RunKind, number: int
) -> tuple[EnrolmentItem | None, EnrolmentRun | None]:
    """A run and its item. Raises Unavailable."""
    return EnrolmentItem.held(keys.run_key(region, cover_year, kind, number), EnrolmentRun)


def list_runs(region: Region, cover_year: int, kind: RunKind) -> list[EnrolmentRun]:
    """The runs of one kind, the first first: a few a year. Raises Unavailable."""
    prefix = keys.run_prefix(cover_year, kind)
    found = EnrolmentItem.list_under(keys.runs_partition(region), prefix)
    return [one.record(EnrolmentRun) for one in found]


def page_of_runs(region: Region, after: str, limit: int) -> tuple[list[EnrolmentRun], str]:
    """At most `limit` runs of a region behind `after`. Raises Unavailable."""
    found, end = EnrolmentItem.page_under(keys.runs_partition(region), "", after, limit)
    return [one.record(EnrolmentRun) for one in found], end


def put_run(before: EnrolmentItem | None, run: EnrolmentRun) -> Write:
    """The write of a run; it loses as `enrolment:run` where another attempt has gone on."""
    key = keys.run_key(run.region, run.cover_year, run.kind, run.number)
    return EnrolmentItem.create_or_replace(
        before, key, run, "enrolment:run", state=run.state, at=run.known_at
    )


def put_row(run_id: str, row: RunRow) -> Write:
    """The write of a person's row in a run."""
    key = keys.row_key(run_id, row.outcome, row.psn_no)
    item = EnrolmentItem(*key, version=1, body=codec.encode(row))
    return Put(item, None, "enrolment:row")


def find_row(
    run_id: str, outcome: RowOutcome, psn_no: str
) -> tuple[EnrolmentItem | None, RunRow | None]:
    """A person's row of an outcome. Raises Unavailable."""
    return EnrolmentItem.held(keys.row_key(run_id, outcome, psn_no), RunRow)


def rows_held(run_ids: Sequence[str], psn_nos: Iterable[str]) -> dict[str, list[RunRow]]:
    """What runs have taken of each person; a hundred in one call. Raises Unavailable."""
    wanted = {
        keys.row_key(run_id, RowOutcome.TAKEN, psn_no): psn_no
        for psn_no in psn_nos
        for run_id in run_ids
    }
    found: dict[str, list[RunRow]] = {}
    for key, item in EnrolmentItem.find_held(wanted).items():
        found.setdefault(wanted[key], []).append(item.record(RunRow))
    return found


def page_of_rows(
    run_id: str, outcome: RowOutcome, after: str, limit: int
) -> tuple[list[RunRow], str]:
    """At most `limit` rows of an outcome behind `after`. Raises Unavailable."""
    found, end = EnrolmentItem.page_under(keys.rows_partition(run_id), f"{outcome}#", after, limit)
    return [one.record(RunRow) for one in found], end


def find_receipt(receipt: str) -> str:
    """Whose payment of which year a tax receipt proved; empty where it proved none yet. Raises
    Unavailable."""
    item = EnrolmentItem.find(keys.receipt_key(receipt))
    return item.state if item else ""


def put_receipt(receipt: str, whose: str) -> Write:
    """The write by which a receipt proves one payment; it loses where it proved another."""
    item = EnrolmentItem(*keys.receipt_key(receipt), state=whose, version=1)
    return Put(item, EnrolmentItem.pk.does_not_exist(), "enrolment:receipt")


def put_region(region: Region) -> Write:
    """The write by which a region's newly recognised are enrolled each day."""
    return Put(EnrolmentItem(*keys.region_key(region), version=1), None, "enrolment:region")


def list_regions() -> Iterator[Region]:
    """Regions whose newly recognised are enrolled each day. Raises Unavailable."""
    return (Region(one.sk) for one in EnrolmentItem.list_under(keys.REGIONS))
