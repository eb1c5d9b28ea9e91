"""The transcript: one painted viewport over all messages of a branch. It shows and it emits; it decides nothing.

Text that streams in is collected and shown every 50 to 100 ms, the first of it at once. Only what is near the
viewport is laid out. The reader's place is kept; the end is followed only by those who are at the end.
"""

import time
from collections.abc import Sequence

from PySide6.QtCore import QMetaMethod, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktopchat.domain.errors import Failure
from desktopchat.domain.message import Message
from desktopchat.i18n import tr
from desktopchat.ui.chat import accessible, wording
from desktopchat.ui.chat import look as sizes
from desktopchat.ui.chat.blockview import Mark
from desktopchat.ui.chat.chrome import Chrome
from desktopchat.ui.chat.colouring import languages
from desktopchat.ui.chat.formulas import pictures
from desktopchat.ui.chat.jump import JumpButton
from desktopchat.ui.chat.look import forget_look, look
from desktopchat.ui.chat.messageview import Hooks, MessageView
from desktopchat.ui.chat.pace import Pace
from desktopchat.ui.chat.picture import Picture
from desktopchat.ui.chat.reading import Reading
from desktopchat.ui.chat.selection import matches
from desktopchat.ui.chat.stack import Stack
from desktopchat.ui.theme import theme
from desktopchat.ui.warming import warm_up

ANIMATION_MS = 80
_FAR_BELOW = 1 << 30


