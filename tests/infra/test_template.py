"""infra/template.yaml holds what the product promises of it. Each rule is a function that names
what breaks it, and is shown to fail.

The rules are checked on plain CloudFormation, as AWS makes it of the template: what the transform
adds is checked too.
"""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from medaid.aws.settings import TABLES
from medaid.local import template
from medaid.local.places import ROOT, TEMPLATE, USER_POOL
from medaid.settlement.store import REVERSED, SETTLED

Template = dict[str, Any]
Rule = Callable[[Template], list[str]]
UPLOADED = {"Bucket": "b", "Key": "k"}
ASYNCHRONOUS = {
    "Roster",
    "Outbox",
    "Sweep",
    "YearEnd",
    "Payments",
    "Clearing",
    "Worker",
    "Rollup",
    "Finance",
    "EnrollWorker",
}
"""Functions that somebody starts without waiting for the answer: a drop, a stream, a schedule, a
queue."""


@cache
def _plain() -> Template:
    return template.transformed(template.read(), UPLOADED, lambda _task: UPLOADED, "cn-north-1")


@pytest.fixture
def plain() -> Template:
    return copy.deepcopy(_plain())


def kind(t: Template, *names: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Logical id and resource of each resource whose type ends with one of `names`."""
    return ((i, r) for i, r in t["Resources"].items() if r["Type"].removeprefix("AWS::") in names)


def getatt(value: Any) -> str:
    """The logical id a `GetAtt` or `Ref` points at."""
    if isinstance(value, dict):
        found = value.get("Fn::GetAtt", value.get("Ref", ""))
        return str(found[0] if isinstance(found, list) else found)
    return ""


# ---- tables ------------------------------------------------------------------------------------


def tables_are_kept_and_protected(t: Template) -> list[str]:
    wrong = []
    for name, table in kind(t, "DynamoDB::Table"):
        p = table["Properties"]
        sse = p.get("SSESpecification", {})
        promised = {
            "encrypted with our key": sse.get("SSEEnabled")
            and sse.get("SSEType") == "KMS"
            and getatt(sse.get("KMSMasterKeyId")) == "DataKey",
            "point-in-time recovery": p.get("PointInTimeRecoverySpecification")
            == {"PointInTimeRecoveryEnabled": True},
            "deletion protection": p.get("DeletionProtectionEnabled")
            == {"Fn::If": ["Protected", True, False]},
            "retained": table.get("DeletionPolicy") == table.get("UpdateReplacePolicy") == "Retain",
            "on demand": p.get("BillingMode") == "PAY_PER_REQUEST",
            "keys pk and sk": [k["AttributeName"] for k in p["KeySchema"]] == ["pk", "sk"],
        }
        wrong += [f"{name}: {promise}" for promise, held in promised.items() if not held]
    return wrong


def every_room_has_its_table(t: Template) -> list[str]:
    names = {p["Properties"]["TableName"]["Fn::Sub"] for _, p in kind(t, "DynamoDB::Table")}
    return sorted(names ^ {f"${{AWS::StackName}}-{room}" for room in TABLES})


def protection_is_on_unless_a_test_turns_it_off(t: Template) -> list[str]:
    return (
        [] if t["Parameters"]["DeletionProtection"]["Default"] == "true" else ["DeletionProtection"]
    )


def what_tells_has_stream_and_expiry(t: Template) -> list[str]:
    wrong = []
    for name in ("OutboxTable", "SettlementTable"):
        p = t["Resources"][name]["Properties"]
        if p.get("StreamSpecification") != {"StreamViewType": "NEW_IMAGE"}:
            wrong.append(f"{name}: stream")
        if p.get("TimeToLiveSpecification") != {"AttributeName": "expires", "Enabled": True}:
            wrong.append(f"{name}: expiry")
    return wrong


def settlements_alone_are_told(t: Template) -> list[str]:
    """Lines, batches and messages of the settlement table call no function."""
    source = t["Resources"]["OutboxSettlements"]["Properties"]
    pattern = json.loads(source["FilterCriteria"]["Filters"][0]["Pattern"])
    wanted = {"dynamodb": {"NewImage": {"state": {"S": [SETTLED, REVERSED]}}}}
    return [] if pattern == wanted else ["filter"]


# ---- bucket and key ----------------------------------------------------------------------------


def bucket_is_closed(t: Template) -> list[str]:
    bucket = t["Resources"]["ExchangeBucket"]
    p = bucket["Properties"]
    access = p.get("PublicAccessBlockConfiguration", {})
    rule = (
        p.get("BucketEncryption", {})
        .get("ServerSideEncryptionConfiguration", [{}])[0]
        .get("ServerSideEncryptionByDefault", {})
    )
    statement = t["Resources"]["ExchangeBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][
        0
    ]
    promised = {
        "public access blocked": len(access) == 4 and all(v is True for v in access.values()),
        "our key": rule.get("SSEAlgorithm") == "aws:kms"
        and getatt(rule.get("KMSMasterKeyID")) == "DataKey",
        "versioned": p.get("VersioningConfiguration") == {"Status": "Enabled"},
        "retained": bucket.get("DeletionPolicy") == bucket.get("UpdateReplacePolicy") == "Retain",
        "lifecycle": bool(p.get("LifecycleConfiguration", {}).get("Rules")),
        "only over TLS": statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        and statement["Principal"] == "*",
    }
    return [promise for promise, held in promised.items() if not held]


def keys_rotate_and_are_kept(t: Template) -> list[str]:
    """A key that signs cannot rotate: what it signed must be verified with it for thirty years."""
    return [
        i
        for i, r in kind(t, "KMS::Key")
        if r.get("DeletionPolicy") != "Retain"
        or not (
            r["Properties"].get("EnableKeyRotation")
            or r["Properties"].get("KeyUsage") == "SIGN_VERIFY"
        )
    ]


# ---- functions ---------------------------------------------------------------------------------


def each_function_has_its_own_role(t: Template) -> list[str]:
    roles = [getatt(r["Properties"].get("Role")) for _, r in kind(t, "Lambda::Function")]
    return [
        role
        for role in roles
        if roles.count(role) > 1 or t["Resources"].get(role, {}).get("Type") != "AWS::IAM::Role"
    ]


def no_role_has_a_wildcard(t: Template) -> list[str]:
    """No `*` in an action, none alone as a resource, and a resource with one ends a prefix of
    ours."""
    wrong = []
    for name, role in kind(t, "IAM::Role", "IAM::Policy", "IAM::ManagedPolicy"):
        p = role["Properties"]
        if p.get("ManagedPolicyArns"):
            wrong.append(f"{name}: managed policy")
        for policy in p.get("Policies", []) + ([p] if "PolicyDocument" in p else []):
            for s in statements(policy):
                for action in listed(s["Action"]):
                    wrong += [f"{name}: action {action}"] if "*" in action else []
                for resource in listed(s["Resource"]):
                    text = (
                        resource["Fn::Sub"]
                        if isinstance(resource, dict) and "Fn::Sub" in resource
                        else resource
                    )
                    ours = isinstance(text, dict) or re.fullmatch(
                        r"arn:\$\{AWS::Partition\}:s3:::\$\{AWS::StackName\}[^*]*/[a-z/]+/\*"
                        r"|arn:[^*]+:parameter/\$\{AWS::StackName\}/[a-z]+/\*"
                        r"|\$\{\w+Table\.Arn\}/backup/\*|[^*]+",
                        str(text),
                    )
                    wrong += [] if ours else [f"{name}: resource {text}"]
                if "NotAction" in s or "NotResource" in s or s["Effect"] != "Allow":
                    wrong.append(f"{name}: shape of a statement")
    return wrong


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of a policy, those behind a condition included."""
    found = []
    for s in policy["PolicyDocument"]["Statement"]:
        found += (
            [branch for branch in s["Fn::If"][1:] if "Effect" in branch] if "Fn::If" in s else [s]
        )
    return found


def journal_is_only_ever_added_to(t: Template) -> list[str]:
    """Nothing may change or delete an entry of the books, whatever a program does (J32)."""
    allowed = {f"dynamodb:{name}" for name in ("PutItem", "GetItem", "BatchGetItem", "Query")}
    allowed |= {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    }
    allowed |= {f"dynamodb:{name}" for name in ("DescribeTable", "ListTagsOfResource")}
    allowed |= {"dynamodb:CreateBackup", "dynamodb:StartAwsBackupJob"}
    return [
        f"{name}: {action}"
        for name, role in kind(t, "IAM::Role")
        for policy in role["Properties"]["Policies"]
        for s in statements(policy)
        if any(getatt(r) == "JournalTable" for r in listed(s["Resource"]))
        for action in listed(s["Action"])
        if action not in allowed
    ]


def who_seals_cannot_post_and_nobody_else_seals(t: Template) -> list[str]:
    """The books cannot be rewritten together with their seals by any one role (J32)."""
    wrong = []
    for name, role in kind(t, "IAM::Role"):
        held = [s for p in role["Properties"]["Policies"] for s in statements(p)]
        writing = [s for s in held if {"dynamodb:PutItem"} & set(listed(s["Action"]))]
        posts = any(getatt(r) == "JournalTable" for s in writing for r in listed(s["Resource"]))
        keys = [
            key
            for s in writing
            if any(getatt(r) == "FundTable" for r in listed(s["Resource"]))
            for key in leading_keys(s) or ["*"]
        ]
        seals = [key for key in keys if "SEAL#x".startswith(key.split("*")[0])]
        wrong += [f"{name}: seals"] if seals and name != "SealRole" else []
        wrong += [f"{name}: posts"] if name == "SealRole" and (posts or keys != ["SEAL#*"]) else []
    return wrong


def leading_keys(statement: dict[str, Any]) -> list[Any]:
    held = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
    return list(held.get("dynamodb:LeadingKeys", ()))


def no_role_lists_a_whole_bucket(t: Template) -> list[str]:
    """A function lists where it reads and nowhere else: names of files are data too."""
    return [
        name
        for name, role in kind(t, "IAM::Role")
        for policy in role["Properties"]["Policies"]
        for s in statements(policy)
        if "s3:ListBucket" in listed(s["Action"])
        and not s.get("Condition", {}).get("StringLike", {}).get("s3:prefix")
    ]


def what_is_shared_is_written_by_key(t: Template) -> list[str]:
    """A function that changes a table others write too is kept to its own keys by a condition."""
    shared = {"PeopleTable", "SettlementTable", "ClearingTable", "ReimbursementTable", "FundTable"}
    changing = {f"dynamodb:{act}Item" for act in ("Put", "Update", "Delete")}
    return [
        f"{name}: {s['Sid']}"
        for name, role in kind(t, "IAM::Role")
        if name != "RegisterRole"  # people is its own table
        for policy in role["Properties"]["Policies"]
        for s in statements(policy)
        if changing & set(listed(s["Action"]))
        and shared & {getatt(r) for r in listed(s["Resource"])}
        and not [key for key in leading_keys(s) if key != "*"]
    ]


def anchors_cannot_be_changed(t: Template) -> list[str]:
    """Written once, for as long as books are kept, by nobody but the sealing function."""
    p = t["Resources"]["AnchorBucket"]["Properties"]
    rule = p.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {})
    acts = {
        f"{name}: {action}"
        for name, role in kind(t, "IAM::Role", "IAM::ManagedPolicy")
        for policy in role["Properties"].get("Policies", [role["Properties"]])
        for s in statements(policy)
        if any("-anchor-" in json.dumps(r) or getatt(r) == "SealKey" for r in listed(s["Resource"]))
        for action in listed(s["Action"])
        if not action.startswith(("s3:Get", "s3:List", "kms:Get", "kms:Describe"))
    }
    promised = {
        "locked": p.get("ObjectLockEnabled") is True and rule.get("Mode") == "COMPLIANCE",
        "for its time": rule.get("Days") == {"Ref": "SealRetentionDays"},
        "thirty years": t["Parameters"]["SealRetentionDays"]["Default"] >= 30 * 365,
        "public access blocked": all(p.get("PublicAccessBlockConfiguration", {"": 0}).values()),
        "written and signed by one role": acts == {"SealRole: s3:PutObject", "SealRole: kms:Sign"},
    }
    return [promise for promise, held in promised.items() if not held]


