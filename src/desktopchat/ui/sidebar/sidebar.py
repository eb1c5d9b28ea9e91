"""The sidebar: New chat, search, the list, what the search found, and the program's own menu at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktopchat.i18n import ntr, tr
from desktopchat.ui.actions import tooltip
from desktopchat.ui.sidebar.listview import ConversationList
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import IconButton, icon_before_text, label

if TYPE_CHECKING:
    from desktopchat.domain.search import SearchHit
    from desktopchat.ui.sidebar.hits import HitList

SEARCH_DELAY_MS = 120
TITLES_SHARE = 0.4
"""How much of the height the titles may take while hits stand below them."""


class Sidebar(QFrame):
    """Shows what it is told; says what the user wants."""

    newChatRequested = Signal()  # noqa: N815 - Qt's way of naming signals
    searchRequested = Signal(str)  # noqa: N815
    hitChosen = Signal(object)  # noqa: N815
    menuRequested = Signal()  # noqa: N815
    settingsRequested = Signal()  # noqa: N815
    hideRequested = Signal()  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "sidebar")
        self.setAccessibleName(tr("Chats"))
        self._hits: HitList | None = None
        self._hits_place = QVBoxLayout()
        self._waiting = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._waiting.timeout.connect(self._ask)
        self._build()

    @property
    def hits(self) -> HitList:
        """What the search found; made by the first search."""
        if self._hits is None:
            from desktopchat.ui.sidebar.hits import HitList

            self._hits = HitList(self)
            self._hits.chosen.connect(self.hitChosen)
            self._hits_place.addWidget(self._hits)
        return self._hits

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def clear_search(self) -> None:
        self.search.clear()

    def show_hits(self, query: str, hits: Sequence[SearchHit]) -> bool:
        """Shows what was found, unless the field says something else by now; returns whether it is shown."""
        if query != self.query():
            return False
        self.hits.hits.show(hits)
        found = ntr("{n} message", "{n} messages", len(hits)) if hits else tr("No message has these words")
        self._found.setText(found)
        self._arrange()
        return True

    def query(self) -> str:
        return self.search.text().strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.query():
            self.clear_search()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE.s, 1, SPACE.xs)
        column.setSpacing(SPACE.s)
        column.addLayout(self._top())
        column.addWidget(self._search_row())
        self.list = ConversationList(self)
        self._no_title = label(tr("No title has these words"), "muted", "small")
        self._found = label("", "muted", "small")
        for widget in (self._no_title, self._found):
            widget.setContentsMargins(SPACE.l + 2, SPACE.xs, SPACE.s, 0)
        self._empty = label(tr("Your chats will be listed here."), "muted", "small")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.hide()
        column.addWidget(self._empty)
        column.addWidget(self._no_title)
        column.addWidget(self.list, 1)
        column.addWidget(self._found)
        column.addLayout(self._hits_place, 2)
        column.addLayout(self._foot())
        self.list.conversations.modelReset.connect(self._arrange)
        self._arrange()

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(SPACE.s, 0, SPACE.s, 0)
        self.new_chat = QPushButton(tr("New chat"))
        self.new_chat.setObjectName("newChatButton")
        self.new_chat.setAccessibleName(tr("New chat"))
        self.new_chat.setToolTip(tooltip("new_chat"))
        self.new_chat.clicked.connect(self.newChatRequested)
        self.hide_button = IconButton.for_command("toggle_sidebar", self)
        self.hide_button.clicked.connect(self.hideRequested)
        row.addWidget(self.new_chat, 1)
        row.addWidget(self.hide_button)
        self._dress()
        theme().changed.connect(self._dress)
        return row

    def _search_row(self) -> QWidget:
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(SPACE.s, 0, SPACE.s, 0)
        self.search = QLineEdit(holder)
        self.search.setObjectName("searchField")
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search all chats"))
        self.search.setToolTip(tooltip("search"))
        self.search.textChanged.connect(self._typed)
        self.search.returnPressed.connect(self._open_first)
        row.addWidget(self.search)
        return holder

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(SPACE.s, 0, SPACE.s, 0)
        settings = IconButton.for_command("settings", self)
        settings.clicked.connect(self.settingsRequested)
        self.menu_button = IconButton("more", tr("Menu"), parent=self)
        self.menu_button.setObjectName("menuButton")
        self.menu_button.clicked.connect(self.menuRequested)
        row.addWidget(settings)
        row.addStretch(1)
        row.addWidget(self.menu_button)
        return row

    def _dress(self) -> None:
        icon_before_text(self.new_chat, "new-chat")
        if hasattr(self, "search"):
            self.search.setPlaceholderText(self.search.placeholderText())

    def _typed(self, text: str) -> None:
        self.search.setClearButtonEnabled(True)
        self.list.conversations.set_filter(text)
        if not text.strip():
            self._waiting.stop()
            if self._hits is not None:
                self._hits.hits.show(())
            self._found.setText("")
            self._arrange()
        else:
            self._waiting.start()

    def _ask(self) -> None:
        if self.query():
            self.searchRequested.emit(self.query())

    def _open_first(self) -> None:
        """Enter in the field opens the first title, or else the first message, that was found."""
        first = self.list.conversations.summary_at(0) if self.query() else None
        if first is not None:
            self.list.chosen.emit(first.id)
        elif self.hits.hits.rowCount():
            self.hits.chosen.emit(self.hits.hits.data(self.hits.hits.index(0), Qt.ItemDataRole.UserRole))

    def _arrange(self) -> None:
        """Gives titles the height they need while searching, and the rest to the messages found."""
        searching = bool(self.query())
        titles = self.list.conversations.rowCount()
        self._no_title.setVisible(searching and not titles)
        self.list.setVisible(bool(titles) or not searching)
        self._found.setVisible(searching and bool(self._found.text()))
        if self._hits is not None or searching:
            self.hits.setVisible(searching)
        most = max(120, int(self.height() * TITLES_SHARE))
        self.list.setMaximumHeight(min(self.list.content_height() + 4, most) if searching else 16_777_215)
        self._empty.setVisible(not searching and not len(self.list.conversations) and self._loaded)

    _loaded = False

    def set_loaded(self) -> None:
        """The list has been read: if it is empty now, that is the truth."""
        self._loaded = True
        self._arrange()
