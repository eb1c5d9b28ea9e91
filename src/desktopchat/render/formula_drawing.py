"""One formula through ziamath, with everything checked that the library does not tell. Imported with the first formula.

Not thread-safe: `formula_picture` lets one thread in at a time.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from ziafont.fonttypes import BBox
from ziafont.svgpath import fmt
from ziamath import zmath
from ziamath.drawable import Drawable, Glyph
from ziamath.tex import tex2mml

from desktopchat.render.formula_library import SIZE, laid_out
from desktopchat.render.formula_picture import FormulaPicture, Tex

MARGIN = 1.0
"""Room around, in units of the picture: slanted letters reach over their box."""

_REFUSED = re.compile(
    r"\\(?:def|gdef|edef|xdef|let|newcommand|renewcommand|providecommand|DeclareMathOperator|newenvironment"
    r"|href|url|class|cssId|style|require|includegraphics|verb|input|html\w*)(?![A-Za-z])"
)
"""Macros can grow without bounds; the others reach out of the formula or are dropped without a word."""
_WITHOUT_LOOKS = re.compile(r"\\(?:nonumber|notag)(?![A-Za-z])|\\label\s*\{[^{}]*\}")
_TAG = re.compile(r"\\tag(\*?)\s*\{([^{}]*)\}")
_UNKNOWN = re.compile(r"\\[A-Za-z]")
_SPELLINGS = (
    (re.compile(r"\\(?:degree|textdegree)(?![A-Za-z])"), "\N{DEGREE SIGN}"),
    (re.compile(r"\\not\s*="), r"\\neq "),
    (re.compile(r"(?<!\\)%"), r"\\%"),
    (re.compile(r"\\(begin|end)\s*\{(?:fl)?align\*?\}"), r"\\\1{align*}"),
    (re.compile(r"\\(begin|end)\s*\{eqnarray\*?\}"), r"\\\1{align*}"),
    (re.compile(r"\\begin\s*\{align(?:ed)?at\*?\}\s*\{\d*\}"), r"\\begin{align*}"),
    (re.compile(r"\\end\s*\{align(?:ed)?at\*?\}"), r"\\end{align*}"),
    (re.compile(r"\\(begin|end)\s*\{(?:gather(?:ed)?|multline|equation)\*?\}"), r"\\\1{gathered}"),
    (re.compile(r"\\(begin|end)\s*\{dcases\}"), r"\\\1{cases}"),
)
"""What the library does not know, numbers by itself or takes for a comment, in words that it knows."""
_ELEMENTS = frozenset({"g", "path", "rect", "ellipse", "text"})
_ATTRIBUTES = frozenset({"d", "x", "y", "width", "height", "rx", "ry", "cx", "cy", "fill", "stroke", "stroke-width"})
_TEXT_ATTRIBUTES = frozenset({"font-size", "text-anchor"})
_VALUE = re.compile(r"#[0-9A-Fa-f]{3,8}|[A-Za-z]{1,30}|[-+.,0-9A-Z \n]*")


class NotDrawableError(Exception):
    """The formula cannot be drawn, or not as it was meant."""


def drawing(tex: Tex) -> FormulaPicture:
    """The picture of `tex`. Raises NotDrawableError."""
    if refused := _REFUSED.search(tex.source):
        raise NotDrawableError(f"{refused.group()} is not for formulas of others")
    try:
        math = _checked(tex)
        shapes = ET.Element("g")
        math.node.draw(0, 0, shapes)
    except NotDrawableError:
        raise
    except (Exception, RecursionError) as problem:  # the libraries raise whatever comes, even AssertionError
        raise NotDrawableError(f"{type(problem).__name__}: {problem}") from problem
    _check_safety(shapes)
    return _picture(shapes, math.node.bbox, tex.display)


def _checked(tex: Tex) -> zmath.Math:
    markup = _markup(tex)
    wanted = _letters("".join(markup.itertext()))
    if any(_UNKNOWN.match(element.text or "") for element in markup.iter()):
        raise NotDrawableError("a command that nobody knows")
    math = laid_out(markup)
    glyphs = list(_glyphs(math.node))
    if missing := [glyph.char for glyph in glyphs if glyph.glyph.index == 0]:
        raise NotDrawableError(f"no glyph for {''.join(missing)!r}")
    if len(_letters("".join(glyph.char or "" for glyph in glyphs))) < len(wanted):
        raise NotDrawableError("something was left out")
    return math


def _markup(tex: Tex) -> ET.Element:
    markup = ET.fromstring(tex2mml(_prepared(tex.source), inline=not tex.display))  # noqa: S314 - never with a DTD
    for element in zmath.denamespace(markup).iter("mo"):
        if len(element):  # \mathop{…}, whose inside would not be drawn
            element.tag = "mrow"
    return markup


def _prepared(source: str) -> str:
    """`source` without what only a page has: equation numbers stand beside it, percent signs are no comments."""
    source = _WITHOUT_LOOKS.sub("", source)
    source = _TAG.sub(lambda tag: rf"\qquad\text{{{tag[2] if tag[1] else f'({tag[2]})'}}}", source)
    for pattern, known in _SPELLINGS:
        source = pattern.sub(known, source)
    return source


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _glyphs(node: Drawable) -> Iterator[Glyph]:
    if isinstance(node, Glyph):
        yield node
    for inner in node.nodes:
        yield from _glyphs(inner)


def _check_safety(shapes: ET.Element) -> None:
    """Nothing but shapes with numbers and plain colours; a colour comes from the formula as it was written there."""
    for element in shapes.iter():
        allowed = _ATTRIBUTES | _TEXT_ATTRIBUTES if element.tag == "text" else _ATTRIBUTES
        if element.tag not in _ELEMENTS or not element.attrib.keys() <= allowed:
            raise NotDrawableError(f"<{element.tag}> is not for pictures of formulas")
        if not all(_VALUE.fullmatch(str(value)) for value in element.attrib.values()):
            raise NotDrawableError("a colour that is none")


def _picture(shapes: ET.Element, box: BBox, display: bool) -> FormulaPicture:
    width, height = box.xmax - box.xmin + 2 * MARGIN, box.ymax - box.ymin + 2 * MARGIN
    if not (width > 2 * MARGIN and height > 2 * MARGIN and len(shapes)):
        raise NotDrawableError("nothing to see")
    view = " ".join(map(fmt, (box.xmin - MARGIN, -box.ymax - MARGIN, width, height)))
    return FormulaPicture(
        shapes="".join(ET.tostring(shape, encoding="unicode") for shape in shapes),
        view=view,
        width_em=width / SIZE,
        height_em=height / SIZE,
        depth_em=(MARGIN - box.ymin) / SIZE,
        display=display,
    )
