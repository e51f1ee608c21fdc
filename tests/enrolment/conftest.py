from __future__ import annotations

import pytest
from tests.conftest import Tables
from tests.enrolment.office import Office


@pytest.fixture
def office(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(monkeypatch, tables.s3)
