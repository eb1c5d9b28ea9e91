"""The card below an answer that has not begun because of an error: when the question is sent again, and what to do."""

import time

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from desktopchat.domain.errors import Failure
from desktopchat.i18n import tr
from desktopchat.ui.chat import wording
from desktopchat.ui.chat.parts import icon_size
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import RADIUS, SPACE
from desktopchat.ui.widgets import ElidedLabel

TICK_MS = 200


class Countdown(QWidget):
    """Counts the seconds down to `until` (monotonic). It sends nothing: whoever has the answer does."""

    nowRequested = Signal()  # noqa: N815 - Qt's way of naming signals
    giveUpRequested = Signal()  # noqa: N815

    def __init__(self, failure: Failure, until: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("retryCard")
        self._kind = wording.kind(failure)
        self._until = until
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.l, SPACE.s, SPACE.s, SPACE.s)
        row.setSpacing(SPACE.s)
        picture = QLabel()
        picture.setPixmap(theme().pixmap("clock", "warning", icon_size()))
        self.words = ElidedLabel("", color="warning")
        row.addWidget(picture)
        row.addWidget(self.words, 1)
        self.now = _button("tryNowButton", tr("Try now"), tr("Send the question again without waiting"))
        self.now.clicked.connect(self.nowRequested)
        self.give_up = _button("giveUpButton", tr("Cancel"), tr("Do not send the question again"))
        self.give_up.clicked.connect(self.giveUpRequested)
        row.addWidget(self.now)
        row.addWidget(self.give_up)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)
        self._tick()

    def heightForWidth(self, _width: int) -> int:
        return self.sizeHint().height()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("warning_surface"))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS.card, RADIUS.card)

    def _tick(self) -> None:
        self.words.set_text(wording.retrying(self._kind, self._until - time.monotonic()))
        self.setAccessibleName(self.words.text())


def _button(name: str, title: str, tip: str) -> QPushButton:
    made = QPushButton(title)
    made.setObjectName(name)
    made.setToolTip(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
