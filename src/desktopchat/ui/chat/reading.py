"""What a reader does with the transcript: select, copy, follow links, scroll by key, ask for the menu."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QMenu, QToolTip

from desktopchat.i18n import tr
from desktopchat.render.content import BlockKind
from desktopchat.ui.chat.blockview import BlockView
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.selection import END, START, Place, Selection, shown_text, word_at

if TYPE_CHECKING:
    from desktopchat.ui.chat.transcript import TranscriptView

_CLICK_DISTANCE = 4
_AUTO_SCROLL_MS = 30


@dataclass(frozen=True, slots=True)
class Spot:
    """What lies under a point: the message, its block, and the point in the block's own coordinates."""

    index: int
    view: MessageView
    section: int
    number: int
    x: int
    y: int

    @property
    def block(self) -> BlockView:
        found = self.view.view_of(self.section, self.number)
        if found is None:
            raise RuntimeError("the block is gone")
        return found

    @property
    def place(self) -> Place:
        return Place(self.index, self.section, self.number, self.block.position_at(self.x, self.y))

    @property
    def link(self) -> str:
        return self.block.link_at(self.x, self.y)

    @property
    def is_copy(self) -> bool:
        block = self.block
        is_head = block.block.kind is BlockKind.CODE and not block.block.continues
        return is_head and block.is_copy_at(self.x, self.y)


