"""Presets as rows of a list, for the picker, the list behind a slash and the manager. Nothing is chosen here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktopchat.domain.preset import Preset
from desktopchat.i18n import tr
from desktopchat.ui.presets import picture
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import draw_line

Index = QModelIndex | QPersistentModelIndex
MOST_RECENT = 3
PICTURE = 20


class RowKind(IntEnum):
    HEADING = 0
    PRESET = 1
    NOTHING = 2
    """The choice of no preset."""
    NOTE = 3


@dataclass(frozen=True, slots=True)
class PresetRow:
    kind: RowKind
    text: str
    summary: str = ""
    preset: Preset | None = None
    current: bool = False

    @property
    def can_be_chosen(self) -> bool:
        return self.kind in (RowKind.PRESET, RowKind.NOTHING)


def matching(presets: Iterable[Preset], query: str, tag: str = "") -> list[Preset]:
    """Those with all words of the query in name, tags or id; names that begin with it come first."""
    words = query.casefold().split()
    found = [p for p in presets if (not tag or tag in p.tags) and all(w in _searched(p) for w in words)]
    begins = query.casefold().strip()
    return sorted(found, key=lambda p: not p.name.casefold().startswith(begins)) if begins else found


def picker_rows(
    presets: Sequence[Preset], query: str, tag: str, current: str, recent: Sequence[str]
) -> list[PresetRow]:
    """What the picker shows: what was used last, one's own, the program's; one list of what matches a search."""
    found = matching(presets, query, tag)
    if query or tag:
        rows = _rows(found, current)
        return rows or [PresetRow(RowKind.NOTE, tr("No preset is called so."))]
    known = {preset.id: preset for preset in presets}
    used = [known[key] for key in recent if key in known][:MOST_RECENT]
    rows = [PresetRow(RowKind.NOTHING, tr("No preset"), tr("The model answers as it is."), current=not current)]
    rows += _section(tr("Used last"), used, current)
    return rows + plain_rows([preset for preset in found if preset not in used], current)


def plain_rows(presets: Sequence[Preset], current: str = "") -> list[PresetRow]:
    """One row for each, own ones and the program's under their headings."""
    own = [preset for preset in presets if not preset.is_built_in]
    rows = _section(tr("Your own"), own, current)
    return rows + _section(tr("Built in"), [p for p in presets if p.is_built_in], current)


def tags_of(presets: Iterable[Preset], most: int) -> list[str]:
    """The tags that most presets have."""
    counted: dict[str, int] = {}
    for preset in presets:
        for tag in preset.tags:
            counted[tag] = counted.get(tag, 0) + 1
    return sorted(counted, key=lambda tag: -counted[tag])[:most]


def summary(preset: Preset) -> str:
    """A few words on what it does."""
    return " ".join((preset.greeting or preset.system_prompt)[:200].split())


def _section(title: str, presets: Collection[Preset], current: str) -> list[PresetRow]:
    return [PresetRow(RowKind.HEADING, title), *_rows(presets, current)] if presets else []


def _rows(presets: Iterable[Preset], current: str) -> list[PresetRow]:
    return [PresetRow(RowKind.PRESET, p.name, summary(p), p, p.id == current) for p in presets]


def _searched(preset: Preset) -> str:
    return " ".join((preset.name, *preset.tags, preset.id.partition(":")[2])).casefold()


class PresetModel(QAbstractListModel):
    """The rows, as Qt's lists want them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[PresetRow] = []

    def show(self, rows: list[PresetRow]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, at: int) -> PresetRow | None:
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def row_of(self, preset_id: str) -> int:
        """Where the preset stands, -1 where it does not."""
        found = (at for at, row in enumerate(self._rows) if row.preset is not None and row.preset.id == preset_id)
        return next(found, -1)

    def next_choice(self, at: int, step: int) -> int:
        """The next row from `at` that can be chosen; `at` itself where there is none."""
        following = at + step
        while 0 <= following < len(self._rows):
            if self._rows[following].can_be_chosen:
                return following
            following += step
        return at

    def first_choice(self) -> int:
        """The current one, else the first that can be chosen."""
        choices = [at for at, row in enumerate(self._rows) if row.can_be_chosen]
        return next((at for at in choices if self._rows[at].current), choices[0] if choices else -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row())
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tr("{preset}, chosen", preset=row.text) if row.current else row.text
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return row.summary
        return row if role == Qt.ItemDataRole.UserRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row(index.row())
        if row is None or not row.can_be_chosen:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class PresetDelegate(QStyledItemDelegate):
    """A picture, the name, and below it what the preset does; headings small and quiet."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        row: PresetRow = index.data(Qt.ItemDataRole.UserRole)
        small = QFontMetrics(theme().font("small")).height()
        if not row.can_be_chosen:
            return QSize(120, small + 14)
        body = QFontMetrics(theme().font("body")).height()
        return QSize(120, body + small + 2 + 2 * SPACE.s)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PresetRow = index.data(Qt.ItemDataRole.UserRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.can_be_chosen:
            _paint_ground(painter, option)
            _paint_choice(painter, option.rect, row)
        else:
            painter.setFont(theme().font("small"))
            painter.setPen(theme().color("text_muted"))
            draw_line(painter, option.rect.adjusted(SPACE.s, 4, -SPACE.s, 0), row.text)
        painter.restore()


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    chosen = option.state & QStyle.StateFlag.State_Selected
    if chosen or option.state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("selected" if chosen else "hover"))
        painter.drawRoundedRect(option.rect, 6, 6)


def _paint_choice(painter: QPainter, rect: QRect, row: PresetRow) -> None:
    icon = row.preset.icon if row.preset is not None else "minus"
    at = QRect(rect.left() + SPACE.s, rect.top() + (rect.height() - PICTURE) // 2, PICTURE, PICTURE)
    picture.draw(painter, at, icon, "accent" if row.current else "text_muted")
    body = QFontMetrics(theme().font("body")).height()
    words = rect.adjusted(2 * SPACE.s + PICTURE + SPACE.xs, SPACE.s, -(28 if row.current else SPACE.s), -SPACE.s)
    painter.setFont(theme().font("body"))
    painter.setPen(theme().color("text"))
    draw_line(painter, QRect(words.left(), words.top(), words.width(), body), row.text, at_top=True)
    painter.setFont(theme().font("small"))
    painter.setPen(theme().color("text_muted"))
    below = QRect(words.left(), words.top() + body + 2, words.width(), words.height() - body - 2)
    draw_line(painter, below, row.summary, at_top=True)
    if row.current:
        tick = rect.adjusted(rect.width() - 24, (rect.height() - 16) // 2, 0, 0)
        painter.drawPixmap(tick.topLeft(), theme().pixmap("check", "accent", 16))
