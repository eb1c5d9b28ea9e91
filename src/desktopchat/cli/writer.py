"""Standard output for an answer that is coming: written by a thread, so that a slow reader holds up nothing else.

While the reader of a pipe sleeps, the answer still reaches the database in time and a signal is still obeyed.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Protocol

WOULD_BLOCK_S = 0.01


class Raw(Protocol):
    """A file without a buffer: `write` may take less than it was given."""

    def write(self, data: bytes, /) -> int | None: ...


class Writer:
    """Writes in order, each piece at once. What cannot be written is dropped after the first error."""

    def __init__(self, raw: Raw, on_error: Callable[[OSError], object]) -> None:
        """`on_error` is called once at most, on the writing thread."""
        self.error: OSError | None = None
        self._raw = raw
        self._on_error = on_error
        self._on_end: Callable[[], object] = lambda: None
        self._pieces: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        # a daemon: a reader that never wakes up must not keep the program from ending
        self._thread = threading.Thread(target=self._run, name="standard output", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        self._pieces.put(data)

    def end(self, on_end: Callable[[], object]) -> None:
        """No more comes. `on_end` is called, on the writing thread, once all is written or dropped."""
        self._on_end = on_end
        self._pieces.put(None)

    def close(self, timeout_s: float) -> bool:
        """Ends, and waits until all is written, at most `timeout_s`; says whether it was."""
        self.end(lambda: None)
        self._thread.join(timeout_s)
        return self.error is None and not self._thread.is_alive()

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            if self.error is None:
                self._write(piece)
        self._on_end()

    def _write(self, piece: bytes) -> None:
        try:
            left = memoryview(piece)
            while left:
                if not (taken := self._raw.write(bytes(left))):
                    time.sleep(WOULD_BLOCK_S)  # somebody made the pipe non-blocking, and it is full
                left = left[taken or 0 :]
        except OSError as error:
            self.error = error
            self._on_error(error)


def raw_stdout() -> Raw:
    """Standard output without its buffer, whose lock a waiting thread would hold when the interpreter ends."""
    sys.stdout.flush()
    buffer = sys.stdout.buffer
    return getattr(buffer, "raw", buffer)
