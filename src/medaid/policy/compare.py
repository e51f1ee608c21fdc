"""What differs between two policies: which figures, by how they read, under which clause, and which
categories of persons are touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from medaid.policy.describe import DescribedFigure, entries
from medaid.policy.model import Policy
from medaid.policy.vocabulary import category_name


class FigureDifference(NamedTuple):
    """One figure that is new, gone or changed. `before` or `after` is None where it did not or does
    no longer exist."""

    before: DescribedFigure | None
    after: DescribedFigure | None

    @property
    def entry(self) -> DescribedFigure:
        """The side that exists, the later one first."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def sentence(self) -> str:
        """In Chinese: what, from what to what, whom it touches, the clause."""
        entry = self.entry
        head = f"{entry.name} {entry.table}" + (f"[{entry.condition}]" if entry.condition else "")
        if self.before is None:
            change = f"新增 {head}:{entry.value}"
        elif self.after is None:
            change = f"取消 {head}:{entry.value}"
        else:
            change = f"改变 {head}:{self.before.value} → {self.after.value}"
        basis = f";依据 {entry.cite.text}" if entry.cite.document else ""
        return f"{change}(涉及:{touched_words(entry.categories)}{basis})"


def touched_words(categories: frozenset[str]) -> str:
    """Names of the categories, or everybody."""
    return "、".join(sorted(map(category_name, categories))) if categories else "全体参保人"


def differences(before: Policy, after: Policy) -> list[FigureDifference]:
    """Every figure that reads otherwise, in the order of the later policy, then what is gone."""
    old, new = _by_place(before), _by_place(after)
    changed = [
        FigureDifference(old.get(place), entry)
        for place, entry in new.items()
        if place not in old or old[place].value != entry.value
    ]
    return [
        *changed,
        *(FigureDifference(entry, None) for place, entry in old.items() if place not in new),
    ]


def _by_place(policy: Policy) -> dict[tuple[str, ...], DescribedFigure]:
    """Entries by where they stand; several of one place (modifiers without condition) are told
    apart by their number."""
    found: dict[tuple[str, ...], DescribedFigure] = {}
    for layer in policy.layers:
        for entry in entries(layer):
            place: tuple[str, ...] = entry.place
            while place in found:
                place = (*place, "+")
            found[place] = entry
    for code, rows in policy.category_rules.items():
        for one in rows:
            found["standing", code] = DescribedFigure(
                "standing",
                "救助对象",
                category_name(code),
                "",
                "列入",
                one.row.cite,
                frozenset({code}),
            )
    return found


def touched(found: Sequence[FigureDifference]) -> str:
    """All categories that some difference touches."""
    if any(not d.entry.categories for d in found):
        return touched_words(frozenset())
    return touched_words(frozenset().union(*(d.entry.categories for d in found)))
