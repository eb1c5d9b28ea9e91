"""iFlytek Spark (讯飞星火) over its signed WebSocket: one connection for each question."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import TYPE_CHECKING

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import ResponseStarted, StreamEvent
from desktopchat.domain.provider import Capabilities, ModelInfo
from desktopchat.domain.request import ChatRequest, Limits, Outgoing
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers import spark_versions
from desktopchat.providers.attached import in_words, require_contents, words_of
from desktopchat.providers.base import Account, Files, Provider
from desktopchat.providers.capabilities import is_slow
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.over_http import MASK
from desktopchat.providers.spark_errors import handshake_error
from desktopchat.providers.spark_signing import Triple, http_date, signed_url
from desktopchat.providers.spark_stream import SparkReader
from desktopchat.providers.turns import spoken, system_prompt
from desktopchat.transports.foreign import failed
from desktopchat.transports.sending import json_bytes

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpReply
    from desktopchat.transports.websocket import WebSocket

AFTER_END_S = 0.3
"""A verdict on the whole answer (10019) comes right behind it; the vendor closes then."""

TEST_S = 20.0


def create(account: Account) -> Provider:
    """The adapter for Spark."""
    return Spark(account)


class Spark:
    """See `Provider`. `clock` tells the seconds since 1970 for the signature."""

    def __init__(self, account: Account, clock: Callable[[], float] = time.time) -> None:
        from desktopchat.transports.http import HttpClient
        from desktopchat.transports.redact import register

        self._url = account.config.base_url
        self._version = spark_versions.version_at(self._url)
        self._key = _triple(account)
        self._clock = clock
        self._client = HttpClient(proxy=account.proxy, ca_file=account.ca_file)
        if account.key:
            register(account.key)

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """See `Provider.stream`."""
        question = self._question(request)
        reader = SparkReader(Collector(TextMode.INCREMENTS, request.limits.max_reply_bytes), self._own_domain)
        domain = self._domain(request)
        async with self._opened(request.limits, domain) as socket:
            await socket.send(json_bytes(question))
            async with aclosing(_answer(socket, reader, domain)) as events:  # type: ignore[type-var]
                async for event in events:
                    yield event

    def outgoing(self, request: ChatRequest) -> Outgoing:
        """See `Provider.outgoing`. The signature belongs to the moment of sending and is not shown."""
        question = self._question(request)
        header: dict[str, Json] = {"app_id": MASK} if self._key else {}
        return Outgoing("GET", self._url, {"upgrade": "websocket"}, {**question, "header": header})

    def continues(self, model: str) -> bool:
        """See `Provider.continues`. Spark wants the user to have the last word."""
        return False

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        """See `Provider.takes`."""
        return in_words(model, media_type)

    @property
    def files(self) -> Files | None:
        """See `Provider.files`: none over the WebSocket."""
        return None

    async def models(self) -> list[ModelInfo]:
        """What the address offers, or all that is known where it is none of the vendor's.

        Spark has no list to ask for; the handshake is done all the same, so that a wrong key is found out.
        """
        async with self._opened(Limits(headers_s=TEST_S), ""):
            pass
        versions = [self._version] if self._version else spark_versions.VERSIONS
        return [_info(domain, version) for version in versions for domain in version.domains]

    async def aclose(self) -> None:
        """See `Provider.aclose`."""
        await self._client.aclose()

    @property
    def _own_domain(self) -> str:
        return self._version.domains[0] if self._version else ""

    def _domain(self, request: ChatRequest) -> str:
        domain = request.model.strip() or self._own_domain
        if not domain:
            raise failed(
                ErrorKind.BAD_REQUEST,
                msg("Which model answers at this address of Spark is not known here."),
                hint=msg("Enter the model: what Spark's documentation calls “domain”, or the id of your service."),
            )
        return domain

    def _question(self, request: ChatRequest) -> dict[str, Json]:
        """The one frame that is sent. Params win over what is set here; a null takes a field out."""
        require_contents(request)
        chat: dict[str, Json] = {"domain": self._domain(request), **request.params}
        messages: list[Json] = []
        if system := system_prompt(request):
            messages.append({"role": "system", "content": system})
        messages.extend(
            {"role": message.role.value, "content": words_of(message, request)} for message in spoken(request)
        )
        return {
            "header": {"app_id": self._key.app_id} if self._key else {},
            "parameter": {"chat": {name: value for name, value in chat.items() if value is not None}},
            "payload": {"message": {"text": messages}},
        }

    def _opened(self, limits: Limits, domain: str) -> "AbstractAsyncContextManager[WebSocket]":
        from desktopchat.transports.websocket import connected

        url = signed_url(self._url, self._key, http_date(self._clock())) if self._key else self._url
        thinks = bool(self._version and self._version.thinks) or is_slow(domain, self._url)
        return connected(self._client, url, limits, self._refusal, slow_model=thinks)

    def _refusal(self, reply: "HttpReply", body: bytes) -> ChatError:
        return handshake_error(reply.status, reply.headers, body, self._clock(), had_key=self._key is not None)


async def _answer(socket: "WebSocket", reader: SparkReader, domain: str) -> AsyncIterator[StreamEvent]:
    """The events of an answer; ends after `Finished`, or raises `ChatError`."""
    failure = None
    try:
        async with aclosing(_read(socket, reader, domain)) as events:  # type: ignore[type-var]
            async for event in events:
                yield event
    except ChatError as error:
        failure = error
    if failure is None and not reader.ended:
        failure = socket.closed_early(saw_content=bool(reader.pieces))
    for event in _rest(reader, failure):
        yield event
    if failure is not None:
        raise failure


async def _read(socket: "WebSocket", reader: SparkReader, domain: str) -> AsyncIterator[StreamEvent]:
    started = False
    async with aclosing(socket.messages()) as messages:  # type: ignore[type-var]
        async for message in messages:
            pieces = reader.pieces
            for event in reader.message(message):
                if not started:
                    started = True
                    yield ResponseStarted(domain, reader.request_id or "")
                yield event
            if reader.pieces > pieces:
                socket.clock.content()
            if reader.ended:
                socket.clock.ended(AFTER_END_S)


def _rest(reader: SparkReader, failure: ChatError | None) -> Iterator[StreamEvent]:
    if failure is None:
        yield from reader.close()
    elif failure.kind is not ErrorKind.TOO_LARGE:
        yield from reader.held()


def _triple(account: Account) -> Triple | None:
    """The key's parts; None for no key. Their number was checked when the adapter was asked for."""
    return Triple.of(account.key) if account.key else None


def _info(domain: str, version: spark_versions.Version) -> ModelInfo:
    return ModelInfo(domain, version.title, capabilities=Capabilities(reasoning=version.thinks or None))
