"""Selecting by mouse and by key, and what must not destroy a selection while text comes in."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from tests.support.reading import CTRL, SHIFT, click, clipboard, copied, corner_of, drag, point_of, press
from tests.support.transcripts import answer, streaming, talk

from desktopchat.domain.message import Message, MessageState, user_message
from desktopchat.ui.chat.copying import MARKDOWN
from desktopchat.ui.chat.transcript import TranscriptView

LEFT, RIGHT, UP, DOWN = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down
HOME, END = Qt.Key.Key_Home, Qt.Key.Key_End


def begun(transcript: TranscriptView, text: str) -> Message:
    """An answer that is still coming."""
    message = streaming()
    transcript.show_path([*talk(3), message])
    more(transcript, message, text)
    return message


def more(transcript: TranscriptView, message: Message, text: str) -> None:
    transcript.append_text(message.id, text)
    transcript.pace.now()


def ended(transcript: TranscriptView, message: Message) -> None:
    view = transcript.stack.find(message.id)
    assert view is not None
    parts = message.with_text(view.answer.source).parts
    transcript.update_message(Message(message.role, parts, id=message.id, state=MessageState.DONE, model="m1"))


# -- what has destroyed selections elsewhere


def test_the_end_of_the_stream_keeps_the_selection(transcript: TranscriptView) -> None:
    message = begun(transcript, "A paragraph with **bold** words.\n\n- an item\n\nThe tail")
    drag(transcript, point_of(transcript, message, 0, 12), point_of(transcript, message, 1, 7))
    before = copied(transcript)
    ended(transcript, message)
    assert copied(transcript) == before == "with bold words.\n\n• an item"


def test_a_fence_that_closes_keeps_the_selection_in_its_code(transcript: TranscriptView) -> None:
    message = begun(transcript, "```python\ndef one():\n    return 1")
    drag(transcript, point_of(transcript, message, 0, 4), point_of(transcript, message, 0, 21))
    before = copied(transcript)
    more(transcript, message, "\n\n\ndef two():\n    return 'x'")
    transcript.grab()  # painted, so coloured again
    assert copied(transcript) == before
    more(transcript, message, "\n```\n\nText after.")
    transcript.grab()
    assert copied(transcript) == before == "one():\n    return"


def test_a_newer_state_of_the_message_keeps_the_selection(transcript: TranscriptView) -> None:
    message = begun(transcript, "Some words of an answer.\n\nSecond.")
    drag(transcript, point_of(transcript, message, 0, 5), point_of(transcript, message, 0, 10))
    ended(transcript, message)
    ended(transcript, message)
    transcript.add_message(user_message("next"))
    assert copied(transcript) == "words"


def test_following_does_not_move_the_text_under_a_drag(transcript: TranscriptView) -> None:
    message = begun(transcript, "Some words to take.\n\n" + "More text. " * 60)
    start = point_of(transcript, message, 0, 0)
    viewport = transcript.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(viewport, start + QPoint(40, 0))
    place = point_of(transcript, message, 0, 0)
    for _ in range(20):
        more(transcript, message, "\n\nAnother paragraph.")
        assert point_of(transcript, message, 0, 0) == place
    end = point_of(transcript, message, 0, 10)
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    assert copied(transcript) == "Some words"


def test_a_focus_that_goes_elsewhere_keeps_the_selection(qtbot: QtBot) -> None:
    window = QWidget()
    transcript, field = TranscriptView(), QLineEdit()
    layout = QVBoxLayout(window)
    layout.addWidget(transcript)
    layout.addWidget(field)
    qtbot.addWidget(window)
    window.show()
    message = begun(transcript, "Some words of an answer.")
    drag(transcript, point_of(transcript, message, 0, 5), point_of(transcript, message, 0, 10))
    field.setFocus()
    more(transcript, message, "\n\nMore.")
    ended(transcript, message)
    assert copied(transcript) == "words"


def test_a_selection_survives_being_out_of_sight(transcript: TranscriptView) -> None:
    messages = [answer("The **first** of all.\n\n- item"), *talk(150, "words " * 80)]
    transcript.show_path(messages)
    transcript.move_to(0)
    drag(transcript, point_of(transcript, messages[0], 0, 4), point_of(transcript, messages[0], 0, 9))
    for place in range(0, transcript.stack.total, 500):
        transcript.move_to(place)
    assert not transcript.stack.views[0].is_built
    assert copied(transcript) == "first"


def test_a_selection_may_end_in_messages_that_are_not_loaded(transcript: TranscriptView) -> None:
    messages = talk(100, "One two **three**.")
    transcript.show_path(messages)
    transcript.move_to(0)
    click(transcript, point_of(transcript, messages[1], 0, 4))
    transcript.move_to(transcript.stack.total)
    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, SHIFT, point_of(transcript, messages[-1], 0, 7))
    words = copied(transcript).split("\n\n")
    assert (words[0], words[-1], len(words)) == ("two three.", "One two", 199)


# -- the mouse


def test_shift_and_a_click_extends(transcript: TranscriptView) -> None:
    message = answer("One two three four.")
    transcript.show_path([message])
    click(transcript, point_of(transcript, message, 0, 4))
    for position, wanted in ((13, "two three"), (7, "two"), (0, "One ")):
        point = point_of(transcript, message, 0, position)
        QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, SHIFT, point)
        assert copied(transcript) == wanted


def test_a_drag_from_a_double_click_takes_whole_words(transcript: TranscriptView) -> None:
    message = answer("One two three four.")
    transcript.show_path([message])
    point, viewport = point_of(transcript, message, 0, 5), transcript.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=point)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, SHIFT, point)
    end = point_of(transcript, message, 0, 10)
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    assert copied(transcript) == "two three"


def test_a_drag_below_the_window_scrolls(transcript: TranscriptView) -> None:
    messages = talk(40)
    transcript.show_path(messages)
    transcript.move_to(0)
    viewport = transcript.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=point_of(transcript, messages[1], 0, 0))
    QTest.mouseMove(viewport, QPoint(300, viewport.height() + 200))
    top = transcript.stack.top
    for _ in range(20):
        transcript.reading._scroll_while_dragging()
    assert transcript.stack.top > top + 300
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(300, viewport.height() + 200))
    top = transcript.stack.top
    assert not transcript.reading._auto_scroll.isActive()
    assert len(copied(transcript).split("\n\n")) > 15
    assert transcript.stack.top == top


# -- keys


@pytest.mark.parametrize(
    ("keys", "modifier", "wanted"),
    [
        ((RIGHT, RIGHT, RIGHT), SHIFT, "two"),
        ((LEFT, LEFT), SHIFT, "e "),
        ((RIGHT,), SHIFT | CTRL, "two "),
        ((LEFT,), SHIFT | CTRL, "One "),
        ((END,), SHIFT, "two three"),
        ((HOME,), SHIFT, "One "),
        ((DOWN,), SHIFT, "two three\n\nFour"),
        ((DOWN, UP, RIGHT), SHIFT, "t"),
        ((END,), SHIFT | CTRL, "two three\n\nFour five\n\nnext\n\nLast 😀."),
        ((HOME,), SHIFT | CTRL, "first\n\nOne "),
    ],
)
def test_arrows_with_shift_select_from_the_caret(
    transcript: TranscriptView, keys: tuple[Qt.Key, ...], modifier: Qt.KeyboardModifier, wanted: str
) -> None:
    message = answer("One two three\n\nFour five")
    transcript.show_path([user_message("first"), message, user_message("next"), answer("Last 😀.")])
    click(transcript, point_of(transcript, message, 0, 4))
    press(transcript, *keys, modifier=modifier)
    assert copied(transcript) == wanted


def test_arrows_with_shift_go_through_messages_and_unusual_characters(transcript: TranscriptView) -> None:
    messages = [answer("ab"), answer("😀c"), answer("| d | e |\n|---|---|\n| f | g |")]
    transcript.show_path(messages)
    click(transcript, point_of(transcript, messages[0], 0, 1))
    press(transcript, *[RIGHT] * 9, modifier=SHIFT)
    assert copied(transcript) == "b\n\n😀c\n\nd\te"
    press(transcript, *[LEFT] * 7, modifier=SHIFT)
    assert copied(transcript) == "b"


def test_arrows_with_shift_begin_at_the_focused_message(transcript: TranscriptView) -> None:
    transcript.show_path([user_message("question"), answer("The answer.")])
    press(transcript, UP, UP)
    press(transcript, RIGHT, modifier=SHIFT | CTRL)
    assert copied(transcript) == "question"


def test_pages_with_shift_select_and_scroll(transcript: TranscriptView) -> None:
    messages = talk(30)
    transcript.show_path(messages)
    transcript.move_to(0)
    click(transcript, point_of(transcript, messages[0], 0, 0))
    press(transcript, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, modifier=SHIFT)
    assert transcript.stack.top > 300
    assert copied(transcript).count("question") > 3
    press(transcript, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, modifier=SHIFT)
    assert "question 1" not in copied(transcript)


def test_escape_forgets_the_selection(transcript: TranscriptView) -> None:
    transcript.show_path(talk(1))
    press(transcript, Qt.Key.Key_A, modifier=CTRL)
    press(transcript, Qt.Key.Key_Escape)
    assert copied(transcript) == ""


# -- the clipboard


def test_every_flavour_is_copied(transcript: TranscriptView) -> None:
    text = "# Title\n\n1. one\n2. **two**\n\n| a | b |\n|---|---|\n| c | d |\n\n```py\nx = 1\n```\n"
    transcript.show_path([user_message("Why *so*?"), answer(text)])
    press(transcript, Qt.Key.Key_A, modifier=CTRL)
    assert copied(transcript) == "Why *so*?\n\nTitle\n\n1. one\n2. two\n\na\tb\nc\td\n\nx = 1"
    mime = clipboard().mimeData()
    html = mime.html()
    for piece in ("<h1>Title</h1>", "<ol><li>one</li><li><b>two</b></li></ol>", "<table", "<pre", "Why *so*?"):
        assert piece in html
    assert bytes(mime.data(MARKDOWN).data()).decode() == f"Why *so*?\n\n{text}"


def test_breaks_for_display_are_in_no_flavour(transcript: TranscriptView) -> None:
    text = "y" * 2_000 + "\n\n| a |\n|---|\n| " + "z" * 90 + " |\n\n```\n" + "w" * 900 + "\n```"
    transcript.show_path([answer(text)])
    press(transcript, Qt.Key.Key_A, modifier=CTRL)
    assert "\u200b" not in copied(transcript)
    mime = clipboard().mimeData()
    assert "\u200b" not in mime.html()
    assert bytes(mime.data(MARKDOWN).data()).decode() == text


def test_a_paragraph_of_24_kilobytes_is_shown_and_copied_whole(transcript: TranscriptView) -> None:
    text = " ".join(f"word{n}" for n in range(3_000))
    message = answer(text)
    transcript.show_path([message])
    assert transcript.stack.views[0].height > 3_000
    press(transcript, Qt.Key.Key_A, modifier=CTRL)
    assert copied(transcript).replace("\n", " ").split() == text.split()
    assert bytes(clipboard().mimeData().data(MARKDOWN).data()).decode() == text


def test_a_place_below_the_text_is_its_end(transcript: TranscriptView) -> None:
    message = answer("Short.")
    transcript.show_path([message])
    corner = corner_of(transcript, message, 0)
    drag(transcript, point_of(transcript, message, 0, 0), corner + QPoint(600, 300))
    assert copied(transcript) == "Short."
