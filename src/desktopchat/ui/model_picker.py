"""The choice of who answers: every provider with its models, searchable, and room for a model's name of one's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from html import escape
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktopchat.domain.provider import ModelInfo, ProviderConfig
from desktopchat.domain.text import Text
from desktopchat.i18n import render, tr
from desktopchat.ui.popup import Popup
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, line

Index = QModelIndex | QPersistentModelIndex
WIDTH, HEIGHT = 380, 440


class RowKind(IntEnum):
    HEADING = 0
    MODEL = 1
    NOTE = 2
    OWN = 3
    """A name that the user typed and no list has."""


@dataclass(frozen=True, slots=True)
class PickerRow:
    kind: RowKind
    text: str
    provider_id: str = ""
    model: str = ""
    current: bool = False


@dataclass(slots=True)
class Offer:
    """One provider and what is known of its models: None while they are fetched."""

    config: ProviderConfig
    models: Sequence[ModelInfo] | None = None
    problem: Text | None = None
    ids: list[str] = field(default_factory=list)

    def model_ids(self) -> list[str]:
        """The configured model first, then the endpoint's own list."""
        own = [self.config.model] if self.config.model else []
        return [*own, *(model.id for model in self.models or () if model.id not in own)]


def rows(offers: Iterable[Offer], query: str, current: tuple[str, str]) -> list[PickerRow]:
    """What the list shows for a query: matching models under their providers, then the query itself as a name."""
    words = query.casefold().split()
    found: list[PickerRow] = []
    exact = False
    offers = list(offers)
    for offer in offers:
        name = offer.config.name.casefold()
        matching = [m for m in offer.model_ids() if all(w in m.casefold() or w in name for w in words)]
        exact = exact or query in matching
        found.extend(_section(offer, matching, words, current))
    if query and not exact:
        found.extend(_own_name(offers, query, current))
    return found


def _section(offer: Offer, models: list[str], words: list[str], current: tuple[str, str]) -> list[PickerRow]:
    provider_id = offer.config.id
    section = [PickerRow(RowKind.MODEL, m, provider_id, m, current == (provider_id, m)) for m in models]
    if not words and offer.problem is not None:
        section.append(PickerRow(RowKind.NOTE, render(offer.problem)))
    elif not words and offer.models is None:
        section.append(PickerRow(RowKind.NOTE, tr("Asking for the list of models…")))
    return [PickerRow(RowKind.HEADING, offer.config.name), *section] if section else []


def _own_name(offers: list[Offer], query: str, current: tuple[str, str]) -> list[PickerRow]:
    """The typed name with each provider, the current one first; the demo knows only its own names."""
    real = [o for o in offers if o.config.kind != "demo"] or offers
    ordered = sorted(real, key=lambda offer: offer.config.id != current[0])
    head = PickerRow(RowKind.HEADING, tr("Use the name as typed"))
    texts = [tr("{model} with {provider}", model=query, provider=o.config.name) for o in ordered]
    return [head, *(PickerRow(RowKind.OWN, t, o.config.id, query) for t, o in zip(texts, ordered, strict=True))]