def each_function_is_bounded(t: Template) -> list[str]:
    wrong = []
    for name, function in kind(t, "Lambda::Function"):
        p = function["Properties"]
        wrong += [] if 1 <= p.get("Timeout", 0) <= 900 else [f"{name}: timeout"]
        wrong += [] if 128 <= p.get("MemorySize", 0) <= 3008 else [f"{name}: memory"]
        log = (
            t["Resources"]
            .get(getatt(p.get("LoggingConfig", {}).get("LogGroup")), {})
            .get("Properties", {})
        )
        wrong += (
            []
            if log.get("RetentionInDays") == {"Ref": "LogRetentionDays"}
            and getatt(log.get("KmsKeyId")) == "DataKey"
            else [f"{name}: log"]
        )
    return wrong


def functions_run_on_the_layers_python(t: Template) -> list[str]:
    """Byte-code and wheels fit one Python: one parameter says which, for the layer and for all."""
    one = {"Ref": "PythonRuntime"}
    wrong = [
        name for name, f in kind(t, "Lambda::Function") if f["Properties"].get("Runtime") != one
    ]
    layers = kind(t, "Lambda::LayerVersion")
    return wrong + [
        name for name, r in layers if r["Properties"].get("CompatibleRuntimes") != [one]
    ]


def what_the_api_calls_answers_in_time(t: Template) -> list[str]:
    """API Gateway waits 30 seconds at most: a door of the API alone answers before it gives up."""
    called = {
        name.removesuffix("Integration") for name, _ in kind(t, "ApiGatewayV2::Integration")
    } - ASYNCHRONOUS
    return [name for name in called if t["Resources"][name]["Properties"]["Timeout"] >= 30]


