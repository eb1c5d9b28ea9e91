"""A conversation through somebody's PHP relay: the program, a script in PHP's own web server, the demo behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.asking import ask
from tests.support.php_relay import php_relay
from tests.support.program import Program

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import FinishReason, Message, Role, TextPart, user_message
from desktopchat.servers.demo import DemoServer, tour

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    demo = DemoServer(tokens_per_second=2000)
    try:
        with php_relay(tmp_path_factory.mktemp("php"), demo.start()) as address:
            yield address
    finally:
        demo.stop()


@pytest.mark.parametrize("form", ["article", "raw", "quoted", "chunked"])
def test_every_form_of_answer_arrives_to_the_letter(relay: str, form: str) -> None:
    outcome = ask("sse-relay", f"{relay}?as={form}", "demo", question="你好，show me a table")
    assert outcome.failure is None
    assert outcome.text == tour.answer("你好，show me a table", is_first=True)
    assert outcome.reason is FinishReason.STOP


def test_bare_text_without_chunks_has_its_text_and_no_end(relay: str) -> None:
    """PHP's own web server tells no length: nobody can say that the text is whole."""
    outcome = ask("sse-relay", f"{relay}?as=text", "demo", question="hello")
    assert outcome.text == tour.answer("hello", is_first=True)
    assert outcome.failure is not None
    assert outcome.failure.kind is ErrorKind.TRUNCATED


def test_the_vendors_refusal_becomes_the_relays_error(relay: str) -> None:
    failure = ask("sse-relay", f"{relay}?as=article", "demo-500").failure
    assert failure is not None
    assert (failure.kind, failure.detail) == (ErrorKind.OVERLOADED, "服务异常")


def test_by_post_it_is_a_conversation(relay: str) -> None:
    talk = (user_message("hello"), Message(Role.ASSISTANT, (TextPart("hi"),)), user_message("and now?"))
    outcome = ask("sse-relay", relay, "demo", messages=talk, params={"method": "POST"})
    assert outcome.text == tour.answer("and now?", is_first=False)


def test_the_shell_saves_a_conversation_through_it_and_goes_on_with_it(relay: str, tmp_path: Path) -> None:
    program = Program(tmp_path)
    address = ("--kind", "sse-relay", "--base-url", relay, "--param", 'method="POST"', "--model", "demo", "--json")
    first = program.run("ask", *address, "--save", "hello")
    assert first.answer == tour.answer("hello", is_first=True)
    saved = first.last["conversation"]
    second = program.run("ask", *address, "--conversation", saved, "and now?")
    assert second.answer == tour.answer("and now?", is_first=False)
    assert second.status == 0
