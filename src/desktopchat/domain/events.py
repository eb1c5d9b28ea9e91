"""What a provider says while it answers. A stream ends with exactly one `Finished`, or by raising `ChatError`."""

from dataclasses import dataclass

from desktopchat.domain.message import FinishReason, Usage


@dataclass(frozen=True, slots=True)
class ResponseStarted:
    """The first byte of the answer's body is here; `model` and `request_id` if they are known by then."""

    model: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer. Never empty, never half a surrogate pair."""

    text: str


@dataclass(frozen=True, slots=True)
class TextReplaced:
    """The whole answer so far, from a model that sends it cumulatively and has changed what it said."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model thinks; not part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallReady:
    """A complete call that the model asks for, in order of its first fragment."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Tokens counted so far; a later report replaces an earlier one, it does not add to it."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Finished:
    """The protocol's own end signal was seen. Always the last event."""

    reason: FinishReason


StreamEvent = ResponseStarted | TextDelta | TextReplaced | ReasoningDelta | ToolCallReady | UsageReport | Finished