def log_groups_are_kept_half_a_year(t: Template) -> list[str]:
    """Cybersecurity Law of the PRC, art. 21: not less than six months."""
    wrong = [
        i
        for i, r in kind(t, "Logs::LogGroup")
        if r["Properties"].get("RetentionInDays") != {"Ref": "LogRetentionDays"}
    ]
    return wrong + (
        [] if t["Parameters"]["LogRetentionDays"]["Default"] >= 184 else ["LogRetentionDays"]
    )


def asynchronous_functions_retry_and_keep_what_failed(t: Template) -> list[str]:
    wrong = []
    for name in ASYNCHRONOUS:
        queue = f"{name}DeadLetters"
        limits = [
            r["Properties"]
            for _, r in kind(t, "Lambda::EventInvokeConfig")
            if getatt(r["Properties"]["FunctionName"]) == name
        ]
        sources = [
            r["Properties"]
            for _, r in kind(t, "Lambda::EventSourceMapping")
            if getatt(r["Properties"]["FunctionName"]) == name
        ]
        redriven = [
            t["Resources"][getatt(p["EventSourceArn"])]["Properties"].get("RedrivePolicy", {})
            for p in sources
            if "StartingPosition" not in p
        ]
        streams = [p for p in sources if "StartingPosition" in p]
        tries = [p.get("MaximumRetryAttempts", -1) for p in limits]
        # A record of a stream is tried as long as the stream keeps it: for a day.
        tries += [10 * p.get("MaximumRetryAttempts", -1) / 1000 for p in streams]
        tries += [p.get("MaximumRecordAgeInSeconds", -1) / 86400 for p in streams]
        tries += [p.get("maxReceiveCount", -1) for p in redriven]
        wrong += [] if tries and all(0 <= n <= 10 for n in tries) else [f"{name}: retry limit"]
        kept = (
            [t["Resources"][name]["Properties"].get("DeadLetterConfig", {}).get("TargetArn")]
            if limits
            else []
        )
        kept += [
            p.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
            for p in sources
            if "StartingPosition" in p
        ]
        kept += [p.get("deadLetterTargetArn") for p in redriven]
        wrong += (
            []
            if kept and all(getatt(place) == queue for place in kept)
            else [f"{name}: dead letters"]
        )
        alarms = [r["Properties"] for _, r in kind(t, "CloudWatch::Alarm")]
        wrong += (
            []
            if any(getatt(d["Value"]) == queue for a in alarms for d in a.get("Dimensions", ()))
            else [f"{name}: alarm on dead letters"]
        )
    return wrong


def every_asynchronous_function_is_known(t: Template) -> list[str]:
    """A new trigger brings its function into ASYNCHRONOUS."""
    triggered = {
        getatt(r["Properties"]["FunctionName"]) for _, r in kind(t, "Lambda::EventSourceMapping")
    }
    triggered |= {
        getatt(r["Properties"]["Target"]["Arn"]) for _, r in kind(t, "Scheduler::Schedule")
    }
    triggered |= {
        getatt(c["Function"])
        for _, r in kind(t, "S3::Bucket")
        for c in r["Properties"]
        .get("NotificationConfiguration", {})
        .get("LambdaConfigurations", [])
    }
    return sorted(triggered ^ ASYNCHRONOUS)


def every_function_and_queue_has_an_alarm(t: Template) -> list[str]:
    """A function on its errors and on being asked for more often than it may run."""
    watched = {
        (said(d["Value"]) or getatt(d["Value"]), r["Properties"]["MetricName"])
        for _, r in kind(t, "CloudWatch::Alarm")
        for d in r["Properties"].get("Dimensions", ())
    }
    wrong = [
        f"{i}: {metric}"
        for i, r in kind(t, "Lambda::Function")
        for metric in ("Errors", "Throttles")
        if (said(r["Properties"]["FunctionName"]), metric) not in watched
    ]
    names = {name for name, _ in watched}
    wrong += [i for i, _ in kind(t, "SQS::Queue", "ApiGatewayV2::Api") if i not in names]
    sent = {"Fn::If": ["AlarmsAreSent", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
    return wrong + [
        i for i, r in kind(t, "CloudWatch::Alarm") if r["Properties"].get("AlarmActions") != sent
    ]


def alarms_watch_what_is_counted_and_judged_by_the_code(t: Template) -> list[str]:
    """A metric of ours that an alarm watches is counted by a function or job; one of days has its
    threshold in the code's own data, so the alarm asks for any at all."""
    counted = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "src/medaid").rglob("jobs.py")]
    text = "".join(path.read_text("utf-8") for path in counted)
    mine = [
        r["Properties"]
        for _, r in kind(t, "CloudWatch::Alarm")
        if r["Properties"]["Namespace"] == "medaid"
        and isinstance(r["Properties"]["MetricName"], str)
        and not r["Properties"]["MetricName"].endswith("Done")
    ]
    return [
        alarm["MetricName"]
        for alarm in mine
        if f'"{alarm["MetricName"]}"' not in text or alarm["Threshold"] != 1
    ]


