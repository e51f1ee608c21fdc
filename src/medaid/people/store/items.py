"""The items of the people table: a key, a body by `medaid.aws.codec`, and what conditions and the
index need beside it."""

from __future__ import annotations

from typing import Any

from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from medaid.aws.items import VersionedItem
from medaid.aws.table import UnicodeAttribute, table_meta


# pynamodb leaves its subclass hook untyped
class RegisterIndex(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Identities by a region's register and their order in it."""

    class Meta:
        index_name = "register"
        projection = AllProjection()

    register = UnicodeAttribute(hash_key=True)
    register_order = UnicodeAttribute(range_key=True)


class PeopleItem(VersionedItem):
    """Anything of the table. `at` is when a person, identity or enrolment was recorded, `version`
    that of a visit or of a year's totals, `state` that of a drop. Identities, superseded ones too,
    stand in the register's index."""

    Meta = table_meta("people")
    register = UnicodeAttribute(null=True)
    register_order = UnicodeAttribute(null=True)
    register_index = RegisterIndex()
