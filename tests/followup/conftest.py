"""The departments' drops, for tests of what is followed up."""

from __future__ import annotations

from tests.people.conftest import department as department
