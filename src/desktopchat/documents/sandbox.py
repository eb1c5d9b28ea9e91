"""Reads files that somebody else made in a process of its own, with limits for time and memory, and can be stopped."""

import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Generic, TypeVar

from desktopchat.documents.extracted import Extracted
from desktopchat.documents.images import MAX_FILE, PreparedImage
from desktopchat.documents.limits import MIB, ImageLimits, Limits
from desktopchat.documents.protocol import BadAnswerError, Request, parsed_document, parsed_image
from desktopchat.documents.refusals import Refusal, RefusedError
from desktopchat.documents.worker import FLAG
from desktopchat.domain.errors import ErrorKind, failed
from desktopchat.domain.text import msg

log = logging.getLogger(__name__)

_PASSED_ON = (
    "PATH", "PYTHONPATH", "PYTHONHOME", "HOME", "USERPROFILE", "APPDATA", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR",
    "LD_LIBRARY_PATH", "LANG",
)  # fmt: skip
"""Variables that the process gets; keys in the environment are none of its business."""
_CPU_LIMIT_SIGNAL = 24  # SIGXCPU on Linux and macOS; Windows has no such limit
_SENTENCE_BYTES = 64 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of the process: `cpu_s` is the processor's time, `memory` in bytes; both where the system can limit them."""

    time_s: float = 60.0
    cpu_s: int = 20
    memory: int = 1024 * MIB


class Reading(Generic[T]):
    """One file that is read in a process. `run` in a thread; `cancel` from anywhere."""

    def __init__(self, request: Request, parsed: Callable[[IO[bytes]], T], bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._request = replace(request, max_memory=self._bounds.memory, max_cpu_s=self._bounds.cpu_s)
        self._parsed = parsed
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = False
        self._timed_out = False

    def run(self) -> T:
        """What is in the file. Blocks; to be called once.

        Raises `ChatError`: `file_rejected` if there is nothing to be had, `cancelled` after `cancel`.
        """
        timer = threading.Timer(self._bounds.time_s, self._time_out)
        timer.daemon = True
        try:
            process = self._start()
            timer.start()
            try:
                return self._asked(process)
            finally:
                timer.cancel()
                _end(process)
        except RefusedError as error:
            raise error.named(self._request.name) from error

    def cancel(self) -> None:
        """Ends the process; does nothing if there is none any more."""
        with self._lock:
            self._cancelled = True
            if self._process is not None:
                self._process.kill()

    def _time_out(self) -> None:
        with self._lock:
            self._timed_out = True
            if self._process is not None:
                self._process.kill()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self._lock:
            if self._cancelled:
                raise _cancelled()
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    _command(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={name: value for name in _PASSED_ON if (value := os.environ.get(name)) is not None},
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            except OSError as error:
                raise RefusedError(Refusal.CRASHED, detail=str(error)) from error
            return self._process

    def _asked(self, process: "subprocess.Popen[bytes]") -> T:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(self._request.line())
            process.stdin.flush()  # it stays open: its end would tell the process that we are gone
            return self._parsed(process.stdout)
        except (BadAnswerError, OSError) as error:
            raise self._why(process, error) from error

    def _why(self, process: "subprocess.Popen[bytes]", error: Exception) -> Exception:
        process.kill()
        status = process.wait()
        with self._lock:
            if self._cancelled:
                return _cancelled()
            if self._timed_out:
                return RefusedError(Refusal.TOO_SLOW, seconds=round(self._bounds.time_s))
        if status == -_CPU_LIMIT_SIGNAL:
            return RefusedError(Refusal.TOO_SLOW, seconds=self._bounds.cpu_s)
        log.warning("the process that reads files ended with %s: %s", status, error)
        return RefusedError(Refusal.CRASHED, detail=str(error))


def document_reading(
    path: Path,
    *,
    name: str = "",
    encoding: str | None = None,
    limits: Limits | None = None,
    bounds: Bounds | None = None,
) -> Reading[Extracted]:
    """As `extracting.extract`, in a process of its own."""
    wanted = limits or Limits()
    line_bytes = 8 * wanted.max_characters + _SENTENCE_BYTES
    request = Request(str(path.absolute()), name or path.name, encoding, wanted)
    return Reading(request, lambda stream: parsed_document(_lines(stream, line_bytes)), bounds)


def image_reading(
    path: Path, *, name: str = "", limits: ImageLimits | None = None, bounds: Bounds | None = None
) -> Reading[PreparedImage]:
    """As `images.prepare`, in a process of its own."""
    request = Request(str(path.absolute()), name or path.name, image_limits=limits or ImageLimits())
    return Reading(request, _image, bounds)


def extract_safely(
    path: Path, *, name: str = "", encoding: str | None = None, limits: Limits | None = None
) -> Extracted:
    """`document_reading(…).run()`, for whoever does not want to cancel. Blocks."""
    return document_reading(path, name=name, encoding=encoding, limits=limits).run()


def prepare_safely(path: Path, *, name: str = "", limits: ImageLimits | None = None) -> PreparedImage:
    """`image_reading(…).run()`, for whoever does not want to cancel. Blocks."""
    return image_reading(path, name=name, limits=limits).run()


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, FLAG]
    return [sys.executable, "-P", "-B", "-m", "desktopchat", FLAG]


def _lines(stream: IO[bytes], total: int) -> Iterator[bytes]:
    """The lines, together no more than `total` bytes."""
    while line := stream.readline(total):
        total -= len(line)
        if total <= 0:
            raise BadAnswerError("too much")
        yield line


def _image(stream: IO[bytes]) -> PreparedImage:
    count, image = parsed_image(stream.readline(_SENTENCE_BYTES))
    if not 0 < count <= MAX_FILE:
        raise BadAnswerError("bytes")
    data = stream.read(count)
    if len(data) != count:
        raise BadAnswerError("cut")
    return replace(image, data=data)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # a request that was not taken
                pipe.close()
    process.wait()


def _cancelled() -> Exception:
    return failed(ErrorKind.CANCELLED, msg("Reading the file was cancelled."))
