"""Runs the demo's application on a free port of this computer, in a thread with a loop of its own."""

import asyncio
import logging
import socket
import threading
from typing import TYPE_CHECKING

from desktopchat.domain.errors import ErrorKind, failed
from desktopchat.domain.text import msg
from desktopchat.servers.demo.recorder import Recorder
from desktopchat.servers.quiet import keep_quiet

if TYPE_CHECKING:
    import uvicorn

    from desktopchat.servers.demo.stage import Stage

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
USUAL_TOKENS_PER_SECOND = 80.0
START_S = 20.0
STOP_S = 0.7


class DemoServer:
    """The demo as a server. `start` and `stop` may be called from any thread, each once; both wait until it is so."""

    def __init__(
        self,
        port: int = 0,
        tokens_per_second: float = USUAL_TOKENS_PER_SECOND,
        *,
        max_file_bytes: int | None = None,
        parsing_s: float = 0.0,
    ) -> None:
        """`max_file_bytes` overrules the limits of the dialects' vendors (0: no limit); for `parsing_s` seconds a file
        that was sent counts as being read."""
        self.recorder = Recorder()
        self.url = ""
        """`http://127.0.0.1:PORT` once it runs: the dialects' addresses begin with it."""
        self._port = port
        self._tokens_per_second = tokens_per_second
        self._max_file_bytes = max_file_bytes
        self._parsing_s = parsing_s
        self._server: uvicorn.Server | None = None
        self._stage: Stage | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()

    def start(self) -> str:
        """Begins to listen and returns `url`. Raises `ChatError` `network` where the port cannot be had."""
        listener = self._listen()
        port = listener.getsockname()[1]
        self._prepare()
        self._thread = threading.Thread(target=self._run, args=(listener,), name="demo server", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_S) or self._loop is None:
            listener.close()
            raise failed(ErrorKind.INTERNAL, msg("The demo's server did not start."), hint=msg("The log says why."))
        self.url = f"http://{HOST}:{port}"
        return self.url

    def stop(self) -> None:
        """Ends every answer on its way and closes the port, within a second."""
        if self._thread is None or self._server is None or self._stage is None:
            return
        self._server.should_exit = True
        self._in_loop(self._stage.close)
        self._thread.join(STOP_S)
        if self._thread.is_alive():
            self._server.force_exit = True
            self._thread.join(STOP_S)
        self._thread = None
        self._stage.shelf.clear()

    def _listen(self) -> socket.socket:
        try:
            return socket.create_server((HOST, self._port), backlog=128)
        except (OSError, OverflowError) as error:
            raise failed(
                ErrorKind.NETWORK,
                msg("The demo cannot listen on port {port}.", port=self._port),
                hint=msg("Another program may use it. Port 0 takes a free one."),
                detail=str(error),
            ) from error

    def _prepare(self) -> None:
        import uvicorn

        from desktopchat.servers.demo.application import application
        from desktopchat.servers.demo.shelf import Shelf
        from desktopchat.servers.demo.stage import Stage

        keep_quiet()
        shelf = Shelf(self._max_file_bytes, self._parsing_s)
        self._stage = Stage(self.recorder, self._tokens_per_second, shelf=shelf)
        config = uvicorn.Config(
            application(self._stage),
            log_config=None,
            log_level="warning",
            access_log=False,
            loop="asyncio",
            http="h11",
            ws="websockets-sansio",
            lifespan="off",
            timeout_graceful_shutdown=1,
            timeout_keep_alive=60,
            server_header=False,
        )
        self._server = uvicorn.Server(config)

    def _run(self, listener: socket.socket) -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
                runner.run(self._serve(listener))
        except Exception:
            log.exception("the demo's server ended")
        finally:
            self._ready.set()

    async def _serve(self, listener: socket.socket) -> None:
        assert self._server is not None
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        await self._server.serve(sockets=[listener])

    def _in_loop(self, call: object) -> None:
        if self._loop is not None and callable(call):
            try:
                self._loop.call_soon_threadsafe(call)
            except RuntimeError:
                log.debug("the demo's loop has ended already")
