"""How a failure looks to the relay's clients: a status, and a document in the articles' form or in OpenAI's."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.text import Text
from desktopchat.domain.values import Json
from desktopchat.i18n import render

_LINE_ENDS = {ord(character): f"\\u{ord(character):04x}" for character in "\u0085\u2028\u2029"}
Document = Callable[[Failure], dict[str, Json]]


@dataclass(frozen=True, slots=True)
class _Told:
    """A kind as HTTP and OpenAI's clients know it."""

    status: int
    code: str
    type: str = "invalid_request_error"


_TOLD: Mapping[ErrorKind, _Told] = {
    ErrorKind.AUTH: _Told(401, "invalid_api_key"),
    ErrorKind.PERMISSION: _Told(403, "permission_denied"),
    ErrorKind.NOT_FOUND: _Told(404, "model_not_found"),
    ErrorKind.BAD_REQUEST: _Told(400, "invalid_request"),
    ErrorKind.CONTEXT_LENGTH: _Told(400, "context_length_exceeded"),
    ErrorKind.CONTENT_FILTERED: _Told(400, "content_filter"),
    ErrorKind.FILE_REJECTED: _Told(400, "file_rejected"),
    ErrorKind.TOO_LARGE: _Told(413, "too_large"),
    ErrorKind.RATE_LIMITED: _Told(429, "rate_limit_exceeded", "requests"),
    ErrorKind.QUOTA: _Told(429, "insufficient_quota", "insufficient_quota"),
    ErrorKind.OVERLOADED: _Told(503, "server_error", "server_error"),
    ErrorKind.NETWORK: _Told(502, "network", "server_error"),
    ErrorKind.PROTOCOL: _Told(502, "protocol", "server_error"),
    ErrorKind.TRUNCATED: _Told(502, "truncated", "server_error"),
    ErrorKind.TIMEOUT: _Told(504, "timeout", "server_error"),
}
_OTHER = _Told(500, "internal", "server_error")


def status_of(failure: Failure) -> int:
    return 408 if failure.status == 408 else _TOLD.get(failure.kind, _OTHER).status


def as_event(failure: Failure) -> dict[str, Json]:
    """The articles' form: `msg`, and `kind` for programs."""
    fields: dict[str, Json] = {"msg": render(failure.message), "kind": failure.kind.value}
    if failure.hint:
        fields["hint"] = render(failure.hint)
    return fields | _more(failure)


def as_openai(failure: Failure) -> dict[str, Json]:
    """OpenAI's form. Its own names stand for our kinds, as clients look at them; `kind` is beside."""
    told = _TOLD.get(failure.kind, _OTHER)
    words = render(failure.message)
    if failure.hint and render(failure.hint) not in words:
        words = f"{words} {render(failure.hint)}"
    error: dict[str, Json] = {"message": words, "type": told.type, "param": None, "code": told.code}
    return {"error": {**error, "kind": failure.kind.value, **_more(failure)}}


def refused(failure: Failure, document: Document, status: int = 0) -> Response:
    """The response for a request that gets no answer; `status` where the kind's own is not the one."""
    headers = {}
    if failure.retry_after is not None:
        headers["retry-after"] = str(math.ceil(failure.retry_after))
    return json_response(document(failure), status or status_of(failure), headers)


def plain(kind: ErrorKind, message: Text, hint: Text | None = None, *, retry_after: float | None = None) -> Failure:
    """A failure of the relay itself."""
    return Failure(kind, message, hint, retry_after=retry_after)


def json_response(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(as_json(value).encode(), status, headers, media_type="application/json")


def as_json(value: Json) -> str:
    """One line, also for clients that take more for a line's end than the standard does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS)


def _more(failure: Failure) -> dict[str, Json]:
    """What may help whoever looks further; nothing that is not known."""
    more: dict[str, Json] = {
        "status": failure.status,
        "vendor_code": failure.code,
        "retry_after": failure.retry_after,
        "request_id": failure.request_id,
    }
    return {name: value for name, value in more.items() if value is not None}
