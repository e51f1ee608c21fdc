"""Seals anchored outside, and the whole chain verified without us: what was signed holds, and each
way of rewriting the books is found (J32)."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.conftest import Tables
from tests.roles import ACCOUNT

from medaid.aws import anchor
from medaid.aws.settings import settings
from medaid.aws.transaction import commit
from medaid.fund import anchors, sealing, service
from medaid.fund.model import Entry
from medaid.fund.model.journal import movement
from medaid.local.verify_seals import verified
from medaid.money import Fen

R, MONTH = "440900", "2023-07"
BUCKET = f"medaid-anchor-{ACCOUNT}"  # the name that the template gives
RECORDED = datetime(2023, 7, 3, 2, tzinfo=UTC)
LATER = RECORDED + timedelta(days=1)


@pytest.fixture
def outside(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Iterator[bytes]:
    """A locked bucket and a signing key; answers the public key."""
    anchor.client.cache_clear()
    kms = boto3.client("kms")
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    tables.s3.create_bucket(
        Bucket=BUCKET,
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": "cn-north-1"},
    )
    tables.s3.put_object_lock_configuration(
        Bucket=BUCKET,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 10}},
        },
    )
    named = replace(settings(), anchor_bucket=BUCKET, seal_key=key)
    for module in (anchor, anchors):
        monkeypatch.setattr(module, "settings", lambda: named)
    yield kms.get_public_key(KeyId=key)["PublicKey"]
    anchor.client.cache_clear()


def entry(number: int, at: datetime = RECORDED) -> Entry:
    rows = [("assistance", "1001", "410101", Fen(100 + number))]
    return movement("fiscal_income", R, f"E{number}", rows, at)


def sealed_books(count: int = 3) -> list[Entry]:
    made = [entry(n, RECORDED + timedelta(hours=n)) for n in range(count)]
    for one in made:
        commit(service.writes(one))
    assert sealing.seal_and_anchor(R, MONTH, LATER) == count
    return made


def found(key: bytes, now: datetime = LATER) -> list[str]:
    return list(verified(anchors.anchors(), key, now))


def item_of(tables: Tables, room: str, part: str) -> dict[str, Any]:
    return next(i for i in tables.items(room) if part in json.dumps(i, default=str))


def seals_removed(tables: Tables, states: Container[str]) -> None:
    """Of the fund's seals, and of how far it is sealed, what has one of `states`."""
    removed = [
        one
        for one in tables.items("fund")
        if one["pk"]["S"].startswith("SEAL#") and one["state"]["S"] in states
    ]
    assert removed
    for one in removed:
        tables.client.delete_item(TableName="medaid-fund", Key={"pk": one["pk"], "sk": one["sk"]})


def test_books_that_nobody_touched_agree_with_their_anchors(outside: bytes) -> None:
    sealed_books()
    assert len(list(anchors.anchors(R))) == 1
    assert found(outside) == []


def test_what_is_sealed_later_goes_on_with_the_chain(outside: bytes) -> None:
    sealed_books()
    commit(service.writes(entry(9, LATER)))
    assert sealing.seal_and_anchor(R, MONTH, LATER + timedelta(days=1)) == 1
    assert sealing.seal_and_anchor(R, MONTH, LATER + timedelta(days=1)) == 0
    assert [one.mark.number for one in anchors.anchors(R)] == [1, 2]
    assert found(outside, LATER + timedelta(days=1)) == []


def test_a_seal_whose_anchor_failed_is_anchored_by_the_next_run(
    outside: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(anchors, "anchor_seals", lambda *_: 0)
        sealed_books()
    assert list(anchors.anchors(R)) == []
    assert sealing.seal_and_anchor(R, MONTH, LATER) == 0
    assert found(outside) == []


def test_an_entry_that_was_overwritten_is_found(outside: bytes, tables: Tables) -> None:
    sealed_books()
    item = item_of(tables, "journal", "E1")
    item["narrative"] = {"S": "改"}
    tables.client.put_item(TableName="medaid-journal", Item=item)
    assert any("与分录不符" in line for line in found(outside))


def test_an_entry_that_was_removed_is_found(outside: bytes, tables: Tables) -> None:
    sealed_books()
    item = item_of(tables, "journal", "E1")
    key = {"pk": item["pk"], "sk": item["sk"]}
    tables.client.delete_item(TableName="medaid-journal", Key=key)
    assert any("应有 3 笔" in line for line in found(outside))


def test_an_entry_that_slipped_in_behind_the_last_seal_is_found_after_two_days(
    outside: bytes,
) -> None:
    sealed_books()
    commit(service.writes(entry(9, RECORDED + timedelta(hours=9))))
    assert found(outside) == []
    assert any("逾期未封签" in line for line in found(outside, LATER + timedelta(days=3)))


def test_books_rewritten_together_with_their_seals_do_not_fit_the_anchors(
    outside: bytes, tables: Tables
) -> None:
    """Right money, 42. Whoever rules the tables rewrites an entry and seals anew: the anchor tells
    (J32)."""
    sealed_books()
    item = item_of(tables, "journal", "E1")
    item["narrative"] = {"S": "改"}
    tables.client.put_item(TableName="medaid-journal", Item=item)
    seals_removed(tables, {"", "sealed"})
    assert sealing.seal_and_anchor(R, MONTH, LATER) == 3
    lines = found(outside)
    assert any("与锚定内容不符" in line for line in lines)
    assert any("与分录不符" in line for line in lines)


def test_a_seal_that_was_removed_is_found(outside: bytes, tables: Tables) -> None:
    sealed_books()
    seals_removed(tables, {"sealed"})
    assert any("账中无此封签" in line for line in found(outside))


def test_an_anchor_that_somebody_else_signed_is_found(outside: bytes, tables: Tables) -> None:
    sealed_books()
    kms = boto3.client("kms")
    other = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    assert any("签名不符" in line for line in found(kms.get_public_key(KeyId=other)["PublicKey"]))


def test_a_later_version_of_an_anchor_counts_for_nothing(outside: bytes, tables: Tables) -> None:
    """The bucket keeps what was first written; what is put over it is only a newer version."""
    sealed_books()
    (key,) = anchor.listed("seals/")
    forged = json.loads(anchor.get(key))
    forged["content"] = forged["content"].replace('"count":3', '"count":2')
    tables.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(forged).encode())
    assert found(outside) == []


def test_an_anchor_cannot_be_removed(outside: bytes, tables: Tables) -> None:
    """Right money, 42."""
    sealed_books()
    (key,) = anchor.listed("seals/")
    version = tables.s3.list_object_versions(Bucket=BUCKET)["Versions"][0]["VersionId"]
    with pytest.raises(ClientError):
        tables.s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version)
