"""Deployed for a function whose door is not built yet."""

from __future__ import annotations

from typing import Any


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Says so."""
    return {"statusCode": 501, "body": "{}"}
