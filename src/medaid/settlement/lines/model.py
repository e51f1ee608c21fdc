"""A fee line as it is kept: what was sent, how it was split, and the figures that were used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from medaid.catalogue.model.lines import Quantity, Split, Terms
from medaid.catalogue.model.rows import UnitPrice
from medaid.ids import PersonNo, VisitId

NO_QUANTITY: Final = Quantity(0)


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One line of a bill (费用明细). Rules over lines find here what they ask for: codes, times,
    doctor, department, diagnosis, quantity, price, limits and shares used."""

    feedetl_sn: str
    """The hospital's own number, unique in the visit."""
    mdtrt_id: VisitId
    psn_no: PersonNo
    batch: str
    """Charge batch of an outpatient visit; `STAY` for a stay."""
    occurred: datetime
    quantity: Quantity
    price: UnitPrice
    sent: Mapping[str, str]
    """Every field as it was sent, by its name: what tells a retry from another line."""
    terms: Terms
    split: Split
    uploaded: datetime
    original: str = ""
    """feedetl_sn of the line that this one refunds."""
    refunded: Quantity = NO_QUANTITY
    """How much of it refunds took back."""
