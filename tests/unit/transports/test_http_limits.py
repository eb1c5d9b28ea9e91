"""No server keeps its reader waiting for longer, or makes it read more, than the limits say."""

import asyncio
import gzip
import time

import pytest
from tests.support.http_asking import (
    CHUNKED,
    SHORT,
    after_request,
    everything,
    failing,
    fetched,
    opened,
    run,
    says,
    within,
)
from tests.support.rawserver import Peer, RawServer, Script, answering, chunk, head, raw_server, response

from desktopchat.domain.errors import ChatError
from desktopchat.domain.request import Limits
from desktopchat.transports import sentences
from desktopchat.transports.http import ContentClock


def silent(peer: Peer) -> None:
    peer.read_request()
    peer.wait_for_close()


def test_a_server_that_never_answers() -> None:
    began = time.monotonic()
    assert says(failing(silent), sentences.HEADERS_TIMED_OUT)
    assert within(3, began)


def test_headers_that_drip_for_ever_end_in_time() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\n")
        peer.drip(b"X-Slow: 1\r\n", 0.05, forever=True)

    began = time.monotonic()
    assert says(failing(script), sentences.HEADERS_TIMED_OUT)
    assert within(3, began)


def test_headers_may_have_a_shorter_limit_of_their_own() -> None:
    limits = Limits(headers_s=0.2, first_content_s=30, idle_s=30)
    error = failing(silent, limits)
    assert error.failure.message.params["seconds"] == "0.2"


def test_comments_do_not_count_as_content() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", {"Content-Type": "text/event-stream"}))
        peer.drip(b": keep-alive\n\n", 0.02, forever=True)

    began = time.monotonic()
    assert says(failing(script), sentences.FIRST_CONTENT_TIMED_OUT)
    assert within(3, began)


def test_after_content_the_idle_limit_counts_and_content_moves_it() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", {"Content-Type": "text/event-stream"}))
        peer.drip(b"xxxxxxxxxx", 0.1)
        peer.drip(b":\n", 0.05, forever=True)

    pieces: list[bytes] = []

    async def ask(server: RawServer) -> None:
        clock = ContentClock(SHORT, server.url)
        async with opened(server, clock=clock) as reply:
            async for piece in reply.chunks():
                pieces.append(piece)
                if piece.startswith(b"x"):
                    clock.content()

    began = time.monotonic()
    with raw_server(script) as server, pytest.raises(ChatError) as caught:
        run(ask(server))
    assert says(caught.value, sentences.CONTENT_TIMED_OUT)
    assert len(pieces) > 10
    assert 0.9 < time.monotonic() - began < 5  # a second of content was allowed, at a limit of four tenths


