"""Keys as people paste them, made usable, with a word on what was taken away. Keeps nothing."""

import re

from desktopchat.domain.secret import Secret
from desktopchat.domain.text import Text, msg

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_BLANKS = " \t\r\n\f\v\u00a0\u3000"
_QUOTES = "\"'`“”‘’"
_HEADER = re.compile(r"(?:(?:authorization|api-key|x-api-key)\s*:\s*)?(?:bearer\s+)?", re.IGNORECASE)


def clean_key(text: str) -> tuple[Secret, tuple[Text, ...]]:
    """The key in `text`, and a sentence for each thing that was removed around it.

    An empty `Secret` means that there was no key. Blanks inside a key stay: it will be refused when it is used.
    """
    notes: list[Text] = []
    key = text.translate(_INVISIBLE).strip(_BLANKS)
    if key != text:
        notes.append(msg("Blanks around the key were removed."))
    key, quoted = _unquoted(key)
    without = "" if key.lower() == "bearer" else key[_end_of_header(key) :]
    if without != key:
        notes.append(msg("“Bearer” in front of the key was removed; it is sent anyway."))
    key, quoted_inside = _unquoted(without)
    if quoted or quoted_inside:
        notes.append(msg("Quotation marks around the key were removed."))
    return Secret(key), tuple(notes)


def _unquoted(key: str) -> tuple[str, bool]:
    bare = key.strip(_QUOTES).strip(_BLANKS)
    return bare, bare != key


def _end_of_header(key: str) -> int:
    found = _HEADER.match(key)
    return found.end() if found else 0
