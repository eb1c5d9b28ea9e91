"""What the relay sends while an answer comes, how it ends it, and what it does when somebody goes."""

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.relays import BEARER, DONE, Relay, ScriptedUpstream, Step, limits, relay, waited

from desktopchat.domain.errors import ErrorKind, failed
from desktopchat.domain.events import (
    Finished,
    ReasoningDelta,
    ResponseStarted,
    TextDelta,
    TextReplaced,
    ToolCallReady,
    UsageReport,
)
from desktopchat.domain.message import FinishReason, Usage
from desktopchat.domain.text import msg

REFUSED = failed(ErrorKind.QUOTA, msg("Nothing is left."), hint=msg("Pay."), status=402, code="empty", retry_after=2.2)
FULL: tuple[Step, ...] = (
    ResponseStarted("m"),
    ReasoningDelta("Hm."),
    TextDelta("你好 "),
    TextDelta("\u2028\n\nworld 🙂"),
    UsageReport(Usage(3, 4, 1, 2)),
    DONE,
)
TEXT = "你好 \u2028\n\nworld 🙂"
ASKED = {"question": "hi", "model": "mine/m"}
TALK = {"model": "mine/m", "messages": [{"role": "user", "content": "hi"}]}
COMPLETIONS = "/v1/chat/completions"


@contextlib.contextmanager
def playing(*steps: Step, **changes: Any) -> Iterator[Relay]:
    with relay(ScriptedUpstream(steps), limits(**changes)) as found:
        yield found


def chunks(text: str) -> list[Any]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]


# -- the articles' dialect


@pytest.mark.parametrize("way", ["address", "question", "messages"])
def test_an_answer_is_named_events_with_an_empty_end(way: str) -> None:
    with playing(*FULL) as found:
        match way:
            case "address":
                reply = found.ask("/ai/streamChat?question=hi&model=mine/m")
            case "question":
                reply = found.ask("/chat", ASKED)
            case _:
                reply = found.ask("/chat", TALK)
    assert reply.headers["content-type"] == "text/event-stream"
    assert (reply.headers["cache-control"], reply.headers["x-accel-buffering"]) == ("no-cache", "no")
    updates = [json.loads(data)["content"] for name, data in reply.events if name == "update"]
    assert "".join(updates) == TEXT
    assert ("reasoning", '{"content":"Hm."}') in reply.events
    assert ("usage", '{"input_tokens":3,"output_tokens":4}') in reply.events
    assert reply.events[-1] == ("end", "")
    assert reply.text.endswith("event: end\ndata: \n\n")


@pytest.mark.parametrize("steps", [(REFUSED,), (TextDelta("so far"), REFUSED)])
def test_an_error_is_an_event_and_the_end_still_follows(steps: tuple[Step, ...]) -> None:
    with playing(*steps) as found:
        reply = found.ask("/chat", ASKED)
    assert reply.status == 200
    names = [name for name, _ in reply.events]
    assert names[-2:] == ["error", "end"]
    told = json.loads(reply.events[-2][1])
    assert (told["msg"], told["kind"], told["hint"]) == ("Nothing is left.", "quota", "Pay.")
    assert ("update" in names) == (len(steps) == 2)


def test_an_unknown_provider_is_an_error_event() -> None:
    with playing() as found:
        reply = found.ask("/chat", {"question": "hi", "model": "nobody/m"})
    assert json.loads(dict(reply.events)["error"])["kind"] == "not_found"


def test_the_text_alone_comes_in_chunks() -> None:
    with playing(*FULL) as found:
        for reply in (found.ask("/chat?format=chunked", ASKED), found.ask("/ai/streamChat?question=hi&format=chunked")):
            assert (reply.status, reply.text) == (200, TEXT)
            assert reply.headers["content-type"] == "text/plain; charset=utf-8"
            assert reply.headers["transfer-encoding"] == "chunked"


