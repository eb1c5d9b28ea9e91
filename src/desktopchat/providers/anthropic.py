"""Anthropic's Messages API, and the vendors that offer their models in its dialect.

https://platform.claude.com/docs/en/api/messages
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktopchat.domain.attachment import InlineSource, RemoteSource, TextSource, Way
from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import Message
from desktopchat.domain.provider import ModelInfo
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.anthropic_files import BETA, AnthropicFiles
from desktopchat.providers.anthropic_stream import AnthropicReader
from desktopchat.providers.attached import PDF, as_file, attached_to, is_demo, is_image, marked
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.capabilities import listed_models
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.jsontext import count_of, object_of
from desktopchat.providers.over_http import OverHttp
from desktopchat.providers.reading import Reader
from desktopchat.providers.turns import alternating, system_prompt, text_of
from desktopchat.providers.vendor_errors import ErrorTable

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpRequest

HOST = "api.anthropic.com"
VERSION = "2023-06-01"
"""A later version exists that refuses `temperature` and its like."""

MOST_MODELS = 1000
"""The largest page that the list of models has: one is enough."""

_MAX_TOKENS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"claude-(2|instant|3-(opus|sonnet|haiku))"), 4096),
    (re.compile(r"claude-3-5"), 8192),
    (re.compile(r"claude"), 32_000),
)
"""The protocol demands a limit, and a model refuses one above its own."""

USUAL_MAX_TOKENS = 8192

_GOES_ON = re.compile(r"claude-(2|instant|3|(opus|sonnet|haiku)-4(-[0-5])?(-\d{8}|-latest|@|$))|^demo(?!-reasoning)")
"""Models that go on with an answer's beginning; from Claude 4.6 on they refuse a request that ends with one."""

ERRORS = ErrorTable(
    {
        "invalid_request_error": ErrorKind.BAD_REQUEST,
        "request_too_large": ErrorKind.BAD_REQUEST,
        "authentication_error": ErrorKind.AUTH,
        "billing_error": ErrorKind.QUOTA,
        "permission_error": ErrorKind.PERMISSION,
        "not_found_error": ErrorKind.NOT_FOUND,
        "rate_limit_error": ErrorKind.RATE_LIMITED,
        "timeout_error": ErrorKind.TIMEOUT,
        "api_error": ErrorKind.OVERLOADED,
        "overloaded_error": ErrorKind.OVERLOADED,
    },
    {
        ErrorKind.QUOTA: msg("Look at “Plans & billing” in the vendor's console: the account has no credit left."),
    },
)


def create(account: Account) -> Provider:
    """The adapter for Anthropic and compatible vendors."""
    dialect = Messages(account)
    known = urlsplit(account.config.base_url).hostname == HOST
    return OverHttp(
        account, dialect, lambda client: AnthropicFiles(account, client, ERRORS, dialect.headers(), known=known)
    )


class Messages:
    """See `over_http.Dialect`."""

    errors = ERRORS

    def __init__(self, account: Account) -> None:
        self._base_url = account.config.base_url
        self._key = account.key

    def ask(self, request: ChatRequest) -> "HttpRequest":
        """Params stand at the top level and win over what is set here; a null takes a field out."""
        from desktopchat.transports.http import HttpRequest

        body: dict[str, Json] = {"model": request.model} if request.model else {}
        body |= {"max_tokens": max_tokens(request), "stream": True}
        if prompt := system_prompt(request):
            body["system"] = prompt
        body["messages"] = messages(request)
        body |= request.params
        if request.prefix:
            body.pop("thinking", None)  # has been done before the answer began, and is refused beside a beginning
        body = {name: value for name, value in body.items() if value is not None}
        headers = {"accept": "text/event-stream, application/json", **self.headers()}
        if any(isinstance(source, RemoteSource) for source in request.attachments.values()):
            headers["anthropic-beta"] = BETA
        return HttpRequest("POST", endpoint(self._base_url, "v1/messages"), headers, json=body)

    def reader(self, request: ChatRequest) -> Reader:
        owed = request.prefix[len(request.prefix.rstrip()) :]
        return AnthropicReader(Collector(TextMode.INCREMENTS, request.limits.max_reply_bytes), ERRORS, owed)

    def list_models(self) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest

        url = endpoint(self._base_url, "v1/models")
        url += f"{'&' if '?' in url else '?'}limit={MOST_MODELS}"
        return HttpRequest("GET", url, {"accept": "application/json", **self.headers()})

    def models(self, document: Json) -> list[ModelInfo] | None:
        return listed_models(document)

    def continues(self, model: str) -> bool:
        return _GOES_ON.search(model.lower()) is not None

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        if is_demo(model) and not is_image(media_type):
            return (Way.UPLOAD, Way.TEXT)
        return as_file(model, media_type, PDF, "text/plain")

    def headers(self) -> Mapping[str, str | Secret]:
        """Those of every request."""
        key = {"x-api-key": self._key} if self._key else {}
        return {"anthropic-version": VERSION, **key}


def max_tokens(request: ChatRequest) -> int:
    """The limit where none is set: what the model allows, on top of what it may think."""
    model = request.model.lower()
    usual = next((most for pattern, most in _MAX_TOKENS if pattern.search(model)), USUAL_MAX_TOKENS)
    budget = count_of(object_of(request.params.get("thinking")).get("budget_tokens"))
    return max(usual, budget + USUAL_MAX_TOKENS) if budget else usual


def messages(request: ChatRequest) -> list[Json]:
    """The conversation in the dialect's form: turns of blocks, what is attached before what is asked about it."""
    return [
        {"role": role.value, "content": _plainest([block for said in turn for block in _blocks(said, request)])}
        for role, turn in alternating(request)
    ]


def _blocks(message: Message, request: ChatRequest) -> Iterator[Json]:
    for part, source in attached_to(message, request):
        match source:
            case InlineSource(base64, media_type):
                yield {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": base64}}
            case RemoteSource(file_id):
                yield {"type": "document", "source": {"type": "file", "file_id": file_id}, "title": part.name[:500]}
            case TextSource(text):
                yield {"type": "text", "text": marked(part, text)}
    if (words := text_of(message)).strip():
        yield {"type": "text", "text": words}


def _plainest(blocks: list[Json]) -> Json:
    """A lone text as a string: every server that speaks the dialect understands that."""
    only = object_of(blocks[0]) if len(blocks) == 1 else {}
    return only.get("text") or list(blocks)