class TranscriptView(QAbstractScrollArea):
    """See the module."""

    retryRequested = Signal(str)  # noqa: N815 - Qt's way of naming signals
    retryWithRequested = Signal(str)  # noqa: N815
    """An answer to the same question by another model."""
    continueRequested = Signal(str)  # noqa: N815
    retryNowRequested = Signal(str)  # noqa: N815
    """The pause before a question is sent again is to end now."""
    giveUpRequested = Signal(str)  # noqa: N815
    editRequested = Signal(str, str)  # noqa: N815
    """A question's id and what is to be asked in its place."""
    alternativeRequested = Signal(str, int)  # noqa: N815
    """A message's id and -1 or 1: the alternative before or after it."""
    deleteRequested = Signal(str)  # noqa: N815
    quoteRequested = Signal(str)  # noqa: N815
    pictureRequested = Signal(str, str)  # noqa: N815
    """A picture's hash and name: it is to be shown in full size."""
    writeRequested = Signal(str)  # noqa: N815
    """The composer is wanted, with this text added; "" for none."""
    zoomRequested = Signal(int)  # noqa: N815
    linkActivated = Signal(str)  # noqa: N815
    bottomReached = Signal()  # noqa: N815
    painted = Signal(str, object)
    """A message's id and how many characters of its text are on the screen; sent only if somebody listens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transcript")
        self.setAccessibleName(tr("Conversation"))
        accessible.install()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # so that it can be moved without painting
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        hooks = Hooks(self.viewport(), self._view_changed, self._retry_by_card, self._more_to_do)
        self.stack = Stack(hooks)
        self.reading = Reading(self)
        self.pace = Pace(self, self._show_waiting)
        self._found: dict[tuple[str, int, int], list[tuple[int, int]]] = {}
        self._moving = False
        self._shown_length: dict[str, int] = {}
        self._focus_by_key = False
        self._animation = QTimer(self)
        self._animation.setInterval(ANIMATION_MS)
        self._animation.timeout.connect(self._animate)
        self.jump = JumpButton(self)
        self.jump.clicked.connect(self.follow_end)
        self.chrome = Chrome(self, hooks.context)
        self.verticalScrollBar().setSingleStep(24)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme().changed.connect(self._theme_changed)
        pictures().ready.connect(self._show_formulas)
        languages().loaded.connect(self.viewport().update)

    # -- what is shown

    def show_path(self, messages: Sequence[Message]) -> None:
        """Another conversation or branch, at its end."""
        accessible.forget_messages(self)
        self.pace.forget()
        self.reading.clear()
        self._found.clear()
        self._shown_length.clear()
        self.stack.set_messages(messages)
        self.jump.forget()
        self.chrome.messages_changed()
        self._arrange()

    def show_branch(self, messages: Sequence[Message]) -> None:
        """Another branch of the same conversation: what both have in common stays, and stays where it is.

        Below the first message that differs the lower line keeps its place, so that who turns the alternatives over
        has the button under the mouse.
        """
        stack = self.stack
        kept = 0
        while kept < min(len(stack.views), len(messages)) and stack.views.id_at(kept) == messages[kept].id:
            kept += 1
        line = stack.top_of(kept + 1) - stack.top if kept < len(stack.views) else None
        keys, stop = self.reading.keys, stack.index_of(self.reading.keys.stop) if self.reading.keys.view else None
        is_shown = keys.is_shown
        accessible.forget_messages(self)
        self.pace.forget()
        self.reading.clear()
        self._found.clear()
        stack.stop_following()
        stack.cut(kept)
        for message in messages[kept:]:
            stack.add(message)
        self.chrome.messages_changed()
        self._arrange()
        if line is not None and kept < len(stack.views):
            for _ in range(2):  # the first time round, some heights are still guessed
                stack.hold(min(max(0, stack.top_of(kept + 1) - line), stack.furthest))
                self._arrange()
        if stop is not None and stack.views:
            keys.set_stop(stack.views[min(stop, kept, len(stack.views) - 1)], shown=is_shown)

    def add_earlier(self, messages: Sequence[Message]) -> None:
        """Messages above those that are shown, which stay where they are."""
        accessible.forget_messages(self)
        self.reading.selection.move_down(len(messages))
        self.stack.add_earlier(messages)
        self.chrome.messages_changed()
        self._arrange()

    def add_message(self, message: Message) -> None:
        """A message at the end. One's own question is always brought into sight."""
        is_new = self.stack.find(message.id) is None
        view = self.stack.find(message.id) or self.stack.add(message)
        if view.is_user:
            self.stack.follows = True
            warm_up()
        self._arrange()
        if is_new:
            accessible.message_added(self, view)

    def update_message(self, message: Message) -> None:
        """A newer state of a message that is shown (others are ignored)."""
        if (view := self.stack.find(message.id)) is not None:
            was_streaming = view.is_streaming
            view.update(message)
            if was_streaming and not view.is_streaming:
                accessible.answer_ended(self, view)
            self.pace.add(view)
            self.pace.now()

    def append_text(self, message_id: str, text: str) -> None:
        """More of an answer. Cheap: it is shown with the next frame."""
        if (view := self.stack.find(message_id)) is not None:
            view.add_text(text)
            self.pace.add(view)

    def append_reasoning(self, message_id: str, text: str) -> None:
        if (view := self.stack.find(message_id)) is not None:
            view.add_reasoning(text)
            self.pace.add(view)

    def replace_text(self, message_id: str, text: str) -> None:
        """The whole answer so far, from a model that has changed what it said."""
        if (view := self.stack.find(message_id)) is not None:
            view.replace_text(text)
            self.pace.add(view)

    def set_retrying(self, message_id: str, seconds: float, failure: Failure) -> None:
        """The request is sent again in `seconds`."""
        if (view := self.stack.find(message_id)) is not None:
            view.set_retrying(seconds, failure)
            self.announce(wording.retrying(wording.kind(failure), seconds))
            self.pace.add(view)
            self.pace.now()

    def end_retrying(self, message_id: str) -> None:
        """The pause is over, one way or the other."""
        if (view := self.stack.find(message_id)) is not None and view.is_pausing:
            view.end_retrying()
            self.pace.add(view)
            self.pace.now()

    def scroll_to_message(self, message_id: str, terms: str = "") -> None:
        """Brings a message into sight, at the first place where one of `terms` stands; those places are marked."""
        view = self.stack.find(message_id)
        if view is None:
            return
        index = self.stack.index_of(message_id)
        self.stack.follows = False
        self.stack.hold(self.stack.top_of(index))
        self._arrange()
        offset = self._mark_found(view, [term.casefold() for term in terms.split()])
        top = self.stack.top_of(index) + offset - (self.stack.room // 3 if offset else 0)
        self.stack.hold(max(0, top))
        self._arrange()

    def show_message(self, message_id: str) -> None:
        """Brings the beginning of a message into sight, if it is not."""
        top = self.stack.top_of(self.stack.index_of(message_id))
        if not self.stack.top <= top < self.stack.top + self.stack.room * 3 // 4:
            self._hold(top)

    def reveal(self, view: MessageView, section: int, number: int, position: int) -> None:
        """Brings a place of a text into sight, unfolded; nothing moves if it is there already."""
        index = self.stack.index_of(view.message.id)
        if section == 0 and not view.is_open:
            view.set_open(True)
        if not view.is_built:
            self._hold(self.stack.top_of(index))
        while view.view_of(section, number) is None and view.parse(1 << 15):
            pass
        block = view.view_of(section, number)
        if block is None or view.is_edited:
            return
        if not block.measured:
            self._hold(self.stack.top_of(index) + view.top_of(section, number))
        block.reveal(position)
        y = self.stack.top_of(index) + view.top_of(section, number) + int(block.y_of(position)) - self.stack.top
        if not self.stack.room // 8 <= y < self.stack.room * 7 // 8:
            self._hold(max(0, self.stack.top + y - self.stack.room // 3))

    def _hold(self, top: int) -> None:
        self.stack.follows = False
        self.stack.hold(top)
        self._arrange()

    def follow_end(self) -> None:
        """Goes to the end and stays there."""
        self.stack.follows = True
        self._arrange()
        self.bottomReached.emit()

    def stop_following(self) -> None:
        """The reader has taken hold of the text: from now on it does not move by itself."""
        self.stack.stop_following()

    def move_to(self, top: int) -> None:
        self.stack.scroll_to(top)
        self._arrange()

    def arrange_again(self) -> None:
        """Something in sight has another height now, because the reader wanted it so: nothing else moves."""
        self.stack.stop_following()
        self._arrange()

    def announce(self, words: str) -> None:
        """Has a screen reader say something."""
        accessible.announce(self, words)

    # -- layout

    def _mark_found(self, view: MessageView, terms: list[str]) -> int:
        """Marks all places in `view`; returns how far below its top the first one is, 0 if there is none."""
        self._found.clear()
        first = 0
        while terms and view.parse(1 << 20):
            pass
        for section, number, block in view.blocks_in_order() if terms else ():
            if found := list(matches(block, terms)):
                self._found[view.message.id, section, number] = found
                first = first or view.top_of(section, number) + int(block.y_of(found[0][0]))
        return first

    def _retry_by_card(self, message_id: str) -> None:
        self.writeRequested.emit("")  # before the card goes, and the focus with it
        self.retryRequested.emit(message_id)

    def _more_to_do(self, view: MessageView) -> None:
        self.pace.add(view)

    def _view_changed(self, view: MessageView) -> None:
        self.stack.note_height(view)
        self.stack.stop_following()
        self._arrange()

    def _show_waiting(self, busy: list[MessageView]) -> None:
        self.chrome.finder.text_changed(busy)
        picture = Picture(self.stack, busy[0]) if len(busy) == 1 else None
        for view in busy:
            self.stack.note_height(view)
        if not self.stack.follows:
            self.jump.new_text_came()
        self._arrange(picture)
        for view in busy:
            view.dirty_from = _FAR_BELOW

    def _arrange(self, picture: Picture | None = None) -> None:
        """Lays out what is near, and puts scroll bar, button and embedded widgets where they belong.

        All is painted anew, but for what stays as it is in the `picture` of before.
        """
        viewport = self.viewport()
        width = max(120, min(sizes.COLUMN, viewport.width() - 2 * sizes.MARGIN))
        self.stack.set_size(width, viewport.height())
        if not self.isVisible():
            return
        self.stack.arrange()
        self._moving = True
        bar = self.verticalScrollBar()
        bar.setPageStep(viewport.height())
        bar.setRange(0, self.stack.furthest)
        bar.setValue(self.stack.top)
        self._moving = False
        self._repaint(picture)  # before the widgets: it moves them along
        self._place_widgets()
        self.jump.show_if(not self.stack.follows and self.stack.furthest - self.stack.top > 60)

    def _repaint(self, picture: Picture | None) -> None:
        viewport = self.viewport()
        change = None if picture is None else picture.change()
        if change is None or (change.moved and not viewport.devicePixelRatioF().is_integer()):
            viewport.update()
            return
        if change.moved:
            viewport.scroll(0, change.moved)
        viewport.update(QRect(0, max(0, change.new_from), viewport.width(), viewport.height()))

    def _place_widgets(self) -> None:
        working = False
        for _, view, y in self.stack.visible():
            view.place_widgets(self.left, y - self.stack.top)
            working = working or view.is_working
        if working is not self._animation.isActive():
            self._animation.start() if working else self._animation.stop()
        self.chrome.place()

    @property
    def left(self) -> int:
        """Where the column begins."""
        centred = (self.width() - self.stack.width) // 2  # of the whole view: a scroll bar that appears moves nothing
        return max(0, min(centred, self.viewport().width() - self.stack.width))

    def is_in_sight(self, message_id: str) -> bool:
        """Whether anything of a message is on the screen."""
        return any(view.message.id == message_id for _, view, _ in self.stack.visible())

    def _scrolled(self, value: int) -> None:
        if not self._moving:
            was_following = self.stack.follows
            self.move_to(value)
            if self.stack.follows and not was_following:
                self.bottomReached.emit()

    def _animate(self) -> None:
        now = time.monotonic()
        for _, view, y in self.stack.visible():
            if view.is_working:
                view.tick(now)
                self.viewport().update(QRect(0, y - self.stack.top, self.viewport().width(), view.height))

    def _show_formulas(self) -> None:
        """Pictures of formulas are ready."""
        if self.stack.show_pictures():
            self._arrange()

    def _theme_changed(self) -> None:
        forget_look()
        self.chrome.dress()
        self.stack.forget_layout()
        self._arrange()

    # -- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.jump.place()
        self.chrome.resized()
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._animation.stop()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._focus_by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._focus_by_key = False
        super().focusOutEvent(event)
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Nothing: `_scrolled` arranges and paints."""

    def paintEvent(self, event: QPaintEvent) -> None:
        begin = time.monotonic()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), look().color("window"))
        clip = event.rect()
        for index, view, y in self.stack.visible():
            top = y - self.stack.top
            if top + view.height < clip.top() or top > clip.bottom():
                continue
            painter.save()
            painter.translate(self.left, top)
            view.paint(painter, clip.top() - top, clip.bottom() - top, self._marks_of(index, view))
            self.reading.keys.paint(painter, view)
            painter.restore()
        if self._focus_by_key and not self.stack.views:
            painter.setPen(QPen(look().color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.viewport().rect().adjusted(1, 1, -1, -1), 6, 6)
        painter.end()
        self.pace.add_cost(time.monotonic() - begin)
        self._tell_painted()

    def _marks_of(self, index: int, view: MessageView) -> "_Marks":
        return _Marks(self, index, view.message.id)

    def marks(self, index: int, message_id: str, section: int, number: int) -> list[Mark]:
        """The coloured ranges of a block: what a search found, what is selected."""
        marks: list[Mark] = []
        for start, end in self._found.get((message_id, section, number), ()):
            marks.append((start, end, look().color("found")))
        for start, end, is_here in self.chrome.finder.marks(message_id, section, number):
            marks.append((start, end, look().color("found_here" if is_here else "found")))
        if (chosen := self.reading.selection.within(index, section, number)) is not None:
            marks.append((chosen[0], min(chosen[1], 1 << 30), look().color("selection")))
        return marks

    def forget_found(self) -> None:
        if self._found:
            self._found.clear()
            self.viewport().update()

    def _tell_painted(self) -> None:
        if not self.isSignalConnected(QMetaMethod.fromSignal(self.painted)):
            return
        for _, view, y in self.stack.visible():
            length = view.answer.parsed
            in_sight = y + view.body_bottom <= self.stack.top + self.stack.room
            if in_sight and length and self._shown_length.get(view.message.id) != length:
                self._shown_length[view.message.id] = length
                self.painted.emit(view.message.id, length)

    def point_in_content(self, point: QPoint) -> tuple[int, int]:
        """A point of the viewport as x from the column's left and y from the beginning of everything."""
        return point.x() - self.left, point.y() + self.stack.top


class _Marks:
    """Asks the transcript for the marks of one message's blocks."""

    def __init__(self, transcript: TranscriptView, index: int, message_id: str) -> None:
        self._transcript, self._index, self._id = transcript, index, message_id

    def __call__(self, section: int, number: int) -> list[Mark]:
        return self._transcript.marks(self._index, self._id, section, number)
