"""The seam: what every provider does, and what it is built from."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from desktopchat.domain.events import StreamEvent
from desktopchat.domain.provider import ModelInfo, ProviderConfig
from desktopchat.domain.request import ChatRequest, Outgoing
from desktopchat.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class Account:
    """A configured endpoint with its key: everything that an adapter is built from.

    `proxy` is decided here ("system", "none" or a URL); `config.proxy` may have deferred to the settings.
    """

    config: ProviderConfig
    key: Secret | None = None
    proxy: str = "system"
    ca_file: str = ""


class Provider(Protocol):
    """Turns a request into a stream of events, and raises only `ChatError` (and `CancelledError`)."""

    def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """Sends `request` once and yields what comes back, as it comes.

        Ends after exactly one `Finished`; anything else is an error: `truncated` where text came before, and the
        kinds of the contract otherwise. Never retries. Cancelling the reading task closes the connection.
        The iterator is an async generator: whoever may stop early closes it (`contextlib.aclosing`).
        """
        ...

    def outgoing(self, request: ChatRequest) -> Outgoing:
        """What `stream(request)` would send, with the key masked. Opens no connection.

        Raises the `ChatError`s that `stream` raises before it sends anything.
        """
        ...

    def continues(self, model: str) -> bool:
        """Whether the endpoint can go on with an answer's beginning (`ChatRequest.prefix`) for this model."""
        ...

    async def models(self) -> list[ModelInfo]:
        """The models that the endpoint offers, in its order. Raises `ChatError`; `not_found` where it has no list."""
        ...

    async def aclose(self) -> None:
        """Closes the connections. Streams that still run end with an error."""
        ...
