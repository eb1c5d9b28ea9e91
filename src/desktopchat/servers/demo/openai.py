"""The demo in the chat completions dialect: whole and streamed answers, the list of models, errors."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import list_of, object_of, string_of
from desktopchat.servers.demo import script, translator
from desktopchat.servers.demo.performance import Form, played
from desktopchat.servers.demo.recorder import Recorded
from desktopchat.servers.demo.script import Fault, Script, Turn
from desktopchat.servers.demo.stage import Stage, as_json, has_bad_key, json_response

EVENT_STREAM = "text/event-stream; charset=utf-8"
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as this dialect words it."""

    status: int
    code: str
    type: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


RETRY_AFTER = {"retry-after": "3"}
REFUSALS: Mapping[Fault, Refusal] = {
    Fault.UNAUTHORISED: Refusal(401, "invalid_api_key", "invalid_request_error", "Incorrect API key provided."),
    Fault.FORBIDDEN: Refusal(
        403, "unsupported_country_region_territory", "request_forbidden", "Country, region, or territory not supported."
    ),
    Fault.UNKNOWN_MODEL: Refusal(404, "model_not_found", "invalid_request_error", "The model does not exist."),
    Fault.TOO_MANY: Refusal(
        429, "rate_limit_exceeded", "requests", "Rate limit reached. Please try again in 3s.", RETRY_AFTER
    ),
    Fault.BROKEN: Refusal(500, "server_error", "server_error", "The server had an error, as it was asked to."),
    Fault.ERROR_INSIDE: Refusal(200, "internal_error", "server_error", "The model stopped, as it was asked to."),
    Fault.NO_SUCH_FILE: Refusal(404, "", "invalid_request_error", "No such File object."),
    Fault.PARSING: Refusal(400, "", "invalid_request_error", "File parsing in progress, please try again later."),
}


def plain_error(refusal: Refusal, _request_id: str) -> dict[str, Json]:
    """OpenAI's form of an error."""
    return {
        "error": {"message": refusal.message, "type": refusal.type, "param": None, "code": refusal.code},
    }


@dataclass(frozen=True, slots=True)
class ChatDialect:
    """The chat completions dialect in one vendor's manner."""

    stage: Stage
    prefix: str
    refusals: Mapping[Fault, Refusal] = field(default_factory=lambda: REFUSALS)
    error: Callable[[Refusal, str], dict[str, Json]] = plain_error

    def routes(self) -> list[Route]:
        return [
            Route(f"{self.prefix}/chat/completions", self.chat, methods=["POST"]),
            Route(f"{self.prefix}/models", self.models, methods=["GET"]),
        ]

    async def models(self, request: Request) -> Response:
        await self.stage.received(request)
        if has_bad_key(request):
            return self._refuse(Fault.UNAUTHORISED)
        data: list[Json] = [
            {"id": name, "object": "model", "created": 1767225600, "owned_by": "desktopchat-demo"}
            for name in script.MODELS
        ]
        return json_response({"object": "list", "data": data})

    async def chat(self, request: Request) -> ASGIApp:
        recorded = await self.stage.received(request)
        if has_bad_key(request):
            return self._refuse(Fault.UNAUTHORISED)
        body = recorded.body
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list) or not body["messages"]:
            return self._bad_request("The body must be a JSON object with a list of messages.")
        model = string_of(body.get("model")) or script.MODELS[0]
        plan = await self.stage.plan(model, turns_of(body), body)
        form = ChatForm(self, plan, model, _prompt_tokens(body), wants_usage(body))
        return self.answered(request, recorded, plan, form)

    def answered(self, request: Request, recorded: Recorded, plan: Script, form: Form) -> ASGIApp:
        """The response to a request that was understood."""
        if (fault := plan.fault) and fault in self.refusals and fault is not Fault.ERROR_INSIDE:
            return self._refuse(fault)
        streams = bool(object_of(recorded.body).get("stream"))
        return played(self.stage, request, recorded, plan, form, streams=streams)

    def _refuse(self, fault: Fault) -> Response:
        refusal = self.refusals[fault]
        request_id = f"demo-{uuid4().hex[:12]}"
        headers = {"x-request-id": request_id, **refusal.headers}
        return json_response(self.error(refusal, request_id), refusal.status, headers)

    def _bad_request(self, message: str) -> Response:
        refusal = Refusal(400, "invalid_request", "invalid_request_error", message)
        return json_response(self.error(refusal, f"demo-{uuid4().hex[:12]}"), 400)


