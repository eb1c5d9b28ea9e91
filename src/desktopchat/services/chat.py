"""Conversations as a person uses them: open, send, stop, try again, rename, delete, search.

The order of things is what keeps words safe: a message is committed before it is sent, and shown as part of the
conversation once it is committed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from desktopchat.domain.conversation import (
    Conversation,
    ConversationSettings,
    ConversationSummary,
    title_from,
)
from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.message import FilePart, ImagePart, Message, MessageState, Role, now, user_message
from desktopchat.domain.observe import Signal
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import msg
from desktopchat.services.asking import Asking, moved_params, request_for
from desktopchat.services.providers import DEMO, ProviderService
from desktopchat.services.tasks import Tasks
from desktopchat.services.trace import Trace
from desktopchat.services.unsaved import StoreJournal

if TYPE_CHECKING:
    from desktopchat.domain.search import SearchHit
    from desktopchat.services.attachments import AttachmentService
    from desktopchat.services.continuing import Asked
    from desktopchat.services.streaming import Answering, StreamSession
    from desktopchat.storage.conversations import ConversationStore
    from desktopchat.storage.drafts import DraftStore
    from desktopchat.storage.search import SearchIndex

NEWEST = 60
"""Messages of a long conversation that are shown before the others are here: more than a screen has room for."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where conversations live."""

    conversations: ConversationStore
    search: SearchIndex
    drafts: DraftStore


@dataclass(frozen=True, slots=True)
class DeletedMessages:
    """Messages that went into the trash together, and the head that was shown before."""

    message_ids: tuple[str, ...]
    head_id: str | None


