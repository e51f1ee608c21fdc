"""The settle function: what a settlement asks of storage, what it costs in capacity units, and what
its cold start weighs.

Counts and bytes do not depend on the machine. Import time and memory are medians of fresh
processes, beside a bare botocore DynamoDB client in the same run; byte code is there for both, as
the layer ships it.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
RUNS: Final = 11
MOST: Final = 1.5
SETTLE: Final = (
    f"import sys; sys.path.insert(0, {str(ROOT / 'functions' / 'settle')!r}); import handler"
)
BARE: Final = (
    "import botocore.session; botocore.session.get_session()"
    ".create_client('dynamodb', region_name='cn-north-1')"
)
_MEASURE: Final = """
import json, time
began = time.process_time_ns()
{code}
took = time.process_time_ns() - began
with open('/proc/self/status') as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith('VmHWM'))
print(json.dumps([took, peak]))
"""


def fresh(code: str) -> tuple[int, int]:
    """Processor nanoseconds of the import and kilobytes of peak memory, in a process of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "AWS_REGION": "cn-north-1",
        "AWS_DEFAULT_REGION": "cn-north-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "POWERTOOLS_SERVICE_NAME": "settle",
        "POWERTOOLS_METRICS_NAMESPACE": "medaid",
    }
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE.format(code=code)],
        capture_output=True,
        check=True,
        env=environment,
    )
    took, memory = json.loads(done.stdout.splitlines()[-1])
    return took, memory


def cold_start() -> bool:
    """Prints both medians and their ratio; answers whether both ratios are at most 1.5."""
    pairs = [(fresh(SETTLE), fresh(BARE)) for _ in range(RUNS + 1)][1:]
    ours, bare = zip(*pairs, strict=True)
    ok = True
    for name, index, unit in (("import", 0, 1_000_000), ("memory", 1, 1024)):
        mine = statistics.median(p[index] for p in ours)
        base = statistics.median(p[index] for p in bare)
        ratio = statistics.median(a[index] / b[index] for a, b in pairs)
        ok &= ratio <= MOST
        told = "ms" if index == 0 else "MiB"
        print(
            f"{name:8} settle {mine / unit:7.1f} {told:4} bare client "
            f"{base / unit:7.1f} {told:4} ratio {ratio:.2f} (at most {MOST})"
        )
    return ok


def item_bytes(item: dict[str, Any]) -> int:
    """Size of an item as DynamoDB counts it: names and values in UTF-8, numbers about two digits a
    byte, three for a list or map."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: dict[str, Any]) -> int:
    kind, held = next(iter(value.items()))
    match kind:
        case "S":
            return len(held.encode())
        case "B":
            return len(held) if isinstance(held, bytes) else len(held) * 3 // 4
        case "N":
            return len(held.lstrip("-")) // 2 + 2
        case "M":
            return 3 + sum(
                1 + len(name.encode()) + _value_bytes(inner) for name, inner in held.items()
            )
        case "L":
            return 3 + sum(1 + _value_bytes(inner) for inner in held)
        case _:
            return 1


def storage() -> bool:
    """One settlement on moto, its requests measured. Answers whether it is one read and one
    transaction."""
    sys.path.insert(0, str(ROOT))
    from tests import conftest  # the same fixtures that the tests use
    from tests import storage as watching
    from tests.settlement.hospital import (
        Hospital,
        bill,
        contracted,
        known_person,
        living_allowance,
        passed,
        stay_input,
    )

    fixture: Any = conftest.tables
    made = (
        fixture.__wrapped__()
        if hasattr(fixture, "__wrapped__")
        else fixture.__pytest_wrapped__.obj()
    )
    tables = next(made)
    calls = watching.StorageCalls()
    contracted()
    known_person("P1", living_allowance())
    hospital = Hospital()
    mdtrt_id = hospital.stay("P1")
    watching.watch(calls)
    passed(hospital.call("2304", stay_input("P1", mdtrt_id, bill("50000.00", "45000.00"))))
    watching.unwatch(calls)
    read = sum(item_bytes(item) for item in tables.items("people") if item["pk"]["S"] == "P#P1")
    print(f"calls    {', '.join(calls.operations)}")
    print(f"read     {read} bytes, {math.ceil(read / 4096)} read units (consistent)")
    units = 0
    for request in calls.calls[-1][1]["TransactItems"]:
        kind, body = next(iter(request.items()))
        item = body.get("Item", body.get("Key", {}))
        size = item_bytes(item)
        cost = 2 * max(1, math.ceil(size / 1024))
        units += cost
        label = f"{body['TableName'].removeprefix('medaid-')} {item['pk']['S'].split('#')[0]}"
        print(f"  {kind:6} {label:16} {size:6} bytes {cost:3} write units")
    print(
        f"write    {units} write units in "
        f"{len(calls.calls[-1][1]['TransactItems'])} items (a transaction counts double)"
    )
    return calls.operations == ["Query", "TransactWriteItems"]


def way() -> None:
    """Prints each call of a settlement that crosses from one package of ours into another, in
    order. What only turns values into their stored form and back, and values' own methods, are no
    moves."""
    import boto3
    from moto import mock_aws
    from tests import conftest
    from tests.cloud import forget_connections
    from tests.settlement.hospital import (
        NOW,
        Hospital,
        bill,
        contracted,
        known_person,
        living_allowance,
        stay_input,
    )

    from medaid.aws.web import Caller
    from medaid.settlement import service

    moves: list[str] = []

    def watch(frame: Any, event: str, _argument: Any) -> None:
        name, package = frame.f_code.co_name, _package(frame)
        if event != "call" or package is None or name.startswith("<"):
            return
        before = frame.f_back
        while before is not None and _package(before) is None:
            before = before.f_back
        caller = _package(before) if before is not None else None
        if caller not in (None, package) and not _plain(frame):
            moves.append(f"{caller} → {package}.{name}")

    with mock_aws():
        forget_connections()
        conftest.create_tables(boto3.client("dynamodb"))
        contracted()
        known_person("P1", living_allowance())
        hospital = Hospital()
        given = stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00"))
        body = json.dumps(hospital.envelope("2304", given)).encode()
        sender = Caller("u", hospital.institution.code)
        sys.setprofile(watch)
        service.answer(body, sender, NOW, lambda: NOW)
        sys.setprofile(None)
    print(f"way      {len(moves)} calls from package to package: {', '.join(moves)}")


def _package(frame: Any) -> str | None:
    _, found, rest = frame.f_code.co_filename.partition("/src/medaid/")
    return rest.split("/")[0] if found and "/" in rest else None


def _plain(frame: Any) -> bool:
    """Whether a call is of a value or of its stored form."""
    file = Path(frame.f_code.co_filename).name
    names = ("serialize", "deserialize", "_get_connection", "reading")
    return file in ("model.py", "tables.py", "codec.py", "items.py", "table.py") or (
        frame.f_code.co_name in (*names, "year")
    )


def main() -> int:
    """Both parts; 1 where a limit is missed."""
    ok = storage()
    way()
    ok &= cold_start()
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
