"""What must not be changed by a translation: taken out before the text is sent, put back behind it, and counted.

A protected stretch becomes ⟦1⟧; the two ends of a link become ⟦1⟧ and ⟦/1⟧. Paragraphs in a request of several begin
with ⟦#1⟧.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_HTML = r"</?[A-Za-z][^<>\n]{0,300}>|<!--.*?-->"
_CODE = r"(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
_URL = r"<(?:https?|mailto|ftp):[^<>\s]+>|(?:https?|ftp)://[^\s<>()\[\]（）「」，。；、！？\u4e00-\u9fff]*[A-Za-z0-9_/=#&%~+-]"
_MAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_BRACES = r"\{\{[^{}\n]{1,80}\}\}|\$\{[^{}\n]{1,80}\}|\{\\[^{}\n]{1,80}\}|\{[A-Za-z_0-9][^{}\s]{0,60}\}|\{\}"
_PRINTF = (
    r"%\([A-Za-z_]\w*\)[-+#0]*\d*(?:\.\d+)?[sdifgxXeEr]"
    r"|(?<![\d%])%(?:\d+\$)?[-+#0]*\d*(?:\.\d+)?[sdifgxXeEu@](?![a-z])|%%"
)
_SHELL = r"\$[A-Z_][A-Z0-9_]+"
_ESCAPE = r"\\[ntr](?![a-z])"
_EMOJI = r"(?<![\w:]):[a-z][a-z0-9_+-]*[a-z0-9]:(?![\w:])"
_MATH = r"\$\$[^$]+\$\$|(?<![\w$\\])\$(?=[^\s$])[^$\n]{0,200}[\\^_{}=][^$\n]{0,200}(?<=[^\s$])\$(?!\d)"
_FOOTNOTE = r"\[\^[^\]\s]+\]"
_OURS = r"[⟦⟧]"
_LINK_END = r"\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\)|\]\[[^\]\n]*\]"

_EVERYWHERE = (_HTML, _URL, _MAIL, _BRACES, _PRINTF, _SHELL, _ESCAPE, _EMOJI)
_LINK = (rf"(?P<close>{_LINK_END})", r"(?P<open>!?\[)")
_PLAIN = re.compile("|".join([_OURS, _CODE, *_EVERYWHERE]), re.DOTALL)
_MARKDOWN = re.compile("|".join([_OURS, _CODE, _MATH, _FOOTNOTE, *_LINK, *_EVERYWHERE]), re.DOTALL)
_MARK = re.compile(r"⟦(/?)(\d+)⟧")
_MANGLED = re.compile(
    r"(?:⟦|\\u27e6|\[\[|【【|〚)\s*(?P<slash>[/／]?)\s*(?P<hash>[#＃]?)\s*(?P<number>[0-9０-９]{1,4})\s*(?:⟧|\\u27e7|\]\]|】】|〛)"
)
LINKS = re.compile(f"{_URL}|{_MAIL}")


@dataclass(frozen=True, slots=True)
class Atom:
    """A stretch that is kept: how it is written while it is away, and what it is."""

    mark: str
    raw: str


@dataclass(frozen=True, slots=True)
class Protected:
    """A text with marks in the place of what must stay."""

    text: str
    atoms: tuple[Atom, ...] = ()

    def restored(self, target: str) -> str:
        """`target` with the marks replaced; marks that were never sent stay as they are."""
        raw = {atom.mark: atom.raw for atom in self.atoms}
        return _MARK.sub(lambda found: raw.get(found[0], found[0]), target)

    def marked(self, target: str) -> str:
        """A finished text with its marks again, as far as the stretches are in it: each stands for one."""
        for atom in sorted(self.missing(target), key=lambda atom: -len(atom.raw)):
            target = target.replace(atom.raw, atom.mark, 1)
        return target

    def missing(self, target: str) -> list[Atom]:
        """The atoms whose mark `target` has less often than it was sent."""
        there = Counter(found[0] for found in _MARK.finditer(target))
        return [atom for atom in self.atoms if not there[atom.mark]]

    def surplus(self, target: str) -> list[str]:
        """What `target` has more often than the text: marks, and what they stand for unless that is a word."""
        sent = Counter(atom.mark for atom in self.atoms)
        there = Counter(found[0] for found in _MARK.finditer(target))
        words, sent_words = _MARK.sub("\n", target), _MARK.sub("\n", self.text)
        raws = dict.fromkeys(atom.raw for atom in self.atoms if not _is_word(atom.raw))
        again = [raw for raw in raws if words.count(raw) > sent_words.count(raw)]
        return [mark for mark, times in there.items() if times > sent[mark]] + again

    def misplaced(self, target: str) -> bool:
        """Whether the end of a pair stands before its beginning."""
        places = {found[0]: found.start() for found in _MARK.finditer(target)}
        return any(places.get(mark, 0) > places.get(f"⟦/{mark[1:]}", len(target)) for mark in places if mark[1] != "/")


def _is_word(raw: str) -> bool:
    return raw.replace(" ", "").isalnum()


def protect(text: str, *, markdown: bool = False, kept: Iterable[tuple[int, int]] = ()) -> Protected:
    """Takes out what must stay, and the spans of `kept` (terms that are not translated)."""
    found = sorted([*_matches(text, markdown), *(_Found(start, end) for start, end in kept)], key=_order)
    atoms: list[Atom] = []
    out: list[str] = []
    opened: list[int] = []
    at = number = 0
    for each in found:
        if each.start < at:
            continue
        if each.closes and not opened:
            continue
        number += not each.closes
        mark = f"⟦/{opened.pop()}⟧" if each.closes else f"⟦{number}⟧"
        if each.opens:
            opened.append(number)
        atoms.append(Atom(mark, text[each.start : each.end]))
        out += (text[at : each.start], mark)
        at = each.end
    return Protected("".join((*out, text[at:])), tuple(atoms))


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    opens: bool = False
    closes: bool = False


def _order(found: _Found) -> tuple[int, int]:
    return found.start, -found.end


def _matches(text: str, markdown: bool) -> list[_Found]:
    if not markdown:
        return [_Found(*each.span()) for each in _PLAIN.finditer(text)]
    everything = [
        _Found(*each.span(), opens=each["open"] is not None, closes=each["close"] is not None)
        for each in _MARKDOWN.finditer(text)
    ]
    return _paired(everything)


def _paired(found: Sequence[_Found]) -> list[_Found]:
    """Without brackets that are no link's: those without a partner."""
    kept, opened = set(), []
    for place, each in enumerate(found):
        if each.opens:
            opened.append(place)
        elif each.closes and opened:
            kept |= {opened.pop(), place}
    return [each for place, each in enumerate(found) if place in kept or not (each.opens or each.closes)]


