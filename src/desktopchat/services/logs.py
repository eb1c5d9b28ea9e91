"""The log file: what happened, for bug reports. Never what was said, and never a key."""

import contextlib
import logging
import logging.handlers
import os
from io import TextIOWrapper
from pathlib import Path

from desktopchat.transports.redact import RedactingFilter

LEVEL_VARIABLE = "DESKTOPCHAT_LOG_LEVEL"
"""Names DEBUG, INFO, WARNING (the default) … for people who look for a fault."""

MIB = 1024 * 1024


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file that its owner alone may read, whatever the umask says and an older version made."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=_opened_privately)


def _opened_privately(path: str, flags: int) -> int:
    descriptor = os.open(path, flags, 0o600)
    if hasattr(os, "fchmod"):  # not on Windows, where the folder's rights count
        with contextlib.suppress(OSError):  # a file system without modes
            os.fchmod(descriptor, 0o600)
    return descriptor


def start(folder: Path) -> logging.Handler:
    """Logs into a rotating file in `folder` (its owner's alone); every line passes the redaction."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "desktopchat.log"
    handler = _PrivateFile(path, maxBytes=2 * MIB, backupCount=4, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(RedactingFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(_level())
    return handler


def stop(handler: logging.Handler) -> None:
    """Ends the log; lines for which a full disk had no room are lost."""
    logging.getLogger().removeHandler(handler)
    with contextlib.suppress(OSError):
        handler.close()


def _level() -> int:
    name = os.environ.get(LEVEL_VARIABLE, "WARNING").upper()
    return logging.getLevelNamesMapping().get(name, logging.WARNING)
