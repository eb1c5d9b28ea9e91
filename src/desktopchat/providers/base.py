"""The seam: what every provider does, and what it is built from."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktopchat.domain.attachment import FileLimits, RemoteFile, Way
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


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be sent as it is: `size` in bytes. `progress` is told how many of them have gone out."""

    path: Path
    name: str
    media_type: str
    size: int
    progress: Callable[[int], object] = lambda _sent: None


class Files(Protocol):
    """The files that a provider keeps for an account. Every method raises only `ChatError` (and `CancelledError`)."""

    @property
    def limits(self) -> FileLimits:
        """What the provider takes, by its documentation."""
        ...

    def account(self, salt: bytes) -> str:
        """A name for the account behind the address and the key, of which neither can be read."""
        ...

    async def available(self) -> bool:
        """Whether the server has files at all; asks it once where that is not known by its address."""
        ...

    async def upload(self, upload: Upload) -> RemoteFile:
        """Sends the file once, piece by piece from the disk. The answer may say that it is still being processed."""
        ...

    async def list(self) -> list[RemoteFile]:
        """All files of the account that questions may name, newest first where the vendor sorts them so."""
        ...

    async def status(self, file_id: str) -> RemoteFile:
        """Raises `not_found` for a file that is not there (any more)."""
        ...

    async def content(self, file_id: str) -> str:
        """The text that the provider found in the file (`Way.CONTENT`)."""
        ...

    async def delete(self, file_id: str) -> None:
        """Raises `not_found` for a file that is not there (any more)."""
        ...


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

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        """How an attachment of this type can reach this model, the best way first; nothing where there is no way.

        `UPLOAD` and `CONTENT` only if `files` is there; whether its server really has files is for it to say.
        """
        ...

    @property
    def files(self) -> Files | None:
        """The provider's files, where its protocol knows any."""
        ...

    async def models(self) -> list[ModelInfo]:
        """The models that the endpoint offers, in its order. Raises `ChatError`; `not_found` where it has no list."""
        ...

    async def aclose(self) -> None:
        """Closes the connections. Streams that still run end with an error."""
        ...
