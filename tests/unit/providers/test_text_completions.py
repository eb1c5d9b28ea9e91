"""The legacy dialect: conversations as transcripts, engines in the path, answers read as text."""

import json

import pytest
from tests.support.asking import account, ask
from tests.support.rawserver import Peer, answering, raw_server, response

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import FinishReason, Message, Role, TextPart, user_message
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers import registry
from desktopchat.providers.jsontext import object_of
from desktopchat.providers.openai_completions import Completions, prompt_of
from desktopchat.servers.demo.completions import turns_in
from desktopchat.servers.demo.script import Turn

BASE = "https://api.example.com/v1"


def said(role: Role, text: str) -> Message:
    return Message(role, (TextPart(text),))


TALK = (user_message("one"), said(Role.ASSISTANT, " two\n"), user_message("three"))


def body_of(request: ChatRequest, base_url: str = BASE) -> dict[str, Json]:
    return object_of(registry.create(account("openai-completions", base_url)).outgoing(request).body)


def test_a_single_question_is_the_prompt_alone() -> None:
    body = body_of(ChatRequest("m", (user_message("Once upon a time"),)))
    assert body["prompt"] == "Once upon a time"
    assert "stop" not in body


def test_a_conversation_is_a_transcript_that_stops_before_the_next_question() -> None:
    body = body_of(ChatRequest("m", TALK, "Be brief."))
    assert body["prompt"] == "Be brief.\n\nUser: one\n\nAssistant: two\n\nUser: three\n\nAssistant:"
    assert body["stop"] == ["\nUser:"]


def test_stops_of_ones_own_win() -> None:
    assert body_of(ChatRequest("m", TALK, params={"stop": ["END"]}))["stop"] == ["END"]


@pytest.mark.parametrize(
    ("messages", "prefix", "prompt"),
    [
        ((user_message("Once"),), " upon a", "Once upon a"),
        (TALK, " four, f", "User: one\n\nAssistant: two\n\nUser: three\n\nAssistant: four, f"),
        (TALK, "four, f", "User: one\n\nAssistant: two\n\nUser: three\n\nAssistant: four, f"),
    ],
)
def test_an_answers_beginning_stands_at_the_very_end(messages: tuple[Message, ...], prefix: str, prompt: str) -> None:
    assert prompt_of(ChatRequest("m", messages, prefix=prefix)) == prompt


@pytest.mark.parametrize(
    ("base_url", "url", "model"),
    [
        (BASE, f"{BASE}/completions", "m"),
        (f"{BASE}/completions", f"{BASE}/completions", "m"),
        (f"{BASE}/engines/davinci", f"{BASE}/engines/davinci/completions", None),
        (f"{BASE}/engines/davinci/completions", f"{BASE}/engines/davinci/completions", None),
        (f"{BASE}/engines", f"{BASE}/engines/m/completions", None),
        (f"{BASE}/engines/davinci?x=1", f"{BASE}/engines/davinci/completions?x=1", None),
        ("https://engines.example.com/v1", "https://engines.example.com/v1/completions", "m"),
    ],
)
def test_the_model_is_in_the_body_or_in_the_path(base_url: str, url: str, model: str | None) -> None:
    shown = registry.create(account("openai-completions", base_url)).outgoing(ChatRequest("m", TALK))
    assert shown.url == url
    assert object_of(shown.body).get("model") == model


def test_the_list_of_models_stands_beside_the_engines() -> None:
    for base_url in (BASE, f"{BASE}/engines/davinci", f"{BASE}/engines"):
        asked = Completions(account("openai-completions", base_url)).list_models()
        assert asked is not None
        assert asked.url == f"{BASE}/models"


def chunk(text: str, reason: str | None = None) -> bytes:
    choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": reason}
    return b"data: " + json.dumps({"object": "text_completion", "choices": [choice]}).encode() + b"\n\n"


def test_text_is_read_in_pieces_and_whole() -> None:
    whole = {"object": "text_completion", "choices": [{"text": "Hello", "index": 0, "finish_reason": "length"}]}
    for body, media_type, reason in (
        (chunk("Hel") + chunk("lo", "stop") + b"data: [DONE]\n\n", "text/event-stream", FinishReason.STOP),
        (json.dumps(whole).encode(), "application/json", FinishReason.LENGTH),
    ):
        with raw_server(answering(response(body, media_type=media_type))) as server:
            outcome = ask("openai-completions", f"{server.url}/v1")
        assert (outcome.text, outcome.reason) == ("Hello", reason)


def test_a_stream_without_an_end_is_truncated() -> None:
    with raw_server(answering(response(chunk("Hel")))) as server:
        outcome = ask("openai-completions", f"{server.url}/v1")
    assert outcome.failure is not None
    assert outcome.failure.kind is ErrorKind.TRUNCATED
    assert outcome.text == "Hel"


def test_a_server_that_does_not_know_stream_options_is_asked_once_more() -> None:
    replies = [
        response(b'{"error":{"message":"Unknown field stream_options"}}', status="400 Bad Request"),
        response(chunk("Hello", "stop")),
    ]

    def script(peer: Peer) -> None:
        for reply in replies:
            peer.read_request()
            peer.send(reply)

    with raw_server(script) as server:
        outcome = ask("openai-completions", f"{server.url}/v1")
        bodies = [json.loads(request.body) for request in server.requests]
    assert outcome.text == "Hello"
    assert ["stream_options" in body for body in bodies] == [True, False]


def test_the_demo_reads_a_transcript_back() -> None:
    assert turns_in("Be brief.\n\nUser: one\n\nAssistant: two\n\nUser: three\n\nAssistant:") == [
        Turn("user", "one"),
        Turn("assistant", "two"),
        Turn("user", "three"),
        Turn("assistant", ""),
    ]
    assert turns_in("one question") == [Turn("user", "one question")]
