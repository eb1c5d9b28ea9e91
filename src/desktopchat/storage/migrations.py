"""How the tables came to be: one function for each step, numbered by its place in `MIGRATIONS`, never changed later.

To change the schema, write a new function and put it at the end of the list. Each runs in a transaction of its own,
so that a crash leaves the state before or after a step, never between; the ledger (table `migrations`) says what was
done when and by which version. `PRAGMA user_version` counts the steps.

Times are integers: milliseconds since 1970, UTC.
"""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import desktopchat

if TYPE_CHECKING:
    import apsw


def first_tables(connection: "apsw.Connection") -> None:
    """Conversations as trees of messages, the pieces of answers that are coming, endpoints, drafts, search."""
    connection.execute(_CONVERSATIONS)
    connection.execute(_MESSAGES)
    connection.execute(_COUNTING)
    connection.execute(_PROVIDERS_AND_DRAFTS)
    connection.execute(_SEARCH)


def trash_for_messages(connection: "apsw.Connection") -> None:
    """When a message was put into the trash; a conversation counts the others."""
    connection.execute(_MESSAGE_TRASH)


def presets(connection: "apsw.Connection") -> None:
    """The user's presets, what was last filled into any of them, and what a conversation took from one."""
    connection.execute(_PRESETS)


def attachments(connection: "apsw.Connection") -> None:
    """What is at which provider, the files of drafts, and a salt for the names of accounts."""
    connection.execute(_ATTACHMENTS)


def translations(connection: "apsw.Connection") -> None:
    """Glossaries with their terms, and the history of pairs with its index."""
    connection.execute(_TRANSLATIONS)


MIGRATIONS: "Sequence[Callable[[apsw.Connection], None]]" = (
    first_tables,
    trash_for_messages,
    presets,
    attachments,
    translations,
)
NEWEST = len(MIGRATIONS)


