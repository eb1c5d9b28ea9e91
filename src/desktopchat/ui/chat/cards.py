"""The widgets that stand between painted text: the error card, what to do about half an answer, the folded thoughts."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktopchat.domain.errors import Failure
from desktopchat.i18n import render, tr
from desktopchat.ui.chat import wording
from desktopchat.ui.chat.look import look
from desktopchat.ui.chat.parts import icon_size
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import RADIUS, SPACE
from desktopchat.ui.widgets import label


class ErrorCard(QWidget):
    """What happened, what it means, what to do; the other side's own words behind a button."""

    retryRequested = Signal()  # noqa: N815 - Qt's way of naming signals
    continueRequested = Signal()  # noqa: N815
    resized = Signal()

    def __init__(self, failure: Failure, parent: QWidget | None = None, *, may_go_on: bool = False) -> None:
        super().__init__(parent)
        self._failure = failure
        self._may_go_on = may_go_on
        self.setObjectName("errorCard")
        self.setAccessibleName(tr("Error: {kind}", kind=wording.kind(failure)))
        self.setAccessibleDescription(render(failure.message))
        self._details = self._label(wording.details(failure), "text_muted", "code")
        self._details.hide()
        self._build()

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return -1 if layout is None else layout.totalHeightForWidth(width)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        line = theme().color("error")
        line.setAlphaF(0.35)
        painter.setPen(QPen(line, 1))
        painter.setBrush(theme().color("error_surface"))
        painter.drawRoundedRect(ground, RADIUS.card, RADIUS.card)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.l, SPACE.m + 2, SPACE.l, SPACE.m)
        row.setSpacing(SPACE.m)
        picture = QLabel()
        picture.setPixmap(theme().pixmap("error", "error", icon_size() + 2))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(SPACE.xs)
        row.addLayout(column, 1)
        column.addWidget(self._label(wording.kind(self._failure), "error", "strong"))
        column.addWidget(self._label(render(self._failure.message), "text"))
        if self._failure.hint is not None:
            column.addWidget(self._label(render(self._failure.hint), "text_muted"))
        column.addSpacing(SPACE.xs)
        column.addLayout(self._buttons())
        column.addWidget(self._details)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE.s)
        if self._may_go_on:
            go_on = _continue_button()
            go_on.clicked.connect(self.continueRequested)
            row.addWidget(go_on)
        self.retry = _retry_button()
        self.retry.clicked.connect(self.retryRequested)
        self.more = QPushButton(tr("Details"))
        self.more.setCheckable(True)
        self.more.toggled.connect(self._show_details)
        self.copy = QPushButton(tr("Copy"))
        self.copy.setAccessibleName(tr("Copy the details"))
        self.copy.clicked.connect(self._copy)
        self.copy.hide()
        for button in (self.retry, self.more, self.copy):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _label(self, text: str, colour: str, role: str = "body") -> QLabel:
        made = QLabel(text)
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setWordWrap(True)
        made.setFont(theme().font(role))
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        made.setStyleSheet(f"color: {theme().color(colour).name()}; background: transparent;")
        policy = made.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        made.setSizePolicy(policy)
        return made

    def _show_details(self, shown: bool) -> None:
        self._details.setVisible(shown)
        self.copy.setVisible(shown)
        self.resized.emit()

    def _copy(self) -> None:
        lines = [wording.kind(self._failure), render(self._failure.message), wording.details(self._failure)]
        QGuiApplication.clipboard().setText("\n".join(lines))


class Unfinished(QWidget):
    """That an answer is not whole, and what can be done about it."""

    retryRequested = Signal()  # noqa: N815 - Qt's way of naming signals
    continueRequested = Signal()  # noqa: N815

    def __init__(self, words: str, parent: QWidget | None = None, *, may_go_on: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("unfinishedCard")
        self.setAccessibleName(words)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.l, SPACE.s, SPACE.s, SPACE.s)
        row.setSpacing(SPACE.s)
        picture = QLabel()
        picture.setPixmap(theme().pixmap("warning", "warning", icon_size()))
        row.addWidget(picture)
        row.addWidget(label(words, "warning", wrap=False))
        row.addStretch(1)
        if may_go_on:
            go_on = _continue_button()
            go_on.clicked.connect(self.continueRequested)
            row.addWidget(go_on)
        retry = _retry_button()
        retry.clicked.connect(self.retryRequested)
        row.addWidget(retry)

    def heightForWidth(self, _width: int) -> int:
        return self.sizeHint().height()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("warning_surface"))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS.card, RADIUS.card)


def _retry_button() -> QPushButton:
    made = QPushButton(tr("Retry"))
    made.setObjectName("retryButton")
    made.setToolTip(tr("Ask again (Ctrl+R)"))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def _continue_button() -> QPushButton:
    made = QPushButton(tr("Continue"))
    made.setObjectName("continueButton")
    made.setToolTip(tr("Go on where the answer ends"))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


class Fold(QToolButton):
    """The heading of something folded: a chevron and a few words. Space and Enter turn it, as a click does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reasoningButton")
        self.setCheckable(True)
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme().font("small"))
        self.toggled.connect(self._dress)
        self._dress()

    def show_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(theme().color("accent"), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS.control, RADIUS.control)
        size = icon_size()
        self.icon().paint(painter, 2, (self.height() - size) // 2, size, size)
        painter.setPen(look().color("text_muted"))
        painter.setFont(self.font())
        painter.drawText(self.rect().adjusted(size + 8, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, self.text())

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self.text()) + icon_size() + 18
        return QSize(wide, self.fontMetrics().height() + 12)

    def _dress(self) -> None:
        icon = "chevron-down" if self.isChecked() else "chevron-right"
        self.setIcon(theme().icon(icon, "text_muted", icon_size()))
