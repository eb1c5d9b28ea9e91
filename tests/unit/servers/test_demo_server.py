import http.client
import json
import logging
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.servers.demo import DemoServer, script, tour
from desktopchat.servers.demo.performance import split_in_characters
from desktopchat.servers.demo.script import Fault, Turn, script_for


@pytest.fixture
def server() -> Iterator[DemoServer]:
    demo = DemoServer(tokens_per_second=5000)
    demo.start()
    yield demo
    demo.stop()


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


def begin(url: str, body: object, path: str = "/v1/chat/completions") -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    return connection


def post(url: str, body: object, path: str = "/v1/chat/completions") -> Reply:
    with closing(begin(url, body, path)) as connection:
        reply = connection.getresponse()
        return Reply(reply.status, dict(reply.headers), reply.read())


def question(model: str, text: str = "hello", **more: object) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


def test_it_listens_on_this_computer_only(server: DemoServer) -> None:
    assert urlsplit(server.url).hostname == "127.0.0.1"


def test_it_stops_in_the_middle_of_answers(server: DemoServer, caplog: pytest.LogCaptureFixture) -> None:
    models = ("demo-slow", "demo-stall", "demo-never-closes")
    connections = [begin(server.url, question(model, stream=True)) for model in models]
    replies = [connection.getresponse() for connection in connections]
    for reply in replies:
        assert reply.read(1) == b"d"
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 20  # a tenth of a second where nothing is waited for
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(server.url).hostname, urlsplit(server.url).port), 1)
    for reply in replies:
        reply.close()
    for connection in connections:
        connection.close()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_stopping_twice_does_nothing(server: DemoServer) -> None:
    server.stop()
    server.stop()
    assert not server.recorder.all()


def test_a_port_in_use_is_an_error_with_advice(server: DemoServer) -> None:
    with pytest.raises(ChatError) as caught:
        DemoServer(port=urlsplit(server.url).port or 0).start()
    assert caught.value.kind is ErrorKind.NETWORK


def test_usage_comes_only_when_it_is_asked_for(server: DemoServer) -> None:
    without = post(server.url, question("demo-reasoning", stream=True)).body
    asked = post(server.url, question("demo-reasoning", stream=True, stream_options={"include_usage": True})).body
    assert b'"usage"' not in without
    assert asked.count(b'"prompt_tokens"') == 1
    assert b'"choices":[],"usage":{' in asked
    assert asked.endswith(b"data: [DONE]\n\n")


def test_a_body_that_is_no_question_is_a_bad_request(server: DemoServer) -> None:
    bodies: list[object] = [None, [], {}, {"messages": []}, {"messages": "x"}]
    for body in bodies:
        reply = post(server.url, body)
        assert reply.status == 400
        assert reply.json["error"]["type"] == "invalid_request_error"


def test_an_unknown_path_is_answered_in_json(server: DemoServer) -> None:
    reply = post(server.url, {}, "/nowhere")
    assert reply.status == 404
    assert "nothing" in reply.json["error"]["message"]


def test_dashscope_puts_the_request_id_into_its_errors(server: DemoServer) -> None:
    reply = post(server.url, question("demo-429"), "/compatible-mode/v1/chat/completions")
    assert reply.json["request_id"] == reply.headers["x-request-id"]
    assert reply.json["error"]["code"] == "limit_requests"


def test_the_pace_can_be_asked_for() -> None:
    demo = DemoServer(tokens_per_second=1)
    demo.start()
    begun = time.monotonic()
    text = post(demo.url, question("demo", stream=True), "/v1/chat/completions?tokens_per_second=50000").body
    demo.stop()
    assert text.endswith(b"[DONE]\n\n")
    assert time.monotonic() - begun < 20


def test_a_request_is_recorded_without_its_key(server: DemoServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    headers = {"Authorization": "Bearer sk-secret", "X-Api-Key": "sk-secret", "Cookie": "sk-secret"}
    connection.request("GET", "/v1/models", headers=headers)
    connection.getresponse().read()
    connection.close()
    recorded = server.recorder.last()
    assert recorded.path == "/v1/models"
    assert recorded.had_key
    assert "sk-secret" not in repr(recorded)


@pytest.mark.parametrize("language", [tour.ENGLISH, tour.CHINESE])
def test_the_tour_says_that_no_model_is_behind_it(language: str) -> None:
    saying = {"en": "No model is behind", "zh": "没有任何模型"}[language]
    assert saying in tour.text("tour", language)


@pytest.mark.parametrize("language", [tour.ENGLISH, tour.CHINESE])
def test_the_tour_shows_all_that_answers_can_hold(language: str) -> None:
    text = tour.text("tour", language)
    for mark in ("\n## ", "\n1. ", "\n- ", "|---|", "```bash", "$$", "中文" if language == "en" else "English"):
        assert mark in text


@pytest.mark.parametrize("language", [tour.ENGLISH, tour.CHINESE])
@pytest.mark.parametrize("model", script.MODELS)
def test_every_model_has_its_text_in_every_language(model: str, language: str) -> None:
    plan = script_for(model, [Turn("user", {"en": "hello", "zh": "你好"}[language])])
    assert plan.text or plan.fault in script.REFUSALS.values()
    assert "{question}" not in plan.text


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("hello", "en"),
        ("你好", "zh"),
        ("请写一段 Python 代码", "zh"),
        ("what does 你好 mean in English?", "en"),
        ("", "en"),
    ],
)
def test_the_answer_is_in_the_language_of_the_question(asked: str, language: str) -> None:
    assert tour.language_of(asked) == language


@pytest.mark.parametrize(
    ("asked", "mark"),
    [("some code please", "```python"), ("给我一个表格", "demo-reasoning"), ("help!", "Ctrl+K"), ("公式", "\\frac")],
)
def test_keywords_wake_their_texts(asked: str, mark: str) -> None:
    assert mark in tour.answer(asked, is_first=True)


def test_the_question_is_quoted_in_one_harmless_line() -> None:
    answer = tour.answer("# what\n| is *this* <b>" + "x" * 1000, is_first=True)
    line = next(line for line in answer.splitlines() if "what" in line)
    assert r"\# what \| is \*this\* \<b\>" in line
    assert len(line) < 300


def test_later_questions_get_a_shorter_answer() -> None:
    turns = [Turn("user", "hello"), Turn("assistant", "hi"), Turn("user", "and now?")]
    assert script_for("demo", turns).text == tour.answer("and now?", is_first=False)
    assert "and now?" in script_for("demo", turns).text


def test_tokens_are_the_text_again() -> None:
    for theme in ("tour", "split-utf8", "code"):
        for language in (tour.ENGLISH, tour.CHINESE):
            text = tour.text(theme, language)
            pieces = list(script.tokens(text))
            assert "".join(pieces) == text
            assert len(pieces) > len(text) / 8


def test_models_of_later_issues_give_the_tour_and_others_are_unknown() -> None:
    assert script_for("demo-mt-echoes", [Turn("user", "hi")]).text
    assert script_for("gpt-4o", [Turn("user", "hi")]).fault is Fault.UNKNOWN_MODEL


def test_pieces_end_inside_every_longer_character() -> None:
    data = "a中😀b".encode()
    pieces = list(split_in_characters(data))
    assert b"".join(pieces) == data
    assert len(pieces) == 3
    with pytest.raises(UnicodeDecodeError):
        pieces[0].decode()
