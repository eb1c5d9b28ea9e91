"""One answer while it comes: from the provider's events to a message that is safe on disk.

A session owns the answer's text from the first byte to the last state. It does not know who shows it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from enum import StrEnum
from typing import Protocol, assert_never

from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.events import (
    Finished,
    ReasoningDelta,
    ResponseStarted,
    StreamEvent,
    TextDelta,
    TextReplaced,
    ToolCallReady,
    UsageReport,
)
from desktopchat.domain.message import (
    FinishReason,
    Message,
    MessageState,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    Usage,
    new_id,
)
from desktopchat.domain.observe import Signal
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.text import msg
from desktopchat.services.kept import Kept
from desktopchat.services.retrying import Pause, RetryRule
from desktopchat.services.trace import Trace

CHECKPOINT_S = 0.2
"""Unsaved text is at most this old, plus one write and one turn of the loop: under the promised 250 ms."""


class StreamState(StrEnum):
    IDLE = "idle"
    CONNECTING = "connecting"
    WAITING = "waiting"
    """An attempt has failed; the next one comes after a pause."""
    STREAMING = "streaming"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


ENDED = frozenset({StreamState.DONE, StreamState.STOPPED, StreamState.FAILED})


class Answering(Protocol):
    """Whoever answers: a provider, or something in front of one."""

    def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """See `Provider.stream`."""
        ...


class Journal(Protocol):
    """Where an answer is kept while and after it comes."""

    async def append(self, message_id: str, text: str, reasoning: str) -> None:
        """Adds to what is already safe."""
        ...

    async def restart(self, message_id: str, text: str, reasoning: str) -> None:
        """Replaces what is already safe, after a model took words back."""
        ...

    async def finish(self, message: Message) -> None:
        """Keeps the final state."""
        ...


class NoJournal:
    """For answers that nobody asked to keep."""

    async def append(self, message_id: str, text: str, reasoning: str) -> None:
        return

    async def restart(self, message_id: str, text: str, reasoning: str) -> None:
        return

    async def finish(self, message: Message) -> None:
        return


class StreamSession:
    """idle → connecting (→ waiting → connecting) → streaming → done | stopped | failed.

    A message that has text already is gone on with: what comes is added to it. `run()` drives it and is meant to be one
    task; `stop()` ends it from outside. All signals are emitted on the loop's thread. Work per token is constant:
    nothing here joins the text but `text`, `reasoning` and the end.
    """

    def __init__(
        self,
        *,
        conversation_id: str,
        message: Message,
        connect: Callable[[], Awaitable[Answering]],
        request: ChatRequest,
        journal: Journal,
        retry: RetryRule | None = None,
        trace: Trace | None = None,
        on_trouble: Callable[[Failure | None], object] = lambda _failure: None,
    ) -> None:
        self.id = new_id()
        self.conversation_id = conversation_id
        self.message_id = message.id
        self.message = message
        self.state = StreamState.IDLE
        self.text_added: Signal[str] = Signal()
        self.text_replaced: Signal[str] = Signal()
        self.reasoning_added: Signal[str] = Signal()
        self.usage_reported: Signal[Usage] = Signal()
        self.state_changed: Signal[StreamSession] = Signal()
        self.retrying: Signal[float, Failure] = Signal()
        self.pause: Pause | None = None
        """While the state is `WAITING`: until when and why. A person may end it or give up."""
        self._connect = connect
        self._request = request
        self._journal = journal
        self._retry = retry or RetryRule()
        self._trace = trace or Trace()
        self._on_trouble = on_trouble
        self._begun = message
        self._text = Kept(message.text)
        self._reasoning = Kept(message.reasoning)
        self._tool_calls: list[ToolCallPart] = []
        self._came = False
        self._restarted = False
        self._usage: Usage | None = None
        self._failure: Failure | None = None
        self._reason: FinishReason | None = None
        self._started_at = 0.0
        self._first_content_at: float | None = None
        self._reasoning_ended_at: float | None = None
        self._task: asyncio.Task[Message] | None = None
        self._ended = asyncio.Event()
        self._dirty = asyncio.Event()
        self._trouble = False
        self._stopping = False

    @property
    def text(self) -> str:
        return self._text.joined()

    @property
    def reasoning(self) -> str:
        return self._reasoning.joined()

    @property
    def failure(self) -> Failure | None:
        return self._failure

    @property
    def shown(self) -> bool:
        """Whether anything new was shown, so that sending again would repeat it."""
        return self._came or bool(self._tool_calls)

    def stop(self) -> None:
        """Ends the answer here, keeping what came. Stopping what has ended does nothing."""
        if self.state in ENDED or self._stopping:
            return
        self._stopping = True
        if self._task is not None:
            self._task.cancel()

    async def wait(self) -> Message:
        """The final message, once it is safe (or its storing has failed and was reported)."""
        await self._ended.wait()
        return self.message

    async def run(self) -> Message:
        """Asks, listens and keeps; returns the final message. Raises nothing but programming errors.

        A cancelled run is a stopped answer: the cancelling ends here.
        """
        self._task = asyncio.current_task()
        self._started_at = time.monotonic()
        saver = asyncio.get_running_loop().create_task(self._save_regularly(), name=f"save {self.id}")
        try:
            if self._stopping:
                raise asyncio.CancelledError
            await self._ask()
            self._set_state(StreamState.DONE)
        except asyncio.CancelledError:
            self._reason = FinishReason.STOPPED
            self._set_state(StreamState.STOPPED)
        except ChatError as error:
            self._failure = error.failure
            self._set_state(StreamState.FAILED)
        except Exception as error:
            self._failure = _unexpected(error)
            self._set_state(StreamState.FAILED)
            raise
        finally:
            saver.cancel()
            await _finished(saver)
            await self._keep_final()
        return self.message

    async def _ask(self) -> None:
        attempt = 0
        while True:
            try:
                return await self._ask_once()
            except ChatError as error:
                pause = None if self.shown else self._retry.pause_after(error.failure, attempt)
                if pause is None or not await self._wait(Pause(pause, error.failure), pause):
                    raise
            attempt += 1

    async def _wait(self, pause: Pause, seconds: float) -> bool:
        """Waits as long as people let it; says whether to send again."""
        self.pause = pause
        self._set_state(StreamState.WAITING)
        self.retrying.emit(seconds, pause.failure)
        try:
            return await pause.over()
        finally:
            self.pause = None

    async def _ask_once(self) -> None:
        self._set_state(StreamState.CONNECTING)
        provider = await self._connect()
        self._trace.event("stream.sent", stream=self.id)
        async with aclosing(provider.stream(self._request)) as events:  # type: ignore[type-var]
            async for event in events:
                self._take(event)

    def _take(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text):
                self._content(reasoning=False)
                self._text.add(text)
                self.text_added.emit(text)
            case ReasoningDelta(text):
                self._content(reasoning=True)
                self._reasoning.add(text)
                self.reasoning_added.emit(text)
            case TextReplaced(text):
                self._content(reasoning=False)
                self._text.replace(text)
                self._restarted = True
                self.text_replaced.emit(text)
            case ToolCallReady(call_id, name, arguments):
                self._tool_calls.append(ToolCallPart(call_id, name, arguments))
            case UsageReport(usage):
                self._usage = usage
                self.usage_reported.emit(usage)
            case ResponseStarted(model):
                self._trace.event("stream.first_byte", stream=self.id)
                if model and not self.message.model:
                    self.message = replace(self.message, model=model)
            case Finished(reason):
                self._reason = reason
            case _ as never:
                assert_never(never)

    def _content(self, *, reasoning: bool) -> None:
        self._came = True
        if self._first_content_at is None:
            self._first_content_at = time.monotonic()
            self._set_state(StreamState.STREAMING)
        if not reasoning and self._reasoning.length and self._reasoning_ended_at is None:
            self._reasoning_ended_at = time.monotonic()
        self._dirty.set()

    def _set_state(self, state: StreamState) -> None:
        if state is self.state:
            return
        self.state = state
        if state in ENDED:
            self._trace.event("stream.finished", stream=self.id)
            self.message = self._snapshot()
        self.state_changed.emit(self)

    def _snapshot(self) -> Message:
        """The message as it stands now."""
        thought: tuple[Part, ...] = ()
        if self._reasoning.length:
            thought = (ReasoningPart(self._reasoning.joined(), self._reasoning_ms()),)
        said: tuple[Part, ...] = (TextPart(self._text.joined()),) if self._text.length else ()
        begun = self._begun
        first_token = begun.first_token_ms
        return replace(
            self.message,
            parts=(*thought, *said, *begun.with_text("").parts, *self._tool_calls),
            state=self._message_state(),
            usage=begun.usage + self._usage if begun.usage and self._usage else begun.usage or self._usage,
            finish_reason=self._reason,
            failure=self._failure,
            first_token_ms=self._since_start(self._first_content_at) if first_token is None else first_token,
            duration_ms=(begun.duration_ms or 0) + (self._since_start(time.monotonic()) or 0),
        )

    def _message_state(self) -> MessageState:
        match self.state:
            case StreamState.DONE:
                return MessageState.DONE
            case StreamState.STOPPED:
                return MessageState.STOPPED
            case StreamState.FAILED:
                return MessageState.ERROR
            case _:
                return MessageState.STREAMING

    def _since_start(self, moment: float | None) -> int | None:
        return None if moment is None else round((moment - self._started_at) * 1000)

    def _reasoning_ms(self) -> int | None:
        known = [p.duration_ms for p in self._begun.parts if isinstance(p, ReasoningPart) and p.duration_ms is not None]
        if self._first_content_at is None:
            return sum(known) if known else None
        return sum(known) + round(((self._reasoning_ended_at or time.monotonic()) - self._first_content_at) * 1000)

    async def _save_regularly(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            await self._checkpoint()
            await asyncio.sleep(CHECKPOINT_S)

    async def _checkpoint(self) -> None:
        restarted, self._restarted = self._restarted, False
        text, reasoning = self._text.unsaved(), self._reasoning.unsaved()
        try:
            if restarted:
                await self._journal.restart(self.message_id, text, self._reasoning.joined())
            elif text or reasoning:
                await self._journal.append(self.message_id, text, reasoning)
        except ChatError as error:
            self._text.put_back()
            self._reasoning.put_back()
            self._restarted = True  # the next one that succeeds writes everything
            self._report(error.failure)
        else:
            self._report(None)

    async def _keep_final(self) -> None:
        self.message = self._snapshot()
        try:
            await asyncio.shield(self._journal.finish(self.message))
        except ChatError as error:
            self._report(error.failure)
        finally:
            self._ended.set()

    def _report(self, failure: Failure | None) -> None:
        if failure is not None or self._trouble:
            self._trouble = failure is not None
            self._on_trouble(failure)


async def _finished(task: asyncio.Task[None]) -> None:
    """Waits for a cancelled helper task; its own errors would be programming errors and are raised."""
    await asyncio.wait([task])
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error


def _unexpected(error: Exception) -> Failure:
    return Failure(
        ErrorKind.INTERNAL,
        msg(
            "Something in this program went wrong ({name}). The answer so far is kept.",
            name=type(error).__name__,
        ),
        msg("Try again. If it happens again, please report it; the log has the details."),
    )
