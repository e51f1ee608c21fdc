"""The judge of the roles (tests/roles.py): it refuses what a role does not allow, notices what no
act needs, and holds the append-only tables."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ministack.core import iam_evaluator as iam
from tests import roles
from tests.roles import Act, NotAllowed

from medaid.aws.settings import settings
from medaid.local.places import PACKAGE, ROOT

PEOPLE = roles.table("medaid-people")
JOURNAL = roles.table("medaid-journal")
ALLOW = {"Effect": "Allow", "Sid": "A"}


def role(*said: dict[str, Any]) -> list[iam.ParsedStatement]:
    found: list[iam.ParsedStatement] = iam.parse_policy_document(
        {"Statement": [ALLOW | one for one in said]}
    )
    return found


KEYED = {
    "Action": ["dynamodb:PutItem", "dynamodb:GetItem"],
    "Resource": PEOPLE,
    "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["P#*", "Q#*"]}},
}


@pytest.mark.parametrize(
    ("act", "may"),
    [
        (Act("dynamodb:PutItem", PEOPLE, "P#1"), True),
        (Act("dynamodb:PutItem", PEOPLE, "R#1"), False),
        (Act("dynamodb:DeleteItem", PEOPLE, "P#1"), False),
        (Act("dynamodb:PutItem", JOURNAL, "P#1"), False),
    ],
)
def test_a_role_is_judged_by_action_table_and_leading_key(act: Act, may: bool) -> None:
    assert roles.allowed(role(KEYED), act) is may


def test_a_permission_is_unneeded_where_no_act_is_refused_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(roles, "roles", lambda: {"F": role(KEYED)})
    done = {"F": {Act("dynamodb:PutItem", PEOPLE, "P#1"), Act("dynamodb:GetItem", PEOPLE, "Q#1")}}
    left = {(one.action, one.pattern) for one in roles.unneeded(done)}
    assert left == {("dynamodb:PutItem", "Q#*"), ("dynamodb:GetItem", "P#*")}
    done["F"] |= {Act("dynamodb:PutItem", PEOPLE, "Q#1"), Act("dynamodb:GetItem", PEOPLE, "P#1")}
    assert roles.unneeded(done) == []
    assert len(roles.unneeded({})) == 4


def test_what_a_transaction_does_is_what_each_of_its_items_does() -> None:
    key = {"pk": {"S": "P#1"}, "sk": {"S": "x"}}
    table = {"TableName": "medaid-people"}
    items = [
        {"Put": table | {"Item": key}},
        {"ConditionCheck": table | {"Key": key}},
        {"Delete": table | {"Key": key}},
    ]
    found = list(roles.acts("dynamodb", "TransactWriteItems", {"TransactItems": items}))
    assert [act.action for act in found] == [
        "dynamodb:PutItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
    ]
    assert {act.key for act in found} == {"P#1"}


def test_a_query_is_judged_by_the_key_it_asks_for() -> None:
    body = {
        "TableName": "medaid-people",
        "IndexName": "register",
        "KeyConditionExpression": "(#0 = :0 AND begins_with (#1, :1))",
        "ExpressionAttributeNames": {"#0": "register", "#1": "register_order"},
        "ExpressionAttributeValues": {":0": {"S": "R#1"}, ":1": {"S": "2"}},
    }
    (act,) = roles.acts("dynamodb", "Query", body)
    assert (act.resource, act.key) == (f"{PEOPLE}/index/register", "R#1")


PUT = {
    "TableName": "medaid-journal",
    "Item": {"pk": {"S": "J#1"}, "sk": {"S": "x"}},
    "ConditionExpression": "attribute_not_exists (#0)",
    "ExpressionAttributeNames": {"#0": "pk"},
}


@pytest.mark.parametrize(
    ("operation", "body", "refused"),
    [
        ("PutItem", PUT, False),
        ("PutItem", PUT | {"ConditionExpression": ""}, True),
        ("PutItem", PUT | {"ExpressionAttributeNames": {"#0": "narrative"}}, True),
        ("UpdateItem", {"TableName": "medaid-journal", "Key": PUT["Item"]}, True),
        ("DeleteItem", {"TableName": "medaid-journal", "Key": PUT["Item"]}, True),
        ("GetItem", {"TableName": "medaid-journal", "Key": PUT["Item"]}, False),
        ("BatchWriteItem", {"RequestItems": {"medaid-journal": [{"PutRequest": PUT}]}}, True),
    ],
)
def test_an_entry_is_put_once_and_never_changed_J32(
    operation: str, body: dict[str, Any], refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right money, 42. What overwrites an entry under its own key is refused in every test, whoever
    does it."""
    assert settings().tables["journal"] == "medaid-journal"
    monkeypatch.setattr(roles, "acting", lambda: ("", True))
    if refused:
        with pytest.raises(NotAllowed, match="journal"):
            roles.judge("dynamodb", operation, body)
    else:
        roles.judge("dynamodb", operation, body)


