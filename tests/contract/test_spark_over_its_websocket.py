"""Spark over real sockets: every way in which its connection or its server can go wrong, and what people are told."""

import asyncio
import logging
import time
from collections.abc import Iterator

import pytest
from tests.support.asking import QUICK, Outcome, account, ask, collect
from tests.support.rawserver import Peer, Script, raw_server, response
from tests.support.websocket_wire import PING, after_question, closing, frame, read_frame, spark, spark_error, texts

from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.message import FinishReason, user_message
from desktopchat.domain.request import ChatRequest, Limits
from desktopchat.providers import registry
from desktopchat.providers.spark import Spark
from desktopchat.servers.demo import DemoServer, tour

KEY = "app-4711:key-canary-4711:secret-canary-4711"
TRIPLE = "demo:demo:demo"
USAGE = {"text": {"prompt_tokens": 5, "completion_tokens": 9}}
ANSWER = (spark(0, "我可以"), spark(1, "help "), spark(2, "😀", usage=USAGE))
LIMITS = Limits(connect_s=5, headers_s=5, first_content_s=5, idle_s=5)


def asked(script: Script, limits: Limits = LIMITS, model: str = "") -> Outcome:
    with raw_server(script) as server:
        return ask("spark", f"{server.url.replace('http', 'ws', 1)}/v3.5/chat", model, key=KEY, limits=limits)


def kind_of(outcome: Outcome) -> ErrorKind | None:
    return outcome.failure.kind if outcome.failure else None


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoServer]:
    server = DemoServer(tokens_per_second=5000)
    server.start()
    yield server
    server.stop()


def address(demo: DemoServer, path: str = "/spark/v3.5/chat") -> str:
    return demo.url.replace("http", "ws", 1) + path


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
def test_an_answer_is_the_same_however_its_bytes_are_cut(size: int) -> None:
    stream = texts(ANSWER) + closing(1000)

    def then(peer: Peer) -> None:
        for at in range(0, len(stream), size):
            peer.send(stream[at : at + size])
        read_frame(peer)

    outcome = asked(after_question(then))
    assert (outcome.text, outcome.reason, outcome.failure) == ("我可以help 😀", FinishReason.STOP, None)
    assert outcome.usage is not None
    assert (outcome.usage.input_tokens, outcome.usage.output_tokens) == (5, 9)


def test_the_question_is_one_frame_with_the_model_of_the_path() -> None:
    questions: list[object] = []
    asked(after_question(texts(ANSWER), questions=questions))
    assert questions == [
        {
            "header": {"app_id": "app-4711"},
            "parameter": {"chat": {"domain": "generalv3.5"}},
            "payload": {"message": {"text": [{"role": "user", "content": "hello"}]}},
        }
    ]


@pytest.mark.parametrize("code", [1000, 1001, 1011])
def test_a_close_before_the_last_frame_is_a_cut_answer(code: int) -> None:
    outcome = asked(after_question(texts(ANSWER[:2]) + closing(code)))
    assert (outcome.text, kind_of(outcome)) == ("我可以help ", ErrorKind.TRUNCATED)


@pytest.mark.parametrize("end", [b"", frame(ANSWER[2])[:-3]])
def test_an_end_in_the_middle_is_a_cut_answer(end: bytes) -> None:
    outcome = asked(after_question(texts(ANSWER[:2]) + end))
    assert (outcome.text, kind_of(outcome)) == ("我可以help ", ErrorKind.TRUNCATED)


def test_a_close_without_a_word_is_no_answer() -> None:
    assert kind_of(asked(after_question(closing(1000)))) is ErrorKind.PROTOCOL


def test_a_reset_in_the_middle_is_a_cut_answer() -> None:
    def then(peer: Peer) -> None:
        peer.send(texts(ANSWER[:2]))
        peer.server.stopping.wait(0.2)
        peer.reset()

    outcome = asked(after_question(then))
    assert (outcome.text, kind_of(outcome)) == ("我可以help ", ErrorKind.TRUNCATED)


