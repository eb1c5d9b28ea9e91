"""`desktopchat ask`: its options, and the question as they describe it. How it is answered is in `answering`."""

from __future__ import annotations

import argparse
import codecs
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat.cli import arguments, endpoint, presets
from desktopchat.cli.output import UsageError
from desktopchat.domain.request import Limits
from desktopchat.domain.surrogates import repaired
from desktopchat.i18n import tr

if TYPE_CHECKING:
    from desktopchat.cli.running import Call
    from desktopchat.domain.context import ContextRule
    from desktopchat.domain.values import Json

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""What Windows programs put in front of text that they pipe."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question as the command line put it. Empty strings mean: not said."""

    text: str
    endpoint: endpoint.Endpoint
    model: str
    system: str
    params: Mapping[str, Json]
    limits: Limits
    retries: int
    conversation: str
    save: bool
    preset_id: str = ""
    context: ContextRule | None = None
    """None: as the conversation has it."""
    files: tuple[Path, ...] = ()

    @property
    def is_stored(self) -> bool:
        return self.save or bool(self.conversation)


def add_to(commands: arguments.Commands) -> None:
    parser = arguments.command(commands, "ask", run, tr("ask one question; the answer appears as it comes"))
    parser.add_argument(
        "prompt", nargs="?", metavar="PROMPT|-", help=tr("the question; - reads it from standard input")
    )
    endpoint.add_options(parser)
    _add_question(parser.add_argument_group(tr("the question")))
    _add_limits(parser.add_argument_group(tr("limits")))
    arguments.add_json(parser)


def _add_question(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--system", default="", metavar="TEXT", help=tr("a system prompt"))
    presets.add_option(parser)
    arguments.add_parameters(parser)
    parser.add_argument(
        "--file",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help=tr("a document or a picture that goes with the question (repeatable)"),
    )
    parser.add_argument("--conversation", default="", metavar="ID", help=tr("go on with a stored conversation"))
    parser.add_argument("--save", action="store_true", help=tr("store the exchange as a conversation"))


def _add_limits(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--idle-timeout",
        type=arguments.seconds,
        metavar="SECONDS",
        help=tr("how long to wait for the first content, and between contents"),
    )
    parser.add_argument(
        "--max-reply-bytes", type=arguments.positive, metavar="N", help=tr("refuse longer answers (16 MiB)")
    )
    parser.add_argument(
        "--retries", type=arguments.count, default=0, metavar="N", help=tr("ask again so often while nothing came (0)")
    )


def run(call: Call) -> int:
    from desktopchat.cli import answering

    question = question_from(call)
    if not call.args.preset:
        return answering.answer(call, question)
    begun = presets.begun_with(call, question)
    return begun if isinstance(begun, int) else answering.answer(call, begun)


def question_from(call: Call) -> Question:
    """Raises `UsageError`; reads standard input if that is where the question is."""
    args = call.args
    if args.preset and args.system:
        raise UsageError(tr("--preset and --system exclude each other"))
    if args.var and not args.preset:
        raise UsageError(tr("{option} belongs to --preset", option="--var"))
    return Question(
        endpoint=endpoint.chosen(args, call.options),
        text=_text(args.prompt),
        model=args.model,
        system=args.system,
        params=dict(args.param),
        limits=_limits(args),
        retries=args.retries,
        conversation=args.conversation,
        save=args.save,
        files=tuple(args.file),
    )


def _limits(args: argparse.Namespace) -> Limits:
    limits = Limits(first_content_s=args.idle_timeout, idle_s=args.idle_timeout)
    return limits if args.max_reply_bytes is None else replace(limits, max_reply_bytes=args.max_reply_bytes)


def _text(prompt: str | None) -> str:
    if prompt is None and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError(tr("there is no question: give it as an argument, or on standard input"))
    text = _from_stdin() if prompt is None or prompt == "-" else repaired(prompt)
    if not text.strip():
        raise UsageError(tr("the question is empty"))
    return text


def _from_stdin() -> str:
    """What was piped, without the line end that ends it."""
    if sys.stdin is None:
        raise UsageError(tr("there is no standard input"))
    data = sys.stdin.buffer.read()
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding).removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise UsageError(tr("standard input is not UTF-8 text (byte {at})", at=error.start)) from error
