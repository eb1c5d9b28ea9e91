"""What a reader does with the transcript by mouse: select, copy, follow links, use the controls of code."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QHelpEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QMenu, QToolTip

from desktopchat.i18n import tr
from desktopchat.render.content import BlockKind
from desktopchat.ui.chat import codehead
from desktopchat.ui.chat.blockview import BlockView
from desktopchat.ui.chat.codehead import Control
from desktopchat.ui.chat.keyboard import Keys, corner_of
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.places import Places, Spot
from desktopchat.ui.chat.selection import END, START, Place, Selection

if TYPE_CHECKING:
    from desktopchat.ui.chat.transcript import TranscriptView

_CLICK_DISTANCE = 4
_AUTO_SCROLL_MS = 30
_DONE_MS = 1_500
_MOST_TOOLTIP = 300
_MOST_OFFERED = 100_000


class Reading(QObject):
    """Filters the events of the viewport; `keys` filters those of the transcript."""

    def __init__(self, transcript: "TranscriptView") -> None:
        super().__init__(transcript)
        self.transcript = transcript
        self.selection = Selection()
        self.places = Places(transcript)
        self.keys = Keys(transcript, self)
        self.fill_menu: Callable[[QMenu, MessageView], None] | None = None
        """Adds to the menu what can be done with a message; None for the least."""
        self._pressed: QPoint | None = None
        self._last_point = QPoint()
        self._dragging = False
        self._bar: BlockView | None = None
        """What is moved to the side by its bar."""
        self._word: tuple[Place, Place] | None = None
        self._clicks = 0
        self._click_time = 0
        self._lit: BlockView | None = None
        self._done: BlockView | None = None
        self._auto_scroll = QTimer(self)
        self._auto_scroll.setInterval(_AUTO_SCROLL_MS)
        self._auto_scroll.timeout.connect(self._scroll_while_dragging)
        self._done_timer = QTimer(self)
        self._done_timer.setSingleShot(True)
        self._done_timer.setInterval(_DONE_MS)
        self._done_timer.timeout.connect(self._forget_done)
        transcript.viewport().installEventFilter(self)
        transcript.installEventFilter(self.keys)

    def clear(self) -> None:
        """Other messages are shown now."""
        self.selection.clear()
        self.keys.forget()
        self._dragging, self._bar, self._pressed = False, None, None
        self._lit = self._done = None
        self._auto_scroll.stop()

    def copy(self) -> None:
        """What is selected to the clipboard, in every flavour."""
        from desktopchat.ui.chat.copying import copy

        copy(self.selection.excerpts(self.transcript.stack.views))

    def select_all(self) -> None:
        self.selection.select(START, END)
        self.transcript.viewport().update()

    def spot_at(self, point: QPoint) -> Spot | None:
        """What is nearest to a point of the viewport."""
        return self.places.spot_at(point)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        handler = self._handlers().get(event.type())
        return handler(event) if handler is not None else False

    def _handlers(self) -> dict[QEvent.Type, Callable[[Any], bool]]:
        return {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseButtonDblClick: self._double_click,
            QEvent.Type.MouseMove: self._move,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.ContextMenu: self._menu,
            QEvent.Type.Wheel: self._wheel,
            QEvent.Type.ToolTip: self._tooltip,
            QEvent.Type.Leave: self._leave,
        }

    # -- pressing and dragging

    def _press(self, event: QMouseEvent) -> bool:
        self.transcript.forget_found()
        self.keys.forget_x()
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._pressed = self._last_point = event.position().toPoint()
        self._clicks = self._clicks + 1 if self._is_quick(event) else 1
        spot = self.spot_at(self._pressed)
        self.keys.set_stop(spot.view if spot is not None else None, shown=False)
        if spot is None:
            self.selection.clear()
        elif spot.block.is_bar_at(spot.x, spot.y):
            self._bar = spot.block
        elif spot.control is None:
            self._begin(spot, extends=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        self.transcript.viewport().update()
        return True

    def _begin(self, spot: Spot, *, extends: bool) -> None:
        if self._clicks == 3:
            self._select_block(spot)
        elif extends and self.selection.anchor is not None:
            self.selection.cursor = spot.place
        else:
            self.selection.select(spot.place, spot.place)
            self._word = None

    def _is_quick(self, event: QMouseEvent) -> bool:
        """Whether this press comes soon after a double click, at the same place."""
        limit = QGuiApplication.styleHints().mouseDoubleClickInterval()
        return self._clicks == 2 and int(event.timestamp()) - self._click_time < limit

    def _double_click(self, event: QMouseEvent) -> bool:
        spot = self.spot_at(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or spot is None or spot.control is not None:
            return self._press(event)
        self._clicks, self._click_time = 2, int(event.timestamp())
        self._pressed = self._last_point = event.position().toPoint()
        self._word = self._word_at(spot)
        self.selection.select(*self._word)
        self.transcript.stop_following()
        self.transcript.viewport().update()
        return True

    def _word_at(self, spot: Spot) -> tuple[Place, Place]:
        place = spot.place
        start, end = spot.block.word_at(place.position)
        return place._replace(position=start), place._replace(position=end)

    def _select_block(self, spot: Spot) -> None:
        place = spot.place
        self.selection.select(place._replace(position=0), place._replace(position=spot.block.length()))
        self.transcript.stop_following()

    def _move(self, event: QMouseEvent) -> bool:
        before, self._last_point = self._last_point, event.position().toPoint()
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._show_what_is_there()
            return True
        if self._bar is not None:
            self._bar.side.move((self._last_point.x() - before.x()) * self._bar.bar_to_text())
            self.transcript.viewport().update()
            return True
        far = (self._last_point - self._pressed).manhattanLength() >= _CLICK_DISTANCE
        if not self._dragging and far and self.selection.anchor is not None:
            self._dragging = True
            self.transcript.stop_following()
        if self._dragging:
            self._extend()
            self._scroll_if_outside()
        return True

    def _scroll_if_outside(self) -> None:
        inside = 0 <= self._last_point.y() < self.transcript.viewport().height()
        if inside:
            self._auto_scroll.stop()
        elif not self._auto_scroll.isActive():
            self._auto_scroll.start()

    def _extend(self) -> None:
        spot = self.spot_at(self._last_point)
        if spot is None or self.selection.anchor is None:
            return
        place = spot.place
        if self._word is not None:
            first, last = self._word
            start, end = self._word_at(spot)
            self.selection.select(last if place < first else first, start if place < first else end)
        else:
            self.selection.cursor = place
            spot.block.reveal(place.position)
        self.transcript.viewport().update()

    def _scroll_while_dragging(self) -> None:
        y, height = self._last_point.y(), self.transcript.viewport().height()
        beyond = y if y < 0 else y - height
        step = max(-60, min(60, beyond // 2 or (1 if beyond > 0 else -1)))
        self.transcript.move_to(self.transcript.stack.top + step)
        self.transcript.stop_following()
        self._extend()

    def _release(self, event: QMouseEvent) -> bool:
        pressed, self._pressed = self._pressed, None
        dragged, self._dragging = self._dragging, False
        bar, self._bar = self._bar, None
        self._auto_scroll.stop()
        point = event.position().toPoint()
        is_click = pressed is not None and not dragged and bar is None and event.button() == Qt.MouseButton.LeftButton
        if is_click and self._clicks == 1 and (spot := self.spot_at(point)) is not None:
            self._click(spot)
        if pressed is not None and not self.selection.is_empty:
            self._offer()
        return True

    def _offer(self) -> None:
        """A selection of usual size goes where the middle button pastes from."""
        first, last = self.selection.range()
        views = self.transcript.stack.views[first.message : last.message + 1]
        if QGuiApplication.clipboard().supportsSelection() and sum(v.answer.length for v in views) < _MOST_OFFERED:
            from desktopchat.ui.chat.copying import offer_selected

            offer_selected(self.selection.text(self.transcript.stack.views))

    def _click(self, spot: Spot) -> None:
        if (control := spot.control) is not None:
            self.use(spot.block, control)
        elif self.selection.is_empty and (link := spot.link):
            self.transcript.linkActivated.emit(link)

    # -- code

    def use(self, block: BlockView, control: Control) -> None:
        """Does what a control above a piece of code is for."""
        found = self._code_from(block)
        if not found:
            return
        text = "\n".join(view.block.code for view in found)
        match control:
            case Control.COPY:
                QGuiApplication.clipboard().setText(text)
                self._show_done(block, control)
            case Control.SAVE:
                from desktopchat.ui.chat.saving import SaveCode

                SaveCode(text, block.block.language, self.transcript).open()
            case Control.WRAP:
                self._wrap(found)

    def _wrap(self, found: list[BlockView]) -> None:
        wraps = not found[0].side.wraps
        for view in found:
            view.set_wraps(wraps)
        self.transcript.arrange_again()

    def _code_from(self, block: BlockView) -> list[BlockView]:
        """The block with the slices that go on with it."""
        for _, view, _ in self.transcript.stack.visible():
            found: list[BlockView] = []
            for _, _, other in view.blocks_in_order():
                if found and not (other.block.continues and other.block.kind is BlockKind.CODE):
                    return found
                if found or other is block:
                    found.append(other)
            if found:
                return found
        return []

    def _show_done(self, block: BlockView, control: Control) -> None:
        self._forget_done()
        self._done = block
        block.head = codehead.changed(block.head, done=control)
        self._done_timer.start()
        self.transcript.viewport().update()
        self.transcript.announce(tr("Copied"))

    def _forget_done(self) -> None:
        block, self._done = self._done, None
        if block is not None:
            block.head = codehead.changed(block.head, done=None)
            self.transcript.viewport().update()

    def say_control(self, block: BlockView, control: Control) -> None:
        """A control of code has the focus now."""
        self.transcript.announce(codehead.name_of(control, wraps=block.side.wraps))

    # -- hovering

    def _show_what_is_there(self) -> None:
        spot = self.spot_at(self._last_point)
        control = spot.control if spot is not None else None
        self._light(spot.block if spot is not None and self._is_inside(spot) else None, control)
        shape = Qt.CursorShape.ArrowCursor
        if spot is not None and (control is not None or spot.link):
            shape = Qt.CursorShape.PointingHandCursor
        elif spot is not None and spot.block.is_text_at(spot.x, spot.y):
            shape = Qt.CursorShape.IBeamCursor
        viewport = self.transcript.viewport()
        if viewport.cursor().shape() != shape:
            viewport.setCursor(shape)

    def _is_inside(self, spot: Spot) -> bool:
        return 0 <= spot.y < spot.block.height and 0 <= spot.x <= spot.block.width

    def _light(self, block: BlockView | None, control: Control | None) -> None:
        """The block under the mouse shows its bar; its control is lit."""
        before = self._lit
        if before is block and (block is None or block.head.hovered is control):
            return
        if before is not None:
            before.is_lit, before.head = False, codehead.changed(before.head, hovered=None)
        self._lit = block
        if block is not None:
            block.is_lit, block.head = True, codehead.changed(block.head, hovered=control)
        self.transcript.viewport().update()

    def _leave(self, _event: QEvent) -> bool:
        self._light(None, None)
        return False

    def _tooltip(self, event: QHelpEvent) -> bool:
        spot = self.spot_at(event.pos())
        words = ""
        if spot is not None and (control := spot.control) is not None:
            words = codehead.name_of(control, wraps=spot.block.side.wraps)
        elif spot is not None:
            words = spot.link[:_MOST_TOOLTIP]
        if words:
            QToolTip.showText(event.globalPos(), f"<span>{escape(words)}</span>", self.transcript.viewport())
        else:
            QToolTip.hideText()
        return True

    def _wheel(self, event: QWheelEvent) -> bool:
        """Moves what is wide under the mouse to the side: a sideways gesture, or Shift."""
        fine, coarse = event.pixelDelta(), event.angleDelta()
        is_shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        by = fine.x() or coarse.x() * 0.5
        if is_shifted and not by:
            by = fine.y() or coarse.y() * 0.5
        if not by or (not is_shifted and abs(coarse.x()) <= abs(coarse.y())):
            return False
        spot = self.spot_at(event.position().toPoint())
        if spot is None or not self._is_inside(spot) or not spot.block.side.overflows:
            return is_shifted
        if spot.block.side.move(-by):
            self.transcript.viewport().update()
        return True

    # -- menu

    def _menu(self, event: QContextMenuEvent) -> bool:
        self.open_menu(self.spot_at(event.pos()), event.globalPos())
        return True

    def open_menu(self, spot: Spot | None, where: QPoint) -> QMenu:
        """The menu for a place in the text."""
        from desktopchat.ui.chat.menu import opened

        view = spot.view if spot is not None else None
        code = spot.block if spot is not None and spot.block.has_head and self._is_inside(spot) else None
        return opened(self, view, where, link=spot.link if spot is not None else "", code=code)

    def open_menu_of(self, view: MessageView) -> QMenu:
        """The menu of a message that has the focus."""
        from desktopchat.ui.chat.menu import opened

        return opened(self, view, corner_of(self.transcript, view))
