"""Bodies that are files: read from the disk while they are sent, a piece at a time, however large. Not to whom."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import IO, Protocol

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import msg

READ_BYTES = 1024 * 1024
PIECE_BYTES = 512 * 1024
"""What goes to the network at a time: small enough that a slow line shows progress within its time limit."""


class Body(Protocol):
    """What a request may carry in place of bytes."""

    @property
    def length(self) -> int:
        """In bytes."""
        ...

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """All of it, in order. Raises `ChatError` `storage` where the file has changed or cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class FileBody:
    """`length` bytes of a file from `start` on, and nothing else. `progress` is told how many were taken to be sent."""

    path: Path
    length: int
    start: int = 0
    progress: Callable[[int], object] = lambda _sent: None

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Reads ahead by one block in a thread, so that disk and network work at the same time."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "read a file") as reader:
            file = await loop.run_in_executor(reader, self._open)
            ahead: asyncio.Future[bytes] | None = None
            try:
                left, sent = self.length, 0
                ahead = loop.run_in_executor(reader, self._read, file, left)
                while left:
                    block = await ahead
                    left -= len(block)
                    ahead = loop.run_in_executor(reader, self._read, file, left)
                    for at in range(0, len(block), PIECE_BYTES):
                        yield block[at : at + PIECE_BYTES]
                        sent += len(block[at : at + PIECE_BYTES])
                        self.progress(sent)
            finally:
                if ahead is not None:
                    await asyncio.wait([ahead])
                file.close()

    def _open(self) -> IO[bytes]:
        try:
            file = self.path.open("rb", buffering=0)
            file.seek(self.start)
        except OSError as error:
            raise _unreadable(error) from error
        return file

    def _read(self, file: IO[bytes], left: int) -> bytes:
        if not left:
            return b""
        try:
            block = file.read(min(READ_BYTES, left))
        except OSError as error:
            raise _unreadable(error) from error
        if not block:
            raise _shorter()
        return block


@dataclass(frozen=True, slots=True)
class MultipartBody:
    """A form (RFC 7578) with a file as its last field, named `field_name`."""

    file: FileBody
    name: str
    media_type: str
    fields: Mapping[str, str] = field(default_factory=dict)
    field_name: str = "file"
    boundary: str = field(default_factory=lambda: f"desktopchat-{token_hex(16)}")

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def length(self) -> int:
        return len(self._before()) + self.file.length + len(self._behind())

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        yield self._before()
        async with aclosing(self.file.pieces()) as pieces:
            async for piece in pieces:
                yield piece
        yield self._behind()

    def _before(self) -> bytes:
        parts = [self._part(f'name="{_quoted(name)}"', value) for name, value in self.fields.items()]
        head = f'name="{self.field_name}"; filename="{_quoted(self.name)}"'
        return "".join([*parts, self._part(head, "", self.media_type).removesuffix("\r\n")]).encode("utf-8", "replace")

    def _behind(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()

    def _part(self, disposition: str, value: str, media_type: str = "") -> str:
        kind = f"Content-Type: {media_type}\r\n" if media_type else ""
        return f"--{self.boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{kind}\r\n{value}\r\n"


def _quoted(name: str) -> str:
    """As browsers write names (the HTML standard, “multipart/form-data encoding algorithm”)."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def _unreadable(error: OSError) -> ChatError:
    return failed(
        ErrorKind.STORAGE,
        msg("The file could not be read while it was sent ({reason}).", reason=error.strerror or type(error).__name__),
        hint=msg("Attach it again."),
    )


def _shorter() -> ChatError:
    return failed(
        ErrorKind.STORAGE,
        msg("The file has become shorter while it was sent."),
        hint=msg("Send it again once nobody writes to it."),
    )
