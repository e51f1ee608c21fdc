"""`medaid verify-seals`: the whole chain of the books followed anew by whoever does not trust us.

It reads the journal, the seals and their anchors, with the caller's own rights (the policy
`<stack>-seal-auditor` is enough), and changes nothing. What it holds against what:

- each anchor's signature against the public key, taken from a file the auditor keeps, or from the
  signing key itself;
- each seal in the table against its anchor, both ways;
- each chain against itself (a seal begins where the one before ended) and against the entries.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medaid.local.errors import LocalError

if TYPE_CHECKING:
    from medaid.fund.anchors import Anchor


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stack", metavar="NAME", help="a stack on AWS, else the local")
    parser.add_argument("--region", default="", metavar="ADMDVS", help="one region only")
    parser.add_argument("--public-key", type=Path, metavar="FILE", help="its public half, PEM")


def run(args: argparse.Namespace) -> int:
    """`medaid verify-seals`. Answers 0 where everything agrees, 1 where something does not."""
    _surroundings(args.stack)
    from medaid.fund import anchors  # reads its surroundings when imported

    pem = args.public_key.read_bytes() if args.public_key else _public_key()
    held = list(anchors.anchors(args.region))
    if not held:
        raise LocalError("没有已锚定的封签:尚未封签,或无权读取")
    findings = list(verified(held, pem, datetime.now(UTC)))
    for finding in findings:
        print(finding)
    regions = len({one.admdvs for one in held})
    print(f"统筹区 {regions} 个,封签 {len(held)} 个,不符 {len(findings)} 项")
    return 1 if findings else 0


def _surroundings(stack: str | None) -> None:
    if stack is None:
        from medaid.local.stack import connected, running  # only for the local cloud

        local = running()
        os.environ["MEDAID_BUCKET_ANCHOR"] = local.outputs["AnchorBucket"]
        os.environ["MEDAID_KEY_SEAL"] = f"alias/{local.name}-seals"
        connected(local)
        return
    import boto3  # slow to import

    account = boto3.client("sts").get_caller_identity()["Account"]
    os.environ["MEDAID_BUCKET_ANCHOR"] = f"{stack}-anchor-{account}"
    os.environ["MEDAID_KEY_SEAL"] = f"alias/{stack}-seals"
    for table in ("journal", "fund"):
        os.environ[f"MEDAID_TABLE_{table.upper()}"] = f"{stack}-{table}"


def _public_key() -> bytes:
    from medaid.aws import anchor  # as above
    from medaid.aws.settings import settings

    der: bytes = anchor.client("kms").get_public_key(KeyId=settings().seal_key)["PublicKey"]
    return der


def verified(held: Iterable[Anchor], key: bytes, now: datetime) -> Iterator[str]:
    """What does not agree, one Chinese line each. `key` is a public key, PEM or DER."""
    from medaid.fund import verification  # as above

    chains: dict[tuple[str, str], list[Anchor]] = {}
    checks = _signature_check(key)
    for one in held:
        chains.setdefault((one.admdvs, one.fund), []).append(one)
        if not checks(one):
            yield f"{_named(one)} 签名不符"
    for (admdvs, fund), chain in sorted(chains.items()):
        for finding in verification.chain_findings(admdvs, fund, chain, now):
            yield f"{admdvs} {fund} {finding}"


def _named(one: Anchor) -> str:
    return f"{one.admdvs} {one.fund} {one.mark}"


def _signature_check(key: bytes) -> Any:
    from cryptography.exceptions import InvalidSignature  # only this command needs it
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    load = (
        serialization.load_pem_public_key
        if key.lstrip().startswith(b"-----")
        else serialization.load_der_public_key
    )
    public = load(key)
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise LocalError("公钥应为椭圆曲线公钥")

    def check(one: Anchor) -> bool:
        try:
            public.verify(one.signature, one.content, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    return check
