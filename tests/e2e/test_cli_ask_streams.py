"""`ask` against servers that send the same answer in every lawful shape, and against those that fail."""

import json
import threading
from pathlib import Path

import pytest
from tests.support import openai_wire as wire
from tests.support.program import Program, Result
from tests.support.streaming_server import Reply, Step, StreamingServer

TEXTS = ("Grüße, ", "术语表 🙂", " one\u2028two\u2029three\x85four", "\n\nlast line")
ANSWER = "".join(TEXTS)
WHOLE = wire.answer(*TEXTS)

SHAPES: dict[str, list[Step]] = {
    "in one piece": [WHOLE],
    "split at every byte": [WHOLE[at : at + 1] for at in range(len(WHOLE))],
    "split at every byte, slowly": [
        step for at in range(len(WHOLE)) for step in (WHOLE[at : at + 1], 0.0 if at % 8 else 0.002)
    ],
    "with CRLF": [WHOLE.replace(b"\n", b"\r\n")],
    "with CRLF, split between CR and LF": [
        part for line in WHOLE.split(b"\n")[:-1] for part in (line + b"\r", 0.001, b"\n")
    ],
    "with CR": [WHOLE.replace(b"\n", b"\r")],
    "with a byte order mark": [b"\xef\xbb", b"\xbf", WHOLE],
    "with comments": [b": hello\n\n", WHOLE.replace(b"data: ", b": ping\n:\ndata: ")],
    "without a space after the colon": [WHOLE.replace(b"data: ", b"data:")],
    "with event, id and retry fields": [WHOLE.replace(b"data: ", b"event: message\nid: 7\nretry: 10\ndata: ")],
}


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path, {"K": "sk-test"})


def ask(program: Program, server: StreamingServer, *more: str) -> Result:
    address = ("--kind", "openai", "--base-url", server.url, "--key-env", "K", "--model", "M")
    return program.run("ask", *address, "--json", *more, "hi")


@pytest.mark.parametrize("steps", SHAPES.values(), ids=SHAPES.keys())
def test_the_answer_is_the_same_in_every_shape(program: Program, steps: list[Step]) -> None:
    with StreamingServer(Reply(steps)) as server:
        result = ask(program, server)
    assert result.answer == ANSWER
    assert result.last == {"type": "finished", "reason": "stop"}
    assert result.status == 0


def test_events_come_in_the_order_of_the_contract(program: Program) -> None:
    stream = wire.thought("hm ") + wire.thought("well") + wire.answer("yes")
    with StreamingServer(Reply([stream])) as server:
        result = ask(program, server)
    assert [event["type"] for event in result.events] == [
        "started",
        "reasoning",
        "reasoning",
        "text",
        "usage",
        "finished",
    ]
    assert result.events[0] == {"type": "started", "provider": "openai", "model": "M"}
    assert result.events[-2] == {"type": "usage", "input_tokens": 3, "output_tokens": 4}
    assert result.out.isascii()
    assert result.err == ""


def test_plain_output_is_the_exact_answer_and_nothing_else(program: Program) -> None:
    with StreamingServer(Reply([wire.thought("secret thoughts"), WHOLE])) as server:
        result = program.run("ask", "--kind", "openai", "--base-url", server.url, "--model", "M", "hi")
    assert (result.out, result.err, result.status) == (ANSWER.encode(), "", 0)


def test_tokens_appear_as_they_arrive(program: Program) -> None:
    """The server sends the next one only when the last one was heard."""
    heard = {text: threading.Event() for text in "abcd"}
    steps = [step for text in heard for step in (wire.piece(text), heard[text])]
    with (
        StreamingServer(Reply([*steps, wire.piece("", "stop") + wire.DONE])) as server,
        program.start("ask", "--kind", "openai", "--base-url", server.url, "--model", "M", "--json", "hi") as running,
    ):
        sent_when_heard = []
        for _, event in running.events():
            if event["type"] == "text":
                sent_when_heard.append((event["text"], len(server.sent_at)))
                heard[event["text"]].set()
    assert sent_when_heard == [("a", 1), ("b", 2), ("c", 3), ("d", 4)]


def test_a_cut_stream_is_truncated_and_its_text_is_kept(program: Program) -> None:
    with StreamingServer(Reply([wire.piece("half an ")], finish=False)) as server:
        result = ask(program, server)
    assert (result.answer, result.last["type"], result.last["kind"], result.status) == (
        "half an ",
        "error",
        "truncated",
        1,
    )


def test_a_clean_end_of_the_body_without_an_end_signal_is_truncated(program: Program) -> None:
    with StreamingServer(Reply([wire.piece("half an ")])) as server:
        plain = program.run("ask", "--kind", "openai", "--base-url", server.url, "--model", "M", "hi")
    assert (plain.out, plain.status) == (b"half an ", 1)
    assert "truncated" in plain.err


FAILURES = {
    "auth": Reply(
        [b'{"error":{"message":"bad key","code":"invalid_api_key"}}'], "401 Unauthorized", "application/json"
    ),
    "permission": Reply([b'{"error":{"message":"not yours"}}'], "403 Forbidden", "application/json"),
    "not_found": Reply([b'{"error":{"message":"no such model"}}'], "404 Not Found", "application/json"),
    "rate_limited": Reply(
        [b'{"error":{"message":"slow down"}}'], "429 Too Many Requests", "application/json", ["Retry-After: 7"]
    ),
    "overloaded": Reply([b"oops"], "500 Internal Server Error", "text/plain", ["x-request-id: req-1"]),
    "protocol": Reply([b"<html><body>Log in</body></html>"], media_type="text/html"),
}


