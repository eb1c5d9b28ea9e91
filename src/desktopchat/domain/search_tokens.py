"""Text to search tokens: words where people write spaces, overlapping pairs of characters where they do not.

SQLite's own tokenizers find no Chinese word inside a sentence (unicode61) or none of two characters (trigram).
So the index is fed with tokens made here, joined by spaces. Queries and snippets use the same functions, hence a
match in the index is a match in the text.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

MAX_TOKEN = 64
"""Longer tokens (base64, hashes) are cut, in the index as in the query."""

# Scripts written without spaces, and Hangul, whose words carry endings: kana, CJK, bopomofo, Thai, Lao, Myanmar,
# Khmer; emoji too, so that each can be found.
_UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e3f-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u1000-\u102a\u103f"
    "\u1100-\u11ff\u1780-\u17b3\u2600-\u27bf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u303c\u3041-\u3096"
    "\u309d-\u309f\u30a1-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\uff66-\uff9d\uffa1-\uffdc\U0001b000-\U0001b16f\U0001f300-\U0001faff"
    "\U00020000-\U0003ffff"
)
# Marks that belong to the unspaced character before them (vowel signs, voicing marks, variation selectors).
_ATTACHED = (
    "\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3"
    "\u3099\u309a\ufe00-\ufe0f\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef"
)
# Marks inside words with spaces around them (Latin to Sinhala): Python's \w leaves them out.
_IN_WORDS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
    "\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a03\u0a3c-\u0a51\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57"
    "\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0d81-\u0d83"
    "\u0dca-\u0ddf\u0f18\u0f19\u0f35\u0f37\u0f39\u0f71-\u0f84\u200c\u200d"
)
_UNIT = f"(?:[\u1100-\u115f][\u1160-\u11a7]+[\u11a8-\u11ff]*|[{_UNSPACED}])[{_ATTACHED}]*"
LETTER = rf"[^\W_{_UNSPACED}]"
_units = re.compile(_UNIT)
_runs = re.compile(rf"({LETTER}+(?:[{_IN_WORDS}]+{LETTER}*)*)|(?:{_UNIT})+")
_not_in_tokens = re.compile(r"[\x00-\x2f:-@\[-`{-\x7f\u0300-\u036f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")

Token = tuple[str, int, int]
"""The folded token and where it stands in the text (start, end)."""


def fold(text: str) -> str:
    """`text` without what a search should not care about: case, width, accents."""
    return text.lower()[:MAX_TOKEN] if text.isascii() else _folded(text)[:MAX_TOKEN]


@lru_cache(maxsize=16384)
def _folded(text: str) -> str:
    plain = _not_in_tokens.sub("", unicodedata.normalize("NFKD", text[: 2 * MAX_TOKEN]).casefold())
    return unicodedata.normalize("NFKC", plain)


def pieces(text: str) -> Iterator[tuple[bool, list[Token]]]:
    """The text as (True, its characters) for unspaced stretches and (False, the one word) for all else."""
    for found in _runs.finditer(text):
        if found.group(1) is not None:
            if word := fold(found.group()):
                yield False, [(word, found.start(), found.end())]
        elif units := _characters(text, found.start(), found.end()):
            yield True, units


def _characters(text: str, start: int, end: int) -> list[Token]:
    return [
        (unit, found.start(), found.end())
        for found in _units.finditer(text, start, end)
        if (unit := fold(found.group()))
    ]


def pairs(units: list[Token]) -> list[Token]:
    """Overlapping pairs of neighbours; a lone character stays as it is."""
    if len(units) == 1:
        return units
    return [(a + b, start, end) for (a, start, _), (b, _, end) in pairwise(units)]


def tokens(text: str) -> Iterator[Token]:
    """The tokens in their order, as the index has them in its column `words`."""
    for unspaced, piece in pieces(text):
        yield from pairs(piece) if unspaced else piece


def document(text: str) -> tuple[str, str]:
    """What is given to the index for `text`: its tokens in order, and each unspaced character once."""
    words: list[str] = []
    characters: set[str] = set()
    for unspaced, piece in pieces(text):
        if unspaced:
            words.extend(token for token, _, _ in pairs(piece))
            characters.update(unit for unit, _, _ in piece)
        else:
            words.append(piece[0][0])
    return " ".join(words), " ".join(sorted(characters))
