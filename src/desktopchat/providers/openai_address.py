"""What OpenAI's dialects share: the key's header, posting a question, usage on request, the list of models."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Protocol

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.provider import ModelInfo
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.secret import Secret
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.attached import in_words
from desktopchat.providers.base import Account
from desktopchat.providers.capabilities import listed_models
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.providers.over_http import Dialect, MakeFiles, OverHttp
from desktopchat.providers.profiles import profile_of
from desktopchat.providers.vendor_errors import ErrorTable

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpRequest

USAGE: Mapping[str, Json] = {"stream_options": {"include_usage": True}}


class OpenAIAddress:
    """The part of a `Dialect` that is the same for all of OpenAI's."""

    def __init__(self, account: Account, errors: ErrorTable = OPENAI_ERRORS) -> None:
        self.base_url = account.config.base_url
        self.profile = profile_of(self.base_url)
        self._errors = errors
        self._key = account.key

    @property
    def errors(self) -> ErrorTable:
        return self._errors

    def post(self, url: str, body: Mapping[str, Json]) -> "HttpRequest":
        """A question; fields that are null are left out."""
        from desktopchat.transports.http import HttpRequest

        headers = {"accept": "text/event-stream, application/json", **self.credentials()}
        fields: Json = {name: value for name, value in body.items() if value is not None}
        return HttpRequest("POST", url, headers, json=fields)

    def list_models(self) -> "HttpRequest | None":
        from desktopchat.transports.http import HttpRequest

        url = endpoint(self.base_url, "models")
        return HttpRequest("GET", url, {"accept": "application/json", **self.credentials()})

    def models(self, document: Json) -> list[ModelInfo] | None:
        return listed_models(document)

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        """Text only, unless a dialect says otherwise."""
        return in_words(model, media_type)

    def credentials(self) -> Mapping[str, str | Secret]:
        """The header with the key."""
        if not self._key:
            return {}
        if self.profile.key_header:
            return {self.profile.key_header: self._key}
        return {"authorization": Secret(f"Bearer {self._key.reveal()}")}


class UsageOnRequest(OpenAIAddress):
    """For dialects that count tokens only when asked. Remembers the models whose servers do not know the question."""

    def __init__(self, account: Account, errors: ErrorTable = OPENAI_ERRORS) -> None:
        super().__init__(account, errors)
        self._without_usage: set[str] = set()

    def usage_wish(self, model: str) -> Mapping[str, Json]:
        """What to add to a streamed request."""
        return USAGE if self.profile.stream_options and model not in self._without_usage else {}

    def learns(self, request: ChatRequest, error: ChatError) -> bool:
        """Whether the request was refused because of the wish, before anything was answered; it is never sent again."""
        failure = error.failure
        named = "stream_options" in failure.detail or "include_usage" in failure.detail
        refused = failure.kind is ErrorKind.BAD_REQUEST and failure.status in (400, 422) and named
        if refused and "stream_options" not in request.params:
            self._without_usage.add(request.model)
            return True
        return False


class _Learning(Dialect, Protocol):
    def learns(self, request: ChatRequest, error: ChatError) -> bool: ...


class AskedTwice(OverHttp):
    """See `Provider`. A server that does not know `stream_options` is asked once more without them."""

    def __init__(self, account: Account, dialect: _Learning, files: MakeFiles | None = None) -> None:
        super().__init__(account, dialect, files)
        self._learning = dialect

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """See `Provider.stream`."""
        try:
            async with aclosing(super().stream(request)) as events:  # type: ignore[type-var]
                async for event in events:
                    yield event
            return
        except ChatError as error:
            if not self._learning.learns(request, error):
                raise
        async with aclosing(super().stream(request)) as events:  # type: ignore[type-var]
            async for event in events:
                yield event
