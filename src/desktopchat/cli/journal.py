"""What is translated of a file so far, beside the file that it will be: the same command goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import msg

if TYPE_CHECKING:
    from desktopchat.domain.values import Json
    from desktopchat.services.translation_order import Order

VERSION = 1


def key_of(order: Order, model: str) -> str:
    """What tells one job from another: the source and everything that changes what is asked for."""
    terms: list[Json] = [
        [term.source, term.target, term.note, term.rule.value, term.case_sensitive]
        for glossary in order.glossaries
        for term in glossary.terms
    ]
    parts: list[Json] = [
        VERSION,
        order.text,
        order.source,
        order.target,
        order.style,
        order.brief,
        order.format,
        model,
        terms,
    ]
    parts.append(dict(order.params))
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, sort_keys=True).encode("ascii")).hexdigest()


@dataclass(slots=True)
class Journal:
    """One line for each piece, added as soon as its end is certain. A line that a crash cut is left out."""

    path: Path
    key: str
    done: dict[int, str] = field(default_factory=dict)
    came: dict[int, str] = field(default_factory=dict)
    _file: BinaryIO | None = None

    @classmethod
    def beside(cls, out: Path, key: str) -> Journal:
        """The journal for the file `out`, with what an earlier run of the same job has left."""
        journal = cls(out.with_name(f".{out.name}.translating"), key)
        journal._read()
        return journal

    def keep(self, index: int, target: str, *, is_checked: bool) -> None:
        """Adds a piece; survives the program from here on. Raises `ChatError` `storage`."""
        try:
            if self._file is None:
                self._file = self._opened()
            line = json.dumps([index, target, is_checked], ensure_ascii=True)
            self._file.write(line.encode("ascii") + b"\n")
            self._file.flush()
        except OSError as error:
            raise unwritable(self.path, error) from error

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """The job is done."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _opened(self) -> BinaryIO:
        if self.done or self.came:
            return self.path.open("ab")
        file = self.path.open("wb")
        file.write(json.dumps({"key": self.key}).encode("ascii") + b"\n")
        return file

    def _read(self) -> None:
        try:
            first, *lines = self.path.read_bytes().split(b"\n")
            if json.loads(first) != {"key": self.key}:
                return
        except (OSError, ValueError):
            return
        for line in lines[:-1]:  # what stands behind the last line end was cut by a crash
            index, target, is_checked = json.loads(line)
            (self.done if is_checked else self.came)[index] = target
            if is_checked:
                self.came.pop(index, None)
        if lines and lines[-1]:
            self._mend(len(lines[-1]))

    def _mend(self, torn: int) -> None:
        """Takes the half line off, so that the next one does not end it."""
        try:
            os.truncate(self.path, self.path.stat().st_size - torn)
        except OSError as error:
            raise unwritable(self.path, error) from error


def unwritable(path: Path, error: OSError) -> ChatError:
    return failed(
        ErrorKind.STORAGE,
        msg("{path} could not be written ({reason}).", path=str(path), reason=error.strerror or type(error).__name__),
        hint=msg("Make space there or choose another place, and give the same command again: it goes on."),
    )
