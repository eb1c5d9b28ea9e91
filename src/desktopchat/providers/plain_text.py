"""Answers that are nothing but their text, as events for readers that know events; and how they are told from others.

Relays of three lines of PHP answer so, under any media type. What the text means is for the reader.
"""

import codecs
from enum import Enum, auto

from desktopchat.transports.lines import BomStripper
from desktopchat.transports.sse import SSEEvent

PLAIN_TEXT = "text/plain"
"""The type of the events that `TextAsEvents` gives out."""

BLANKS = " \t\r\n"

_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_PAGES = (b"<!doctype", b"<html", b"<head>", b"<body", b"<title>", b"<?xml", b"<!--", b"<br />")
"""How web pages begin, and (the last) the warnings of PHP."""


class Look(Enum):
    """What the first bytes of a body say that it is."""

    EVENTS = auto()
    PAGE = auto()
    TEXT = auto()


def first_look(start: bytes) -> Look | None:
    """What a body is that begins so, blanks left out; None while more of it is needed to tell."""
    begin = start[:16].lower()
    if begin.startswith(_FIELDS):
        return Look.EVENTS
    if begin.startswith(_PAGES):
        return Look.PAGE
    undecided = not begin or any(name.startswith(begin) for name in (*_FIELDS, *_PAGES))
    return None if undecided else Look.TEXT


class TextAsEvents:
    """Text as it comes: each piece of bytes is the data of an event. UTF-8; malformed bytes become U+FFFD.

    Blanks in front are left out: relays send thousands of them to get through the buffers of their web servers.
    """

    stray = b""

    def __init__(self) -> None:
        self._bom = BomStripper()
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = False

    def feed(self, data: bytes) -> list[SSEEvent]:
        """What `data` completes."""
        return self._events(self._utf8.decode(self._bom.feed(data)))

    def flush(self) -> SSEEvent | None:
        """At the end: half a character, if there is one."""
        return next(iter(self._events(self._utf8.decode(self._bom.flush(), final=True))), None)

    def _events(self, text: str) -> list[SSEEvent]:
        if not self._begun:
            text = text.lstrip(BLANKS)
        self._begun = self._begun or bool(text)
        return [SSEEvent(PLAIN_TEXT, text)] if text else []
