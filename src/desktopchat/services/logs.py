"""The log file: what happened, for bug reports. Never what was said, and never a key."""

import logging
import logging.handlers
import os
from pathlib import Path

from desktopchat.transports.redact import RedactingFilter

LEVEL_VARIABLE = "DESKTOPCHAT_LOG_LEVEL"
"""Names DEBUG, INFO, WARNING (the default) … for people who look for a fault."""

MIB = 1024 * 1024


def start(folder: Path) -> logging.Handler:
    """Logs into a rotating file in `folder` (its owner's alone); every line passes the redaction."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "desktopchat.log"
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=2 * MIB, backupCount=4, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(RedactingFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(_level())
    return handler


def stop(handler: logging.Handler) -> None:
    logging.getLogger().removeHandler(handler)
    handler.close()


def _level() -> int:
    name = os.environ.get(LEVEL_VARIABLE, "WARNING").upper()
    return logging.getLevelNamesMapping().get(name, logging.WARNING)
