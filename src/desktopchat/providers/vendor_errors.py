"""What a server says went wrong, in whichever of the usual shapes, judged by its code, its status and its words.

The order is the contract's: the vendor's own code, then the HTTP status, then the body's form. Tables of codes are
data; a vendor with codes of its own has its own `ErrorTable`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.text import Text, msg
from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import list_of, object_of, parse, string_of, wording
from desktopchat.transports.foreign import failed

READ_FOR_WORDS = 2000
READ_FOR_DETAIL = 65_536
"""Far more than is shown: a key that is cut in two would not be recognised."""

SIGNS = frozenset({"error", "errors", "base_resp", "code", "type", "detail"})
"""Without any of these (and without `object: error`) there is no error in a body: told at once, for every frame."""

OKAY_CODES = frozenset({"", "0", "200", "ok", "success"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error as the server words it; everything may be empty. `retry_after` is in seconds."""

    message: str = ""
    code: str = ""
    type: str = ""
    request_id: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """A vendor's codes (lower case; types count as codes) and what to advise for its kinds."""

    codes: Mapping[str, ErrorKind]
    hints: Mapping[ErrorKind, Text] = field(default_factory=dict)

    def extended(self, codes: Mapping[str, ErrorKind], hints: Mapping[ErrorKind, Text]) -> "ErrorTable":
        """This table with more rows; the new ones win."""
        return ErrorTable({**self.codes, **codes}, {**self.hints, **hints})

    def kind_of(self, complaint: Complaint) -> ErrorKind | None:
        """What the vendor's own names say; the code counts more than the type."""
        for name in (complaint.code, complaint.type):
            if kind := self.codes.get(name.lower()):
                return kind
        return None


def complaint_in(document: Json) -> Complaint | None:
    """The error in a body or in a frame of a stream, or None if there is none.

    Knows `error` as an object or a string, flat bodies (`object: error`, `code` with `message`), `detail` in
    FastAPI's forms, `errors` lists and MiniMax's `base_resp`.
    """
    if isinstance(document, list):
        document = next((item for item in document if isinstance(item, dict)), None)
    if not isinstance(document, dict):
        return None
    if SIGNS.isdisjoint(document) and document.get("object") != "error":
        return None
    found = _nested(document) or _flat(document)
    if found is None:
        return None
    return replace(found, request_id=_request_id(document))


def complaint_in_body(body: bytes) -> Complaint:
    """The error in the body of an error status, or its first words where it has no form."""
    try:
        document = parse(body.strip())
    except ValueError:
        return Complaint(first_words(body))
    if isinstance(document, str):
        return Complaint(document.strip())
    found = complaint_in(document)
    return found or Complaint(_message(document) or first_words(body), request_id=_request_id(object_of(document)))


def first_words(body: bytes) -> str:
    """What a person can make of a body that is not JSON: a page's title, or its first line."""
    text = body[:READ_FOR_DETAIL].decode("utf-8", "replace").strip()
    if text.startswith("<"):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        return " ".join(title[1].split()) if title else ""
    return text.partition("\n")[0].strip()


def judged(complaint: Complaint, status: int | None, table: ErrorTable) -> ErrorKind:
    """The kind of an error; `status` is None for one inside a stream that began well."""
    from desktopchat.transports.errors import kind_for_status

    known = table.kind_of(complaint)
    if known not in (None, ErrorKind.BAD_REQUEST):
        return known
    if status is None:
        status = _status_in(complaint.code)
    kind = known or (ErrorKind.OVERLOADED if status is None else kind_for_status(status))
    if status is None or kind is ErrorKind.BAD_REQUEST:
        return _kind_of_words(complaint.message) or kind
    return kind


def error_in_stream(complaint: Complaint, table: ErrorTable, request_id: str | None) -> ChatError:
    """The error for an error object where an answer should be."""
    kind = judged(complaint, None, table)
    return _error(kind, complaint, table, retry_after=_retry_after_of(complaint), request_id=request_id)


