"""The files that providers keep: what is the same for all over HTTP. What differs is in the modules `…_files`."""

import asyncio
import hmac
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desktopchat.domain.attachment import FileLimits, RemoteFile
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.request import MIB, Limits
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.base import Account, Upload
from desktopchat.providers.jsontext import parse
from desktopchat.providers.vendor_errors import ErrorTable, complaint_in, error_for_status, error_in_stream, first_words
from desktopchat.transports.foreign import failed

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpAnswer, HttpClient, HttpRequest

ASK = Limits(first_content_s=60.0, idle_s=60.0)
SEND = Limits(first_content_s=600.0, idle_s=600.0)
"""The answer to a large upload may take minutes after its last byte."""

MOST_PAGES = 200
MAX_LIST_BYTES = 32 * MIB
MAX_CONTENT_BYTES = 64 * MIB
_NO_FILES = frozenset({ErrorKind.NOT_FOUND, ErrorKind.BAD_REQUEST, ErrorKind.PERMISSION, ErrorKind.PROTOCOL})


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list of files; `after` is where the next one begins, empty at the end."""

    files: tuple[RemoteFile, ...]
    after: str = ""


class FilesOverHttp(ABC):
    """See `base.Files`. `known`: the address is a vendor's who is known to have files; others are asked once."""

    limits = FileLimits()

    def __init__(self, account: Account, client: "HttpClient", errors: ErrorTable, *, known: bool) -> None:
        self._base_url = account.config.base_url
        self._key = account.key
        self._client = client
        self._errors = errors
        self._available: bool | None = True if known else None
        self._asking = asyncio.Lock()

    @abstractmethod
    async def uploading(self, upload: Upload) -> "HttpRequest":
        """The request that carries the file; a vendor may have to be asked for its address first."""

    @abstractmethod
    def listing(self, after: str) -> "HttpRequest":
        """The request for a page of the list; `after` is empty for the first one."""

    @abstractmethod
    def one(self, method: str, file_id: str) -> "HttpRequest":
        """The request about one file."""

    @abstractmethod
    def file_in(self, document: Json) -> RemoteFile | None:
        """The file that the document describes; None if it is no such document."""

    @abstractmethod
    def page_in(self, document: Json) -> Page | None:
        """The page in the answer to `listing`; None if it is no such answer."""

    def account(self, salt: bytes) -> str:
        """See `base.Files.account`."""
        secret = self._key.reveal() if self._key else ""
        return hmac.new(salt, f"{self._base_url}\0{secret}".encode("utf-8", "replace"), "sha256").hexdigest()[:32]

    async def available(self) -> bool:
        """See `base.Files.available`."""
        async with self._asking:
            if self._available is None:
                self._available = await self._has_files()
            return self._available

    async def upload(self, upload: Upload) -> RemoteFile:
        """See `base.Files.upload`."""
        try:
            return self._file(await self._document(await self.uploading(upload), SEND))
        except ChatError as error:
            raise _not_taken(error, upload.name) from error

    async def list(self) -> list[RemoteFile]:
        """See `base.Files.list`."""
        page = await self._page("")
        found = [*page.files]
        for _ in range(MOST_PAGES):
            if not page.after:
                break
            page = await self._page(page.after)
            found.extend(page.files)
        return list({file.id: file for file in found}.values())

    async def status(self, file_id: str) -> RemoteFile:
        """See `base.Files.status`."""
        try:
            return self._file(await self._document(self.one("GET", file_id), ASK))
        except ChatError as error:
            raise not_there(error) from error

    async def content(self, file_id: str) -> str:
        """See `base.Files.content`: by default there is none."""
        raise _no_content()

    async def delete(self, file_id: str) -> None:
        """See `base.Files.delete`."""
        try:
            await self.ask(self.one("DELETE", file_id))
        except ChatError as error:
            raise not_there(error) from error

    async def _has_files(self) -> bool:
        try:
            await self._page("")
        except ChatError as error:
            if not _says_no_files(error):
                raise
            return False
        return True

    async def _page(self, after: str) -> Page:
        page = self.page_in(await self._document(self.listing(after), ASK))
        if page is None:
            raise _no_list()
        return page

    def _file(self, document: Json) -> RemoteFile:
        file = self.file_in(document)
        if file is None:
            raise _no_file()
        return file

    async def ask(self, request: "HttpRequest", max_bytes: int = MAX_LIST_BYTES) -> "HttpAnswer":
        """The answer to a short request. Raises `ChatError` for a status that is no success."""
        return await self._fetched(request, ASK, max_bytes)

    async def _document(self, request: "HttpRequest", limits: Limits) -> Json:
        answer = await self._fetched(request, limits, MAX_LIST_BYTES)
        try:
            document = parse(answer.body.strip())
        except ValueError as error:
            raise _not_json(first_words(answer.body)) from error
        if (complaint := complaint_in(document)) is not None:
            raise error_in_stream(complaint, self._errors, None)
        return document

    async def _fetched(self, request: "HttpRequest", limits: Limits, max_bytes: int) -> "HttpAnswer":
        answer = await self._client.fetch(request, limits, max_bytes=max_bytes)
        if not 200 <= answer.status < 300:
            raise error_for_status(answer.status, answer.headers, answer.body, self._errors, None)
        return answer


