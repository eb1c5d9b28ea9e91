"""What is painted while an answer grows: no more than is new, and it looks as if all had been painted."""

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.transcripts import streaming, talk

from desktopchat.ui.chat.cards import Fold
from desktopchat.ui.chat.transcript import TranscriptView

PIECES = [f"Paragraph {number} with **some** words.\n\n" for number in range(40)]


class Painted(QObject):
    """Counts the pixels that are painted."""

    def __init__(self, transcript: TranscriptView) -> None:
        super().__init__(transcript)
        self.heights: list[int] = []
        transcript.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.heights.append(event.rect().height())
        return False


@pytest.fixture
def transcript(qtbot: QtBot) -> TranscriptView:
    made = TranscriptView()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def on_screen(transcript: TranscriptView) -> QImage:
    """What the window system has, not what would be painted now."""
    picture = transcript.screen().grabWindow(transcript.winId())
    return picture.toImage().convertToFormat(QImage.Format.Format_RGB32)


def grow(transcript: TranscriptView, message_id: str, piece: str) -> None:
    transcript.append_text(message_id, piece)
    transcript.pace.now()
    QApplication.processEvents()


def test_a_growing_answer_that_is_followed_looks_as_if_all_were_painted_anew(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([*talk(6), message])
    for number, piece in enumerate(
        [*PIECES, "```\n", *["x = 1\n"] * 30, "```\n\n", "> quoted\n\n", "|a|b|\n|-|-|\n|1|2|\n"]
    ):
        grow(transcript, message.id, piece)
        if number % 7 == 0:
            kept = on_screen(transcript)
            transcript.viewport().update()
            QApplication.processEvents()
            assert kept == on_screen(transcript), number


def test_following_paints_the_new_lines_and_moves_the_others(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([*talk(6), message])
    for piece in PIECES[:20]:
        grow(transcript, message.id, piece)
    top, painted = transcript.stack.top, Painted(transcript)
    for piece in PIECES[20:]:
        grow(transcript, message.id, piece)
    assert transcript.stack.top > top
    assert painted.heights
    assert max(painted.heights) < transcript.viewport().height() // 2


def test_a_widget_in_the_text_moves_along(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([*talk(6), message])
    transcript.append_reasoning(message.id, "I think.")
    places: list[int] = []
    for piece in PIECES[:6]:
        grow(transcript, message.id, piece)
        (fold,) = transcript.viewport().findChildren(Fold)
        top = transcript.stack.top_of(transcript.stack.index_of(message.id)) - transcript.stack.top
        places.append(fold.y() - top)
    assert len(set(places)) == 1


def test_earlier_messages_come_above_what_one_reads(transcript: TranscriptView) -> None:
    messages = talk(40)
    transcript.show_path(messages[60:])
    transcript.move_to(300)
    before = [(view.message.id, y - transcript.stack.top) for _, view, y in transcript.stack.visible()]
    transcript.reading.select_all()
    transcript.add_earlier(messages[:60])
    assert [(view.message.id, y - transcript.stack.top) for _, view, y in transcript.stack.visible()] == before
    assert transcript.stack.index_of(messages[60].id) == 60
    assert "question 0" in transcript.reading.selection.text(list(transcript.stack.views))


def test_the_end_is_followed_when_earlier_messages_come(transcript: TranscriptView) -> None:
    messages = talk(40)
    transcript.show_path(messages[60:])
    transcript.add_earlier(messages[:60])
    bar = transcript.verticalScrollBar()
    assert bar.value() == bar.maximum()
    assert [view.message.id for view in transcript.stack.views] == [message.id for message in messages]
