"""Taking keys out of texts before anybody sees them: the known ones exactly, unknown ones by their look."""

import base64
import json
import logging
import re
import threading
from urllib.parse import quote, quote_plus

from desktopchat.domain.secret import Secret

REDACTED = "[redacted]"
SHORTEST = 8
"""Known secrets shorter than this are left to the patterns: replacing them would tear ordinary words apart."""

_VALUE = r"""(?:(?=[^\s"',;&]{0,400}\d)[^\s"',;&]{8,}|[^\s"',;&]{16,})"""
_HEADERS = "api[-_]?key|authorization|cookie"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, flags), replacement)
    for pattern, flags, replacement in (
        # the vendors' own looks; the stars are in keys that a server has masked halfway
        (r"\b(?:sk|gsk|pplx|hf|xai|ghp|rk|pk)[-_][A-Za-z0-9_*.…-]{12,}", 0, REDACTED),
        (r"\bAIza[0-9A-Za-z_-]{20,}", 0, REDACTED),
        (r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?", 0, REDACTED),
        (r"\b[0-9a-f]{32}\.[A-Za-z0-9]{16}\b", 0, REDACTED),
        # the places where keys stand
        (rf"\b(bearer|basic)(\s+|%20){_VALUE}", re.IGNORECASE, rf"\1\2{REDACTED}"),
        (
            rf"""\b((?:x-(?:goog-)?|proxy-|set-)?(?:{_HEADERS}))(["']?\s*[:=]\s*b?["']?){_VALUE}""",
            re.IGNORECASE,
            rf"\1\2{REDACTED}",
        ),
        (
            r"([?&](?:api[-_]?key|key|token|access[-_]token|authorization|sig|signature|secret|password)=)[^&\s\"'#]+",
            re.IGNORECASE,
            rf"\1{REDACTED}",
        ),
        (r"(://)[^/\s:@]*:[^/\s@]*@", 0, rf"\1{REDACTED}@"),
    )
)


class _Known:
    """The secrets that were registered, as one pattern of all their forms. Case is ignored: hosts lose it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, forms: set[str]) -> None:
        with self._lock:
            if forms <= self._forms:
                return
            self._forms |= forms
            longest_first = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)

    def removed_from(self, text: str) -> str:
        return text if self._pattern is None else self._pattern.sub(REDACTED, text)


_known = _Known()


def register(secret: Secret | str) -> None:
    """From now on `redact` takes this secret out in every form that it is likely to turn up in.

    A value such as `Bearer KEY` or `ID:KEY:SECRET` is known whole and by its parts.
    """
    value = (secret.reveal() if isinstance(secret, Secret) else secret).strip()
    parts = {value, *value.split(), *value.split(":")}
    _known.add({form for part in parts if len(part) >= SHORTEST for form in _forms(part)})


def redact(text: str) -> str:
    """`text` without known secrets and without what looks like one."""
    text = _known.removed_from(text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class RedactingFilter(logging.Filter):
    """Cleans a record's message and traceback. Put it on handlers: a logger's filters do not see its children."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(_message_of(record)), None
        if record.exc_info:
            record.exc_text = record.exc_text or logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a log call with wrong arguments must neither fail nor get past the redaction
        return f"{record.msg!s} {record.args!r}"


def _forms(value: str) -> set[str]:
    raw = value.encode("utf-8", "replace")
    forms = {value, quote(raw, safe=""), quote(raw), quote_plus(raw), json.dumps(value)[1:-1], repr(value)[1:-1]}
    return forms | {form for shift in range(3) for form in _base64_forms(raw, shift)}


def _base64_forms(raw: bytes, shift: int) -> set[str]:
    """The part of a base64 text that stays the same whatever stands around the value, `shift` bytes into a triple."""
    encoded = base64.b64encode(b"\0" * shift + raw).decode("ascii").rstrip("=")
    begin = -(-shift * 8 // 6)
    end = (shift + len(raw)) * 8 // 6
    core = encoded[begin:end]
    return {core, core.replace("+", "-").replace("/", "_")} if len(core) >= SHORTEST else set()
