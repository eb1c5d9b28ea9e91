"""`serve` as a process: what it prints, who can use it, how it ends, and what it never writes down."""

import http.client
import json
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from tests.support.canary import assert_absent, new_canary, process_texts
from tests.support.keyring_session import keyring_session
from tests.support.program import Program, Result

from desktopchat.servers.demo import DemoServer

TOKEN = "a-token-of-the-tests"


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    server = DemoServer(tokens_per_second=5000)
    server.start()
    yield server
    server.stop()


def ask(url: str, path: str, body: object = None, token: str = TOKEN) -> tuple[int, str]:
    with closing(begin(url, path, body, token)) as connection:
        reply = connection.getresponse()
        return reply.status, reply.read().decode()


def begin(url: str, path: str, body: object = None, token: str = TOKEN) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    data = None if body is None else json.dumps(body)
    connection.request("GET" if body is None else "POST", path, data, {"Authorization": f"Bearer {token}"})
    return connection


def add(program: Program, name: str, kind: str, url: str, *more: str) -> None:
    done = program.run("providers", "add", "--name", name, "--kind", kind, "--base-url", url, *more)
    assert done.status == 0, done.err


def test_it_says_where_it_listens_and_serves_what_is_configured(tmp_path: Path, demo: DemoServer) -> None:
    program = Program(tmp_path, {"TOKEN": TOKEN})
    add(program, "mine", "ollama", f"{demo.url}/ollama", "--model", "demo-reasoning")
    with program.start("serve", "--port", "0", "--token-env", "TOKEN") as running:
        first = running.event()
        assert list(first) == ["type", "url"]
        assert first["type"] == "listening"
        assert urlsplit(first["url"]).hostname == "127.0.0.1"
        status, answer = ask(first["url"], "/ai/streamChat?question=hi")
        assert (status, answer.endswith("event: end\ndata: \n\n")) == (200, True)
        add(program, "later", "openai", f"{demo.url}/v1", "--model", "demo")
        listed = json.loads(ask(first["url"], "/v1/models")[1])["data"]
        assert {"mine/demo-reasoning", "later/demo", "demo/demo"} <= {row["id"] for row in listed}
        assert ask(first["url"], "/v1/models", token="another")[0] == 401
        running.signal(signal.SIGTERM)
        ended = running.end()
    assert (ended.status, ended.out) == (143, b"")


@pytest.mark.parametrize(("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_with_a_word_to_those_who_wait(
    tmp_path: Path, demo: DemoServer, signum: signal.Signals, status: int
) -> None:
    program = Program(tmp_path, {"TOKEN": TOKEN})
    add(program, "mine", "openai", f"{demo.url}/v1", "--model", "demo-slow")
    with program.start("serve", "--port", "0", "--token-env", "TOKEN") as running:
        url = running.event()["url"]
        with closing(begin(url, "/ai/streamChat?question=hi")) as connection:
            reply = connection.getresponse()
            assert reply.read1()
            running.signal(signum)
            rest = reply.read().decode()
        assert running.end().status == status
    assert rest.endswith("event: end\ndata: \n\n")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(url).hostname or "", urlsplit(url).port or 0), 5)


def failing(program: Program, *arguments: str) -> Result:
    done = program.run("serve", *arguments)
    assert (done.status, done.out) == (1, b"")
    return done


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = failing(Program(tmp_path, {"TOKEN": TOKEN}), "--port", port, "--token-env", "TOKEN")
    assert port in done.err
    assert "(network)" in done.err


def test_a_token_that_is_not_there_is_said_and_nothing_listens(tmp_path: Path) -> None:
    assert "(auth)" in failing(Program(tmp_path), "--port", "0", "--token-env", "NOT_SET").err


def test_without_a_keyring_and_a_terminal_nobody_could_learn_the_token(tmp_path: Path) -> None:
    done = failing(Program(tmp_path), "--port", "0")
    assert "(keyring)" in done.err
    assert "--token-env" in done.err


@pytest.mark.parametrize("arguments", [("--port", "70000"), ("--port", "x"), ("--token-env",), ("now",)])
def test_nonsense_is_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert Program(tmp_path).run("serve", *arguments).status == 2


@pytest.mark.skipif(sys.platform != "linux", reason="gnome-keyring is Linux's")
def test_the_token_of_the_keyring_stays_and_is_shown_to_who_asks(tmp_path: Path) -> None:
    with keyring_session(tmp_path / "s") as session:
        chosen = {"PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring", "DESKTOPCHAT_LOG_LEVEL": "DEBUG"}
        program = Program(tmp_path / "ours", {**session.environment, **chosen})
        with program.start("serve", "--port", "0") as running:
            url = running.event()["url"]
            token = program.run("serve", "--show-token").text.strip()
            assert ask(url, "/v1/models", token=token)[0] == 200
            seen_from_outside = process_texts(running.process.pid)
            running.signal(signal.SIGTERM)
            ended = running.end()
        assert program.run("serve", "--show-token").text.strip() == token
    assert len(token) > 40
    assert "--show-token" in ended.err
    assert_absent(token, tmp_path / "ours", texts=[ended.err, *seen_from_outside])


def everything_asked(url: str, question: str, token: str) -> list[Any]:
    """Every way of asking, for providers that get questions in a body and in an address, and some mistakes."""
    talk = [{"role": "user", "content": question}]
    return [
        ask(url, path, body, token)
        for model in ("mine/demo-reasoning", "old/demo-reasoning", "mine/demo-401", "mine/demo-cut", "nobody/x")
        for path, body in (
            (f"/ai/streamChat?question={quote(question)}&model={quote(model)}", None),
            ("/chat", {"question": question, "model": model}),
            ("/v1/chat/completions", {"messages": talk, "model": model}),
            ("/v1/chat/completions", {"messages": talk, "model": model, "stream": True}),
            (f"/{quote(question)}", None),
            (f"/login?token={quote(token)}", {"token": token}),
        )
    ]


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_keys_tokens_and_questions_are_in_no_log(tmp_path: Path, demo: DemoServer, level: str) -> None:
    key, token, question = new_canary(), new_canary(), f"What about {new_canary()}?"
    program = Program(tmp_path, {"DESKTOPCHAT_LOG_LEVEL": level, "TOKEN": token, "KEY": key})
    add(program, "mine", "openai", f"{demo.url}/v1", "--key-env", "KEY")
    add(program, "old", "sse-relay", f"{demo.url}/relay/ai/streamChat", "--key-env", "KEY")
    with program.start("serve", "--port", "0", "--token-env", "TOKEN") as running:
        url = running.event()["url"]
        replies = everything_asked(url, question, token)
        wrong = ask(url, "/v1/models", token=f"{token}x")
        running.signal(signal.SIGTERM)
        ended = running.end()
    assert [status for status, _ in replies[:4]] == [200] * 4
    assert wrong[0] == 401
    log = (program.data / "logs" / "desktopchat.log").read_text()
    assert "POST /chat 200" in log
    assert "GET … 404" in log
    said = [ended.out, ended.err, *(text for _, text in replies)]
    for secret in (key, token):
        assert_absent(secret, tmp_path, texts=said)
    assert_absent(question, tmp_path, texts=[ended.out, ended.err])
