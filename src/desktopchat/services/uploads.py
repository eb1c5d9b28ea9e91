"""The files that are on their way to providers, or there: each is sent once per content and account.

How one file is sent is in `uploading`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktopchat.domain.attachment import RemoteFile
from desktopchat.domain.observe import Signal
from desktopchat.services.transfers import Transfer, told
from desktopchat.services.uploading import Attachment, Means, Sending, cancelled, is_missing

if TYPE_CHECKING:
    from desktopchat.providers.base import Files
    from desktopchat.storage.attachments import AttachmentStore, UploadRecord
    from desktopchat.storage.blobs import BlobStore

AT_ONCE = 3


@dataclass(slots=True)
class _Running:
    """An upload and how many wait for it."""

    task: asyncio.Task[RemoteFile]
    waiters: int = 0


class Uploads:
    """Brings blobs to providers. Belongs to one event loop."""

    def __init__(self, store: AttachmentStore, blobs: BlobStore) -> None:
        self.changed: Signal[Transfer] = Signal()
        """Every state and, ten times a second, the progress of each transfer."""
        self._store = store
        self._means = Means(store, blobs, asyncio.Semaphore(AT_ONCE), self.tell)
        self._salt: bytes | None = None
        self._running: dict[tuple[str, str], _Running] = {}
        self._newest: dict[tuple[str, str], Transfer] = {}

    async def bring(self, files: Files, provider_id: str, part: Attachment) -> RemoteFile:
        """The file at the provider, ready to be named in a question; sent if it is not there yet.

        Several who ask for the same share one sending; it is broken off when the last of them is cancelled. Raises
        `ChatError`: `file_rejected` for what exceeds the provider's limits (nothing is sent), `cancelled` after
        `cancel`, and what the provider says.
        """
        key = (await self.account(files), part.sha256)
        running = self._running.get(key)
        if running is None or running.task.done():
            sending = Sending(self._means, files, key[0], provider_id, part)
            task = asyncio.get_running_loop().create_task(sending.bring(), name=f"upload {part.sha256[:8]}")
            running = self._running[key] = _Running(task)
        running.waiters += 1
        try:
            return await asyncio.shield(running.task)
        except asyncio.CancelledError:
            if running.task.cancelled():
                raise cancelled() from None
            raise
        finally:
            running.waiters -= 1
            if not running.waiters:
                await self._end(key, running)

    def cancel(self, provider_id: str, sha256: str) -> None:
        """Breaks a transfer off; whoever waits for it gets a `ChatError` `cancelled`."""
        newest = self._newest.get((provider_id, sha256))
        for (_account, hashed), running in self._running.items():
            if hashed == sha256 and newest is not None and newest.is_going_on:
                running.task.cancel()

    def newest(self, provider_id: str, sha256: str) -> Transfer | None:
        """The state of this session's transfer, if there was one."""
        return self._newest.get((provider_id, sha256))

    async def state(self, files: Files, provider_id: str, part: Attachment) -> Transfer | None:
        """The truth about a file and a provider, also after a restart; None if it was never sent there."""
        if (newest := self._newest.get((provider_id, part.sha256))) is not None:
            return newest
        record = await self._store.upload(await self.account(files), part.sha256)
        return told(record, provider_id) if record else None

    async def forget_missing(self, files: Files, file_ids: Sequence[str]) -> bool:
        """Asks the provider for these files and forgets those that it does not have any more; says if there were any.

        Raises nothing: if the provider cannot be asked, nothing is forgotten.
        """
        missing = [file_id for file_id in file_ids if await is_missing(files, file_id)]
        await self.forget(files, missing)
        return bool(missing)

    async def forget(self, files: Files, file_ids: Sequence[str]) -> None:
        """These are not at the provider any more: they are sent again when they are needed."""
        if file_ids:
            await self._store.forget_files(await self.account(files), file_ids)
            self._newest = {key: told for key, told in self._newest.items() if told.file_id not in file_ids}

    async def records(self, files: Files) -> list[UploadRecord]:
        """Everything that was sent to the account."""
        return await self._store.uploads(await self.account(files))

    async def account(self, files: Files) -> str:
        if self._salt is None:
            self._salt = await self._store.salt()
        return files.account(self._salt)

    def tell(self, transfer: Transfer) -> None:
        self._newest[transfer.provider_id, transfer.sha256] = transfer
        self.changed.emit(transfer)

    async def _end(self, key: tuple[str, str], running: _Running) -> None:
        """Nobody waits any more: what still runs is broken off, and its socket is closed when this returns."""
        if self._running.get(key) is running:
            del self._running[key]  # first: whoever wants it from now on begins anew
        running.task.cancel()
        await asyncio.wait([running.task])
        if not running.task.cancelled():
            running.task.exception()  # was raised where it was waited for
