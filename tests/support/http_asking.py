"""Asking a raw server through the real client, in one line of a test."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from tests.support.rawserver import Peer, RawServer, Script, raw_server

from desktopchat.domain.errors import ChatError
from desktopchat.domain.request import Limits
from desktopchat.transports.http import ContentClock, HttpAnswer, HttpClient, HttpReply, HttpRequest
from desktopchat.transports.sentences import Sentence

Result = TypeVar("Result")
SHORT = Limits(connect_s=5, first_content_s=0.4, idle_s=0.4, after_end_s=0.3)
CHUNKED = {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"}


def run(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


@asynccontextmanager
async def opened(
    server: RawServer | str, limits: Limits = SHORT, *, clock: ContentClock | None = None, **fields: Any
) -> AsyncIterator[HttpReply]:
    url = server if isinstance(server, str) else f"{server.url}/v1/chat"
    client = HttpClient(proxy="none")
    request = HttpRequest(**{"method": "POST", "url": url, "json": {"q": 1}, **fields})
    try:
        async with client.open(request, limits, clock or ContentClock(limits, url)) as reply:
            yield reply
    finally:
        await client.aclose()


async def everything(server: RawServer, limits: Limits = SHORT, **fields: Any) -> bytes:
    async with opened(server, limits, **fields) as reply:
        return b"".join([piece async for piece in reply.chunks()])


async def fetched(server: RawServer, *, max_bytes: int = 1000) -> HttpAnswer:
    client = HttpClient(proxy="none")
    try:
        return await client.fetch(HttpRequest("GET", server.url), SHORT, max_bytes=max_bytes)
    finally:
        await client.aclose()


def failing(script: Script, limits: Limits = SHORT, **fields: Any) -> ChatError:
    """The error with which asking a server that plays `script` ends."""
    with raw_server(script) as server, pytest.raises(ChatError) as caught:
        run(everything(server, limits, **fields))
    return caught.value


def says(error: ChatError, sentence: Sentence) -> bool:
    assert str(error)
    assert error.failure.hint is not None
    assert error.failure.hint.key.format(**error.failure.hint.params)
    return sentence.said_in(error.failure) and error.kind is sentence.kind


def after_request(*steps: bytes) -> Script:
    """Answers with these bytes and closes."""

    def script(peer: Peer) -> None:
        peer.read_request()
        for step in steps:
            peer.send(step)

    return script


def within(seconds: float, began: float) -> bool:
    return time.monotonic() - began < seconds
