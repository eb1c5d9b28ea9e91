"""What every kind of provider keeps to, against the real demo server over real HTTP."""

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.support import asking
from tests.support.asking import QUICK, Outcome
from tests.support.waiting import until

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import Finished, ResponseStarted, TextDelta
from desktopchat.domain.message import FinishReason, ImagePart, Message, ReasoningPart, Role, TextPart, user_message
from desktopchat.domain.request import ChatRequest, Limits
from desktopchat.domain.values import Json
from desktopchat.providers import registry
from desktopchat.providers.base import Account
from desktopchat.providers.jsontext import list_of, object_of
from desktopchat.servers.demo import DemoServer, tour

KEY = "sk-canary-4711-do-not-print"

QUESTION = user_message("one")
ANSWER = Message(Role.ASSISTANT, (ReasoningPart("secret thoughts"), TextPart("two")), parent_id=QUESTION.id, model="m")
TALK = (QUESTION, ANSWER, user_message("three"))
"""Asked with the system prompt "Be brief."."""


@dataclass(frozen=True)
class Row:
    """What is particular about a kind. `talk` are the fields that `TALK` becomes in the body of the request.

    `code` and `status` are those of demo-429. `options` is the path to the params; `stream_off` is a param that asks
    for an answer in one piece. `keyed` is a key that the demo takes; `always` is the one without which it answers
    nobody. `kind` is for a row with a name of its own; `params` go with every question.
    """

    path: str
    talk: Mapping[str, Json]
    scheme: str = "http"
    code: str | None = "rate_limit_exceeded"
    status: int | None = 429
    retry_after: float | None = 3
    refusal_id: str = "demo-"
    broken_id: str = ""
    options: tuple[str, ...] = ()
    stream_off: Mapping[str, Json] | None = field(default_factory=lambda: {"stream": False})
    keyed: str = KEY
    bad_key: str = "bad-key"
    always: str = ""
    has_list: bool = True
    kind: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)


CHAT_TALK: Mapping[str, Json] = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "three"},
    ]
}
ROWS = {
    "openai": Row("/v1", CHAT_TALK, broken_id="chatcmpl-"),
    "openai-responses": Row(
        "/v1", {"instructions": "Be brief.", "input": list_of(CHAT_TALK["messages"])[1:]}, broken_id="req_demo-"
    ),
    "openai-completions": Row(
        "/v1", {"prompt": "Be brief.\n\nUser: one\n\nAssistant: two\n\nUser: three\n\nAssistant:"}, broken_id="cmpl-"
    ),
    "dashscope": Row("/compatible-mode/v1", CHAT_TALK, code="limit_requests", broken_id="chatcmpl-"),
    "dashscope, native": Row(
        "/api/v1",
        {"input": {**CHAT_TALK}},
        kind="dashscope",
        code="Throttling.RateQuota",
        broken_id="demo-",
        options=("parameters",),
    ),
    "sse-relay": Row(
        "/relay/ai/streamChat",
        {"system": "Be brief.", "question": "three", "messages": list_of(CHAT_TALK["messages"])[1:]},
        params={"method": "POST"},
        code="rate_limited",
        refusal_id="",
        stream_off=None,
        has_list=False,
    ),
    "anthropic": Row(
        "/anthropic",
        {"system": "Be brief.", "messages": list_of(CHAT_TALK["messages"])[1:]},
        code="rate_limit_error",
        refusal_id="req_demo-",
        broken_id="req_demo-",
    ),
    "gemini": Row(
        "/gemini",
        {
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "one"}]},
                {"role": "model", "parts": [{"text": "two"}]},
                {"role": "user", "parts": [{"text": "three"}]},
            ],
        },
        code="RESOURCE_EXHAUSTED",
        broken_id="chatcmpl-",
        options=("generationConfig",),
    ),
    "ollama": Row("/ollama", CHAT_TALK, code=None, refusal_id="", options=("options",)),
    "demo": Row("/v1", CHAT_TALK, broken_id="chatcmpl-"),
    "spark": Row(
        "/spark/v3.5/chat",
        {"payload": {"message": {"text": CHAT_TALK["messages"]}}},
        scheme="ws",
        code="11202",
        status=None,
        retry_after=None,
        broken_id="demo-",
        options=("parameter", "chat"),
        stream_off=None,
        keyed="demo:demo:demo",
        bad_key="demo:demo:bad-key",
        always="demo:demo:demo",
        has_list=False,
    ),
}