def every_setting_is_read(t: Template) -> list[str]:
    asked = (ROOT / "src/medaid/aws/settings.py").read_text("utf-8")
    given = {
        name
        for _, r in kind(t, "Lambda::Function")
        for name in r["Properties"]["Environment"]["Variables"]
        if name.startswith("MEDAID_")
    }
    read = {f"MEDAID_TABLE_{name.upper()}" for name in TABLES}
    return [name for name in sorted(given - read) if f'"{name}"' not in asked]


def said(value: Any) -> str:
    """The text of a `Sub`, its own variables filled in."""
    text = value.get("Fn::Sub", "") if isinstance(value, dict) else ""
    if isinstance(text, str):
        return text
    for name, one in text[1].items():
        text[0] = str(text[0]).replace(f"${{{name}}}", str(one))
    return str(text[0])


def alarms_reach_somebody_outside_dev(t: Template) -> list[str]:
    rule = t.get("Rules", {}).get("AlarmsReachSomebody", {})
    outside = {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "dev"]}]}
    given = {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmTopic"}, ""]}]}
    held = rule.get("RuleCondition") == outside
    return [] if held and rule["Assertions"][0]["Assert"] == given else ["rule"]


def a_job_that_did_not_run_is_noticed(t: Template) -> list[str]:
    """A job counts that it ended well; what is not counted in its time is an alarm. The monthly job
    is made up for by the daily one."""
    missing = {
        r["Properties"]["MetricName"]
        for _, r in kind(t, "CloudWatch::Alarm")
        if r["Properties"]["TreatMissingData"] == "breaching"
        and r["Properties"]["ComparisonOperator"] == "LessThanThreshold"
    }
    jobs = {
        json.loads(r["Properties"]["Target"]["Input"])["job"]
        for _, r in kind(t, "Scheduler::Schedule")
    }
    return [job for job in jobs - {"monthly"} if f"{job.capitalize()}Done" not in missing]


def denied_acts_in_series_are_noticed(t: Template) -> list[str]:
    filters = [r["Properties"] for _, r in kind(t, "Logs::MetricFilter")]
    counted = [
        f["MetricTransformations"][0]["MetricName"]
        for f in filters
        if "401" in f["FilterPattern"] and "403" in f["FilterPattern"]
    ]
    alarms = [r["Properties"]["MetricName"] for _, r in kind(t, "CloudWatch::Alarm")]
    return [] if counted and counted[0] in alarms else ["denied acts"]


def the_access_log_says_who_and_never_whom(t: Template) -> list[str]:
    text = t["Resources"]["ApiStage"]["Properties"]["AccessLogSettings"]["Format"]
    wanted = ("authorizer.claims.sub", "identity.sourceIp", "routeKey", "requestId")
    personal = ("context.path", "requestOverride", "claims.name")
    return [w for w in wanted if w not in text] + [p for p in personal if p in text]


def functions_share_the_accounts_concurrency(t: Template) -> list[str]:
    """What a person or a file starts has its own part; what a stream starts is bounded by it."""
    streamed = {
        getatt(r["Properties"]["FunctionName"])
        for _, r in kind(t, "Lambda::EventSourceMapping")
        if "StartingPosition" in r["Properties"]
    }
    return [
        i
        for i, r in kind(t, "Lambda::Function")
        if i not in streamed
        and r["Properties"].get("ReservedConcurrentExecutions", {}).get("Fn::If", [""])[0]
        != "Reserved"
    ]


def each_function_logs_where_its_role_may_write(t: Template) -> list[str]:
    wrong = []
    for name, function in kind(t, "Lambda::Function"):
        log = getatt(function["Properties"].get("LoggingConfig", {}).get("LogGroup"))
        role = t["Resources"][getatt(function["Properties"]["Role"])]["Properties"]
        writes = [
            s["Resource"]
            for policy in role["Policies"]
            for s in statements(policy)
            if "logs:PutLogEvents" in listed(s["Action"])
        ]
        wrong += [] if log == f"{name}Logs" and [getatt(w) for w in writes] == [log] else [name]
    return wrong


def tables_are_backed_up_beyond_recovery(t: Template) -> list[str]:
    """Point-in-time recovery ends after 35 days; what lies in the locked vault is kept longer."""
    resources = t["Resources"]
    copied = resources["BackupSelection"]["Properties"]["BackupSelection"]["Resources"]
    wrong = sorted({i for i, _ in kind(t, "DynamoDB::Table")} ^ {getatt(r) for r in copied})
    for rule in resources["BackupPlan"]["Properties"]["BackupPlan"]["BackupPlanRule"]:
        days = rule["Lifecycle"]["DeleteAfterDays"]
        least = t["Parameters"][days["Ref"]]["MinValue"] if isinstance(days, dict) else days
        wrong += [] if least > 35 else [rule["RuleName"]]
    lock = resources["BackupVault"]["Properties"].get("LockConfiguration", {}).get("Fn::If", [""])
    return wrong + ([] if lock[0] == "Protected" and lock[1]["MinRetentionDays"] > 35 else ["lock"])


def what_depends_is_listed_in_one_order(t: Template) -> list[str]:
    lists = ((i, r.get("DependsOn", [])) for i, r in t["Resources"].items())
    return [i for i, on in lists if isinstance(on, list) and on != sorted(on)]


def sources_report_single_failures(t: Template) -> list[str]:
    """One bad record does not bring the others again; a batch of a stream is halved until the bad
    one is alone."""
    wrong = []
    for name, mapping in kind(t, "Lambda::EventSourceMapping"):
        p = mapping["Properties"]
        wrong += [] if p.get("FunctionResponseTypes") == ["ReportBatchItemFailures"] else [name]
        wrong += (
            [name] if "StartingPosition" in p and not p.get("BisectBatchOnFunctionError") else []
        )
    return wrong


def a_queue_waits_longer_than_its_worker(t: Template) -> list[str]:
    """Six times the function's time: what a worker still holds is not handed out again."""
    wrong = []
    for _, mapping in kind(t, "Lambda::EventSourceMapping"):
        queue = t["Resources"][getatt(mapping["Properties"]["EventSourceArn"])]
        function = t["Resources"][getatt(mapping["Properties"]["FunctionName"])]
        if (
            queue["Type"] == "AWS::SQS::Queue"
            and queue["Properties"].get("VisibilityTimeout", 30)
            < 6 * function["Properties"]["Timeout"]
        ):
            wrong.append(getatt(mapping["Properties"]["EventSourceArn"]))
    return wrong


def queues_are_encrypted(t: Template) -> list[str]:
    return [
        i
        for i, r in kind(t, "SQS::Queue")
        if getatt(r["Properties"].get("KmsMasterKeyId")) != "DataKey"
    ]


def schedules_run_on_beijing_time(t: Template) -> list[str]:
    wrong = []
    for name, schedule in kind(t, "Scheduler::Schedule"):
        p = schedule["Properties"]
        wrong += (
            [] if p.get("ScheduleExpressionTimezone") == "Asia/Shanghai" else [f"{name}: time zone"]
        )
        wrong += (
            []
            if "DeadLetterConfig" in p["Target"] and "RetryPolicy" in p["Target"]
            else [f"{name}: dead letters, retries"]
        )
    return wrong + [i for i, _ in kind(t, "Events::Rule")]  # a rule knows only UTC


def drop_starts_with_its_manifest(t: Template) -> list[str]:
    starts = t["Resources"]["ExchangeBucket"]["Properties"]["NotificationConfiguration"][
        "LambdaConfigurations"
    ]
    rules = {
        getatt(s["Function"]): {r["Name"]: r["Value"] for r in s["Filter"]["S3Key"]["Rules"]}
        for s in starts
    }
    return (
        [] if rules["Roster"] == {"prefix": "drop/", "suffix": ".manifest.json"} else [str(rules)]
    )


def nothing_a_function_writes_starts_a_function(t: Template) -> list[str]:
    """An object that starts a function lies where only others write: else it could start itself for
    ever. What an officer uploads by hand lies where a department's machine puts its files: the
    function that takes it in may not write there."""
    starts = t["Resources"]["ExchangeBucket"]["Properties"]["NotificationConfiguration"][
        "LambdaConfigurations"
    ]
    prefixes = [
        r["Value"] for s in starts for r in s["Filter"]["S3Key"]["Rules"] if r["Name"] == "prefix"
    ]
    return [
        f"{name}: {resource}"
        for name, role in kind(t, "IAM::Role")
        for policy in role["Properties"]["Policies"]
        for s in statements(policy)
        if "s3:PutObject" in listed(s["Action"])
        for resource in listed(s["Resource"])
        if any(f"/{prefix}" in json.dumps(resource) for prefix in prefixes)
        if (name, "/drop/*" in json.dumps(resource)) != ("RegisterRole", True)
    ]


def secrets_are_written_by_one_and_read_by_another(t: Template) -> list[str]:
    """Who makes a secret cannot read one; who reads them cannot make one, nor list or change."""
    may: dict[str, set[str]] = {}
    for name, role in kind(t, "IAM::Role"):
        for policy in role["Properties"]["Policies"]:
            for s in statements(policy):
                acts = {a for a in listed(s["Action"]) if a.startswith(("ssm:", "secretsmanager:"))}
                may.setdefault(name, set()).update(acts)
    held = {name: acts for name, acts in may.items() if acts}
    right = {
        "SettleRole": {"ssm:GetParameter"},
        "OutboxRole": {"ssm:GetParameter"},
        "RegisterRole": {"ssm:PutParameter"},
    }
    return [] if held == right else [str(held)]


# ---- access ------------------------------------------------------------------------------------


def every_route_needs_a_token(t: Template) -> list[str]:
    """But the messages' own, whose function proves who sends (docs/adr/0093), and the pages', whose
    function reads no table (docs/adr/0115)."""
    open_ones = [t["Resources"][i]["Properties"] for i in ("FsiRoute", *CONSOLE_ROUTES)]
    return [
        i
        for i, r in kind(t, "ApiGatewayV2::Route")
        if r["Properties"] not in open_ones
        and (
            r["Properties"].get("AuthorizationType") != "JWT"
            or getatt(r["Properties"].get("AuthorizerId")) != "Authorizer"
        )
    ]


CONSOLE_ROUTES = ("ConsoleRoute", "ConsoleFilesRoute")


def the_open_pages_reach_nothing(t: Template) -> list[str]:
    """Their routes read only, lead to their function alone, and its role may write its log and no
    more."""
    routes = [t["Resources"][i]["Properties"] for i in CONSOLE_ROUTES]
    wrong = [r["RouteKey"] for r in routes if not r["RouteKey"].startswith("GET /console")]
    wrong += [str(r) for r in routes if "ConsoleIntegration" not in json.dumps(r["Target"])]
    policies = t["Resources"]["ConsoleRole"]["Properties"]["Policies"]
    allowed = [a for p in policies for s in statements(p) for a in listed(s["Action"])]
    return wrong + [a for a in allowed if not a.startswith("logs:")]


def only_what_no_other_route_takes_is_open(t: Template) -> list[str]:
    """And it goes to the function that proves who sends, which is told whose tokens count."""
    route = t["Resources"]["FsiRoute"]["Properties"]
    wrong = [] if route["RouteKey"] == "$default" else [route["RouteKey"]]
    wrong += [] if "SettleIntegration" in json.dumps(route["Target"]) else ["target"]
    given = t["Resources"]["Settle"]["Properties"]["Environment"]["Variables"]
    told = {"MEDAID_TOKEN_ISSUER": "TokenIssuer", "MEDAID_TOKEN_AUDIENCE": "TokenAudience"}
    return wrong + [name for name, ref in told.items() if given.get(name) != {"Ref": ref}]


def the_api_offers_what_the_contract_says(t: Template) -> list[str]:
    keys = {r["Properties"]["RouteKey"] for _, r in kind(t, "ApiGatewayV2::Route")}
    promised = {
        "$default",
        "GET /settlements/{setl_id}/explanation",
        "GET /settlements/{setl_id}/paper/{form}",
        "ANY /reimbursement/{proxy+}",
        "ANY /fund/{proxy+}",
        "ANY /clearing/{proxy+}",
    }
    return sorted(promised - keys)


def tokens_are_those_of_the_issuer(t: Template) -> list[str]:
    """China regions refuse a template that names Cognito, even under a false condition."""
    wrong = [i for i, r in t["Resources"].items() if r["Type"].startswith("AWS::Cognito::")]
    jwt = t["Resources"]["Authorizer"]["Properties"]["JwtConfiguration"]
    wrong += [] if jwt["Issuer"] == {"Ref": "TokenIssuer"} else ["issuer"]
    wrong += [] if jwt["Audience"] == [{"Ref": "TokenAudience"}] else ["audience"]
    needed = ("TokenIssuer", "TokenAudience")
    return wrong + [name for name in needed if "Default" in t["Parameters"][name]]


def arns_carry_the_partition(t: Template) -> list[str]:
    return re.findall(r"arn:aws[^\"]*", json.dumps(t))


def domains_carry_the_suffix(t: Template) -> list[str]:
    """amazonaws.com is only right outside China. Service principals are exempt where AWS keeps one
    name for all partitions."""
    principals = {
        "lambda.amazonaws.com",
        "apigateway.amazonaws.com",
        "scheduler.amazonaws.com",
        "s3.amazonaws.com",
        "backup.amazonaws.com",
    }
    return [
        found
        for found in re.findall(r"[\w.${}:-]*amazonaws\.com", json.dumps(t))
        if found not in principals
    ]


def spoil(path: str, value: Any) -> Callable[[Template], None]:
    """Sets (or, for DELETE, removes) what lies at `path`: slashes between; in a list a number, or a
    statement's Sid."""

    def act(t: Template) -> None:
        place: Any = t
        *way, last = path.split("/")
        for step in way:
            place = one_of(place, step) if isinstance(place, list) else place[step]
        if value is DELETE:
            del place[last]
        else:
            place[int(last) if isinstance(place, list) else last] = value

    return act


def one_of(held: list[Any], step: str) -> Any:
    return held[int(step)] if step.isdigit() else next(s for s in held if s.get("Sid") == step)


DELETE = object()
R = "Resources"
ROLE = R + "/{}Role/Properties/Policies/0/PolicyDocument/Statement"
PARAMS: list[tuple[Rule, list[Callable[[Template], None]]]] = [
    (
        tables_are_kept_and_protected,
        [
            spoil(f"{R}/PeopleTable/Properties/SSESpecification/SSEType", "AES256"),
            spoil(
                f"{R}/JournalTable/Prop"
                "erties/PointInTimeReco"
                "verySpecification/Poin"
                "tInTimeRecoveryEnabled",
                False,
            ),
            spoil(f"{R}/OutboxTable/Properties/DeletionProtectionEnabled", False),
            spoil(f"{R}/ClearingTable/UpdateReplacePolicy", "Delete"),
            spoil(f"{R}/SettlementTable/DeletionPolicy", DELETE),
        ],
    ),
    (every_room_has_its_table, [spoil(f"{R}/ClearingTable", DELETE)]),
    (
        protection_is_on_unless_a_test_turns_it_off,
        [spoil("Parameters/DeletionProtection/Default", "false")],
    ),
    (
        what_tells_has_stream_and_expiry,
        [
            spoil(f"{R}/OutboxTable/Properties/TimeToLiveSpecification", DELETE),
            spoil(f"{R}/SettlementTable/Properties/StreamSpecification", DELETE),
        ],
    ),
    (
        settlements_alone_are_told,
        [
            spoil(
                f"{R}/OutboxSettlements/Properties/FilterCriteria",
                {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]},
            )
        ],
    ),
    (
        bucket_is_closed,
        [
            spoil(
                f"{R}/ExchangeBucket/Properties/PublicAccessBlockConfiguration/BlockPublicAcls",
                False,
            ),
            spoil(
                f"{R}/ExchangeBucket/Properties/VersioningConfiguration", {"Status": "Suspended"}
            ),
            spoil(
                f"{R}/ExchangeBucketPolicy/Properties/PolicyDocument/Statement/0/Effect", "Allow"
            ),
        ],
    ),
    (keys_rotate_and_are_kept, [spoil(f"{R}/DataKey/Properties/EnableKeyRotation", False)]),
    (
        each_function_has_its_own_role,
        [spoil(f"{R}/Settle/Properties/Role", {"Fn::GetAtt": ["RosterRole", "Arn"]})],
    ),
    (
        no_role_has_a_wildcard,
        [
            spoil(
                f"{R}/SettleRole/Properties/Policies/0/PolicyDocument/Statement/ReadsPeople/Action",
                ["dynamodb:*"],
            ),
            spoil(
                f"{R}/SettleRole/Properties/Policies/0/PolicyDocument/Statement/ReadsPeople/Resource",
                "*",
            ),
            spoil(
                f"{R}/SettleRole/Properties/Policies/0/PolicyDocument/Statement/ReadsPeople/Resource",
                {"Fn::Sub": "arn:${AWS::Partition}:s3:::*"},
            ),
            spoil(
                f"{R}/SettleRole/Properties/Policies/0/PolicyDocument/Statement/"
                "ReadsSecretsOfInstitutions/Resource",
                {"Fn::Sub": "arn:${AWS::Partition}:ssm:${AWS::Region}:1:parameter/*"},
            ),
            spoil(
                f"{R}/SettleRole/Properties/ManagedPolicyArns",
                ["arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"],
            ),
        ],
    ),
    (
        journal_is_only_ever_added_to,
        [
            spoil(
                f"{R}/SettleRole/Properties/Policies/0/PolicyDocument/Statement/Journal/Action",
                ["dynamodb:UpdateItem"],
            )
        ],
    ),
    (
        who_seals_cannot_post_and_nobody_else_seals,
        [
            spoil(f"{ROLE.format('Clearing')}/WritesFund/Condition", DELETE),
            spoil(f"{ROLE.format('Rollup')}/WritesFund/Condition", {}),
            spoil(f"{ROLE.format('Seal')}/Journal/Action", ["dynamodb:Query", "dynamodb:PutItem"]),
            spoil(f"{ROLE.format('Seal')}/Seals/Condition", DELETE),
        ],
    ),
    (
        no_role_lists_a_whole_bucket,
        [spoil(f"{ROLE.format('Settle')}/SeesWhetherAnObjectIsThere/Condition", DELETE)],
    ),
    (
        what_is_shared_is_written_by_key,
        [
            spoil(f"{ROLE.format('Settle')}/AgreesStatements/Condition", DELETE),
            spoil(
                f"{ROLE.format('Outbox')}/CollectsItems/Condition",
                {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["*"]}},
            ),
        ],
    ),
    (
        anchors_cannot_be_changed,
        [
            spoil(f"{R}/AnchorBucket/Properties/ObjectLockConfiguration", DELETE),
            spoil("Parameters/SealRetentionDays/Default", 365),
            spoil(f"{ROLE.format('Seal')}/Anchors/Action", ["s3:PutObject", "s3:DeleteObject"]),
            spoil(
                f"{R}/SealAuditor/Properties/PolicyDocument/Statement/PublicKey/Action", "kms:Sign"
            ),
        ],
    ),
    (
        each_function_is_bounded,
        [
            spoil(f"{R}/Roster/Properties/Timeout", DELETE),
            spoil(f"{R}/Roster/Properties/MemorySize", DELETE),
            spoil(f"{R}/RosterLogs", DELETE),
        ],
    ),
    (
        functions_run_on_the_layers_python,
        [spoil(f"{R}/Settle/Properties/Runtime", "python3.12")],
    ),
    (what_the_api_calls_answers_in_time, [spoil(f"{R}/Settle/Properties/Timeout", 30)]),
    (
        log_groups_are_kept_half_a_year,
        [
            spoil("Parameters/LogRetentionDays/Default", 180),
            spoil(f"{R}/ApiLogs/Properties/RetentionInDays", DELETE),
        ],
    ),
    (
        asynchronous_functions_retry_and_keep_what_failed,
        [
            spoil(f"{R}/Roster/Properties/DeadLetterConfig", DELETE),
            spoil(f"{R}/RosterEventInvokeConfig", DELETE),
            spoil(f"{R}/OutboxStream/Properties/DestinationConfig", DELETE),
            spoil(f"{R}/OutboxStream/Properties/MaximumRetryAttempts", -1),
            spoil(f"{R}/ClearingDeadLettersAlarm", DELETE),
            spoil(f"{R}/ClearingQueue/Properties/RedrivePolicy", DELETE),
        ],
    ),
    (
        every_asynchronous_function_is_known,
        [spoil(f"{R}/SweepHourly/Properties/Target/Arn", {"Fn::GetAtt": ["Settle", "Arn"]})],
    ),
    (
        every_function_and_queue_has_an_alarm,
        [
            spoil(f"{R}/SettleErrorsAlarm", DELETE),
            spoil(f"{R}/SettleThrottlesAlarm", DELETE),
            spoil(f"{R}/SettleErrorsAlarm/Properties/AlarmActions", DELETE),
        ],
    ),
    (
        alarms_watch_what_is_counted_and_judged_by_the_code,
        [
            spoil(f"{R}/CalendarEndsAlarm/Properties/MetricName", "CalendarDaysLeft"),
            spoil(f"{R}/CalendarEndsAlarm/Properties/Threshold", 45),
        ],
    ),
    (
        every_setting_is_read,
        [spoil(f"{R}/Settle/Properties/Environment/Variables/MEDAID_STAGE", "dev")],
    ),
    (
        alarms_reach_somebody_outside_dev,
        [
            spoil("Rules", DELETE),
            spoil("Rules/AlarmsReachSomebody/RuleCondition", True),
        ],
    ),
    (
        a_job_that_did_not_run_is_noticed,
        [
            spoil(f"{R}/SweepMissingAlarm", DELETE),
            spoil(f"{R}/DailyMissingAlarm/Properties/TreatMissingData", "notBreaching"),
        ],
    ),
    (
        denied_acts_in_series_are_noticed,
        [spoil(f"{R}/Denied", DELETE), spoil(f"{R}/DeniedActsAlarm", DELETE)],
    ),
    (
        the_access_log_says_who_and_never_whom,
        [
            spoil(f"{R}/ApiStage/Properties/AccessLogSettings/Format", "$context.routeKey"),
            spoil(
                f"{R}/ApiStage/Properties/AccessLogSettings/Format",
                "$context.authorizer.claims.sub $context.identity.sourceIp $context.routeKey"
                " $context.requestId $context.path",
            ),
        ],
    ),
    (
        functions_share_the_accounts_concurrency,
        [spoil(f"{R}/Settle/Properties/ReservedConcurrentExecutions", DELETE)],
    ),
    (
        each_function_logs_where_its_role_may_write,
        [
            spoil(f"{R}/Payments/Properties/LoggingConfig/LogGroup", {"Ref": "SettleLogs"}),
            spoil(f"{R}/Settle/Properties/LoggingConfig", DELETE),
        ],
    ),
    (
        tables_are_backed_up_beyond_recovery,
        [
            spoil(f"{R}/BackupSelection/Properties/BackupSelection/Resources/0", "x"),
            spoil(f"{R}/BackupVault/Properties/LockConfiguration", DELETE),
            spoil("Parameters/BackupRetentionDays/MinValue", 1),
        ],
    ),
    (
        what_depends_is_listed_in_one_order,
        [spoil(f"{R}/ExchangeBucket/DependsOn", ["b", "a"])],
    ),
    (
        sources_report_single_failures,
        [
            spoil(f"{R}/OutboxStream/Properties/BisectBatchOnFunctionError", False),
            spoil(f"{R}/WorkerQueue/Properties/FunctionResponseTypes", DELETE),
        ],
    ),
    (
        a_queue_waits_longer_than_its_worker,
        [spoil(f"{R}/ClearingQueue/Properties/VisibilityTimeout", 300)],
    ),
    (queues_are_encrypted, [spoil(f"{R}/RosterDeadLetters/Properties/KmsMasterKeyId", DELETE)]),
    (
        schedules_run_on_beijing_time,
        [
            spoil(f"{R}/ClearingDaily/Properties/ScheduleExpressionTimezone", "UTC"),
            spoil(f"{R}/ClearingDaily/Properties/Target/RetryPolicy", DELETE),
        ],
    ),
    (
        drop_starts_with_its_manifest,
        [
            spoil(
                f"{R}/ExchangeBucket/Propert"
                "ies/NotificationConfigurat"
                "ion/LambdaConfigurations/0"
                "/Filter/S3Key/Rules/1/Value",
                ".csv",
            )
        ],
    ),
    (
        nothing_a_function_writes_starts_a_function,
        [
            spoil(
                f"{R}/PaymentsRole/Propertie"
                "s/Policies/0/PolicyDocu"
                "ment/Statement/ReadsAn"
                "swersAndCalendar/Action",
                ["s3:GetObject", "s3:PutObject"],
            ),
            spoil(
                f"{R}/RosterRole/Properties/Policies/0/PolicyDocument/Statement/TakesDrops/Action",
                ["s3:GetObject", "s3:PutObject"],
            ),
        ],
    ),
    (
        the_open_pages_reach_nothing,
        [
            spoil(f"{R}/ConsoleFilesRoute/Properties/RouteKey", "ANY /console/{proxy+}"),
            spoil(f"{R}/ConsoleRoute/Properties/Target", "integrations/SettleIntegration"),
            spoil(
                f"{R}/ConsoleRole/Properties/Policies/0/PolicyDocument/Statement/"
                "WritesItsLog/Action",
                ["dynamodb:Query"],
            ),
        ],
    ),
    (
        every_route_needs_a_token,
        [
            spoil(f"{R}/ExplanationRoute/Properties/AuthorizationType", "NONE"),
            spoil(f"{R}/SettlementPaperRoute/Properties/AuthorizerId", DELETE),
        ],
    ),
    (
        secrets_are_written_by_one_and_read_by_another,
        [
            spoil(
                f"{R}/RegisterRole/Properties/Policies/0/PolicyDocument/Statement/"
                "KeepsSecretsOfInstitutions/Action",
                ["ssm:PutParameter", "ssm:GetParameter"],
            ),
            spoil(
                f"{R}/ClearingRole/Properties/Policies/0/PolicyDocument/Statement/WritesItsLog/"
                "Action",
                ["ssm:GetParameters"],
            ),
        ],
    ),
    (
        only_what_no_other_route_takes_is_open,
        [
            spoil(f"{R}/FsiRoute/Properties/RouteKey", "ANY /{proxy+}"),
            spoil(f"{R}/FsiRoute/Properties/Target", "integrations/x"),
            spoil(f"{R}/Settle/Properties/Environment/Variables/MEDAID_TOKEN_AUDIENCE", DELETE),
        ],
    ),
    (the_api_offers_what_the_contract_says, [spoil(f"{R}/ExplanationRoute", DELETE)]),
    (
        tokens_are_those_of_the_issuer,
        [
            spoil(f"{R}/Users", {"Type": "AWS::Cognito::UserPool"}),
            spoil("Parameters/TokenIssuer/Default", ""),
            spoil(f"{R}/Authorizer/Properties/JwtConfiguration/Issuer", "x"),
            spoil(f"{R}/Authorizer/Properties/JwtConfiguration/Audience", []),
        ],
    ),
    (
        arns_carry_the_partition,
        [spoil(f"{R}/DataKey/Properties/Description", "arn:aws:iam::1:root")],
    ),
    (
        domains_carry_the_suffix,
        [spoil(f"{R}/DataKey/Properties/Description", "logs.cn-north-1.amazonaws.com")],
    ),
]
RULES = [rule for rule, _ in PARAMS]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_the_template_holds(rule: Rule, plain: Template) -> None:
    """Right money, 42 and 43."""
    assert rule(plain) == []


