"""The dialog for endpoints: a list at the left, the form of one at the right, and a test in plain words."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktopchat.domain.errors import Failure
from desktopchat.domain.provider import KeyPlace, ProviderConfig
from desktopchat.i18n import render, tr
from desktopchat.services.providers import Diagnosis
from desktopchat.ui.dialogs.base import Dialog
from desktopchat.ui.dialogs.provider_form import ProviderForm
from desktopchat.ui.doing import start
from desktopchat.ui.parts import WindowParts
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label, restyle


class ProvidersDialog(Dialog):
    """Adds, changes, tests and removes endpoints. What takes long runs beside it and can be stopped."""

    def __init__(self, parts: WindowParts, parent: QWidget | None = None, *, new: bool = False) -> None:
        super().__init__(tr("Providers"), parent, width=780)
        self.setObjectName("providersDialog")
        self._parts = parts
        self._providers = parts.providers
        self._configs: list[ProviderConfig] = []
        self._editing: ProviderConfig | None = None
        self._test_task: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._build()
        self.finished.connect(self._end)
        self._run(self._load(new=new), "read the providers")

    def add_provider(self) -> None:
        """Empties the form for a new endpoint."""
        self.list.clearSelection()
        self.list.setCurrentRow(-1)
        self._edit(None)

    # -- building -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        columns = QHBoxLayout()
        columns.setSpacing(SPACE.xl)
        columns.addLayout(self._left())
        columns.addLayout(self._right(), 1)
        self.column.addLayout(columns, 1)
        self.remove = button(tr("Remove"))
        self.remove.clicked.connect(self._remove)
        self.save = button(tr("Save"), "primary")
        self.save.setObjectName("saveProvider")
        self.save.setDefault(True)
        self.save.clicked.connect(self._save)
        close = button(tr("Close"))
        close.clicked.connect(self.reject)
        self.add_buttons(self.remove, None, close, self.save)

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE.s)
        self.list = QListWidget()
        self.list.setObjectName("providerList")
        self.list.setAccessibleName(tr("Providers"))
        self.list.setProperty("role", "card")
        self.list.setFixedWidth(190)
        self.list.setMinimumHeight(320)
        self.list.currentRowChanged.connect(self._row_chosen)
        add = button(tr("Add a provider"))
        add.setObjectName("addProvider")
        add.clicked.connect(self.add_provider)
        column.addWidget(self.list, 1)
        column.addWidget(add)
        return column

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE.m)
        self._title = label("", font_role="title")
        self.form = ProviderForm()
        self.form.changed.connect(self._form_changed)
        self.focus_first(self.form.vendor)
        self.test = button(tr("Test the connection"))
        self.test.setObjectName("testProvider")
        self.test.clicked.connect(self._test_or_stop)
        self.verdict = label("")
        self.verdict.setObjectName("testResult")
        self.verdict.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.verdict.setMinimumHeight(44)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.form.add_below(self.test)
        self.form.add_below(self.verdict)
        column.addWidget(self._title)
        column.addWidget(self.form)
        column.addStretch(1)
        return column

    # -- what is shown ------------------------------------------------------------------------------------------

    async def _load(self, *, new: bool = False, select: str = "") -> None:
        self._configs = await self._providers.all()
        self.list.blockSignals(True)
        self.list.clear()
        for config in self._configs:
            item = QListWidgetItem(f"{config.name} ✓" if config.is_default else config.name)
            item.setToolTip(tr("Used for new chats") if config.is_default else "")
            self.list.addItem(item)
        self.list.blockSignals(False)
        row = next((at for at, config in enumerate(self._configs) if config.id == select), 0)
        if new or not self._configs:
            self.add_provider()
        else:
            self.list.setCurrentRow(row)
            self._edit(self._configs[row])
        await self._look_for_keyring()

    async def _look_for_keyring(self) -> None:
        backend = await self._providers.key_backend()
        parts = [render(text) for text in (backend.why, backend.hint) if text is not None]
        self.form.show_keyring(usable=backend.usable, why=" ".join(parts))

    def _row_chosen(self, row: int) -> None:
        if 0 <= row < len(self._configs):
            self._edit(self._configs[row])

    def _edit(self, config: ProviderConfig | None) -> None:
        self._editing = config
        self._title.setText(tr("Add a provider") if config is None else config.name)
        fresh = config or ProviderConfig(name="", kind="openai", is_default=not self._configs)
        self.form.show_config(fresh, is_new=config is None)
        self.remove.setVisible(config is not None)
        self.save.setText(tr("Add") if config is None else tr("Save"))
        self._say("")

    def _form_changed(self) -> None:
        self.save.setEnabled(bool(self.form.name.text().strip()))
        if self._test_task is None:
            self._say("")

    def _say(self, text: str, role: str = "muted") -> None:
        self.verdict.setText(text)
        self.verdict.setProperty("role", role)
        restyle(self.verdict)

    def _say_failure(self, failure: Failure) -> None:
        parts = [render(failure.message), *([render(failure.hint)] if failure.hint else [])]
        if failure.detail and failure.status is not None:
            parts.append(tr("The server said: {detail}", detail=failure.detail[:300]))
        self._say(" ".join(parts), "error")

    # -- what is done -------------------------------------------------------------------------------------------

    def _test_or_stop(self) -> None:
        if self._test_task is not None:
            self._test_task.cancel()
            return
        self.test.setText(tr("Stop the test"))
        self._say(tr("Asking the server…"))
        self._test_task = self._run(self._try(), "test a provider")
        self._test_task.add_done_callback(self._test_ended)

    async def _try(self) -> None:
        try:
            config = self.form.config()
            found = await self._providers.test(
                replace(config, name=config.name or tr("this provider")), self.form.secret()
            )
            self._show_diagnosis(found)
        except asyncio.CancelledError:
            if isValid(self):
                self._say(tr("The test was stopped."))
            raise

    def _test_ended(self, _task: asyncio.Task[None]) -> None:
        self._test_task = None
        if isValid(self.test):
            self.test.setText(tr("Test the connection"))

    def _show_diagnosis(self, found: Diagnosis) -> None:
        if found.models:
            self.form.show_models(found.models)
        if found.failure is not None:
            self._say_failure(found.failure)
        else:
            self._say(render(found.message), "success" if found.ok else "error")

    def _save(self) -> None:
        if self.save.isEnabled():
            self._run(self._store(), "store a provider")

    async def _store(self) -> None:
        self.save.setEnabled(False)
        try:
            stored = await (self._add() if self._editing is None else self._update(self._editing))
            if self.form.default.isChecked() and not stored.is_default:
                await self._providers.set_default(stored.id)
            self.form.forget_secret()
            await self._load(select=stored.id)
            self._say(tr("Saved."), "success")
        finally:
            self.save.setEnabled(True)

    async def _add(self) -> ProviderConfig:
        return await self._providers.add(self.form.config(), self.form.secret(), self.form.chosen_place())

    async def _update(self, before: ProviderConfig) -> ProviderConfig:
        """The key goes first: a refused key leaves everything as it was."""
        key, place = self.form.secret(), self.form.chosen_place()
        had_key = before.key_place in (KeyPlace.KEYRING, KeyPlace.SESSION)
        if key:
            await self._providers.set_key(before.id, key, place)
            now = place
        elif had_key and place not in (KeyPlace.KEYRING, KeyPlace.SESSION):
            await self._providers.delete_key(before.id)
            now = place
        else:
            now = before.key_place if had_key else place
        if now in (KeyPlace.KEYRING, KeyPlace.SESSION) and not key and not had_key:
            now = KeyPlace.NONE
        config = replace(self.form.config(), key_place=now)
        await self._providers.update(config)
        return await self._providers.get(config.id)

    def _remove(self) -> None:
        if self._editing is not None:
            self._run(self._forget(self._editing), "remove a provider")

    async def _forget(self, config: ProviderConfig) -> None:
        from PySide6.QtWidgets import QMessageBox

        from desktopchat.ui.eventloop import shown

        box = QMessageBox(self)
        box.setWindowTitle(tr("Remove a provider?"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(tr("Remove {name}?", name=config.name))
        box.setInformativeText(tr("Its address and its stored key are deleted. Your chats stay."))
        yes = box.addButton(tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole))
        await shown(box)
        if box.clickedButton() is yes:
            left_behind = await self._providers.remove(config.id)
            await self._load()
            if left_behind is not None:
                self._say_failure(left_behind)

    # -- tasks --------------------------------------------------------------------------------------------------

    def _run(self, coro: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = start(self._parts.tasks, coro, name, self._say_failure)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _end(self, _result: int) -> None:
        for task in tuple(self._tasks):
            task.cancel()
