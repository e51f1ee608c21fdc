"""infra/template.yaml brought into a local cloud: zips uploaded, template transformed, stack
created or updated, gaps mended.

MiniStack's CloudFormation leaves out TTL and point-in-time recovery of tables and the time zone of
schedules: `mended` puts them back. It takes away the bucket's rule that only TLS is let in, as the
local cloud speaks plain HTTP, to this machine alone, and does hold the functions to that rule.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from medaid.local import package, sign_in, template
from medaid.local.errors import LocalError
from medaid.local.places import USER_POOL
from medaid.local.stack import NAME, Cloud, Stack, described, outputs, running, users_of

ARTIFACTS = "medaid-artifacts"
LEFT_OUT = {"AWS::Backup::BackupSelection"}
"""Types that MiniStack does not know: which tables a backup plan copies."""
LOCAL_PARAMETERS = {"NationalLevel": "local", "Mfa": "OPTIONAL"}
"""On one machine the national level of clearing is ours too, and nobody carries a second factor."""
Report = Callable[[str], None]
"""Takes one Chinese line about what is being done now."""
_COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def arguments(parser: argparse.ArgumentParser) -> None:
    """`medaid deploy` takes none: it finds the running local cloud."""


def run(_: argparse.Namespace) -> int:
    """`medaid deploy`."""
    stack = running()
    deployed(stack.cloud, report=print)
    return 0


def deployed(
    cloud: Cloud,
    parameters: Mapping[str, str] | None = None,
    name: str = NAME,
    report: Report = lambda _: None,
) -> Stack:
    """The stack with the present code and template, in `cloud`. Raises LocalError naming the
    resource that failed."""
    report("打包")
    plain = _uploaded_and_transformed(cloud)
    pool = template.read(USER_POOL)
    report(f"部署 {len(pool['Resources']) + len(plain['Resources'])} 项资源")
    wanted = LOCAL_PARAMETERS | _sign_in(cloud) | dict(parameters or {})
    _create_or_update(cloud, users_of(name), pool, wanted | _console(cloud, name))
    signed = outputs(cloud, users_of(name))
    wanted |= {"TokenIssuer": signed["Issuer"], "TokenAudience": signed["Audience"]}
    wanted["TokenKeys"] = f"{cloud.endpoint}/{signed['UserPool']}/.well-known/jwks.json"
    _create_or_update(cloud, name, plain, wanted)
    _create_or_update(cloud, users_of(name), pool, wanted | _console(cloud, name))
    s3, mark = cloud.client("s3"), _mark(name)
    if not s3.list_objects_v2(Bucket=ARTIFACTS, Prefix=mark)["KeyCount"]:
        report("补全本地云缺失的设置")
        mended(cloud, name, plain)
        s3.put_object(Bucket=ARTIFACTS, Key=mark, Body=b"")
    return described(cloud, name)


def _sign_in(cloud: Cloud) -> dict[str, str]:
    """Where this machine's console signs people in, and where it reads files."""
    return {
        "SignIn": f"{cloud.endpoint}{sign_in.PATH}",
        "SignInTokens": f"{cloud.endpoint}/oauth2/token",
        "FilesAddress": cloud.endpoint,
    }


def _console(cloud: Cloud, name: str) -> dict[str, str]:
    """Where a sign-in leads back to; known once the API is there."""
    try:
        return {"ConsoleAddress": Stack(cloud, outputs(cloud, name), name).console}
    except (LocalError, KeyError):
        return {}


def _mark(name: str) -> str:
    """The key of an object that is there while nothing was changed since the stack was mended."""
    return f"mended/{name}."


def _uploaded_and_transformed(cloud: Cloud) -> template.Template:
    s3 = cloud.client("s3")
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        s3.create_bucket(
            Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": cloud.region}
        )

    def upload(name: str, body: bytes) -> dict[str, str]:
        key = package.object_key(name, body)
        s3.put_object(Bucket=ARTIFACTS, Key=key, Body=body)
        return {"Bucket": ARTIFACTS, "Key": key}

    layer = upload("layer", package.layer_zip())
    plain = template.transformed(
        template.read(), layer, lambda task: upload(task, package.function_zip(task)), cloud.region
    )
    kept = {i: r for i, r in plain["Resources"].items() if r["Type"] not in LEFT_OUT}
    _adapt_queues(kept, template.defaults(plain))
    return plain | {"Resources": kept}


