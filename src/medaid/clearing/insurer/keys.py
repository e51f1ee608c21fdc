"""Keys of insurer-run assistance, in table `clearing`.

Each line: key: item; pattern.

- pk `V#<city>`, sk `CONTRACT#<yyyy>`: the insurer that runs assistance for a city; one read a
  payment.
- pk `V#<city>`, sk `SURVEY#<yyyy>#<instant>`: what people said of the insurer; surveys of a city
  and year.
- pk `V#<region>`, sk `CRITICAL#<yyyy-mm-dd>`: who runs critical illness from then on; those of a
  region, one read a statement or a manual case.
- pk `V#<city>`, sk `ASSESSMENT#<yyyy>`: the year's evaluation of the insurer; one read.
- pk `V#<city>`, sk `BILL#<yyyy>#<period>#<district>`: an insurer's bill to a district; bills of a
  city and year.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from medaid.aws.items import Key
from medaid.clearing.insurer.model import InsurerBill
from medaid.instants import stored

CRITICAL: Final = "CRITICAL#"


def city_key(city: str) -> str:
    return f"V#{city}"


def contract_key(city: str, year: int) -> Key:
    return Key(city_key(city), f"CONTRACT#{year}")


def surveys_prefix(year: int) -> str:
    return f"SURVEY#{year}#"


def survey_key(city: str, year: int, at: datetime) -> Key:
    return Key(city_key(city), f"{surveys_prefix(year)}{stored(at)}")


def assessment_key(city: str, year: int) -> Key:
    return Key(city_key(city), f"ASSESSMENT#{year}")


def critical_key(region: str, begin: date) -> Key:
    return Key(city_key(region), f"{CRITICAL}{begin}")


def bills_prefix(year: int) -> str:
    return f"BILL#{year}#"


def bill_key(city: str, year: int, period: str, district: str) -> Key:
    return Key(city_key(city), f"{bills_prefix(year)}{period}#{district}")


def key_of(bill: InsurerBill) -> Key:
    return bill_key(bill.city, bill.year, bill.period, bill.district)
