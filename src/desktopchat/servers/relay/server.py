"""Runs the relay on a port of this computer, on the event loop that it is started in, where the providers are."""

from __future__ import annotations

import asyncio
import importlib
import logging
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from desktopchat.domain.errors import ErrorKind, failed
from desktopchat.domain.text import msg

if TYPE_CHECKING:
    from desktopchat.domain.secret import Secret
    from desktopchat.servers.relay.application import Desk, Upstream
    from desktopchat.servers.relay.doorway import Visit
    from desktopchat.servers.relay.limits import RelayLimits
    from desktopchat.servers.relay.listening import Listening

HOST = "127.0.0.1"
STOP_S = 3.0
_HEAVY = "desktopchat.servers.relay.listening"

log = logging.getLogger(__name__)


class RelayServer:
    """The relay as a server. `start` and `stop` once each, on one loop."""

    def __init__(
        self,
        upstream: Upstream,
        token: Secret,
        *,
        limits: RelayLimits | None = None,
        on_visit: Callable[[Visit], object] = lambda _visit: None,
    ) -> None:
        self.url = ""
        """`http://127.0.0.1:PORT` while it runs."""
        self._upstream = upstream
        self._token = token
        self._limits = limits
        self._on_visit = on_visit
        self._desk: Desk | None = None
        self._server: Listening | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, port: int = 0) -> str:
        """Begins to listen and returns `url`. Raises `ChatError` `network` where the port cannot be had."""
        from desktopchat.transports.redact import register

        register(self._token)
        listener = _listener(port)
        try:
            with ThreadPoolExecutor(1, "load the relay") as executor:
                await asyncio.get_running_loop().run_in_executor(executor, importlib.import_module, _HEAVY)
            self._serve(listener)
        except BaseException:
            listener.close()
            raise
        self.url = f"http://{HOST}:{listener.getsockname()[1]}"
        return self.url

    async def stop(self) -> None:
        """Ends every answer on its way and closes the port, within a second or so."""
        if self._task is None or self._server is None or self._desk is None:
            return
        self._server.should_exit = True
        self._desk.close()
        _done, late = await asyncio.wait([self._task], timeout=STOP_S)
        if late:
            self._server.force_exit = True
            self._task.cancel()
            await asyncio.wait(late, timeout=STOP_S)
        self._task = None
        self.url = ""

    def _serve(self, listener: socket.socket) -> None:
        from desktopchat.servers.relay import listening
        from desktopchat.servers.relay.application import Desk
        from desktopchat.servers.relay.door import Door
        from desktopchat.servers.relay.limits import RelayLimits

        limits = self._limits or RelayLimits()
        port = listener.getsockname()[1]
        door = Door(self._token, port, limits, time.monotonic)
        self._desk = Desk(self._upstream, door, limits, time.monotonic)
        self._server = listening.server(self._desk, port, self._on_visit)
        serving = self._server.serve(sockets=[listener])
        self._task = asyncio.get_running_loop().create_task(serving, name="relay")
        self._task.add_done_callback(_note_end)


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port), backlog=128)
    except (OSError, OverflowError) as error:
        raise failed(
            ErrorKind.NETWORK,
            msg("The relay cannot listen on port {port}: another program, or another relay, has it.", port=port),
            hint=msg("Choose another port; 0 takes a free one."),
            detail=str(error),
        ) from error


def _note_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("the relay ended", exc_info=error)
