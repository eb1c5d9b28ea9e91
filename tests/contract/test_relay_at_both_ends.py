"""The program's own adapters ask the program's own relay, with the demo behind it: nothing is lost on the way."""

from collections.abc import Iterator, Mapping

import pytest
from tests.support import asking
from tests.support.asking import Outcome
from tests.support.relays import TOKEN, Relay, relay_of_providers

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import FinishReason, Message, Role, TextPart, user_message
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.request import Limits
from desktopchat.domain.values import Json
from desktopchat.servers.demo import DemoServer, tour

WAYS: Mapping[str, tuple[str, str, Mapping[str, Json]]] = {
    "by GET": ("sse-relay", "/ai/streamChat", {}),
    "by POST": ("sse-relay", "/chat", {"method": "POST"}),
    "chunked": ("sse-relay", "/chat?format=chunked", {"method": "POST"}),
    "openai": ("openai", "/v1", {}),
    "openai, whole": ("openai", "/v1", {"stream": False}),
}
STREAMS = ("by GET", "by POST", "openai")
QUICK = Limits(connect_s=5, first_content_s=3, idle_s=3, after_end_s=0.4)


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoServer]:
    server = DemoServer(tokens_per_second=5000)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def relay(demo: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    further = ProviderConfig("Claude/test", "anthropic", f"{demo.url}/anthropic", "demo-reasoning", proxy="none")
    with relay_of_providers(tmp_path_factory.mktemp("relay"), f"{demo.url}/v1", further) as found:
        yield found


def ask(
    relay: Relay, way: str, model: str, *, question: str = "hello", limits: Limits = QUICK, key: str = TOKEN
) -> Outcome:
    kind, path, params = WAYS[way]
    return asking.ask(kind, relay.url + path, model, key=key, params=params, question=question, limits=limits)


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_comes_through_whole(relay: Relay, way: str) -> None:
    outcome = ask(relay, way, "demo/demo-reasoning")
    assert (outcome.failure, outcome.reason) == (None, FinishReason.STOP)
    assert outcome.text == tour.text("reasoned", "en")
    if way != "chunked":
        assert outcome.reasoning == tour.text("reasoning", "en")
        assert outcome.usage is not None
        assert outcome.usage.output_tokens == 144


@pytest.mark.parametrize("way", WAYS)
def test_characters_that_the_vendor_cuts_come_whole(relay: Relay, way: str) -> None:
    assert ask(relay, way, "demo/demo-split-utf8").text == tour.text("split-utf8", "en")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("demo-401", ErrorKind.AUTH),
        ("demo-403", ErrorKind.PERMISSION),
        ("demo-404", ErrorKind.NOT_FOUND),
        ("demo-429", ErrorKind.RATE_LIMITED),
        ("demo-500", ErrorKind.OVERLOADED),
    ],
)
def test_a_vendors_refusal_keeps_its_kind(relay: Relay, way: str, model: str, kind: ErrorKind) -> None:
    outcome = ask(relay, way, f"demo/{model}")
    assert outcome.failure is not None
    assert (outcome.failure.kind, outcome.text) == (kind, "")
    if kind is ErrorKind.RATE_LIMITED and way != "by GET" and way != "by POST":
        assert outcome.failure.retry_after == 3


@pytest.mark.parametrize("way", STREAMS)
def test_what_came_before_an_error_is_kept_and_the_error_keeps_its_kind(relay: Relay, way: str) -> None:
    broken = ask(relay, way, "demo/demo-error-in-200")
    assert broken.failure is not None
    assert (broken.failure.kind, broken.text != "") == (ErrorKind.OVERLOADED, True)
    cut = ask(relay, way, "demo/demo-cut")
    assert cut.failure is not None
    assert tour.text("cut", "en").startswith(cut.text)
    assert cut.text
    assert cut.failure.kind in (ErrorKind.TRUNCATED, ErrorKind.OVERLOADED)


def test_text_in_chunks_that_is_cut_is_truncated(relay: Relay) -> None:
    cut = ask(relay, "chunked", "demo/demo-cut")
    assert cut.failure is not None
    assert (cut.failure.kind, cut.text != "") == (ErrorKind.TRUNCATED, True)


@pytest.mark.parametrize("way", WAYS)
def test_pages_and_empty_answers_of_a_vendor_are_errors(relay: Relay, way: str) -> None:
    for model in ("demo-html", "demo-empty"):
        outcome = ask(relay, way, f"demo/{model}")
        assert outcome.failure is not None
        assert outcome.failure.kind in (ErrorKind.PROTOCOL, ErrorKind.OVERLOADED), outcome.failure


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_that_stays_open_behind_its_end_holds_nobody_up(relay: Relay, way: str) -> None:
    outcome = ask(relay, way, "demo/demo-never-closes")
    assert (outcome.failure, outcome.text) == (None, tour.text("never-closes", "en"))


@pytest.mark.parametrize("way", STREAMS)
def test_heartbeats_of_the_relay_are_no_content(relay: Relay, way: str) -> None:
    outcome = ask(relay, way, "demo/demo-stall", limits=Limits(connect_s=5, first_content_s=3, idle_s=0.5))
    assert outcome.failure is not None
    assert outcome.failure.kind is ErrorKind.TIMEOUT
    assert outcome.text


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_token_is_an_error_of_the_key(relay: Relay, way: str) -> None:
    outcome = ask(relay, way, "demo/demo", key="dcr-not-this-one")
    assert outcome.failure is not None
    assert (outcome.failure.kind, outcome.failure.status) == (ErrorKind.AUTH, 401)


@pytest.mark.parametrize("way", WAYS)
def test_every_configured_provider_answers_under_its_name(relay: Relay, way: str) -> None:
    for model in ("Claude/test/demo-reasoning", "claude/test"):
        assert ask(relay, way, model).text == tour.text("reasoned", "en")


@pytest.mark.parametrize("way", ["by POST", "openai"])
def test_the_whole_conversation_reaches_the_vendor(relay: Relay, demo: DemoServer, way: str) -> None:
    kind, path, params = WAYS[way]
    talk = (user_message("one"), Message(Role.ASSISTANT, (TextPart("two"),)), user_message("three 🙂"))
    asking.ask(
        kind,
        relay.url + path,
        "demo/demo",
        key=TOKEN,
        messages=talk,
        system_prompt="Be brief.",
        params={**params, "temperature": 0.25},
        limits=QUICK,
    )
    body = demo.recorder.last().body
    assert isinstance(body, dict)
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "three 🙂"},
    ]
    assert (body["temperature"], body["model"]) == (0.25, "demo")
