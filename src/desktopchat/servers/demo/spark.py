"""The demo in Spark's dialect: a WebSocket whose address is signed, frames with a status, errors with numbers.

The triple is `demo:demo:demo`. The model is `parameter.chat.domain`: one of the demo's, or the one that belongs to the
path, which is the tour then. What the code does when a signature is wrong is what the vendor's gateway does.
"""

import hmac
import json
import re
import time
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from uuid import uuid4

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from desktopchat.domain.secret import Secret
from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import object_of, parse, string_of
from desktopchat.providers.spark_signing import signature
from desktopchat.providers.spark_versions import Version, version_at
from desktopchat.servers.demo import script
from desktopchat.servers.demo.openai import turns_of
from desktopchat.servers.demo.recorder import Recorded
from desktopchat.servers.demo.script import Fault, Script, Turn
from desktopchat.servers.demo.stage import PAGE, Stage, as_json, json_response
from desktopchat.servers.demo.wire import FOREVER_S, BrokenOffError, SocketWire, Streamed, Wire

PREFIX = "/spark"
PART = "demo"
"""Each of the three parts of the key."""

CLOCK_S = 300.0

UNSIGNED = (401, "Unauthorized")
UNKNOWN_KEY = (401, "HMAC signature cannot be verified: apikey not found")
UNREADABLE = (401, "HMAC signature cannot be verified")
WRONG_SIGNATURE = (401, "HMAC signature does not match")
WRONG_CLOCK = (
    403,
    "HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication",
)
NO_ROUTE = (404, "no Route matched with those values")

ERRORS = {
    Fault.UNAUTHORISED: (10313, "app_id and api_key do not belong together"),
    Fault.FORBIDDEN: (10016, "AppIdNoAuthError"),
    Fault.UNKNOWN_MODEL: (10404, "route not found: the domain does not fit the url"),
    Fault.TOO_MANY: (11202, "app qps limit exceeded"),
    Fault.BROKEN: (10012, "EngineInternalError, as asked for"),
    Fault.ERROR_INSIDE: (10012, "EngineInternalError, as asked for"),
}


@dataclass(frozen=True, slots=True)
class SparkDialect:
    """Spark at every one of its paths."""

    stage: Stage

    def routes(self) -> list[WebSocketRoute]:
        return [WebSocketRoute(f"{PREFIX}/{{path:path}}", self.answer)]

    async def answer(self, socket: WebSocket) -> None:
        """One connection, from the handshake to the end."""
        recorded = Recorded("GET", socket.url.path, had_key="authorization" in socket.query_params)
        self.stage.recorder.add(recorded)
        version = version_at(str(socket.url.replace(query="")))
        problem = _problem_with(socket)
        if problem is not None or version is None:
            status, message = problem or NO_ROUTE
            await socket.send_denial_response(json_response({"message": message}, status))
            return
        await socket.accept()
        try:
            question = object_of(parse(await socket.receive_text()))
        except (WebSocketDisconnect, ValueError, KeyError):
            return
        recorded.body = _without_key(question)
        plan = await self._plan(question, version)
        play = _Answer(plan, _turns(question)).play
        pace = self.stage.pace_for(socket, plan.tokens_per_second)
        await Streamed(play, pace, recorded, self.stage.live, SocketWire)(socket.scope, socket.receive, socket.send)

    async def _plan(self, question: dict[str, Json], version: Version) -> Script:
        header = object_of(question.get("header"))
        if header.get("app_id") != PART:
            return Script(fault=Fault.UNAUTHORISED)
        domain = string_of(object_of(object_of(question.get("parameter")).get("chat")).get("domain"))
        if domain in version.domains:
            domain = "demo-reasoning" if version.thinks else "demo"
        return await self.stage.plan(domain, _turns(question), None)