@pytest.mark.parametrize(
    ("rule", "spoiling"), [(r, s) for r, spoilings in PARAMS for s in spoilings]
)
def test_each_rule_notices_when_it_is_broken(
    rule: Rule, spoiling: Callable[[Template], None], plain: Template
) -> None:
    """Right money, 42 and 43."""
    spoiling(plain)
    assert rule(plain) != []


def test_every_rule_here_is_checked() -> None:
    rules = {
        n
        for n, f in globals().items()
        if callable(f)
        and getattr(f, "__annotations__", {}).get("return") == "list[str]"
        and not n.startswith("test")
    }
    assert rules == {rule.__name__ for rule in RULES}


def _lint(*arguments: str) -> list[dict[str, Any]]:
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    findings: list[dict[str, Any]] = json.loads(done.stdout)
    assert bool(findings) == bool(done.returncode), done.stderr
    return findings


@pytest.mark.parametrize("region", ["ap-southeast-1", "cn-north-1", "cn-northwest-1"])
def test_the_template_passes_cfn_lint(region: str) -> None:
    """Right money, 47. In China regions as anywhere: nothing is named that they lack."""
    assert _lint("--regions", region, "--", str(TEMPLATE)) == []


def test_a_sign_in_of_our_own_is_a_template_of_its_own() -> None:
    """Right money, 47. China regions have no Cognito: there the linter refuses it, elsewhere it has
    no finding."""
    assert _lint(str(USER_POOL)) == []
    refused = _lint("--regions", "cn-north-1", "--", str(USER_POOL))
    assert {f["Message"].split("'")[1] for f in refused} >= {"AWS::Cognito::UserPool"}


def test_cfn_lint_notices_a_wrong_property(tmp_path: Path) -> None:
    spoiled = tmp_path / "template.yaml"
    spoiled.write_text(
        TEMPLATE.read_text(encoding="utf-8").replace("BillingMode:", "BillingMod:", 1),
        encoding="utf-8",
    )
    assert any("BillingMod" in f["Message"] for f in _lint(str(spoiled)))
