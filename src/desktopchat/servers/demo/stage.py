"""What every dialect of the demo shares: reading a request, checking its key, and playing an answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from desktopchat.domain.values import Json
from desktopchat.servers.demo.recorder import KEPT_HEADERS, Recorded, Recorder
from desktopchat.servers.demo.script import Script, Turn
from desktopchat.servers.demo.shelf import Shelf
from desktopchat.servers.demo.wire import Play, Streamed, Wire

BAD_KEY = "bad-key"
KEY_HEADERS = ("api-key", "x-api-key", "x-goog-api-key")
FASTEST = 100_000.0
PAGE = (
    "<!doctype html><html><head><title>Welcome to the airport Wi-Fi</title></head><body><h1>Sign in</h1></body></html>"
)


@dataclass(slots=True)
class Stage:
    """The running demo: who asked what, which answers are on their way, and how fast they go."""

    recorder: Recorder
    tokens_per_second: float
    live: set[Wire] = field(default_factory=set)
    closing: bool = False
    shelf: Shelf = field(default_factory=Shelf)

    async def received(self, request: Request) -> Recorded:
        """The request, recorded without its key. A body that is not JSON is None."""
        body = await request.body()
        recorded = Recorded(
            request.method,
            request.url.path,
            request.url.query,
            {name: value for name, value in request.headers.items() if name in KEPT_HEADERS},
            _parsed(body),
            had_key=bool(key_of(request)),
        )
        self.recorder.add(recorded)
        return recorded

    async def plan(self, model: str, turns: Sequence[Turn], body: Json) -> Script:
        """What `model` does with a conversation; `body` is the request, which may name files."""
        from desktopchat.servers.demo import qa  # and what reads documents, which most questions do not need

        return await qa.script_for(model, turns, body, self.shelf)

    def pace_for(self, request: HTTPConnection, own: float | None = None) -> float:
        """Tokens a second: the script's own, else what `?tokens_per_second=` asks for, else the usual."""
        if own is not None:
            return own
        try:
            asked = float(request.query_params.get("tokens_per_second", ""))
        except ValueError:
            return self.tokens_per_second
        return asked if 0 < asked <= FASTEST else self.tokens_per_second

    def play(self, play: Play, pace: float, recorded: Recorded) -> Streamed:
        return Streamed(play, pace, recorded, self.live)

    def close(self) -> None:
        """Lets every answer end now."""
        self.closing = True
        for wire in tuple(self.live):
            wire.hang_up()


def key_of(request: Request) -> str:
    """The credentials of a request, wherever a dialect puts them."""
    bearer = request.headers.get("authorization", "")
    scheme, _, token = bearer.partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    headers = request.headers
    return bearer or next((found for name in KEY_HEADERS if (found := headers.get(name, ""))), "")


def has_bad_key(request: Request) -> bool:
    return key_of(request) == BAD_KEY


def json_response(body: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON as most vendors write it: UTF-8, nothing escaped."""
    return Response(as_json(body).encode(), status, headers, media_type="application/json")


def as_json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _parsed(body: bytes) -> Json:
    try:
        value: Json = json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None
    return value
