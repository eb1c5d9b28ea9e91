"""Stopping at any moment closes the socket at once; and how connections are made."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from tests.support.http_asking import (
    CHUNKED,
    SHORT,
    opened,
    run,
)
from tests.support.rawserver import Peer, RawServer, Script, answering, chunk, head, raw_server, response
from tests.support.waiting import until

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.request import Limits
from desktopchat.transports.http import ContentClock, HttpClient, HttpRequest


def stopped(script: Script, *, tls_url: bool = False) -> float:
    """Seconds from cancelling a request until the server saw the connection closed."""

    async def ask(server: RawServer) -> float:
        url = server.url.replace("http://", "https://") if tls_url else server.url
        limits = Limits()

        async def work() -> None:
            async with opened(url, limits) as reply:
                async for _ in reply.chunks():
                    pass

        loop = asyncio.get_running_loop()
        task = loop.create_task(work())
        await until(lambda: server.connections and waiting.is_set())
        task.cancel()
        cancelled_at = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await loop.run_in_executor(None, server.client_closed.wait, 5)
        return server.client_closed_at - cancelled_at

    waiting = threading.Event()

    def watched(peer: Peer) -> None:
        script(peer)
        waiting.set()
        peer.wait_for_close()

    with raw_server(watched) as server:
        return run(ask(server))


def test_stopping_while_waiting_for_headers_closes_the_socket_at_once() -> None:
    assert stopped(lambda peer: (peer.read_request(), None)[1]) < 0.2


def test_stopping_in_the_middle_of_a_body_closes_the_socket_at_once() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", CHUNKED) + chunk(b"data: a\n\n"))

    assert stopped(script) < 0.2


def test_stopping_in_a_tls_handshake_closes_the_socket_at_once() -> None:
    assert stopped(lambda peer: (peer.read(5), None)[1], tls_url=True) < 0.2


def test_leaving_early_closes_the_connection() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", CHUNKED) + chunk(b"data: a\n\n"))
        peer.wait_for_close()

    async def deltas(server: RawServer) -> AsyncIterator[bytes]:
        async with opened(server) as reply:
            async for piece in reply.chunks():
                yield piece

    async def ask(server: RawServer) -> None:
        async with aclosing(deltas(server)) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                assert piece == b"data: a\n\n"
                break
        assert await asyncio.get_running_loop().run_in_executor(None, server.client_closed.wait, 5)

    with raw_server(script) as server:
        run(ask(server))


def test_a_closed_client_refuses_and_running_streams_end_with_an_error() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", CHUNKED) + chunk(b"data: a\n\n"))
        peer.wait_for_close()

    async def ask(server: RawServer) -> list[ErrorKind]:
        client, request, kinds = HttpClient(proxy="none"), HttpRequest("GET", server.url), []
        limits = Limits()
        try:
            async with client.open(request, limits, ContentClock(limits, server.url)) as reply:
                async for _ in reply.chunks():
                    await client.aclose()
        except ChatError as error:
            kinds.append(error.kind)
        try:
            await client.fetch(request, limits)
        except ChatError as error:
            kinds.append(error.kind)
        return kinds

    with raw_server(script) as server:
        assert run(ask(server)) == [ErrorKind.NETWORK, ErrorKind.CANCELLED]


def test_cancelling_the_first_request_while_the_client_is_built_leaves_the_client_usable() -> None:
    async def ask(server: RawServer) -> int:
        client = HttpClient(proxy="none")
        request = HttpRequest("GET", server.url)
        task = asyncio.get_running_loop().create_task(client.fetch(request, SHORT))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        status = (await client.fetch(request, SHORT)).status
        await client.aclose()
        return status

    with raw_server(answering(response())) as server:
        assert run(ask(server)) == 200


def test_our_own_way_of_connecting_is_in_use() -> None:
    """If httpx renames what the workaround in `client` sets, this fails and says so."""
    from desktopchat.transports import client

    built = client.build_client(None, "")
    pool = built._transport._pool  # type: ignore[attr-defined]
    assert isinstance(pool._network_backend, client._Network)
    assert isinstance(pool.create_connection(pool_origin())._network_backend, client._Network)
    asyncio.run(built.aclose())


def pool_origin() -> Any:
    import httpcore

    return httpcore.Origin(b"https", b"h.example", 443)


def test_another_address_of_the_host_is_tried_when_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """`localhost` is often two addresses, of which a server listens at one."""
    real = socket.getaddrinfo

    def both(host: str, *args: Any, **kwargs: Any) -> Any:
        if host != "localhost":
            return real(host, *args, **kwargs)
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.2", 0)), (socket.AF_INET, 1, 6, "", ("127.0.0.1", 0))]

    with raw_server(answering(response(b"ok"))) as server:
        monkeypatch.setattr(socket, "getaddrinfo", both)

        async def ask() -> bytes:
            async with opened(f"http://localhost:{server.port}/") as reply:
                return await reply.read(10)

        assert run(ask()) == b"ok"
