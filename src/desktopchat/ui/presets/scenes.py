"""Pictures of everything that has to do with presets (see `ui.shots`, which takes them)."""

from typing import Any

from desktopchat.domain.context import NONE
from desktopchat.domain.preset import FieldKind, Preset, Variable
from desktopchat.ui.tour import until


class PresetScenes:
    """Scenes for `ui.shots.Scenes`."""

    _program: Any
    window: Any
    controller: Any
    _take: Any
    _take_popup: Any
    _take_dialog: Any
    _dialog: Any

    async def show_preset_picker(self) -> None:
        await self._own_presets()
        self.controller.presets.open_picker()
        await self._take_popup("preset-picker", settle_s=0.6)

    async def show_preset_slash(self) -> None:
        await self._own_presets()
        self.window.composer.set_text("/")
        await self._take("preset-slash")
        self.window.composer.set_text("")

    async def show_preset_places(self) -> None:
        self.controller.presets.choose(await self._program.core.presets.get("builtin:translate"))
        await self._take_dialog("preset-places")

    async def show_preset_in_use(self) -> None:
        preset = await self._program.core.presets.get("builtin:translate-zh-hans")
        self.controller.presets.choose(preset)
        await until(lambda: self.controller.conversation.settings.preset_id == preset.id)
        await self._take("preset-greeting")
        await (await self._program.core.chat.send(self.controller.conversation, "Tomorrow it rains.")).wait()
        await self._take("preset-in-use")
        self.window.resize(500, 700)
        await self._take("preset-narrow")
        self.controller.presets.choose(None)
        await until(lambda: not self.controller.conversation.settings.preset_id)

    async def show_presets(self) -> None:
        own = await self._own_presets()
        self.controller.presets.manage()
        dialog = await self._dialog()
        await until(lambda: dialog.list.presets.rowCount() > 3)
        dialog.list.setCurrentIndex(dialog.list.presets.index(dialog.list.presets.row_of(own)))
        await self._take("presets-own", dialog, settle_s=0.6)
        dialog.list.setCurrentIndex(dialog.list.presets.index(dialog.list.presets.row_of("builtin:translate-en")))
        await self._take("presets-built-in", dialog)
        dialog.pages.setCurrentIndex(1)
        dialog._request_button.click()
        await until(lambda: dialog.request.body.toPlainText() != "")
        await self._take_dialog("presets-request")

    async def _own_presets(self) -> str:
        """Presets as somebody may have made them; the id of the first."""
        service = self._program.core.presets
        known = {preset.name: preset.id for preset in await service.all()}
        name = "合同翻译（法律）"
        if name not in known:
            prompt = "你是法律译员。从{{source_language}}译成{{target_language}}，语体：{{register}}。\n\n只输出译文。"
            places = (Variable("register", FieldKind.CHOICE, "语体", "正式", ("正式", "通俗")),)
            law = Preset(name, icon="⚖️", system_prompt=prompt, context=NONE, variables=places, tags=("翻译", "法律"))
            known[name] = (await service.add(law)).id
            await service.add(Preset("E-mails to customers", icon="📨", system_prompt="Answer kindly.", tags=("work",)))
            await service.note_use(known[name])
        return str(known[name])
