"""`desktopchat translate`: a file in, its translation out; interrupted, the same command goes on."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat.cli import arguments, endpoint
from desktopchat.cli.output import FAILED, FINISHED, UsageError
from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import msg
from desktopchat.i18n import render, tr

if TYPE_CHECKING:
    from desktopchat.cli.journal import Journal
    from desktopchat.cli.running import Call, Stopping
    from desktopchat.domain.translation import Glossary, Issue
    from desktopchat.services.translation_order import Answerer, Order
    from desktopchat.services.translation_run import Translation

MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
BAR = 30
SHOWN_ISSUES = 20
RETRIES = 3
_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


def add_to(commands: arguments.Commands) -> None:
    parser = arguments.command(
        commands, "translate", run, tr("translate a text or Markdown file; the same command resumes")
    )
    parser.add_argument("file", metavar="FILE", help=tr("plain text or Markdown (by its ending)"))
    parser.add_argument(
        "--to", required=True, metavar="LANG", help=tr("the target language, such as zh-Hans or German")
    )
    parser.add_argument(
        "--from", dest="source", default="", metavar="LANG", help=tr("the source language (else found)")
    )
    parser.add_argument("--out", required=True, metavar="PATH", help=tr("where the translation goes"))
    parser.add_argument(
        "--glossary", action="append", default=[], metavar="F", help=tr("terms: CSV, TSV, XLSX or TBX (repeatable)")
    )
    _add_wishes(parser.add_argument_group(tr("how")))
    endpoint.add_options(parser)
    arguments.add_json(parser)


def _add_wishes(group: argparse._ArgumentGroup) -> None:
    from desktopchat.domain.translation import Style

    group.add_argument("--style", choices=[style.value for style in Style], default="neutral", help=tr("the tone"))
    group.add_argument("--brief", default="", metavar="TEXT", help=tr("what the text is for, and other wishes"))
    group.add_argument("--no-repair", action="store_true", help=tr("report defects, but do not ask again for them"))
    group.add_argument(
        "--idle-timeout",
        type=arguments.seconds,
        metavar="SECONDS",
        help=tr("how long to wait for the first content, and between contents"),
    )
    group.add_argument(
        "--retries",
        type=arguments.count,
        default=RETRIES,
        metavar="N",
        help=tr("ask again so often while nothing came"),
    )
    arguments.add_parameters(group)


def run(call: Call) -> int:
    from desktopchat.cli import running

    job = _job(call)

    async def work(stopping: Stopping) -> int:
        async with _answerer(call, job) as answerer:
            return await _Translating(call, job, answerer, stopping).run()

    return running.run(work)


@dataclass(frozen=True, slots=True)
class _Source:
    """A file's text, and how it is written: so that what is not translated comes out byte for byte."""

    text: str
    encoding: str


@dataclass(frozen=True, slots=True)
class _Job:
    endpoint: endpoint.Endpoint
    order: Order
    encoding: str
    out: Path


def _job(call: Call) -> _Job:
    """Raises `UsageError`, and `ChatError` for files that cannot be read."""
    from desktopchat.domain.request import Limits
    from desktopchat.domain.translation import Style, TextFormat
    from desktopchat.services.translation_order import Order

    args = call.args
    target, source_language = _tag(args.to), _tag(args.source) if args.source else ""
    path, out = Path(args.file), Path(args.out)
    if out.exists() and path.exists() and out.samefile(path):
        raise UsageError(tr("--out is the file itself: choose another place for the translation"))
    source = _read(path)
    order = Order(
        source.text,
        target,
        source_language,
        Style(args.style),
        args.brief,
        tuple(_glossary(Path(name), source_language, target) for name in args.glossary),
        model=args.model,
        params=dict(args.param),
        limits=Limits(first_content_s=args.idle_timeout, idle_s=args.idle_timeout),
        format=TextFormat.MARKDOWN if path.suffix.lower() in MARKDOWN else TextFormat.PLAIN,
        private=True,
        repairs=not args.no_repair,
    )
    return _Job(endpoint.chosen(args, call.options), order, source.encoding, out)


def _tag(name: str) -> str:
    """A language's tag by its tag or name. One that the program has never heard of goes to the model as it is."""
    from desktopchat.translation.languages import find

    if found := find(name):
        return found.tag
    if not _TAG.fullmatch(name.strip()):
        raise UsageError(tr("{text} is not a language", text=repr(name)))
    return name.strip()


def _read(path: Path) -> _Source:
    from desktopchat.translation.tables import decoded

    data = _bytes(path)
    text, encoding = decoded(data)
    if text.encode(encoding, "replace") != data:  # UTF-16 with the other order of bytes, or damaged
        encoding = "utf-16-be" if data.startswith(b"\xfe\xff") else encoding
        text = data.decode(encoding, "replace")
    return _Source(text, encoding)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise failed(
            ErrorKind.STORAGE,
            msg("{path} could not be read ({reason}).", path=str(path), reason=error.strerror or type(error).__name__),
            hint=msg("Check the name, and whether you may read it."),
        ) from error


def _glossary(path: Path, source_language: str, target_language: str) -> Glossary:
    from desktopchat.translation.glossary_files import read_glossary

    return read_glossary(_bytes(path), path.name, None, source_language, target_language).glossary


