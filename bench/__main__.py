"""Every benchmark in turn, each in a process of its own: `make bench`. Exits 1 where one misses
what it must reach."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

EACH: Final = (
    ("ground", "from a fresh clone to the first settlement"),
    ("pricing", "one claim with its full cited trace, beside OpenFisca-Core and exact fractions"),
    ("stays", "a million stays, each scored to the fen against exact fractions"),
    ("settle", "storage calls, capacity units, cold start of the settle function"),
    ("cost", "what a million settlements cost in storage, once and a year"),
    ("lines", "fee lines: storage calls for 20 and 5,000 of them, the time of a split"),
    ("clocks", "working days, beside chinesecalendar"),
    ("books", "100,000 entries posted and proven, beside beancount; a month's close"),
    ("scale", "calls of reports, mornings and closes by entries; room from a county to a nation"),
    ("roster", "a roster of a million rows"),
    ("simulate", "a population priced under two sets of packs, beside OpenFisca-Core"),
)


def main() -> int:
    missed = []
    for name, told in EACH:
        print(f"\n== {name}: {told}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            missed.append(name)
    print(f"\nmissed: {', '.join(missed)}" if missed else "\nall reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
