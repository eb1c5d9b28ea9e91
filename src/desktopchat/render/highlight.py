"""Colours in code: runs of classes from Pygments, which is imported with the first code block."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

MOST_CHARS = 60_000
"""Longer code stays in one colour."""


class TokenClass(StrEnum):
    KEYWORD = "keyword"
    NAME = "name"
    TYPE = "type"
    STRING = "string"
    NUMBER = "number"
    COMMENT = "comment"
    TAG = "tag"
    INSERTED = "inserted"
    DELETED = "deleted"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class Run:
    """`length` characters from `start` on belong to one class. What is between runs is plain."""

    start: int
    length: int
    kind: TokenClass


def highlight(code: str, language: str) -> list[Run]:
    """The coloured runs of `code`, in order; none for a language that nobody knows."""
    lexer = _lexer(language.lower()) if language and len(code) <= MOST_CHARS else None
    if lexer is None:
        return []
    classes = _classes()
    runs: list[Run] = []
    for start, token, text in lexer.get_tokens_unprocessed(code):
        kind = _class_of(token, classes)
        if kind is None or not text.strip():
            continue
        last = runs[-1] if runs else None
        if last is not None and last.kind is kind and last.start + last.length == start:
            runs[-1] = Run(last.start, last.length + len(text), kind)
        else:
            runs.append(Run(start, len(text), kind))
    return runs


def is_loaded(language: str) -> bool:
    """Whether `highlight` knows about the language without loading anything."""
    return language.lower() in _loaded


def load(language: str) -> None:
    """Prepares a language, known or not: up to a tenth of a second of work, which any thread may do."""
    if (lexer := _lexer(language.lower())) is not None:
        for _ in lexer.get_tokens_unprocessed(" "):
            pass
    _classes()
    _loaded.add(language.lower())


_loaded: set[str] = set()


@lru_cache(64)
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None


@lru_cache(1)
def _classes() -> dict[Any, TokenClass]:
    from pygments import token as t

    return {
        t.Keyword: TokenClass.KEYWORD,
        t.Operator.Word: TokenClass.KEYWORD,
        t.Keyword.Type: TokenClass.TYPE,
        t.Keyword.Constant: TokenClass.NUMBER,
        t.Name.Function: TokenClass.NAME,
        t.Name.Decorator: TokenClass.NAME,
        t.Name.Class: TokenClass.TYPE,
        t.Name.Builtin: TokenClass.TYPE,
        t.Name.Exception: TokenClass.TYPE,
        t.Name.Namespace: TokenClass.TYPE,
        t.Name.Tag: TokenClass.TAG,
        t.Name.Attribute: TokenClass.NAME,
        t.Literal.String: TokenClass.STRING,
        t.Literal.Number: TokenClass.NUMBER,
        t.Comment: TokenClass.COMMENT,
        t.Generic.Inserted: TokenClass.INSERTED,
        t.Generic.Deleted: TokenClass.DELETED,
        t.Generic.Heading: TokenClass.HEADING,
        t.Generic.Subheading: TokenClass.HEADING,
    }


def _class_of(token: Any, classes: dict[Any, TokenClass]) -> TokenClass | None:
    """The class of the token's kind, or of the nearest kind above it that has one."""
    while token is not None:
        if (found := classes.get(token)) is not None:
            return found
        token = token.parent
    return None
