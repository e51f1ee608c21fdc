"""What each kind of matter is called, rests on and may be answered: `kinds.toml`, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from medaid.followup.model import MatterKind


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """One answer: its name, whether it closes the matter, what must have been answered before, and
    whether it says that the finding is mended: then what is found again is a new matter."""

    name: str
    closes: bool
    after: str = ""
    mended: bool = False
    system: bool = False
    """The gateway's own word: no officer enters it."""
    tells: bool = False
    """The person knows: a case that the message is about moves on."""


@dataclass(frozen=True, slots=True)
class KindRule:
    """One kind of matter."""

    name: str
    cite: str
    answers: Mapping[str, AnswerRule]


@cache
def kinds() -> Mapping[MatterKind, KindRule]:
    """All kinds. Raises ValueError for a kind that is missing or unknown, or an answer that follows
    one that is none."""
    data = tomllib.loads(resources.files("medaid.followup").joinpath("kinds.toml").read_text())
    found = {
        MatterKind(kind): KindRule(
            facts["name"],
            facts["cite"],
            {name: AnswerRule(**rule) for name, rule in facts["answers"].items()},
        )
        for kind, facts in data.items()
    }
    strays = [
        rule.after
        for one in found.values()
        for rule in one.answers.values()
        if rule.after and rule.after not in one.answers
    ]
    if set(found) != set(MatterKind) or strays:
        raise ValueError(f"kinds.toml: kinds or answers do not fit {strays}")
    return found
