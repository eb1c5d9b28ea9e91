"""WebSockets over real sockets: the handshake, messages however they are cut, and every way of ending."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
import trustme
from tests.support.certificates import serving
from tests.support.http_asking import after_request, run, says
from tests.support.proxies import socks, tunnel
from tests.support.rawserver import Peer, RawServer, Script, raw_server, response
from tests.support.waiting import until
from tests.support.websocket_wire import (
    BINARY,
    CONTINUATION,
    PING,
    TEXT,
    accepted,
    after_question,
    closing,
    frame,
    read_frame,
)

from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.request import Limits
from desktopchat.domain.text import msg
from desktopchat.transports import sentences
from desktopchat.transports.http import HttpClient, HttpReply
from desktopchat.transports.websocket import WebSocket, connected

SHORT = Limits(connect_s=5, headers_s=5, first_content_s=0.5, idle_s=0.5)
SECRET_ADDRESS = "/chat?authorization=c2lnbmF0dXJlLTQ3MTE"


def refused(reply: HttpReply, body: bytes) -> ChatError:
    return failed(ErrorKind.AUTH, msg("refused"), hint=msg("hint"), detail=body.decode(), status=reply.status)


@asynccontextmanager
async def opened(
    url: str, limits: Limits = SHORT, *, proxy: str = "none", ca_file: str = ""
) -> AsyncIterator[WebSocket]:
    client = HttpClient(proxy=proxy, ca_file=ca_file)
    try:
        async with connected(client, url, limits, refused) as socket:
            yield socket
    finally:
        await client.aclose()


def address(server: RawServer) -> str:
    return server.url.replace("http", "ws", 1) + SECRET_ADDRESS


async def conversation(url: str, limits: Limits = SHORT, **way: str) -> tuple[list[bytes], ChatError]:
    """Every message behind one question, and what the socket says of their end."""
    async with opened(url, limits, **way) as socket:
        await socket.send(b'"question"')
        async with aclosing(socket.messages()) as messages:  # type: ignore[type-var]
            got = [message async for message in messages]
        return got, socket.closed_early(saw_content=bool(got))


def got(then: bytes, limits: Limits = SHORT) -> list[bytes]:
    with raw_server(after_question(then)) as server:
        return run(conversation(address(server), limits))[0]


def failing(script: Script, limits: Limits = SHORT) -> ChatError:
    with raw_server(script) as server, pytest.raises(ChatError) as caught:
        run(conversation(address(server), limits))
    return caught.value


def test_the_handshake_asks_for_a_websocket_and_offers_no_extension() -> None:
    questions: list[object] = []
    with raw_server(after_question(closing(1000), questions=questions)) as server:
        run(conversation(address(server)))
        request = server.requests[0]
    assert request.line == f"GET {SECRET_ADDRESS} HTTP/1.1"
    assert (request.headers["upgrade"], request.headers["connection"]) == ("websocket", "Upgrade")
    assert request.headers["sec-websocket-version"] == "13"
    assert "sec-websocket-extensions" not in request.headers
    assert questions == ["question"]


def test_messages_come_whole_however_their_bytes_are_cut() -> None:
    stream = (
        frame("我😀".encode())
        + frame(b"long" * 100, BINARY)
        + frame(b"\xe6\x88", TEXT, is_last=False)
        + frame(b"", CONTINUATION, is_last=False)
        + frame(b"ping", PING)
        + frame(b"\x91", CONTINUATION)
        + closing(1000)
    )
    whole = ["我😀".encode(), b"long" * 100, "我".encode()]

    def cut(at: int) -> Script:
        def then(peer: Peer) -> None:
            peer.send(stream[:at])
            peer.server.stopping.wait(0.002)
            peer.send(stream[at:])

        return after_question(then)

    async def all_cuts() -> None:
        for at in range(1, len(stream), 1 if len(stream) < 60 else 7):
            with raw_server(cut(at)) as server:
                assert (await conversation(address(server)))[0] == whole

    run(all_cuts())


def test_messages_right_behind_the_handshake_are_not_lost() -> None:
    def script(peer: Peer) -> None:
        peer.send(accepted(peer.read_request()) + frame(b"early") + closing(1000))
        peer.wait_for_close()

    with raw_server(script) as server:
        assert run(conversation(address(server)))[0] == [b"early"]


def test_a_ping_is_answered_and_the_close_echoed() -> None:
    heard: list[tuple[int, bytes]] = []

    def then(peer: Peer) -> None:
        peer.send(frame(b"are you there", PING))
        heard.append(read_frame(peer))
        peer.send(closing(1000))
        heard.append(read_frame(peer))

    with raw_server(after_question(then)) as server:
        run(conversation(address(server)))
    assert heard == [(10, b"are you there"), (8, b"\x03\xe8")]


def test_leaving_early_says_goodbye() -> None:
    heard: list[tuple[int, bytes]] = []

    def then(peer: Peer) -> None:
        peer.send(frame(b"one"))
        heard.append(read_frame(peer))

    async def first(url: str) -> None:
        async with opened(url) as socket:
            await socket.send(b"1")
            async with aclosing(socket.messages()) as messages:  # type: ignore[type-var]
                assert await anext(messages) == b"one"

    with raw_server(after_question(then)) as server:
        run(first(address(server)))
    assert heard == [(8, b"\x03\xe8")]


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 4000])
def test_a_close_is_cut_off_behind_content_and_no_answer_without(code: int) -> None:
    for start, sentence in ((frame(b"x"), sentences.CLOSED_IN_THE_MIDDLE), (b"", sentences.CLOSED_WITHOUT_ANSWER)):
        with raw_server(after_question(start + closing(code, "why"))) as server:
            _, error = run(conversation(address(server)))
        assert says(error, sentence)
        assert error.failure.message.params["reason"] == f"{code} why"


def test_a_connection_that_just_ends_is_lost_or_cut() -> None:
    for start, sentence in ((frame(b"x"), sentences.CUT), (b"", sentences.CONNECTION_LOST)):
        with raw_server(after_question(start)) as server:
            _, error = run(conversation(address(server)))
        assert says(error, sentence)


def test_a_reset_is_an_error_of_the_network() -> None:
    def then(peer: Peer) -> None:
        peer.server.stopping.wait(0.05)
        peer.reset()

    assert failing(after_question(then)).kind is ErrorKind.NETWORK


@pytest.mark.parametrize(
    "wrong",
    [b"\x00\x01x", b"\xf1\x01x", b"\x81\x81abcdx", frame(b"a" * 200, PING), closing(999)],
)
def test_what_breaks_the_rules_is_told(wrong: bytes) -> None:
    assert says(failing(after_question(wrong)), sentences.BROKEN_WEBSOCKET)


@pytest.mark.parametrize(
    "sent",
    [
        frame(b"x" * 1001),
        frame(b"x" * 600, is_last=False) + frame(b"x" * 600, CONTINUATION),
        b"\x81\x7f" + (2**62).to_bytes(8),
    ],
)
def test_a_message_that_is_too_large_is_not_kept(sent: bytes) -> None:
    error = failing(after_question(sent), Limits(first_content_s=5, max_event_bytes=1000))
    assert says(error, sentences.EVENT_TOO_LARGE)


def test_pings_are_no_content() -> None:
    def then(peer: Peer) -> None:
        peer.drip(frame(b"", PING), 0.02, forever=True)

    assert says(failing(after_question(then)), sentences.FIRST_CONTENT_TIMED_OUT)


def test_an_endless_message_in_endless_parts_ends_in_time() -> None:
    def then(peer: Peer) -> None:
        peer.send(frame(b"", TEXT, is_last=False))
        peer.drip(frame(b"", CONTINUATION, is_last=False), 0.02, forever=True)

    assert says(failing(after_question(then)), sentences.FIRST_CONTENT_TIMED_OUT)


def test_a_handshake_that_is_never_answered_is_a_connection_that_cannot_be_made() -> None:
    error = failing(lambda peer: peer.wait_for_close(), Limits(headers_s=0.3, first_content_s=5))
    assert says(error, sentences.CONNECT_TIMED_OUT)


def test_a_refused_handshake_gives_its_status_and_body() -> None:
    error = failing(after_request(response(b"no", status="401 Unauthorized")))
    assert (error.kind, error.failure.status, error.failure.detail) == (ErrorKind.AUTH, 401, "no")


def test_a_page_instead_of_a_websocket_is_told() -> None:
    error = failing(after_request(response(b"<html>", media_type="text/html")))
    assert says(error, sentences.NOT_A_WEBSOCKET)
    assert error.failure.status == 200


@pytest.mark.parametrize("more", ["Sec-WebSocket-Accept: nonsense", "Sec-WebSocket-Extensions: permessage-deflate"])
def test_a_handshake_that_was_not_asked_for_is_refused(more: str) -> None:
    def script(peer: Peer) -> None:
        head = accepted(peer.read_request())
        if "Accept" in more:
            head = head[: head.index(b"Sec-")] + b"\r\n"
        peer.send(head[:-2] + more.encode() + b"\r\n\r\n")
        peer.wait_for_close()

    assert says(failing(script), sentences.NOT_A_WEBSOCKET)


def test_a_redirect_is_not_followed() -> None:
    reply = response(status="307 Temporary Redirect", headers={"Location": "wss://elsewhere.example/?secret=4711"})
    with raw_server(after_request(reply)) as server:
        with pytest.raises(ChatError) as caught:
            run(conversation(address(server)))
        assert server.connections == 1
    assert says(caught.value, sentences.REDIRECTED)
    assert "4711" not in repr(caught.value.failure)


def test_without_encryption_only_this_computer_is_reached() -> None:
    with pytest.raises(ChatError) as caught:
        run(conversation("ws://other.test/chat"))
    assert says(caught.value, sentences.UNENCRYPTED)


def test_stopping_closes_the_socket_at_once() -> None:
    waiting = asyncio.Event()

    async def stop(server: RawServer) -> float:
        loop = asyncio.get_running_loop()

        async def work() -> None:
            async with opened(address(server), Limits()) as socket:
                await socket.send(b"1")
                async with aclosing(socket.messages()) as messages:  # type: ignore[type-var]
                    async for _message in messages:
                        waiting.set()

        task = loop.create_task(work())
        await until(waiting.is_set)
        stopped_at = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await loop.run_in_executor(None, server.client_closed.wait, 5)
        return server.client_closed_at - stopped_at

    def then(peer: Peer) -> None:
        peer.send(frame(b"one"))
        peer.wait_for_close()

    with raw_server(after_question(then)) as server:
        assert run(stop(server)) < 2


def test_no_address_is_logged_and_no_failure_holds_one(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    failures: list[Failure] = []
    for script in (
        after_question(frame(b"x") + closing(1000)),
        after_question(b"\xff\xff"),
        after_request(response(b"no", status="401 Unauthorized")),
        after_request(b"nonsense\r\n\r\n"),
        lambda peer: peer.reset(),
    ):
        with raw_server(script) as server:
            try:
                run(conversation(address(server)))
            except ChatError as error:
                failures.append(error.failure)
    assert len(failures) == 4
    assert "c2lnbmF0dXJl" not in caplog.text + repr(failures)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize("way", ["direct", "http", "socks5"])
def test_tls_goes_directly_and_through_every_proxy_and_trusts_the_ca_file(
    authority: trustme.CA, tmp_path: Path, way: str
) -> None:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    tls = serving(authority, "target.test", "127.0.0.1")
    with raw_server(after_question(frame(b"hello") + closing(1000)), tls=tls) as target:
        if way == "direct":
            found, _ = run(conversation(address(target), ca_file=str(ca_file)))
        else:
            with raw_server((socks if way == "socks5" else tunnel)(target.port)) as proxy:
                url, to = "wss://target.test/chat", f"{way}://127.0.0.1:{proxy.port}"
                found, _ = run(conversation(url, proxy=to, ca_file=str(ca_file)))
                assert proxy.connections == 1
    assert found == [b"hello"]


def test_a_certificate_that_nobody_vouches_for_is_refused(authority: trustme.CA) -> None:
    with raw_server(after_question(frame(b"hello")), tls=serving(authority, "127.0.0.1")) as target:
        with pytest.raises(ChatError) as caught:
            run(conversation(address(target)))
        assert not target.requests
    assert says(caught.value, sentences.CERTIFICATE_OF_UNKNOWN_CA)


def test_loopback_is_never_behind_a_proxy() -> None:
    with raw_server(after_question(frame(b"hello") + closing(1000))) as server:
        assert run(conversation(address(server), proxy="http://127.0.0.1:1"))[0] == [b"hello"]


def test_frames_that_come_fast_come_all() -> None:
    many = b"".join(frame(b"%d" % number) for number in range(5000)) + closing(1000)
    assert got(many) == [b"%d" % number for number in range(5000)]