class Reading(QObject):
    """Filters the events of the viewport and the keys of the transcript."""

    def __init__(self, transcript: "TranscriptView") -> None:
        super().__init__(transcript)
        self.selection = Selection()
        self._transcript = transcript
        self._pressed: QPoint | None = None
        self._last_point = QPoint()
        self._dragging = False
        self._word: tuple[Place, Place] | None = None
        self._clicks = 0
        self._click_time = 0
        self._auto_scroll = QTimer(self)
        self._auto_scroll.setInterval(_AUTO_SCROLL_MS)
        self._auto_scroll.timeout.connect(self._scroll_while_dragging)
        transcript.viewport().installEventFilter(self)
        transcript.installEventFilter(self)

    def clear(self) -> None:
        self.selection.clear()
        self._dragging = False
        self._auto_scroll.stop()

    def copy(self) -> None:
        """The selected text to the clipboard."""
        if text := self.selection.text(self._transcript.stack.views):
            QGuiApplication.clipboard().setText(text)

    def select_all(self) -> None:
        self.selection.select(START, END)
        self._transcript.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._transcript:
            return event.type() == QEvent.Type.KeyPress and self._key(event)
        handler = self._handlers().get(event.type())
        return handler(event) if handler is not None else False

    def _handlers(self) -> dict[QEvent.Type, Callable[[Any], bool]]:
        return {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseButtonDblClick: self._double_click,
            QEvent.Type.MouseMove: self._move,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.ContextMenu: self._menu,
        }

    # -- mouse

    def spot_at(self, point: QPoint) -> Spot | None:
        """What is nearest to a point of the viewport."""
        stack = self._transcript.stack
        if not stack.views:
            return None
        x, y = self._transcript.point_in_content(point)
        index = stack.index_at(y)
        view = stack.views[index]
        inside = y - stack.top_of(index)
        if not view.is_built or (found := view.block_at(inside)) is None:
            return None
        return Spot(index, view, *found, x - view.text_left(), inside - view.top_of(*found))

    def _press(self, event: QMouseEvent) -> bool:
        self._transcript.forget_found()
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._pressed = self._last_point = event.position().toPoint()
        self._clicks = self._clicks + 1 if self._is_quick(event) else 1
        spot = self.spot_at(self._pressed)
        if spot is None:
            self.selection.clear()
        elif self._clicks == 3:
            self._select_block(spot)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.selection.anchor is not None:
            self.selection.cursor = spot.place
        elif not spot.is_copy:
            self.selection.select(spot.place, spot.place)
            self._word = None
        self._transcript.viewport().update()
        return True

    def _is_quick(self, event: QMouseEvent) -> bool:
        """Whether this press comes soon after a double click, at the same place."""
        limit = QGuiApplication.styleHints().mouseDoubleClickInterval()
        return self._clicks == 2 and int(event.timestamp()) - self._click_time < limit

    def _double_click(self, event: QMouseEvent) -> bool:
        self._clicks, self._click_time = 2, int(event.timestamp())
        spot = self.spot_at(event.position().toPoint())
        if spot is not None and event.button() == Qt.MouseButton.LeftButton and not spot.is_copy:
            place = spot.place
            start, end = word_at(spot.block, place.position)
            self._word = (place._replace(position=start), place._replace(position=end))
            self.selection.select(*self._word)
            self._transcript.stop_following()
            self._transcript.viewport().update()
        return True

    def _select_block(self, spot: Spot) -> None:
        place = spot.place
        self.selection.select(place._replace(position=0), place._replace(position=spot.block.length()))
        self._transcript.stop_following()

    def _move(self, event: QMouseEvent) -> bool:
        self._last_point = event.position().toPoint()
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._show_cursor()
            return True
        far = (self._last_point - self._pressed).manhattanLength() >= _CLICK_DISTANCE
        if not self._dragging and far:
            self._dragging = True
            self._transcript.stop_following()
        if self._dragging:
            self._extend()
            inside = 0 <= self._last_point.y() < self._transcript.viewport().height()
            if inside:
                self._auto_scroll.stop()
            elif not self._auto_scroll.isActive():
                self._auto_scroll.start()
        return True

    def _extend(self) -> None:
        spot = self.spot_at(self._last_point)
        if spot is None or self.selection.anchor is None:
            return
        place = spot.place
        if self._word is not None:
            first, last = self._word
            anchor = last if place < first else first
            edge = word_at(spot.block, place.position)
            self.selection.select(anchor, place._replace(position=edge[0] if place < first else edge[1]))
        else:
            self.selection.cursor = place
        self._transcript.viewport().update()

    def _scroll_while_dragging(self) -> None:
        y, height = self._last_point.y(), self._transcript.viewport().height()
        beyond = y if y < 0 else y - height
        step = max(-60, min(60, beyond // 2 or (1 if beyond > 0 else -1)))
        stack = self._transcript.stack
        follows_now = stack.top + step
        self._transcript.move_to(follows_now)
        self._transcript.stop_following()
        self._extend()

    def _release(self, event: QMouseEvent) -> bool:
        pressed, self._pressed = self._pressed, None
        dragged, self._dragging = self._dragging, False
        self._auto_scroll.stop()
        point = event.position().toPoint()
        is_click = pressed is not None and not dragged and event.button() == Qt.MouseButton.LeftButton
        if is_click and self._clicks == 1 and (spot := self.spot_at(point)) is not None:
            self._click(spot, point)
        return True

    def _click(self, spot: Spot, point: QPoint) -> None:
        if spot.is_copy:
            QGuiApplication.clipboard().setText(self._whole_code(spot))
            QToolTip.showText(self._transcript.viewport().mapToGlobal(point), tr("Copied"), self._transcript)
        elif link := spot.link:
            self._transcript.linkActivated.emit(link)

    def _whole_code(self, spot: Spot) -> str:
        """The code that begins here, with the slices that go on with it."""
        lines = [spot.block.block.code]
        number = spot.number + 1
        following = spot.view.view_of(spot.section, number)
        while following is not None and following.block.continues and following.block.kind is BlockKind.CODE:
            lines.append(following.block.code)
            number += 1
            following = spot.view.view_of(spot.section, number)
        return "\n".join(lines)

    def _show_cursor(self) -> None:
        spot = self.spot_at(self._last_point)
        shape = Qt.CursorShape.ArrowCursor
        if spot is not None:
            if spot.is_copy or spot.link:
                shape = Qt.CursorShape.PointingHandCursor
            elif spot.block.is_text_at(spot.x, spot.y):
                shape = Qt.CursorShape.IBeamCursor
        viewport = self._transcript.viewport()
        if viewport.cursor().shape() != shape:
            viewport.setCursor(shape)

    # -- menu

    def _menu(self, event: QContextMenuEvent) -> bool:
        self.open_menu(self.spot_at(event.pos()), event.globalPos())
        return True

    def open_menu(self, spot: Spot | None, where: QPoint) -> QMenu:
        """The menu for a place in the text."""
        menu = QMenu(self._transcript)
        menu.setObjectName("transcriptMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(tr("Copy"), self.copy)
        copy.setEnabled(not self.selection.is_empty)
        if spot is not None:
            chosen = _Chosen(menu, self._transcript, spot)
            menu.addAction(tr("Copy message"), chosen.copy_text)
            menu.addAction(tr("Copy as Markdown"), chosen.copy_source)
            if chosen.link:
                menu.addAction(tr("Copy link address"), chosen.copy_link)
            if not spot.view.is_user and not spot.view.is_streaming:
                menu.addSeparator()
                menu.addAction(tr("Retry"), chosen.retry)
        menu.addSeparator()
        menu.addAction(tr("Select all"), self.select_all)
        menu.popup(where)
        return menu

    # -- keys

    def _key(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_Escape and not self.selection.is_empty:
            self.selection.clear()
            self._transcript.viewport().update()
        else:
            return self._scroll_key(event)
        return True

    def _scroll_key(self, event: QKeyEvent) -> bool:
        stack = self._transcript.stack
        page = max(40, stack.room - 60)
        backwards = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        steps = {
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Up: -48,
            Qt.Key.Key_Down: 48,
            Qt.Key.Key_Space: -page if backwards else page,
            Qt.Key.Key_Home: -stack.total,
        }
        if event.key() == Qt.Key.Key_End:
            self._transcript.follow_end()
        elif event.key() in steps and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._transcript.move_to(stack.top + steps[Qt.Key(event.key())])
        else:
            return False
        return True


class _Chosen(QObject):
    """What the menu's commands act on."""

    def __init__(self, menu: QMenu, transcript: "TranscriptView", spot: Spot) -> None:
        super().__init__(menu)
        self._transcript, self._view = transcript, spot.view
        self.link = spot.link

    def copy_text(self) -> None:
        QGuiApplication.clipboard().setText(shown_text(self._view))

    def copy_source(self) -> None:
        QGuiApplication.clipboard().setText(self._view.answer.source)

    def copy_link(self) -> None:
        QGuiApplication.clipboard().setText(self.link)

    def retry(self) -> None:
        self._transcript.retryRequested.emit(self._view.message.id)