def ask(kind: str, base: str, model: str, *, key: str | None = None, **how: Any) -> Outcome:
    """As `asking.ask`, with the key without which the demo answers nobody."""
    row = ROWS[kind]
    how["params"] = {**row.params, **how.get("params", {})}
    return asking.ask(row.kind or kind, base, model, key=row.always if key is None else key, **how)


def account(kind: str, base: str, key: str = "") -> Account:
    return asking.account(ROWS[kind].kind or kind, base, key or ROWS[kind].always)


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    demo = DemoServer(tokens_per_second=5000)
    demo.start()
    yield demo
    demo.stop()


@pytest.mark.parametrize("kind", ROWS)
class TestEveryKind:
    def base(self, server: DemoServer, kind: str) -> str:
        return server.url.replace("http", ROWS[kind].scheme, 1) + ROWS[kind].path

    def test_an_answer_comes_in_pieces_and_ends_with_exactly_one_finished(self, server: DemoServer, kind: str) -> None:
        outcome = ask(kind, self.base(server, kind), "demo", question="hello")
        assert outcome.failure is None
        assert outcome.text == tour.answer("hello", is_first=True)
        assert len(list(outcome.deltas)) > 100
        assert isinstance(outcome.events[0], ResponseStarted)
        assert [event for event in outcome.events if isinstance(event, Finished)] == [outcome.events[-1]]
        assert outcome.reason is FinishReason.STOP

    def test_the_tokens_used_are_reported(self, server: DemoServer, kind: str) -> None:
        usage = ask(kind, self.base(server, kind), "demo").usage
        assert usage is not None
        assert (usage.input_tokens or 0) > 0
        assert (usage.output_tokens or 0) > 300

    def test_reasoning_is_kept_apart_from_the_answer(self, server: DemoServer, kind: str) -> None:
        outcome = ask(kind, self.base(server, kind), "demo-reasoning")
        assert outcome.reasoning == tour.text("reasoning", "en")
        assert outcome.text == tour.text("reasoned", "en")

    def test_characters_cut_in_two_arrive_whole(self, server: DemoServer, kind: str) -> None:
        assert ask(kind, self.base(server, kind), "demo-split-utf8").text == tour.text("split-utf8", "en")

    @pytest.mark.parametrize(
        ("model", "expected"),
        [
            ("demo-401", ErrorKind.AUTH),
            ("demo-403", ErrorKind.PERMISSION),
            ("demo-404", ErrorKind.NOT_FOUND),
            ("demo-429", ErrorKind.RATE_LIMITED),
            ("demo-500", ErrorKind.OVERLOADED),
            ("demo-html", ErrorKind.PROTOCOL),
            ("demo-empty", ErrorKind.PROTOCOL),
            ("no-such-model", ErrorKind.NOT_FOUND),
        ],
    )
    def test_a_refusal_has_its_kind_and_advice(
        self, server: DemoServer, kind: str, model: str, expected: ErrorKind
    ) -> None:
        outcome = ask(kind, self.base(server, kind), model)
        assert outcome.failure is not None
        assert outcome.failure.kind is expected
        assert outcome.failure.hint is not None
        assert outcome.text == ""

    def test_a_refusal_carries_what_the_vendor_said(self, server: DemoServer, kind: str) -> None:
        failure = ask(kind, self.base(server, kind), "demo-429").failure
        assert failure is not None
        row = ROWS[kind]
        assert (failure.status, failure.retry_after, failure.code) == (row.status, row.retry_after, row.code)
        assert (failure.request_id or "").startswith(row.refusal_id)

    @pytest.mark.parametrize(
        ("model", "expected"),
        [
            ("demo-cut", ErrorKind.TRUNCATED),
            ("demo-error-in-200", ErrorKind.OVERLOADED),
            ("demo-stall", ErrorKind.TIMEOUT),
        ],
    )
    def test_a_broken_answer_keeps_its_beginning(
        self, server: DemoServer, kind: str, model: str, expected: ErrorKind
    ) -> None:
        limits = Limits(first_content_s=5, idle_s=0.4)
        outcome = ask(kind, self.base(server, kind), model, limits=limits)
        assert outcome.failure is not None
        assert outcome.failure.kind is expected
        whole = tour.text(model.removeprefix("demo-"), "en")
        assert 20 < len(outcome.text) < len(whole)
        assert whole.startswith(outcome.text)

    def test_an_error_inside_an_answer_carries_the_request_id(self, server: DemoServer, kind: str) -> None:
        failure = ask(kind, self.base(server, kind), "demo-error-in-200").failure
        assert failure is not None
        assert (failure.request_id or "").startswith(ROWS[kind].broken_id)
        assert failure.status is None

    def test_a_connection_that_stays_open_does_not_delay_the_end(self, server: DemoServer, kind: str) -> None:
        outcome = ask(kind, self.base(server, kind), "demo-never-closes")
        assert outcome.reason is FinishReason.STOP
        assert outcome.seconds < 3

    def test_tokens_arrive_as_they_are_sent(self, server: DemoServer, kind: str) -> None:
        async def first_two() -> list[float]:
            provider = registry.create(account(kind, self.base(server, kind)))
            loop = asyncio.get_running_loop()
            times = []
            async with aclosing(provider.stream(ChatRequest("demo-slow", (user_message("hi"),)))) as events:  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, TextDelta):
                        times.append(loop.time())
                    if len(times) == 2:
                        break
            await provider.aclose()
            return times

        times = asyncio.run(first_two())
        assert 0.8 < times[1] - times[0] < 2

    def test_a_bad_key_is_an_auth_error_and_shows_up_nowhere(
        self, server: DemoServer, kind: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        outcome = ask(kind, self.base(server, kind), "demo", key=ROWS[kind].bad_key)
        assert outcome.failure is not None
        assert outcome.failure.kind is ErrorKind.AUTH
        assert "bad-key" not in repr(outcome.failure)
        assert "bad-key" not in caplog.text

    def test_the_key_is_sent_but_never_recorded(self, server: DemoServer, kind: str) -> None:
        key = ROWS[kind].keyed
        ask(kind, self.base(server, kind), "demo-404", key=key)
        recorded = server.recorder.last()
        assert recorded.had_key
        assert key not in repr(recorded)

    def test_without_a_key_no_credentials_are_sent(self, server: DemoServer, kind: str) -> None:
        ask(kind, self.base(server, kind), "demo-404", key="")
        assert not server.recorder.last().had_key

    def test_a_conversation_is_sent_in_its_order_and_reasoning_is_not_sent_back(
        self, server: DemoServer, kind: str
    ) -> None:
        ask(kind, self.base(server, kind), "demo-404", messages=TALK, system_prompt="Be brief.")
        body = server.recorder.last().body
        assert isinstance(body, dict)
        assert {name: body.get(name) for name in ROWS[kind].talk} == ROWS[kind].talk
        assert "secret thoughts" not in json.dumps(body)

    def test_params_stand_where_the_kind_keeps_its_options_and_win(self, server: DemoServer, kind: str) -> None:
        ask(kind, self.base(server, kind), "demo-404", params={"temperature": 0.2, "enable_thinking": True})
        options = server.recorder.last().body
        for name in ROWS[kind].options:
            options = object_of(options)[name]
        assert object_of(options)["temperature"] == 0.2
        assert object_of(options)["enable_thinking"] is True

    def test_what_would_be_sent_is_what_is_sent_without_the_key(self, server: DemoServer, kind: str) -> None:
        row = ROWS[kind]
        request = ChatRequest("demo-404", TALK, "Be brief.", {**row.params, "temperature": 0.2}, QUICK)
        shown = registry.create(account(kind, self.base(server, kind), row.keyed)).outgoing(request)
        ask(kind, self.base(server, kind), "demo-404", messages=TALK, system_prompt="Be brief.", params=request.params)
        sent = server.recorder.last()
        assert urlsplit(shown.url).path == sent.path
        assert shown.body == sent.body
        assert row.keyed not in repr(shown)

    def test_attachments_are_refused_before_anything_is_sent(self, server: DemoServer, kind: str) -> None:
        picture = user_message("look", attachments=(ImagePart("00", "image/png"),))
        server.recorder.clear()
        failure = ask(kind, self.base(server, kind), "demo", messages=(picture,)).failure
        assert failure is not None
        assert failure.kind is ErrorKind.FILE_REJECTED
        assert server.recorder.all() == []

    def test_an_answer_in_one_piece_is_understood_too(self, server: DemoServer, kind: str) -> None:
        if (params := ROWS[kind].stream_off) is None:
            pytest.skip("this dialect always streams")
        outcome = ask(kind, self.base(server, kind), "demo-reasoning", params=params)
        assert outcome.text == tour.text("reasoned", "en")
        assert outcome.reasoning == tour.text("reasoning", "en")
        assert outcome.reason is FinishReason.STOP

    def test_the_models_are_listed_in_the_servers_order(self, server: DemoServer, kind: str) -> None:
        if not ROWS[kind].has_list:
            pytest.skip("this dialect has no list")
        names = asyncio.run(_models(kind, self.base(server, kind)))
        assert names[0] == "demo"
        assert "demo-429" in names

    def test_listing_with_a_bad_key_is_an_auth_error(self, server: DemoServer, kind: str) -> None:
        if not ROWS[kind].has_list:
            pytest.skip("this dialect has no list")
        with pytest.raises(ChatError) as caught:
            asyncio.run(_models(kind, self.base(server, kind), "bad-key"))
        assert caught.value.kind is ErrorKind.AUTH

    def test_stopping_in_the_middle_hangs_up(self, server: DemoServer, kind: str) -> None:
        async def stop_after_the_first_word() -> None:
            provider = registry.create(account(kind, self.base(server, kind)))
            began = asyncio.Event()

            async def read() -> None:
                request = ChatRequest("demo-slow", (user_message("hi"),), limits=QUICK)
                async with aclosing(provider.stream(request)) as events:  # type: ignore[type-var]
                    async for event in events:
                        if isinstance(event, TextDelta):
                            began.set()

            task = asyncio.create_task(read())
            await began.wait()
            recorded = server.recorder.last()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await until(lambda: recorded.gone)
            await provider.aclose()

        asyncio.run(stop_after_the_first_word())

    def test_an_endless_answer_ends_at_its_limit(self, server: DemoServer, kind: str) -> None:
        limits = Limits(first_content_s=5, idle_s=5, max_reply_bytes=100)
        outcome = ask(kind, self.base(server, kind), "demo", limits=limits)
        assert outcome.failure is not None
        assert outcome.failure.kind is ErrorKind.TOO_LARGE
        assert len(outcome.text.encode()) == 100


async def _models(kind: str, base: str, key: str = "") -> list[str]:
    provider = registry.create(account(kind, base, key))
    try:
        return [model.id for model in await provider.models()]
    finally:
        await provider.aclose()


def test_a_closed_port_is_a_network_error() -> None:
    demo = DemoServer()
    url = demo.start()
    demo.stop()
    failure = ask("openai", f"{url}/v1", "m").failure
    assert failure is not None
    assert failure.kind is ErrorKind.NETWORK


def test_dashscope_asks_whether_the_key_fits_the_region(server: DemoServer) -> None:
    failure = ask("dashscope", f"{server.url}/compatible-mode/v1", "demo-401").failure
    assert failure is not None
    assert failure.hint is not None
    assert "region" in failure.hint.key
