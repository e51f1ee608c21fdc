"""Zips of the layer and of each function: the same files always give the same bytes, so only a
change is deployed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from medaid.local.errors import LocalError
from medaid.local.places import FUNCTIONS, PACKAGE
from medaid.policy.service import COMPILED

_EPOCH = (2020, 1, 1, 0, 0, 0)
_SKIPPED = {"__pycache__", "client", "local", "simulate"}
"""`medaid.local` and `medaid.simulate` are for one machine only, `medaid.client` for hospitals."""


def layer_zip() -> bytes:
    """src/medaid under `python/`, where Lambda looks for it, with the policy packs compiled.
    Without its dependencies: the local cloud has them."""
    return _zipped(
        [
            (f"python/medaid/policy/packs/{COMPILED}", _compiled()),
            *(
                (f"python/medaid/{path.relative_to(PACKAGE).as_posix()}", path.read_bytes())
                for path in _files(PACKAGE)
            ),
        ]
    )


def _compiled() -> bytes:
    """The packs compiled in a process of its own with a fixed hash seed, so that the same packs
    give the same bytes."""
    code = (
        "import sys; from medaid.policy.service import PACKS,"
        " compiled_packs; sys.stdout.buffer.write(compiled_packs(PACKS))"
    )
    surroundings = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(PACKAGE.parent)}
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, env=surroundings
    ).stdout


def function_zip(task: str) -> bytes:
    """The Python files of functions/<task>, and the pages that were built into it. Raises
    LocalError where its handler is missing."""
    folder = FUNCTIONS / task
    if not (folder / "handler.py").is_file():
        raise LocalError(f"functions/{task}/handler.py is missing")
    return _zipped(
        (path.relative_to(folder).as_posix(), path.read_bytes())
        for path in _files(folder)
        if path.suffix == ".py" or path.is_relative_to(folder / "pages")
    )


def object_key(name: str, body: bytes) -> str:
    """The key under which a zip is kept: by its content."""
    return f"{name}/{sha256(body).hexdigest()[:32]}.zip"


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not _SKIPPED.intersection(parts) and path.suffix != ".pyc":
            yield path


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)
    return buffer.getvalue()
