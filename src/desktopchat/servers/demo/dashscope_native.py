"""The demo in DashScope's native protocol: increments or whole texts so far, in its odd form of server-sent events."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import object_of, string_of
from desktopchat.servers.demo import script
from desktopchat.servers.demo.openai import RETRY_AFTER, Refusal, turns_of
from desktopchat.servers.demo.performance import Performance
from desktopchat.servers.demo.script import Fault, Script
from desktopchat.servers.demo.stage import PAGE, Stage, as_json, has_bad_key, json_response

MEDIA_TYPE = "text/event-stream;charset=UTF-8"

REFUSALS: Mapping[Fault, Refusal] = {
    Fault.UNAUTHORISED: Refusal(401, "InvalidApiKey", "", "Invalid API-key provided."),
    Fault.FORBIDDEN: Refusal(403, "AccessDenied", "", "Access denied."),
    Fault.UNKNOWN_MODEL: Refusal(404, "ModelNotFound", "", "Model can not be found."),
    Fault.TOO_MANY: Refusal(
        429, "Throttling.RateQuota", "", "Requests rate limit exceeded, please try again later.", RETRY_AFTER
    ),
    Fault.BROKEN: Refusal(500, "InternalError", "", "An internal error has occured, as asked for."),
    Fault.ERROR_INSIDE: Refusal(500, "InternalError.Algo", "", "The model stopped, as it was asked to."),
    Fault.NO_SUCH_FILE: Refusal(400, "InvalidParameter", "", "File in the request cannot be found."),
    Fault.PARSING: Refusal(400, "InvalidParameter", "", "File parsing in progress, please try again later."),
}


@dataclass(frozen=True, slots=True)
class NativeDialect:
    """The native API under `prefix`."""

    stage: Stage
    prefix: str = "/api/v1"

    def routes(self) -> list[Route]:
        return [
            Route(f"{self.prefix}/services/aigc/text-generation/generation", self.generation, methods=["POST"]),
            Route(f"{self.prefix}/models", self.models, methods=["GET"]),
        ]

    async def models(self, request: Request) -> Response:
        await self.stage.received(request)
        if has_bad_key(request):
            return refused(REFUSALS[Fault.UNAUTHORISED])
        models: list[Json] = [{"model": name, "name": name} for name in script.MODELS]
        page: Json = {"total": len(models), "page_no": 1, "page_size": len(models), "models": models}
        return json_response({"request_id": new_id(), "output": page})

    async def generation(self, request: Request) -> ASGIApp:
        recorded = await self.stage.received(request)
        if has_bad_key(request):
            return refused(REFUSALS[Fault.UNAUTHORISED])
        body = object_of(recorded.body)
        turns = turns_of({**object_of(body.get("parameters")), **object_of(body.get("input"))})
        if not turns or not body.get("model"):
            return refused(Refusal(400, "InvalidParameter", "", "Required body invalid, please check it."))
        model = string_of(body["model"])
        plan = await self.stage.plan(model, turns, recorded.body)
        if (fault := plan.fault) and fault in REFUSALS and fault is not Fault.ERROR_INSIDE:
            return refused(REFUSALS[fault])
        if fault is Fault.PAGE:
            return HTMLResponse(PAGE)
        if fault is Fault.EMPTY:
            return Response(b"", media_type="text/event-stream")
        given = sum(4 + script.count(turn.text) for turn in turns)
        incremental = object_of(body.get("parameters")).get("incremental_output") is True
        performance = Performance(plan, NativeForm(plan, given, incremental=incremental))
        streamed = request.headers.get("x-dashscope-sse") == "enable"
        play = performance.stream if streamed else performance.whole
        return self.stage.play(play, self.stage.pace_for(request, plan.tokens_per_second), recorded)


class NativeForm:
    """See `performance.Form`. Every frame counts the tokens so far, and says in a comment what HTTP status it has."""

    media_type = MEDIA_TYPE
    heartbeat = b": still here\n\n"

    def __init__(self, plan: Script, given: int, *, incremental: bool) -> None:
        self._plan = plan
        self._given = given
        self._incremental = incremental
        self._made = 0
        self._thought = 0
        self._text = ""
        self._number = 0
        self._request_id = new_id()

    def headers(self) -> dict[str, str]:
        return {"x-request-id": self._request_id}

    def opening(self) -> bytes:
        return b""

    def reasoning(self, token: str) -> bytes:
        self._made += 1
        self._thought += 1
        return self._result({"content": "", "reasoning_content": token, "role": "assistant"})

    def text(self, token: str) -> bytes:
        self._made += 1
        self._text += token
        said = token if self._incremental else self._text
        return self._result({"content": said, "reasoning_content": "", "role": "assistant"})

    def closing(self) -> bytes:
        said = "" if self._incremental else self._text
        return self._result({"content": said, "role": "assistant"}, "stop")

    def error(self) -> bytes:
        return self._frame("error", REFUSALS[Fault.ERROR_INSIDE].status, self._error())

    def whole(self) -> bytes:
        if self._plan.fault is Fault.ERROR_INSIDE:
            return as_json(self._error()).encode()
        message: dict[str, Json] = {"role": "assistant", "content": self._plan.text}
        if self._plan.reasoning:
            message["reasoning_content"] = self._plan.reasoning
        self._thought = script.count(self._plan.reasoning)
        self._made = self._thought + script.count(self._plan.text)
        return as_json(self._output(message, "stop")).encode()

    def _result(self, message: dict[str, Json], reason: str = "null") -> bytes:
        return self._frame("result", 200, self._output(message, reason))

    def _frame(self, event: str, status: int, value: Json) -> bytes:
        self._number += 1
        return f"id:{self._number}\nevent:{event}\n:HTTP_STATUS/{status}\ndata:{as_json(value)}\n\n".encode()

    def _output(self, message: dict[str, Json], reason: str) -> dict[str, Json]:
        usage: Json = {
            "total_tokens": self._given + self._made,
            "input_tokens": self._given,
            "output_tokens": self._made,
            "output_tokens_details": {"reasoning_tokens": self._thought},
        }
        choices: Json = [{"message": message, "finish_reason": reason}]
        return {"output": {"choices": choices}, "usage": usage, "request_id": self._request_id}

    def _error(self) -> dict[str, Json]:
        refusal = REFUSALS[Fault.ERROR_INSIDE]
        return {"code": refusal.code, "message": refusal.message, "request_id": self._request_id}


def refused(refusal: Refusal) -> Response:
    """The native form of an error: flat, with the request's id."""
    request_id = new_id()
    body: Json = {"code": refusal.code, "message": refusal.message, "request_id": request_id}
    return json_response(body, refusal.status, {"x-request-id": request_id, **refusal.headers})


def new_id() -> str:
    return f"demo-{uuid4()}"
