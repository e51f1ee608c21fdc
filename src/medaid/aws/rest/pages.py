"""The one way in which a list is answered by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from medaid.aws.rest.bodies import ListQuery, Page, cursor_key, cursor_text
from medaid.ids import content_hash

T = TypeVar("T")
Row = TypeVar("Row")
ReadPage = Callable[[str, int], tuple[Iterable[T], str]]
"""(after, limit) → the rows behind `after`, and where the next page begins; empty at the end."""


def paged(
    query: ListQuery, names: Iterable[object], read: ReadPage[T], show: Callable[[T], Row]
) -> Page[Row]:
    """One page of the list that `names` name (what it lists, and of what): `read` brings its rows
    alone, `show` makes each an answer.

        return paged(call.query, ("vouchers", admdvs, month), read, _voucher)

    Raises BadInput for a cursor of another list.
    """
    rows, cursor = page_of(query, names, read)
    return Page(rows=[show(one) for one in rows], cursor=cursor)


def page_of(query: ListQuery, names: Iterable[object], read: ReadPage[T]) -> tuple[list[T], str]:
    """The rows and the cursor of such a page, for answers that show more than its rows."""
    of = {"of": content_hash(*(str(one) for one in names))[:16]}
    after = (cursor_key(query.cursor, **of) or {}).get("after", "")
    rows, end = read(after, query.limit)
    return list(rows), cursor_text({**of, "after": end}) if end else ""


def among(rows: Mapping[str, T]) -> ReadPage[T]:
    """Pages of what is in memory in any case, because one item holds it or it is worked out as a
    whole: `rows` by name, in order. Behind a name that is no more, from the front."""

    def read(after: str, limit: int) -> tuple[list[T], str]:
        names = list(rows)
        begin = names.index(after) + 1 if after in rows else 0
        page = names[begin : begin + limit]
        more = begin + limit < len(names)
        return [rows[name] for name in page], page[-1] if more else ""

    return read


def whole(rows: Iterable[Row]) -> Page[Row]:
    """A list that has no pages, because what it lists is the product's own: funds, accounts of the
    chart, forms."""
    found = list(rows)
    return Page(rows=found, total=len(found))
