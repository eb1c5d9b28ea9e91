"""A server that repeats the key, wherever it does so: no string of the failure may have it."""

import ast
import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import aclosing
from dataclasses import fields
from pathlib import Path

import pytest
from tests.support.asking import account, ask
from tests.support.rawserver import answering, raw_server, response

from desktopchat import providers
from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.events import ResponseStarted, StreamEvent
from desktopchat.domain.provider import ModelInfo
from desktopchat.domain.request import ChatRequest, Outgoing
from desktopchat.domain.text import Text, msg
from desktopchat.providers import registry
from desktopchat.providers.base import Files, Provider
from desktopchat.providers.guarded import Guarded
from desktopchat.transports.redact import register

KEY = "Canary/of+Errors.0123456789-abcdefghij"
"""Looks like no vendor's key: only that it is known can give it away."""

ECHOES: dict[str, tuple[str, str, dict[str, str]]] = {
    # name: status, body, headers
    "cut JSON in a frame": ("200 OK", f"data: {{bad Bearer {KEY}\n\n", {}),
    "cut JSON in a frame, bare": ("200 OK", f"data: {{bad {KEY}\n\n", {}),
    "a title": ("200 OK", f"<html><title>hello {KEY}</title>", {"Content-Type": "text/html"}),
    "plain text": ("200 OK", f"no {KEY}", {"Content-Type": "text/plain"}),
    "a comment": ("200 OK", f": {KEY}\n\n", {}),
    "a string": ("200 OK", f'"{KEY}"', {"Content-Type": "application/json"}),
    "a string in a frame": ("200 OK", f'data: "{KEY}"\n\n', {}),
    "an object": ("200 OK", f'{{"foo":"{KEY}"}}', {"Content-Type": "application/json"}),
    "an object in a frame": ("200 OK", f'data: {{"foo":"{KEY}"}}\n\n', {}),
    "an object without a type": ("200 OK", f'{{"foo":"{KEY}"}}', {"Content-Type": ""}),
    "a list": ("200 OK", f'["{KEY}"]', {"Content-Type": "application/json"}),
    "cut JSON": ("200 OK", f'{{"foo":"{KEY}', {"Content-Type": "application/json"}),
    "a named event": ("200 OK", f"event: error\ndata: {KEY}\n\n", {}),
    "an error in a frame": (
        "200 OK",
        f'data: {{"error":{{"message":"{KEY}","code":"{KEY}","type":"{KEY}"}},"request_id":"{KEY}"}}\n\n',
        {},
    ),
    "an id in an error in a frame": ("200 OK", f'data: {{"error":{{"message":"m","sid":"{KEY}"}}}}\n\n', {}),
    "a flat error": ("200 OK", f'{{"code":"{KEY}","message":"{KEY}","requestId":"{KEY}"}}', {"Content-Type": ""}),
    "a header with 200": ("200 OK", f'{{"error":"{KEY}"}}', {"x-request-id": KEY, "Content-Type": ""}),
    "401": ("401 No", f'{{"error":{{"message":"{KEY}","code":"{KEY}"}},"request_id":"{KEY}"}}', {}),
    "401 with a header": ("401 No", "", {"request-id": KEY}),
    "400 with a kind of its own": (
        "400 No",
        f'{{"error":{{"message":"{KEY}","code":"insufficient_quota"}},"request_id":"{KEY}"}}',
        {},
    ),
    "500 in words": ("500 No", f"sorry, {KEY}", {"Content-Type": "text/plain"}),
    "422 with a list": ("422 No", f'{{"detail":[{{"loc":["{KEY}"],"msg":"{KEY}"}}]}}', {}),
    "a redirect": ("302 Found", "", {"Location": f"https://{KEY.replace('/', '.')}/{KEY}"}),
    "a redirect to a host": ("302 Found", "", {"Location": "https://canary-host-of-errors-01.example/"}),
    "an encoding": ("200 OK", "x", {"Content-Encoding": KEY}),
    "a status line": (f"2x0 {KEY}", "x", {}),
    "a key at the cut": ("200 OK", "x" * 280 + f" {KEY} {KEY}", {"Content-Type": "text/plain"}),
    "a key at every cut": ("200 OK", f"{KEY}," * 3000, {"Content-Type": "text/plain"}),
    "a key at every cut of a frame": ("200 OK", f"data: {{{KEY * 3000}\n\n", {}),
}
SECRETS = (KEY, "canary-host-of-errors-01")


