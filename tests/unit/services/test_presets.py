"""Presets of the program and one's own: found, applied, copied, brought in; and what a context of none sends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktopchat import i18n
from desktopchat.core import Core
from desktopchat.domain.context import ALL, NONE, ContextRule
from desktopchat.domain.conversation import ConversationSettings
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import MessageState
from desktopchat.domain.preset import BY_ITSELF, FieldKind, Preset
from desktopchat.domain.provider import ProviderConfig
from desktopchat.exchange.preset_files import PresetFormat
from desktopchat.i18n.catalogue import resource
from desktopchat.servers.demo import DemoServer
from desktopchat.services.presets import ORDER, built_in, settings_with, without_preset
from desktopchat.settings.options import Options


def with_core(folder: Path, work: Callable[[Core], Awaitable[None]]) -> None:
    async def main() -> None:
        core = await Core.open(Options(data_dir=str(folder)))
        try:
            await work(core)
        finally:
            await core.aclose()

    asyncio.run(asyncio.wait_for(main(), 100))


def test_every_built_in_preset_is_there_in_both_languages() -> None:
    english, chinese = built_in("en"), built_in("zh_CN")
    assert len(english) == len(chinese) == len(ORDER)
    for first, second in zip(english, chinese, strict=True):
        assert first.is_built_in
        assert (first.id, first.icon, first.context, first.places()) == (
            second.id,
            second.icon,
            second.context,
            second.places(),
        )
        assert (resource("icons") / f"{first.icon}.svg").is_file()
        assert first.greeting
        assert first.name != second.name
        assert second.system_prompt != first.system_prompt


def test_built_in_presets_know_all_of_their_places() -> None:
    for preset in (*built_in("en"), *built_in("zh_CN")):
        described = {variable.name for variable in preset.variables}
        assert described | BY_ITSELF >= set(preset.places()), preset.id
        assert described <= set(preset.places()), preset.id
        assert all(variable.default and variable.label for variable in preset.variables), preset.id
        for variable in preset.variables:
            assert (variable.kind is FieldKind.CHOICE) == bool(variable.choices), preset.id
            assert not variable.choices or variable.default in variable.choices


def test_the_translators_send_nothing_but_their_prompt_and_the_text() -> None:
    translators = [preset for preset in built_in("en") if preset.id.startswith("builtin:translate")]
    assert len(translators) == 3
    assert all(preset.context == NONE for preset in translators)


def test_two_hundred_turns_without_history_end_in_a_request_of_two_messages(tmp_path: Path) -> None:
    demo = DemoServer(tokens_per_second=1_000_000)
    demo.start()

    async def work(core: Core) -> None:
        await core.providers.add(ProviderConfig("Recorded", "openai", f"{demo.url}/v1", "demo", is_default=True))
        preset = await core.presets.add(Preset("No history", system_prompt="Translate. ", context=NONE))
        settings = await core.presets.apply(preset, ConversationSettings(), {})
        conversation = core.chat.new_conversation(settings)
        for turn in range(1, 201):
            message = await (await core.chat.send(conversation, f"text {turn}")).wait()
            assert message.state is MessageState.DONE
        assert len(conversation.path()) == 400
        assert demo.recorder.last().body["messages"] == [  # type: ignore[index,call-overload]
            {"role": "system", "content": "Translate. "},
            {"role": "user", "content": "text 200"},
        ]
        await core.chat.configure(conversation, replace(conversation.settings, context=ContextRule(4)))
        await (await core.chat.send(conversation, "text 201")).wait()
        body: Any = demo.recorder.last().body
        assert [message["role"] for message in body["messages"]] == [
            "system", "user", "assistant", "user", "assistant", "user",
        ]  # fmt: skip

    try:
        with_core(tmp_path, work)
    finally:
        demo.stop()


def test_applying_a_preset_fills_places_and_remembers_them(tmp_path: Path) -> None:
    async def work(core: Core) -> None:
        preset = Preset("P", system_prompt="{{x}} {{date}} {{clipboard}} {{y}}", params={"top_p": 1}, context=NONE)
        before = ConversationSettings("p", "m", "old", {"temperature": 1})
        held = await core.presets.apply(preset, before, {"x": "X"}, "from the clipboard")
        first, date, *rest = held.system_prompt.split(" ", 2)
        assert (first, len(date), rest) == ("X", 10, ["from the clipboard {{y}}"])
        assert (held.provider_id, held.model, held.params, held.context) == ("p", "m", {"top_p": 1}, NONE)
        assert (await core.presets.uses())[preset.id].values == {"x": "X"}
        assert without_preset(held) == ConversationSettings("p", "m")

    with_core(tmp_path, work)


@pytest.mark.parametrize(
    ("provider", "model", "answerer"), [("", "", ("p", "m")), ("q", "", ("q", "")), ("", "n", ("p", "n"))]
)
def test_who_answers_changes_only_where_the_preset_says_so(
    provider: str, model: str, answerer: tuple[str, str]
) -> None:
    held = settings_with(Preset("P", provider_id=provider, model=model), ConversationSettings("p", "m"), {})
    assert (held.provider_id, held.model) == answerer


def test_presets_are_found_by_name_in_either_language_and_by_id(tmp_path: Path) -> None:
    async def work(core: Core) -> None:
        own = await core.presets.add(Preset("翻译", system_prompt="mine"))
        assert await core.presets.named(" 翻译 ") == own
        assert (await core.presets.named("POLISH")).id == "builtin:polish"
        assert (await core.presets.named("润色")).id == "builtin:polish"
        assert (await core.presets.named("Meeting Minutes")).id == "builtin:meeting-minutes"
        assert await core.presets.get(own.id) == own
        for attempt in (core.presets.named("nobody"), core.presets.get("gone")):
            with pytest.raises(ChatError) as caught:
                await attempt
            assert caught.value.kind is ErrorKind.NOT_FOUND

    with_core(tmp_path, work)


def test_the_list_speaks_the_programs_language(tmp_path: Path) -> None:
    async def work(core: Core) -> None:
        try:
            i18n.install("zh_CN")
            assert (await core.presets.all())[0].name == "翻译"
        finally:
            i18n.install("en")
        assert (await core.presets.all())[0].name == "Translator"

    with_core(tmp_path, work)


def test_built_in_presets_are_copied_and_never_changed(tmp_path: Path) -> None:
    async def work(core: Core) -> None:
        polish = await core.presets.named("polish")
        for attempt in (core.presets.update(polish), core.presets.remove(polish)):
            with pytest.raises(ChatError) as caught:
                await attempt
            assert caught.value.kind is ErrorKind.BAD_REQUEST
        copy = await core.presets.duplicate(polish)
        assert (copy.name, copy.is_built_in) == (f"{polish.name} (2)", False)
        assert replace(copy, id="", name="") == replace(polish, id="", name="")

    with_core(tmp_path, work)


def test_what_goes_out_comes_back_once(tmp_path: Path) -> None:
    async def work(core: Core) -> None:
        provider = await core.providers.add(ProviderConfig("Home", "openai", "http://127.0.0.1:9/v1"))
        own = await core.presets.add(Preset("Mine", system_prompt=" s ", provider_id=provider.id, context=ALL))
        data = await core.presets.exported([own], PresetFormat.JSON)
        assert b"Home" in data
        assert provider.id.encode() not in data
        again = await core.presets.bring_in(await core.presets.read(data, "a.json"))
        assert (again.added, again.skipped) == ((), 1)
        other = data.replace(b'" s "', b'"other"')
        done = await core.presets.bring_in(await core.presets.read(other, "a.json"))
        assert [(p.name, p.provider_id) for p in done.added] == [("Mine (2)", provider.id)]
        twice = await core.presets.bring_in(await core.presets.read(other, "a.json"))
        assert (twice.added, twice.skipped) == ((), 1)

    with_core(tmp_path, work)
