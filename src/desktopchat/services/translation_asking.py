"""One request of a translation: what goes out for some pieces, and their words while and after they come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.message import FinishReason, Message, MessageState, Role, Usage, user_message
from desktopchat.domain.observe import Signal
from desktopchat.domain.request import ChatRequest, Limits
from desktopchat.domain.text import msg
from desktopchat.services.streaming import NoJournal, StreamSession
from desktopchat.services.translation_order import Answerer, Order, Piece, PieceState
from desktopchat.translation import prompts
from desktopchat.translation.atoms import LiveMarks

_RUNAWAY = 40
"""An answer of so many times its request is no translation any more."""

_REPLY_FLOOR = 64 * 1024


class StoppedError(Exception):
    """Somebody wants no more."""


class FailedError(Exception):
    """The provider could not."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class Asker:
    """Sends the requests of one translation, one at a time.

    `piece_changed` tells of every change to a piece that is coming, `piece_came` of one whose end is certain.
    """

    def __init__(self, order: Order, answerer: Answerer, task: prompts.Task) -> None:
        self.piece_changed: Signal[int] = Signal()
        self.piece_came: Signal[int] = Signal()
        self.retrying: Signal[float, Failure] = Signal()
        self.usage: Usage | None = None
        self.requests = 0
        self.stopping = False
        self._order = order
        self._answerer = answerer
        self._task = task
        self._session: StreamSession | None = None

    def stop(self) -> None:
        self.stopping = True
        if self._session is not None:
            self._session.stop()

    async def ask(
        self, batch: Sequence[Piece], asked: prompts.Asked, on_text: Callable[[str], None] | None = None
    ) -> tuple[str, bool]:
        """The answer's whole text, and whether the model stopped at its length limit.

        `on_text` is told the text so far whenever it grows; by default the pieces show it. Raises `StoppedError`,
        `FailedError`, and `CancelledError` where the task is cancelled.
        """
        if self.stopping:
            raise StoppedError
        show = on_text or self._shower(batch)
        self._session = session = self._session_for(batch, asked)
        session.text_added.connect(lambda _text: show(session.text))
        session.text_replaced.connect(show)
        session.retrying.connect(self.retrying.emit)
        self.requests += 1
        for piece in batch:
            piece.requests += 1
        try:
            return self._answer(await session.run())
        finally:
            self._session = None

    def _session_for(self, batch: Sequence[Piece], asked: prompts.Asked) -> StreamSession:
        answerer = self._answerer
        return StreamSession(
            conversation_id="",
            message=Message(Role.ASSISTANT, state=MessageState.STREAMING, provider=answerer.name, model=answerer.model),
            connect=answerer.connect,
            request=self._request(batch, asked),
            journal=NoJournal(),
            retry=answerer.retry(),
        )

    def _answer(self, message: Message) -> tuple[str, bool]:
        if message.usage is not None:
            self.usage = message.usage if self.usage is None else self.usage + message.usage
        if message.state is MessageState.STOPPED:
            if not self.stopping:  # the task itself was cancelled, which the session took for a stop
                raise asyncio.CancelledError
            raise StoppedError
        if message.failure is not None:
            raise FailedError(message.failure)
        if message.finish_reason is FinishReason.CONTENT_FILTER:
            raise FailedError(_filtered())
        return message.text, message.finish_reason is FinishReason.LENGTH

    def _request(self, batch: Sequence[Piece], asked: prompts.Asked) -> ChatRequest:
        order, model = self._order, self._answerer.model
        if not self._answerer.is_translation_model:
            limits = _limits(order.limits, asked.user)
            return ChatRequest(model, (user_message(asked.user),), asked.system, order.params, limits)
        terms = dict.fromkeys(hit.term for piece in batch for hit in piece.hits)
        told = prompts.options(self._task, list(terms), order.memory, order.brief)
        text = "\n".join(piece.source for piece in batch)
        params = {**order.params, "translation_options": told}
        return ChatRequest(model, (user_message(text),), "", params, _limits(order.limits, text))

    def _shower(self, batch: Sequence[Piece]) -> Callable[[str], None]:
        live = LiveMarks([piece.protected for piece in batch])
        newest = -1

        def show(answer: str) -> None:
            nonlocal newest
            for number, text in live.shown(answer):
                if number == newest + 1 and newest >= 0:  # its mark ends the one before it
                    self._end(batch[newest])
                newest = number
                self._show(batch[number], text)

        return show

    def _show(self, piece: Piece, text: str) -> None:
        if piece.target != text or piece.state is not PieceState.COMING:
            piece.target = text
            piece.state = PieceState.COMING
            self.piece_changed.emit(piece.index)

    def _end(self, piece: Piece) -> None:
        """Another paragraph has begun where it was due, so this one is complete."""
        piece.marked = piece.protected.marked(piece.target or "")
        piece.state = PieceState.CAME
        self.piece_came.emit(piece.index)


def _limits(limits: Limits, sent: str) -> Limits:
    most = max(_REPLY_FLOOR, _RUNAWAY * len(sent.encode("utf-8", "replace")))
    return replace(limits, max_reply_bytes=min(most, limits.max_reply_bytes), joins_pieces=True)


def _filtered() -> Failure:
    return Failure(
        ErrorKind.CONTENT_FILTERED,
        msg("The provider's filter stopped the translation."),
        msg("Translate the other pieces, or use another model for this one."),
    )
