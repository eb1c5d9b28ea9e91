"""Text that was let go because it was far away, and comes back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.transcripts import answer

from desktopchat.ui.chat.transcript import TranscriptView

TEXT = "Some *text* that is long enough for more than one line in a narrow window, and then some.\n\n- one\n- two\n\n"


@pytest.fixture
def transcript(qtbot: QtBot) -> TranscriptView:
    made = TranscriptView()
    qtbot.addWidget(made)
    made.resize(400, 500)
    made.show()
    return made


def test_text_that_comes_back_is_laid_out_as_before(transcript: TranscriptView) -> None:
    message = answer(TEXT * 150)
    transcript.show_path([message])
    QTest.keyClick(transcript, Qt.Key.Key_Home)
    view = transcript.stack.find(message.id)
    assert view is not None
    first = view.answer.views[0]
    widths = first.document().textWidth(), first.height
    while first.is_live:
        QTest.keyClick(transcript, Qt.Key.Key_PageDown)
        transcript.viewport().grab()
    QTest.keyClick(transcript, Qt.Key.Key_Home)
    transcript.viewport().grab()
    assert (first.document().textWidth(), first.height) == widths