def test_chunked_text_that_fails_before_its_first_word_has_a_status() -> None:
    with playing(ResponseStarted("m"), REFUSED) as found:
        reply = found.ask("/chat?format=chunked", ASKED)
    assert (reply.status, reply.json["kind"], reply.headers["retry-after"]) == (429, "quota", "3")


def test_chunked_text_that_is_cut_has_no_clean_end() -> None:
    with playing(TextDelta("so far"), REFUSED) as found:
        connection = found.begin("/chat?format=chunked", ASKED)
        with contextlib.closing(connection), pytest.raises(http.client.IncompleteRead) as cut:
            connection.getresponse().read()
    assert cut.value.partial == b"so far"


def test_words_that_a_model_takes_back_are_followed_by_all_of_its_answer() -> None:
    with playing(TextDelta("The cat"), TextReplaced("The cat sat"), TextReplaced("A dog"), DONE) as found:
        assert found.ask("/chat?format=chunked", ASKED).text == "The cat sat\nA dog"
        assert found.ask(COMPLETIONS, TALK).json["choices"][0]["message"]["content"] == "A dog"


def test_words_come_at_once() -> None:
    with playing(TextDelta("first"), 30.0, DONE) as found:
        connection = found.begin("/chat", ASKED)
        with contextlib.closing(connection):
            reply = connection.getresponse()
            read = b""
            while b"first" not in read:
                read += reply.read1()
    assert b"event: end" not in read


def test_a_long_silence_is_filled_with_comments() -> None:
    with playing(0.4, TextDelta("a"), 0.4, DONE, heartbeat_s=0.05) as found:
        reply = found.ask("/chat", ASKED)
        whole = found.ask("/v1/chat/completions", {**TALK, "stream": True})
    assert reply.text.count(": heartbeat\n\n") > 3
    assert [name for name, _ in reply.events] == ["update", "end"]
    assert whole.text.count(": heartbeat\n\n") > 3
    assert whole.text.endswith("data: [DONE]\n\n")


def test_a_browser_that_asks_again_by_itself_is_told_to_stop() -> None:
    with playing(*FULL) as found:
        first = found.ask("/ai/streamChat?question=hi")
        number = next(line for line in first.text.splitlines() if line.startswith("id: ")).removeprefix("id: ")
        again = found.ask("/ai/streamChat?question=hi", headers={**BEARER, "Last-Event-ID": number})
        assert (again.status, again.body) == (204, b"")
        assert len(found.upstream.asked) == 1


# -- OpenAI's dialect


def test_a_completion_comes_in_chunks() -> None:
    with playing(*FULL) as found:
        asked = {**TALK, "stream": True, "stream_options": {"include_usage": True}}
        reply = found.ask(COMPLETIONS, asked)
    came = chunks(reply.text)
    deltas = [choice["delta"] for chunk in came for choice in chunk["choices"]]
    assert deltas[0]["role"] == "assistant"
    assert "".join(delta.get("content") or "" for delta in deltas) == TEXT
    assert "".join(delta.get("reasoning_content") or "" for delta in deltas) == "Hm."
    assert came[-2]["choices"][0]["finish_reason"] == "stop"
    assert came[-1]["choices"] == []
    assert came[-1]["usage"]["total_tokens"] == 7
    assert {chunk["model"] for chunk in came} == {"mine/m"}
    assert len({chunk["id"] for chunk in came}) == 1
    assert reply.text.endswith("data: [DONE]\n\n")


def test_tokens_are_counted_for_those_who_want_it() -> None:
    with playing(*FULL) as found:
        reply = found.ask(COMPLETIONS, {**TALK, "stream": True})
    assert all("usage" not in chunk for chunk in chunks(reply.text))


