"""The content of attachments as files named by their SHA-256, `ab/cdef…`. Who refers to them is not known here.

A blob is a snapshot: what happens to the original later does not matter, and equal content is there once. Blobs that
nobody refers to stay until somebody asks for them to be removed.
"""

import asyncio
import errno
import hashlib
import os
import re
import stat
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TypeVar

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import msg
from desktopchat.transports.threads import in_daemon_thread, result_of

MIB = 1024 * 1024
PIECE_BYTES = MIB
STUCK_S = 10.0
"""A drive (of the network, mostly) that gives nothing for so long is given up."""
LOOK_S = 0.5

_NAME = re.compile(r"[0-9a-f]{64}")
_FULL = (errno.ENOSPC, errno.EDQUOT)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Blob:
    """`sha256` in hex, `size` in bytes; `head` is its beginning, enough to recognise what it is."""

    sha256: str
    size: int
    head: bytes = b""


class BlobStore:
    """Every method raises only `ChatError`: `storage`, and `file_rejected` for what cannot be attached."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the blob is, or would be. Raises ValueError for what is no SHA-256."""
        if not _NAME.fullmatch(sha256):
            raise ValueError("not the SHA-256 of a blob")
        return self.folder / sha256[:2] / sha256[2:]

    def has(self, sha256: str) -> bool:
        return bool(_NAME.fullmatch(sha256)) and self.path(sha256).is_file()

    async def add_file(self, path: Path, *, max_bytes: int, name: str = "") -> Blob:
        """Keeps the content of a regular file, read once; anything else is refused without being waited for."""
        name = name or path.name

        def copied(progress: _Progress) -> Blob:
            progress.reading = True
            with _opened(path, name) as file:
                return self._keep(file, max_bytes, name, progress)

        return await _watched(copied, name)

    async def add_bytes(self, data: bytes) -> Blob:
        """Keeps `data`, which came from the clipboard or was made here."""

        def kept(_progress: _Progress) -> Blob:
            with _made_errors_ours("", self.folder), self._new_file() as file:
                file.write(data)
                return self._in_place(file, hashlib.sha256(data).hexdigest(), len(data), data[:HEAD_BYTES])

        return await _watched(kept, "")

    async def read(self, sha256: str) -> bytes:
        """The whole content. Raises `ChatError` `storage` if it is not there any more."""

        def read(_progress: _Progress) -> bytes:
            if not self.has(sha256):
                raise gone()
            with _made_errors_ours("", self.folder):
                return self.path(sha256).read_bytes()

        return await _watched(read, "")

    async def all(self) -> list[Blob]:
        """Every blob, in no order."""
        return await _watched(lambda _progress: list(self._found()), "")

    async def remove(self, hashes: Collection[str]) -> int:
        """Removes these blobs; returns how many bytes that freed."""

        def removed(_progress: _Progress) -> int:
            freed = 0
            for sha256 in hashes:
                with suppress(OSError, ValueError):
                    size = self.path(sha256).stat().st_size
                    self.path(sha256).unlink()
                    freed += size
            return freed

        return await _watched(removed, "")

    def _keep(self, file: IO[bytes], max_bytes: int, name: str, progress: "_Progress") -> Blob:
        digest, size, head = hashlib.sha256(), 0, b""
        with _made_errors_ours(name, self.folder), self._new_file() as copy:
            while piece := _read(file, name):
                progress.moved()
                size += len(piece)
                if size > max_bytes:
                    raise too_large(name, max_bytes)
                head = head or piece[:HEAD_BYTES]
                digest.update(piece)
                copy.write(piece)
            progress.reading = False
            return self._in_place(copy, digest.hexdigest(), size, head)

    @contextmanager
    def _new_file(self) -> "Iterator[IO[bytes]]":
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as file:
            try:
                yield file
            finally:
                file.close()
                with suppress(FileNotFoundError):  # it has its name now
                    Path(file.name).unlink()

    def _in_place(self, file: IO[bytes], sha256: str, size: int, head: bytes) -> Blob:
        path = self.path(sha256)
        file.flush()
        if not path.is_file():
            os.fsync(file.fileno())
            file.close()
            path.parent.mkdir(mode=0o700, exist_ok=True)
            Path(file.name).replace(path)
        return Blob(sha256, size, head)

    def _found(self) -> Iterator[Blob]:
        for folder in self.folder.glob("[0-9a-f][0-9a-f]"):
            for file in folder.iterdir():
                sha256 = folder.name + file.name
                if _NAME.fullmatch(sha256):
                    yield Blob(sha256, file.stat().st_size)


