"""How long an answer may keep its reader waiting. Knows time and limits, nothing of the network."""

import asyncio
from dataclasses import dataclass
from enum import Enum

from desktopchat.domain.request import Limits
from desktopchat.transports.addresses import is_loopback

USUAL_WAIT_S = 120.0
LONG_WAIT_S = 600.0
"""For this computer, which may have to load a model first, and for models known to think before they speak."""

AWAY_S = 1.0
"""A reader busy for longer than this between two pieces (a debugger, a sleeping laptop) is not the server's delay."""


class Wait(Enum):
    """What is being waited for when time runs out."""

    CONNECT = "connect"
    SENDING = "sending"
    HEADERS = "headers"
    FIRST_CONTENT = "first content"
    CONTENT = "content"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for one endpoint, after every default was decided."""

    first_content_s: float
    idle_s: float
    headers_s: float

    @classmethod
    def decided(cls, limits: Limits, url: str, *, slow_model: bool) -> "Patience":
        usual = LONG_WAIT_S if slow_model or is_loopback(url) else USUAL_WAIT_S
        first = usual if limits.first_content_s is None else limits.first_content_s
        idle = usual if limits.idle_s is None else limits.idle_s
        headers = first if limits.headers_s is None else min(limits.headers_s, first)
        return cls(first, idle, headers)


class ContentClock:
    """The deadline of one answer, moved by content alone: comments and heartbeats do not count.

    The transport starts it when the request is on its way. Whoever understands the answer calls `content()` for
    each piece of text or reasoning, and `ended()` at the protocol's own end signal: from then on only a short grace
    is left for what may follow, and running out of it is no error.
    """

    def __init__(self, limits: Limits, url: str, slow_model: bool = False, *, whole: bool = False) -> None:
        """`whole`: the answer is small and comes at once; the wait for the first content is for all of it."""
        self.patience = Patience.decided(limits, url, slow_model=slow_model)
        self.deadline: float | None = None
        """In the running loop's time; None until the request was sent."""
        self.saw_content = False
        self.saw_end = False
        self._grace_s = limits.after_end_s
        self._whole = whole

    @property
    def wait(self) -> Wait:
        if self._whole:
            return Wait.ALL
        return Wait.CONTENT if self.saw_content else Wait.FIRST_CONTENT

    @property
    def patience_s(self) -> float:
        """The seconds that are (or were) granted for the present wait."""
        return self.patience.idle_s if self.saw_content else self.patience.first_content_s

    def start(self) -> None:
        """The request was sent: the wait for the first content begins."""
        self.deadline = _now() + self.patience.first_content_s

    def content(self) -> None:
        """A piece of the answer was seen."""
        self.saw_content = True
        if not self.saw_end:
            self.deadline = _now() + self.patience.idle_s

    def ended(self, grace_s: float | None = None) -> None:
        """The end signal was seen. Telling it again does not lengthen the grace."""
        if not self.saw_end:
            self.saw_end = True
            self.deadline = _now() + (self._grace_s if grace_s is None else grace_s)

    def allow(self, seconds: float) -> None:
        """From now on so long and no longer, whatever was waited for."""
        self.deadline = _now() + seconds

    def was_away(self, seconds: float) -> None:
        """The reader itself was busy for so long since it took the last piece."""
        if self.deadline is not None and seconds > AWAY_S:
            self.deadline += seconds

    def is_over(self) -> bool:
        return self.deadline is not None and _now() >= self.deadline


class Alarm:
    """Ends a wait at the clock's deadline: `with alarm:` around it raises TimeoutError then, and `rang` is true.

    One timer serves many waits. The deadline moves with every piece of an answer; a new timer for each would cost more
    than reading it, and a loop in Qt keeps those that were called off until their time.
    """

    def __init__(self, clock: ContentClock) -> None:
        self.rang = False
        self._clock = clock
        self._timer: asyncio.Handle | None = None
        self._due = 0.0
        self._waiting: asyncio.Task[object] | None = None
        self._cancelling = 0

    def __enter__(self) -> None:
        self._waiting = asyncio.current_task()
        if self._waiting is None:
            raise RuntimeError("only a task can wait")
        self._cancelling = self._waiting.cancelling()
        self.rang = False
        self._set()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        task, self._waiting = self._waiting, None
        if self.rang and task is not None and task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def drop(self) -> None:
        """Nobody will wait any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self) -> None:
        deadline = self._clock.deadline
        if deadline is not None and (self._timer is None or deadline < self._due):
            self.drop()
            self._due = deadline
            self._timer = asyncio.get_running_loop().call_at(deadline, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiting is None:
            return  # whoever waits next sets it again
        if self._clock.is_over():
            self.rang = True
            self._waiting.cancel()
        else:
            self._set()


def _now() -> float:
    return asyncio.get_running_loop().time()
