"""What own inpatients of a year came to within policy (政策范围内费用), by the statements of the
region's institutions (J36)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from medaid.clearing.hospital import rules
from medaid.clearing.hospital.model import Statement
from medaid.clearing.hospital.monthly import list_year
from medaid.clearing.model import ASSISTED_IN_POLICY, ASSISTED_OWN, IN_POLICY
from medaid.money import Fen
from medaid.regions import Region


class WithinPolicy(NamedTuple):
    """Sums over inpatients, reversals taken off, fen; `assisted` and `own` of persons with an
    identity: what is within policy, and what of that no fund paid."""

    in_policy: Fen
    funds: Fen
    assisted: Fen
    own: Fen


def within_policy(region: Region, year: int) -> WithinPolicy | None:
    """A year's sums; None where a statement of it was made before they were kept."""
    return sums_within_policy(list_year(region, year))


def sums_within_policy(statements: Iterable[Statement]) -> WithinPolicy | None:
    """The same of `statements`: each settlement lies in one of them, whatever became of it."""
    names = (IN_POLICY, "fund_pay_sumamt", ASSISTED_IN_POLICY, ASSISTED_OWN)
    sums = dict.fromkeys(names, 0)
    for statement in statements:
        for block in rules.own_blocks(statement, "inpatient"):
            if IN_POLICY not in block.totals.amounts:
                return None
            for name in names:
                sums[name] += int(block.totals.amounts.get(name, 0))
    return WithinPolicy(*(Fen(sums[name]) for name in names))
