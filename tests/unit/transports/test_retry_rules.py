"""When to ask again, and after how long."""

from datetime import UTC, datetime

import pytest

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.text import msg
from desktopchat.transports import errors, sentences
from desktopchat.transports.clock import Wait
from desktopchat.transports.retry import delay_before_retry, retry_after, should_retry

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def failure(kind: ErrorKind, *, after: float | None = None, status: int | None = None) -> Failure:
    return Failure(kind, msg("something"), retry_after=after, status=status)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30.0),
        (" 0 ", 0.0),
        ("0.5", 0.5),
        ("2814, 2", 2814.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 12:00:30", 30.0),
        ("Thu, 01 Jan 2026 13:00:30 +0100", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1_0", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        ("Thu, 99 Jan 2026 99:00:00 GMT", None),
        ("-1, 7", 7.0),
    ],
)
def test_retry_after_is_understood_in_every_form(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_milliseconds_come_first() -> None:
    assert retry_after({"retry-after-ms": "1500", "retry-after": "9"}, NOW) == 1.5
    assert retry_after({"retry-after-ms": "x", "retry-after": "9"}, NOW) == 9
    assert retry_after({}, NOW) is None


def test_delays_double_up_to_eight_seconds() -> None:
    overloaded = failure(ErrorKind.OVERLOADED)
    assert [delay_before_retry(overloaded, n, lambda: 0.0) for n in range(6)] == [0.5, 1, 2, 4, 8, 8]
    assert delay_before_retry(overloaded, 10_000, lambda: 0.0) == 8


def test_chance_takes_up_to_a_quarter_off() -> None:
    for _ in range(50):
        delay = delay_before_retry(failure(ErrorKind.RATE_LIMITED), 2)
        assert delay is not None
        assert 1.5 <= delay <= 2


@pytest.mark.parametrize(("wish", "delay"), [(0.0, 0.0), (3.5, 3.5), (60.0, 60.0), (60.1, None), (86_400.0, None)])
def test_the_servers_wish_is_honoured_up_to_a_minute(wish: float, delay: float | None) -> None:
    assert delay_before_retry(failure(ErrorKind.RATE_LIMITED, after=wish), 0) == delay


@pytest.mark.parametrize(
    ("kind", "again"),
    [(kind, kind in (ErrorKind.RATE_LIMITED, ErrorKind.OVERLOADED, ErrorKind.NETWORK)) for kind in ErrorKind],
)
def test_only_what_may_pass_is_tried_again(kind: ErrorKind, again: bool) -> None:
    assert (delay_before_retry(failure(kind), 0) is not None) is again


def test_of_the_timeouts_only_those_before_the_question_or_told_by_the_server_are_tried_again() -> None:
    waits = {wait: errors.timed_out(wait, "https://x.example", 1).failure for wait in Wait}
    assert {wait for wait, failed in waits.items() if delay_before_retry(failed, 0) is not None} == {Wait.CONNECT}
    assert delay_before_retry(failure(ErrorKind.TIMEOUT, status=504), 0) is not None


def test_what_only_a_person_can_mend_is_not_tried_again() -> None:
    expired = sentences.CERTIFICATE_EXPIRED.error(host="x.example").failure
    assert delay_before_retry(expired, 0) is None


def test_the_servers_own_word_wins() -> None:
    assert should_retry({"x-should-retry": "True"}) is True
    assert should_retry({"x-should-retry": "false"}) is False
    assert should_retry({"x-should-retry": "maybe"}) is should_retry({}) is None
    assert delay_before_retry(errors.for_status(400, {"x-should-retry": "true"}).failure, 0) is not None
    assert delay_before_retry(errors.for_status(503, {"x-should-retry": "false"}).failure, 0) is None
    assert delay_before_retry(errors.for_status(503, {"x-should-retry": "?"}).failure, 0) is not None
    long_pause = {"x-should-retry": "true", "retry-after": "61"}
    assert delay_before_retry(errors.for_status(503, long_pause).failure, 0) is None


@pytest.mark.parametrize(
    ("status", "again"),
    [(400, False), (401, False), (404, False), (408, True), (409, True), (422, False), (429, True), (500, True)],
)
def test_of_the_statuses_those_that_pass_are_tried_again(status: int, again: bool) -> None:
    assert (delay_before_retry(errors.for_status(status).failure, 0) is not None) is again


def test_an_answer_that_ended_empty_is_left_to_the_user() -> None:
    assert delay_before_retry(failure(ErrorKind.PROTOCOL), 0) is None
