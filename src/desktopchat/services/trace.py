"""The trace: when things happened, as JSON lines, for benchmarks and bug reports. Never what was said."""

import json
import threading
import time
from pathlib import Path
from typing import IO

from desktopchat import STARTED_AT
from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import msg


class Trace:
    """Writes events to a file, or nowhere. `t` is seconds since the program's first line ran."""

    def __init__(self, file: IO[str] | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        if file is not None:
            self._write({"t": 0, "event": "start", "monotonic": STARTED_AT})

    @classmethod
    def to(cls, path: str | Path) -> "Trace":
        """A trace into `path`, which is made anew, its folder is not; raises `ChatError` `storage`."""
        try:
            return cls(Path(path).open("w", encoding="utf-8"))
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise _unwritable(path, error) from error

    @property
    def on(self) -> bool:
        return self._file is not None

    def event(self, event: str, /, **fields: str | int | float) -> None:
        """Notes that `event` happens now. Costs nothing when the trace is off."""
        if self._file is not None:
            self._write({"t": round(time.monotonic() - STARTED_AT, 6), "event": event, **fields})

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _write(self, line: dict[str, str | int | float]) -> None:
        with self._lock:
            if self._file is not None:
                self._file.write(json.dumps(line) + "\n")
                self._file.flush()


def _unwritable(path: str | Path, error: Exception) -> ChatError:
    reason = (error.strerror or "") if isinstance(error, OSError) else str(error)
    return failed(
        ErrorKind.STORAGE,
        msg("The trace {file} cannot be written: {reason}.", file=str(path), reason=reason),
        hint=msg("Name a file in a folder that is there and that you may write to."),
    )
