"""What happens in the window: which conversation is open, what is asked, what is shown of it.

It owns the current conversation and the subscriptions to the services; the list, the choice of the model and the
dialogs have controllers of their own. Several answers may come at once: switching stops none of them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer

from desktopchat.domain.conversation import Conversation, ConversationSettings
from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.message import Message, MessageState, Role
from desktopchat.i18n import render, tr
from desktopchat.services.providers import DEMO
from desktopchat.settings import schema
from desktopchat.settings.schema import Setting
from desktopchat.ui.attachments.control import Attachments
from desktopchat.ui.chooser import Chooser
from desktopchat.ui.commands import Commands
from desktopchat.ui.doing import start
from desktopchat.ui.listing import Listing
from desktopchat.ui.live import LiveAnswer, PaintTrace, so_far
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.messages import Messages
from desktopchat.ui.opener import Opener
from desktopchat.ui.parts import WindowParts
from desktopchat.ui.presets.control import Presets
from desktopchat.ui.theme import theme
from desktopchat.ui.warming import warm_up

if TYPE_CHECKING:
    from desktopchat.services.streaming import StreamSession
    from desktopchat.ui.attachments.tray import Item

DRAFT_DELAY_MS = 600
PATIENCE_S = 3.0


class Controller:
    """Connects the window with the services."""

    def __init__(self, parts: WindowParts, window: MainWindow) -> None:
        self._parts = parts
        self._chat = parts.chat
        self._window = window
        self._start_settings = ConversationSettings(provider_id=DEMO.id if parts.start_with_demo else "")
        self.conversation = self._chat.new_conversation(self._start_settings)
        self._shown: list[str] = []
        self._live: LiveAnswer | None = None
        self._opening = ""
        self._waiting: asyncio.Future[None] | None = None
        self._paint_trace: PaintTrace | None = None
        self.opener = Opener(parts, window, self.run)
        self.listing = Listing(parts, window, self.run)
        self.chooser = Chooser(parts, window, self.run, self.opener)
        self.presets = Presets(parts, window, self.run)
        self.commands = Commands(parts, window, self)
        self.messages = Messages(parts, window, self)
        self.attachments = Attachments(parts, window, self)
        self._draft_timer = QTimer(window, singleShot=True, interval=DRAFT_DELAY_MS)
        self._keeping: list[asyncio.Task[None]] = []
        """What stores the draft of the window before this one."""
        self._off: list[Callable[[], None]] = []
        self._connect_services()
        self._connect_window()
        self._show()

    # -- starting and ending ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Fills the window, after its first picture. Whoever runs the program calls it once the window is shown."""
        await self.first_picture()
        self._window.complete()
        await self.listing.load_first()
        await self.chooser.refresh_provider()
        self._parts.trace.event("startup.interactive")
        await self.presets.refresh()
        last = self._parts.settings.get(schema.LAST_CONVERSATION)
        if last and not self.conversation and not self._parts.start_with_demo:
            await self._open_quietly(last)
        self._window.expect_nothing()
        if self._keeping:
            await asyncio.wait(self._keeping)
        await self._load_draft()
        for warning in self._parts.settings.warnings:
            self._window.banner.show_trouble(Failure(ErrorKind.STORAGE, warning))

    def take_over(self, old: Controller) -> None:
        """Goes on with what `old` shows and what is written there; its window may be deleted right after."""
        draft_id, text = old._draft_id(), old._window.composer.text()
        saving = (self._chat.save_draft(draft_id, text), old.attachments.save_draft(draft_id))
        self._keeping = [start(self._parts.tasks, coro, "save a draft", self.say) for coro in saving]
        self.conversation = old.conversation
        self._show()
        self._window.composer.set_text(text)

    def close(self) -> None:
        """Takes the window off the services; nothing of it is called any more."""
        self._draft_timer.stop()
        for off in self._off:
            off()
        self._off.clear()
        self._stop_watching()
        self.listing.close()
        self.chooser.close()
        self.attachments.close()
        self.presets.close()

    async def save_draft(self) -> None:
        """Keeps what is written and not sent."""
        self._draft_timer.stop()
        draft_id = self._draft_id()
        await self._chat.save_draft(draft_id, self._window.composer.text())
        await self.attachments.save_draft(draft_id)

    def draft_changed(self) -> None:
        """It is kept in a moment."""
        self._draft_timer.start()

    # -- conversations ------------------------------------------------------------------------------------------

    def new_chat(self) -> None:
        self._switch(self._chat.new_conversation(self.chooser.settings_for_new(self.conversation)))

    def open(self, conversation_id: str, message_id: str = "", query: str = "") -> None:
        """Opens a conversation; at a message, with the words of a search marked, where one is named."""
        self._opening = conversation_id
        self.run(self._open(conversation_id, message_id, query), "open a conversation")

    async def _open(self, conversation_id: str, message_id: str, query: str) -> None:
        started = time.monotonic()
        conversation = await (self._chat.open if message_id else self._chat.open_newest)(conversation_id)
        if conversation_id != self._opening:
            return  # something else was asked for meanwhile
        if message_id and message_id in conversation and message_id not in _ids(conversation.path()):
            await self._chat.select(conversation, message_id)
        self._switch(conversation)
        self.listing.make_listed(conversation_id)
        if message_id:
            self._window.transcript.scroll_to_message(message_id, query)
        elapsed = (time.monotonic() - started) * 1000
        await self._chat.complete(conversation)
        self._parts.trace.event("conversation.opened", messages=len(conversation), ms=round(elapsed, 1))

    async def _open_quietly(self, conversation_id: str) -> None:
        """Opens what was open last time, if it is still there."""
        try:
            self._opening = conversation_id
            await self._open(conversation_id, "", "")
        except ChatError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise

    def _switch(self, conversation: Conversation) -> None:
        if conversation is self.conversation:
            self._show()
            return
        self._opening = conversation.id
        self.run(self._chat.save_draft(self._draft_id(), self._window.composer.text()), "save a draft")
        self.run(self.attachments.save_draft(self._draft_id()), "save a draft's files")
        self.conversation = conversation
        self._parts.settings.set(schema.LAST_CONVERSATION, conversation.id if conversation else "")
        self._window.composer.set_text("")
        self.attachments.leave_draft()
        self._show()
        self._window.panes.close_overlays()
        self._window.composer.setFocus()
        self.run(self._load_draft(), "load a draft")

    def _show(self, *, other_branch: bool = False) -> None:
        """Shows the conversation as it stands, with the answer that is coming; another branch of it in place."""
        self._stop_watching()
        path = self.conversation.path()
        session = self._chat.session(self.conversation.id)
        self._shown = _ids(path)
        if path or self._window.is_complete:
            transcript = self._window.transcript
            transcript.chrome.show_alternatives(self.messages.alternatives(path))
            show = transcript.show_branch if other_branch else transcript.show_path
            show([so_far(message, session) for message in path])
        self._window.show_transcript(bool(path))
        self._window.show_title(self.conversation.title)
        self.attachments.show_path(path)
        self.listing.show_current(self.conversation.id)
        self.chooser.show(self.conversation)
        self.presets.show(self.conversation)
        self._window.composer.set_streaming(session is not None)
        if session is not None:
            self._watch(session)

    # -- asking -------------------------------------------------------------------------------------------------

    def send(self, text: str) -> None:
        files = self.attachments
        if not (text.strip() or files.tray) or self._chat.session(self.conversation.id) is not None:
            return
        if files.is_reading:
            self.run(self._send_when_read(self.conversation, text), "wait for files")
        elif files.may_send():
            self._window.composer.set_text("")
            self.run(self._send(self.conversation, text, files.hand_over()), "send")

    async def _send_when_read(self, conversation: Conversation, text: str) -> None:
        await self.attachments.were_read()
        if conversation is self.conversation and text == self._window.composer.text():
            self.send(text)

    async def _send(self, conversation: Conversation, text: str, files: Sequence[Item]) -> None:
        draft_id = conversation.id if conversation else ""
        parts = [item.part for item in files if item.part is not None]
        try:
            await self._chat.send(conversation, text, attachments=parts)
        except ChatError:
            if conversation is self.conversation and not self._window.composer.text():
                self._window.composer.set_text(text)  # nothing that was written is lost
                self.attachments.give_back(files)
            raise
        if conversation is self.conversation:
            self._parts.settings.set(schema.LAST_CONVERSATION, conversation.id)
        await self._chat.save_draft(draft_id, "")
        if parts:
            await self.attachments.forget_draft(draft_id)

    def retry(self, message_id: str) -> None:
        if message_id in self.conversation and self._chat.session(self.conversation.id) is None:
            self.run(self._chat.retry(self.conversation, message_id), "ask again")

    def stop(self) -> None:
        self._chat.stop(self.conversation.id)

    def recall(self) -> None:
        """Puts the last question into the composer again."""
        asked = [m.text for m in self.conversation.path() if m.role is Role.USER]
        if asked and not self._window.composer.text():
            self._window.composer.set_text(asked[-1])

    # -- commands -----------------------------------------------------------------------------------------------

    def command(self, name: str) -> None:
        """Does what a shortcut, a button or a menu asks for."""
        self.commands.do(name)

    def command_names(self) -> set[str]:
        """What `command` understands."""
        return self.commands.names()

    # -- what the services say ----------------------------------------------------------------------------------

    def _on_message(self, conversation: Conversation, message: Message) -> None:
        if conversation is not self.conversation:
            return
        session = self._chat.session(conversation.id)
        path = _ids(conversation.path())
        if path == self._shown:
            self._window.transcript.update_message(so_far(message, session))
        elif path == [*self._shown, message.id]:
            self._shown = path
            self._window.transcript.add_message(message)
            self.attachments.show_path(conversation.path())
        else:
            self._show(other_branch=True)
            self._window.transcript.follow_end()
        self._window.show_transcript(bool(path))
        self._window.show_title(conversation.title)
        self._window.composer.set_streaming(message.state is MessageState.STREAMING or session is not None)
        if message.state is not MessageState.STREAMING:
            self._stop_watching()

    def _on_session(self, session: StreamSession) -> None:
        if self._paint_trace is not None:
            self._paint_trace.follow(session)
        if session.conversation_id == self.conversation.id:
            self._watch(session)
            self._window.composer.set_streaming(True)

    def _on_branch(self, conversation: Conversation) -> None:
        if conversation is self.conversation and _ids(conversation.path()) != self._shown:
            self._show(other_branch=True)

    def _on_completed(self, conversation: Conversation) -> None:
        if conversation is self.conversation:
            path = conversation.path()
            earlier = path[: len(path) - len(self._shown)]
            self._shown = _ids(path)
            transcript = self._window.transcript
            transcript.chrome.show_alternatives(self.messages.alternatives(path))
            transcript.add_earlier(earlier)
            self.attachments.show_path(path)

    def _on_conversation(self, conversation: Conversation) -> None:
        if conversation is self.conversation:
            self._window.show_title(conversation.title)
            self.chooser.show(conversation)
            self.presets.show(conversation)

    def _on_trouble(self, failure: Failure | None) -> None:
        if failure is None:
            self._window.banner.hide()
        else:
            again = tr("Try again")
            self._window.banner.show_trouble(failure, again, lambda: self.run(self._chat.keep_unsaved(), "store again"))

    def _on_setting(self, setting: Setting[Any]) -> None:
        if setting is schema.THEME:
            theme().set_mode(self._parts.settings.get(schema.THEME))
        elif setting is schema.FONT_SIZE:
            theme().set_font_size(self._parts.settings.get(schema.FONT_SIZE))
        elif setting is schema.SEND_KEY:
            self._window.composer.set_send_key(self._parts.settings.get(schema.SEND_KEY))
            self.messages.show_send_key()
        elif setting is schema.LANGUAGE:
            self._window.languageChanged.emit()  # this window makes way for one that takes over from it

    def _watch(self, session: StreamSession) -> None:
        self._stop_watching()
        self._live = LiveAnswer(session, self._window.transcript)

    def _stop_watching(self) -> None:
        if self._live is not None:
            self._live.detach()
            self._live = None

    # -- wiring -------------------------------------------------------------------------------------------------

    def run(self, coro: Coroutine[Any, Any, Any], name: str) -> None:
        """Starts a task; what goes wrong in a known way is said to the user, the rest goes to the error window."""
        start(self._parts.tasks, coro, name, self.say)

    def say(self, failure: Failure) -> None:
        """Tells of something that did not work and need not stop anybody."""
        if failure.kind is ErrorKind.STORAGE:
            self._window.banner.show_trouble(failure)
        else:
            words = [render(failure.message), *([render(failure.hint)] if failure.hint else [])]
            self._window.toast.show_text(" ".join(words))

    def _connect_services(self) -> None:
        chat = self._chat
        self._off = [
            chat.message_changed.connect(self._on_message),
            chat.branch_changed.connect(self._on_branch),
            chat.completed.connect(self._on_completed),
            chat.session_started.connect(self._on_session),
            chat.conversation_changed.connect(self._on_conversation),
            chat.trouble.connect(self._on_trouble),
            self._parts.settings.changed.connect(self._on_setting),
        ]

    def _connect_window(self) -> None:
        window = self._window
        window.commandGiven.connect(self.command)
        window.firstPainted.connect(self._on_first_paint)
        window.composer.sendRequested.connect(self.send)
        window.composer.stopRequested.connect(self.stop)
        window.composer.recallRequested.connect(self.recall)
        window.composer.textChanged.connect(self._draft_timer.start)
        window.composer.textChanged.connect(warm_up)
        window.composer.set_send_key(self._parts.settings.get(schema.SEND_KEY))
        self._draft_timer.timeout.connect(self._on_draft_timer)
        window.completed.connect(self._connect_transcript)
        window.header.renameRequested.connect(self.commands.rename)
        window.sidebar.list.chosen.connect(self.open)
        window.sidebar.list.deleteRequested.connect(self.commands.delete)
        window.sidebar.hitChosen.connect(self._open_hit)
        window.empty_state.suggested.connect(self._suggest)
        window.empty_state.addProviderRequested.connect(self.opener.add_provider)

    def _connect_transcript(self) -> None:
        transcript = self._window.transcript
        transcript.retryRequested.connect(self.retry)
        transcript.linkActivated.connect(self.opener.link)
        self.messages.connect(transcript)
        if self._parts.trace.on:
            self._paint_trace = PaintTrace(self._parts.trace, transcript)

    def _on_first_paint(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def first_picture(self) -> None:
        """Waits until the window was painted; not for ever, as a window that starts minimised is not."""
        if not self._window.was_painted:
            self._waiting = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._waiting], timeout=PATIENCE_S)

    def _on_draft_timer(self) -> None:
        self.run(self.save_draft(), "save a draft")

    def _draft_id(self) -> str:
        """A conversation without a message is not stored yet: its draft is that of the new one."""
        return self.conversation.id if self.conversation else ""

    async def _load_draft(self) -> None:
        conversation = self.conversation
        text = await self._chat.load_draft(self._draft_id())
        if text and conversation is self.conversation and not self._window.composer.text():
            self._window.composer.set_text(text)
        await self.attachments.load_draft(self._draft_id(), conversation)

    def _open_hit(self, hit: Any) -> None:
        self.open(hit.conversation_id, hit.message_id or "", self._window.sidebar.query())

    def _suggest(self, text: str) -> None:
        self._window.composer.set_text(text)
        self._window.composer.setFocus()


def _ids(messages: list[Message]) -> list[str]:
    return [message.id for message in messages]


__all__: Final = ["Controller"]
