"""How a row of the conversation list is painted."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.sidebar.model import Roles
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import draw_line

Index = QModelIndex | QPersistentModelIndex
DOT = 8
MORE = 28


class ConversationDelegate(QStyledItemDelegate):
    """One line of plain text; headings small and quiet; a dot where an answer is coming; ⋯ under the mouse."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(Roles.ID) is None:
            _paint_heading(painter, option.rect, index.data())
        else:
            _paint_row(painter, option, index)
        painter.restore()

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(tr("New title of the chat"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(pill(option.rect).adjusted(0, 1, 0, -1))


def row_height() -> int:
    """Headings are as tall as rows, so that a list of thousands needs no measuring."""
    return max(QFontMetrics(theme().font("body")).height() + 2 * SPACE.s, 34)


def pill(rect: QRect) -> QRect:
    """The tinted part of a row."""
    return rect.adjusted(SPACE.s, 1, -SPACE.s, -1)


def more_rect(rect: QRect) -> QRect:
    """Where the ⋯ of a row is."""
    inside = pill(rect)
    return QRect(inside.right() - MORE, inside.top(), MORE, inside.height())


def _paint_heading(painter: QPainter, rect: QRect, text: str) -> None:
    painter.setFont(theme().font("small"))
    painter.setPen(theme().color("text_muted"))
    inside = rect.adjusted(SPACE.l + 2, 0, -SPACE.s, -SPACE.xs - 1)
    painter.drawText(inside, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)


def _paint_row(painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
    state = option.state
    hovered = bool(state & QStyle.StateFlag.State_MouseOver)
    selected = bool(state & QStyle.StateFlag.State_Selected)
    inside = pill(option.rect)
    if selected or hovered:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("selected" if selected else "hover"))
        painter.drawRoundedRect(inside, 8, 8)
    if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme().color("accent"))
        painter.drawRoundedRect(QRectF(inside).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
    text = inside.adjusted(SPACE.s + 2, 0, -SPACE.s, 0)
    if index.data(Roles.STREAMING):
        text.setRight(text.right() - DOT - SPACE.s)
        _paint_dot(painter, QRect(text.right() + SPACE.s, 0, DOT, DOT), inside)
    elif hovered:
        text.setRight(more_rect(option.rect).left())
        _paint_more(painter, more_rect(option.rect))
    _paint_title(painter, text, index.data())


def _paint_title(painter: QPainter, rect: QRect, title: str) -> None:
    painter.setFont(theme().font("body"))
    painter.setPen(theme().color("text"))
    draw_line(painter, rect, title)


def _paint_dot(painter: QPainter, rect: QRect, inside: QRect) -> None:
    rect.moveTop(inside.center().y() - DOT // 2 + 1)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("accent"))
    painter.drawEllipse(rect)


def _paint_more(painter: QPainter, rect: QRect) -> None:
    size = 16
    picture = theme().pixmap("more", "text_muted", size)
    painter.drawPixmap(rect.center().x() - size // 2 + 1, rect.center().y() - size // 2 + 1, picture)
