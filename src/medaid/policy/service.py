"""The packs at hand, and the policy for a person and a day. Loaded once and kept: a policy is a
value that never changes.

Packs ship as TOML beside this module; a build may put them beside it read and checked already
(`compiled`), which a cold start loads in a few milliseconds. Older versions are found by content
version, so that what was settled can be replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from medaid.errors import PolicyUndetermined
from medaid.people.model import CATEGORIES
from medaid.policy.assembly import assemble, chain, succeeded
from medaid.policy.entered import entered_parts as entered_parts
from medaid.policy.entered import open_parts as open_parts
from medaid.policy.entered import with_figures as with_figures
from medaid.policy.model import Pack, Policy, PublishedFigure
from medaid.policy.vocabulary import LayerKind

PACKS: Final = Path(__file__).with_name("packs")
COMPILED: Final = "compiled.bin"
MOST_POLICIES: Final = 20_000
"""Policies kept: a region and a day each. A process that lives for months forgets them all at once
and begins again."""


class Library:
    """A set of packs that answers policies. `older` finds a pack by `id@version` when the set no
    longer has that version."""

    def __init__(self, packs: Iterable[Pack], older: Callable[[str], Pack] | None = None) -> None:
        self._written = tuple(packs)
        self.packs = succeeded(self._written)
        self._older = older
        self._policies: dict[tuple[str, str, date], Policy] = {}

    def policy_for(self, insured: str, assisted: str, day: date) -> Policy:
        """What holds for care that ended on `day`. Raises PolicyUndetermined (see
        `medaid.policy.assembly.assemble`)."""
        key = (insured, assisted, day)
        known = self._policies.get(key)
        if known is None:
            if len(self._policies) >= MOST_POLICIES:
                self._policies.clear()
            known = self._policies[key] = assemble(self.packs, insured, assisted, day)
        return known

    def policy_of(self, versions: Sequence[str], insured: str, assisted: str, day: date) -> Policy:
        """The policy as it was, from the pack versions that a settlement names (`id@version`)."""
        at_hand = {f"{p.id}@{p.version}": p for p in self._written}
        return assemble(
            [at_hand[name] if name in at_hand else self._find(name) for name in versions],
            insured,
            assisted,
            day,
            complete=False,
        )

    def _find(self, name: str) -> Pack:
        if self._older is None:
            raise PolicyUndetermined("NO_POLICY", field=name, rule="该版本的政策包不在手边")
        return self._older(name)

    def figures(self, region: str, day: date) -> dict[str, tuple[PublishedFigure, ...]]:
        """Published figures by name (a financing standard, a national floor) that hold in `region`
        on `day`; the nearest region's win."""
        found: dict[str, tuple[PublishedFigure, ...]] = {}
        for one in chain(region):
            here: dict[str, tuple[PublishedFigure, ...]] = {}
            for figure in (
                f
                for p in self.packs
                if p.region == one and p.holds(day)
                for f in p.figures
                if f.row.holds_on(day)
            ):
                here[figure.name] = (*here.get(figure.name, ()), figure)
            found = {**here, **found}
        return found

    def cover_figures(
        self, region: str, cover_year: int
    ) -> tuple[tuple[PublishedFigure, ...], ...]:
        """Published figures of a cover year (参保年度) in `region` and each region above it, the
        nearest first: those that name the year, whenever their document was in force, and those
        that name none and hold on its first day."""
        first = date(cover_year, 1, 1)
        found = (
            tuple(
                figure
                for pack in self.packs
                if pack.region == one
                for figure in pack.figures
                if figure.cover_year == cover_year
                or (figure.cover_year is None and pack.holds(first) and figure.row.holds_on(first))
            )
            for one in chain(region)
        )
        return tuple(rows for rows in found if rows)

    def warnings(
        self, insured: str, assisted: str, day: date, layers: Iterable[str]
    ) -> tuple[str, ...]:
        """What an answer under the policy of `day` has to say of it: benefits among its `layers`
        without figures, figures that were last verified before."""
        policy = self.policy_for(insured, assisted, day)
        return (*told_gaps(policy, layers), *self.unverified(policy))

    def unverified(self, policy: Policy) -> tuple[str, ...]:
        """Sentences on packs whose figures were last verified before the policy's day."""
        ids = {name.partition("@")[0] for name in policy.packs}
        return tuple(
            f"{p.title}的标准核验至 {p.verified_until},请核对现行文件"
            for p in self.packs
            if p.id in ids and p.verified_until and p.verified_until < policy.day
        )


def told_gaps(policy: Policy, layers: Iterable[str]) -> tuple[str, ...]:
    """Sentences on the benefits among `layers` (the ids of an answer's steps) without figures."""
    asked = set(layers)
    return tuple(
        f"{layer.name}:{requirement.says}"
        for layer in policy.layers
        if layer.kind == LayerKind.GAP and layer.id in asked
        for requirement in layer.requirements
    )


def load_pack(path: Path) -> Pack:
    """The pack in a TOML file. Raises PackInvalid."""
    # reading TOML is for publishing and replaying: no settlement does it
    from medaid.policy.loader import load

    return load(path, frozenset(CATEGORIES))


def parse_pack(content: bytes, file: str) -> Pack:
    """The pack in the bytes of a TOML file of that name. Raises PackInvalid."""
    from medaid.policy.loader import parse  # as above

    return parse(content, file, frozenset(CATEGORIES))


def read_packs(folder: Path) -> tuple[Pack, ...]:
    """Every pack in `folder`, all problems of all files at once. Raises PackInvalid."""
    # reading TOML is for tools and builds: a cold start takes the packs as compiled
    from medaid.policy import check
    from medaid.policy.loader import PackInvalid

    packs, problems = check.read([folder])
    if problems:
        raise PackInvalid(problems)
    return tuple(packs)


def compiled_packs(folder: Path) -> bytes:
    """The packs of `folder`, read and checked, in the form that a cold start loads (100 times
    faster than TOML)."""
    import pickle  # as above

    return pickle.dumps(read_packs(folder), protocol=pickle.HIGHEST_PROTOCOL)


@cache
def library() -> Library:
    """The packs that ship with the product."""
    compiled = PACKS / COMPILED
    if compiled.exists():
        import pickle  # as above

        # written by our own build, shipped read-only with the code
        packs: tuple[Pack, ...] = pickle.loads(compiled.read_bytes())  # noqa: S301
        return Library(packs)
    return Library(read_packs(PACKS))
