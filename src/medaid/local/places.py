"""Where things lie in a checkout of the project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
TEMPLATE: Final = ROOT / "infra" / "template.yaml"
USER_POOL: Final = ROOT / "infra" / "user-pool.yaml"
FUNCTIONS: Final = ROOT / "functions"
PACKAGE: Final = ROOT / "src" / "medaid"
LOCAL: Final = Path(os.environ.get("MEDAID_LOCAL_DIR", ROOT / ".local"))
"""What `make run` keeps and `make clean` forgets: state, log, password."""