class ModelPicker(Popup):
    """Emits the provider's id and the model's name that were chosen."""

    chosen = Signal(str, str)
    addRequested = Signal()  # noqa: N815 - Qt's way of naming signals
    manageRequested = Signal()  # noqa: N815

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("modelPopup")
        self.setAccessibleName(tr("Choose the model"))
        self._offers: list[Offer] = []
        self._current = ("", "")
        self._build()

    def show_offers(self, offers: Sequence[Offer], current: tuple[str, str]) -> None:
        """Shows these providers; `current` is the provider's id and model that answer now."""
        self._offers, self._current = list(offers), current
        self._search.clear()
        self._refresh()
        self._search.setFocus()

    def refresh(self) -> None:
        """An offer has changed."""
        self._refresh(keep=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._steer(event)
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        self.setFixedSize(WIDTH, HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.s, SPACE.s, SPACE.s, SPACE.s)
        column.setSpacing(SPACE.s)
        self._search = QLineEdit()
        self._search.setObjectName("modelSearch")
        self._search.setPlaceholderText(tr("Search, or type a model’s name"))
        self._search.setAccessibleName(tr("Search models"))
        self._search.textChanged.connect(self._refresh)
        self._search.installEventFilter(self)
        self._model = PickerModel(self)
        self._list = QListView()
        self._list.setObjectName("modelList")
        self._list.setAccessibleName(tr("Models"))
        self._list.setModel(self._model)
        self._list.setItemDelegate(PickerDelegate(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(self._choose)
        self._list.activated.connect(self._choose)
        column.addWidget(self._search)
        column.addWidget(self._list, 1)
        column.addWidget(line())
        column.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        add = button(tr("Add a provider…"), "link")
        add.clicked.connect(self._add)
        manage = button(tr("Providers…"), "link")
        manage.clicked.connect(self._manage)
        foot.addWidget(add)
        foot.addStretch(1)
        foot.addWidget(manage)
        return foot

    def _steer(self, event: QKeyEvent) -> bool:
        """The arrows move in the list while the field keeps the focus."""
        match event.key():
            case Qt.Key.Key_Down:
                self._step(1)
            case Qt.Key.Key_Up:
                self._step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._choose(self._list.currentIndex())
            case _:
                return False
        return True

    def _step(self, step: int) -> None:
        row = self._model.next_choice(self._list.currentIndex().row(), step)
        if row is not None:
            self._list.setCurrentIndex(self._model.index(row))
            self._list.scrollTo(self._model.index(row))

    def _refresh(self, _text: str = "", *, keep: bool = False) -> None:
        place = self._list.currentIndex().row() if keep else -1
        found = rows(self._offers, self._search.text().strip(), self._current)
        self._model.show(found)
        first = place if keep and place >= 0 else self._first_row(found)
        if 0 <= first < len(found):
            self._list.setCurrentIndex(self._model.index(first))
            self._list.scrollTo(self._model.index(max(0, first - 1)))

    def _first_row(self, found: list[PickerRow]) -> int:
        """The row to start from: the current model, or the first one that can be chosen."""
        choices = [at for at, row in enumerate(found) if row.model]
        return next((at for at in choices if found[at].current), choices[0] if choices else -1)

    def _choose(self, index: QModelIndex) -> None:
        row = self._model.row(index.row())
        if row is not None and row.model:
            self.close()
            self.chosen.emit(row.provider_id, row.model)

    def _add(self) -> None:
        self.close()
        self.addRequested.emit()

    def _manage(self) -> None:
        self.close()
        self.manageRequested.emit()


class PickerModel(QAbstractListModel):
    """The rows, as Qt's lists want them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[PickerRow] = []

    def show(self, found: list[PickerRow]) -> None:
        self.beginResetModel()
        self._rows = found
        self.endResetModel()

    def row(self, at: int) -> PickerRow | None:
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def next_choice(self, at: int, step: int) -> int | None:
        """The next row from `at` that can be chosen."""
        at += step
        while 0 <= at < len(self._rows):
            if self._rows[at].model:
                return at
            at += step
        return None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row())
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tr("{model}, chosen", model=row.text) if row.current else row.text
        if role == Qt.ItemDataRole.ToolTipRole and row.kind == RowKind.NOTE:
            return f"<qt>{escape(row.text)}</qt>"
        return row if role == Qt.ItemDataRole.UserRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row(index.row())
        if row is None or not row.model:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class PickerDelegate(QStyledItemDelegate):
    """Headings small and quiet, models with a tick at the current one."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, max(QFontMetrics(theme().font("body")).height() + 12, 30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PickerRow = index.data(Qt.ItemDataRole.UserRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = option.state & QStyle.StateFlag.State_Selected
        if row.model and option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("selected" if chosen else "hover"))
            painter.drawRoundedRect(option.rect, 6, 6)
        quiet = row.kind in (RowKind.HEADING, RowKind.NOTE)
        painter.setFont(theme().font("small" if quiet else "body"))
        painter.setPen(theme().color("text_muted" if quiet else "text"))
        text = option.rect.adjusted(SPACE.s if row.kind == RowKind.HEADING else SPACE.l, 0, -28, 0)
        end = Qt.TextElideMode.ElideRight if quiet else Qt.TextElideMode.ElideMiddle
        words = painter.fontMetrics().elidedText(row.text, end, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, words)
        if row.current:
            tick = option.rect.adjusted(option.rect.width() - 24, (option.rect.height() - 16) // 2, 0, 0)
            painter.drawPixmap(tick.topLeft(), theme().pixmap("check", "accent", 16))
        painter.restore()
