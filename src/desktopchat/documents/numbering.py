"""The numbers that Word puts before paragraphs ("3.2", "(a)", "第五条"): they are in no text and must be counted."""

import re
from dataclasses import dataclass, field

from desktopchat.documents.xmltree import Element, attribute, child, children, number, value

_LEVELS = 9
_CHINESE = "〇一二三四五六七八九"
_place = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """Counts while the paragraphs are read in their order."""

    _levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _lists: dict[str, str] = field(default_factory=dict)
    _restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    _counts: dict[str, list[int | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: Element | None) -> "Numbering":
        """From the part `numbering.xml`, if there is one."""
        levels = {attribute(node, "abstractNumId"): _levels(node) for node in children(tree, "abstractNum")}
        lists = {attribute(node, "numId"): value(node, "abstractNumId") for node in children(tree, "num")}
        restarts = {attribute(node, "numId"): _restarts(node) for node in children(tree, "num")}
        return cls(levels, lists, restarts)

    def next(self, list_id: str, level: int) -> str:
        """What stands before the next paragraph of that list and level: "3.2 ", "- " or nothing."""
        name = self._lists.get(list_id, "")
        levels = self._levels.get(name, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(name, [None] * _LEVELS)
        for at, start in self._restarts.pop(list_id, {}).items():  # the list's first paragraph
            counts[at] = start - 1
        before = counts[level]
        counts[level] = levels[level].start if before is None else before + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        text = self._text(levels, counts, levels[level])
        return f"{text} " if text else ""

    def _text(self, levels: dict[int, _Level], counts: list[int | None], level: _Level) -> str:
        if level.form == "bullet":
            return "-"

        def filled(place: "re.Match[str]") -> str:
            index = int(place[1]) - 1
            known = levels.get(index, level)
            count = counts[index]
            return formatted(known.start if count is None else count, known.form)

        return _place.sub(filled, level.text).strip()


def _levels(node: Element) -> dict[int, _Level]:
    found = {}
    for level in children(node, "lvl"):
        index = number(attribute(level, "ilvl"))
        if 0 <= index < _LEVELS:
            found[index] = _Level(
                value(level, "numFmt", "decimal"), value(level, "lvlText"), number(value(level, "start"), 1)
            )
    return found


def _restarts(node: Element) -> dict[int, int]:
    """The levels whose count a list starts anew although it shares it with others, and with what."""
    return {
        index: number(value(level, "startOverride"), 1)
        for level in children(node, "lvlOverride")
        if child(level, "startOverride") is not None and 0 <= (index := number(attribute(level, "ilvl"))) < _LEVELS
    }


def formatted(count: int, form: str) -> str:
    """`count` as Word writes it in the number format `form`; formats that are not known here give digits."""
    if form == "none":
        return ""
    if form in ("lowerLetter", "upperLetter") and 1 <= count <= 780:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters if form == "lowerLetter" else letters.upper()
    if form in ("lowerRoman", "upperRoman") and 1 <= count < 4000:
        return _roman(count) if form == "lowerRoman" else _roman(count).upper()
    if form.startswith(("chineseCounting", "japaneseCounting", "taiwaneseCounting", "ideographTraditional")):
        return _chinese(count) if 1 <= count < 100 else str(count)
    return f"{count:02}" if form == "decimalZero" else str(count)


def _roman(count: int) -> str:
    text = ""
    for value_, letters in (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
        (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ):  # fmt: skip
        text += letters * (count // value_)
        count %= value_
    return text


def _chinese(count: int) -> str:
    tens, ones = divmod(count, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE[tens]}十"
    return head + (_CHINESE[ones] if ones or not tens else "")


def list_of(properties: Element | None) -> tuple[str, int] | None:
    """The list and level that a paragraph's or style's properties name."""
    found = child(properties, "numPr")
    if found is None:
        return None
    return value(found, "numId"), min(max(number(value(found, "ilvl")), 0), _LEVELS - 1)
