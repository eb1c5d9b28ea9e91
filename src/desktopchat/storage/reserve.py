"""A file that holds a little disk space back, so that deleting works when nothing else does.

SQLite needs space to delete: on a full disk even that fails until something is freed.
"""

import logging
import os
import shutil
from pathlib import Path

log = logging.getLogger(__name__)

MIB = 1024 * 1024
SIZE = 8 * MIB
LEAVE_FREE = 8 * SIZE
"""The file is only made where this much stays free beside it."""


class Reserve:
    """`reserve.bin` beside the database. Failing to make it is no error: it is a help, not a promise."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "reserve.bin"

    def make(self) -> bool:
        """Puts the file there if the disk has room; True if it is there now. Takes some ten milliseconds."""
        try:
            if self.path.exists() and self.path.stat().st_size >= SIZE:
                return True
            if shutil.disk_usage(self.path.parent).free < SIZE + LEAVE_FREE:
                return False
            _write(self.path, SIZE)
        except OSError as error:
            log.info("no space is held back: %s", error)
            self._remove()
            return False
        return True

    def release(self) -> bool:
        """Gives the space free; False if none was held back."""
        released = self._remove()
        if released:
            log.warning("the disk is full: %s was given free", self.path.name)
        return released

    def take_back(self) -> None:
        """After `release`: holds back again what is still free, so that only what frees space may use it."""
        try:
            free = shutil.disk_usage(self.path.parent).free - MIB // 8
            if free > 0:
                _write(self.path, min(SIZE, free))
        except OSError as error:
            log.info("no space is held back again: %s", error)
            self._remove()

    def _remove(self) -> bool:
        try:
            self.path.unlink()
        except OSError:
            return False
        return True


def _write(path: Path, size: int) -> None:
    with path.open("wb") as file:
        path.chmod(0o600)
        for start in range(0, size, MIB):
            file.write(os.urandom(min(MIB, size - start)))  # zeros would take no space on disks that compress
        file.flush()
        os.fsync(file.fileno())
