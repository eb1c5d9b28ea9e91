"""The chat completions dialect, as OpenAI and most other vendors and local servers speak it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.message import Message, Role
from desktopchat.domain.provider import ModelInfo
from desktopchat.domain.request import MIB, ChatRequest, Limits
from desktopchat.domain.secret import Secret
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint, is_azure
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.capabilities import is_slow, listed_models
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.jsontext import parse
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.providers.openai_stream import ChatCompletionReader
from desktopchat.providers.reading import Exchange, answer
from desktopchat.providers.vendor_errors import ErrorTable, complaint_in, error_for_status, error_in_stream, first_words
from desktopchat.transports.clock import ContentClock
from desktopchat.transports.foreign import failed

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpReply, HttpRequest

LIST_S = 30.0
WITHOUT_A_LIST = frozenset({404, 405, 501})


def chat_messages(request: ChatRequest) -> list[Json]:
    """The conversation in the dialect's form: the system prompt first, no reasoning, no empty answers."""
    messages: list[Json] = []
    if request.system_prompt.strip():
        messages.append({"role": "system", "content": repaired(request.system_prompt)})
    messages.extend(
        {"role": message.role.value, "content": repaired(message.text)}
        for message in request.messages
        if message.text or message.role is Role.USER
    )
    return messages


@dataclass(frozen=True, slots=True)
class Vendor:
    """Where a speaker of the dialect has ways of its own."""

    errors: ErrorTable = OPENAI_ERRORS
    text_mode: Callable[[str], TextMode] = lambda _model: TextMode.INCREMENTS
    messages: Callable[[ChatRequest], list[Json]] = chat_messages


OPENAI = Vendor()


def create(account: Account) -> Provider:
    """The adapter for OpenAI and everything compatible with it."""
    return OpenAIChat(account, OPENAI)


class OpenAIChat:
    """See `Provider`. One HTTP client per account, opened with the first question."""

    def __init__(self, account: Account, vendor: Vendor) -> None:
        from desktopchat.transports.http import HttpClient
        from desktopchat.transports.redact import register

        self._config = account.config
        self._vendor = vendor
        self._key = account.key
        self._client = HttpClient(proxy=account.proxy, ca_file=account.ca_file)
        self._models_without_usage: set[str] = set()
        if account.key:
            register(account.key)

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """See `Provider.stream`. A server that does not know `stream_options` is asked once more without them."""
        _refuse_attachments(request.messages)
        with_usage = request.model not in self._models_without_usage
        try:
            async with aclosing(self._ask(request, with_usage=with_usage)) as events:  # type: ignore[type-var]
                async for event in events:
                    yield event
            return
        except ChatError as error:
            if not (with_usage and _dislikes_stream_options(error) and "stream_options" not in request.params):
                raise
        self._models_without_usage.add(request.model)
        async with aclosing(self._ask(request, with_usage=False)) as events:  # type: ignore[type-var]
            async for event in events:
                yield event

    async def models(self) -> list[ModelInfo]:
        """See `Provider.models`."""
        from desktopchat.transports.errors import request_id_of

        errors = self._vendor.errors
        limits = Limits(first_content_s=LIST_S)
        reply = await self._client.fetch(self._request("GET", "models"), limits, max_bytes=16 * MIB)
        request_id = request_id_of(reply.headers)
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
        models = listed_models(document)
        if models is None:
            raise _not_a_list(first_words(reply.body))
        return models

    async def aclose(self) -> None:
        """See `Provider.aclose`."""
        await self._client.aclose()

    def _ask(self, request: ChatRequest, *, with_usage: bool) -> AsyncIterator[StreamEvent]:
        url = self._config.base_url
        limits = request.limits
        collector = Collector(self._vendor.text_mode(request.model), limits.max_reply_bytes)
        return answer(
            Exchange(
                self._client,
                self._request("POST", "chat/completions", self._body(request, with_usage=with_usage)),
                limits,
                ContentClock(limits, url, slow_model=is_slow(request.model, url)),
                ChatCompletionReader(collector, self._vendor.errors),
                self._refusal,
            )
        )

    def _request(self, method: str, path: str, body: dict[str, Json] | None = None) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest

        url = endpoint(self._config.base_url, path)
        if body is None:
            return HttpRequest(method, url, {"accept": "application/json", **self._credentials()})
        headers = {"accept": "text/event-stream, application/json", **self._credentials()}
        return HttpRequest(method, url, headers, json=body)

    def _credentials(self) -> Mapping[str, str | Secret]:
        if not self._key:
            return {}
        if is_azure(self._config.base_url):
            return {"api-key": self._key}
        return {"authorization": Secret(f"Bearer {self._key.reveal()}")}

    def _body(self, request: ChatRequest, *, with_usage: bool) -> dict[str, Json]:
        """Params stand at the top level and win over what is set here; a null takes a field out."""
        body: dict[str, Json] = {"model": request.model} if request.model else {}
        body |= {"messages": self._vendor.messages(request), "stream": True}
        if with_usage:
            body["stream_options"] = {"include_usage": True}
        body |= request.params
        if not body.get("stream"):
            body.pop("stream_options", None)
        return {name: value for name, value in body.items() if value is not None}

    def _refusal(self, reply: "HttpReply", body: bytes) -> ChatError:
        return error_for_status(reply.status, reply.headers, body, self._vendor.errors, reply.request_id)


def _dislikes_stream_options(error: ChatError) -> bool:
    """Whether a request was refused, before anything was answered, because of `stream_options`."""
    failure = error.failure
    named = "stream_options" in failure.detail or "include_usage" in failure.detail
    return failure.kind is ErrorKind.BAD_REQUEST and failure.status in (400, 422) and named


def _refuse_attachments(messages: tuple[Message, ...]) -> None:
    if any(message.attachments for message in messages):
        raise failed(
            ErrorKind.FILE_REJECTED,
            msg("Attachments cannot be sent to this kind of provider yet."),
            hint=msg("Remove the attachment, or paste its text into the question."),
        )


def _no_list(status: int) -> ChatError:
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
