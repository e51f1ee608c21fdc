"""What is asked to be filed for a person before the care, and who asks. Apart from the file that
every settlement reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Filer:
    """Who files: a hospital with its region and level, or (without an institution) the agency of
    `region`."""

    region: str
    institution: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class FilingRequest:
    """What is asked to be filed. `institution` is referred to, empty for any in the destination;
    or it is the one that identified a chronic disease, that the person chose, that treats an
    injury. `code` and `facts` as in `Filing`."""

    kind: str
    insured_region: str
    destination: str
    """admdvs, six digits."""
    begin: date
    end: date | None
    institution: str = ""
    code: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