@pytest.mark.parametrize(("kind", "reply"), FAILURES.items(), ids=FAILURES.keys())
def test_a_failing_server_has_the_kind_of_the_contract(program: Program, kind: str, reply: Reply) -> None:
    with StreamingServer(reply) as server:
        result = ask(program, server)
    error = result.last
    assert (error["type"], error["kind"], result.status) == ("error", kind, 1)
    assert {"message", "hint", "status", "code", "retry_after", "request_id"} <= error.keys()
    assert error["status"] == int(reply.status.split()[0]) or kind == "protocol"
    assert error["retry_after"] == (7 if kind == "rate_limited" else None)
    assert error["request_id"] == ("req-1" if kind == "overloaded" else None)


def test_an_empty_stream_is_a_protocol_error(program: Program) -> None:
    with StreamingServer(Reply([])) as server:
        result = ask(program, server)
    assert (result.last["kind"], result.status) == ("protocol", 1)


def test_an_error_object_inside_the_stream_wins_over_its_end(program: Program) -> None:
    stream = wire.piece("so far ") + wire.event(error={"message": "overloaded", "code": None}) + wire.DONE
    with StreamingServer(Reply([stream])) as server:
        result = ask(program, server)
    assert (result.answer, result.last["type"], result.last["kind"]) == ("so far ", "error", "overloaded")


def test_a_refused_connection_is_a_network_error(program: Program) -> None:
    result = program.run("ask", "--kind", "openai", "--base-url", "http://127.0.0.1:9/v1", "--model", "M", "hi")
    assert (result.out, result.status) == (b"", 1)
    assert "network" in result.err


def test_silence_is_a_timeout_and_comments_do_not_break_it(program: Program) -> None:
    steps: list[Step] = [wire.piece("so far"), *(step for _ in range(60) for step in (b": ping\n\n", 0.1))]
    with StreamingServer(Reply(steps)) as server:
        result = ask(program, server, "--idle-timeout", "0.5")
    assert (result.answer, result.last["kind"], result.status) == ("so far", "timeout", 1)


def test_a_reply_past_the_limit_is_too_large(program: Program) -> None:
    with StreamingServer(Reply([wire.piece("x" * 2000) for _ in range(10)] + [wire.DONE])) as server:
        result = ask(program, server, "--max-reply-bytes", "5000")
    assert (result.last["kind"], result.status) == ("too_large", 1)


def test_a_busy_server_is_asked_again_before_anything_was_shown(program: Program) -> None:
    replies = [
        Reply([b"{}"], "429 Too Many Requests", "application/json", ["Retry-After: 0.1"]),
        Reply([wire.answer("at last")]),
    ]
    with StreamingServer(lambda _seen: replies.pop(0)) as server:
        result = ask(program, server, "--retries", "1")
    assert [event["type"] for event in result.events] == ["started", "retry", "text", "usage", "finished"]
    assert result.events[1]["kind"] == "rate_limited"
    assert result.events[1]["in"] == pytest.approx(0.1, abs=0.05)


def test_nothing_is_asked_again_once_text_was_shown(program: Program) -> None:
    with StreamingServer(Reply([wire.piece("half")], finish=False)) as server:
        result = ask(program, server, "--retries", "3")
    assert len(server.seen) == 1
    assert result.last["kind"] == "truncated"


def test_the_request_carries_what_the_command_line_says(program: Program) -> None:
    with StreamingServer(Reply([wire.answer("ok")])) as server:
        ask(
            program,
            server,
            "--system",
            "Be brief.",
            "--param",
            "temperature=0.5",
            "--param",
            "stop=END",
            "--param",
            'x={"a":1}',
        )
    body = json.loads(server.seen[0].body)
    assert body["model"] == "M"
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    assert (body["temperature"], body["stop"], body["x"]) == (0.5, "END", {"a": 1})
    assert server.seen[0].header("authorization") == "Bearer sk-test"


def test_a_call_without_a_key_variable_sends_no_credentials(program: Program) -> None:
    with StreamingServer(Reply([wire.answer("ok")])) as server:
        program.run("ask", "--kind", "openai", "--base-url", server.url, "--model", "M", "hi")
    assert server.seen[0].header("authorization") is None


def test_a_key_variable_that_is_not_set_is_auth_and_nothing_is_sent(program: Program) -> None:
    with StreamingServer(Reply([wire.answer("ok")])) as server:
        result = program.run(
            "ask", "--kind", "openai", "--base-url", server.url, "--key-env", "NOT_SET", "--model", "M", "--json", "hi"
        )
    assert (result.last["kind"], result.status, server.seen) == ("auth", 1, [])


def test_a_pasted_bearer_is_taken_off_the_key_and_said(program: Program) -> None:
    with StreamingServer(Reply([wire.answer("ok")])) as server:
        address = ("--kind", "openai", "--base-url", server.url, "--key-env", "K", "--model", "M")
        result = program.run("ask", *address, "hi", environment={"K": "  Bearer sk-test "})
    assert server.seen[0].header("authorization") == "Bearer sk-test"
    assert "Bearer" in result.err
    assert "sk-test" not in result.err
