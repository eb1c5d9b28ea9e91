"""One running answer on its way into the transcript, and into the trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from desktopchat.domain.errors import Failure
from desktopchat.domain.message import Message, MessageState
from desktopchat.services.trace import Trace

if TYPE_CHECKING:
    from desktopchat.services.streaming import StreamSession
    from desktopchat.ui.chat.transcript import TranscriptView


class LiveAnswer:
    """Hands what a session says to the transcript until `detach`. The session does not notice."""

    def __init__(self, session: StreamSession, transcript: TranscriptView) -> None:
        self.session = session
        self._view = transcript
        self._off: list[Callable[[], None]] = [
            session.text_added.connect(self._text),
            session.text_replaced.connect(self._replaced),
            session.reasoning_added.connect(self._reasoning),
            session.retrying.connect(self._retrying),
            session.state_changed.connect(self._state_changed),
        ]
        if session.pause is not None:
            self._retrying(session.pause.seconds_left, session.pause.failure)

    def detach(self) -> None:
        for off in self._off:
            off()
        self._off.clear()

    def _text(self, text: str) -> None:
        self._view.append_text(self.session.message_id, text)

    def _replaced(self, text: str) -> None:
        self._view.replace_text(self.session.message_id, text)

    def _reasoning(self, text: str) -> None:
        self._view.append_reasoning(self.session.message_id, text)

    def _retrying(self, seconds: float, failure: Failure) -> None:
        self._view.set_retrying(self.session.message_id, seconds, failure)

    def _state_changed(self, session: StreamSession) -> None:
        if session.pause is None:
            self._view.end_retrying(session.message_id)


def so_far(message: Message, session: StreamSession | None) -> Message:
    """The message as it stands now, where `session` is the one that writes it."""
    if session is None or session.message_id != message.id or message.state is not MessageState.STREAMING:
        return message
    return message.with_text(session.text, session.reasoning)


class PaintTrace:
    """Notes when the first and the last words of each answer were on the screen. Made only while tracing."""

    def __init__(self, trace: Trace, transcript: TranscriptView) -> None:
        self._trace = trace
        self._sessions: dict[str, StreamSession] = {}
        self._painted: dict[str, int] = {}
        transcript.painted.connect(self._on_painted)

    def follow(self, session: StreamSession) -> None:
        self._sessions[session.message_id] = session
        session.state_changed.connect(self._state_changed)

    def _on_painted(self, message_id: str, length: int) -> None:
        session = self._sessions.get(message_id)
        if session is None or length <= 0:
            return
        if message_id not in self._painted:
            self._trace.event("stream.first_paint", stream=session.id)
        self._painted[message_id] = length
        self._check(session)

    def _state_changed(self, session: StreamSession) -> None:
        self._check(session)

    def _check(self, session: StreamSession) -> None:
        ended = session.message.state is not MessageState.STREAMING
        if ended and self._painted.get(session.message_id, 0) >= len(session.message.text) > 0:
            self._trace.event("stream.painted", stream=session.id)
            self._sessions.pop(session.message_id, None)
            self._painted.pop(session.message_id, None)
