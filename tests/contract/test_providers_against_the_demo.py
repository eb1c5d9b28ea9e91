"""What every kind of provider keeps to, against the real demo server over real HTTP."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import aclosing

import pytest
from tests.support.asking import QUICK, account, ask
from tests.support.waiting import until

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import Finished, ResponseStarted, TextDelta
from desktopchat.domain.message import FinishReason, Message, ReasoningPart, Role, TextPart, user_message
from desktopchat.domain.request import ChatRequest, Limits
from desktopchat.providers import registry
from desktopchat.servers.demo import DemoServer, tour

PREFIXES = {"openai": "/v1", "dashscope": "/compatible-mode/v1", "demo": "/v1"}
KEY = "sk-canary-4711-do-not-print"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    demo = DemoServer(tokens_per_second=5000)
    demo.start()
    yield demo
    demo.stop()


@pytest.mark.parametrize("kind", PREFIXES)
class TestEveryKind:
    def base(self, server: DemoServer, kind: str) -> str:
        return server.url + PREFIXES[kind]

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
        assert (usage.input_tokens or 0) > 3
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
        assert failure.status == 429
        assert failure.retry_after == 3
        assert failure.code == ("limit_requests" if kind == "dashscope" else "rate_limit_exceeded")
        assert (failure.request_id or "").startswith("demo-")

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
        assert (failure.request_id or "").startswith("chatcmpl-")
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
        outcome = ask(kind, self.base(server, kind), "demo", key="bad-key")
        assert outcome.failure is not None
        assert outcome.failure.kind is ErrorKind.AUTH
        assert "bad-key" not in repr(outcome.failure)
        assert "bad-key" not in caplog.text

    def test_the_key_is_sent_but_never_recorded(self, server: DemoServer, kind: str) -> None:
        ask(kind, self.base(server, kind), "demo-404", key=KEY)
        recorded = server.recorder.last()
        assert recorded.had_key
        assert KEY not in repr(recorded)

    def test_without_a_key_no_credentials_are_sent(self, server: DemoServer, kind: str) -> None:
        ask(kind, self.base(server, kind), "demo-404")
        assert not server.recorder.last().had_key

    def test_the_system_prompt_comes_first_and_reasoning_is_not_sent_back(self, server: DemoServer, kind: str) -> None:
        question = user_message("one")
        answer = Message(
            Role.ASSISTANT, (ReasoningPart("secret thoughts"), TextPart("two")), parent_id=question.id, model="m"
        )
        ask(
            kind,
            self.base(server, kind),
            "demo-404",
            messages=(question, answer, user_message("three")),
            system_prompt="Be brief.",
        )
        body = server.recorder.last().body
        assert isinstance(body, dict)
        assert body["messages"] == [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "two"},
            {"role": "user", "content": "three"},
        ]

    def test_params_stand_at_the_top_level_and_win(self, server: DemoServer, kind: str) -> None:
        params = {"temperature": 0.2, "enable_thinking": True, "stream_options": None}
        ask(kind, self.base(server, kind), "demo-404", params=params)
        body = server.recorder.last().body
        assert isinstance(body, dict)
        assert body["temperature"] == 0.2
        assert body["enable_thinking"] is True
        assert body["stream"] is True
        assert "stream_options" not in body

    def test_an_answer_in_one_piece_is_understood_too(self, server: DemoServer, kind: str) -> None:
        outcome = ask(kind, self.base(server, kind), "demo-reasoning", params={"stream": False})
        assert outcome.text == tour.text("reasoned", "en")
        assert outcome.reasoning == tour.text("reasoning", "en")
        assert outcome.reason is FinishReason.STOP

    def test_the_models_are_listed_in_the_servers_order(self, server: DemoServer, kind: str) -> None:
        names = asyncio.run(_models(kind, self.base(server, kind)))
        assert names[0] == "demo"
        assert "demo-429" in names

    def test_listing_with_a_bad_key_is_an_auth_error(self, server: DemoServer, kind: str) -> None:
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
    failure = ask("openai", f"{url}/v1").failure
    assert failure is not None
    assert failure.kind is ErrorKind.NETWORK


def test_dashscope_asks_whether_the_key_fits_the_region(server: DemoServer) -> None:
    failure = ask("dashscope", f"{server.url}/compatible-mode/v1", "demo-401").failure
    assert failure is not None
    assert failure.hint is not None
    assert "region" in failure.hint.key


def test_dashscopes_native_address_is_refused_with_advice() -> None:
    with pytest.raises(ChatError) as caught:
        registry.create(account("dashscope", "https://dashscope.aliyuncs.com/api/v1"))
    assert caught.value.kind is ErrorKind.BAD_REQUEST
    assert "compatible-mode" in (caught.value.failure.hint or caught.value.failure.message).key
