"""The HTTP client against real sockets that misbehave."""

import asyncio
import gzip
import json
import logging
import socket
import threading
import time
import zlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

import pytest

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.request import Limits
from desktopchat.domain.secret import Secret
from desktopchat.transports import sentences
from desktopchat.transports.http import ContentClock, HttpAnswer, HttpClient, HttpReply, HttpRequest
from desktopchat.transports.sentences import Sentence
from tests.support.rawserver import Peer, RawServer, Script, answering, chunk, head, raw_server, response

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


# sending and receiving


def test_the_request_arrives_as_written_and_the_answer_comes_back() -> None:
    with raw_server(answering(response(b"data: hi\n\n", headers={"X-Request-Id": "r-1"}))) as server:

        async def ask() -> tuple[int, str, str | None, bytes]:
            async with opened(
                server,
                headers={"Authorization": Secret("Bearer k-123456789"), "X-Title": "ok"},
                json={"text": "你好\ud83d\ude42"},
            ) as reply:
                return reply.status, reply.media_type, reply.request_id, b"".join([c async for c in reply.chunks()])

        assert run(ask()) == (200, "text/event-stream", "r-1", b"data: hi\n\n")
    seen = server.requests[0]
    assert seen.line == "POST /v1/chat HTTP/1.1"
    assert json.loads(seen.body) == {"text": "你好🙂"}
    assert seen.headers["authorization"] == "Bearer k-123456789"
    assert seen.headers["accept-encoding"] == "identity"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"].startswith("desktopchat/")


def test_a_large_body_is_sent_whole_with_its_length() -> None:
    body = bytes(range(256)) * 4096
    with raw_server(answering(response())) as server:
        run(everything(server, json=None, content=body))
    assert server.requests[0].body == body
    assert "transfer-encoding" not in server.requests[0].headers


def test_a_get_has_no_body() -> None:
    with raw_server(answering(response())) as server:
        run(everything(server, method="GET", json=None))
    assert "content-length" not in server.requests[0].headers
    assert "content-type" not in server.requests[0].headers


def test_pieces_come_as_they_arrive() -> None:
    seen_first = threading.Event()

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", CHUNKED) + chunk(b"first"))
        assert seen_first.wait(5)
        peer.send(chunk(b"second") + chunk(b""))

    async def ask(server: RawServer) -> list[bytes]:
        pieces: list[bytes] = []
        async with opened(server, Limits(idle_s=5, first_content_s=5)) as reply:
            async for piece in reply.chunks():
                pieces.append(piece)
                seen_first.set()
        return pieces

    with raw_server(script) as server:
        assert run(ask(server)) == [b"first", b"second"]


def test_a_connection_is_used_again() -> None:
    async def ask_twice(server: RawServer) -> None:
        client = HttpClient(proxy="none")
        for _ in range(2):
            answer = await client.fetch(HttpRequest("GET", server.url), SHORT)
            assert (answer.status, answer.body) == (200, b"{}")
        await client.aclose()

    with raw_server(answering(response(b"{}"))) as server:
        run(ask_twice(server))
    assert (server.connections, len(server.requests)) == (1, 2)


# errors before the answer


def test_nothing_listens() -> None:
    with raw_server(answering(b"")) as server:
        pass
    with pytest.raises(ChatError) as caught:
        run(everything(server))
    assert says(caught.value, sentences.REFUSED)
    assert caught.value.failure.message.params["host"] == "127.0.0.1"


def test_an_unknown_host_is_named() -> None:
    async def ask() -> None:
        async with opened("http://no-such-host.invalid/v1"):
            pass

    with pytest.raises(ChatError) as caught:
        run(ask())
    assert says(caught.value, sentences.UNKNOWN_HOST)
    assert caught.value.failure.message.params["host"] == "no-such-host.invalid"


@pytest.mark.parametrize("url", ["nonsense", "ftp://h.example/x", "http://", "http://h.example:99999/", "http://a b/"])
def test_addresses_that_are_none_are_told(url: str) -> None:
    async def ask() -> None:
        async with opened(url):
            pass

    with pytest.raises(ChatError) as caught:
        run(ask())
    assert says(caught.value, sentences.BAD_ADDRESS)