class ChatService:
    """Owns the open conversations and the answers that are coming."""

    def __init__(
        self,
        stores: Stores,
        providers: ProviderService,
        tasks: Tasks,
        *,
        trace: Trace | None = None,
        retries: Callable[[], int] = lambda: 0,
        attachments: AttachmentService | None = None,
    ) -> None:
        self.list_changed: Signal[()] = Signal()
        self.conversation_changed: Signal[Conversation] = Signal()
        self.message_changed: Signal[Conversation, Message] = Signal()
        self.completed: Signal[Conversation] = Signal()
        """Earlier messages of the conversation are here now, too."""
        self.branch_changed: Signal[Conversation] = Signal()
        """Other messages of the conversation are shown now."""
        self.session_started: Signal[StreamSession] = Signal()
        self.trouble: Signal[Failure | None] = Signal()
        self._stores = stores
        self._providers = providers
        self._tasks = tasks
        self._trace = trace or Trace()
        self._retries = retries
        self._attachments = attachments
        self._journal = StoreJournal(stores.conversations, tasks, self.trouble)
        self._loaded: WeakValueDictionary[str, Conversation] = WeakValueDictionary()
        self._stored: set[str] = set()
        self._sessions: dict[str, StreamSession] = {}
        self._sending: set[str] = set()

    async def summaries(self, limit: int | None = None, offset: int = 0) -> list[ConversationSummary]:
        """The conversations that are not in the trash, newest first."""
        return await self._stores.conversations.summaries(limit=limit, offset=offset)

    async def open(self, conversation_id: str) -> Conversation:
        """The conversation; one that is open already is handed out again. Raises `ChatError` `not_found`."""
        conversation = await self._opened(conversation_id, self._stores.conversations.load)
        await self.complete(conversation)
        return conversation

    async def open_newest(self, conversation_id: str) -> Conversation:
        """As `open`, but a long one comes with its newest messages alone, for showing them; `complete` brings the rest.

        What changes a conversation completes it by itself.
        """
        store = self._stores.conversations
        return await self._opened(conversation_id, lambda known_id: store.load_newest(known_id, NEWEST))

    async def complete(self, conversation: Conversation) -> None:
        """Brings the messages that `open_newest` left out, if it did. Raises `ChatError` `storage`."""
        if conversation.is_whole:
            return
        whole = await self._stores.conversations.load(conversation.id)
        if not conversation.is_whole:  # nobody else was faster
            conversation.complete(whole)
            self.completed.emit(conversation)

    async def _opened(self, conversation_id: str, load: Callable[[str], Awaitable[Conversation]]) -> Conversation:
        if (known := self._loaded.get(conversation_id)) is not None:
            return known
        conversation = await load(conversation_id)
        if (known := self._loaded.get(conversation_id)) is not None:  # somebody else was faster
            return known
        self._loaded[conversation.id] = conversation
        self._stored.add(conversation.id)
        return conversation

    def new_conversation(self, settings: ConversationSettings | None = None) -> Conversation:
        """A conversation that is stored when its first message is sent."""
        conversation = Conversation(settings=settings or ConversationSettings())
        self._loaded[conversation.id] = conversation
        return conversation

    def session(self, conversation_id: str) -> StreamSession | None:
        """The answer that is coming in this conversation, if one is."""
        return self._sessions.get(conversation_id)

    @property
    def streaming(self) -> frozenset[str]:
        """The conversations in which an answer is coming."""
        return frozenset(self._sessions)

    async def send(
        self,
        conversation: Conversation,
        text: str,
        asking: Asking | None = None,
        *,
        attachments: Sequence[ImagePart | FilePart] = (),
    ) -> StreamSession:
        """Commits the user's message with what is attached to it, then asks for the answer.

        Raises `ChatError`: `storage` when the message could not be kept (nothing is sent then), `bad_request`
        while another answer is coming.
        """
        with self._only_one(conversation.id):
            await self.complete(conversation)
            question = user_message(repaired(text), parent_id=conversation.head_id, attachments=attachments)
            return await self._ask(conversation, question, asking or Asking())

    async def retry(self, conversation: Conversation, message_id: str, asking: Asking | None = None) -> StreamSession:
        """Asks again for the answer `message_id` (or for an answer to the question of that id), as a sibling."""
        with self._only_one(conversation.id):
            await self.complete(conversation)
            message = conversation.message(message_id)
            asked = message.id if message.role is Role.USER else message.parent_id
            return await self._answer(conversation, asked, await self._fitted(conversation, asking or Asking()))

    async def go_on(self, conversation: Conversation, message_id: str, asking: Asking | None = None) -> StreamSession:
        """Asks for the rest of an answer that is not whole; it grows in its place (see `services.continuing`).

        Raises as `send`, and `bad_request` for a message that has no end to go on from.
        """
        from desktopchat.services import continuing

        with self._only_one(conversation.id):
            await self.complete(conversation)
            begun, asking = conversation.message(message_id), asking or Asking()
            if not continuing.can_go_on(begun):
                raise failed(ErrorKind.BAD_REQUEST, msg("There is nothing in this message that could be gone on with."))
            fresh, config = await self._placeholder(conversation, begun.parent_id, asking)
            followers = conversation.has_followers(message_id)
            answer = continuing.reopened(begun, fresh.provider, fresh.model, has_followers=followers)
            if answer.id == begun.id:
                await self._journal.reopen(answer)
                conversation.replace(answer)
                self.message_changed.emit(conversation, answer)
            else:
                await self._commit(conversation, answer)
            return self._start(conversation, answer, config, asking)

    async def edit(
        self, conversation: Conversation, message_id: str, text: str, asking: Asking | None = None
    ) -> StreamSession:
        """Asks another question in the place of `message_id`, as a sibling with the same attachments; raises as
        `send`. The old question keeps its answers."""
        with self._only_one(conversation.id):
            await self.complete(conversation)
            old = conversation.message(message_id)
            question = user_message(repaired(text), parent_id=old.parent_id, attachments=old.attachments)
            return await self._ask(conversation, question, asking or Asking())

    def stop(self, conversation_id: str) -> None:
        """Ends the answer that is coming, if one is; what came of it is kept."""
        if session := self._sessions.get(conversation_id):
            session.stop()

    async def stop_all(self) -> None:
        """Ends every answer and waits until each is safe."""
        sessions = tuple(self._sessions.values())
        for session in sessions:
            session.stop()
        for session in sessions:
            await session.wait()

    async def rename(self, conversation_id: str, title: str) -> None:
        """Gives a title that the program will not change again; an empty one gives it back to the program."""
        conversation = await self.open(conversation_id)
        title = " ".join(repaired(title).split())
        before = (conversation.title, conversation.title_is_manual)
        conversation.title = title or _own_title(conversation)
        conversation.title_is_manual = bool(title)
        await self._save(conversation, undo=before)
        self.list_changed.emit()

    async def delete(self, conversation_id: str) -> None:
        """Puts the conversation into the trash. An answer that is coming is stopped and kept with it."""
        if session := self._sessions.get(conversation_id):
            session.stop()
            await session.wait()
        if conversation_id in self._stored or conversation_id not in self._loaded:
            await self._stores.conversations.trash(conversation_id)
        self.list_changed.emit()

    async def delete_message(self, conversation: Conversation, message_id: str) -> DeletedMessages:
        """Puts a message and everything that hangs on it into the trash; an alternative is shown instead.

        An answer that is coming there is stopped and kept with it.
        """
        await self.complete(conversation)
        session = self._sessions.get(conversation.id)
        if session is not None and session.message_id in conversation.subtree(message_id):
            session.stop()
            await session.wait()
        gone = DeletedMessages(tuple(conversation.subtree(message_id)), conversation.head_id)
        conversation.trash(gone.message_ids)
        try:
            await self._stores.conversations.trash_messages(conversation.id, gone.message_ids, conversation.head_id)
        except ChatError:
            conversation.restore(gone.message_ids, gone.head_id)
            raise
        self._branch_changed(conversation)
        return gone

    async def restore_messages(self, conversation: Conversation, gone: DeletedMessages) -> None:
        """Takes messages out of the trash again and shows what was shown before."""
        await self._stores.conversations.restore_messages(conversation.id, gone.message_ids, gone.head_id)
        conversation.restore(gone.message_ids, gone.head_id)
        self._branch_changed(conversation)

    async def restore(self, conversation_id: str) -> None:
        """Takes the conversation out of the trash again."""
        await self._stores.conversations.restore(conversation_id)
        self.list_changed.emit()

    async def configure(self, conversation: Conversation, settings: ConversationSettings) -> None:
        """Changes what the conversation is held with, from the next question on."""
        before, conversation.settings = conversation.settings, settings
        try:
            await self._save(conversation)
        except ChatError:
            conversation.settings = before
            raise

    async def select(self, conversation: Conversation, message_id: str) -> None:
        """Makes the branch through `message_id` the shown one."""
        await self.complete(conversation)
        before = conversation.head_id
        conversation.select(message_id)
        try:
            await self._save(conversation)
        except ChatError:
            conversation.head_id = before
            raise
        self.branch_changed.emit(conversation)

    async def search(self, query: str, limit: int = 50) -> list[SearchHit]:
        return await self._stores.search.search(query, limit=limit)

    async def save_draft(self, conversation_id: str, text: str) -> None:
        await self._stores.drafts.save(conversation_id, repaired(text))

    async def load_draft(self, conversation_id: str) -> str:
        return await self._stores.drafts.load(conversation_id)

    async def keep_unsaved(self) -> None:
        """Tries at once to store what could not be stored before (the banner's button)."""
        await self._journal.try_again()

    def _only_one(self, conversation_id: str) -> _Turn:
        if conversation_id in self._sessions or conversation_id in self._sending:
            raise failed(
                ErrorKind.BAD_REQUEST,
                msg("An answer is still coming in this conversation."),
                hint=msg("Wait for its end, or stop it first."),
            )
        return _Turn(self._sending, conversation_id)

    async def _ask(self, conversation: Conversation, question: Message, asking: Asking) -> StreamSession:
        """Stores the question with an empty answer, in one transaction, and starts the answer."""
        if not conversation.title:
            conversation.title = title_from(question)
        answer, config = await self._placeholder(conversation, question.id, asking)
        await self._commit(conversation, question, answer)
        return self._start(conversation, answer, config, asking)

    async def _answer(self, conversation: Conversation, asked: str | None, asking: Asking) -> StreamSession:
        answer, config = await self._placeholder(conversation, asked, asking)
        await self._commit(conversation, answer)
        return self._start(conversation, answer, config, asking)

    async def _fitted(self, conversation: Conversation, asking: Asking) -> Asking:
        """With the conversation's params under the names that another answerer has for them."""
        if asking.answerer is None or not conversation.settings.params:
            return asking
        before = await self._providers.answering(conversation.settings.provider_id)
        after = await self._providers.answering(asking.answerer[0])
        return replace(asking, instead=moved_params(conversation.settings, before, after, asking.answerer[1]))

    async def _placeholder(
        self, conversation: Conversation, asked: str | None, asking: Asking
    ) -> tuple[Message, ProviderConfig]:
        settings = asking.settings(conversation)
        config = await self._providers.answering(settings.provider_id)
        message = Message(
            Role.ASSISTANT,
            parent_id=asked,
            state=MessageState.STREAMING,
            provider=config.name,
            model=settings.model or config.model,
        )
        return message, config

    async def _commit(self, conversation: Conversation, *messages: Message) -> None:
        store = self._stores.conversations
        if conversation.id in self._stored:
            await store.add_messages(conversation.id, messages, head_id=messages[-1].id)
        else:
            await store.create(_with(conversation, messages))
            self._stored.add(conversation.id)
        conversation.updated = now()
        for message in messages:
            conversation.add(message)
            self.message_changed.emit(conversation, message)
        self.list_changed.emit()

    def _start(
        self, conversation: Conversation, answer: Message, config: ProviderConfig, asking: Asking
    ) -> StreamSession:
        from desktopchat.services.retrying import retry_rule
        from desktopchat.services.streaming import StreamSession  # and what it imports: not for the first picture

        session = StreamSession(
            conversation_id=conversation.id,
            message=answer,
            connect=lambda: self._answering(config, answer),
            request=request_for(conversation, answer, asking),
            journal=self._journal,
            retry=retry_rule(self._retries() if asking.retries is None else asking.retries),
            trace=self._trace,
            on_trouble=self.trouble.emit,
        )
        self._sessions[conversation.id] = session
        self.session_started.emit(session)
        self._tasks.start(self._run(conversation, session), name=f"answer {session.id}")
        return session

    async def _answering(self, config: ProviderConfig, answer: Message) -> Answering:
        connected = await self._providers.connect(config)
        provider: Asked = self._attachments.before(connected, config) if self._attachments else connected
        if not answer.text:
            return provider
        from desktopchat.services.continuing import GoingOn

        return GoingOn(provider, answer)

    async def _run(self, conversation: Conversation, session: StreamSession) -> None:
        try:
            await session.run()
        finally:
            del self._sessions[conversation.id]
            conversation.replace(session.message)
            conversation.updated = max(conversation.updated, now())
            self.message_changed.emit(conversation, session.message)
            self.list_changed.emit()

    def _branch_changed(self, conversation: Conversation) -> None:
        self.branch_changed.emit(conversation)
        self.list_changed.emit()

    async def _save(self, conversation: Conversation, undo: tuple[str, bool] | None = None) -> None:
        try:
            if conversation.id in self._stored:
                await self._stores.conversations.save(conversation)
        except ChatError:
            if undo is not None:
                conversation.title, conversation.title_is_manual = undo
            raise
        self.conversation_changed.emit(conversation)


class _Turn:
    """Keeps a second question out while the first is being stored."""

    def __init__(self, taken: set[str], conversation_id: str) -> None:
        self._taken = taken
        self._id = conversation_id

    def __enter__(self) -> None:
        self._taken.add(self._id)

    def __exit__(self, *_: object) -> None:
        self._taken.discard(self._id)


def _with(conversation: Conversation, messages: Sequence[Message]) -> Conversation:
    """A copy that has `messages` already: what is stored at once is there as a whole or not at all."""
    return Conversation.build(
        [*conversation, *messages],
        head_id=messages[-1].id,
        id=conversation.id,
        title=conversation.title,
        title_is_manual=conversation.title_is_manual,
        settings=conversation.settings,
        created=conversation.created,
        updated=now(),
    )


def _own_title(conversation: Conversation) -> str:
    """The title that the program would give: from the first question of the shown branch."""
    first = next((m for m in conversation.path() if m.role is Role.USER), None)
    return title_from(first) if first else ""


__all__ = ["DEMO", "Asking", "ChatService", "Stores"]
