"""What can be done with a message, by mouse and by key: the bar below it, its menu, alternatives, editing in place."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot
from tests.support.transcripts import answer, broken, streaming, talk
from tests.support.widgets import child

from desktopchat.domain.message import Message, MessageState, Role, user_message
from desktopchat.ui.chat import thinking
from desktopchat.ui.chat.actionbar import ActionBar
from desktopchat.ui.chat.context import Alternatives
from desktopchat.ui.chat.editbox import EditBox
from desktopchat.ui.chat.pager import Pager
from desktopchat.ui.chat.transcript import TranscriptView


@pytest.fixture
def transcript(qtbot: QtBot) -> TranscriptView:
    made = TranscriptView()
    qtbot.addWidget(made)
    made.resize(760, 600)
    made.show()
    return made


def middle_of(transcript: TranscriptView, message: Message) -> QPoint:
    index = transcript.stack.index_of(message.id)
    top, bottom = transcript.stack.top_of(index), transcript.stack.top_of(index + 1)
    return QPoint(transcript.viewport().width() // 2, (top + bottom) // 2 - transcript.stack.top)


def hover(transcript: TranscriptView, message: Message) -> None:
    QTest.mouseMove(transcript.viewport(), middle_of(transcript, message))
    QTest.mouseMove(transcript.viewport(), middle_of(transcript, message) + QPoint(1, 0))
    transcript.chrome.hover(message.id)


def bar_of(transcript: TranscriptView, message: Message) -> ActionBar:
    (found,) = [bar for bar in transcript.findChildren(ActionBar) if bar.message_id == message.id]
    assert found.isVisible()
    return found


def click(button: QToolButton | QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def said(spy: QSignalSpy) -> list[tuple[Any, ...]]:
    return [tuple(spy.at(number)) for number in range(spy.count())]


def test_actions_come_with_the_mouse_and_move_nothing(transcript: TranscriptView) -> None:
    question, reply, *_ = messages = talk(2)
    transcript.show_path(messages)
    before = [transcript.stack.top_of(index) for index in range(5)]
    hover(transcript, question)
    bar = bar_of(transcript, question)
    assert bar.button("edit").isVisible()
    assert not bar.button("retry").isVisible()
    hover(transcript, reply)
    bar = bar_of(transcript, reply)
    assert bar.button("retry").isVisible()
    assert not bar.button("edit").isVisible()
    assert [transcript.stack.top_of(index) for index in range(5)] == before


def test_the_bar_follows_a_real_mouse(transcript: TranscriptView) -> None:
    question, *_ = messages = talk(2)
    transcript.show_path(messages)
    QTest.mouseMove(transcript.viewport(), middle_of(transcript, question))
    QTest.mouseMove(transcript.viewport(), middle_of(transcript, question) + QPoint(2, 0))
    assert bar_of(transcript, question).button("copy").accessibleName() == "Copy message"


def test_the_last_answer_always_has_its_actions_but_not_before_its_end(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([user_message("q"), message])
    assert not any(bar.isVisible() for bar in transcript.findChildren(ActionBar))
    transcript.update_message(Message(Role.ASSISTANT, message.with_text("done").parts, id=message.id))
    assert bar_of(transcript, message).button("retry").isVisible()


def test_many_messages_share_two_bars(transcript: TranscriptView) -> None:
    transcript.show_path(talk(200))
    for message in (transcript.stack.views[-2].message, transcript.stack.views[-4].message):
        hover(transcript, message)
    assert len(transcript.findChildren(ActionBar)) == 2
    QTest.keyClick(transcript, Qt.Key.Key_Home)
    assert not any(bar.isVisible() for bar in transcript.findChildren(ActionBar) if bar.message_id)


def test_the_buttons_copy_quote_and_ask_again(transcript: TranscriptView) -> None:
    reply = answer("Some **bold** text.")
    transcript.show_path([user_message("q"), reply])
    quotes, retries = QSignalSpy(transcript.quoteRequested), QSignalSpy(transcript.retryRequested)
    others = QSignalSpy(transcript.retryWithRequested)
    bar = bar_of(transcript, reply)
    click(bar.button("copy"))
    assert QGuiApplication.clipboard().text() == "Some bold text."
    click(bar.button("quote"))
    click(bar.button("retry"))
    click(bar.button("retry_with"))
    assert said(quotes) == [("Some **bold** text.",)]
    assert said(retries) == [(reply.id,)]
    assert said(others) == [(reply.id,)]


def test_actions_work_while_another_answer_comes(transcript: TranscriptView) -> None:
    first, coming = answer("First."), streaming()
    transcript.show_path([user_message("q"), first, user_message("q2"), coming])
    transcript.append_text(coming.id, "Some")
    transcript.pace.now()
    hover(transcript, first)
    transcript.append_text(coming.id, " more text")
    transcript.pace.now()
    click(bar_of(transcript, first).button("copy"))
    assert QGuiApplication.clipboard().text() == "First."


def test_the_menu_has_every_action(transcript: TranscriptView) -> None:
    reply = answer("Some **bold** text.")
    transcript.show_path([user_message("q"), reply])
    deleted = QSignalSpy(transcript.deleteRequested)
    click(bar_of(transcript, reply).more)
    menu = child(transcript, QMenu, "messageMenu")
    actions = {action.text(): action for action in menu.actions()}
    assert {"Copy message", "Copy as Markdown", "Retry", "Retry with another model…", "Quote"} <= actions.keys()
    actions["Copy as Markdown"].trigger()
    assert QGuiApplication.clipboard().text() == "Some **bold** text."
    actions["Move to trash"].trigger()
    assert said(deleted) == [(reply.id,)]
    menu.close()


def test_a_focused_message_understands_keys(transcript: TranscriptView) -> None:
    question, reply = user_message("ask"), answer("Reply.")
    transcript.chrome.show_alternatives({reply.id: Alternatives(1, 2)})
    transcript.show_path([question, reply])
    spies = {
        name: QSignalSpy(getattr(transcript, f"{name}Requested"))
        for name in ("retry", "delete", "quote", "alternative")
    }
    transcript.setFocus(Qt.FocusReason.TabFocusReason)
    transcript.reading.keys.set_stop(transcript.stack.find(reply.id))
    for key in (Qt.Key.Key_R, Qt.Key.Key_Q, Qt.Key.Key_Right, Qt.Key.Key_Delete):
        QTest.keyClick(transcript, key)
    QTest.keyClick(transcript, Qt.Key.Key_C)
    assert said(spies["retry"]) == [(reply.id,)]
    assert said(spies["quote"]) == [("Reply.",)]
    assert said(spies["alternative"]) == [(reply.id, 1)]
    assert said(spies["delete"]) == [(reply.id,)]
    assert QGuiApplication.clipboard().text() == "Reply."
    QTest.keyClick(transcript, Qt.Key.Key_Up)
    assert bar_of(transcript, question).button("edit").isVisible()
    QTest.keyClick(transcript, Qt.Key.Key_E)
    assert child(transcript, EditBox).editor.text() == "ask"


def test_the_pager_says_where_one_is_and_turns(transcript: TranscriptView) -> None:
    reply = answer("Second.")
    transcript.chrome.show_alternatives({reply.id: Alternatives(2, 2)})
    transcript.show_path([user_message("q"), reply])
    wanted = QSignalSpy(transcript.alternativeRequested)
    pager = child(transcript, Pager)
    assert not pager.after.isEnabled()
    click(pager.before)
    QTest.keyClick(pager, Qt.Key.Key_Left)
    assert said(wanted) == [(reply.id, -1), (reply.id, -1)]


def test_another_branch_keeps_what_is_common_and_the_line_below_the_changed_message(
    transcript: TranscriptView,
) -> None:
    common = talk(10)
    first, second = answer("Short."), answer("Long.\n\n" * 40)
    rest = talk(10)
    transcript.show_path([*common, first, *rest])
    index = len(common)
    transcript.move_to(transcript.stack.top_of(index) - 300)
    views = list(transcript.stack.views[:index])
    for branch in ([*common, second, *rest], [*common, first, *talk(12)], [*common, second], [*common]):
        line = transcript.stack.top_of(index + 1) - transcript.stack.top
        transcript.show_branch(branch)
        assert transcript.stack.views[:index] == views
        assert [view.message.id for view in transcript.stack.views] == [message.id for message in branch]
        if len(branch) > index + 10:  # else there may not be enough below to keep it there
            assert abs(transcript.stack.top_of(index + 1) - transcript.stack.top - line) <= 1
    assert not transcript.stack.follows


def test_a_question_is_edited_where_it_stands(transcript: TranscriptView) -> None:
    question = user_message("How?")
    transcript.show_path([question, answer("So.")])
    edits = QSignalSpy(transcript.editRequested)
    hover(transcript, question)
    click(bar_of(transcript, question).button("edit"))
    box = child(transcript, EditBox)
    high = box.height()
    QTest.keyClicks(box.editor, " And why?")
    QTest.keyClick(box.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert box.height() > high
    QTest.keyClicks(box.editor, "Please.")
    QTest.keyClick(box.editor, Qt.Key.Key_Return)
    assert said(edits) == [(question.id, "How? And why?\nPlease.")]
    view = transcript.stack.find(question.id)
    assert view is not None
    assert view.is_edited  # until it was really asked, so that nothing is lost


def test_escape_leaves_the_question_as_it_was(transcript: TranscriptView) -> None:
    question = user_message("How?")
    transcript.show_path([question, answer("So.")])
    before = transcript.stack.top_of(1)
    transcript.chrome.do("edit", question.id)
    QTest.keyClicks(child(transcript, EditBox).editor, "xyz")
    QTest.keyClick(child(transcript, EditBox).editor, Qt.Key.Key_Escape)
    view = transcript.stack.find(question.id)
    assert view is not None
    assert not view.is_edited
    assert transcript.stack.top_of(1) == before
    transcript.chrome.do("edit", question.id)
    boxes = [box for box in transcript.findChildren(EditBox) if box.isVisible()]
    assert [box.editor.text() for box in boxes] == ["How?"]


def test_what_is_being_written_survives_scrolling_away(transcript: TranscriptView) -> None:
    question, *rest = talk(60)
    transcript.show_path([question, *rest])
    QTest.keyClick(transcript, Qt.Key.Key_Home)
    transcript.chrome.do("edit", question.id)
    QTest.keyClicks(child(transcript, EditBox).editor, " more")
    transcript.move_to(2_000)
    transcript.move_to(0)
    assert child(transcript, EditBox).editor.text() == "question 0 more"
    transcript.follow_end()
    transcript.move_to(0)
    transcript.chrome.do("edit", question.id)
    boxes = [box for box in transcript.findChildren(EditBox) if box.isVisible()]
    assert [box.editor.text() for box in boxes] == ["question 0 more"]


def test_half_an_answer_can_be_continued_where_the_model_can(transcript: TranscriptView) -> None:
    half, failed = answer("Half of", state=MessageState.PARTIAL), broken("The beginning")
    transcript.show_path([user_message("q"), half])
    assert transcript.findChild(QPushButton, "continueButton") is None
    transcript.chrome.context.can_continue = lambda _message: True
    wanted = QSignalSpy(transcript.continueRequested)
    for message in (half, failed):
        transcript.show_path([user_message("q"), message])
        visible = [b for b in transcript.findChildren(QPushButton, "continueButton") if b.isVisible()]
        click(visible[0])
    assert said(wanted) == [(half.id,), (failed.id,)]


def test_the_heading_of_thoughts_counts_while_they_come(
    transcript: TranscriptView, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 1_000.0
    monkeypatch.setattr(thinking.time, "monotonic", lambda: moment)
    message = streaming()
    transcript.show_path([user_message("q"), message])
    transcript.append_reasoning(message.id, "First this.")
    transcript.pace.now()
    button = child(transcript, QToolButton, "reasoningButton")
    assert button.text() == "Thinking…"
    moment += 12.4
    view = transcript.stack.find(message.id)
    assert view is not None
    view.tick(moment)
    assert button.text() == "Thinking… 12 s"
    transcript.append_text(message.id, "So.")
    transcript.pace.now()
    (button,) = [b for b in transcript.findChildren(QToolButton, "reasoningButton") if b.isVisible()]
    assert button.text() == "Thought for 12 s"


def test_the_wheel_with_control_zooms_and_does_not_scroll(transcript: TranscriptView) -> None:
    transcript.show_path(talk(30))
    before = transcript.verticalScrollBar().value()
    steps = QSignalSpy(transcript.zoomRequested)
    viewport = transcript.viewport()
    middle = QPointF(viewport.rect().center())
    for turn in (120, -120):
        event = QWheelEvent(
            middle, viewport.mapToGlobal(middle), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(viewport, event)
    assert said(steps) == [(1,), (-1,)]
    assert transcript.verticalScrollBar().value() == before
