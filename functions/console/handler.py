"""The operators' pages: GET /console leads to the page, GET /console/{proxy+} answers its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from medaid.aws import console_files
from medaid.aws.faults import without_text

BUILT: Final = Path(__file__).with_name("pages")
"""Where `make console` puts what it builds of console/."""


@without_text
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """One request of the HTTP API (payload format 2.0)."""
    return console_files.answer(BUILT, event)
