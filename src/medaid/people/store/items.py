"""The items of the people table. Attribute names are those of `medaid.people.model`, so that one
function turns either into the other."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.constants import MAP, STRING
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from medaid.aws.table import Model, PackedAttribute, UnicodeAttribute, WholeAttribute, table_meta
from medaid.instants import from_stored, stored
from medaid.people.model import Source


class WholeMapAttribute(Attribute[dict[str, int]]):
    """Names to whole numbers (fen or counts), as a map, so that a sum can be read in the console
    and never turns into a float."""

    attr_type = MAP

    def serialize(self, value: Any) -> dict[str, dict[str, str]]:
        if any(
            isinstance(number, bool) or not isinstance(number, int) for number in value.values()
        ):
            raise TypeError("totals are whole numbers")
        return {name: {"N": str(int(number))} for name, number in value.items()}

    def deserialize(self, value: Any) -> dict[str, int]:
        return {name: int(number["N"]) for name, number in value.items()}


class Days(Attribute[date]):
    """A civil date, yyyy-MM-dd."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        return _plain_date(value).isoformat()

    def deserialize(self, value: Any) -> date:
        return date.fromisoformat(value)


class Instants(Attribute[datetime]):
    """An instant, sortable, UTC."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        return stored(value)

    def deserialize(self, value: Any) -> datetime:
        return from_stored(value)


class Sources(Attribute[Source]):
    """`<batch>#<row>`."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        return f"{value.batch}#{value.row}"

    def deserialize(self, value: Any) -> Source:
        batch, _, row = value.rpartition("#")
        return Source(batch, int(row))


def _plain_date(value: date) -> date:
    if isinstance(value, datetime):
        raise TypeError("a civil date, not an instant")
    return value


class YearItem(Model):
    Meta = table_meta("people")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    year = WholeAttribute()
    version = WholeAttribute()
    amounts = WholeMapAttribute()
    last = UnicodeAttribute()
    voided = PackedAttribute(null=True)


class PersonItem(Model):
    Meta = table_meta("people")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    psn_no = UnicodeAttribute()
    name = UnicodeAttribute()
    sex = UnicodeAttribute()
    cert_type = UnicodeAttribute()
    certno = UnicodeAttribute()
    birth = Days(null=True)
    home_address = UnicodeAttribute()
    residence_address = UnicodeAttribute()
    mobile = UnicodeAttribute()
    extra = PackedAttribute()
    source = Sources(null=True)
    recorded = Instants(null=True)
    superseded = Instants(null=True)


class InsuranceItem(Model):
    Meta = table_meta("people")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    insutype = UnicodeAttribute()
    admdvs = UnicodeAttribute()
    status = UnicodeAttribute()
    psn_type = UnicodeAttribute()
    begin = Days()
    end = Days(null=True)
    source = Sources(null=True)
    recorded = Instants(null=True)
    act = UnicodeAttribute()
    superseded = Instants(null=True)


# pynamodb leaves its subclass hook untyped
class RegisterIndex(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "register"
        projection = AllProjection()

    register = UnicodeAttribute(hash_key=True)
    register_order = UnicodeAttribute(range_key=True)


class IdentityItem(Model):
    """A version of an identity: the one known now under `P#`, a superseded one under `H#`. Both
    stand in the register's index."""

    Meta = table_meta("people")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    category = UnicodeAttribute()
    department = UnicodeAttribute()
    admdvs = UnicodeAttribute()
    start = Days()
    end = Days(null=True)
    recorded = Instants()
    source = Sources()
    national_code = UnicodeAttribute()
    superseded = Instants(null=True)
    act = UnicodeAttribute()
    register = UnicodeAttribute(null=True)
    register_order = UnicodeAttribute(null=True)
    register_index = RegisterIndex()


class FilingItem(Model):
    Meta = table_meta("people")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    filing_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    insured_region = UnicodeAttribute()
    destination = UnicodeAttribute()
    valid_from = Days()
    valid_until = Days(null=True)
    institution = UnicodeAttribute()
    filed = Instants(null=True)
    filer = UnicodeAttribute()
    filer_region = UnicodeAttribute()
    superseded = Instants(null=True)


class VisitItem(Model):
    Meta = table_meta("people")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    mdtrt_id = UnicodeAttribute()
    institution = UnicodeAttribute()
    admdvs = UnicodeAttribute()
    insutype = UnicodeAttribute()
    home = UnicodeAttribute()
    med_type = UnicodeAttribute()
    begin = Days()
    end = Days(null=True)
    version = WholeAttribute()
    msgid = UnicodeAttribute()
    disease = UnicodeAttribute()
    notes = PackedAttribute()


class CertificateItem(Model):
    Meta = table_meta("people")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="PERSON")
    psn_no = UnicodeAttribute()


class BatchItem(Model):
    """A drop that was taken up. `facts` are the counts and names that its answer tells; never a
    person's."""

    Meta = table_meta("people")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="BATCH")
    state = UnicodeAttribute()
    received = Instants()
    facts = PackedAttribute()


class SeriesItem(Model):
    """The latest period that a sender's drops of one kind about one region have reached."""

    Meta = table_meta("people")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="LATEST")
    period = UnicodeAttribute()
