"""The program's core on a folder of its own and the demo server beside it, for tests of what happens between them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from desktopchat.core import Core
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.request import ChatRequest, Limits
from desktopchat.providers.base import Files
from desktopchat.servers.demo import DemoServer
from desktopchat.services.transfers import Transfer, TransferState
from desktopchat.settings.options import Options

T = TypeVar("T")
PATHS = {
    "openai": "/v1",
    "openai-responses": "/v1",
    "openai-completions": "/v1",
    "dashscope": "/compatible-mode/v1",
    "anthropic": "/anthropic",
    "gemini": "/gemini",
    "ollama": "/ollama",
}
WITH_FILES = ("openai", "openai-responses", "dashscope", "anthropic", "gemini")
QUICK = Limits(connect_s=10, first_content_s=30, idle_s=30, after_end_s=0.4)


@contextmanager
def demo_server(*, max_file_bytes: int | None = None, parsing_s: float = 0.0, port: int = 0) -> Iterator[DemoServer]:
    server = DemoServer(port=port, tokens_per_second=5000, max_file_bytes=max_file_bytes, parsing_s=parsing_s)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def endpoint(server: DemoServer, kind: str, key_env: str = "") -> ProviderConfig:
    """The demo in one dialect, always under the same id."""
    return ProviderConfig(kind, kind, server.url + PATHS[kind], model="demo-qa", id=f"test-{kind}", key_env=key_env)


@dataclass
class Running:
    """An open core; `told` is every step of every transfer."""

    core: Core
    told: list[Transfer] = field(default_factory=list)

    async def files(self, config: ProviderConfig) -> Files:
        files = (await self.core.providers.connect(config)).files
        assert files is not None
        return files

    @property
    def states(self) -> list[TransferState]:
        """Without repetition."""
        found: list[TransferState] = []
        for transfer in self.told:
            if not found or found[-1] is not transfer.state:
                found.append(transfer.state)
        return found

    async def asked(self, config: ProviderConfig, request: ChatRequest) -> str:
        """The answer's text."""
        from desktopchat.domain.events import TextDelta

        provider = self.core.attachments.before(await self.core.providers.connect(config), config)
        return "".join([e.text async for e in provider.stream(request) if isinstance(e, TextDelta)])


def with_core(folder: Path, work: Callable[[Running], Awaitable[T]]) -> T:
    """Runs `work` with a core on `folder`, which is closed again: as one start of the program."""

    async def run() -> T:
        core = await Core.open(Options(data_dir=str(folder)))
        running = Running(core)
        core.attachments.transfer_changed.connect(running.told.append)
        try:
            return await work(running)
        finally:
            await core.aclose()

    return asyncio.run(run())
