"""The transcript by keyboard: messages as stops, the controls of their code, a caret that selects, scrolling.

Up and Down go from message to message; one that is higher than the window is scrolled through first. Tab goes through
the controls of the focused message's code and then on. Shift with an arrow selects, from the caret or the message.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPen

from desktopchat.ui.chat import accessible, codehead
from desktopchat.ui.chat import look as sizes
from desktopchat.ui.chat.blockview import BlockView
from desktopchat.ui.chat.codehead import Control
from desktopchat.ui.chat.look import look
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.places import Move
from desktopchat.ui.chat.selection import END, START, Place

if TYPE_CHECKING:
    from desktopchat.ui.chat.reading import Reading
    from desktopchat.ui.chat.transcript import TranscriptView

STEP = 48
_SIDE_STEP = 40
_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_CARET_MOVES = {
    (Qt.Key.Key_Left, False): Move.PreviousCharacter,
    (Qt.Key.Key_Right, False): Move.NextCharacter,
    (Qt.Key.Key_Left, True): Move.PreviousWord,
    (Qt.Key.Key_Right, True): Move.NextWord,
    (Qt.Key.Key_Home, False): Move.StartOfLine,
    (Qt.Key.Key_End, False): Move.EndOfLine,
}
_NONE = Qt.KeyboardModifier.NoModifier
_ALT_GR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_COMMANDS = _ALT_GR | Qt.KeyboardModifier.MetaModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Keys(QObject):
    """`stop` is the id of the message that has the focus, or ""; `control` a control of its code that has it."""

    stop_changed = Signal(str)

    def __init__(self, transcript: "TranscriptView", reading: "Reading") -> None:
        super().__init__(reading)
        self._transcript, self._reading = transcript, reading
        self.stop = ""
        self.is_shown = False
        """Whether the focus is painted: it came by a key."""
        self.on_message: Callable[[QKeyEvent, MessageView], bool] | None = None
        """Asked first about keys that a focused message may understand; True if it did."""
        self._control: tuple[BlockView, Control] | None = None
        self._x: float | None = None
        """Where a caret that goes up and down wants to be."""

    # -- the focused message

    @property
    def view(self) -> MessageView | None:
        return self._transcript.stack.find(self.stop) if self.stop else None

    @property
    def is_seen(self) -> bool:
        """Whether one can tell by the frame which message a key would act on."""
        return self.is_shown and bool(self.stop) and self._transcript.is_in_sight(self.stop)

    def set_stop(self, view: MessageView | None, *, shown: bool = True) -> None:
        """Gives the focus to a message; `shown` is False for a click, which paints no frame."""
        stop = view.message.id if view is not None else ""
        self._set_control(None)
        self.is_shown = shown
        if stop != self.stop:
            self.stop = stop
            self.stop_changed.emit(stop)
        if shown:
            accessible.focus_moved(self._transcript)
        self._transcript.viewport().update()

    def go_to(self, view: MessageView) -> None:
        """Gives the focus to a message and brings it into sight."""
        self.set_stop(view)
        self._bring(self._transcript.stack.index_of(view.message.id), 1)

    def forget(self) -> None:
        self._set_control(None)
        self.stop, self.is_shown = "", False

    def focus_came(self, event: QFocusEvent) -> None:
        """The transcript has the focus now; by key, its last message in sight gets it."""
        if event.reason() not in _BY_KEY:
            return
        if self.view is None or not self._transcript.is_in_sight(self.stop):
            self.set_stop(self._last_in_sight())
        elif not self.is_shown:
            self.set_stop(self.view)

    def paint(self, painter: QPainter, view: MessageView) -> None:
        """The frame round the focused message; the painter's origin is the message's corner."""
        if not self.is_shown or view.message.id != self.stop or self._control or not self._transcript.hasFocus():
            return
        frame = QRectF(-12, sizes.MESSAGE_GAP / 2, view.width + 24, view.height - sizes.MESSAGE_GAP / 2 + 8)
        painter.setPen(QPen(look().color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 10, 10)

    # -- keys

    def press(self, event: QKeyEvent) -> bool:
        """True if the key meant something here."""
        reading = self._reading
        if event.matches(QKeySequence.StandardKey.Copy):
            reading.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            reading.select_all()
        elif event.key() == Qt.Key.Key_Escape:
            return self._escape()
        elif event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return self._tab(-1 if event.key() == Qt.Key.Key_Backtab else 1)
        else:
            return (
                self._selects(event)
                or self._is_for_message(event)
                or self._acts(event)
                or self._go(event)
                or self._writes(event)
            )
        return True

    def _selects(self, event: QKeyEvent) -> bool:
        return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) and self._select(event)

    def _is_for_message(self, event: QKeyEvent) -> bool:
        view = self.view
        return view is not None and self.on_message is not None and self.on_message(event, view)

    def _writes(self, event: QKeyEvent) -> bool:
        """What is typed where no frame is seen is meant for the composer."""
        text, held = event.text(), event.modifiers() & _COMMANDS
        if self.is_seen or not text.isprintable() or not text or held not in (_NONE, _ALT_GR):
            return False
        self._transcript.writeRequested.emit(text)
        return True

    def _escape(self) -> bool:
        if self._control is not None:
            self._set_control(None)
        elif not self._reading.selection.is_empty:
            self._reading.selection.clear()
        else:
            return False
        self._transcript.viewport().update()
        return True

    def _acts(self, event: QKeyEvent) -> bool:
        """Enter uses the control that has the focus, as Space does, or opens the message's menu."""
        view = self.view
        if self._control is not None and event.key() in (*_ENTER, Qt.Key.Key_Space):
            self._reading.use(*self._control)
        elif view is not None and event.key() in _ENTER:
            self._reading.open_menu_of(view)
        else:
            return False
        return True

    def _go(self, event: QKeyEvent) -> bool:
        key, modifiers = event.key(), event.modifiers()
        if modifiers & Qt.KeyboardModifier.AltModifier:
            return False
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            return key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._scroll(event)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return self._sideways(-_SIDE_STEP if key == Qt.Key.Key_Left else _SIDE_STEP)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(-1 if key == Qt.Key.Key_Up else 1)
        else:
            return self._scroll(event)
        return True

    def _scroll(self, event: QKeyEvent) -> bool:
        stack = self._transcript.stack
        page = max(40, stack.room - 60)
        backwards = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        steps = {
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Space: -page if backwards else page,
            Qt.Key.Key_Home: -stack.total,
        }
        if event.key() == Qt.Key.Key_End:
            self._transcript.follow_end()
        elif event.key() in steps:
            self._transcript.move_to(stack.top + steps[Qt.Key(event.key())])
        else:
            return False
        if self.is_shown and not self._transcript.is_in_sight(self.stop):
            self.set_stop(self._last_in_sight() if event.key() == Qt.Key.Key_End else self._first_in_sight())
        return True

    def _step(self, step: int) -> None:
        """To the message before or after, or a little further in a high one."""
        stack = self._transcript.stack
        view = self.view
        if view is None or not self._transcript.is_in_sight(self.stop):
            near = self._last_in_sight() if step < 0 else self._first_in_sight()
            self.set_stop(near)
            return
        index = stack.index_of(self.stop)
        top = stack.top_of(index) - stack.top
        hidden = -top if step < 0 else top + view.height - stack.room
        if hidden > 0:
            self._transcript.move_to(stack.top + step * min(STEP, hidden + 4))
            self.set_stop(view)
        elif 0 <= index + step < len(stack.views):
            self.set_stop(stack.views[index + step])
            self._bring(index + step, step)
        elif step > 0:
            self._transcript.follow_end()
            self.set_stop(view)
        else:
            self._transcript.move_to(0)
            self.set_stop(view)

    def _bring(self, index: int, step: int) -> None:
        """Scrolls until the message is in sight: all of it, or the end that is entered first."""
        stack = self._transcript.stack
        for _ in range(2):  # its height may only be known once it is near
            top, bottom = stack.top_of(index) - stack.top, stack.top_of(index + 1) - stack.top
            high = bottom - top > stack.room
            if top < 0 and not (high and step < 0):
                self._transcript.move_to(stack.top + top)
            elif bottom > stack.room and not (high and step > 0):
                self._transcript.move_to(stack.top + bottom - stack.room + 12)
            elif not -20 < top < stack.room and step > 0:
                self._transcript.move_to(stack.top + top)
            elif bottom < 40:
                self._transcript.move_to(stack.top + bottom - stack.room + 12)

    def _first_in_sight(self) -> MessageView | None:
        return next((view for _, view, _ in self._transcript.stack.visible()), None)

    def _last_in_sight(self) -> MessageView | None:
        found = None
        for _, view, _ in self._transcript.stack.visible():
            found = view
        return found

    # -- controls of code

    def _controls(self) -> list[tuple[BlockView, Control]]:
        view = self.view
        if view is None or not view.is_built:
            return []
        blocks = [block for _, _, block in view.blocks_in_order() if block.has_head]
        return [(block, control) for block in blocks for control in codehead.controls(block.head)]

    def _tab(self, step: int) -> bool:
        """To the next control; False where the focus leaves the message."""
        controls = self._controls() if self.is_shown else []
        at = controls.index(self._control) + step if self._control in controls else (0 if step > 0 else -1)
        if self._control is None and step < 0:
            return False
        if not 0 <= at < len(controls):
            had = self._control is not None
            self._set_control(None)
            return had and step < 0
        self._set_control(controls[at])
        self._show_block(controls[at][0])
        return True

    def _set_control(self, found: tuple[BlockView, Control] | None) -> None:
        if self._control is not None:
            block = self._control[0]
            block.head, block.is_lit = codehead.changed(block.head, focused=None), False
        self._control = found
        if found is not None:
            block, control = found
            block.head, block.is_lit = codehead.changed(block.head, focused=control), True
            self._reading.say_control(block, control)
        self._transcript.viewport().update()

    def _show_block(self, wanted: BlockView) -> None:
        view = self.view
        for section, number, block in view.blocks_in_order() if view is not None else ():
            if block is wanted:
                index = self._transcript.stack.index_of(self.stop)
                self._reading.places.reveal(Place(index, section, number, 0))

    def _sideways(self, by: float) -> bool:
        """Moves what is wide: the code whose control has the focus, else what is wide in the focused message."""
        block = self._control[0] if self._control is not None else self._wide_block()
        if block is None:
            return False
        block.side.move(by)
        self._transcript.viewport().update()
        return True

    def _wide_block(self) -> BlockView | None:
        view, stack = self.view, self._transcript.stack
        if view is None or not view.is_built:
            return None
        top = stack.top_of(stack.index_of(self.stop)) - stack.top
        for section, number, block in view.blocks_in_order():
            y = top + view.top_of(section, number)
            if block.side.overflows and y + block.height > 0 and y < stack.room:
                return block
        return None

    # -- selecting

    def _select(self, event: QKeyEvent) -> bool:
        """Moves the end of the selection; False for a key that does not."""
        selection = self._reading.selection
        caret = selection.cursor or self._start()
        if caret is None:
            return False
        moved = self._moved(self._on_text(caret), event)
        if moved is None:
            return False
        selection.select(selection.anchor or caret, moved)
        self._transcript.stop_following()
        if moved not in (START, END):
            self._reading.places.reveal(moved)
        self._transcript.viewport().update()
        return True

    def _on_text(self, place: Place) -> Place:
        """A place in the text for one of the ends of everything."""
        views = self._transcript.stack.views
        if place.message < len(views):
            return place if place != START else self._reading.places.first_of(0) or place
        places = self._reading.places
        last = places.first_of(len(views) - 1)
        return place if last is None else places.end_of(last.message)

    def _moved(self, caret: Place, event: QKeyEvent) -> Place | None:
        key, ctrl = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        places = self._reading.places
        if (move := _CARET_MOVES.get((key, ctrl))) is not None:
            self._x = None
            return places.moved(caret, move)
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            return START if key == Qt.Key.Key_Home else END
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if key not in steps:
            return None
        self._x = places.caret(caret).left() if self._x is None else self._x
        away = places.line_away if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) else places.page_away
        return away(caret, self._x, steps[key])

    def _start(self) -> Place | None:
        """Where a selection begins that nothing was clicked for."""
        view = self.view or self._first_in_sight()
        if view is None:
            return None
        return self._reading.places.first_of(self._transcript.stack.index_of(view.message.id))

    def forget_x(self) -> None:
        self._x = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self.press(event)
        if event.type() == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self.focus_came(event)
        elif event.type() == QEvent.Type.FocusOut:
            self._set_control(None)
        elif event.type() == QEvent.Type.ContextMenu and self.view is not None:
            self._reading.open_menu_of(self.view)
            return True
        return False


def corner_of(transcript: "TranscriptView", view: MessageView) -> QPoint:
    """Where a menu for a message opens: at its first line, or the first one in sight."""
    stack = transcript.stack
    top = stack.top_of(stack.index_of(view.message.id)) - stack.top + sizes.MESSAGE_GAP
    x = transcript.left + view.text_left()
    return transcript.viewport().mapToGlobal(QPoint(x, min(max(8, top + 24), stack.room - 24)))