def test_a_completion_comes_whole() -> None:
    with playing(*FULL[:-1], ToolCallReady("c", "f", "{}"), Finished(FinishReason.LENGTH)) as found:
        reply = found.ask(COMPLETIONS, TALK)
    choice = reply.json["choices"][0]
    assert reply.headers["content-type"] == "application/json"
    assert (choice["message"]["content"], choice["finish_reason"]) == (TEXT, "length")
    assert choice["message"]["reasoning_content"] == "Hm."
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}
    assert reply.json["usage"] == {
        "prompt_tokens": 3,
        "completion_tokens": 4,
        "total_tokens": 7,
        "completion_tokens_details": {"reasoning_tokens": 1},
        "prompt_tokens_details": {"cached_tokens": 2},
    }


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (ErrorKind.AUTH, 401, "invalid_api_key"),
        (ErrorKind.PERMISSION, 403, "permission_denied"),
        (ErrorKind.NOT_FOUND, 404, "model_not_found"),
        (ErrorKind.BAD_REQUEST, 400, "invalid_request"),
        (ErrorKind.CONTEXT_LENGTH, 400, "context_length_exceeded"),
        (ErrorKind.RATE_LIMITED, 429, "rate_limit_exceeded"),
        (ErrorKind.QUOTA, 429, "insufficient_quota"),
        (ErrorKind.OVERLOADED, 503, "server_error"),
        (ErrorKind.NETWORK, 502, "network"),
        (ErrorKind.TIMEOUT, 504, "timeout"),
        (ErrorKind.KEYRING, 500, "internal"),
    ],
)
def test_a_failure_before_the_first_word_has_its_status_and_openais_form(
    kind: ErrorKind, status: int, code: str
) -> None:
    with playing(ResponseStarted("m"), failed(kind, msg("No."), hint=msg("Try something else."))) as found:
        for stream in (True, False):
            reply = found.ask(COMPLETIONS, {**TALK, "stream": stream})
            error = reply.json["error"]
            assert (reply.status, error["code"], error["kind"]) == (status, code, kind.value)
            assert error["message"] == "No. Try something else."


def test_a_failure_after_the_first_word_is_an_error_object_and_no_end() -> None:
    with playing(TextDelta("so far"), REFUSED) as found:
        reply = found.ask(COMPLETIONS, {**TALK, "stream": True})
    assert chunks(reply.text)[-1]["error"]["code"] == "insufficient_quota"
    assert "[DONE]" not in reply.text


def test_the_models_are_listed_and_each_can_be_asked_about() -> None:
    with playing() as found:
        listed = found.ask("/v1/models").json
        assert [row["id"] for row in listed["data"]] == ["mine/a", "mine/b"]
        assert listed["object"] == "list"
        assert found.ask("/v1/models/mine/a").json == listed["data"][0]
        assert found.ask("/v1/models/nobody/a").status == 404


@pytest.mark.parametrize(("path", "form"), [("/nothing", "msg"), ("/v1/nothing", "error")])
def test_what_is_not_there_is_said_in_the_form_of_its_place(path: str, form: str) -> None:
    with playing() as found:
        reply = found.ask(path)
        assert reply.status == 404
        assert form in reply.json
        assert found.ask("/chat").status == 405
        assert found.ask(COMPLETIONS).status == 405


# -- who goes


@pytest.mark.parametrize("path", ["/chat", "/chat?format=chunked", COMPLETIONS])
def test_the_upstream_is_let_go_when_the_client_is_gone(path: str) -> None:
    with playing(TextDelta("first"), 60.0, DONE) as found:
        connection = found.begin(path, {**TALK, "stream": True})
        connection.getresponse().read1()
        waited(lambda: found.upstream.running == 1)
        connection.close()
        connection.sock = None
        waited(lambda: found.upstream.running == 0)


def test_the_upstream_is_let_go_when_the_client_goes_before_the_first_word() -> None:
    with playing(60.0, DONE) as found:
        connection = found.begin(COMPLETIONS, TALK)
        waited(lambda: found.upstream.running == 1)
        connection.close()
        waited(lambda: found.upstream.running == 0)


def test_a_client_that_reads_nothing_holds_the_upstream_back() -> None:
    piece = TextDelta("x" * 20_000)
    with playing(*[piece] * 3000, DONE) as found, socket.create_connection(found.address) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        body = json.dumps(ASKED).encode()
        head = f"POST /chat HTTP/1.1\r\nHost: {found.host}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        slow.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        waited(lambda: found.upstream.running == 1)
        other = found.ask("/v1/models")
        assert other.status == 200
        assert found.upstream.running == 1, "all 60 MB were taken for a client that reads nothing"


