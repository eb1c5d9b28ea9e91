"""What this room asks of the services: the values and the two protocols. Nothing is done here.

Everything that reads, parses or sends is awaited; nobody in the window touches a file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from desktopchat.domain.errors import Failure
from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.domain.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from desktopchat.documents.extracted import Extracted

Attachment = ImagePart | FilePart


class Stage(Enum):
    """Where an attachment stands."""

    READING = "reading"  # being copied into the program's own store
    STORED = "stored"  # there; nothing of it has left this computer
    WAITING = "waiting"  # for its turn to be uploaded
    UPLOADING = "uploading"
    PROCESSING = "processing"  # at the provider, which is reading it
    READY = "ready"
    FAILED = "failed"


class Way(Enum):
    """How a file gets to the model."""

    IMAGE = "image"  # as a picture
    UPLOAD = "upload"  # as a file at the provider
    TEXT = "text"  # as the text in it
    PASSAGES = "passages"  # the passages that fit the question best
    FIRST_PAGES = "first_pages"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user decided about one file. The defaults leave it to the program."""

    way: Way | None = None
    pages: int = 0
    encoding: str = ""
    without_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """An attachment that was not sent yet, as it is kept over a restart."""

    part: Attachment
    choice: Choice = field(default_factory=Choice)


@dataclass(frozen=True, slots=True)
class Target:
    """Who is to get the files."""

    provider_id: str
    model: str
    provider: str = ""
    """The provider's name, for people."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent of a file, and what is to be said about it beforehand.

    `tokens` is an estimate for each question; None where nobody can tell (a file at the provider). `refusal` says
    why it cannot be sent to this model. With `too_long` the text does not fit into `context_tokens`, nothing is sent
    before one of the `offers` is chosen, and `fitting_pages` are those that would fit.
    """

    way: Way
    tokens: int | None = None
    notes: tuple[Text, ...] = ()
    refusal: Failure | None = None
    too_long: bool = False
    context_tokens: int | None = None
    offers: tuple[Way, ...] = ()
    fitting_pages: int = 0
    has_text: bool = True
    hidden: int = 0
    """How many stretches of the text a reader of the file does not see."""


Progress = Callable[[Stage, int, int], object]
"""Told the stage, and the bytes that are done, of how many (0: not known). Called on the window's thread."""


class Files(Protocol):
    """The attachments of this computer. Raises `ChatError`; cancelling ends what runs."""

    async def take(self, path: Path, progress: Progress) -> Attachment:
        """Copies a file into the store. `file_rejected` for what is not a plain file or cannot be sent anywhere."""
        ...

    async def take_bytes(self, content: bytes, name: str) -> Attachment: ...

    async def plan(self, part: Attachment, target: Target, choice: Choice) -> Plan:
        """What would be sent of it. Reads the file where that is needed, and remembers what it read."""
        ...

    async def prepare(self, part: Attachment, target: Target, choice: Choice, progress: Progress) -> None:
        """Brings the file to where the question can name it: uploads it, unless it is there already."""
        ...

    async def text(self, part: Attachment, choice: Choice) -> Extracted:
        """The text that is taken out of a document."""
        ...

    async def copy_out(self, part: Attachment, path: Path) -> None:
        """Writes the file as it was attached."""
        ...

    async def load_draft(self, conversation_id: str) -> Sequence[Draft]: ...

    async def save_draft(self, conversation_id: str, drafts: Sequence[Draft]) -> None: ...

    async def keep_choice(self, part: Attachment, choice: Choice) -> None:
        """From now on every question with this file is asked in this way."""
        ...


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at a provider. `conversations` are the titles of those that use it."""

    id: str
    name: str
    size: int | None = None
    created: datetime | None = None
    expires: datetime | None = None
    purpose: str = ""
    conversations: tuple[str, ...] = ()
    is_ours: bool = True
    """Whether this program has uploaded it."""


@dataclass(frozen=True, slots=True)
class RemoteListing:
    """The files at one provider; the quota where the vendor publishes one."""

    files: tuple[RemoteFile, ...]
    max_files: int | None = None
    max_bytes: int | None = None


class RemoteFiles(Protocol):
    """The files at the providers. Raises `ChatError`."""

    async def listing(self, provider_id: str) -> RemoteListing:
        """`bad_request` where this kind of provider keeps no files."""
        ...

    async def delete(self, provider_id: str, file_id: str) -> None: ...

    async def only_used_by(self, conversation_id: str) -> Sequence[tuple[str, RemoteFile]]:
        """Provider ids with the files there that no other conversation uses."""
        ...