def strings(failure: Failure) -> Iterator[str]:
    """Every string that somebody may be shown."""
    for field in fields(failure):
        value = getattr(failure, field.name)
        if isinstance(value, Text):
            yield value.key
            yield from map(str, value.params.values())
        elif value is not None:
            yield str(value)


def assert_clean(failure: Failure) -> None:
    for text in strings(failure):
        for secret in SECRETS:
            assert secret.lower() not in text.lower()
            assert secret[:12].lower() not in text.lower(), "a part of the key"


@pytest.mark.parametrize("kind", ["openai", "dashscope", "anthropic", "gemini", "ollama"])
@pytest.mark.parametrize("name", ECHOES)
def test_no_failure_of_an_answer_holds_the_key(name: str, kind: str) -> None:
    status, body, headers = ECHOES[name]
    register(SECRETS[1])
    with raw_server(answering(response(body.encode(), status=status, headers=headers))) as server:
        outcome = ask(kind, f"{server.url}/v1", key=KEY)
    assert outcome.failure is not None
    assert_clean(outcome.failure)


@pytest.mark.parametrize("name", ECHOES)
def test_no_failure_of_the_list_of_models_holds_the_key(name: str) -> None:
    status, body, headers = ECHOES[name]
    register(SECRETS[1])

    async def asked(url: str) -> Failure | None:
        provider = registry.create(account("openai", url, KEY))
        try:
            await provider.models()
        except ChatError as error:
            return error.failure
        finally:
            await provider.aclose()
        return None

    with raw_server(answering(response(body.encode(), status=status, headers=headers))) as server:
        failure = asyncio.run(asked(f"{server.url}/v1"))
    assert failure is not None or name in ("a list", "an object"), "those may pass as lists"
    if failure is not None:
        assert_clean(failure)


class Forgetful:
    """An adapter that lets everything through."""

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        yield ResponseStarted()
        raise ChatError(dirty())

    def outgoing(self, request: ChatRequest) -> Outgoing:
        raise ChatError(dirty())

    def continues(self, model: str) -> bool:
        return False

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        return ()

    @property
    def files(self) -> Files | None:
        return None

    async def models(self) -> list[ModelInfo]:
        raise ChatError(dirty())

    async def aclose(self) -> None:
        return


def dirty() -> Failure:
    text, hint = msg("It said {what}.", what=KEY, times=3), msg("Look at {where}.", where=f"x {KEY}")
    return Failure(ErrorKind.AUTH, text, hint, KEY, 401, KEY, 2.5, KEY, True)


async def drained(provider: Provider) -> None:
    async with aclosing(provider.stream(ChatRequest("m", ()))) as events:  # type: ignore[type-var]
        async for _ in events:
            pass


async def listed(provider: Provider) -> None:
    await provider.models()


async def previewed(provider: Provider) -> None:
    provider.outgoing(ChatRequest("m", ()))


@pytest.mark.parametrize("asked", [drained, listed, previewed])
def test_the_seam_cleans_what_an_adapter_forgot_and_keeps_the_rest(
    asked: Callable[[Provider], Coroutine[None, None, None]],
) -> None:
    register(KEY)
    with pytest.raises(ChatError) as caught:
        asyncio.run(asked(Guarded(Forgetful())))
    assert KEY not in repr(caught.value) + str(caught.value)
    failure = caught.value.failure
    assert_clean(failure)
    assert (failure.kind, failure.status, failure.retry_after, failure.should_retry) == ("auth", 401, 2.5, True)
    assert failure.message.params["times"] == 3


def test_every_kind_stands_behind_the_seam() -> None:
    for name, row in registry.KINDS.items():
        assert isinstance(registry.create(account(name, f"{row.schemes[-1]}://127.0.0.1:1/v1")), Guarded)


def test_adapters_build_their_failures_in_the_one_place_that_cleans_them() -> None:
    for file in Path(providers.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "desktopchat.domain.errors":
                assert not {"failed", "Failure"} & {alias.name for alias in node.names}, file.name
