"""Long conversations: what nobody looks at is not made."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.transcripts import streaming, talk

from desktopchat.ui.chat.transcript import TranscriptView


def test_only_the_messages_near_the_window_have_views(qtbot: QtBot) -> None:
    transcript = TranscriptView()
    qtbot.addWidget(transcript)
    transcript.resize(700, 500)
    transcript.show()
    transcript.show_path(talk(3_000))
    assert len(transcript.stack.views) >= 3_000
    assert 0 < len(transcript.stack.views.made()) < 60
    QTest.keyClick(transcript, Qt.Key.Key_Home)
    assert transcript.stack.views[0].is_built
    assert len(transcript.stack.views.made()) < 120


def test_a_long_text_that_waits_is_taken_in_pieces(
    qtbot: QtBot, run: Callable[..., Any], until: Callable[..., Any]
) -> None:
    transcript = TranscriptView()
    qtbot.addWidget(transcript)
    transcript.resize(700, 500)
    transcript.show()
    message = streaming()
    transcript.show_path([message])
    text = "".join(f"Line {number} of many.\n\n" for number in range(4_000))
    for at in range(0, len(text), 30_001):
        transcript.append_text(message.id, text[at : at + 30_001])
    view = transcript.stack.find(message.id)
    assert view is not None
    run(until(lambda: not view.answer.is_busy, 60), 60)
    assert view.answer.source == text
    assert view.answer.parsed == len(text)
    assert [block.text() for block in view.answer.views] == text.strip().split("\n\n")
