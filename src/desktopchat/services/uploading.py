"""One file's way to a provider, with progress, and with the truth after a crash.

What is going to be sent is written down before the first byte. Where a sending was cut, the provider is asked for the
file before it is sent again, so that it is never there twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from random import SystemRandom
from typing import TYPE_CHECKING

from desktopchat.domain.attachment import RemoteFile, RemoteState
from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.message import FilePart, ImagePart, now
from desktopchat.domain.text import msg
from desktopchat.services.transfers import Transfer, TransferState
from desktopchat.storage.attachments import UploadRecord, UploadState
from desktopchat.storage.blobs import gone

if TYPE_CHECKING:
    from desktopchat.providers.base import Files
    from desktopchat.storage.attachments import AttachmentStore
    from desktopchat.storage.blobs import BlobStore

ATTEMPTS = 4
TELL_S = 0.1
"""Progress is told at most so often."""
FIRST_LOOK_S, LONGEST_LOOK_S, PROCESSING_S = 0.5, 8.0, 600.0
"""How a file that the provider still reads is looked after, and for how long."""
CLOCKS = timedelta(hours=1)
"""So far the clocks of a provider and of this computer may be apart."""
BEFORE_THE_END = timedelta(minutes=5)
"""A file that expires so soon is sent again."""

Attachment = ImagePart | FilePart


@dataclass(frozen=True, slots=True)
class Means:
    """What every sending needs: `turns` keeps too many from going at once, `tell` hears of every step."""

    store: AttachmentStore
    blobs: BlobStore
    turns: asyncio.Semaphore
    tell: Callable[[Transfer], object]


class Sending:
    """One file's way to one account."""

    def __init__(self, means: Means, files: Files, account: str, provider_id: str, part: Attachment) -> None:
        self._means = means
        self._store = means.store
        self._files = files
        self._part = part
        name = part.name or part.sha256[:8]
        self._record = UploadRecord(account, part.sha256, name, part.size, UploadState.UPLOADING, now())
        self._told = Transfer(part.sha256, provider_id, name, TransferState.WAITING, total=part.size)
        self._begun = 0.0
        self._told_at = 0.0

    async def bring(self) -> RemoteFile:
        try:
            return await self._brought()
        except asyncio.CancelledError:
            await self._note_cancelled()
            raise
        except ChatError as error:
            self._tell(TransferState.FAILED, failure=error.failure)
            raise

    async def _brought(self) -> RemoteFile:
        known = await self._store.upload(self._record.account, self._part.sha256)
        if known is not None and (found := await self._still_there(known)) is not None:
            ready = await self._processed(found)
            self._tell(TransferState.READY, sent=0, speed=None, file_id=ready.id, reused=True)
            return ready
        self._check_limits()
        self._tell(TransferState.WAITING)
        async with self._means.turns:
            sent = await self._sent()
        ready = await self._processed(sent)
        self._tell(TransferState.READY, sent=self._part.size, file_id=ready.id)
        return ready

    async def _still_there(self, known: UploadRecord) -> RemoteFile | None:
        """The file that was sent before, if it can be used."""
        match known.state:
            case UploadState.READY if known.expires is None or known.expires > now() + BEFORE_THE_END:
                return _remote(known)
            case UploadState.PROCESSING if not await is_missing(self._files, known.file_id):
                return replace(_remote(known), state=RemoteState.PROCESSING)
            case UploadState.UPLOADING:
                return await self._arrived(known)
            case _:
                return None

    async def _arrived(self, known: UploadRecord) -> RemoteFile | None:
        """The file of a sending whose end nobody saw, if it has arrived; found by name, size and time."""
        taken = {record.file_id for record in await self._store.uploads(known.account)}
        for file in await self._files.list():
            fits = file.name in (known.name, f"{known.name}.txt") and file.size in (known.size, None)
            in_time = file.created is None or file.created >= known.begun - CLOCKS
            if fits and in_time and file.id not in taken and file.state is not RemoteState.FAILED:
                await self._keep(file)
                return file
        return None

    def _check_limits(self) -> None:
        limits = self._files.limits
        limit = limits.image_bytes if isinstance(self._part, ImagePart) else limits.file_bytes
        if limit is not None and self._part.size > limit:
            raise failed(
                ErrorKind.FILE_REJECTED,
                msg(
                    "“{name}” is larger than the {size} MB that this provider takes, so it was not sent.",
                    name=self._record.name,
                    size=limit // 1_000_000,
                ),
                hint=msg("Split it, or ask a provider that takes larger files."),
            )

    async def _sent(self) -> RemoteFile:
        await self._store.keep_upload(self._record)
        attempt = 0
        while True:
            try:
                arrived = await self._arrived(self._record) if attempt else None
                return arrived or await self._sent_once()
            except ChatError as error:
                if (pause := _pause_after(error.failure, attempt)) is None:
                    failure = error.failure
                    await self._store.keep_upload(replace(self._record, state=_left_as(failure), failure=failure))
                    raise
            self._tell(TransferState.WAITING, sent=0, speed=None)
            await asyncio.sleep(pause)
            attempt += 1

    async def _sent_once(self) -> RemoteFile:
        from desktopchat.providers.base import Upload

        if not self._means.blobs.has(self._part.sha256):
            raise gone()
        self._begun = time.monotonic()
        self._tell(TransferState.UPLOADING, sent=0)
        path = self._means.blobs.path(self._part.sha256)
        upload = Upload(path, self._record.name, self._part.media_type, self._part.size, self._progress)
        file = await self._files.upload(upload)
        await self._keep(file)
        return file

    async def _processed(self, file: RemoteFile) -> RemoteFile:
        """The file when the provider has read it."""
        pause, give_up = FIRST_LOOK_S, time.monotonic() + PROCESSING_S
        while file.state is RemoteState.PROCESSING:
            self._tell(TransferState.PROCESSING, speed=None, file_id=file.id)
            if time.monotonic() > give_up:
                raise still_processing(self._record.name)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_LOOK_S)
            file = await self._files.status(file.id)
            if file.state is not RemoteState.PROCESSING:
                await self._keep(file)
        if file.state is RemoteState.FAILED:
            raise _unreadable_there(self._record.name)
        return file

    async def _keep(self, file: RemoteFile) -> None:
        states = {RemoteState.READY: UploadState.READY, RemoteState.PROCESSING: UploadState.PROCESSING}
        self._record = replace(
            self._record,
            state=states.get(file.state, UploadState.FAILED),
            file_id=file.id,
            uri=file.uri,
            media_type=file.media_type or self._part.media_type,
            expires=file.expires,
        )
        await self._store.keep_upload(self._record)

    async def _note_cancelled(self) -> None:
        """Where not all of it was sent nothing arrived, and there is nothing to remember."""
        whole = self._told.state is not TransferState.WAITING and self._told.sent >= self._part.size
        if not self._record.file_id and not whole and self._begun:
            await self._store.forget_upload(self._record.account, self._record.sha256)
        self._tell(TransferState.CANCELLED, speed=None)

    def _progress(self, sent: int) -> None:
        moment = time.monotonic()
        self._told = replace(self._told, sent=sent)
        if moment - self._told_at >= TELL_S or sent >= self._part.size:
            speed = sent / (moment - self._begun) if moment - self._begun >= 2 * TELL_S else None
            self._tell(TransferState.UPLOADING, sent=sent, speed=speed)

    def _tell(
        self,
        state: TransferState,
        *,
        sent: int | None = None,
        speed: float | None = None,
        file_id: str = "",
        reused: bool = False,
        failure: Failure | None = None,
    ) -> None:
        self._told_at = time.monotonic()
        sent = self._told.sent if sent is None else sent
        self._told = replace(
            self._told, state=state, sent=sent, speed=speed, file_id=file_id, reused=reused, failure=failure
        )
        self._means.tell(self._told)


