"""Relays as web servers and scripts really run them, over real HTTP."""

import logging
from collections.abc import Iterator

import pytest
from tests.support import relay_breakers as wire
from tests.support.asking import QUICK, Outcome, ask
from tests.support.rawserver import Peer, answering, chunk, head, raw_server, response

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import FinishReason, Message, Role, TextPart, user_message
from desktopchat.domain.request import Limits
from desktopchat.servers.demo import DemoServer, tour

FORMATS = ["", "?format=raw", "?format=bare", "?format=chunked"]
TEXT = "text/plain; charset=utf-8"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    demo = DemoServer(tokens_per_second=50_000)
    demo.start()
    yield demo
    demo.stop()


def asked(server: DemoServer, form: str, model: str = "demo", **how: object) -> Outcome:
    return ask("sse-relay", f"{server.url}/relay/ai/streamChat{form}", model, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", FORMATS)
class TestEveryForm:
    def test_an_answer_arrives_to_the_letter(self, server: DemoServer, form: str) -> None:
        for question in "hello", "show me code", "compare in a table", "你好，介绍一下":
            outcome = asked(server, form, question=question)
            assert outcome.failure is None
            assert outcome.text == tour.answer(question, is_first=True)
            assert outcome.reason is FinishReason.STOP

    def test_thoughts_are_kept_apart(self, server: DemoServer, form: str) -> None:
        outcome = asked(server, form, "demo-reasoning")
        assert (outcome.reasoning, outcome.text) == (tour.text("reasoning", "en"), tour.text("reasoned", "en"))

    @pytest.mark.parametrize(
        ("model", "expected"),
        [
            ("demo-cut", ErrorKind.TRUNCATED),
            ("demo-error-in-200", ErrorKind.OVERLOADED),
            ("demo-stall", ErrorKind.TIMEOUT),
            ("demo-401", ErrorKind.AUTH),
            ("demo-429", ErrorKind.RATE_LIMITED),
            ("demo-500", ErrorKind.OVERLOADED),
            ("demo-html", ErrorKind.PROTOCOL),
            ("demo-empty", ErrorKind.PROTOCOL),
        ],
    )
    def test_a_fault_has_its_kind(self, server: DemoServer, form: str, model: str, expected: ErrorKind) -> None:
        outcome = asked(server, form, model, limits=Limits(first_content_s=5, idle_s=0.4))
        assert outcome.failure is not None
        assert outcome.failure.kind is expected
        if model in ("demo-cut", "demo-error-in-200", "demo-stall"):
            assert len(outcome.text) > 20
            assert tour.text(model.removeprefix("demo-"), "en").startswith(outcome.text)

    def test_a_token_is_checked(self, server: DemoServer, form: str) -> None:
        failure = asked(server, form, key="bad-key").failure
        assert failure is not None
        assert failure.kind is ErrorKind.AUTH


def test_a_conversation_can_be_held_by_post(server: DemoServer) -> None:
    first = user_message("hello")
    talk = (first, Message(Role.ASSISTANT, (TextPart("hi"),)), user_message("and now?"))
    outcome = asked(server, "", messages=talk, params={"method": "POST"})
    assert outcome.text == tour.answer("and now?", is_first=False)


def test_by_get_the_relay_hears_of_nothing_else_than_the_question(server: DemoServer) -> None:
    first = user_message("hello")
    talk = (first, Message(Role.ASSISTANT, (TextPart("hi"),)), user_message("and now?"))
    asked(server, "", "", messages=talk, system_prompt="Be brief.")
    recorded = server.recorder.last()
    assert (recorded.method, recorded.query, recorded.body) == ("GET", "question=and%20now%3F", None)


@pytest.mark.parametrize("model", ["demo", "demo-cut", "demo-401", "demo-html"])
def test_a_question_in_the_address_is_in_no_log_and_no_error(
    server: DemoServer, model: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = asked(server, "", model, question="canary4711")
    assert "canary4711" in server.recorder.last().query
    assert "canary4711" not in caplog.text
    assert "canary4711" not in repr(outcome.failure)


def played(reply: bytes, limits: Limits = QUICK) -> Outcome:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(reply)

    with raw_server(script) as relay:
        return ask("sse-relay", f"{relay.url}/chat.php", limits=limits)


def test_a_text_whose_length_was_told_is_whole() -> None:
    outcome = played(response("你好".encode(), media_type=TEXT))
    assert (outcome.text, outcome.reason) == ("你好", FinishReason.STOP)


def test_a_text_that_ends_with_its_connection_may_be_cut_and_is_told_as_cut() -> None:
    outcome = played(head(headers={"Content-Type": TEXT, "Connection": "close"}) + b"Hello")
    assert outcome.text == "Hello"
    assert outcome.failure is not None
    assert outcome.failure.kind is ErrorKind.TRUNCATED


def test_events_that_end_with_their_connection_are_whole_by_their_own_end() -> None:
    """As `php -S` sends them: no length, no chunks."""
    outcome = played(head(headers={"Content-Type": "text/event-stream", "Connection": "close"}) + wire.UP + wire.END)
    assert (outcome.text, outcome.reason) == ("Hello", FinishReason.STOP)


def test_an_error_behind_a_text_that_ends_with_its_connection_is_told() -> None:
    reply = head(headers={"Content-Type": "text/html"}) + b'Hello\n\ndata: {"error": "cURL error 28"}\n\n'
    outcome = played(reply)
    assert outcome.failure is not None
    assert outcome.failure.kind is ErrorKind.OVERLOADED
    assert "cURL error 28" in outcome.failure.detail


@pytest.mark.parametrize("body", [b"Hello wor", b'{"content": "half', "你".encode()[:2]])
def test_a_text_in_chunks_that_break_off_is_cut(body: bytes) -> None:
    start = head(headers={"Content-Type": TEXT, "Transfer-Encoding": "chunked"})
    outcome = played(start + chunk(body))
    assert outcome.failure is not None
    assert outcome.failure.kind in (ErrorKind.TRUNCATED, ErrorKind.NETWORK)
    assert outcome.reason is None


def test_text_is_content_and_silence_after_it_is_timed() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head(headers={"Content-Type": TEXT, "Transfer-Encoding": "chunked"}) + chunk(b"Hello"))
        peer.wait_for_close()

    limits = Limits(connect_s=5, first_content_s=20, idle_s=0.4)
    with raw_server(script) as relay:
        outcome = ask("sse-relay", f"{relay.url}/chat.php", limits=limits)
    assert outcome.text == "Hello"
    assert outcome.failure is not None
    assert outcome.failure.kind is ErrorKind.TIMEOUT


def test_heartbeats_do_not_keep_a_silent_relay_alive() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head(headers={"Content-Type": "text/event-stream"}) + wire.UP)
        peer.drip(b": heartbeat\n\n", 0.05, forever=True)

    limits = Limits(connect_s=5, first_content_s=5, idle_s=0.4)
    with raw_server(script) as relay:
        failure = ask("sse-relay", f"{relay.url}/ai", limits=limits).failure
    assert failure is not None
    assert failure.kind is ErrorKind.TIMEOUT