def migrate(
    connection: "apsw.Connection",
    steps: "Sequence[Callable[[apsw.Connection], None]]" = MIGRATIONS,
) -> None:
    """Takes the steps that the database has not seen. Another process may do the same at the same time."""
    connection.execute("PRAGMA foreign_keys = OFF")  # else rebuilding a table would empty those that point at it
    try:
        for number, step in enumerate(steps, start=1):
            _take(connection, number, step)
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _take(connection: "apsw.Connection", number: int, step: "Callable[[apsw.Connection], None]") -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.pragma("user_version") < number:
            step(connection)
            _record(connection, number, step.__name__)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _record(connection: "apsw.Connection", number: int, name: str) -> None:
    from desktopchat.storage.opening import APPLICATION_ID

    if connection.execute("PRAGMA foreign_key_check").fetchall():
        raise ValueError(f"migration {number} left rows that point at nothing")
    connection.execute(_LEDGER)
    connection.execute(
        "INSERT INTO migrations VALUES (?, ?, ?, ?)",
        (number, name, time.time_ns() // 1_000_000, desktopchat.__version__),
    )
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {number}")


_LEDGER = """
CREATE TABLE IF NOT EXISTS migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL, app_version TEXT NOT NULL
) STRICT
"""

_CONVERSATIONS = """
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_is_manual INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    head_id TEXT,
    system_prompt TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    model TEXT NOT NULL,
    params TEXT NOT NULL,
    messages INTEGER NOT NULL DEFAULT 0,
    trashed INTEGER
) STRICT;
-- the list of conversations is read from these indexes alone, however long the rows are
CREATE INDEX conversations_listed ON conversations(updated, number, id, title, created, messages, trashed)
    WHERE trashed IS NULL;
CREATE INDEX conversations_trashed ON conversations(trashed, number) WHERE trashed IS NOT NULL;
"""

# `number` grows with the time of the message: created * 4096 + the place within the millisecond. So the newest
# matches of a search are the first ones in the order of rowids. `seq` is the order within a conversation.
_MESSAGES = """
CREATE TABLE messages (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation INTEGER NOT NULL REFERENCES conversations(number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    parent_id TEXT,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    created INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    finish_reason TEXT,
    first_token_ms INTEGER,
    duration_ms INTEGER,
    usage TEXT,
    failure TEXT,
    parts TEXT NOT NULL,
    UNIQUE (conversation, seq)
) STRICT;
CREATE INDEX messages_streaming ON messages(number) WHERE state = 'streaming';
CREATE TABLE chunks (
    message INTEGER NOT NULL REFERENCES messages(number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    text TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    PRIMARY KEY (message, seq)
) STRICT, WITHOUT ROWID;
"""

_COUNTING = """
CREATE TRIGGER message_counted AFTER INSERT ON messages BEGIN
    UPDATE conversations SET messages = messages + 1 WHERE number = NEW.conversation;
END;
CREATE TRIGGER message_uncounted AFTER DELETE ON messages BEGIN
    UPDATE conversations SET messages = messages - 1 WHERE number = OLD.conversation;
END;
"""

_PROVIDERS_AND_DRAFTS = """
CREATE TABLE providers (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    base_url TEXT NOT NULL,
    model TEXT NOT NULL,
    key_env TEXT NOT NULL,
    key_place TEXT NOT NULL,
    ca_file TEXT NOT NULL,
    proxy TEXT NOT NULL,
    is_default INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX providers_one_default ON providers(is_default) WHERE is_default = 1;
CREATE TABLE drafts (conversation_id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""

# The index holds no text of its own and can be made again from the messages. What it has not seen yet stands in
# `search_queue` (kind 0: a message, kind 1: a conversation's title), put there by triggers, so that a damaged index
# never keeps a message from being stored.
_SEARCH = """
CREATE VIRTUAL TABLE search_index USING fts5(
    words, characters, content = '', contentless_delete = 1, tokenize = 'ascii'
);
CREATE VIRTUAL TABLE title_index USING fts5(
    words, characters, content = '', contentless_delete = 1, tokenize = 'ascii'
);
CREATE TABLE search_queue (
    kind INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER message_added AFTER INSERT ON messages WHEN NEW.state <> 'streaming' BEGIN
    INSERT OR IGNORE INTO search_queue VALUES (0, NEW.number);
END;
CREATE TRIGGER message_changed AFTER UPDATE OF parts ON messages BEGIN
    INSERT OR IGNORE INTO search_queue VALUES (0, NEW.number);
END;
CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
    INSERT OR IGNORE INTO search_queue VALUES (0, OLD.number);
END;
CREATE TRIGGER title_added AFTER INSERT ON conversations BEGIN
    INSERT OR IGNORE INTO search_queue VALUES (1, NEW.number);
END;
CREATE TRIGGER title_changed AFTER UPDATE OF title ON conversations WHEN NEW.title <> OLD.title BEGIN
    INSERT OR IGNORE INTO search_queue VALUES (1, NEW.number);
END;
CREATE TRIGGER title_removed AFTER DELETE ON conversations BEGIN
    INSERT OR IGNORE INTO search_queue VALUES (1, OLD.number);
END;
"""

# `uses` also knows presets that came with the program; it is apart, so that using a preset never changes it.
_PRESETS = """
CREATE TABLE presets (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    icon TEXT NOT NULL,
    system_prompt TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    model TEXT NOT NULL,
    params TEXT NOT NULL,
    context TEXT NOT NULL,
    greeting TEXT NOT NULL,
    variables TEXT NOT NULL,
    attachments TEXT NOT NULL,
    tags TEXT NOT NULL,
    trashed INTEGER
) STRICT;
CREATE UNIQUE INDEX presets_named ON presets(folded_name) WHERE trashed IS NULL;
CREATE TABLE preset_uses (
    preset_id TEXT PRIMARY KEY, used INTEGER NOT NULL, filled TEXT NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE conversations ADD COLUMN preset_id TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN context TEXT NOT NULL DEFAULT 'all';
"""

_MESSAGE_TRASH = """
ALTER TABLE messages ADD COLUMN trashed INTEGER;
CREATE INDEX messages_trashed ON messages(conversation, id) WHERE trashed IS NOT NULL;
DROP TRIGGER message_uncounted;
CREATE TRIGGER message_uncounted AFTER DELETE ON messages WHEN OLD.trashed IS NULL BEGIN
    UPDATE conversations SET messages = messages - 1 WHERE number = OLD.conversation;
END;
CREATE TRIGGER message_trashed AFTER UPDATE OF trashed ON messages BEGIN
    UPDATE conversations SET messages = messages + (OLD.trashed IS NOT NULL) - (NEW.trashed IS NOT NULL)
        WHERE number = NEW.conversation;
END;
"""

# `account` tells providers with other addresses or keys apart, and is made with the salt so that nothing of a key can
# be read from it. A row is written before anything is sent, so that it is known that the file may have arrived.
_ATTACHMENTS = """
CREATE TABLE uploads (
    account TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL,
    begun INTEGER NOT NULL,
    file_id TEXT NOT NULL,
    uri TEXT NOT NULL,
    media_type TEXT NOT NULL,
    expires INTEGER,
    failure TEXT,
    PRIMARY KEY (account, sha256)
) STRICT, WITHOUT ROWID;
CREATE TABLE draft_files (conversation_id TEXT PRIMARY KEY, parts TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE account_salt (salt BLOB NOT NULL) STRICT;
INSERT INTO account_salt VALUES (randomblob(32));
"""

_TRANSLATIONS = """
CREATE TABLE glossaries (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    source_language TEXT NOT NULL,
    target_language TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    trashed INTEGER
) STRICT;
CREATE TABLE terms (
    glossary INTEGER NOT NULL REFERENCES glossaries(number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    note TEXT NOT NULL,
    rule TEXT NOT NULL,
    case_sensitive INTEGER NOT NULL,
    PRIMARY KEY (glossary, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE pairs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    source_language TEXT NOT NULL,
    target_language TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    starred INTEGER NOT NULL,
    trashed INTEGER
) STRICT;
CREATE INDEX pairs_starred ON pairs(number) WHERE starred = 1 AND trashed IS NULL;
CREATE VIRTUAL TABLE pair_index USING fts5(
    words, characters, content = '', contentless_delete = 1, tokenize = 'ascii'
);
"""