HEAD_BYTES = 64 * 1024


class _Progress:
    """How far a thread is; it ends at the next step once nobody waits for it any more."""

    def __init__(self) -> None:
        self.steps = 0
        self.reading = False
        """Whether it reads from a drive that may be far away."""
        self.given_up = threading.Event()

    def moved(self) -> None:
        if self.given_up.is_set():
            raise failed(ErrorKind.CANCELLED, msg("Reading the file was cancelled."))
        self.steps += 1


async def _watched(work: Callable[[_Progress], T], name: str) -> T:
    """Does `work` in a thread. A thread that hangs in a system call is left behind."""
    progress = _Progress()
    task = asyncio.ensure_future(result_of(in_daemon_thread(lambda: work(progress), name="blobs")))
    try:
        seen, stuck_s = -1, 0.0
        while not task.done():
            await asyncio.wait([task], timeout=LOOK_S)
            stuck_s = stuck_s + LOOK_S if progress.reading and progress.steps == seen else 0.0
            seen = progress.steps
            if stuck_s > STUCK_S and not task.done():
                raise _stuck(name)
        return task.result()
    finally:
        progress.given_up.set()
        task.cancel()


@contextmanager
def _opened(path: Path, name: str) -> Iterator[IO[bytes]]:
    """The file, if it is a regular one."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        number = os.open(path, flags)  # without O_NONBLOCK a pipe that nobody writes to would be waited for
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise (_no_file(name) if path.is_dir() else _unreadable(name, error)) from error
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise _no_file(name)
    with os.fdopen(number, "rb", buffering=0) as file:
        yield file


def _read(file: IO[bytes], name: str) -> bytes:
    try:
        return file.read(PIECE_BYTES)
    except OSError as error:
        raise _unreadable(name, error) from error


@contextmanager
def _made_errors_ours(name: str, folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = (
            msg("Make space on the disk.")
            if error.errno in _FULL
            else msg("Check that the data folder can be written.")
        )
        raise failed(
            ErrorKind.STORAGE,
            msg("Attachments cannot be kept in {folder} ({reason}).", folder=str(folder), reason=reason),
            hint=hint,
        ) from error


def gone() -> ChatError:
    """The content of an attachment is not there."""
    return failed(
        ErrorKind.STORAGE,
        msg("The content of this attachment is not in the data folder any more."),
        hint=msg("Attach the file again."),
    )


def too_large(name: str, limit: int) -> ChatError:
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("“{name}” is larger than {size} MB.", name=name, size=limit // MIB),
        hint=msg("Split it, or attach a smaller part."),
    )


def _no_file(name: str) -> ChatError:
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("“{name}” is a folder, a device or a pipe, and no file that could be attached.", name=name),
        hint=msg("Choose the files themselves."),
    )


def _unreadable(name: str, error: Exception) -> ChatError:
    reason = (error.strerror or "") if isinstance(error, OSError) else str(error)
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("“{name}” cannot be read ({reason}).", name=name, reason=reason),
        hint=msg("Check that it is still there and that you may read it."),
    )


def _stuck(name: str) -> ChatError:
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("“{name}” could not be read: the drive gives no answer.", name=name),
        hint=msg("Check the connection to it, or copy the file to this computer first."),
    )
