"""What the full-text search found: a title and a piece of the message, with the words that were searched marked."""

from collections.abc import Sequence
from enum import IntEnum
from html import escape
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktopchat.domain.message import Role
from desktopchat.domain.search import SearchHit
from desktopchat.i18n import tr
from desktopchat.ui.sidebar.delegate import pill
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import draw_line

Index = QModelIndex | QPersistentModelIndex
SNIPPET_LINES = 2


class HitRoles(IntEnum):
    HIT = Qt.ItemDataRole.UserRole


class HitModel(QAbstractListModel):
    """Search hits, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: list[SearchHit] = []

    def show(self, hits: Sequence[SearchHit]) -> None:
        self.beginResetModel()
        self._hits = list(hits)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        hit = self._hits[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return hit.snippet
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{hit.conversation_title}: {hit.snippet}"
            case Qt.ItemDataRole.ToolTipRole:
                return f"<qt>{escape(hit.snippet)}</qt>"
            case HitRoles.HIT:
                return hit
        return None


class HitDelegate(QStyledItemDelegate):
    """The conversation's title, who spoke, and up to two lines of the message."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        small = QFontMetrics(theme().font("small")).lineSpacing()
        body = QFontMetrics(theme().font("body")).lineSpacing()
        return QSize(120, body + SNIPPET_LINES * small + 2 * SPACE.s + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hit = index.data(HitRoles.HIT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected))
        inside = pill(option.rect)
        if hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("hover"))
            painter.drawRoundedRect(inside, 8, 8)
        text = inside.adjusted(SPACE.s + 2, SPACE.s - 2, -SPACE.s, -SPACE.xs)
        _paint_title(painter, text, hit)
        _paint_snippet(painter, text, hit)
        painter.restore()


class HitList(QListView):
    """The hits; emits the one that is chosen."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hits = HitModel(self)
        self.setObjectName("searchHits")
        self.setAccessibleName(tr("Messages found"))
        self.setModel(self.hits)
        self.setItemDelegate(HitDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    def _choose(self, index: QModelIndex) -> None:
        if hit := index.data(HitRoles.HIT):
            self.chosen.emit(hit)


def _paint_title(painter: QPainter, rect: QRect, hit: SearchHit) -> None:
    painter.setFont(theme().font("body"))
    painter.setPen(theme().color("text"))
    title = hit.conversation_title or tr("New chat")
    draw_line(painter, rect, title, at_top=True)


def _paint_snippet(painter: QPainter, rect: QRect, hit: SearchHit) -> None:
    """Lays the snippet out in two lines; the highlights are in bold, so colour is not all that marks them."""
    who = tr("You: ") if hit.role is Role.USER else ""
    layout = QTextLayout(who + hit.snippet.replace("\n", " "), theme().font("small"))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats([_marked(start + len(who), end + len(who)) for start, end in hit.highlights])
    layout.beginLayout()
    height, step = 0.0, QFontMetrics(theme().font("small")).lineSpacing()  # Chinese letters do not push lines apart
    for _ in range(SNIPPET_LINES):
        line: QTextLine = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(rect.width())
        line.setPosition(QPointF(0, height))
        height += step
    layout.endLayout()
    painter.setPen(theme().color("text_muted"))
    layout.draw(painter, QPointF(rect.left(), rect.top() + QFontMetrics(theme().font("body")).lineSpacing() + 2))


def _marked(start: int, end: int) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start, found.length = start, max(0, end - start)
    form = QTextCharFormat()
    form.setFontWeight(700)
    form.setForeground(theme().color("text"))
    found.format = form
    return found
