"""Presets as a person uses them: the picker, the slash, the form of places, the chip, and the window to make them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMenu, QPushButton, QToolButton, QWidget
from tests.support.waiting import until
from tests.support.widgets import child
from tests.support.windows import Opened, opened

from desktopchat.domain.context import ALL, NONE, ContextRule
from desktopchat.domain.preset import FieldKind, Preset, Variable
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.presets.form import PlacesDialog
from desktopchat.ui.presets.manager import PresetsDialog
from desktopchat.ui.presets.picker import PresetPicker
from desktopchat.ui.presets.slash import SlashMenu

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Scenario = Callable[[Opened, MainWindow], Awaitable[None]]
Play = Callable[[Scenario], None]
VERBATIM = "  {{x}} Vous êtes traducteur\u00a0: traduisez.\u2028 "


@pytest.fixture
def play(run: Callable[..., Any], tmp_path: Path) -> Play:
    """Plays a scenario in a window of its own."""

    def player(scenario: Scenario) -> None:
        async def played() -> None:
            async with opened(tmp_path) as found:
                await scenario(found, await found.show())

        run(played(), timeout=40)

    return player


def key(widget: QWidget | None, which: Qt.Key) -> None:
    assert widget is not None
    QTest.keyClick(widget, which)


def held(window: MainWindow) -> Any:
    return window.controller.conversation.settings


async def dialog(window: MainWindow, kind: type[Any]) -> Any:
    await until(lambda: (found := window.findChild(kind)) is not None and found.isVisible())
    return window.findChild(kind)


async def manager(window: MainWindow) -> PresetsDialog:
    window.controller.presets.manage()
    found: PresetsDialog = await dialog(window, PresetsDialog)
    await until(lambda: found.list.presets.rowCount() > 5)
    return found


def test_the_picker_is_searched_and_chosen_from_by_keys(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        QTest.mouseClick(child(window, QToolButton, "presetPicker"), Qt.MouseButton.LeftButton)
        picker = await dialog(window, PresetPicker)
        assert picker.list.current_row().text == "No preset"
        search = child(picker, QLineEdit, "presetSearch")
        QTest.keyClicks(search, "simplified")
        key(search, Qt.Key.Key_Return)
        await until(lambda: held(window).preset_id == "builtin:translate-zh-hans")
        assert (held(window).context, "Simplified Chinese" in held(window).system_prompt) == (NONE, True)
        assert window.header.preset.accessibleName() == "Preset: Into Simplified Chinese"
        assert window.context_bar.chip.text() == "History is not sent"
        assert window.context_bar.isVisible()

    play(scenario)


def test_a_tag_shows_its_presets_and_what_was_used_comes_first(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await found.core.presets.add(Preset("Mine", system_prompt="x", tags=("mine",)))
        await found.core.presets.note_use("builtin:brainstorm")
        window.controller.command("choose_preset")
        picker = await dialog(window, PresetPicker)
        shown = [picker.list.presets.row(at).text for at in range(picker.list.presets.rowCount())]
        assert shown[:5] == ["No preset", "Used last", "Brainstorm", "Your own", "Mine"]
        assert shown.count("Brainstorm") == 1
        tags = [each for each in picker.findChildren(QToolButton) if each.property("tag") == "translation"]
        tags[0].click()
        assert {picker.list.presets.row(at).preset.tags[0] for at in range(picker.list.presets.rowCount())} == {
            "translation"
        }
        picker.close()

    play(scenario)


def test_a_preset_is_taken_off_again(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        presets = window.controller.presets
        presets.choose(next(p for p in presets.all() if p.id == "builtin:translate-zh-hans"))
        await until(lambda: held(window).context == NONE)
        window.controller.command("choose_preset")
        picker = await dialog(window, PresetPicker)
        for _ in range(20):
            key(picker.search, Qt.Key.Key_Up)
        key(picker.search, Qt.Key.Key_Return)
        await until(lambda: not held(window).preset_id)
        assert (held(window).system_prompt, held(window).context) == ("", ALL)
        assert not window.context_bar.isVisible()

    play(scenario)


def test_a_slash_opens_a_list_that_typing_filters_and_enter_applies(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        editor = window.composer.editor
        QTest.keyClicks(editor, "/code")
        menu = child(window, SlashMenu)
        await until(menu.isVisible)
        assert menu.list.current_row().text == "Explain code"
        assert menu.geometry().bottom() < window.composer.geometry().top()
        key(editor, Qt.Key.Key_Return)
        await until(lambda: held(window).preset_id == "builtin:explain-code")
        assert window.composer.text() == ""
        assert not menu.isVisible()
        assert len(window.controller.conversation) == 0

    play(scenario)


def test_a_slash_that_is_none_stays_what_was_written(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        editor = window.composer.editor
        QTest.keyClicks(editor, "/")
        menu = child(window, SlashMenu)
        await until(menu.isVisible)
        key(editor, Qt.Key.Key_Escape)
        assert not menu.isVisible()
        assert window.composer.text() == "/"
        QTest.keyClicks(editor, "usr")
        assert not menu.isVisible()
        window.composer.set_text("")
        for text in ("/usr/bin/env", "a /code", "/code\nline"):
            window.composer.set_text(text)
            assert not menu.isVisible(), text

    play(scenario)


def test_enter_belongs_to_the_input_method_while_it_composes(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        editor = window.composer.editor
        QTest.keyClicks(editor, "/")
        menu = child(window, SlashMenu)
        await until(menu.isVisible)
        QApplication.sendEvent(editor, QInputMethodEvent("fanyi", []))
        key(editor, Qt.Key.Key_Return)
        assert menu.isVisible()
        assert not held(window).preset_id
        QApplication.sendEvent(editor, QInputMethodEvent("", []))

    play(scenario)


def test_places_are_asked_for_and_remembered(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        presets = window.controller.presets
        translator = next(p for p in presets.all() if p.id == "builtin:translate")
        presets.choose(translator)
        form = await dialog(window, PlacesDialog)
        target = child(form, QComboBox, "place_target_language")
        target.setEditText("Klingon")
        key(target.lineEdit(), Qt.Key.Key_Return)
        await until(lambda: "into Klingon." in held(window).system_prompt)
        assert "{{" not in held(window).system_prompt
        presets.choose(translator)
        form = await dialog(window, PlacesDialog)
        assert child(form, QComboBox, "place_target_language").currentText() == "Klingon"
        key(form, Qt.Key.Key_Escape)
        await until(lambda: window.findChild(PlacesDialog) is None)
        assert "into Klingon." in held(window).system_prompt

    play(scenario)


def test_the_clipboard_stands_in_its_place(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        QApplication.clipboard().setText("术语")
        preset = await found.core.presets.add(Preset("Clip", system_prompt="About: {{clipboard}}"))
        window.controller.presets.choose(preset)
        await until(lambda: held(window).system_prompt == "About: 术语")

    play(scenario)


def test_the_chip_changes_what_is_sent(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        preset = await found.core.presets.add(Preset("Last", system_prompt="x", context=ContextRule(6)))
        window.controller.presets.choose(preset)
        await until(lambda: window.context_bar.chip.text() == "Only the last 6 messages are sent")
        key(window.context_bar.chip, Qt.Key.Key_Space)
        menu = child(window, QMenu, "contextMenu")
        assert [action.text() for action in menu.actions() if action.isChecked()] == ["The last 6 messages"]
        menu.actions()[0].trigger()
        await until(lambda: held(window).context == ALL)
        assert not window.context_bar.isVisible()
        menu.close()

    play(scenario)


def test_an_empty_chat_greets_with_the_presets_words_and_the_next_one_keeps_it(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        preset = await found.core.presets.add(Preset("Kind", greeting="Good day!", context=NONE))
        window.controller.presets.choose(preset)
        greeting = window.empty_state.findChild(QWidget, "presetGreetingLine")
        await until(lambda: greeting.isVisible() and greeting.text() == "Good day!")
        window.controller.new_chat()
        assert (held(window).preset_id, held(window).context) == (preset.id, NONE)

    play(scenario)


def test_a_preset_is_made_filled_in_and_shown_as_it_will_be_sent(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        editing = await manager(window)
        child(editing, QPushButton, "addPreset").click()
        await until(lambda: editing.editor.name.text() == "New preset")
        editing.editor.name.selectAll()
        QTest.keyClicks(editing.editor.name, "Law")
        QTest.keyClicks(editing.editor.prompt, "Into {{target_language}} in {{style}} words.")
        assert list(editing.editor.places._rows) == ["target_language", "style"]
        rule = child(editing, QComboBox, "presetContext")
        rule.setCurrentIndex(rule.findData("none"))
        QTest.keyClicks(child(editing, QLineEdit, "presetParams"), '{"temperature": 0}')
        QTest.keyClicks(child(editing, QLineEdit, "presetTags"), "law, work")
        child(editing, QPushButton, "savePreset").click()
        await until(lambda: editing.verdict.text() == "Saved.")
        stored = await found.core.presets.named("law")
        assert stored.system_prompt == "Into {{target_language}} in {{style}} words."
        assert (stored.context, dict(stored.params), stored.tags) == (NONE, {"temperature": 0}, ("law", "work"))
        child(editing, QToolButton, "presetRequest").click()
        await until(lambda: '"temperature": 0' in editing.request.body.toPlainText())
        assert "Into {{target_language}} in {{style}} words." in editing.request.body.toPlainText()
        assert editing.request.body.toPlainText().count('"role"') == 2
        editing.reject()

    play(scenario)


def test_what_nobody_touched_is_never_rewritten(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        odd = Variable("x", FieldKind.CHOICE, " label ", choices=("a, b", "c"))
        made = Preset("Mine  too", system_prompt=VERBATIM, variables=(odd,), greeting="two\nlines ", tags=(" t",))
        preset = await found.core.presets.add(made)
        await found.core.chat.configure(window.controller.conversation, replace(held(window), system_prompt=VERBATIM))
        window.controller.command("chat_settings")
        popup = await dialog(window, _settings_popup())
        popup.close()
        assert held(window).system_prompt == VERBATIM
        editing = await manager(window)
        await until(lambda: editing.editor.name.text() == "Mine  too")
        assert editing.editor.preset() == preset
        QTest.keyClicks(child(editing, QLineEdit, "presetModel"), "m")
        child(editing, QPushButton, "savePreset").click()
        await until(lambda: editing.verdict.text() == "Saved.")
        assert await found.core.presets.get(preset.id) == replace(preset, model="m")
        editing.reject()

    play(scenario)


def _settings_popup() -> type[QWidget]:
    from desktopchat.ui.chat_settings import ChatSettingsPopup

    return ChatSettingsPopup


def test_going_on_to_another_preset_stores_what_was_changed(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        first = await found.core.presets.add(Preset("First", system_prompt="a"))
        second = await found.core.presets.add(Preset("Second", system_prompt="b"))
        editing = await manager(window)
        editing.list.setCurrentIndex(editing.list.presets.index(editing.list.presets.row_of(first.id)))
        await until(lambda: editing.editor.name.text() == "First")
        QTest.keyClicks(editing.editor.greeting, "hello")
        editing.list.setCurrentIndex(editing.list.presets.index(editing.list.presets.row_of(second.id)))
        await until(lambda: editing.editor.name.text() == "Second")
        assert (await found.core.presets.get(first.id)).greeting == "hello"
        editing.editor.name.clear()
        QTest.keyClicks(editing.editor.name, "FIRST")
        editing.reject()
        await until(lambda: "already" in editing.verdict.text())
        assert editing.isVisible()
        QTest.keyClicks(editing.editor.name, "2")
        editing.reject()
        await until(lambda: window.findChild(PresetsDialog) is None)
        assert (await found.core.presets.get(second.id)).name == "FIRST2"

    play(scenario)


def test_what_cannot_be_stored_is_given_up_by_closing_twice(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        preset = await found.core.presets.add(Preset("First", system_prompt="a"))
        editing = await manager(window)
        editing.list.setCurrentIndex(editing.list.presets.index(editing.list.presets.row_of(preset.id)))
        await until(lambda: editing.editor.name.text() == "First")
        QTest.keyClicks(child(editing, QLineEdit, "presetParams"), "[1")
        assert not child(editing, QPushButton, "savePreset").isEnabled()
        editing.reject()
        await until(lambda: "JSON" in editing.verdict.text())
        editing.reject()
        await until(lambda: window.findChild(PresetsDialog) is None)
        assert await found.core.presets.get(preset.id) == preset

    play(scenario)


def test_built_in_presets_are_read_only_and_can_be_copied(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        editing = await manager(window)
        assert editing.editor.name.isReadOnly()
        assert editing.editor.prompt.isReadOnly()
        assert not editing.remove.isEnabled()
        assert not editing.note.isHidden()
        name = editing.editor.name.text()
        child(editing, QPushButton, "duplicatePreset").click()
        await until(lambda: editing.editor.name.text() == f"{name} (2)")
        assert not editing.editor.name.isReadOnly()
        child(editing, QPushButton, "removePreset").click()
        await until(lambda: child(editing, QPushButton, "undoRemovePreset").isVisible())
        assert len(await found.core.presets.all()) == 10
        child(editing, QPushButton, "undoRemovePreset").click()
        await until(lambda: editing.editor.name.text() == f"{name} (2)")
        editing.reject()

    play(scenario)


def test_files_are_brought_in_and_written(play: Play, tmp_path: Path) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        table = tmp_path / "prompts.csv"
        table.write_text("act,prompt\nPoet,Write a poem.\n诗人,写诗\n", encoding="utf-8")
        editing = await manager(window)
        editing.import_files([str(table)])
        await until(lambda: editing.verdict.text() == "2 presets added.")
        assert editing.editor.name.text() == "Poet"
        editing.export_file(str(tmp_path / "out.json"))
        await until(lambda: editing.verdict.text() == "2 presets written.")
        assert "写诗" in (tmp_path / "out.json").read_text(encoding="utf-8")
        (tmp_path / "bad.json").write_text("{")
        editing.import_files([str(tmp_path / "bad.json")])
        await until(lambda: "bad.json" in editing.verdict.text())
        editing.reject()

    play(scenario)
