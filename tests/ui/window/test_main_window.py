"""The window on the real services: what a person does in it, and what is kept of it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDoubleSpinBox,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from tests.support.waiting import until
from tests.support.widgets import child
from tests.support.windows import Opened, opened

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.message import Message, MessageState, Role, TextPart, now
from desktopchat.domain.provider import ProviderConfig
from desktopchat.services.streaming import StreamSession
from desktopchat.settings import schema
from desktopchat.ui.actions import COMMANDS
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.theme import theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform says so

Scenario = Callable[[Opened, MainWindow], Awaitable[None]]
Play = Callable[..., None]


@pytest.fixture
def play(run: Callable[..., Any], tmp_path: Path) -> Play:
    """Plays a scenario in a window of its own."""

    def player(scenario: Scenario, *, demo: bool = True, trace: str = "", prepare: Any = None) -> None:
        async def played() -> None:
            async with opened(tmp_path, demo=demo, trace=trace) as found:
                if prepare is not None:
                    await prepare(found)
                await scenario(found, await found.show())

        run(played(), timeout=40)

    return player


def write(window: MainWindow, text: str) -> None:
    QTest.keyClicks(window.composer.focusProxy(), text)


async def ask(found: Opened, window: MainWindow, text: str, model: str = "demo-reasoning") -> StreamSession:
    """Types a question and presses Enter; returns the answer that is coming."""
    conversation = window.controller.conversation
    await found.core.chat.configure(conversation, replace(conversation.settings, model=model))
    write(window, text)
    QTest.keyClick(window.composer.focusProxy(), Qt.Key.Key_Return)
    await until(lambda: found.core.chat.session(conversation.id) is not None)
    session = found.core.chat.session(conversation.id)
    assert session is not None
    return session


def stored(question: str, answer: str) -> Conversation:
    asked = Message(Role.USER, (TextPart(question),))
    said = Message(Role.ASSISTANT, (TextPart(answer),), parent_id=asked.id)
    return Conversation.build([asked, said], head_id=said.id, title=question, created=now(), updated=now())


def titles(window: MainWindow) -> list[str]:
    model = window.sidebar.list.conversations
    return [summary.title for row in range(model.rowCount()) if (summary := model.summary_at(row))]


def test_a_typed_question_is_answered_listed_and_found_again(run: Callable[..., Any], tmp_path: Path) -> None:
    async def first() -> None:
        async with opened(tmp_path) as found:
            window = await found.show()
            session = await ask(found, window, "Which is larger?")
            message = await session.wait()
            assert message.state is MessageState.DONE
            await until(lambda: titles(window) == ["Which is larger?"])
            assert window.header.title.text() == "Which is larger?"
            assert window.composer.text() == ""

    async def second() -> None:
        async with opened(tmp_path, demo=False) as found:
            window = await found.show()
            assert titles(window) == ["Which is larger?"]
            assert [m.role for m in window.controller.conversation.path()] == [Role.USER, Role.ASSISTANT]
            assert window.sidebar.list.currentIndex().data() == "Which is larger?"

    run(first(), timeout=30)
    run(second(), timeout=30)


def test_the_composer_has_the_focus_at_start(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        window.activateWindow()
        await until(lambda: window.focusWidget() is window.composer.focusProxy())

    play(scenario)


def test_the_names_that_others_rely_on_are_there(play: Play) -> None:
    names = {"conversationList", "searchField", "newChatButton", "transcript", "composer", "sendButton"}
    names |= {"attachmentPanel", "attachButton", "modelPicker", "presetPicker"}

    async def scenario(_found: Opened, window: MainWindow) -> None:
        assert window.objectName() == "mainWindow"
        assert names <= {child.objectName() for child in window.findChildren(QWidget)}

    play(scenario)


def test_every_control_has_an_accessible_name_and_buttons_say_what_they_do(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        for button in window.findChildren(QAbstractButton):
            if button.isVisibleTo(window) and not isinstance(button.parent(), QLineEdit):
                assert button.accessibleName() or button.text(), button.objectName()
        editor = window.composer.focusProxy()
        assert editor is not None
        for control in (*window.findChildren(QListView), window.sidebar.search, editor):
            assert control.accessibleName(), control.objectName()

    play(scenario)


def test_every_command_does_something(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        assert window.controller.command_names() == {command.name for command in COMMANDS}

    play(scenario)


def test_an_answer_goes_on_while_another_conversation_is_shown(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        session = await ask(found, window, "First", "demo-slow")
        conversation = window.controller.conversation
        window.controller.new_chat()
        assert window.controller.conversation is not conversation
        model = window.sidebar.list.conversations
        await until(lambda: model.row_of(conversation.id) is not None)
        assert found.core.chat.session(conversation.id) is session
        window.controller.open(conversation.id)
        await until(lambda: window.controller.conversation is conversation)
        await until(lambda: len(session.text) > 0)
        window.controller.command("stop")
        message = await session.wait()
        assert message.state is MessageState.STOPPED
        await until(lambda: found.core.chat.session(conversation.id) is None)

    play(scenario)


def test_escape_stops_the_answer_and_keeps_its_text(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        session = await ask(found, window, "Slowly", "demo-slow")
        await until(lambda: session.text)
        QTest.keyClick(window.composer.focusProxy(), Qt.Key.Key_Escape)
        message = await session.wait()
        assert message.state is MessageState.STOPPED
        assert message.text

    play(scenario)


def test_asking_again_adds_a_sibling(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        first = await (await ask(found, window, "Again")).wait()
        conversation = window.controller.conversation
        await until(lambda: found.core.chat.session(conversation.id) is None)
        window.controller.command("retry")
        await until(lambda: found.core.chat.session(conversation.id) is not None)
        second = found.core.chat.session(conversation.id)
        assert second is not None
        await second.wait()
        await until(lambda: found.core.chat.session(conversation.id) is None)
        assert len(conversation.siblings(first.id)) == 2
        assert conversation.path()[-1].id != first.id

    play(scenario)


def test_a_deleted_chat_comes_back_by_undo(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await found.core.conversations.create(kept := stored("Keep me", "Yes."))
        await window.controller.listing.load_rest()
        window.controller.open(kept.id)
        await until(lambda: window.controller.conversation.id == kept.id)
        window.controller.command("delete_chat")
        await until(window.toast.isVisible)
        assert titles(window) == []
        assert not window.controller.conversation
        window.toast.button.click()
        await until(lambda: titles(window) == ["Keep me"] and window.controller.conversation.id == kept.id)

    play(scenario)


def test_a_chat_is_renamed_in_the_header_and_in_the_list(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await found.core.conversations.create(old := stored("Old", "Yes."))
        await window.controller.listing.load_rest()
        window.controller.open(old.id)
        await until(lambda: window.controller.conversation.id == old.id)
        window.controller.command("rename_chat")
        editor = child(window, QLineEdit, "chatTitleEditor")
        editor.setText("New <b>name</b>")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await until(lambda: titles(window) == ["New <b>name</b>"])
        assert window.header.title.text() == "New <b>name</b>"
        summaries = await found.core.chat.summaries()
        assert [summary.title for summary in summaries] == ["New <b>name</b>"]

    play(scenario)


def test_a_search_shows_messages_and_a_hit_opens_at_its_message(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        for title, answer in (("Weather", "Wind and rain"), ("术语", "这是一个词汇表")):
            await found.core.conversations.create(stored(title, answer))
        await window.controller.listing.load_rest()
        window.controller.command("search")
        window.sidebar.search.setText("词汇")
        hits = window.sidebar.hits.hits
        await until(lambda: hits.rowCount() == 1)
        QTest.keyClick(window.sidebar.search, Qt.Key.Key_Return)
        await until(lambda: window.controller.conversation.title == "术语")
        window.sidebar.search.setText("weath")
        await until(lambda: titles(window) == ["Weather"])

    play(scenario)


def test_what_is_written_and_not_sent_is_there_again(run: Callable[..., Any], tmp_path: Path) -> None:
    async def first() -> None:
        async with opened(tmp_path) as found:
            write(await found.show(), "half a thought")

    async def second() -> None:
        async with opened(tmp_path) as found:
            window = await found.show()
            await until(lambda: window.composer.text() == "half a thought")

    run(first())
    run(second())


def test_each_chat_keeps_its_own_draft(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await found.core.conversations.create(other := stored("Other", "Yes."))
        write(window, "for the new one")
        window.controller.open(other.id)
        await until(lambda: window.controller.conversation.id == other.id)
        assert window.composer.text() == ""
        write(window, "for the other")
        window.controller.new_chat()
        await until(lambda: window.composer.text() == "for the new one")
        window.controller.open(other.id)
        await until(lambda: window.composer.text() == "for the other")

    play(scenario)


def test_a_suggestion_fills_the_composer(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        card = next(b for b in window.empty_state.findChildren(QPushButton) if b.text() == "Explain something")
        card.click()
        assert window.composer.text().startswith("Explain in simple words")

    play(scenario)


def test_the_demo_says_that_it_is_one_until_a_provider_is_added(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        hint = child(window.empty_state, QPushButton, "addProviderButton")
        assert hint.isVisible()
        await found.core.providers.add(ProviderConfig("Mine", "openai", "http://127.0.0.1:9/v1", "m"))
        await until(lambda: not hint.isVisible())
        assert "m · Mine" in window.header.model.full_text

    play(scenario, demo=False)


def test_a_model_is_chosen_for_one_conversation(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        window.controller.command("choose_model")
        await until(lambda: QApplication.activePopupWidget() is not None)
        search = child(QApplication.activePopupWidget(), QLineEdit, "modelSearch")
        search.setText("demo-slow")
        models = child(search.parent(), QListView)
        await until(lambda: "demo-slow" in str(models.currentIndex().data()))
        QTest.keyClick(search, Qt.Key.Key_Return)
        await until(lambda: window.controller.conversation.settings.model == "demo-slow")
        assert "demo-slow" in window.header.model.full_text

    play(scenario)


def test_the_system_prompt_and_the_temperature_belong_to_the_chat(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        window.controller.command("chat_settings")
        popup = QApplication.activePopupWidget()
        assert popup is not None
        child(popup, QPlainTextEdit, "systemPrompt").setPlainText("Answer in one word.")
        child(popup, QDoubleSpinBox, "temperature").setValue(0.3)
        popup.close()
        settings = window.controller.conversation.settings
        await until(lambda: window.controller.conversation.settings.system_prompt == "Answer in one word.")
        assert window.controller.conversation.settings.params == {"temperature": 0.3}
        assert settings.provider_id == "demo"

    play(scenario)


def test_storage_trouble_is_a_banner_that_goes_when_it_is_over(play: Play) -> None:
    from desktopchat.domain.errors import ErrorKind, Failure
    from desktopchat.domain.text import msg

    async def scenario(found: Opened, window: MainWindow) -> None:
        found.core.chat.trouble.emit(Failure(ErrorKind.STORAGE, msg("The disk is full."), msg("Free some space.")))
        assert window.banner.isVisible()
        assert "The disk is full." in window.banner.accessibleName()
        found.core.chat.trouble.emit(None)
        assert not window.banner.isVisible()

    play(scenario)


def test_zoom_changes_the_font_size_within_its_bounds(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        before = theme().body_pt
        window.controller.command("zoom_in")
        assert theme().body_pt > before
        for _ in range(60):
            window.controller.command("zoom_in")
        assert found.core.settings.get(schema.FONT_SIZE) == 32
        window.controller.command("zoom_reset")
        assert theme().body_pt == before

    play(scenario)


def test_a_narrow_window_hides_the_list_and_opens_it_over_the_chat(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        window.resize(1100, 700)
        assert window.sidebar.isVisible()
        window.resize(500, 700)
        await until(lambda: not window.sidebar.isVisible())
        assert window.header.sidebar.isVisible()
        window.controller.command("toggle_sidebar")
        assert window.sidebar.isVisible()
        assert window.composer.width() > 450
        window.controller.command("stop")
        assert not window.sidebar.isVisible()
        window.resize(1100, 700)
        await until(window.sidebar.isVisible)

    play(scenario)


def test_the_shape_of_the_window_is_remembered(run: Callable[..., Any], tmp_path: Path) -> None:
    async def first() -> None:
        async with opened(tmp_path) as found:
            window = await found.show()
            window.resize(640, 603)
            window.controller.command("toggle_attachments")
            window.close()

    async def second() -> None:
        async with opened(tmp_path) as found:
            window = await found.show()
            assert (window.width(), window.height()) == (640, 603)
            assert window.attachments.isVisible()

    run(first())
    run(second())


def test_closing_only_asks_for_the_end(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        asked: list[int] = []
        window.closing.connect(lambda: asked.append(1))
        window.close()
        assert asked == [1]
        assert window.isVisible()

    play(scenario)


def test_the_trace_tells_when_things_were_on_the_screen(play: Play, tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"

    async def scenario(found: Opened, window: MainWindow) -> None:
        session = await ask(found, window, "Traced")
        await session.wait()
        await until(lambda: '"stream.painted"' in trace.read_text())
        window.sidebar.search.setText("Traced")
        await until(lambda: '"search.shown"' in trace.read_text())

    play(scenario, trace=str(trace))
    events = [json.loads(line)["event"] for line in trace.read_text().splitlines()]
    order = ["startup.interactive", "stream.sent", "stream.first_byte", "stream.first_paint"]
    order += ["stream.finished", "stream.painted", "search.shown"]
    assert [event for event in events if event in order] == order


def test_the_first_picture_waits_for_nothing_heavy() -> None:
    heavy = ["httpx", "keyring", "markdown_it", "pygments", "PySide6.QtNetwork", "starlette", "uvicorn", "email"]
    script = (
        "import sys\n"
        "from desktopchat.ui import eventloop, reporter, main_window, controller\n"
        "from desktopchat.settings.store import Settings\n"
        "from pathlib import Path\n"
        "from desktopchat.ui.theme import theme\n"
        "app = eventloop.application(['x'])\n"
        "theme().install(app)\n"
        "window = main_window.MainWindow(Settings(Path('nowhere.json')))\n"
        "window.show(); app.processEvents()\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert result.stdout.strip() == "[]", result.stdout + result.stderr


def test_a_hundred_thousand_characters_of_title_do_not_hurt(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await found.core.conversations.create(long := stored("word " * 20_000, "Yes."))
        await window.controller.listing.load_rest()
        window.controller.open(long.id)
        await until(lambda: window.controller.conversation.id == long.id)
        await asyncio.sleep(0)
        assert window.width() < 2000

    play(scenario)
