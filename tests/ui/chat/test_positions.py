"""Positions in the text of a block and in the document that shows it."""

import pytest

from desktopchat.render.blocks import parse
from desktopchat.render.content import Block, BlockKind, plain
from desktopchat.ui.chat.blockview import BlockView, Tone

TEXTS = [
    "Plain words with **bold** and `code`.",
    "Emoji 😀😀 and 👩‍👩‍👧 in *it* 中文。",
    "A zero\u200bwidth space of the text's own.",
    "y" * 900 + " " + "z" * 300,
    "An ![image](https://example.com/x.png) in [brackets] text",
    "Line one\\\nline two",
    "| a | b |\n|---|---|\n| one 😀 | two |\n|  | " + "w" * 60 + " |",
    "```\ncode " + "x" * 500 + "\n😀 end\n```",
    "مرحبا **بالعالم** hello",
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_position_leads_to_the_document_and_back(qapp: object, text: str) -> None:
    block = parse(text)[0]
    view = BlockView(block, None, Tone())
    view.measure(400)
    words, where = plain(block), view.positions()
    shown = view.document().toRawText().encode("utf-16-le")
    for at, char in enumerate(words):
        place = where.in_document(at)
        assert where.in_text(place) == at
        found = shown[2 * place :].decode("utf-16-le")[:1]
        assert found == char or (char in "\n\t" and found in "\u2028\u2029\ufdd0")
    assert where.in_text(10**6) == len(words)
    assert where.in_document(len(words)) <= view.document().length()


def test_a_text_that_grew_is_measured_anew(qapp: object) -> None:
    view = BlockView(Block(BlockKind.CODE, code="x" * 100), None, Tone())
    view.measure(400)
    assert view.positions().in_text(100) == 100
    view.change(Block(BlockKind.CODE, code="x" * 300 + "😀!"), None)
    end = view.positions().in_document(302)
    assert view.positions().in_text(end) == 302
