import io
import json
from typing import Any

import pytest

from desktopchat.cli.output import Output
from desktopchat.cli.telling import JsonTeller, PlainTeller
from desktopchat.cli.writer import Writer
from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.message import FinishReason, Message, Role, Usage
from desktopchat.domain.text import msg


class Heard:
    """What a teller wrote, once its writer is closed."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.err = io.StringIO()
        self.writer = Writer(self.out, lambda _error: None)

    def plain(self) -> PlainTeller:
        return PlainTeller(self.writer, Output(out=self.out, err=self.err))

    def text(self) -> str:
        assert self.writer.close(10)
        return self.out.getvalue().decode()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_an_answer_that_only_grew_is_told_as_growth(heard: Heard) -> None:
    teller = JsonTeller(heard.writer)
    teller.text("Hel")
    teller.replaced("Hello")
    teller.replaced("Hello")
    assert heard.events() == [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]


def test_words_that_were_taken_back_are_told_as_such(heard: Heard) -> None:
    teller = JsonTeller(heard.writer)
    teller.text("Hallo")
    teller.replaced("Hello")
    teller.replaced("Hello!")
    assert heard.events() == [
        {"type": "text", "text": "Hallo"},
        {"type": "replaced", "text": "Hello"},
        {"type": "text", "text": "!"},
    ]


def test_in_plain_text_the_new_words_follow_and_the_reader_is_told(heard: Heard) -> None:
    teller = heard.plain()
    teller.text("Hallo")
    teller.replaced("Hello")
    assert heard.text() == "Hallo\nHello"
    assert "took back" in heard.err.getvalue()


def test_usage_comes_once_and_before_the_end(heard: Heard) -> None:
    teller = JsonTeller(heard.writer)
    teller.ended(Message(Role.ASSISTANT, usage=Usage(1, 2, reasoning_tokens=1), finish_reason=FinishReason.LENGTH))
    assert heard.events() == [
        {"type": "usage", "input_tokens": 1, "output_tokens": 2, "reasoning_tokens": 1},
        {"type": "finished", "reason": "length"},
    ]


def test_a_failed_answer_ends_with_its_error_alone(heard: Heard) -> None:
    teller = JsonTeller(heard.writer)
    teller.ended(Message(Role.ASSISTANT, failure=Failure(ErrorKind.TRUNCATED, msg("Cut."))))
    assert [(event["type"], event["kind"]) for event in heard.events()] == [("error", "truncated")]


def test_a_retry_says_when_and_why(heard: Heard) -> None:
    JsonTeller(heard.writer).retry(1.25, Failure(ErrorKind.OVERLOADED, msg("Busy.")))
    assert heard.events() == [{"type": "retry", "in": 1.25, "kind": "overloaded"}]


def test_errors_follow_the_answer_on_standard_error(heard: Heard) -> None:
    teller = heard.plain()
    teller.text("half")
    teller.ended(Message(Role.ASSISTANT, failure=Failure(ErrorKind.TRUNCATED, msg("Cut."))))
    teller.saved("abc")
    assert heard.err.getvalue() == ""
    teller.after_words()
    assert heard.text() == "half"
    assert heard.err.getvalue() == "Cut.\n  (truncated)\nStored as conversation abc.\n"
