"""The demo in the dialect of Google's Gemini API: events, arrays and documents, the list of models, errors."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import list_of, object_of, string_of
from desktopchat.servers.demo import script
from desktopchat.servers.demo.openai import EVENT_STREAM
from desktopchat.servers.demo.performance import played
from desktopchat.servers.demo.script import Fault, Script, Turn
from desktopchat.servers.demo.stage import Stage, as_json, has_bad_key, json_response


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as Google words it: the status's name, and details beside it."""

    code: int
    status: str
    message: str
    details: tuple[Json, ...] = ()


VERSIONS = ("v1beta", "v1")
"""Google's own library asks for the second by default; they do not differ in what is told here."""

TYPE = "type.googleapis.com/google.rpc"
REFUSALS: Mapping[Fault, Refusal] = {
    Fault.UNAUTHORISED: Refusal(
        400,
        "INVALID_ARGUMENT",
        "API key not valid. Please pass a valid API key.",
        ({"@type": f"{TYPE}.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"},),
    ),
    Fault.FORBIDDEN: Refusal(403, "PERMISSION_DENIED", "The caller does not have permission."),
    Fault.UNKNOWN_MODEL: Refusal(404, "NOT_FOUND", "The model is not found for API version v1beta."),
    Fault.TOO_MANY: Refusal(
        429,
        "RESOURCE_EXHAUSTED",
        "You sent too many requests, as asked for.",
        ({"@type": f"{TYPE}.RetryInfo", "retryDelay": "3s"},),
    ),
    Fault.BROKEN: Refusal(500, "INTERNAL", "An internal error has occurred, as asked for."),
    Fault.ERROR_INSIDE: Refusal(503, "UNAVAILABLE", "The model is overloaded, as asked for."),
    Fault.NO_SUCH_FILE: Refusal(
        403, "PERMISSION_DENIED", "You do not have permission to access the File or it may not exist."
    ),
    Fault.PARSING: Refusal(400, "FAILED_PRECONDITION", "The File is not in an ACTIVE state and usage is not allowed."),
}


@dataclass(frozen=True, slots=True)
class GeminiDialect:
    """The Gemini API under `prefix`."""

    stage: Stage
    prefix: str = "/gemini"

    def routes(self) -> list[Route]:
        return [
            route
            for version in VERSIONS
            for route in (
                Route(f"{self.prefix}/{version}/models/{{model}}:generateContent", self.whole, methods=["POST"]),
                Route(f"{self.prefix}/{version}/models/{{model}}:streamGenerateContent", self.stream, methods=["POST"]),
                Route(f"{self.prefix}/{version}/models", self.models, methods=["GET"]),
            )
        ]

    async def models(self, request: Request) -> Response:
        await self.stage.received(request)
        if has_bad_key(request):
            return refused(Fault.UNAUTHORISED)
        methods: Json = ["generateContent", "streamGenerateContent", "countTokens"]
        found: list[Json] = [
            {
                "name": f"models/{name}",
                "displayName": name,
                "inputTokenLimit": 32768,
                "supportedGenerationMethods": methods,
                "thinking": "reasoning" in name,
            }
            for name in script.MODELS
        ]
        return json_response({"models": found})

    async def whole(self, request: Request) -> ASGIApp:
        return await self._generate(request, streams=False)

    async def stream(self, request: Request) -> ASGIApp:
        return await self._generate(request, streams=True)

    async def _generate(self, request: Request, *, streams: bool) -> ASGIApp:
        recorded = await self.stage.received(request)
        if has_bad_key(request):
            return refused(Fault.UNAUTHORISED)
        turns = turns_of(object_of(recorded.body))
        if not turns:
            return _error(Refusal(400, "INVALID_ARGUMENT", "* GenerateContentRequest.contents: contents is empty."))
        model = request.path_params["model"]
        plan = await self.stage.plan(model, turns, recorded.body)
        if (fault := plan.fault) and fault in REFUSALS and fault is not Fault.ERROR_INSIDE:
            return refused(fault)
        given = sum(script.count(turn.text) for turn in turns)
        in_events = request.query_params.get("alt") == "sse"
        form = GeminiForm(plan, model, given, in_events=in_events)
        return played(self.stage, request, recorded, plan, form, streams=streams)