def _says_no_files(error: ChatError) -> bool:
    """Whether a refusal means that the server knows no files; some (LM Studio) say it with status 200."""
    status, kind = error.failure.status, error.kind
    return kind in _NO_FILES or status in (405, 501) or (status is None and kind is ErrorKind.OVERLOADED)


def unix_time(value: Json) -> datetime | None:
    """Seconds since 1970, or None for nonsense."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**11:
        return None
    return datetime.fromtimestamp(value, UTC)


def iso_time(text: str) -> datetime | None:
    """RFC 3339, or None for nonsense."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _not_taken(error: ChatError, name: str) -> ChatError:
    """What a refusal means when it was a file that was refused."""
    failure = error.failure
    if failure.kind is ErrorKind.NOT_FOUND:
        return ChatError(replace(failure, message=_NO_PLACE[0], hint=_NO_PLACE[1]))
    if failure.kind not in (ErrorKind.BAD_REQUEST, ErrorKind.CONTEXT_LENGTH):
        return error
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("The provider does not take “{name}”.", name=name),
        hint=msg("The details say why: most often its format, its size, or a full account."),
        detail=failure.detail,
        status=failure.status,
        code=failure.code,
        request_id=failure.request_id,
    )


def not_there(error: ChatError) -> ChatError:
    """`error`, which says what is missing where it is a file."""
    if error.kind is not ErrorKind.NOT_FOUND:
        return error
    message = msg("The provider does not have this file (any more).")
    return ChatError(replace(error.failure, message=message, hint=msg("The list of files shows what is there.")))


_NO_PLACE = (
    msg("The server has no place for files at this address."),
    msg("Check the address: it often has to end in /v1. Or send the text of the file instead."),
)


def _no_list() -> ChatError:
    return failed(
        ErrorKind.PROTOCOL,
        msg("The server sent something else instead of a list of files."),
        hint=msg("It may not keep files at all."),
    )


def _no_file() -> ChatError:
    return failed(
        ErrorKind.PROTOCOL,
        msg("The server did not say under which id it keeps the file."),
        hint=msg("It may not keep files at all; send the text of the file instead."),
    )


def _not_json(start: str) -> ChatError:
    return failed(
        ErrorKind.PROTOCOL,
        msg("The server answered about its files in a form that is not understood."),
        hint=msg("Check the address: it often has to end in /v1."),
        detail=start,
    )


def _no_content() -> ChatError:
    return failed(ErrorKind.BAD_REQUEST, msg("This provider does not give back the text that it found in a file."))
