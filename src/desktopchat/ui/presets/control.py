"""Presets in the window: keeps the header's button, the chip and the greeting true; opens what stands behind them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QApplication

from desktopchat.domain.context import ContextRule
from desktopchat.domain.conversation import Conversation
from desktopchat.domain.preset import CLIPBOARD, Preset
from desktopchat.services.presets import without_preset
from desktopchat.ui.doing import Run
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.parts import WindowParts


class Presets:
    """Owns what the window knows of presets."""

    def __init__(self, parts: WindowParts, window: MainWindow, run: Run) -> None:
        self._parts = parts
        self._service = parts.presets
        self._window = window
        self._run = run
        self._conversation: Conversation | None = None
        self._all: list[Preset] = []
        self._slash: Any = None
        window.context_bar.ruleChosen.connect(self._set_rule)
        window.composer.textChanged.connect(self._typed)
        self._off: list[Callable[[], None]] = [self._service.changed.connect(self._presets_changed)]

    def close(self) -> None:
        for off in self._off:
            off()

    def show(self, conversation: Conversation) -> None:
        """Shows what this conversation is held with."""
        self._conversation = conversation
        settings = conversation.settings
        preset = self._preset(settings.preset_id)
        self._window.header.show_preset(preset.name if preset else "", preset.icon if preset else "")
        self._window.context_bar.show_rule(settings.context)
        self._window.empty_state.show_greeting(
            preset.name if preset else "", preset.greeting if preset else "", preset.icon if preset else ""
        )

    async def refresh(self) -> None:
        """Reads which presets there are."""
        self._all = await self._service.all()
        if self._conversation is not None:
            self.show(self._conversation)

    def all(self) -> list[Preset]:
        return self._all

    def open_picker(self) -> None:
        self._run(self._open_picker(), "choose a preset")

    def choose(self, preset: Preset | None) -> None:
        """Holds the shown conversation with `preset` from the next question on; None takes it off."""
        if self._conversation is not None:
            self._run(self._choose(self._conversation, preset), "use a preset")

    def manage(self) -> None:
        """The window in which presets are made."""
        self._open_manager(new=False)

    def make_new(self) -> None:
        self._open_manager(new=True)

    async def _open_picker(self) -> None:
        from desktopchat.ui.presets.picker import PresetPicker

        await self.refresh()
        recent = list(await self._service.uses())
        picker = self._window.findChild(PresetPicker)
        if picker is None:
            picker = PresetPicker(self._window)
            picker.chosen.connect(self.choose)
            picker.newRequested.connect(self.make_new)
            picker.manageRequested.connect(self.manage)
        current = self._conversation.settings.preset_id if self._conversation is not None else ""
        picker.show_presets(self._all, current, recent)
        picker.open_under(self._window.header.preset)

    async def _choose(self, conversation: Conversation, preset: Preset | None) -> None:
        if preset is None:
            await self._parts.chat.configure(conversation, without_preset(conversation.settings))
        elif (values := await self._asked(preset)) is not None:
            clipboard = QApplication.clipboard().text() if CLIPBOARD in preset.places() else ""
            settings = await self._service.apply(preset, conversation.settings, values, clipboard)
            await self._parts.chat.configure(conversation, settings)
        self._window.composer.setFocus()

    async def _asked(self, preset: Preset) -> dict[str, str] | None:
        """What is to stand in the preset's places; None where the user thought better of it."""
        from desktopchat.ui.eventloop import shown
        from desktopchat.ui.presets.form import PlacesDialog

        if not preset.asked():
            return {}
        used = (await self._service.uses()).get(preset.id)
        dialog = PlacesDialog(preset, preset.with_defaults(used.values if used else {}), self._window)
        await shown(dialog)
        return dialog.values

    def _open_manager(self, *, new: bool) -> None:
        from desktopchat.ui.opener import shown_once
        from desktopchat.ui.presets.manager import PresetsDialog

        if self._conversation is None or self._window.findChild(PresetsDialog) is not None:
            return
        settings = self._conversation.settings
        dialog = PresetsDialog(self._parts, settings, self._window, select=settings.preset_id, new=new)
        self._run(shown_once(dialog), "PresetsDialog")

    def _typed(self) -> None:
        """Makes the list behind a slash when it is wanted for the first time."""
        if self._slash is None and self._window.composer.editor.document().firstBlock().text().startswith("/"):
            from desktopchat.ui.presets.slash import SlashMenu

            window = self._window
            self._slash = SlashMenu(window.page, window.composer, self.all)
            self._slash.chosen.connect(self.choose)
            self._slash.refresh()

    def _set_rule(self, rule: ContextRule) -> None:
        conversation = self._conversation
        if conversation is not None:
            settings = replace(conversation.settings, context=rule)
            self._run(self._parts.chat.configure(conversation, settings), "choose what is sent along")
        self._window.composer.setFocus()

    def _preset(self, preset_id: str) -> Preset | None:
        return next((preset for preset in self._all if preset.id == preset_id), None) if preset_id else None

    def _presets_changed(self) -> None:
        self._run(self.refresh(), "read the presets")
