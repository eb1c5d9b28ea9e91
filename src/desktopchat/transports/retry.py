"""When to ask again, and how long to wait before: pure rules, no sleeping and no sending.

Two failures of which nothing was shown are left to the user all the same: an answer that ended empty (`protocol`: a
request too long for a local server does that every time), and one without content in time (`timeout`: the model may
have thought and been paid for, and the next wait would be as long).
"""

import math
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.transports import sentences

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 8.0
JITTER = 0.25
"""The share of a delay that chance may take off, so that many clients do not come back at once."""

CONFLICT = 409
"""Vendors say it of a lock that somebody else holds for a moment."""

LONGEST_WISH_S = 60.0
"""A server that wants a longer pause is not waited for: the user decides."""


def delay_before_retry(failure: Failure, attempt: int, chance: Callable[[], float] = random.random) -> float | None:
    """Seconds to wait before asking again after `attempt` (0, 1, …) has failed, or None: do not.

    Only for answers of which nothing was shown. `chance` gives numbers in [0, 1). The server's own word
    (`failure.should_retry`) wins over the kind, but not over a wish for a long pause.
    """
    if not (may_help(failure) if failure.should_retry is None else failure.should_retry):
        return None
    if failure.retry_after is not None:
        return failure.retry_after if failure.retry_after <= LONGEST_WISH_S else None
    delay: float = min(FIRST_DELAY_S * 2.0 ** min(attempt, 16), LONGEST_DELAY_S)
    return delay * (1 - JITTER * chance())


def may_help(failure: Failure) -> bool:
    """Whether the same request can succeed a little later."""
    match failure.kind:
        case ErrorKind.RATE_LIMITED | ErrorKind.OVERLOADED:
            return True
        case ErrorKind.NETWORK:
            return not sentences.needs_the_user(failure)
        case ErrorKind.TIMEOUT:
            return failure.status is not None or sentences.CONNECT_TIMED_OUT.said_in(failure)
        case ErrorKind.BAD_REQUEST:
            return failure.status == CONFLICT
        case _:
            return False


def should_retry(headers: Mapping[str, str]) -> bool | None:
    """The server's word on it, if it gave one. Header names are in lower case."""
    return {"true": True, "false": False}.get(headers.get("x-should-retry", "").strip().lower())


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The pause in seconds that a server asked for, or None for none or nonsense. Header names are in lower case.

    Understands `retry-after-ms`, and `retry-after` as seconds, fractions, dates (naive ones are UTC) and several
    values in one header, of which the longest counts.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "").strip()
    whole = _seconds(value, now or datetime.now(UTC))
    if whole is not None:
        return whole
    several = [n for part in value.split(",") if (n := _number(part)) is not None]
    return max(several, default=None)


def _seconds(value: str, now: datetime) -> float | None:
    number = _number(value)
    if number is not None:
        return number
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (moment - now).total_seconds())


def _number(text: str) -> float | None:
    text = text.strip()
    if not text.isascii() or "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
