"""Everything that a provider needs to answer once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktopchat.domain.attachment import AttachmentSource
from desktopchat.domain.message import Message
from desktopchat.domain.values import Json

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes that one answer may take.

    `first_content_s` and `idle_s` count content only: comments and heartbeats do not reset them. None means what
    suits the endpoint: 120 s, or 600 s for loopback addresses and models known to think or load for minutes.
    """

    connect_s: float = 10.0
    headers_s: float | None = None
    first_content_s: float | None = None
    idle_s: float | None = None
    after_end_s: float = 2.0
    max_line_bytes: int = 16 * MIB
    max_event_bytes: int = 16 * MIB
    max_reply_bytes: int = 16 * MIB
    max_error_bytes: int = 64 * 1024
    joins_pieces: bool = False
    """Whether pieces of text that arrive together may be told as one: for whoever only shows them."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question with its context. `messages` is the path to answer, oldest first, without the system prompt.

    `prefix` is the beginning of the answer that the model is to go on with; it is given only to providers whose
    `continues(model)` is true. `attachments` has the content of every attachment of the messages, by its sha256.
    """

    model: str
    messages: tuple[Message, ...]
    system_prompt: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    prefix: str = ""
    attachments: Mapping[str, AttachmentSource] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What would go over the wire for a request, for people to read: no key is in it.

    Secret header values and signatures are masked. `body` is the JSON document, or None where there is none.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: Json = None
