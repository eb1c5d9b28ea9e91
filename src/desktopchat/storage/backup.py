"""Copies of the database that were checked. Restoring one is done by people: nothing here replaces a database."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from desktopchat.storage import errors
from desktopchat.storage.database import Database
from desktopchat.storage.opening import close_anyway

log = logging.getLogger(__name__)

DAILY = "daily-"
PAGES_A_STEP = 500


async def backup(database: Database, folder: Path, keep: int = 7) -> Path:
    """Makes today's backup unless there is one, keeps the newest `keep`, returns the newest's path.

    Runs on a thread of its own: neither reads nor writes wait. Raises `ChatError` `storage`.
    """
    path = folder / f"{DAILY}{datetime.now(UTC):%Y-%m-%d}.sqlite3"
    await _on_own_thread(lambda stop: _daily(database.path, path, keep, stop))
    return path


def backup_before_migration(path: Path, folder: Path, version: int) -> Path:
    """The file as it is before the schema changes; raises `ChatError` where no sound copy can be made."""
    target = folder / f"before-schema-{version + 1}-{datetime.now(UTC):%Y%m%dT%H%M%S}.sqlite3"
    copy_checked(path, target, threading.Event())
    return target


def copy_checked(source: Path, target: Path, stop: threading.Event) -> None:
    """Copies a database in use as of one moment, checks the copy, and only then gives it its name."""
    import apsw

    unfinished = target.with_suffix(f".{os.getpid()}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(source, unfinished, stop)
        if not stop.is_set():
            _check(unfinished)
            unfinished.replace(target)
    except (apsw.Error, OSError) as error:
        raise errors.backup_failed(target.parent, f"{type(error).__name__}: {error}") from error
    finally:
        for leftover in target.parent.glob(f"{unfinished.name}*"):  # SQLite puts journals beside it
            leftover.unlink(missing_ok=True)


def _copy(source: Path, target: Path, stop: threading.Event) -> None:
    import apsw

    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    original = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE)
    copy = apsw.Connection(str(target))
    try:
        original.set_busy_timeout(5000)
        copy.execute("PRAGMA synchronous = OFF")  # synced once, below
        original.execute("BEGIN; SELECT count(*) FROM sqlite_schema").fetchall()  # one moment for all steps
        with copy.backup("main", original, "main") as steps:
            while not steps.done and not stop.is_set():
                steps.step(PAGES_A_STEP)
        original.execute("COMMIT")
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()  # a backup is one file
    finally:
        close_anyway(copy)
        close_anyway(original)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _check(path: Path) -> None:
    import apsw

    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        found = connection.execute("PRAGMA quick_check(1)").get
    finally:
        close_anyway(connection)
    if found != "ok":
        raise errors.backup_failed(path.parent, str(found))


def _daily(source: Path, target: Path, keep: int, stop: threading.Event) -> None:
    if not target.exists():
        copy_checked(source, target, stop)
    if target.exists():
        _thin_out(target.parent, keep)


def _thin_out(folder: Path, keep: int) -> None:
    """Removes all but the newest daily backups; those made before a migration stay."""
    for old in sorted(folder.glob(f"{DAILY}*.sqlite3"), reverse=True)[max(1, keep) :]:
        try:
            old.unlink()
        except OSError as error:
            log.warning("an old backup cannot be removed: %s", error)


async def _on_own_thread(work: Callable[[threading.Event], None]) -> None:
    """Runs `work` with an event that says when to stop, which a cancelled caller sets."""
    from concurrent.futures import ThreadPoolExecutor

    stop = threading.Event()
    executor = ThreadPoolExecutor(1, thread_name_prefix="backup")
    future = asyncio.wrap_future(executor.submit(work, stop))
    executor.shutdown(wait=False)
    try:
        await asyncio.shield(future)
    except asyncio.CancelledError:
        stop.set()
        raise
