"""Code that grows while it comes is coloured like code that came at once."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from desktopchat.render.content import Block, BlockKind
from desktopchat.ui.chat.blockview import BlockView, Tone

FIRST = "x = 'one'\n"
WHOLE = FIRST + "def more():\n    return 'two'\n"


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


def test_code_that_grew_has_the_colours_of_code_that_came_at_once(qapp: object) -> None:
    block = Block(BlockKind.CODE, code=FIRST, language="python")
    growing, whole = BlockView(block, None, Tone()), BlockView(replace(block, code=WHOLE), None, Tone())
    growing.measure(500)
    painted(growing)
    growing.change(replace(block, code=WHOLE), None)
    height = growing.measure(500)
    whole.measure(500)
    expected = painted(whole)
    assert sum(expected[1:]) > 0
    assert painted(growing) == expected
    assert growing.measure(500) == height == whole.height
