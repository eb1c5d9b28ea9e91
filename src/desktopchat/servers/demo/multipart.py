"""Reads a form with a file while it arrives (RFC 7578), a piece at a time. Knows no files and no dialect."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_HEAD = 16 * 1024
LONGEST_FIELD = 64 * 1024
_NAME = re.compile(r'\bname="([^"]*)"')
_FILE_NAME = re.compile(r'\bfilename="([^"]*)"')


class NotAFormError(ValueError):
    """The body is not the form that its content type promises."""


@dataclass(frozen=True, slots=True)
class FieldStarted:
    """A field begins; `file_name` is None for one that is no file."""

    name: str
    file_name: str | None
    media_type: str


@dataclass(frozen=True, slots=True)
class FieldData:
    """More of the field that began last."""

    data: bytes


def boundary_of(content_type: str) -> bytes:
    """Raises `NotAFormError` where there is none."""
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if not content_type.lower().startswith("multipart/form-data") or not found:
        raise NotAFormError("not multipart/form-data")
    return found[1].encode("latin-1", "replace")


class FormReader:
    """Turns pieces of a body into fields. `ended` once the closing boundary was seen."""

    def __init__(self, boundary: bytes) -> None:
        self._line = b"\r\n--" + boundary
        self._buffer = b"\r\n"
        self._in_head = False
        self._begun = False
        self.ended = False

    def feed(self, data: bytes) -> Iterator[FieldStarted | FieldData]:
        """What `data` completes. Raises `NotAFormError`."""
        self._buffer += data
        while not self.ended:
            step = self._head() if self._in_head else self._content()
            if step is None:
                return
            yield from step

    def _content(self) -> list[FieldStarted | FieldData] | None:
        """The data up to the next boundary, or as much as cannot be the beginning of one."""
        at = self._buffer.find(self._line)
        if at < 0:
            safe = max(0, len(self._buffer) - len(self._line) - 2)
            return self._taken(safe, None) if safe else None
        behind = at + len(self._line)
        if len(self._buffer) < behind + 2:
            return self._taken(at, None) if at else None
        self.ended = self._buffer[behind : behind + 2] == b"--"
        self._in_head = True
        return self._taken(at, behind + 2)

    def _taken(self, length: int, rest: int | None) -> list[FieldStarted | FieldData] | None:
        data, self._buffer = self._buffer[:length], self._buffer[length if rest is None else rest :]
        if data and not self._begun:
            raise NotAFormError("something stands before the first boundary")
        if data:
            return [FieldData(data)]
        return [] if rest is not None else None

    def _head(self) -> list[FieldStarted | FieldData] | None:
        at = self._buffer.find(b"\r\n\r\n")
        if at < 0:
            if len(self._buffer) > LONGEST_HEAD:
                raise NotAFormError("a head without an end")
            return None
        head, self._buffer = self._buffer[:at].decode("utf-8", "replace"), self._buffer[at + 4 :]
        self._in_head = False
        self._begun = True
        return [_started(head)]


def _started(head: str) -> FieldStarted:
    name, file_name = _NAME.search(head), _FILE_NAME.search(head)
    media_type = re.search(r"(?im)^content-type:\s*([^\r\n]*)", head)
    if name is None:
        raise NotAFormError("a field without a name")
    shown = None if file_name is None else re.sub("%0[AD]", " ", file_name[1]).replace("%22", '"')
    return FieldStarted(name[1], shown, media_type[1].strip() if media_type else "")
