"""How a relay is asked; nothing is sent here."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.support.asking import account

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import Message, Role, TextPart, user_message
from desktopchat.domain.request import ChatRequest, Outgoing
from desktopchat.domain.values import Json
from desktopchat.providers import registry

ENDPOINT = "https://relay.example/ai/streamChat"
TALK = (user_message("one"), Message(Role.ASSISTANT, (TextPart("two"),)), user_message("three"))


def shown(
    question: str = "three",
    params: Mapping[str, Json] | None = None,
    model: str = "",
    url: str = ENDPOINT,
    key: str = "",
) -> Outgoing:
    request = ChatRequest(model, (*TALK[:2], user_message(question)), "Be brief.", params or {})
    return registry.create(account("sse-relay", url, key)).outgoing(request)


def test_the_question_alone_goes_into_the_address() -> None:
    out = shown()
    assert (out.method, out.url, out.body) == ("GET", f"{ENDPOINT}?question=three", None)
    assert out.headers["accept"].startswith("text/event-stream")
    assert "content-type" not in out.headers


@pytest.mark.parametrize("question", ["a b&c=d#e?f+g%20/\\", "你好，世界 😀", "two\nlines\r\n", "'\"<>{}|^`", "\ud83d"])
def test_any_question_survives_the_address(question: str) -> None:
    out = shown(question)
    assert out.url.isascii()
    assert parse_qs(urlsplit(out.url).query) == {"question": [question.replace("\ud83d", "\ufffd")]}


def test_what_the_address_asks_already_stays_in_front() -> None:
    assert shown(url=f"{ENDPOINT}?app=7&x=%2F").url == f"{ENDPOINT}?app=7&x=%2F&question=three"


def test_model_and_params_go_beside_the_question() -> None:
    params: dict[str, Json] = {"temperature": 0.2, "search": True, "stop": ["a", "b"], "x": None}
    query = parse_qs(urlsplit(shown(params=params, model="qwen").url).query)
    assert query == {
        "question": ["three"], "model": ["qwen"], "temperature": ["0.2"], "search": ["true"], "stop": ['["a", "b"]']
    }  # fmt: skip


@pytest.mark.parametrize("method", ["POST", "post"])
def test_by_post_the_whole_conversation_goes_into_the_body(method: str) -> None:
    out = shown(params={"method": method, "temperature": 0.2}, model="qwen")
    assert (out.method, out.url) == ("POST", ENDPOINT)
    assert out.body == {
        "model": "qwen",
        "question": "three",
        "messages": [
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "two"},
            {"role": "user", "content": "three"},
        ],
        "system": "Be brief.",
        "temperature": 0.2,
    }


def test_fields_that_a_strict_relay_dislikes_can_be_taken_out() -> None:
    out = shown(params={"method": "POST", "messages": None, "system": None})
    assert out.body == {"question": "three"}


@pytest.mark.parametrize("method", ["PUT", 7, ["POST"]])
def test_any_other_method_is_refused(method: Json) -> None:
    with pytest.raises(ChatError) as caught:
        shown(params={"method": method})
    assert caught.value.kind is ErrorKind.BAD_REQUEST


def test_a_token_is_sent_as_a_bearer_token_and_masked() -> None:
    assert shown(key="sk-canary-0815-relay").headers["authorization"] == "Bearer ***"
    assert "authorization" not in shown().headers


@pytest.mark.parametrize(
    "url",
    [
        "https://r.example/v1/chat/completions",
        "https://r.example/models",
        "https://r.example/chat.php",
        "https://r.example",
    ],
)
def test_no_ending_is_taken_off_a_relays_address(url: str) -> None:
    assert shown(url=url).url == f"{url}?question=three"


def test_a_relay_has_no_list_of_models_and_goes_on_with_nothing() -> None:
    provider = registry.create(account("sse-relay", ENDPOINT))
    assert not provider.continues("qwen")
    with pytest.raises(ChatError) as caught:
        asyncio.run(provider.models())
    assert caught.value.kind is ErrorKind.NOT_FOUND


def test_a_relay_needs_an_address() -> None:
    with pytest.raises(ChatError) as caught:
        registry.create(account("sse-relay", ""))
    assert caught.value.kind is ErrorKind.BAD_REQUEST
