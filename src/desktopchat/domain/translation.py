"""What translating is about: terms and glossaries, found defects, and pairs of texts. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from desktopchat.domain.message import new_id, now
from desktopchat.domain.text import Text

Span = tuple[int, int]
"""Start and end of a stretch of a text, in characters."""


class Style(StrEnum):
    """How the reader is spoken to."""

    NEUTRAL = "neutral"
    FORMAL = "formal"
    INFORMAL = "informal"


class TextFormat(StrEnum):
    """What in a text is for people: in Markdown not the code, the addresses and the front matter."""

    PLAIN = "plain"
    MARKDOWN = "markdown"


class TermRule(StrEnum):
    """What a term asks for. The target of a forbidden one is what the translation must not say."""

    TRANSLATE = "translate"
    KEEP = "keep"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a glossary. A forbidden one without a source is forbidden everywhere."""

    source: str
    target: str = ""
    note: str = ""
    rule: TermRule = TermRule.TRANSLATE
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms that are switched on and off together. Languages are BCP-47 tags; "" fits any."""

    name: str
    source_language: str = ""
    target_language: str = ""
    enabled: bool = True
    terms: tuple[Term, ...] = ()
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class TermHit:
    """A place in a source text where a term stands."""

    term: Term
    span: Span


class Check(StrEnum):
    """What can be wrong with a translation, as far as the two texts alone tell."""

    EMPTY = "empty"
    ECHO = "echo"
    ANSWERED = "answered"
    REFUSED = "refused"
    PREAMBLE = "preamble"
    LANGUAGE = "language"
    PLACEHOLDERS = "placeholders"
    NUMBERS = "numbers"
    LINKS = "links"
    TERM = "term"
    FORBIDDEN_TERM = "forbidden_term"
    KEPT_TERM = "kept_term"
    LENGTH = "length"
    TRUNCATED = "truncated"
    PARAGRAPHS = "paragraphs"
    LINES = "lines"
    PUNCTUATION = "punctuation"
    BRACKETS = "brackets"
    REPEATED = "repeated"
    SPACES = "spaces"


class Severity(StrEnum):
    """An error makes the program ask again; a warning is for the reader to judge."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fix:
    """A mechanical repair: the target's characters of `span` become `text`."""

    span: Span
    text: str

    def applied(self, target: str) -> str:
        return target[: self.span[0]] + self.text + target[self.span[1] :]


@dataclass(frozen=True, slots=True)
class Issue:
    """A defect of one piece: why in one line, where in its source and its target, and the mechanical fix if any."""

    check: Check
    reason: Text
    severity: Severity = Severity.ERROR
    target_span: Span | None = None
    source_span: Span | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A text and its translation, as the history keeps them."""

    source: str
    target: str
    source_language: str = ""
    target_language: str = ""
    provider: str = ""
    model: str = ""
    starred: bool = False
    created: datetime = field(default_factory=now)
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Hint:
    """A guess at a text's language: a BCP-47 tag or None, and how sure it is (0 to 1). Never a reason to refuse."""

    language: str | None
    score: float = 0.0
