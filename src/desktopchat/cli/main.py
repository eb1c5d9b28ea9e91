"""The command line: from what was typed to what it runs, and from how that ended to the exit status."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktopchat import __version__
from desktopchat.settings import options as global_options

if TYPE_CHECKING:
    from desktopchat.cli.running import Call
    from desktopchat.domain.errors import ChatError

PROGRAM = "desktopchat"

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs what `argv` (by default the process's own) asks for; returns the exit status."""
    try:
        options, rest = global_options.split(sys.argv[1:] if argv is None else argv)
        if options.version:
            print(f"{PROGRAM} {__version__}")
            return 0
        return _command(options, rest) if rest else _window(options)
    except SystemExit as end:  # argparse's way of saying that it is over
        return end.code if isinstance(end.code, int) else 2
    except KeyboardInterrupt:
        return 130


def _window(options: global_options.Options) -> int:
    from desktopchat.app import run
    from desktopchat.domain.errors import ChatError
    from desktopchat.settings.paths import data_dir, require_writable

    try:
        require_writable(data_dir(options.data_dir or None, os.environ))
        return run(options)
    except ChatError as error:
        from desktopchat.cli.output import FAILED, failure_text, use_utf8, visible

        use_utf8()
        print(visible(failure_text(error.failure)), file=sys.stderr)
        return FAILED


def _command(options: global_options.Options, rest: list[str]) -> int:
    from desktopchat import i18n
    from desktopchat.cli.output import Output, use_utf8
    from desktopchat.cli.running import Call

    use_utf8()
    i18n.install()
    logging.getLogger().addHandler(logging.NullHandler())  # warnings belong into the log, not between the lines
    logging.raiseExceptions = False  # and a log that cannot be written is no reason to print one
    args = build_parser().parse_args(rest)
    return _guarded(Call(options, args, Output(as_json=getattr(args, "json", False))))


def build_parser() -> argparse.ArgumentParser:
    from desktopchat.cli import ask, chats, demo_server, doctor, files, keys, presets, providers, serve, translate
    from desktopchat.i18n import tr

    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=tr("A native chat client for large language models. Without a command it opens the window."),
        parents=[global_options.parser()],
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(title=tr("commands"), metavar=tr("COMMAND"), required=True)
    for module in (ask, providers, keys, files, chats, presets, translate, serve, demo_server, doctor):
        module.add_to(commands)
    return parser


def _guarded(call: Call) -> int:
    """Runs the command; whatever ends it becomes an exit status and, where it is an error, a sentence."""
    from desktopchat.cli.output import FAILED, FINISHED, ReaderGoneError, UsageError, abandon_stdout
    from desktopchat.domain.errors import ChatError

    try:
        status: int = call.args.run(call)
        return status
    except UsageError as error:
        return _wrong_usage(call.args.parser, str(error))
    except ReaderGoneError:
        abandon_stdout()
        return FINISHED
    except ChatError as error:
        _report(call, error)
        return FAILED
    except Exception as error:  # noqa: BLE001 - the program's edge
        _report(call, _unexpected(error))
        return FAILED


def _wrong_usage(parser: argparse.ArgumentParser, sentence: str) -> int:
    parser.error(sentence)  # prints the usage and ends; `main` turns that into the status


def _report(call: Call, error: ChatError) -> None:
    from desktopchat.cli.output import ReaderGoneError, abandon_stdout, failure_text
    from desktopchat.domain.errors import ChatError

    failure = error.failure
    try:
        call.out.failure(failure)
    except (ReaderGoneError, ChatError):  # standard output is what is broken
        abandon_stdout()
        call.out.note(failure_text(failure))


def _unexpected(error: Exception) -> ChatError:
    from desktopchat.domain.errors import ErrorKind, failed
    from desktopchat.domain.text import msg

    log.error("a command failed", exc_info=error)
    return failed(
        ErrorKind.INTERNAL,
        msg("Something in this program went wrong ({name}).", name=type(error).__name__),
        hint=msg("Please report it. With DESKTOPCHAT_LOG_LEVEL=DEBUG the log in the data folder has the details."),
        detail=str(error),
    )
