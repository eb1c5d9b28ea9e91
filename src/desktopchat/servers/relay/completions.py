"""OpenAI's dialect: the list of models, and chat completions in chunks or whole."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from starlette.responses import Response

from desktopchat.domain.errors import Failure
from desktopchat.domain.events import (
    Finished,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    TextReplaced,
    ToolCallReady,
    UsageReport,
)
from desktopchat.domain.message import FinishReason, Usage
from desktopchat.domain.values import Json
from desktopchat.servers.relay.events import Told
from desktopchat.servers.relay.refusals import as_json, as_openai, refused

SINCE = 1767225600
"""A moment for `created` of models, of which nobody knows when they were."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A model as the list has it."""

    name: str
    owner: str


def listed(offers: Sequence[Offer]) -> dict[str, Json]:
    return {"object": "list", "data": [described(offer) for offer in offers]}


def described(offer: Offer) -> dict[str, Json]:
    return {"id": offer.name, "object": "model", "created": SINCE, "owned_by": offer.owner}


@dataclass(slots=True)
class _Head:
    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex[:24]}")
    created: int = field(default_factory=lambda: int(time.time()))

    def fields(self, kind: str) -> dict[str, Json]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


class ChunksForm:
    """See `answering.Form`. The first chunk waits for the first words, so that a failure before has its status."""

    media_type = "text/event-stream; charset=utf-8"
    heartbeat = b": heartbeat\n\n"

    def __init__(self, model: str, *, counts: bool) -> None:
        self._head = _Head(model)
        self._counts = counts
        self._told = Told()
        self._has_role = False
        self._calls = 0
        self._reason = FinishReason.STOP
        self._usage: Usage | None = None

    def opening(self) -> bytes:
        return b""

    def event(self, event: StreamEvent) -> bytes:
        match event:
            case TextDelta(text):
                return self._delta({"content": self._told.more(text)})
            case TextReplaced(text):
                news = self._told.instead(text)
                return self._delta({"content": news}) if news else b""
            case ReasoningDelta(text):
                return self._delta({"reasoning_content": text})
            case ToolCallReady():
                self._calls += 1
                return self._delta({"tool_calls": [{"index": self._calls - 1, **_call(event)}]})
            case UsageReport(usage):
                self._usage = usage
            case Finished(reason):
                self._reason = reason
        return b""

    def closing(self) -> bytes:
        last = self._delta({}, _reason(self._reason))
        counted = self._frame(choices=[], usage=_counts(self._usage)) if self._counts else b""
        return last + counted + b"data: [DONE]\n\n"

    def failure(self, failure: Failure) -> bytes | None:
        return f"data: {as_json(as_openai(failure))}\n\n".encode()

    def refusal(self, failure: Failure) -> Response:
        return refused(failure, as_openai)

    def _delta(self, delta: dict[str, Json], reason: str | None = None) -> bytes:
        if not self._has_role:
            self._has_role = True
            delta = {"role": "assistant", "content": "", **delta}
        choice: Json = {"index": 0, "delta": delta, "finish_reason": reason}
        return self._frame(choices=[choice])

    def _frame(self, **fields: Json) -> bytes:
        return f"data: {as_json({**self._head.fields('chat.completion.chunk'), **fields})}\n\n".encode()


class WholeForm:
    """See `answering.Form`. One document at the end."""

    media_type = "application/json"
    heartbeat = b""

    def __init__(self, model: str) -> None:
        self._head = _Head(model)
        self._text: list[str] = []
        self._thought: list[str] = []
        self._calls: list[Json] = []
        self._reason = FinishReason.STOP
        self._usage: Usage | None = None

    def opening(self) -> bytes:
        return b""

    def event(self, event: StreamEvent) -> bytes:
        match event:
            case TextDelta(text):
                self._text.append(text)
            case TextReplaced(text):
                self._text = [text]
            case ReasoningDelta(text):
                self._thought.append(text)
            case ToolCallReady():
                self._calls.append(_call(event))
            case UsageReport(usage):
                self._usage = usage
            case Finished(reason):
                self._reason = reason
        return b""

    def closing(self) -> bytes:
        message: dict[str, Json] = {"role": "assistant", "content": "".join(self._text), "refusal": None}
        if self._thought:
            message["reasoning_content"] = "".join(self._thought)
        if self._calls:
            message["tool_calls"] = self._calls
        choice: Json = {"index": 0, "message": message, "logprobs": None, "finish_reason": _reason(self._reason)}
        fields: dict[str, Json] = {"choices": [choice], "usage": _counts(self._usage)}
        return as_json({**self._head.fields("chat.completion"), **fields}).encode()

    def failure(self, failure: Failure) -> bytes | None:
        return None

    def refusal(self, failure: Failure) -> Response:
        return refused(failure, as_openai)


def _call(call: ToolCallReady) -> dict[str, Json]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _reason(reason: FinishReason) -> str:
    return "stop" if reason is FinishReason.STOPPED else reason.value


def _counts(usage: Usage | None) -> Json:
    """As OpenAI counts; null where the provider did not say."""
    if usage is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    counts: dict[str, Json] = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
    if usage.reasoning_tokens is not None:
        counts["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    if usage.cached_tokens is not None:
        counts["prompt_tokens_details"] = {"cached_tokens": usage.cached_tokens}
    return counts
