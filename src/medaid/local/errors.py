"""What can be wrong with this machine."""

from __future__ import annotations


class LocalError(Exception):
    """Something on this machine is not as needed; the text says what, and what to do."""
