"""Small widgets that several parts of the window use."""

from html import escape

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QFrame,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from desktopchat.i18n import render
from desktopchat.ui.actions import BY_NAME, tooltip
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE

BUTTON_SIZE = 36


class IconButton(QToolButton):
    """A button with one of our icons, which keeps the theme's colour. It has a name for those who cannot see it."""

    def __init__(self, icon: str, name: str, *, color: str = "text_muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._color = icon, color
        self.setAutoRaise(True)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._dress()
        theme().changed.connect(self._dress)

    @classmethod
    def for_command(cls, command: str, parent: QWidget | None = None) -> "IconButton":
        """A button for a row of the commands' table: its icon, its title, its shortcut in the tooltip."""
        row = BY_NAME[command]
        button = cls(row.icon, render(row.title), parent=parent)
        button.setToolTip(tooltip(command))
        return button

    def set_icon(self, icon: str, color: str | None = None) -> None:
        self._icon, self._color = icon, color or self._color
        self._dress()

    def _dress(self) -> None:
        scale = theme().icon_scale
        size = round(20 * scale)
        self.setIconSize(QSize(size, size))
        self.setFixedSize(round(BUTTON_SIZE * scale), round(BUTTON_SIZE * scale))
        self.setIcon(theme().icon(self._icon, self._color, size))


def icon_before_text(control: QAbstractButton, name: str, color: str = "text", size: int = 16) -> None:
    """Gives a button an icon with room between it and the text: styles leave four pixels, and no more."""
    picture = theme().pixmap(name, color, size)
    scale = picture.devicePixelRatio()
    wide = QPixmap(picture.width() + round(SPACE.s * scale), picture.height())
    wide.setDevicePixelRatio(scale)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    control.setIconSize(wide.deviceIndependentSize().toSize())
    control.setIcon(QIcon(wide))


def draw_line(painter: QPainter, rect: QRect, text: str, *, at_top: bool = False) -> None:
    """One line of text, shortened to fit. Letters of a further font (Chinese beside Latin) do not move its baseline."""
    metrics = painter.fontMetrics()
    line = metrics.elidedText(" ".join(text.split()), Qt.TextElideMode.ElideRight, rect.width())
    top = rect.top() if at_top else rect.top() + (rect.height() - metrics.height()) // 2
    painter.drawText(QPoint(rect.left(), top + metrics.ascent()), line)


class IconLabel(QLabel):
    """A picture in a line of text."""

    def __init__(self, icon: str, color: str = "text_muted", size: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._color, self._size = icon, color, size
        self.setFixedSize(size, size)
        self._dress()
        theme().changed.connect(self._dress)

    def _dress(self) -> None:
        self.setPixmap(theme().pixmap(self._icon, self._color, self._size))


class ElidedLabel(QWidget):
    """One line of plain text that ends in … where there is no room."""

    doubleClicked = Signal()  # noqa: N815 - Qt's way of naming signals

    def __init__(self, text: str = "", font_role: str = "body", color: str = "text") -> None:
        super().__init__()
        self._text, self._role, self._color = text, font_role, color
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._name()
        theme().changed.connect(self.updateGeometry)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        if text != self._text:
            self._text = " ".join(text.split())
            self._name()
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = self._metrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self._metrics().height() + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme().font(self._role))
        painter.setPen(theme().color(self._color))
        draw_line(painter, self.rect(), self._text)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.doubleClicked.emit()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        cut = self._metrics().horizontalAdvance(self._text) > self.width()
        self.setToolTip(_plain_tooltip(self._text) if cut else "")

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(theme().font(self._role))

    def _name(self) -> None:
        self.setAccessibleName(self._text)


def _plain_tooltip(text: str) -> str:
    """Text from outside for a tooltip, which would otherwise read it as HTML."""
    return f"<qt>{escape(text)}</qt>"


def label(text: str, role: str = "", font_role: str = "body", *, wrap: bool = True) -> QLabel:
    """Plain text in a font of the theme; `role` picks its colour in the stylesheet."""
    made = ThemedLabel(text, font_role)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


class ThemedLabel(QLabel):
    """A label of plain text whose font follows the theme."""

    def __init__(self, text: str, font_role: str) -> None:
        super().__init__(text)
        self._role = font_role
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._dress()
        theme().changed.connect(self._dress)

    def _dress(self) -> None:
        self.setFont(theme().font(self._role))


def button(text: str, role: str = "") -> QPushButton:
    """A push button; `role` is "", "primary" or "link"."""
    made = QPushButton(text)
    if role:
        made.setProperty("role", role)
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor if role == "link" else Qt.CursorShape.ArrowCursor)
    return made


def padded(field: QAbstractSpinBox) -> None:
    """Gives a number's field the room at its left that the stylesheet gives to others (it does not reach this one)."""
    field.lineEdit().setTextMargins(SPACE.s, 0, 0, 0)


def line() -> QFrame:
    """A thin line between things."""
    made = QFrame()
    made.setProperty("role", "line")
    made.setFixedHeight(1)
    return made


def restyle(widget: QWidget) -> None:
    """Makes the stylesheet look at a changed property again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
