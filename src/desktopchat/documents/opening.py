"""Opens what people attach: regular files only, never more bytes than asked for."""

import os
import stat
from pathlib import Path

from desktopchat.documents.kinds import HEAD_BYTES
from desktopchat.documents.limits import MIB
from desktopchat.documents.refusals import Refusal, RefusedError


class Opened:
    """A regular file, open for reading. A context manager."""

    def __init__(self, path: Path) -> None:
        """Raises `RefusedError` for everything that is not a regular file, without waiting for it."""
        try:
            # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever
            self._fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            refusal = Refusal.NOT_A_FILE if path.is_dir() else Refusal.UNREADABLE
            raise RefusedError(refusal, detail=getattr(error, "strerror", None) or str(error)) from error
        status = os.fstat(self._fd)
        self.size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            os.close(self._fd)
            raise RefusedError(Refusal.NOT_A_FILE)

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def head(self) -> bytes:
        """The file's beginning. Raises `RefusedError` if the file is empty."""
        head = self.first(HEAD_BYTES)
        if not head:
            raise RefusedError(Refusal.EMPTY)
        return head

    def first(self, count: int) -> bytes:
        """The first `count` bytes, or all if there are fewer."""
        try:
            with open(self._fd, "rb", closefd=False) as file:
                file.seek(0)
                return file.read(count)
        except OSError as error:
            raise RefusedError(Refusal.UNREADABLE, detail=error.strerror or "") from error

    def all(self, limit: int) -> bytes:
        """The whole file. Raises `RefusedError` if it has more than `limit` bytes."""
        data = self.first(limit + 1) if self.size <= limit else b""
        if self.size > limit or len(data) > limit:
            raise RefusedError(Refusal.TOO_LARGE, limit_mb=limit // MIB)
        return data
