"""The files of OpenAI and of the vendors that have them in its form: DashScope, Moonshot, and servers that are asked.

https://developers.openai.com/api/docs/api-reference/files
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from desktopchat.domain.attachment import FileLimits, RemoteFile, RemoteState
from desktopchat.domain.errors import ChatError
from desktopchat.domain.secret import Secret
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.base import Account, Upload
from desktopchat.providers.files import MAX_CONTENT_BYTES, FilesOverHttp, Page, not_there, unix_time
from desktopchat.providers.jsontext import count_of, object_of, string_of
from desktopchat.providers.openai_address import OpenAIAddress

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpClient, HttpRequest

MB = 1_000_000
GB = 1000 * MB
_PROCESSING = frozenset({"processing", "pending", "running", "in_progress"})
_FAILED = frozenset({"error", "failed", "deleted"})


_UNKNOWN = FileLimits()


@dataclass(frozen=True, slots=True)
class FileManner:
    """Where vendors differ. `endings`: a file with another one is sent with `.txt` behind its name."""

    purpose: str = "user_data"
    limits: FileLimits = _UNKNOWN
    page_size: int = 1000
    endings: frozenset[str] = frozenset()
    known: bool = False


OPENAI_FILES = FileManner(limits=FileLimits(512 * MB, 512 * MB, account_bytes=2500 * GB), known=True)
ASKED_FILES = FileManner()
"""For servers of whom nobody knows whether they have files."""
DASHSCOPE_FILES = FileManner(
    "file-extract",
    FileLimits(150 * MB, 20 * MB, files=100, account_files=10_000, account_bytes=100 * GB),
    100,
    frozenset({"txt", "docx", "pdf", "xlsx", "epub", "mobi", "md", "csv", "json", "bmp", "png", "jpg", "jpeg", "gif"}),
    known=True,
)
MOONSHOT_FILES = FileManner(
    "file-extract", FileLimits(100 * MB, 100 * MB, account_files=1000, account_bytes=10 * GB), 100, known=True
)


class OpenAIFiles(FilesOverHttp):
    """See `base.Files`."""

    def __init__(self, account: Account, address: OpenAIAddress, client: "HttpClient", manner: FileManner) -> None:
        super().__init__(account, client, address.errors, known=manner.known)
        self.limits = manner.limits
        self._address = address
        self._manner = manner
        self._base_url = _compatible(address.base_url)
        self._url = endpoint(self._base_url, "files")

    async def uploading(self, upload: Upload) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest
        from desktopchat.transports.upload import FileBody, MultipartBody

        file = FileBody(upload.path, upload.size, progress=upload.progress)
        form = MultipartBody(file, self._named(upload.name), upload.media_type, {"purpose": self._manner.purpose})
        headers = {"content-type": form.content_type, **self._headers()}
        return HttpRequest("POST", self._url, headers, body=form)

    def listing(self, after: str) -> "HttpRequest":
        wanted = {"limit": str(self._manner.page_size), "purpose": self._manner.purpose if self._manner.known else ""}
        if after:
            wanted["after"] = after
        return self._request("GET", with_query(self._url, {name: value for name, value in wanted.items() if value}))

    def one(self, method: str, file_id: str) -> "HttpRequest":
        return self._request(method, self._of(file_id))

    async def content(self, file_id: str) -> str:
        """See `base.Files.content`. Passed on unchanged: vendors want back what they gave."""
        try:
            answer = await self.ask(self._request("GET", self._of(file_id, "/content")), MAX_CONTENT_BYTES)
        except ChatError as error:
            raise not_there(error) from error
        return answer.body.decode("utf-8", "replace")

    def file_in(self, document: Json) -> RemoteFile | None:
        fields = object_of(document)
        file_id = string_of(fields.get("id"))
        if not file_id:
            return None
        status = string_of(fields.get("status")).lower()
        return RemoteFile(
            file_id,
            string_of(fields.get("filename")),
            count_of(fields.get("bytes")),
            string_of(fields.get("purpose")),
            unix_time(fields.get("created_at")),
            unix_time(fields.get("expires_at")),
            _state(status),
        )

    def page_in(self, document: Json) -> Page | None:
        fields = object_of(document)
        data = fields.get("data")
        if not isinstance(data, list):
            return None
        files = tuple(file for entry in data if (file := self.file_in(entry)) is not None)
        more = fields.get("has_more") is True and bool(files)
        return Page(files, files[-1].id if more else "")

    def _named(self, name: str) -> str:
        ending = name.rpartition(".")[2].lower()
        return name if not self._manner.endings or ending in self._manner.endings else f"{name}.txt"

    def _of(self, file_id: str, behind: str = "") -> str:
        parts = urlsplit(self._url)
        return urlunsplit(parts._replace(path=f"{parts.path}/{quote(file_id, safe='')}{behind}"))

    def _request(self, method: str, url: str) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest

        return HttpRequest(method, url, self._headers())

    def _headers(self) -> dict[str, str | Secret]:
        return {"accept": "application/json", **self._address.credentials()}


def with_query(url: str, values: dict[str, str]) -> str:
    """`url` with these behind what its query has already."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(values))))))


def _state(status: str) -> RemoteState:
    if status in _PROCESSING:
        return RemoteState.PROCESSING
    return RemoteState.FAILED if status in _FAILED else RemoteState.READY


def _compatible(base_url: str) -> str:
    """DashScope's files are in its compatible mode; the ids count in the native dialect, too."""
    parts = urlsplit(base_url)
    if not parts.path.endswith("/api/v1"):
        return base_url
    return urlunsplit(parts._replace(path=f"{parts.path.removesuffix('/api/v1')}/compatible-mode/v1"))
