"""Every way of writing an answer that breaks naive clients, over real HTTP, in pieces of one byte, seven, and whole."""

import pytest
from tests.support import breakers, dialect_breakers
from tests.support.asking import Outcome, ask, ask_often
from tests.support.breakers import Breaker, Refusal
from tests.support.rawserver import Peer, answering, chunk, head, raw_server, response

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import FinishReason
from desktopchat.domain.request import Limits

LIMITS = Limits(connect_s=5, first_content_s=5, idle_s=5, after_end_s=0.3)


def pieces(breaker: Breaker) -> list[int]:
    """Sizes in which the body is sent; small bodies byte by byte, too."""
    whole = max(len(breaker.body), 1)
    return [whole, 7, 1] if whole < 20_000 else [whole, 4096]


def wire(breaker: Breaker, size: int) -> bytes:
    """The answer as it goes over the connection, in HTTP chunks of `size` bytes."""
    headers = {"Transfer-Encoding": "chunked", **breaker.headers}
    if breaker.media_type:
        headers["Content-Type"] = breaker.media_type
    body = breaker.body
    chunks = (chunk(body[at : at + size]) for at in range(0, len(body), size))
    return head(headers=headers) + b"".join(chunks) + chunk(b"")


def play(breaker: Breaker) -> list[Outcome]:
    """Asks a server that answers with the scenario's body once for each size of its pieces."""
    waiting = [wire(breaker, size) for size in pieces(breaker)]

    def script(peer: Peer) -> None:
        while waiting:
            peer.read_request()
            peer.send(waiting.pop(0))

    with raw_server(script) as server:
        return ask_often(len(waiting), breaker.kind, f"{server.url}{breaker.path}", breaker.model, limits=LIMITS)


def check(breaker: Breaker, outcome: Outcome) -> None:
    assert outcome.text == breaker.text
    assert outcome.reasoning == breaker.reasoning
    assert (outcome.failure.kind if outcome.failure else None) == breaker.error
    assert outcome.reason == breaker.reason
    assert tuple((call.id, call.name, call.arguments) for call in outcome.calls) == breaker.calls
    if breaker.usage is not None:
        assert outcome.usage is not None
        assert (outcome.usage.input_tokens, outcome.usage.output_tokens) == breaker.usage
    if breaker.code is not None:
        assert outcome.failure is not None
        assert outcome.failure.code == breaker.code


@pytest.mark.parametrize("breaker", [*breakers.ALL, *dialect_breakers.ALL], ids=lambda breaker: breaker.name)
def test_a_breaker_means_what_it_means_however_it_is_cut(breaker: Breaker) -> None:
    for outcome in play(breaker):
        check(breaker, outcome)


def test_an_open_connection_behind_the_finish_reason_is_not_waited_for() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head(headers={"Content-Type": "text/event-stream"}) + breakers.HI + breakers.STOP)
        peer.drip(b": still here\n\n", 0.05, forever=True)

    with raw_server(script) as server:
        outcome = ask("openai", f"{server.url}/v1", limits=LIMITS)
    assert outcome.reason is FinishReason.STOP
    assert outcome.seconds < 2


def test_an_open_connection_behind_done_is_hardly_waited_for() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head(headers={"Content-Type": "text/event-stream"}) + breakers.HI + breakers.DONE)
        peer.wait_for_close()

    limits = Limits(connect_s=5, first_content_s=5, idle_s=5, after_end_s=4)
    with raw_server(script) as server:
        outcome = ask("openai", f"{server.url}/v1", limits=limits)
    assert outcome.reason is FinishReason.STOP
    assert outcome.seconds < 2


def test_a_finish_reason_on_every_slow_piece_does_not_end_the_answer_early() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head(headers={"Content-Type": "text/event-stream"}))
        for _ in range(6):
            peer.send(breakers.delta({"content": "x"}, "stop"))
            peer.server.stopping.wait(0.2)

    with raw_server(script) as server:
        outcome = ask("openai", f"{server.url}/v1", limits=LIMITS)
    assert outcome.text == "xxxxxx"
    assert outcome.reason is FinishReason.STOP


def test_a_connection_reset_in_the_middle_is_a_cut_answer() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head(headers={"Content-Type": "text/event-stream"}) + breakers.HI)
        peer.server.stopping.wait(0.3)
        peer.reset()

    with raw_server(script) as server:
        outcome = ask("openai", f"{server.url}/v1", limits=LIMITS)
    assert outcome.text == "Hello"
    assert outcome.failure is not None
    assert outcome.failure.kind is ErrorKind.TRUNCATED


def test_a_connection_reset_behind_the_end_is_no_fault() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        start = head(headers={"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
        peer.send(start + chunk(breakers.HI) + chunk(breakers.STOP))
        peer.server.stopping.wait(0.1)
        peer.reset()

    with raw_server(script) as server:
        outcome = ask("openai", f"{server.url}/v1", limits=LIMITS)
    assert outcome.failure is None
    assert outcome.reason is FinishReason.STOP


def test_heartbeats_do_not_keep_a_silent_answer_alive() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head(headers={"Content-Type": "text/event-stream"}) + breakers.HI)
        peer.drip(b": keep-alive\n\n", 0.05, forever=True)

    limits = Limits(connect_s=5, first_content_s=5, idle_s=0.4)
    with raw_server(script) as server:
        outcome = ask("openai", f"{server.url}/v1", limits=limits)
    assert outcome.text == "Hello"
    assert outcome.failure is not None
    assert outcome.failure.kind is ErrorKind.TIMEOUT
    assert outcome.seconds < 3


def test_a_server_that_dislikes_stream_options_is_asked_once_more_without_them() -> None:
    refusal = b'{"error":{"message":"Unknown field: stream_options","type":"invalid_request_error"}}'

    def script(peer: Peer) -> None:
        while True:
            request = peer.read_request()
            if b"stream_options" in request.body:
                peer.send(response(refusal, status="400 Bad Request", media_type="application/json"))
            else:
                peer.send(response(breakers.HI + breakers.STOP))

    with raw_server(script) as server:
        outcome = ask("openai", f"{server.url}/v1", limits=LIMITS)
        assert len(server.requests) == 2
    assert outcome.failure is None
    assert outcome.text == "Hello"


@pytest.mark.parametrize("refusal", breakers.REFUSALS, ids=lambda refusal: refusal.name)
def test_a_refusal_is_understood_in_every_form(refusal: Refusal) -> None:
    reply = response(
        refusal.body, status=refusal.status, media_type="application/json", headers={"X-Request-Id": "r-1"}
    )
    with raw_server(answering(reply)) as server:
        failure = ask("openai", f"{server.url}/v1", limits=LIMITS).failure
    assert failure is not None
    assert failure.kind is refusal.kind
    assert failure.code == refusal.code
    assert failure.status == int(refusal.status[:3])
    assert failure.request_id == "r-1"


def test_a_redirect_is_not_followed() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(response(status="307 Temporary Redirect", headers={"Location": "https://elsewhere.example/v1"}))

    with raw_server(script) as server:
        failure = ask("openai", f"{server.url}/v1", key="sk-secret", limits=LIMITS).failure
        assert len(server.requests) == 1
    assert failure is not None
    assert failure.kind is ErrorKind.PROTOCOL


def test_azure_gets_its_query_string() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(response(breakers.HI + breakers.STOP))

    with raw_server(script) as server:
        ask("openai", f"{server.url}/openai/deployments/d/chat/completions?api-version=2024-10-21", limits=LIMITS)
        line = server.requests[0].line
    assert line == "POST /openai/deployments/d/chat/completions?api-version=2024-10-21 HTTP/1.1"
