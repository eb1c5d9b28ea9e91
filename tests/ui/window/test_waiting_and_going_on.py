"""In the window: a question that is sent again after a pause, and an answer that goes on where it broke off."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from tests.support.waiting import until
from tests.support.widgets import child
from tests.support.windows import Opened, opened

from desktopchat.domain.message import Message, MessageState
from desktopchat.servers.demo import tour
from desktopchat.services.streaming import StreamSession, StreamState
from desktopchat.settings import schema
from desktopchat.ui.chat.countdown import Countdown
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform says so

Scenario = Callable[[Opened, MainWindow], Awaitable[None]]


@pytest.fixture
def play(run: Callable[..., Any], tmp_path: Path) -> Callable[[Scenario], None]:
    def player(scenario: Scenario) -> None:
        async def played() -> None:
            async with opened(tmp_path) as found:
                await scenario(found, await found.show())

        run(played(), timeout=60)

    return player


async def asked(found: Opened, window: MainWindow, model: str) -> StreamSession:
    conversation = window.controller.conversation
    await found.core.chat.configure(conversation, replace(conversation.settings, model=model))
    window.controller.send("hello")
    await until(lambda: found.core.chat.session(conversation.id) is not None)
    session = found.core.chat.session(conversation.id)
    assert session is not None
    return session


async def ended(session: StreamSession, found: Opened) -> Message:
    message = await session.wait()
    await until(lambda: not found.core.chat.streaming)
    return message


def view_of(window: MainWindow, session: StreamSession) -> MessageView:
    view = window.transcript.stack.find(session.message_id)
    assert view is not None
    return view


def shown(window: MainWindow, kind: type[QWidget], name: str = "") -> bool:
    found = window.transcript.findChildren(kind, name) if name else window.transcript.findChildren(kind)
    return any(widget.isVisible() for widget in found)


def click(window: MainWindow, name: str) -> None:
    QTest.mouseClick(child(window.transcript, QPushButton, name), Qt.MouseButton.LeftButton)


def test_the_pause_before_the_next_attempt_is_counted_down_and_can_be_given_up(play: Any) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        session = await asked(found, window, "demo-429")
        await until(lambda: shown(window, Countdown))
        card = child(window.transcript, Countdown)
        first = card.words.text()
        assert first.startswith("Too many requests · Trying again in ")
        await until(lambda: card.words.text() not in ("", first))
        assert session.state is StreamState.WAITING
        click(window, "giveUpButton")
        message = await ended(session, found)
        assert message.state is MessageState.ERROR
        await until(lambda: not shown(window, Countdown))
        await until(lambda: shown(window, QWidget, "errorCard"))

    play(scenario)


def test_the_pause_can_be_skipped_with_the_keyboard(play: Any) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        found.core.settings.set(schema.RETRIES, 1)
        session = await asked(found, window, "demo-429")
        await until(lambda: shown(window, Countdown))
        states: list[StreamState] = []
        session.state_changed.connect(lambda s: states.append(s.state))
        button = child(window.transcript, QPushButton, "tryNowButton")
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)
        await ended(session, found)
        assert states == [StreamState.CONNECTING, StreamState.FAILED]  # at once, and it was the last attempt

    play(scenario)


def test_who_comes_back_to_a_waiting_conversation_sees_the_rest_of_the_pause(play: Any) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        session = await asked(found, window, "demo-429")
        await until(lambda: shown(window, Countdown))
        window.controller.new_chat()
        await until(lambda: not shown(window, Countdown))
        window.controller.open(session.conversation_id)
        await until(lambda: shown(window, Countdown))
        window.controller.stop()
        assert (await ended(session, found)).state is MessageState.STOPPED
        await until(lambda: not shown(window, Countdown))

    play(scenario)


def test_a_broken_answer_goes_on_in_its_place(play: Any) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        session = await asked(found, window, "demo-cut")
        cut = await ended(session, found)
        assert cut.state is MessageState.ERROR
        view = view_of(window, session)
        await until(lambda: shown(window, QPushButton, "continueButton"))
        click(window, "continueButton")
        await until(lambda: found.core.chat.session(session.conversation_id) is not None)
        again = found.core.chat.session(session.conversation_id)
        assert again is not None
        whole = await ended(again, found)
        assert (whole.id, whole.text) == (cut.id, tour.text("cut", "en"))
        assert view_of(window, session) is view
        await until(lambda: view.answer.parsed == len(whole.text) and not view.is_busy)
        assert view.said == whole.text
        assert not shown(window, QPushButton, "continueButton")
        assert not shown(window, QWidget, "errorCard")

    play(scenario)


def test_while_an_answer_goes_on_the_old_words_stay_and_the_sign_of_work_is_below_them(play: Any) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        session = await asked(found, window, "demo-slow")
        await until(lambda: session.text)
        session.stop()
        stopped = await ended(session, found)
        view = view_of(window, session)
        await until(lambda: shown(window, QPushButton, "continueButton"))
        click(window, "continueButton")
        await until(lambda: view.is_working)
        assert view.said == stopped.text
        assert view.blocks_in_order()
        again = found.core.chat.session(session.conversation_id)
        assert again is not None
        await until(lambda: again.shown and not view.is_working)
        assert view.said.startswith(stopped.text)
        assert len(view.said) > len(stopped.text)
        again.stop()
        await ended(again, found)

    play(scenario)