def test_a_relay_that_is_switched_off_says_so_in_its_answers() -> None:
    with playing(TextDelta("first"), 60.0, DONE) as found:
        begun = [found.begin(path, {**TALK, "stream": True}) for path in ("/chat", COMPLETIONS)]
        waiting = found.begin(COMPLETIONS, TALK)
        replies = [connection.getresponse() for connection in begun]
        waited(lambda: found.upstream.running == 3)
        began = time.monotonic()
        found.loop.run(found.server.stop())
        assert time.monotonic() - began < 10
        said = [reply.read().decode() for reply in replies]
        assert "switched off" in said[0]
        assert said[0].endswith("event: end\ndata: \n\n")
        assert "switched off" in said[1]
        assert waiting.getresponse().status == 503
        assert found.upstream.running == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(found.address, 5)
        for connection in (*begun, waiting):
            connection.close()


def test_a_fault_of_our_own_is_said_without_its_details(caplog: pytest.LogCaptureFixture) -> None:
    with playing("nonsense") as found:  # type: ignore[arg-type]
        found.upstream.steps = (_Broken(),)
        reply = found.ask(COMPLETIONS, TALK)
    assert (reply.status, reply.json["error"]["kind"]) == (500, "internal")
    assert "ZeroDivisionError" not in reply.text
    assert "could not be passed on" in caplog.text


class _Broken(float):
    def __le__(self, _other: object) -> bool:
        raise ZeroDivisionError


# -- limits


def test_a_body_may_have_a_size_and_no_more() -> None:
    with playing(DONE, body_bytes=1000) as found:
        question = {"question": "x" * 2000}
        for path in ("/chat", COMPLETIONS, "/login"):
            reply = found.ask(path, question)
            assert reply.status == 413
        assert found.upstream.asked == []


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    with playing(DONE, body_s=0.2) as found:
        connection = http.client.HTTPConnection(found.host, timeout=20)
        connection.putrequest("POST", "/chat")
        for name, value in {**BEARER, "Content-Length": "100"}.items():
            connection.putheader(name, value)
        connection.endheaders(b'{"question"')
        assert connection.getresponse().status == 408
        connection.close()


def test_so_many_answers_at_once_and_no_more() -> None:
    with playing(TextDelta("first"), 60.0, questions_at_once=2) as found:
        open_ones = [found.begin("/chat", ASKED) for _ in range(2)]
        waited(lambda: found.upstream.running == 2)
        refused = [found.ask(path, TALK) for path in ("/chat", "/chat?format=chunked", COMPLETIONS)]
        assert [reply.status for reply in refused] == [429, 429, 429]
        assert {reply.headers["retry-after"] for reply in refused} == {"1"}
        open_ones[0].close()
        waited(lambda: found.upstream.running == 1)
        again = found.begin("/chat", ASKED)
        waited(lambda: found.upstream.running == 2)
        for connection in (open_ones[1], again):
            connection.close()


def test_so_many_questions_in_a_row_and_no_more() -> None:
    with playing(DONE, questions_in_a_burst=3, questions_per_second=0.01) as found:
        statuses = [found.ask(path, TALK).status for path in ("/chat", COMPLETIONS, "/chat", COMPLETIONS, "/chat")]
        assert statuses == [200, 200, 200, 429, 429]
        assert found.ask("/v1/models").status == 200


@pytest.mark.parametrize("steps", [(), (ResponseStarted("m"),)])
def test_an_empty_answer_is_one(steps: tuple[Step, ...]) -> None:
    with playing(*steps, DONE) as found:
        assert found.ask("/chat", ASKED).events == [("end", "")]
        assert found.ask("/chat?format=chunked", ASKED).body == b""
        assert found.ask(COMPLETIONS, TALK).json["choices"][0]["message"]["content"] == ""
