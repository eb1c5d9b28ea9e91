"""How a database file is met: looked at before it is touched, configured, brought up to date."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

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


def open_reader(path: Path) -> "apsw.Connection":
    """A connection that cannot change anything, to a file that is open already. Raises `ChatError`."""
    import apsw

    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        connection.set_busy_timeout(BUSY_MS)
        connection.execute("PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF")
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
    path.chmod(0o600)
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
