"""Code that grows while it comes is coloured like code that came at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from desktopchat.render import highlight
from desktopchat.render.content import Block, BlockKind
from desktopchat.ui.chat.blockview import BlockView, Tone
from desktopchat.ui.chat.colouring import languages

Run = Callable[..., Any]
FIRST = "x = 'one'\n"
WHOLE = FIRST + "def more():\n    return 'two'\n"


@pytest.fixture(autouse=True)
def python_is_loaded() -> None:
    highlight.load("python")


def painted(view: BlockView) -> list[int]:
    """Paints it; returns how many runs of each line have a colour of their own."""
    image = QImage(600, 300, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    view.paint(painter, [])
    painter.end()
    found, line = [], view.document().begin()
    while line.isValid():
        found.append(len(line.layout().formats()))
        line = line.next()
    return found


def test_code_that_grew_has_the_colours_of_code_that_came_at_once(run: Run, until: Run) -> None:
    highlight.load("python")
    block = Block(BlockKind.CODE, code=FIRST, language="python")
    growing, whole = BlockView(block, None, Tone()), BlockView(replace(block, code=WHOLE), None, Tone())
    growing.measure(500)
    painted(growing)
    growing.change(replace(block, code=WHOLE), None)
    height = growing.measure(500)
    whole.measure(500)
    expected = painted(whole)
    assert sum(expected[1:]) > 0
    run(until(lambda: painted(growing) == expected))
    assert growing.measure(500) == height == whole.height


def test_code_that_must_wait_for_its_colours_is_painted_again(run: Run, until: Run) -> None:
    highlight.load("python")
    asked: list[bool] = []
    languages().loaded.connect(lambda: asked.append(True))
    block = Block(BlockKind.CODE, code=FIRST, language="python")
    view = BlockView(block, None, Tone())
    view.measure(500)
    painted(view)
    view._colouring_took = 0.01
    view.change(replace(block, code=WHOLE), None)
    view.measure(500)
    assert sum(painted(view)[1:]) == 0
    run(until(lambda: asked))
    run(until(lambda: sum(painted(view)[1:]) > 0))
