"""Where the words of a search stand in a text: case, whole words, any kind of blank. Text only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

MOST_LETTERS = 1_000
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of scripts that put no blanks between words: there a word has no edges to ask for."""
_MARKUP = r"[*_~`\\\[\]<>|#\s]*"
_HIDES_TEXT = re.compile(r"&[#\w]|\]\(|\]\[")
"""What may make the text that is shown another one than the source."""


@dataclass(frozen=True)
class Query:
    """What is looked for; `text` is taken literally. An empty one finds nothing."""

    text: str
    match_case: bool = False
    whole_words: bool = False

    def ranges(self, text: str) -> Iterator[tuple[int, int]]:
        """The places in a text, from left to right, none over another."""
        if self._pattern is not None:
            for found in self._pattern.finditer(text):
                yield found.span()

    def may_be_in(self, source: str) -> bool:
        """False where the text that a Markdown source stands for cannot hold it. Fast, for texts that nobody parsed."""
        if self._loose is None:
            return False
        return self._loose.search(source) is not None or _HIDES_TEXT.search(source) is not None

    @cached_property
    def _letters(self) -> str:
        return " ".join(self.text[:MOST_LETTERS].split())

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self._letters:
            return None
        words = r"\s+".join(re.escape(word) for word in self._letters.split(" "))
        if self.whole_words:
            before = r"(?<!\w)" if _has_edge(self._letters[0]) else ""
            after = r"(?!\w)" if _has_edge(self._letters[-1]) else ""
            words = f"{before}{words}{after}"
        return re.compile(words, self._flags)

    @cached_property
    def _loose(self) -> re.Pattern[str] | None:
        letters = self._letters.replace(" ", "")
        return re.compile(_MARKUP.join(re.escape(letter) for letter in letters), self._flags) if letters else None

    @property
    def _flags(self) -> re.RegexFlag:
        return re.NOFLAG if self.match_case else re.IGNORECASE


def _has_edge(letter: str) -> bool:
    return bool(re.match(r"\w", letter)) and not _UNSPACED.match(letter)
