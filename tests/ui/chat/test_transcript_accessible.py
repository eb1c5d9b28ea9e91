"""The transcript as a screen reader meets it."""

import gc

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
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


def test_a_message_is_read_piece_by_piece(qtbot: QtBot) -> None:
    transcript = shown(qtbot)
    transcript.show_path([answer("An **answer** with $x^2$.\n\n1. one")])
    text = QAccessible.queryAccessibleInterface(transcript).child(0).textInterface()
    words = "An answer with $x^2$.\n\n1. one"
    assert text.characterCount() == len(words)
    assert text.text(0, -1) == words
    assert text.text(3, 9) == "answer"


def test_a_message_takes_the_focus_and_opens_its_menu_when_asked_to(qtbot: QtBot) -> None:
    transcript = shown(qtbot)
    transcript.show_path(talk(20))
    transcript.activateWindow()
    transcript.setFocus()
    QCoreApplication.processEvents()
    interface = QAccessible.queryAccessibleInterface(transcript)
    child = interface.child(3)
    actions = child.actionInterface()
    assert child.state().focusable
    assert not child.state().focused
    actions.doAction(QAccessibleActionInterface.setFocusAction())
    assert child.state().focused
    assert not child.state().offscreen
    assert interface.focusChild() is child
    actions.doAction(QAccessibleActionInterface.showMenuAction())
    menus = [menu for menu in transcript.findChildren(QMenu) if menu.isVisible()]
    assert len(menus) == 1
    menus[0].close()


def test_the_buttons_of_code_are_actions_of_the_message(qtbot: QtBot) -> None:
    transcript = shown(qtbot)
    transcript.show_path([answer("```py\nfirst\n```\n\nText.\n\n```\nsecond\n```"), answer("No code.")])
    interface = QAccessible.queryAccessibleInterface(transcript)
    actions = interface.child(0).actionInterface()
    names = actions.actionNames()[2:]
    assert names == ["Copy the code 1", "Save the code… 1", "Copy the code 2", "Save the code… 2"]
    actions.doAction("Copy the code 2")
    assert QGuiApplication.clipboard().text() == "second"
    assert len(interface.child(1).actionInterface().actionNames()) == 2


def test_the_focus_of_keys_is_the_focus_that_is_told(qtbot: QtBot) -> None:
    transcript = shown(qtbot)
    transcript.show_path(talk(2))
    transcript.activateWindow()
    transcript.setFocus()
    QCoreApplication.processEvents()
    interface = QAccessible.queryAccessibleInterface(transcript)
    assert interface.focusChild() is interface
    for number in (3, 2, 1):
        QTest.keyClick(transcript, Qt.Key.Key_Up)
        assert interface.focusChild() is interface.child(number)
        assert [interface.child(n).state().focused for n in range(4)].count(True) == 1


def test_text_from_right_to_left_has_its_marks_at_the_right(qtbot: QtBot) -> None:
    transcript = shown(qtbot)
    transcript.show_path([answer("- \u0639\u0646\u0635\u0631 one\n- left\n\n> \u05e2\u05d1\u05e8\u05d9\u05ea 1")])
    blocks = [block for _, _, block in transcript.stack.views[0].blocks_in_order()]
    assert [block.is_mirrored for block in blocks] == [True, False, True]
    assert [block.document().begin().textDirection() for block in blocks] == [
        Qt.LayoutDirection.RightToLeft,
        Qt.LayoutDirection.LeftToRight,
        Qt.LayoutDirection.RightToLeft,
    ]
    carets = [block.caret(0).left() for block in blocks]
    assert carets[0] > transcript.stack.width - 60
    assert carets[1] < 60