@pytest.mark.parametrize("rest", [b"", b"\xff\xff\xff", frame(b"junk"), frame(b"x" * 2000), closing(1011)])
def test_nothing_behind_the_last_frame_spoils_the_answer(rest: bytes) -> None:
    outcome = asked(after_question(texts(ANSWER) + rest), Limits(first_content_s=5, idle_s=5, max_event_bytes=1000))
    assert (outcome.text, outcome.reason, outcome.failure) == ("我可以help 😀", FinishReason.STOP, None)


def test_a_server_that_never_closes_is_hardly_waited_for() -> None:
    def then(peer: Peer) -> None:
        peer.send(texts(ANSWER))
        peer.drip(frame(b"", PING), 0.02, forever=True)

    outcome = asked(after_question(then))
    assert outcome.reason is FinishReason.STOP
    assert outcome.seconds < 4


def test_a_verdict_behind_the_answer_is_heard_and_the_answer_stays() -> None:
    outcome = asked(after_question(texts([*ANSWER, spark_error(10019)])))
    assert (outcome.text, kind_of(outcome), outcome.reason) == ("我可以help 😀", ErrorKind.CONTENT_FILTERED, None)


def test_pings_do_not_keep_a_silent_answer_alive() -> None:
    def then(peer: Peer) -> None:
        peer.send(texts(ANSWER[:1]))
        peer.drip(frame(b"", PING), 0.02, forever=True)

    outcome = asked(after_question(then), Limits(first_content_s=5, idle_s=0.4))
    assert (outcome.text, kind_of(outcome)) == ("我可以", ErrorKind.TIMEOUT)


def test_an_endless_answer_ends_at_its_limit() -> None:
    def then(peer: Peer) -> None:
        peer.drip(frame(spark(1, "我" * 50)), 0.001, forever=True)

    outcome = asked(after_question(then), Limits(first_content_s=5, idle_s=5, max_reply_bytes=1000))
    assert kind_of(outcome) is ErrorKind.TOO_LARGE
    assert len(outcome.text.encode()) == 999


def test_a_redirect_is_not_followed() -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(response(status="302 Found", headers={"Location": "wss://elsewhere.example/"}))

    assert kind_of(asked(script)) is ErrorKind.PROTOCOL


def test_every_path_has_its_model_and_x1_thinks(demo: DemoServer) -> None:
    for path in ("/spark/v1.1/chat", "/spark/v4.0/chat", "/spark/chat/max-32k"):
        assert ask("spark", address(demo, path), "", key=TRIPLE).text == tour.answer("hello", is_first=True)
    thought = ask("spark", address(demo, "/spark/v1/x1"), "", key=TRIPLE)
    assert (thought.reasoning, thought.text) == (tour.text("reasoning", "en"), tour.text("reasoned", "en"))


def failure_of(outcome: Outcome) -> tuple[ErrorKind, str]:
    assert outcome.failure is not None
    assert outcome.failure.hint is not None
    hint = outcome.failure.hint
    return outcome.failure.kind, f"{outcome.failure.message.key} {hint.key} {hint.params}"


@pytest.mark.parametrize(
    ("key", "kind", "says"),
    [
        ("demo:demo:wrong-secret", ErrorKind.AUTH, "APISECRET"),
        ("demo:wrong-key:demo", ErrorKind.AUTH, "APIKey"),
        ("wrong-app:demo:demo", ErrorKind.AUTH, "APPID"),
        ("", ErrorKind.AUTH, "has none"),
    ],
)
def test_a_wrong_key_says_which_part_is_wrong(demo: DemoServer, key: str, kind: ErrorKind, says: str) -> None:
    found, words = failure_of(ask("spark", address(demo), "demo", key=key))
    assert found is kind
    assert says in words


def test_a_wrong_model_says_which_is_right(demo: DemoServer) -> None:
    found, words = failure_of(ask("spark", address(demo), "lite", key=TRIPLE))
    assert found is ErrorKind.NOT_FOUND
    assert "generalv3.5" in words


@pytest.mark.parametrize("off_s", [-4000.0, 4000.0])
def test_a_wrong_clock_is_said_in_words(demo: DemoServer, off_s: float) -> None:
    async def asked() -> Outcome:
        provider = Spark(account("spark", address(demo), TRIPLE), clock=lambda: time.time() + off_s)
        try:
            return await collect(provider, ChatRequest("demo", (user_message("hi"),), limits=QUICK))
        finally:
            await provider.aclose()

    outcome = asyncio.run(asked())
    _, words = failure_of(outcome)
    assert "clock" in words
    assert outcome.failure is not None
    assert outcome.failure.status == 403
    assert outcome.failure.message.params == {"minutes": 67}