def test_a_function_is_recognised_by_its_handler_and_refused_what_its_role_lacks(
    tables: object,
) -> None:
    """The sweep, which has nothing to do with people, is stopped when it reads one."""
    from medaid.local.places import FUNCTIONS

    source = "def handler(act):\n    return act()\n"
    space: dict[str, Any] = {}
    exec(compile(source, str(FUNCTIONS / "reimburse" / "sweep.py"), "exec"), space)
    with pytest.raises(NotAllowed, match="the role of Sweep does not allow dynamodb:GetItem"):
        space["handler"](
            lambda: tables.client.get_item(  # type: ignore[attr-defined]
                TableName="medaid-people", Key={"pk": {"S": "P"}, "sk": {"S": "S"}}
            )
        )


def test_every_function_is_judged() -> None:
    assert set(roles.roles()) == set(roles.handlers().values())
    without = [f for f in roles.roles() if not list(roles.permissions(f))]
    assert without == ["Console"], "the open pages reach no storage; every other function does"


# ---- the roles themselves -----------------------------------------------------------------------

KNOWN = Path(__file__).with_name("role_acts.txt").read_text(encoding="utf-8").splitlines()
NEEDED = [tuple(line.split()) for line in KNOWN if not line.startswith("#")]
FORBIDDEN = [
    ("Settle", "PutItem", "clearing", "A#x"),  # how and to which account a hospital is paid
    ("Settle", "PutItem", "clearing", "B#x"),
    ("Settle", "DeleteItem", "clearing", "I#x"),
    ("Settle", "PutItem", "settlement", "I#x"),  # who is contracted
    ("Clearing", "PutItem", "settlement", "I#x"),
    ("Reimburse", "PutItem", "settlement", "I#x"),
    ("Settle", "PutItem", "reimbursement", "C#x"),
    ("Settle", "PutItem", "payments", "O#x"),
    ("Settle", "PutItem", "fund", "E#x"),
    ("Settle", "UpdateItem", "journal", "J#x"),
    ("Settle", "PutObject", "-", "bank/in/x"),
    ("Settle", "PutObject", "-", "bank/out/x"),
    ("Settle", "PutObject", "-", "clearing/440900/x"),
    ("Settle", "ListBucket", "-", ""),
    ("Settle", "Query", "access", "P#x"),
    ("Settle", "UpdateItem", "access", "P#x"),
    ("Clearing", "PutItem", "fund", "SEAL#x"),
    ("Rollup", "PutItem", "journal", "J#x"),  # who sums up what is posted
    ("Finance", "PutItem", "fund", "ROLL#x"),
    ("Clearing", "PutItem", "people", "P#x"),
    ("Clearing", "PutItem", "reimbursement", "C#x"),
    ("Clearing", "DeleteItem", "journal", "J#x"),
    ("Clearing", "PutObject", "-", "bank/in/x"),
    ("Finance", "PutItem", "journal", "J#x"),
    ("Finance", "PutItem", "clearing", "I#x"),
    ("Outbox", "PutItem", "clearing", "A#x"),
    ("Outbox", "PutItem", "people", "P#x"),
    ("Payments", "PutItem", "clearing", "A#x"),
    ("Payments", "PutItem", "people", "P#x"),
    ("Payments", "PutObject", "-", "bank/in/x"),
    ("Reimburse", "PutItem", "people", "B#x"),
    ("Reimburse", "PutItem", "clearing", "I#x"),
    ("Reimburse", "PutItem", "fund", "SEAL#x"),
    ("Register", "DeleteItem", "people", "C#x"),  # whose certificate it is
    ("Register", "DeleteItem", "people", "B#x"),  # what became of a drop
    ("Register", "PutObject", "-", "feedback/x"),  # what a department is answered
    ("Register", "DeleteItem", "people", "H#x"),
    ("Register", "PutItem", "settlement", "S#x"),
    ("Register", "GetItem", "settlement", "S#x"),
    ("Settle", "PutItem", "settlement", "F#x"),  # what the agency enters
    ("Reimburse", "PutItem", "settlement", "F#x"),
    ("Settle", "PutItem", "catalogue", "H#x"),  # what is payable
    ("Settle", "PutItem", "catalogue", "S#x"),
    ("Settle", "BatchGetItem", "settlement", "S#x"),
    ("Settle", "DeleteItem", "catalogue", "I#x"),
    ("Register", "PutItem", "catalogue", "I#x"),  # what an institution maps
    ("Register", "PutItem", "settlement", "D#x"),
    ("Reimburse", "PutItem", "catalogue", "H#x"),
    ("Register", "UpdateItem", "access", "P#x"),
    ("Register", "DeleteItem", "access", "P#x"),
    ("Rollup", "PutItem", "fund", "E#x"),
    ("Rollup", "PutItem", "journal", "J#x"),
    ("Roster", "PutItem", "settlement", "S#x"),
    ("Seal", "PutItem", "journal", "J#x"),
    ("Seal", "PutItem", "fund", "F#x"),
    ("Sweep", "PutItem", "journal", "J#x"),
    ("YearEnd", "GetItem", "settlement", "S#x"),
    ("YearEnd", "PutItem", "settlement", "F#x"),
    ("YearEnd", "Query", "clearing", "REGIONS"),
    ("Worker", "PutItem", "clearing", "A#x"),
    ("Worker", "PutItem", "payments", "O#x"),
    # nothing is ever deleted there, checked there or read there in batches
    *((one, "DeleteItem", "payments", "O#x") for one in ("Reimburse", "Payments", "Clearing")),
    *((one, "DeleteItem", "receipts", "R#x") for one in ("Settle", "Reimburse")),
    *((one, "BatchGetItem", "reimbursement", "C#x") for one in ("Sweep", "Payments")),
    *((one, "UpdateItem", "reimbursement", "D#x") for one in ("Outbox", "Reimburse")),
    *((one, "UpdateItem", "reimbursement", "K#x") for one in ("Sweep", "Payments")),
    *((one, "DeleteItem", "reimbursement", "C#x") for one in ("Outbox", "Reimburse")),
    *((one, "DeleteItem", "clearing", "I#x") for one in ("Clearing", "Worker")),
    *((one, "DeleteItem", "clearing", "A#x") for one in ("Clearing", "Worker")),
    *((one, "ConditionCheckItem", "people", "P#x") for one in ("Settle", "Roster", "Reimburse")),
    ("Settle", "ConditionCheckItem", "settlement", "S#x"),
    ("Clearing", "DeleteItem", "fund", "F#x"),
    ("Clearing", "ConditionCheckItem", "clearing", "A#x"),
    ("Clearing", "GetItem", "settlement", "S#x"),
    ("Register", "PutItem", "payments", "D#x"),
]


