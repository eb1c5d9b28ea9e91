"""The transcript for people who hear it: one accessible child for each message, made when somebody asks."""

import atexit
from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING
from weakref import ref

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleTextInterface,
    QColor,
    QWindow,
)
from PySide6.QtWidgets import QAccessibleWidget
from shiboken6 import VoidPtr, getCppPointer

from desktopchat.domain.message import MessageState
from desktopchat.i18n import tr
from desktopchat.ui.chat import codehead, wording
from desktopchat.ui.chat.blockview import BlockView
from desktopchat.ui.chat.codehead import Control
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.selection import shown_text

if TYPE_CHECKING:
    from desktopchat.ui.chat.transcript import TranscriptView

MOST_CODE = 12
"""More pieces of code of one message are not listed."""

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
    def _views(self) -> Sequence[MessageView]:
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

    def focusChild(self) -> QAccessibleInterface | None:
        """The message that has the focus; else the transcript itself, if it has it."""
        transcript = self.transcript
        if transcript is None or not transcript.hasFocus():
            return None
        view = transcript.reading.keys.view
        return self if view is None else self._of(view)

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
        self._text = MessageText(self)
        self._actions = MessageActions(self)

    def end(self) -> None:
        self._has_ended = True

    def interface_cast(self, kind: QAccessible.InterfaceType) -> VoidPtr:
        """The address of a further interface; nothing for those that a message has not."""
        match kind:
            case QAccessible.InterfaceType.TextInterface:
                return VoidPtr(getCppPointer(self._text)[0])
            case QAccessible.InterfaceType.ActionInterface:
                return VoidPtr(getCppPointer(self._actions)[0])
            case _:
                return VoidPtr(0)

    @property
    def words(self) -> str:
        view = self._view
        return "" if view is None else _words(view)

    def take_focus(self) -> None:
        view, transcript = self._view, self._transcript
        if view is not None and transcript is not None:
            transcript.setFocus()
            transcript.reading.keys.go_to(view)

    def code_actions(self) -> dict[str, tuple[BlockView, Control]]:
        """The controls above each piece of code, by name and, where there are several pieces, by number."""
        view = self._view
        blocks = view.blocks_in_order() if view is not None and view.is_built else ()
        heads = [block for _, _, block in blocks if block.has_head][:MOST_CODE]
        found: dict[str, tuple[BlockView, Control]] = {}
        for number, block in enumerate(heads, 1):
            for control in reversed(codehead.controls(block.head)):
                name = codehead.name_of(control, wraps=block.side.wraps)
                found[f"{name} {number}" if len(heads) > 1 else name] = (block, control)
        return found

    def use(self, block: BlockView, control: Control) -> None:
        if (transcript := self._transcript) is not None:
            transcript.reading.use(block, control)

    def open_menu(self) -> None:
        view, transcript = self._view, self._transcript
        if view is not None and transcript is not None:
            transcript.reading.open_menu_of(view)

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
        state.focusable = True
        state.focused = transcript.hasFocus() and transcript.reading.keys.stop == self.message_id
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


class MessageText(QAccessibleTextInterface):
    """The text of a message, to be read character by character, word by word, line by line."""

    def __init__(self, message: MessageAccessible) -> None:
        super().__init__()
        self._message = message

    def text(self, start: int, end: int) -> str:
        words = self._message.words
        return words[start : len(words) if end < 0 else end]

    def characterCount(self) -> int:
        return len(self._message.words)

    def cursorPosition(self) -> int:
        return 0

    def setCursorPosition(self, _position: int) -> None:
        return

    def selectionCount(self) -> int:
        return 0

    def selection(self, _index: int) -> tuple[int, int]:
        return 0, 0

    def addSelection(self, _start: int, _end: int) -> None:
        return

    def removeSelection(self, _index: int) -> None:
        return

    def setSelection(self, _index: int, _start: int, _end: int) -> None:
        return

    def characterRect(self, _offset: int) -> QRect:
        return self._message.rect()

    def offsetAtPoint(self, _point: QPoint) -> int:
        return 0

    def scrollToSubstring(self, _start: int, _end: int) -> None:
        self._message.take_focus()

    def attributes(self, _offset: int) -> tuple[str, int, int]:
        return "", 0, self.characterCount()


class MessageActions(QAccessibleActionInterface):
    """What can be done with a message: its menu, and for each piece of its code what the buttons above that do."""

    def __init__(self, message: MessageAccessible) -> None:
        super().__init__()
        self._message = message

    def actionNames(self) -> list[str]:
        return [self.showMenuAction(), self.setFocusAction(), *self._message.code_actions()]

    def doAction(self, name: str) -> None:
        if name == self.showMenuAction():
            self._message.open_menu()
        elif name == self.setFocusAction():
            self._message.take_focus()
        elif (found := self._message.code_actions().get(name)) is not None:
            self._message.use(*found)

    def keyBindingsForAction(self, name: str) -> list[str]:
        return ["Return"] if name == self.showMenuAction() else []


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


def focus_moved(transcript: "TranscriptView") -> None:
    """Another message has the focus now."""
    if not QAccessible.isActive() or not transcript.hasFocus():
        return
    focused = QAccessible.queryAccessibleInterface(transcript).focusChild()
    if focused is not None:
        QAccessible.updateAccessibility(QAccessibleEvent(focused, QAccessible.Event.Focus))


def message_added(transcript: "TranscriptView", view: MessageView) -> None:
    """One child more."""
    if QAccessible.isActive():
        list_of_messages = QAccessible.queryAccessibleInterface(transcript)
        child = list_of_messages.child(transcript.stack.index_of(view.message.id))
        if child is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(child, QAccessible.Event.ObjectCreated))


def answer_ended(transcript: "TranscriptView", view: MessageView) -> None:
    """Says that an answer is complete, or how else it ended."""
    ending = wording.state(view.message)
    if view.message.failure is not None:
        ending = wording.kind(view.message.failure)
    name = wording.author(view.message)
    announce(transcript, f"{name}: {ending}" if ending else tr("{name} has answered", name=name))


def announce(transcript: "TranscriptView", words: str) -> None:
    """Has a screen reader say something, once it is done with what it says now."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(transcript, words))