def _adapt_queues(resources: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Sets what MiniStack reads otherwise than AWS. It hands a parameter on as text where its
    pollers compare a number, and they stop; and it asks for a permission of the name of the call
    that sends many messages, for which AWS asks `sqs:SendMessage`."""
    for mapping in _of_type(resources, "AWS::Lambda::EventSourceMapping"):
        scaling = mapping.get("ScalingConfig", {})
        if isinstance(most := scaling.get("MaximumConcurrency"), Mapping):
            scaling["MaximumConcurrency"] = int(values[most["Ref"]])
    for role in _of_type(resources, "AWS::IAM::Role"):
        for policy in role.get("Policies", []):
            _may_send_many(policy["PolicyDocument"]["Statement"])


def _of_type(resources: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one.get("Properties", {}) for one in resources.values() if one["Type"] == kind]


def _may_send_many(statements: Sequence[dict[str, Any]]) -> None:
    for statement in statements:
        actions = statement.get("Action", [])  # a conditional one has none of its own
        actions = [actions] if isinstance(actions, str) else actions
        if "sqs:SendMessage" in actions:
            statement["Action"] = [*actions, "sqs:SendMessageBatch"]


def _create_or_update(
    cloud: Cloud, name: str, plain: template.Template, parameters: Mapping[str, str]
) -> None:
    """Of `parameters` those are set that the template has."""
    parameters = {key: parameters[key] for key in plain.get("Parameters", {}) if key in parameters}
    cloudformation = cloud.client("cloudformation")
    there = _there(cloudformation, name, plain)
    if there == (json.loads(json.dumps(plain)), parameters):
        return
    cloud.client("s3").delete_object(Bucket=ARTIFACTS, Key=_mark(name))
    request: dict[str, Any] = {
        "StackName": name,
        "TemplateURL": _published(cloud, name, plain),
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
    }
    change = cloudformation.update_stack if there else cloudformation.create_stack
    try:
        change(**request)
    except cloudformation.exceptions.ClientError as refusal:
        if "No updates are to be performed" in str(refusal):
            return
        raise LocalError(f"the stack cannot be deployed: {str(refusal)[:500]}") from refusal
    _wait(cloudformation, name)


def _there(
    cloudformation: Any, name: str, plain: template.Template
) -> tuple[Any, dict[str, str]] | None:
    """The template and the parameters that the stack has; None where there is no such stack or
    its creation failed; an empty template where the last change failed."""
    try:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        body = cloudformation.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
    except cloudformation.exceptions.ClientError:
        return None
    if stack["StackStatus"] in ("CREATE_FAILED", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
        return None
    if stack["StackStatus"] not in _COMPLETE:
        return {}, {}
    given = {p["ParameterKey"]: p["ParameterValue"] for p in stack.get("Parameters", [])}
    defaults = {key: str(p.get("Default")) for key, p in plain.get("Parameters", {}).items()}
    return json.loads(body) if isinstance(body, str) else body, {
        key: value for key, value in given.items() if value != defaults.get(key)
    }


def _published(cloud: Cloud, name: str, plain: template.Template) -> str:
    """The template's address: sent along, it may have 51,200 bytes at most; read from a bucket, a
    million."""
    body = json.dumps(plain, separators=(",", ":")).encode()
    key = package.object_key(f"template-{name}", body).removesuffix(".zip") + ".json"
    cloud.client("s3").put_object(Bucket=ARTIFACTS, Key=key, Body=body)
    return f"{cloud.endpoint}/{ARTIFACTS}/{key}"


def _wait(cloudformation: Any, name: str) -> None:
    while (
        status := cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    ).endswith("IN_PROGRESS"):
        time.sleep(0.1)
    if status not in _COMPLETE:
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        failed = [
            f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason', '')}"
            for e in events
            if "FAILED" in e["ResourceStatus"]
        ]
        raise LocalError(f"the stack ended as {status}: " + "; ".join(failed))


def mended(cloud: Cloud, name: str, plain: template.Template) -> None:
    """Sets by call what MiniStack's CloudFormation drops."""
    resources = cloud.client("cloudformation").describe_stack_resources(StackName=name)[
        "StackResources"
    ]
    physical = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources}
    for logical, resource in plain["Resources"].items():
        if logical not in physical:
            continue  # its condition does not hold
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::DynamoDB::Table":
            _mend_table(cloud.client("dynamodb"), physical[logical], properties)
        elif resource["Type"] == "AWS::Scheduler::Schedule":
            _mend_schedule(cloud.client("scheduler"), physical[logical], properties)
        elif resource["Type"] == "AWS::S3::BucketPolicy":
            _let_plain_http_in(cloud.client("s3"), physical[properties["Bucket"]["Ref"]])


def _mend_table(dynamodb: Any, table: str, properties: Mapping[str, Any]) -> None:
    wanted = properties.get("TimeToLiveSpecification")
    status = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"][
        "TimeToLiveStatus"
    ]
    if wanted and status == "DISABLED":
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)
    dynamodb.update_continuous_backups(
        TableName=table,
        PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"],
    )


def _mend_schedule(scheduler: Any, schedule: str, properties: Mapping[str, Any]) -> None:
    present = scheduler.get_schedule(Name=schedule)
    kept = {
        key: present[key]
        for key in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target", "State")
    }
    scheduler.update_schedule(
        **kept, ScheduleExpressionTimezone=properties["ScheduleExpressionTimezone"]
    )


def _let_plain_http_in(s3: Any, bucket: str) -> None:
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
            return  # done at an earlier deployment
        raise
    kept = [
        statement
        for statement in policy["Statement"]
        if "aws:SecureTransport" not in statement.get("Condition", {}).get("Bool", {})
    ]
    if kept:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy | {"Statement": kept}))
    else:
        s3.delete_bucket_policy(Bucket=bucket)
