"""The list of conversations and the search: reads them, keeps them fresh, finds words in them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from desktopchat.domain.conversation import Conversation
from desktopchat.ui.doing import Run
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.parts import WindowParts

if TYPE_CHECKING:
    from desktopchat.services.streaming import StreamSession

FIRST_PAGE = 100
FRESH_PAGE = 50
REFRESH_MS = 60


class Listing:
    """Shows the first page at once and the rest when somebody wants it; afterwards reads only what is new."""

    def __init__(self, parts: WindowParts, window: MainWindow, run: Run) -> None:
        self._parts = parts
        self._chat = parts.chat
        self._window = window
        self._run = run
        self._model = window.sidebar.list.conversations
        self._hits_wanted = ""
        self._reading_rest = False
        self._model.restWanted.connect(self._want_rest)
        self._fresh = QTimer(window, singleShot=True, interval=REFRESH_MS)
        self._fresh.timeout.connect(self._refresh)
        self._off = [
            self._chat.list_changed.connect(self._changed),
            self._chat.conversation_changed.connect(self._on_conversation),
            self._chat.session_started.connect(self._on_session),
        ]
        window.sidebar.list.renameRequested.connect(self.rename)
        window.sidebar.searchRequested.connect(self.search)

    def close(self) -> None:
        self._model.restWanted.disconnect(self._want_rest)
        for off in self._off:
            off()
        self._off.clear()
        self._fresh.stop()

    async def load_first(self) -> None:
        """What fills the screen."""
        summaries = await self._chat.summaries(limit=FIRST_PAGE)
        self._model.show_all(summaries, complete=len(summaries) < FIRST_PAGE)
        self._window.sidebar.set_loaded()
        self._mark_streaming()

    async def load_rest(self) -> None:
        """Everything."""
        summaries = await self._chat.summaries()
        unchanged = len(summaries) == len(self._model) and summaries[:FIRST_PAGE] == self._model.first(FIRST_PAGE)
        if not (self._model.is_complete and unchanged):
            self._model.show_all(summaries)
        self._mark_streaming()

    def make_listed(self, conversation_id: str) -> None:
        """Has the older conversations read if this one is among them, so that its row can be marked."""
        if self._model.row_of(conversation_id) is None and not self._model.is_complete:
            self._want_rest()

    def _want_rest(self) -> None:
        if not self._reading_rest:
            self._reading_rest = True
            self._run(self._read_rest(), "read the rest of the list")

    async def _read_rest(self) -> None:
        try:
            await self.load_rest()
        finally:
            self._reading_rest = False

    def show_current(self, conversation_id: str) -> None:
        self._window.sidebar.list.show_current(conversation_id)

    def rename(self, conversation_id: str, title: str) -> None:
        self._run(self._chat.rename(conversation_id, title), "rename a conversation")

    def forget(self, conversation_id: str) -> None:
        self._model.remove(conversation_id)

    def search(self, query: str) -> None:
        """Looks for `query` in all messages; the newest search wins."""
        self._hits_wanted = query
        self._run(self._search(query), "search")

    async def _search(self, query: str) -> None:
        started = time.monotonic()
        hits = await self._chat.search(query)
        messages = [hit for hit in hits if hit.message_id is not None]  # titles are listed above, as they are typed
        if query == self._hits_wanted and self._window.sidebar.show_hits(query, messages):
            elapsed = (time.monotonic() - started) * 1000
            self._parts.trace.event("search.shown", hits=len(messages), ms=round(elapsed, 1))

    def _changed(self) -> None:
        self._mark_streaming()
        if not self._fresh.isActive():
            self._fresh.start()

    def _refresh(self) -> None:
        self._run(self._read_newest(), "refresh the list")

    async def _read_newest(self) -> None:
        newest = await self._chat.summaries(limit=FRESH_PAGE)
        if not self._off:
            return  # the window was closed meanwhile
        self._model.merge_newest(newest, complete=len(newest) < FRESH_PAGE)

    def _on_conversation(self, conversation: Conversation) -> None:
        self._model.set_title(conversation.id, conversation.title)

    def _on_session(self, _session: StreamSession) -> None:
        self._mark_streaming()

    def _mark_streaming(self) -> None:
        self._model.set_streaming(self._chat.streaming)
