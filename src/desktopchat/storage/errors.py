"""What SQLite and the file system say, as the sentences that people read. Nothing is repaired here."""

import errno
import logging
import os
import shutil
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import Text, msg

if TYPE_CHECKING:
    import apsw

log = logging.getLogger(__name__)

NEARLY_NOTHING = 64 * 1024
"""Bytes free under which a failed write means a full disk, whatever SQLite calls it."""


class Problem(StrEnum):
    """The `code` of a storage failure."""

    FULL = "full"
    LOCKED = "locked"
    READ_ONLY = "read_only"
    CANNOT_OPEN = "cannot_open"
    CORRUPT = "corrupt"
    NEWER = "newer"
    FOREIGN = "foreign"
    OLD_LIBRARY = "old_library"
    CLOSED = "closed"
    IO = "io"
    BACKUP = "backup"
    OTHER = "other"


UNWRITABLE = (Problem.FULL, Problem.IO, Problem.READ_ONLY, Problem.CANNOT_OPEN)
"""What keeps a file from being written and need not keep it from being read."""


def trouble(problem: Problem, message: Text, hint: Text, detail: str = "") -> ChatError:
    return failed(ErrorKind.STORAGE, message, hint=hint, detail=detail[:500], code=problem)


def not_found() -> ChatError:
    return failed(
        ErrorKind.NOT_FOUND,
        msg("This conversation or message is not in the database (any more)."),
        hint=msg("It may have been removed by another window or command; look at the list again."),
    )


def in_the_trash(conversation_id: str) -> ChatError:
    return failed(
        ErrorKind.NOT_FOUND,
        msg("This conversation is in the trash."),
        hint=msg("`desktopchat chats restore {id}` brings it back.", id=conversation_id),
    )


def from_sqlite(error: "apsw.Error", path: Path) -> ChatError:
    """The one place where SQLite's result codes get a meaning."""
    return _sentence(_problem(error, path), path, f"{type(error).__name__}: {error}")


def from_os(error: OSError, path: Path) -> ChatError:
    """For what goes wrong with the folder and the files around the database."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            problem = Problem.FULL
        case errno.EACCES | errno.EPERM | errno.EROFS:
            problem = Problem.READ_ONLY
        case _:
            problem = Problem.CANNOT_OPEN
    return _sentence(problem, path, f"{type(error).__name__}: {error.strerror}")


def foreign(path: Path, detail: str = "") -> ChatError:
    return _sentence(Problem.FOREIGN, path, detail)


def newer(path: Path, found: int, known: int) -> ChatError:
    return trouble(
        Problem.NEWER,
        msg("The database was written by a newer version of this program. It was left as it is."),
        _hint_to_newer(path),
        f"schema {found}, known up to {known}",
    )


def _hint_to_newer(path: Path) -> Text:
    if not _has_backups(path):
        return msg("Install the newer version again, or start with another data directory.")
    return msg(
        "Install the newer version again, or start with another data directory. The folder “backups” beside "
        "{path} holds the state from before the upgrade.",
        path=str(path),
    )


def _has_backups(path: Path) -> bool:
    try:
        return any((path.parent / "backups").glob("*.sqlite3"))
    except OSError:
        return False


def old_library(found: str, wanted: str) -> ChatError:
    return trouble(
        Problem.OLD_LIBRARY,
        msg(
            "The installed SQLite {found} can damage databases; {wanted} or later is needed.",
            found=found,
            wanted=wanted,
        ),
        msg("Update the Python package “apsw”."),
    )


def closed() -> ChatError:
    return trouble(
        Problem.CLOSED,
        msg("The database is closed already; this was not stored."),
        msg("Start the program again."),
    )


def backup_failed(folder: Path, detail: str) -> ChatError:
    return trouble(
        Problem.BACKUP,
        msg("No sound backup of the database could be made in {folder}.", folder=str(folder)),
        msg("Make sure that the folder can be written to and that the disk has space, then start again."),
        detail,
    )


def _problem(error: "apsw.Error", path: Path) -> Problem:
    import apsw

    if isinstance(error, apsw.IOError | apsw.CantOpenError) and _no_space(path):
        return Problem.FULL
    if isinstance(error, apsw.CantOpenError) and not os.access(path.parent, os.W_OK):
        return Problem.READ_ONLY
    meanings: tuple[tuple[tuple[type[apsw.Error], ...], Problem], ...] = (
        ((apsw.FullError,), Problem.FULL),
        ((apsw.IOError,), Problem.IO),
        ((apsw.BusyError, apsw.LockedError), Problem.LOCKED),
        ((apsw.ReadOnlyError, apsw.PermissionsError, apsw.AuthError), Problem.READ_ONLY),
        ((apsw.CantOpenError,), Problem.CANNOT_OPEN),
        ((apsw.NotADBError,), Problem.FOREIGN),
        ((apsw.CorruptError,), Problem.CORRUPT),
        ((apsw.ConnectionClosedError,), Problem.CLOSED),
    )
    for types, problem in meanings:
        if isinstance(error, types):
            return problem
    log.error("unexpected database error", exc_info=error)
    return Problem.OTHER


def _hint_to_damaged(path: Path) -> Text:
    if not _has_backups(path):
        return msg("Keep a copy of the file in a safe place, and start with another data directory.")
    return msg("Copy the file to a safe place, then put the newest file from the folder “backups” in its place.")


def _no_space(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < NEARLY_NOTHING
    except OSError:
        return False


def _sentence(problem: Problem, path: Path, detail: str) -> ChatError:
    if problem is Problem.CLOSED:
        return closed()
    message, hint = _sentences(path).get(problem) or (
        msg("The database reported an error; this was not stored."),
        msg("Try again. If it happens again, please report it; the log has the details."),
    )
    return trouble(problem, message, hint, detail)


def _sentences(path: Path) -> dict[Problem, tuple[Text, Text]]:
    where = str(path)
    return {
        Problem.FULL: (
            msg("The disk is full, so nothing more can be stored. What was stored before is not lost."),
            msg("Free some space on the disk with {path}.", path=where),
        ),
        Problem.LOCKED: (
            msg("The database is in use by another program, so this could not be stored yet."),
            msg("Wait until the other program is done, or close it, and try again."),
        ),
        Problem.READ_ONLY: (
            msg("{path} cannot be written to, so conversations cannot be stored.", path=where),
            msg("Check the permissions of the file and its folder, or choose another data directory."),
        ),
        Problem.CANNOT_OPEN: (
            msg("The database {path} cannot be opened.", path=where),
            msg("Check that its folder exists and belongs to you, or choose another data directory."),
        ),
        Problem.CORRUPT: (
            msg("The database {path} is damaged. It was left as it is.", path=where),
            _hint_to_damaged(path),
        ),
        Problem.FOREIGN: (
            msg("{path} is not a database of this program. It was left as it is.", path=where),
            msg("Move the file away, or choose another data directory."),
        ),
        Problem.IO: (
            msg("The disk reported an error while the database was read or written."),
            msg("Check the disk with {path} and its connection, then try again.", path=where),
        ),
    }
