"""The user's presets on disk, what was filled into them, and what a conversation keeps of one."""

from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from tests.support.databases import OpenStores, conversation_with, with_stores

from desktopchat.domain.context import ALL, NONE, ContextRule
from desktopchat.domain.conversation import ConversationSettings
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.preset import FieldKind, Preset, Variable
from desktopchat.storage.migrations import MIGRATIONS, migrate
from desktopchat.storage.presets import PresetStore

FULL = Preset(
    name="Translate",
    icon="⚖️",
    system_prompt="  Into {{target_language}}.\r\n\u00a0Keep\u2028blanks. ",
    variables=(Variable("style", FieldKind.CHOICE, "Style", "b", ("a", "b")),),
    provider_id="p",
    model="m",
    params={"temperature": 0.2, "stop": ["。"]},
    context=ContextRule(4),
    attachments=("f1", "f2"),
    greeting="你好",
    tags=("翻译", "law"),
)


def test_a_preset_comes_back_as_it_was_written(tmp_path: Path) -> None:
    async def write(stores: OpenStores) -> None:
        await PresetStore(stores.database).add(FULL)

    async def read(stores: OpenStores) -> list[Preset]:
        return await PresetStore(stores.database).all()

    with_stores(tmp_path / "a.sqlite3", write)
    assert with_stores(tmp_path / "a.sqlite3", read) == [FULL]


@pytest.mark.parametrize("name", ["", "  ", "TRANSLATE "])
def test_a_name_must_be_there_and_free(tmp_path: Path, name: str) -> None:
    async def work(stores: OpenStores) -> None:
        store = PresetStore(stores.database)
        await store.add(FULL)
        with pytest.raises(ChatError) as caught:
            await store.add(Preset(name))
        assert caught.value.kind is ErrorKind.BAD_REQUEST
        await store.update(replace(FULL, name="translate"))
        assert [preset.name for preset in await store.all()] == ["translate"]

    with_stores(tmp_path / "a.sqlite3", work)


def test_what_was_removed_can_be_brought_back_beside_a_new_one_of_its_name(tmp_path: Path) -> None:
    async def work(stores: OpenStores) -> None:
        store = PresetStore(stores.database)
        await store.add(FULL)
        await store.trash(FULL.id)
        assert await store.all() == []
        other = Preset("Translate")
        await store.add(other)
        await store.restore(FULL.id)
        await store.restore(FULL.id)
        assert await store.all() == [replace(FULL, name="Translate (2)"), other]

    with_stores(tmp_path / "a.sqlite3", work)


def test_a_preset_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    async def work(stores: OpenStores) -> None:
        store = PresetStore(stores.database)
        for attempt in (store.update(FULL), store.trash("x"), store.restore("x")):
            with pytest.raises(ChatError) as caught:
                await attempt
            assert caught.value.kind is ErrorKind.NOT_FOUND

    with_stores(tmp_path / "a.sqlite3", work)


def test_uses_are_remembered_apart_from_the_preset(tmp_path: Path) -> None:
    async def work(stores: OpenStores) -> None:
        store = PresetStore(stores.database)
        await store.add(FULL)
        await store.note_use("builtin:polish", {"style": "旧"})
        await store.note_use("builtin:polish", {"style": "新"})
        assert {key: use.values for key, use in (await store.uses()).items()} == {"builtin:polish": {"style": "新"}}
        assert await store.all() == [FULL]

    with_stores(tmp_path / "a.sqlite3", work)


def test_a_damaged_row_keeps_its_prompt(tmp_path: Path) -> None:
    async def work(stores: OpenStores) -> None:
        store = PresetStore(stores.database)
        await store.add(FULL)
        sql = """UPDATE presets SET params = '[', variables = '[{"name": 1}, 2]', context = 'x', tags = '{}'"""
        await stores.database.write(lambda c: c.execute(sql))
        (found,) = await store.all()
        assert (found.system_prompt, dict(found.params), found.variables) == (FULL.system_prompt, {}, ())
        assert (found.context, found.tags) == (ALL, ())

    with_stores(tmp_path / "a.sqlite3", work)


def test_a_conversation_keeps_its_preset_and_its_rule(tmp_path: Path) -> None:
    held = ConversationSettings(system_prompt="s", preset_id="builtin:polish", context=NONE)

    async def work(stores: OpenStores) -> None:
        conversation = conversation_with("hi")
        conversation.settings = held
        await stores.conversations.create(conversation)
        assert (await stores.conversations.load(conversation.id)).settings == held
        conversation.settings = replace(held, context=ContextRule(6))
        await stores.conversations.save(conversation)
        assert (await stores.conversations.load(conversation.id)).settings.context == ContextRule(6)

    with_stores(tmp_path / "a.sqlite3", work)


def test_conversations_of_an_older_version_send_all_that_was_said(tmp_path: Path) -> None:
    file = tmp_path / "old.sqlite3"
    old = apsw.Connection(str(file))
    names = [step.__name__ for step in MIGRATIONS]
    migrate(old, MIGRATIONS[: names.index("presets")])
    old.execute(
        """INSERT INTO conversations (id, title, title_is_manual, created, updated, system_prompt, provider_id, model,
           params) VALUES ('c', 'T', 0, 0, 0, 's', '', '', '{}')"""
    )
    old.close()

    async def work(stores: OpenStores) -> ConversationSettings:
        return (await stores.conversations.load("c")).settings

    assert with_stores(file, work) == ConversationSettings(system_prompt="s")
