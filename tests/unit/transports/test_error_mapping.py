"""Statuses and foreign exceptions become the contract's kinds, with words for people and without keys."""

import socket
import ssl

import httpx
import pytest

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.transports import errors, sentences
from desktopchat.transports.redact import REDACTED, register
from desktopchat.transports.sentences import Sentence

URL = "https://api.example.com/v1?key=q1w2e3r4"

STATUSES = {
    301: "protocol",
    400: "bad_request",
    401: "auth",
    402: "quota",
    403: "permission",
    404: "not_found",
    405: "bad_request",
    408: "timeout",
    409: "bad_request",
    413: "bad_request",
    422: "bad_request",
    429: "rate_limited",
    498: "overloaded",
    500: "overloaded",
    502: "overloaded",
    503: "overloaded",
    504: "timeout",
    524: "overloaded",
    529: "overloaded",
}


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
def test_every_status_has_its_kind_and_its_words(status: int, kind: str) -> None:
    failure = errors.for_status(status).failure
    assert failure.kind == kind
    assert failure.status == status
    assert str(status) in failure.message.key.format(**failure.message.params)
    assert failure.hint is not None
    assert failure.hint.key


def test_what_the_server_said_travels_along_clean() -> None:
    register("canary-of-mapping")
    headers = {"retry-after": "2.5", "x-request-id": "req-1\x1b[31m"}
    detail = "no: canary-of-mapping \x1b]0;evil\x07" + "x" * 5000
    failure = errors.for_status(429, headers, detail, code="slow_down").failure
    assert (failure.retry_after, failure.code, failure.request_id) == (2.5, "slow_down", "req-1 [31m")
    assert failure.detail.startswith(f"no: {REDACTED}")
    assert "\x1b" not in failure.detail
    assert len(failure.detail) == 2000


def test_a_vendors_code_may_decide_the_kind() -> None:
    assert (
        errors.for_status(429, kind=ErrorKind.QUOTA).failure.message
        == errors.for_status(429, kind=ErrorKind.QUOTA).failure.message
    )
    failure = errors.for_status(400, kind=ErrorKind.CONTEXT_LENGTH, detail="too long").failure
    assert failure.kind is ErrorKind.CONTEXT_LENGTH
    assert failure.message.key == errors.for_status(400).failure.message.key
    assert (
        errors.for_status(400, kind=ErrorKind.QUOTA).failure.message.key
        == sentences.BY_KIND[ErrorKind.QUOTA].message.key
    )


def caused(error: Exception, *causes: BaseException) -> Exception:
    last: BaseException = error
    for cause in causes:
        last.__cause__, last = cause, cause
    return error


REFUSED = ConnectionRefusedError(111, "Connection refused")
EXCEPTIONS: list[tuple[Exception, Sentence]] = [
    (caused(httpx.ConnectError(""), OSError("all failed"), ExceptionGroup("x", [REFUSED])), sentences.REFUSED),
    (caused(httpx.ConnectError("x"), socket.gaierror(-2, "Name or service not known")), sentences.UNKNOWN_HOST),
    (caused(httpx.ConnectError("x"), OSError(101, "Network is unreachable")), sentences.UNREACHABLE),
    (httpx.ReadError(""), sentences.CONNECTION_LOST),
    (httpx.WriteError(""), sentences.CONNECTION_LOST),
    (ConnectionResetError(104, "Connection reset by peer"), sentences.CONNECTION_LOST),
    (httpx.ReadTimeout(""), sentences.TOOK_TOO_LONG),
    (httpx.UnsupportedProtocol("x"), sentences.BAD_ADDRESS),
    (httpx.InvalidURL("x"), sentences.BAD_ADDRESS),
    (caused(httpx.ConnectError("x"), ssl.SSLError(1, "weird alert")), sentences.TLS_FAILED),
    (ssl.SSLCertVerificationError("certificate has expired"), sentences.CERTIFICATE_EXPIRED),
    (ssl.SSLCertVerificationError("The certificate is not trusted"), sentences.CERTIFICATE_OF_UNKNOWN_CA),
    (ssl.SSLCertVerificationError("revoked"), sentences.CERTIFICATE_REJECTED),
]


@pytest.mark.parametrize(("error", "sentence"), EXCEPTIONS, ids=lambda value: type(value).__name__)
def test_every_exception_has_its_sentence(error: Exception, sentence: Sentence) -> None:
    mapped = errors.from_exception(error, URL)
    assert sentence.said_in(mapped.failure)
    assert mapped.failure.message.key.format(**mapped.failure.message.params)
    assert "q1w2e3r4" not in repr(mapped.failure)
    assert mapped.failure.detail


@pytest.mark.parametrize(
    ("received", "sentence"),
    [
        (b"", sentences.CONNECTION_LOST),
        (b"HTTP/1.1 2", sentences.CONNECTION_LOST),
        (b"SSH-2.0-x\r\n", sentences.NOT_HTTP),
    ],
)
def test_what_came_before_a_reset_tells_whether_it_was_http(received: bytes, sentence: Sentence) -> None:
    failure = errors.from_exception(httpx.ReadError(""), URL, received=received).failure
    assert sentence.said_in(failure)


def test_an_empty_message_falls_back_to_the_class() -> None:
    failure = errors.from_exception(httpx.ReadError(""), URL).failure
    assert failure.message.params["reason"] == "ReadError"
    assert failure.detail == "ReadError"


def test_what_quotes_a_header_is_not_repeated() -> None:
    quoting = httpx.LocalProtocolError("Illegal header value b'Bearer plainsecret'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(errors._log, "error", lambda *args, **kwargs: None)
        failure = errors.from_exception(quoting, URL).failure
    assert "plainsecret" not in repr(failure)


def test_an_unknown_exception_is_our_fault_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert errors.from_exception(KeyError("x"), URL).kind is ErrorKind.INTERNAL
    assert "KeyError" in caplog.text


def test_what_is_ours_already_stays_as_it_is() -> None:
    ours = errors.for_status(401)
    assert errors.from_exception(ours, URL) is ours


def test_all_sentences_can_be_said() -> None:
    values = dict.fromkeys(("host", "reason", "proxy", "path", "seconds", "target", "limit", "encoding", "name"), "v")
    for sentence in [s for s in vars(sentences).values() if isinstance(s, Sentence)]:
        error = ChatError(sentence.failure({**values}, status=400))
        assert "{" not in str(error)
        assert error.failure.hint is not None
        assert "{" not in error.failure.hint.key.format(**error.failure.hint.params)
