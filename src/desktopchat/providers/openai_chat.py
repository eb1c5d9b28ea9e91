"""The chat completions dialect, as OpenAI and most other vendors and local servers speak it.

Where a host has ways of its own is in `profiles`; a kind of its own (`dashscope`) brings a `Vendor`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.jsontext import object_of
from desktopchat.providers.openai_address import AskedTwice, UsageOnRequest
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.providers.openai_stream import ChatCompletionReader
from desktopchat.providers.profiles import Continuing
from desktopchat.providers.reading import Reader
from desktopchat.providers.turns import spoken, system_prompt, text_of
from desktopchat.providers.vendor_errors import ErrorTable

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpRequest


def chat_messages(request: ChatRequest) -> list[Json]:
    """The conversation in the dialect's form: the system prompt first, an answer's beginning last."""
    messages: list[Json] = [{"role": message.role.value, "content": text_of(message)} for message in spoken(request)]
    if prompt := system_prompt(request):
        messages.insert(0, {"role": "system", "content": prompt})
    return messages


@dataclass(frozen=True, slots=True)
class Vendor:
    """Where a kind of its own that speaks the dialect has ways of its own."""

    errors: ErrorTable = OPENAI_ERRORS
    text_mode: Callable[[str], TextMode] = lambda _model: TextMode.INCREMENTS
    messages: Callable[[ChatRequest], list[Json]] = chat_messages


OPENAI = Vendor()


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


class OpenAIChat(AskedTwice):
    """See `Provider`."""

    def __init__(self, account: Account, vendor: Vendor) -> None:
        super().__init__(account, ChatCompletions(account, vendor))


def _mark_beginning(messages: list[Json], way: Continuing) -> None:
    """Adds the host's way of saying that the last message is the answer's beginning."""
    last = object_of(messages[-1]) if messages else {}
    if last.get("role") == "assistant":
        last.update(way.message)


def _with_path(base_url: str, path: str) -> str:
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
