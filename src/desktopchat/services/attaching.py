"""What stands between a question with attachments and its provider: their content, in the best way the model takes.

Also what may go wrong only because of them: a file that the provider still reads is waited for, and one that it does
not have any more is sent again, once.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from desktopchat.domain.attachment import AttachmentSource, InlineSource, RemoteSource, TextSource, Way
from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.events import ReasoningDelta, StreamEvent, TextDelta, TextReplaced
from desktopchat.domain.message import FilePart, ImagePart, Role
from desktopchat.domain.text import msg
from desktopchat.services.transfers import Transfer, TransferState

if TYPE_CHECKING:
    from desktopchat.domain.request import ChatRequest
    from desktopchat.providers.base import Files, Provider
    from desktopchat.services.extracting import Texts
    from desktopchat.services.uploads import Uploads
    from desktopchat.storage.blobs import BlobStore

Attachment = ImagePart | FilePart

FIRST_PAUSE_S, LONGEST_PAUSE_S, PATIENCE_S = 2.0, 30.0, 180.0
"""How a question is asked again while its files are being read by the provider, and for how long."""
PERHAPS_MISSING = frozenset({ErrorKind.NOT_FOUND, ErrorKind.BAD_REQUEST, ErrorKind.PERMISSION, ErrorKind.FILE_REJECTED})
"""Vendors say in so many ways that a file is not there (any more)."""


class Sources:
    """Finds the content of attachments for a provider."""

    def __init__(self, blobs: BlobStore, uploads: Uploads, texts: Texts) -> None:
        self._blobs = blobs
        self.uploads = uploads
        self._texts = texts

    async def prepared(self, request: ChatRequest, provider: Provider, provider_id: str) -> ChatRequest:
        """The request with the content of its attachments; what is to be at the provider has been sent there.

        Raises what `Uploads.bring` raises, and `file_rejected` for what the model cannot be given.
        """
        question = _question(request)
        parts = _attachments(request)
        _check_count(parts.values(), provider, request.model)
        sources = await _all_of(
            self._source(provider, provider_id, request.model, part, question) for part in parts.values()
        )
        return replace(request, attachments=dict(zip(parts, sources, strict=True)))

    async def previewed(self, request: ChatRequest, provider: Provider, provider_id: str) -> ChatRequest:
        """As `prepared`, but nothing is sent."""
        question = _question(request)
        parts = _attachments(request)
        sources = [await self._preview(provider, provider_id, request.model, part, question) for part in parts.values()]
        return replace(request, attachments=dict(zip(parts, sources, strict=True)))

    async def _source(
        self, provider: Provider, provider_id: str, model: str, part: Attachment, question: str
    ) -> AttachmentSource:
        ways = await ways_for(provider, model, part)
        if not ways:
            raise no_way(part, model)
        if ways[0] in (Way.UPLOAD, Way.CONTENT) and provider.files is not None:
            return await self._at_provider(provider.files, provider_id, part, ways[0])
        return await self._here(part, ways[0], question)

    async def _at_provider(self, files: Files, provider_id: str, part: Attachment, way: Way) -> AttachmentSource:
        file = await self.uploads.bring(files, provider_id, part)
        if way is Way.CONTENT:
            return TextSource(await files.content(file.id), by_provider=True)
        return RemoteSource(file.id, file.uri, file.media_type or part.media_type)

    async def _here(self, part: Attachment, way: Way, question: str) -> AttachmentSource:
        if way is Way.INLINE:
            data = await self._blobs.read(part.sha256)
            return InlineSource(await asyncio.to_thread(_base64, data), part.media_type)
        if not isinstance(part, FilePart):
            raise no_way(part, "")
        text = await self._texts.sent(part, question)
        if not text.strip():
            raise _no_text(part)
        return TextSource(text)

    async def _preview(
        self, provider: Provider, provider_id: str, model: str, part: Attachment, question: str
    ) -> AttachmentSource:
        ways = provider.takes(model, part.media_type)
        if not ways:
            raise no_way(part, model)
        if ways[0] not in (Way.UPLOAD, Way.CONTENT) or provider.files is None:
            return await self._here(part, ways[0], question)
        known = await self.uploads.state(provider.files, provider_id, part)
        name = (known.file_id if known else "") or f"<{part.name or part.sha256[:8]}>"
        if ways[0] is Way.CONTENT:
            return TextSource(f"<{part.name}>", by_provider=True)
        return RemoteSource(name, name, part.media_type)


class WithAttachments:
    """Asks a provider, with what is attached. Where nothing is, it is not there at all."""

    def __init__(self, sources: Sources, provider: Provider, provider_id: str) -> None:
        self._sources = sources
        self._provider = provider
        self._provider_id = provider_id

    def continues(self, model: str) -> bool:
        """See `Provider.continues`."""
        return self._provider.continues(model)

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """See `Provider.stream`."""
        patience = _Patience()
        while True:
            asked = request
            if _attachments(request):
                asked = await self._sources.prepared(request, self._provider, self._provider_id)
            shown = False
            try:
                async with aclosing(self._provider.stream(asked)) as events:  # type: ignore[type-var]
                    async for event in events:
                        shown = shown or isinstance(event, TextDelta | TextReplaced | ReasoningDelta)
                        yield event
                return
            except ChatError as error:
                if shown or not asked.attachments or not await self._mended(error, asked, patience):
                    raise _explained(error, asked) from error

    async def _mended(self, error: ChatError, asked: ChatRequest, patience: _Patience) -> bool:
        """Whether asking again can help now: a file has been waited for, or will be sent again (once)."""
        if error.kind is ErrorKind.FILE_PROCESSING and patience.is_left:
            await self._wait(asked, patience)
            return True
        if patience.sent_again or error.kind not in PERHAPS_MISSING:
            return False
        patience.sent_again = await self._forgot_missing(asked)
        return patience.sent_again

    async def _wait(self, asked: ChatRequest, patience: _Patience) -> None:
        """Waits a little, and says so for every file that may be meant."""
        transfers = self._transfers(asked)
        for transfer in transfers:
            self._sources.uploads.tell(replace(transfer, state=TransferState.PROCESSING, speed=None))
        try:
            await asyncio.sleep(patience.pause())
        finally:
            for transfer in transfers:
                self._sources.uploads.tell(transfer)

    async def _forgot_missing(self, asked: ChatRequest) -> bool:
        """Whether files that the question named are not at the provider any more."""
        files = self._provider.files
        named = [source.file_id for source in asked.attachments.values() if isinstance(source, RemoteSource)]
        return files is not None and bool(named) and await self._sources.uploads.forget_missing(files, named)

    def _transfers(self, asked: ChatRequest) -> list[Transfer]:
        known = [self._sources.uploads.newest(self._provider_id, sha256) for sha256 in asked.attachments]
        return [transfer for transfer in known if transfer is not None and transfer.file_id]


class _Patience:
    """With a provider that is still reading a file, or has lost it: longer pauses each time, and an end."""

    def __init__(self) -> None:
        self.sent_again = False
        self._ends_at = time.monotonic() + PATIENCE_S
        self._pause_s = FIRST_PAUSE_S

    @property
    def is_left(self) -> bool:
        return time.monotonic() < self._ends_at

    def pause(self) -> float:
        pause, self._pause_s = self._pause_s, min(2 * self._pause_s, LONGEST_PAUSE_S)
        return pause


async def ways_for(provider: Provider, model: str, part: Attachment) -> tuple[Way, ...]:
    """How the attachment can reach the model, the best way first. May ask the server once whether it has files."""
    ways = provider.takes(model, part.media_type)
    if ways and ways[0] in (Way.UPLOAD, Way.CONTENT):
        has_files = provider.files is not None and await provider.files.available()
        if not has_files:
            ways = tuple(way for way in ways if way not in (Way.UPLOAD, Way.CONTENT))
    return ways


def no_way(part: Attachment, model: str) -> ChatError:
    if isinstance(part, ImagePart):
        return failed(
            ErrorKind.FILE_REJECTED,
            msg("{model} does not see pictures, so “{name}” was not sent.", model=model or "?", name=part.name),
            hint=msg("Choose a model that sees pictures, or remove the picture from the question."),
        )
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("“{name}” cannot be sent to this provider.", name=part.name),
        hint=msg("Remove it from the question, or choose another provider."),
    )


def _no_text(part: FilePart) -> ChatError:
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("There is no text in “{name}” that could be sent.", name=part.name),
        hint=msg("If its pages are scanned, recognise their text first (OCR), or ask a provider that takes files."),
    )


def _check_count(parts: Iterable[Attachment], provider: Provider, model: str) -> None:
    """Raises `file_rejected` where a question would name more files than the provider allows."""
    most = provider.files.limits.files if provider.files else None
    named = sum(Way.UPLOAD in provider.takes(model, part.media_type) for part in parts)
    if most is not None and named > most:
        raise failed(
            ErrorKind.FILE_REJECTED,
            msg("The conversation has {count} files, and this provider takes {most} at once.", count=named, most=most),
            hint=msg("Start a new conversation with fewer of them."),
        )


def _explained(error: ChatError, asked: ChatRequest) -> ChatError:
    """With advice where it is most likely what is attached that is too long."""
    as_text = any(isinstance(source, TextSource) for source in asked.attachments.values())
    if error.kind is not ErrorKind.CONTEXT_LENGTH or not as_text:
        return error
    hint = msg("Send only the best passages or the first pages of what is attached, or ask a model that reads more.")
    return ChatError(replace(error.failure, hint=hint))


def _attachments(request: ChatRequest) -> dict[str, Attachment]:
    return {part.sha256: part for message in request.messages for part in message.attachments}


def _question(request: ChatRequest) -> str:
    """What is asked about the attachments; the wish to go on with an answer asks nothing."""
    from desktopchat.services.continuing import WISH

    asked = (message.text for message in reversed(request.messages) if message.role is Role.USER)
    return next((text for text in asked if not text.startswith(WISH)), "")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


async def _all_of(coroutines: Iterable[Coroutine[Any, Any, AttachmentSource]]) -> list[AttachmentSource]:
    """All results in order. The first failure ends the others and is raised alone."""
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(each, name="attachment") for each in coroutines]
    if not tasks:
        return []
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            if task.done() and task.exception() is not None:
                task.result()
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()
