"""What one client, or a page gone wild, may take of the relay: so many requests, so many at once, so much of a body."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.request import MIB
from desktopchat.domain.text import msg


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """Generous for people and their tools, small beside what a mistake in a loop asks for."""

    body_bytes: int = 4 * MIB
    body_s: float = 30.0
    questions_at_once: int = 32
    questions_per_second: float = 20.0
    questions_in_a_burst: int = 200
    wrong_tokens_per_second: float = 1.0
    wrong_tokens_in_a_burst: int = 20
    heartbeat_s: float = 15.0


class Bucket:
    """Lets `burst` through at once, and `per_second` over time."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float]) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._left = float(burst)
        self._seen = clock()

    def take(self) -> float:
        """0 if there was one to take; else the seconds until there will be."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._per_second


class Room:
    """How many answers may be on their way."""

    def __init__(self, most: int) -> None:
        self._free = most

    @contextmanager
    def taken(self) -> Iterator[None]:
        """A place for one answer. Raises `ChatError` `rate_limited` where none is free."""
        if not self._free:
            raise failed(
                ErrorKind.RATE_LIMITED,
                msg("The relay is answering as many questions as it may."),
                hint=msg("Wait until one of them is answered."),
                retry_after=1.0,
            )
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


async def body_of(request: Request, limits: RelayLimits) -> bytes:
    """The whole body. Raises `ChatError`: `too_large`, or `timeout` for one that does not come."""
    read = bytearray()
    try:
        async with asyncio.timeout(limits.body_s):
            async for piece in request.stream():
                read += piece
                if len(read) > limits.body_bytes:
                    raise _too_large(limits.body_bytes)
    except TimeoutError as error:
        raise failed(ErrorKind.TIMEOUT, msg("The rest of the request did not come."), status=408) from error
    except ClientDisconnect as error:
        raise failed(ErrorKind.NETWORK, msg("The client went away while it was asking.")) from error
    return bytes(read)


def _too_large(limit: int) -> ChatError:
    return failed(
        ErrorKind.TOO_LARGE,
        msg("The request is larger than {limit} MiB, the most that the relay takes.", limit=limit // MIB),
        hint=msg("Send less of the conversation."),
    )
