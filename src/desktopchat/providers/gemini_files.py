"""The files of the Gemini API: sent in two steps, read by the server for a while, gone after two days.

https://ai.google.dev/gemini-api/docs/files
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from desktopchat.domain.attachment import FileLimits, RemoteFile, RemoteState
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.base import Account, Upload
from desktopchat.providers.files import FilesOverHttp, Page, iso_time
from desktopchat.providers.jsontext import count_of, list_of, object_of, string_of
from desktopchat.providers.openai_files import with_query
from desktopchat.providers.vendor_errors import ErrorTable
from desktopchat.transports.addresses import is_loopback
from desktopchat.transports.foreign import failed

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpClient, HttpRequest

VERSION = "v1beta"
PAGE_SIZE = "100"
LONGEST_NAME = 512
_STATES = {"PROCESSING": RemoteState.PROCESSING, "FAILED": RemoteState.FAILED}


class GeminiFiles(FilesOverHttp):
    """See `base.Files`. An id is `files/abc`."""

    limits = FileLimits(2_000_000_000, 2_000_000_000, account_bytes=20_000_000_000)

    def __init__(
        self, account: Account, client: "HttpClient", errors: ErrorTable, headers: Mapping[str, str | Secret]
    ) -> None:
        super().__init__(account, client, errors, known=not is_loopback(account.config.base_url))
        self._headers = {"accept": "application/json", **headers}

    async def uploading(self, upload: Upload) -> "HttpRequest":
        """The first step gets an address, which must be one of the same server: what is sent there is the file."""
        from desktopchat.transports.http import HttpRequest
        from desktopchat.transports.upload import FileBody

        place = (await self.ask(self._beginning(upload))).headers.get("x-goog-upload-url", "")
        if urlsplit(place)[:2] != urlsplit(self._base_url)[:2]:
            raise _elsewhere(urlsplit(place).hostname or "?")
        headers = {**self._headers, "x-goog-upload-offset": "0", "x-goog-upload-command": "upload, finalize"}
        return HttpRequest("POST", place, headers, body=FileBody(upload.path, upload.size, progress=upload.progress))

    def listing(self, after: str) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest

        wanted = {"pageSize": PAGE_SIZE, **({"pageToken": after} if after else {})}
        return HttpRequest("GET", with_query(endpoint(self._base_url, f"{VERSION}/files"), wanted), self._headers)

    def one(self, method: str, file_id: str) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest

        return HttpRequest(method, endpoint(self._base_url, f"{VERSION}/{quote(file_id)}"), self._headers)

    def file_in(self, document: Json) -> RemoteFile | None:
        fields = object_of(document)
        fields = object_of(fields.get("file")) or fields
        name = string_of(fields.get("name"))
        if not name:
            return None
        size = string_of(fields.get("sizeBytes"))
        return RemoteFile(
            name,
            string_of(fields.get("displayName")),
            int(size) if size.isascii() and size.isdigit() and len(size) < 16 else count_of(fields.get("sizeBytes")),
            created=iso_time(string_of(fields.get("createTime"))),
            expires=iso_time(string_of(fields.get("expirationTime"))),
            state=_STATES.get(string_of(fields.get("state")), RemoteState.READY),
            uri=string_of(fields.get("uri")),
            media_type=string_of(fields.get("mimeType")),
        )

    def page_in(self, document: Json) -> Page | None:
        """An account without files gets an empty object."""
        fields = document if isinstance(document, dict) else None
        if fields is None or not isinstance(fields.get("files", []), list) or (fields and "files" not in fields):
            return None
        files = tuple(file for entry in list_of(fields.get("files")) if (file := self.file_in(entry)) is not None)
        return Page(files, string_of(fields.get("nextPageToken")))

    def _beginning(self, upload: Upload) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest

        headers = {
            **self._headers,
            "x-goog-upload-protocol": "resumable",
            "x-goog-upload-command": "start",
            "x-goog-upload-header-content-length": str(upload.size),
            "x-goog-upload-header-content-type": upload.media_type,
        }
        url = endpoint(self._base_url, f"upload/{VERSION}/files")
        return HttpRequest("POST", url, headers, json={"file": {"display_name": upload.name[:LONGEST_NAME]}})


def _elsewhere(host: str) -> ChatError:
    return failed(
        ErrorKind.PROTOCOL,
        msg("The server wants the file sent to another one ({host}), so it was not sent.", host=host),
        hint=msg("Only the address that you configured is spoken to. Is there a proxy in front of the API?"),
    )
