"""Colours in code lie on the words that they belong to, whatever stands before these."""

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from desktopchat.render.highlight import highlight
from desktopchat.ui.chat.document import Document


@pytest.mark.parametrize("before", ["", "a = 'é'", "a = '术语'", "a = '😀👩‍👩‍👧'", "a = '𠮷'  # 😀"])
def test_a_keyword_has_its_colour(qapp: QApplication, before: str) -> None:
    code = f"{before}\nreturn '😀' and 1"
    document = Document(QFont())
    document.setPlainText(code)
    document.colour(highlight(code, "python"))
    line = document.findBlockByNumber(1)
    text = line.text().encode("utf-16-le")
    coloured = [
        text[2 * run.start : 2 * (run.start + run.length)].decode("utf-16-le") for run in line.layout().formats()
    ]
    assert coloured == ["return", "'😀'", "and", "1"]
