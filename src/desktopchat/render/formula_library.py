"""What ziamath (a fixed picture of MathML, by its STIX font) is taught here: speed, lines in tables, wide letters.

The package keeps its settings and classes in its modules, so what is set here holds for the whole process.
"""

import unicodedata
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

from ziafont.fonttypes import BBox
from ziafont.glyph import SimpleGlyph
from ziafont.svgpath import fmt
from ziamath import zmath
from ziamath.config import config
from ziamath.drawable import Drawable, HLine, VLine
from ziamath.mathfont import MathFont
from ziamath.nodes.mnode import Mnode
from ziamath.nodes.mrow import Mrow
from ziamath.nodes.mtable import Mtable
from ziamath.styles import MathVariant

SIZE = 20
"""The size that is drawn at, in units of the picture: 1 em."""
_FONT = "desktopchat"

config.svg2 = False  # symbols that are referred to: QSvgRenderer draws them as garbage
config.precision = 2
config.math.color = "currentColor"


def laid_out(markup: ET.Element) -> zmath.Math:
    """MathML with all its boxes; `node` draws it. Raises whatever the library raises."""
    if _FONT not in zmath.loadedfonts:
        zmath.loadedfonts[_FONT] = _Font(zmath.fontname, SIZE)
    _measured.clear()
    return zmath.Math(markup, size=SIZE, font=_FONT)


_measured: dict[tuple[object, ...], tuple[float, float]] = {}
"""Heights inside the formula that is being drawn."""


def _height_unstretched(row: Mrow, line: list[ET.Element], **how: Any) -> tuple[float, float]:
    """Replaces the method of the library, which lays everything out twice at each level: 2 to the power of the
    nesting. What was measured once is remembered here."""
    how = {name: value for name, value in how.items() if name not in ("rowymin", "rowymax")} | {"nostretch": True}
    lowest, highest = 9999.0, -9999.0
    for child in line:
        if child.tag == "mo" and not (child.text or "").strip():
            continue
        markup = ET.tostring(child)
        key = (markup, repr(row.style), row.size, row.mtag, *sorted(how.items()))
        if key not in _measured:
            box = Mnode.fromelement(ET.fromstring(markup), parent=row, **how).bbox  # noqa: S314 - a copy of our own
            _measured[key] = box.ymin, box.ymax
        lowest, highest = min(lowest, _measured[key][0]), max(highest, _measured[key][1])
    return lowest, highest


Mrow._get_height_nostretch = _height_unstretched  # type: ignore[assignment, method-assign]


class _RuledTable(Mtable, tag="mtable"):
    """With the lines between rows and columns that the library leaves out."""

    def _setup(self, **how: Any) -> None:
        for spacing, lines, room in (("columnspacing", "columnlines", "0.8em"), ("rowspacing", "rowlines", "0.5em")):
            if lines in self.element.attrib:
                self.element.set(spacing, room)
        super()._setup(**how)
        cells = iter(zip(self.nodexy, self.nodes, strict=True))
        rows = [[next(cells) for _ in row] for row in self.element]
        columns = [[row[c] for row in rows if c < len(row)] for c in range(max(map(len, rows)))]
        thick = self.units_to_points(self.font.math.consts.fractionRuleThickness)
        box = self.bbox
        for i, (above, below) in enumerate(pairwise(rows)):
            if self._has_line("rowlines", i, len(rows)):
                low = max(y - node.bbox.ymin for (_, y), node in above)
                high = min(y - node.bbox.ymax for (_, y), node in below)
                self._add(0, (low + high) / 2, HLine(box.xmax, thick, style=self.style, **how))
        for i, (left, right) in enumerate(pairwise(columns)):
            if self._has_line("columnlines", i, len(columns)):
                end = max(x + node.bbox.xmax for (x, _), node in left)
                begin = min(x + node.bbox.xmin for (x, _), node in right)
                self._add((end + begin) / 2, -box.ymax, VLine(box.ymax - box.ymin, thick, style=self.style, **how))

    def _has_line(self, which: str, at: int, count: int) -> bool:
        """Whether a line follows the row or column `at`. Those at the edges are counted, too, but not told apart."""
        lines = self.element.get(which, "").split()
        return lines[at] == "solid" if len(lines) == count - 1 else len(lines) >= count and set(lines) == {"solid"}

    def _add(self, x: float, y: float, line: Drawable) -> None:
        self.nodes.append(line)
        self.nodexy.append((x, y))


class _Font(MathFont):
    """The library's own font; Chinese, Japanese and Korean letters are left to a font of whoever shows the picture."""

    def findglyph(self, char: str, variant: MathVariant) -> SimpleGlyph:
        if unicodedata.east_asian_width(char) in "WF" and not self.glyphindex(char):
            return _WideLetter(char, self)
        return super().findglyph(char, variant)


class _WideLetter(SimpleGlyph):
    """A letter that is as wide as it is high, in each font that has it."""

    ABOVE, BELOW = 0.88, 0.12

    def __init__(self, char: str, font: MathFont) -> None:
        em = font.info.layout.unitsperem
        super().__init__(font.glyphindex(" "), [], BBox(0, em, -self.BELOW * em, self.ABOVE * em), font)
        self._letter = char

    def advance(self, nextchr: SimpleGlyph | None = None) -> int:
        return int(self.font.info.layout.unitsperem)

    def place(self, x: float, y: float, point_size: float) -> ET.Element:
        where: dict[str, Any] = {"x": fmt(x + point_size / 2), "y": fmt(y), "font-size": fmt(point_size)}
        element = ET.Element("text", {**where, "text-anchor": "middle"})
        element.text = self._letter
        return element
