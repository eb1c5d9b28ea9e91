"""The configured endpoints in the database. Never their keys."""
# ruff: noqa: S608 - SQL is put together from constants of this package only; values are always bound

from typing import TYPE_CHECKING, Any

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.provider import KeyPlace, ProviderConfig
from desktopchat.domain.text import msg
from desktopchat.storage.database import Database

if TYPE_CHECKING:
    import apsw

_COLUMNS = "id, name, folded_name, kind, base_url, model, key_env, key_place, ca_file, proxy"
_SELECT = "SELECT id, name, kind, base_url, model, key_env, key_place, ca_file, proxy, is_default FROM providers"


class ProviderStore:
    """Every method raises only `ChatError`: `storage`, `not_found`, `bad_request` for a name that is taken or empty.

    As long as there are endpoints, exactly one of them is the default.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    async def all(self) -> list[ProviderConfig]:
        """In the order in which they were added."""
        return await self._db.run(lambda c: [_config(row) for row in c.execute(f"{_SELECT} ORDER BY number")])

    async def get(self, provider_id: str) -> ProviderConfig:
        return await self._db.run(lambda c: _get(c, provider_id))

    async def add(self, config: ProviderConfig) -> ProviderConfig:
        """Stores a new endpoint, and returns it as it is stored: the first one becomes the default."""
        return await self._db.write(lambda c: _add(c, config))

    async def update(self, config: ProviderConfig) -> None:
        """Stores new values; with `is_default` it becomes the default, without that the default stays as it is."""
        await self._db.write(lambda c: _update(c, config))

    async def remove(self, provider_id: str) -> None:
        """Removes the endpoint; if it was the default, the one added first takes its place."""
        await self._db.write(lambda c: _remove(c, provider_id), frees_space=True)

    async def set_default(self, provider_id: str) -> None:
        await self._db.write(lambda c: _set_default(c, provider_id))


def _add(connection: "apsw.Connection", config: ProviderConfig) -> ProviderConfig:
    _check_name(connection, config)
    sql = f"INSERT INTO providers ({_COLUMNS}, is_default) VALUES ({', '.join('?' * 10)}, 0)"
    connection.execute(sql, _values(config))
    if config.is_default or not _has_default(connection):
        _set_default(connection, config.id)
    return _get(connection, config.id)


def _update(connection: "apsw.Connection", config: ProviderConfig) -> None:
    _get(connection, config.id)
    _check_name(connection, config)
    sql = f"UPDATE providers SET ({_COLUMNS}) = ({', '.join('?' * 10)}) WHERE id = ?"
    connection.execute(sql, (*_values(config), config.id))
    if config.is_default:
        _set_default(connection, config.id)


def _remove(connection: "apsw.Connection", provider_id: str) -> None:
    _get(connection, provider_id)
    connection.execute("DELETE FROM providers WHERE id = ?", (provider_id,))
    if not _has_default(connection):
        connection.execute("UPDATE providers SET is_default = 1 WHERE number = (SELECT min(number) FROM providers)")


def _set_default(connection: "apsw.Connection", provider_id: str) -> None:
    _get(connection, provider_id)
    connection.execute("UPDATE providers SET is_default = 0 WHERE is_default = 1")
    connection.execute("UPDATE providers SET is_default = 1 WHERE id = ?", (provider_id,))


def _get(connection: "apsw.Connection", provider_id: str) -> ProviderConfig:
    row = connection.execute(f"{_SELECT} WHERE id = ?", (provider_id,)).fetchone()
    if row is None:
        raise _unknown()
    return _config(row)


def _has_default(connection: "apsw.Connection") -> bool:
    return connection.execute("SELECT 1 FROM providers WHERE is_default = 1").get is not None


def _check_name(connection: "apsw.Connection", config: ProviderConfig) -> None:
    if not config.name.strip():
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("A provider needs a name."),
            hint=msg("Enter any name that tells it from the others."),
        )
    sql = "SELECT 1 FROM providers WHERE folded_name = ? AND id <> ?"
    if connection.execute(sql, (_folded(config.name), config.id)).get is not None:
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("There is a provider called “{name}” already.", name=config.name.strip()),
            hint=msg("Choose another name."),
        )


def _values(config: ProviderConfig) -> tuple[str, ...]:
    name = config.name.strip()
    return (
        config.id,
        name,
        _folded(name),
        config.kind,
        config.base_url,
        config.model,
        config.key_env,
        config.key_place,
        config.ca_file,
        config.proxy,
    )


def _folded(name: str) -> str:
    return name.strip().casefold()


def _config(row: "tuple[Any, ...]") -> ProviderConfig:
    provider_id, name, kind, base_url, model, key_env, key_place, ca_file, proxy, is_default = row
    return ProviderConfig(
        name=name,
        kind=kind,
        base_url=base_url,
        model=model,
        id=provider_id,
        key_env=key_env,
        key_place=KeyPlace(key_place) if key_place in set(KeyPlace) else KeyPlace.NONE,
        ca_file=ca_file,
        proxy=proxy,
        is_default=bool(is_default),
    )


def _unknown() -> ChatError:
    return failed(
        ErrorKind.NOT_FOUND,
        msg("This provider is not configured (any more)."),
        hint=msg("Choose another one."),
    )
