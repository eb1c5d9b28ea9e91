"""A transcript on the screen."""

import pytest
from pytestqt.qtbot import QtBot

from desktopchat.ui.chat.transcript import TranscriptView


@pytest.fixture
def transcript(qtbot: QtBot) -> TranscriptView:
    made = TranscriptView()
    qtbot.addWidget(made)
    made.resize(760, 600)
    made.show()
    return made
