"""Programs of provinces' gateways for tests: their headers, written as their specifications say, by
other means than the product's; and credentials as two people enter them."""

from __future__ import annotations

import base64
import subprocess
from typing import Any

from tests.settlement.test_figures import call

from medaid.settlement.gateways import store

HOSPITAL = "H44090200001"
PATH = f"/institutions/440902/{HOSPITAL}/credentials"


def at(path: str, institution: str = HOSPITAL) -> str:
    return PATH.replace(HOSPITAL, institution) + path


def ask(
    path: str,
    body: dict[str, Any] | None = None,
    by: str = "officer-1",
    region: str = "440902",
    role: str = "manager",
    institution: str = HOSPITAL,
) -> tuple[int, dict[str, Any]]:
    """One request of the office: POST with a body, else GET."""
    address = at(path, institution).replace("440902/", f"{region}/", 1)
    return call("POST" if body is not None else "GET", address, body, by, region, role)


def entered(
    gateway: str,
    access_id: str = "his-one",
    institution: str = HOSPITAL,
    region: str = "440902",
) -> tuple[int, str]:
    """A credential that two people agreed on, with its secret: number and secret. Running functions
    have forgotten what they knew."""
    body = {"gateway": gateway, "access_id": access_id, "document": "接入函1号"}
    status, shown = ask("", body, region=region, institution=institution)
    assert status == 201, shown
    number = shown["credentials"][-1]["number"]
    status, shown = ask(
        "/decision", {"approved": True}, "officer-2", region=region, institution=institution
    )
    assert status == 200, shown
    status, made = ask("/secret", {"number": number}, region=region, institution=institution)
    assert status == 201, made
    store.forget()
    return number, str(made["secret"])


def digest(*options: str, text: str) -> bytes:
    done = subprocess.run(
        ["openssl", "dgst", "-binary", *options],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout


def tif(secret: str, now: float, nonce: str = "", access_id: str = "his-one") -> dict[str, str]:
    """Guangdong: SHA-256 over timestamp, secret, nonce, timestamp; a nonce a second."""
    stamp = str(int(now))
    nonce = nonce or f"n-{stamp}"
    return {
        "content-type": "application/json",
        "x-tif-paasid": access_id,
        "x-tif-timestamp": stamp,
        "x-tif-nonce": nonce,
        "x-tif-signature": digest("-sha256", text=stamp + secret + nonce + stamp).hex(),
    }


def api(secret: str, now: float, access_id: str = "his-one", **other: str) -> dict[str, str]:
    """Hunan: base64 of HMAC-SHA1 over the sorted headers."""
    headers = {
        "_api_access_key": access_id,
        "_api_name": "hospital",
        "_api_timestamp": str(int(now * 1000)),
        "_api_version": "1.0.0",
    } | other
    text = "&".join(f"{name}={headers[name]}" for name in sorted(headers))
    signature = base64.b64encode(digest("-sha1", "-hmac", secret, text=text)).decode()
    return headers | {
        "_api_signature": signature,
        "content-type": "text/plain; charset=utf-8",
    }


def basic(client: str, secret: str) -> dict[str, str]:
    given = base64.b64encode(f"{client}:{secret}".encode()).decode()
    return {
        "authorization": f"Basic {given}",
        "content-type": "application/x-www-form-urlencoded",
    }
