"""Foreign exceptions and HTTP statuses become `ChatError`s here, where they enter. The words are in `sentences`."""

import errno
import logging
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.transports import sentences
from desktopchat.transports.addresses import host_of
from desktopchat.transports.clock import Wait
from desktopchat.transports.foreign import ID_CHARS, clean_detail
from desktopchat.transports.redact import redact
from desktopchat.transports.retry import retry_after, should_retry
from desktopchat.transports.sentences import Sentence

_log = logging.getLogger(__name__)

REASON_CHARS = 200

_KIND_BY_STATUS = {
    401: ErrorKind.AUTH,
    402: ErrorKind.QUOTA,
    403: ErrorKind.PERMISSION,
    404: ErrorKind.NOT_FOUND,
    408: ErrorKind.TIMEOUT,
    429: ErrorKind.RATE_LIMITED,
    498: ErrorKind.OVERLOADED,
    504: ErrorKind.TIMEOUT,
    529: ErrorKind.OVERLOADED,
}
_REQUEST_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "x-dashscope-request-id",
    "apim-request-id",
    "x-ms-request-id",
    "x-amzn-requestid",
)
# X509_V_ERR_… of OpenSSL's x509_vfy.h
_BY_VERIFY_CODE = {
    9: sentences.CERTIFICATE_NOT_YET_VALID,
    10: sentences.CERTIFICATE_EXPIRED,
    18: sentences.CERTIFICATE_SELF_SIGNED,
    19: sentences.CERTIFICATE_OF_UNKNOWN_CA,
    20: sentences.CERTIFICATE_OF_UNKNOWN_CA,
    21: sentences.CERTIFICATE_OF_UNKNOWN_CA,
    62: sentences.CERTIFICATE_OF_ANOTHER,
    64: sentences.CERTIFICATE_OF_ANOTHER,
}
# Windows and macOS verify by themselves and say it in words
_BY_VERIFY_WORDS = (
    ("expired", sentences.CERTIFICATE_EXPIRED),
    ("validity period", sentences.CERTIFICATE_EXPIRED),
    ("not yet valid", sentences.CERTIFICATE_NOT_YET_VALID),
    ("hostname mismatch", sentences.CERTIFICATE_OF_ANOTHER),
    ("name does not match", sentences.CERTIFICATE_OF_ANOTHER),
    ("cn name", sentences.CERTIFICATE_OF_ANOTHER),
    ("not trusted", sentences.CERTIFICATE_OF_UNKNOWN_CA),
    ("self-signed", sentences.CERTIFICATE_SELF_SIGNED),
    ("unable to get local issuer", sentences.CERTIFICATE_OF_UNKNOWN_CA),
)
_BY_WAIT = {
    Wait.CONNECT: sentences.CONNECT_TIMED_OUT,
    Wait.SENDING: sentences.SENDING_TIMED_OUT,
    Wait.HEADERS: sentences.HEADERS_TIMED_OUT,
    Wait.FIRST_CONTENT: sentences.FIRST_CONTENT_TIMED_OUT,
    Wait.CONTENT: sentences.CONTENT_TIMED_OUT,
    Wait.ALL: sentences.ALL_TIMED_OUT,
}


def from_exception(
    error: BaseException, url: str, *, saw_content: bool = False, proxy: str | None = None, received: bytes = b""
) -> ChatError:
    """What a foreign exception of an exchange with `url` means.

    `saw_content`: a part of the answer was shown, so a break is `truncated` and no longer `network`. `proxy` is the
    address of the proxy in use, which then is what could not be reached. `received` is how the answer began, where
    that is known and no head of an answer was in it.
    """
    if isinstance(error, ChatError):
        return error
    chain = list(_chain(error))
    values = {"host": host_of(url), "reason": _reason(chain)}
    detail = clean_detail("\n".join(_words(e) for e in chain[:4]))
    sentence = _proxy_sentence(chain, proxy) or _tls_sentence(chain) or _sentence(chain, saw_content=saw_content)
    if sentence in (sentences.NO_ANSWER, sentences.CONNECTION_LOST) and _is_no_http(received):
        sentence, values["reason"] = sentences.NOT_HTTP, clean_detail(received.decode("latin-1"), REASON_CHARS)
    if sentence is sentences.UNEXPECTED:
        _log.error("An unknown failure of an exchange with %s", values["host"], exc_info=error)
    if proxy is not None:
        values["proxy"] = _without_credentials(proxy)
        if sentence in (sentences.REFUSED, sentences.UNKNOWN_HOST, sentences.UNREACHABLE):
            sentence = sentences.PROXY_UNREACHABLE
    return ChatError(sentence.failure(values, detail=detail))


