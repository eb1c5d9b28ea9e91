"""What a translation is asked with: the order, who answers it, its pieces and their states. Nothing is done here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from desktopchat.domain.request import Limits
from desktopchat.domain.translation import Glossary, Issue, Style, TermHit, TextFormat
from desktopchat.domain.values import Json
from desktopchat.services.retrying import RetryRule

if TYPE_CHECKING:
    from desktopchat.providers.base import Provider
    from desktopchat.translation.atoms import Protected
    from desktopchat.translation.segments import Segment


class RunState(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class PieceState(StrEnum):
    """A piece that came is complete and not checked yet."""

    WAITING = "waiting"
    COMING = "coming"
    CAME = "came"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be translated, into what, how and by whom. Languages are BCP-47 tags.

    `source` may be empty: the model finds out. `glossaries` are used if they are enabled. `provider_id` and `model`
    may be empty: the defaults. A private order leaves no trace. `versions` above 1 asks for so many alternatives of a
    short text. `repairs` false leaves defects to the reader. `memory` are pairs for models that learn from them.
    """

    text: str
    target: str
    source: str = ""
    style: Style = Style.NEUTRAL
    brief: str = ""
    glossaries: tuple[Glossary, ...] = ()
    provider_id: str = ""
    model: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    format: TextFormat = TextFormat.PLAIN
    private: bool = False
    versions: int = 1
    repairs: bool = True
    memory: tuple[tuple[str, str], ...] = ()

    @property
    def has_wishes(self) -> bool:
        """Whether it asks for more than languages and terms."""
        return bool(self.brief.strip()) or self.style is not Style.NEUTRAL


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who translates: a name for people, and a way to the adapter."""

    name: str
    model: str
    connect: Callable[[], Awaitable[Provider]]
    retry: Callable[[], RetryRule] = RetryRule

    @classmethod
    def unknown(cls, model: str) -> Answerer:
        """For estimates: it cannot be asked."""
        return cls("", model, _nobody)

    @property
    def is_translation_model(self) -> bool:
        """Whether it is one of Qwen's, which take one message and options in the place of words."""
        return self.model.lower().split("/")[-1].startswith("qwen-mt-")


async def _nobody() -> Provider:
    raise AssertionError("an estimate asks nobody")


@dataclass(slots=True)
class Piece:
    """A paragraph or a part of one. Issues that a reader has dismissed are in `ignored`."""

    index: int
    segment: Segment
    protected: Protected
    hits: list[TermHit]
    target: str | None = None
    """What is there of its translation; growing while the piece is coming."""
    marked: str = ""
    """The model's words while marks still stand in them."""
    state: PieceState = PieceState.WAITING
    issues: tuple[Issue, ...] = ()
    ignored: list[Issue] = field(default_factory=list)
    was_cut: bool = False
    requests: int = 0

    @property
    def source(self) -> str:
        return self.segment.text

    @property
    def shown_issues(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if issue not in self.ignored)
