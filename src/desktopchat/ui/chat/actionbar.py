"""The small buttons below one message. One bar goes from message to message; it belongs to none."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from desktopchat.i18n import render, tr
from desktopchat.ui.chat.deeds import BY_NAME, DEEDS
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.parts import bar_height, icon_size
from desktopchat.ui.theme import theme

MORE = "more"
FADE = 14
"""Pixels at the left where what lies below the bar fades out."""


class ActionBar(QWidget):
    """Calls `do(name, message id)`; `MORE` is a name, too."""

    def __init__(self, parent: QWidget, do: Callable[[str, str], object]) -> None:
        super().__init__(parent)
        self.setObjectName("actionBar")
        self.setAccessibleName(tr("Message"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._do = do
        self.message_id = ""
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(FADE, 0, 4, 0)
        row.setSpacing(2)
        for deed in DEEDS:
            if deed.in_bar:
                self._add(deed.name, render(deed.title), render(deed.tip or deed.title))
        self._add(MORE, tr("More"), tr("More"))
        self.dress()
        self.hide()

    @property
    def more(self) -> QToolButton:
        return self._buttons[MORE]

    def button(self, name: str) -> QToolButton:
        return self._buttons[name]

    def show_for(self, view: MessageView) -> None:
        """Shows what can be done with this message."""
        self.message_id = view.message.id
        for deed in DEEDS:
            if deed.in_bar:
                self._buttons[deed.name].setVisible(deed.fits(view))
        self.adjustSize()
        self.show()
        self.raise_()

    def put_away(self) -> None:
        self.message_id = ""
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ground of the window, which begins softly: in a narrow one it may lie over the end of the words."""
        ground, soft = theme().color("window"), QLinearGradient(0, 0, FADE, 0)
        clear = QColor(ground)
        clear.setAlpha(0)
        soft.setColorAt(0, clear)
        soft.setColorAt(1, ground)
        QPainter(self).fillRect(self.rect(), soft)

    def _add(self, name: str, title: str, tip: str) -> None:
        button = QToolButton(self)
        button.setObjectName(f"messageAction_{name}")
        button.setAccessibleName(title)
        button.setToolTip(tip)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setStyleSheet("padding: 0;")
        button.clicked.connect(partial(self._clicked, name))
        self._buttons[name] = button
        layout = self.layout()
        if layout is not None:
            layout.addWidget(button)

    def _clicked(self, name: str, _checked: bool = False) -> None:
        if self.message_id:
            self._do(name, self.message_id)

    def dress(self) -> None:
        """Colours or sizes are others now."""
        for name, button in self._buttons.items():
            button.setIconSize(QSize(icon_size(), icon_size()))
            button.setFixedSize(bar_height() + 2, bar_height())
            self.show_icon(name)
        self.adjustSize()

    def show_icon(self, name: str, *, done: bool = False) -> None:
        """The button's own icon, or that it has done its work."""
        icon = "more" if name == MORE else BY_NAME[name].icon
        picture = ("check", "success") if done else (icon, "text_muted")
        self._buttons[name].setIcon(theme().icon(*picture, icon_size()))
