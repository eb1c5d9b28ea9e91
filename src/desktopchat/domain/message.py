"""A message and what it is made of. Values only: who stores them is not known here."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from desktopchat.domain.errors import Failure


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class MessageState(StrEnum):
    """Where a message stands. `STREAMING` on disk without a living writer means that a crash cut it: `PARTIAL`."""

    DONE = "done"
    STREAMING = "streaming"
    PARTIAL = "partial"
    ERROR = "error"
    STOPPED = "stopped"


class FinishReason(StrEnum):
    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningPart:
    """What a reasoning model thought before it answered; kept apart from the answer and never sent back."""

    text: str
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image in the blob store: `sha256` in hex, `size` in bytes."""

    sha256: str
    media_type: str
    name: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class FilePart:
    """A document in the blob store: `sha256` in hex, `size` in bytes.

    The rest is what the user decided about its text, for providers that get no file: in which `encoding` it is read
    (empty: guessed), whether what a reader does not see is taken out, and how much of it is sent (`extent`: empty for
    all of it, `passages` for those that fit the question best, `pages:N` for the first N pages).
    """

    sha256: str
    media_type: str
    name: str
    size: int = 0
    encoding: str = ""
    without_hidden: bool = False
    extent: str = ""


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A call that a model asked for; `arguments` is the JSON text as the provider sent it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class CitationPart:
    url: str
    title: str = ""


Part = TextPart | ReasoningPart | ImagePart | FilePart | ToolCallPart | CitationPart


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; None where it did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None

    def __add__(self, other: "Usage") -> "Usage":
        """What two requests used together; None stays only where both did not say."""
        return Usage(
            _sum(self.input_tokens, other.input_tokens),
            _sum(self.output_tokens, other.output_tokens),
            _sum(self.reasoning_tokens, other.reasoning_tokens),
            _sum(self.cached_tokens, other.cached_tokens),
        )


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None and second is None else (first or 0) + (second or 0)


def now() -> datetime:
    """The present, in UTC, to the millisecond (what the database keeps)."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_id() -> str:
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class Message:
    """One node of a conversation's tree."""

    role: Role
    parts: tuple[Part, ...] = ()
    id: str = field(default_factory=new_id)
    parent_id: str | None = None
    state: MessageState = MessageState.DONE
    created: datetime = field(default_factory=now)
    provider: str = ""
    """The provider's name at the time, for people; it may have been renamed or removed since."""
    model: str = ""
    usage: Usage | None = None
    finish_reason: FinishReason | None = None
    failure: Failure | None = None
    first_token_ms: int | None = None
    duration_ms: int | None = None

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def reasoning(self) -> str:
        return "".join(part.text for part in self.parts if isinstance(part, ReasoningPart))

    @property
    def attachments(self) -> tuple[ImagePart | FilePart, ...]:
        return tuple(part for part in self.parts if isinstance(part, ImagePart | FilePart))

    def with_text(self, text: str, reasoning: str = "", reasoning_ms: int | None = None) -> "Message":
        """The same message with its text and reasoning replaced; all other parts stay."""
        others = tuple(p for p in self.parts if not isinstance(p, TextPart | ReasoningPart))
        thought: Sequence[Part] = (ReasoningPart(reasoning, reasoning_ms),) if reasoning else ()
        said: Sequence[Part] = (TextPart(text),) if text else ()
        return replace(self, parts=(*thought, *said, *others))


def user_message(
    text: str, *, parent_id: str | None = None, attachments: Sequence[ImagePart | FilePart] = ()
) -> Message:
    return Message(Role.USER, (TextPart(text), *attachments), parent_id=parent_id)
