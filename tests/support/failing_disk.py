"""A disk on which the n-th write or sync fails, as SQLite sees it."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


class Faults:
    """Counts what is written and synced through it; breaks number `first` and, with `lasting`, all after it."""

    def __init__(self, first: int, error: type[apsw.Error], *, lasting: bool) -> None:
        self.seen = 0
        self._first = first
        self._error = error
        self._lasting = lasting
        self.over = False

    def step(self) -> None:
        self.seen += 1
        if not self.over and (self.seen == self._first or (self._lasting and self.seen > self._first)):
            raise self._error("the disk fails here")


class _File(apsw.VFSFile):
    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int], faults: Faults, base: str) -> None:
        super().__init__(base, name, flags)
        self._faults = faults

    def xWrite(self, data: bytes, offset: int) -> None:
        self._faults.step()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._faults.step()
        super().xSync(flags)


class _Disk(apsw.VFS):
    def __init__(self, faults: Faults) -> None:
        self._base = apsw.vfs_names()[0]
        super().__init__("failing", self._base, makedefault=True)
        self._faults = faults

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> _File:
        return _File(name, flags, self._faults, self._base)


@contextmanager
def failing_disk(first: int, error: type[apsw.Error], *, lasting: bool) -> Iterator[Faults]:
    """Everything that this process opens with SQLite meanwhile is on that disk."""
    faults = Faults(first, error, lasting=lasting)
    disk = _Disk(faults)
    try:
        yield faults
    finally:
        disk.unregister()
