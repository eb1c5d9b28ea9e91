"""The seam between the end of a text and what goes on with it: repetitions are taken off. Strings only.

Careful on purpose: words said twice are a blemish, words lost are a fault. The old text is never changed.
"""

import re

WINDOW = 32_000
"""So much of the old text's end can be recognised, should the model begin all over again."""

LEAST_UNASKED = 24
"""Who was given the beginning of the answer goes on behind it; so much said again is an echo all the same."""

LEAST_ASKED = 3
"""Who was asked to repeat the last words does so, or begins the cut word anew."""

LOOKED_AT = 6
"""So many characters show whether a block begins."""

_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})(.*)")
_OPENING = re.compile(r"\s*(?:`{3,}|~{3,})([^\n`]*)\n")
_MAYBE_OPENING = re.compile(r"\s*(?:`{0,2}|~{0,2}|(?:`{3,}|~{3,})[^\n`]*)")
_BLOCK = re.compile(r"#{1,6} |[-*+] |\d{1,3}[.)] |>|\||`{3}|~{3}")
_IDEOGRAPHS = "\u2e80"
"""From here on scripts put no blanks between words."""


class Stitcher:
    """Feed it with what comes, then flush once. What it returns belongs directly behind `old`.

    `anchor` are the words that the model was asked to begin with; "" where it goes on by itself.
    """

    def __init__(self, old: str, anchor: str = "") -> None:
        self._old = old
        self._anchor = anchor
        core = old.rstrip()
        self._core = core[-WINDOW:]
        self._owed = old[len(core) :]
        """White space at the old end: it is there already when the repeated words are through."""
        self._held = ""
        self._in_code = _ends_in_code(old)
        self._opening: str | None = None if self._in_code else ""
        """A line that opens a code block anew; None until it is known whether there is one."""
        self._starts: list[int] | None = None
        self._decided = False

    def feed(self, text: str) -> str:
        """What is known to be new of everything so far."""
        if self._decided:
            return self._without_owed(text)
        self._held += text
        return "" if self._may_become_a_repetition() else self._decide()

    def flush(self) -> str:
        """What was held back."""
        return "" if self._decided else self._decide()

    def _may_become_a_repetition(self) -> bool:
        if self._opening is None and not self._take_opening():
            return True
        held, core = self._held, self._core
        if not held:
            return True
        if self._starts is None:
            self._starts = [at for at in range(len(core)) if core[at] == held[0]]
        self._starts = [at for at in self._starts if core.startswith(held[: len(core) - at], at)]
        if self._anchor and len(held) < LOOKED_AT:
            return True
        return any(len(core) - at > len(held) for at in self._starts)

    def _take_opening(self) -> bool:
        """Sets an opening line of code apart; False while it may still be coming."""
        if found := _OPENING.match(self._held):
            self._opening, self._held = found[0], self._held[found.end() :]
            return True
        if _MAYBE_OPENING.fullmatch(self._held):
            return False
        self._opening = ""
        return True

    def _decide(self) -> str:
        self._decided = True
        repeated = self._repeated()
        new = self._held[repeated:]
        self._held = ""
        if repeated:
            return self._without_owed(new)
        self._owed = ""
        if self._opening and not self._opening.strip(" \n`~"):  # it closes the code, as no code is said again
            gap = "" if self._old.endswith("\n") else "\n"
            return gap + self._opening.lstrip("\n") + new
        return new if self._opening else self._gap(new) + new

    def _repeated(self) -> int:
        """How much of the beginning of what came is the old end said again."""
        lengths = (len(self._core) - at for at in self._starts or ())
        longest = max((n for n in lengths if n <= len(self._held)), default=0)
        said = self._core[len(self._core) - longest :]
        if not said or not self._begins_word(longest) or not any(letter.isalnum() for letter in said):
            return 0
        if said in (said + said)[1:-1]:  # one piece over and over: only what was asked for is surely no news
            asked = self._anchor and said.endswith(self._anchor) and self._held.startswith(self._anchor)
            return len(self._anchor) if asked else 0
        if self._anchor:
            return longest if longest >= LEAST_ASKED or said == self._core else 0
        return longest if longest >= LEAST_UNASKED else 0

    def _begins_word(self, length: int) -> bool:
        if length == len(self._core):
            return True
        before, first = self._core[-length - 1], self._core[-length]
        return not (before.isalnum() and first.isalnum()) or first >= _IDEOGRAPHS

    def _without_owed(self, text: str) -> str:
        """`text` without the white space that stands at the old end already."""
        while self._owed and text:
            if text[0] != self._owed[0]:
                self._owed = ""
                break
            text, self._owed = text[1:], self._owed[1:]
        return text

    def _gap(self, new: str) -> str:
        """What a model leaves out that was asked in words and begins as if nothing stood before."""
        if not self._anchor or self._in_code or not new or self._old[-1:].isspace() or new[0].isspace():
            return ""
        if _BLOCK.match(new):
            return "\n"
        last, first = self._old[-1], new[0]
        is_word = last.isalnum() or last in ".,;:!?"
        return " " if is_word and first.isalnum() and last < _IDEOGRAPHS and first < _IDEOGRAPHS else ""


def _ends_in_code(text: str) -> bool:
    """Whether a fenced block of code is still open at the end (CommonMark, 4.5)."""
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.fullmatch(line)
        if found is None:
            continue
        mark, rest = found[1], found[2]
        if not fence:
            fence = mark if mark[0] == "~" or "`" not in rest else ""
        elif mark[0] == fence[0] and len(mark) >= len(fence) and not rest.strip():
            fence = ""
    return bool(fence)
