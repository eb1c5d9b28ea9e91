"""Every code of Spark's and every refusal at its handshake has a kind, a sentence and advice."""

from collections.abc import Mapping

import pytest

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.providers.spark_codes import CODES
from desktopchat.providers.spark_errors import error_in_frame, handshake_error
from desktopchat.providers.vendor_errors import Complaint
from desktopchat.transports.retry import delay_before_retry

NOW = 1795176000.0  # Fri, 20 Nov 2026 12:00:00 GMT
KINDS = {
    ErrorKind.NETWORK: ("10000", "10001", "10002"),
    ErrorKind.BAD_REQUEST: ("10003", "10004", "10005", "10163"),
    ErrorKind.RATE_LIMITED: ("10006", "10007", "11202", "11203"),
    ErrorKind.OVERLOADED: ("10008", "10009", "10010", "10011", "10012", "10110", "10222", "10223"),
    ErrorKind.CONTENT_FILTERED: ("10013", "10014", "10019"),
    ErrorKind.PERMISSION: ("10015", "10016"),
    ErrorKind.TIMEOUT: ("10018",),
    ErrorKind.AUTH: ("10313",),
    ErrorKind.NOT_FOUND: ("10404",),
    ErrorKind.CONTEXT_LENGTH: ("10907",),
    ErrorKind.QUOTA: ("11200", "11201"),
}
AGAIN = {"10006", "10007", "10008", "10009", "10010", "10011", "10012", "10110", "10222", "10223", "11202", "11203"}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in KINDS.items() for code in codes])
def test_every_code_has_its_kind_and_advice(kind: ErrorKind, code: str) -> None:
    failure = error_in_frame(Complaint("vendor's words", code), "sid-7").failure
    assert (failure.kind, failure.code, failure.detail, failure.request_id) == (kind, code, "vendor's words", "sid-7")
    assert failure.message.key
    assert failure.hint is not None
    assert (delay_before_retry(failure, 0) is not None) is (code in AGAIN)


def test_the_table_is_tested_whole() -> None:
    assert set(CODES) == {code for codes in KINDS.values() for code in codes}


def test_an_unknown_code_is_the_vendors_fault_unless_its_words_say_more() -> None:
    assert error_in_frame(Complaint("what", "19999"), None).kind is ErrorKind.OVERLOADED
    assert error_in_frame(Complaint("maximum context length", "19999"), None).kind is ErrorKind.CONTEXT_LENGTH


def test_a_wrong_model_is_told_the_right_one() -> None:
    hint = error_in_frame(Complaint("", "10404"), None, "generalv3.5").failure.hint
    assert hint is not None
    assert hint.params == {"name": "generalv3.5"}


def refused(
    status: int, message: str, headers: Mapping[str, str] | None = None, *, had_key: bool = True
) -> tuple[Failure, str]:
    body = f'{{"message":"{message}"}}'.encode()
    failure = handshake_error(status, headers or {}, body, NOW, had_key=had_key).failure
    assert failure.hint is not None
    return failure, f"{failure.message.key} {failure.hint.key}"


SKEWED = "HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication"


def test_a_wrong_secret_says_which_part_is_wrong() -> None:
    failure, words = refused(401, "HMAC signature does not match")
    assert (failure.kind, failure.status, failure.detail) == (ErrorKind.AUTH, 401, "HMAC signature does not match")
    assert "APISECRET" in words


@pytest.mark.parametrize("more", ["", ": apikey not found"])
def test_an_unknown_key_says_which_part_is_wrong(more: str) -> None:
    failure, words = refused(401, f"HMAC signature cannot be verified{more}")
    assert failure.kind is ErrorKind.AUTH
    assert "APIKey" in words


def test_a_wrong_clock_is_said_in_words() -> None:
    failure, words = refused(403, SKEWED)
    assert failure.kind is ErrorKind.PERMISSION
    assert "clock" in words


def test_how_wrong_the_clock_is_comes_from_the_servers_own() -> None:
    failure, _ = refused(403, SKEWED, {"date": "Fri, 20 Nov 2026 11:00:00 GMT"})
    assert failure.message.params == {"minutes": 60}
    failure, _ = refused(401, "HMAC signature does not match", {"date": "Fri, 20 Nov 2026 12:30:00 GMT"})
    assert failure.message.params == {"minutes": 30}


@pytest.mark.parametrize("date", ["", "nonsense", "Fri, 20 Nov 2026 12:01:00 GMT", "Fri, 99 Nov 2026 12:00:00 GMT"])
def test_a_clock_that_is_right_or_unknown_is_not_blamed(date: str) -> None:
    failure, words = refused(401, "HMAC signature does not match", {"date": date})
    assert "clock" not in words
    assert failure.message.params.get("minutes") is None


def test_a_missing_key_is_told() -> None:
    failure, words = refused(401, "Unauthorized", had_key=False)
    assert failure.kind is ErrorKind.AUTH
    assert "APPID:APIKEY:APISECRET" in words


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, ErrorKind.NOT_FOUND),
        (429, ErrorKind.RATE_LIMITED),
        (502, ErrorKind.OVERLOADED),
        (400, ErrorKind.BAD_REQUEST),
    ],
)
def test_other_refusals_are_what_their_status_says(status: int, kind: ErrorKind) -> None:
    failure, _ = refused(status, "words", {"retry-after": "7"})
    assert (failure.kind, failure.status, failure.retry_after, failure.detail) == (kind, status, 7, "words")


def test_a_page_instead_of_words_is_understood() -> None:
    failure = handshake_error(403, {}, b"<html><title>Blocked</title></html>", NOW, had_key=True).failure
    assert (failure.kind, failure.detail) == (ErrorKind.PERMISSION, "Blocked")