def test_closing_without_an_answer() -> None:
    assert says(failing(after_request()), sentences.NO_ANSWER)


def test_a_reset_before_the_answer() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.reset()

    error = failing(script)
    assert says(error, sentences.CONNECTION_LOST)
    assert error.failure.message.params["reason"]


def test_what_is_not_http() -> None:
    assert says(failing(after_request(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")), sentences.NOT_HTTP)


def test_a_tls_server_asked_in_plain_text() -> None:
    assert says(failing(after_request(b"\x15\x03\x01\x00\x02\x02\x50\r\n\r\n")), sentences.PLAIN_ON_TLS_PORT)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://other.example/x?key=secretsecret", "other.example"),
        ("https://user:pass@other.example/", "other.example"),
        ("/elsewhere", "127.0.0.1"),
        ("https://127.0.0.1/", "https://127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_a_redirect_is_an_error_that_names_the_target(location: str, target: str) -> None:
    reply = response(b"moved", status="307 Temporary Redirect", headers={"Location": location})
    error = failing(after_request(reply))
    assert says(error, sentences.REDIRECTED)
    assert error.failure.status == 307
    assert error.failure.message.params["target"] == target
    assert "secretsecret" not in repr(error.failure)


# keys


@pytest.mark.parametrize(
    "key", ["sk-SECRETSECRET\nx", "Bearer sk-SECRETSECRET\r\n", "Bearer ключSECRETSECRET", "a SECRET b c"]
)
def test_a_key_that_cannot_be_sent_is_not_quoted(key: str) -> None:
    with raw_server(answering(response())) as server, pytest.raises(ChatError) as caught:
        run(everything(server, headers={"Authorization": Secret(key)}))
    assert says(caught.value, sentences.BAD_KEY)
    assert "SECRET" not in repr(caught.value.failure) + str(caught.value)
    assert not server.requests


@pytest.mark.parametrize("key", ["", " ", "Bearer ", "Bearer"])
def test_an_empty_key_is_told(key: str) -> None:
    with raw_server(answering(response())) as server, pytest.raises(ChatError) as caught:
        run(everything(server, headers={"Authorization": Secret(key)}))
    assert says(caught.value, sentences.EMPTY_KEY)
    assert not server.requests


def test_other_headers_are_checked_too() -> None:
    for name, value in (("X-A", "b\r\nX-C: d"), ("X-A", "ö"), ("X A", "b")):
        with raw_server(answering(response())) as server, pytest.raises(ChatError) as caught:
            run(everything(server, headers={name: value}))
        assert caught.value.kind is ErrorKind.BAD_REQUEST


def test_numbers_that_json_does_not_know_are_refused() -> None:
    with raw_server(answering(response())) as server, pytest.raises(ChatError) as caught:
        run(everything(server, json={"temperature": float("nan")}))
    assert caught.value.kind is ErrorKind.BAD_REQUEST


def test_a_key_is_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    from desktopchat.transports.redact import RedactingFilter, redact

    caplog.handler.addFilter(RedactingFilter())
    with caplog.at_level(logging.DEBUG):
        reply = response(b"no such key: sk-CANARYCANARY", status="401 Unauthorized")
        with raw_server(answering(reply)) as server:

            async def ask() -> bytes:
                async with opened(server, headers={"x-api-key": Secret("sk-CANARYCANARY")}) as reply:
                    return await reply.read(1000)

            assert "CANARY" not in redact(run(ask()).decode())
    assert "CANARY" not in caplog.text


# time


def within(seconds: float, began: float) -> bool:
    return time.monotonic() - began < seconds


def test_a_server_that_never_answers() -> None:
    began = time.monotonic()
    assert says(failing(lambda peer: (peer.read_request(), peer.wait_for_close())[1]), sentences.HEADERS_TIMED_OUT)
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
    error = failing(lambda peer: (peer.read_request(), peer.wait_for_close())[1], limits)
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


# size


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
    bomb = gzip.compress(b"\0" * 300_000_000, 9)
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


# broken bodies


def cut_script(data: bytes, headers: dict[str, str], *, reset: bool = False) -> Script:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", headers) + data)
        if reset:
            peer.read(1) if peer.server.stopping.wait(0.2) else None
            peer.reset()

    return script


@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize(
    ("data", "headers", "reset"),
    [
        (chunk(b"data: a\n\n") + b"ff\r\nda", CHUNKED, False),
        (b"data: a\n\n", {"Content-Length": "500"}, False),
        (b"data: a\n\n", {"Content-Length": "500"}, True),
    ],
)
def test_a_cut_body_is_truncated_after_content_and_a_network_error_before(
    data: bytes, headers: dict[str, str], reset: bool, shown: bool
) -> None:
    async def ask(server: RawServer) -> None:
        limits = Limits(first_content_s=5, idle_s=5)
        clock = ContentClock(limits, server.url)
        async with opened(server, limits, clock=clock) as reply:
            async for _ in reply.chunks():
                if shown:
                    clock.content()

    with raw_server(cut_script(data, headers, reset=reset)) as server, pytest.raises(ChatError) as caught:
        run(ask(server))
    assert says(caught.value, sentences.CUT if shown else sentences.CONNECTION_LOST)


def test_a_clean_close_without_a_length_is_just_the_end() -> None:
    with raw_server(after_request(head() + b"data: a\n\n")) as server:
        assert run(everything(server)) == b"data: a\n\n"


BODY = "data: 你好\n\n".encode() * 50
RAW_DEFLATE = zlib.compressobj(wbits=-15)
PACKED = {
    "gzip": ("gzip", gzip.compress(BODY)),
    "x-gzip": ("X-GZip", gzip.compress(BODY)),
    "two members": ("gzip", gzip.compress(BODY[:100]) + gzip.compress(BODY[100:])),
    "padding": ("gzip", gzip.compress(BODY) + b"\0" * 20),
    "zlib": ("deflate", zlib.compress(BODY)),
    "bare deflate": ("deflate", RAW_DEFLATE.compress(BODY) + RAW_DEFLATE.flush()),
    "identity": ("identity", BODY),
}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("step", [1, 5, 10_000])
def test_packed_answers_are_survived_however_they_are_cut(name: str, step: int) -> None:
    encoding, body = PACKED[name]
    pieces = [chunk(body[at : at + step]) for at in range(0, len(body), step)]
    headers = {**CHUNKED, "Content-Encoding": encoding}
    with raw_server(after_request(head("200 OK", headers) + b"".join(pieces) + chunk(b""))) as server:
        assert run(everything(server)) == BODY


@pytest.mark.parametrize(
    ("encoding", "body", "sentence"),
    [
        ("gzip", gzip.compress(BODY * 100)[:-9], sentences.CUT_COMPRESSION),
        ("gzip", gzip.compress(BODY)[:8], sentences.NOTHING_UNPACKED),
        ("gzip", b"\x1f", sentences.NOTHING_UNPACKED),
        ("gzip", BODY, sentences.BAD_COMPRESSION),
        ("br", b"\x0b\x02\x80", sentences.UNKNOWN_COMPRESSION),
        ("zstd", b"(\xb5/\xfd", sentences.UNKNOWN_COMPRESSION),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY)), sentences.UNKNOWN_COMPRESSION),
    ],
)
def test_wrongly_packed_answers_are_told(encoding: str, body: bytes, sentence: Sentence) -> None:
    assert says(failing(after_request(response(body, headers={"Content-Encoding": encoding}))), sentence)


def test_an_empty_body_is_empty_however_it_is_labelled() -> None:
    with raw_server(after_request(response(b"", headers={"Content-Encoding": "gzip"}))) as server:
        assert run(everything(server)) == b""


# stopping


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
        while not server.connections or not waiting.is_set():
            await asyncio.sleep(0.005)
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
