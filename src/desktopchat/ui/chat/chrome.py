"""What stands on a conversation's text and acts on it: the bars of actions, their menu, editing in place, finding."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktopchat.i18n import render
from desktopchat.ui.chat.actionbar import MORE, ActionBar
from desktopchat.ui.chat.context import Alternatives, Context
from desktopchat.ui.chat.copying import copy, copy_plain
from desktopchat.ui.chat.deeds import DEEDS
from desktopchat.ui.chat.editbox import EditBox
from desktopchat.ui.chat.findbar import FindBar
from desktopchat.ui.chat.finder import Finder
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.parts import FOOTER_GAP
from desktopchat.ui.chat.selection import shown
from desktopchat.ui.theme import theme

if TYPE_CHECKING:
    from desktopchat.ui.chat.transcript import TranscriptView

DONE_MS = 1200
"""How long a button shows that it has done its work."""


class Chrome(QObject):
    """Decides nothing about conversations: what is wanted of them it says through the transcript's signals."""

    def __init__(self, transcript: "TranscriptView", context: Context) -> None:
        super().__init__(transcript)
        self.context = context
        self.enter_sends = True
        self.finder = Finder(transcript)
        self._find_bar: FindBar | None = None
        self._transcript = transcript
        self._hovered = ""
        self._focused = ""
        self._edited = ""
        self._drafts: dict[str, str] = {}
        """What was written in boxes that were not sent, by message: the box goes when its message is far away."""
        self._bar = ActionBar(transcript.viewport(), self.do)
        self._last_bar = ActionBar(transcript.viewport(), self.do)
        self._last_bar.setObjectName("lastActionBar")
        context.step = self._step
        context.go_on = transcript.continueRequested.emit
        context.retry_now = transcript.retryNowRequested.emit
        context.give_up = transcript.giveUpRequested.emit
        context.open_picture = transcript.pictureRequested.emit
        transcript.reading.fill_menu = self.fill_menu
        transcript.reading.keys.on_message = self._key
        transcript.reading.keys.stop_changed.connect(self._focus_on)
        transcript.viewport().installEventFilter(self)

    @property
    def find_bar(self) -> FindBar:
        """Made when it is first asked for."""
        if self._find_bar is None:
            self._find_bar = FindBar(self._transcript, self.finder)
        return self._find_bar

    @property
    def is_finding(self) -> bool:
        return self._find_bar is not None and self._find_bar.isVisible()

    # -- what the transcript tells

    def place(self) -> None:
        """Something has moved: the bars go with their messages."""
        views = self._transcript.stack.views
        last = views[-1] if views else None
        wanted = self._transcript.stack.find(self._focused or self._hovered)
        self._put(self._last_bar, last)
        self._put(self._bar, None if wanted is last else wanted)

    def dress(self) -> None:
        """Colours or fonts are others now."""
        for bar in (self._bar, self._last_bar):
            bar.dress()
        if self._find_bar is not None:
            self._find_bar.dress()

    def resized(self) -> None:
        if self.is_finding:
            self.find_bar.place()

    def messages_changed(self) -> None:
        """Other messages are shown."""
        self._hovered = self._focused = ""
        if self._transcript.stack.find(self._edited) is None:
            self._edited = ""
        self.finder.messages_changed()

    def show_alternatives(self, alternatives: Mapping[str, Alternatives]) -> None:
        """See `Context.alternatives`; for the messages that are shown from now on."""
        before, self.context.alternatives = self.context.alternatives, alternatives
        for view in self._transcript.stack.views.made():
            if before.get(view.message.id) != alternatives.get(view.message.id) and view.is_built:
                view.show_chrome()

    def hover(self, message_id: str) -> None:
        """The mouse is on a message; "" for on none."""
        if message_id != self._hovered:
            self._hovered = message_id
            self._focused = ""
            self.place()

    # -- deeds

    def do(self, name: str, message_id: str) -> None:
        """Does what `deeds.DEEDS` names with a message."""
        view = self._transcript.stack.find(message_id)
        if view is not None:
            self._deeds[name](view)

    def fill_menu(self, menu: QMenu, view: MessageView) -> None:
        """Adds what can be done with a message."""
        for deed in DEEDS:
            if deed.fits(view):
                if deed.name == "delete":
                    menu.addSeparator()
                action = menu.addAction(theme().icon(deed.icon, "text_muted"), render(deed.title))
                action.setObjectName(f"messageMenu_{deed.name}")
                action.triggered.connect(partial(self._chosen, deed.name, view.message.id))

    def open_menu(self, message_id: str) -> QMenu | None:
        """The message's menu, at its bar; None where the message is not shown."""
        view = self._transcript.stack.find(message_id)
        if view is None:
            return None
        menu = QMenu(self._transcript)
        menu.setObjectName("messageMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu, view)
        anchor = self.anchor(message_id)
        menu.popup(anchor.mapToGlobal(QPoint(0, anchor.height())))
        return menu

    def anchor(self, message_id: str) -> QWidget:
        """The button that opens what belongs to a message; the transcript itself where there is none."""
        for bar in (self._bar, self._last_bar):
            if bar.message_id == message_id and bar.isVisible():
                return bar.more
        return self._transcript

    @property
    def _deeds(self) -> Mapping[str, Callable[[MessageView], object]]:
        return {
            "edit": self._edit,
            "copy": self._copy,
            "copy_markdown": self._copy_markdown,
            "retry": lambda view: self._transcript.retryRequested.emit(view.message.id),
            "retry_with": lambda view: self._transcript.retryWithRequested.emit(view.message.id),
            "quote": self._quote,
            "delete": lambda view: self._transcript.deleteRequested.emit(view.message.id),
            MORE: lambda view: self.open_menu(view.message.id),
        }

    def _step(self, message_id: str, step: int) -> None:
        """The other alternative. Its button goes with the branch: who came there by key goes on at the message."""
        view, focused = self._transcript.stack.find(message_id), QApplication.focusWidget()
        if view is not None and focused is not None and self._transcript.viewport().isAncestorOf(focused):
            self._transcript.setFocus()
            self._transcript.reading.keys.set_stop(view)
        self._transcript.alternativeRequested.emit(message_id, step)

    def _key(self, event: QKeyEvent, view: MessageView) -> bool:
        """A key was pressed on a message that has the focus; True if it means something there."""
        key, message_id = event.key(), view.message.id
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return False
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and message_id in self.context.alternatives:
            self._transcript.alternativeRequested.emit(message_id, 1 if key == Qt.Key.Key_Right else -1)
            return True
        if not self._transcript.reading.keys.is_seen:  # a click took the focus: nobody sees what a letter would act on
            return False
        deed = next((deed for deed in DEEDS if deed.key == key and deed.fits(view)), None)
        if deed is not None:
            self.do(deed.name, message_id)
        return deed is not None

    def _focus_on(self, message_id: str) -> None:
        """A message was reached by keyboard, and has the actions now; "" for none."""
        self._focused = message_id
        self.place()

    def _chosen(self, name: str, message_id: str, _checked: bool = False) -> None:
        self.do(name, message_id)

    def _copy(self, view: MessageView) -> None:
        copy([shown(view)])
        self._confirm("copy", view)

    def _copy_markdown(self, view: MessageView) -> None:
        copy_plain(view.said)
        self._confirm("copy", view)

    def _quote(self, view: MessageView) -> None:
        """The selected words if they are this message's, else all of it."""
        index = self._transcript.stack.index_of(view.message.id)
        chosen = self._transcript.reading.selection
        first, last = chosen.range()
        is_here = not chosen.is_empty and first.message == index == last.message
        text = chosen.text(self._transcript.stack.views) if is_here else view.said
        self._transcript.quoteRequested.emit(text)

    def _confirm(self, name: str, view: MessageView) -> None:
        """Shows for a moment that it is done."""
        for bar in (self._bar, self._last_bar):
            if bar.message_id == view.message.id:
                bar.show_icon(name, done=True)
                QTimer.singleShot(DONE_MS, bar, partial(bar.show_icon, name))

    # -- editing

    def _edit(self, view: MessageView) -> None:
        message_id = view.message.id
        if not view.is_user or view.is_edited:
            return
        self.end_edit()
        box = EditBox(
            self._drafts.get(message_id, view.message.text), self._transcript.viewport(), enter_sends=self.enter_sends
        )
        box.sendRequested.connect(partial(self._transcript.editRequested.emit, message_id))
        box.cancelRequested.connect(self.end_edit)
        box.textChanged.connect(partial(self._keep_draft, message_id))
        box.resized.connect(view.refit)
        self._edited = message_id
        view.begin_edit(lambda: box, box.sizeHint().height())
        self._transcript.show_message(message_id)
        box.editor.setFocus()

    def end_edit(self) -> None:
        """Closes the box; what was written in it is not wanted."""
        message_id, self._edited = self._edited, ""
        self._drafts.pop(message_id, None)
        view = self._transcript.stack.find(message_id)
        if view is not None and view.is_edited:
            view.end_edit()
            self._transcript.setFocus()

    def forget_draft(self, message_id: str) -> None:
        """What was written in place of a question was asked."""
        self._drafts.pop(message_id, None)

    def _keep_draft(self, message_id: str, text: str) -> None:
        self._drafts[message_id] = text

    # -- finding

    def find(self) -> None:
        """Opens the bar; it looks for what is selected, if that is a few words."""
        words = self._transcript.reading.selection.text(self._transcript.stack.views)
        self.find_bar.open(words if words and "\n" not in words and len(words) < 100 else "")

    def find_step(self, step: int) -> None:
        if self.is_finding:
            self.finder.step(step)
        else:
            self.find()

    def escape(self) -> bool:
        """Puts away what lies on top; False if there was nothing."""
        if self.is_finding:
            self.find_bar.close_bar()
        elif self._edited:
            self.end_edit()
        else:
            return False
        return True

    # -- events of the viewport

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._hover(event.position().toPoint())
        elif event.type() == QEvent.Type.Leave and QApplication.activePopupWidget() is None:
            self.hover("")
        elif event.type() == QEvent.Type.Wheel and isinstance(event, QWheelEvent):
            return self._wheel(event)
        return False

    def _hover(self, point: QPoint) -> None:
        stack = self._transcript.stack
        _, y = self._transcript.point_in_content(point)
        index = stack.index_at(y)
        self.hover(stack.views[index].message.id if index < len(stack.views) and y < stack.total else "")

    def _wheel(self, event: QWheelEvent) -> bool:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        if turned := event.angleDelta().y():
            self._transcript.zoomRequested.emit(1 if turned > 0 else -1)
        return True

    # -- bars

    def _put(self, bar: ActionBar, view: MessageView | None) -> None:
        """Moves a bar to a message's lower line; away if that is not on the screen."""
        footer = view.footer if view is not None and not view.is_edited else None
        if view is None or footer is None:
            bar.put_away()
            return
        line, below = footer
        stack = self._transcript.stack
        y = stack.top_of(stack.index_of(view.message.id)) - stack.top + below + FOOTER_GAP
        if not line.measured or not -line.height < y < stack.room:
            bar.put_away()
            return
        if bar.message_id != view.message.id or bar.isHidden():
            bar.show_for(view)
        bar.move(self._transcript.left + line.bar_left(bar.width()), y)
