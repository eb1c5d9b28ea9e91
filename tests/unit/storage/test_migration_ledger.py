"""Steps from one schema to the next: each whole or not at all, each once, with a backup before."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from tests.support.databases import OpenStores, conversation_with, with_stores

import desktopchat
from desktopchat.domain.errors import ChatError
from desktopchat.storage import migrations
from desktopchat.storage.migrations import MIGRATIONS, migrate


class CrashError(Exception):
    """The crash."""


def one_more_column(connection: apsw.Connection) -> None:
    connection.execute("ALTER TABLE drafts ADD COLUMN flavour TEXT NOT NULL DEFAULT ''")
    connection.execute("UPDATE drafts SET flavour = 'plain'")


def one_more_table(connection: apsw.Connection) -> None:
    connection.execute("CREATE TABLE extra (x INTEGER)")
    connection.execute("INSERT INTO extra VALUES (1)")


STEPS = (*MIGRATIONS, one_more_column, one_more_table)


def schema(connection: apsw.Connection) -> list[object]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()
    return [*rows, connection.pragma("user_version"), connection.pragma("application_id")]


def breaking_at(statement: int) -> Callable[..., bool]:
    """A tracer that raises when the given statement is about to run."""
    seen = 0

    def trace(_cursor: object, _sql: str, _bindings: object) -> bool:
        nonlocal seen
        seen += 1
        if seen == statement:
            raise CrashError
        return True

    return trace


def test_a_crash_at_any_statement_leaves_a_state_that_the_next_start_completes(tmp_path: Path) -> None:
    whole = apsw.Connection(str(tmp_path / "whole.sqlite3"))
    migrate(whole, STEPS)
    states = set()
    for statement in range(1, 200):
        connection = apsw.Connection(str(tmp_path / f"{statement}.sqlite3"))
        connection.exec_trace = breaking_at(statement)
        try:
            migrate(connection, STEPS)
        except CrashError:
            connection.exec_trace = None
            states.add(connection.pragma("user_version"))
            assert not connection.in_transaction
            migrate(connection, STEPS)
            assert schema(connection) == schema(whole)
            connection.close()
        else:
            break
    assert states == set(range(len(STEPS) + 1))
    assert statement > 40


def test_the_ledger_says_what_was_done_when_and_by_which_version(tmp_path: Path) -> None:
    async def ledger(stores: OpenStores) -> list[tuple[object, ...]]:
        return await stores.database.run(lambda c: c.execute("SELECT * FROM migrations").fetchall())

    path = tmp_path / "chat.sqlite3"
    first = with_stores(path, ledger)
    steps = [(number, step.__name__, desktopchat.__version__) for number, step in enumerate(MIGRATIONS, 1)]
    assert [(row[0], row[1], row[3]) for row in first] == steps
    assert with_stores(path, ledger) == first


def upgraded(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the program is a version that knows two more steps."""
    monkeypatch.setattr(migrations, "NEWEST", len(STEPS))
    monkeypatch.setattr(migrations.migrate, "__defaults__", (STEPS,))


def test_an_existing_database_is_backed_up_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chat.sqlite3"
    conversation = conversation_with("kept", "too")

    async def fill(stores: OpenStores) -> None:
        await stores.conversations.create(conversation)

    async def texts(stores: OpenStores) -> list[str]:
        return [m.text for m in await stores.conversations.load(conversation.id)]

    with_stores(path, fill)
    assert not (tmp_path / "backups").exists()
    upgraded(monkeypatch)
    assert with_stores(path, texts) == ["kept", "too"]
    (backup,) = (tmp_path / "backups").iterdir()
    copy = apsw.Connection(str(backup))
    assert copy.pragma("user_version") == len(MIGRATIONS)
    assert copy.execute("SELECT count(*) FROM messages").get == 2
    copy.close()
    with_stores(path, texts)
    assert len(list((tmp_path / "backups").iterdir())) == 1


def test_without_a_sound_backup_nothing_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "chat.sqlite3"

    async def version(stores: OpenStores) -> object:
        return await stores.database.run(lambda c: c.pragma("user_version"))

    with_stores(path, version)
    (tmp_path / "backups").write_text("a file in the way")
    with monkeypatch.context() as patch:
        upgraded(patch)
        with pytest.raises(ChatError) as caught:
            with_stores(path, version)
    assert caught.value.failure.code == "backup"
    assert with_stores(path, version) == len(MIGRATIONS)
