"""The window in which presets are made: the list at the left, the form of one at the right, and what would be sent.

What was changed is stored by its button, and also when one goes to another preset or closes the window.
"""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QStackedWidget, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktopchat.domain.conversation import Conversation, ConversationSettings
from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.preset import CLIPBOARD, Preset, free_name
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.text import msg
from desktopchat.i18n import ntr, render, tr
from desktopchat.services.presets import settings_with
from desktopchat.ui.dialogs.base import Dialog
from desktopchat.ui.doing import start
from desktopchat.ui.parts import WindowParts
from desktopchat.ui.presets.editor import PresetEditor
from desktopchat.ui.presets.listview import PresetList
from desktopchat.ui.presets.request import RequestView
from desktopchat.ui.presets.rows import matching, plain_rows
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label, restyle

WIDTH, HEIGHT = 980, 700
LIST_WIDTH = 250
READABLE = "(*.json *.md *.markdown *.csv *.tsv)"


class PresetsDialog(Dialog):
    """Makes, changes, copies, removes, brings in and takes out presets."""

    def __init__(
        self,
        parts: WindowParts,
        held: ConversationSettings,
        parent: QWidget | None = None,
        *,
        select: str = "",
        new: bool = False,
    ) -> None:
        super().__init__(tr("Presets"), parent, width=WIDTH, height=HEIGHT)
        self.setObjectName("presetsDialog")
        self._parts = parts
        self._service = parts.presets
        self._held = held
        self._presets: list[Preset] = []
        self._providers: list[ProviderConfig] = []
        self._shown: Preset | None = None
        self._removed: Preset | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._build()
        self.finished.connect(self._end)
        self._run(self._begin(select, new=new), "read the presets")

    # -- building -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        columns = QHBoxLayout()
        columns.setSpacing(SPACE.xl)
        columns.addLayout(self._left())
        columns.addLayout(self._right(), 1)
        self.column.addLayout(columns, 1)
        self.verdict = label("", "muted", wrap=False)
        self.verdict.setObjectName("presetVerdict")
        self.undo = button(tr("Undo"), "link")
        self.undo.setObjectName("undoRemovePreset")
        self.undo.clicked.connect(self._undo)
        self.undo.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE.s)
        row.addWidget(self.verdict)
        row.addWidget(self.undo)
        row.addStretch(1)
        close = button(tr("Close"))
        close.clicked.connect(self.reject)
        self.save = button(tr("Save"), "primary")
        self.save.setObjectName("savePreset")
        self.save.setShortcut("Ctrl+S")
        self.save.clicked.connect(self._save)
        row.addWidget(close)
        row.addWidget(self.save)
        self.column.addLayout(row)

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE.s)
        self.search = QLineEdit()
        self.search.setObjectName("presetsSearch")
        self.search.setPlaceholderText(tr("Search presets"))
        self.search.setAccessibleName(tr("Search presets"))
        self.search.setFixedWidth(LIST_WIDTH)
        self.search.textChanged.connect(self._refill)
        self.list = PresetList()
        self.list.setObjectName("presetsList")
        self.list.setFixedWidth(LIST_WIDTH)
        self.list.selectionModel().currentChanged.connect(self._row_chosen)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(self._list_buttons())
        return column

    def _list_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE.xs)
        for text, name, slot in (
            (tr("New"), "addPreset", self.add_preset),
            (tr("Import…"), "importPresets", self._choose_import),
            (tr("Export…"), "exportPresets", self._choose_export),
        ):
            made = button(text)
            made.setObjectName(name)
            made.clicked.connect(slot)
            row.addWidget(made, 1)
        return row

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE.s)
        column.addLayout(self._head())
        self.note = label(tr("Built in: it stays as it is. Duplicate it to change the copy."), "muted", "small")
        self.note.setObjectName("presetNote")
        column.addWidget(self.note)
        self.editor = PresetEditor()
        self.editor.changed.connect(self._edited)
        self.request = RequestView()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.editor)
        self.pages.addWidget(self.request)
        column.addWidget(self.pages, 1)
        self.focus_first(self.search)
        return column

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE.xs)
        self._form_button = self._page_button(tr("Preset"), 0)
        self._request_button = self._page_button(tr("What will be sent"), 1)
        self._request_button.setObjectName("presetRequest")
        self._form_button.setChecked(True)
        self.duplicate = button(tr("Duplicate"))
        self.duplicate.setObjectName("duplicatePreset")
        self.duplicate.clicked.connect(self._duplicate)
        self.remove = button(tr("Remove"))
        self.remove.setObjectName("removePreset")
        self.remove.clicked.connect(self._remove)
        row.addWidget(self._form_button)
        row.addWidget(self._request_button)
        row.addStretch(1)
        row.addWidget(self.duplicate)
        row.addWidget(self.remove)
        return row

    def _page_button(self, text: str, page: int) -> QToolButton:
        made = QToolButton()
        made.setText(text)
        made.setCheckable(True)
        made.setAutoExclusive(True)
        made.setProperty("role", "tag")
        made.setProperty("page", page)
        made.setMinimumHeight(32)
        made.clicked.connect(self._show_page)
        return made

    # -- what is shown ------------------------------------------------------------------------------------------

    async def _begin(self, select: str, *, new: bool) -> None:
        await self._load(select)
        if new:
            await self._add()

    async def _load(self, select: str = "") -> None:
        self._presets = await self._service.all()
        self._providers = await self._parts.providers.all()
        wanted = select or (self._shown.id if self._shown is not None else "")
        self._refill(select=wanted)

    def _refill(self, _text: str = "", *, select: str = "") -> None:
        wanted = select or (self._shown.id if self._shown is not None else "")
        found = matching(self._presets, self.search.text().strip())
        self.list.selectionModel().blockSignals(True)
        self.list.show_rows(plain_rows(found))
        at = self.list.presets.row_of(wanted)
        if at >= 0:
            index = self.list.presets.index(at)
            self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.list.scrollTo(index)
        self.list.selectionModel().blockSignals(False)
        row = self.list.current_row()
        if row is not None and row.preset is not None and (self._shown is None or row.preset != self._shown):
            self._show(row.preset)

    def _row_chosen(self) -> None:
        row = self.list.current_row()
        if row is not None and row.preset is not None and (self._shown is None or row.preset.id != self._shown.id):
            self._run(self._go_to(row.preset), "go to a preset")

    async def _go_to(self, preset: Preset) -> None:
        """Shows another one, once what was changed of the one before is stored; else stays with it."""
        if not self._is_changed():
            self._show(preset)
            return
        try:
            await self._store()
        except ChatError:
            self._refill()
            raise
        await self._load(preset.id)

    def _show(self, preset: Preset) -> None:
        self._shown, self._closing = preset, False
        self.editor.show_preset(preset, self._providers)
        self.note.setVisible(preset.is_built_in)
        self.remove.setEnabled(not preset.is_built_in)
        self.save.setEnabled(False)
        self._say("")
        if self.pages.currentIndex() == 1:
            self._show_request()

    def _show_page(self) -> None:
        page = int(self.sender().property("page"))
        self.pages.setCurrentIndex(page)
        if page == 1:
            self._show_request()

    def _show_request(self) -> None:
        self._run(self._preview(), "preview a request")

    async def _preview(self) -> None:
        """The exact request of a first question: the places as they were filled last, or as they usually are."""
        from desktopchat.services.preview import preview

        preset = self.editor.preset()
        used = (await self._service.uses()).get(preset.id)
        values = {CLIPBOARD: "…", **preset.with_defaults(used.values if used else {})}
        held = settings_with(preset, self._held, values)
        outgoing = await preview(self._parts.providers, Conversation(settings=held), tr("(your message)"))
        if isValid(self):
            self.request.show_request(outgoing, preset.context)

    def _edited(self) -> None:
        self._closing = False
        self.save.setEnabled(self._can_be_saved())
        self._say("")

    def _say(self, text: str, role: str = "muted", *, undo: bool = False) -> None:
        self.verdict.setText(text)
        self.verdict.setProperty("role", role)
        restyle(self.verdict)
        self.undo.setVisible(undo)

    def _say_failure(self, failure: Failure) -> None:
        if isValid(self):
            self._say(" ".join(render(each) for each in (failure.message, failure.hint) if each is not None), "error")

    # -- what is done -------------------------------------------------------------------------------------------

    def add_preset(self) -> None:
        """Makes an empty one and shows it."""
        self._run(self._add(), "make a preset")

    async def _add(self) -> None:
        if self._is_changed():
            await self._store()
        name = free_name(tr("New preset"), [preset.name for preset in self._presets])
        made = await self._service.add(Preset(name))
        self.search.clear()
        await self._load(made.id)
        self.pages.setCurrentIndex(0)
        self._form_button.setChecked(True)
        self.editor.name.setFocus()
        self.editor.name.selectAll()

    def _duplicate(self) -> None:
        self._run(self._copy(), "duplicate a preset")

    async def _copy(self) -> None:
        if self._shown is None:
            return
        if self._is_changed():
            await self._store()
        copy = await self._service.duplicate(self._shown)
        self.search.clear()
        await self._load(copy.id)
        self._say(tr("This copy is yours to change."), "success")
        self.editor.name.setFocus()

    def _remove(self) -> None:
        if self._shown is not None:
            self._run(self._forget(self._shown), "remove a preset")

    async def _forget(self, preset: Preset) -> None:
        await self._service.remove(preset)
        self._shown, self._removed = None, preset
        await self._load()
        self._say(tr("“{name}” was removed.", name=preset.name), undo=True)

    def _undo(self) -> None:
        if self._removed is not None:
            self._run(self._bring_back(self._removed), "restore a preset")

    async def _bring_back(self, preset: Preset) -> None:
        await self._service.restore(preset.id)
        self._removed = None
        await self._load(preset.id)
        self._say("")

    def _is_changed(self) -> bool:
        if self._shown is None:
            return False
        return self.editor.preset() != self._shown or not self.editor.params_are_readable

    def _can_be_saved(self) -> bool:
        return self._is_changed() and bool(self.editor.preset().name) and self.editor.params_are_readable

    def _save(self) -> None:
        if self._can_be_saved():
            self._run(self._store_and_say(), "store a preset")

    async def _store_and_say(self) -> None:
        await self._store()
        await self._load()
        self.save.setEnabled(False)
        self._say(tr("Saved."), "success")

    async def _store(self) -> None:
        """Stores what the form says; raises where that cannot be."""
        if not self.editor.params_are_readable:
            raise failed(
                ErrorKind.BAD_REQUEST,
                msg("The options of this preset are no JSON object, so it was not stored."),
                hint=msg("Correct them, or leave them empty."),
            )
        preset = self.editor.preset()
        await self._service.update(preset)
        self._shown = preset

    def reject(self) -> None:
        """Closes, once what was changed is stored. Where that cannot be it says why, and closes when asked again."""
        if self._is_changed() and not self._closing:
            self._closing = True
            self._run(self._store_and_close(), "store a preset")
        else:
            super().reject()

    async def _store_and_close(self) -> None:
        await self._store()
        super().reject()

    # -- files --------------------------------------------------------------------------------------------------

    def _choose_import(self) -> None:
        dialog = QFileDialog(self, tr("Import presets"), "", f"{tr('Presets')} {READABLE}")
        dialog.setObjectName("importDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.import_files)
        dialog.open()

    def import_files(self, paths: list[str]) -> None:
        self._run(self._import([Path(path) for path in paths]), "import presets")

    async def _import(self, paths: list[Path]) -> None:
        added: list[Preset] = []
        skipped = 0
        for path in paths:
            done = await self._service.import_file(path)
            added += done.added
            skipped += done.skipped
        self.search.clear()
        await self._load(added[0].id if added else "")
        words = [ntr("{n} preset added.", "{n} presets added.", len(added))]
        if skipped:
            words.append(ntr("{n} is there already.", "{n} are there already.", skipped))
        self._say(" ".join(words), "success")

    def _choose_export(self) -> None:
        dialog = QFileDialog(self, tr("Export your presets"), "presets.json")
        dialog.setObjectName("exportDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("All your presets (*.json)"), tr("A table (*.csv)"), tr("The shown one (*.md)")])
        dialog.setDefaultSuffix("json")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export_file)
        dialog.open()

    def export_file(self, path: str) -> None:
        self._run(self._export(Path(path)), "export presets")

    async def _export(self, path: Path) -> None:
        """All own ones, or the shown one alone where a file holds one."""
        own = [preset for preset in self._presets if not preset.is_built_in]
        chosen = own if path.suffix.lower() in (".json", ".csv") else [self.editor.preset()]
        await self._service.export_file(path, chosen)
        self._say(ntr("{n} preset written.", "{n} presets written.", len(chosen)), "success")

    # -- tasks --------------------------------------------------------------------------------------------------

    def _run(self, coro: Coroutine[Any, Any, None], name: str) -> None:
        task = start(self._parts.tasks, coro, name, self._say_failure)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _end(self, _result: int) -> None:
        for task in tuple(self._tasks):
            task.cancel()
