"""The files at a provider: what is there, who uses it, what it takes of the quota, and removing it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat.domain.attachment import FileLimits, RemoteFile
from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.text import msg

if TYPE_CHECKING:
    from desktopchat.domain.message import FilePart, ImagePart
    from desktopchat.domain.provider import ProviderConfig
    from desktopchat.providers.base import Files
    from desktopchat.services.attachments import AttachmentService
    from desktopchat.services.providers import ProviderService
    from desktopchat.services.uploads import Uploads
    from desktopchat.storage.attachments import AttachmentStore

DELETED_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class InConversation:
    """A conversation that has a file; it may be in the trash."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file at a provider. `sha256` is known of those that this program sent from this data folder.

    `used_by` are the conversations that have it attached. `is_orphan`: this program sent it, and no conversation has
    it any more; of files that others sent nobody can know.
    """

    file: RemoteFile
    sha256: str = ""
    used_by: tuple[InConversation, ...] = ()

    @property
    def is_orphan(self) -> bool:
        return bool(self.sha256) and not self.used_by


@dataclass(frozen=True, slots=True)
class Stock:
    """All files of an account. `size` is the sum of what is known, in bytes; `limits` as far as they are published."""

    files: tuple[StoredFile, ...]
    limits: FileLimits

    @property
    def size(self) -> int:
        return sum(stored.file.size or 0 for stored in self.files)


class FileService:
    """Every method raises only `ChatError`; `bad_request` where the provider keeps no files."""

    def __init__(self, providers: ProviderService, attachments: AttachmentService, store: AttachmentStore) -> None:
        self._providers = providers
        self._attachments = attachments
        self._store = store

    @property
    def _uploads(self) -> Uploads:
        return self._attachments.uploads

    async def has_files(self, config: ProviderConfig) -> bool:
        """Whether the provider keeps files; may ask it once."""
        files = (await self._providers.connect(config)).files
        return files is not None and await files.available()

    async def stock(self, config: ProviderConfig) -> Stock:
        """What is there now; what the program believed to be there and is not, is forgotten."""
        files = await self._files(config)
        found = await files.list()
        hashes = {record.file_id: record.sha256 for record in await self._uploads.records(files) if record.file_id}
        users = await self._users()
        await self._uploads.forget(files, sorted(hashes.keys() - {file.id for file in found}))
        stored = [_stored(file, hashes.get(file.id, ""), users) for file in found]
        return Stock(tuple(stored), files.limits)

    async def upload(self, config: ProviderConfig, path: Path) -> RemoteFile:
        """Sends a file that belongs to no question, or finds it there; told by `AttachmentService.transfer_changed`."""
        files = await self._files(config)
        attached = await self._attachments.attach(path)
        return await self._uploads.bring(files, config.id, attached.part)

    async def delete(self, config: ProviderConfig, file_ids: Sequence[str]) -> dict[str, Failure]:
        """Deletes files at the provider; returns why some are still there. Those that were gone already count as
        deleted."""
        files = await self._files(config)
        turns = asyncio.Semaphore(DELETED_AT_ONCE)

        async def deleted(file_id: str) -> Failure | None:
            async with turns:
                try:
                    await files.delete(file_id)
                except ChatError as error:
                    return None if error.kind is ErrorKind.NOT_FOUND else error.failure
            return None

        outcomes = dict(zip(file_ids, await asyncio.gather(*map(deleted, file_ids)), strict=True))
        await self._uploads.forget(files, [file_id for file_id, failure in outcomes.items() if failure is None])
        return {file_id: failure for file_id, failure in outcomes.items() if failure is not None}

    async def only_in(self, conversation_id: str, config: ProviderConfig) -> list[StoredFile]:
        """The files at the provider that no other conversation uses: what can go when this one is deleted.

        Of what the program itself sent; the provider is not asked.
        """
        files = (await self._providers.connect(config)).files
        if files is None:
            return []
        users = await self._users()
        records = [record for record in await self._uploads.records(files) if record.file_id]
        stored = [
            _stored(RemoteFile(record.file_id, record.name, record.size, expires=record.expires), record.sha256, users)
            for record in records
        ]
        return [each for each in stored if [user.id for user in each.used_by] == [conversation_id]]

    async def users_of(self, part: ImagePart | FilePart) -> tuple[InConversation, ...]:
        """The conversations that have an attachment."""
        return (await self._users()).get(part.sha256, ())

    async def _users(self) -> dict[str, tuple[InConversation, ...]]:
        found: dict[str, tuple[InConversation, ...]] = {}
        for use in await self._store.uses():
            found[use.sha256] = (*found.get(use.sha256, ()), InConversation(use.conversation_id, use.title))
        return found

    async def _files(self, config: ProviderConfig) -> Files:
        files = (await self._providers.connect(config)).files
        if files is None or not await files.available():
            raise failed(
                ErrorKind.BAD_REQUEST,
                msg("{name} keeps no files.", name=config.name),
                hint=msg("What you attach is sent along with each question, as text or as a picture."),
            )
        return files


def _stored(file: RemoteFile, sha256: str, users: dict[str, tuple[InConversation, ...]]) -> StoredFile:
    return StoredFile(file, sha256, users.get(sha256, ()) if sha256 else ())
