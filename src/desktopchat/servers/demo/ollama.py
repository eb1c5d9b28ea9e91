"""The demo in the dialect of Ollama's own API: a JSON object a line, whole answers, the list of models, errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import string_of
from desktopchat.servers.demo import script
from desktopchat.servers.demo.openai import RETRY_AFTER, turns_of
from desktopchat.servers.demo.performance import played
from desktopchat.servers.demo.script import Fault, Script
from desktopchat.servers.demo.stage import Stage, as_json, has_bad_key, json_response

JSON_LINES = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as Ollama words it: a sentence and nothing else."""

    status: int
    message: str


REFUSALS: Mapping[Fault, Refusal] = {
    Fault.UNAUTHORISED: Refusal(401, "unauthorized"),
    Fault.FORBIDDEN: Refusal(403, "this model requires a subscription, upgrade for access"),
    Fault.UNKNOWN_MODEL: Refusal(404, "model '{model}' not found"),
    Fault.TOO_MANY: Refusal(429, "you have reached your hourly usage limit"),
    Fault.BROKEN: Refusal(500, "llama runner process has terminated, as asked for"),
    Fault.ERROR_INSIDE: Refusal(200, "an error was encountered while running the model, as asked for"),
}


@dataclass(frozen=True, slots=True)
class OllamaDialect:
    """Ollama's API under `prefix`."""

    stage: Stage
    prefix: str = "/ollama"

    def routes(self) -> list[Route]:
        return [
            Route(f"{self.prefix}/api/chat", self.chat, methods=["POST"]),
            Route(f"{self.prefix}/api/tags", self.tags, methods=["GET"]),
            Route(f"{self.prefix}/api/version", self.version, methods=["GET"]),
        ]

    async def version(self, request: Request) -> Response:
        await self.stage.received(request)
        return json_response({"version": "0.0.0-demo"})

    async def tags(self, request: Request) -> Response:
        await self.stage.received(request)
        if has_bad_key(request):
            return refused(Fault.UNAUTHORISED)
        details: Json = {"format": "gguf", "family": "demo", "parameter_size": "0B", "quantization_level": "Q4_0"}
        models: list[Json] = [
            {"name": name, "model": name, "modified_at": _now(), "size": 0, "digest": "0" * 64, "details": details}
            for name in script.MODELS
        ]
        return json_response({"models": models})

    async def chat(self, request: Request) -> ASGIApp:
        recorded = await self.stage.received(request)
        if has_bad_key(request):
            return refused(Fault.UNAUTHORISED)
        body = recorded.body
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
            return json_response({"error": "invalid request: the body must be an object with messages"}, 400)
        model = string_of(body.get("model"))
        plan = await self.stage.plan(model, turns_of(body), body)
        if (fault := plan.fault) and fault in REFUSALS and fault is not Fault.ERROR_INSIDE:
            return refused(fault, model)
        given = sum(4 + script.count(turn.text) for turn in turns_of(body))
        form = OllamaForm(plan, model, given)
        return played(self.stage, request, recorded, plan, form, streams=body.get("stream") is not False)


class OllamaForm:
    """See `performance.Form`. A line an object."""

    media_type = JSON_LINES
    heartbeat = b"\n"

    def __init__(self, plan: Script, model: str, given: int) -> None:
        self._plan = plan
        self._model = model
        self._given = given

    def headers(self) -> dict[str, str]:
        return {}

    def opening(self) -> bytes:
        return b""

    def reasoning(self, token: str) -> bytes:
        return self._line({"role": "assistant", "content": "", "thinking": token})

    def text(self, token: str) -> bytes:
        return self._line({"role": "assistant", "content": token})

    def closing(self) -> bytes:
        return self._line({"role": "assistant", "content": ""}, **self._end())

    def error(self) -> bytes:
        return _json_line({"error": REFUSALS[Fault.ERROR_INSIDE].message})

    def whole(self) -> bytes:
        if self._plan.fault is Fault.ERROR_INSIDE:
            return self.error()
        message: dict[str, Json] = {"role": "assistant", "content": self._plan.text}
        if self._plan.reasoning:
            message["thinking"] = self._plan.reasoning
        return self._line(message, **self._end())

    def _line(self, message: Json, **more: Json) -> bytes:
        return _json_line({"model": self._model, "created_at": _now(), "message": message, "done": False, **more})

    def _end(self) -> dict[str, Json]:
        made = script.count(self._plan.reasoning) + script.count(self._plan.text)
        return {
            "done": True,
            "done_reason": "stop",
            "total_duration": 1,
            "load_duration": 0,
            "prompt_eval_count": self._given,
            "prompt_eval_duration": 1,
            "eval_count": made,
            "eval_duration": 1,
        }


def refused(fault: Fault, model: str = "") -> Response:
    refusal = REFUSALS[fault]
    headers = RETRY_AFTER if fault is Fault.TOO_MANY else {}
    return json_response({"error": refusal.message.replace("{model}", model)}, refusal.status, headers)


def _json_line(value: Json) -> bytes:
    return f"{as_json(value)}\n".encode()


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