async def is_missing(files: Files, file_id: str) -> bool:
    try:
        file = await files.status(file_id)
    except ChatError as error:
        return error.kind in (ErrorKind.NOT_FOUND, ErrorKind.PERMISSION)
    return file.state is RemoteState.FAILED


def _pause_after(failure: Failure, attempt: int) -> float | None:
    from desktopchat.transports.retry import delay_before_retry

    return None if attempt + 1 >= ATTEMPTS else delay_before_retry(failure, attempt, SystemRandom().random)


def _left_as(failure: Failure) -> UploadState:
    """After a lost connection the file may be there all the same."""
    unsure = (ErrorKind.NETWORK, ErrorKind.TIMEOUT, ErrorKind.TRUNCATED, ErrorKind.PROTOCOL, ErrorKind.OVERLOADED)
    return UploadState.UPLOADING if failure.kind in unsure else UploadState.FAILED


def _remote(record: UploadRecord) -> RemoteFile:
    return RemoteFile(
        record.file_id,
        record.name,
        record.size,
        expires=record.expires,
        uri=record.uri,
        media_type=record.media_type,
    )


def still_processing(name: str) -> ChatError:
    return failed(
        ErrorKind.FILE_PROCESSING,
        msg("The provider is still reading “{name}”.", name=name),
        hint=msg("Ask again in a few minutes; the file stays there."),
    )


def _unreadable_there(name: str) -> ChatError:
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("The provider could not read “{name}”.", name=name),
        hint=msg("Save it in another format, such as PDF or text, and attach that."),
    )


def cancelled() -> ChatError:
    return failed(
        ErrorKind.CANCELLED,
        msg("Sending the file was cancelled, so the question was not asked."),
        hint=msg("Ask again to send both."),
    )