@asynccontextmanager
async def _answerer(call: Call, job: _Job) -> AsyncIterator[Answerer]:
    """Who translates, with the connection kept open until the end."""
    from desktopchat.cli import running
    from desktopchat.cli.answering import Link
    from desktopchat.services.retrying import retry_rule
    from desktopchat.services.translation_order import Answerer

    def rule() -> object:
        return retry_rule(call.args.retries)

    if (config := job.endpoint.ad_hoc) is not None:
        data = endpoint.data_of(call.options)
        with running.logged(data):
            link = Link(config, call.out, endpoint.network_of(data))
            try:
                yield Answerer(config.name, job.order.model or config.model, link.connect, rule)  # type: ignore[arg-type]
            finally:
                await link.aclose()
        return
    async with running.core_for(call.options) as core:
        providers = core.providers
        name = job.endpoint.name
        config = await (providers.named(name) if name else providers.default())
        chosen = config
        yield Answerer(config.name, job.order.model or config.model, lambda: providers.connect(chosen), rule)  # type: ignore[arg-type]


class _Translating:
    """One run of the command: what is told while it goes on, what is kept, and how it ends."""

    def __init__(self, call: Call, job: _Job, answerer: Answerer, stopping: Stopping) -> None:
        from desktopchat.cli.journal import Journal, key_of
        from desktopchat.services.translation_run import Translation

        self._call = call
        self._job = job
        self._stopping = stopping
        self._journal: Journal = Journal.beside(job.out, key_of(job.order, answerer.model))
        done, came = self._journal.done, self._journal.came
        self._run: Translation = Translation(job.order, answerer, done=done, came=came)
        self._resumed = len(done) + len(came)
        self._trouble: ChatError | None = None

    async def run(self) -> int:
        self._stopping.action = self._run.stop
        self._run.piece_came.connect(self._came)
        self._run.piece_done.connect(self._done)
        self._started()
        try:
            await self._run.run()
        finally:
            self._journal.close()
            self._end_bar()
        return self._ended()

    def _started(self) -> None:
        run = self._run
        if self._call.out.as_json:
            who = run.answerer
            self._call.out.record(
                type="started", provider=who.name, model=who.model, segments=len(run.pieces), resumed=self._resumed
            )
        elif self._resumed:
            self._call.out.note(
                tr("Going on: {done} of {total} pieces are there.", done=self._resumed, total=len(run.pieces))
            )
        self._progress()

    def _came(self, index: int) -> None:
        self._keep(index, is_checked=False)

    def _done(self, index: int) -> None:
        self._keep(index, is_checked=True)
        piece = self._run.pieces[index]
        if self._call.out.as_json:
            self._call.out.record(type="segment", index=index, source=piece.source, target=piece.target)
            for issue in piece.issues:
                self._tell(index, issue)
        self._progress()

    def _keep(self, index: int, *, is_checked: bool) -> None:
        try:
            self._journal.keep(index, self._run.pieces[index].target or "", is_checked=is_checked)
        except ChatError as error:
            self._trouble = error
            self._run.stop()

    def _tell(self, index: int, issue: Issue) -> None:
        self._call.out.record(
            type="issue",
            index=index,
            check=issue.check.value,
            severity=issue.severity.value,
            message=render(issue.reason),
            source_span=list(issue.source_span) if issue.source_span else None,
            target_span=list(issue.target_span) if issue.target_span else None,
        )

    def _progress(self) -> None:
        done, total = self._run.done_count, len(self._run.pieces)
        if self._call.out.as_json:
            self._call.out.record(type="progress", done=done, total=total)
        elif sys.stderr.isatty():
            filled = BAR * done // max(1, total)
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done}/{total}")
            sys.stderr.flush()

    def _end_bar(self) -> None:
        if not self._call.out.as_json and sys.stderr.isatty():
            sys.stderr.write("\n")

    def _ended(self) -> int:
        from desktopchat.services.translation_order import RunState

        if self._trouble is not None:
            raise self._trouble
        run = self._run
        if run.failure is not None:
            self._call.out.failure(run.failure)
            self._tell_how_to_go_on()
            return FAILED
        if run.state is not RunState.DONE:
            if self._call.out.as_json:
                self._call.out.record(type="finished", reason="stopped", issues=len(run.issues))
            self._tell_how_to_go_on()
            return self._stopping.status or FAILED
        self._write()
        self._journal.remove()
        self._finished()
        return FINISHED

    def _tell_how_to_go_on(self) -> None:
        if not self._call.out.as_json and self._run.done_count:
            done, total = self._run.done_count, len(self._run.pieces)
            self._call.out.note(
                tr("{done} of {total} pieces are kept. The same command goes on from there.", done=done, total=total)
            )

    def _write(self) -> None:
        """Puts the whole translation in its place at once: there is never half a file."""
        from desktopchat.cli.journal import unwritable

        text, out = self._run.whole, self._job.out
        part = out.with_name(f".{out.name}.part")
        try:
            part.write_bytes(self._encoded(text))
            part.replace(out)
        except OSError as error:
            raise unwritable(out, error) from error

    def _encoded(self, text: str) -> bytes:
        """In the encoding of the source, if that has all the characters; else in UTF-8."""
        try:
            return text.encode(self._job.encoding)
        except UnicodeEncodeError:
            if not self._call.out.as_json:
                self._call.out.note(
                    tr("The translation is written as UTF-8: {old} lacks some characters.", old=self._job.encoding)
                )
            return text.encode("utf-8", "replace")

    def _finished(self) -> None:
        run, out = self._run, self._call.out
        if out.as_json:
            out.record(
                type="finished", reason="stop", issues=len(run.issues), out=str(self._job.out), requests=run.requests
            )
            return
        for index, issue in run.issues[:SHOWN_ISSUES]:
            start = run.span_of(index)[0]
            line = run.order.text.count("\n", 0, start) + 1
            out.note(tr("Line {line}: {reason}", line=line, reason=render(issue.reason)))
        if len(run.issues) > SHOWN_ISSUES:
            out.note(tr("… and {n} more; --json lists them all.", n=len(run.issues) - SHOWN_ISSUES))
