"""Finding the terms of glossaries in a text: fast for thousands of terms, with and without blanks between words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from desktopchat.domain.search_tokens import LETTER
from desktopchat.domain.translation import Glossary, Term, TermHit, TermRule

MOST_SENT = 60
"""So many terms go into one request; more would drown the text."""

_ENDINGS = re.compile(rf"(?:e?s|['’]s)?(?!{LETTER})")
_WORD = re.compile(rf"{LETTER}+")
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LEAST_STEM = 5


def folded(text: str) -> str:
    """`text` without case and width, character for character: places stay what they are."""
    wide = text.translate(_HALF_WIDTH)
    lower = wide.lower()
    if len(lower) == len(wide):
        return lower
    return "".join(small if len(small := character.lower()) == 1 else character for character in wide)


class Matcher:
    """The terms of some glossaries, sorted by their first characters, so that few are compared at each place."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(terms)
        self._everywhere = tuple(t for t in self.terms if t.rule is TermRule.FORBIDDEN and not t.source.strip())
        self._by_key: dict[str, list[tuple[str, Term]]] = {}
        for term in self.terms:
            if source := term.source.strip():
                key = folded(source)
                self._by_key.setdefault(_key(key, 0), []).append((key, term))
        for entries in self._by_key.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    @property
    def forbidden_everywhere(self) -> tuple[str, ...]:
        """What a translation must not say, whatever the source says."""
        return tuple(term.target for term in self._everywhere)

    def find(self, text: str) -> list[TermHit]:
        """The terms that stand in `text`, in order; of two that overlap the longer or the first one.

        Several terms for the same words are all found.
        """
        small = folded(text)
        hits: list[TermHit] = []
        free = 0
        for start, entries in self.candidates(small):
            if start < free:
                continue
            found = [
                (end, term) for key, term in entries if (end := _ends(small, start, key)) and _fits(text, start, term)
            ]
            if found:
                free = max(end for end, _ in found)
                hits += (TermHit(term, (start, end)) for end, term in found if end == free)
        return hits

    def candidates(self, small: str) -> Iterator[tuple[int, Sequence[tuple[str, Term]]]]:
        """Places in a folded text at which terms may begin, with the terms that begin like it."""
        before_is_letter = False
        for at, character in enumerate(small):
            is_letter = _WORD.match(character) is not None
            if not (is_letter and before_is_letter) and not character.isspace():
                entries = self._by_key.get(_key(small, at))
                if entries:
                    yield at, entries
                if not is_letter and (entries := self._by_key.get(character)):
                    yield at, entries
            before_is_letter = is_letter

    def wanted(self, hits: Sequence[TermHit]) -> tuple[Term, ...]:
        """The terms to tell the model about: each once, those that are kept left out, and what is always forbidden."""
        met = dict.fromkeys(hit.term for hit in hits if hit.term.rule is not TermRule.KEEP)
        return (*met, *self._everywhere)[:MOST_SENT]


@lru_cache(maxsize=8)
def _matcher(glossaries: tuple[Glossary, ...]) -> Matcher:
    return Matcher([term for glossary in glossaries for term in glossary.terms])


def matcher_for(glossaries: Sequence[Glossary]) -> Matcher:
    """The matcher for these glossaries, made once for each set of them."""
    return _matcher(tuple(glossaries))


def occurrences(text: str, target: str, *, case_sensitive: bool = False, exactly: bool = True) -> list[tuple[int, int]]:
    """Where `target` stands in `text`: as words where it has words, not inside of others.

    With `exactly` false the last letters of its words may differ, as they do in languages that inflect.
    """
    wanted = target.strip()
    if not wanted:
        return []
    pattern = _pattern(wanted if case_sensitive else folded(wanted), exactly)
    return [found.span() for found in pattern.finditer(text if case_sensitive else folded(text))]


@lru_cache(maxsize=4096)
def _pattern(wanted: str, exactly: bool) -> re.Pattern[str]:
    pieces = [_piece(piece, exactly) for piece in wanted.split()]
    before = rf"(?<!{LETTER})" if _WORD.match(wanted[0]) else ""
    after = rf"(?!{LETTER})" if _WORD.match(wanted[-1]) else ""
    return re.compile(before + r"\s+".join(pieces) + after)


def _piece(word: str, exactly: bool) -> str:
    if not _WORD.fullmatch(word):
        return re.escape(word)
    if exactly:
        return re.escape(word) + r"(?:e?s|['’]s)?"
    stem = word[:-2] if len(word) > _LEAST_STEM + 1 else word[: max(3, len(word) - 1)]
    return re.escape(stem) + LETTER + "{0,6}"


def _key(text: str, at: int) -> str:
    """What a term is sorted under: the first letters of its first word, or without blanks its first two characters."""
    if found := _WORD.match(text, at, at + 3):
        return found[0]
    return text[at : at + 2]


def _ends(small: str, start: int, key: str) -> int:
    """Where the term that begins at `start` ends, or 0 where it does not stand there."""
    if not small.startswith(key, start):
        return 0
    end = start + len(key)
    if not _WORD.match(key[-1]):
        return end
    ending = _ENDINGS.match(small, end)
    return ending.end() if ending else 0


def _fits(text: str, start: int, term: Term) -> bool:
    return not term.case_sensitive or text.startswith(term.source.strip(), start)
