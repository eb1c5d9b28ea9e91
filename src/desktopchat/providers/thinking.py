"""Tells thoughts in `<think>…</think>` at the start of an answer from the answer. Correct under any split."""

from enum import Enum, auto
from typing import NamedTuple

OPENING = "<think>"
CLOSING = "</think>"
LONGEST_INDENT = 64


class Split(NamedTuple):
    """What one piece of content holds; the reasoning comes before the text."""

    reasoning: str
    text: str


class _Place(Enum):
    BEFORE = auto()
    OPENED = auto()
    INSIDE = auto()
    CLOSED = auto()
    ANSWER = auto()


class ThinkSplitter:
    """One per answer. Tags anywhere but at the very start belong to the answer, as do all after the first pair.

    Line breaks just behind either tag are dropped. What may be the beginning of a tag is held until the next piece.
    """

    def __init__(self) -> None:
        self._place = _Place.BEFORE
        self._held = ""

    @property
    def only_answer(self) -> bool:
        """Whether everything from now on is answer, as it is."""
        return self._place is _Place.ANSWER

    def feed(self, text: str) -> Split:
        if self._place is _Place.ANSWER:
            return Split("", text)
        text, self._held = self._held + text, ""
        if self._place is _Place.BEFORE:
            return self._look_for_opening(text)
        if self._place is _Place.CLOSED:
            return Split("", self._after_closing(text))
        return self._look_for_closing(text)

    def plain(self) -> str:
        """From now on all is answer: the thoughts come elsewhere. Returns what was held."""
        if self._place is not _Place.BEFORE:
            return ""
        self._place = _Place.ANSWER
        held, self._held = self._held, ""
        return held

    def flush(self) -> Split:
        """What is still held at the end; a thought without a closing tag stays a thought."""
        held, self._held = self._held, ""
        inside = self._place in (_Place.OPENED, _Place.INSIDE)
        return Split(held, "") if inside else Split("", held)

    def _look_for_opening(self, text: str) -> Split:
        start = text.lstrip()
        is_near = len(text) - len(start) <= LONGEST_INDENT
        if is_near and start.startswith(OPENING):
            self._place = _Place.OPENED
            return self._look_for_closing(start[len(OPENING) :])
        if is_near and OPENING.startswith(start):
            self._held = text
            return Split("", "")
        self._place = _Place.ANSWER
        return Split("", text)

    def _look_for_closing(self, text: str) -> Split:
        if self._place is _Place.OPENED:
            text = text.lstrip("\r\n")
            if not text:
                return Split("", "")
            self._place = _Place.INSIDE
        thought, tag, answer = text.partition(CLOSING)
        if tag:
            self._place = _Place.CLOSED
            return Split(thought, self._after_closing(answer))
        keep = _begun(text, CLOSING)
        self._held = text[len(text) - keep :]
        return Split(text[: len(text) - keep], "")

    def _after_closing(self, text: str) -> str:
        text = text.lstrip("\r\n")
        if text:
            self._place = _Place.ANSWER
        return text


def _begun(text: str, tag: str) -> int:
    """How many characters at the end of `text` may be the beginning of `tag`."""
    return next((n for n in range(min(len(tag) - 1, len(text)), 0, -1) if text.endswith(tag[:n])), 0)
