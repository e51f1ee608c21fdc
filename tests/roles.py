"""The roles of infra/template.yaml, held against what the code really does, in every test on moto.

A storage call made by one of our functions' code is judged by that function's role: one that the
role does not allow ends the test with `NotAllowed`. All calls are kept, so that at the end of a
whole run every permission that no call used is named (`unneeded`).

The judge is MiniStack's own policy evaluation. It is given `dynamodb:LeadingKeys`, which the
running MiniStack does not know of: only here are the conditions on keys held.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import botocore.handlers
from ministack.core import iam_evaluator as iam

from medaid.aws.settings import settings
from medaid.local import template
from medaid.local.places import PACKAGE, ROOT

REGION, ACCOUNT, PARTITION = "cn-north-1", "123456789012", "aws"
APPEND_ONLY: Final = ("journal", "access")
"""Tables in which nothing is ever changed: each put names its condition, nothing else is done."""
COUNTED: Final = "COUNT#"
"""Look-ups of a caller are counted beside the records of who read whom."""
JUDGED: Final = ("dynamodb", "s3")
"""Logs, queues, streams and keys are used by Lambda itself, outside of our code."""
_DOORS: Final = (
    (re.compile(r"/medaid/reimbursement/api/\w+\.py$"), None, "Reimburse"),
    (re.compile(r"/medaid/(clearing|fund)/(\w+/)*(api|routes)(/\w+)?\.py$"), None, "Clearing"),
    (re.compile(r"/medaid/settlement/service\.py$"), ("answer", "explain"), "Settle"),
    (re.compile(r"/medaid/reimbursement/service/sweep\.py$"), ("sweep",), "Sweep"),
    (
        re.compile(r"/medaid/reimbursement/service/\w+\.py$"),
        ("note_settlement", "remind", "delivered"),
        "Outbox",
    ),
    (re.compile(r"/medaid/reimbursement/jobs\.py$"), None, "YearEnd"),
    (re.compile(r"/medaid/clearing/jobs\.py$"), ("monthly", "daily", "step", "begin"), "Clearing"),
    (re.compile(r"/medaid/fund/rollups\.py$"), ("brought",), "Rollup"),
    (re.compile(r"/medaid/settlement/gateways/service\.py$"), ("answer",), "Settle"),
)
"""Where tests enter a function's code below its handler: file, names of functions, function."""
_ITEM: Final = {
    "ConditionCheck": "ConditionCheckItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
}


class NotAllowed(BaseException):
    """A function did what its role does not allow: no `except Exception` hides it."""


@dataclass(frozen=True)
class Act:
    """One thing done: an action of IAM on a resource, with the key or prefix it is done to."""

    action: str
    resource: str
    key: str = ""
    guarded: bool = True
    """A put that says the item must not be there yet; anything else."""

    @property
    def context(self) -> dict[str, Any]:
        if self.action.startswith("dynamodb:"):
            return {"dynamodb:leadingkeys": [self.key]}
        return {"s3:prefix": self.key} if self.action == "s3:ListBucket" else {}


@dataclass(frozen=True)
class Permission:
    """One action on one resource, as one statement of a role gives it, for one pattern of keys."""

    function: str
    sid: str
    action: str
    resource: str
    pattern: str = "*"


# ---- what the roles say --------------------------------------------------------------------------


