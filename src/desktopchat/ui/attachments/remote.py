"""The window of the files at a provider: what is there, who uses it, and taking it away from there."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from desktopchat.domain.errors import Failure
from desktopchat.i18n import ntr, render, tr
from desktopchat.ui.chat import wording
from desktopchat.ui.dialogs.base import Dialog
from desktopchat.ui.doing import start
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label, restyle

if TYPE_CHECKING:
    from desktopchat.domain.provider import ProviderConfig
    from desktopchat.services.files import FileService, Stock, StoredFile
    from desktopchat.services.tasks import Tasks

_KEY = Qt.ItemDataRole.UserRole
_SORT = Qt.ItemDataRole.UserRole + 1


class ProviderFilesDialog(Dialog):
    """Lists, and deletes only what is selected and confirmed."""

    def __init__(
        self,
        files: FileService,
        tasks: Tasks,
        configs: Sequence[ProviderConfig],
        chosen: ProviderConfig | None,
        parent: QWidget | None,
    ) -> None:
        super().__init__(tr("Files at the provider"), parent, width=860, height=560)
        self.setObjectName("providerFilesDialog")
        self._files, self._tasks, self._configs = files, tasks, list(configs)
        self._stock: Stock | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._build(chosen)
        self.finished.connect(self._end)
        self.refresh()

    # -- building -----------------------------------------------------------------------------------------------

    def _build(self, chosen: ProviderConfig | None) -> None:
        self.provider = QComboBox()
        self.provider.setObjectName("filesProvider")
        self.provider.setAccessibleName(tr("Provider"))
        self.provider.addItems([config.name for config in self._configs])
        at = next((n for n, config in enumerate(self._configs) if chosen is not None and config.id == chosen.id), 0)
        self.provider.setCurrentIndex(at)
        self.provider.currentIndexChanged.connect(self.refresh)
        row = QHBoxLayout()
        row.setSpacing(SPACE.m)
        row.addWidget(self.provider)
        self.sums = label("", "muted", "small")
        row.addWidget(self.sums, 1)
        again = button(tr("Refresh"))
        again.clicked.connect(self.refresh)
        row.addWidget(again)
        self.column.addLayout(row)
        self.column.addWidget(self._table(), 1)
        self.verdict = label("", "muted")
        self.verdict.setObjectName("filesVerdict")
        self.column.addWidget(self.verdict)
        self._add_buttons()

    def _table(self) -> QTreeWidget:
        self.table = QTreeWidget()
        self.table.setObjectName("providerFilesList")
        self.table.setAccessibleName(tr("Files at the provider"))
        self.table.setProperty("role", "table")
        self.table.setRootIsDecorated(False)
        self.table.setAlternatingRowColors(False)
        self.table.setUniformRowHeights(True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setHeaderLabels(
            [tr("Name"), tr("Size"), tr("Uploaded"), tr("Expires"), tr("Purpose"), tr("Used by")]
        )
        header = self.table.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(60)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        self.table.itemSelectionChanged.connect(self._selection_changed)
        return self.table

    def _add_buttons(self) -> None:
        self.delete = button(tr("Delete"))
        self.delete.setObjectName("deleteRemote")
        self.delete.setEnabled(False)
        self.delete.clicked.connect(self._delete)
        self.orphans = button(tr("Select what no chat uses"))
        self.orphans.setObjectName("selectOrphans")
        self.orphans.clicked.connect(self._select_orphans)
        close = self.close_button(tr("Close"))
        self.add_buttons(self.delete, self.orphans, None, close)

    # -- what is shown ------------------------------------------------------------------------------------------

    @property
    def config(self) -> ProviderConfig:
        """The chosen provider."""
        return self._configs[max(0, self.provider.currentIndex())]

    def refresh(self) -> None:
        """Asks the provider again."""
        for task in tuple(self._running):
            task.cancel()
        self._say(tr("Asking the server…"))
        self._run(self._load(self.config), "list the files at a provider")

    async def _load(self, config: ProviderConfig) -> None:
        self._show(None)
        self._show(await self._files.stock(config))
        self._say("" if self._stock and self._stock.files else tr("There are no files."))

    def _show(self, stock: Stock | None) -> None:
        self._stock = stock
        self.table.clear()
        files = stock.files if stock is not None else ()
        self.table.addTopLevelItems([_row(file) for file in files])
        self.sums.setText(_sums(stock) if stock is not None else "")
        self.orphans.setEnabled(any(file.is_orphan for file in files))

    def _selection_changed(self) -> None:
        count = len(self.table.selectedItems())
        self.delete.setEnabled(count > 0)
        self.delete.setText(ntr("Delete {n} file", "Delete {n} files", count) if count else tr("Delete"))

    def _select_orphans(self) -> None:
        self.table.clearSelection()
        for row in _rows(self.table):
            row.setSelected(row.data(0, _KEY).is_orphan)
        self.table.setFocus()

    def _say(self, text: str, role: str = "muted") -> None:
        self.verdict.setText(text)
        self.verdict.setProperty("role", role)
        restyle(self.verdict)

    def _say_failure(self, failure: Failure) -> None:
        self._say(" ".join([render(failure.message), *([render(failure.hint)] if failure.hint else [])]), "error")

    # -- what is done -------------------------------------------------------------------------------------------

    def _delete(self) -> None:
        wanted = [row.data(0, _KEY) for row in self.table.selectedItems()]
        if wanted:
            self._run(self._delete_all(self.config, wanted), "delete files at a provider")

    async def _delete_all(self, config: ProviderConfig, wanted: Sequence[StoredFile]) -> None:
        if not await _confirmed(wanted, self):
            return
        self._say(ntr("Deleting {n} file…", "Deleting {n} files…", len(wanted)))
        left = await self._files.delete(config, [stored.file.id for stored in wanted])
        self._show(await self._files.stock(config))
        if left:
            self._say_failure(next(iter(left.values())))
        else:
            self._say(ntr("{n} file was deleted.", "{n} files were deleted.", len(wanted)), "success")

    def _run(self, coro: Coroutine[Any, Any, None], name: str) -> None:
        task = start(self._tasks, coro, name, self._say_failure)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _end(self, _result: int) -> None:
        for task in tuple(self._running):
            task.cancel()


class _Row(QTreeWidgetItem):
    """Sorts by what is meant, not by how it is written."""

    def __lt__(self, other: QTreeWidgetItem) -> bool:
        tree = self.treeWidget()
        column = tree.sortColumn() if tree is not None else 0
        mine, theirs = self.data(column, _SORT), other.data(column, _SORT)
        return bool(mine < theirs)


def _row(stored: StoredFile) -> QTreeWidgetItem:
    file = stored.file
    used = ", ".join(user.title or tr("New chat") for user in stored.used_by)
    row = _Row(
        [
            file.name or file.id,
            "" if file.size is None else wording.size(file.size),
            _day(file.created),
            _day(file.expires) if file.expires else tr("never"),
            file.purpose,
            used or (tr("no chat") if stored.is_orphan else tr("not known")),
        ]
    )
    row.setData(0, _KEY, stored)
    keys = (file.name.casefold(), file.size or 0, _stamp(file.created), _stamp(file.expires), file.purpose, used)
    for column, key in enumerate(keys):
        row.setData(column, _SORT, key)
    row.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    row.setToolTip(0, file.id)
    return row


def _rows(table: QTreeWidget) -> list[QTreeWidgetItem]:
    found = (table.topLevelItem(at) for at in range(table.topLevelItemCount()))
    return [row for row in found if row is not None]


def _sums(stock: Stock) -> str:
    words = [ntr("{n} file", "{n} files", len(stock.files)), wording.size(stock.size)]
    files, size = stock.limits.account_files, stock.limits.account_bytes
    if files or size:
        most = [*([ntr("{n} file", "{n} files", files)] if files else []), *([wording.size(size)] if size else [])]
        words.append(tr("the account takes {most}", most=", ".join(most)))
    return " · ".join(words)


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment is not None else ""


def _stamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment is not None else 0.0


async def _confirmed(wanted: Sequence[StoredFile], parent: QWidget) -> bool:
    from PySide6.QtWidgets import QMessageBox

    from desktopchat.ui.eventloop import shown

    box = QMessageBox(parent)
    box.setObjectName("confirmDelete")
    box.setWindowTitle(tr("Delete at the provider?"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(ntr("Delete {n} file at the provider?", "Delete {n} files at the provider?", len(wanted)))
    used = sum(1 for stored in wanted if stored.used_by)
    words = [tr("Your chats and the copies on this computer stay. What is needed again is uploaded again.")]
    if used:
        words.append(ntr("{n} of them is used by a chat.", "{n} of them are used by chats.", used))
    if any(not stored.sha256 for stored in wanted):
        words.append(tr("Some of them were not uploaded by this program."))
    box.setInformativeText(" ".join(words))
    yes = box.addButton(tr("Delete"), QMessageBox.ButtonRole.DestructiveRole)
    yes.setObjectName("deleteConfirmed")
    box.setDefaultButton(box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole))
    await shown(box)
    return box.clickedButton() is yes
