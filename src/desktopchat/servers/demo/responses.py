"""The demo in the Responses dialect: whole and streamed answers, errors."""

import time
from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import list_of, object_of, string_of
from desktopchat.servers.demo import script
from desktopchat.servers.demo.openai import EVENT_STREAM, REFUSALS, ChatDialect, turns_of
from desktopchat.servers.demo.script import Fault, Script, Turn
from desktopchat.servers.demo.stage import as_json, has_bad_key

REASONING, MESSAGE = "reasoning", "message"


@dataclass(frozen=True, slots=True)
class ResponsesDialect(ChatDialect):
    """`/responses` beside the chat completions, with the same models and the same words for errors."""

    def routes(self) -> list[Route]:
        return [Route(f"{self.prefix}/responses", self.responses, methods=["POST"])]

    async def responses(self, request: Request) -> ASGIApp:
        recorded = await self.stage.received(request)
        if has_bad_key(request):
            return self._refuse(Fault.UNAUTHORISED)
        body = recorded.body
        if not isinstance(body, dict) or not body.get("input"):
            return self._bad_request("The body must be a JSON object with an input.")
        turns = _turns(body)
        model = string_of(body.get("model")) or script.MODELS[0]
        plan = await self.stage.plan(model, turns, body)
        return self.answered(
            request, recorded, plan, ResponsesForm(plan, model, sum(4 + script.count(turn.text) for turn in turns))
        )


class ResponsesForm:
    """See `performance.Form`. Thoughts and text are items of their own, numbered from 0, as are all events."""

    media_type = EVENT_STREAM
    heartbeat = b'event: keepalive\ndata: {"type":"keepalive"}\n\n'

    def __init__(self, plan: Script, model: str, input_tokens: int) -> None:
        self._plan = plan
        self._model = model
        self._input_tokens = input_tokens
        self._id = f"resp_{uuid4().hex[:24]}"
        self._created = int(time.time())
        self._number = -1
        self._items: list[Json] = []

    def headers(self) -> dict[str, str]:
        return {"x-request-id": f"req_demo-{self._id[5:]}"}

    def opening(self) -> bytes:
        begun = self._response("in_progress")
        return self._event("created", response=begun) + self._event("in_progress", response=begun)

    def reasoning(self, token: str) -> bytes:
        opened = b""
        if not self._items:
            part: Json = {"type": "summary_text", "text": ""}
            opened = self._open(self._thoughts([], "in_progress"))
            opened += self._event("reasoning_summary_part.added", **self._place("summary_index"), part=part)
        return opened + self._event("reasoning_summary_text.delta", **self._place("summary_index"), delta=token)

    def text(self, token: str) -> bytes:
        opened = b""
        if not self._items or object_of(self._items[-1]).get("type") != MESSAGE:
            part: Json = {"type": "output_text", "text": "", "annotations": []}
            opened = self._thoughts_done() + self._open(self._message([], "in_progress"))
            opened += self._event("content_part.added", **self._place("content_index"), part=part)
        return opened + self._event("output_text.delta", **self._place("content_index"), delta=token, logprobs=[])

    def closing(self) -> bytes:
        text = self._plan.text
        self._items[-1] = self._message([self._part(text)], "completed")
        return (
            self._event("output_text.done", **self._place("content_index"), text=text, logprobs=[])
            + self._event("content_part.done", **self._place("content_index"), part=self._part(text))
            + self._event("output_item.done", output_index=len(self._items) - 1, item=self._items[-1])
            + self._event("completed", response=self._response("completed", self._items, self._usage()))
        )

    def error(self) -> bytes:
        failed = {**self._response("failed", self._items), "error": _fault()}
        return self._event("failed", response=failed)

    def whole(self) -> bytes:
        if self._plan.fault is Fault.ERROR_INSIDE:
            return as_json({**self._response("failed"), "error": _fault()}).encode()
        items: list[Json] = [self._message([self._part(self._plan.text)], "completed")]
        if self._plan.reasoning:
            items.insert(0, self._thoughts([_summary(self._plan.reasoning)], "completed"))
        return as_json(self._response("completed", items, self._usage())).encode()

    def _thoughts_done(self) -> bytes:
        if not self._items:
            return b""
        part = _summary(self._plan.reasoning)
        self._items[-1] = self._thoughts([part], "completed")
        return (
            self._event("reasoning_summary_text.done", **self._place("summary_index"), text=self._plan.reasoning)
            + self._event("reasoning_summary_part.done", **self._place("summary_index"), part=part)
            + self._event("output_item.done", output_index=0, item=self._items[-1])
        )

    def _open(self, item: Json) -> bytes:
        self._items.append(item)
        return self._event("output_item.added", output_index=len(self._items) - 1, item=item)

    def _place(self, index: str) -> dict[str, Json]:
        return {"item_id": object_of(self._items[-1])["id"], "output_index": len(self._items) - 1, index: 0}

    def _thoughts(self, summary: list[Json], status: str) -> Json:
        return {"id": f"rs_{self._id[5:]}", "type": REASONING, "summary": summary, "status": status}

    def _message(self, content: list[Json], status: str) -> Json:
        item: Json = {
            "id": f"msg_{self._id[5:]}",
            "type": MESSAGE,
            "status": status,
            "role": "assistant",
            "content": content,
        }
        return item

    def _part(self, text: str) -> Json:
        return {"type": "output_text", "text": text, "annotations": []}

    def _response(self, status: str, output: list[Json] | None = None, usage: Json = None) -> dict[str, Json]:
        return {
            "id": self._id,
            "object": "response",
            "created_at": self._created,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "model": self._model,
            "output": output or [],
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "usage": usage,
        }

    def _usage(self) -> Json:
        thought = script.count(self._plan.reasoning)
        made = thought + script.count(self._plan.text)
        return {
            "input_tokens": self._input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": made,
            "output_tokens_details": {"reasoning_tokens": thought},
            "total_tokens": self._input_tokens + made,
        }

    def _event(self, name: str, **fields: Json) -> bytes:
        self._number += 1
        name = f"response.{name}"
        return f"event: {name}\ndata: {as_json({'type': name, 'sequence_number': self._number, **fields})}\n\n".encode()


def _fault() -> Json:
    refusal = REFUSALS[Fault.ERROR_INSIDE]
    return {"code": "server_error", "message": refusal.message}


def _summary(text: str) -> Json:
    return {"type": "summary_text", "text": text}


def _turns(body: dict[str, Json]) -> list[Turn]:
    """The conversation in a request; the input is one text or a list of items."""
    said = body["input"]
    items = list_of(said) if not isinstance(said, str) else [{"role": "user", "content": said}]
    return turns_of({"messages": [{"role": "system", "content": body.get("instructions")}, *items]})
