"""What Word's styles say about the things that matter here: headings, lists, and text that is not seen."""

import re
from dataclasses import dataclass

from desktopchat.documents.numbering import list_of
from desktopchat.documents.xmltree import Element, attribute, child, children, is_on, is_white, number, value

_MAX_CHAIN = 20
_heading = re.compile(r"heading (\d)", re.IGNORECASE)
TINY_HALF_POINTS = 3
"""Letters of a point and a half and less cannot be read."""


@dataclass(frozen=True, slots=True)
class Look:
    """Properties of text that decide whether it is seen; None where nothing is said."""

    vanishes: bool | None = None
    is_white: bool | None = None
    is_tiny: bool | None = None
    is_shaded: bool | None = None

    def over(self, below: "Look") -> "Look":
        """This look where it says something, the one below where it does not."""
        return Look(
            below.vanishes if self.vanishes is None else self.vanishes,
            below.is_white if self.is_white is None else self.is_white,
            below.is_tiny if self.is_tiny is None else self.is_tiny,
            below.is_shaded if self.is_shaded is None else self.is_shaded,
        )

    def is_hidden(self, *, on_colour: bool) -> bool:
        """Whether a reader does not see the text; white is seen where something coloured is, or may be, behind it."""
        return bool(self.vanishes or self.is_tiny or (self.is_white and not self.is_shaded and not on_colour))


PLAIN = Look()


@dataclass(frozen=True, slots=True)
class Style:
    look: Look = PLAIN
    heading: int = 0
    """1 for the highest; 0 for what is no heading."""
    list: tuple[str, int] | None = None


class Styles:
    """The styles of a document, each with what it takes from the one that it is based on."""

    def __init__(self, tree: Element | None) -> None:
        self._nodes = {attribute(node, "styleId"): node for node in children(tree, "style")}
        self._known: dict[str, Style] = {"": Style()}

    def style(self, name: str) -> Style:
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Style:
        style = Style()
        for node in reversed(self._chain(name)):
            paragraph = child(node, "pPr")
            heading = _heading_level(node, paragraph)
            style = Style(
                look_of(child(node, "rPr"), paragraph).over(style.look),
                style.heading if heading is None else heading,
                list_of(paragraph) or style.list,
            )
        return style

    def _chain(self, name: str) -> list[Element]:
        chain: list[Element] = []
        while name in self._nodes and len(chain) < _MAX_CHAIN:
            chain.append(self._nodes[name])
            name = value(self._nodes[name], "basedOn")
        return chain


def _heading_level(node: Element, paragraph: Element | None) -> int | None:
    outline = value(paragraph, "outlineLvl")
    if outline:
        level = number(outline, 9)
        return level + 1 if level < 9 else 0
    name = value(node, "name")
    found = _heading.fullmatch(name)
    return int(found[1]) if found else 1 if name.lower() == "title" else None


def look_of(run: Element | None, paragraph: Element | None = None) -> Look:
    """What the properties of a run, and of a paragraph, say themselves."""
    if run is None and paragraph is None:
        return PLAIN
    colour, size = value(run, "color"), value(run, "sz")
    return Look(
        vanishes=is_on(run, "vanish"),
        is_white=is_white(colour) if colour else None,
        is_tiny=number(size, 99) <= TINY_HALF_POINTS if size else None,
        is_shaded=True if is_shaded(run) or is_shaded(paragraph) or value(run, "highlight") else None,
    )


def is_shaded(properties: Element | None) -> bool:
    """Whether there is a colour behind what has these properties."""
    shade = child(properties, "shd")
    if shade is None:
        return False
    fill = attribute(shade, "fill")
    return attribute(shade, "val") not in ("", "clear", "nil") or (fill not in ("", "auto") and not is_white(fill))