def timed_out(wait: Wait, url: str, seconds: float) -> ChatError:
    """Time ran out while waiting for `wait`, for which `seconds` were granted."""
    return _BY_WAIT[wait].error(host=host_of(url), seconds=f"{seconds:g}")


def redirected(url: str, status: int, location: str) -> ChatError:
    """A redirect, which is never followed. Of the target only the host is named: the rest may hold secrets."""
    target = host_of(location) if "//" in location else ""
    if target and target == host_of(url):
        target = f"{urlsplit(location).scheme}://{target}"
    values = {"host": host_of(url), "target": target or host_of(url)}
    return ChatError(sentences.REDIRECTED.failure(values, status=status))


def kind_for_status(status: int) -> ErrorKind:
    """The kind that a status stands for where the vendor's own code says nothing better."""
    if status in _KIND_BY_STATUS:
        return _KIND_BY_STATUS[status]
    if status >= 500:
        return ErrorKind.OVERLOADED
    return ErrorKind.BAD_REQUEST if status >= 400 else ErrorKind.PROTOCOL


def for_status(
    status: int,
    headers: Mapping[str, str] | None = None,
    detail: str = "",
    code: str | None = None,
    request_id: str | None = None,
    *,
    kind: ErrorKind | None = None,
) -> ChatError:
    """An answer with a status that is no success. `headers` have lower-case names; `detail` is the server's wording.

    `kind` is for a vendor's code that says more than the status.
    """
    headers = headers or {}
    failure = _status_sentence(status, kind).failure(
        {},
        status=status,
        detail=detail,
        code=code,
        retry_after=retry_after(headers),
        request_id=request_id or request_id_of(headers),
        should_retry=should_retry(headers),
    )
    return ChatError(failure)


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """The id under which the server's owner can find this request. Header names are in lower case."""
    found = next((headers[name] for name in _REQUEST_ID_HEADERS if headers.get(name)), "")
    return clean_detail(found, ID_CHARS) or None


def _status_sentence(status: int, kind: ErrorKind | None) -> Sentence:
    """The words for a status; for a `kind` that has none of its own, those of the status with that kind."""
    if kind is None and status == 407:
        return sentences.PROXY_SIGN_IN_STATUS
    if kind is None and status == 413:
        return sentences.BODY_TOO_LARGE
    by_status = sentences.BY_KIND[kind_for_status(status)]
    if kind is None:
        return by_status
    return sentences.BY_KIND.get(kind) or Sentence(kind, by_status.message, by_status.hint)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what led to it, also inside groups. `raise … from None` of others is seen through."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        waiting.extend(e for e in (one.__cause__, one.__context__) if e is not None)


def _is(error: BaseException, *names: str) -> bool:
    """Whether it is one of httpx's or httpcore's classes, told by name: neither is loaded for that."""
    return any(
        base.__name__ in names and base.__module__.partition(".")[0] in ("httpx", "httpcore")
        for base in type(error).__mro__
    )


