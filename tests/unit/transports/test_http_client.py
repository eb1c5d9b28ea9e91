"""Asking and being answered over real sockets, and what goes wrong before an answer."""

import json
import logging
import threading

import pytest
from tests.support.http_asking import CHUNKED, SHORT, after_request, everything, failing, opened, run, says
from tests.support.rawserver import Peer, RawServer, answering, chunk, head, raw_server, response

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.request import Limits
from desktopchat.domain.secret import Secret
from desktopchat.transports import sentences
from desktopchat.transports.http import HttpClient, HttpRequest


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


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.2\r\n", b"+OK ready\r\n", b"\x00\x01", b"220 mail\r\n", b"x"])
def test_what_is_not_http_and_ends_without_a_blank_line(answer: bytes) -> None:
    error = failing(after_request(answer))
    assert says(error, sentences.NOT_HTTP)
    assert str(error.failure.message.params["reason"]).startswith(answer.decode().strip("\0\1\r\n "))


@pytest.mark.parametrize("answer", [b"HT", b"HTTP/1.1 200 OK\r\nContent-Ty"])
def test_an_http_answer_that_is_cut_in_its_head_is_a_matter_of_the_network(answer: bytes) -> None:
    assert failing(after_request(answer)).kind is ErrorKind.NETWORK


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
