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


class _ByName(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_name"
        projection = AllProjection()

    by_name = UnicodeAttribute(hash_key=True)
    list_order = UnicodeAttribute(range_key=True)


class _ByCategory(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_category"
        projection = AllProjection()

    by_category = UnicodeAttribute(hash_key=True)
    list_order = UnicodeAttribute(range_key=True)


class _ByDepartment(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_department"
        projection = AllProjection()

    by_department = UnicodeAttribute(hash_key=True)
    list_order = UnicodeAttribute(range_key=True)


class _ByVillage(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_village"
        projection = AllProjection()

    by_village = UnicodeAttribute(hash_key=True)
    list_order = UnicodeAttribute(range_key=True)


class PeopleItem(VersionedItem):
    """Anything of the table. `at` is when a person, identity or enrolment was recorded, `version`
    that of a visit or of a year's totals, or a count, `state` that of a drop. Identities, also
    superseded ones, stand in the register's index; those known now in its lists, with the person's
    name and village."""

    Meta = table_meta("people")
    register = UnicodeAttribute(null=True)
    register_order = UnicodeAttribute(null=True)
    list_order = UnicodeAttribute(null=True)
    by_name = UnicodeAttribute(null=True)
    by_category = UnicodeAttribute(null=True)
    by_department = UnicodeAttribute(null=True)
    by_village = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    village = UnicodeAttribute(null=True)
    register_index = RegisterIndex()
    name_index = _ByName()
    category_index = _ByCategory()
    department_index = _ByDepartment()
    village_index = _ByVillage()
