"""Reads e-mail: who wrote to whom and when, and what; files in the message are named but not read."""

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from desktopchat.documents import web
from desktopchat.documents.encodings import decoded
from desktopchat.documents.extracted import NoteKind
from desktopchat.documents.refusals import RefusedError
from desktopchat.documents.writing import Writer

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_MAX_PARTS = 1_000
_next_message = re.compile(rb"\n\r?\nFrom [^\r\n]{1,200}\r?\n")


def read(data: bytes, into: Writer, *, is_mailbox: bool) -> None:
    """Writes a message; of a mailbox the first one, and notes how many more there are."""
    if is_mailbox:
        data = data.removeprefix(b"From ").partition(b"\n")[2] if data.startswith(b"From ") else data
        starts = [found.start() for found in _next_message.finditer(data)]
        into.note(NoteKind.MORE_MESSAGES, len(starts))
        data = data[: starts[0]] if starts else data
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
    into.begin(_header(message, "Subject"))
    for name in _HEADERS:
        if value := _header(message, name):
            into.write(f"{name}: {value}\n")
    into.write("\n")
    _body(message, into)
    _files(message, into)


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message.get(name)
    except Exception:  # noqa: BLE001 - the parser of the standard library fails in many ways at what mails contain
        value = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(str(value or "").split())


def _body(message: EmailMessage, into: Writer) -> None:
    """The plain text; where there is none, the web page."""
    parts = [part for part in _leaves(message) if not part.is_attachment() and not part.get_filename()]
    texts = [part for part in parts if part.get_content_type() == "text/plain"]
    for part in texts:
        into.write(f"{_text(part).strip()}\n\n")
    if not any(_text(part).strip() for part in texts):
        for part in parts:
            if part.get_content_type() == "text/html":
                web.read(_text(part), into)


def _files(message: EmailMessage, into: Writer) -> None:
    names = [name for part in _leaves(message) if (name := part.get_filename())]
    for name in names:
        into.write(f"Attachment: {' '.join(name.split())}\n")
    into.note(NoteKind.ATTACHMENTS, len(names))


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that are no containers, without recursion: a message may be nested more deeply than Python may call."""
    stack = [message]
    seen = 0
    while stack and seen < _MAX_PARTS:
        part = stack.pop()
        seen += 1
        inside = part.get_payload() if part.is_multipart() else None
        if isinstance(inside, list):
            stack += [below for below in reversed(inside) if isinstance(below, EmailMessage)]
        else:
            yield part


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return decoded(data, declared=str(part.get_content_charset("") or "")).text if data else ""
    except RefusedError:  # says that it is text, and is not
        return ""
