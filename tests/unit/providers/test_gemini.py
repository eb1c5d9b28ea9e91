import json

import pytest
from tests.support.asking import account

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import Message, Role, TextPart, user_message
from desktopchat.domain.request import ChatRequest, Outgoing
from desktopchat.domain.values import Json
from desktopchat.providers import registry
from desktopchat.providers.gemini import ERRORS, GenerateContent, listed
from desktopchat.providers.jsontext import object_of
from desktopchat.providers.vendor_errors import complaint_in, error_for_status, error_in_stream

BASE = "https://generativelanguage.googleapis.com"
KEY = "AIza-canary-never-shown-0123456789abcde"
HI = (user_message("hi"),)


def outgoing(request: ChatRequest, base: str = BASE) -> Outgoing:
    return registry.create(account("gemini", base, KEY)).outgoing(request)


def test_the_key_goes_into_a_header_and_never_into_the_address() -> None:
    shown = outgoing(ChatRequest("gemini-2.5-flash", HI))
    assert shown.url == f"{BASE}/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
    assert shown.headers["x-goog-api-key"] == "***"
    assert KEY not in repr(shown)


def test_an_address_with_the_key_in_it_is_refused() -> None:
    with pytest.raises(ChatError) as caught:
        registry.create(account("gemini", f"{BASE}?key={KEY}"))
    assert caught.value.kind is ErrorKind.BAD_REQUEST
    assert KEY not in repr(caught.value.failure)


@pytest.mark.parametrize(
    "pasted", [f"{BASE}/v1beta/", f"{BASE}/v1beta/models", f"{BASE}/v1beta/openai/", f"{BASE}/v1", BASE + "/"]
)
def test_a_pasted_address_is_what_stands_before_the_version(pasted: str) -> None:
    assert registry.normalised("gemini", pasted) == BASE


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("models/gemini-x", "models/gemini-x"),
        ("tunedModels/mine", "tunedModels/mine"),
        (" gemini x?y#z ", "models/gemini%20x%3Fy%23z"),
    ],
)
def test_the_models_name_is_a_part_of_the_path_and_nothing_else(model: str, path: str) -> None:
    assert outgoing(ChatRequest(model, HI)).url == f"{BASE}/v1beta/{path}:streamGenerateContent?alt=sse"


def test_without_a_model_nothing_is_sent() -> None:
    with pytest.raises(ChatError) as caught:
        outgoing(ChatRequest(" ", HI))
    assert caught.value.kind is ErrorKind.BAD_REQUEST
    assert caught.value.failure.hint is not None


def test_a_query_in_the_address_is_kept() -> None:
    shown = outgoing(ChatRequest("m", HI), "https://proxy.example/g?team=7&alt=json")
    assert shown.url == "https://proxy.example/g/v1beta/models/m:streamGenerateContent?team=7&alt=sse"


def test_params_are_part_of_the_configuration_but_for_those_that_stand_beside_it() -> None:
    params: dict[str, Json] = {
        "temperature": 0.5,
        "generationConfig": {"topK": 3, "temperature": 1},
        "safetySettings": [],
        "tools": [{"googleSearch": {}}],
        "seed": None,
        "stream": False,
    }
    shown = outgoing(ChatRequest("m", HI, params=params))
    assert shown.url.endswith("/models/m:generateContent")
    assert shown.body == {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "generationConfig": {"topK": 3, "temperature": 0.5},
        "safetySettings": [],
        "tools": [{"googleSearch": {}}],
    }


def test_turns_alternate_between_user_and_model() -> None:
    talk = (user_message("a"), user_message("b"), Message(Role.ASSISTANT, (TextPart("c"),)), user_message("d"))
    assert object_of(outgoing(ChatRequest("m", talk)).body)["contents"] == [
        {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]},
        {"role": "model", "parts": [{"text": "c"}]},
        {"role": "user", "parts": [{"text": "d"}]},
    ]


