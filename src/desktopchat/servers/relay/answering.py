"""Passes an answer on to a client while it comes, and ends it with whoever goes first. Its look is a form's."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, aclosing
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.text import msg

log = logging.getLogger(__name__)

MOST_WAITING = 500
"""Events that a slow client has not taken yet; the provider waits then."""


class Form(Protocol):
    """The pieces of one answer as a client wants them. A piece may be empty: then nothing is sent."""

    media_type: str
    heartbeat: bytes
    """What is said when there is nothing to say; empty where nothing can be."""

    def opening(self) -> bytes:
        """What is sent before anything is known. With nothing here, a failure can still have a status."""
        ...

    def event(self, event: StreamEvent) -> bytes: ...
    def closing(self) -> bytes:
        """What follows the last event of a complete answer."""
        ...

    def failure(self, failure: Failure) -> bytes | None:
        """An answer that fails after it began; None breaks the connection off."""
        ...

    def refusal(self, failure: Failure) -> Response:
        """An answer that fails before it began."""
        ...


class _GoneError(Exception):
    """The client has hung up."""


class Mailbox:
    """Between the provider, which is read as it comes, and the client, which may be slower."""

    def __init__(self) -> None:
        self._waiting: list[StreamEvent] = []
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._ended = False
        self._failure: Failure | None = None
        self._gone = False

    async def fill(self, events: AsyncIterator[StreamEvent]) -> None:
        """Reads `events` to their end; closes them however that goes."""
        try:
            async with aclosing(events) as coming:  # type: ignore[type-var]
                async for event in coming:
                    self._waiting.append(event)
                    self._news.set()
                    if len(self._waiting) >= MOST_WAITING:
                        self._room.clear()
                        await self._room.wait()
        except ChatError as error:
            self._failure = error.failure
        except Exception as error:  # the edge of a task
            log.error("an answer could not be passed on", exc_info=error)
            self._failure = _unexpected()
        self._ended = True
        self._news.set()

    def hang_up(self) -> None:
        """The client waits for nothing more."""
        self._gone = True
        self._news.set()

    def end(self, failure: Failure) -> None:
        """The answer ends here, whatever was still to come."""
        self._waiting.clear()
        self._failure, self._ended = failure, True
        self._news.set()

    async def news(self, patience_s: float) -> list[StreamEvent]:
        """What has come since the last call, or nothing after `patience_s`. Raises what ended the answer, after it."""
        if not (self._waiting or self._ended or self._gone):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await self._news.wait()
        self._news.clear()
        if self._gone:
            raise _GoneError
        found, self._waiting = self._waiting, []
        self._room.set()
        if not found and self._failure is not None:
            raise ChatError(self._failure)
        return found

    @property
    def is_over(self) -> bool:
        return self._ended and not self._waiting and self._failure is None


Ask = Callable[[], AsyncIterator[StreamEvent]]


class Answer:
    """An ASGI response: one answer. `live` has the mailboxes of all that are on their way, to end them by."""

    def __init__(
        self,
        ask: Ask,
        form: Form,
        room: Callable[[], AbstractContextManager[None]],
        live: set[Mailbox],
        heartbeat_s: float,
    ) -> None:
        self._ask = ask
        self._form = form
        self._room = room
        self._live = live
        self._heartbeat_s = heartbeat_s
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._room():
                await self._answered(receive, send)
        except _GoneError:
            return  # uvicorn closes a connection whose answer has no end
        except ChatError as error:
            if not self._begun:
                await self._form.refusal(error.failure)(scope, receive, send)
                return
            last = self._form.failure(error.failure)
            if last is not None:
                await self._send(send, last, more=False)

    async def _answered(self, receive: Receive, send: Send) -> None:
        mailbox = Mailbox()
        loop = asyncio.get_running_loop()
        tasks = (
            loop.create_task(mailbox.fill(self._ask()), name="relay: answer"),
            loop.create_task(_watch(receive, mailbox), name="relay: client"),
        )
        self._live.add(mailbox)
        try:
            await self._send(send, self._form.opening())
            await self._pass_on(mailbox, send)
        finally:
            self._live.discard(mailbox)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _pass_on(self, mailbox: Mailbox, send: Send) -> None:
        while not mailbox.is_over:
            events = await mailbox.news(self._heartbeat_s)
            if events:
                await self._send(send, b"".join(map(self._form.event, events)))
            elif not mailbox.is_over:
                await self._send(send, self._form.heartbeat)
        await self._send(send, self._form.closing(), more=False)

    async def _send(self, send: Send, data: bytes, *, more: bool = True) -> None:
        """The first bytes bring the status with them."""
        if not data and more:
            return
        if not self._begun:
            self._begun = True
            await send({"type": "http.response.start", "status": 200, "headers": self._headers()})
        await send({"type": "http.response.body", "body": data, "more_body": more})

    def _headers(self) -> list[tuple[bytes, bytes]]:
        """Nothing on the way, be it a proxy, may keep words back."""
        named = {
            "content-type": self._form.media_type,
            "cache-control": "no-cache",
            "x-accel-buffering": "no",
        }
        return [(name.encode(), value.encode()) for name, value in named.items()]


async def _watch(receive: Receive, mailbox: Mailbox) -> None:
    """Notices that the client hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
    mailbox.hang_up()


def _unexpected() -> Failure:
    return Failure(
        ErrorKind.INTERNAL, msg("Something in the relay went wrong."), msg("Please report it; the log has the details.")
    )
