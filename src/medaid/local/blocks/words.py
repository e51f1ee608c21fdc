"""Blocks of the glossary."""

from __future__ import annotations

from typing import Any

from medaid.fund.model.chart import read
from medaid.local import template
from medaid.local.blocks.tables import coded, table
from medaid.local.places import USER_POOL
from medaid.people.model import CATEGORIES
from medaid.policy.vocabulary import FACT_NAMES, VALUES
from medaid.regions import NATION


def categories_block() -> str:
    listed = read("categories.toml", "medaid.people")
    departments = {key: row["name"] for key, row in listed["departments"].items()}
    rows = [
        (
            f"`{key}`",
            CATEGORIES[key],
            "、".join(departments[d] for d in row["departments"]),
            row["article"],
        )
        for key, row in listed["category"].items()
    ]
    return table(("category", "中文", "determined by", "source"), rows)


def facts_block() -> str:
    rows = [
        (
            f"`{fact}`",
            name,
            ", ".join(f"`{code}` {said}" for code, said in VALUES.get(fact, {}).items()) or "–",
        )
        for fact, name in FACT_NAMES.items()
    ]
    return table(("fact", "中文", "values"), rows)


def role_names() -> dict[str, str]:
    """The roles a token may carry, by the template and by what the handling procedure calls those
    it knows."""
    groups = [
        r["Properties"]
        for r in template.read(USER_POOL)["Resources"].values()
        if r["Type"] == "AWS::Cognito::UserPoolGroup"
    ]
    named = {group["GroupName"]: group["Description"] for group in groups}
    return named | {str(role): str(name) for role, name in _procedure()["roles"].items()}


def roles_block() -> str:
    """The same with what each may do to a case."""
    acts: dict[str, list[str]] = {}
    for move in _procedure()["move"]:
        for role in move["roles"]:
            acts.setdefault(role, []).append(move["says"])
    return table(
        ("role", "中文", "acts of manual reimbursement"),
        [
            (f"`{role}`", name, "、".join(acts.get(role, ())) or "–")
            for role, name in role_names().items()
        ],
    )


def _procedure() -> dict[str, Any]:
    return read("procedure.toml", "medaid.reimbursement")


def states_block() -> str:
    return coded("state of a case", _procedure()["states"])


def clocks_block() -> str:
    rows = []
    for clock in _procedure()["clock"]:
        told = clock.get("none") or (
            f"{clock['days']}; {clock['small_days']} up to "
            f"{clock['small_limit']} yuan outpatient; {clock['special_days']} with a special reason"
        )
        rows.append(
            ("a case of manual reimbursement", told, ", ".join(clock["regions"]), clock["cite"])
        )
    for figure in read("figures.toml", "medaid.clearing")["figure"]:
        if figure["unit"] == "working days" or figure["unit"].startswith(
            ("day of", "month-day of")
        ):
            rows.append(
                (
                    f"`{figure['key']}`",
                    f"{figure['value']} ({figure['unit']})",
                    "everywhere" if figure["region"] == NATION else figure["region"],
                    figure["cite"],
                )
            )
    steps = "、".join(
        f"`{step['name']}` {step['says']} ({step['offset']:+d})"
        for step in _procedure()["escalation"]
    )
    return (
        table(("clock or date", "working days, or date", "region", "source"), rows)
        + f"\nSteps of escalation on a case's clock, in working days from the due day: {steps}.\n"
    )


def accounts_block() -> str:
    rows = [
        (row["number"], row["name"], row["kind"], row["cite"])
        for row in read("chart.toml")["account"]
    ]
    return table(("number", "name", "kind", "source"), rows)