def test_a_path_that_is_none_is_not_found(demo: DemoServer) -> None:
    assert failure_of(ask("spark", address(demo, "/spark/v9/chat"), "demo", key=TRIPLE))[0] is ErrorKind.NOT_FOUND


def test_an_unknown_address_wants_a_model() -> None:
    outcome = ask("spark", "wss://maas-api.cn-huabei-1.xf-yun.com/v1.1/chat", "", key=KEY)
    assert failure_of(outcome)[0] is ErrorKind.BAD_REQUEST


async def models(base: str, key: str = TRIPLE) -> list[str]:
    provider = registry.create(account("spark", base, key))
    try:
        return [model.id for model in await provider.models()]
    finally:
        await provider.aclose()


def test_the_models_are_those_of_the_address(demo: DemoServer) -> None:
    assert asyncio.run(models(address(demo))) == ["generalv3.5"]
    assert asyncio.run(models(address(demo, "/spark/v1.1/chat"))) == ["lite", "general"]


def test_the_list_of_models_finds_a_wrong_key_out(demo: DemoServer) -> None:
    with pytest.raises(ChatError) as caught:
        asyncio.run(models(address(demo), "demo:demo:wrong"))
    assert caught.value.kind is ErrorKind.AUTH


@pytest.mark.parametrize("key", ["one-part", "a:b", "a:b:", "a:b:c:d"])
def test_a_key_without_its_three_parts_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ChatError) as caught:
        registry.create(account("spark", "", key))
    assert caught.value.kind is ErrorKind.BAD_REQUEST
    assert key not in repr(caught.value.failure)


def test_what_would_be_sent_shows_no_key_and_no_signature() -> None:
    provider = registry.create(account("spark", "wss://spark-api.xf-yun.com/x2", KEY))
    shown = provider.outgoing(ChatRequest("", (user_message("hi"),), "Be brief.", {"top_k": 3, "domain": None}))
    assert (shown.method, shown.url) == ("GET", "wss://spark-api.xf-yun.com/x2")
    assert "4711" not in repr(shown)
    assert shown.body == {
        "header": {"app_id": "***"},
        "parameter": {"chat": {"top_k": 3}},
        "payload": {
            "message": {"text": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]}
        },
    }
    assert not provider.continues("spark-x")


def test_no_part_of_the_key_and_no_signature_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    failures: list[Failure | None] = []
    for script in (after_question(texts(ANSWER)), lambda peer: peer.reset(), after_question(b"\xff\xff")):
        with raw_server(script) as server:
            url = f"{server.url.replace('http', 'ws', 1)}/v3.5/chat"
            failures.append(ask("spark", url, "", key=KEY, limits=LIMITS).failure)
            signed = [request.line.partition("authorization=")[2].partition("&")[0] for request in server.requests]
        assert not any(signature in caplog.text + repr(failures) for signature in signed if signature)
    assert "canary" not in caplog.text + repr(failures)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("spark-api.xf-yun.com", "wss://spark-api.xf-yun.com/v4.0/chat"),
        (" wss://spark-api.xf-yun.com/v3.5/chat/ ", "wss://spark-api.xf-yun.com/v3.5/chat"),
        ("127.0.0.1:8000/spark/v3.5/chat", "ws://127.0.0.1:8000/spark/v3.5/chat"),
        ("", "wss://spark-api.xf-yun.com/v4.0/chat"),
    ],
)
def test_an_address_is_tidied(typed: str, means: str) -> None:
    assert registry.normalised("spark", typed) == means


@pytest.mark.parametrize("typed", ["https://spark-api-open.xf-yun.com/v1", "ws://spark-api.xf-yun.com/v3.5/chat"])
def test_an_address_that_is_not_encrypted_or_no_websocket_is_refused(typed: str) -> None:
    with pytest.raises(ChatError) as caught:
        registry.normalised("spark", typed)
    assert caught.value.kind is ErrorKind.BAD_REQUEST
    assert "wss" in f"{caught.value.failure.hint}"
