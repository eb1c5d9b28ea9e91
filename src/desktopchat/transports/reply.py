"""The answer to a request: its head, and its body as bytes within limits of time and size. Not what they mean."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktopchat.domain.errors import ChatError
from desktopchat.domain.request import MIB, Limits
from desktopchat.transports import errors, sentences
from desktopchat.transports.addresses import host_of
from desktopchat.transports.clock import Alarm, ContentClock
from desktopchat.transports.encodings import Decoder, decoder_for

if TYPE_CHECKING:
    import httpx

ERROR_BODY_S = 10.0
"""The body of an error explains, and is not worth a longer wait; who waits less long for an answer, less for it."""

FRAMING_FACTOR = 8
FRAMING_BYTES = 64 * MIB
"""A token of four bytes comes in up to 400 bytes of JSON: what is read may exceed what is shown by so much."""

SWITCHED = 101
READ_BYTES = 64 * 1024

TURN_S = 0.02
"""Others get a turn of the event loop at least so often, and the deadline is looked at, however much comes at once."""

WAITED_S = 0.001
"""Who had to wait so long for the network has given others their turn."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole small answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpReply:
    """An answer whose head is here. It lives inside `async with client.open(…)`, which closes the connection."""

    def __init__(
        self, response: "httpx.Response", url: str, limits: Limits, clock: ContentClock, proxy: str | None = None
    ) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): response.headers[name] for name in response.headers}
        self._clock = clock
        self._body = _Body(response, url, limits, clock, proxy)

    @property
    def media_type(self) -> str:
        """For example `text/event-stream`: in lower case, without parameters; empty where the server does not say."""
        return self.headers.get("content-type", "").partition(";")[0].partition(",")[0].strip().lower()

    @property
    def says_where_it_ends(self) -> bool:
        """Whether the body has a length or chunks: where it has, a body that ended without an error is whole."""
        return "content-length" in self.headers or "chunked" in self.headers.get("transfer-encoding", "").lower()

    @property
    def request_id(self) -> str | None:
        return errors.request_id_of(self.headers)

    def chunks(self) -> AsyncIterator[bytes]:
        """The unpacked bytes as they arrive, never empty.

        Raises `ChatError`: `timeout` at the clock's deadline, `too_large`, `network` or (after content) `truncated`
        for a broken connection, `protocol` for bytes that cannot be unpacked. After `clock.ended()` nothing is
        raised any more: the bytes just end, at the latest after the grace.
        """
        return self._body

    async def read(self, max_bytes: int) -> bytes:
        """The body, at most `max_bytes` of it. Of an error's body (400 and up) what can be had; it raises nothing."""
        if self.status >= 400:
            self._clock.ended(min(ERROR_BODY_S, self._clock.patience.idle_s))
        collected = bytearray()
        async for chunk in self._body:
            collected += chunk
            if len(collected) >= max_bytes:
                break
        return bytes(collected[:max_bytes])

    async def read_all(self, max_bytes: int) -> bytes:
        """The whole body. Raises `too_large` where it is longer, and otherwise as `chunks`."""
        collected = bytearray()
        async for chunk in self._body:
            collected += chunk
            if len(collected) > max_bytes:
                raise self._body.too_large(max_bytes)
        return bytes(collected)

    async def write(self, data: bytes) -> None:
        """Sends more over a connection that has changed its protocol (status 101). Raises as `chunks`."""
        await self._body.write(data)

    async def aclose(self) -> None:
        await self._body.aclose()


class _Body:
    """An iterator and not a generator: whoever stops in the middle leaves nothing behind that has to be finalized."""

    def __init__(
        self, response: "httpx.Response", url: str, limits: Limits, clock: ContentClock, proxy: str | None
    ) -> None:
        self._response = response
        self._url = url
        self._proxy = proxy
        self._clock = clock
        self._alarm = Alarm(clock)
        self._limit = limits.max_reply_bytes * FRAMING_FACTOR + FRAMING_BYTES
        self._raw = _upgraded(response) if response.status_code == SWITCHED else response.aiter_raw()
        self._decoder: Decoder | None = None
        self._pieces: Iterator[bytes] = iter(())
        self._total = 0
        self._turn_at = 0.0
        self._left_at: float | None = None

    def __aiter__(self) -> "_Body":
        return self

    async def __anext__(self) -> bytes:
        loop = asyncio.get_running_loop()
        if self._left_at is not None:
            self._clock.was_away(loop.time() - self._left_at)
        try:
            piece = await self._next()
        except ChatError:
            if not self._clock.saw_end:
                raise
            piece = None
        if piece is None:
            raise StopAsyncIteration
        self._left_at = loop.time()
        return piece

    async def write(self, data: bytes) -> None:
        try:
            async with asyncio.timeout_at(self._clock.deadline) as timer:
                await self._response.extensions["network_stream"].write(data)
        except Exception as error:
            if timer.expired():
                raise self._timed_out() from None
            raise errors.from_exception(error, self._url, proxy=self._proxy) from error

    async def aclose(self) -> None:
        self._alarm.drop()
        await self._response.aclose()

    def too_large(self, limit: int) -> ChatError:
        return sentences.REPLY_TOO_LARGE.error(host=host_of(self._url), limit=sentences.size(limit))

    async def _next(self) -> bytes | None:
        if self._decoder is None:
            self._decoder = decoder_for(self._response.headers.get("content-encoding", ""), host_of(self._url))
        while (piece := next(self._pieces, None)) is None:
            asked_at = _now()
            packed = await self._read()
            if _now() - asked_at > WAITED_S:
                self._turn_at = _now()
            if packed is None:
                self._decoder.finish()
                return None
            self._pieces = self._decoder.feed(packed)
        await self._count(len(piece))
        return piece

    async def _count(self, length: int) -> None:
        self._total += length
        if self._total > self._limit:
            raise self.too_large(self._limit)
        if _now() - self._turn_at > TURN_S:
            await asyncio.sleep(0)
            self._turn_at = _now()
            if self._clock.is_over():
                raise self._timed_out()

    async def _read(self) -> bytes | None:
        """The next bytes from the network, or None at the end."""
        if self._clock.is_over():
            raise self._timed_out()
        try:
            with self._alarm:
                return await anext(self._raw, None)
        except Exception as error:
            if self._alarm.rang:
                raise self._timed_out() from None
            saw_content = self._clock.saw_content
            raise errors.from_exception(error, self._url, saw_content=saw_content, proxy=self._proxy) from error

    def _timed_out(self) -> ChatError:
        return errors.timed_out(self._clock.wait, self._url, self._clock.patience_s)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _upgraded(response: "httpx.Response") -> AsyncIterator[bytes]:
    """What comes over a connection that has changed its protocol; it ends with the connection."""
    while data := await response.extensions["network_stream"].read(READ_BYTES):
        yield data
