"""When what only machines read may go: seconds since 1970, which storage reads from attribute
`expires` and takes the item away within days. Records, entries and acts have no such attribute
(ADR 0107; tests/infra/expiry.toml says of every kind of item why it goes or stays)."""

from __future__ import annotations

from datetime import date, datetime

from medaid.instants import BEIJING, civil_date


def end_of_year(day: date | datetime, later: int) -> int:
    """The end of the year `later` years after that of `day`, in Beijing."""
    year = (civil_date(day) if isinstance(day, datetime) else day).year
    return int(datetime(year + later + 1, 1, 1, tzinfo=BEIJING).timestamp())
