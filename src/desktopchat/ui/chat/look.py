"""Sizes, fonts and colours of the transcript, taken from the theme once and again after each of its changes."""

from dataclasses import replace
from functools import cache

from PySide6.QtGui import QColor, QFont, QFontMetricsF

from desktopchat.render.highlight import TokenClass
from desktopchat.render.html import HtmlStyle
from desktopchat.ui.theme import theme

COLUMN = 760
"""The widest line that is still pleasant to read, in logical pixels."""
MARGIN = 24
MESSAGE_GAP = 20
BLOCK_GAP = 11
TIGHT_GAP = 2
HEADING_GAP = 20
QUOTE_INDENT = 16
ITEM_INDENT = 26
CODE_PADDING = 12
CODE_HEADER = 32
BUBBLE_PADDING = (14, 9)
BUBBLE_SHARE = 0.82
"""How much of the column a bubble may take."""

LINE_HEIGHT, HEADING_LINE_HEIGHT, CODE_LINE_HEIGHT = 145, 125, 128
"""In percent of what the font asks for."""

_HEADING_SCALE = (1.5, 1.28, 1.12, 1.0, 1.0, 0.95)
TOKEN_COLOURS = {
    TokenClass.KEYWORD: "code_keyword",
    TokenClass.NAME: "code_name",
    TokenClass.TYPE: "code_type",
    TokenClass.STRING: "code_string",
    TokenClass.NUMBER: "code_number",
    TokenClass.COMMENT: "code_comment",
    TokenClass.TAG: "code_keyword",
    TokenClass.INSERTED: "code_string",
    TokenClass.DELETED: "error",
    TokenClass.HEADING: "code_name",
}


class Look:
    """What the transcript is painted with."""

    def __init__(self) -> None:
        now = theme()
        self.body = now.font("body")
        self.small = now.font("small")
        self.strong = now.font("strong")
        self.code = now.font("code")
        self.headings = tuple(_heading(self.body, scale) for scale in _HEADING_SCALE)
        metrics = QFontMetricsF(self.body)
        self.line = metrics.height() * LINE_HEIGHT / 100
        self.lead = round(metrics.height() * (LINE_HEIGHT - 100) / 200)
        self.letter = metrics.averageCharWidth()
        self.code_line = QFontMetricsF(self.code).height() * CODE_LINE_HEIGHT / 100
        self.code_lead = round(QFontMetricsF(self.code).height() * (CODE_LINE_HEIGHT - 100) / 200)
        self.small_line = QFontMetricsF(self.small).height()
        self.html = HtmlStyle(
            link=now.color("link").name(),
            border=now.color("border").name(),
            muted=now.color("text_muted").name(),
            code_background=_over(now.color("text"), now.color("window"), 0.08).name(),
            header_background=now.color("surface").name(),
            code_family=", ".join(f"'{family}'" for family in self.code.families()),
            code_size=round(QFontMetricsF(self.code).ascent() * 1.05),
            line_height=LINE_HEIGHT,
        )
        self.heading_html = replace(self.html, line_height=HEADING_LINE_HEIGHT)

    def color(self, name: str) -> QColor:
        return theme().color(name)

    def token(self, kind: TokenClass) -> QColor:
        return theme().color(TOKEN_COLOURS[kind])


def _heading(body: QFont, scale: float) -> QFont:
    font = QFont(body)
    font.setPointSizeF(body.pointSizeF() * scale)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _over(colour: QColor, ground: QColor, opacity: float) -> QColor:
    """The opaque colour that `colour` gives on `ground`."""

    def mixed(above: float, below: float) -> float:
        return above * opacity + below * (1 - opacity)

    return QColor.fromRgbF(
        mixed(colour.redF(), ground.redF()),
        mixed(colour.greenF(), ground.greenF()),
        mixed(colour.blueF(), ground.blueF()),
    )


@cache
def look() -> Look:
    """The look as it is now. It follows the theme, whether a transcript is there to see it change or not."""
    _follow_theme()
    return Look()


@cache
def _follow_theme() -> None:
    theme().changed.connect(forget_look)


def forget_look() -> None:
    look.cache_clear()
