"""Collects what a reader finds, and ends the reading when there is enough. Formats are not known here."""

import re
import time

from desktopchat.documents.extracted import Note, NoteKind, Section, Span
from desktopchat.documents.limits import Limits
from desktopchat.documents.unseen import unseen
from desktopchat.domain.surrogates import repaired

_controls = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")


class EnoughError(Exception):
    """Raised by a `Writer` that takes no more; what it has is good."""


class Writer:
    """Takes sections one after the other: `begin` one, then `write` into it.

    `begin` and `write` raise `EnoughError` when one of the limits is reached.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.pages: int | None = None
        self._stop_at = time.process_time() + limits.soft_s
        self._left = limits.max_characters
        self._sections: list[Section] = []
        self._notes: dict[NoteKind, int] = {}
        self._title = ""
        self._page: int | None = None
        self._pieces: list[str] = []
        self._length = 0
        self._hidden: list[Span] = []

    def begin(self, title: str = "", page: int | None = None) -> None:
        """Ends the section before and starts one. A section of the same title with nothing in it is forgotten."""
        title = " ".join(_clean(title).split())
        if title == self._title and self._page is None and not "".join(self._pieces).strip():
            self._title = ""
        self._end_section()
        self._title = title
        self._page = page
        self.watch_time()

    def write(self, text: str, *, hidden: bool = False) -> None:
        """Adds `text` to the section; `hidden` says that a reader of the file does not see it."""
        text = _clean(text)
        if hidden and text.strip():
            self._hide(len(text))
        self._pieces.append(text[: self._left])
        self._length += len(self._pieces[-1])
        self._left -= len(self._pieces[-1])
        if self._left <= 0:
            self._notes[NoteKind.TRUNCATED] = self.limits.max_characters
            raise EnoughError

    def note(self, kind: NoteKind, count: int = 1) -> None:
        """Adds `count` to what is said about the document; nothing is said of 0."""
        if count:
            self._notes[kind] = self._notes.get(kind, 0) + count

    def watch_time(self) -> None:
        """Raises `EnoughError` when the time is over; for loops that write nothing for long."""
        if time.process_time() > self._stop_at:
            self._notes[NoteKind.OUT_OF_TIME] = len(self._sections)
            raise EnoughError

    def finish(self) -> tuple[tuple[Section, ...], tuple[Note, ...]]:
        """Everything that was written, and what is to be said about it."""
        self._end_section()
        self.note(NoteKind.HIDDEN_TEXT, sum(len(section.hidden) for section in self._sections))
        for section in self._sections:
            found = unseen(f"{section.title}\n{section.text}")
            self.note(NoteKind.TAG_CHARACTERS, found.tags)
            self.note(NoteKind.BIDI_CONTROLS, found.bidi)
            self.note(NoteKind.INVISIBLE_RUNS, found.runs)
        return tuple(self._sections), tuple(Note(kind, count) for kind, count in self._notes.items())

    def _hide(self, length: int) -> None:
        start, end = self._length, self._length + min(length, self._left)
        if self._hidden and self._hidden[-1].end == start:
            start = self._hidden.pop().start
        self._hidden.append(Span(start, end))

    def _end_section(self) -> None:
        text = "".join(self._pieces)
        kept = text.strip()
        if kept or self._page is not None or self._title:
            shift = len(text) - len(text.lstrip())
            hidden = (_within(span, shift, len(kept)) for span in self._hidden)
            spans = tuple(span for span in hidden if span.start < span.end)
            self._sections.append(Section(kept, self._title, self._page, spans))
        self._title, self._page = "", None
        self._pieces, self._length, self._hidden = [], 0, []


def _within(span: Span, shift: int, length: int) -> Span:
    return Span(max(span.start - shift, 0), min(span.end - shift, length))


def _clean(text: str) -> str:
    """`text` with line ends as `\\n`, without characters that no text has, and with surrogates repaired."""
    if text.isprintable():
        return text
    return _controls.sub("", repaired(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")))
