"""The demo in the legacy completions dialect, with the model in the body or (the oldest form) in the path."""

import re
import time
from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import list_of, string_of
from desktopchat.servers.demo import script
from desktopchat.servers.demo.openai import EVENT_STREAM, REFUSALS, ChatDialect, plain_error, wants_usage
from desktopchat.servers.demo.script import Fault, Script, Turn
from desktopchat.servers.demo.stage import as_json, has_bad_key

_SPEAKER = re.compile(r"^(User|Assistant):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CompletionsDialect(ChatDialect):
    """`/completions` and `/engines/NAME/completions`, with the models and the words for errors of the chat."""

    def routes(self) -> list[Route]:
        paths = f"{self.prefix}/completions", f"{self.prefix}/engines/{{engine}}/completions"
        return [Route(path, self.completions, methods=["POST"]) for path in paths]

    async def completions(self, request: Request) -> ASGIApp:
        recorded = await self.stage.received(request)
        if has_bad_key(request):
            return self._refuse(Fault.UNAUTHORISED)
        body = recorded.body
        if not isinstance(body, dict) or not body.get("prompt"):
            return self._bad_request("The body must be a JSON object with a prompt.")
        prompt = "".join(map(string_of, list_of(body["prompt"])))
        model = request.path_params.get("engine") or string_of(body.get("model")) or script.MODELS[0]
        plan = await self.stage.plan(model, turns_in(prompt), None)
        return self.answered(
            request, recorded, plan, CompletionsForm(plan, model, script.count(prompt), wants_usage(body))
        )


class CompletionsForm:
    """See `performance.Form`. The dialect has no place for thoughts: they stand in tags before the answer."""

    media_type = EVENT_STREAM
    heartbeat = b": still here\n\n"

    def __init__(self, plan: Script, model: str, prompt_tokens: int, with_usage: bool) -> None:
        self._plan = plan
        self._model = model
        self._prompt_tokens = prompt_tokens
        self._with_usage = with_usage
        self._id = f"cmpl-{uuid4().hex[:24]}"
        self._created = int(time.time())
        self._is_thinking = False

    def headers(self) -> dict[str, str]:
        return {"x-request-id": self._id}

    def opening(self) -> bytes:
        return b""

    def reasoning(self, token: str) -> bytes:
        opened = b"" if self._is_thinking else self._chunk("<think>\n")
        self._is_thinking = True
        return opened + self._chunk(token)

    def text(self, token: str) -> bytes:
        closed = self._chunk("</think>\n\n") if self._is_thinking else b""
        self._is_thinking = False
        return closed + self._chunk(token)

    def closing(self) -> bytes:
        counted = _frame({**self._head(), "choices": [], "usage": self._usage()}) if self._with_usage else b""
        ended = b"" if self._plan.fault is Fault.NEVER_CLOSES else b"data: [DONE]\n\n"
        return self._chunk("", "stop") + counted + ended

    def error(self) -> bytes:
        return _frame(plain_error(REFUSALS[Fault.ERROR_INSIDE], self._id)) + b"data: [DONE]\n\n"

    def whole(self) -> bytes:
        if self._plan.fault is Fault.ERROR_INSIDE:
            return as_json(plain_error(REFUSALS[Fault.ERROR_INSIDE], self._id)).encode()
        thoughts = f"<think>\n{self._plan.reasoning}</think>\n\n" if self._plan.reasoning else ""
        choice = _choice(thoughts + self._plan.text, "stop")
        return as_json({**self._head(), "choices": [choice], "usage": self._usage()}).encode()

    def _chunk(self, text: str, finish_reason: str | None = None) -> bytes:
        return _frame({**self._head(), "choices": [_choice(text, finish_reason)]})

    def _head(self) -> dict[str, Json]:
        return {"id": self._id, "object": "text_completion", "created": self._created, "model": self._model}

    def _usage(self) -> Json:
        made = script.count(self._plan.reasoning) + script.count(self._plan.text)
        total = self._prompt_tokens + made
        return {"prompt_tokens": self._prompt_tokens, "completion_tokens": made, "total_tokens": total}


def turns_in(prompt: str) -> list[Turn]:
    """The conversation in a prompt: a transcript of who said what, or one question."""
    before, *said = _SPEAKER.split(prompt)
    if not said:
        return [Turn("user", before)]
    return [Turn(role.lower(), text.strip()) for role, text in zip(said[::2], said[1::2], strict=True)]


def _choice(text: str, finish_reason: str | None) -> Json:
    return {"text": text, "index": 0, "logprobs": None, "finish_reason": finish_reason}


def _frame(value: Json) -> bytes:
    return f"data: {as_json(value)}\n\n".encode()
