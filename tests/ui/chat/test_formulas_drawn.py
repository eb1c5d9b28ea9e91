"""Formulas as pictures in the text: drawn elsewhere, put on the baseline, copied as their source."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage
from tests.support.reading import block_of, copied, corner_of, drag, point_of
from tests.support.transcripts import answer, talk

from desktopchat.render import formula_picture
from desktopchat.ui.chat.drawn import OBJECT
from desktopchat.ui.chat.transcript import TranscriptView
from desktopchat.ui.theme import theme

Run = Callable[..., Any]


@pytest.fixture
def drawn(run: Run, until: Run, transcript: TranscriptView) -> Callable[[], None]:
    """Waits until every formula that is shown has its picture."""

    def wait() -> None:
        views = [view for view in transcript.stack.views if view.is_built]
        run(until(lambda: not any(block.waits for view in views for _, _, block in view.blocks_in_order())))

    return wait


def test_a_formula_is_its_source_until_its_picture_is_there(
    transcript: TranscriptView, drawn: Callable[[], None]
) -> None:
    message = answer("Here $a_{41}+b^{42}$ is, and $a_{41}+b^{42}$ again.")
    transcript.show_path([message])
    block = block_of(transcript, message, 0)
    assert "$a_{41}+b^{42}$" in block.document().toRawText()
    drawn()
    assert block.document().toRawText() == f"Here {OBJECT} is, and {OBJECT} again."
    assert block.text() == "Here $a_{41}+b^{42}$ is, and $a_{41}+b^{42}$ again."


def test_pictures_are_never_drawn_on_the_windows_thread(
    transcript: TranscriptView, drawn: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    real = formula_picture._drawn

    def noted(source: str) -> object:
        threads.append(threading.current_thread().name)
        return real(source)

    monkeypatch.setattr(formula_picture, "_drawn", noted)
    transcript.show_path([answer("Now $x^{4711}$ and $$\\sum_{i=4711} i$$")])
    drawn()
    transcript.grab()
    assert set(threads) == {"formulas"}


def test_what_cannot_be_drawn_stays_readable(transcript: TranscriptView, drawn: Callable[[], None]) -> None:
    message = answer("An $\\unknowncommand{x}_{1}$ one.")
    transcript.show_path([message])
    drawn()
    assert "$\\unknowncommand{x}_{1}$" in block_of(transcript, message, 0).document().toRawText()


@pytest.mark.parametrize(
    "text",
    [
        "Before $x^2$ after",
        "| a | $y_2$ |\n|---|---|\n| $\\frac{1}{2}$ | b 😀 $z^3$ |",
        "# A heading $E=mc^2$ here",
        "- item **$a+b_1$** and `code`\n- second $\\sqrt{2}$",
        "$$\\int_0^1 x\\,dx$$",
    ],
)
def test_formulas_are_copied_as_their_source(transcript: TranscriptView, drawn: Callable[[], None], text: str) -> None:
    message = answer(text)
    transcript.show_path([message])
    before = [block.text() for _, _, block in transcript.stack.views[0].blocks_in_order()]
    drawn()
    blocks = [block for _, _, block in transcript.stack.views[0].blocks_in_order()]
    assert [block.text() for block in blocks] == before
    for block in blocks:
        where = block.positions()
        for at in range(block.length()):
            assert where.in_text(where.in_document(at)) <= at
        assert where.in_document(block.length()) <= block.document().length()
    transcript.reading.select_all()
    assert "$" in copied(transcript)


def test_a_selection_over_a_formula_survives_its_picture(transcript: TranscriptView, drawn: Callable[[], None]) -> None:
    message = answer("Some $q_{77}^{2}$ words here.")
    transcript.show_path([message])
    drag(transcript, point_of(transcript, message, 0, 5), point_of(transcript, message, 0, 22))
    before = copied(transcript)
    assert before == "$q_{77}^{2}$ words"[: len(before)]
    drawn()
    assert copied(transcript) == before


def test_pictures_that_come_late_do_not_move_what_is_read(
    transcript: TranscriptView, drawn: Callable[[], None]
) -> None:
    formulas = "\n\n".join(f"$$\\frac{{a_{{{n}}}}}{{b_{{{n}}}}} = 88$$" for n in range(12))
    first, second = answer(formulas), answer("The text that is read.\n\n" + "More.\n\n" * 30)
    transcript.show_path([first, second, *talk(3)])
    for _ in range(3):  # what is above is measured when it comes near
        transcript.move_to(transcript.stack.top_of(1) - 10)
    place = corner_of(transcript, second, 0)
    drawn()
    assert abs(corner_of(transcript, second, 0).y() - place.y()) <= 1


def ink(image: QImage, colour: QColor) -> int:
    """How many points have about this colour."""
    count = 0
    for x in range(image.width()):
        for y in range(image.height()):
            point = image.pixelColor(x, y)
            count += abs(point.red() - colour.red()) + abs(point.green() - colour.green()) < 60
    return count


def test_a_formula_has_the_colour_of_the_text_and_follows_the_theme(
    transcript: TranscriptView, drawn: Callable[[], None], qapp: Any
) -> None:
    transcript.resize(400, 200)
    message = answer("$$\\sum\\sum\\sum\\sum$$")
    transcript.show_path([message])
    drawn()
    theme().install(qapp, "light")
    try:
        light = transcript.viewport().grab().toImage()
        assert ink(light, theme().color("text")) > 50
        theme().set_mode("dark")
        drawn()
        assert ink(transcript.viewport().grab().toImage(), theme().color("text")) > 50
    finally:
        theme().set_mode("light")


def test_formulas_stand_on_the_baseline(transcript: TranscriptView, drawn: Callable[[], None]) -> None:
    message = answer("Text $x$ and $\\frac{a}{b}$ and $y_g$.")
    transcript.show_path([message])
    drawn()
    block = block_of(transcript, message, 0)
    line = block.document().begin().layout().lineAt(0)
    placed = block._formulas._placed if block._formulas is not None else []
    assert len(placed) == 3
    for one in placed:
        assert one.below <= line.descent() + 1
        assert one.above <= line.ascent() + 1


def test_a_formula_too_wide_becomes_smaller(transcript: TranscriptView, drawn: Callable[[], None]) -> None:
    message = answer("$$" + " + ".join(f"x_{{{n}}}" for n in range(26)) + "$$")
    transcript.show_path([message])
    drawn()
    block = block_of(transcript, message, 0)
    assert block.document().idealWidth() <= transcript.stack.width + 1
    assert OBJECT in block.document().toRawText()


def test_a_formula_wider_than_that_moves_sideways(transcript: TranscriptView, drawn: Callable[[], None]) -> None:
    message = answer("$$" + " + ".join(f"x_{{{n}}}" for n in range(90)) + "$$")
    transcript.show_path([message])
    drawn()
    block = block_of(transcript, message, 0)
    assert block.side.overflows
    assert block.side.move(50)
    transcript.grab()
    assert block.position_at(transcript.stack.width - 5, block.text_top + 5) == 0
