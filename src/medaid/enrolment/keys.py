"""Keys of the table `enrolment`.

Each line: who asks what: key; how; function.

- one contribution: pk `P#<psn_no>`, sk `<cover year>#<pooling region>`; GetItem;
  BatchGetItem for those of a page of the register.
- all of a person, and what is found about them: pk `P#<psn_no>`; Query.
- . a finding: sk `F#<kind>`; PutItem.
- contributions of a cover year in a state, of a region, a city or a province: index `listed`:
  `<province>#<cover year>#<state>`, `<pooling region>#<region>#<psn_no>`; one Query a page.
- all contributions of a cover year: index `of_year`: `<province>#<cover year>`, the same order; one
  Query a page of a run.
- runs of a region: pk `R#<region>`, sk `<cover year>#<kind>#<number>`; GetItem; Query.
- persons of a run by outcome: pk `W#<run>`, sk `<outcome>#<psn_no>`; Query by page; BatchGetItem
  for what earlier claims hold of a page's persons.
- a tax receipt: pk `T#<receipt>`, sk `RECEIPT`; condition of the payment that it proves.
- regions whose newly recognised are enrolled each day: pk `REGIONS`, sk `<region>`; Query.
"""

from __future__ import annotations

from medaid.aws.items import Key
from medaid.enrolment.model import Contribution, ContributionState, FindingKind, RowOutcome, RunKind
from medaid.regions import Region

FINDING = "F#"
REGIONS = "REGIONS"


def person_partition(psn_no: str) -> str:
    return f"P#{psn_no}"


def contribution_key(psn_no: str, cover_year: int, region: Region) -> Key:
    return Key(person_partition(psn_no), f"{cover_year}#{region.pooling}")


def finding_key(psn_no: str, kind: FindingKind) -> Key:
    return Key(person_partition(psn_no), f"{FINDING}{kind}")


def state_partition(region: Region, cover_year: int, state: ContributionState) -> str:
    return f"{year_partition(region, cover_year)}#{state}"


def year_partition(region: Region, cover_year: int) -> str:
    return f"{region.province}#{cover_year}"


def list_order(one: Contribution) -> str:
    return f"{one.region.path}{one.psn_no}"


def list_bounds(region: Region) -> tuple[str, str]:
    """Raises BadInput for the nation."""
    return region.path_prefix or "0", f"{region.path_prefix}~"


def runs_partition(region: Region) -> str:
    return f"R#{region}"


def run_prefix(cover_year: int, kind: RunKind) -> str:
    return f"{cover_year}#{kind}#"


def run_key(region: Region, cover_year: int, kind: RunKind, number: int) -> Key:
    return Key(runs_partition(region), f"{run_prefix(cover_year, kind)}{number:04d}")


def rows_partition(run_id: str) -> str:
    return f"W#{run_id}"


def row_key(run_id: str, outcome: RowOutcome, psn_no: str) -> Key:
    return Key(rows_partition(run_id), f"{outcome}#{psn_no}")


def receipt_key(receipt: str) -> Key:
    return Key(f"T#{receipt}", "RECEIPT")


def region_key(region: Region) -> Key:
    return Key(REGIONS, region)
