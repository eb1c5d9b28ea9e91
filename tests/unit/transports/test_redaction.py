"""No key gets past the redaction, and ordinary words do."""

import base64
import json
import logging
import sys
import time
from urllib.parse import quote

import pytest

from desktopchat.domain.secret import Secret
from desktopchat.transports.redact import REDACTED, RedactingFilter, redact, register


@pytest.mark.parametrize(
    "text",
    [
        "key sk-abcDEF0123456789abcdef is wrong",
        "Incorrect API key provided: sk-abcd********wxyz.",
        "AIzaSyA0123456789abcdefghijklmnopqrstuv",
        "Authorization: Bearer abc123def456",
        "{'x-api-key': 'q1w2e3r4t5'}",
        "b'api-key': b'q1w2e3r4t5'",
        "https://h.example/v1?key=q1w2e3r4t5&alt=sse",
        "wss://h.example/v3.5/chat?authorization=q1w2e3r4t5==&date=x&host=y",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJxMXcyZTNyNHQ1In0.q1w2e3r4t5q1w2e3r4t5",
        "http://user:q1w2e3r4t5@proxy.example:3128",
        "0123456789abcdef0123456789abcdef.q1w2e3r4t5q1w2e3",
        "gsk_q1w2e3r4t5q1w2e3r4t5",
        "proxy-authorization: basic q1w2e3r4t5",
    ],
)
def test_what_looks_like_a_key_goes(text: str) -> None:
    clean = redact(text)
    assert REDACTED in clean
    for part in ("q1w2e3r4t5", "abcDEF0123456789", "wxyz", "AIzaSy", "abc123def456"):
        assert part not in clean


@pytest.mark.parametrize(
    "text",
    [
        "Bearer token is missing",
        "You need basic authentication for this",
        "https://api.example.com/v1/chat/completions?api-version=2024-10-21",
        "The api_key: parameter is missing",
        "risk-free-disk-based-something",
        "时间 12:30@home, see http://host:8080/a@b",
        "monkey=banana",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


SECRET = 'canary/Key+with="odd"+ünïcode~%77'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        json.dumps(SECRET),
        repr(SECRET),
        *(base64.b64encode(b"x" * n + SECRET.encode() + b"y" * m).decode() for n in range(3) for m in range(3)),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_known_secret_goes_in_every_form(form: str) -> None:
    register(Secret(SECRET))
    clean = redact(f"<<{form}>>")
    assert REDACTED in clean
    assert "canary" not in clean
    assert form.strip("\"'")[8:-8] not in clean


def test_the_parts_of_a_combined_key_are_known_too() -> None:
    register(Secret("Bearer plainwordonly"))
    register(Secret("appid999:firstpartxyz:secondpartxyz"))
    assert redact("plainwordonly firstpartxyz secondpartxyz appid999") == " ".join([REDACTED] * 4)


def test_short_secrets_do_not_tear_words_apart() -> None:
    register("demo")
    assert redact("the demo answers") == "the demo answers"


def test_hostile_text_does_not_hang() -> None:
    begin = time.process_time()
    for text in (
        "bearer " * 20_000,
        "://" * 50_000,
        "eyJ" * 50_000,
        "sk-" * 50_000,
        "a" * 200_000,
        "api-key:" * 20_000,
    ):
        assert redact(text) is not None
    assert time.process_time() - begin < 60


def record(message: object, *args: object, exc: BaseException | None = None) -> logging.LogRecord:
    info = (type(exc), exc, exc.__traceback__) if exc else None
    return logging.LogRecord("n", logging.ERROR, "f", 1, message, args, info, sinfo="Bearer q1w2e3r4t5")


def test_the_filter_cleans_message_arguments_and_traceback() -> None:
    try:
        raise ValueError("refused b'Bearer q1w2e3r4t5'")
    except ValueError as caught:
        dirty = record("sent %s", {"x-api-key": "q1w2e3r4t5"}, exc=caught)
    assert RedactingFilter().filter(dirty) is True
    text = logging.Formatter().format(dirty)
    assert "ValueError" in text
    assert "q1w2e3r4t5" not in text


def test_a_log_call_with_wrong_arguments_still_gets_through_clean() -> None:
    dirty = record("%d of %s", "Bearer q1w2e3r4t5")
    assert RedactingFilter().filter(dirty) is True
    assert "q1w2e3r4t5" not in logging.Formatter().format(dirty)


def test_it_works_on_a_handler_for_every_logger_below(capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(RedactingFilter())
    parent = logging.getLogger("test-redaction")
    parent.addHandler(handler)
    parent.propagate = False
    try:
        logging.getLogger("test-redaction.child").warning("key %s", "sk-abcDEF0123456789abcdef")
    finally:
        parent.removeHandler(handler)
    assert capsys.readouterr().out == f"key {REDACTED}\n"


def test_a_known_secret_is_found_in_lower_case_as_hosts_come() -> None:
    register("Canary.Of-Hosts")
    assert "canary" not in redact("https://canary.of-hosts/")
