"""Formulas as vector pictures: what is asked for and handed out, the limits, the memory. `formula_drawing` draws.

`draw` takes the source as it stands in the text, signs included (`$…$`, `$$…$$`, `\\(…\\)`, `\\[…\\]`): the text of a
span in `Style.FORMULA`, or of a block of nothing but one. It is slow (5 to 50 ms, the first one 0.3 s for the import):
call it in a worker thread; it may be called from any. For what `is_known`, it answers at once. None means that there
is no picture and the source stays on the screen. A picture has no colour of its own: `FormulaPicture.svg` puts one in.
"""

import logging
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass

MOST_CHARS = 1_500
"""A longer formula stays source: the library takes up to 1 ms for each character and cannot be interrupted."""
MOST_NESTING = 12
MOST_EM = 400.0
"""Pictures wider or higher than this are none."""
MOST_KNOWN = 600

_log = logging.getLogger(__name__)
_SIGNS = (("$$", "$$", True), ("\\[", "\\]", True), ("\\(", "\\)", False), ("$", "$", False))
_OPENINGS = re.compile(r"(?<!\\)(?:\\\\)*(?:([{]|\\begin\b|\\left\b)|([}]|\\end\b|\\right\b))")


@dataclass(frozen=True, slots=True)
class Tex:
    """The formula between its signs. `display`: as a line of its own, with room above and below."""

    source: str
    display: bool


@dataclass(frozen=True, slots=True)
class FormulaPicture:
    """A drawn formula. 1 em is the size of the text around it; the baseline is `depth_em` above the lower edge.

    `shapes` are SVG elements in a box of `view` = "x y width height"; their colour is the word currentColor.
    """

    shapes: str
    view: str
    width_em: float
    height_em: float
    depth_em: float
    display: bool

    def svg(self, colour: str = "#000000") -> str:
        """A document of its own for a renderer, `colour` being CSS ("#rrggbb"); it is as wide and high as `view`."""
        width, height = self.view.split()[2:]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{self.view}" width="{width}" height="{height}">'
            f"{self.shapes.replace('currentColor', colour)}</svg>"
        )


def tex_of(source: str) -> Tex | None:
    """What stands between the signs of a formula; None if `source` is none."""
    text = source.strip()
    for opening, closing, display in _SIGNS:
        if text.startswith(opening):
            inside = text[len(opening) : -len(closing)].strip()
            return Tex(inside, display) if inside and text.endswith(closing) else None
    return None


def draw(source: str) -> FormulaPicture | None:
    """The picture of a formula, or None if it cannot be drawn as it was meant. Thread-safe; raises nothing."""
    return _memory.get(source)


def is_known(source: str) -> bool:
    """Whether `draw` answers at once."""
    return source in _memory


class _Memory:
    """The pictures that were asked for last. One thread at a time draws: the library keeps state in its modules."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, FormulaPicture | None] = OrderedDict()
        self._drawing = threading.Lock()
        self._reading = threading.Lock()

    def __contains__(self, source: str) -> bool:
        with self._reading:
            return source in self._known

    def get(self, source: str) -> FormulaPicture | None:
        if source in self:
            return self._recalled(source)
        with self._drawing:
            if source not in self:
                self._keep(source, _drawn(source))
        return self._recalled(source)

    def _recalled(self, source: str) -> FormulaPicture | None:
        with self._reading:
            if source in self._known:
                self._known.move_to_end(source)
            return self._known.get(source)

    def _keep(self, source: str, picture: FormulaPicture | None) -> None:
        with self._reading:
            self._known[source] = picture
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)


_memory = _Memory()


def _drawn(source: str) -> FormulaPicture | None:
    tex = tex_of(source)
    if tex is None or len(source) > MOST_CHARS or _nesting(tex.source) > MOST_NESTING:
        return None
    from desktopchat.render.formula_drawing import NotDrawableError, drawing

    try:
        picture = drawing(tex)
    except NotDrawableError as problem:
        _log.debug("a formula stays source: %s", problem)
        return None
    return picture if max(picture.width_em, picture.height_em) <= MOST_EM else None


def _nesting(tex: str) -> int:
    """How deep groups are nested, counted rather too high than too low."""
    depth = deepest = 0
    for found in _OPENINGS.finditer(tex):
        depth += 1 if found.group(1) else -1
        deepest = max(deepest, depth)
    return deepest
