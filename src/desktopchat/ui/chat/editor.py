"""The box that one writes in: plain text, growing with its lines, with its keys and its way of taking long pastes."""

import math
from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QKeyCombination, QMimeData, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QPalette,
    QResizeEvent,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.chat.pasting import PIECE_CHARS, pieces, restored, softened

MOST_LINES = 8
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PASTE_AS_TEXT = QKeyCombination(Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_V)


def _never(_data: QMimeData) -> bool:
    return False


class Editor(QPlainTextEdit):
    """Emits what its keys mean; knows nothing of sending."""

    sendPressed = Signal()  # noqa: N815 - Qt's way of naming signals
    stopPressed = Signal()  # noqa: N815
    recallPressed = Signal()  # noqa: N815
    focused = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.enter_sends = True
        self.takes: Callable[[QMimeData], bool] = _never
        """Whether somebody else takes what is pasted or dropped here: files, pictures, a long text."""
        self._composing = False
        self._coming: Iterator[str] = iter(())
        self._place = QTextCursor()
        self._inserting = QTimer(self)
        self._inserting.setInterval(0)
        self._inserting.timeout.connect(self._insert_next)
        self._dress()
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def _dress(self) -> None:
        self.setObjectName("composer")
        self.setAccessibleName(tr("Message"))
        self.setAccessibleDescription(tr("Write your message here."))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        look = self.palette()  # not viewport(): wrapping it would load every class of widgets before the first picture
        look.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(look)

    @property
    def is_composing(self) -> bool:
        """Whether an input method has the keys: what is typed is not written yet."""
        return self._composing

    def text(self) -> str:
        """What is written, without the cuts in long lines."""
        self._insert_rest()
        return restored(self.toPlainText())

    def set_text(self, text: str) -> None:
        """Replaces everything; the cursor goes to the end. One step to undo."""
        self._coming = iter(())
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        self.setTextCursor(cursor)
        if text:
            self.insert_text(text)
            self.moveCursor(QTextCursor.MoveOperation.End)

    def insert_text(self, text: str) -> None:
        """Inserts at the cursor; what is long comes in pieces, so that the window goes on."""
        self._insert_rest()
        text = softened(text)
        if len(text) <= PIECE_CHARS:
            self.insertPlainText(text)
            return
        self._place = self.textCursor()
        self._place.removeSelectedText()
        self._coming = pieces(text)
        self._insert_next()
        self._inserting.start()

    def _insert_next(self) -> None:
        piece = next(self._coming, None)
        if piece is None:
            self._inserting.stop()
            self.ensureCursorVisible()
            return
        self._place.joinPreviousEditBlock()
        self._place.insertText(piece)
        self._place.endEditBlock()

    def _insert_rest(self) -> None:
        while self._inserting.isActive():
            self._insert_next()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Plain text only, whatever else the clipboard offers."""
        if not self.takes(source) and source.hasText():
            self.insert_text(source.text())

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Also what only `takes` can say something about: asking it would attach it."""
        return source.hasText() or (self.takes is not _never and (source.hasImage() or source.hasUrls()))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files that are dragged are the window's."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def paste_as_text(self) -> None:
        """Pastes words, however many they are, and nothing else."""
        if (text := QGuiApplication.clipboard().text()) != "":
            self.insert_text(text)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Qt's own object with another text: the clipboard outlives Python, so it must not hold one made here."""
        data = super().createMimeDataFromSelection()
        data.setText(restored(data.text()))  # reading it first makes Qt fill it
        return data

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._composing = False
        self.focused.emit(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self._enter(event)
        elif event.keyCombination() == _PASTE_AS_TEXT:
            self.paste_as_text()
        elif event.key() == Qt.Key.Key_Escape and not self._composing:
            self.stopPressed.emit()
        elif event.key() == Qt.Key.Key_Up and self.document().isEmpty() and not event.modifiers():
            self.recallPressed.emit()
        else:
            super().keyPressEvent(event)

    def _enter(self, event: QKeyEvent) -> None:
        """While an input method offers candidates, Enter belongs to it: it neither sends nor breaks."""
        if self._composing:
            return
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control = modifiers == Qt.KeyboardModifier.ControlModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        if control or (plain and self.enter_sends):
            if not event.isAutoRepeat():
                self.sendPressed.emit()
        else:
            self.textCursor().insertBlock()
            self.ensureCursorVisible()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        lines = max(1, round(self.document().documentLayout().documentSize().height()))
        height = self._height_of_lines(lines) + 2 * round(self.document().documentMargin()) + 2
        scrolls = lines > MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        if height != self.minimumHeight():
            self.setFixedHeight(height)
        if not scrolls:
            self.verticalScrollBar().setValue(0)

    def _height_of_lines(self, lines: int) -> int:
        """Chinese lines are higher than Latin ones, so the few that are shown are measured."""
        if lines > MOST_LINES:
            return MOST_LINES * self.fontMetrics().lineSpacing()
        height, block = 0.0, self.document().begin()
        while block.isValid():
            height += self.document().documentLayout().blockBoundingRect(block).height()
            block = block.next()
        return max(self.fontMetrics().lineSpacing(), math.ceil(height))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if hasattr(self, "_place"):
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(400, self.minimumHeight())
