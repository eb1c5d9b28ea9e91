"""The demo in the dialect of Anthropic's Messages API: streamed and whole answers, the list of models, errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import string_of
from desktopchat.servers.demo import script
from desktopchat.servers.demo.openai import EVENT_STREAM, RETRY_AFTER, Refusal, turns_of
from desktopchat.servers.demo.performance import played
from desktopchat.servers.demo.script import Fault, Script
from desktopchat.servers.demo.stage import Stage, as_json, has_bad_key, json_response

REFUSALS: Mapping[Fault, Refusal] = {
    Fault.UNAUTHORISED: Refusal(401, "", "authentication_error", "invalid x-api-key"),
    Fault.FORBIDDEN: Refusal(403, "", "permission_error", "Your account does not have access to this model."),
    Fault.UNKNOWN_MODEL: Refusal(404, "", "not_found_error", "model: the demo has no such model"),
    Fault.TOO_MANY: Refusal(
        429, "", "rate_limit_error", "This request would exceed your account's rate limit.", RETRY_AFTER
    ),
    Fault.BROKEN: Refusal(500, "", "api_error", "Internal server error, as asked for."),
    Fault.ERROR_INSIDE: Refusal(200, "", "overloaded_error", "Overloaded, as asked for."),
    Fault.NO_SUCH_FILE: Refusal(404, "", "not_found_error", "File not found."),
    Fault.PARSING: Refusal(400, "", "invalid_request_error", "File parsing in progress, please try again later."),
}


@dataclass(frozen=True, slots=True)
class AnthropicDialect:
    """The Messages API under `prefix`."""

    stage: Stage
    prefix: str = "/anthropic"

    def routes(self) -> list[Route]:
        return [
            Route(f"{self.prefix}/v1/messages", self.messages, methods=["POST"]),
            Route(f"{self.prefix}/v1/models", self.models, methods=["GET"]),
        ]

    async def models(self, request: Request) -> Response:
        await self.stage.received(request)
        if has_bad_key(request):
            return refused(REFUSALS[Fault.UNAUTHORISED])
        data: list[Json] = [
            {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"}
            for name in script.MODELS
        ]
        return json_response(
            {"data": data, "has_more": False, "first_id": script.MODELS[0], "last_id": script.MODELS[-1]}
        )

    async def messages(self, request: Request) -> ASGIApp:
        recorded = await self.stage.received(request)
        if has_bad_key(request):
            return refused(REFUSALS[Fault.UNAUTHORISED])
        body = recorded.body
        if not isinstance(body, dict) or (wrong := what_is_wrong(body)):
            message = wrong if isinstance(body, dict) else "The body must be a JSON object."
            return refused(Refusal(400, "", "invalid_request_error", message))
        model = string_of(body.get("model"))
        plan = await self.stage.plan(model, turns_of(body), body)
        if (fault := plan.fault) and fault in REFUSALS and fault is not Fault.ERROR_INSIDE:
            return refused(REFUSALS[fault])
        given = sum(4 + script.count(turn.text) for turn in turns_of(body))
        form = AnthropicForm(plan, model, given)
        return played(self.stage, request, recorded, plan, form, streams=body.get("stream") is True)


class AnthropicForm:
    """See `performance.Form`. Thoughts and text are blocks of their own, numbered from 0."""

    media_type = EVENT_STREAM
    heartbeat = b'event: ping\ndata: {"type": "ping"}\n\n'

    def __init__(self, plan: Script, model: str, given: int) -> None:
        self._plan = plan
        self._model = model
        self._given = given
        self._id = f"msg_{uuid4().hex[:24]}"
        self._open = ""
        self._index = -1

    def headers(self) -> dict[str, str]:
        return {"request-id": f"req_demo-{self._id[4:]}"}

    def opening(self) -> bytes:
        message = {**self._message(), "content": [], "stop_reason": None, "usage": self._usage(1)}
        return _event("message_start", message=message) + self.heartbeat

    def reasoning(self, token: str) -> bytes:
        delta: Json = {"type": "thinking_delta", "thinking": token}
        return self._within("thinking") + _event("content_block_delta", index=self._index, delta=delta)

    def text(self, token: str) -> bytes:
        delta: Json = {"type": "text_delta", "text": token}
        return self._within("text") + _event("content_block_delta", index=self._index, delta=delta)

    def closing(self) -> bytes:
        delta: Json = {"stop_reason": "end_turn", "stop_sequence": None}
        usage: Json = {"output_tokens": self._made()}
        return self._closed() + _event("message_delta", delta=delta, usage=usage) + _event("message_stop")

    def error(self) -> bytes:
        return b"event: error\ndata: " + as_json(error_of(REFUSALS[Fault.ERROR_INSIDE])).encode() + b"\n\n"

    def whole(self) -> bytes:
        if self._plan.fault is Fault.ERROR_INSIDE:
            return as_json(error_of(REFUSALS[Fault.ERROR_INSIDE])).encode()
        content: list[Json] = [{"type": "text", "text": self._plan.text}]
        if self._plan.reasoning:
            content.insert(0, {"type": "thinking", "thinking": self._plan.reasoning, "signature": "ZGVtbw=="})
        usage = self._usage(self._made())
        return as_json({**self._message(), "content": content, "stop_reason": "end_turn", "usage": usage}).encode()

    def _within(self, kind: str) -> bytes:
        """What opens a block of `kind`, behind the end of another."""
        if self._open == kind:
            return b""
        closed = self._closed()
        self._open = kind
        self._index += 1
        block: dict[str, Json] = {"type": kind, kind: ""}
        if kind == "thinking":
            block["signature"] = ""
        return closed + _event("content_block_start", index=self._index, content_block=block)

    def _closed(self) -> bytes:
        if not self._open:
            return b""
        signature = b""
        if self._open == "thinking":
            delta: Json = {"type": "signature_delta", "signature": "ZGVtbw=="}
            signature = _event("content_block_delta", index=self._index, delta=delta)
        self._open = ""
        return signature + _event("content_block_stop", index=self._index)

    def _message(self) -> dict[str, Json]:
        return {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "stop_sequence": None,
        }

    def _made(self) -> int:
        return script.count(self._plan.reasoning) + script.count(self._plan.text)

    def _usage(self, made: int) -> dict[str, Json]:
        return {"input_tokens": self._given, "cache_read_input_tokens": 0, "output_tokens": made}


def what_is_wrong(body: Mapping[str, Json]) -> str:
    """What the real API refuses in a request, in its own manner; empty where it is in order."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "messages: at least one message is required"
    if not isinstance(body.get("max_tokens"), int):
        return "max_tokens: Field required"
    turns = turns_of(dict(body))
    if any(turn.role not in ("user", "assistant") for turn in turns):
        return "messages: roles are user and assistant"
    if turns[-1].role == "assistant" and turns[-1].text != turns[-1].text.rstrip():
        return "messages: final assistant content cannot end with trailing whitespace"
    if any(not turn.text.strip() for turn in turns):
        return "messages: text content blocks must be non-empty"
    return ""


def error_of(refusal: Refusal, request_id: str = "") -> dict[str, Json]:
    """Anthropic's form of an error."""
    error: dict[str, Json] = {"type": "error", "error": {"type": refusal.type, "message": refusal.message}}
    return {**error, "request_id": request_id} if request_id else error


def refused(refusal: Refusal) -> Response:
    request_id = f"req_demo-{uuid4().hex[:12]}"
    return json_response(error_of(refusal, request_id), refusal.status, {"request-id": request_id, **refusal.headers})


def _event(kind: str, **fields: Json) -> bytes:
    return f"event: {kind}\ndata: {as_json({'type': kind, **fields})}\n\n".encode()
