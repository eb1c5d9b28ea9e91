"""Single messages in the real window on the real services: edited, answered again, deleted, quoted, found."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QWidget
from tests.support.waiting import until
from tests.support.widgets import child
from tests.support.windows import Opened, opened

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.message import Message, MessageState, Role, TextPart, user_message
from desktopchat.settings import schema
from desktopchat.ui.chat.actionbar import ActionBar
from desktopchat.ui.chat.cards import Unfinished
from desktopchat.ui.chat.editbox import EditBox
from desktopchat.ui.chat.pager import Pager
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.model_picker import ModelPicker
from desktopchat.ui.theme import theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform says so

Scenario = Callable[[Opened, MainWindow], Awaitable[None]]


def talk(exchanges: int) -> Conversation:
    conversation = Conversation(title="A talk")
    for number in range(exchanges):
        conversation.add(user_message(f"question {number}", parent_id=conversation.head_id))
        text = f"answer {number} with a needle"
        conversation.add(Message(Role.ASSISTANT, (TextPart(text),), parent_id=conversation.head_id, model="m"))
    return conversation


@pytest.fixture
def play(run: Callable[..., Any], tmp_path: Path) -> Callable[[Scenario], None]:
    """Plays a scenario in a window that shows a conversation of three questions and answers."""

    def player(scenario: Scenario) -> None:
        async def played() -> None:
            async with opened(tmp_path) as found:
                conversation = talk(3)
                await found.core.conversations.create(conversation)
                window = await found.show()
                window.controller.open(conversation.id)
                await until(lambda: shown(window)[-1:] == ["answer 2 with a needle"])
                await scenario(found, window)

        run(played(), timeout=40)

    return player


def shown(window: MainWindow) -> list[str]:
    return [view.said for view in window.transcript.stack.views]


def path(window: MainWindow) -> list[Message]:
    return window.controller.conversation.path()


def bar_of(window: MainWindow, message: Message) -> ActionBar:
    window.transcript.show_message(message.id)
    window.transcript.chrome.hover(message.id)
    (bar,) = [bar for bar in window.transcript.findChildren(ActionBar) if bar.message_id == message.id]
    return bar


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


async def trigger(window: MainWindow, message: Message, text: str) -> None:
    """Chooses a row of a message's menu."""
    click(bar_of(window, message).more)
    menu = child(window, QMenu, "messageMenu")
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()


async def end_answer(found: Opened, window: MainWindow) -> None:
    session = found.core.chat.session(window.controller.conversation.id)
    if session is not None:
        session.stop()
        await session.wait()


def test_after_an_edited_question_was_sent_one_writes_in_the_composer(play: Callable[[Scenario], None]) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        window.activateWindow()
        click(bar_of(window, path(window)[2]).button("edit"))
        box = child(window, EditBox)
        QTest.keyClicks(box.editor, ", please")
        QTest.keyClick(box.editor, Qt.Key.Key_Return)
        await until(lambda: len(path(window)) == 4)
        await until(lambda: QApplication.focusWidget() is window.composer.editor)
        await end_answer(found, window)
        assert QApplication.focusWidget() is window.composer.editor

    play(scenario)


def test_an_edited_question_gets_an_answer_and_the_old_one_is_a_step_away(
    play: Callable[[Scenario], None],
) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        click(bar_of(window, path(window)[2]).button("edit"))
        box = child(window, EditBox)
        QTest.keyClicks(box.editor, ", please")
        QTest.keyClick(box.editor, Qt.Key.Key_Return)
        await until(lambda: len(path(window)) == 4 and found.core.chat.session(window.controller.conversation.id))
        assert shown(window)[:3] == ["question 0", "answer 0 with a needle", "question 1, please"]
        session = found.core.chat.session(window.controller.conversation.id)
        assert session is not None
        session.stop()
        await session.wait()
        (pager,) = window.transcript.findChildren(Pager)
        click(pager.before)
        await until(lambda: len(shown(window)) == 6)
        assert shown(window)[2] == "question 1"
        stored = await found.core.conversations.load(window.controller.conversation.id)
        assert len(stored.path()) == 6
        assert len(list(stored)) == 8

    play(scenario)


def test_an_answer_is_given_again_by_another_model(play: Callable[[Scenario], None]) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        click(bar_of(window, path(window)[-1]).button("retry_with"))
        await until(lambda: bool(window.findChildren(ModelPicker)))
        picker = child(window, ModelPicker)
        await until(picker.isVisible)
        search = child(picker, QLineEdit, "modelSearch")
        QTest.keyClicks(search, "demo-reasoning")
        await until(lambda: picker._list.currentIndex().isValid())
        QTest.keyClick(search, Qt.Key.Key_Return)
        await until(lambda: path(window)[-1].model == "demo-reasoning")
        session = found.core.chat.session(window.controller.conversation.id)
        if session is not None:
            session.stop()
            await session.wait()
        assert [m.model for m in window.controller.conversation.siblings(path(window)[-1].id)] == [
            "m",
            "demo-reasoning",
        ]
        assert window.controller.conversation.settings.model != "demo-reasoning"

    play(scenario)


