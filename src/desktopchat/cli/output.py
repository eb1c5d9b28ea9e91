"""What a command writes: JSON lines, tables and sentences on standard output, errors on standard error."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import msg
from desktopchat.i18n import render, tr

if TYPE_CHECKING:
    from desktopchat.domain.errors import Failure
    from desktopchat.domain.values import Json

FINISHED, FAILED, USAGE = 0, 1, 2
"""The exit statuses of the contract; 130 and 143 come from signals."""


_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class UsageError(Exception):
    """The command line asks for something that cannot be meant; the message is shown with the usage's status."""


class ReaderGoneError(Exception):
    """Nobody reads standard output any more (`| head`): there is nothing left to say."""


class Output:
    """Standard output and standard error of one command, in UTF-8 whatever the locale says."""

    def __init__(self, *, as_json: bool = False, out: BinaryIO | None = None, err: TextIO | None = None) -> None:
        self.as_json = as_json
        self._out = out or sys.stdout.buffer
        self._err = err or sys.stderr

    @property
    def is_terminal(self) -> bool:
        return self._out.isatty()

    def record(self, **fields: Json) -> None:
        """One JSON object on a line of its own, ASCII-escaped, flushed at once."""
        self.write(json_line(fields))

    def say(self, sentence: str) -> None:
        """A line for people."""
        self.write(f"{visible(sentence)}\n".encode("utf-8", "replace"))

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Aligned columns for people; the last one may be of any width."""
        cells = [[one_line(cell) for cell in row] for row in (titles, *rows)]
        widths = [max(width(row[column]) for row in cells) for column in range(len(titles))]
        lines = ("  ".join(cell + " " * (widths[at] - width(cell)) for at, cell in enumerate(row)) for row in cells)
        self.say("\n".join(line.rstrip() for line in lines))

    def note(self, sentence: str) -> None:
        """A line for people that is not part of the result."""
        print(visible(sentence), file=self._err, flush=True)

    def failure(self, failure: Failure) -> None:
        """The error where its reader expects it: among the JSON lines, or in words on standard error."""
        if self.as_json:
            self.record(**failure_fields(failure))
        else:
            self.note(failure_text(failure))

    def write(self, data: bytes) -> None:
        """Writes and flushes; raises `ReaderGoneError`, and `ChatError` `storage` where the disk is full."""
        try:
            self._out.write(data)
            self._out.flush()
        except BrokenPipeError as error:
            raise ReaderGoneError from error
        except OSError as error:
            raise unwritable(error) from error


def unwritable(error: OSError) -> ChatError:
    return failed(
        ErrorKind.STORAGE,
        msg(
            "Standard output could not be written ({reason}); what was printed is not complete.", reason=_reason(error)
        ),
        hint=msg("Make space where the output goes, or send it somewhere else."),
    )


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def json_line(fields: dict[str, Json]) -> bytes:
    return json.dumps(fields, ensure_ascii=True).encode("ascii") + b"\n"


def failure_fields(failure: Failure) -> dict[str, Json]:
    """The `error` object of the contract."""
    return {
        "type": "error",
        "kind": failure.kind.value,
        "message": render(failure.message),
        "hint": render(failure.hint) if failure.hint else None,
        "status": failure.status,
        "code": failure.code,
        "retry_after": failure.retry_after,
        "request_id": failure.request_id,
        "detail": failure.detail,
    }


def failure_text(failure: Failure) -> str:
    """The error in words: what happened, what to do, and the facts for whoever looks further."""
    facts = [failure.kind.value]
    if failure.status is not None:
        facts.append(tr("status {status}", status=failure.status))
    if failure.code:
        facts.append(tr("code {code}", code=failure.code))
    if failure.retry_after is not None:
        facts.append(tr("again in {seconds} s", seconds=round(failure.retry_after, 1)))
    if failure.request_id:
        facts.append(tr("request {id}", id=failure.request_id))
    lines = [render(failure.message)]
    if failure.hint:
        lines.append(f"  {render(failure.hint)}")
    if failure.detail:
        lines.append("  " + tr("Details: {text}", text=one_line(failure.detail)))
    return "\n".join([*lines, f"  ({', '.join(facts)})"])


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond: 2026-11-21T00:06:37.123Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_time(moment: datetime) -> str:
    """The moment on the reader's clock, for tables."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def visible(text: str) -> str:
    """`text` without the control characters with which a model or a server could move a terminal's cursor."""
    return _UNSHOWN.sub("\ufffd", text)


def one_line(text: str) -> str:
    return " ".join(text.split())


def width(text: str) -> int:
    """The columns that `text` takes on a terminal: East Asian characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(maxsize=4096)
def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def use_utf8() -> None:
    """Makes the standard streams UTF-8 on every platform; a Windows console is not by itself."""
    _replace_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _replace_closed() -> None:
    """Lets what is written to a closed stream (`>&-`) go nowhere.

    Their numbers are taken as well: a database that got one of them would be written to by whatever writes to it.
    """
    if sys.stdin is None:
        os.open(os.devnull, os.O_RDONLY)  # `sys.stdin` stays None, which commands understand
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open until the end


def abandon_stdout() -> None:
    """Lets the interpreter's last flush go nowhere, where the reader of standard output has gone."""
    with contextlib.suppress(OSError, ValueError):  # a stream without a file cannot complain at the end either
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
