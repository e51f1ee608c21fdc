"""A pack that somebody damaged, by line or by value: it loads or it is refused with places; nothing
else ever comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from medaid.benefit.engine import price
from medaid.benefit.model import Bill, Claim, Facts
from medaid.errors import MedaidError
from medaid.money import Fen
from medaid.people.model import CATEGORIES
from medaid.policy.assembly import assemble
from medaid.policy.describe import show
from medaid.policy.loader import PackInvalid, parse
from medaid.policy.model import Pack
from medaid.policy.service import PACKS

TEXTS: Final = [
    p.read_text(encoding="utf-8")
    for p in (
        *sorted(Path(__file__).with_name("shapes").glob("*.toml")),
        *sorted(PACKS.glob("*.toml")),
    )
]
VALUES: Final = [
    "0",
    "-1",
    "80",
    "1e400",
    "nan",
    "inf",
    "true",
    '""',
    '"x"',
    "[]",
    "{}",
    "[[]]",
    "2024-13-01",
    "2024-01-01",
    "07:00:00",
    "{ a = 1 }",
    "0.3333333",
    "9" * 30,
]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    lines = draw(st.sampled_from(TEXTS)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        n = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["delete", "double", "swap", "value", "key", "cut"])):
            case "delete":
                del lines[n]
            case "double":
                lines.insert(n, lines[draw(st.integers(0, len(lines) - 1))])
            case "swap":
                m = draw(st.integers(0, len(lines) - 1))
                lines[n], lines[m] = lines[m], lines[n]
            case "value" if "=" in lines[n]:
                lines[n] = lines[n].split("=")[0] + "= " + draw(st.sampled_from(VALUES))
            case "key" if "=" in lines[n]:
                lines[n] = (
                    draw(
                        st.sampled_from(
                            ["yuan", "ratio", "of", "when", "per", "none", "kind", "over", "after"]
                        )
                    )
                    + " ="
                    + lines[n].split("=", 1)[1]
                )
            case _:
                lines[n] = lines[n][: draw(st.integers(0, len(lines[n])))]
        lines = lines or [""]
    return "\n".join(lines)


def loaded(text: str) -> Pack | None:
    try:
        return parse(text.encode(), "damaged.toml", frozenset(CATEGORIES))
    except PackInvalid as invalid:
        length = text.count("\n") + 1
        if not all(
            problem.says and 1 <= problem.line <= length + 1 for problem in invalid.problems
        ):
            raise
        return None


@settings(max_examples=400, deadline=None)
@given(text=damaged(), category=st.sampled_from(sorted(CATEGORIES)), yuan=st.integers(0, 10**9))
def test_a_damaged_pack_loads_or_is_refused_with_places(
    text: str, category: str, yuan: int
) -> None:
    pack = loaded(text)
    if pack is None:
        return
    facts = Facts(
        "inpatient",
        "none",
        "390",
        "1",
        "city",
        "referred",
        "adult",
        "other",
        "1",
        "yes",
        40,
        1,
        3,
        "none",
        "illness",
        "general",
        "no",
        "1",
    )
    try:
        policy = assemble(
            [pack], pack.region, pack.region if pack.category_rules else "", pack.in_force
        )
        assert show(policy)
        answer = price(
            policy,
            Claim(
                Bill(Fen(yuan), Fen(yuan)),
                facts,
                (category,),
                {"payments_by_others": 0, "hifp_pay": 0, "maf_pay": 0, "hifmi_pay": 0},
            ),
        )
    except MedaidError:
        return
    assert sum(step.paid for step in answer.steps) + int(answer.person_pays) == yuan
