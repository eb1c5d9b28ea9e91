"""The composer: what its keys and its button mean, and what it does with pastes."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desktopchat.ui.chat.composer import Composer
from desktopchat.ui.chat.pasting import LINE_CHARS, restored, softened


@pytest.fixture
def composer(qtbot: QtBot) -> Composer:
    made = Composer()
    qtbot.addWidget(made)
    made.resize(700, 200)
    made.show()
    made.setFocus()
    return made


@pytest.fixture
def sent(composer: Composer) -> list[str]:
    texts: list[str] = []
    composer.sendRequested.connect(texts.append)
    return texts


def compose(composer: Composer, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(composer.editor, event)


def test_enter_sends_and_shift_enter_breaks(composer: Composer, sent: list[str]) -> None:
    QTest.keyClicks(composer.editor, "one")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(composer.editor, "two")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == ["one\ntwo"]
    assert composer.text() == "one\ntwo"  # whoever takes it clears it


def test_ctrl_enter_sends_where_enter_breaks(composer: Composer, sent: list[str]) -> None:
    composer.set_send_key("ctrl_enter")
    QTest.keyClicks(composer.editor, "one")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == []
    QTest.keyClick(composer.editor, Qt.Key.Key_Enter, Qt.KeyboardModifier.ControlModifier)
    assert sent == ["one\n"]


def test_the_enter_that_confirms_a_candidate_does_not_send(composer: Composer, sent: list[str]) -> None:
    compose(composer, "ni hao")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == []
    compose(composer, "", commit="你好")
    assert composer.text() == "你好"
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == ["你好"]


def test_blanks_alone_are_not_sent(composer: Composer, sent: list[str]) -> None:
    QTest.keyClicks(composer.editor, "   ")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == []
    assert not composer.send_button.isEnabled()


def test_one_button_sends_and_stops(composer: Composer, sent: list[str]) -> None:
    stops: list[bool] = []
    composer.stopRequested.connect(lambda: stops.append(True))
    composer.set_text("hello")
    QTest.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)
    assert (sent, stops) == (["hello"], [])
    composer.set_streaming(True)
    assert composer.send_button.accessibleName() == "Stop"
    QTest.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)
    QTest.keyClick(composer.editor, Qt.Key.Key_Escape)
    assert (sent, len(stops)) == (["hello"], 2)


def test_nothing_is_sent_while_an_answer_comes(composer: Composer, sent: list[str]) -> None:
    composer.set_streaming(True)
    composer.set_text("next question")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == []
    assert composer.text() == "next question"


def test_up_recalls_only_in_the_empty_box(composer: Composer) -> None:
    recalls: list[bool] = []
    composer.recallRequested.connect(lambda: recalls.append(True))
    QTest.keyClick(composer.editor, Qt.Key.Key_Up)
    QTest.keyClicks(composer.editor, "x")
    QTest.keyClick(composer.editor, Qt.Key.Key_Up)
    assert recalls == [True]


def test_it_grows_to_eight_lines_and_then_scrolls(composer: Composer) -> None:
    heights = []
    for lines in (1, 2, 8, 30):
        composer.set_text("\n".join(["line"] * lines))
        heights.append(composer.editor.height())
    assert heights[0] < heights[1] < heights[2]
    assert heights[3] <= heights[2] + 8
    assert composer.editor.verticalScrollBar().maximum() > 0


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "a line of text\n" * 66_000, "词" * 300_000, "word " * 200_000],
    ids=["no blank", "lines", "chinese", "one line"],
)
def test_a_pasted_megabyte_does_not_freeze(
    composer: Composer, sent: list[str], run: Callable[..., Any], until: Callable[..., Any], text: str
) -> None:
    data = QMimeData()
    data.setText(text)
    composer.editor.insertFromMimeData(data)
    first = composer.editor.document().characterCount()
    run(until(lambda: not composer.editor._inserting.isActive()))
    assert first < 100_000  # the rest came in later turns of the loop
    assert composer.text() == text
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == [text]


def test_what_is_sent_while_a_paste_goes_on_is_whole(composer: Composer, sent: list[str]) -> None:
    text = "a line of text\n" * 20_000
    composer.editor.insert_text(text)
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == [text]


def test_only_plain_text_is_pasted(composer: Composer) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b><img src='file:///etc/passwd'>")
    data.setText("bold")
    composer.editor.insertFromMimeData(data)
    assert composer.text() == "bold"
    picture = QMimeData()
    picture.setImageData(b"")
    assert not composer.editor.canInsertFromMimeData(picture)


def test_copying_gives_back_what_was_pasted(composer: Composer) -> None:
    text = "z" * (3 * LINE_CHARS)
    composer.set_text(text)
    composer.editor.selectAll()
    composer.editor.copy()
    assert QGuiApplication.clipboard().text() == text


def test_cuts_in_long_lines_are_undone() -> None:
    for text in ("x" * (LINE_CHARS + 1), "a\n" + "y" * 9_999 + "\n\nb", "x" * LINE_CHARS, ""):
        assert restored(softened(text)) == text
        assert max(map(len, softened(text).split("\n"))) <= LINE_CHARS + 2


def test_everything_has_a_name(composer: Composer) -> None:
    tool = QPushButton("tool")
    composer.add_tool(tool)
    assert composer.editor.objectName() == "composer"
    assert composer.editor.accessibleName()
    assert composer.send_button.objectName() == "sendButton"
    assert composer.send_button.accessibleName() == "Send"
    assert composer.focusProxy() is composer.editor
