import asyncio

import pytest
from tests.support.asking import account, ask
from tests.support.rawserver import answering, raw_server, response

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import user_message
from desktopchat.domain.request import ChatRequest, Outgoing
from desktopchat.domain.values import Json
from desktopchat.providers import registry
from desktopchat.providers.jsontext import object_of
from desktopchat.servers.demo import DemoServer

BASE = "http://127.0.0.1:11434"
HI = (user_message("hi"),)


def outgoing(request: ChatRequest, key: str = "") -> Outgoing:
    return registry.create(account("ollama", BASE, key)).outgoing(request)


@pytest.mark.parametrize(
    "pasted", ["127.0.0.1:11434", f"{BASE}/", f"{BASE}/api", f"{BASE}/api/chat", f"{BASE}/v1", f"{BASE}/api/generate"]
)
def test_a_pasted_address_is_what_stands_before_the_api(pasted: str) -> None:
    assert registry.normalised("ollama", pasted) == BASE


def test_an_empty_address_is_this_computer() -> None:
    assert registry.normalised("ollama", "") == BASE


def test_params_are_options_but_for_those_that_stand_beside_them() -> None:
    params: dict[str, Json] = {"temperature": 0.5, "num_ctx": 8192, "think": True, "keep_alive": "1h", "seed": None}
    shown = outgoing(ChatRequest("m", HI, "Be brief.", params))
    assert shown.url == f"{BASE}/api/chat"
    assert shown.body == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
        "stream": True,
        "think": True,
        "keep_alive": "1h",
        "options": {"temperature": 0.5, "num_ctx": 8192},
    }


def test_nothing_is_set_that_was_not_asked_for() -> None:
    assert object_of(outgoing(ChatRequest("m", HI)).body).keys() == {"model", "messages", "stream"}


def test_a_key_for_the_cloud_is_sent_and_masked() -> None:
    assert outgoing(ChatRequest("m", HI), "0123456789abcdef.canary").headers["authorization"] == "Bearer ***"
    assert "authorization" not in outgoing(ChatRequest("m", HI)).headers


def test_an_answers_beginning_is_the_last_message() -> None:
    messages = object_of(outgoing(ChatRequest("m", HI, prefix="Once ")).body)["messages"]
    assert messages == [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Once "}]


@pytest.mark.parametrize(("model", "expected"), [("llama3.2", True), ("deepseek-r1:8b", False), ("qwen3:4b", False)])
def test_a_model_that_thinks_first_is_not_asked_to_go_on(model: str, expected: bool) -> None:
    assert registry.create(account("ollama", BASE)).continues(model) is expected


def closed_port() -> str:
    demo = DemoServer()
    url = demo.start()
    demo.stop()
    return url


def test_where_nothing_answers_on_this_computer_ollama_is_said_not_to_run() -> None:
    failure = ask("ollama", closed_port()).failure
    assert failure is not None
    assert failure.kind is ErrorKind.NETWORK
    assert "Ollama is not running" in failure.message.key
    assert "ollama serve" in (failure.hint or failure.message).key


def test_listing_says_too_that_ollama_is_not_running() -> None:
    async def listing() -> None:
        provider = registry.create(account("ollama", closed_port()))
        try:
            await provider.models()
        finally:
            await provider.aclose()

    with pytest.raises(ChatError) as caught:
        asyncio.run(listing())
    assert "Ollama is not running" in caught.value.failure.message.key


@pytest.mark.parametrize(
    ("status", "body", "kind", "advice"),
    [
        ("404 Not Found", '{"error":"model \'m\' not found"}', ErrorKind.NOT_FOUND, "ollama pull"),
        ("404 Not Found", "404 page not found", ErrorKind.NOT_FOUND, "base URL"),
        (
            "500 Internal Server Error",
            '{"error":"model requires more system memory (5.9 GiB) than is available (2.3 GiB)"}',
            ErrorKind.OVERLOADED,
            "smaller model",
        ),
        ("400 Bad Request", '{"error":"\\"m\\" does not support thinking"}', ErrorKind.BAD_REQUEST, "another model"),
        (
            "503 Service Unavailable",
            '{"error":"server busy, please try again.  maximum pending requests exceeded"}',
            ErrorKind.OVERLOADED,
            "other questions",
        ),
        (
            "500 Internal Server Error",
            '{"error":"timed out waiting for llama runner to start"}',
            ErrorKind.OVERLOADED,
            "takes a while",
        ),
        ("401 Unauthorized", '{"error":"unauthorized","signin_url":"https://x"}', ErrorKind.AUTH, "key"),
    ],
)
def test_what_ollama_refuses_comes_with_what_to_do(status: str, body: str, kind: ErrorKind, advice: str) -> None:
    with raw_server(answering(response(body.encode(), status=status, media_type="application/json"))) as server:
        failure = ask("ollama", server.url).failure
    assert failure is not None
    assert failure.kind is kind
    assert failure.hint is not None
    assert advice in failure.hint.key


def test_a_status_instead_of_an_answer_is_said_in_words() -> None:
    body = b'{"status":"pulling manifest"}\n{"status":"success"}\n'
    with raw_server(answering(response(body, media_type="application/x-ndjson"))) as server:
        failure = ask("ollama", server.url).failure
    assert failure is not None
    assert failure.kind is ErrorKind.OVERLOADED
    assert failure.message.params["status"] == "pulling manifest"
