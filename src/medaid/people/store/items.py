"""The items of the people table: a key, a body by `medaid.aws.codec`, and what conditions and the
index need beside it."""

from __future__ import annotations

from medaid.aws.items import VersionedItem
from medaid.aws.table import UnicodeAttribute, index_by, table_meta


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
    register_index = index_by("register", "register", "register_order")
    name_index = index_by("by_name", "by_name", "list_order")
    category_index = index_by("by_category", "by_category", "list_order")
    department_index = index_by("by_department", "by_department", "list_order")
    village_index = index_by("by_village", "by_village", "list_order")
