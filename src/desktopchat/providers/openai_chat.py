"""The chat completions dialect, as OpenAI and most other vendors and local servers speak it.

Where a host has ways of its own is in `profiles`; a kind of its own (`dashscope`) brings a `Vendor`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from desktopchat.domain.attachment import AttachmentSource, InlineSource, RemoteSource, TextSource, Way
from desktopchat.domain.message import Message
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.attached import (
    PDF,
    as_file,
    attached_to,
    data_url,
    is_demo,
    is_image,
    with_eyes,
    words_of,
)
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.jsontext import object_of
from desktopchat.providers.openai_address import AskedTwice, UsageOnRequest
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.providers.openai_files import ASKED_FILES, MOONSHOT_FILES, OPENAI_FILES, FileManner, OpenAIFiles
from desktopchat.providers.openai_stream import ChatCompletionReader
from desktopchat.providers.profiles import Continuing, FilesOf
from desktopchat.providers.reading import Reader
from desktopchat.providers.turns import spoken, system_prompt
from desktopchat.providers.vendor_errors import ErrorTable

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpRequest


def chat_messages(request: ChatRequest) -> list[Json]:
    """The conversation in the dialect's form: the system prompt first, an answer's beginning last.

    The text that a provider found in a file stands in a system message before the question (Moonshot's way).
    """
    messages: list[Json] = []
    if prompt := system_prompt(request):
        messages.append({"role": "system", "content": prompt})
    for message in spoken(request):
        for _attached, source in attached_to(message, request):
            if isinstance(source, TextSource) and source.by_provider:
                messages.append({"role": "system", "content": repaired(source.text)})
        messages.append({"role": message.role.value, "content": content_of(message, request)})
    return messages


def content_of(message: Message, request: ChatRequest) -> Json:
    """A text, which every server understands, or a list of parts where there is more than text."""
    parts: list[Json] = [
        part for _attached, source in attached_to(message, request) if (part := _part(source)) is not None
    ]
    words = words_of(message, request)
    if not parts:
        return words
    if words.strip():
        parts.append({"type": "text", "text": words})
    return parts


def _part(source: AttachmentSource) -> Json:
    match source:
        case InlineSource(base64, media_type):
            return {"type": "image_url", "image_url": {"url": data_url(media_type, base64)}}
        case RemoteSource(file_id):
            return {"type": "file", "file": {"file_id": file_id}}
        case TextSource():
            return None


@dataclass(frozen=True, slots=True)
class Vendor:
    """Where a kind of its own that speaks the dialect has ways of its own."""

    errors: ErrorTable = OPENAI_ERRORS
    text_mode: Callable[[str], TextMode] = lambda _model: TextMode.INCREMENTS
    messages: Callable[[ChatRequest], list[Json]] = chat_messages
    takes: Callable[[str, str], tuple[Way, ...]] | None = None
    """None: by the host's profile."""
    files: FileManner | None = None
    """None: by the host's profile."""


OPENAI = Vendor()
_MANNERS = {
    FilesOf.OPENAI: OPENAI_FILES,
    FilesOf.MOONSHOT: MOONSHOT_FILES,
    FilesOf.UNKNOWN: ASKED_FILES,
    FilesOf.NONE: ASKED_FILES,
}


def create(account: Account) -> Provider:
    """The adapter for OpenAI and everything compatible with it."""
    return OpenAIChat(account, OPENAI)


class ChatCompletions(UsageOnRequest):
    """See `over_http.Dialect`."""

    def __init__(self, account: Account, vendor: Vendor) -> None:
        super().__init__(account, vendor.errors)
        self._vendor = vendor

    def ask(self, request: ChatRequest) -> "HttpRequest":
        """Params stand at the top level and win over what is set here; a null takes a field out."""
        way = self.profile.continuing if request.prefix and self.continues(request.model) else None
        messages = self._vendor.messages(request)
        body: dict[str, Json] = {"model": request.model} if request.model else {}
        body |= {"messages": messages, "stream": True, **self.usage_wish(request.model)}
        body |= request.params
        if not body.get("stream"):
            body.pop("stream_options", None)
        url = self.base_url
        if way is not None:
            _mark_beginning(messages, way)
            body = {name: value for name, value in body.items() if name not in way.drops} | dict(way.body)
            url = _with_path(url, way.path) if way.path else url
        return self.post(endpoint(url, "chat/completions"), body)

    def reader(self, request: ChatRequest) -> Reader:
        collector = Collector(self._vendor.text_mode(request.model), request.limits.max_reply_bytes)
        return ChatCompletionReader(collector, self.errors)

    def continues(self, model: str) -> bool:
        way = self.profile.continuing
        return way is not None and way.models.search(model) is not None

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        """OpenAI's chat completions take PDF files only; a server that nobody knows is asked whether it has files."""
        if self._vendor.takes is not None:
            return self._vendor.takes(model, media_type)
        if is_demo(model) and not is_image(media_type):
            return (Way.UPLOAD, Way.TEXT)
        match self.profile.files:
            case FilesOf.MOONSHOT if not is_image(media_type):
                return (Way.CONTENT, Way.TEXT)
            case FilesOf.OPENAI | FilesOf.UNKNOWN:
                return as_file(model, media_type, PDF)
            case _:
                return with_eyes(model, media_type)


class OpenAIChat(AskedTwice):
    """See `Provider`."""

    def __init__(self, account: Account, vendor: Vendor) -> None:
        dialect = ChatCompletions(account, vendor)
        manner = vendor.files or _MANNERS[dialect.profile.files]
        super().__init__(account, dialect, lambda client: OpenAIFiles(account, dialect, client, manner))


def _mark_beginning(messages: list[Json], way: Continuing) -> None:
    """Adds the host's way of saying that the last message is the answer's beginning."""
    last = object_of(messages[-1]) if messages else {}
    if last.get("role") == "assistant":
        last.update(way.message)


def _with_path(base_url: str, path: str) -> str:
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
