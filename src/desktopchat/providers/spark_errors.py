"""What Spark says went wrong, in its frames and at the handshake, and what to do about it.

Gateways in front of it may have the codes of others.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.text import Text, msg
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.providers.spark_codes import CODES, Meaning
from desktopchat.providers.vendor_errors import SENTENCES as USUAL
from desktopchat.providers.vendor_errors import Complaint, complaint_in_body, error_for_status, judged
from desktopchat.transports.foreign import failed

LARGEST_SKEW_S = 300.0
"""So far a clock may be off, by the vendor's word."""


def error_in_frame(complaint: Complaint, sid: str | None, domain: str = "") -> ChatError:
    """The error for a frame that reports one. `domain` is the model that belongs to the address, if that is known."""
    meaning = CODES.get(complaint.code) or _unknown(complaint)
    hint = meaning.hint
    if complaint.code == "10404" and domain:
        hint = msg("At this address the model is called “{name}”. For another model, change the address.", name=domain)
    return failed(
        meaning.kind,
        meaning.message,
        hint=hint,
        detail=complaint.message,
        code=complaint.code,
        request_id=sid or complaint.request_id,
        should_retry=meaning.should_retry,
    )


def handshake_error(status: int, headers: Mapping[str, str], body: bytes, now: float, *, had_key: bool) -> ChatError:
    """The error for a handshake that was refused. `headers` have lower-case names; `now` is this computer's clock."""
    complaint = complaint_in_body(body)
    reason = _reason(status, complaint.message, _skew(headers, now), had_key=had_key)
    general = error_for_status(status, headers, body, OPENAI_ERRORS, complaint.request_id or None)
    if reason is None:
        return general
    message, hint = reason
    failure = general.failure
    return failed(
        failure.kind,
        message,
        hint=hint,
        detail=complaint.message,
        status=status,
        request_id=failure.request_id,
        should_retry=failure.should_retry,
    )


def _unknown(complaint: Complaint) -> Meaning:
    kind = judged(complaint, None, OPENAI_ERRORS)
    message, hint = USUAL.get(kind, USUAL[ErrorKind.OVERLOADED])
    return Meaning(kind, message, hint)


_SET_THE_CLOCK = msg("Set this computer's date, time and time zone, best automatically. Up to 5 minutes are tolerated.")
_NO_KEY = (
    msg("Spark wants a key, and this provider has none."),
    msg("The key is the three values of the iFlytek console in one: APPID:APIKEY:APISECRET."),
)
# the few words are those of Kong's HMAC plug-in, which the gateway runs; the first row of which all are found counts
_WORDS_AT_THE_HANDSHAKE = (
    (
        ("cannot be verified", "date"),
        msg("This computer's clock seems to be wrong: Spark does not accept the time of the question."),
        _SET_THE_CLOCK,
    ),
    (
        ("does not match",),
        msg("The APISecret is not the right one."),
        msg("It is the last of the three values: APPID:APIKEY:APISECRET. Copy it again from the iFlytek console."),
    ),
    (
        ("cannot be verified",),
        msg("Spark does not know this APIKey."),
        msg("It is the middle one of the three values: APPID:APIKEY:APISECRET. Is their order right?"),
    ),
)


def _reason(status: int, words: str, skew_s: float, *, had_key: bool) -> tuple[Text, Text] | None:
    """What a refusal means, and what to do; None for what the status says best."""
    if status not in (401, 403):
        return None
    if not had_key:
        return _NO_KEY
    if abs(skew_s) > LARGEST_SKEW_S:
        minutes = round(abs(skew_s) / 60)
        return msg("This computer's clock and Spark's differ by {minutes} minutes.", minutes=minutes), _SET_THE_CLOCK
    said = words.lower()
    rows = (row for row in _WORDS_AT_THE_HANDSHAKE if all(word in said for word in row[0]))
    return next(((message, hint) for _, message, hint in rows), None)


def _skew(headers: Mapping[str, str], now: float) -> float:
    """By how many seconds this computer's clock is ahead of the server's; 0 where the server does not tell."""
    try:
        moment = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return (datetime.fromtimestamp(now, UTC) - moment).total_seconds()
