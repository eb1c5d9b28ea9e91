"""Going on with an answer that is not whole: who is asked how, and the seam between the old end and the new beginning.

The answer goes on in its place: its text stays as it is and grows. Only where that would falsify something (messages
hang on it already, or another model goes on) a sibling that begins with the old text takes its place on the screen.

A provider that can go on by itself gets the text as the beginning of its answer. Any other one is asked in words to
repeat the last words and go on from there: what it repeats shows where the seam is, and is taken off.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import Finished, ReasoningDelta, StreamEvent, TextDelta, TextReplaced
from desktopchat.domain.message import (
    FinishReason,
    Message,
    MessageState,
    Role,
    TextPart,
    ToolCallPart,
    new_id,
    now,
    user_message,
)
from desktopchat.domain.request import ChatRequest
from desktopchat.services.stitching import Stitcher

CUT_STATES = frozenset({MessageState.PARTIAL, MessageState.STOPPED, MessageState.ERROR})
ANCHOR_CHARS = 80
ANCHOR_CHARS_WITHOUT_BLANKS = 30

WISH = (
    "Your last answer was cut off before its end. Go on with it exactly where it ends, in the same language and form,"
    " without an introduction and without saying anything twice. Begin by repeating these last words of it, character"
    " for character, and continue right behind them:\n\n"
)
"""For the model, so it is in no catalogue. It is sent behind the answer and stored nowhere."""


class Asked(Protocol):
    """Whoever is asked to go on: a provider, or something in front of one."""

    def continues(self, model: str) -> bool:
        """See `Provider.continues`."""
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """See `Provider.stream`."""
        ...


def can_go_on(message: Message) -> bool:
    """Whether it is an answer with words whose end is missing. What a filter has stopped is not gone on with."""
    if message.role is not Role.ASSISTANT or not message.text.strip():
        return False
    if any(isinstance(part, ToolCallPart) for part in message.parts):
        return False
    if message.failure is not None and message.failure.kind is ErrorKind.CONTENT_FILTERED:
        return False
    return message.state in CUT_STATES or message.finish_reason is FinishReason.LENGTH


def reopened(message: Message, provider: str, model: str, *, has_followers: bool) -> Message:
    """The answer as it is gone on with: itself, or a sibling that begins with the same words (see the module)."""
    in_place = not has_followers and (message.provider, message.model) == (provider, model)
    fresh = replace(message, state=MessageState.STREAMING, failure=None, finish_reason=None)
    if in_place:
        return fresh
    by_another = replace(fresh, id=new_id(), created=now(), provider=provider, model=model)
    return replace(by_another, usage=None, first_token_ms=None, duration_ms=None)


class GoingOn:
    """Stands in front of a provider: asks it to go on with `begun`, and yields nothing but what is new."""

    def __init__(self, provider: Asked, begun: Message) -> None:
        self._provider = provider
        self._begun = begun

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """See `Provider.stream`; `request` is the one that the answer belongs to."""
        by_itself = self._provider.continues(request.model)
        asked = replace(request, prefix=self._begun.text) if by_itself else asked_in_words(request, self._begun.text)
        seam = _Seam(self._begun, by_itself=by_itself)
        try:
            async with aclosing(self._provider.stream(asked)) as events:  # type: ignore[type-var]
                async for event in events:
                    for told in seam.take(event):
                        yield told
        except ChatError:
            for told in seam.rest():
                yield told
            raise


class _Seam:
    """What the provider says, without what the reader has before the eyes already."""

    def __init__(self, begun: Message, *, by_itself: bool) -> None:
        self._begun = begun
        self._by_itself = by_itself
        self._stitcher = self._new_stitcher()
        self._thought = not begun.reasoning

    def take(self, event: StreamEvent) -> Iterator[StreamEvent]:
        match event:
            case TextDelta(text):
                yield from _told(self._stitcher.feed(text))
            case TextReplaced(text):
                self._stitcher = self._new_stitcher()
                yield TextReplaced(self._begun.text + self._stitcher.feed(text))
            case ReasoningDelta(text):
                yield ReasoningDelta(text if self._thought else f"\n\n{text}")
                self._thought = True
            case Finished():
                yield from self.rest()
                yield event
            case _:
                yield event

    def rest(self) -> Iterator[StreamEvent]:
        """What was held back while it could still have been a repetition."""
        yield from _told(self._stitcher.flush())

    def _new_stitcher(self) -> Stitcher:
        return Stitcher(self._begun.text, "" if self._by_itself else anchor(self._begun.text))


def _told(text: str) -> Iterator[StreamEvent]:
    if text:
        yield TextDelta(text)


def asked_in_words(request: ChatRequest, text: str) -> ChatRequest:
    """The request with what was answered so far and the wish for the rest behind it."""
    said = Message(Role.ASSISTANT, (TextPart(text),))
    return replace(request, messages=(*request.messages, said, user_message(WISH + anchor(text))))


def anchor(text: str) -> str:
    """The last words of a text, a few dozen characters from the beginning of a word on."""
    end = text.rstrip()[-ANCHOR_CHARS:]
    if len(end) < ANCHOR_CHARS:
        return end.lstrip()
    blank = re.search(r"\s", end[: ANCHOR_CHARS // 2])
    return end[blank.end() :].lstrip() if blank else end[-ANCHOR_CHARS_WITHOUT_BLANKS:]
