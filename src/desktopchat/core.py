"""Everything that the program can do without a window: built here, and handed to the shell commands and the window."""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat.domain.errors import ChatError
from desktopchat.services.attachments import AttachmentService
from desktopchat.services.chat import ChatService, Stores
from desktopchat.services.files import FileService
from desktopchat.services.presets import PresetService
from desktopchat.services.providers import PlainNetwork, ProviderService
from desktopchat.services.relay import RelaySwitch, RelayToken, RunningRelay
from desktopchat.services.relaying import Upstreams
from desktopchat.services.tasks import Tasks
from desktopchat.services.trace import Trace
from desktopchat.services.translating import TranslatorService
from desktopchat.settings import schema
from desktopchat.settings.keys import KeyStore
from desktopchat.settings.options import Options
from desktopchat.settings.paths import DataDir, data_dir
from desktopchat.settings.store import Settings
from desktopchat.storage.attachments import AttachmentStore
from desktopchat.storage.backup import backup
from desktopchat.storage.blobs import BlobStore
from desktopchat.storage.conversations import ConversationStore
from desktopchat.storage.database import Database
from desktopchat.storage.drafts import DraftStore
from desktopchat.storage.glossaries import GlossaryStore
from desktopchat.storage.pairs import PairStore
from desktopchat.storage.presets import PresetStore
from desktopchat.storage.providers import ProviderStore
from desktopchat.storage.search import SearchIndex

if TYPE_CHECKING:
    from desktopchat.domain.secret import Secret
    from desktopchat.servers.demo import DemoServer

log = logging.getLogger(__name__)


class DemoHost:
    """Starts the demo provider's server when somebody talks to it, not before."""

    def __init__(self) -> None:
        self._server: DemoServer | None = None
        self._starting = asyncio.Lock()

    async def url(self) -> str:
        """The base address of the demo's OpenAI dialect."""
        async with self._starting:
            if self._server is None:
                from desktopchat.servers.demo import DemoServer

                server = DemoServer()
                with ThreadPoolExecutor(1, "start the demo") as executor:
                    await asyncio.get_running_loop().run_in_executor(executor, server.start)
                self._server = server
            return f"{self._server.url}/v1"

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None


class Core:
    """Everything that the program can do, built on one data directory. Closed by `aclose`."""

    def __init__(self, data: DataDir, settings: Settings, database: Database, trace: Trace, keys: KeyStore) -> None:
        self.data = data
        self.settings = settings
        self.database = database
        self.trace = trace
        self.keys = keys
        self.demo = DemoHost()
        self.tasks = Tasks(_log_error)
        self.conversations = ConversationStore(database)
        self.providers = ProviderService(ProviderStore(database), keys, demo_url=self.demo.url, network=self._network)
        attachment_store = AttachmentStore(database)
        self.attachments = AttachmentService(BlobStore(data.blobs), attachment_store, self.providers)
        self.files = FileService(self.providers, self.attachments, attachment_store)
        self.presets = PresetService(PresetStore(database), self.providers)
        self.relay_token = RelayToken(settings, keys)
        self.relay = RelaySwitch(self.relay_token, self._start_relay)
        self._search = SearchIndex(database)
        self.translator = TranslatorService(
            self.providers,
            self.tasks,
            GlossaryStore(database),
            PairStore(database),
            retries=lambda: settings.get(schema.RETRIES),
        )
        self.chat = ChatService(
            Stores(self.conversations, self._search, DraftStore(database)),
            self.providers,
            self.tasks,
            trace=trace,
            retries=lambda: settings.get(schema.RETRIES),
            attachments=self.attachments,
        )

    @classmethod
    async def open(cls, options: Options) -> Core:
        """Opens the data directory; raises `ChatError` `storage` where that cannot be done."""
        data = data_dir(options.data_dir or None, os.environ)
        trace = Trace.to(Path(options.trace)) if options.trace else Trace()
        return await cls.on(data, Settings(data.settings), trace)

    @classmethod
    async def on(cls, data: DataDir, settings: Settings, trace: Trace) -> Core:
        """As `open`, with what was read already."""
        return cls(data, settings, await Database.open(data.database), trace, KeyStore())

    async def aclose(self) -> None:
        """Ends what runs, keeps what came, and closes everything. Safe to call once only."""
        self.translator.stop_all()
        await self.relay.stop()
        await self.chat.stop_all()
        if left := await self.tasks.cancel_all():
            log.error("tasks did not end: %s", ", ".join(task.get_name() for task in left))
        await self.providers.aclose()
        self.demo.stop()
        self.settings.close()
        self.keys.close()
        await self.database.close()
        self.trace.close()

    async def keep_house(self) -> None:
        """What a long-running program does beside its work: a daily backup, space for a full disk, the search index."""
        try:
            await backup(self.database, self.data.backups)
            await self.database.make_reserve()
            await self._search.catch_up()
        except ChatError as error:
            log.warning("%s (%s)", error, error.failure.detail)
            self.chat.trouble.emit(error.failure)

    async def _start_relay(self, port: int, token: Secret) -> RunningRelay:
        from desktopchat.servers.relay import RelayServer

        relay = RelayServer(Upstreams(self.providers), token)
        await relay.start(port)
        return relay

    def _network(self) -> PlainNetwork:
        return PlainNetwork(self.settings.get(schema.PROXY) or "system", self.settings.get(schema.CA_FILE))


def _log_error(error: BaseException) -> None:
    log.error("a task failed", exc_info=error)
