"""The transcript by keyboard: messages as stops, a frame that is seen, a menu, a way in and out."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QMenu
from tests.support.reading import click, point_of, press
from tests.support.transcripts import answer, talk

from desktopchat.domain.message import user_message
from desktopchat.ui.chat.look import look
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.transcript import TranscriptView

UP, DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down


def enter(transcript: TranscriptView) -> None:
    """As somebody comes by Tab."""
    transcript.setFocus()
    QApplication.sendEvent(transcript, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))


def stop(transcript: TranscriptView) -> int:
    return transcript.stack.index_of(transcript.reading.keys.stop)


def frame_is_seen(transcript: TranscriptView) -> bool:
    image = transcript.viewport().grab().toImage()
    accent, x = look().color("accent"), transcript.left - 12
    column = [image.pixelColor(x, y) for y in range(image.height())]
    return sum(colour == accent for colour in column) > 20


def test_tab_comes_to_the_last_message_in_sight_with_a_frame(transcript: TranscriptView) -> None:
    transcript.show_path(talk(20))
    assert not frame_is_seen(transcript)
    enter(transcript)
    assert stop(transcript) == 39
    assert frame_is_seen(transcript)


def test_up_and_down_go_from_message_to_message_and_bring_them_into_sight(transcript: TranscriptView) -> None:
    transcript.show_path(talk(20))
    enter(transcript)
    seen = []
    for _ in range(39):
        press(transcript, UP)
        seen.append(stop(transcript))
        assert transcript.is_in_sight(transcript.reading.keys.stop)
    assert seen == list(range(38, -1, -1))
    assert transcript.stack.top == 0
    for wanted in range(1, 40):
        press(transcript, DOWN)
        assert stop(transcript) == wanted
        view = transcript.stack.views[wanted]
        bottom = transcript.stack.top_of(wanted) + view.height - transcript.stack.top
        assert bottom <= transcript.stack.room + 1


def test_a_message_higher_than_the_window_is_read_through_before_the_next(transcript: TranscriptView) -> None:
    transcript.show_path([*talk(1), answer("A paragraph.\n\n" * 60), *talk(1)])
    transcript.move_to(0)
    enter(transcript)
    stops, tops = [stop(transcript)], [transcript.stack.top]
    while stops[-1] != 3:
        press(transcript, DOWN)
        stops.append(stop(transcript))
        tops.append(transcript.stack.top)
        assert len(stops) < 200
    assert stops.count(2) > 10
    assert tops == sorted(tops)
    assert max(b - a for a, b in pairwise(tops)) <= transcript.stack.room
    while stops[-1] != 1:
        press(transcript, UP)
        stops.append(stop(transcript))
    assert stops.count(2) > 20


def test_a_click_takes_the_stop_but_shows_no_frame(transcript: TranscriptView) -> None:
    messages = talk(2)
    transcript.show_path(messages)
    click(transcript, point_of(transcript, messages[1], 0, 2))
    assert stop(transcript) == 1
    assert not frame_is_seen(transcript)
    press(transcript, DOWN)
    assert stop(transcript) == 2
    assert frame_is_seen(transcript)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_opens_the_menu_of_the_focused_message(transcript: TranscriptView, key: Qt.Key) -> None:
    transcript.show_path([user_message("q"), answer("a")])
    enter(transcript)
    press(transcript, key)
    menus = [menu for menu in transcript.findChildren(QMenu) if menu.isVisible()]
    assert "Select all" in [action.text() for action in menus[0].actions()]
    menus[0].close()


def test_the_menu_key_opens_it_too(transcript: TranscriptView) -> None:
    transcript.show_path([user_message("q"), answer("a")])
    enter(transcript)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5))
    QApplication.sendEvent(transcript, event)
    menus = [menu for menu in transcript.findChildren(QMenu) if menu.isVisible()]
    assert len(menus) == 1
    menus[0].close()


def test_others_may_understand_keys_on_a_focused_message(transcript: TranscriptView) -> None:
    heard: list[tuple[int, str]] = []

    def listen(event: QKeyEvent, view: MessageView) -> bool:
        heard.append((event.key(), view.message.text))
        return event.key() == Qt.Key.Key_Q

    transcript.show_path([user_message("q"), answer("a")])
    transcript.reading.keys.on_message = listen
    press(transcript, Qt.Key.Key_Q)
    assert heard == []
    enter(transcript)
    press(transcript, Qt.Key.Key_Q, UP)
    assert heard == [(Qt.Key.Key_Q, "a"), (UP, "a")]
    assert stop(transcript) == 0


def test_another_conversation_forgets_the_stop(transcript: TranscriptView) -> None:
    transcript.show_path(talk(2))
    enter(transcript)
    transcript.show_path(talk(1))
    assert transcript.reading.keys.stop == ""
    press(transcript, UP)
    assert stop(transcript) == 1
