"""The provider behind every dialect that is asked over HTTP. What differs between vendors is in their `Dialect`s."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Protocol

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.provider import ModelInfo
from desktopchat.domain.request import MIB, ChatRequest, Limits, Outgoing
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.attached import require_contents
from desktopchat.providers.base import Account, Files
from desktopchat.providers.capabilities import is_slow
from desktopchat.providers.jsontext import parse
from desktopchat.providers.reading import Exchange, Reader, answer
from desktopchat.providers.vendor_errors import ErrorTable, complaint_in, error_for_status, error_in_stream, first_words
from desktopchat.transports.clock import ContentClock
from desktopchat.transports.foreign import failed

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpAnswer, HttpClient, HttpReply, HttpRequest

LIST_S = 30.0
WITHOUT_A_LIST = frozenset({404, 405, 501})
MASK = "***"
"""Stands for a key where people read it."""


class Dialect(Protocol):
    """What differs between HTTP adapters. Built per account; knows its address and key, and opens no connection."""

    @property
    def errors(self) -> ErrorTable:
        """The vendor's codes."""
        ...

    def ask(self, request: ChatRequest) -> "HttpRequest":
        """The complete request; the key stands in a header as a `Secret`. Raises `ChatError`."""
        ...

    def reader(self, request: ChatRequest) -> Reader:
        """A new reader for the answer."""
        ...

    def list_models(self) -> "HttpRequest | None":
        """The request for the list of models; None where the dialect has none."""
        ...

    def models(self, document: Json) -> list[ModelInfo] | None:
        """The models in the answer to `list_models`; None if it is no such answer."""
        ...

    def continues(self, model: str) -> bool:
        """See `Provider.continues`."""
        ...

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        """See `Provider.takes`."""
        ...


MakeFiles = Callable[["HttpClient"], Files]
"""Makes what a provider knows of its files, over the provider's own connections."""


class OverHttp:
    """See `Provider`. One HTTP client per account, opened with the first question."""

    def __init__(self, account: Account, dialect: Dialect, files: MakeFiles | None = None) -> None:
        from desktopchat.transports.http import HttpClient
        from desktopchat.transports.redact import register

        self._dialect = dialect
        self._client = HttpClient(proxy=account.proxy, ca_file=account.ca_file)
        self._files = files(self._client) if files else None
        if account.key:
            register(account.key)

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """See `Provider.stream`."""
        async with aclosing(answer(self._exchange(request))) as events:  # type: ignore[type-var]
            async for event in events:
                yield event

    def outgoing(self, request: ChatRequest) -> Outgoing:
        """See `Provider.outgoing`."""
        from desktopchat.transports import sending
        from desktopchat.transports.redact import redact

        asked = self._asked(request)
        headers = sending.outgoing(asked).headers
        headers.pop("content-length", None)
        secrets = {name.lower(): value for name, value in asked.headers.items() if isinstance(value, Secret)}
        shown = {name: _masked(secrets[name]) if name in secrets else redact(value) for name, value in headers.items()}
        return Outgoing(asked.method, redact(asked.url), shown, asked.json)

    def continues(self, model: str) -> bool:
        """See `Provider.continues`."""
        return self._dialect.continues(model)

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        """See `Provider.takes`."""
        return self._dialect.takes(model, media_type)

    @property
    def files(self) -> Files | None:
        """See `Provider.files`."""
        return self._files

    async def models(self) -> list[ModelInfo]:
        """See `Provider.models`."""
        asked = self._dialect.list_models()
        if asked is None:
            raise _no_list(None)
        reply = await self._client.fetch(asked, Limits(first_content_s=LIST_S), max_bytes=16 * MIB)
        models = self._dialect.models(self._document(reply))
        if models is None:
            raise _not_a_list(first_words(reply.body))
        return models

    async def aclose(self) -> None:
        """See `Provider.aclose`."""
        await self._client.aclose()

    def _asked(self, request: ChatRequest) -> "HttpRequest":
        require_contents(request)
        return self._dialect.ask(request)

    def _exchange(self, request: ChatRequest) -> Exchange:
        asked = self._asked(request)
        clock = ContentClock(request.limits, asked.url, slow_model=is_slow(request.model, asked.url))
        return Exchange(self._client, asked, request.limits, clock, self._dialect.reader(request), self._refusal)

    def _refusal(self, reply: "HttpReply", body: bytes) -> ChatError:
        return error_for_status(reply.status, reply.headers, body, self._dialect.errors, reply.request_id)

    def _document(self, reply: "HttpAnswer") -> Json:
        """The JSON in a whole answer. Raises the error that it holds or is."""
        from desktopchat.transports.errors import request_id_of

        errors, request_id = self._dialect.errors, request_id_of(reply.headers)
        if reply.status in WITHOUT_A_LIST:
            raise _no_list(reply.status)
        if not 200 <= reply.status < 300:
            raise error_for_status(reply.status, reply.headers, reply.body, errors, request_id)
        try:
            document = parse(reply.body.strip())
        except ValueError as error:
            raise _not_a_list(first_words(reply.body)) from error
        if (complaint := complaint_in(document)) is not None:
            raise error_in_stream(complaint, errors, request_id)
        return document


def _masked(key: Secret) -> str:
    """The key's place in its header; a scheme such as `Bearer` stays."""
    scheme, blank, _value = key.reveal().partition(" ")
    return f"{scheme} {MASK}" if blank else MASK


def _no_list(status: int | None) -> ChatError:
    return failed(
        ErrorKind.NOT_FOUND,
        msg("The server has no list of models at this address."),
        hint=msg("Type the model's name yourself. If answers fail too, the address may lack its ending, often /v1."),
        status=status,
    )


def _not_a_list(start: str) -> ChatError:
    return failed(
        ErrorKind.PROTOCOL,
        msg("The server sent something else instead of a list of models."),
        hint=msg("Check the address: it often has to end in /v1. Or type the model's name yourself."),
        detail=start,
    )
