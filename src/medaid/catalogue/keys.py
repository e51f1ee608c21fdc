"""Where the catalogue lies: the keys of table `catalogue`, and what each is read for.

Each line: key: item; access pattern.

- pk `N#<region>`, sk `<med_list_codg>`: all rows of a national code: its life (under the nation),
  what it is mapped to, what took its place; a fee line: a hundred codes with one call, kept in
  memory for a minute.
- pk `H#<region>`, sk `<hilist_code>`: all rows of an insurance code: class, limits, shares; the
  same.
- pk `S#<region>`, sk `SCHEMES`: how the region's codes of limits and shares are chosen; a fee line:
  with the national codes.
- pk `R#<region>`, sk `<release id>`: a file that was proposed, and published by somebody else;
  releases of a region: query; one: get.
- pk `I#<fixmedins_code>`, sk `<own code>`: what an institution mapped one of its own codes to;
  3301, 3302, a fee line without a national code: a hundred with one call.

The file of a release lies in the bucket under `catalogue/<region>/<release id>`, its rows that came
into force under the same with `.rows`.
"""

from __future__ import annotations

from typing import Final

from medaid.aws.items import Key as Key  # institutions name it
from medaid.ids import InstitutionCode
from medaid.regions import Region

SCHEMES: Final = "SCHEMES"


def national_code_key(region: Region, code: str) -> Key:
    return Key(f"N#{region}", code)


def insurance_code_key(region: Region, code: str) -> Key:
    return Key(f"H#{region}", code)


def schemes_key(region: Region) -> Key:
    """Holds all schemes of a region: changed together, by version."""
    return Key(f"S#{region}", SCHEMES)


def releases_partition(region: Region) -> str:
    return f"R#{region}"


def release_key(region: Region, release_id: str) -> Key:
    return Key(releases_partition(region), release_id)


def release_file(region: Region, release_id: str) -> str:
    """Name of the object in the bucket."""
    return f"catalogue/{region}/{release_id}"


def release_rows(region: Region, release_id: str) -> str:
    """Name of the object that holds the rows that came into force."""
    return f"{release_file(region, release_id)}.rows"


def institution_item_key(institution: InstitutionCode | str, own: str) -> Key:
    return Key(f"I#{institution}", own)