def error_for_status(
    status: int, headers: Mapping[str, str], body: bytes, table: ErrorTable, request_id: str | None
) -> ChatError:
    """The error for a response whose status is not 2xx."""
    from desktopchat.transports import errors

    complaint = complaint_in_body(body)
    request_id = request_id or complaint.request_id or None
    code = complaint.code or complaint.type
    general = errors.for_status(status, headers, detail=complaint.message, code=code, request_id=request_id).failure
    kind = judged(complaint, status, table)
    if kind is general.kind:
        hint = table.hints.get(kind, general.hint)
        retry_after = general.retry_after
        if retry_after is None and kind is ErrorKind.RATE_LIMITED:
            retry_after = _retry_after_of(complaint)
        return ChatError(replace(general, hint=hint, retry_after=retry_after))
    return _error(
        kind,
        complaint,
        table,
        status=status,
        retry_after=general.retry_after,
        request_id=general.request_id,
        should_retry=general.should_retry,
    )


def _error(
    kind: ErrorKind,
    complaint: Complaint,
    table: ErrorTable,
    *,
    status: int | None = None,
    retry_after: float | None = None,
    request_id: str | None = None,
    should_retry: bool | None = None,
) -> ChatError:
    message, hint = SENTENCES.get(kind, SENTENCES[ErrorKind.OVERLOADED])
    return failed(
        kind,
        message,
        hint=table.hints.get(kind, hint),
        detail=complaint.message,
        status=status,
        code=complaint.code or complaint.type,
        retry_after=retry_after,
        request_id=request_id or complaint.request_id,
        should_retry=should_retry,
    )


SENTENCES: Mapping[ErrorKind, tuple[Text, Text]] = {
    ErrorKind.AUTH: (
        msg("The server does not accept the key."),
        msg("Check the key in the provider's settings: is it complete, and does it belong to this address?"),
    ),
    ErrorKind.PERMISSION: (
        msg("The server knows the key, but does not allow this with it."),
        msg("Check in the vendor's console that the account may use this model from here."),
    ),
    ErrorKind.NOT_FOUND: (
        msg("The server does not know this model."),
        msg("Choose another model; the list of models shows what the server offers."),
    ),
    ErrorKind.BAD_REQUEST: (
        msg("The server does not understand the request."),
        msg("The details say which part it does not like. An unusual parameter or model is the most common reason."),
    ),
    ErrorKind.CONTEXT_LENGTH: (
        msg("The conversation is longer than this model can read."),
        msg("Start a new conversation, ask with a shorter text, or choose a model with a larger context."),
    ),
    ErrorKind.CONTENT_FILTERED: (
        msg("The provider's content filter stopped the answer."),
        msg("Say it in other words. What was shown before the filter stepped in is kept."),
    ),
    ErrorKind.RATE_LIMITED: (
        msg("The provider gets too many requests from this account just now."),
        msg("Wait a little and try again."),
    ),
    ErrorKind.QUOTA: (
        msg("The account has no credit or quota left."),
        msg("Look at the billing page in the vendor's console. Trying again will not help until then."),
    ),
    ErrorKind.TIMEOUT: (
        msg("The provider took too long."),
        msg("Try again, or choose a faster model."),
    ),
    ErrorKind.OVERLOADED: (
        msg("The provider reports a fault on its own side."),
        msg("Try again in a moment. If it goes on, the vendor's status page may know more."),
    ),
    ErrorKind.FILE_PROCESSING: (
        msg("The provider is still reading the file."),
        msg("Try again in a moment."),
    ),
}


_WORDS: tuple[tuple[re.Pattern[str], ErrorKind], ...] = (
    (
        re.compile(
            r"context.{0,20}(length|window|size)|maximum context|prompt is too long|too many (input )?tokens"
            r"|input (is|length).{0,20}too long|input token count.{0,40}exceeds|range of input length"
            r"|exceeds? the (available )?context",
            re.IGNORECASE,
        ),
        ErrorKind.CONTEXT_LENGTH,
    ),
    (
        re.compile(
            r"insufficient.{0,8}(quota|balance|credit)|exceeded your current quota|(credit )?balance is too low", re.I
        ),
        ErrorKind.QUOTA,
    ),
    (re.compile(r"inappropriate content|content (management )?policy", re.I), ErrorKind.CONTENT_FILTERED),
    (re.compile(r"(invalid|incorrect|wrong) api[ -_]?key|api key not valid", re.I), ErrorKind.AUTH),
    (re.compile(r"model\b.{0,80}\b(not found|not exist|does not exist|unknown)", re.I), ErrorKind.NOT_FOUND),
    (re.compile(r"rate limit|too many requests", re.I), ErrorKind.RATE_LIMITED),
    (re.compile(r"file parsing in progress", re.I), ErrorKind.FILE_PROCESSING),
)


