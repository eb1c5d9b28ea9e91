"""The Responses dialect of OpenAI (`/responses`), as llama.cpp, vLLM, LM Studio and others speak it, too.

Nothing is stored at the vendor unless the params say so. Summaries of the model's reasoning come where
`reasoning={"summary": …}` asks for them.
"""

from typing import TYPE_CHECKING

from desktopchat.domain.attachment import AttachmentSource, InlineSource, RemoteSource, TextSource, Way
from desktopchat.domain.message import Message
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.attached import (
    OFFICE_TYPES,
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
from desktopchat.providers.openai_address import OpenAIAddress
from desktopchat.providers.openai_files import ASKED_FILES, OPENAI_FILES, OpenAIFiles
from desktopchat.providers.over_http import OverHttp
from desktopchat.providers.profiles import FilesOf
from desktopchat.providers.reading import Reader
from desktopchat.providers.responses_stream import ResponsesReader
from desktopchat.providers.turns import spoken, system_prompt

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpRequest


def create(account: Account) -> Provider:
    """The adapter for the Responses dialect."""
    dialect = Responses(account)
    manner = OPENAI_FILES if dialect.profile.files is FilesOf.OPENAI else ASKED_FILES
    return OverHttp(account, dialect, lambda client: OpenAIFiles(account, dialect, client, manner))


def input_items(request: ChatRequest) -> list[Json]:
    """The conversation as input messages, in their short form where they are text: every speaker knows that."""
    return [{"role": message.role.value, "content": content_of(message, request)} for message in spoken(request)]


def content_of(message: Message, request: ChatRequest) -> Json:
    """A text, or a list of parts where there is more than text."""
    parts: list[Json] = [
        part for _attached, source in attached_to(message, request) if (part := _part(source)) is not None
    ]
    words = words_of(message, request)
    if not parts:
        return words
    if words.strip():
        parts.append({"type": "input_text", "text": words})
    return parts


def _part(source: AttachmentSource) -> Json:
    match source:
        case InlineSource(base64, media_type):
            return {"type": "input_image", "image_url": data_url(media_type, base64)}
        case RemoteSource(file_id):
            return {"type": "input_file", "file_id": file_id}
        case TextSource():
            return None


class Responses(OpenAIAddress):
    """See `over_http.Dialect`."""

    def ask(self, request: ChatRequest) -> "HttpRequest":
        """Params stand at the top level and win over what is set here; a null takes a field out."""
        body: dict[str, Json] = {"model": request.model} if request.model else {}
        if prompt := system_prompt(request):
            body["instructions"] = prompt
        body |= {"input": input_items(request), "stream": True, "store": False}
        return self.post(endpoint(self.base_url, "responses"), body | dict(request.params))

    def reader(self, request: ChatRequest) -> Reader:
        return ResponsesReader(Collector(TextMode.INCREMENTS, request.limits.max_reply_bytes), self.errors)

    def continues(self, model: str) -> bool:
        """Behind every input a new message begins."""
        return False

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        """OpenAI reads office files, tables, text and code here; of others only PDF is expected."""
        if is_demo(model) and not is_image(media_type):
            return (Way.UPLOAD, Way.TEXT)
        match self.profile.files:
            case FilesOf.OPENAI:
                return as_file(model, media_type, PDF, "text/", *OFFICE_TYPES)
            case FilesOf.UNKNOWN:
                return as_file(model, media_type, PDF)
            case _:
                return with_eyes(model, media_type)
