"""What can go wrong, as values that can be shown, stored and sent on.

`Failure` is the value; `ChatError` is the one exception that crosses a layer, and carries a `Failure`.
Everything foreign (httpx, SQLite, keyring, JSON) is translated once, where it enters.
"""

from dataclasses import dataclass
from enum import StrEnum

from desktopchat.domain.text import Text, msg


class ErrorKind(StrEnum):
    """The kinds that scripts and users may rely on."""

    AUTH = "auth"
    PERMISSION = "permission"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    CONTEXT_LENGTH = "context_length"
    CONTENT_FILTERED = "content_filtered"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    OVERLOADED = "overloaded"
    NETWORK = "network"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    FILE_REJECTED = "file_rejected"
    FILE_PROCESSING = "file_processing"
    KEYRING = "keyring"
    STORAGE = "storage"
    CANCELLED = "cancelled"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Failure:
    """What happened, what it means and what to do.

    `detail` is the other side's own wording (already redacted and cut to a sane length), `code` its own
    error code, `retry_after` seconds, `should_retry` its word on whether asking again can help.
    """

    kind: ErrorKind
    message: Text
    hint: Text | None = None
    detail: str = ""
    status: int | None = None
    code: str | None = None
    retry_after: float | None = None
    request_id: str | None = None
    should_retry: bool | None = None


class ChatError(Exception):
    """The only exception that leaves a provider, a store or a service."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure

    @property
    def kind(self) -> ErrorKind:
        return self.failure.kind

    def __str__(self) -> str:
        values = {**self.failure.message.params}
        try:
            text = self.failure.message.key.format(**values)
        except (KeyError, IndexError, ValueError):
            text = self.failure.message.key
        return f"{self.failure.kind}: {text}"


def failed(
    kind: ErrorKind,
    message: Text | str,
    *,
    hint: Text | None = None,
    detail: str = "",
    status: int | None = None,
    code: str | None = None,
    retry_after: float | None = None,
    request_id: str | None = None,
    should_retry: bool | None = None,
) -> ChatError:
    """Builds a `ChatError`; a plain string as message is a sentence without values that was marked elsewhere."""
    text = msg(message) if isinstance(message, str) else message
    return ChatError(Failure(kind, text, hint, detail, status, code, retry_after, request_id, should_retry))
