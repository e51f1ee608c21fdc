"""What clearing's tests share beside tests/conftest.py."""

from __future__ import annotations

import pytest

from medaid.clearing import projector


@pytest.fixture(autouse=True)
def forget_listed() -> None:
    """The projector notes an institution once a process; each test has tables of its own."""
    projector._note.cache_clear()
