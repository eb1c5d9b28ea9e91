"""DashScope's native protocol where it differs from everyone's, over real HTTP."""

import asyncio
import json

import pytest
from tests.support import relay_breakers as wire
from tests.support.asking import account, ask, collect
from tests.support.rawserver import Peer, RawServer, Script, answering, raw_server, response

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import user_message
from desktopchat.domain.request import ChatRequest
from desktopchat.providers import registry
from desktopchat.servers.demo import DemoServer, tour

WRONG_PATH = b'{"code":"InvalidParameter","message":"url error, please check url!","request_id":"r"}'


def answering_at(path: str) -> Script:
    """A server that knows its model at one of the two paths."""

    def script(peer: Peer) -> None:
        while True:
            if path in peer.read_request().line:
                peer.send(response(wire.HI + wire.STOP))
            else:
                peer.send(response(WRONG_PATH, status="400 Bad Request", media_type="application/json"))

    return script


def asked_twice(server: RawServer, model: str) -> list[str]:
    async def run() -> list[str]:
        provider = registry.create(account("dashscope", f"{server.url}/api/v1"))
        request = ChatRequest(model, (user_message("hi"),))
        texts = [(await collect(provider, request)).text for _ in range(2)]
        await provider.aclose()
        return texts

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("model", "path"), [("qwen9-plus", "multimodal-generation"), ("qwen-vl-in-name-only", "text-generation")]
)
def test_a_model_at_the_other_path_is_found_there_and_remembered(model: str, path: str) -> None:
    with raw_server(answering_at(path)) as server:
        assert asked_twice(server, model) == ["Hello", "Hello"]
        assert [path in request.line for request in server.requests] == [False, True, True]
        contents = [json.loads(request.body)["input"]["messages"][0]["content"] for request in server.requests]
    in_parts, in_words = [{"text": "hi"}], "hi"
    assert contents[1:] == [in_parts if path == "multimodal-generation" else in_words] * 2


def test_a_model_at_neither_path_is_refused_with_the_servers_words() -> None:
    with raw_server(answering_at("nowhere")) as server:
        failure = ask("dashscope", f"{server.url}/api/v1", "m").failure
        assert len(server.requests) == 2
    assert failure is not None
    assert failure.kind is ErrorKind.BAD_REQUEST
    assert "url error" in failure.detail


def test_texts_so_far_replace_each_other_where_they_were_asked_for() -> None:
    whole = wire.says("I") + wire.says("I did") + wire.says("I didn't", "stop")
    with raw_server(answering(response(whole))) as server:
        outcome = ask("dashscope", f"{server.url}/api/v1", params={"incremental_output": False})
    assert outcome.text == "I didn't"


@pytest.mark.parametrize("params", [{"incremental_output": False}, {"incremental_output": None}])
def test_the_demo_sends_texts_so_far_where_they_were_asked_for(params: dict[str, bool | None]) -> None:
    demo = DemoServer(tokens_per_second=50_000)
    try:
        outcome = ask("dashscope", f"{demo.start()}/api/v1", "demo", question="hello", params={**params})
    finally:
        demo.stop()
    assert outcome.text == tour.answer("hello", is_first=True)


def test_the_counts_are_told_once() -> None:
    with raw_server(answering(response(wire.HI + wire.STOP))) as server:
        outcome = ask("dashscope", f"{server.url}/api/v1")
    assert [type(event).__name__ for event in outcome.events].count("UsageReport") == 1


MODELS = [
    (b'{"request_id":"r","output":{"total":2,"models":[{"model":"b"},{"model":"a"}]}}', ["b", "a"]),
    (b'{"request_id":"r","output":{"total":0,"models":[]}}', []),
    (b'{"object":"list","data":[{"id":"b"}]}', ["b"]),
]


@pytest.mark.parametrize(("page", "expected"), MODELS)
def test_the_list_of_models_is_read(page: bytes, expected: list[str]) -> None:
    async def names(base: str) -> list[str]:
        provider = registry.create(account("dashscope", base))
        models = await provider.models()
        await provider.aclose()
        return [model.id for model in models]

    with raw_server(answering(response(page, media_type="application/json"))) as server:
        assert asyncio.run(names(f"{server.url}/api/v1")) == expected
        assert server.requests[0].line == "GET /api/v1/models?page_no=1&page_size=200 HTTP/1.1"