class ChatForm:
    """See `performance.Form`."""

    media_type = EVENT_STREAM
    heartbeat = b": still here\n\n"

    def __init__(self, dialect: ChatDialect, plan: Script, model: str, prompt_tokens: int, with_usage: bool) -> None:
        self._dialect = dialect
        self._plan = plan
        self._model = model
        self._prompt_tokens = prompt_tokens
        self._with_usage = with_usage
        self._id = f"chatcmpl-{uuid4().hex[:24]}"
        self._created = int(time.time())

    def headers(self) -> dict[str, str]:
        return {"x-request-id": self._id}

    def opening(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def reasoning(self, token: str) -> bytes:
        return self._chunk({"reasoning_content": token, "content": None})

    def text(self, token: str) -> bytes:
        return self._chunk({"content": token})

    def closing(self) -> bytes:
        """The end signal; a connection that never closes gets no more than that."""
        stop = self._chunk({}, "stop")
        if self._plan.fault is Fault.NEVER_CLOSES:
            return stop
        counted = {**self._head(), "choices": [], "usage": self._usage()}
        return stop + (_frame(counted) if self._with_usage else b"") + DONE

    def error(self) -> bytes:
        return _frame(self._error()) + DONE

    def whole(self) -> bytes:
        return as_json(self._document()).encode()

    def _head(self, kind: str = "chat.completion.chunk") -> dict[str, Json]:
        return {"id": self._id, "object": kind, "created": self._created, "model": self._model}

    def _chunk(self, delta: dict[str, Json], finish_reason: str | None = None) -> bytes:
        choice: Json = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        usage: dict[str, Json] = {"usage": None} if self._with_usage else {}
        return _frame({**self._head(), "choices": [choice], **usage})

    def _document(self) -> dict[str, Json]:
        if self._plan.fault is Fault.ERROR_INSIDE:
            return self._error()
        message: dict[str, Json] = {"role": "assistant", "content": self._plan.text, "refusal": None}
        if self._plan.reasoning:
            message["reasoning_content"] = self._plan.reasoning
        choice: Json = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self._usage()}

    def _usage(self) -> dict[str, Json]:
        thought = script.count(self._plan.reasoning)
        made = thought + script.count(self._plan.text)
        return {
            "prompt_tokens": self._prompt_tokens,
            "completion_tokens": made,
            "total_tokens": self._prompt_tokens + made,
            "completion_tokens_details": {"reasoning_tokens": thought},
        }

    def _error(self) -> dict[str, Json]:
        return self._dialect.error(self._dialect.refusals[Fault.ERROR_INSIDE], self._id)


def turns_of(body: dict[str, Json]) -> list[Turn]:
    """The conversation in a request; content may be a string or a list of parts. Qwen-MT's options are a turn."""
    options = body.get(translator.OPTIONS)
    told = [] if options is None else [Turn(translator.OPTIONS, as_json(options))]
    return told + [
        Turn(string_of(fields.get("role")), _text_of(fields.get("content")))
        for fields in map(object_of, list_of(body.get("messages")))
    ]


def _text_of(content: Json) -> str:
    return "".join(string_of(part) or string_of(object_of(part).get("text")) for part in list_of(content))


def _prompt_tokens(body: dict[str, Json]) -> int:
    return sum(4 + script.count(turn.text) for turn in turns_of(body))


def wants_usage(body: dict[str, Json]) -> bool:
    """Whether a request asks for the tokens to be counted."""
    return object_of(body.get("stream_options")).get("include_usage") is True


def _frame(value: Json) -> bytes:
    return f"data: {as_json(value)}\n\n".encode()
