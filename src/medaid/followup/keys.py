"""Keys of the table `followup`.

Each line: who asks what: key; how; function.

- one matter: pk `M#<id>`, sk `MATTER`; GetItem; conditional put: found again it is the same.
- matters of a kind and state in a region, a city or a province, oldest first: index `listed`:
  `<province>#<kind>#<state>`, `<pooling region>#<region>#<instant>#<id>`; one Query a page.
- the same of one department: index `of_department`: `<province>#<kind>#<state>#<department>`, the
  same order; one Query a page.
- matters of a person: index `of_person`: `<psn_no>`, the same order; one Query a page.
- how many of these lists there are: pk `T#<province>`, sk `<kind>#<state>#<department>#<path>`;
  one Query of numbers.
- the gateway of a region: pk `G#<region>`, sk `GATEWAY`; GetItem, for a message up the chain of
  its region.
- what the cross-checks of a region counted: pk `E#<region>`, sk `<month>`; Query of a year.
- the last cross-check of a region: pk `RUNS`, sk `<region>`; Query of all, a few hundred; GetItem.
"""

from __future__ import annotations

from medaid.aws.items import Key
from medaid.followup.model import Matter, MatterKind, MatterState
from medaid.instants import stored
from medaid.regions import Region

RUNS = "RUNS"
LAST = "~"


def matter_key(matter_id: str) -> Key:
    return Key(f"M#{matter_id}", "MATTER")


def list_partition(region: Region, kind: MatterKind, state: MatterState) -> str:
    return f"{region.province}#{kind}#{state}"


def department_partition(
    region: Region, kind: MatterKind, state: MatterState, department: str
) -> str:
    return f"{list_partition(region, kind, state)}#{department}"


def list_order(one: Matter) -> str:
    return f"{one.region.path}{stored(one.found_at)}#{one.matter_id}"


def list_bounds(region: Region) -> tuple[str, str]:
    """Raises BadInput for the nation."""
    return region.path_prefix or "0", f"{region.path_prefix}{LAST}"


def total_key(one: Matter) -> Key:
    sk = f"{one.kind}#{one.state}#{one.department}#{one.region.path}"
    return Key(f"T#{one.region.province}", sk)


def totals_partition(region: Region) -> str:
    return f"T#{region.province}"


def path_of_total(sk: str) -> str:
    """The region's path in the key of a count."""
    return sk.split("#", 3)[3]


def gateway_key(region: Region) -> Key:
    return Key(f"G#{region}", "GATEWAY")


def counted_key(region: Region, month: str) -> Key:
    return Key(f"E#{region}", month)


def run_key(region: Region) -> Key:
    return Key(RUNS, region)
