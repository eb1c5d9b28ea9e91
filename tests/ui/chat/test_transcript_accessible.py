"""The transcript as a screen reader meets it."""

import gc

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.transcripts import answer, broken, streaming, talk

from desktopchat.domain.message import user_message
from desktopchat.ui.chat.transcript import TranscriptView


def shown(qtbot: QtBot) -> TranscriptView:
    made = TranscriptView()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def test_there_is_one_child_for_each_message(qtbot: QtBot) -> None:
    transcript = shown(qtbot)
    transcript.show_path(
        [user_message("A *question*"), answer("An **answer**.\n\n- one", model="gpt-x"), broken("Half")]
    )
    interface = QAccessible.queryAccessibleInterface(transcript)
    assert interface.childCount() == 3
    names = [interface.child(n).text(QAccessible.Text.Name) for n in range(3)]
    values = [interface.child(n).text(QAccessible.Text.Value) for n in range(3)]
    assert names == ["You", "gpt-x", "m1"]
    assert values == ["A *question*", "An answer.\n\n• one", "Half\nToo many requests"]
    assert values == [interface.child(n).text(QAccessible.Text.Description) for n in range(3)]


def test_children_know_where_they_are(qtbot: QtBot) -> None:
    transcript = shown(qtbot)
    transcript.show_path(talk(20))
    interface = QAccessible.queryAccessibleInterface(transcript)
    last = interface.child(39)
    area = last.rect()
    assert area.height() > 20
    assert interface.childAt(area.center().x(), area.center().y()) is last
    assert interface.indexOfChild(last) == 39
    assert last.parent() is interface
    assert not last.state().offscreen
    assert interface.child(0).state().offscreen
    QTest.keyClick(transcript, Qt.Key.Key_Home)
    assert not interface.child(0).state().offscreen


def test_a_streaming_answer_is_busy_and_its_text_grows(qtbot: QtBot) -> None:
    transcript = shown(qtbot)
    message = streaming()
    transcript.show_path([message])
    child = QAccessible.queryAccessibleInterface(transcript).child(0)
    transcript.append_text(message.id, "So far")
    assert child.state().busy
    assert child.text(QAccessible.Text.Value) == "So far"


def test_children_of_another_conversation_are_no_longer_valid(qtbot: QtBot) -> None:
    transcript = shown(qtbot)
    transcript.show_path([answer("old")])
    old = QAccessible.queryAccessibleInterface(transcript).child(0)
    transcript.show_path([answer("new")])
    assert not old.isValid()
    assert old.text(QAccessible.Text.Value) == ""
    assert QAccessible.queryAccessibleInterface(transcript).child(0).text(QAccessible.Text.Value) == "new"


def test_ten_thousand_messages_are_children_without_being_built(qtbot: QtBot) -> None:
    transcript = shown(qtbot)
    transcript.show_path(talk(5_000))
    interface = QAccessible.queryAccessibleInterface(transcript)
    assert interface.childCount() == 10_000
    assert interface.child(5_000).text(QAccessible.Text.Value) == "question 2500"
    assert sum(view.is_built for view in transcript.stack.views) < 40


def test_a_closed_transcript_leaves_nothing_behind(qtbot: QtBot) -> None:
    transcript = TranscriptView()
    transcript.resize(300, 300)
    transcript.show()
    transcript.show_path([answer("text", reasoning="thought"), broken()])
    assert QAccessible.queryAccessibleInterface(transcript).childCount() == 2
    gone: list[bool] = []
    transcript.destroyed.connect(lambda: gone.append(True))
    transcript.close()
    transcript.deleteLater()
    del transcript
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert gone == [True]
