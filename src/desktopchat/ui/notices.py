"""What the program says by itself: the banner that stays while there is trouble, and the toast that goes away."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktopchat.domain.errors import Failure
from desktopchat.i18n import render, tr
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import IconButton, IconLabel, button, label

TOAST_MS = 8000


class Banner(QFrame):
    """Trouble that lasts, and one thing to do about it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setProperty("role", "banner")
        self._do: Callable[[], object] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.l, SPACE.s, SPACE.s, SPACE.s)
        row.setSpacing(SPACE.s)
        self._text = label("", font_role="strong")
        self._hint = label("", "muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._text)
        words.addWidget(self._hint)
        self._button = button("")
        self._button.clicked.connect(self._act)
        close = IconButton("close", tr("Close"), parent=self)
        close.clicked.connect(self.hide)
        row.addWidget(IconLabel("warning", "warning", parent=self), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._button)
        row.addWidget(close)
        self.hide()

    def show_trouble(self, failure: Failure, action: str = "", do: Callable[[], object] | None = None) -> None:
        """Says what happened and what to do; `action` names a button that calls `do`."""
        self._text.setText(render(failure.message))
        self._hint.setText(render(failure.hint) if failure.hint else "")
        self._hint.setVisible(failure.hint is not None)
        self._do = do
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self.setAccessibleName(f"{self._text.text()} {self._hint.text()}")
        self.show()

    def _act(self) -> None:
        if self._do is not None:
            self._do()


class Toast(QFrame):
    """A short word just above `anchor`, with one button. It stays while the mouse or the keyboard is on it."""

    def __init__(self, over: QWidget, anchor: QWidget) -> None:
        super().__init__(over)
        self._anchor = anchor
        self.setObjectName("toast")
        self.setProperty("role", "toast")
        self._over = over
        self._do: Callable[[], object] | None = None
        self._timer = QTimer(self, singleShot=True, interval=TOAST_MS)
        self._timer.timeout.connect(self._time_is_up)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.l, SPACE.s, SPACE.s, SPACE.s)
        row.setSpacing(SPACE.m)
        self._text = label("", wrap=False)
        self.button = QPushButton()
        self.button.setObjectName("toastButton")
        self.button.clicked.connect(self._act)
        self.second = QPushButton()
        self.second.setObjectName("toastSecondButton")
        self.second.clicked.connect(self._act_second)
        self._do_second: Callable[[], object] | None = None
        row.addWidget(self._text)
        row.addWidget(self.button)
        row.addWidget(self.second)
        over.installEventFilter(self)
        anchor.installEventFilter(self)
        self.hide()

    def show_text(self, text: str, action: str = "", do: Callable[[], object] | None = None) -> None:
        """Shows `text` for 8 s; the button `action` calls `do` and ends it."""
        self._do, self._do_second = do, None
        self.second.hide()
        self._text.setWordWrap(False)
        self._text.setText(text)
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def show_second(self, text: str, action: str, do: Callable[[], object]) -> None:
        """Adds words and a second button to what is shown; it stays as long as a new one would."""
        self._do_second = do
        self._text.setText(f"{self._text.text()}. {text}")
        self.second.setText(action)
        self.second.show()
        self.setAccessibleName(self._text.text())
        self._place()
        self.show()
        self._timer.start()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        most = self._over.width() - 2 * SPACE.l
        if self._row.sizeHint().width() > most:
            self._text.setWordWrap(True)
            self.setFixedWidth(most)
        else:
            self.setMinimumWidth(0)
            self.setMaximumWidth(16_777_215)
        self.adjustSize()
        self.move((self._over.width() - self.width()) // 2, self._anchor.y() - self.height() - SPACE.s)

    def _time_is_up(self) -> None:
        if self.underMouse() or self.button.hasFocus() or self.second.hasFocus():
            self._timer.start(1000)
        else:
            self.hide()

    def _act_second(self) -> None:
        self._do, self._do_second = self._do_second, None
        self._act()

    def _act(self) -> None:
        do, self._do = self._do, None
        self.hide()
        if do is not None:
            do()
