"""A whole message as HTML for a page of its own: formulas drawn, code coloured, nothing active, nothing to load.

Without Qt: it is what exports are made of. The styles are inline, the colours are for light paper.
"""

import re
from html import escape, unescape

from desktopchat.render.blocks import parse
from desktopchat.render.formula_picture import FormulaPicture, draw
from desktopchat.render.highlight import TokenClass
from desktopchat.render.rich import FORMULA, Palette, rich_html

PAPER: Palette = {
    TokenClass.KEYWORD: "#8250df",
    TokenClass.NAME: "#0550ae",
    TokenClass.TYPE: "#953800",
    TokenClass.STRING: "#116329",
    TokenClass.NUMBER: "#0550ae",
    TokenClass.COMMENT: "#59636e",
    TokenClass.TAG: "#8250df",
    TokenClass.INSERTED: "#116329",
    TokenClass.DELETED: "#82071e",
    TokenClass.HEADING: "#0550ae",
}
_FORMULA = re.compile(re.escape(FORMULA).replace(re.escape("{}"), "([^<]*)"))


def message_html(text: str, palette: Palette = PAPER) -> str:
    """The HTML of Markdown `text`, to be put into the body of a page in UTF-8.

    Elements: paragraphs, headings, lists, quotations, tables, code, emphasis, links (http, https, mailto), and for
    formulas `svg` of shapes. Draws formulas, which takes some milliseconds each: not for the thread of a window.
    """
    return _FORMULA.sub(_drawn, rich_html(parse(text), palette))


def _drawn(found: re.Match[str]) -> str:
    source = unescape(found[1])
    picture = draw(source)
    return found.group() if picture is None else inline_svg(picture, source)


def inline_svg(picture: FormulaPicture, source: str) -> str:
    """`picture` in a line of text: in the text's size and colour, on its baseline, and `source` for who cannot see."""
    place = f"width:{picture.width_em:.3f}em;height:{picture.height_em:.3f}em;vertical-align:{-picture.depth_em:.3f}em"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(source)}" '
        f'viewBox="{picture.view}" style="{place}">{picture.shapes}</svg>'
    )
    return f'<span style="display:block;text-align:center">{svg}</span>' if picture.display else svg
