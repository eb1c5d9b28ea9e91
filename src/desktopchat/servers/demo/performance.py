"""How any dialect of the demo plays an answer over HTTP: token by token, whole, or with the fault of its script.

What the pieces look like is the dialect's: it hands over a `Form`.
"""

from collections.abc import Iterator
from typing import Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp

from desktopchat.servers.demo import script
from desktopchat.servers.demo.recorder import Recorded
from desktopchat.servers.demo.script import Fault, Script
from desktopchat.servers.demo.stage import PAGE, Stage
from desktopchat.servers.demo.wire import FOREVER_S, BrokenOffError, Wire

HEARTBEAT_S = 1.0


class Form(Protocol):
    """The pieces of one answer in a dialect, as they go over the wire."""

    media_type: str
    heartbeat: bytes
    """What a connection that stays open behind its answer says now and then."""

    def headers(self) -> dict[str, str]: ...
    def opening(self) -> bytes: ...
    def reasoning(self, token: str) -> bytes: ...
    def text(self, token: str) -> bytes: ...
    def closing(self) -> bytes:
        """Everything behind the last token, up to the end signal."""
        ...

    def error(self) -> bytes:
        """An error object in the middle of the stream."""
        ...

    def whole(self) -> bytes:
        """The answer as one JSON document; an error object for the fault of that name."""
        ...


class Performance:
    """One answer on its way. `stream` and `whole` are `wire.Play`s."""

    def __init__(self, plan: Script, form: Form) -> None:
        self._plan = plan
        self._form = form

    async def stream(self, wire: Wire) -> None:
        await wire.begin(200, self._form.media_type, self._form.headers())
        await wire.write(self._form.opening())
        for number, piece in enumerate(self._pieces()):
            if number == self._breaking_point():
                await self._break(wire, piece)
                return
            await wire.pace()
            await self._send(wire, piece)
        await wire.write(self._form.closing())
        if self._plan.fault is Fault.NEVER_CLOSES:
            await self._stay(wire)

    async def whole(self, wire: Wire) -> None:
        """The answer in one piece, for those who did not ask for a stream."""
        body = self._form.whole()
        await wire.begin(200, "application/json", self._form.headers())
        if self._plan.fault is Fault.STALL:
            await wire.pause(FOREVER_S)
        if self._plan.fault is Fault.CUT:
            await wire.write(body[: len(body) // 2])
            raise BrokenOffError
        await self._send(wire, body)

    def _pieces(self) -> Iterator[bytes]:
        yield from map(self._form.reasoning, script.tokens(self._plan.reasoning))
        yield from map(self._form.text, script.tokens(self._plan.text))

    def _breaking_point(self) -> int | None:
        """The piece at which a broken answer breaks: after about half of it."""
        if self._plan.fault in (Fault.STALL, Fault.CUT, Fault.ERROR_INSIDE):
            return script.count(self._plan.text) // 2
        return None

    async def _break(self, wire: Wire, piece: bytes) -> None:
        if self._plan.fault is Fault.STALL:
            await wire.pause(FOREVER_S)
        elif self._plan.fault is Fault.CUT:
            await wire.write(piece[: len(piece) // 2])
            raise BrokenOffError
        else:
            await wire.write(self._form.error())

    async def _send(self, wire: Wire, data: bytes) -> None:
        """One piece, or for the fault of that name several, each of which ends inside a character."""
        if self._plan.fault is not Fault.SPLIT_UTF8:
            await wire.write(data)
            return
        for piece in split_in_characters(data):
            await wire.write(piece)
            await wire.pause(0.001)

    async def _stay(self, wire: Wire) -> None:
        while True:
            await wire.pause(HEARTBEAT_S)
            await wire.write(self._form.heartbeat)


def played(
    stage: Stage, request: Request, recorded: Recorded, plan: Script, form: Form, *, streams: bool = True
) -> ASGIApp:
    """The response to a request that the dialect did not refuse."""
    if plan.fault is Fault.PAGE:
        return HTMLResponse(PAGE)
    if plan.fault is Fault.EMPTY:
        return Response(b"", media_type=form.media_type)
    performance = Performance(plan, form)
    play = performance.stream if streams else performance.whole
    return stage.play(play, stage.pace_for(request, plan.tokens_per_second), recorded)


def split_in_characters(data: bytes) -> Iterator[bytes]:
    """`data` in pieces that each end behind the first byte of a longer character."""
    start = 0
    for at, byte in enumerate(data):
        if byte >= 0xC0:
            yield data[start : at + 1]
            start = at + 1
    yield data[start:]
