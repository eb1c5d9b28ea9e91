"""Spark's OpenAI-like endpoint through the chat adapter: its frames as documented, and its codes inside answers."""

import json

import pytest
from tests.support.asking import Outcome, ask
from tests.support.rawserver import answering, raw_server, response

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import FinishReason, Usage
from desktopchat.domain.values import Json

ANSWER = (
    'data:{"code":0,"message":"Success","sid":"cha000b0003@dx1905","id":"cha000b0003@dx1905","created":1719546385,'
    '"choices":[{"delta":{"role":"assistant","content":"你好"},"index":0}]}\n\n'
    'data:{"code":0,"message":"Success","sid":"cha000b0003@dx1905","id":"cha000b0003@dx1905","created":1719546387,'
    '"choices":[{"delta":{"role":"assistant","content":"？"},"index":0}],'
    '"usage":{"prompt_tokens":6,"completion_tokens":42,"total_tokens":48}}\n\n'
    "data:[DONE]\n\n"
).encode()
THOUGHT = (
    'data:{"code":0,"message":"Success","sid":"s","choices":[{"delta":{"role":"assistant","content":"",'
    '"reasoning_content":"嗯","plugins_content":null},"index":0}]}\n\n'
).encode()


def asked(body: bytes, media_type: str = "text/event-stream", status: str = "200 OK") -> Outcome:
    with raw_server(answering(response(body, media_type=media_type, status=status))) as server:
        return ask("openai", f"{server.url}/v1", "4.0Ultra", key="APIPassword-0123456789")


def test_an_answer_without_finish_reason_ends_with_done() -> None:
    outcome = asked(ANSWER)
    assert (outcome.text, outcome.reason, outcome.failure) == ("你好？", FinishReason.STOP, None)
    assert outcome.usage == Usage(6, 42)


def test_without_done_it_is_truncated() -> None:
    outcome = asked(ANSWER.removesuffix(b"data:[DONE]\n\n"))
    assert outcome.failure is not None
    assert (outcome.failure.kind, outcome.text) == (ErrorKind.TRUNCATED, "你好？")


def test_the_thoughts_of_x_models_are_kept_apart() -> None:
    outcome = asked(THOUGHT + ANSWER)
    assert (outcome.reasoning, outcome.text) == ("嗯", "你好？")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10013, ErrorKind.CONTENT_FILTERED),
        (10014, ErrorKind.CONTENT_FILTERED),
        (10907, ErrorKind.CONTEXT_LENGTH),
        (11200, ErrorKind.QUOTA),
        (11202, ErrorKind.RATE_LIMITED),
        (10404, ErrorKind.NOT_FOUND),
        (10110, ErrorKind.OVERLOADED),
    ],
)
def test_a_code_has_its_kind_in_a_frame_and_in_a_body(code: int, kind: ErrorKind) -> None:
    flat: Json = {"code": code, "message": "no", "sid": "cha7"}
    nested: Json = {"error": {"message": "no", "type": "api_error", "param": None, "code": str(code)}}
    frame = ANSWER.partition(b"\n\n")[0] + b"\n\ndata:" + json.dumps(flat).encode() + b"\n\ndata:[DONE]\n\n"
    outcomes = {
        "frame": asked(frame),
        "flat": asked(json.dumps(flat).encode(), "application/json"),
        "nested": asked(json.dumps(nested).encode(), "application/json"),
    }
    for form, outcome in outcomes.items():
        assert outcome.failure is not None, form
        assert (outcome.failure.kind, outcome.failure.code) == (kind, str(code)), form
        assert outcome.text == ("你好" if form == "frame" else "")
    assert outcomes["frame"].failure is not None
    assert outcomes["frame"].failure.request_id == "cha7"


@pytest.mark.parametrize(("status", "kind"), [("401 Unauthorized", ErrorKind.AUTH), ("403 Forbidden", "permission")])
def test_a_refusal_at_the_gate_goes_by_its_status(status: str, kind: ErrorKind) -> None:
    failure = asked(b'{"message":"HMAC signature cannot be verified"}', "application/json", status).failure
    assert failure is not None
    assert failure.kind == kind
