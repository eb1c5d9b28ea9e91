"""WebSockets over the program's own HTTP connections: handshake, messages, close. Not what a message means.

The handshake is an HTTP request like any other, so that trust, proxies, name look-up, limits, redirects and errors are
those of `http`; the library only frames. No address is ever logged: some vendors sign in its query.
"""

import logging
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

from desktopchat.domain.errors import ChatError
from desktopchat.domain.request import Limits
from desktopchat.transports import errors, sentences
from desktopchat.transports.addresses import host_of, is_loopback
from desktopchat.transports.clock import ContentClock, Wait
from desktopchat.transports.foreign import clean_detail
from desktopchat.transports.http import HttpClient, HttpReply, HttpRequest

HANDSHAKE_S = 20.0
"""Opening costs a server nothing, unlike answering: who takes longer cannot be reached."""

GOODBYE_S = 0.1
REASON_CHARS = 200

_silent = logging.getLogger("desktopchat.websocket")
_silent.setLevel(logging.CRITICAL + 1)
"""Whatever level the others have: the library would log what goes over the wire."""

Refusal = Callable[[HttpReply, bytes], ChatError]
"""Makes the error of an error status at the handshake from the answer's head and body."""


class WebSocket:
    """An open connection. It lives inside `async with connected(…)`, which closes it."""

    def __init__(self, reply: HttpReply, url: str, limits: Limits, clock: ContentClock) -> None:
        from websockets.protocol import Protocol, Side

        self.clock = clock
        self._reply = reply
        self._url = url
        self._limit = limits.max_event_bytes
        self._protocol = Protocol(Side.CLIENT, max_size=self._limit, logger=_silent)
        self._parts: bytearray | None = None

    async def send(self, text: bytes) -> None:
        """Sends one text message (UTF-8); the wait for the first content begins. Raises `ChatError`."""
        self.clock.start()
        self._protocol.send_text(text)
        await self._flush()

    async def messages(self) -> AsyncIterator[bytes]:
        """Whole messages, text or binary, until the other side closes or is gone: see `closed_early`.

        Raises `ChatError` as `HttpReply.chunks`, `too_large` for a message beyond `Limits.max_event_bytes`, and
        `protocol` for what is no WebSocket. Pings are answered; they do not count as content.
        """
        async for data in self._reply.chunks():
            self._protocol.receive_data(data)
            for frame in self._protocol.events_received():
                if (message := self._assembled(frame)) is not None:
                    yield message
            if self._protocol.parser_exc is not None and not self.clock.saw_end:
                raise self._broken(self._protocol.parser_exc)
            with suppress(ChatError):  # a pong that cannot be sent: what came before may still be read
                await self._flush()
            if self._protocol.close_rcvd is not None or self._protocol.parser_exc is not None:
                return

    def closed_early(self, *, saw_content: bool) -> ChatError:
        """The error of an answer in whose middle, or before which, the messages ended."""
        close = self._protocol.close_rcvd
        if close is None:
            lost = sentences.CUT if saw_content else sentences.CONNECTION_LOST
            return lost.error(host=host_of(self._url), reason="no close frame")
        closed = sentences.CLOSED_IN_THE_MIDDLE if saw_content else sentences.CLOSED_WITHOUT_ANSWER
        reason = clean_detail(f"{int(close.code)} {close.reason}", REASON_CHARS)
        return closed.error(host=host_of(self._url), reason=reason)

    async def say_goodbye(self) -> None:
        """Tells the other side that nothing more is wanted, if it still listens. Waits for no answer."""
        from websockets.protocol import OPEN

        if self._protocol.state is OPEN:
            self._protocol.send_close(1000)
            self.clock.allow(GOODBYE_S)
            with suppress(ChatError):
                await self._flush()

    async def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                await self._reply.write(data)

    def _assembled(self, frame: object) -> bytes | None:
        """The message that `frame` completes."""
        from websockets.frames import DATA_OPCODES, Frame, Opcode

        if not isinstance(frame, Frame) or frame.opcode not in DATA_OPCODES:
            return None
        if frame.opcode is not Opcode.CONT:
            self._parts = bytearray()
        if self._parts is None:
            return None
        self._parts += frame.data
        if not frame.fin:
            return None
        message, self._parts = bytes(self._parts), None
        return message

    def _broken(self, error: Exception) -> ChatError:
        from websockets.exceptions import PayloadTooBig

        if isinstance(error, PayloadTooBig):
            return sentences.EVENT_TOO_LARGE.error(limit=sentences.size(self._limit))
        reason = clean_detail(str(error), REASON_CHARS) or type(error).__name__
        return sentences.BROKEN_WEBSOCKET.error(host=host_of(self._url), reason=reason)


@asynccontextmanager
async def connected(
    client: HttpClient, url: str, limits: Limits, refusal: Refusal, *, slow_model: bool = False
) -> AsyncIterator[WebSocket]:
    """Opens a WebSocket to `url` (`wss://`, or `ws://` on this computer). Leaving the block closes the connection.

    Raises `ChatError`: as `HttpClient.open`, `refusal`'s error for an error status, and `protocol` for any other
    answer. Cancelling closes the socket at once. The socket's clock is for whoever understands the messages.
    """
    if url.startswith("ws://") and not is_loopback(url):
        raise sentences.UNENCRYPTED.error(host=host_of(url))
    address = f"http{url.removeprefix('ws')}"
    clock = ContentClock(_patient(limits), address, slow_model=slow_model)
    key = b64encode(secrets.token_bytes(16)).decode("ascii")
    async with AsyncExitStack() as stack:
        try:
            opening = client.open(HttpRequest("GET", address, _handshake(key)), limits, clock)
            reply = await stack.enter_async_context(opening)
        except ChatError as error:
            if sentences.HEADERS_TIMED_OUT.said_in(error.failure):
                raise errors.timed_out(Wait.CONNECT, url, clock.patience.headers_s) from error
            raise
        if reply.status >= 400:
            raise refusal(reply, await reply.read(limits.max_error_bytes))
        if not _is_accepted(reply, key):
            values = {"host": host_of(url)}
            raise ChatError(sentences.NOT_A_WEBSOCKET.failure(values, status=reply.status))
        socket = WebSocket(reply, url, limits, clock)
        yield socket
        await socket.say_goodbye()


def _patient(limits: Limits) -> Limits:
    return replace(limits, headers_s=HANDSHAKE_S if limits.headers_s is None else limits.headers_s)


def _handshake(key: str) -> dict[str, Any]:
    """RFC 6455, 4.1. No extension is offered: packed messages would have to be limited, too."""
    return {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": key,
    }


def _is_accepted(reply: HttpReply, key: str) -> bool:
    from websockets.utils import accept_key

    accepted = reply.headers.get("sec-websocket-accept", "") == accept_key(key)
    return reply.status == 101 and accepted and not reply.headers.get("sec-websocket-extensions")
