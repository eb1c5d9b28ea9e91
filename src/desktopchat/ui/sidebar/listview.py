"""The list of conversations: chooses, renames in place, offers a row's menu."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.sidebar.model import ConversationModel, Roles
from desktopchat.ui.theme import theme


class ConversationList(QListView):
    """Emits what the user wants; changes nothing itself."""

    chosen = Signal(str)
    renameRequested = Signal(str, str)  # noqa: N815 - Qt's way of naming signals
    deleteRequested = Signal(str)  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.conversations = ConversationModel(self)
        self.conversations.renameRequested.connect(self.renameRequested)
        self._shown = ""
        self.setObjectName("conversationList")
        self.setAccessibleName(tr("Chats"))
        self.setModel(self.conversations)
        self.conversations.modelReset.connect(self._select_shown)  # after setModel: the view's own reset comes first
        self.conversations.modelReset.connect(self._dress_rows)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    def show_current(self, conversation_id: str) -> None:
        """Marks the conversation that is open, and makes its row visible."""
        self._shown = conversation_id
        self._select_shown(scroll=True)

    def edit_title(self, conversation_id: str) -> None:
        """Opens the field for a new title in the conversation's row."""
        row = self.conversations.row_of(conversation_id)
        if row is not None:
            self.conversations.reach(row)
            self.edit(self.conversations.index(row))

    def _dress_rows(self) -> None:
        """Rows are painted by us from the first one on; an empty list needs nothing of that to be loaded."""
        from desktopchat.ui.sidebar.delegate import ConversationDelegate

        self.conversations.modelReset.disconnect(self._dress_rows)
        self.setItemDelegate(ConversationDelegate(self))

    def content_height(self) -> int:
        """The height at which no row is hidden."""
        from desktopchat.ui.sidebar.delegate import row_height

        return self.conversations.rowCount() * row_height()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        self._open_menu(index, event.globalPos() if by_mouse else self._below(index))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and self._on_more(index, event.position().toPoint()):
            self._open_menu(index, event.globalPosition().toPoint())
            return
        if event.button() != Qt.MouseButton.RightButton:  # a right click asks for the menu, it chooses nothing
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)  # Enter ends the renaming and opens nothing
            return
        if event.key() == Qt.Key.Key_Delete and (found := self.currentIndex().data(Roles.ID)):
            self.deleteRequested.emit(found)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _on_more(self, index: QModelIndex, position: QPoint) -> bool:
        streaming = bool(index.data(Roles.STREAMING))
        from desktopchat.ui.sidebar.delegate import more_rect

        return bool(index.data(Roles.ID)) and not streaming and more_rect(self.visualRect(index)).contains(position)

    def _below(self, index: QModelIndex) -> QPoint:
        return self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())

    def _open_menu(self, index: QModelIndex, position: QPoint) -> None:
        if index.data(Roles.ID) is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = menu.addAction(theme().icon("edit"), tr("Rename"))
        delete = menu.addAction(theme().icon("trash"), tr("Move to trash"))
        conversation_id = index.data(Roles.ID)
        rename.triggered.connect(lambda: self.edit_title(conversation_id))
        delete.triggered.connect(lambda: self.deleteRequested.emit(conversation_id))
        menu.popup(position)

    def _choose(self, index: QModelIndex) -> None:
        if found := index.data(Roles.ID):
            self.chosen.emit(found)

    def _select_shown(self, *, scroll: bool = False) -> None:
        row = self.conversations.row_of(self._shown)
        if row is None:
            self.selectionModel().clear()
            return
        self.conversations.reach(row)
        index = self.conversations.index(row)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if scroll:
            self.scrollTo(index)
