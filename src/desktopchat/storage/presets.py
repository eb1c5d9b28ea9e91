"""The user's own presets in the database, and what was last filled into any preset. Those of the program are files."""
# ruff: noqa: S608 - SQL is put together from constants of this package only; values are always bound

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.message import now
from desktopchat.domain.preset import FieldKind, Preset, Variable, free_name
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import msg
from desktopchat.storage.database import Database
from desktopchat.storage.rows import milliseconds, moment, params_json, stored_rule

if TYPE_CHECKING:
    import apsw

log = logging.getLogger(__name__)

_COLUMNS = (
    "id, name, folded_name, icon, system_prompt, provider_id, model, params, context, greeting, variables,"
    " attachments, tags"
)
_PLACES = ", ".join("?" * 13)


@dataclass(frozen=True, slots=True)
class PresetUse:
    """When a preset was used last, and with what in its places."""

    used: datetime
    values: Mapping[str, str] = field(default_factory=dict)


class PresetStore:
    """Every method raises only `ChatError`: `storage`, `not_found`, `bad_request` for a name that is taken or empty."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def all(self) -> list[Preset]:
        """The user's own, in the order in which they were made, without those in the trash."""
        sql = f"SELECT {_COLUMNS} FROM presets WHERE trashed IS NULL ORDER BY number"
        return await self._db.run(lambda c: [_preset(row) for row in c.execute(sql)])

    async def add(self, preset: Preset) -> None:
        await self._db.write(lambda c: _add(c, preset))

    async def update(self, preset: Preset) -> None:
        await self._db.write(lambda c: _update(c, preset))

    async def trash(self, preset_id: str) -> None:
        """Takes the preset out of the list; nothing of it is removed."""
        await self._db.write(lambda c: _set_trashed(c, preset_id, milliseconds(now())), frees_space=True)

    async def restore(self, preset_id: str) -> None:
        """Takes it out of the trash again, under another name where its own is taken by now."""
        await self._db.write(lambda c: _restore(c, preset_id))

    async def uses(self) -> dict[str, PresetUse]:
        """What is known of each preset that was used, the newest first."""
        sql = "SELECT preset_id, used, filled FROM preset_uses ORDER BY used DESC"
        return await self._db.run(
            lambda c: {key: PresetUse(moment(at), _texts(values)) for key, at, values in c.execute(sql)}
        )

    async def note_use(self, preset_id: str, values: Mapping[str, str]) -> None:
        """Remembers that the preset was used now, with these values."""
        sql = "INSERT INTO preset_uses VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET used = excluded.used, filled = ?3"
        await self._db.write(lambda c: c.execute(sql, (preset_id, milliseconds(now()), params_json(values))))


def _add(connection: "apsw.Connection", preset: Preset) -> None:
    _check_name(connection, preset)
    connection.execute(f"INSERT INTO presets ({_COLUMNS}) VALUES ({_PLACES})", _values(preset))


def _update(connection: "apsw.Connection", preset: Preset) -> None:
    _check_name(connection, preset)
    connection.execute(f"UPDATE presets SET ({_COLUMNS}) = ({_PLACES}) WHERE id = ?", (*_values(preset), preset.id))
    _require_change(connection)


def _set_trashed(connection: "apsw.Connection", preset_id: str, trashed: int | None) -> None:
    connection.execute("UPDATE presets SET trashed = ? WHERE id = ?", (trashed, preset_id))
    _require_change(connection)


def _restore(connection: "apsw.Connection", preset_id: str) -> None:
    name = connection.execute("SELECT name FROM presets WHERE id = ?", (preset_id,)).get
    if name is None:
        raise unknown_preset()
    taken = [row[0] for row in connection.execute("SELECT name FROM presets WHERE trashed IS NULL")]
    name = free_name(str(name), taken)
    sql = "UPDATE presets SET trashed = NULL, name = ?, folded_name = ? WHERE id = ? AND trashed IS NOT NULL"
    connection.execute(sql, (name, _folded(name), preset_id))


def _check_name(connection: "apsw.Connection", preset: Preset) -> None:
    if not preset.name.strip():
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("A preset needs a name."),
            hint=msg("Enter any name that tells it from the others."),
        )
    sql = "SELECT 1 FROM presets WHERE folded_name = ? AND id <> ? AND trashed IS NULL"
    if connection.execute(sql, (_folded(preset.name), preset.id)).get is not None:
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("There is a preset called “{name}” already.", name=preset.name.strip()),
            hint=msg("Choose another name."),
        )


def _values(preset: Preset) -> tuple[str, ...]:
    """In the order of `_COLUMNS`."""
    name = repaired(preset.name.strip())
    return (
        preset.id,
        name,
        _folded(name),
        repaired(preset.icon),
        repaired(preset.system_prompt),
        preset.provider_id,
        repaired(preset.model),
        params_json(preset.params),
        str(preset.context),
        repaired(preset.greeting),
        _dumped([_variable_fields(variable) for variable in preset.variables]),
        _dumped(preset.attachments),
        _dumped(preset.tags),
    )


def _preset(row: "tuple[Any, ...]") -> Preset:
    """A row that a damaged file changed loses what cannot be read, never its prompt."""
    key, name, _, icon, prompt, provider_id, model, params, context, greeting, variables, attachments, tags = row
    return Preset(
        name=name,
        id=key,
        icon=icon,
        system_prompt=prompt,
        variables=tuple(filter(None, map(_variable, _list(variables)))),
        provider_id=provider_id,
        model=model,
        params=_object(params),
        context=stored_rule(context),
        attachments=tuple(map(str, _list(attachments))),
        greeting=greeting,
        tags=tuple(map(str, _list(tags))),
    )


def _variable_fields(variable: Variable) -> dict[str, object]:
    return {name: getattr(variable, name) for name in Variable.__slots__}


def _variable(fields: Any) -> Variable | None:
    try:
        return Variable(
            str(fields["name"]),
            FieldKind(fields["kind"]),
            str(fields["label"]),
            str(fields["default"]),
            tuple(map(str, fields["choices"])),
        )
    except (ValueError, KeyError, TypeError):
        log.error("a place of a preset cannot be read back")
        return None


def _list(stored: str) -> list[Any]:
    found = _loaded(stored)
    return found if isinstance(found, list) else []


def _object(stored: str) -> dict[str, Any]:
    found = _loaded(stored)
    return found if isinstance(found, dict) else {}


def _texts(stored: str) -> dict[str, str]:
    return {name: str(value) for name, value in _object(stored).items()}


def _loaded(stored: str) -> object:
    try:
        return json.loads(stored)
    except ValueError:
        log.error("a part of a preset cannot be read back")
        return None


def _dumped(value: object) -> str:
    return repaired(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _folded(name: str) -> str:
    return name.strip().casefold()


def _require_change(connection: "apsw.Connection") -> None:
    if connection.changes() == 0:
        raise unknown_preset()


def unknown_preset() -> ChatError:
    return failed(ErrorKind.NOT_FOUND, msg("This preset is not there (any more)."), hint=msg("Choose another one."))
