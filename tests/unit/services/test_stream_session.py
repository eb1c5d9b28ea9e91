import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest
from tests.support.scripted import ScriptedProvider, Step
from tests.support.waiting import until

from desktopchat.domain.errors import ErrorKind, Failure, failed
from desktopchat.domain.events import (
    Finished,
    ReasoningDelta,
    ResponseStarted,
    TextDelta,
    TextReplaced,
    ToolCallReady,
    UsageReport,
)
from desktopchat.domain.message import (
    FinishReason,
    Message,
    MessageState,
    Role,
    ToolCallPart,
    Usage,
)
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.text import msg
from desktopchat.providers.base import Provider
from desktopchat.services.retrying import RetryRule
from desktopchat.services.streaming import CHECKPOINT_S, StreamSession, StreamState

STOP = Finished(FinishReason.STOP)


class MemoryJournal:
    """Keeps answers in memory and can be told to fail, as a full disk would."""

    def __init__(self) -> None:
        self.text = ""
        self.reasoning = ""
        self.final: Message | None = None
        self.full = False
        self.appended = asyncio.Event()

    async def append(self, message_id: str, text: str, reasoning: str) -> None:
        self._refuse_when_full()
        self.text += text
        self.reasoning += reasoning
        self.appended.set()

    async def restart(self, message_id: str, text: str, reasoning: str) -> None:
        self._refuse_when_full()
        self.text, self.reasoning = text, reasoning
        self.appended.set()

    async def finish(self, message: Message) -> None:
        self._refuse_when_full()
        self.final = message

    def _refuse_when_full(self) -> None:
        if self.full:
            raise failed(ErrorKind.STORAGE, msg("full"))


class Heard:
    """Notes everything that a session says."""

    def __init__(self, session: StreamSession) -> None:
        self.text = ""
        self.reasoning = ""
        self.states: list[StreamState] = []
        self.retries: list[float] = []
        session.text_added.connect(self._add)
        session.text_replaced.connect(self._replace)
        session.reasoning_added.connect(self._think)
        session.state_changed.connect(lambda s: self.states.append(s.state))
        session.retrying.connect(lambda seconds, _failure: self.retries.append(seconds))

    def _add(self, text: str) -> None:
        self.text += text

    def _replace(self, text: str) -> None:
        self.text = text

    def _think(self, text: str) -> None:
        self.reasoning += text


def session_with(
    *plays: Sequence[Step], journal: MemoryJournal | None = None, retry: RetryRule | None = None
) -> tuple[StreamSession, ScriptedProvider, MemoryJournal, Heard, list[Failure | None]]:
    provider = ScriptedProvider(*plays)
    journal = journal or MemoryJournal()
    troubles: list[Failure | None] = []

    async def connect() -> Provider:
        return provider

    session = StreamSession(
        conversation_id="c",
        message=Message(Role.ASSISTANT, state=MessageState.STREAMING, model="m"),
        connect=connect,
        request=ChatRequest("m", ()),
        journal=journal,
        retry=retry,
        on_trouble=troubles.append,
    )
    return session, provider, journal, Heard(session), troubles


def run(coro: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(coro, 10))


def test_a_finished_answer_is_whole_everywhere() -> None:
    async def main() -> None:
        usage = Usage(3, 2)
        session, provider, journal, heard, _ = session_with(
            [
                ResponseStarted(), ReasoningDelta("Hm"), ReasoningDelta("m"), TextDelta("Hel"), TextDelta("lo"),
                ToolCallReady("1", "look", "{}"), UsageReport(usage), STOP,
            ]
        )  # fmt: skip
        message = await session.run()
        assert (heard.text, heard.reasoning) == ("Hello", "Hmm") == (message.text, message.reasoning)
        assert heard.states == [StreamState.CONNECTING, StreamState.STREAMING, StreamState.DONE]
        assert (message.state, message.usage, message.finish_reason) == (MessageState.DONE, usage, FinishReason.STOP)
        assert ToolCallPart("1", "look", "{}") in message.parts
        assert journal.final == message
        assert message.first_token_ms is not None
        assert message.duration_ms is not None
        assert provider.closed_streams == 1

    run(main())


def test_an_error_after_text_keeps_the_text() -> None:
    async def main() -> None:
        cut = failed(ErrorKind.TRUNCATED, msg("cut"))
        session, _, journal, heard, _ = session_with([TextDelta("half"), cut])
        message = await session.run()
        assert (message.text, message.state, message.failure) == ("half", MessageState.ERROR, cut.failure)
        assert journal.final == message
        assert heard.states[-1] is StreamState.FAILED

    run(main())


def test_stopping_keeps_what_came_and_closes_the_stream() -> None:
    async def main() -> None:
        never = asyncio.Event()
        session, provider, journal, heard, _ = session_with([TextDelta("so far"), never])
        task = asyncio.create_task(session.run())
        await journal.appended.wait()
        session.stop()
        session.stop()
        message = await task
        assert (message.text, message.state) == ("so far", MessageState.STOPPED)
        assert message.finish_reason is FinishReason.STOPPED
        assert message.failure is None
        assert journal.final == message
        assert provider.closed_streams == 1
        assert heard.states[-1] is StreamState.STOPPED

    run(main())


def test_stopping_before_anything_happened_is_a_stop() -> None:
    async def main() -> None:
        session, provider, journal, _, _ = session_with([TextDelta("never seen"), STOP])
        session.stop()
        message = await session.run()
        assert (message.text, message.state, provider.requests) == ("", MessageState.STOPPED, [])
        assert journal.final == message

    run(main())


