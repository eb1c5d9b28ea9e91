"""The conversations as rows under date headings. Knows summaries and what streams; asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktopchat.i18n import tr
from desktopchat.ui.sidebar.groups import Period, period

PAGE = 500
"""So many rows are given to the view at a time: it looks at each of them whenever one changes."""

if TYPE_CHECKING:
    from desktopchat.domain.conversation import ConversationSummary

Index = QModelIndex | QPersistentModelIndex


class Roles(IntEnum):
    """What a row says beyond its title."""

    ID = Qt.ItemDataRole.UserRole
    """The conversation's id; None for a heading."""
    STREAMING = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


if TYPE_CHECKING:
    Row = Heading | ConversationSummary


class ConversationModel(QAbstractListModel):
    """Newest first, under headings. With a filter: the titles that hold it, without headings.

    The view gets the rows page by page as it is scrolled; `row_of` counts them all, `reach` makes one of them there.
    What is older than the first page is asked for with `restWanted`, when somebody scrolls or filters that far.
    """

    renameRequested = Signal(str, str)  # noqa: N815 - Qt's way of naming signals
    restWanted = Signal()  # noqa: N815

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[ConversationSummary] = []
        self._rows: list[Row] = []
        self._given = 0
        self._complete = True
        self._places: dict[str, int] = {}
        self._streaming: frozenset[str] = frozenset()
        self._filter = ""

    @property
    def is_complete(self) -> bool:
        """Whether there are no older conversations than those that are known."""
        return self._complete

    def show_all(self, summaries: Iterable[ConversationSummary], *, complete: bool = True) -> None:
        """Replaces everything. Without `complete` there are older ones, which were not read yet."""
        self._all = list(summaries)
        self._complete = complete
        self._rebuild()

    def merge_newest(self, newest: Sequence[ConversationSummary], *, complete: bool) -> None:
        """Puts the newest conversations, as they are now, in place of what was known of that stretch of time.

        `complete` says that there are no others. What is not among them any more is gone.
        """
        known = {summary.id for summary in newest}
        oldest = None if complete or not newest else newest[-1].updated
        rest = [s for s in self._all if oldest is not None and s.updated <= oldest and s.id not in known]
        merged = [*newest, *rest]
        if merged != self._all:
            self.show_all(merged, complete=complete or self._complete)

    def set_title(self, conversation_id: str, title: str) -> None:
        """Shows a new title where the conversation stands."""
        for place, summary in enumerate(self._all):
            if summary.id == conversation_id and summary.title != title:
                self._all[place] = replace(summary, title=title)
                self._rebuild()
                return

    def remove(self, conversation_id: str) -> None:
        self._all = [summary for summary in self._all if summary.id != conversation_id]
        self._rebuild()

    def set_filter(self, text: str) -> None:
        text = text.strip().casefold()
        if text != self._filter:
            self._filter = text
            self._rebuild()
            if text and not self._complete:
                self.restWanted.emit()

    def set_streaming(self, ids: frozenset[str]) -> None:
        """Which conversations have an answer coming."""
        changed, self._streaming = self._streaming ^ ids, ids
        for conversation_id in changed:
            if (row := self._places.get(conversation_id)) is not None and row < self._given:
                self.dataChanged.emit(self.index(row), self.index(row), [Roles.STREAMING])

    def first(self, count: int) -> list[ConversationSummary]:
        """The newest conversations, whatever the filter."""
        return self._all[:count]

    def row_of(self, conversation_id: str) -> int | None:
        return self._places.get(conversation_id)

    def reach(self, row: int) -> None:
        """Gives the view the rows up to and with `row`."""
        most = min(len(self._rows), (row // PAGE + 1) * PAGE)
        if most > self._given:
            self.beginInsertRows(QModelIndex(), self._given, most - 1)
            self._given = most
            self.endInsertRows()

    def summary_at(self, row: int) -> ConversationSummary | None:
        """The conversation in a row; None for a heading or a row that is not there."""
        found = self._rows[row] if 0 <= row < len(self._rows) else None
        return None if isinstance(found, Heading) else found

    def neighbour(self, conversation_id: str, step: int) -> str | None:
        """The id of the conversation `step` places further in the list, going round at its ends."""
        ids = [row.id for row in self._rows if not isinstance(row, Heading)]
        if not ids:
            return None
        if conversation_id not in self._places:
            return ids[0 if step > 0 else -1]
        return ids[(ids.index(conversation_id) + step) % len(ids)]

    def __len__(self) -> int:
        """How many conversations are known, whatever the filter."""
        return len(self._all)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else self._given

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and (self._given < len(self._rows) or not self._complete)

    def fetchMore(self, _parent: Index) -> None:
        if self._given < len(self._rows):
            self.reach(self._given)
        else:
            self.restWanted.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, Heading):
            return row.text if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        return self._summary_data(row, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        summary = self.summary_at(index.row())
        if summary is None or role != Qt.ItemDataRole.EditRole:
            return False
        title = " ".join(str(value).split())
        if title != summary.title:
            self.renameRequested.emit(summary.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.summary_at(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def _summary_data(self, summary: ConversationSummary, role: int) -> Any:
        streaming = summary.id in self._streaming
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return summary.title or tr("New chat")
            case Qt.ItemDataRole.AccessibleTextRole:
                title = summary.title or tr("New chat")
                return tr("{title}, an answer is coming", title=title) if streaming else title
            case Roles.ID:
                return summary.id
            case Roles.STREAMING:
                return streaming
        return None

    def _rebuild(self) -> None:
        self.beginResetModel()
        self._rows = list(self._matching()) if self._filter else _under_headings(self._all)
        self._places = {row.id: at for at, row in enumerate(self._rows) if not isinstance(row, Heading)}
        self._given = min(len(self._rows), max(self._given, PAGE))  # a list that was scrolled stays where it is
        self.endResetModel()

    def _matching(self) -> Iterable[ConversationSummary]:
        words = self._filter.split()
        for summary in self._all:
            title = summary.title.casefold()
            if all(word in title for word in words):
                yield summary


def _under_headings(summaries: Iterable[ConversationSummary]) -> list[Row]:
    """Newest first, so that a period is worked out once and not for each of thousands of rows."""
    today = date.today()  # noqa: DTZ011 - headings are in the reader's own days
    rows: list[Row] = []
    current: Period | None = None
    for summary in summaries:
        if current is None or summary.updated < current.start:
            current = period(summary.updated, today)
            rows.append(Heading(current.heading))
        rows.append(summary)
    return rows
