"""Turns the pieces of an answer into events: joins characters, keeps thoughts apart, counts bytes. No dialect in it."""

from collections.abc import Iterator
from enum import Enum

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.events import ReasoningDelta, StreamEvent, TextDelta, TextReplaced
from desktopchat.domain.surrogates import SurrogateJoiner, repaired
from desktopchat.domain.text import msg
from desktopchat.providers.thinking import ThinkSplitter
from desktopchat.transports.foreign import failed


class TextMode(Enum):
    """What a piece of text in a stream is. Declared for each model, never guessed from the text."""

    INCREMENTS = "increments"
    WHOLE_SO_FAR = "whole so far"


class Collector:
    """One per answer. Everything that is to be shown goes through it, in order.

    Raises `ChatError` `too_large` once text and reasoning together pass `max_bytes` of UTF-8, after what still fits.
    `pieces` counts what came in, shown already or not: it is how a clock learns of content.
    """

    def __init__(self, mode: TextMode, max_bytes: int) -> None:
        self.pieces = 0
        self._mode = mode
        self._max_bytes = max_bytes
        self._bytes = 0
        self._whole = ""
        self._splitter = ThinkSplitter()
        self._text_joiner = SurrogateJoiner()
        self._thought_joiner = SurrogateJoiner()

    def text(self, piece: str) -> Iterator[StreamEvent]:
        """A piece of the answer, which may hold thoughts in `<think>` tags."""
        if not piece:
            return iter(())
        self.pieces += 1
        if self._mode is TextMode.WHOLE_SO_FAR:
            return self._replace(repaired(piece))
        text = self._text_joiner.feed(piece)
        if text and self._splitter.only_answer and self._bytes + 4 * len(text) <= self._max_bytes:
            self._bytes += _size(text)
            return iter((TextDelta(text),))  # nearly always: no tag can come and no limit is near
        return self._split(text)

    def reasoning(self, piece: str) -> Iterator[StreamEvent]:
        """A piece of what the model thinks, from a field of its own."""
        if not piece:
            return
        self.pieces += 1
        yield from self._answer(self._splitter.plain())
        yield from self._thought(self._thought_joiner.feed(piece))

    def count(self, characters: int) -> None:
        """Something else of substance, which is kept elsewhere: calls and their arguments."""
        self.pieces += characters > 0
        self._bytes += characters
        self._check()

    def flush(self) -> Iterator[StreamEvent]:
        """What was held back for its other half. Once, at the end."""
        yield from self._thought(self._thought_joiner.flush())
        yield from self._split(self._text_joiner.flush())
        held = self._splitter.flush()
        yield from self._thought(held.reasoning)
        yield from self._answer(held.text)

    def _split(self, text: str) -> Iterator[StreamEvent]:
        if not text:
            return
        thought, answer = self._splitter.feed(text)
        if thought:
            yield from self._thought(thought)
        if answer:
            yield from self._answer(answer)

    def _thought(self, text: str) -> Iterator[StreamEvent]:
        if fitting := self._fitting(text):
            yield ReasoningDelta(fitting)
        self._check()

    def _answer(self, text: str) -> Iterator[StreamEvent]:
        if fitting := self._fitting(text):
            yield TextDelta(fitting)
        self._check()

    def _replace(self, whole: str) -> Iterator[StreamEvent]:
        before, self._whole = self._whole, whole
        if whole.startswith(before):
            yield from self._answer(whole[len(before) :])
            return
        self._bytes += _size(whole) - _size(before)
        self._check()
        yield TextReplaced(whole)

    def _fitting(self, text: str) -> str:
        """As much of `text` as is allowed; all of it counts."""
        room = self._max_bytes - self._bytes
        size = _size(text)
        self._bytes += size
        if size <= room:
            return text
        return text.encode()[: max(room, 0)].decode("utf-8", "ignore")

    def _check(self) -> None:
        if self._bytes > self._max_bytes:
            raise failed(
                ErrorKind.TOO_LARGE,
                msg("The answer is longer than {limit} bytes, the limit that is set here.", limit=self._max_bytes),
                hint=msg("What came until then is kept. A higher limit, or a question with a shorter answer, helps."),
            )


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
