"""Presets as a person uses them: those of the program and one's own, chosen, filled, made, brought in and taken out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat import i18n
from desktopchat.domain.conversation import ConversationSettings
from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.message import now
from desktopchat.domain.observe import Signal
from desktopchat.domain.preset import BUILT_IN, DATE, Preset, copy_of, free_name
from desktopchat.domain.text import Text, msg
from desktopchat.i18n.catalogue import resource

if TYPE_CHECKING:
    from desktopchat.exchange.preset_files import PresetFormat
    from desktopchat.services.providers import ProviderService
    from desktopchat.storage.presets import PresetStore, PresetUse

ORDER = (
    "translate",
    "translate-zh-hans",
    "translate-en",
    "polish",
    "summarise",
    "document-questions",
    "explain",
    "explain-code",
    "meeting-minutes",
    "brainstorm",
)
"""The presets that come with the program: the names of their files in `resources/presets`, in the order shown."""

_COPY = re.compile(r" \(\d+\)$")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file of presets."""

    added: tuple[Preset, ...]
    skipped: int
    """Those that are there already, word for word."""


class PresetService:
    """Owns the user's presets and knows those of the program."""

    def __init__(self, store: PresetStore, providers: ProviderService) -> None:
        self.changed: Signal[()] = Signal()
        self._store = store
        self._providers = providers

    async def all(self) -> list[Preset]:
        """The user's own first, then those of the program, in the language that it speaks."""
        return [*await self._store.all(), *built_in(i18n.current_language())]

    async def get(self, preset_id: str) -> Preset:
        """Raises `ChatError` `not_found` for one that is gone."""
        from desktopchat.storage.presets import unknown_preset

        found = next((preset for preset in await self.all() if preset.id == preset_id), None)
        if found is None:
            raise unknown_preset()
        return found

    async def named(self, name: str) -> Preset:
        """By name (case does not matter; of a built-in one in either language) or by id; raises `not_found`."""
        wanted = name.strip().casefold()
        everything = [*await self.all(), *built_in("en"), *built_in("zh_CN")]
        ids = {wanted, f"{BUILT_IN}{wanted}"}
        for preset in everything:
            if preset.name.casefold() == wanted or preset.id in ids:
                return preset
        raise failed(
            ErrorKind.NOT_FOUND,
            msg("There is no preset called “{name}”.", name=name),
            hint=msg("`desktopchat presets list` shows the names."),
        )

    async def add(self, preset: Preset) -> Preset:
        """Stores a new one; raises `bad_request` for a name that is taken or empty."""
        await self._store.add(preset)
        self.changed.emit()
        return preset

    async def update(self, preset: Preset) -> None:
        """Stores another form of one's own preset. Conversations that were begun with it keep what they have."""
        _refuse_built_in(preset)
        await self._store.update(preset)
        self.changed.emit()

    async def remove(self, preset: Preset) -> None:
        """Puts one's own preset away; `restore` brings it back."""
        _refuse_built_in(preset)
        await self._store.trash(preset.id)
        self.changed.emit()

    async def restore(self, preset_id: str) -> None:
        await self._store.restore(preset_id)
        self.changed.emit()

    async def duplicate(self, preset: Preset) -> Preset:
        """A copy of one's own to edit, under a free name."""
        return await self.add(copy_of(preset, await self._free(preset.name)))

    async def uses(self) -> dict[str, PresetUse]:
        """What was used, newest first, and with which values."""
        return await self._store.uses()

    async def apply(
        self, preset: Preset, before: ConversationSettings, values: Mapping[str, str], clipboard: str = ""
    ) -> ConversationSettings:
        """What a conversation is held with from now on; the values are remembered for the next time."""
        await self.note_use(preset.id, values)
        return settings_with(preset, before, {"clipboard": clipboard, **values})

    async def note_use(self, preset_id: str, values: Mapping[str, str] | None = None) -> None:
        """Remembers that the preset was used now."""
        await self._store.note_use(preset_id, values or {})

    async def export_file(self, path: Path, presets: Sequence[Preset]) -> None:
        """Writes presets in the form that the name's ending says; raises `storage` where that cannot be."""
        from desktopchat.exchange.preset_files import format_of

        data = await self.exported(presets, format_of(path.name))
        try:
            await asyncio.to_thread(path.write_bytes, data)
        except OSError as error:
            raise _unusable(msg("{path} cannot be written.", path=str(path)), error) from error

    async def import_file(self, path: Path) -> Imported:
        """Adds the presets of a file; raises `storage` where it cannot be read, `file_rejected` for what is in it."""
        try:
            data = await asyncio.to_thread(_content, path)
        except OSError as error:
            raise _unusable(msg("{path} cannot be read.", path=str(path)), error) from error
        return await self.bring_in(await self.read(data, path.name))

    async def exported(self, presets: Sequence[Preset], kind: PresetFormat) -> bytes:
        """The content of a file with these presets."""
        from desktopchat.exchange.preset_files import written_presets

        names = {config.id: config.name for config in await self._providers.all()}
        return written_presets([replace(p, provider_id=names.get(p.provider_id, "")) for p in presets], kind)

    async def read(self, data: bytes, name: str) -> list[Preset]:
        """The presets in a file, as they would be added. Raises `file_rejected`."""
        from desktopchat.exchange.preset_files import read_presets

        ids = {config.name.casefold(): config.id for config in await self._providers.all()}
        return [replace(p, provider_id=ids.get(p.provider_id.casefold(), "")) for p in read_presets(data, name)]

    async def bring_in(self, presets: Sequence[Preset]) -> Imported:
        """Adds presets, under other names where theirs are taken; those that are there already are not added twice."""
        known = await self._store.all()
        names = [preset.name for preset in known]
        seen = {_essence(preset) for preset in known}
        added: list[Preset] = []
        for preset in presets:
            if _essence(preset) not in seen:
                fresh = copy_of(preset, free_name(preset.name, names))
                await self._store.add(fresh)
                added.append(fresh)
                names.append(fresh.name)
                seen.add(_essence(preset))
        if added:
            self.changed.emit()
        return Imported(tuple(added), len(presets) - len(added))

    async def _free(self, name: str) -> str:
        return free_name(name, [preset.name for preset in await self.all()])