def _words(error: BaseException) -> str:
    text = str(error)
    if _is(error, "LocalProtocolError"):
        text = ""  # it quotes the header, which may be the key
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _reason(chain: list[BaseException]) -> str:
    """A few words for people: the system's own where there are some, else the library's, else the class."""
    for error in chain:
        if isinstance(error, ssl.SSLCertVerificationError) and hasattr(error, "verify_message"):
            return clean_detail(error.verify_message, REASON_CHARS)
        if isinstance(error, OSError) and error.strerror:
            return clean_detail(error.strerror, REASON_CHARS)
    text = next((str(e) for e in chain if str(e) and not _is(e, "LocalProtocolError")), "")
    return clean_detail(text, REASON_CHARS) or type(chain[0]).__name__


def _proxy_sentence(chain: list[BaseException], proxy: str | None) -> Sentence | None:
    if proxy is None:
        return None
    for error in chain:
        if _is(error, "ProxyError"):
            wants_sign_in = str(error).startswith("407") or "NO ACCEPTABLE METHODS" in str(error)
            return sentences.PROXY_WANTS_SIGN_IN if wants_sign_in else sentences.PROXY_REFUSED
        if type(error).__module__.startswith("socksio"):
            return sentences.PROXY_REFUSED
    return None


def _tls_sentence(chain: list[BaseException]) -> Sentence | None:
    for error in chain:
        if isinstance(error, ssl.SSLCertVerificationError):
            return _certificate_sentence(error)
        if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return None  # a lost connection, told as one
        if isinstance(error, ssl.SSLError):
            plain = getattr(error, "reason", "") in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")
            return sentences.TLS_ON_PLAIN_PORT if plain else sentences.TLS_FAILED
    return None


def _certificate_sentence(error: ssl.SSLCertVerificationError) -> Sentence:
    code = getattr(error, "verify_code", None)  # only OpenSSL sets it for certain
    if code in _BY_VERIFY_CODE:
        return _BY_VERIFY_CODE[code]
    words = str(error).lower()
    return next((s for part, s in _BY_VERIFY_WORDS if part in words), sentences.CERTIFICATE_REJECTED)


def _sentence(chain: list[BaseException], *, saw_content: bool) -> Sentence:
    for error in chain:
        match error:
            case socket.gaierror():
                return sentences.UNKNOWN_HOST
            case ConnectionRefusedError():
                return sentences.REFUSED
            case OSError(errno=errno.ENETUNREACH | errno.EHOSTUNREACH | errno.ENETDOWN | errno.EADDRNOTAVAIL):
                return sentences.CUT if saw_content else sentences.UNREACHABLE
            case UnicodeError():
                return sentences.BAD_ADDRESS
    return _library_sentence(chain[0], saw_content=saw_content)


def _library_sentence(error: BaseException, *, saw_content: bool) -> Sentence:
    if _is(error, "InvalidURL", "UnsupportedProtocol"):
        return sentences.BAD_ADDRESS
    if _is(error, "RemoteProtocolError"):
        return _broken_http(str(error), saw_content=saw_content)
    if isinstance(error, TimeoutError) or _is(error, "TimeoutException"):
        return sentences.TOOK_TOO_LONG
    if isinstance(error, OSError | EOFError) or _is(error, "NetworkError", "StreamError"):
        return sentences.CUT if saw_content else sentences.CONNECTION_LOST
    return sentences.UNEXPECTED


def _broken_http(text: str, *, saw_content: bool) -> Sentence:
    if "disconnected without sending" in text:
        return sentences.NO_ANSWER
    if "without sending complete message body" in text:
        return sentences.CUT if saw_content else sentences.CONNECTION_LOST
    # a TLS alert record, which h11 quotes: the server answers a plain request in TLS
    return sentences.PLAIN_ON_TLS_PORT if r"\x15\x03" in text else sentences.NOT_HTTP


def _is_no_http(received: bytes) -> bool:
    """Whether these bytes are the beginning of something else than an HTTP answer (that one was only cut off)."""
    return bool(received) and not received.startswith(b"HTTP/"[: len(received)])


def _without_credentials(proxy: str) -> str:
    return redact(re.sub(r"//[^/@]*@", "//", proxy))