def test_a_running_answer_is_safe_before_it_ends() -> None:
    async def main() -> None:
        more, never = asyncio.Event(), asyncio.Event()
        session, _, journal, _, _ = session_with([TextDelta("one "), more, TextDelta("two"), never])
        task = asyncio.create_task(session.run())
        await journal.appended.wait()
        assert journal.text == "one "
        journal.appended.clear()
        more.set()
        async with asyncio.timeout(CHECKPOINT_S * 5):
            await journal.appended.wait()
        assert journal.text == "one two"
        session.stop()
        await task

    run(main())


def test_words_taken_back_are_taken_back_everywhere() -> None:
    async def main() -> None:
        more = asyncio.Event()
        session, _, journal, heard, _ = session_with(
            [TextDelta("wrong"), more, TextReplaced("right"), TextDelta("!"), STOP]
        )
        task = asyncio.create_task(session.run())
        await journal.appended.wait()
        more.set()
        message = await task
        assert message.text == heard.text == "right!"

    run(main())


def test_nothing_is_lost_while_the_disk_is_full() -> None:
    async def main() -> None:
        more, never = asyncio.Event(), asyncio.Event()
        journal = MemoryJournal()
        journal.full = True
        session, _, _, heard, troubles = session_with(
            [TextDelta("first "), more, TextDelta("second"), never], journal=journal
        )
        task = asyncio.create_task(session.run())
        await until(lambda: troubles and troubles[-1])
        journal.full = False
        more.set()
        async with asyncio.timeout(CHECKPOINT_S * 10):
            await journal.appended.wait()
        assert journal.text == "first second" == heard.text
        await until(lambda: troubles[-1] is None)
        session.stop()
        assert (await task).text == "first second"

    run(main())


def test_a_final_message_that_cannot_be_stored_is_reported_and_still_there() -> None:
    async def main() -> None:
        journal = MemoryJournal()
        journal.full = True
        session, _, _, _, troubles = session_with([TextDelta("text"), STOP], journal=journal)
        message = await session.run()
        assert message.text == "text"
        assert troubles[-1] is not None
        assert (await session.wait()) == message

    run(main())


def test_retries_happen_only_before_anything_was_shown() -> None:
    async def main() -> None:
        busy = failed(ErrorKind.OVERLOADED, msg("busy"))
        rule = RetryRule(2, lambda _failure, attempt: 0.001 * (attempt + 1))
        session, provider, _, heard, _ = session_with([busy], [busy], [TextDelta("at last"), STOP], retry=rule)
        assert (await session.run()).text == "at last"
        assert heard.retries == [0.001, 0.002]
        assert len(provider.requests) == 3

        session, provider, _, heard, _ = session_with([TextDelta("shown"), busy], [STOP], retry=rule)
        assert (await session.run()).state is MessageState.ERROR
        assert len(provider.requests) == 1

        session, provider, _, heard, _ = session_with([busy], [busy], [busy], retry=rule)
        assert (await session.run()).failure == busy.failure
        assert len(provider.requests) == 3

    run(main())


BUSY = failed(ErrorKind.OVERLOADED, msg("busy"))
LONG_PAUSE = RetryRule(2, lambda _failure, _attempt: 3600)


def test_while_a_retry_is_waited_for_the_state_says_so_and_until_when() -> None:
    async def main() -> None:
        rule = RetryRule(1, lambda _failure, _attempt: 0.01)
        session, _, _, heard, _ = session_with([BUSY], [TextDelta("x"), STOP], retry=rule)
        await session.run()
        assert heard.states == [
            StreamState.CONNECTING,
            StreamState.WAITING,
            StreamState.CONNECTING,
            StreamState.STREAMING,
            StreamState.DONE,
        ]
        assert session.pause is None

    run(main())


def test_a_pause_can_be_skipped() -> None:
    async def main() -> None:
        session, provider, *_ = session_with([BUSY], [TextDelta("x"), STOP], retry=LONG_PAUSE)
        task = asyncio.create_task(session.run())
        await until(lambda: session.pause is not None)
        assert session.pause is not None
        assert 3000 < session.pause.seconds_left <= 3600
        assert session.pause.failure == BUSY.failure
        session.pause.end_now()
        assert (await task).text == "x"
        assert len(provider.requests) == 2

    run(main())


def test_giving_up_in_a_pause_ends_with_the_error_that_came() -> None:
    async def main() -> None:
        session, provider, journal, _, _ = session_with([BUSY], retry=LONG_PAUSE)
        task = asyncio.create_task(session.run())
        await until(lambda: session.pause is not None)
        assert session.pause is not None
        session.pause.give_up()
        message = await task
        assert (message.state, message.failure) == (MessageState.ERROR, BUSY.failure)
        assert journal.final == message
        assert len(provider.requests) == 1

    run(main())


def test_stopping_in_a_pause_is_a_stop() -> None:
    async def main() -> None:
        session, _, _, _, _ = session_with([BUSY], retry=LONG_PAUSE)
        task = asyncio.create_task(session.run())
        await until(lambda: session.pause is not None)
        session.stop()
        assert (await task).state is MessageState.STOPPED

    run(main())


def test_a_mistake_of_ours_is_a_failed_answer_and_is_raised_for_the_log() -> None:
    async def main() -> None:
        session, _, journal, _, _ = session_with([TextDelta("kept"), ZeroDivisionError("bug")])
        with pytest.raises(ZeroDivisionError):
            await session.run()
        assert journal.final is not None
        assert (journal.final.text, journal.final.state) == ("kept", MessageState.ERROR)
        assert journal.final.failure is not None
        assert journal.final.failure.kind is ErrorKind.INTERNAL

    run(main())
