"""The piece of a text that shows why it was found, with the places to highlight. Plain text in, plain text out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktopchat.domain.search_tokens import Token, pieces, tokens
from desktopchat.storage.queries import Query, Term

WIDTH = 120
BEFORE = 40
SCANNED = 100_000
"""Characters of a long text that are looked through when the words do not stand in it literally (accents, width)."""

_blank = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]+")
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Snippet:
    text: str
    highlights: tuple[_Span, ...] = ()


def snippet(text: str, query: Query) -> Snippet:
    """About `WIDTH` characters around the first match, on one line; the beginning where no match is found."""
    place = _first_match(text, query)
    if place is None:
        return _cut(text, 0, min(len(text), WIDTH), ())
    start = _word_start(text, max(0, place - BEFORE), place)
    end = min(len(text), start + WIDTH)
    return _cut(text, start, end, _matches_within(text, query, start, end))


def _first_match(text: str, query: Query) -> int | None:
    """The first place of the first term that stands there literally; else of any term."""
    for term in query.terms:
        if found := term.pattern.search(text):
            return found.start()
    firsts = (next(_spans(text[:SCANNED], term), None) for term in query.terms)
    return min((span[0] for span in firsts if span is not None), default=None)


def _matches_within(text: str, query: Query, start: int, end: int) -> tuple[_Span, ...]:
    """Matches that end before `end`, sorted and without overlaps."""
    spans = sorted((start + a, start + b) for term in query.terms for a, b in _places(text[start : end + WIDTH], term))
    merged: list[_Span] = []
    for a, b in spans:
        if b > end:
            continue
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return tuple(merged)


def _places(text: str, term: Term) -> list[_Span]:
    return [found.span() for found in term.pattern.finditer(text)] or list(_spans(text, term))


def _spans(text: str, term: Term) -> Iterator[_Span]:
    """Where `term` stands in `text`, by the same rules as in the index."""
    found: Sequence[Token] = list(tokens(text))
    if len(term.tokens) == 1 and len(term.tokens[0]) <= 2:
        found = [*found, *_single_characters(text)]
    length = len(term.tokens)
    for place in range(len(found) - length + 1):
        stretch = found[place : place + length]
        if _equal(tuple(token for token, _, _ in stretch), term):
            yield stretch[0][1], _end(text, stretch[-1], term)


def _single_characters(text: str) -> Iterator[Token]:
    return (unit for unspaced, piece in pieces(text) if unspaced and len(piece) > 1 for unit in piece)


def _equal(found: tuple[str, ...], term: Term) -> bool:
    if not term.prefix:
        return found == term.tokens
    return found[:-1] == term.tokens[:-1] and found[-1].startswith(term.tokens[-1])


def _end(text: str, last: Token, term: Term) -> int:
    """The end of the match; of a longer word only its beginning, where that can be told."""
    _, start, end = last
    typed = term.tokens[-1]
    literally = text[start : start + len(typed)].lower() == typed  # folding may have changed the length
    return start + len(typed) if term.prefix and literally else end


def _word_start(text: str, start: int, place: int) -> int:
    """Moves `start` forward to the beginning of a word, if one begins before `place`."""
    if start == 0:
        return 0
    blank = text.find(" ", start, place)
    return start if blank < 0 or place - blank < BEFORE // 2 else blank + 1


def _cut(text: str, start: int, end: int, spans: tuple[_Span, ...]) -> Snippet:
    """The stretch on one line, with … where something was left out; the places are moved along."""
    shown = "…" if start > 0 else ""
    highlights: list[_Span] = []
    at = start
    for a, b in spans:
        shown += _one_line(text[at:a], shown)
        begin = len(shown)
        shown += _one_line(text[a:b], shown)
        highlights.append((begin, len(shown)))
        at = b
    shown += _one_line(text[at:end], shown)
    return Snippet(shown.rstrip() + ("…" if end < len(text) else ""), tuple(highlights))


def _one_line(text: str, before: str) -> str:
    flat = _blank.sub(" ", text)
    return flat.lstrip() if not before or before[-1] in " …" else flat
