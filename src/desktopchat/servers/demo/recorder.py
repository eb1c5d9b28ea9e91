"""Remembers the last requests for tests and for the curious, never their keys."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from desktopchat.domain.values import Json

KEPT_HEADERS = frozenset(
    {"accept", "accept-encoding", "anthropic-version", "content-type", "user-agent", "x-dashscope-sse"}
)


@dataclass(slots=True)
class Recorded:
    """A request as it came. Of the credentials only whether there were any; `gone` once its client hung up early."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    had_key: bool = False
    gone: bool = False


class Recorder:
    """The newest requests, oldest first. Written by the server's thread, read by any."""

    def __init__(self, most: int = 100) -> None:
        self._requests: deque[Recorded] = deque(maxlen=most)

    def add(self, request: Recorded) -> None:
        self._requests.append(request)

    def all(self) -> list[Recorded]:
        return list(self._requests)

    def last(self) -> Recorded:
        """The newest request. Raises IndexError if there was none."""
        return self._requests[-1]

    def clear(self) -> None:
        self._requests.clear()
