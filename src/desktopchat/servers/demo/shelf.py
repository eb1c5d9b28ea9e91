"""The files that were sent to the demo: on the disk while it runs, and read when somebody asks about them."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, TYPE_CHECKING
from uuid import uuid4

from starlette.requests import Request

from desktopchat.servers.demo.multipart import (
    LONGEST_FIELD,
    FieldData,
    FieldStarted,
    FormReader,
    NotAFormError,
    boundary_of,
)

if TYPE_CHECKING:
    from desktopchat.documents.extracted import Extracted

KEPT_BYTES = 128 * 1024 * 1024
"""Of larger files only so much is kept: more is not read anyway."""


class TooLargeError(Exception):
    """The file is larger than the demo takes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file on the shelf of one dialect. `size` is what arrived; `created` in seconds since 1970."""

    id: str
    shelf: str
    name: str
    size: int
    path: Path
    media_type: str = ""
    purpose: str = ""
    created: float = field(default_factory=time.time)


@dataclass(slots=True)
class Shelf:
    """All files of a running demo. `max_bytes` overrules the dialects' limits, 0 lifts them; for `parsing_s` seconds a
    file counts as being read."""

    max_bytes: int | None = None
    parsing_s: float = 0.0
    _files: dict[str, Kept] = field(default_factory=dict)
    _texts: dict[str, "Extracted"] = field(default_factory=dict)
    _folder: Path | None = None

    def all(self, shelf: str) -> list[Kept]:
        """Newest first."""
        return [kept for kept in reversed(self._files.values()) if kept.shelf == shelf]

    def get(self, file_id: str) -> Kept | None:
        return self._files.get(file_id)

    def delete(self, file_id: str) -> bool:
        kept = self._files.pop(file_id, None)
        if kept is not None:
            self._texts.pop(file_id, None)
            kept.path.unlink(missing_ok=True)
        return kept is not None

    def is_parsing(self, kept: Kept) -> bool:
        return time.time() < kept.created + self.parsing_s

    async def receive_form(self, request: Request, new_id: str, shelf: str, limit: int) -> Kept:
        """The file of a form, put on the shelf. Raises `NotAFormError`, `TooLargeError`."""
        self._check(int(request.headers.get("content-length") or 0), limit)
        reader = FormReader(boundary_of(request.headers.get("content-type", "")))
        into = _Incoming(Kept(new_id, shelf, "", 0, self._place(new_id)))
        try:
            async for piece in request.stream():
                for step in reader.feed(piece):
                    into.take(step)
                self._check(into.size, limit)
        except BaseException:
            into.drop()
            raise
        if not reader.ended:
            into.drop()
            raise NotAFormError("the form has no end")
        return self._put(into.kept())

    async def receive_bytes(self, pieces: AsyncIterator[bytes], kept: Kept, limit: int) -> Kept:
        """The pieces, put on the shelf under what is known of them. Raises `TooLargeError`."""
        into = _Incoming(replace(kept, path=self._place(kept.id)))
        try:
            async for piece in pieces:
                into.write(piece)
                self._check(into.size, limit)
        except BaseException:
            into.drop()
            raise
        return self._put(into.kept())

    async def text_of(self, kept: Kept) -> "Extracted":
        """What is in a file. Raises `ChatError` for one that cannot be read."""
        from desktopchat.documents.sandbox import extract_safely

        if kept.id not in self._texts:
            self._texts[kept.id] = await asyncio.to_thread(extract_safely, kept.path, name=kept.name)
        return self._texts[kept.id]

    def clear(self) -> None:
        """Removes everything from the disk."""
        self._files.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _check(self, size: int, limit: int) -> None:
        limit = limit if self.max_bytes is None else self.max_bytes
        if limit and size > limit + LONGEST_FIELD:
            raise TooLargeError

    def _put(self, kept: Kept) -> Kept:
        self._files[kept.id] = kept
        return kept

    def _place(self, file_id: str) -> Path:
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="desktopchat-demo-"))
        return self._folder / f"{uuid4().hex}-{file_id.replace('/', '-')}"


class _Incoming:
    """A file that is arriving, and the small fields around it."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._file: IO[bytes] | None = None
        self._fields: dict[str, bytes] = {}
        self._field = ""
        self.size = 0

    def take(self, step: FieldStarted | FieldData) -> None:
        match step:
            case FieldStarted(_name, str(file_name), media_type):
                self._field = ""
                self._kept = replace(self._kept, name=file_name, media_type=media_type)
                self._open()
            case FieldStarted(name):
                self._field = name
            case FieldData(data) if self._field:
                self._fields[self._field] = (self._fields.get(self._field, b"") + data)[:LONGEST_FIELD]
            case FieldData(data):
                self.write(data)

    def write(self, data: bytes) -> None:
        if self.size < KEPT_BYTES:
            self._open().write(data[: KEPT_BYTES - self.size])
        self.size += len(data)

    def kept(self) -> Kept:
        """Raises `NotAFormError` if no file came."""
        if self._file is None:
            raise NotAFormError("there is no file in the form")
        self._file.close()
        purpose = self._fields.get("purpose", b"").decode("utf-8", "replace")
        return replace(self._kept, size=self.size, purpose=purpose or self._kept.purpose, created=time.time())

    def drop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._kept.path.unlink(missing_ok=True)

    def _open(self) -> IO[bytes]:
        if self._file is None:
            self._file = self._kept.path.open("wb")
        return self._file