@cache
def roles() -> Mapping[str, Sequence[iam.ParsedStatement]]:
    """Function's logical id → the statements of its role, names filled in as the tests use them."""
    resources = template.read()["Resources"]
    return {
        name: [
            iam.parse_policy_document({"Statement": [_filled(s)]})[0]
            for policy in resources[r["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"][
                "Policies"
            ]
            for s in policy["PolicyDocument"]["Statement"]
            if "Fn::If" not in s
        ]
        for name, r in resources.items()
        if r["Type"] == "AWS::Serverless::Function"
    }


@cache
def handlers() -> Mapping[tuple[str, str], str]:
    """Folder under functions/ and module → the function's logical id."""
    functions = (
        (name, r["Properties"])
        for name, r in template.read()["Resources"].items()
        if r["Type"] == "AWS::Serverless::Function"
    )
    return {
        (p["CodeUri"].rsplit("/", 1)[-1], p.get("Handler", "handler.handler").split(".")[0]): name
        for name, p in functions
    }


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return [_filled(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Sub" in value:
        return _text(value["Fn::Sub"])
    if "Fn::GetAtt" in value:
        name, attribute = value["Fn::GetAtt"]
        return _arn(name) + ("/stream/*" if attribute == "StreamArn" else "")
    if "Ref" in value:
        return _arn(value["Ref"])
    return {key: _filled(one) for key, one in value.items()}


def _text(text: str) -> str:
    text = text.replace("${AWS::StackName}-exchange-${AWS::AccountId}", settings().bucket)
    for name, value in (
        ("${AWS::Partition}", PARTITION),
        ("${AWS::Region}", REGION),
        ("${AWS::AccountId}", ACCOUNT),
        ("${AWS::StackName}", "medaid"),
        ("${AWS::URLSuffix}", "amazonaws.com"),
    ):
        text = text.replace(name, value)
    return re.sub(r"\$\{(\w+)\.Arn\}", lambda found: _arn(found[1]), text)


def _arn(logical: str) -> str:
    if logical.endswith("Table"):
        return table(settings().tables[logical.removesuffix("Table").lower()])
    return f"arn:{PARTITION}:other:{REGION}:{ACCOUNT}:{logical}"


def table(name: str) -> str:
    """The ARN of a table."""
    return f"arn:{PARTITION}:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def allowed(statements: Sequence[iam.ParsedStatement], act: Act) -> bool:
    """Whether a role of `statements` may do it."""
    context = iam.EvalContext(
        principal_arn="role",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=act.action,
        resource_arn=act.resource,
        region=REGION,
        service_context=act.context,
    )
    return bool(iam.evaluate(context, [list(statements)]).decision == "Allow")


def permissions(function: str) -> Iterator[Permission]:
    """Every permission of a function's role that a call of ours can use, taken apart."""
    for s in roles()[function]:
        patterns = [
            str(one)
            for keys in s.conditions.values()
            for name, values in keys.items()
            if name.lower() in ("dynamodb:leadingkeys", "s3:prefix")
            for one in (values if isinstance(values, list) else [values])
        ]
        for action in s.actions:
            if action.split(":")[0] not in JUDGED or "Stream" in action or "Shard" in action:
                continue
            if action == "dynamodb:GetRecords":
                continue
            for resource in s.resources:
                for pattern in patterns or ["*"]:
                    yield Permission(function, s.sid, action, resource, pattern)


def without(function: str, taken: Permission) -> list[iam.ParsedStatement]:
    """The role of a function with one permission taken away."""
    left = []
    for s in roles()[function]:
        if s.sid != taken.sid or taken.action not in s.actions or taken.resource not in s.resources:
            left.append(s)
            continue
        left.append(replace(s, actions=[a for a in s.actions if a != taken.action]))
        left.append(
            replace(
                s, actions=[taken.action], resources=[r for r in s.resources if r != taken.resource]
            )
        )
        if taken.pattern != "*":
            rest = {
                operator: {
                    name: [v for v in _listed(values) if v != taken.pattern]
                    for name, values in keys.items()
                }
                for operator, keys in s.conditions.items()
            }
            left.append(
                replace(s, actions=[taken.action], resources=[taken.resource], conditions=rest)
            )
    return [s for s in left if s.actions and s.resources and _patterns_left(s)]


def _patterns_left(s: iam.ParsedStatement) -> bool:
    return all(_listed(values) for keys in s.conditions.values() for values in keys.values())


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def unneeded(acts: Mapping[str, Collection[Act]]) -> list[Permission]:
    """Permissions that can be taken away without one of `acts` (by function) being refused."""
    found = []
    for function in roles():
        done = acts.get(function, ())
        for one in permissions(function):
            rest = without(function, one)
            if all(allowed(rest, act) for act in done if act.action == one.action):
                found.append(one)
    return found


# ---- what is done --------------------------------------------------------------------------------


def acts(service: str, operation: str, request: Mapping[str, Any]) -> Iterator[Act]:
    """What a call of botocore does. An address that is only signed counts as the call itself."""
    if service == "dynamodb":
        yield from _storage_acts(operation, request)
    elif service == "s3":
        yield from _object_acts(operation, request)


def _storage_acts(operation: str, body: Mapping[str, Any]) -> Iterator[Act]:
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for item in body["TransactItems"]:
            for member, held in item.items():
                yield _on_item(_ITEM[member], held)
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for name, held in body["RequestItems"].items():
            keys = held["Keys"] if operation == "BatchGetItem" else [_batched(w) for w in held]
            for key in keys:
                yield Act(f"dynamodb:{operation}", table(name), key["pk"]["S"], guarded=False)
    elif operation in ("Query", "Scan"):
        index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
        yield Act(f"dynamodb:{operation}", table(body["TableName"]) + index, _queried(body))
    elif operation in ("PutItem", "UpdateItem", "DeleteItem", "GetItem"):
        yield _on_item(operation, body)
    elif not operation.startswith(("Describe", "List")):
        yield Act(f"dynamodb:{operation}", table(str(body.get("TableName", ""))), guarded=False)


def _batched(write: Mapping[str, Any]) -> Any:
    return write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"]


def _on_item(action: str, held: Mapping[str, Any]) -> Act:
    key = (held["Item"] if action == "PutItem" else held["Key"])["pk"]["S"]
    reads = action in ("GetItem", "ConditionCheckItem")
    guarded = reads or (action == "PutItem" and _says_it_is_new(held))
    return Act(f"dynamodb:{action}", table(held["TableName"]), key, guarded)


def _says_it_is_new(put: Mapping[str, Any]) -> bool:
    names = put.get("ExpressionAttributeNames", {})
    said = re.fullmatch(
        r"\(?attribute_not_exists \((#\w+)\)\)?", put.get("ConditionExpression", "")
    )
    return bool(said and names.get(said[1]) in ("pk", "sk"))


def _queried(body: Mapping[str, Any]) -> str:
    said = re.search(r"(#\w+) = (:\w+)", body.get("KeyConditionExpression", ""))
    return str(body["ExpressionAttributeValues"][said[2]]["S"]) if said else ""


def _object_acts(operation: str, request: Mapping[str, Any]) -> Iterator[Act]:
    arn, key = f"arn:{PARTITION}:s3:::{request['Bucket']}", request.get("Key", "")
    if operation.startswith("ListObject"):
        yield Act("s3:ListBucket", arn, request.get("Prefix", ""))
    elif operation == "CopyObject":
        source = request["CopySource"]
        path = source if isinstance(source, str) else f"{source['Bucket']}/{source['Key']}"
        yield Act("s3:GetObject", f"arn:{PARTITION}:s3:::{path}")
        yield Act("s3:PutObject", f"{arn}/{key}", key)
    elif operation in ("GetObject", "HeadObject"):
        version = "Version" if "VersionId" in request else ""
        yield Act(f"s3:GetObject{version}", f"{arn}/{key}", key)
    else:
        yield Act(f"s3:{operation}", f"{arn}/{key}", key)


# ---- watching ------------------------------------------------------------------------------------

DONE: dict[str, set[Act]] = {}
"""What the functions did since the process began."""


def acting() -> tuple[str, bool]:
    """The function whose code is running (its logical id, or empty), and whether any of ours is."""
    function, ours, frame = "", False, sys._getframe(1)
    while frame is not None:
        path, name = frame.f_code.co_filename, frame.f_code.co_name
        # by whole paths: a checkout may lie in a folder of any name
        if path.startswith(f"{PACKAGE}/") and not path.startswith(f"{PACKAGE}/local/"):
            ours = True
            if path.endswith("/fund/sealing.py") and name == "seal_and_anchor":
                return "Seal", True  # whoever needs a seal asks that function and waits
            function = next(
                (f for file, names, f in _DOORS if file.search(path) and _named(name, names)),
                function,
            )
        elif name == "handler" and path.startswith(f"{ROOT}/functions/"):
            folder, module = path.removesuffix(".py").split("/")[-2:]
            function = handlers().get((folder, module), function)
        frame = frame.f_back  # type: ignore[assignment]
    return function, ours


def _named(name: str, names: Collection[str] | None) -> bool:
    return names is None or name in names


def judge(service: str, operation: str, request: Mapping[str, Any]) -> None:
    """Raises NotAllowed where the code that is running may not do this."""
    function, ours = acting()
    if not ours and not function:
        return  # a test looks or tampers by itself
    for act in acts(service, operation, request):
        _hold_append_only(act)
        if not function:
            continue
        if not allowed(roles()[function], act):
            raise NotAllowed(
                f"the role of {function} does not allow {act.action} on {act.resource}, key"
                f" {act.key!r}: add it to infra/template.yaml where the function needs it"
            )
        DONE.setdefault(function, set()).add(act)


_READS: Final = ("dynamodb:Query", "dynamodb:BatchGetItem")


def _hold_append_only(act: Act) -> None:
    for name in APPEND_ONLY:
        if act.resource == table(settings().tables[name]) and not act.guarded:
            if act.action in _READS or act.key.startswith(COUNTED):
                continue
            raise NotAllowed(f"{act.action} in {name}: an item there is put once and never changed")


def _storage_call(model: Any, params: Mapping[str, Any], **_: Any) -> None:
    judge("dynamodb", model.name, json.loads(params.get("body") or b"{}"))


def _object_call(model: Any, params: Mapping[str, Any], **_: Any) -> None:
    judge("s3", model.name, params)


def watch() -> None:
    """From here on every client of this process is judged."""
    botocore.handlers.BUILTIN_HANDLERS += [
        ("before-call.dynamodb", _storage_call),
        ("before-parameter-build.s3", _object_call),
    ]
