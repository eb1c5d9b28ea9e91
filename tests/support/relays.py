"""A running relay for tests: the real server on a loop of its own, in front of a scripted upstream or real ones."""

import asyncio
import http.client
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.events import Finished, StreamEvent, TextDelta
from desktopchat.domain.message import FinishReason
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import msg
from desktopchat.servers.relay import RelayServer
from desktopchat.servers.relay.doorway import Visit
from desktopchat.servers.relay.limits import RelayLimits
from desktopchat.services.providers import ProviderService
from desktopchat.services.relaying import Target, Upstreams
from desktopchat.settings.backends import MemoryBackend
from desktopchat.settings.keys import KeyStore
from desktopchat.storage.database import Database
from desktopchat.storage.providers import ProviderStore

T = TypeVar("T")
TOKEN = "dcr-token-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
DONE = Finished(FinishReason.STOP)
Step = StreamEvent | ChatError | float
"""Something to say, something to fail with, or seconds to wait."""


@dataclass
class ScriptedUpstream:
    """Plays the same steps for every question; remembers what was asked, and how many answers it still gives."""

    steps: tuple[Step, ...] = (TextDelta("Hello"), DONE)
    kind: str = "openai"
    asked: list[tuple[Target, ChatRequest]] = field(default_factory=list)
    running: int = 0

    async def target(self, name: str) -> Target:
        provider, _, model = name.partition("/")
        if provider == "nobody":
            raise failed(ErrorKind.NOT_FOUND, msg("No provider here belongs to the model “{name}”.", name=name))
        return Target(ProviderConfig(provider or "mine", self.kind), model or "m")

    async def targets(self) -> list[Target]:
        return [await self.target("mine/a"), await self.target("mine/b")]

    async def ask(self, target: Target, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        self.asked.append((target, request))
        self.running += 1
        try:
            for step in self.steps:
                if isinstance(step, ChatError):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.running -= 1


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def events(self) -> list[tuple[str, str]]:
        """Names and data of the events, as a browser would dispatch them."""
        return events_in(self.text)


class Relay:
    """How a test speaks to a relay that runs."""

    def __init__(self, url: str, visits: list[Visit], upstream: Any, loop: "LoopThread") -> None:
        self.url = url
        self.visits = visits
        self.upstream = upstream
        self.loop = loop
        self.server: RelayServer

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def address(self) -> tuple[str, int]:
        """For a socket."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 0

    def begin(self, path: str, body: object = None, headers: Mapping[str, str] = BEARER, method: str = "") -> Any:
        """Sends a request; returns the connection, whose reply is not read yet."""
        connection = http.client.HTTPConnection(self.host, timeout=20)
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection.request(method or ("POST" if body is not None else "GET"), path, data, dict(headers))
        return connection

    def ask(self, path: str, body: object = None, headers: Mapping[str, str] = BEARER, method: str = "") -> Reply:
        with closing(self.begin(path, body, headers, method)) as connection:
            reply = connection.getresponse()
            return Reply(reply.status, {name.lower(): value for name, value in reply.headers.items()}, reply.read())

    def log_in(self) -> str:
        """Logs in; returns the `Cookie` header of a browser that did."""
        reply = self.ask("/login", {"token": TOKEN}, {})
        return reply.headers["set-cookie"].partition(";")[0]


class LoopThread:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="relay of a test")
        self._thread.start()

    def run(self, coro: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coro, self.loop).result(30)

    def close(self) -> None:
        async def shut_down() -> None:
            await asyncio.get_running_loop().shutdown_asyncgens()

        self.run(shut_down())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@contextmanager
def relay(upstream: Any = None, limits: RelayLimits | None = None) -> Iterator[Relay]:
    """A relay in front of `upstream`."""
    with _loop() as loop, _relay(upstream or ScriptedUpstream(), loop, limits) as found:
        yield found


@contextmanager
def relay_of_providers(folder: Path, demo_url: str, *configs: ProviderConfig) -> Iterator[Relay]:
    """A relay in front of the real providers, of which the demo is at `demo_url`."""

    async def demo() -> str:
        return demo_url

    keys = KeyStore(MemoryBackend())
    with _loop() as loop:
        database = loop.run(Database.open(folder / "chat.sqlite3"))
        providers = ProviderService(ProviderStore(database), keys, demo_url=demo)
        for config in configs:
            loop.run(providers.add(config))
        try:
            with _relay(Upstreams(providers), loop, None) as found:
                yield found
        finally:
            loop.run(providers.aclose())
            loop.run(database.close())
            keys.close()


@contextmanager
def _relay(upstream: Any, loop: LoopThread, limits: RelayLimits | None) -> Iterator[Relay]:
    visits: list[Visit] = []
    server = RelayServer(upstream, Secret(TOKEN), limits=limits, on_visit=visits.append)
    found = Relay(loop.run(server.start()), visits, upstream, loop)
    found.server = server
    try:
        yield found
    finally:
        loop.run(server.stop())


@contextmanager
def _loop() -> Iterator[LoopThread]:
    loop = LoopThread()
    try:
        yield loop
    finally:
        loop.close()


def limits(**changes: Any) -> RelayLimits:
    return replace(RelayLimits(), **changes)


def events_in(text: str) -> list[tuple[str, str]]:
    """As the standard has it: a block without data dispatches nothing."""
    found = []
    for block in text.split("\n\n"):
        fields = [line.partition(":") for line in block.split("\n") if line and not line.startswith(":")]
        data = [value.removeprefix(" ") for name, _, value in fields if name == "data"]
        name = next((value.removeprefix(" ") for key, _, value in fields if key == "event"), "message")
        if data:
            found.append((name, "\n".join(data)))
    return found


def waited(check: Callable[[], object], timeout_s: float = 20.0) -> None:
    """Returns once `check()` is truthy; for tests whose server is on another thread."""
    from tests.support.waiting import until

    asyncio.run(until(check, timeout_s))
