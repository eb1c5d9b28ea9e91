"""uvicorn around the relay's application. Imported when the relay starts, as it takes a while to load."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn

from desktopchat.servers.quiet import keep_quiet
from desktopchat.servers.relay.application import PUBLIC, Desk, application, shown_path
from desktopchat.servers.relay.doorway import Doorway, Visit

MOST_CONNECTIONS = 512


class Listening(uvicorn.Server):
    """A guest on somebody's loop: signals are its host's."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def server(desk: Desk, port: int, on_visit: Callable[[Visit], object]) -> Listening:
    """A server that is to be given its socket. It logs no addresses: they may hold questions."""
    keep_quiet()
    doorway = Doorway(application(desk), door=desk.door, port=port, public=PUBLIC, known=shown_path, on_visit=on_visit)
    config = uvicorn.Config(
        doorway,
        log_config=None,
        log_level="warning",
        access_log=False,
        http="h11",
        ws="none",
        lifespan="off",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=30,
        server_header=False,
    )
    return Listening(config)