def test_a_deleted_message_goes_and_undo_brings_it_back(play: Callable[[Scenario], None]) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await trigger(window, path(window)[2], "Move to trash")
        await until(lambda: shown(window) == ["question 0", "answer 0 with a needle"])
        await until(window.toast.isVisible)
        assert child(window.toast, QLabel).text() == "4 messages moved to the trash"
        again = await found.core.conversations.load(window.controller.conversation.id)
        assert len(again.path()) == 2
        click(window.toast.button)
        await until(lambda: len(shown(window)) == 6)
        again = await found.core.conversations.load(window.controller.conversation.id)
        assert len(again.path()) == 6

    play(scenario)


@pytest.mark.parametrize("by_key", [False, True])
def test_letters_after_a_click_are_written_and_act_only_where_the_frame_is_seen(
    play: Callable[[Scenario], None], by_key: bool
) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        window.activateWindow()
        transcript, deeds = window.transcript, list[str]()
        transcript.retryRequested.disconnect(window.controller.retry)
        transcript.deleteRequested.disconnect(window.controller.messages.delete)
        transcript.retryRequested.connect(deeds.append)
        transcript.deleteRequested.connect(deeds.append)
        transcript.setFocus()
        transcript.reading.keys.set_stop(transcript.stack.views[-1], shown=by_key)
        QTest.keyClick(transcript, Qt.Key.Key_Delete)
        QTest.keyClick(transcript, Qt.Key.Key_R)
        assert deeds == ([path(window)[-1].id] * 2 if by_key else [])
        assert window.composer.text() == ("" if by_key else "r")
        assert QApplication.focusWidget() is (transcript if by_key else window.composer.editor)

    play(scenario)


@pytest.mark.parametrize("button", ["Continue", "Retry"])
def test_after_a_card_was_used_one_writes_on(play: Callable[[Scenario], None], button: str) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        window.activateWindow()
        last = path(window)[-1]
        window.transcript.chrome.context.can_continue = lambda _message: True
        window.transcript.update_message(replace(last, state=MessageState.PARTIAL))
        card = child(window, Unfinished)
        (pressed,) = [b for b in card.findChildren(QPushButton) if b.text() == button]
        pressed.setFocus()
        QTest.keyClick(pressed, Qt.Key.Key_Space)
        assert QApplication.focusWidget() is window.composer.editor
        await end_answer(found, window)
        assert QApplication.focusWidget() is window.composer.editor

    play(scenario)


def test_a_quotation_joins_what_is_written_already(play: Callable[[Scenario], None]) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        window.composer.set_text("About this:")
        click(bar_of(window, path(window)[-1]).button("quote"))
        assert window.composer.text() == "About this:\n\n> answer 2 with a needle\n\n"

    play(scenario)


def test_control_f_finds_f3_goes_on_and_escape_ends_it(play: Callable[[Scenario], None]) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        window.activateWindow()
        window.controller.command("find")
        field = child(window, QLineEdit, "findField")
        QTest.keyClicks(field, "needle")
        count = child(window, QLabel, "findCount")
        await until(lambda: count.text().endswith("of 3"))
        before = count.text()
        window.controller.command("find_next")
        await until(lambda: count.text() != before)
        window.controller.command("stop")
        assert not window.transcript.chrome.find_bar.isVisible()

    play(scenario)


def test_the_last_question_is_edited_by_its_shortcut(play: Callable[[Scenario], None]) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        window.controller.command("edit_question")
        assert child(window, EditBox).editor.text() == "question 2"
        window.controller.command("stop")
        await until(lambda: not any(box.isVisible() for box in window.findChildren(EditBox)))

    play(scenario)


@pytest.fixture
def usual_size() -> Iterator[None]:
    """Text has its usual size again afterwards, for all tests."""
    yield
    theme().set_font_size(0)


def turn_wheel(widget: QWidget, by: int) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, by), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


@pytest.mark.usefixtures("usual_size")
def test_the_size_of_text_is_changed_by_key_and_wheel_and_remembered(play: Callable[[Scenario], None]) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        size = round(theme().body_pt)
        window.controller.command("zoom_in")
        turn_wheel(window.transcript.viewport(), 120)
        assert round(theme().body_pt) == size + 2
        assert found.core.settings.get(schema.FONT_SIZE) == size + 2
        window.controller.command("zoom_out")
        assert round(theme().body_pt) == size + 1
        window.controller.command("zoom_reset")
        assert round(theme().body_pt) == size

    play(scenario)


@pytest.mark.usefixtures("usual_size")
def test_nothing_is_cut_when_text_is_as_large_as_it_gets(play: Callable[[Scenario], None]) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        size = theme().body_pt
        for _ in range(60):
            window.controller.command("zoom_in")
        assert theme().body_pt >= 2 * size
        window.controller.command("find")
        QApplication.sendPostedEvents()
        small, body = (QFontMetrics(theme().font(role)).height() for role in ("small", "strong"))
        assert window.header.title.height() >= body
        assert window.header.height() >= window.header.title.height()
        assert child(window, QLineEdit, "findField").height() >= body
        for view in window.transcript.stack.views:
            if (footer := view.footer) is not None and footer[0].measured:
                assert footer[0].height >= small
        for bar in window.findChildren(ActionBar):
            assert all(button.height() >= button.iconSize().height() for button in bar.findChildren(QToolButton))

    play(scenario)