def test_after_the_end_signal_only_the_grace_is_waited_for_and_nothing_is_an_error() -> None:
    def holding(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", CHUNKED) + chunk(b"data: [DONE]\n\n"))
        peer.wait_for_close()

    def cutting(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", CHUNKED) + chunk(b"data: [DONE]\n\n") + b"7\r\nhalf")

    def flooding(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", CHUNKED) + chunk(b"data: [DONE]\n\n"))
        peer.drip(chunk(b": beat\n\n"), 0.001, forever=True)

    async def ask(server: RawServer) -> None:
        clock = ContentClock(SHORT, server.url)
        async with opened(server, clock=clock) as reply:
            async for _ in reply.chunks():
                clock.ended()
                clock.content()

    for script in (holding, cutting, flooding):
        began = time.monotonic()
        with raw_server(script) as server:
            run(ask(server))
        assert within(3, began)


def test_a_fetch_that_drips_ends_in_time() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", {"Content-Type": "application/json"}))
        peer.drip(b" ", 0.02, forever=True)

    began = time.monotonic()
    with raw_server(script) as server, pytest.raises(ChatError) as caught:
        run(fetched(server))
    assert says(caught.value, sentences.ALL_TIMED_OUT)
    assert within(3, began)


def test_a_server_that_takes_no_more_of_the_body_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from desktopchat.transports import client

    monkeypatch.setattr(client, "WRITE_S", 0.3)

    def script(peer: Peer) -> None:
        peer.read(10)
        peer.server.stopping.wait(20)

    error = failing(script, json=None, content=b"x" * 50_000_000)
    assert says(error, sentences.SENDING_TIMED_OUT)


def test_a_tls_handshake_that_is_never_answered_times_out() -> None:
    def script(peer: Peer) -> None:
        peer.wait_for_close()

    async def ask(server: RawServer) -> None:
        async with opened(server.url.replace("http:", "https:"), Limits(connect_s=0.3)):
            pass

    with raw_server(script) as server:
        with pytest.raises(ChatError) as caught:
            run(ask(server))
        assert says(caught.value, sentences.CONNECT_TIMED_OUT)
        assert server.client_closed.wait(5)


def test_a_reply_past_every_measure_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from desktopchat.transports import reply as module

    monkeypatch.setattr(module, "FRAMING_BYTES", 1000)
    limits = Limits(max_reply_bytes=100, first_content_s=5, idle_s=5)
    with raw_server(after_request(response(b"x" * 1800))) as server:
        assert len(run(everything(server, limits))) == 1800
    assert says(failing(after_request(response(b"x" * 1801)), limits), sentences.REPLY_TOO_LARGE)


def test_a_gzip_bomb_ends_at_the_limit_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    from desktopchat.transports import reply as module

    monkeypatch.setattr(module, "FRAMING_BYTES", 20_000_000)
    bomb = gzip.compress(b"\0" * 60_000_000)
    limits = Limits(max_reply_bytes=1, first_content_s=10, idle_s=10)
    sizes: list[int] = []

    async def ask(server: RawServer) -> None:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        busy = asyncio.get_running_loop().create_task(other())
        try:
            async with opened(server, limits) as reply:
                sizes.extend([len(piece) async for piece in reply.chunks()])
        finally:
            busy.cancel()
            assert turns > 10

    reply = response(bomb, headers={"Content-Encoding": "gzip"})
    with raw_server(after_request(reply)) as server, pytest.raises(ChatError) as caught:
        run(ask(server))
    assert says(caught.value, sentences.REPLY_TOO_LARGE)
    assert max(sizes, default=0) <= 256 * 1024


def test_a_fetch_has_its_own_limit() -> None:
    with raw_server(answering(response(b"x" * 2000))) as server:
        assert len(run(fetched(server, max_bytes=2000)).body) == 2000
        with pytest.raises(ChatError) as caught:
            run(fetched(server, max_bytes=1999))
    assert says(caught.value, sentences.REPLY_TOO_LARGE)


def test_an_error_page_that_stalls_is_waited_for_no_longer_than_an_answer() -> None:
    def stalling(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("500 X", {"Content-Length": "900"}) + b"why")
        peer.wait_for_close()

    async def ask(server: RawServer) -> bytes:
        async with opened(server, Limits(first_content_s=60, idle_s=0.3)) as reply:
            return await reply.read(300)

    began = time.monotonic()
    with raw_server(stalling) as server:
        assert run(ask(server)) == b"why"
    assert within(5, began)


def test_an_error_page_is_read_up_to_the_limit_and_never_raises() -> None:
    def endless(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("502 Bad Gateway", {"Content-Type": "text/html"}))
        peer.drip(b"<p>" * 1000, 0.001, forever=True)

    replies: list[Script] = [
        endless,
        after_request(head("500 X", {"Content-Length": "900"}) + b"<p>" * 20),
        after_request(head("500 X", {"Content-Encoding": "br", "Content-Length": "3"}) + b"abc"),
        after_request(response(b"not gzip", status="500 X", headers={"Content-Encoding": "gzip"})),
    ]
    expected = [b"<p>" * 100, b"<p>" * 20, b"", b""]

    async def ask(server: RawServer) -> bytes:
        async with opened(server) as reply:
            assert reply.status >= 500
            return await reply.read(300)

    for script, body in zip(replies, expected, strict=True):
        with raw_server(script) as server:
            assert run(ask(server)) == body
