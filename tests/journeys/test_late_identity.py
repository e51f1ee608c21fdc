"""J20, J27: settled without an identity that the department reports only later: the case is
prepared and the person reminded, once."""

from __future__ import annotations

import importlib.util
from datetime import date
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from tests.conftest import Tables
from tests.people.conftest import Department, roster_row
from tests.people.samples import certno
from tests.settlement.hospital import Hospital, bill, contracted, known_person, passed, stay_input

from medaid.aws import exchange
from medaid.local.places import FUNCTIONS
from medaid.reimbursement import store


@pytest.fixture
def outbox(tables: Tables) -> Any:
    """The outbox's door: `flush()` brings it every message of the table, as the stream does, again
    each time."""
    spec = importlib.util.spec_from_file_location(
        "outbox_handler", FUNCTIONS / "outbox" / "handler.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def flush() -> list[str]:
        for table in ("settlement", "outbox"):
            for item in tables.items(table):
                change = {"NewImage": item, "Keys": {}, "SequenceNumber": "1"}
                source = f"arn:aws-cn:dynamodb:r:1:table/medaid-{table}/stream/1"
                told = {"eventName": "INSERT", "eventSourceARN": source, "dynamodb": change}
                module.one(DynamoDBRecord(told))
        return [item["kind"]["S"] for item in tables.items("outbox")]

    return flush


@pytest.mark.parametrize(
    ("start", "cases"),
    [("2021-01-01", 1), ("2021-07-02", 0)],
    ids=["stood during the stay", "began after it"],
)
def test_an_identity_reported_late_opens_the_case_of_what_was_settled_without_it(
    tables: Tables, outbox: Any, start: str, cases: int
) -> None:
    """J27: what was settled without an identity that stands now becomes a prepared case."""
    contracted()
    exchange.client.cache_clear()
    known_person("P1", serial=1, birth=date(1980, 1, 1))
    hospital = Hospital()
    answer = passed(
        hospital.call("2304", stay_input("P1", hospital.stay("P1"), bill("50000.00", "45000.00")))
    )
    assert answer["setlinfo"]["maf_pay"] == "0.00"
    outbox()
    department = Department(tables.s3)
    row = roster_row(1) | {
        "证件号码": certno(1, birth="19800101"),
        "身份认定时间": start,
        "身份终止时间": "",
    }
    department.drop([row])
    kinds = outbox()
    assert "identity_recorded" in kinds
    assert len(store.of_person("P1")) == cases
    assert outbox().count("assistance_not_settled") == cases, (
        "reminded once, whatever the stream brings again"
    )
    assert len(store.of_person("P1")) == cases
