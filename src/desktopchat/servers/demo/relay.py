"""The demo as a relay for web pages: the articles' named events, or with `?format=` raw, bare or chunked text."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import object_of, string_of
from desktopchat.servers.demo import script
from desktopchat.servers.demo.openai import RETRY_AFTER, turns_of
from desktopchat.servers.demo.performance import Performance
from desktopchat.servers.demo.script import Fault, Script, Turn
from desktopchat.servers.demo.stage import PAGE, Stage, as_json, has_bad_key, json_response

ANTI_BUFFERING = {"connection": "keep-alive", "x-accel-buffering": "no"}
HEARTBEAT = b": heartbeat\n\n"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as a relay words it: a sentence, and the kind for programs."""

    status: int
    kind: str
    message: str


REFUSALS: Mapping[Fault, Refusal] = {
    Fault.UNAUTHORISED: Refusal(401, "auth", "This relay does not know the token."),
    Fault.FORBIDDEN: Refusal(403, "permission", "This relay does not allow that."),
    Fault.UNKNOWN_MODEL: Refusal(404, "not_found", "This relay has no such model."),
    Fault.TOO_MANY: Refusal(429, "rate_limited", "Too many questions. Try again in 3s."),
    Fault.BROKEN: Refusal(500, "overloaded", "服务异常 (as asked for)"),
    Fault.ERROR_INSIDE: Refusal(200, "overloaded", "服务异常 (as asked for)"),
}


@dataclass(frozen=True, slots=True)
class RelayDialect:
    """One endpoint: the question in the address, or a JSON body with a question or messages."""

    stage: Stage
    path: str = "/relay/ai/streamChat"

    def routes(self) -> list[Route]:
        return [Route(self.path, self.chat, methods=["GET", "POST"])]

    async def chat(self, request: Request) -> ASGIApp:
        recorded = await self.stage.received(request)
        if has_bad_key(request):
            return refused(REFUSALS[Fault.UNAUTHORISED])
        body = object_of(recorded.body)
        turns = turns_of(body) or [Turn("user", _asked(request, body, "question"))]
        if not turns[-1].text:
            return refused(Refusal(400, "bad_request", "There is no question."))
        plan = await self.stage.plan(_asked(request, body, "model") or script.MODELS[0], turns, body)
        if (fault := plan.fault) and fault in REFUSALS and fault is not Fault.ERROR_INSIDE:
            return refused(REFUSALS[fault])
        if fault is Fault.PAGE:
            return HTMLResponse(PAGE)
        form = FORMS.get(request.query_params.get("format", ""), EventsForm)
        if fault is Fault.EMPTY:
            return Response(b"", media_type=form.media_type)
        performance = Performance(plan, form(plan, sum(4 + script.count(turn.text) for turn in turns)))
        return self.stage.play(performance.stream, self.stage.pace_for(request, plan.tokens_per_second), recorded)


class EventsForm:
    """See `performance.Form`. The articles' events; `reasoning` and `usage` are the demo's own."""

    media_type = "text/event-stream"
    heartbeat = HEARTBEAT

    def __init__(self, plan: Script, given: int) -> None:
        self._plan = plan
        self._given = given

    def headers(self) -> dict[str, str]:
        return ANTI_BUFFERING

    def opening(self) -> bytes:
        return HEARTBEAT

    def reasoning(self, token: str) -> bytes:
        return _event("reasoning", {"content": token})

    def text(self, token: str) -> bytes:
        return _event("update", {"content": token})

    def closing(self) -> bytes:
        made = script.count(self._plan.reasoning) + script.count(self._plan.text)
        return _event("usage", {"input_tokens": self._given, "output_tokens": made}) + self.end()

    def error(self) -> bytes:
        refusal = REFUSALS[Fault.ERROR_INSIDE]
        return _event("error", {"msg": refusal.message, "kind": refusal.kind}) + self.end()

    def end(self) -> bytes:
        return b"event: end\ndata: \n\n"

    def whole(self) -> bytes:
        return b""  # a relay always streams


class RawForm(EventsForm):
    """The vendor's bytes passed on, with the line break more that the oldest relays add."""

    def opening(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def reasoning(self, token: str) -> bytes:
        return self._chunk({"reasoning_content": token, "content": None})

    def text(self, token: str) -> bytes:
        return self._chunk({"content": token})

    def closing(self) -> bytes:
        made = script.count(self._plan.reasoning) + script.count(self._plan.text)
        usage: Json = {"prompt_tokens": self._given, "completion_tokens": made}
        return self._chunk({}, "stop") + _data({"choices": [], "usage": usage}) + self.end()

    def error(self) -> bytes:
        return _data({"error": {"message": REFUSALS[Fault.ERROR_INSIDE].message}}) + self.end()

    def end(self) -> bytes:
        return b"data: [DONE]\n\n"

    def _chunk(self, delta: Json, reason: str | None = None) -> bytes:
        return _data({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}) + b"\n"


class BareForm(EventsForm):
    """Each event is a piece of text as it is, a data line for each of its lines. Thoughts stand in tags."""

    def __init__(self, plan: Script, given: int) -> None:
        super().__init__(plan, given)
        self._is_thinking = False

    def reasoning(self, token: str) -> bytes:
        opened = "" if self._is_thinking else "<think>"
        self._is_thinking = True
        return self.piece(opened + token)

    def text(self, token: str) -> bytes:
        closed = "</think>" if self._is_thinking else ""
        self._is_thinking = False
        return self.piece(closed + token)

    def closing(self) -> bytes:
        return self.end()

    def error(self) -> bytes:
        return _data({"error": REFUSALS[Fault.ERROR_INSIDE].message}) + self.end()

    def end(self) -> bytes:
        return b"data: [DONE]\n\n"

    def piece(self, text: str) -> bytes:
        return "".join(f"data: {line}\n" for line in text.split("\n")).encode() + b"\n"


class ChunkedForm(BareForm):
    """Nothing but the text; what ends it is the end of the HTTP answer."""

    media_type = "text/plain; charset=utf-8"
    heartbeat = b""

    def opening(self) -> bytes:
        return b""

    def end(self) -> bytes:
        return b""

    def piece(self, text: str) -> bytes:
        return text.encode()


FORMS: Mapping[str, type[EventsForm]] = {"raw": RawForm, "bare": BareForm, "chunked": ChunkedForm}


def refused(refusal: Refusal) -> Response:
    headers = RETRY_AFTER if refusal.status == 429 else {}
    return json_response({"msg": refusal.message, "kind": refusal.kind}, refusal.status, headers)


def _asked(request: Request, body: dict[str, Json], name: str) -> str:
    return string_of(body.get(name)) or request.query_params.get(name, "")


def _event(name: str, value: Json) -> bytes:
    return f"event: {name}\n".encode() + _data(value)


def _data(value: Json) -> bytes:
    return f"data: {as_json(value)}\n\n".encode()
