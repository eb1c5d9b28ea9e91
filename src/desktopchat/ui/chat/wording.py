"""What the transcript says about messages: authors, times, counts, states, kinds of errors. Text only, no widgets."""

import math
from datetime import datetime

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.message import FinishReason, Message, MessageState, ReasoningPart, Role
from desktopchat.domain.text import Text, msg
from desktopchat.i18n import ntr, render, tr

_KINDS: dict[ErrorKind, Text] = {
    ErrorKind.AUTH: msg("The key was not accepted"),
    ErrorKind.PERMISSION: msg("Not allowed"),
    ErrorKind.NOT_FOUND: msg("Not found"),
    ErrorKind.BAD_REQUEST: msg("The request was refused"),
    ErrorKind.CONTEXT_LENGTH: msg("The conversation is too long for this model"),
    ErrorKind.CONTENT_FILTERED: msg("Stopped by a content filter"),
    ErrorKind.RATE_LIMITED: msg("Too many requests"),
    ErrorKind.QUOTA: msg("The account's quota is used up"),
    ErrorKind.OVERLOADED: msg("The provider has trouble"),
    ErrorKind.NETWORK: msg("No connection"),
    ErrorKind.TIMEOUT: msg("No answer in time"),
    ErrorKind.PROTOCOL: msg("The answer could not be understood"),
    ErrorKind.TRUNCATED: msg("The answer broke off"),
    ErrorKind.TOO_LARGE: msg("Too large"),
    ErrorKind.FILE_REJECTED: msg("The file was refused"),
    ErrorKind.FILE_PROCESSING: msg("The file could not be read"),
    ErrorKind.KEYRING: msg("The key store has trouble"),
    ErrorKind.STORAGE: msg("Not stored"),
    ErrorKind.CANCELLED: msg("Cancelled"),
    ErrorKind.INTERNAL: msg("An error in this program"),
}


def author(message: Message) -> str:
    """Who says it: "You", or the model's name."""
    if message.role is Role.USER:
        return tr("You")
    return message.model or message.provider or tr("Assistant")


def meta(message: Message) -> str:
    """The small line below a message: time, and for an answer what it took."""
    parts = [moment(message.created)]
    if message.usage is not None and message.usage.output_tokens is not None:
        parts.append(ntr("{n} token", "{n} tokens", message.usage.output_tokens))
    if message.role is not Role.USER and message.duration_ms is not None:
        parts.append(duration(message.duration_ms))
    if message.role is not Role.USER and message.first_token_ms is not None:
        parts.append(tr("first word after {time}", time=duration(message.first_token_ms)))
    return " · ".join(parts)


def moment(when: datetime) -> str:
    """A time of today, or a day with its time."""
    local = when.astimezone()
    today = local.date() == datetime.now().astimezone().date()
    return f"{local:%H:%M}" if today else f"{local:%Y-%m-%d %H:%M}"


def duration(milliseconds: int) -> str:
    seconds = milliseconds / 1000
    if milliseconds < 100:
        return tr("{n} ms", n=milliseconds)
    if seconds < 10:
        return tr("{seconds} s", seconds=f"{seconds:.1f}")
    if seconds < 60:
        return tr("{seconds} s", seconds=round(seconds))
    return tr("{minutes} min {seconds} s", minutes=int(seconds // 60), seconds=round(seconds) % 60)


def state(message: Message) -> str:
    """A badge for an answer that is not whole; "" for one that is."""
    match message.state:
        case MessageState.STOPPED:
            return tr("Stopped")
        case MessageState.PARTIAL:
            return tr("Incomplete")
        case _:
            return tr("Cut at the length limit") if message.finish_reason is FinishReason.LENGTH else ""


def unfinished(message: Message) -> str:
    """What is missing of an answer that is not whole, in a sentence."""
    match message.state:
        case MessageState.STOPPED:
            return tr("You stopped this answer.")
        case MessageState.PARTIAL:
            return tr("This answer is not complete.")
        case _:
            return tr("This answer was cut at the length limit.")


def thinking(seconds: float) -> str:
    """The heading of thoughts that are still coming."""
    return tr("Thinking…") if seconds < 1 else tr("Thinking… {time}", time=whole_seconds(seconds))


def thought(message: Message, measured_ms: int | None = None) -> str:
    """The heading of finished thoughts. `measured_ms` is what was seen of them where the message does not say."""
    known = [p.duration_ms for p in message.parts if isinstance(p, ReasoningPart) and p.duration_ms is not None]
    took = sum(known) if known else measured_ms
    return tr("Thought process") if took is None else tr("Thought for {time}", time=duration(took))


def retrying(kind: str, seconds: float) -> str:
    """What an answer waits for that failed and is asked for again; `kind` is the failure's."""
    if seconds <= 0:
        return tr("{kind} · Trying again…", kind=kind)
    return tr("{kind} · Trying again in {seconds} s", kind=kind, seconds=math.ceil(seconds))


def whole_seconds(seconds: float) -> str:
    """A time that is still running: seconds, from a minute on with minutes."""
    return duration(int(seconds) * 1000) if seconds >= 10 else tr("{seconds} s", seconds=int(seconds))


def size(count: int) -> str:
    """A file's size for people: bytes, kB, MB."""
    if count < 1000:
        return ntr("{n} byte", "{n} bytes", count)
    if count < 1_000_000:
        return tr("{n} kB", n=round(count / 1000))
    return tr("{n} MB", n=f"{count / 1_000_000:.1f}")


def kind(failure: Failure) -> str:
    return render(_KINDS[failure.kind])


def details(failure: Failure) -> str:
    """What a provider's support asks for, line by line."""
    named = {
        "kind": failure.kind,
        "status": failure.status,
        "code": failure.code,
        "request_id": failure.request_id,
        "retry_after": failure.retry_after,
    }
    lines = [f"{name}: {value}" for name, value in named.items() if value not in (None, "")]
    if failure.detail:
        lines.append(failure.detail)
    return "\n".join(lines)
