"""What finance drops, by where it lies: the statement of a quarter is held against the books (J31),
the final accounts of somebody else are recomputed (Q2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from medaid.errors import BadInput
from medaid.fund import foreign, layouts, reconciliation, reconciling
from medaid.months import Year
from medaid.regions import Region
from medaid.workbook import Sheets


def answer(
    place: Sequence[str], content: bytes, now: datetime, dropped: datetime | None
) -> tuple[int, str, Sheets]:
    """How many lines were looked at, the answer's title and its sheets, for a file that lies under
    region and quarter, or under region, year and fund.

    Raises BadInput FILE_FORM for another place, and as `reconcile` and `read_file` do.
    """
    match [*place]:
        case [region, quarter, name]:
            admdvs = Region.parse(region, "admdvs")
            findings = reconciling.reconcile(admdvs, quarter, name, content, now, dropped)
            return len(findings), f"对账结果 {quarter}", reconciliation.sheets(findings)
        case [region, year, fund, _]:
            Region.parse(region, "admdvs")
            forms = layouts.forms_of(fund, Year.parse(year, "year"))
            found, unchecked = foreign.recomputed(forms, foreign.read_file(content, forms))
            return len(found), f"报表复算 {year}", foreign.sheets(found, unchecked)
    rule = "应放在 finance/in/<统筹区>/<yyyy-Qn>/ 或 finance/in/<统筹区>/<年度>/<基金>/ 下"
    raise BadInput("FILE_FORM", field="file", rule=rule)