def _kind_of_words(message: str) -> ErrorKind | None:
    message = message[:READ_FOR_WORDS]
    return next((kind for pattern, kind in _WORDS if pattern.search(message)), None)


def _nested(document: dict[str, Json]) -> Complaint | None:
    error = next(iter(list_of(document.get("error") or document.get("errors"))), None)
    if isinstance(error, dict):
        code = wording(error.get("code"))
        message = _message(error) or _message({k: v for k, v in document.items() if k != "error"})
        kind = string_of(error.get("type"))
        if not kind and (status := string_of(error.get("status"))):
            return _from_google(error, message, status)
        return Complaint(message, code, kind) if message or code or kind else None
    if isinstance(error, str) and error.strip():
        return Complaint(_message({k: v for k, v in document.items() if k != "error"}) or error.strip(), "", "")
    return Complaint() if error is True else None


def _from_google(error: dict[str, Json], message: str, status: str) -> Complaint:
    """`google.rpc.Status`: the reason of an `ErrorInfo` says more than the status; its `code` is the HTTP status."""
    details = [fields for detail in list_of(error.get("details")) if (fields := object_of(detail))]
    reason = next(filter(None, (string_of(detail.get("reason")) for detail in details)), "")
    delay = next(filter(None, (string_of(detail.get("retryDelay")) for detail in details)), "")
    known = re.fullmatch(r"(\d{1,6}(?:\.\d{1,9})?)s", delay)
    return Complaint(message, reason or status, status, retry_after=float(known[1]) if known else None)


def _flat(document: dict[str, Json]) -> Complaint | None:
    base = object_of(document.get("base_resp"))
    if base and wording(base.get("status_code")) not in OKAY_CODES:
        return Complaint(wording(base.get("status_msg")), wording(base.get("status_code")))
    code = wording(document.get("code"))
    kind = string_of(document.get("type"))
    if document.get("object") == "error" or kind == "error":
        return Complaint(_message(document), code, kind if kind != "error" else "")
    if code.lower() not in OKAY_CODES and (code.isdecimal() or not document.get("choices")):
        return Complaint(_message(document), code, kind)
    if document.get("detail") and not document.get("choices"):
        return Complaint(_message(document), code, kind)
    return None


def _message(value: Json) -> str:
    """The sentence in an error: under `message` and its like, or in FastAPI's list of what is wrong."""
    fields = object_of(value)
    for name in ("message", "msg", "detail", "error_message", "error_msg", "error"):
        found = fields.get(name)
        if isinstance(found, list):
            return "; ".join(filter(None, map(_one_detail, found)))
        if found:
            return wording(found)
    return ""


def _one_detail(value: Json) -> str:
    """One of FastAPI's `{"loc": […], "msg": …}`."""
    fields = object_of(value)
    if not fields:
        return wording(value)
    place = ".".join(wording(step) for step in list_of(fields.get("loc")))
    text = wording(fields.get("msg") or fields.get("message"))
    return f"{place}: {text}" if place else text


def _request_id(document: dict[str, Json]) -> str:
    for fields in (document, object_of(document.get("error"))):
        for name in ("request_id", "requestId", "sid"):
            if found := string_of(fields.get(name)):
                return found
    return ""


def _status_in(code: str) -> int | None:
    """OpenRouter and others use the HTTP status as the code."""
    return int(code) if code.isascii() and code.isdigit() and len(code) == 3 and int(code) >= 400 else None


def _retry_after_of(complaint: Complaint) -> float | None:
    return _retry_after_in(complaint.message) if complaint.retry_after is None else complaint.retry_after


def _retry_after_in(message: str) -> float | None:
    """Groq says "try again in 5.289s" (or `1m2.5s`, `300ms`) in its sentence only, Google "retry in 5.289s"."""
    found = re.search(r"(?:try again|retry) in (?:(\d{1,3})m)?(?:(\d{1,5}(?:\.\d{1,6})?)(ms|s)\b)", message)
    if not found:
        return None
    seconds = float(found[2]) / (1000 if found[3] == "ms" else 1)
    return 60.0 * int(found[1] or 0) + seconds
