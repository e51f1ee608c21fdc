"""Every version of every policy pack that ever priced a settlement, kept so that it can be replayed
in ten years.

Packs ship with the code; the hourly sweep publishes them here, once for each content version, and
nothing here ever changes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from medaid.aws.transaction import commit_once
from medaid.errors import PolicyUndetermined
from medaid.policy.model import Pack
from medaid.policy.service import PACKS, Library, library, load_pack, parse_pack
from medaid.settlement import store
from medaid.settlement.model import PublishedPack


def publish_packs(folder: Path = PACKS) -> list[str]:
    """Keeps each pack of `folder` under `id@version`; answers the names that were new. Raises
    PackInvalid, Unavailable."""
    new = []
    for path in sorted(folder.glob("*.toml")):
        pack = load_pack(path)
        name = f"{pack.id}@{pack.version}"
        if store.find_pack(name) is not None:
            continue
        kept = PublishedPack(path.name, path.read_text("utf-8"))
        if commit_once([store.create_pack(name, kept)]):
            new.append(name)
    return new


def find_pack(name: str) -> Pack:
    """The pack `id@version` as it was published. Raises PolicyUndetermined NO_POLICY where it never
    was, Unavailable."""
    kept = store.find_pack(name)
    if kept is None:
        raise PolicyUndetermined("NO_POLICY", field=name, rule="该版本的政策包没有发布过")
    return parse_pack(kept.text.encode(), kept.file)


@cache
def every_version() -> Library:
    """The shipped packs, and behind them every version that was published."""
    return Library(library().packs, find_pack)
