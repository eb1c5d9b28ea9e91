"""What the demo's dialects do beyond what every kind of provider needs of them."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from tests.support.asking import Outcome, account, collect

from desktopchat.domain.message import FinishReason, user_message
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers import registry
from desktopchat.servers.demo import DemoServer, tour


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    demo = DemoServer(tokens_per_second=20_000)
    demo.start()
    yield demo
    demo.stop()


def post(url: str, body: Json) -> tuple[int, str, bytes]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, reply.headers["content-type"], reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["content-type"], error.read()


def test_gemini_without_events_is_one_array(server: DemoServer) -> None:
    body: Json = {"contents": [{"parts": [{"text": "hello"}]}]}
    status, media_type, data = post(f"{server.url}/gemini/v1beta/models/demo:streamGenerateContent", body)
    chunks = json.loads(data)
    assert (status, media_type.partition(";")[0]) == (200, "application/json")
    texts = [part["text"] for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
    assert "".join(texts) == tour.answer("hello", is_first=True)
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"model": "demo", "max_tokens": 5}, "messages"),
        ({"model": "demo", "messages": [{"role": "user", "content": "hi"}]}, "max_tokens"),
        ({"model": "demo", "max_tokens": 5, "messages": [{"role": "system", "content": "x"}]}, "roles"),
        ({"model": "demo", "max_tokens": 5, "messages": [{"role": "assistant", "content": "x "}]}, "whitespace"),
        ({"model": "demo", "max_tokens": 5, "messages": [{"role": "user", "content": ""}]}, "non-empty"),
        ([], "object"),
    ],
)
def test_the_messages_api_refuses_what_the_real_one_refuses(server: DemoServer, body: Json, complaint: str) -> None:
    status, _, data = post(f"{server.url}/anthropic/v1/messages", body)
    error = json.loads(data)
    assert (status, error["type"], error["error"]["type"]) == (400, "error", "invalid_request_error")
    assert complaint in error["error"]["message"]


@pytest.mark.parametrize("kind", ["anthropic", "ollama"])
def test_an_answers_beginning_is_gone_on_with(server: DemoServer, kind: str) -> None:
    whole = tour.answer("hello", is_first=True)
    for at in (1, 40, whole.index("\n") + 1, len(whole) - 1):
        request = ChatRequest("demo", (user_message("hello"),), prefix=whole[:at])
        outcome = asyncio.run(_asked(kind, f"{server.url}/{kind}", request))
        assert whole[:at] + outcome.text == whole
        assert outcome.reason is FinishReason.STOP


async def _asked(kind: str, base: str, request: ChatRequest) -> Outcome:
    provider = registry.create(account(kind, base))
    assert provider.continues(request.model)
    try:
        return await collect(provider, request)
    finally:
        await provider.aclose()