def done(action: str, place: str, key: str) -> Act:
    """What a row says."""
    if place not in ("-", "anchor"):
        room, slash, index = place.partition("/")
        return Act(f"dynamodb:{action}", roles.table(settings().tables[room]) + slash + index, key)
    name = f"medaid-anchor-{roles.ACCOUNT}" if place == "anchor" else settings().bucket
    bucket = f"arn:{roles.PARTITION}:s3:::{name}"
    return Act(f"s3:{action}", bucket if action == "ListBucket" else f"{bucket}/{key}", key)


@pytest.mark.parametrize(("function", "action", "place", "key"), NEEDED)
def test_what_a_function_does_is_refused_without_its_permission(
    function: str, action: str, place: str, key: str
) -> None:
    """Right money, 42. Each was seen in a journey; its role allows it, by one permission that can
    be named."""
    act = done(action, place, key)
    assert roles.allowed(roles.roles()[function], act)
    taken = [
        one
        for one in roles.permissions(function)
        if one.action == act.action and not roles.allowed(roles.without(function, one), act)
    ]
    assert len(taken) == 1, taken


KEPT = tomllib.loads(Path(__file__).with_name("role_kept.toml").read_text(encoding="utf-8"))["kept"]


def kept(row: dict[str, str]) -> tuple[str, Act]:
    return row["function"], done(row["action"], row["place"], row["key"])


