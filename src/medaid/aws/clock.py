"""The one place where the product looks at the clock."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This instant, aware."""
    return datetime.now(UTC)
