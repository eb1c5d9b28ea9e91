"""Finding in a conversation: what is found, what is counted, where it leads, and that nothing but colours changes."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot
from tests.support.transcripts import answer, streaming, talk
from tests.support.waiting import until
from tests.support.widgets import child

from desktopchat.domain.message import Message, user_message
from desktopchat.ui.chat.findbar import FindBar
from desktopchat.ui.chat.matching import Query
from desktopchat.ui.chat.transcript import TranscriptView


@pytest.fixture
def transcript(qtbot: QtBot) -> TranscriptView:
    made = TranscriptView()
    qtbot.addWidget(made)
    made.resize(760, 600)
    made.show()
    return made


def find(transcript: TranscriptView, words: str) -> str:
    """Opens the bar, types, and returns the count that it shows once everything was searched."""
    transcript.chrome.find()
    field = child(transcript, QLineEdit, "findField")
    field.clear()
    if words.isascii():
        QTest.keyClicks(field, words)
    else:  # Chinese comes from an input method, not from keys
        event = QInputMethodEvent()
        event.setCommitString(words)
        QApplication.sendEvent(field, event)
    finish(transcript)
    return count(transcript)


def finish(transcript: TranscriptView) -> None:
    while transcript.chrome.finder.is_busy:
        transcript.chrome.finder._go_on()


def count(transcript: TranscriptView) -> str:
    return child(transcript, QLabel, "findCount").text()


def press(transcript: TranscriptView, key: Qt.Key, modifier: Any = Qt.KeyboardModifier.NoModifier) -> str:
    QTest.keyClick(child(transcript, QLineEdit, "findField"), key, modifier)
    return count(transcript)


def is_in_sight(transcript: TranscriptView, message: Message, section: int, block: int, position: int) -> bool:
    view = transcript.stack.find(message.id)
    assert view is not None
    block_view = view.view_of(section, block)
    assert block_view is not None
    top = transcript.stack.top_of(transcript.stack.index_of(message.id)) - transcript.stack.top
    y = top + view.top_of(section, block) + block_view.y_of(position)
    return 0 <= y < transcript.stack.room - 20


def marked(transcript: TranscriptView, message: Message, section: int, block: int) -> list[tuple[int, int]]:
    marks = transcript.marks(transcript.stack.index_of(message.id), message.id, section, block)
    return [(start, end) for start, end, _ in marks]


def test_every_place_is_counted_and_one_goes_round_them(transcript: TranscriptView) -> None:
    hits = [answer(f"Number {n} has a Needle.") for n in range(3)]
    transcript.show_path([*talk(20), hits[0], *talk(20), hits[1], *talk(20), hits[2]])
    QTest.keyClick(transcript, Qt.Key.Key_Home)
    assert find(transcript, "needle") == "1 of 3"
    assert is_in_sight(transcript, hits[0], 1, 0, 15)
    assert press(transcript, Qt.Key.Key_Return) == "2 of 3"
    assert is_in_sight(transcript, hits[1], 1, 0, 15)
    assert marked(transcript, hits[1], 1, 0) == [(15, 21)]
    assert press(transcript, Qt.Key.Key_Return) == "3 of 3"
    assert press(transcript, Qt.Key.Key_Return) == "1 of 3"
    assert press(transcript, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier) == "3 of 3"
    assert press(transcript, Qt.Key.Key_Up) == "2 of 3"


def test_the_search_begins_where_one_reads(transcript: TranscriptView) -> None:
    hits = [answer("needle") for _ in range(3)]
    transcript.show_path([*talk(20), hits[0], *talk(20), hits[1], *talk(20), hits[2], *talk(20)])
    transcript.move_to(transcript.stack.top_of(60))
    assert find(transcript, "needle") == "2 of 3"


def test_messages_that_nobody_has_seen_are_searched_without_being_laid_out(transcript: TranscriptView) -> None:
    transcript.show_path([*talk(1_000), answer("The needle.")])
    assert find(transcript, "question") == "1000 of 1000" or count(transcript).endswith("of 1000")
    assert sum(view.is_built for view in transcript.stack.views) < 60


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Ein **fett**es Wort", "fettes"),
        ("Ask [the page](https://example.com) again", "the page again"),
        ("R&amp;D department", "r&d"),
        ("术语表与上下文", "术语"),
        ("```python\nvalue = needle(1)\n```", "needle(1)"),
        ("| a | b |\n|--|--|\n| x | needle |", "NEEDLE"),
        ("two\nlines", "two lines"),
        ("😀😀 needle", "needle"),
    ],
)
def test_what_one_sees_is_found_seen_or_not(transcript: TranscriptView, source: str, words: str) -> None:
    hit = answer(source)
    for path in ([hit], [hit, *talk(40)]):
        transcript.show_path(path)
        assert find(transcript, words) == "1 of 1"
        transcript.chrome.escape()


def test_what_one_does_not_see_is_not_found(transcript: TranscriptView) -> None:
    transcript.show_path([answer("A [link](https://example.com/needle) and **bold**.")])
    assert find(transcript, "example.com") == "Nothing"
    assert find(transcript, "**") == "Nothing"


def test_case_and_whole_words_narrow_it_down(transcript: TranscriptView) -> None:
    transcript.show_path([answer("Cat cat concatenate 猫猫 cat's")])
    assert find(transcript, "cat") == "1 of 4"
    QTest.mouseClick(child(transcript, QToolButton, "findWords"), Qt.MouseButton.LeftButton)
    assert count(transcript).endswith("of 3")
    QTest.mouseClick(child(transcript, QToolButton, "findCase"), Qt.MouseButton.LeftButton)
    assert count(transcript).endswith("of 2")
    QTest.mouseClick(child(transcript, QToolButton, "findCase"), Qt.MouseButton.LeftButton)
    assert find(transcript, "猫").endswith("of 2")  # between Chinese letters there are no edges of words


def test_folded_thoughts_unfold_when_one_comes_to_them(transcript: TranscriptView) -> None:
    thinker = answer("The answer.", reasoning="First a needle.\n\nThen that.")
    transcript.show_path([thinker, *talk(30)])
    view = transcript.stack.find(thinker.id)
    assert view is not None
    assert not view.is_open
    assert find(transcript, "needle") == "1 of 1"
    assert view.is_open
    assert is_in_sight(transcript, thinker, 0, 0, 8)
    assert marked(transcript, thinker, 0, 0) == [(8, 14)]


def test_text_that_streams_in_is_searched_as_it_comes(transcript: TranscriptView, run: Callable[..., Any]) -> None:
    message = streaming()
    transcript.show_path([user_message("a needle?"), message])
    assert find(transcript, "needle") == "1 of 1"

    async def stream() -> None:
        for number in range(5):
            transcript.append_text(message.id, "The nee")
            transcript.append_text(message.id, f"dle {number}.\n\n")
        await until(lambda: count(transcript) == "1 of 6")

    run(stream())
    assert marked(transcript, message, 1, 3) == [(4, 10)]


def test_finding_changes_no_selection_no_text_and_no_copy(transcript: TranscriptView) -> None:
    transcript.show_path([answer("A needle, and more.")])
    transcript.reading.select_all()
    height = transcript.stack.total
    find(transcript, "needle")
    QGuiApplication.clipboard().clear()
    QTest.keyClick(transcript, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "A needle, and more."
    assert transcript.stack.total == height


def test_escape_closes_the_bar_and_takes_the_colours_away(transcript: TranscriptView) -> None:
    hit = answer("A needle.")
    transcript.show_path([hit])
    find(transcript, "needle")
    assert marked(transcript, hit, 1, 0)
    press(transcript, Qt.Key.Key_Escape)
    assert not child(transcript, FindBar).isVisible()
    assert not marked(transcript, hit, 1, 0)


def test_a_few_selected_words_are_looked_for_at_once(transcript: TranscriptView) -> None:
    transcript.show_path([user_message("needle"), answer("A needle.")])
    transcript.stack.views[0].set_open(False)
    place = transcript.reading.places.first_of(0)
    assert place is not None
    transcript.reading.selection.select(place, place._replace(position=6))
    transcript.chrome.find()
    finish(transcript)
    assert child(transcript, QLineEdit, "findField").text() == "needle"
    assert count(transcript) == "1 of 2"


def test_another_conversation_is_searched_anew(transcript: TranscriptView) -> None:
    transcript.show_path([answer("needle needle")])
    assert find(transcript, "needle") == "1 of 2"
    transcript.show_path([answer("one needle"), *talk(3)])
    finish(transcript)
    assert count(transcript).endswith("of 1")
    transcript.show_path([])
    finish(transcript)
    assert count(transcript) == "Nothing"


def test_a_letter_that_stands_everywhere_is_not_counted_for_ever(transcript: TranscriptView) -> None:
    transcript.show_path([answer("a " * 5_000) for _ in range(12)])
    assert "more than" in find(transcript, "a")
    assert transcript.chrome.finder.count < 30_000
    assert press(transcript, Qt.Key.Key_Return)


def test_the_bar_names_its_controls(transcript: TranscriptView) -> None:
    transcript.show_path(talk(2))
    transcript.chrome.find()
    bar = child(transcript, FindBar)
    for button in bar.findChildren(QToolButton):
        assert button.accessibleName(), button.objectName()
    assert child(bar, QLineEdit).accessibleName() == "Find in this chat"


def test_a_query_is_taken_literally_and_blanks_are_alike() -> None:
    assert list(Query("a.b").ranges("axb a.b")) == [(4, 7)]
    assert list(Query("one  two").ranges("one\n\ttwo")) == [(0, 8)]
    assert list(Query("  ").ranges("a  b")) == []
    assert list(Query("ß").ranges("ẞ ß Straße")) == [(0, 1), (2, 3), (8, 9)]


@pytest.mark.parametrize("words", ["(", "[a", "\\", "*" * 50, "a" * 5_000])
def test_nothing_that_is_typed_is_an_error(words: str) -> None:
    assert list(Query(words, whole_words=True).ranges("nothing of it")) == []
    assert Query(words).may_be_in("a text") in (True, False)
