"""Failures with words of strangers in them, cleaned of keys before anybody sees, stores or logs them. No judgement.

Two places use it: whoever builds a failure from what a server sent (`failed`, and `sentences` for this room), and
the seam that every provider stands behind (`cleaned_errors`), for the one that forgets.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import Text
from desktopchat.transports.redact import redact

DETAIL_CHARS = 2000
CODE_CHARS = 100
ID_CHARS = 200
READ_CHARS = 262_144
"""More is not looked at: an error may come in a frame of many megabytes."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def clean_detail(text: str, limit: int = DETAIL_CHARS) -> str:
    """Foreign wording that may be shown: without keys, without control characters, and not too long.

    Whoever cuts before may cut a key in two, of which no half is recognised: give it the whole, or far more than
    `limit`.
    """
    text = redact(repaired(text[:READ_CHARS]))
    text = _CONTROLS.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def cleaned(failure: Failure) -> Failure:
    """`failure` with every foreign string in it clean: its detail, its code, its id and the values of its sentences."""
    return replace(
        failure,
        message=_clean_values(failure.message),
        hint=failure.hint and _clean_values(failure.hint),
        detail=clean_detail(failure.detail),
        code=clean_detail(failure.code or "", CODE_CHARS) or None,
        request_id=clean_detail(failure.request_id or "", ID_CHARS) or None,
    )


def failed(
    kind: ErrorKind,
    message: Text,
    *,
    hint: Text | None = None,
    detail: str = "",
    status: int | None = None,
    code: str | None = None,
    retry_after: float | None = None,
    request_id: str | None = None,
    should_retry: bool | None = None,
) -> ChatError:
    """As `domain.errors.failed`, for what strangers said: cleaned."""
    return ChatError(cleaned(Failure(kind, message, hint, detail, status, code, retry_after, request_id, should_retry)))


@contextmanager
def cleaned_errors() -> Iterator[None]:
    """A `ChatError` that passes is clean behind it; it stays the same exception."""
    try:
        yield
    except ChatError as error:
        error.failure = cleaned(error.failure)
        error.args = (error.failure,)
        raise


def _clean_values(text: Text) -> Text:
    values = {name: clean_detail(value) if isinstance(value, str) else value for name, value in text.params.items()}
    return Text(text.key, values)