def test_an_open_connection_behind_the_end_is_hardly_waited_for() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head(headers={"Content-Type": "text/event-stream"}) + wire.UP + wire.END)
        peer.wait_for_close()

    limits = Limits(connect_s=5, first_content_s=5, idle_s=60, after_end_s=60)
    with raw_server(script) as relay:
        outcome = ask("sse-relay", f"{relay.url}/ai", limits=limits)
    assert outcome.reason is FinishReason.STOP
    assert outcome.seconds < 30


@pytest.mark.parametrize("status", ["405 Method Not Allowed", "414 URI Too Long", "422 Unprocessable Entity"])
def test_a_refused_question_is_told_with_advice_on_the_method(status: str) -> None:
    with raw_server(answering(response(b"<html><title>no</title>", status=status, media_type="text/html"))) as relay:
        failure = ask("sse-relay", f"{relay.url}/ai").failure
    assert failure is not None
    assert failure.kind is ErrorKind.BAD_REQUEST
    assert failure.hint is not None
    assert "POST" in failure.hint.key


def test_an_error_status_is_judged_by_the_relays_own_kind() -> None:
    body = '{"msg":"余额不足","kind":"quota"}'.encode()
    with raw_server(answering(response(body, status="502 Bad Gateway", media_type="application/json"))) as relay:
        failure = ask("sse-relay", f"{relay.url}/ai").failure
    assert failure is not None
    assert (failure.kind, failure.code, failure.status, failure.detail) == (ErrorKind.QUOTA, "quota", 502, "余额不足")


def test_a_text_without_end_is_stopped_at_the_limit() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head(headers={"Content-Type": TEXT}))
        peer.drip(b"x" * 1000, 0.001, forever=True)

    limits = Limits(connect_s=5, first_content_s=5, idle_s=5, max_reply_bytes=50_000)
    with raw_server(script) as relay:
        outcome = ask("sse-relay", f"{relay.url}/ai", limits=limits)
    assert outcome.failure is not None
    assert outcome.failure.kind is ErrorKind.TOO_LARGE
    assert outcome.text == "x" * 50_000
