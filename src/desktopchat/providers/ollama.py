"""Ollama's own API, on this computer or elsewhere.

https://docs.ollama.com/api/chat
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktopchat.domain.attachment import InlineSource, Way
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.message import Message
from desktopchat.domain.provider import ModelInfo
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import Text, msg
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.attached import attached_to, with_eyes, words_of
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.capabilities import listed_models, of_model
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.jsontext import object_of
from desktopchat.providers.ollama_stream import OllamaReader
from desktopchat.providers.over_http import OverHttp
from desktopchat.providers.reading import Reader
from desktopchat.providers.turns import spoken, system_prompt
from desktopchat.providers.vendor_errors import ErrorTable
from desktopchat.transports import sentences
from desktopchat.transports.addresses import is_loopback
from desktopchat.transports.clock import LONG_WAIT_S

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpRequest

BESIDE_THE_OPTIONS = frozenset(
    {"stream", "think", "format", "keep_alive", "tools", "logprobs", "top_logprobs", "truncate", "shift"}
)
"""Params that the API knows at the top level. All others are `options` of the model."""

ERRORS = ErrorTable({})
"""Ollama has no codes: statuses and words only."""

_ADVICE: tuple[tuple[re.Pattern[str], ErrorKind, Text], ...] = (
    (
        re.compile(r"requires more system memory|out of memory|cudaMalloc failed", re.IGNORECASE),
        ErrorKind.OVERLOADED,
        msg("The model does not fit into the computer's memory. Close other programs, or choose a smaller model."),
    ),
    (
        re.compile(r"does not support (thinking|tools|chat|generate)", re.IGNORECASE),
        ErrorKind.BAD_REQUEST,
        msg("Choose another model, or take the parameter out that asks for it."),
    ),
    (
        re.compile(r"pending requests exceeded|server busy", re.IGNORECASE),
        ErrorKind.OVERLOADED,
        msg("Ollama is busy with other questions. Ask again in a moment."),
    ),
    (
        re.compile(r"timed out waiting for (llama|the model)|loading model", re.IGNORECASE),
        ErrorKind.OVERLOADED,
        msg("A large model takes a while to fetch and to load. Ask again when it is there."),
    ),
)
"""What Ollama says, what kind of error it is whatever the status, and what to do."""


def create(account: Account) -> Provider:
    """The adapter."""
    return Ollama(account)


class Ollama(OverHttp):
    """See `Provider`. Says what to do where Ollama is not running or has not fetched the model."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, Chat(account))
        self._base_url = account.config.base_url

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """See `Provider.stream`."""
        with self._explained(request.model):
            async with aclosing(super().stream(_patient(request))) as events:  # type: ignore[type-var]
                async for event in events:
                    yield event

    async def models(self) -> list[ModelInfo]:
        """See `Provider.models`."""
        with self._explained(""):
            return await super().models()

    @contextmanager
    def _explained(self, model: str) -> Iterator[None]:
        try:
            yield
        except ChatError as error:
            explain(error, self._base_url, model)
            raise


class Chat:
    """See `over_http.Dialect`."""

    errors = ERRORS

    def __init__(self, account: Account) -> None:
        self._base_url = account.config.base_url
        self._key = account.key

    def ask(self, request: ChatRequest) -> "HttpRequest":
        """Params go into `options`, but for those that the API knows beside them; a null takes one out."""
        from desktopchat.transports.http import HttpRequest

        params = {name: value for name, value in request.params.items() if value is not None}
        body: dict[str, Json] = {"model": request.model, "messages": messages(request), "stream": True}
        body |= {name: params.pop(name) for name in BESIDE_THE_OPTIONS & params.keys()}
        if options := object_of(params.pop("options", None)) | params:
            body["options"] = options
        headers = {"accept": "application/x-ndjson, application/json", **self._headers()}
        return HttpRequest("POST", endpoint(self._base_url, "api/chat"), headers, json=body)

    def reader(self, request: ChatRequest) -> Reader:
        return OllamaReader(Collector(TextMode.INCREMENTS, request.limits.max_reply_bytes), ERRORS)

    def list_models(self) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest

        headers = {"accept": "application/json", **self._headers()}
        return HttpRequest("GET", endpoint(self._base_url, "api/tags"), headers)

    def models(self, document: Json) -> list[ModelInfo] | None:
        return listed_models(document)

    def continues(self, model: str) -> bool:
        """A trailing message of the assistant's is gone on with; a model that thinks would begin by thinking."""
        return not of_model(model).reasoning

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        return with_eyes(model, media_type)

    def _headers(self) -> Mapping[str, str | Secret]:
        """Ollama itself needs no key; its cloud and proxies before it do."""
        return {"authorization": Secret(f"Bearer {self._key.reveal()}")} if self._key else {}


def messages(request: ChatRequest) -> list[Json]:
    """The conversation in the dialect's form: a message is a text, with its pictures beside it."""
    said: list[Json] = [_message(message, request) for message in spoken(request)]
    if prompt := system_prompt(request):
        said.insert(0, {"role": "system", "content": prompt})
    return said


def _message(message: Message, request: ChatRequest) -> Json:
    fields: dict[str, Json] = {"role": message.role.value, "content": words_of(message, request)}
    sources = [source for _attached, source in attached_to(message, request)]
    images: list[Json] = [source.base64 for source in sources if isinstance(source, InlineSource)]
    if images:
        fields["images"] = images
    return fields


def explain(error: ChatError, base_url: str, model: str) -> None:
    """Makes `error` say what a person can do about it on their own computer."""
    failure = error.failure
    if sentences.REFUSED.said_in(failure) and is_loopback(base_url):
        message = msg("Ollama is not running: nothing answers at {host}.", host=urlsplit(base_url).netloc)
        hint = msg("Start the Ollama app, or type “ollama serve” in a terminal. It is free at https://ollama.com.")
        failure = replace(failure, message=message, hint=hint)
    elif failure.kind is ErrorKind.NOT_FOUND and model and "model" in failure.detail:
        message = msg("Ollama does not have the model “{model}”.", model=model)
        hint = msg("Fetch it with “ollama pull {model}”, or choose one that is there from the list.", model=model)
        failure = replace(failure, message=message, hint=hint)
    elif advice := next((row for row in _ADVICE if row[0].search(failure.detail)), None):
        failure = replace(failure, kind=advice[1], hint=advice[2])
    error.failure = failure
    error.args = (failure,)


def _patient(request: ChatRequest) -> ChatRequest:
    """Wherever it runs, Ollama may have to load the model before the first word."""
    limits = request.limits
    first = LONG_WAIT_S if limits.first_content_s is None else limits.first_content_s
    return replace(request, limits=replace(limits, first_content_s=first))
