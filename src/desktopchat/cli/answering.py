"""Answers one question of the command line: with nothing stored where nothing is asked for, else through the core."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from desktopchat.cli import running
from desktopchat.cli.endpoint import DEMO_KIND, data_of, network_of, tidied
from desktopchat.cli.output import FAILED, FINISHED, Output, unwritable
from desktopchat.cli.telling import JsonTeller, PlainTeller, Teller, listen
from desktopchat.cli.writer import Writer, raw_stdout
from desktopchat.domain.context import ALL
from desktopchat.domain.conversation import Conversation, ConversationSettings
from desktopchat.domain.errors import ChatError, Failure
from desktopchat.domain.message import Message, MessageState, Role, user_message
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.secret import Secret
from desktopchat.i18n import render
from desktopchat.providers.base import Account
from desktopchat.services.asking import moved_params
from desktopchat.services.chat import Asking, ChatService, Stores
from desktopchat.services.providers import PlainNetwork, ProviderService
from desktopchat.services.retrying import retry_rule
from desktopchat.services.streaming import NoJournal, StreamSession
from desktopchat.services.trace import Trace

if TYPE_CHECKING:
    from desktopchat.cli.ask import Question
    from desktopchat.core import Core, DemoHost
    from desktopchat.domain.values import Json
    from desktopchat.providers.base import Provider
    from desktopchat.services.attachments import Attachment
    from desktopchat.services.streaming import Answering
    from desktopchat.services.transfers import Transfer

AFTER_A_SIGNAL_S = 2.0
"""How long the reader of standard output may take for the rest once the user wants to leave."""


def answer(call: running.Call, question: Question) -> int:
    async def work(stopping: running.Stopping) -> int:
        return await _Answering(call, question, stopping).run()

    return running.run(work)


class _Answering:
    """One call of `ask`, from the first connection to the exit status."""

    def __init__(self, call: running.Call, question: Question, stopping: running.Stopping) -> None:
        loop = asyncio.get_running_loop()
        self._call = call
        self._question = question
        self._stopping = stopping
        self._writer = Writer(raw_stdout(), lambda _error: loop.call_soon_threadsafe(self._stop))
        self._plain = None if call.out.as_json else PlainTeller(self._writer, call.out)
        self._teller: Teller = self._plain or JsonTeller(self._writer)
        self._session: StreamSession | None = None
        self._wants_to_stop = False
        self._trouble: Failure | None = None
        self._paths: dict[str, str] = {}

    async def run(self) -> int:
        """The exit status. Raises `ChatError` where standard output could not be written."""
        self._stopping.action = self._stop
        try:
            status = await self._answer()
        except ChatError as error:
            self._teller.failed(error.failure)
            status = FAILED
        await self._written()
        self._tell_the_rest()
        return status or self._stopping.status

    async def _answer(self) -> int:
        question = self._question
        if question.is_stored:
            async with running.core_for(self._call.options) as core:
                return await self._stored(core)
        if question.endpoint.ad_hoc is not None and not question.files:
            return await self._alone(question.endpoint.ad_hoc)
        async with running.core_for(self._call.options) as core:
            core.providers.key_tidied.connect(self._note_tidied)
            config = question.endpoint.ad_hoc or await _configured(core, question.endpoint.name)
            attached = await self._attached(core)

            async def connect() -> Answering:
                provider = await core.providers.connect(config)
                return core.attachments.before(provider, config) if attached else provider

            return await self._unstored(config, connect, core.trace, attached)

    async def _attached(self, core: Core) -> list[Attachment]:
        """Takes snapshots of the files of the question; raises `ChatError` for one that cannot be attached."""
        attached: list[Attachment] = []
        for path in self._question.files:
            found = await core.attachments.attach(path)
            attached.append(found.part)
            self._paths.setdefault(found.part.sha256, str(path))
            for note in found.notes:
                self._call.out.note(f"{path}: {render(note)}")
        core.attachments.transfer_changed.connect(self._note_upload)
        return attached

    def _note_upload(self, transfer: Transfer) -> None:
        self._teller.upload(self._paths.get(transfer.sha256, transfer.name), transfer)

    async def _alone(self, config: ProviderConfig) -> int:
        """Answers without the core: the database is not opened, and the data folder need not even be writable."""
        trace = running.trace_for(self._call.options)
        data = data_of(self._call.options)
        with running.logged(data):
            link = Link(config, self._call.out, network_of(data))
            try:
                return await self._unstored(config, link.connect, trace)
            finally:
                await link.aclose()
                trace.close()

    async def _unstored(
        self,
        config: ProviderConfig,
        connect: Callable[[], Awaitable[Answering]],
        trace: Trace,
        attached: Sequence[Attachment] = (),
    ) -> int:
        question = self._question
        model = question.model or config.model
        session = StreamSession(
            conversation_id="",
            message=Message(Role.ASSISTANT, state=MessageState.STREAMING, provider=config.name, model=model),
            connect=connect,
            request=ChatRequest(
                model,
                (user_message(question.text, attachments=attached),),
                question.system,
                question.params,
                question.limits,
            ),
            journal=NoJournal(),
            retry=retry_rule(question.retries),
            trace=trace,
        )
        self._follow(session)
        return self._told(await session.run())

    async def _stored(self, core: Core) -> int:
        question = self._question
        async with _chat_service(core, question.endpoint.ad_hoc, self._note_tidied) as chat:
            conversation = await _conversation(core, chat, question)
            chat.session_started.connect(self._follow)
            chat.trouble.connect(self._note_trouble)
            attached = await self._attached(core)
            asking = Asking(question.limits, question.retries)
            session = await chat.send(conversation, question.text, asking, attachments=attached)
            status = self._told(await session.wait())
        if self._trouble is not None:
            self._teller.failed(self._trouble)
            return FAILED
        self._teller.saved(conversation.id)
        return status

    def _follow(self, session: StreamSession) -> None:
        self._session = session
        listen(self._teller, session, stored=self._question.is_stored)
        if self._wants_to_stop:
            session.stop()

    def _note_tidied(self, _config: ProviderConfig) -> None:
        self._call.out.note(tidied())

    def _note_trouble(self, failure: Failure | None) -> None:
        self._trouble = failure

    def _stop(self) -> None:
        """Ends the answer; one that has not begun is ended when it does, which is a matter of milliseconds."""
        self._wants_to_stop = True
        if self._session is not None:
            self._session.stop()

    def _told(self, message: Message) -> int:
        self._teller.ended(message)
        match message.state:
            case MessageState.ERROR:
                return FAILED
            case MessageState.STOPPED:
                return self._stopping.status or FINISHED
            case _:
                return FINISHED

    async def _written(self) -> None:
        """Waits until standard output has all of the answer, or its reader has had its time after a signal."""
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        self._stopping.action = lambda: loop.call_later(AFTER_A_SIGNAL_S, over.set)
        if self._stopping.status:
            self._stopping.action()
        self._writer.end(lambda: loop.is_closed() or loop.call_soon_threadsafe(over.set))
        await over.wait()

    def _tell_the_rest(self) -> None:
        if self._plain is not None:
            self._plain.after_words()
        error = self._writer.error
        if error is not None and not isinstance(error, BrokenPipeError):
            raise unwritable(error)


class Link:
    """The connection to an endpoint that is configured nowhere but on the command line."""

    def __init__(self, config: ProviderConfig, out: Output, network: PlainNetwork) -> None:
        self._config = config
        self._out = out
        self._proxy = config.proxy or network.proxy
        self._ca_file = config.ca_file or network.ca_file
        self._demo: DemoHost | None = None
        self._provider: Provider | None = None

    async def connect(self) -> Provider:
        """Raises `ChatError`: `auth` for a key variable that is not set, among others."""
        from desktopchat.providers import registry

        if self._provider is None:
            config = self._config
            key = self._key(config.key_env) if config.key_env else None
            if config.kind == DEMO_KIND and not config.base_url:
                config = replace(config, base_url=await self._demo_url())
            self._provider = registry.create(Account(config, key, self._proxy, self._ca_file))
        return self._provider

    async def aclose(self) -> None:
        if self._provider is not None:
            await self._provider.aclose()
        if self._demo is not None:
            self._demo.stop()

    def _key(self, variable: str) -> Secret:
        from desktopchat.settings.keys import from_environment, pasted_key

        pasted = pasted_key(from_environment(variable, os.environ).reveal())
        if pasted.tidied:
            self._out.note(tidied())
        return pasted.key

    async def _demo_url(self) -> str:
        from desktopchat.core import DemoHost

        self._demo = DemoHost()
        return await self._demo.url()


class _OneProvider(ProviderService):
    """The program's providers, where the command line's own answers whatever is asked for."""

    def __init__(self, core: Core, config: ProviderConfig, network: PlainNetwork) -> None:
        from desktopchat.storage.providers import ProviderStore

        super().__init__(ProviderStore(core.database), core.keys, demo_url=core.demo.url, network=lambda: network)
        self._config = config

    async def chosen(self, provider_id: str) -> ProviderConfig:
        return self._config


@asynccontextmanager
async def _chat_service(
    core: Core, config: ProviderConfig | None, on_tidied: Callable[[ProviderConfig], None]
) -> AsyncIterator[ChatService]:
    """The core's own chat service, or one that asks `config`."""
    if config is None:
        core.providers.key_tidied.connect(on_tidied)
        yield core.chat
        return
    from desktopchat.settings import schema
    from desktopchat.storage.drafts import DraftStore
    from desktopchat.storage.search import SearchIndex

    network = PlainNetwork(core.settings.get(schema.PROXY) or "system", core.settings.get(schema.CA_FILE))
    provider = _OneProvider(core, config, network)
    provider.key_tidied.connect(on_tidied)
    stores = Stores(core.conversations, SearchIndex(core.database), DraftStore(core.database))
    chat = ChatService(stores, provider, core.tasks, trace=core.trace, attachments=core.attachments)
    try:
        yield chat
    finally:
        await chat.stop_all()
        await provider.aclose()