def recovered(target: str, *, paragraphs: bool = False) -> str:
    """`target` with marks as they were sent, where the model wrote them a little differently.

    `[[1]]` counts as a mark only if the text was sent with marks: the caller knows.
    """

    def written(found: re.Match[str]) -> str:
        if found["hash"] and not paragraphs:
            return found[0]
        slash = "/" if found["slash"] else ""
        return f"⟦{slash}{'#' if found['hash'] else ''}{int(found['number'])}⟧"

    return _MANGLED.sub(written, target)


_PARAGRAPH = re.compile(r"⟦#(\d+)⟧[ \t]*")


def numbered(texts: Sequence[str]) -> str:
    """Several paragraphs for one request; each begins with its mark, on a line of its own."""
    return "\n\n".join(f"⟦#{number}⟧ {text}" for number, text in enumerate(texts, 1))


def by_number(answer: str, count: int) -> dict[int, str]:
    """The paragraphs of an answer by their numbers (from 0): those whose beginning and end are certain.

    One that lacks the mark behind it may hold its neighbour's words, so both are left out.
    """
    marks = list(_PARAGRAPH.finditer(answer))
    numbers = [int(mark[1]) for mark in marks]
    if len(set(numbers)) != len(numbers) or numbers != sorted(numbers):
        return {}
    found: dict[int, str] = {}
    for place, mark in enumerate(marks):
        number = numbers[place]
        following = numbers[place + 1] if place + 1 < len(marks) else count + 1
        end = marks[place + 1].start() if place + 1 < len(marks) else len(answer)
        if 1 <= number <= count and following == number + 1:
            found[number - 1] = answer[mark.end() : end].strip()
    return found


class LiveMarks:
    """Tells of a growing answer what can be shown: paragraph by paragraph, no mark cut in two.

    What lies before the newest paragraph is not read again, so the work for an answer grows with its length alone.
    """

    def __init__(self, protected: Sequence[Protected]) -> None:
        self._protected = protected
        self._read = 0
        self._last = ""
        self._alone = ""

    def shown(self, answer: str) -> list[tuple[int, str]]:
        """The paragraphs since the one that was the newest before, that one included, and what to show of each."""
        if not answer.startswith(self._last):  # the model has taken words back
            self._read, self._alone = 0, ""
        self._last = answer
        return [(0, self._only(answer))] if len(self._protected) == 1 else self._several(answer)

    def _only(self, answer: str) -> str:
        new = _without_torn(answer[self._read :])
        self._read += len(new)
        self._alone += self._protected[0].restored(recovered(new))
        return self._alone.lstrip()

    def _several(self, answer: str) -> list[tuple[int, str]]:
        whole = recovered(_without_torn(answer[self._read :]), paragraphs=True)
        marks = list(_PARAGRAPH.finditer(whole))
        shown = []
        for place, mark in enumerate(marks):
            number = int(mark[1]) - 1
            end = marks[place + 1].start() if place + 1 < len(marks) else len(whole)
            if 0 <= number < len(self._protected):
                shown.append((number, self._protected[number].restored(whole[mark.end() : end]).strip()))
        if marks:
            self._read = max(self._read, answer.rfind("⟦#", self._read))
        return shown


def _without_torn(text: str) -> str:
    """`text` without a mark at its end that has not come to its own end yet."""
    at = text.rfind("⟦", max(0, len(text) - 8))
    return text[:at] if at >= 0 and "⟧" not in text[at:] else text
