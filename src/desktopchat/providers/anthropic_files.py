"""The files of Anthropic's API, in beta.

https://platform.claude.com/docs/en/build-with-claude/files
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from desktopchat.domain.attachment import FileLimits, RemoteFile
from desktopchat.domain.secret import Secret
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.base import Account, Upload
from desktopchat.providers.files import FilesOverHttp, Page, iso_time
from desktopchat.providers.jsontext import count_of, object_of, string_of
from desktopchat.providers.openai_files import with_query
from desktopchat.providers.vendor_errors import ErrorTable

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpClient, HttpRequest

BETA = "files-api-2025-04-14"
"""Of the header `anthropic-beta`; a question that names a file needs it as well."""
PAGE_SIZE = "1000"


class AnthropicFiles(FilesOverHttp):
    """See `base.Files`."""

    limits = FileLimits(500_000_000, 500_000_000)

    def __init__(
        self,
        account: Account,
        client: "HttpClient",
        errors: ErrorTable,
        headers: Mapping[str, str | Secret],
        *,
        known: bool,
    ) -> None:
        super().__init__(account, client, errors, known=known)
        self._headers = {"accept": "application/json", "anthropic-beta": BETA, **headers}

    async def uploading(self, upload: Upload) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest
        from desktopchat.transports.upload import FileBody, MultipartBody

        file = FileBody(upload.path, upload.size, progress=upload.progress)
        form = MultipartBody(file, upload.name, upload.media_type)
        headers = {**self._headers, "content-type": form.content_type}
        return HttpRequest("POST", endpoint(self._base_url, "v1/files"), headers, body=form)

    def listing(self, after: str) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest

        wanted = {"limit": PAGE_SIZE, **({"after_id": after} if after else {})}
        return HttpRequest("GET", with_query(endpoint(self._base_url, "v1/files"), wanted), self._headers)

    def one(self, method: str, file_id: str) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest

        return HttpRequest(method, endpoint(self._base_url, f"v1/files/{quote(file_id, safe='')}"), self._headers)

    def file_in(self, document: Json) -> RemoteFile | None:
        fields = object_of(document)
        file_id = string_of(fields.get("id"))
        if not file_id:
            return None
        return RemoteFile(
            file_id,
            string_of(fields.get("filename")),
            count_of(fields.get("size_bytes")),
            created=iso_time(string_of(fields.get("created_at"))),
            expires=iso_time(string_of(fields.get("expires_at"))),
            media_type=string_of(fields.get("mime_type")),
        )

    def page_in(self, document: Json) -> Page | None:
        fields = object_of(document)
        data = fields.get("data")
        if not isinstance(data, list):
            return None
        files = tuple(file for entry in data if (file := self.file_in(entry)) is not None)
        more = fields.get("has_more") is True and bool(files)
        return Page(files, string_of(fields.get("last_id")) or files[-1].id if more else "")