async def _conversation(core: Core, chat: ChatService, question: Question) -> Conversation:
    """The conversation to go on with, held as the command line says this time, or a new one."""
    provider_id = await _provider_id(core, question)
    if not question.conversation:
        return chat.new_conversation(
            ConversationSettings(
                provider_id,
                question.model,
                question.system,
                question.params,
                question.preset_id,
                question.context or ALL,
            )
        )
    conversation = await chat.open(await core.conversations.find(question.conversation, trashed=False))
    before = conversation.settings
    other_provider = bool(provider_id) or question.endpoint.ad_hoc is not None
    conversation.settings = ConversationSettings(
        provider_id or before.provider_id,
        question.model or ("" if other_provider else before.model),
        question.system or before.system_prompt,
        {**await _fitting_params(core, before, question), **question.params},
        question.preset_id or before.preset_id,
        before.context if question.context is None else question.context,
    )
    return conversation


async def _fitting_params(core: Core, before: ConversationSettings, question: Question) -> Mapping[str, Json]:
    """The conversation's params, under the names that the provider of this time has for them."""
    if not before.params or not (question.endpoint.ad_hoc or question.endpoint.name):
        return before.params
    config = question.endpoint.ad_hoc or await core.providers.named(question.endpoint.name)
    return moved_params(before, await core.providers.answering(before.provider_id), config, question.model)


async def _provider_id(core: Core, question: Question) -> str:
    """The id to store with the conversation; an endpoint of the command line alone has none that would last."""
    if question.endpoint.ad_hoc is not None:
        return DEMO_KIND if question.endpoint.ad_hoc.id == DEMO_KIND else ""
    return (await core.providers.named(question.endpoint.name)).id if question.endpoint.name else ""


async def _configured(core: Core, name: str) -> ProviderConfig:
    return await (core.providers.named(name) if name else core.providers.default())