def settings_with(preset: Preset, before: ConversationSettings, values: Mapping[str, str]) -> ConversationSettings:
    """What a conversation held as `before` is held with once it takes the preset.

    The preset's own prompt, parameters and context replace those that were there; who answers changes only where the
    preset says so.
    """
    today = now().astimezone().strftime("%Y-%m-%d")
    named = bool(preset.provider_id or preset.model)
    return replace(
        before,
        provider_id=preset.provider_id or before.provider_id,
        model=preset.model if named else before.model,
        system_prompt=preset.filled({DATE: today, **values}),
        params=dict(preset.params),
        preset_id=preset.id,
        context=preset.context,
    )


def without_preset(before: ConversationSettings) -> ConversationSettings:
    """The same, held with nobody's words but the user's."""
    return ConversationSettings(provider_id=before.provider_id, model=before.model)


@cache
def built_in(language: str) -> tuple[Preset, ...]:
    """The program's presets, for `en` or `zh_CN`."""
    from desktopchat.exchange.preset_files import from_markdown

    short = language.partition("_")[0]
    found = []
    for name in ORDER:
        text = resource(f"presets/{name}.{short}.md").read_text("utf-8")
        preset = from_markdown(text, name)
        if preset is not None:
            found.append(replace(preset, id=f"{BUILT_IN}{name}"))
    return tuple(found)


def _essence(preset: Preset) -> tuple[object, ...]:
    """What makes two presets the same, but for the `(2)` that a copy gets behind its name."""
    name = _COPY.sub("", preset.name).casefold()
    return (name, preset.system_prompt, preset.greeting, preset.context, preset.model)


def _refuse_built_in(preset: Preset) -> None:
    if preset.is_built_in:
        raise _read_only()


def _content(path: Path) -> bytes:
    """No more than what will be refused as too large."""
    from desktopchat.exchange.preset_files import MOST_BYTES

    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _unusable(sentence: Text, error: OSError) -> ChatError:
    return failed(ErrorKind.STORAGE, sentence, hint=msg("Check the path and its permissions."), detail=str(error))


def _read_only() -> ChatError:
    return failed(
        ErrorKind.BAD_REQUEST,
        msg("This preset came with the program and cannot be changed."),
        hint=msg("Duplicate it, and change the copy."),
    )
