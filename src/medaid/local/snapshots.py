"""What the local cloud keeps between runs: whole snapshots, each complete or not there at all.

`kept/<number>` is a snapshot and is never changed. `live` is what the running emulator works on;
it is built from the newest snapshot at each start. Files are hard links where nothing rewrites
them in place: MiniStack replaces a file, it never writes into one.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EXDEV, errno.EMLINK, errno.ENOSYS}
"""What a file system answers that has no hard links, or no more for this file."""


@dataclass(frozen=True)
class Snapshots:
    """The snapshots in `folder`."""

    folder: Path

    @property
    def live(self) -> Path:
        return self.folder / "live"

    @property
    def _kept(self) -> Path:
        return self.folder / "kept"

    def newest(self) -> Path | None:
        """The last complete snapshot; None where nothing has been kept."""
        numbered = [path for path in self._all() if path.name.isdecimal()]
        return max(numbered, key=lambda path: int(path.name), default=None)

    def saved_at(self) -> datetime | None:
        """When the newest snapshot was complete."""
        newest = self.newest()
        return datetime.fromtimestamp(newest.stat().st_mtime, UTC) if newest else None

    def bring_to_life(self) -> None:
        """Builds `live` from the newest snapshot, and takes away what a killed run left there."""
        newest = self.newest()
        shutil.rmtree(self.live, ignore_errors=True)
        for path in self._all():
            if path != newest:
                shutil.rmtree(path, ignore_errors=True)
        if newest:
            shutil.copytree(newest, self.live, copy_function=_link)
        else:
            self.live.mkdir(parents=True)

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """A new snapshot to write the state tables (`*.json`) into; `live` gives its other files.

        It counts once the block has ended; the one before it is removed then. Where the block
        raises, what was written is removed and the newest snapshot stays what it was.
        """
        before = self.newest()
        number = int(before.name) + 1 if before else 1
        new = self._kept / f"{number}.new"
        shutil.rmtree(new, ignore_errors=True)
        try:
            new.mkdir(parents=True)
            yield new
            shutil.copytree(
                self.live, new, copy_function=_link, ignore=self._left_out, dirs_exist_ok=True
            )
            os.utime(new)
            new.rename(self._kept / str(number))
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        if before:
            shutil.rmtree(before, ignore_errors=True)

    def _all(self) -> list[Path]:
        return list(self._kept.iterdir()) if self._kept.is_dir() else []

    def _left_out(self, folder: str, names: list[str]) -> set[str]:
        """State tables are written anew each time; what ends in .tmp is just being written."""
        unfinished = {name for name in names if name.endswith(".tmp")}
        top = Path(folder) == self.live
        return unfinished | {name for name in names if top and name.endswith(".json")}


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copy2(source, target)