class GeminiForm:
    """See `performance.Form`. Chunks are events with CRLF, or the elements of one array."""

    def __init__(self, plan: Script, model: str, given: int, *, in_events: bool) -> None:
        self._plan = plan
        self._model = model
        self._given = given
        self._in_events = in_events
        self._id = f"chatcmpl-{uuid4().hex[:20]}"
        self._thought = 0
        self._said = 0
        self.media_type = EVENT_STREAM if in_events else "application/json; charset=UTF-8"
        self.heartbeat = b": still here\r\n\r\n" if in_events else b" "

    def headers(self) -> dict[str, str]:
        return {"x-request-id": self._id}

    def opening(self) -> bytes:
        return b"" if self._in_events else b"["

    def reasoning(self, token: str) -> bytes:
        self._thought += 1
        return self._chunk([{"text": token, "thought": True}])

    def text(self, token: str) -> bytes:
        self._said += 1
        return self._chunk([{"text": token}])

    def closing(self) -> bytes:
        return self._framed(self._answer([{"text": ""}], "STOP")) + (b"" if self._in_events else b"\n]")

    def error(self) -> bytes:
        """As the real one does it: bare JSON over several lines, without `data:`."""
        text = json.dumps(error_of(REFUSALS[Fault.ERROR_INSIDE]), indent=2).replace("\n", "\r\n")
        return f"{text}\r\n".encode()

    def whole(self) -> bytes:
        if self._plan.fault is Fault.ERROR_INSIDE:
            return as_json(error_of(REFUSALS[Fault.ERROR_INSIDE])).encode()
        self._thought, self._said = script.count(self._plan.reasoning), script.count(self._plan.text)
        parts: list[Json] = [{"text": self._plan.text}]
        if self._plan.reasoning:
            parts.insert(0, {"text": self._plan.reasoning, "thought": True})
        return as_json(self._answer(parts, "STOP")).encode()

    def _chunk(self, parts: list[Json]) -> bytes:
        is_first = self._thought + self._said == 1
        framed = self._framed(self._answer(parts))
        return framed.removeprefix(b"\n,\r\n") if is_first and not self._in_events else framed

    def _framed(self, value: Json) -> bytes:
        text = as_json(value)
        return (f"data: {text}\r\n\r\n" if self._in_events else f"\n,\r\n{text}").encode()

    def _answer(self, parts: list[Json], reason: str = "") -> dict[str, Json]:
        candidate: dict[str, Json] = {"content": {"parts": parts, "role": "model"}, "index": 0}
        if reason:
            candidate["finishReason"] = reason
        usage: dict[str, Json] = {
            "promptTokenCount": self._given,
            "candidatesTokenCount": self._said,
            "totalTokenCount": self._given + self._said + self._thought,
        }
        if self._thought:
            usage["thoughtsTokenCount"] = self._thought
        return {
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": self._model,
            "responseId": self._id,
        }


def turns_of(body: Mapping[str, Json]) -> list[Turn]:
    """The conversation in a request."""
    return [
        Turn(
            string_of(content.get("role")) or "user",
            "".join(string_of(object_of(part).get("text")) for part in list_of(content.get("parts"))),
        )
        for content in map(object_of, list_of(body.get("contents")))
    ]


def error_of(refusal: Refusal) -> dict[str, Json]:
    """Google's form of an error."""
    error: dict[str, Json] = {"code": refusal.code, "message": refusal.message, "status": refusal.status}
    return {"error": error | ({"details": list(refusal.details)} if refusal.details else {})}


def refused(fault: Fault) -> Response:
    return _error(REFUSALS[fault])


def _error(refusal: Refusal) -> Response:
    return json_response(error_of(refusal), refusal.code, {"x-request-id": f"demo-{uuid4().hex[:12]}"})
