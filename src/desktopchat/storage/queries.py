"""What people type into a search field, as terms for the index. There is no syntax that they could get wrong.

Words are all wanted, in any order; what stands in quotes, or hangs together like `snake_case` or 数据库, is wanted as
it stands; the last word may be the beginning of a longer one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from desktopchat.domain.search_tokens import LETTER, Token, pairs, pieces

MAX_QUERY = 500
MAX_TERMS = 40
MIN_PREFIX = 2
"""One letter is the beginning of too much."""

_CHUNK = re.compile(r'"([^"]*)("|$)|“([^”]*)(”|$)|「([^」]*)(」|$)|([^\s"“「]+)')


@dataclass(frozen=True)
class Term:
    """Tokens that follow each other in the text; with `prefix` the last one may go on.

    `literally` is how they look in a text that is written as the query is: the parts of a regular expression.
    """

    tokens: tuple[str, ...]
    literally: tuple[str, ...] = ()
    prefix: bool = False

    def match(self, *, prefix: bool) -> str:
        """As SQLite's full-text syntax has it. Tokens hold no quotes, so nothing needs escaping."""
        return f'"{" ".join(self.tokens)}"{" *" if prefix and self.prefix else ""}'

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds most places of the term fast, and no wrong ones; not those with other accents or widths."""
        ending = "" if self.prefix or not self.literally[-1].endswith(")") else f"(?!{LETTER})"
        return re.compile(r"[\W_]*".join(self.literally) + ending, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """All of its terms are wanted; without terms there is nothing to look for."""

    terms: tuple[Term, ...]

    @property
    def has_prefix(self) -> bool:
        return any(term.prefix for term in self.terms)

    def match(self, *, prefix: bool = True) -> str:
        return " ".join(term.match(prefix=prefix) for term in self.terms)


def parsed(text: str) -> Query:
    """Never raises, whatever is typed."""
    terms: list[Term] = []
    for chunk, may_go_on in _chunks(text[:MAX_QUERY]):
        found = list(_terms(chunk))
        if may_go_on and found:
            found[-1] = _open_ended(chunk, found[-1])
        terms.extend(found)
    kept = dict.fromkeys(replace(term, prefix=False) for term in terms[:-1])
    return Query((*kept, *terms[-1:])[-MAX_TERMS:])


def _chunks(text: str) -> Iterator[tuple[str, bool]]:
    """The words and quotations; True with those that the reader may not have finished typing."""
    for found in _CHUNK.finditer(text):
        if found.group(7) is not None:
            yield found.group(7), True
        else:
            yield found.group(1) or found.group(3) or found.group(5) or "", False


def _terms(chunk: str) -> Iterator[Term]:
    """A chunk as phrases. A lone unspaced character may stand anywhere inside a stretch, so it ends a phrase."""
    phrase: list[tuple[list[str], str]] = []
    for unspaced, piece in pieces(chunk):
        if unspaced and len(piece) == 1:
            if phrase:
                yield _phrase(phrase)
            yield _phrase([_stretch(piece)])
            phrase = []
        else:
            phrase.append(_stretch(piece) if unspaced else _word(piece[0][0]))
    if phrase:
        yield _phrase(phrase)


def _phrase(parts: list[tuple[list[str], str]]) -> Term:
    return Term(tuple(token for tokens, _ in parts for token in tokens), tuple(literally for _, literally in parts))


def _stretch(units: list[Token]) -> tuple[list[str], str]:
    return [token for token, _, _ in pairs(units)], re.escape("".join(unit for unit, _, _ in units))


def _word(word: str) -> tuple[list[str], str]:
    """The look behind stands last, so that the search can skip to the letters."""
    escaped = re.escape(word)
    return [word], f"{escaped}(?<!{LETTER}{escaped})"


def _open_ended(chunk: str, term: Term) -> Term:
    """`term` as a beginning, if the chunk ends in a word of enough letters."""
    unspaced, last = list(pieces(chunk))[-1]
    ends_in_word = not unspaced and last[-1][2] == len(chunk) and len(last[-1][0]) >= MIN_PREFIX
    return replace(term, prefix=ends_in_word)
