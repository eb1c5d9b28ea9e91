"""A key goes to the server and nowhere else: not into files, logs, traces, outputs or process arguments."""

from pathlib import Path

import pytest
from tests.support import openai_wire as wire
from tests.support.canary import assert_absent, new_canary
from tests.support.program import Program
from tests.support.streaming_server import Reply, Seen, StreamingServer


def replies(seen: Seen) -> Reply:
    """A server that repeats the key in its error, as some do."""
    key = seen.header("authorization") or ""
    if b"fail" in seen.body:
        body = b'{"error":{"message":"Incorrect API key provided: %s"}}' % key.encode()
        return Reply([body], "401 Unauthorized", "application/json", [f"x-request-id: {key[-20:]}"])
    return Reply([wire.answer("well")])


@pytest.mark.parametrize("question", ["hello", "fail"])
def test_the_key_is_nowhere_but_at_the_server(tmp_path: Path, question: str) -> None:
    key = new_canary()
    debugging = {"DESKTOPCHAT_LOG_LEVEL": "DEBUG", "CANARY": key}
    program = Program(tmp_path, debugging)
    trace = tmp_path / "trace.jsonl"
    with StreamingServer(replies) as server:
        add = ("--name", "it", "--kind", "openai", "--base-url", server.url, "--model", "M", "--key-env", "CANARY")
        results = [
            program.run("providers", "add", *add, "--json"),
            program.run("ask", "--provider", "it", "--save", "--json", "--trace", str(trace), question),
            program.run("ask", "--provider", "it", question),
            program.run("providers", "list", "--json"),
            program.run("providers", "test", "it", "--json"),
            program.run("keys", "status", "--json"),
            program.run("doctor", "--json"),
        ]
        assert any(seen.header("authorization") == f"Bearer {key}" for seen in server.seen)
    assert trace.read_text()
    assert (program.data / "logs").exists()
    assert_absent(key, tmp_path, texts=[text for result in results for text in (result.out, result.err)])


def test_a_key_is_not_taken_as_an_argument(tmp_path: Path) -> None:
    result = Program(tmp_path).run("keys", "set", "it", "sk-an-argument")
    assert (result.status, result.out) == (2, b"")


def test_without_a_usable_keyring_a_key_is_refused_and_not_written(tmp_path: Path) -> None:
    key = new_canary()
    program = Program(tmp_path, {"DESKTOPCHAT_LOG_LEVEL": "DEBUG"})
    program.run("providers", "add", "--name", "it", "--kind", "openai", "--base-url", "http://127.0.0.1:9/v1")
    result = program.run("keys", "set", "it", stdin=key.encode())
    assert result.status == 1
    assert "(keyring)" in result.err
    assert program.run("keys", "status", "--json").events == [
        {"name": "it", "key": "none", "backend": "none", "found": None}
    ]
    assert_absent(key, tmp_path, texts=[result.out, result.err])


def test_an_empty_key_is_wrong_usage(tmp_path: Path) -> None:
    assert Program(tmp_path).run("keys", "set", "it", stdin=b" \n").status == 2
