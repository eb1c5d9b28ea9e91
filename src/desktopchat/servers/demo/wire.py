"""Sends an answer over ASGI (HTTP or WebSocket) in its own time: at a pace, in pieces, or broken off. No dialect."""

import asyncio
from collections.abc import Callable, Coroutine

from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from desktopchat.servers.demo.recorder import Recorded

FOREVER_S = 3600.0


class GoneError(Exception):
    """Nobody waits for the rest: the client hung up, or the server stops."""


class BrokenOffError(Exception):
    """The script wants the connection to end here, in the middle."""


class Wire:
    """One response on its way. Every wait ends early when the client or the server goes."""

    def __init__(self, receive: Receive, send: Send, pace: float) -> None:
        self._receive = receive
        self._send = send
        self._step_s = 1 / pace if pace > 0 else 0.0
        self._gone = asyncio.Event()
        self._next_at = 0.0

    def hang_up(self) -> None:
        """Ends every wait from now on."""
        self._gone.set()

    async def begin(self, status: int, media_type: str, headers: dict[str, str] | None = None) -> None:
        pairs = [(b"content-type", media_type.encode()), (b"cache-control", b"no-store")]
        pairs += [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def write(self, data: bytes) -> None:
        if self._gone.is_set():
            raise GoneError
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def pace(self) -> None:
        """Waits for the moment of the next token; never catches up on lost time in a burst."""
        now = asyncio.get_running_loop().time()
        self._next_at = max(self._next_at + self._step_s, now)
        await self.pause(self._next_at - now)

    async def pause(self, seconds: float) -> None:
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._gone.wait()
            except TimeoutError:
                return
        if self._gone.is_set():
            raise GoneError

    async def watch(self) -> None:
        """Notices that the client hung up; runs beside the answer."""
        message: Message = {"type": "http.request"}
        while message["type"] != "http.disconnect":
            message = await self._receive()
        self.hang_up()


class SocketWire(Wire):
    """A WebSocket that was accepted. Everything that is written is one text message."""

    async def begin(self, status: int, media_type: str, headers: dict[str, str] | None = None) -> None:
        """Nothing: the handshake is over."""

    async def write(self, data: bytes) -> None:
        if self._gone.is_set():
            raise GoneError
        try:
            await self._send({"type": "websocket.send", "text": data.decode()})
        except WebSocketDisconnect as error:
            raise GoneError from error

    async def finish(self) -> None:
        await self._send({"type": "websocket.close", "code": 1000})

    async def watch(self) -> None:
        message: Message = {"type": "websocket.receive"}
        while message["type"] != "websocket.disconnect":
            message = await self._receive()
        self.hang_up()


Play = Callable[[Wire], Coroutine[None, None, None]]
"""Writes an answer on a wire; raises `BrokenOffError` to break it off."""


class Streamed:
    """An ASGI response that lets a play write on its wire and cleans up however it ends."""

    def __init__(
        self, play: Play, pace: float, record: Recorded, live: set[Wire], make_wire: type[Wire] = Wire
    ) -> None:
        self._make_wire = make_wire
        self._play = play
        self._pace = pace
        self._record = record
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wire = self._make_wire(receive, send, self._pace)
        self._live.add(wire)
        watcher = asyncio.get_running_loop().create_task(wire.watch(), name="demo: client")
        try:
            await self._play(wire)
            await wire.finish()
        except GoneError:
            self._record.gone = True
        except BrokenOffError:
            pass  # returning without an end makes uvicorn close the connection
        finally:
            self._live.discard(wire)
            watcher.cancel()
