"""Where files are: the data directory and the names inside it. What is in the files is not known here."""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import msg

VARIABLE = "DESKTOPCHAT_DATA_DIR"


@dataclass(frozen=True, slots=True)
class DataDir:
    """A folder that holds everything the program stores, so that copying it copies all of it (but the keys)."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "desktopchat.sqlite3"

    @property
    def settings(self) -> Path:
        return self.root / "settings.json"

    @property
    def logs(self) -> Path:
        """A folder; made by whoever logs."""
        return self.root / "logs"

    @property
    def lock(self) -> Path:
        """Held by the window's process while it runs."""
        return self.root / "window.lock"

    @property
    def backups(self) -> Path:
        """A folder; made by whoever backs up."""
        return self.root / "backups"

    @property
    def blobs(self) -> Path:
        """A folder; made by whoever stores attachments."""
        return self.root / "blobs"


def data_dir(argument: str | None, environ: Mapping[str, str]) -> DataDir:
    """The data directory, made if it is not there: `argument`, else the environment's, else the platform's.

    A new directory belongs to its owner alone (0700); an existing one keeps its mode, and need not be writable: see
    `require_writable`. Raises `ChatError` `storage` where there is none and none can be made. Neither the home
    directory nor the platform's are looked at when one is named.
    """
    named = argument or environ.get(VARIABLE, "")
    data = DataDir(_absolute(named) if named else _platform_dir())
    try:
        data.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _unusable(data.root, error) from error
    return data


def require_writable(data: DataDir) -> None:
    """Raises `ChatError` `storage` where no file can be made: what is stored can be read there, and that is all."""
    try:
        _try_writing(data.root)
    except OSError as error:
        raise _unusable(data.root, error) from error


def _absolute(named: str) -> Path:
    path = Path(named)
    if named.startswith("~"):
        try:
            path = path.expanduser()
        except RuntimeError as error:  # nobody's home directory is known
            raise _unusable(path, error) from error
    return path.absolute()


def _platform_dir() -> Path:
    from platformdirs import user_data_path

    return user_data_path("desktopchat", appauthor=False)


def _try_writing(folder: Path) -> None:
    """Raises OSError where no file can be made. A full disk is no reason: what is stored can still be read."""
    probe = folder / f".writable-{os.getpid()}"
    try:
        os.close(os.open(probe, os.O_CREAT | os.O_WRONLY, 0o600))
        probe.unlink()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise


def _unusable(folder: Path, error: Exception) -> ChatError:
    reason = (error.strerror or "") if isinstance(error, OSError) else str(error)
    return failed(
        ErrorKind.STORAGE,
        msg("The data folder {folder} cannot be written, so nothing could be kept.", folder=str(folder)),
        hint=msg("Choose another folder with --data-dir, or make this one writable."),
        detail=reason,
    )
