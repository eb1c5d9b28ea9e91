"""Text that streams into the transcript: what is shown when, and what stays where it is."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.transcripts import answer, streaming, talk
from tests.support.widgets import child

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.message import Message, MessageState, user_message
from desktopchat.domain.text import msg
from desktopchat.render import markdown
from desktopchat.ui.chat.blockview import BlockView
from desktopchat.ui.chat.countdown import Countdown
from desktopchat.ui.chat.messageview import PARSED_AT_ONCE
from desktopchat.ui.chat.selection import shown_text
from desktopchat.ui.chat.transcript import TranscriptView


@pytest.fixture
def transcript(qtbot: QtBot) -> TranscriptView:
    made = TranscriptView()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def shown(transcript: TranscriptView, message: Message) -> str:
    view = transcript.stack.find(message.id)
    assert view is not None
    return "\n".join(block.text() for block in view.answer.views)


def wheel(transcript: TranscriptView, pixels: int) -> None:
    viewport = transcript.viewport()
    middle = QPointF(viewport.rect().center())
    event = QWheelEvent(
        middle, viewport.mapToGlobal(middle), QPoint(0, pixels), QPoint(0, pixels), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


def at_end(transcript: TranscriptView) -> bool:
    bar = transcript.verticalScrollBar()
    return bar.value() == bar.maximum()


def test_the_first_text_is_shown_at_once(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([user_message("q"), message])
    transcript.append_text(message.id, "Hel")
    assert shown(transcript, message) == "Hel"


def test_pieces_become_the_blocks_of_the_whole(
    transcript: TranscriptView, run: Callable[..., Any], until: Callable[..., Any]
) -> None:
    message = streaming()
    text = "# Title\n\nSome *text*.\n\n- one\n- two\n\n```py\nx = 1\n```\n\nEnd **bold**."
    transcript.show_path([message])
    for at in range(0, len(text), 3):
        transcript.append_text(message.id, text[at : at + 3])
    done = replace(message.with_text(text), state=MessageState.DONE)
    transcript.update_message(done)
    view = transcript.stack.find(message.id)
    assert view is not None
    run(until(lambda: not view.answer.is_busy))
    assert shown_text(view) == "Title\n\nSome text.\n\n• one\n• two\n\nx = 1\n\nEnd bold."


def test_finished_blocks_are_never_laid_out_again(
    transcript: TranscriptView, run: Callable[..., Any], until: Callable[..., Any]
) -> None:
    message = streaming()
    transcript.show_path([message])
    transcript.append_text(message.id, "First paragraph.\n\nSecond.\n\nThird")
    view = transcript.stack.find(message.id)
    assert view is not None
    first = view.answer.views[0]
    document = first.document()
    for _ in range(20):
        transcript.append_text(message.id, " more text\n\nand more")
        transcript.pace.now()
    assert view.answer.views[0] is first
    assert first.document() is document
    transcript.update_message(replace(message.with_text(view.answer.source), state=MessageState.DONE))
    run(until(lambda: not view.answer.is_busy))
    assert first.document() is document


def test_the_end_is_followed_by_those_who_are_there(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([*talk(10), message])
    for _ in range(30):
        transcript.append_text(message.id, "A line of text.\n\n")
        transcript.pace.now()
        assert at_end(transcript)


@pytest.mark.parametrize("gesture", ["wheel", "key", "bar"])
def test_a_reader_who_goes_up_is_left_alone(transcript: TranscriptView, gesture: str) -> None:
    message = streaming()
    transcript.show_path([*talk(10), message])
    transcript.append_text(message.id, "Some text.\n\n" * 10)
    transcript.pace.now()
    match gesture:
        case "wheel":
            wheel(transcript, 240)
        case "key":
            QTest.keyClick(transcript, Qt.Key.Key_PageUp)
        case _:
            transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().value() - 200)
    place = transcript.verticalScrollBar().value()
    for _ in range(20):
        transcript.append_text(message.id, "More text below.\n\n")
        transcript.pace.now()
    assert transcript.verticalScrollBar().value() == place
    assert transcript.jump.isVisible()
    assert "New text" in transcript.jump.accessibleName()


def test_the_button_and_the_end_key_resume_following(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([*talk(10), message])
    for back in ("button", "key", "wheel"):
        QTest.keyClick(transcript, Qt.Key.Key_Home)
        assert not at_end(transcript)
        transcript.append_text(message.id, "New.\n\n")
        transcript.pace.now()
        match back:
            case "button":
                QTest.mouseClick(transcript.jump, Qt.MouseButton.LeftButton)
            case "key":
                QTest.keyClick(transcript, Qt.Key.Key_End)
            case _:
                for _ in range(40):
                    wheel(transcript, -1_200)
        assert at_end(transcript)
        assert not transcript.jump.isVisible()
        transcript.append_text(message.id, "New.\n\n" * 5)
        transcript.pace.now()
        assert at_end(transcript)


def test_what_the_reader_looks_at_does_not_move_while_heights_become_known(transcript: TranscriptView) -> None:
    transcript.show_path(talk(60, "word " * 300 + "\n\n```\ncode\n```\n" * 3))
    for _ in range(60):
        wheel(transcript, 120)
        places = {view.message.id: y - transcript.stack.top for _, view, y in transcript.stack.visible()}
        transcript.move_to(transcript.stack.top - 40)
        moved = {view.message.id: y - transcript.stack.top for _, view, y in transcript.stack.visible()}
        steps = {moved[name] - places[name] for name in moved.keys() & places.keys()}
        assert steps <= {40}


def test_reasoning_is_open_while_it_comes_and_folded_by_the_answer(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([message])
    transcript.append_reasoning(message.id, "Let me think.")
    transcript.append_reasoning(message.id, "\n\n- one\n- two\n\nAnd so on.")
    transcript.pace.now()
    view = transcript.stack.find(message.id)
    assert view is not None
    assert view.is_open
    assert next(view.blocks_in_order())[2].text() == "> Let me think."
    assert len(list(view.blocks_in_order())) == 4
    transcript.append_text(message.id, "The answer.")
    assert not view.is_open


def test_the_sign_of_work_ends_with_the_first_text(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([message])
    view = transcript.stack.find(message.id)
    assert view is not None
    assert view.work in view.parts
    transcript.append_text(message.id, "x")
    assert view.work not in view.parts


def test_a_pause_before_the_next_attempt_stands_in_the_place_of_the_sign_of_work(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([message])
    transcript.set_retrying(message.id, 3.2, Failure(ErrorKind.OVERLOADED, msg("busy")))
    view = transcript.stack.find(message.id)
    assert view is not None
    card = child(transcript, Countdown)
    assert card.words.text() == card.accessibleName()
    assert card.words.text().startswith("The provider has trouble · Trying again in ")
    assert view.work not in view.parts
    transcript.end_retrying(message.id)
    assert view.work in view.parts


def test_words_that_are_taken_back_are_gone(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([message])
    transcript.append_text(message.id, "Wrong.\n\nWrong again.")
    transcript.replace_text(message.id, "Right.")
    transcript.pace.now()
    assert shown(transcript, message) == "Right."


def test_painted_says_how_much_is_on_the_screen(
    transcript: TranscriptView, run: Callable[..., Any], until: Callable[..., Any]
) -> None:
    lengths: list[int] = []
    message = streaming()
    transcript.painted.connect(lambda _id, length: lengths.append(length))
    transcript.show_path([message])
    transcript.append_text(message.id, "Hello")
    run(until(lambda: lengths == [5]))
    transcript.append_text(message.id, ", world")
    run(until(lambda: lengths[-1] == 12))


def test_a_long_answer_costs_the_same_at_its_end(transcript: TranscriptView, monkeypatch: pytest.MonkeyPatch) -> None:
    done: Counter[str] = Counter()
    parse, measure = markdown.block_tokens, BlockView.measure

    def parsed(source: str, references: dict[str, dict[str, object]]) -> list[Any]:
        done["parsed characters"] += len(source)
        return parse(source, references)

    def measured(view: BlockView, width: int) -> int:
        done["blocks laid out"] += 1
        return measure(view, width)

    monkeypatch.setattr(markdown, "block_tokens", parsed)
    monkeypatch.setattr(BlockView, "measure", measured)
    message = streaming()
    transcript.show_path([message])
    paragraph = "Some *text* with `code` in it, and so on.\n\n- a\n- b\n\n```py\nx = 1\n```\n\n"

    def work(rounds: int) -> Counter[str]:
        done.clear()
        for _ in range(rounds):
            transcript.append_text(message.id, paragraph)
            transcript.pace.now()
            transcript.viewport().grab()
        return done.copy()

    work(20)
    early = work(40)
    for _ in range(400):
        transcript.append_text(message.id, paragraph)
    while transcript.pace._waiting:
        transcript.pace.now()
    late = work(40)
    assert early["parsed characters"] > 0
    assert all(late[name] < 1.5 * count for name, count in early.items())


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "```\n" * 10_000, "> " * 500 + "deep", "|a|b|\n|-|-|\n" + "|1|2|\n" * 5_000],
    ids=["no blank", "fences", "deep", "rows"],
)  # fmt: skip
def test_hostile_texts_are_shown_without_freezing(
    transcript: TranscriptView, run: Callable[..., Any], until: Callable[..., Any], text: str
) -> None:
    message = answer(text)
    transcript.show_path([message])
    transcript.viewport().grab()
    view = transcript.stack.find(message.id)
    assert view is not None
    assert view.answer.parsed <= 2 * PARSED_AT_ONCE
    assert sum(block.is_live for block in view.answer.views) < 100
    run(until(lambda: not view.answer.is_busy, 60), 60)
    QTest.keyClick(transcript, Qt.Key.Key_Home)
    QTest.keyClick(transcript, Qt.Key.Key_End)
    assert at_end(transcript)
