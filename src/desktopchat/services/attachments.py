"""Attachments as a person uses them: attach, look at what is sent, know what it costs, let it go with a question.

A file is copied into the data folder when it is attached; what happens to the original later does not matter. How it
reaches the model is decided when it is sent, by what the provider can do (`domain.attachment.Way`): a file at the
provider, bytes in the question, or the text in it. What is at the providers is in `files`, the sending in `uploads`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat.domain.attachment import Attached, Way
from desktopchat.domain.errors import ChatError
from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.domain.observe import Signal
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import Text
from desktopchat.services.attaching import Sources, WithAttachments, no_way, ways_for
from desktopchat.services.extracting import Texts
from desktopchat.services.transfers import Transfer, TransferState
from desktopchat.services.uploads import Uploads

if TYPE_CHECKING:
    from desktopchat.documents.extracted import Extracted
    from desktopchat.domain.provider import ProviderConfig
    from desktopchat.domain.request import ChatRequest
    from desktopchat.providers.base import Provider
    from desktopchat.services.providers import ProviderService
    from desktopchat.storage.attachments import AttachmentStore
    from desktopchat.storage.blobs import BlobStore

__all__ = ["Attached", "Attachment", "AttachmentService", "Cost", "Transfer", "TransferState"]

MIB = 1024 * 1024
MAX_BYTES = 4096 * MIB
"""Of what can be attached at all: more than any provider takes."""

Attachment = ImagePart | FilePart


@dataclass(frozen=True, slots=True)
class Cost:
    """What an attachment costs with each question, as an estimate. `tokens` is None where nobody can know.

    `way` is how it would be sent; None: not at all, for the reason in `problem`. `each_time`: it is billed again with
    every further question of the conversation (providers that keep the file bill its text all the same).
    """

    part: Attachment
    way: Way | None
    tokens: int | None = None
    each_time: bool = True
    problem: Text | None = None


class AttachmentService:
    """Owns the snapshots and knows how they reach each provider. Every method raises only `ChatError`.

    In use: `attach` → `Attached.part` goes into `ChatService.send(…, attachments=[part])`; while the answer is being
    asked for, `transfer_changed` tells of each file's way to the provider.
    """

    def __init__(self, blobs: BlobStore, store: AttachmentStore, providers: ProviderService) -> None:
        self.uploads = Uploads(store, blobs)
        self._blobs = blobs
        self._store = store
        self._providers = providers
        self._texts = Texts(blobs)
        self._sources = Sources(blobs, self.uploads, self._texts)

    @property
    def transfer_changed(self) -> Signal[Transfer]:
        """Each state and, ten times a second, the progress of each file on its way. Emitted on the loop's thread."""
        return self.uploads.changed

    async def attach(self, path: Path, *, name: str = "") -> Attached:
        """Takes a snapshot of the file at `path`; pictures are made fit to be sent (turned upright, without EXIF and
        GPS data, HEIC as JPEG), which the notes tell.

        Raises `file_rejected` with a sentence for what is no regular file, empty, too large, or of no use to a model
        (programs, archives, sound), and `storage` where the data folder cannot be written. Never blocks the loop; being
        cancelled leaves nothing behind.
        """
        from desktopchat.services.recognising import attached

        name = repaired(name or path.name)
        return await attached(self._blobs, await self._blobs.add_file(path, max_bytes=MAX_BYTES, name=name), name)

    async def attach_bytes(self, data: bytes, name: str) -> Attached:
        """As `attach`, for what was pasted: a picture, or a long text as UTF-8 under a name such as `pasted.txt`."""
        from desktopchat.services.recognising import attached

        return await attached(self._blobs, await self._blobs.add_bytes(data), repaired(name))

    def path(self, part: Attachment) -> Path:
        """Where the snapshot is: for reading, thumbnails and opening a copy. It must not be changed."""
        return self._blobs.path(part.sha256)

    def is_there(self, part: Attachment) -> bool:
        """Whether the snapshot is (still) in the data folder."""
        return self._blobs.has(part.sha256)

    async def read(self, part: Attachment) -> bytes:
        return await self._blobs.read(part.sha256)

    async def extracted(self, part: FilePart) -> Extracted:
        """The text in a document with its sections, its encoding and notes about hidden text, as the part's own
        `encoding` and `without_hidden` want it; all of it, whatever its `extent` is. Remembered.

        Raises `file_rejected` with a sentence for what cannot be read.
        """
        return await self._texts.extracted(part)

    async def text_sent(self, part: FilePart, question: str = "") -> str:
        """The text that goes to a provider that gets no file: `extracted` within the part's `extent`. The best
        passages are those for `question`."""
        return await self._texts.sent(part, question)

    async def ways(self, part: Attachment, config: ProviderConfig, model: str = "") -> tuple[Way, ...]:
        """How the attachment can reach the model, the best way first; empty where it cannot (a picture for a model
        without eyes). May ask the server once whether it has files."""
        provider = await self._providers.connect(config)
        return await ways_for(provider, model or config.model, part)

    async def costs(
        self, parts: Sequence[Attachment], config: ProviderConfig, model: str = "", question: str = ""
    ) -> list[Cost]:
        """What each attachment costs with the next question. Nothing is sent; documents are read here to count."""
        provider = await self._providers.connect(config)
        return [await self._cost(provider, model or config.model, part, question) for part in parts]

    async def transfers(self, parts: Sequence[Attachment], config: ProviderConfig) -> dict[str, Transfer]:
        """Where each attachment stands with a provider, by sha256, also after a restart; those that were never sent
        there (or whose provider keeps no files) are left out. Asks nobody."""
        files = (await self._providers.connect(config)).files
        if files is None:
            return {}
        found = [await self.uploads.state(files, config.id, part) for part in parts]
        return {transfer.sha256: transfer for transfer in found if transfer is not None}

    async def upload(self, part: Attachment, config: ProviderConfig, model: str = "") -> bool:
        """Brings the attachment to the provider now, before any question (also the way to retry one that failed).

        Says whether it is there: False where it would not be sent as a file. Cancelling the task, or
        `cancel_transfer`, ends it within the time of closing a socket.
        """
        provider = await self._providers.connect(config)
        ways = await ways_for(provider, model or config.model, part)
        if provider.files is None or not ways or ways[0] not in (Way.UPLOAD, Way.CONTENT):
            return False
        await self.uploads.bring(provider.files, config.id, part)
        return True

    def cancel_transfer(self, part: Attachment, config: ProviderConfig) -> None:
        """Breaks the sending of one attachment off; a question that waits for it fails with `cancelled`."""
        self.uploads.cancel(config.id, part.sha256)

    async def save_draft(self, conversation_id: str, attachments: Sequence[Attachment]) -> None:
        """Keeps what is attached and not sent yet, over a restart; under "" for a new conversation."""
        await self._store.save_draft(conversation_id, attachments)

    async def load_draft(self, conversation_id: str) -> tuple[Attachment, ...]:
        """What `save_draft` kept, without what is not in the data folder any more."""
        return tuple(part for part in await self._store.load_draft(conversation_id) if self.is_there(part))

    async def orphans(self) -> list[str]:
        """The hashes of snapshots that no stored message and no draft has. Removed only by `remove_snapshots`."""
        used = {use.sha256 for use in await self._store.uses()} | await self._store.draft_hashes()
        return [blob.sha256 for blob in await self._blobs.all() if blob.sha256 not in used]

    async def remove_snapshots(self, hashes: Sequence[str]) -> int:
        """Removes snapshots from the data folder; returns the bytes that it freed."""
        return await self._blobs.remove(hashes)

    def before(self, provider: Provider, config: ProviderConfig) -> WithAttachments:
        """Stands in front of a provider: before each question it brings along what is attached to it."""
        return WithAttachments(self._sources, provider, config.id)

    async def previewed(self, request: ChatRequest, config: ProviderConfig) -> ChatRequest:
        """The request for `Provider.outgoing`, with what its attachments would become; nothing is sent for that.

        Files that are not at the provider yet have a name in angle brackets in place of their id.
        """
        return await self._sources.previewed(request, await self._providers.connect(config), config.id)

    async def _cost(self, provider: Provider, model: str, part: Attachment, question: str) -> Cost:
        from desktopchat.services.costs import tokens_of

        try:
            ways = await ways_for(provider, model, part)
            if not ways:
                return Cost(part, None, problem=no_way(part, model).failure.message)
            tokens = await tokens_of(self._texts, self._blobs.path(part.sha256), part, ways[0], question)
            return Cost(part, ways[0], tokens)
        except ChatError as error:
            return Cost(part, None, problem=error.failure.message)
