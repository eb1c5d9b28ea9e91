import pytest

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.values import Json
from desktopchat.providers.dashscope_errors import ERRORS as DASHSCOPE
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.providers.vendor_errors import (
    Complaint,
    complaint_in,
    complaint_in_body,
    error_for_status,
    error_in_stream,
    first_words,
)

NO_ERRORS: list[Json] = [
    None,
    7,
    "text",
    [],
    {},
    {"error": None, "choices": []},
    {"error": {}, "errors": [], "code": None},
    {"code": 0, "message": "Success", "choices": [{}]},
    {"code": "200", "choices": [{}]},
    {"type": "message_start"},
]


@pytest.mark.parametrize("document", NO_ERRORS)
def test_no_error_is_seen_where_there_is_none(document: Json) -> None:
    assert complaint_in(document) is None


@pytest.mark.parametrize(
    ("document", "message", "code"),
    [
        ({"error": {"message": "m", "code": "c"}}, "m", "c"),
        ({"error": {"message": {"why": "x"}, "code": 5}}, '{"why": "x"}', "5"),
        ({"error": "m"}, "m", ""),
        ({"error": "Unauthorized", "message": "m"}, "m", ""),
        ({"error": {"code": 7}, "message": "m"}, "m", "7"),
        ({"errors": [{"message": "m"}]}, "m", ""),
        ([{"error": {"message": "m", "code": 400}}], "m", "400"),
        ({"object": "error", "message": "m", "code": 40301}, "m", "40301"),
        ({"type": "error", "message": "m", "code": "c"}, "m", "c"),
        ({"code": 10013, "message": "m", "sid": "s"}, "m", "10013"),
        ({"code": "InvalidApiKey", "message": "m", "request_id": "r"}, "m", "InvalidApiKey"),
        ({"base_resp": {"status_code": 1004, "status_msg": "m"}}, "m", "1004"),
        ({"detail": "m"}, "m", ""),
        ({"detail": [{"loc": ["body", "n"], "msg": "m"}]}, "body.n: m", ""),
    ],
)
def test_an_error_is_found_in_every_form(document: Json, message: str, code: str) -> None:
    found = complaint_in(document)
    assert found is not None
    assert (found.message, found.code) == (message, code)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("data_inspection_failed", ErrorKind.CONTENT_FILTERED),
        ("DataInspectionFailed", ErrorKind.CONTENT_FILTERED),
        ("Arrearage", ErrorKind.QUOTA),
        ("Throttling.RateQuota", ErrorKind.RATE_LIMITED),
        ("Throttling.AllocationQuota", ErrorKind.QUOTA),
        ("Model.AccessDenied", ErrorKind.PERMISSION),
        ("ModelNotFound", ErrorKind.NOT_FOUND),
        ("InvalidApiKey", ErrorKind.AUTH),
        ("context_length_exceeded", ErrorKind.CONTEXT_LENGTH),
    ],
)
def test_dashscopes_code_counts_more_than_the_status(code: str, kind: ErrorKind) -> None:
    body = f'{{"error":{{"message":"m","code":"{code}"}},"request_id":"r-7"}}'.encode()
    failure = error_for_status(400, {}, body, DASHSCOPE, None).failure
    assert (failure.kind, failure.code, failure.status, failure.request_id) == (kind, code, 400, "r-7")


def test_the_general_type_of_openai_does_not_hide_the_status() -> None:
    body = b'{"error":{"message":"m","type":"invalid_request_error"}}'
    assert error_for_status(401, {}, body, OPENAI_ERRORS, None).kind is ErrorKind.AUTH


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Please try again in 5.289s. Visit", 5.289),
        ("Please try again in 1m2.5s.", 62.5),
        ("try again in 300ms", 0.3),
        ("try again later", None),
    ],
)
def test_a_pause_that_is_only_in_the_words_is_found(words: str, seconds: float | None) -> None:
    failure = error_in_stream(Complaint(words, "rate_limit_exceeded"), OPENAI_ERRORS, None).failure
    assert failure.retry_after == seconds


def test_the_servers_header_counts_more_than_its_words() -> None:
    body = b'{"error":{"message":"try again in 9s","code":"rate_limit_exceeded"}}'
    assert error_for_status(429, {"retry-after": "2"}, body, OPENAI_ERRORS, None).failure.retry_after == 2


@pytest.mark.parametrize("code", ["rate_limit_exceeded", "insufficient_quota"])
def test_the_servers_word_on_asking_again_travels_along(code: str) -> None:
    body = f'{{"error":{{"message":"m","code":"{code}"}}}}'.encode()
    assert error_for_status(429, {"x-should-retry": "false"}, body, OPENAI_ERRORS, None).failure.should_retry is False
    assert error_for_status(429, {}, body, OPENAI_ERRORS, None).failure.should_retry is None


def test_a_page_is_told_by_its_title() -> None:
    assert first_words(b"<html><head><title> 502\nBad Gateway </title>") == "502 Bad Gateway"
    assert first_words(b"<html>no title") == ""
    assert complaint_in_body(b"Internal Server Error\nmore").message == "Internal Server Error"
    assert complaint_in_body(b'"just a string"').message == "just a string"


def test_a_long_detail_is_cut() -> None:
    failure = error_in_stream(Complaint("x" * 100_000), OPENAI_ERRORS, None).failure
    assert len(failure.detail) <= 2000
