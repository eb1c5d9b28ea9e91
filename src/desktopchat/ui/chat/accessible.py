"""The transcript for people who hear it: one accessible child for each message, made when somebody asks."""

from functools import cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface, QColor, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from desktopchat.domain.message import MessageState
from desktopchat.ui.chat import wording
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.selection import shown_text

if TYPE_CHECKING:
    from desktopchat.ui.chat.transcript import TranscriptView

_made: "WeakKeyDictionary[QObject, TranscriptAccessible]" = WeakKeyDictionary()
"""Python's side of the interfaces must live as long as their objects: Qt does not hold it."""


class TranscriptAccessible(QAccessibleWidget):
    """A list of messages."""

    def __init__(self, transcript: "TranscriptView") -> None:
        super().__init__(transcript, QAccessible.Role.List, transcript.accessibleName())
        self._transcript = transcript
        self._children: dict[str, MessageAccessible] = {}

    def childCount(self) -> int:
        return len(self._transcript.stack.views)

    def child(self, index: int) -> QAccessibleInterface | None:
        views = self._transcript.stack.views
        return self._of(views[index]) if 0 <= index < len(views) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if isinstance(child, MessageAccessible) and child.isValid():
            return self._transcript.stack.index_of(child.message_id)
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        transcript = self._transcript
        point = transcript.viewport().mapFromGlobal(QPoint(x, y))
        if not transcript.stack.views or not transcript.viewport().rect().contains(point):
            return None
        return self.child(transcript.stack.index_at(point.y() + transcript.stack.top))

    def message(self, message_id: str) -> "MessageAccessible | None":
        view = self._transcript.stack.find(message_id)
        return None if view is None else self._of(view)

    def forget(self) -> None:
        """Other messages are shown now."""
        for child in self._children.values():
            child.end()
        self._children.clear()

    def _of(self, view: MessageView) -> "MessageAccessible":
        child = self._children.get(view.message.id)
        if child is None:
            child = self._children[view.message.id] = MessageAccessible(self, self._transcript, view.message.id)
            QAccessible.registerAccessibleInterface(child)
        return child


class MessageAccessible(QAccessibleInterface):
    """One message: its author is the name, its text the value and the description."""

    def __init__(self, parent: TranscriptAccessible, transcript: "TranscriptView", message_id: str) -> None:
        super().__init__()
        self.message_id = message_id
        self._parent = parent
        self._transcript: TranscriptView | None = transcript

    def end(self) -> None:
        self._transcript = None

    @property
    def _view(self) -> MessageView | None:
        return None if self._transcript is None else self._transcript.stack.find(self.message_id)

    def isValid(self) -> bool:
        return self._view is not None

    def object(self) -> QObject | None:
        return None

    def window(self) -> QWindow | None:
        return self._parent.window()

    def parent(self) -> QAccessibleInterface:
        return self._parent

    def child(self, _index: int) -> QAccessibleInterface | None:
        return None

    def childAt(self, _x: int, _y: int) -> QAccessibleInterface | None:
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def rect(self) -> QRect:
        view, transcript = self._view, self._transcript
        if view is None or transcript is None:
            return QRect()
        index = transcript.stack.index_of(self.message_id)
        top = transcript.stack.top_of(index) - transcript.stack.top
        corner = transcript.viewport().mapToGlobal(QPoint(transcript.left, top))
        return QRect(
            corner.x(),
            corner.y(),
            transcript.stack.width,
            transcript.stack.top_of(index + 1) - top - transcript.stack.top,
        )

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        view, transcript = self._view, self._transcript
        if view is None or transcript is None:
            state.invalid = True
            return state
        state.readOnly = True
        state.multiLine = True
        state.busy = view.message.state is MessageState.STREAMING
        state.offscreen = not transcript.is_in_sight(self.message_id)
        return state

    def text(self, kind: QAccessible.Text) -> str:
        view = self._view
        if view is None:
            return ""
        if kind is QAccessible.Text.Name:
            return wording.author(view.message)
        if kind in (QAccessible.Text.Value, QAccessible.Text.Description):
            return _words(view)
        return ""

    def setText(self, _kind: QAccessible.Text, _text: str) -> None:
        return

    def foregroundColor(self) -> QColor:
        return QColor()

    def backgroundColor(self) -> QColor:
        return QColor()


def _words(view: MessageView) -> str:
    """What is read out: the text as one sees it, and what went wrong."""
    words = shown_text(view, parse=view.answer.length < 100_000)
    ending = wording.state(view.message)
    if view.message.failure is not None:
        ending = wording.kind(view.message.failure)
    return "\n".join(part for part in (words, ending) if part)


def _factory(_name: str, target: QObject) -> QAccessibleInterface | None:
    from desktopchat.ui.chat.transcript import TranscriptView

    if not isinstance(target, TranscriptView):
        return None
    if target not in _made:
        _made[target] = TranscriptAccessible(target)
    return _made[target]


@cache
def install() -> None:
    """Makes transcripts accessible; once for the whole program."""
    QAccessible.installFactory(_factory)


def forget_messages(transcript: "TranscriptView") -> None:
    """Other messages are shown now: what was handed out for the former ones is no longer valid."""
    if (made := _made.get(transcript)) is not None:
        made.forget()
