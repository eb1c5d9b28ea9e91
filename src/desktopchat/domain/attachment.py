"""What an attachment is on its way to a provider, and what it is there. Values only; nothing is read or sent here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.domain.text import Text


class Way(StrEnum):
    """How the content of an attachment reaches a model."""

    UPLOAD = "upload"
    """It is put at the provider, and the question names its id."""
    CONTENT = "content"
    """It is put at the provider, which reads it; the text that it found goes with the question."""
    INLINE = "inline"
    """Its bytes go with every question."""
    TEXT = "text"
    """The text that this program found in it goes with every question."""


class RemoteState(StrEnum):
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at a provider. What the provider does not tell is empty or None.

    `uri` is what a question names where that is not the id.
    """

    id: str
    name: str = ""
    size: int | None = None
    purpose: str = ""
    created: datetime | None = None
    expires: datetime | None = None
    state: RemoteState = RemoteState.READY
    uri: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """The file at the provider."""

    file_id: str
    uri: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class InlineSource:
    """The bytes themselves, in base64."""

    base64: str
    media_type: str


@dataclass(frozen=True, slots=True)
class TextSource:
    """The text in the file. `by_provider` says that the provider found it, and in what form it wants it back."""

    text: str
    by_provider: bool = False


AttachmentSource = RemoteSource | InlineSource | TextSource


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that was attached: its part of a message, and what people should know (such as removed GPS data)."""

    part: ImagePart | FilePart
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What a provider takes, in bytes; None where nobody knows. `files` is how many one question may name."""

    file_bytes: int | None = None
    image_bytes: int | None = None
    files: int | None = None
    account_files: int | None = None
    account_bytes: int | None = None