def needless(rows: list[dict[str, str]]) -> list[roles.Permission]:
    """Permissions without which no known act is refused, those explained by `rows` left out."""
    acts: dict[str, set[Act]] = {}
    for function, action, place, key in NEEDED:
        acts.setdefault(function, set()).add(done(action, place, key))
    for function, act in map(kept, rows):
        acts.setdefault(function, set()).add(act)
    return roles.unneeded(acts)


def test_no_role_has_a_permission_that_nothing_needs() -> None:
    """Right money, 42. Each is taken away and refuses an act that the tests do, or one that
    role_kept.toml explains."""
    assert needless(KEPT) == []


@pytest.mark.parametrize("row", KEPT, ids=lambda row: " ".join(list(row.values())[:4]))
def test_what_is_kept_without_an_act_of_the_tests_says_which_code_does_it(
    row: dict[str, str],
) -> None:
    """Right money, 42. One row explains one permission, and names a function that is there."""
    assert len(needless([one for one in KEPT if one is not row])) == 1
    path, _, name = row["where"].partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^( {{4}})?def {name}\(", text, re.MULTILINE), row["where"]
    assert len(row["why"]) > 20


def test_a_permission_that_somebody_adds_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Right money, 42."""
    added = role(
        {
            "Sid": "More",
            "Action": ["dynamodb:DeleteItem"],
            "Resource": PEOPLE,
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["P#*"]}},
        }
    )
    held = roles.roles()
    monkeypatch.setattr(roles, "roles", lambda: {**held, "Sweep": [*held["Sweep"], *added]})
    assert [(one.function, one.sid) for one in needless(KEPT)] == [("Sweep", "More")]


@pytest.mark.parametrize(("function", "action", "place", "key"), FORBIDDEN)
def test_what_is_none_of_its_business_a_function_may_not_do(
    function: str, action: str, place: str, key: str
) -> None:
    """Right money, 42."""
    assert not roles.allowed(roles.roles()[function], done(action, place, key))


PUBLISHED = {("settlement", "K#")}
"""Packs of policies, by whoever deploys them, with rights of their own: no function writes them."""


def partitions() -> set[tuple[str, str]]:
    """Table and partition of every kind of item, as the tables of access patterns name them."""
    shared = {"fund": {"J#": "journal"}}
    found = set()
    for path in PACKAGE.rglob("keys.py"):
        room = path.relative_to(PACKAGE).parts[0]
        for prefix in re.findall(r"pk `([A-Za-z]+#)", path.read_text(encoding="utf-8")):
            found.add((shared.get(room, {}).get(prefix, room), prefix))
    return found - PUBLISHED


@pytest.mark.parametrize(("table", "prefix"), sorted(partitions()))
def test_every_kind_of_item_is_some_functions_to_write(table: str, prefix: str) -> None:
    """A partition that no role names could be written in tests and nowhere else."""
    act = {name: done(name, table, f"{prefix}x") for name in ("PutItem", "UpdateItem")}
    assert any(roles.allowed(said, one) for said in roles.roles().values() for one in act.values())
