"""Keys of table `clearing` that all of clearing shares; hospital, regions and insurer have their
own beside this.

Each line: key: item; pattern.

- pk `I#<owing>#<institution>#<yyyy-mm>`, sk `ITEM#<setl_time>#<item_id>`: one settlement or
  reversal, put once; items of an institution's month.
- pk `N#<owing>#<yyyy-mm>`, sk `<institution>`: this institution has something in the month;
  institutions of a month.
- pk `M#<owing>`, sk `<yyyy-mm>`: the region has something in the month; months of a region.
- pk `L#<owing>`, sk `<yyyy-mm>#<institution>`: items came after their month had ended; `at` is the
  latest arrival; months that may need a supplement, until one holds them.
- pk `l#<owing>`, sk `<yyyy-mm>`: the month has supplements for what came late; months whose
  supplements are filed later.
- pk `REGIONS`, sk `<admdvs>`: a region that owes institutions or whose funds pay; regions the
  scheduled jobs go through.
- pk `W#<owing>`, sk `<paying>#<id>`: what is taken off or put on the next bill to a paying region;
  adjustments of a region of treatment.
- pk `R#<job>#<admdvs>`, sk `<period>`: state of a scheduled run; run of a period; runs of a job and
  region.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from medaid.aws.items import Key
from medaid.clearing.model import Item
from medaid.instants import midnight, stored

REGIONS: Final = "REGIONS"
ITEM: Final = "ITEM#"


def month_key(owing: str, institution: str, month: str) -> str:
    """Partition of an institution's month: its items and its statements."""
    return f"I#{owing}#{institution}#{month}"


def item_key(item: Item) -> Key:
    return settlement_key(
        item.owing_region, item.institution, item.month, item.setl_time, item.item_id
    )


def item_from(day: date) -> str:
    """Before the sort keys of all items settled on `day` and later."""
    return f"{ITEM}{stored(midnight(day))}"


def settlement_key(
    owing: str, institution: str, month: str, setl_time: datetime, item_id: str
) -> Key:
    """The key of an item by its parts."""
    return Key(month_key(owing, institution, month), f"{ITEM}{stored(setl_time)}#{item_id}")


def institutions_key(owing: str, month: str) -> str:
    return f"N#{owing}#{month}"


def months_key(owing: str) -> str:
    return f"M#{owing}"


def late_key(owing: str) -> str:
    return f"L#{owing}"


def late_row_key(owing: str, month: str, institution: str) -> Key:
    return Key(late_key(owing), f"{month}#{institution}")


def supplemented_key(owing: str) -> str:
    return f"l#{owing}"


def parse_late(sk: str) -> tuple[str, str]:
    """(month, institution) of a late row."""
    month, institution = sk.split("#", 1)
    return month, institution


def adjustments_key(owing: str) -> str:
    return f"W#{owing}"


def adjustment_key(owing: str, paying: str, number: str) -> Key:
    return Key(adjustments_key(owing), f"{paying}#{number}")


def parse_adjustment(sk: str) -> str:
    """The paying region of an adjustment."""
    return sk.partition("#")[0]


def runs_key(job: str, admdvs: str) -> str:
    return f"R#{job}#{admdvs}"


def run_key(job: str, admdvs: str, period: str) -> Key:
    return Key(runs_key(job, admdvs), period)
