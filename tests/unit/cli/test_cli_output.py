import io
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO, cast

import pytest

from desktopchat.cli import output
from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.text import msg


class Broken(io.BytesIO):
    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def flush(self) -> None:
        raise self._error


def printed(out: io.BytesIO) -> str:
    return out.getvalue().decode()


def test_a_record_is_one_ascii_line() -> None:
    out = io.BytesIO()
    output.Output(out=out).record(text="术语\u2028\ud800\n", n=1)
    assert out.getvalue().isascii()
    assert out.getvalue().count(b"\n") == 1
    assert json.loads(out.getvalue())["text"] == "术语\u2028\ud800\n"


def test_columns_are_aligned_for_characters_of_two_columns_and_of_none() -> None:
    out = io.BytesIO()
    output.Output(out=out).table(["A", "B"], [["术语", "x"], ["e\u0301a", "y"]])
    lines = printed(out).splitlines()
    assert lines == ["A     B", "术语  x", "e\u0301a    y"]


def test_a_cell_with_line_ends_stays_on_its_line() -> None:
    out = io.BytesIO()
    output.Output(out=out).table(["A"], [["one\ntwo"]])
    assert printed(out).splitlines() == ["A", "one two"]


def test_control_characters_do_not_reach_a_terminal() -> None:
    out = io.BytesIO()
    output.Output(out=out).say("a\x1b[2Jb\x9bc\rd\te")
    assert printed(out) == "a\ufffd[2Jb\ufffdc\ufffdd\te\n"


def test_a_reader_that_has_gone_is_no_error_of_ours() -> None:
    out = cast(BinaryIO, Broken(BrokenPipeError()))
    with pytest.raises(output.ReaderGoneError):
        output.Output(out=out).say("hi")


def test_a_full_disk_is_a_storage_error() -> None:
    out = cast(BinaryIO, Broken(OSError(28, "No space left on device")))
    with pytest.raises(ChatError) as caught:
        output.Output(out=out).say("hi")
    assert caught.value.kind is ErrorKind.STORAGE
    assert "No space left on device" in str(caught.value)


def test_a_failure_says_what_happened_what_to_do_and_the_facts() -> None:
    error = failed(
        ErrorKind.RATE_LIMITED,
        msg("Too {what}.", what="fast"),
        hint=msg("Wait."),
        status=429,
        code="slow_down",
        retry_after=7,
        request_id="r-1",
    )
    assert output.failure_text(error.failure) == (
        "Too fast.\n  Wait.\n  (rate_limited, status 429, code slow_down, again in 7 s, request r-1)"
    )


def test_a_failure_as_json_has_every_field_of_the_contract() -> None:
    fields = output.failure_fields(Failure(ErrorKind.NETWORK, msg("Cut.")))
    assert fields["type"] == "error"
    assert fields["kind"] == "network"
    assert {"message", "hint", "status", "code", "retry_after", "request_id"} <= fields.keys()


def test_times_are_in_utc_to_the_millisecond() -> None:
    moment = datetime(2026, 11, 21, 1, 6, 37, 123000, tzinfo=timezone(timedelta(hours=1)))
    assert output.timestamp(moment) == "2026-11-21T00:06:37.123Z"
    assert output.timestamp(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"
