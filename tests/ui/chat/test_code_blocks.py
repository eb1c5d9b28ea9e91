"""Pieces of code and tables that are wider than the column: their controls, and moving them to the side."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QToolTip
from tests.support.reading import block_of, click, clipboard, copied, corner_of, point_of, press
from tests.support.transcripts import answer, streaming
from tests.support.widgets import child

from desktopchat.domain.message import Message
from desktopchat.ui.chat.codehead import Control
from desktopchat.ui.chat.saving import suffix_of
from desktopchat.ui.chat.transcript import TranscriptView

Run = Callable[..., Any]
LONG = "x = [" + "1, " * 120 + "]"
WIDE = "| " + " | ".join(f"A rather long heading {n}" for n in range(9)) + " |\n" + "|---" * 9 + "|\n"
WIDE += "| " + " | ".join(f"some words in the cell {n}" for n in range(9)) + " |\n"


def control_point(transcript: TranscriptView, message: Message, block: int, control: Control) -> QPoint:
    rect = block_of(transcript, message, block).control_rect(control)
    return corner_of(transcript, message, block) + rect.center().toPoint()


def wheel(transcript: TranscriptView, point: QPoint, x: int, y: int, modifier: Qt.KeyboardModifier) -> None:
    place = transcript.viewport().mapToGlobal(point)
    event = QWheelEvent(
        QPointF(point), QPointF(place), QPoint(), QPoint(x, y), Qt.MouseButton.NoButton, modifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(transcript.viewport(), event)


def test_code_is_copied_with_its_slices_and_says_so(transcript: TranscriptView) -> None:
    code = "\n".join(f"line {n}" for n in range(450))
    message = answer(f"```py\n{code}\n```")
    transcript.show_path([message])
    transcript.move_to(0)
    click(transcript, control_point(transcript, message, 0, Control.COPY))
    assert clipboard().text() == code
    assert block_of(transcript, message, 0).head.done is Control.COPY


@pytest.mark.parametrize(
    ("language", "suffix"), [("python", ".py"), ("c++", ".cpp"), ("", ".txt"), ("klingon", ".txt")]
)
def test_code_is_saved_under_a_name_of_its_kind(
    transcript: TranscriptView, tmp_path: Path, language: str, suffix: str
) -> None:
    assert suffix_of(language) == suffix
    message = answer(f"```{language}\nfirst\nsecond 中文\n```")
    transcript.show_path([message])
    click(transcript, control_point(transcript, message, 0, Control.SAVE))
    dialog = child(transcript, QFileDialog, "saveCodeDialog")
    dialog.fileSelected.emit(str(tmp_path / "saved"))
    assert (tmp_path / "saved").read_text(encoding="utf-8") == "first\nsecond 中文\n"
    dialog.fileSelected.emit(str(tmp_path / "missing" / "saved"))
    assert "could not be written" in child(transcript, QMessageBox).text()
    dialog.close()


def test_wide_code_runs_out_to_the_side_until_it_is_wrapped(transcript: TranscriptView) -> None:
    message = answer(f"```py\n{LONG}\nshort\n```\n\nAfter.")
    transcript.show_path([message])
    block = block_of(transcript, message, 0)
    height, after = block.height, corner_of(transcript, message, 1)
    assert block.side.overflows
    click(transcript, control_point(transcript, message, 0, Control.WRAP))
    assert block.height > height
    assert not block.side.overflows
    assert corner_of(transcript, message, 1).y() > after.y()
    click(transcript, control_point(transcript, message, 0, Control.WRAP))
    assert (block.height, corner_of(transcript, message, 1)) == (height, after)


def test_code_that_only_large_letters_made_wide_offers_nothing_after_it(transcript: TranscriptView) -> None:
    message = answer("```py\nprint(1, 2, 3)\n```")
    transcript.show_path([message])
    block = block_of(transcript, message, 0)
    block.side.measured(5000, block.side.room)  # as at a size of letters that was
    transcript.stack.forget_layout()
    assert not block.side.overflows


def test_a_line_without_end_is_wrapped_from_the_start(transcript: TranscriptView, run: Run, until: Run) -> None:
    message, growing = answer("```\n" + "0123456789 " * 20_000 + "\n```"), streaming()
    transcript.show_path([message, growing])
    transcript.move_to(0)
    run(until(lambda: block_of(transcript, message, 0).side.wraps))
    transcript.follow_end()
    transcript.append_text(growing.id, "```\nshort\n" + "x" * 1_500)
    run(until(lambda: transcript.stack.views[1].answer.views))
    block = block_of(transcript, growing, 0)
    assert not block.side.wraps
    transcript.append_text(growing.id, "x" * 1_500)
    run(until(lambda: block.side.wraps and block.height > 200))
    block.set_wraps(False)
    transcript.append_text(growing.id, "x" * 500)
    run(until(lambda: not transcript.stack.views[1].answer.is_busy))
    assert not block.side.wraps


def test_code_that_fits_offers_no_wrapping(transcript: TranscriptView) -> None:
    message = answer("```py\nx = 1\n```")
    transcript.show_path([message])
    assert block_of(transcript, message, 0).control_rect(Control.WRAP).isEmpty()


@pytest.mark.parametrize("text", [f"```\n{LONG}\n```", WIDE])
def test_what_is_wide_moves_sideways(transcript: TranscriptView, text: str) -> None:
    message = answer(text)
    transcript.show_path([message])
    side = block_of(transcript, message, 0).side
    point = point_of(transcript, message, 0, 2)
    wheel(transcript, point, 0, -240, Qt.KeyboardModifier.ShiftModifier)
    assert side.offset == 120
    wheel(transcript, point, -240, 20, Qt.KeyboardModifier.NoModifier)
    assert side.offset == 240
    wheel(transcript, point, 10_000, 0, Qt.KeyboardModifier.NoModifier)
    assert side.offset == 0
    wheel(transcript, point, -100_000, 0, Qt.KeyboardModifier.NoModifier)
    assert side.offset == side.furthest > 100
    top = transcript.stack.top
    assert transcript.stack.top == top


def test_the_bar_below_is_dragged(transcript: TranscriptView) -> None:
    message = answer(f"```\n{LONG}\n```")
    transcript.show_path([message])
    block = block_of(transcript, message, 0)
    start = corner_of(transcript, message, 0) + QPoint(30, block.height - 6)
    assert block.is_bar_at(30, block.height - 6)
    viewport = transcript.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(viewport, start + QPoint(100, 0))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(100, 0))
    assert block.side.offset > 100
    assert copied(transcript) == ""


def test_a_place_in_moved_code_is_found_where_it_is_seen(transcript: TranscriptView) -> None:
    message = answer(f"```\n{LONG}\n```")
    transcript.show_path([message])
    block = block_of(transcript, message, 0)
    block.side.move(200)
    for position in (60, 80):
        spot = transcript.reading.spot_at(point_of(transcript, message, 0, position))
        assert spot is not None
        assert spot.place.position == position


def test_a_caret_that_leaves_the_window_takes_the_code_along(transcript: TranscriptView) -> None:
    message = answer(f"```\n{LONG}\n```")
    transcript.show_path([message])
    click(transcript, point_of(transcript, message, 0, 2))
    press(transcript, Qt.Key.Key_End, modifier=Qt.KeyboardModifier.ShiftModifier)
    side = block_of(transcript, message, 0).side
    assert side.offset == side.furthest
    press(transcript, Qt.Key.Key_Home, modifier=Qt.KeyboardModifier.ShiftModifier)
    assert side.offset == 0


def test_slices_of_one_piece_of_code_move_together(transcript: TranscriptView) -> None:
    code = "\n".join(f"line {n} " + "word " * 40 for n in range(300))
    message = answer(f"```\n{code}\n```")
    transcript.show_path([message])
    first, second = block_of(transcript, message, 0), block_of(transcript, message, 1)
    assert first.side is second.side
    first.side.move(50)
    assert second.side.offset == 50


def test_code_that_grows_keeps_its_place_and_its_wrapping(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([message])
    transcript.append_text(message.id, f"```\n{LONG}\n")
    transcript.pace.now()
    block = block_of(transcript, message, 0)
    block.side.move(120)
    document = block.document()
    for number in range(20):
        transcript.append_text(message.id, f"line {number}\n")
        transcript.pace.now()
    assert block_of(transcript, message, 0) is block
    assert block.document() is document
    assert block.side.offset == 120


def test_columns_of_a_wide_table_stay_readable(transcript: TranscriptView) -> None:
    message = answer(WIDE)
    transcript.show_path([message])
    block = block_of(transcript, message, 0)
    assert block.side.overflows
    assert block.document().size().width() > 1_000
    assert block.height < 260


def test_keys_reach_the_controls_of_the_focused_message(transcript: TranscriptView) -> None:
    message = answer(f"```py\n{LONG}\n```\n\nText.\n\n```\nsecond\n```")
    transcript.show_path([message])
    press(transcript, Qt.Key.Key_Up)
    first, second = block_of(transcript, message, 0), block_of(transcript, message, 2)
    seen = []
    for _ in range(5):
        press(transcript, Qt.Key.Key_Tab)
        seen.append((first.head.focused, second.head.focused))
    assert seen[:3] == [(Control.WRAP, None), (Control.SAVE, None), (Control.COPY, None)]
    assert seen[3:] == [(None, Control.SAVE), (None, Control.COPY)]
    press(transcript, Qt.Key.Key_Return)
    assert clipboard().text() == "second"
    press(transcript, Qt.Key.Key_Backtab, Qt.Key.Key_Backtab)
    assert first.head.focused is Control.COPY
    press(transcript, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert first.side.offset == 80
    press(transcript, Qt.Key.Key_Escape)
    assert first.head.focused is None


def test_controls_say_what_they_are_for(transcript: TranscriptView) -> None:
    message = answer("```py\nx = 1\n```")
    transcript.show_path([message])
    point = control_point(transcript, message, 0, Control.COPY)
    for place in (point + QPoint(-9, 40), point):  # a mouse that does not move says nothing
        QTest.mouseMove(transcript.viewport(), place)
    assert transcript.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    assert block_of(transcript, message, 0).head.hovered is Control.COPY
    place = transcript.viewport().mapToGlobal(point)
    QApplication.sendEvent(transcript.viewport(), QHelpEvent(QHelpEvent.Type.ToolTip, point, place))
    assert QToolTip.text() == "<span>Copy the code</span>"
    QToolTip.hideText()


def test_the_menu_of_a_message_lists_its_code(transcript: TranscriptView) -> None:
    message = answer("```py\nfirst = 1\n```\n\n```\n<b>&second</b>\n```")
    transcript.show_path([message])
    press(transcript, Qt.Key.Key_Up)
    menu = transcript.reading.open_menu_of(transcript.stack.views[0])
    titles = [action.text() for action in menu.actions() if action.menu() is not None]
    assert titles[:2] == ["Code: py · first = 1", "Code: <b>&&second</b>"]
    menu.close()
