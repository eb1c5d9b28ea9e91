"""The SQLite file behind one thread. What is in its tables is the business of the stores.

Everything that changes the file runs on one thread, in the order in which it was asked for, on one connection. Long
reads (a search, a check) may run aside on a second, read-only one: in WAL mode no write waits for them.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from desktopchat.domain.errors import ChatError
from desktopchat.storage import errors, opening
from desktopchat.storage.errors import Problem
from desktopchat.storage.reserve import Reserve

if TYPE_CHECKING:
    import apsw

T = TypeVar("T")
log = logging.getLogger(__name__)


class Database:
    """An open database. Every method raises only `ChatError` (kind `storage`) and what the given function raises.

    Cancelling the awaiting task takes a call back that has not begun; one that has begun is carried out.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reserve = Reserve(path.parent)
        self._writer = _Worker("database")
        self._reader = _Worker("database reader")
        self._connection: apsw.Connection | None = None
        self._aside: apsw.Connection | None = None
        self._backups = path.parent / "backups"
        self._unwritable: ChatError | None = None
        self._closed = False

    @classmethod
    async def open(cls, path: Path, *, backups: Path | None = None) -> "Database":
        """Opens or creates the file and brings its schema up to date.

        A backup goes into `backups` (by default the folder of that name beside the file) before a migration. A
        newer, foreign or damaged file is refused and left as it is. A file that is there and cannot be written, for
        a full disk or a folder without the right to, is opened for reading alone; each `write` then tries again.
        """
        database = cls(path)
        database._backups = backups or database._backups
        try:
            await database._writer.call(database._open)
        except BaseException:
            await database.close()
            raise
        return database

    async def run(self, read: "Callable[[apsw.Connection], T]") -> T:
        """Runs `read` on the database thread, outside a transaction; it must leave no cursor half read."""
        return await self._call(self._writer, lambda: self._guarded(read))

    async def read(self, read: "Callable[[apsw.Connection], T]") -> T:
        """Runs `read` on the database thread; all that it sees is of one moment."""
        return await self._call(self._writer, lambda: self._guarded(lambda c: _transaction(c, read, "BEGIN")))

    async def write(self, write: "Callable[[apsw.Connection], T]", *, frees_space: bool = False) -> T:
        """Runs `write` in one transaction: when this returns its changes are on the disk, if it raises there are none.

        With `frees_space` a full disk is met by giving up the reserve and trying once more.
        """
        return await self._call(self._writer, lambda: self._write(write, frees_space))

    async def aside(self, read: "Callable[[apsw.Connection], T]") -> T:
        """Runs a read that may take long on a thread and a read-only connection of its own; writes do not wait."""
        if self._unwritable is not None:  # a second connection may not even be possible
            return await self.run(read)
        return await self._call(self._reader, lambda: self._read_aside(read))

    async def make_reserve(self) -> bool:
        """Holds disk space back for the day when there is none. Not for the way to the first paint."""
        return await self._call(self._reader, self.reserve.make)

    async def integrity(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file: nothing, or one line for each fault."""
        found = await self.aside(lambda c: [str(row[0]) for row in c.execute("PRAGMA quick_check(20)")])
        return tuple(line for line in found if line != "ok")

    async def close(self) -> None:
        """Waits for what was asked for, then closes. May be called twice."""
        if self._closed:
            return
        self._closed = True
        await self._reader.finish(self._close_aside)
        await self._writer.finish(self._close)

    async def _call(self, worker: "_Worker", job: Callable[[], T]) -> T:
        if self._closed:
            raise errors.closed()
        return await worker.call(job)

    def _open(self) -> None:
        try:
            self._connection = self._open_for_writing()
            self._unwritable = None
        except ChatError as error:
            if error.failure.code not in errors.UNWRITABLE:
                raise
            self._connection = opening.open_for_reading(self.path, error)
            self._unwritable = error
            log.warning("the database can only be read: %s (%s)", error, error.failure.detail)

    def _open_for_writing(self) -> "apsw.Connection":
        try:
            return opening.open_connection(self.path, self._backups)
        except ChatError as error:
            if error.failure.code not in (Problem.FULL, Problem.IO) or not self.reserve.release():
                raise
            return opening.open_connection(self.path, self._backups)

    def _require_writable(self) -> None:
        """Raises why nothing can be written, unless that is over."""
        if self._unwritable is None:
            return
        if self._connection is not None:  # its lock would be in the way
            connection, self._connection = self._connection, None
            opening.close_anyway(connection)
        self._open()
        if self._unwritable is not None:
            raise self._unwritable

    def _write(self, write: "Callable[[apsw.Connection], T]", frees_space: bool) -> T:
        def attempt() -> T:
            return self._guarded(lambda connection: _transaction(connection, write, "BEGIN IMMEDIATE"))

        self._require_writable()
        try:
            return attempt()
        except ChatError as error:
            if not frees_space or error.failure.code != Problem.FULL or not self.reserve.release():
                raise
            result = attempt()
            self.reserve.take_back()
            return result

    def _read_aside(self, read: "Callable[[apsw.Connection], T]") -> T:
        if self._aside is None:
            self._aside = opening.open_reader(self.path)
        return _translated(self.path, self._aside, read)

    def _guarded(self, work: "Callable[[apsw.Connection], T]") -> T:
        if self._connection is None:
            raise self._unwritable or errors.closed()
        return _translated(self.path, self._connection, work)

    def _close(self) -> None:
        import apsw

        if self._connection is not None:
            connection, self._connection = self._connection, None
            if self._unwritable is not None:
                opening.close_anyway(connection)
                return
            try:
                connection.execute("PRAGMA optimize")
                connection.close()
            except apsw.Error as error:
                log.warning("a last checkpoint of the database failed: %s", error)
                opening.close_anyway(connection)

    def _close_aside(self) -> None:
        if self._aside is not None:
            connection, self._aside = self._aside, None
            opening.close_anyway(connection)


class _Worker:
    """One thread that is started when it is first needed."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def call(self, job: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._executor.submit(job))

    async def finish(self, last: Callable[[], None]) -> None:
        """Runs `last` after all else and ends the thread; a cancelled caller does not keep it from happening."""
        future = self._executor.submit(last)
        self._executor.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(future))


def _transaction(connection: "apsw.Connection", work: "Callable[[apsw.Connection], T]", begin: str) -> T:
    import apsw

    connection.execute(begin)
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        try:
            if connection.in_transaction:  # some errors have rolled back already
                connection.execute("ROLLBACK")
        except apsw.Error as error:
            log.warning("rolling back failed: %s", error)
        raise
    return result


def _translated(path: Path, connection: "apsw.Connection", work: "Callable[[apsw.Connection], T]") -> T:
    import apsw

    try:
        return work(connection)
    except apsw.Error as error:
        raise errors.from_sqlite(error, path) from error
