"""How a database file is met: looked at before it is touched, configured, brought up to date."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from desktopchat.domain.errors import ChatError
from desktopchat.storage import errors

if TYPE_CHECKING:
    import apsw

T = TypeVar("T")
log = logging.getLogger(__name__)

APPLICATION_ID = 0x64634854
"""In the file's header: says that the file is ours ("dcHT")."""

OLDEST_SQLITE = 3_051_003
"""Versions before 3.51.3 can corrupt a WAL database that two connections write to (https://sqlite.org/wal.html)."""

BUSY_MS = 5000
_MAGIC = b"SQLite format 3\0"

_SETTINGS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA mmap_size = 0;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA secure_delete = FAST;
PRAGMA journal_size_limit = 33554432;
"""

_READING = """
PRAGMA query_only = ON;
PRAGMA mmap_size = 0;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA temp_store = MEMORY;
"""


def open_connection(path: Path, backups: Path) -> "apsw.Connection":
    """The one connection that writes. Raises `ChatError`; a refused file is left as it is, byte for byte."""
    import apsw

    check_library(apsw.sqlite_lib_version(), apsw.SQLITE_VERSION_NUMBER)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _look_before_opening(path)
    except OSError as error:
        raise errors.from_os(error, path) from error
    try:
        return _opened(path, backups)
    except apsw.Error as error:
        raise errors.from_sqlite(error, path) from error
    except OSError as error:
        raise errors.from_os(error, path) from error


def open_for_reading(path: Path, why: ChatError) -> "apsw.Connection":
    """A connection that changes nothing, to a file beside which not even SQLite's own files can be made.

    Raises `ChatError`: `why`, the reason for not writing, where reading does not succeed either.
    """
    import apsw

    try:
        if not path.exists():
            raise why
        _look_before_opening(path)
        ways = tuple(_ways_to_read(path))
    except OSError as error:
        raise why from error
    for name, flags, alone in ways:
        try:
            return _opened_for_reading(path, name, flags, why, alone=alone)
        except apsw.Error as error:
            log.info("the database cannot be read like this: %s: %s", type(error).__name__, error)
    raise why


def open_reader(path: Path) -> "apsw.Connection":
    """A connection that cannot change anything, to a file that is open already. Raises `ChatError`."""
    import apsw

    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        connection.set_busy_timeout(BUSY_MS)
        connection.execute("PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF").fetchall()
    except apsw.Error as error:
        raise errors.from_sqlite(error, path) from error
    return connection


def close_anyway(connection: "apsw.Connection") -> None:
    """Closes on a failing disk, too: what was committed is in the log file and is found at the next start."""
    import apsw

    try:
        connection.close(True)
    except apsw.Error as error:
        log.warning("the database was not closed cleanly: %s", error)


def check_library(version: str, number: int) -> None:
    """Refuses an SQLite that is known to damage databases."""
    if number < OLDEST_SQLITE:
        wanted = f"{OLDEST_SQLITE // 1_000_000}.{OLDEST_SQLITE // 1000 % 1000}.{OLDEST_SQLITE % 1000}"
        raise errors.old_library(version, wanted)


def _look_before_opening(path: Path) -> None:
    """Judges the file by its header (https://sqlite.org/fileformat2.html), since SQLite writes to what it opens."""
    from desktopchat.storage.migrations import NEWEST

    if not path.exists():
        return
    with path.open("rb") as file:
        header = file.read(100)
    if not header:
        return
    if not header.startswith(_MAGIC) or len(header) < 100:
        raise errors.foreign(path)
    version, application = int.from_bytes(header[60:64], "big"), int.from_bytes(header[68:72], "big")
    _check_owner(path, version, application)
    if version > NEWEST:
        raise errors.newer(path, version, NEWEST)


def _check_owner(path: Path, version: int, application: int) -> None:
    fresh = version == 0 and application == 0
    if application != APPLICATION_ID and not fresh:
        raise errors.foreign(path, f"application id {application:#x}")


def _opened(path: Path, backups: Path) -> "apsw.Connection":
    import apsw

    connection = apsw.Connection(str(path))
    try:
        connection.set_busy_timeout(BUSY_MS)
        _patiently(lambda: _check_version(connection, path))
        _patiently(lambda: connection.execute(_SETTINGS).fetchall())
        _update(connection, path, backups)
    except BaseException:
        close_anyway(connection)
        raise
    _make_private(path)
    return connection


def _make_private(path: Path) -> None:
    """Takes every right from others; its owner's are left, as whoever protects a file from writing means it."""
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        path.chmod(mode & 0o700)


def _ways_to_read(path: Path) -> "Iterator[tuple[str, int, bool]]":
    """Names and flags for SQLite, and whether it is to keep the log's index in its memory (https://sqlite.org/wal.html).

    Where another process has the file open its index is there to be used. Without a log the file is all there is.
    Otherwise the file is locked for as long as it is open; only where that is impossible, too, since nobody may
    write, is it read without a lock.
    """
    import apsw

    log_file, index = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    plain, uri = apsw.SQLITE_OPEN_READONLY, path.absolute().as_uri()
    if index.exists():
        yield str(path), plain, False
    if not log_file.exists() or log_file.stat().st_size == 0:
        yield f"{uri}?immutable=1", plain | apsw.SQLITE_OPEN_URI, False
        return
    yield str(path), apsw.SQLITE_OPEN_READWRITE, True
    unlocked = "win32-none" if os.name == "nt" else "unix-none"
    yield f"{uri}?vfs={unlocked}", plain | apsw.SQLITE_OPEN_URI, True


def _opened_for_reading(path: Path, name: str, flags: int, why: ChatError, *, alone: bool) -> "apsw.Connection":
    import apsw

    from desktopchat.storage.migrations import NEWEST

    connection = apsw.Connection(name, flags=flags)
    try:
        connection.set_busy_timeout(BUSY_MS)
        if alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()  # before the first read
        _check_version(connection, path)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.execute(_READING).fetchall()
        if connection.pragma("user_version") != NEWEST:
            raise why  # the tables are not the ones that are asked for
    except BaseException:
        close_anyway(connection)
        raise
    return connection


def _check_version(connection: "apsw.Connection", path: Path) -> None:
    """Asks SQLite itself, which knows what a crashed newer version left in the log file beside the database."""
    import apsw

    from desktopchat.storage.migrations import NEWEST

    # closing the last connection would move the log into the file: not before we know that it is ours
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    with connection:  # all of one moment: another process may be creating the tables
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
        version, application = connection.pragma("user_version"), connection.pragma("application_id")
    if application == 0 and tables:
        raise errors.foreign(path)
    _check_owner(path, version, application)
    if version > NEWEST:
        raise errors.newer(path, version, NEWEST)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)


def _update(connection: "apsw.Connection", path: Path, backups: Path) -> None:
    from desktopchat.storage.migrations import NEWEST, migrate

    version = connection.pragma("user_version")
    if version == NEWEST:
        return
    if version:
        from desktopchat.storage.backup import backup_before_migration

        backup_before_migration(path, backups, version)
    migrate(connection)


def _patiently(work: Callable[[], T]) -> T:
    """Tries again while another process creates the file: switching to WAL does not wait for the busy time-out."""
    import apsw

    give_up = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            return work()
        except apsw.BusyError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)
