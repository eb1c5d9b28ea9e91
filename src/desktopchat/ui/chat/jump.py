"""The round button that leads to the end of the conversation."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QToolButton

from desktopchat.i18n import tr
from desktopchat.ui.theme import theme

SIZE = 38


class JumpButton(QToolButton):
    """An arrow down; with words beside it once new text has come below."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self._has_news = False
        self.setObjectName("jumpToEndButton")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tr("Go to the end (End)"))
        self.forget()

    def forget(self) -> None:
        self._has_news = False
        self._fit()
        self.hide()

    def new_text_came(self) -> None:
        if not self._has_news:
            self._has_news = True
            self._fit()

    def show_if(self, wanted: bool) -> None:
        if not wanted:
            self.forget()
        elif not self.isVisible():
            self.place()
            self.show()
            self.raise_()

    def place(self) -> None:
        viewport = self._area.viewport().geometry()
        self.move(viewport.center().x() - self.width() // 2, viewport.bottom() - self.height() - 12)

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(tr("New text")) + 16 if self._has_news else 0
        return QSize(SIZE + words, SIZE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme().color("accent" if self.hasFocus() else "border"), 2 if self.hasFocus() else 1))
        painter.setBrush(theme().color("hover" if self.underMouse() else "surface_raised"))
        painter.drawRoundedRect(shape, shape.height() / 2, shape.height() / 2)
        painter.drawPixmap(9, (self.height() - 20) // 2, theme().pixmap("arrow-down", "text", 20))
        if self._has_news:
            painter.setPen(theme().color("text"))
            painter.setFont(self.font())
            painter.drawText(self.rect().adjusted(34, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter, tr("New text"))

    def _fit(self) -> None:
        self.setAccessibleName(tr("New text below: go to the end") if self._has_news else tr("Go to the end"))
        self.resize(self.sizeHint())
        self.place()
        self.update()