@pytest.mark.parametrize(
    ("status", "name", "reason", "message", "expected"),
    [
        (400, "INVALID_ARGUMENT", "API_KEY_INVALID", "API key not valid.", ErrorKind.AUTH),
        (400, "INVALID_ARGUMENT", "", "API key not valid. Please pass a valid API key.", ErrorKind.AUTH),
        (400, "INVALID_ARGUMENT", "", "Unknown name “x”", ErrorKind.BAD_REQUEST),
        (
            400,
            "INVALID_ARGUMENT",
            "",
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            ErrorKind.CONTEXT_LENGTH,
        ),
        (400, "FAILED_PRECONDITION", "", "User location is not supported.", ErrorKind.BAD_REQUEST),
        (401, "UNAUTHENTICATED", "CREDENTIALS_MISSING", "no", ErrorKind.AUTH),
        (403, "PERMISSION_DENIED", "API_KEY_SERVICE_BLOCKED", "no", ErrorKind.PERMISSION),
        (404, "NOT_FOUND", "", "models/x is not found", ErrorKind.NOT_FOUND),
        (429, "RESOURCE_EXHAUSTED", "", "slow", ErrorKind.RATE_LIMITED),
        (500, "INTERNAL", "", "oh", ErrorKind.OVERLOADED),
        (503, "UNAVAILABLE", "", "The model is overloaded.", ErrorKind.OVERLOADED),
        (504, "DEADLINE_EXCEEDED", "", "late", ErrorKind.TIMEOUT),
    ],
)
def test_each_error_has_its_kind_before_and_within_an_answer(
    status: int, name: str, reason: str, message: str, expected: ErrorKind
) -> None:
    error: dict[str, Json] = {"code": status, "message": message, "status": name}
    if reason:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    for document in ({"error": error}, [{"error": error}]):
        failure = error_for_status(status, {}, json.dumps(document).encode(), ERRORS, None).failure
        assert (failure.kind, failure.code, failure.detail) == (expected, reason or name, message)
    complaint = complaint_in({"error": error})
    assert complaint is not None
    assert error_in_stream(complaint, ERRORS, None).kind is expected


@pytest.mark.parametrize(("delay", "seconds"), [("17s", 17), ("0.5s", 0.5), ("soon", None), (None, None), (3, None)])
def test_the_wait_that_google_asks_for_is_read_from_the_details(delay: Json, seconds: float | None) -> None:
    details: Json = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    error: Json = {"error": {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED", "details": details}}
    failure = error_for_status(429, {}, json.dumps(error).encode(), ERRORS, None).failure
    assert (failure.kind, failure.retry_after) == (ErrorKind.RATE_LIMITED, seconds)


def test_the_list_holds_the_models_that_can_chat() -> None:
    found = listed(
        {
            "models": [
                {
                    "name": "models/gemini-x",
                    "displayName": "Gemini X",
                    "inputTokenLimit": 1_048_576,
                    "supportedGenerationMethods": ["generateContent"],
                    "thinking": True,
                },
                {"name": "models/embedding-1", "supportedGenerationMethods": ["embedContent"]},
                {"name": "models/plain"},
                {"displayName": "nameless"},
            ]
        }
    )
    assert found is not None
    assert [(model.id, model.name, model.context_tokens) for model in found] == [
        ("gemini-x", "Gemini X", 1_048_576),
        ("plain", "", None),
    ]
    assert found[0].capabilities.reasoning is True


def test_what_is_no_list_of_models_is_told_from_an_empty_one() -> None:
    assert (listed({}), listed({"models": []})) == ([], [])
    assert (listed([]), listed({"ok": 1}), listed({"models": 7})) == (None, None, None)


def test_the_list_is_asked_for_in_one_page_and_no_answer_is_gone_on_with() -> None:
    dialect = GenerateContent(account("gemini", BASE))
    assert dialect.list_models().url == f"{BASE}/v1beta/models?pageSize=1000"
    assert not dialect.continues("gemini-2.5-pro")