class _Answer:
    """One answer in frames."""

    def __init__(self, plan: Script, turns: list[Turn]) -> None:
        self._plan = plan
        self._prompt_tokens = sum(4 + script.count(turn.text) for turn in turns)
        self._sid = f"demo-{uuid4().hex[:12]}"

    async def play(self, wire: Wire) -> None:
        fault = self._plan.fault
        if fault is Fault.PAGE:
            await wire.write(PAGE.encode())
        elif fault in ERRORS and fault is not Fault.ERROR_INSIDE:
            await wire.write(self._error(fault))
        elif fault is not Fault.EMPTY:
            await self._stream(wire)

    async def _stream(self, wire: Wire) -> None:
        pieces = list(self._pieces()) or [{"content": ""}]
        for number, piece in enumerate(pieces):
            if number == self._breaking_point():
                await self._break(wire)
                return
            await wire.pace()
            await wire.write(self._frame(number, piece, is_last=number == len(pieces) - 1))
        if self._plan.fault is Fault.NEVER_CLOSES:
            await wire.pause(FOREVER_S)

    async def _break(self, wire: Wire) -> None:
        if self._plan.fault is Fault.STALL:
            await wire.pause(FOREVER_S)
        if self._plan.fault is Fault.CUT:
            raise BrokenOffError
        await wire.write(self._error(Fault.ERROR_INSIDE))

    def _breaking_point(self) -> int | None:
        broken = self._plan.fault in (Fault.STALL, Fault.CUT, Fault.ERROR_INSIDE)
        return script.count(self._plan.text) // 2 if broken else None

    def _pieces(self) -> Iterator[dict[str, Json]]:
        for token in script.tokens(self._plan.reasoning):
            yield {"reasoning_content": token, "content": ""}
        for token in script.tokens(self._plan.text):
            for piece in _halves(token) if self._plan.fault is Fault.SPLIT_UTF8 else (token,):
                yield {"content": piece}

    def _frame(self, number: int, piece: dict[str, Json], *, is_last: bool) -> bytes:
        status = 2 if is_last else min(number, 1)
        text: Json = [{"role": "assistant", "index": 0, **piece}]
        payload: dict[str, Json] = {"choices": {"status": status, "seq": number, "text": text}}
        if is_last:
            payload["usage"] = {"text": self._usage()}
        header: Json = {"code": 0, "message": "Success", "sid": self._sid, "status": status}
        frame: Json = {"header": header, "payload": payload}
        return (json.dumps(frame) if self._plan.fault is Fault.SPLIT_UTF8 else as_json(frame)).encode()

    def _usage(self) -> dict[str, Json]:
        made = script.count(self._plan.reasoning) + script.count(self._plan.text)
        return {
            "question_tokens": self._prompt_tokens,
            "prompt_tokens": self._prompt_tokens,
            "completion_tokens": made,
            "total_tokens": self._prompt_tokens + made,
        }

    def _error(self, fault: Fault) -> bytes:
        code, message = ERRORS[fault]
        return as_json({"header": {"code": code, "message": message, "sid": self._sid, "status": 2}}).encode()


def _problem_with(socket: WebSocket) -> tuple[int, str] | None:
    """Status and words of a refusal, or None for a good signature."""
    query = socket.query_params
    if "authorization" not in query:
        return UNSIGNED
    if not _is_now(query.get("date", "")):
        return WRONG_CLOCK
    try:
        fields = dict(re.findall(r'(\w+)\s*=\s*"([^"]*)"', b64decode(query["authorization"], validate=True).decode()))
    except ValueError:
        return UNREADABLE
    if (fields.get("api_key") or fields.get("username")) != PART:
        return UNKNOWN_KEY
    line = f"GET {socket.url.path} HTTP/1.1"
    wanted = signature(socket.headers.get("host", ""), query["date"], line, Secret(PART))
    return None if hmac.compare_digest(wanted, fields.get("signature", "")) else WRONG_SIGNATURE


def _is_now(date: str) -> bool:
    try:
        return abs(parsedate_to_datetime(date).timestamp() - time.time()) <= CLOCK_S
    except (ValueError, TypeError, IndexError, OverflowError):
        return False


def _without_key(question: dict[str, Json]) -> dict[str, Json]:
    """The question as it is remembered: the app's id is a part of the key."""
    header = object_of(question.get("header"))
    return {**question, "header": {**header, "app_id": "***"} if "app_id" in header else header}


def _turns(question: dict[str, Json]) -> list[Turn]:
    return turns_of({"messages": object_of(object_of(question.get("payload")).get("message")).get("text")})


def _halves(token: str) -> Iterator[str]:
    """The characters of a token; one beyond the first plane in the two halves that JSON escapes it as."""
    for character in token:
        units = character.encode("utf-16-be")
        yield from (units[at : at + 2].decode("utf-16-be", "surrogatepass") for at in range(0, len(units), 2))
