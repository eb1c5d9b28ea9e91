"""The transcript for people who hear it: one accessible child for each message, made when somebody asks."""

import atexit
from functools import cache, partial
from typing import TYPE_CHECKING
from weakref import ref

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface, QColor, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from desktopchat.domain.message import MessageState
from desktopchat.ui.chat import wording
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.selection import shown_text

if TYPE_CHECKING:
    from desktopchat.ui.chat.transcript import TranscriptView

_made: "dict[int, TranscriptAccessible]" = {}
"""By the identity of the transcript. Qt keeps and deletes interfaces itself; Python must not be quicker, so its side of
them is held here until Qt's is gone: collected as garbage in any order, they would be deleted twice."""
_ended: "list[TranscriptAccessible]" = []
"""Those whose transcript is being destroyed: Qt deletes its side right after telling us."""


class TranscriptAccessible(QAccessibleWidget):
    """A list of messages."""

    def __init__(self, transcript: "TranscriptView") -> None:
        super().__init__(transcript, QAccessible.Role.List, transcript.accessibleName())
        self._reference = ref(transcript)
        self._children: dict[str, MessageAccessible] = {}
        self._ids: list[int] = []

    @property
    def transcript(self) -> "TranscriptView | None":
        return self._reference()

    @property
    def _views(self) -> list[MessageView]:
        transcript = self.transcript
        return [] if transcript is None else transcript.stack.views

    def childCount(self) -> int:
        return len(self._views)

    def child(self, index: int) -> QAccessibleInterface | None:
        views = self._views
        return self._of(views[index]) if 0 <= index < len(views) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        transcript = self.transcript
        if transcript is None or not isinstance(child, MessageAccessible) or not child.isValid():
            return -1
        return transcript.stack.index_of(child.message_id)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        transcript = self.transcript
        if transcript is None:
            return None
        point = transcript.viewport().mapFromGlobal(QPoint(x, y))
        if not transcript.stack.views or not transcript.viewport().rect().contains(point):
            return None
        return self.child(transcript.stack.index_at(point.y() + transcript.stack.top))

    def forget(self) -> None:
        """Other messages are shown now."""
        children, self._children = self._children, {}
        ids, self._ids = self._ids, []
        for child in children.values():
            child.end()
        for one in ids:
            QAccessible.deleteAccessibleInterface(one)  # before Python lets go of them

    def _of(self, view: MessageView) -> "MessageAccessible":
        child = self._children.get(view.message.id)
        if child is None:
            child = self._children[view.message.id] = MessageAccessible(self, view.message.id)
            self._ids.append(QAccessible.registerAccessibleInterface(child))
        return child


class MessageAccessible(QAccessibleInterface):
    """One message: its author is the name, its text the value and the description."""

    def __init__(self, parent: TranscriptAccessible, message_id: str) -> None:
        super().__init__()
        self.message_id = message_id
        self._parent = parent
        self._has_ended = False

    def end(self) -> None:
        self._has_ended = True

    @property
    def _transcript(self) -> "TranscriptView | None":
        return None if self._has_ended else self._parent.transcript

    @property
    def _view(self) -> MessageView | None:
        transcript = self._transcript
        return None if transcript is None else transcript.stack.find(self.message_id)

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
    _ended.clear()
    made = _made[id(target)] = TranscriptAccessible(target)
    target.destroyed.connect(partial(_end, id(target)))
    return made


def _end(key: int) -> None:
    if (made := _made.pop(key, None)) is not None:
        made.forget()
        _ended.append(made)


def _end_all() -> None:
    """At the program's end Qt lives longer than Python: nothing of ours may be left with it."""
    for made in _made.values():
        made.forget()
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(made))


@cache
def install() -> None:
    """Makes transcripts accessible; once for the whole program."""
    QAccessible.installFactory(_factory)
    atexit.register(_end_all)


def forget_messages(transcript: "TranscriptView") -> None:
    """Other messages are shown now: what was handed out for the former ones is no longer valid."""
    if (made := _made.get(id(transcript))) is not None:
        made.forget()
