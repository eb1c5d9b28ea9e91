import json

import pytest
from tests.support import dialect_breakers as wire
from tests.support.asking import account

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.events import StreamEvent, TextDelta
from desktopchat.domain.message import Message, Role, TextPart, user_message
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers import registry
from desktopchat.providers.anthropic import ERRORS, Messages
from desktopchat.providers.jsontext import object_of
from desktopchat.providers.vendor_errors import complaint_in, error_for_status, error_in_stream
from desktopchat.transports.sse import SSEDecoder

KEY = "sk-ant-api03-canary-never-shown"
HI = (user_message("hi"),)


def dialect() -> Messages:
    return Messages(account("anthropic", "https://api.anthropic.com", KEY))


def body_for(request: ChatRequest) -> dict[str, Json]:
    return object_of(dialect().ask(request).json)


def assistant(text: str) -> Message:
    return Message(Role.ASSISTANT, (TextPart(text),))


def test_the_key_goes_into_its_own_header_and_the_version_is_named() -> None:
    shown = registry.create(account("anthropic", "api.anthropic.com/v1/messages", KEY)).outgoing(ChatRequest("m", HI))
    assert (shown.method, shown.url) == ("POST", "https://api.anthropic.com/v1/messages")
    assert shown.headers["x-api-key"] == "***"
    assert shown.headers["anthropic-version"] == "2023-06-01"
    assert KEY not in repr(shown)


@pytest.mark.parametrize(
    "pasted",
    [
        "https://api.anthropic.com",
        " https://api.anthropic.com/v1/ ",
        "https://api.anthropic.com/v1/models",
        "api.anthropic.com/v1/messages",
    ],
)
def test_a_pasted_address_is_what_stands_before_the_version(pasted: str) -> None:
    assert registry.normalised("anthropic", pasted) == "https://api.anthropic.com"


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-3-haiku-20240307", 4096),
        ("claude-3-5-sonnet-latest", 8192),
        ("claude-sonnet-4-5", 32_000),
        ("claude-opus-5-1", 32_000),
        ("glm-4.6", 8192),
    ],
)
def test_the_limit_that_the_protocol_demands_fits_the_model(model: str, expected: int) -> None:
    assert body_for(ChatRequest(model, HI))["max_tokens"] == expected


def test_the_limit_leaves_room_behind_the_thoughts() -> None:
    params: dict[str, Json] = {"thinking": {"type": "enabled", "budget_tokens": 60_000}}
    body = body_for(ChatRequest("claude-sonnet-4-5", HI, params=params))
    assert body["max_tokens"] == 68_192
    assert body["thinking"] == params["thinking"]


def test_params_win_and_a_null_takes_a_field_out() -> None:
    body = body_for(ChatRequest("m", HI, params={"max_tokens": 5, "temperature": None, "top_k": 3}))
    assert body["max_tokens"] == 5
    assert body["top_k"] == 3
    assert "temperature" not in body


def test_turns_alternate_and_blank_texts_are_left_out() -> None:
    talk = (user_message("a"), user_message("b"), assistant("  "), user_message(" "), assistant("c"), user_message("d"))
    assert body_for(ChatRequest("m", talk))["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": "c"},
        {"role": "user", "content": "d"},
    ]


def test_an_answers_beginning_is_the_last_message_without_the_blanks_that_the_api_refuses() -> None:
    body = body_for(ChatRequest("m", HI, params={"thinking": {"type": "enabled"}}, prefix="Once upon a \n"))
    assert body["messages"] == [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Once upon a"}]
    assert "thinking" not in body


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ((" \ntime",), "time"),
        ((" ", "\n", "time"), "time"),
        ((" time",), "time"),
        (("time",), "time"),
        ((" \n\n time",), "\n time"),
    ],
)
def test_blanks_that_were_held_back_are_not_said_twice(pieces: tuple[str, ...], expected: str) -> None:
    reader = dialect().reader(ChatRequest("m", HI, prefix="Once upon a \n"))
    events: list[StreamEvent] = []
    for event in SSEDecoder().feed(b"".join(wire.piece(0, "text_delta", text=text) for text in pieces)):
        events += reader.frame(event)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == expected


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-3-5-haiku-latest", True),
        ("claude-sonnet-4-20250514", True),
        ("claude-opus-4-5-20251101", True),
        ("claude-haiku-4-5", True),
        ("claude-opus-4-6", False),
        ("claude-sonnet-4-6", False),
        ("claude-opus-4-7-20260101", False),
        ("claude-sonnet-5", False),
        ("kimi-latest", False),
    ],
)
def test_only_models_known_for_it_are_asked_to_go_on(model: str, expected: bool) -> None:
    assert dialect().continues(model) is expected


@pytest.mark.parametrize(
    ("status", "kind", "message", "expected"),
    [
        (400, "invalid_request_error", "max_tokens: Field required", ErrorKind.BAD_REQUEST),
        (400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum", ErrorKind.CONTEXT_LENGTH),
        (400, "invalid_request_error", "Your credit balance is too low to access the API.", ErrorKind.QUOTA),
        (401, "authentication_error", "invalid x-api-key", ErrorKind.AUTH),
        (402, "billing_error", "pay", ErrorKind.QUOTA),
        (403, "permission_error", "no", ErrorKind.PERMISSION),
        (404, "not_found_error", "model: claude-0", ErrorKind.NOT_FOUND),
        (413, "request_too_large", "big", ErrorKind.BAD_REQUEST),
        (429, "rate_limit_error", "slow", ErrorKind.RATE_LIMITED),
        (500, "api_error", "oh", ErrorKind.OVERLOADED),
        (504, "timeout_error", "late", ErrorKind.TIMEOUT),
        (529, "overloaded_error", "Overloaded", ErrorKind.OVERLOADED),
    ],
)
def test_each_error_has_its_kind_before_and_within_an_answer(
    status: int, kind: str, message: str, expected: ErrorKind
) -> None:
    document: Json = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    failure = error_for_status(status, {}, json.dumps(document).encode(), ERRORS, None).failure
    assert (failure.kind, failure.code, failure.request_id) == (expected, kind, "req_1")
    complaint = complaint_in(document)
    assert complaint is not None
    assert error_in_stream(complaint, ERRORS, None).kind is expected


def test_the_list_of_models_is_asked_for_in_one_page() -> None:
    assert dialect().list_models().url == "https://api.anthropic.com/v1/models?limit=1000"
    found = dialect().models({"data": [{"type": "model", "id": "claude-x", "display_name": "Claude X"}]})
    assert found is not None
    assert [(model.id, model.name) for model in found] == [("claude-x", "Claude X")]
